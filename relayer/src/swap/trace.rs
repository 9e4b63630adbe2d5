//! A swap as the chains alone tell of it, for whoever has no relayer that has followed it.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolEvent,
};
use causeway_bindings::{
    IAtomicSwap, ISwapRegistry, LockStatus, SwapMessage, SwapOutcome, SwapPreimage, SwapReceipt,
    SwapSlot,
};
use causeway_proofs::L2Log;

use crate::{
    bundle::{ChainPlace, Network, Range, StepError, ask, newest},
    chain::{
        ChainLog,
        events::{ChainEvent, decode, decode_chain_event},
    },
    model::{
        ChainId, TxPoint, UnixSeconds,
        swap::{
            BeforeLock, ClosedOn, Decision, LockFact, LockPoint, ReceiptPoint, Secret, SlotFact,
            SwapFacts, SwapMilestone, SwapRecord,
        },
    },
};

/// Where the contracts of swaps stand.
#[derive(Clone, Copy, Debug)]
pub struct SwapPlaces {
    /// `AtomicSwap` on every chain.
    pub swap: Address,
    /// `SwapRegistry` on L1.
    pub registry: Address,
}

/// What the chains say of a swap.
#[derive(Clone, Debug)]
pub struct Traced {
    /// As a relayer keeps it.
    pub record: SwapRecord,
    /// Its slot.
    pub slot: SwapSlot,
}

/// Looks for a swap on every chain; `None` where none has locked it.
pub async fn trace(
    network: &Network,
    places: SwapPlaces,
    id: B256,
    now: UnixSeconds,
) -> Result<Option<Traced>, StepError> {
    for place in network.chains.values() {
        let question = IAtomicSwap::lockStatusCall { swapId: id };
        let status = ask(place.reader.as_ref(), places.swap, &question).await?;
        if status != LockStatus::None {
            return of_source(network, places, place, id, status, now).await;
        }
    }
    Ok(None)
}

async fn of_source(
    network: &Network,
    places: SwapPlaces,
    source: &ChainPlace,
    id: B256,
    status: LockStatus,
    now: UnixSeconds,
) -> Result<Option<Traced>, StepError> {
    let Some((preimage, lock)) = find_lock(source, places.swap, id).await? else {
        return Ok(None);
    };
    let destination: ChainId = preimage.header.destinationChainId.saturating_to();
    let question = ISwapRegistry::slotOfCall {
        source: U256::from(source.id()),
        swapId: id,
    };
    let slot = ask(network.l1.reader.as_ref(), places.registry, &question).await?;
    let receipt = match network.chains.get(&destination) {
        Some(place) => receipt_on(place, places.swap, source.id(), id).await?,
        None => None,
    };
    let mut record = SwapRecord::new(id, source.id(), destination, now);
    record.secret = Some(Secret::new(&preimage));
    record.seen.lock = Some(lock);
    // What was seen last is what brought it there; 0 for what L1 has not seen.
    let decided = receipt.as_ref().map_or(0, |receipt| receipt.at.timestamp);
    let last = lock.at.timestamp.max(decided).max(slot.changedAt);
    let outcome = receipt.as_ref().map(|receipt| receipt.decision);
    record.seen.receipts = receipt
        .map(|receipt| (destination, receipt))
        .into_iter()
        .collect();
    let facts = SwapFacts {
        lock: lock_fact(status),
        slot: slot_fact(&slot, status),
        outcome,
        importable: false,
        payable: status == LockStatus::Refundable,
    };
    record.stage = facts.stage(BeforeLock::Proposed);
    let stage = record.stage;
    record.milestones = vec![SwapMilestone { stage, at: last }];
    Ok(Some(Traced { record, slot }))
}

fn lock_fact(status: LockStatus) -> LockFact {
    match status {
        LockStatus::Locked | LockStatus::Refundable => LockFact::Locked,
        LockStatus::Redeemed => LockFact::Redeemed,
        LockStatus::Refunded => LockFact::Refunded,
        LockStatus::ClosedByL1 => LockFact::ClosedByL1,
        LockStatus::None | LockStatus::__Invalid => LockFact::None,
    }
}

