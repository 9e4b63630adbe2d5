//! A bundle as it was sent, in a file. Everything that follows from the bundle's bytes is checked against them.

use std::path::Path;

use alloy::primitives::{Address, B256, Bytes, U256};
use causeway_bindings::{
    BUNDLE_MESSAGE_PREFIX, BundleError, InteropBundle, bundle_hash, receive_id,
};
use causeway_proofs::L2Log;
use serde::{Deserialize, Serialize};

use super::file::{self, FileError, FileFault, MAX_BUNDLE_FILE};
use crate::model::{ChainId, UnixSeconds};

/// Version of bundle files.
pub const BUNDLE_SCHEMA: &str = "causeway.bundle/v1";

/// A bundle and where it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleFile {
    /// [`BUNDLE_SCHEMA`].
    pub schema: String,
    /// Chain that it was sent on.
    pub source_chain_id: ChainId,
    /// Chain that it is for.
    pub destination_chain_id: ChainId,
    /// Account that handed the message to the outbox: the interop center of the source chain.
    pub center: Address,
    /// Identifier of the bundle, on all chains.
    pub bundle_hash: B256,
    /// `abi.encode(bundle)`, without the leading 0x01 of its message.
    pub bundle: Bytes,
    /// What it calls, decoded.
    pub calls: Vec<CallView>,
    /// Where it was sent.
    pub sent: SentView,
}

/// A call of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallView {
    /// Identifier that the recipient sees.
    pub receive_id: B256,
    /// Account that asked for the call, on the source chain.
    pub from: Address,
    /// Contract called, on the destination chain.
    pub to: Address,
    /// What the recipient is handed.
    pub payload: Bytes,
    /// Gas the recipient must be given at least; 0 for no condition.
    pub min_gas_limit: U256,
    /// Last timestamp at which the call may run, in seconds; 0 for no condition.
    pub deliver_before: U256,
    /// First timestamp at which the call may run, in seconds; 0 for no condition.
    pub deliver_after: U256,
}

/// Where a bundle was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentView {
    /// Block number.
    pub block: u64,
    /// Block hash.
    pub block_hash: B256,
    /// Block timestamp, in seconds.
    pub timestamp: UnixSeconds,
    /// Transaction.
    pub tx: B256,
    /// Index of the outbox's log in the block.
    pub log_index: u64,
}

impl BundleFile {
    /// The file of an outbox message.
    pub(super) fn of_message(
        source: ChainId,
        center: Address,
        message: &[u8],
        sent: SentView,
    ) -> Result<Self, BundleError> {
        InteropBundle::decode_message(message)?;
        let bundle = Bytes::copy_from_slice(message.get(1..).unwrap_or_default());
        Self::of_bundle(source, center, bundle, sent)
    }

    fn of_bundle(
        source: ChainId,
        center: Address,
        bytes: Bytes,
        sent: SentView,
    ) -> Result<Self, BundleError> {
        let bundle = InteropBundle::decode(&bytes)?;
        let hash = bundle_hash(U256::from(source), &bytes);
        Ok(Self {
            schema: BUNDLE_SCHEMA.to_owned(),
            source_chain_id: source,
            destination_chain_id: bundle.destinationChainId.saturating_to(),
            center,
            bundle_hash: hash,
            calls: call_views(&bundle, hash)?,
            bundle: bytes,
            sent,
        })
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// The file, the field and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let read: Self = file::read(path, MAX_BUNDLE_FILE)?;
        read.check().map_err(|fault| fault.within(path))?;
        Ok(read)
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        file::write(path, self)
    }

    /// The bundle's leaf in the log tree of its batch.
    pub fn leaf(&self) -> B256 {
        let message = [&[BUNDLE_MESSAGE_PREFIX][..], &self.bundle].concat();
        L2Log::message(self.center, 0, &message).leaf()
    }

    fn check(&self) -> Result<(), FileFault> {
        file::check_schema(&self.schema, BUNDLE_SCHEMA)?;
        let bundle =
            InteropBundle::decode(&self.bundle).map_err(|error| FileFault::new("bundle", error))?;
        let derived = Self::of_bundle(
            self.source_chain_id,
            self.center,
            self.bundle.clone(),
            self.sent,
        )
        .map_err(|error| FileFault::new("bundle", error))?;
        same(
            "source_chain_id",
            U256::from(self.source_chain_id),
            bundle.sourceChainId,
        )?;
        same(
            "destination_chain_id",
            U256::from(self.destination_chain_id),
            bundle.destinationChainId,
        )?;
        same("bundle_hash", self.bundle_hash, derived.bundle_hash)?;
        same_calls(&self.calls, &derived.calls)
    }
}

fn call_views(bundle: &InteropBundle, hash: B256) -> Result<Vec<CallView>, BundleError> {
    let views = bundle.calls.iter().enumerate().map(|(index, call)| {
        let (conditions, payload) = call.content()?;
        Ok(CallView {
            receive_id: receive_id(hash, index),
            from: call.from,
            to: call.to,
            payload,
            min_gas_limit: conditions.min_gas_limit,
            deliver_before: conditions.deliver_before,
            deliver_after: conditions.deliver_after,
        })
    });
    views.collect()
}

fn same_calls(found: &[CallView], derived: &[CallView]) -> Result<(), FileFault> {
    if found.len() != derived.len() {
        let reason = format!("{} calls, the bundle has {}", found.len(), derived.len());
        return Err(FileFault::new("calls", reason));
    }
    for (index, (call, expected)) in found.iter().zip(derived).enumerate() {
        let field = |name: &str| format!("calls[{index}].{name}");
        same(field("receive_id"), call.receive_id, expected.receive_id)?;
        same(field("from"), call.from, expected.from)?;
        same(field("to"), call.to, expected.to)?;
        same(field("payload"), &call.payload, &expected.payload)?;
        same(
            field("min_gas_limit"),
            call.min_gas_limit,
            expected.min_gas_limit,
        )?;
        same(
            field("deliver_before"),
            call.deliver_before,
            expected.deliver_before,
        )?;
        same(
            field("deliver_after"),
            call.deliver_after,
            expected.deliver_after,
        )?;
    }
    Ok(())
}

/// Refuses a field that says something else than the bundle's bytes.
fn same<T: PartialEq + std::fmt::Display>(
    field: impl Into<String>,
    found: T,
    expected: T,
) -> Result<(), FileFault> {
    if found == expected {
        return Ok(());
    }
    let reason = format!("{found}, but the bundle's bytes give {expected}");
    Err(FileFault::new(field, reason))
}
