//! Rust types of the Causeway contracts, and the ids and hashes both languages must agree on.
