//! The plan against the model of the protocol: in every state of its runs the coordinator knows where a swap stands, what it
//! does next is something that the protocol allows, and following it ends the swap.

use std::collections::BTreeMap;

use causeway_model::{
    Action, Protocol, Rules, State,
    state::{self, Chain, ChainState, Closed, Lock, Operation, Operator, Outcome, Phase, Swap},
    traces::{generate, settings},
};

use super::plan::{End, Next, Policy, Why, World, next};
use crate::model::UnixSeconds;
use crate::model::swap::{
    BeforeLock, ClosedOn, Decision, LockFact, SlotFact, SwapFacts, SwapStage, SwapStep,
};

const SEED: u64 = 0xca05_e7a9;
const TRACES: usize = 10_000;
/// From one state in so many the plan is followed to the end.
const FOLLOWED: usize = 16;

const L1_NOW: UnixSeconds = 1_000_000;
const HOUR: UnixSeconds = 3_600;
const DEADLINE: UnixSeconds = 500_000;

/// Everything is allowed.
const BOLD: Policy = Policy {
    force: true,
    freeze: true,
    l1_cancel: true,
    publish: true,
};
/// Nothing is published: what needs that is left to the bank.
const CAREFUL: Policy = Policy {
    publish: false,
    ..BOLD
};

/// Whether so much time has passed that what can be forced is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    Left,
    Over,
}

fn seen(state: &State) -> State {
    State {
        l1: *state.final_l1(),
        before_fork: None,
        ..*state
    }
}

fn asked(state: &State, chain: Chain, operation: Operation) -> bool {
    let queue = &state.l1.chains[chain as usize].queue;
    (0..queue.len()).any(|index| queue.get(index) == Some(operation))
}

fn decision(decision: state::Decision) -> Option<Decision> {
    match decision {
        state::Decision::Unknown | state::Decision::Pending => None,
        state::Decision::Executed => Some(Decision::Executed),
        state::Decision::Cancelled => Some(Decision::Cancelled),
    }
}

/// What the coordinator finds on the chains: L1 as it is final, the chains at their heads.
fn facts(protocol: &Protocol, state: &State, swap: Swap) -> SwapFacts {
    let state = seen(state);
    let (source, destination) = protocol.setting.topology.ends(swap);
    let (head, slot) = (state.heads[swap as usize], state.l1.slots[swap as usize]);
    let fact = SlotFact {
        decision: decision(slot.decision),
        by_l1: slot.by_l1,
        closed: match slot.closed {
            Closed::No => None,
            Closed::OnSource => Some(ClosedOn::Source),
            Closed::OnL1 => Some(ClosedOn::L1),
        },
        is_forced: asked(&state, destination, Operation::Resolve(swap)),
        is_close_forced: asked(&state, source, Operation::Close(swap)),
        changed_at: 0,
    };
    SwapFacts {
        lock: match head.lock {
            Lock::None => LockFact::None,
            Lock::Locked | Lock::Refundable => LockFact::Locked,
            Lock::Redeemed => LockFact::Redeemed,
            Lock::Refunded => LockFact::Refunded,
            Lock::ClosedByL1 => LockFact::ClosedByL1,
        },
        slot: (slot.decision != state::Decision::Unknown).then_some(fact),
        // What is buried leaves no receipt.
        outcome: match head.outcome {
            Outcome::Unseen | Outcome::Buried => None,
            Outcome::Executed | Outcome::ForcedExecuted => Some(Decision::Executed),
            Outcome::Cancelled | Outcome::ForcedCancelled => Some(Decision::Cancelled),
        },
        importable: state.imported & (1 << swap as u8) != 0,
        payable: match slot.by_l1 {
            true => head.lock == Lock::Refundable,
            false => slot.decision.is_final(),
        },
    }
}

fn end(state: &State, chain: Chain, now: UnixSeconds, patience: Patience) -> End {
    let on_l1 = &state.l1.chains[chain as usize];
    let frozen_for = if on_l1.is_grace_over { HOUR } else { 0 };
    let expires_at = match on_l1.is_expired {
        true => L1_NOW - 1,
        false => L1_NOW + HOUR,
    };
    let is_reached = state.chains[chain as usize].operator != Operator::Halted;
    End {
        now: is_reached.then_some(now),
        frozen_at: on_l1.is_frozen.then_some(L1_NOW - frozen_for),
        expires_at: (on_l1.consumed < on_l1.queue.len()).then_some(expires_at),
        force_after: match patience {
            Patience::Left => 2 * L1_NOW,
            Patience::Over => HOUR,
        },
        grace: HOUR,
    }
}

