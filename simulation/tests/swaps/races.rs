//! The races that the design names, one test each.

use alloy::primitives::{Address, Bytes, U256};
use causeway_bindings::{
    AssetKind, DataAvailability, IAssetCustody, IAtomicSwap, IBatchSettlement, IPriorityQueue,
    ISwapRegistry, LockStatus, SwapOutcome, SwapTerms,
};
use causeway_simulation::{Swap, account};

use crate::trade::{A, B, EXPIRY, Ending, GIVEN, HOUR, Trade, bank_b, refused_with};

const VALIDIUM: DataAvailability = DataAvailability::Validium;

fn force_and_freeze(trade: &mut Trade) {
    let swap = trade.swap.clone();
    trade.world.l1.node.timestamp += HOUR;
    trade.world.force_resolve(&swap).unwrap();
    trade.world.l1.node.timestamp += EXPIRY;
    trade.world.freeze(B).unwrap();
}

fn l1_cancel(trade: &mut Trade) {
    let swap = trade.swap.clone();
    trade.world.l1.node.timestamp += HOUR;
    trade.world.l1_cancel(&swap).unwrap();
}

/// B decides by its own clock, whatever L1 and A think the time is: at the deadline it executes and does not cancel, a second
/// later it is the other way round.
#[test]
fn execute_against_deadline_under_skew() {
    for (ahead, executes) in [(0, true), (1, false)] {
        let mut trade = Trade::pending(VALIDIUM);
        let (swap, deadline) = (trade.swap.clone(), trade.swap.preimage.header.deadline);
        trade.world.chain(A).node.timestamp = deadline + 5 * HOUR + HOUR / 2;
        trade.world.l1.node.timestamp = deadline + 5 * HOUR;
        trade.world.chain(B).node.timestamp = deadline + ahead;
        let mut other = trade.clone();
        if executes {
            let error: IAtomicSwap::AtomicSwapNotExpired =
                refused_with(trade.world.cancel_swap(&swap));
            assert_eq!(error.deadline, U256::from(deadline));
            other.world.execute_swap(&swap).unwrap();
            assert_eq!(other.finish(), Ending::Exchanged);
        } else {
            let error: IAtomicSwap::AtomicSwapTooLate =
                refused_with(trade.world.execute_swap(&swap));
            assert_eq!(error.timestamp, U256::from(deadline + 1));
            other.world.cancel_swap(&swap).unwrap();
            assert_eq!(other.finish(), Ending::Returned);
        }
    }
}

/// What B executed and did not settle before it was frozen never happened: L1 cancels, B comes back and buries it.
#[test]
fn execute_in_an_unsettled_block_against_freeze_and_l1_cancel() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.world.execute_swap(&swap).unwrap();
    force_and_freeze(&mut trade);
    l1_cancel(&mut trade);
    let error: IBatchSettlement::BatchSettlementWrongPriorityOps = {
        trade.world.l1.node.next_block();
        let mut sealed = trade.world.seal(B);
        sealed.batch.priorityOpsHash = trade.world.head(B).stateCommitment;
        refused_with(trade.world.execute(B, &sealed))
    };
    assert_ne!(error.expected, error.actual);

    trade.world.recover(B).unwrap();
    assert_eq!(trade.world.outcome(&swap), SwapOutcome::Cancelled);
    let error: IAtomicSwap::AtomicSwapDecided = refused_with(trade.world.execute_swap(&swap));
    assert_eq!(error.outcome, SwapOutcome::Cancelled);
    assert_eq!(trade.finish(), Ending::Returned);
}

/// One that comes back without burying what L1 decided cannot settle, even if it has executed the swap by its own clock.
#[test]
fn a_chain_that_comes_back_and_executes_cannot_settle() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    force_and_freeze(&mut trade);
    l1_cancel(&mut trade);
    trade.world.chain(B).roll_back();
    trade.world.consume(B).unwrap();
    let error: ISwapRegistry::SwapRegistryTombstonesFirst = refused_with(trade.world.settle(B));
    assert_eq!(error.outstanding, U256::from(1));
    assert_eq!(trade.world.slot(&swap).outcome, SwapOutcome::Cancelled);
    assert_eq!(trade.finish(), Ending::Returned);
}

