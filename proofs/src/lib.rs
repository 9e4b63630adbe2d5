//! Trees and inclusion proofs of the message root.
//!
//! A message leaves a chain as a log of a batch. This crate rebuilds the trees that lead from that log to a root known
//! elsewhere, writes the proof as the `bytes32[]` that contracts read, and checks such proofs strictly. It does no I/O,
//! needs only `alloc`, and holds no `unsafe` code.
//!
//! ```text
//! log ── LogTree (14 levels) ── ChainBatch ─┐            one batch of one chain
//!                                batch leaf ┴ GrowingTree ─┐   all batches of one chain
//!                                             chain-id leaf ┴ SharedTree ── root   all chains
//! ```
//!
//! | to do this | use |
//! |---|---|
//! | hash a message or an operation status to its leaf | [`L2Log`] |
//! | build a batch's log tree and its chain batch root | [`LogTree`], [`ChainBatch`] |
//! | follow the message root of the settlement layer, now or at a past block | [`MessageRoot`], [`Snapshot`] |
//! | write or read the proof words | [`InclusionProof::encode`], [`InclusionProof::decode`] |
//! | check a proof | [`verify_message`], [`verify_in_batch`] |
//!
//! Chain ids, batch numbers, blocks and timestamps are `u64`; a proof word that holds a larger number is refused. All
//! hashes are [`B256`], the type that alloy uses, so nothing needs converting.
//!
//! # Example: from a message to a verified proof
//!
//! ```
//! use causeway_proofs::{
//!     ChainBatch, Dialect, L2Log, LogTree, MessageRoot, SettledBatch, verify_message,
//! };
//! use alloy_primitives::{Address, B256};
//!
//! // Chain 271 seals its batch 1 with one message in it.
//! let log = L2Log::message(Address::with_last_byte(7), 0, b"hello");
//! let logs = LogTree::from_logs(&[log])?;
//! let batch = ChainBatch::new(Dialect::V32, 271, &logs);
//!
//! // It settles on chain 1 in block 90.
//! let mut roots = MessageRoot::new(Dialect::V32, 1);
//! roots.register_chain(271, 80)?;
//! roots.append_batch(SettledBatch {
//!     chain_id: 271,
//!     batch_number: 1,
//!     chain_batch_root: batch.root(),
//!     block: 90,
//!     timestamp: 1_800_000_000,
//! })?;
//!
//! // A relayer proves the message against the root as of block 90 ...
//! let snapshot = roots.snapshot(90);
//! let path = batch.path(&logs, 0).ok_or("no such leaf")?;
//! let words = snapshot.prove(271, 1, path)?.encode()?;
//!
//! // ... and the destination accepts it, because it imported that root.
//! let imported = |chain: u64, block: u64| (chain == 1 && block == 90).then(|| snapshot.root());
//! let anchor = verify_message(Dialect::V32, 271, 1, 0, log.leaf(), &words, imported)?;
//! assert_eq!((anchor.chain_id, anchor.block), (1, 90));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

mod chain_batch;
mod dialect;
pub mod hash;
pub mod keccak;
pub mod legacy;
mod log;
mod message_root;
mod proof;
mod tree;
mod verify;

pub use alloy_primitives::{Address, B256};
pub use chain_batch::ChainBatch;
pub use dialect::{Dialect, Format, LOG_TREE_DEPTH};
pub use log::{L1_OPERATION_SENDER, L2Log, MESSAGE_SENDER};
pub use message_root::{MessageRoot, MessageRootError, NotProvable, SettledBatch, Snapshot};
pub use proof::{
    Aggregation, Fault, Folded, FoldedHop, InclusionProof, MalformedProof, Quantity, Source,
};
pub use tree::{FixedTree, GrowingTree, LogTree, MAX_GROWING_HEIGHT, SharedTree, TreeFull};
pub use verify::{Anchor, VerifyError, verify_in_batch, verify_message};
