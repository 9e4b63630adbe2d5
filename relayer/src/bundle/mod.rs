//! Delivery by hand: a bundle is extracted from its source chain, proven, verified and executed, each step from files.
//!
//! ```text
//! extract ── bundle.json ─┬─ prove ── proof.json ─┬─ verify      offline, or with L1's and the destination's word
//!                         └───────────────────────┴─ execute
//! ```
//!
//! The steps need no store and no running relayer; a relayer proves the same bundles from its store with a [`Prover`].
//! As everywhere, trees rebuilt from logs are compared with L1's roots before anything is proven with them.

mod bundle_file;
mod error;
mod execute;
mod extract;
mod file;
mod from_chains;
mod from_store;
mod history;
mod network;
mod online;
mod proof_file;
mod read;
#[cfg(test)]
mod tests;
mod verify;

pub use bundle_file::{BUNDLE_SCHEMA, BundleFile, CallView, SentView};
pub use error::StepError;
pub use execute::{Executed, Simulated, calldata, gas_limit, send, simulate};
pub use extract::{Wanted, extract, extract_at};
pub use file::{FileError, FileFault, MAX_BUNDLE_FILE, MAX_PROOF_FILE};
pub use from_chains::{Emitted, ProveAt, Proven, prove, prove_on_l1, prove_to};
pub use from_store::{Anchored, ProveError, Prover};
pub use network::{ChainPlace, L1Place, Network};
pub use online::verify_online;
pub use proof_file::{BundleProof, PROOF_SCHEMA};
pub use read::{Range, ask, logs, newest};
pub use verify::{Check, Outcome, VERIFICATION_SCHEMA, Verification, verify};
