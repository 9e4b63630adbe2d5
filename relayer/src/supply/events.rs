//! The logs that the figures are told by where no contract keeps a sum: the one place that knows how these events look.

use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, U256},
    sol_types::{Error, SolEvent},
};
use causeway_bindings::{
    Asset, AssetKind, IAssetCustody, IAssetLedger, IAssetRules, IChainRegistry, IERC1155,
    unpack_movement,
};

use super::figures::{Route, Unit};
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
    /// The ledger booked what left.
    Sent(Route, B256, U256),
    /// The ledger booked what arrived.
    Arrived(Route, B256, U256),
    /// The ledger booked what came back to where it had left.
    TakenBack(Route, B256, U256),
    /// The ledger booked what a swap paid to a chain.
    Released(ChainId, B256, U256),
    /// A custody took something in that arrived: it pays it, notes a claim for it, or has it wait.
    In(Unit, U256),
    /// Something left a custody.
    Out(Unit, U256),
    /// What arrived waits because of its issuer's rules.
    Held(HeldTransfer),
    /// A token's owner lets it stand for an asset.
    Offered(Representation),
    /// New transfers were stopped, or are taken again.
    Paused(bool),
}

/// A transfer that waits because of its issuer's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeldTransfer {
    /// Ledger key.
    pub(super) key: B256,
    pub(super) amount: U256,
    /// The token it is to be paid in.
    pub(super) token: Address,
    /// Chain it came from.
    pub(super) source: U256,
    /// Which of the transfers that ever waited on this chain.
    pub(super) index: U256,
    /// Its spelling.
    pub(super) text: Bytes,
}

/// A token that is to stand for an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Representation {
    pub(super) token: Address,
    pub(super) asset_id: B256,
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
            let (unit, amount) = unpack(event.asset, event.tokenId, event.movement)?;
            SupplyEvent::In(unit, amount)
        }
        IAssetCustody::AssetOut::SIGNATURE_HASH => {
            let event = IAssetCustody::AssetOut::decode_raw_log(topics(), &log.data)?;
            let (unit, amount) = unpack(event.asset, event.tokenId, event.movement)?;
            SupplyEvent::Out(unit, amount)
        }
        IAssetCustody::PausedSet::SIGNATURE_HASH => {
            let event = IAssetCustody::PausedSet::decode_raw_log(topics(), &log.data)?;
            SupplyEvent::Paused(event.paused)
        }
        _ => return Ok(None),
    }))
}

fn unpack(
    asset: FixedBytes<29>,
    token_id: U256,
    movement: FixedBytes<24>,
) -> Result<(Unit, U256), Error> {
    let asset = Asset::unpack(asset).map_err(|error| Error::custom(error.to_string()))?;
    let (_, amount) = unpack_movement(movement);
    Ok((Unit { asset, token_id }, amount))
}

/// What a log of the issuers' rules says.
pub(super) fn rules_event(log: &ChainLog) -> Result<Option<SupplyEvent>, Error> {
    let topics = || log.topics.iter().copied();
    match log.topics.first() {
        Some(&IAssetRules::TransferHeld::SIGNATURE_HASH) => {
            let event = IAssetRules::TransferHeld::decode_raw_log(topics(), &log.data)?;
            let malformed = || Error::custom("a transfer is spelled otherwise");
            let (unit, amount) = read_transfer(&event.transfer).ok_or_else(malformed)?;
            Ok(Some(SupplyEvent::Held(HeldTransfer {
                key: unit.key(),
                amount,
                token: event.token,
                source: event.chainId,
                index: event.index,
                text: event.transfer,
            })))
        }
        Some(&IAssetRules::RepresentationOffered::SIGNATURE_HASH) => {
            let event = IAssetRules::RepresentationOffered::decode_raw_log(topics(), &log.data)?;
            Ok(Some(SupplyEvent::Offered(Representation {
                token: event.token,
                asset_id: event.assetId,
            })))
        }
        _ => Ok(None),
    }
}

/// What moves by a transfer, read from its spelling: version, asset, amount, sender, recipient, token id unless it is
/// fungible. The vault has checked the rest.
fn read_transfer(text: &[u8]) -> Option<(Unit, U256)> {
    let packed = FixedBytes::from_slice(text.get(1..30)?);
    let asset = Asset::unpack(packed).ok()?;
    let amount = U256::from_be_slice(text.get(30..46)?);
    let token_id = match asset.kind {
        AssetKind::Fungible => U256::ZERO,
        _ => U256::from_be_slice(text.get(86..118)?),
    };
    Some((Unit { asset, token_id }, amount))
}

/// What a log of the ledger says.
pub(super) fn ledger_event(log: &ChainLog) -> Result<Option<SupplyEvent>, Error> {
    let topics = || log.topics.iter().copied();
    let route = |source: U256, destination: U256| Route {
        source: source.saturating_to(),
        destination: destination.saturating_to(),
    };
    match log.topics.first() {
        Some(&IAssetLedger::AssetSent::SIGNATURE_HASH) => {
            let event = IAssetLedger::AssetSent::decode_raw_log(topics(), &log.data)?;
            let route = route(event.source, event.destination);
            Ok(Some(SupplyEvent::Sent(route, event.key, event.amount)))
        }
        Some(&IAssetLedger::AssetArrived::SIGNATURE_HASH) => {
            let event = IAssetLedger::AssetArrived::decode_raw_log(topics(), &log.data)?;
            let route = route(event.source, event.destination);
            Ok(Some(SupplyEvent::Arrived(route, event.key, event.amount)))
        }
        Some(&IAssetLedger::AssetTakenBack::SIGNATURE_HASH) => {
            let event = IAssetLedger::AssetTakenBack::decode_raw_log(topics(), &log.data)?;
            let route = route(event.source, event.destination);
            Ok(Some(SupplyEvent::TakenBack(route, event.key, event.amount)))
        }
        Some(&IAssetLedger::AssetReleased::SIGNATURE_HASH) => {
            let event = IAssetLedger::AssetReleased::decode_raw_log(topics(), &log.data)?;
            let chain = event.chainId.saturating_to();
            Ok(Some(SupplyEvent::Released(chain, event.key, event.amount)))
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