/// In one block of L1 B settles and somebody freezes it. Whichever comes first wins, and the other is refused.
#[test]
fn settle_in_the_same_l1_block_as_freeze() {
    for settles_first in [true, false] {
        let mut trade = Trade::pending(VALIDIUM);
        let swap = trade.swap.clone();
        trade.world.execute_swap(&swap).unwrap();
        trade.world.l1.node.timestamp += HOUR;
        trade.world.force_resolve(&swap).unwrap();
        trade.world.consume(B).unwrap();
        trade.world.l1.node.timestamp += EXPIRY;
        trade.world.l1.node.next_block();
        let sealed = trade.world.seal(B);
        if settles_first {
            trade.world.execute(B, &sealed).unwrap();
            let error: IBatchSettlement::BatchSettlementNotExpired =
                refused_with(trade.world.freeze(B));
            assert_eq!(error.expiresAt, U256::ZERO, "its queue is empty");
            assert_eq!(trade.world.slot(&swap).outcome, SwapOutcome::Executed);
            assert_eq!(trade.finish(), Ending::Exchanged);
        } else {
            trade.world.freeze(B).unwrap();
            let before = trade.world.slot(&swap);
            let error: IBatchSettlement::BatchSettlementFrozen =
                refused_with(trade.world.execute(B, &sealed));
            assert_eq!(
                error.chainId,
                U256::from(B),
                "it reads other chains, which is more than the queue"
            );
            let slot = trade.world.slot(&swap);
            assert_eq!(
                slot, before,
                "the batch that came too late has told nothing"
            );
            assert_eq!(slot.outcome, SwapOutcome::Pending);
            assert!(slot.isKnown && slot.isForced && !slot.isClosed);
            // Nothing was at hand for what L1 forces, so the queue cancels.
            assert_eq!(trade.finish(), Ending::Returned);
        }
    }
}

/// L1 cancels, B comes back, and then L1 forgets both. B falls back with it, comes back again and decides by itself; L1 cannot
/// cancel any more, and A falls back from what it was told.
#[test]
fn l1_cancel_reorged_after_recovery() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.world.stage_swap(&swap).unwrap();
    trade.world.settle(B).unwrap();
    force_and_freeze(&mut trade);
    let before = trade.clone();
    l1_cancel(&mut trade);
    trade.world.recover(B).unwrap();
    trade.world.consume(A).unwrap();
    assert_eq!(trade.world.lock_status(&swap), LockStatus::Refundable);

    trade.world.l1 = before.world.l1;
    let error: IPriorityQueue::PriorityQueueTooFew = {
        trade.world.l1.node.next_block();
        let queue = trade.world.l1.contracts.priority_queue.address;
        let call = IPriorityQueue::checkConsumptionCall {
            chainId: U256::from(A),
            consumed: 1,
        };
        refused_with(trade.world.l1.node.view(queue, &call).map(drop))
    };
    assert_eq!(
        error.available,
        U256::ZERO,
        "A has consumed what L1 never asked for"
    );
    assert!(trade.world.settle(A).is_err(), "and cannot settle that");
    trade.world.chain(A).roll_back();
    trade
        .world
        .chains
        .insert(B, before.world.chains[&B].clone());
    trade.world.recover(B).unwrap();
    assert_eq!(
        trade.world.outcome(&swap),
        SwapOutcome::Executed,
        "what was staged"
    );
    let error: ISwapRegistry::SwapRegistryDecided = refused_with(trade.world.l1_cancel(&swap));
    assert_eq!(error.outcome, SwapOutcome::Executed);
    assert_eq!(trade.finish(), Ending::Exchanged);
}

