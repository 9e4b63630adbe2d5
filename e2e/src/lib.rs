//! Whole-system scenarios on local chains with the real binary: what the tests and the demo share.
//!
//! Everything here stands outside of the system, as its users do: `causeway` is a process that is started, killed and
//! read like any other, messages are sent through the SDK, and what counts is what the contracts say.

pub mod binary;
pub mod burst;
pub mod censor;
pub mod clock;
pub mod command;
pub mod config;
pub mod contracts;
pub mod descendants;
pub mod devnet;
pub mod fresh_node;
pub mod gate;
pub mod holder;
pub mod holdings;
pub mod http;
pub mod kill_points;
pub mod orders;
pub mod ports;
pub mod process;
pub mod proxy;
pub mod recipient;
pub mod refuser;
pub mod relayer;
pub mod reorg;
pub mod shop;
pub mod soak;
pub mod succession;
pub mod swaps;
pub mod timeline;
pub mod tokens;
pub mod wait;
