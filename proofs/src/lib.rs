//! Trees and inclusion proofs of the message root: building, encoding, decoding and strict verification.