/// A relayer executes while L1's command is on its way; the command finds the swap decided and changes nothing.
#[test]
fn forced_and_voluntary_execution_in_one_batch() {
    for forced_first in [true, false] {
        let mut trade = Trade::pending(VALIDIUM);
        let swap = trade.swap.clone();
        trade.world.l1.node.timestamp += HOUR;
        trade.world.force_execute(&swap).unwrap();
        if forced_first {
            trade.world.consume(B).unwrap();
            let error: IAtomicSwap::AtomicSwapDecided =
                refused_with(trade.world.execute_swap(&swap));
            assert_eq!(error.outcome, SwapOutcome::Executed);
        } else {
            trade.world.execute_swap(&swap).unwrap();
            trade.world.consume(B).unwrap();
        }
        trade.world.settle(B).unwrap();
        trade.check_agreement();
        assert_eq!(trade.finish(), Ending::Exchanged);
    }
}

/// INV-11: the second of two relayers changes nothing, at any step.
#[test]
fn two_relayers_one_swap() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.world.execute_swap(&swap).unwrap();
    let _: IAtomicSwap::AtomicSwapDecided = refused_with(trade.world.execute_swap(&swap));
    trade.world.settle(B).unwrap();
    trade.world.redeem_swap(&swap).unwrap();
    let error: IAtomicSwap::AtomicSwapNotLocked = refused_with(trade.world.redeem_swap(&swap));
    assert_eq!(error.status, LockStatus::Redeemed);
    trade.world.settle(A).unwrap();
    trade.check_agreement();
    assert_eq!(trade.finish(), Ending::Exchanged);
}

/// Nobody can cancel while the swap can execute, so there is nothing to run ahead of.
#[test]
fn cancel_front_running_execute() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    let _: IAtomicSwap::AtomicSwapNotExpired = refused_with(trade.world.cancel_swap(&swap));
    trade.world.execute_swap(&swap).unwrap();
    trade.pass_deadline();
    let error: IAtomicSwap::AtomicSwapDecided = refused_with(trade.world.cancel_swap(&swap));
    assert_eq!(error.outcome, SwapOutcome::Executed);
    assert_eq!(trade.finish(), Ending::Exchanged);
}

/// A redeems on a settlement that L1 then forgets. Its batch cannot settle, so it falls back; once B has settled again, A
/// redeems again, once.
#[test]
fn redeem_beside_an_l1_reorg_of_the_settlement() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.world.execute_swap(&swap).unwrap();
    let before = trade.clone();
    trade.world.settle(B).unwrap();
    trade.world.redeem_swap(&swap).unwrap();
    trade.world.l1 = before.world.l1;
    trade
        .world
        .chains
        .insert(B, before.world.chains[&B].clone());
    let error: IBatchSettlement::BatchSettlementUnknownRoot = refused_with(trade.world.settle(A));
    assert_ne!(error.root, alloy::primitives::B256::ZERO);
    trade.world.chain(A).roll_back();
    trade.world.settle(B).unwrap();
    trade.check_agreement();
    assert_eq!(trade.finish(), Ending::Exchanged);
}

/// INV-03: a venue that refuses leaves everything as it was, as often as anybody tries. What L1 forces is resolved all the same:
/// it is cancelled.
#[test]
fn a_venue_that_refuses() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.close_venue();
    for _ in 0..2 {
        let error: IAtomicSwap::AtomicSwapVenueReverted =
            refused_with(trade.world.execute_swap(&swap));
        assert!(!error.reason.is_empty());
        trade.check_agreement();
    }
    trade.world.l1.node.timestamp += HOUR;
    trade.world.force_execute(&swap).unwrap();
    trade.world.consume(B).unwrap();
    assert_eq!(trade.world.outcome(&swap), SwapOutcome::Cancelled);
    assert_eq!(trade.finish(), Ending::Returned);
}

