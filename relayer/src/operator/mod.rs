//! The chain operator's side, for chains without a settlement pipeline of their own.

pub mod attest;
pub mod data;
pub mod derive;
pub mod effects;
mod error;
pub mod freeze;
mod gas;
pub mod hand;
pub mod imports;
pub mod pending;
pub mod priority;
pub mod publish;
pub mod read;
pub mod rebuild;
mod recover;
pub mod recovery;
mod refused;
pub mod registration;
pub mod remote;
mod run;
pub mod seal;
pub mod stranger;
mod unsigned;

pub use error::OperatorError;
pub use run::{OperatorContext, OperatorSettings, run};
