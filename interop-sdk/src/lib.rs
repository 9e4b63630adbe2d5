//! Send, follow, prove and deliver messages and tokens between chains of one network.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use alloy::{primitives::address, providers::ProviderBuilder};
//! use interop_sdk::{Network, NetworkFile, Stage};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // The file that `causeway dev` writes, with funded accounts.
//! let file = NetworkFile::read("network.json")?;
//! let network = Network::from_file(&file)?;
//! network.check().await?;
//!
//! let [source, destination] = [&file.chains[0], &file.chains[1]];
//! let wallet = file.accounts[0].signer()?;
//! let provider = ProviderBuilder::new().wallet(wallet).connect(&source.rpc).await?;
//!
//! let recipient = address!("0x00000000000000000000000000000000000000aa");
//! let sent = network
//!     .chain(source.chain_id)?
//!     .message((destination.chain_id, recipient), b"hello".to_vec())
//!     .min_gas(100_000)
//!     .send(&provider)
//!     .await?;
//!
//! // A relayer delivers it ...
//! println!("{}", sent.wait(Stage::Delivered, Duration::from_secs(60)).await?);
//! # Ok(())
//! # }
//! ```
//!
//! ... or the sender does, without any relayer. The order of the calls is held by types: only a message that was proven
//! has a [`Delivery`], and only a delivery can be delivered.
//!
//! ```no_run
//! # async fn example(
//! #     sent: interop_sdk::SentMessage,
//! #     provider: alloy::providers::DynProvider,
//! # ) -> Result<(), interop_sdk::Error> {
//! use std::time::Duration;
//! use interop_sdk::{Delivered, Stage, Status};
//!
//! match sent.wait(Stage::Rooted, Duration::from_secs(60)).await? {
//!     Status::Held { reason, .. } => println!("would be refused now: {reason}"),
//!     status => println!("{status}"),
//! }
//! let delivery = sent.prove().await?;
//! match delivery.deliver(&provider).await? {
//!     Delivered::By(transaction) => println!("delivered by {transaction}"),
//!     Delivered::ByOther => println!("someone else was faster"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | to do this | use |
//! |---|---|
//! | send a message | [`Chain::message`], then [`quote`](MessageBuilder::quote), [`prepare`](MessageBuilder::prepare) or [`send`](MessageBuilder::send) |
//! | send calls that are executed together | [`Chain::bundle`] |
//! | send tokens to another chain | [`Chain::transfer`], then [`quote`](TransferBuilder::quote), [`approve`](TransferBuilder::approve) or [`permit`](TransferBuilder::permit), [`send`](TransferBuilder::send) |
//! | send tokens together with the calls that use them | [`Chain::bundle`] with [`transfer`](BundleBuilder::transfer) |
//! | take tokens to L1 | [`Chain::withdraw`], [`Withdrawal::finalize`] |
//! | bring tokens from L1 | [`Network::deposit`], [`Deposit::wait`], [`Deposit::recover`] |
//! | take back what did not arrive in time | [`SentMessage::cancel_expired`], [`SentMessage::return_assets`] |
//! | claim what could not be paid | [`Custody::claimable`], [`Custody::claim`] |
//! | follow it | [`SentMessage::status`], [`SentMessage::wait`] |
//! | follow one that was sent earlier, or by a contract | [`Chain::messages_of`] |
//! | prove and deliver it oneself | [`SentMessage::prove`], [`Delivery::deliver`], or both: [`SentMessage::finalize`] |
//! | let L1 verify it | [`SentMessage::verify_on_l1`], [`OutboxMessage::prove_for_l1`] |
//!
//! Nothing an RPC says is believed where it matters: trees are rebuilt from logs and compared with the roots on L1
//! before a proof is handed out. Every [`Error`] has a stable [code](Error::code) and says [what to do](Error::help).

mod assets;
mod batch_logs;
mod bundle;
mod deliver;
mod error;
mod error_code;
mod ext;
mod history;
mod leaf;
mod logs;
mod message;
mod network;
mod network_file;
mod outbox;
mod quote;
mod roots;
mod send;
mod status;
mod transaction;

pub use assets::{
    Approval, Custody, Deposit, DepositStatus, FromL1, Permit, ToChain, ToL1, Tokens,
    TransferBuilder, Way, Withdrawal, WithdrawalStatus,
};
pub use bundle::BundleBuilder;
pub use causeway_bindings as bindings;
pub use causeway_bindings::{Attribute, CallStatus, InteropAddress};
pub use deliver::{Delivered, Delivery, Execution};
pub use error::Error;
pub use error_code::ErrorCode;
pub use ext::InteropProvider;
pub use history::Settlement;
pub use message::SentMessage;
pub use network::{Network, NetworkBuilder, PROTOCOL_VERSION};
pub use network_file::{
    AccountEntry, ChainContracts, ChainEntry, L1Contracts, L1Entry, NetworkFile,
};
pub use outbox::OutboxMessage;
pub use quote::Quote;
pub use roots::ImportedRoot;
pub use send::{Chain, MessageBuilder};
pub use status::{Held, Stage, Status};

/// The snippets of the how-to pages, compiled with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/how-to/send-a-message.md")]
#[doc = include_str!("../../docs/how-to/transfer-from-a-program.md")]
struct HowTo;