fn plan(
    protocol: &Protocol,
    state: &State,
    swap: Swap,
    (patience, policy): (Patience, Policy),
) -> (SwapStage, Next) {
    let facts = facts(protocol, state, swap);
    let stage = facts.stage(BeforeLock::LockIntended);
    let is_late = state.late & (1 << swap as u8) != 0;
    let (source, destination) = protocol.setting.topology.ends(swap);
    let there = DEADLINE + UnixSeconds::from(is_late);
    let world = World {
        facts,
        stage,
        since: 0,
        deadline: DEADLINE,
        l1_now: L1_NOW,
        source: end(state, source, L1_NOW, patience),
        destination: end(state, destination, there, patience),
        ignored_since: None,
        policy,
    };
    (stage, next(&world))
}

/// Where the swap stands by the model.
fn expected_stage(state: &State, swap: Swap) -> SwapStage {
    let state = seen(state);
    let (head, slot) = (state.heads[swap as usize], state.l1.slots[swap as usize]);
    match (slot.decision, slot.closed) {
        (state::Decision::Unknown, _) if head.lock == Lock::None => SwapStage::LockIntended,
        (state::Decision::Unknown, _) => SwapStage::Locked,
        (state::Decision::Pending, _) => match head.outcome {
            Outcome::Executed | Outcome::ForcedExecuted => SwapStage::Executed,
            Outcome::Cancelled | Outcome::ForcedCancelled => SwapStage::Cancelled,
            _ if state.imported & (1 << swap as u8) != 0 => SwapStage::Executable,
            _ => SwapStage::Settled,
        },
        (_, Closed::OnL1) => SwapStage::ClosedByL1,
        (state::Decision::Executed, Closed::OnSource) => SwapStage::Redeemed,
        (state::Decision::Cancelled, Closed::OnSource) => SwapStage::Refunded,
        (state::Decision::Executed, Closed::No) => match head.lock {
            Lock::Redeemed => SwapStage::Redeeming,
            _ => SwapStage::Redeemable,
        },
        (state::Decision::Cancelled, Closed::No) => match head.lock {
            Lock::Refunded => SwapStage::Refunding,
            Lock::Locked if slot.by_l1 => SwapStage::DecidedCancelled,
            _ => SwapStage::Refundable,
        },
    }
}

fn action(protocol: &Protocol, swap: Swap, step: SwapStep) -> Action {
    let (source, destination) = protocol.setting.topology.ends(swap);
    match step {
        SwapStep::Approve | SwapStep::Lock => panic!("not by itself"),
        SwapStep::Execute => Action::Execute(swap),
        SwapStep::Cancel => Action::Cancel(swap),
        SwapStep::Redeem => Action::Redeem(swap),
        SwapStep::Refund => Action::Refund(swap),
        SwapStep::ForceResolve | SwapStep::ForceExecute => Action::Force(swap),
        SwapStep::ForceClose => Action::ForceClose(swap),
        SwapStep::FreezeDestination => Action::Freeze(destination),
        SwapStep::FreezeSource => Action::Freeze(source),
        SwapStep::L1Cancel => Action::L1Cancel(swap),
        SwapStep::L1Claim => Action::L1Claim(swap),
    }
}

/// Whether nothing but an operator that ignores swaps stands against it, in L1's newest block or in its final one.
fn is_allowed(protocol: &Protocol, state: &State, action: Action) -> bool {
    let mut protocol = *protocol;
    protocol.setting.unfinal = u8::MAX;
    [*state, seen(state)].into_iter().any(|mut state| {
        state.unfinal = 1;
        for chain in &mut state.chains {
            *chain = ChainState {
                operator: Operator::Live,
                phase: Phase::Running,
                ..*chain
            };
        }
        protocol.allows(&state, action)
    })
}

/// Whether somebody has done it on L1, and it is not final yet: then the contracts refuse it, and the coordinator waits.
fn is_done(state: &State, action: Action) -> bool {
    let slot = |swap| state.l1.slots[swap as usize];
    let done = match action {
        Action::L1Cancel(swap) | Action::Force(swap) => slot(swap).decision.is_final(),
        Action::L1Claim(swap) | Action::ForceClose(swap) => slot(swap).closed != Closed::No,
        Action::Freeze(chain) => state.l1.chains[chain as usize].is_frozen,
        _ => false,
    };
    done && state.before_fork.is_some()
}

