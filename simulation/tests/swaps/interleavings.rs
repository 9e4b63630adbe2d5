//! ATK-43: every interleaving of what anybody can do to a swap that is pending on L1.
//!
//! A step that is refused changes nothing, so the sequences that begin with it are those without it: only steps that take
//! effect are followed. Two sequences that lead to the same state are followed once, with the steps that are left.

use std::collections::{BTreeMap, HashMap};

use alloy::primitives::U256;
use causeway_bindings::{DataAvailability, IERC20, IPriorityQueue, LockStatus, SwapOutcome};
use causeway_simulation::Refused;

use crate::trade::{A, B, EXPIRY, Ending, HOUR, Trade, bank_a, bank_b};

const VALIDIUM: DataAvailability = DataAvailability::Validium;
const ROLLUP: DataAvailability = DataAvailability::Calldata;

const LENGTH: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    Execute,
    Cancel,
    Settle,
    Force,
    Freeze,
    L1Cancel,
    Redeem,
    Refund,
    /// The destination's operator consumes its queue.
    Consume,
    /// The deadline passes by the destination's clock.
    Deadline,
    /// Bank B takes back what it has locked, past the deadline.
    Withdraw,
    /// Bank B takes it back since the swap was cancelled.
    WithdrawCancelled,
}

const STEPS: [Step; 12] = [
    Step::Execute,
    Step::Cancel,
    Step::Settle,
    Step::Force,
    Step::Freeze,
    Step::L1Cancel,
    Step::Redeem,
    Step::Refund,
    Step::Consume,
    Step::Deadline,
    Step::Withdraw,
    Step::WithdrawCancelled,
];

impl Step {
    /// The steps that there are of a trade.
    fn of(trade: &Trade) -> impl Iterator<Item = Self> + use<> {
        let both_lock = trade.agreement.is_some();
        let is_there = move |step: &Self| {
            both_lock || !matches!(step, Self::Withdraw | Self::WithdrawCancelled)
        };
        STEPS.into_iter().filter(is_there)
    }
}

/// Whether the destination has all of the swap at hand when L1 forces it, and from where.
#[derive(Clone, Copy, Debug)]
enum AtHand {
    Nothing,
    Staged,
    Published,
}

/// What two orders of steps must have in common to be the same from there on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Abstract {
    lock: u8,
    outcome: u8,
    trade: Option<u8>,
    slot: (u8, bool, bool),
    frozen: bool,
    settled: bool,
    late: bool,
    receipt: bool,
    queue: [usize; 4],
    expired: bool,
}

#[derive(Default)]
struct Explored {
    /// Steps that were left when the state was met before.
    seen: HashMap<Abstract, usize>,
    steps: BTreeMap<Step, usize>,
    endings: BTreeMap<Ending, usize>,
    states: usize,
}

fn explore(mut trade: Trade, at_hand: AtHand) -> Explored {
    if matches!(at_hand, AtHand::Staged) {
        let swap = trade.swap.clone();
        trade.world.stage_swap(&swap).unwrap();
        trade.world.settle(B).unwrap();
    }
    let mut explored = Explored::default();
    follow(&trade, at_hand, LENGTH, &mut explored);
    explored
}

fn follow(trade: &Trade, at_hand: AtHand, left: usize, explored: &mut Explored) {
    let state = abstraction(&mut trade.clone());
    match explored.seen.get(&state) {
        Some(before) if *before >= left => return,
        Some(_) => {}
        None => {
            explored.states += 1;
            let ending = trade.clone().finish();
            *explored.endings.entry(ending).or_default() += 1;
        }
    }
    explored.seen.insert(state, left);
    if left == 0 {
        return;
    }
    for step in Step::of(trade) {
        let mut next = trade.clone();
        if take(&mut next, step, at_hand).is_err() {
            continue;
        }
        *explored.steps.entry(step).or_default() += 1;
        next.check_ledger();
        next.check_agreement();
        follow(&next, at_hand, left - 1, explored);
    }
}

fn take(trade: &mut Trade, step: Step, at_hand: AtHand) -> Result<(), Refused> {
    let swap = trade.swap.clone();
    match step {
        Step::Execute => trade.world.execute_swap(&swap),
        Step::Cancel => trade.world.cancel_swap(&swap),
        Step::Settle => settle(trade),
        Step::Force => {
            trade.world.l1.node.timestamp += HOUR;
            match at_hand {
                AtHand::Published => trade.world.force_execute(&swap),
                AtHand::Nothing | AtHand::Staged => trade.world.force_resolve(&swap),
            }
        }
        Step::Freeze => {
            // L1's clock alone: nothing may depend on the others'.
            trade.world.l1.node.timestamp += EXPIRY;
            trade.world.freeze(B)
        }
        Step::L1Cancel => {
            trade.world.l1.node.timestamp += HOUR;
            trade.world.l1_cancel(&swap)
        }
        Step::Redeem => trade
            .world
            .redeem_swap(&swap)
            .and_then(|()| trade.world.settle(A)),
        Step::Refund => {
            trade.world.consume(A)?;
            trade.world.refund_swap(&swap)?;
            trade.world.settle(A)
        }
        Step::Consume => match trade.world.is_frozen(B) {
            true => Err(Refused::default()),
            false => trade.world.consume(B),
        },
        Step::Deadline => match trade.is_late() {
            true => Err(Refused::default()),
            false => {
                trade.pass_deadline();
                Ok(())
            }
        },
        Step::Withdraw => trade.withdraw(),
        Step::WithdrawCancelled => trade.withdraw_cancelled(),
    }
}