/// ATK-47, INV-09: everything that ends a swap works while all that can be paused is paused, and after governance has replaced
/// what can be replaced.
#[test]
fn pause_or_upgrade_while_locked() {
    for executes in [true, false] {
        let mut trade = Trade::pending(VALIDIUM);
        let (swap, vault) = (trade.swap.clone(), trade.world.contracts.vault.address);
        let admin = trade.world.actors.admin;
        for chain in [A, B] {
            let node = trade.world.chain(chain);
            let shared = IAssetCustody::sharedImplementationCall {
                kind: AssetKind::Fungible,
            };
            let upgrade = IAssetCustody::upgradeRepresentationsCall {
                kind: AssetKind::Fungible,
                newImplementation: node.node.view(vault, &shared).unwrap(),
            };
            node.call(admin, vault, &upgrade).unwrap();
            node.call(admin, vault, &IAssetCustody::pauseCall {})
                .unwrap();
        }
        let bridge = trade.world.l1.contracts.shared_bridge.address;
        trade
            .world
            .l1
            .call(admin, bridge, &IAssetCustody::pauseCall {})
            .unwrap();
        let again = lock_again(&mut trade, A, B);
        let _: IAssetCustody::AssetCustodyPaused = refused_with(again.map(drop));
        if executes {
            trade.world.execute_swap(&swap).unwrap();
            assert_eq!(trade.finish(), Ending::Exchanged);
        } else {
            assert_eq!(trade.finish(), Ending::Returned);
        }
    }
}

/// ATK-44: whoever fills B's queue pays for it on L1 and delays nothing but by the work itself: what L1 forces is consumed in
/// its turn, and a second demand for the same swap is refused.
#[test]
fn force_spam_at_the_cap() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    let queue = trade.world.l1.contracts.priority_queue.address;
    let spam = IPriorityQueue::requestCall {
        chainId: U256::from(B),
        to: account("nobody"),
        gasLimit: 10_000_000,
        data: Bytes::from(vec![1; 1_000]),
    };
    for _ in 0..200 {
        trade
            .world
            .l1
            .call(account("spammer"), queue, &spam)
            .unwrap();
    }
    trade.world.l1.node.timestamp += HOUR;
    trade.world.force_resolve(&swap).unwrap();
    let _: ISwapRegistry::SwapRegistryAlreadyForced =
        refused_with(trade.world.force_resolve(&swap));
    trade.world.consume(B).unwrap();
    assert_eq!(trade.world.chains[&B].consumed(), 201);
    trade.world.settle(B).unwrap();
    assert_eq!(trade.world.slot(&swap).outcome, SwapOutcome::Cancelled);
    assert_eq!(trade.finish(), Ending::Returned);
}

/// An operation that cannot succeed is consumed as failed; what L1 forces comes after it and is not held up.
#[test]
fn a_queue_head_that_cannot_execute() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.world.stage_swap(&swap).unwrap();
    let queue = trade.world.l1.contracts.priority_queue.address;
    let hopeless = IPriorityQueue::requestCall {
        chainId: U256::from(B),
        to: trade.gold.address,
        gasLimit: 30_000,
        data: Bytes::new(),
    };
    trade
        .world
        .l1
        .call(account("anyone"), queue, &hopeless)
        .unwrap();
    trade.world.l1.node.timestamp += HOUR;
    trade.world.force_resolve(&swap).unwrap();
    let operations = trade.world.l1.operations(B).to_vec();
    assert!(!trade.world.chain(B).consume(operations[0].clone()).unwrap());
    assert!(trade.world.chain(B).consume(operations[1].clone()).unwrap());
    trade.world.settle(B).unwrap();
    assert_eq!(trade.finish(), Ending::Exchanged);
}

/// A receipt that is committed and proven on L1 when the chain is frozen is dropped with its batch.
#[test]
fn receipts_committed_but_not_executed_at_freeze() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.world.execute_swap(&swap).unwrap();
    let sealed = trade.world.seal(B);
    trade.world.commit_and_prove(B, &sealed).unwrap();
    force_and_freeze(&mut trade);
    let error: IBatchSettlement::BatchSettlementNotProven =
        refused_with(trade.world.execute_committed(B, &sealed));
    assert_eq!(error.batchNumber, U256::from(sealed.batch.number));
    assert_eq!(trade.world.slot(&swap).outcome, SwapOutcome::Pending);
    l1_cancel(&mut trade);
    assert_eq!(trade.finish(), Ending::Returned);
}