fn protocol_of(trace: &causeway_model::traces::Trace) -> Protocol {
    Protocol {
        setting: settings()[usize::from(trace.setting)],
        rules: Rules::AS_SPECIFIED,
    }
}

/// Every state of many runs.
fn each_state(mut look: impl FnMut(&Protocol, &State)) {
    for trace in &generate(SEED, TRACES).all {
        let protocol = protocol_of(trace);
        let mut state = State::initial(protocol.setting.faults, protocol.setting.reorgs);
        for step in &trace.steps {
            state = protocol.after(&state, step.action);
            look(&protocol, &state);
        }
    }
}

#[test]
fn inv04_the_coordinator_knows_where_the_models_swaps_stand() {
    let mut stages = BTreeMap::new();
    each_state(|protocol, state| {
        for swap in Swap::ALL {
            let (stage, planned) = plan(protocol, state, swap, (Patience::Left, BOLD));
            assert_eq!(stage, expected_stage(state, swap), "{swap:?} in {state:?}");
            assert_eq!(stage.is_terminal(), planned == Next::Over, "{state:?}");
            *stages.entry(stage).or_insert(0) += 1;
        }
    });
    eprintln!("{stages:?}");
    let reached = SwapStage::ALL.into_iter();
    let reached = reached.skip_while(|stage| *stage != SwapStage::LockIntended);
    for stage in reached.filter(|stage| *stage != SwapStage::DecidedExecuted) {
        assert!(stages.contains_key(&stage), "{stage} never reached");
    }
}

#[test]
fn what_the_coordinator_does_the_protocol_allows() {
    let mut steps = BTreeMap::new();
    each_state(|protocol, state| {
        for (swap, patience) in Swap::ALL
            .into_iter()
            .flat_map(|swap| [(swap, Patience::Left), (swap, Patience::Over)])
        {
            let (stage, planned) = plan(protocol, state, swap, (patience, BOLD));
            let Next::Do(step) = planned else { continue };
            let action = action(protocol, swap, step);
            let fits = is_allowed(protocol, state, action) || is_done(state, action);
            assert!(fits, "{action:?} of a swap that is {stage} in {state:?}");
            *steps.entry(step).or_insert(0) += 1;
        }
    });
    eprintln!("{steps:?}");
    // Execution is forced in words until the deadline and by name after it; here the deadline is over on L1.
    assert_eq!(steps.len(), 10, "every step but those of the bank itself");
}

/// LIV-01, LIV-03: whoever follows the plan ends every swap that L1 knows: where operators come back, and where those that
/// have stopped do not.
#[test]
fn liv01_following_the_plan_ends_every_swap() {
    let mut endings = BTreeMap::new();
    each_end(BOLD, |end| {
        let (stage, state) = (end.stage, end.state);
        assert!(stage.is_terminal(), "LIV-01: {stage} in {state:?}");
        *endings.entry(stage).or_insert(0) += 1;
    });
    eprintln!("{endings:?}");
    assert_eq!(endings.len(), 3, "all endings are reached");
}

/// LIV-03 where nothing may be published: every swap that L1 knows is decided all the same, and ends if operators come back.
/// If they do not, what is left is that a source pays, and one step of the bank's is next: asking L1 for it by name, or claiming.
#[test]
fn liv03_what_may_not_be_published_is_left_to_the_bank() {
    let (mut ended, mut left) = (0, BTreeMap::new());
    each_end(CAREFUL, |end| {
        if end.planned == Next::Over {
            ended += 1;
            return;
        }
        let (stage, state) = (end.stage, end.state);
        assert!(!end.returns, "{stage} in {state:?}");
        assert!(stage.decision().is_some(), "{stage} in {state:?}");
        let (_, bold) = plan(end.protocol, state, end.swap, (Patience::Over, BOLD));
        let Next::Do(step) = bold else {
            panic!("{bold:?} of a swap that is {stage} in {state:?}");
        };
        *left.entry(step).or_insert(0) += 1;
    });
    eprintln!("{ended} ended, left: {left:?}");
    assert!(ended > 0);
    let steps: Vec<_> = left.into_keys().collect();
    assert_eq!(steps, [SwapStep::ForceClose, SwapStep::L1Claim]);
}