fn slot_fact(slot: &SwapSlot, status: LockStatus) -> Option<SlotFact> {
    let paid_here = matches!(status, LockStatus::Redeemed | LockStatus::Refunded);
    slot.isKnown.then(|| SlotFact {
        decision: decision(slot.outcome),
        by_l1: status == LockStatus::Refundable,
        closed: slot.isClosed.then_some(if paid_here {
            ClosedOn::Source
        } else {
            ClosedOn::L1
        }),
        is_forced: slot.isForced,
        is_close_forced: false,
        changed_at: slot.changedAt,
    })
}

fn decision(outcome: SwapOutcome) -> Option<Decision> {
    match outcome {
        SwapOutcome::Executed => Some(Decision::Executed),
        SwapOutcome::Cancelled => Some(Decision::Cancelled),
        SwapOutcome::Pending | SwapOutcome::__Invalid => None,
    }
}

/// The lock of a swap, the newest blocks first.
async fn find_lock(
    place: &ChainPlace,
    swap: Address,
    id: B256,
) -> Result<Option<(SwapPreimage, LockPoint)>, StepError> {
    let is_lock = |log: &ChainLog| {
        log.topics.first() == Some(&IAtomicSwap::SwapLocked::SIGNATURE_HASH)
            && log.topics.get(1) == Some(&id)
    };
    let Some(log) = newest_log(place, swap, is_lock).await? else {
        return Ok(None);
    };
    let event: IAtomicSwap::SwapLocked = decode(&log)?;
    let preimage = SwapPreimage {
        header: event.header,
        salt: event.salt,
        payload: event.payload,
    };
    let message = SwapMessage::Lock(preimage.header.clone()).encode();
    let leaf = L2Log::message(swap, 0, &message).leaf();
    let is_whole = preimage.id() == id && preimage.is_committed();
    Ok(is_whole.then(|| (preimage, LockPoint { at: at(&log), leaf })))
}

/// The receipt of a swap, the newest blocks first.
async fn receipt_on(
    place: &ChainPlace,
    swap: Address,
    source: ChainId,
    id: B256,
) -> Result<Option<ReceiptPoint>, StepError> {
    let question = IAtomicSwap::outcomeOfCall {
        source: U256::from(source),
        swapId: id,
    };
    if ask(place.reader.as_ref(), swap, &question).await? == SwapOutcome::Pending {
        return Ok(None);
    }
    let is_it = |log: &ChainLog| {
        read_receipt(place, swap, log).is_some_and(|(receipt, _)| {
            receipt.swap_id == id && receipt.source == U256::from(source)
        })
    };
    let found = newest_log(place, place.contracts.outbox, is_it).await?;
    let read = found.and_then(|log| Some((read_receipt(place, swap, &log)?, at(&log))));
    Ok(read.and_then(|((receipt, leaf), at)| {
        Some(ReceiptPoint {
            decision: decision(receipt.outcome)?,
            output: receipt.output,
            at,
            leaf,
        })
    }))
}

fn read_receipt(place: &ChainPlace, swap: Address, log: &ChainLog) -> Option<(SwapReceipt, B256)> {
    match decode_chain_event(&place.contracts, log) {
        Ok(Some(ChainEvent::Message { sender, data, leaf })) if sender == swap => {
            match SwapMessage::decode(&data) {
                Ok(SwapMessage::Receipt(receipt)) => Some((receipt, leaf)),
                Ok(SwapMessage::Lock(_)) | Err(_) => None,
            }
        }
        _ => None,
    }
}

async fn newest_log(
    place: &ChainPlace,
    contract: Address,
    is_it: impl Fn(&ChainLog) -> bool,
) -> Result<Option<ChainLog>, StepError> {
    let reader = place.reader.as_ref();
    let range = Range {
        from: place.start_block,
        to: newest(reader).await?,
        page: place.page,
    };
    for (from, to) in range.pages_back() {
        let page = reader.logs(from, to, &[contract]).await?;
        if let Some(log) = page.logs.into_iter().rev().find(|log| is_it(log)) {
            return Ok(Some(log));
        }
    }
    Ok(None)
}

fn at(log: &ChainLog) -> TxPoint {
    TxPoint {
        block: log.block.number,
        block_hash: log.block.hash,
        timestamp: log.block.timestamp,
        tx: log.tx,
    }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
pub(crate) mod tests;
