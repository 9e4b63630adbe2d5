//! A whole network on this machine: L1, chains, contracts, operators and a relayer.

pub mod accounts;
pub mod anvil;
pub mod config_file;
pub mod deploy;
pub mod network;
mod sender;