/// Each of two chains has locked for the other, and both stop. L1 freezes both and cancels both; both come back, bury and
/// refund.
#[test]
fn chains_that_freeze_each_other() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    let back = lock_again(&mut trade, B, A).unwrap();
    trade.world.settle(B).unwrap();
    trade.world.l1.node.timestamp += HOUR;
    trade.world.force_resolve(&swap).unwrap();
    trade.world.force_resolve(&back).unwrap();
    trade.world.l1.node.timestamp += EXPIRY;
    trade.world.freeze(A).unwrap();
    trade.world.freeze(B).unwrap();
    trade.world.l1.node.timestamp += HOUR;
    trade.world.l1_cancel(&swap).unwrap();
    trade.world.l1_cancel(&back).unwrap();
    for chain in [A, B] {
        trade.world.recover(chain).unwrap();
        assert!(!trade.world.is_frozen(chain));
    }
    for one in [&swap, &back] {
        assert_eq!(trade.world.lock_status(one), LockStatus::Refundable);
        trade.world.refund_swap(one).unwrap();
        trade.world.settle(one.source).unwrap();
        assert!(trade.world.slot(one).isClosed);
    }
    trade.check_ledger();
    assert_eq!(trade.of_bank_a(), (1_000_000, 0));
}

/// A dies after B has executed. L1 pays what is not at home on A, and A, when it comes back, cannot pay it again.
#[test]
fn the_source_dies_after_execution() {
    let mut trade = Trade::pending(VALIDIUM);
    let swap = trade.swap.clone();
    trade.world.execute_swap(&swap).unwrap();
    trade.world.settle(B).unwrap();
    trade.world.l1.node.timestamp += HOUR;
    trade.world.force_close(&swap).unwrap();
    trade.world.l1.node.timestamp += EXPIRY;
    trade.world.freeze(A).unwrap();
    let error: ISwapRegistry::SwapRegistryTooEarly = refused_with(trade.world.l1_claim(&swap));
    assert!(error.notBefore > error.timestamp);
    trade.world.l1.node.timestamp += HOUR;
    trade.world.l1_claim(&swap).unwrap();
    let error: ISwapRegistry::SwapRegistryClosed = refused_with(trade.world.l1_claim(&swap));
    assert_eq!(error.swapId, swap.id);
    trade.check_ledger();

    trade.world.recover(A).unwrap();
    assert_eq!(trade.world.lock_status(&swap), LockStatus::ClosedByL1);
    let error: IAtomicSwap::AtomicSwapNotLocked = refused_with(trade.world.redeem_swap(&swap));
    assert_eq!(error.status, LockStatus::ClosedByL1);
    assert_eq!(trade.of_bank_a().1, 0, "it was paid on L1");
    trade.check_ledger();
}

/// A swap of the other bank or another one of the same, whose venue is nobody: it can only be cancelled.
fn lock_again(
    trade: &mut Trade,
    source: u64,
    destination: u64,
) -> Result<Swap, causeway_simulation::Refused> {
    let (given, wanted) = match source {
        A => (trade.gold, trade.coin),
        _ => (trade.coin, trade.gold),
    };
    let from = match source {
        A => crate::trade::bank_a(),
        _ => trade.venue,
    };
    let vault = trade.world.contracts.vault.address;
    let approve = causeway_bindings::IERC20::approveCall {
        spender: vault,
        value: U256::MAX,
    };
    trade
        .world
        .chain(source)
        .node
        .call(from, given.address, &approve)
        .unwrap();
    let terms = SwapTerms {
        destinationChainId: U256::from(destination),
        token: given.address,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount: U256::from(GIVEN),
        venue: account("nobody"),
        venueData: Bytes::new(),
        wanted: wanted.asset(),
        wantedTokenId: U256::ZERO,
        minReturned: U256::from(1),
        beneficiary: from,
        refundTo: from,
        l1Recipient: bank_b(),
        counterparty: Address::ZERO,
        deadline: trade.world.chain(source).node.timestamp + HOUR,
        minGas: 0,
    };
    trade.world.lock(source, from, terms)
}
