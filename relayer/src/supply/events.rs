//! The logs that the figures are told by where no contract keeps a sum: the one place that knows how these events look.

use alloy::{
    primitives::{B256, U256},
    sol_types::{Error, SolEvent},
};
use causeway_bindings::{Asset, IAssetCustody, IAssetLedger, IChainRegistry, IERC1155};

use crate::{chain::ChainLog, model::ChainId};

/// What a log says about where units are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SupplyEvent {
    /// A chain joined the network, with the block it starts from.
    Joined(ChainId, u64),
    /// A custody met this asset.
    Asset(Asset),
    /// A recipient could not be paid.
    ClaimAdded(B256, U256),
    /// A claim was paid.
    ClaimPaid(B256, U256),
    /// The ledger booked an arrival at this chain.
    Booked(ChainId, B256, U256),
    /// A custody paid what arrived, or noted a claim for it.
    Given(B256, U256),
    /// New transfers were stopped, or are taken again.
    Paused(bool),
}

/// What a log of a custody says.
pub(super) fn custody_event(log: &ChainLog) -> Result<Option<SupplyEvent>, Error> {
    let topics = || log.topics.iter().copied();
    let Some(topic) = log.topics.first() else {
        return Ok(None);
    };
    Ok(Some(match *topic {
        IAssetCustody::AssetRegistered::SIGNATURE_HASH => {
            let event = IAssetCustody::AssetRegistered::decode_raw_log(topics(), &log.data)?;
            SupplyEvent::Asset(event.asset)
        }
        IAssetCustody::ClaimAdded::SIGNATURE_HASH => {
            let event = IAssetCustody::ClaimAdded::decode_raw_log(topics(), &log.data)?;
            SupplyEvent::ClaimAdded(event.key, event.amount)
        }
        IAssetCustody::ClaimPaid::SIGNATURE_HASH => {
            let event = IAssetCustody::ClaimPaid::decode_raw_log(topics(), &log.data)?;
            SupplyEvent::ClaimPaid(event.key, event.amount)
        }
        IAssetCustody::AssetIn::SIGNATURE_HASH => {
            let event = IAssetCustody::AssetIn::decode_raw_log(topics(), &log.data)?;
            SupplyEvent::Given(event.asset.ledger_key(event.tokenId), event.amount)
        }
        IAssetCustody::PausedSet::SIGNATURE_HASH => {
            let event = IAssetCustody::PausedSet::decode_raw_log(topics(), &log.data)?;
            SupplyEvent::Paused(event.paused)
        }
        _ => return Ok(None),
    }))
}

/// What a log of the ledger on `l1` says.
pub(super) fn ledger_event(l1: ChainId, log: &ChainLog) -> Result<Option<SupplyEvent>, Error> {
    let topics = || log.topics.iter().copied();
    match log.topics.first() {
        Some(&IAssetLedger::AssetArrived::SIGNATURE_HASH) => {
            let event = IAssetLedger::AssetArrived::decode_raw_log(topics(), &log.data)?;
            let chain = event.chainId.saturating_to();
            Ok(Some(SupplyEvent::Booked(chain, event.key, event.amount)))
        }
        Some(&IAssetLedger::DepositReturned::SIGNATURE_HASH) => {
            let event = IAssetLedger::DepositReturned::decode_raw_log(topics(), &log.data)?;
            Ok(Some(SupplyEvent::Booked(l1, event.key, event.amount)))
        }
        _ => Ok(None),
    }
}

/// What a log of the chain registry says.
pub(super) fn registry_event(log: &ChainLog) -> Result<Option<SupplyEvent>, Error> {
    if log.topics.first() != Some(&IChainRegistry::ChainRegistered::SIGNATURE_HASH) {
        return Ok(None);
    }
    let event =
        IChainRegistry::ChainRegistered::decode_raw_log(log.topics.iter().copied(), &log.data)?;
    let chain = event.chainId.saturating_to();
    Ok(Some(SupplyEvent::Joined(chain, event.genesisBlock)))
}

/// By how much a log of an ERC-1155 token changes how many of `token_id` there are: what was added, and what was taken.
pub(super) fn minted(log: &ChainLog, token_id: U256) -> Result<(U256, U256), Error> {
    let nothing = (U256::ZERO, U256::ZERO);
    if log.topics.first() != Some(&IERC1155::TransferSingle::SIGNATURE_HASH) {
        return Ok(nothing);
    }
    let event = IERC1155::TransferSingle::decode_raw_log(log.topics.iter().copied(), &log.data)?;
    Ok(match (event.from.is_zero(), event.to.is_zero()) {
        _ if event.id != token_id => nothing,
        (true, false) => (event.value, U256::ZERO),
        (false, true) => (U256::ZERO, event.value),
        _ => nothing,
    })
}
