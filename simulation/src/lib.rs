//! L1 and chains in memory, with the bytecode that is deployed, at the addresses at which it stands.
//!
//! Nothing here waits: no process, no block time, no clock but the one that is set. So every order of events can be tried,
//! and a state can be kept and gone back to. What an operator, an attester and a relayer do is done here in the
//! fewest lines that the contracts accept; the real ones run in the whole-system tests.

mod actors;
mod batch;
mod chain;
mod deploy;
mod l1;
mod node;
mod swap;
mod token;
mod world;

pub use actors::{Actors, account};
pub use batch::Place;
pub use chain::Chain;
pub use l1::L1;
pub use node::{Done, Node, Refused};
pub use swap::{FoundReceipt, Swap, nothing_to_prove};
pub use token::{Token, balance_of};
pub use world::{Sealed, Settings, World};
