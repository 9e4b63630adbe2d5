use alloy::primitives::{Bytes, address, keccak256};
use causeway_bindings::{IMessageOutbox, SwapHeader, payload_commitment, swap_id};

use super::super::bench::{Bench, DESTINATION, SOURCE};
use super::*;
use crate::{
    chain::fake::{CONTRACTS, GENESIS_TIME, L1},
    harness::{SWAP, SWAP_REGISTRY},
    model::swap::SwapStage,
};

const PLACES: SwapPlaces = SwapPlaces {
    swap: SWAP,
    registry: SWAP_REGISTRY,
};
const NOW: UnixSeconds = 77;
const STRANGER: Address = address!("0x00000000000000000000000000000000000000e1");

pub(crate) fn preimage(deadline: u64) -> SwapPreimage {
    let (salt, payload) = (B256::repeat_byte(5), Bytes::from_static(b"payload"));
    let header = SwapHeader {
        version: 1,
        sourceChainId: U256::from(SOURCE),
        destinationChainId: U256::from(DESTINATION),
        payloadCommitment: payload_commitment(salt, &payload),
        deadline,
        ..SwapHeader::default()
    };
    SwapPreimage {
        header,
        salt,
        payload,
    }
}

fn id() -> B256 {
    preimage(9_000).id()
}

fn emit_lock(bench: &Bench, preimage: SwapPreimage) {
    let event = IAtomicSwap::SwapLocked {
        swapId: swap_id(&preimage.header),
        header: preimage.header,
        salt: preimage.salt,
        payload: preimage.payload,
    };
    bench.chain(SOURCE).emit(SWAP, event.encode_log_data());
}

fn tell_lock(bench: &Bench, status: LockStatus) {
    let call = IAtomicSwap::lockStatusCall { swapId: id() };
    bench.tell(SOURCE, SWAP, &call, &status);
}

/// The source has locked it, among others, some blocks ago.
fn locked() -> Bench {
    let bench = Bench::new();
    emit_lock(&bench, preimage(1));
    emit_lock(&bench, preimage(9_000));
    emit_lock(&bench, preimage(2));
    for _ in 0..8 {
        bench.chain(SOURCE).mine();
    }
    tell_lock(&bench, LockStatus::Locked);
    bench
}

fn slot(outcome: SwapOutcome, is_closed: bool) -> SwapSlot {
    SwapSlot {
        isKnown: true,
        outcome,
        isClosed: is_closed,
        isForced: true,
        destination: DESTINATION,
        changedAt: GENESIS_TIME + 40,
        heldHash: B256::ZERO,
    }
}

fn tell_slot(bench: &Bench, slot: &SwapSlot) {
    let call = ISwapRegistry::slotOfCall {
        source: U256::from(SOURCE),
        swapId: id(),
    };
    bench.tell(L1, SWAP_REGISTRY, &call, slot);
}

fn emit_receipt(bench: &Bench, sender: Address, source: ChainId, outcome: SwapOutcome) {
    let output = match outcome {
        SwapOutcome::Executed => Bytes::from_static(b"output"),
        _ => Bytes::new(),
    };
    let receipt = SwapReceipt {
        source: U256::from(source),
        swap_id: id(),
        outcome,
        output,
    };
    let message = SwapMessage::Receipt(receipt).encode();
    let event = IMessageOutbox::L1MessageSent {
        sender,
        hash: keccak256(&message),
        message,
    };
    let chain = bench.chain(DESTINATION);
    chain.emit(CONTRACTS.outbox, event.encode_log_data());
    chain.mine();
}

fn tell_outcome(bench: &Bench, outcome: SwapOutcome) {
    let call = IAtomicSwap::outcomeOfCall {
        source: U256::from(SOURCE),
        swapId: id(),
    };
    bench.tell(DESTINATION, SWAP, &call, &outcome);
}

async fn traced(bench: &Bench) -> Option<Traced> {
    trace(&bench.network(), PLACES, id(), NOW).await.unwrap()
}

#[tokio::test]
async fn a_swap_that_nobody_locked_is_not_there() {
    let bench = Bench::new();
    assert!(traced(&bench).await.is_none());
}

#[tokio::test]
async fn a_lock_is_found_among_others_with_all_of_it() {
    let bench = locked();
    let found = traced(&bench).await.unwrap();
    let record = &found.record;
    assert_eq!((record.source, record.destination), (SOURCE, DESTINATION));
    assert_eq!(record.stage, SwapStage::Locked);
    let secret = record.secret.as_ref().unwrap();
    assert_eq!(secret.preimage(), Some(preimage(9_000)));
    let lock = record.seen.lock.unwrap();
    assert_eq!((lock.at.block, record.since()), (1, GENESIS_TIME + 1));
    let message = SwapMessage::Lock(preimage(9_000).header).encode();
    assert_eq!(lock.leaf, L2Log::message(SWAP, 0, &message).leaf());
    assert!(!found.slot.isKnown);
}

