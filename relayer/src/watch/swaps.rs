//! What logs say of swaps.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use alloy::sol_types::SolEvent;
use causeway_bindings::{
    IAtomicSwap, ISwapRegistry, SwapChange, SwapMessage, SwapOutcome, SwapPreimage, swap_id,
};
use causeway_proofs::L2Log;

use super::chain::point;
use crate::{
    chain::{
        ChainLog,
        events::{ChainContracts, ChainEvent, EventError, decode, decode_chain_event},
    },
    model::{
        ChainId, TxPoint, UnixSeconds,
        swap::{
            DecidedPoint, Decision, LockPoint, Payment, PaymentPoint, ReceiptPoint, Secret,
            SwapRecord,
        },
        trace_id,
    },
    store::{Change, Reader, StoreError},
};

/// Something that was seen of a swap.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    id: B256,
    /// Source and destination, as the log has them; it may not name the destination.
    source: ChainId,
    destination: Option<ChainId>,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Locked(Box<SwapPreimage>, LockPoint),
    Receipt(ChainId, ReceiptPoint),
    Paid(PaymentPoint),
    Opened(TxPoint),
    Decided(DecidedPoint),
    Closed(ChainId, TxPoint),
    Forced(ChainId, TxPoint),
}

/// Reads a page of a chain whose atomic swap contract is `swap`.
pub(super) fn on_chain(
    chain: ChainId,
    contracts: &ChainContracts,
    swap: Address,
    logs: &[ChainLog],
) -> Result<Vec<Sight>, EventError> {
    let mut sights = Vec::new();
    for log in logs {
        if log.address == swap {
            sights.extend(of_contract(chain, swap, log)?);
        } else if log.address == contracts.outbox {
            sights.extend(of_outbox(chain, contracts, swap, log)?);
        }
    }
    Ok(sights)
}

fn of_contract(chain: ChainId, swap: Address, log: &ChainLog) -> Result<Option<Sight>, EventError> {
    match log.topics.first().copied().unwrap_or_default() {
        IAtomicSwap::SwapLocked::SIGNATURE_HASH => Ok(locked(chain, swap, log, decode(log)?)),
        IAtomicSwap::SwapEffected::SIGNATURE_HASH => Ok(paid(chain, log, &decode(log)?)),
        _ => Ok(None),
    }
}

/// A lock whose id and commitment are its own; `None`, with a warning, for any other.
fn locked(
    chain: ChainId,
    swap: Address,
    log: &ChainLog,
    event: IAtomicSwap::SwapLocked,
) -> Option<Sight> {
    let preimage = SwapPreimage {
        header: event.header,
        salt: event.salt,
        payload: event.payload,
    };
    let header = &preimage.header;
    let is_whole = swap_id(header) == event.swapId
        && preimage.is_committed()
        && header.sourceChainId == U256::from(chain);
    if !is_whole {
        let (id, tx) = (event.swapId, log.tx);
        tracing::warn!(stage = super::STAGE, chain, trace = trace_id(id), %id, %tx, "a lock is not what its id says");
        return None;
    }
    let message = SwapMessage::Lock(header.clone()).encode();
    let lock = LockPoint {
        at: point(log),
        leaf: L2Log::message(swap, 0, &message).leaf(),
    };
    Some(Sight {
        id: event.swapId,
        source: chain,
        destination: Some(header.destinationChainId.saturating_to()),
        what: What::Locked(Box::new(preimage), lock),
    })
}

fn paid(chain: ChainId, log: &ChainLog, event: &IAtomicSwap::SwapEffected) -> Option<Sight> {
    let effect = &event.effect;
    if effect.source != U256::from(chain) {
        return None;
    }
    let payment = match effect.change {
        SwapChange::Redeemed => Payment::Redeemed,
        SwapChange::Refunded => Payment::Refunded,
        SwapChange::Buried => Payment::Buried,
        _ => return None,
    };
    Some(Sight {
        id: event.swapId,
        source: chain,
        destination: Some(effect.destination.saturating_to()),
        what: What::Paid(PaymentPoint {
            payment,
            at: point(log),
        }),
    })
}

fn of_outbox(
    chain: ChainId,
    contracts: &ChainContracts,
    swap: Address,
    log: &ChainLog,
) -> Result<Option<Sight>, EventError> {
    let Some(ChainEvent::Message { sender, data, leaf }) = decode_chain_event(contracts, log)?
    else {
        return Ok(None);
    };
    let message = (sender == swap).then(|| SwapMessage::decode(&data));
    let Some(Ok(SwapMessage::Receipt(receipt))) = message else {
        return Ok(None);
    };
    let decided = decision(receipt.outcome).map(|decision| ReceiptPoint {
        decision,
        output: receipt.output,
        at: point(log),
        leaf,
    });
    Ok(decided.map(|point| Sight {
        id: receipt.swap_id,
        source: receipt.source.saturating_to(),
        destination: Some(chain),
        what: What::Receipt(chain, point),
    }))
}

