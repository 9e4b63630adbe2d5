//! Rust types of the Causeway contracts, and the ids and hashes both languages must agree on.
//!
//! Contract types stand at the root: `causeway_bindings::{IInteropCenter, InteropBundle, Batch}`. With the feature
//! `rpc` every interface also has an instance type, made by `IInteropCenter::new(address, provider)`.

mod contracts;

pub use contracts::*;
