//! Rust types of the Causeway contracts, and the ids and hashes both languages must agree on.
//!
//! Contract types stand at the root: `causeway_bindings::{IInteropCenter, InteropBundle, Batch}`. With the feature
//! `rpc` every interface also has an instance type, made by `IInteropCenter::new(address, provider)`.
//!
//! | to do this | use |
//! |---|---|
//! | read or write an ERC-7930 address | [`InteropAddress`] |
//! | read or write an attribute of a message or bundle | [`Attribute`] |
//! | read a bundle, or compute its identifiers | [`InteropBundle::decode_message`], [`bundle_hash`], [`receive_id`] |
//! | read a call's conditions | [`InteropCall::content`] |
//! | read what assets a bundle or a withdrawal carries | [`InteropBundle::transfers`], [`AssetTransfer::decode_withdrawal`] |
//! | compute a batch's public input | [`PublicInputDomain`] |
//! | total what a batch moved between chains | [`LedgerTotals`], [`ledger_delta_hash`] |
//! | name a swap, or read what it says | [`swap_id`], [`SwapMessage`], [`SwapPreimage::read_payload`] |
//! | name an agreement of a trade, or read one | [`TradeAgreement::id`], [`TradeAgreement::decode`] |
//! | read what L1 asks of a chain's swaps | [`RegistryCommand`] |
//! | report what a batch did to swaps | [`swap_effects_hash`] |
//! | attest a batch | [`attestation_digest`], [`attestation_proof`] |
//! | say in words why a contract reverted | [`describe_revert`] |
//! | know where contracts stand, and deploy them | [`deployment`] |
//! | follow the rolling hashes of a chain | [`fold_leaf`], [`fold_import`], [`fold_operation`] |
//!
//! Decoding is strict everywhere: a value has one spelling, and every other is refused.
//!
//! ```
//! use alloy::primitives::Address;
//! use causeway_bindings::{Attribute, IInteropCenter, InteropAddress};
//!
//! // What a wallet signs to send a message to chain 272 that may run for the next hour only.
//! let recipient = InteropAddress::new(272, Address::with_last_byte(7));
//! let call = IInteropCenter::sendMessageCall {
//!     recipient: recipient.encode(),
//!     payload: b"hello".into(),
//!     attributes: vec![Attribute::DeliverBefore(1_800_003_600.try_into()?).encode()],
//! };
//! assert_eq!(InteropAddress::decode(&call.recipient)?, recipient);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod attestation;
mod attributes;
mod batch;
mod bundle;
mod canonical;
mod contracts;
pub mod deployment;
mod folds;
mod ids;
mod ledger;
mod revert;
mod swap;
mod swap_message;
mod trade;
mod transfer;

pub use address::{AddressError, InteropAddress};
pub use attestation::{attestation_digest, attestation_domain, attestation_proof};
pub use attributes::{Attribute, AttributeError};
pub use batch::{
    PUBLIC_INPUT_TAG, PublicInputDomain, QUEUE_INPUT_TAG, blobs_commitment, calldata_commitment,
};
pub use bundle::{
    BUNDLE_MESSAGE_PREFIX, BUNDLE_VERSION, BundleError, CALL_VERSION_CONDITIONAL,
    CALL_VERSION_PLAIN, Conditions, bundle_hash, receive_id,
};
pub use canonical::NotCanonical;
pub use contracts::*;
pub use folds::{fold_import, fold_imports, fold_leaf, fold_operation};
pub use ids::{ASSET_VAULT, ETHER, asset_id};
pub use ledger::{
    LedgerTotals, TotalTooLarge, UnknownKind, Way, ledger_delta_hash, unpack_movement,
};
pub use revert::describe_revert;
pub use swap::{
    SWAP_TRANSPARENT, SWAP_VERSION, no_proof, payload_commitment, swap_effects_hash, swap_id,
};
pub use swap_message::{
    LOCK_MESSAGE_PREFIX, MAX_SWAP_MESSAGE, RECEIPT_MESSAGE_PREFIX, RegistryCommand, SwapMessage,
    SwapMessageError, SwapReceipt,
};
pub use transfer::NotATransfer;