fn decision(outcome: SwapOutcome) -> Option<Decision> {
    match outcome {
        SwapOutcome::Executed => Some(Decision::Executed),
        SwapOutcome::Cancelled => Some(Decision::Cancelled),
        _ => None,
    }
}

/// Reads a page of L1, whose swap registry is `registry`.
pub(super) fn on_l1(registry: Address, logs: &[ChainLog]) -> Result<Vec<Sight>, EventError> {
    let mut sights = Vec::new();
    for log in logs.iter().filter(|log| log.address == registry) {
        sights.extend(of_registry(log)?);
    }
    Ok(sights)
}

fn of_registry(log: &ChainLog) -> Result<Option<Sight>, EventError> {
    let at = point(log);
    let (id, source, destination, what) = match log.topics.first().copied().unwrap_or_default() {
        ISwapRegistry::SwapOpened::SIGNATURE_HASH => {
            let event: ISwapRegistry::SwapOpened = decode(log)?;
            let destination = Some(event.destination.saturating_to());
            (event.swapId, event.source, destination, What::Opened(at))
        }
        ISwapRegistry::SwapDecided::SIGNATURE_HASH => {
            let event: ISwapRegistry::SwapDecided = decode(log)?;
            let Some(decision) = decision(event.outcome) else {
                return Ok(None);
            };
            let by_l1 = event.byL1;
            let decided = What::Decided(DecidedPoint {
                decision,
                by_l1,
                at,
            });
            (event.swapId, event.source, None, decided)
        }
        ISwapRegistry::SwapClosed::SIGNATURE_HASH => {
            let event: ISwapRegistry::SwapClosed = decode(log)?;
            let closed = What::Closed(event.chainId.saturating_to(), at);
            (event.swapId, event.source, None, closed)
        }
        ISwapRegistry::SwapForced::SIGNATURE_HASH => {
            let event: ISwapRegistry::SwapForced = decode(log)?;
            let forced = What::Forced(event.chainId.saturating_to(), at);
            (event.swapId, event.source, None, forced)
        }
        _ => return Ok(None),
    };
    Ok(Some(Sight {
        id,
        source: source.saturating_to(),
        destination,
        what,
    }))
}

/// Notes what was seen. A page that is read a second time changes nothing.
pub(super) fn changes(
    reader: &dyn Reader,
    sights: &[Sight],
    now: UnixSeconds,
) -> Result<Vec<Change>, StoreError> {
    let mut records = BTreeMap::<B256, SwapRecord>::new();
    for sight in sights {
        let known = match records.remove(&sight.id) {
            Some(record) => Some(record),
            None => reader.swap(sight.id)?,
        };
        let fresh = || {
            let destination = sight.destination?;
            Some(SwapRecord::new(sight.id, sight.source, destination, now))
        };
        // What is decided, closed or forced was opened before.
        if let Some(record) = known.or_else(fresh) {
            records.insert(sight.id, noted(record, sight, now));
        }
    }
    let put = |record| Change::PutSwap(Box::new(record));
    Ok(records.into_values().map(put).collect())
}

fn noted(mut record: SwapRecord, sight: &Sight, now: UnixSeconds) -> SwapRecord {
    let source = sight.source;
    let seen = &mut record.seen;
    match &sight.what {
        What::Locked(preimage, lock) => {
            seen.lock = Some(*lock);
            record.secret = Some(Secret::new(preimage));
            // The id binds both; whatever else has named them did so without proof.
            record.source = source;
            record.destination = preimage.header.destinationChainId.saturating_to();
        }
        What::Receipt(on, receipt) => {
            seen.receipts.insert(*on, receipt.clone());
        }
        What::Paid(payment) => {
            seen.payments.insert(source, *payment);
        }
        What::Opened(at) => seen.slots.entry(source).or_default().opened = Some(*at),
        What::Decided(decided) => {
            seen.slots.entry(source).or_default().decided = Some(*decided);
        }
        What::Closed(chain, at) => {
            seen.slots.entry(source).or_default().closed = Some((*chain, *at));
        }
        What::Forced(chain, at) => {
            let forced = &mut seen.slots.entry(source).or_default().forced;
            forced.retain(|(known, _)| known != chain);
            forced.push((*chain, *at));
        }
    }
    record.due = now;
    record
}

/// Takes back what stood on `chain` above `common`. A swap of which nothing is left, and that nobody here ordered, is
/// forgotten.
pub(super) fn reorged(
    reader: &dyn Reader,
    (chain, is_l1): (ChainId, bool),
    common: u64,
    now: UnixSeconds,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::new();
    for id in reader.due_swaps(u64::MAX, usize::MAX)? {
        let Some(mut record) = reader.swap(id)? else {
            continue;
        };
        let lost = if is_l1 {
            record.seen.drop_above_on_l1(common)
        } else {
            record.seen.drop_above(record.source, chain, common)
        };
        if !lost {
            continue;
        }
        record.due = now;
        changes.push(if record.is_unfounded() {
            Change::DropSwap(id)
        } else {
            Change::PutSwap(Box::new(record))
        });
    }
    Ok(changes)
}

#[cfg(test)]
#[path = "swaps_tests.rs"]
mod tests;
