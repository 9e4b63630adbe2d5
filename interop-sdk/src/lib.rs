//! Send, follow, prove and deliver messages between chains of one network.

mod batch_logs;
mod deliver;
mod error;
mod history;
mod logs;
mod message;
mod network;
mod network_file;
mod roots;
mod send;
mod status;
mod transaction;

pub use causeway_bindings as bindings;
pub use causeway_bindings::{Attribute, CallStatus, InteropAddress};
pub use deliver::{Delivered, Delivery};
pub use error::Error;
pub use history::Settlement;
pub use message::{OutboxMessage, SentMessage};
pub use network::{Network, NetworkBuilder, PROTOCOL_VERSION};
pub use network_file::{
    AccountEntry, ChainContracts, ChainEntry, L1Contracts, L1Entry, NetworkFile,
};
pub use roots::ImportedRoot;
pub use send::{BundleBuilder, Chain, MessageBuilder, Quote};
pub use status::{Held, Stage, Status};