/// In every state the careful plan is the bold one, but for what it may not publish: then it goes on asking a source that may
/// ignore it, or waits and names what it may not.
#[test]
fn the_careful_plan_lacks_what_is_published_and_nothing_else() {
    let mut missing = BTreeMap::new();
    each_state(|protocol, state| {
        let both = [Patience::Left, Patience::Over];
        for (swap, patience) in Swap::ALL
            .into_iter()
            .flat_map(|swap| both.map(|patience| (swap, patience)))
        {
            let [bold, careful] =
                [BOLD, CAREFUL].map(|policy| plan(protocol, state, swap, (patience, policy)).1);
            if bold == careful {
                continue;
            }
            let Next::Do(step) = bold else {
                panic!("{bold:?} and {careful:?} in {state:?}");
            };
            assert!(!CAREFUL.allows(step), "{step:?} in {state:?}");
            let is_own = matches!(careful, Next::Do(SwapStep::Redeem | SwapStep::Refund));
            let is_named = careful == Next::Wait(Why::NotAllowed(step), None);
            assert!(is_own || is_named, "{careful:?} for {bold:?} in {state:?}");
            *missing.entry((step, is_own)).or_insert(0) += 1;
        }
    });
    eprintln!("{missing:?}");
    let missing: Vec<_> = missing.into_keys().collect();
    assert_eq!(
        missing,
        [
            (SwapStep::ForceClose, false),
            (SwapStep::ForceClose, true),
            (SwapStep::L1Claim, false),
        ]
    );
}

/// How a swap stands that L1 knows, once nothing more happens.
struct Ended<'a> {
    protocol: &'a Protocol,
    swap: Swap,
    stage: SwapStage,
    planned: Next,
    state: &'a State,
    /// Whether operators came back.
    returns: bool,
}

/// Follows the plan from one state in so many, with operators that come back and with those that do not.
fn each_end(policy: Policy, mut look: impl FnMut(Ended<'_>)) {
    let mut index = 0_usize;
    each_state(|protocol, state| {
        index += 1;
        if !index.is_multiple_of(FOLLOWED) {
            return;
        }
        for returns in [true, false] {
            let state = &follow(protocol, *state, (returns, policy));
            for swap in Swap::ALL {
                let (stage, planned) = plan(protocol, state, swap, (Patience::Over, policy));
                if stage > SwapStage::Locked {
                    look(Ended {
                        protocol,
                        swap,
                        stage,
                        planned,
                        state,
                        returns,
                    });
                }
            }
        }
    });
}

fn follow(protocol: &Protocol, mut state: State, how: (bool, Policy)) -> State {
    // What L1 has done becomes final.
    (state.before_fork, state.unfinal) = (None, 0);
    while let Some(action) = due(protocol, &state, how) {
        state = protocol.after(&state, action);
    }
    state
}

/// What happens next: honest people do what they can, and the coordinator what it plans; when all wait, time passes.
fn due(protocol: &Protocol, state: &State, (returns, policy): (bool, Policy)) -> Option<Action> {
    let operators = Chain::ALL.into_iter().map(Action::Return);
    let by_itself = operators.filter(|_| returns);
    let of_chains = Chain::ALL.into_iter().flat_map(|chain| {
        let consume = |executes| Action::Consume { chain, executes };
        [
            Action::Recover(chain),
            Action::Bury(chain),
            consume(true),
            consume(false),
            Action::Settle(chain),
        ]
    });
    let imports = Swap::ALL.into_iter().map(Action::Import);
    let clocks = Chain::ALL
        .into_iter()
        .flat_map(|chain| [Action::Grace(chain), Action::Expire(chain)]);
    let deadlines = Swap::ALL.into_iter().map(Action::Deadline);
    by_itself
        .chain(of_chains)
        .chain(imports)
        .chain(planned(protocol, state, (Patience::Left, policy)))
        .chain(planned(protocol, state, (Patience::Over, policy)))
        .chain(clocks)
        .chain(deadlines)
        .find(|action| protocol.allows(state, *action))
}

fn planned(protocol: &Protocol, state: &State, how: (Patience, Policy)) -> Vec<Action> {
    let steps = Swap::ALL
        .into_iter()
        .filter_map(|swap| match plan(protocol, state, swap, how).1 {
            Next::Do(step) => Some(action(protocol, swap, step)),
            Next::Wait(..) | Next::Over => None,
        });
    steps.collect()
}
