//! Tests of the crate through its public interface. Names that start with `atk_` carry an id of the attack checklist.

mod attacks;
mod keccak;
mod message_root;
mod naive;
mod proof_words;
mod sample;
mod shared_vectors;
mod trees;
mod verify;
mod zk_stack;