/// An honest live chain always settles, unless its operator leaves out what L1 asked for; a frozen one always comes back.
fn settle(trade: &mut Trade) -> Result<(), Refused> {
    if trade.world.is_frozen(B) {
        trade
            .world
            .recover(B)
            .expect("LIV-02: a frozen chain comes back");
        return Ok(());
    }
    if trade.world.chain(B).is_settled() {
        return Err(Refused::default());
    }
    let settled = trade.world.settle(B);
    if let Err(refused) = &settled {
        let expired: Option<IPriorityQueue::PriorityQueueExpired> = refused.reason();
        assert!(
            expired.is_some(),
            "an honest chain cannot settle: {refused:?}"
        );
    }
    settled
}

fn abstraction(trade: &mut Trade) -> Abstract {
    let swap = trade.swap.clone();
    let slot = trade.world.slot(&swap);
    let now = trade.world.l1.node.timestamp;
    let outstanding = trade
        .world
        .l1
        .operations(B)
        .get(trade.world.chains[&B].consumed())
        .map(|operation| operation.expiresAt);
    Abstract {
        lock: trade.world.lock_status(&swap) as u8,
        outcome: trade.world.outcome(&swap) as u8,
        trade: trade.trade_status().map(|status| status as u8),
        slot: (slot.outcome as u8, slot.isClosed, slot.isForced),
        frozen: trade.world.is_frozen(B),
        settled: trade.world.chain(B).is_settled(),
        late: trade.is_late(),
        receipt: trade.world.receipt(&swap).is_some(),
        queue: [
            trade.world.l1.operations(A).len(),
            trade.world.chains[&A].consumed(),
            trade.world.l1.operations(B).len(),
            trade.world.chains[&B].consumed(),
        ],
        expired: outstanding.is_some_and(|expires| expires <= now),
    }
}

fn check(trade: Trade, at_hand: AtHand) {
    let steps: Vec<_> = Step::of(&trade).collect();
    let explored = explore(trade, at_hand);
    eprintln!(
        "{at_hand:?}: {} states, steps {:?}, endings {:?}",
        explored.states, explored.steps, explored.endings
    );
    for step in steps {
        assert!(
            explored.steps.contains_key(&step),
            "{step:?} never took effect"
        );
    }
    assert_eq!(explored.endings.len(), 2, "both endings are reached");
}

#[test]
fn atk43_inv04_every_interleaving_with_a_validium() {
    check(Trade::pending(VALIDIUM), AtHand::Nothing);
}

#[test]
fn atk43_inv04_every_interleaving_with_a_staged_preimage() {
    check(Trade::pending(VALIDIUM), AtHand::Staged);
}

#[test]
fn atk43_inv04_every_interleaving_with_a_rollup_and_all_on_l1() {
    check(Trade::pending(ROLLUP), AtHand::Published);
}

#[test]
fn atk43_inv04_every_interleaving_of_a_trade_with_a_validium() {
    check(Trade::both_pending(VALIDIUM), AtHand::Nothing);
}

#[test]
fn atk43_inv04_every_interleaving_of_a_trade_with_a_staged_preimage() {
    check(Trade::both_pending(VALIDIUM), AtHand::Staged);
}

#[test]
fn atk43_inv04_every_interleaving_of_a_trade_with_a_rollup_and_all_on_l1() {
    check(Trade::both_pending(ROLLUP), AtHand::Published);
}

/// The check of a trade can fail: a bank that lacks a unit of its own is found.
#[test]
#[should_panic(expected = "INV-03 Withdrawn")]
fn the_check_finds_a_bank_that_is_short() {
    let mut trade = Trade::both_pending(VALIDIUM);
    trade.pass_deadline();
    trade.withdraw().unwrap();
    trade.check_agreement();
    let coin = trade.coin.address;
    let more = IERC20::transferCall {
        to: trade.venue,
        value: U256::from(1),
    };
    trade
        .world
        .chain(B)
        .node
        .call(bank_b(), coin, &more)
        .unwrap();
    trade.check_agreement();
}

/// The exploration can fail: a world that paid twice is told from one that did not.
#[test]
#[should_panic(expected = "INV-02")]
fn the_check_finds_a_payment_too_many() {
    let mut trade = Trade::pending(VALIDIUM);
    let gold = trade.gold.address;
    let mint = IERC20::transferCall {
        to: bank_b(),
        value: U256::from(1),
    };
    trade
        .world
        .chain(A)
        .node
        .call(bank_a(), gold, &mint)
        .unwrap();
    assert_eq!(
        trade.world.lock_status(&trade.swap.clone()),
        LockStatus::Locked
    );
    assert_eq!(
        trade.world.outcome(&trade.swap.clone()),
        SwapOutcome::Pending
    );
    trade.check_agreement();
}