/// A lock whose event does not hash to its id is nobody's.
#[tokio::test]
async fn a_lock_that_is_not_what_its_id_says_is_not_taken() {
    let bench = Bench::new();
    let mut event = IAtomicSwap::SwapLocked {
        swapId: id(),
        header: preimage(9_001).header,
        salt: B256::repeat_byte(5),
        payload: Bytes::from_static(b"payload"),
    };
    for forged in [false, true] {
        if forged {
            event.header = preimage(9_000).header;
            event.payload = Bytes::from_static(b"another");
        }
        bench.chain(SOURCE).emit(SWAP, event.encode_log_data());
        bench.chain(SOURCE).mine();
        tell_lock(&bench, LockStatus::Locked);
        assert!(traced(&bench).await.is_none(), "{forged}");
    }
}

#[tokio::test]
async fn the_stage_is_what_the_three_say_together() {
    use LockStatus as L;
    use SwapOutcome as O;
    let (pending, executed, cancelled) = (
        slot(O::Pending, false),
        slot(O::Executed, false),
        slot(O::Cancelled, false),
    );
    let cases = [
        (L::Locked, pending.clone(), O::Pending, SwapStage::Settled),
        (L::Locked, pending.clone(), O::Executed, SwapStage::Executed),
        (L::Locked, pending, O::Cancelled, SwapStage::Cancelled),
        (
            L::Locked,
            executed.clone(),
            O::Executed,
            SwapStage::DecidedExecuted,
        ),
        (L::Redeemed, executed, O::Executed, SwapStage::Redeeming),
        (
            L::Redeemed,
            slot(O::Executed, true),
            O::Executed,
            SwapStage::Redeemed,
        ),
        (
            L::Locked,
            cancelled.clone(),
            O::Cancelled,
            SwapStage::DecidedCancelled,
        ),
        (
            L::Refundable,
            cancelled.clone(),
            O::Pending,
            SwapStage::Refundable,
        ),
        (L::Refunded, cancelled, O::Cancelled, SwapStage::Refunding),
        (
            L::Refunded,
            slot(O::Cancelled, true),
            O::Cancelled,
            SwapStage::Refunded,
        ),
        (
            L::Locked,
            slot(O::Executed, true),
            O::Executed,
            SwapStage::ClosedByL1,
        ),
        (
            L::ClosedByL1,
            slot(O::Cancelled, true),
            O::Pending,
            SwapStage::ClosedByL1,
        ),
    ];
    for (lock, slot, outcome, stage) in cases {
        let bench = locked();
        tell_lock(&bench, lock);
        tell_slot(&bench, &slot);
        if outcome != O::Pending {
            tell_outcome(&bench, outcome);
            emit_receipt(&bench, SWAP, SOURCE, outcome);
        }
        let found = traced(&bench).await.unwrap();
        assert_eq!(found.record.stage, stage, "{lock:?} {outcome:?}");
        assert_eq!(found.slot, slot);
        assert_eq!(found.record.since(), slot.changedAt, "what came last");
    }
}

/// Others may send what looks like a receipt, and other sources have swaps too.
#[tokio::test]
async fn only_the_contracts_own_receipt_for_this_source_counts() {
    let bench = locked();
    tell_slot(&bench, &slot(SwapOutcome::Pending, false));
    tell_outcome(&bench, SwapOutcome::Cancelled);
    emit_receipt(&bench, SWAP, SOURCE, SwapOutcome::Cancelled);
    emit_receipt(&bench, STRANGER, SOURCE, SwapOutcome::Executed);
    emit_receipt(&bench, SWAP, 30, SwapOutcome::Executed);
    for _ in 0..5 {
        bench.chain(DESTINATION).mine();
    }
    let found = traced(&bench).await.unwrap();
    let receipt = found.record.receipt().unwrap();
    assert_eq!(
        (receipt.decision, receipt.at.block),
        (Decision::Cancelled, 1)
    );
    assert!(receipt.output.is_empty());
    assert_eq!(found.record.stage, SwapStage::Cancelled);
}

/// What the destination has not decided is not looked for in its logs.
#[tokio::test]
async fn a_receipt_without_an_outcome_is_none() {
    let bench = locked();
    emit_receipt(&bench, SWAP, SOURCE, SwapOutcome::Executed);
    let found = traced(&bench).await.unwrap();
    assert!(found.record.receipt().is_none());
    assert_eq!(found.record.stage, SwapStage::Locked);
}
