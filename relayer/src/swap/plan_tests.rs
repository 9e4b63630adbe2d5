use proptest::prelude::*;

use super::*;
use crate::model::swap::{BeforeLock, ClosedOn, LockFact, SlotFact};

const DEADLINE: UnixSeconds = 20_000;
const FORCE_AFTER: UnixSeconds = 3_600;
const GRACE: UnixSeconds = 3_600;
const EXPIRY: UnixSeconds = 86_400;

const ALL_ALLOWED: Policy = Policy {
    force: true,
    freeze: true,
    l1_cancel: true,
    publish: true,
};

const END: End = End {
    now: Some(10_000),
    frozen_at: None,
    expires_at: None,
    force_after: FORCE_AFTER,
    grace: GRACE,
};

const PENDING: SlotFact = SlotFact {
    decision: None,
    by_l1: false,
    closed: None,
    is_forced: false,
    is_close_forced: false,
    changed_at: 9_000,
};

fn world(facts: SwapFacts) -> World {
    World {
        facts,
        stage: facts.stage(BeforeLock::LockIntended),
        since: 9_500,
        deadline: DEADLINE,
        l1_now: 10_000,
        source: END,
        destination: END,
        ignored_since: None,
        policy: ALL_ALLOWED,
    }
}

fn pending() -> SwapFacts {
    SwapFacts {
        lock: LockFact::Locked,
        slot: Some(PENDING),
        ..SwapFacts::default()
    }
}

fn decided(decision: Decision) -> SwapFacts {
    SwapFacts {
        slot: Some(SlotFact {
            decision: Some(decision),
            ..PENDING
        }),
        ..pending()
    }
}

fn at(l1_now: UnixSeconds, facts: SwapFacts) -> World {
    let end = End {
        now: Some(l1_now),
        ..END
    };
    World {
        l1_now,
        source: end,
        destination: end,
        ..world(facts)
    }
}

fn destination(world: World, change: impl Fn(End) -> End) -> World {
    World {
        destination: change(world.destination),
        ..world
    }
}

fn source(world: World, change: impl Fn(End) -> End) -> World {
    World {
        source: change(world.source),
        ..world
    }
}

/// Every row of the table: what the chains say, and what follows.
#[test]
fn each_situation_has_its_step() {
    use Decision::{Cancelled, Executed};
    use SwapStep as S;
    let importable = SwapFacts {
        importable: true,
        ..pending()
    };
    let executed_there = SwapFacts {
        outcome: Some(Executed),
        ..importable
    };
    let forced = |facts: SwapFacts| SwapFacts {
        slot: facts.slot.map(|slot| SlotFact {
            is_forced: true,
            is_close_forced: true,
            ..slot
        }),
        ..facts
    };
    let payable = |facts| SwapFacts {
        payable: true,
        ..facts
    };
    let frozen = |end| End {
        frozen_at: Some(9_000),
        ..end
    };
    let expired = |end| End {
        expires_at: Some(9_999),
        ..end
    };
    let gone = |end| End { now: None, ..end };
    let ignored = |world| World {
        ignored_since: Some(10_000),
        ..world
    };
    let (soon, late) = (Some(13_100), DEADLINE + FORCE_AFTER);
    let rows = [
        (
            "no lock",
            world(SwapFacts::default()),
            Next::Wait(Why::LockIncluded, None),
        ),
        (
            "source has not settled",
            world(SwapFacts {
                slot: None,
                ..pending()
            }),
            Next::Wait(Why::SourceSettles, None),
        ),
        (
            "not imported",
            world(pending()),
            Next::Wait(Why::DestinationImports, soon),
        ),
        ("importable", world(importable), Next::Do(S::Execute)),
        (
            "on the deadline",
            at(DEADLINE, importable),
            Next::Do(S::Execute),
        ),
        (
            "execution has time to be included",
            ignored(at(13_599, importable)),
            Next::Do(S::Execute),
        ),
        (
            "execution is ignored",
            ignored(at(13_600, importable)),
            Next::Do(S::ForceExecute),
        ),
        (
            "execution is ignored, and must not be published",
            World {
                policy: Policy {
                    publish: false,
                    ..ALL_ALLOWED
                },
                ..ignored(at(13_600, importable))
            },
            Next::Do(S::Execute),
        ),
        (
            "past the deadline",
            at(DEADLINE + 1, importable),
            Next::Do(S::Cancel),
        ),
        (
            "cancelling is ignored",
            at(late, importable),
            Next::Do(S::ForceResolve),
        ),
        (
            "cancelling is tried on",
            at(late, forced(importable)),
            Next::Do(S::Cancel),
        ),
        (
            "import is ignored",
            at(13_100, pending()),
            Next::Do(S::ForceExecute),
        ),
        (
            "import is ignored for long",
            at(DEADLINE + 1, pending()),
            Next::Do(S::ForceResolve),
        ),
        (
            "asked already",
            at(13_100, forced(pending())),
            Next::Wait(Why::DestinationImports, None),
        ),
        (
            "executed there",
            world(executed_there),
            Next::Wait(Why::DestinationSettles, soon),
        ),
        (
            "settlement is ignored",
            at(13_100, executed_there),
            Next::Do(S::ForceExecute),
        ),
        (
            "destination away",
            destination(world(importable), gone),
            Next::Wait(Why::DestinationUnreachable, soon),
        ),
        (
            "queue expired",
            destination(world(importable), expired),
            Next::Do(S::FreezeDestination),
        ),
        (
            "frozen",
            destination(world(importable), frozen),
            Next::Wait(Why::Grace, Some(12_600)),
        ),
        (
            "grace over",
            destination(at(12_600, importable), frozen),
            Next::Do(S::L1Cancel),
        ),
        (
            "redeemable",
            world(payable(decided(Executed))),
            Next::Do(S::Redeem),
        ),
        (
            "refundable",
            world(payable(decided(Cancelled))),
            Next::Do(S::Refund),
        ),
        (
            "receipt on its way",
            world(decided(Executed)),
            Next::Wait(Why::SourceImports, soon),
        ),
        (
            "source ignores it",
            at(13_100, decided(Executed)),
            Next::Do(S::ForceClose),
        ),
        (
            "refund is ignored",
            at(13_100, payable(decided(Cancelled))),
            Next::Do(S::ForceClose),
        ),
        (
            "tried on",
            at(13_100, forced(payable(decided(Cancelled)))),
            Next::Do(S::Refund),
        ),
        (
            "source away",
            source(world(payable(decided(Executed))), gone),
            Next::Wait(Why::SourceUnreachable, soon),
        ),
        (
            "source's queue expired",
            source(world(decided(Executed)), expired),
            Next::Do(S::FreezeSource),
        ),
        (
            "source frozen",
            source(world(decided(Executed)), frozen),
            Next::Wait(Why::Grace, Some(12_600)),
        ),
        (
            "source dead",
            source(at(12_600, decided(Executed)), frozen),
            Next::Do(S::L1Claim),
        ),
        (
            "paid",
            world(SwapFacts {
                lock: LockFact::Redeemed,
                ..decided(Executed)
            }),
            Next::Wait(Why::PaymentSettles, soon),
        ),
    ];
    for (row, world, expected) in rows {
        assert_eq!(next(&world), expected, "{row}: {world:?}");
    }
}

#[test]
fn what_is_not_allowed_is_waited_for_and_named() {
    let careful = Policy {
        publish: false,
        ..ALL_ALLOWED
    };
    let nothing = Policy {
        force: false,
        freeze: false,
        l1_cancel: false,
        publish: false,
    };
    let frozen = |end| End {
        frozen_at: Some(1),
        ..end
    };
    let expired = |end| End {
        expires_at: Some(1),
        ..end
    };
    let closed = at(50_000, decided(Decision::Executed));
    let rows = [
        (
            World {
                policy: careful,
                ..at(13_100, pending())
            },
            Ok(SwapStep::ForceResolve),
        ),
        (
            World {
                policy: careful,
                ..closed
            },
            Err(SwapStep::ForceClose),
        ),
        (
            World {
                policy: careful,
                ..source(closed, frozen)
            },
            Err(SwapStep::L1Claim),
        ),
        (
            World {
                policy: nothing,
                ..at(50_000, pending())
            },
            Err(SwapStep::ForceResolve),
        ),
        (
            World {
                policy: nothing,
                ..destination(at(50_000, pending()), expired)
            },
            Err(SwapStep::FreezeDestination),
        ),
        (
            World {
                policy: nothing,
                ..destination(at(50_000, pending()), frozen)
            },
            Err(SwapStep::L1Cancel),
        ),
    ];
    for (world, expected) in rows {
        let expected = match expected {
            Ok(step) => Next::Do(step),
            Err(step) => Next::Wait(Why::NotAllowed(step), None),
        };
        assert_eq!(next(&world), expected, "{world:?}");
    }
}

#[test]
fn reasons_have_names_of_their_own() {
    let names: std::collections::BTreeSet<_> = Why::ALL.iter().map(|why| why.label()).collect();
    assert_eq!(names.len(), Why::ALL.len());
}

/// How a chain behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Honest,
    /// Takes part in nothing but what its queue makes it do.
    Ignores,
    /// Stops for good at this time.
    StopsAt(UnixSeconds),
}

impl Operator {
    fn serves(self, now: UnixSeconds) -> bool {
        match self {
            Self::Honest => true,
            Self::Ignores => false,
            Self::StopsAt(at) => now < at,
        }
    }

    fn consumes(self, now: UnixSeconds) -> bool {
        self == Self::Ignores || self.serves(now)
    }
}

/// Three chains, as far as one swap is concerned. Each step of the world is ten minutes.
struct Simulation {
    world: World,
    operators: [Operator; 2],
    venue_fails: bool,
    asked: [Option<UnixSeconds>; 2],
    done: Vec<SwapStep>,
}

const TICK: UnixSeconds = 600;

impl Simulation {
    fn new(operators: [Operator; 2], venue_fails: bool, skew: UnixSeconds) -> Self {
        let mut world = world(pending());
        world.since = 9_000;
        world.destination.now = Some(10_000 + skew);
        Self {
            world,
            operators,
            venue_fails,
            asked: [None; 2],
            done: Vec::new(),
        }
    }

    fn slot(&mut self) -> &mut SlotFact {
        self.world.facts.slot.as_mut().unwrap()
    }

    fn decide(&mut self, decision: Decision, by_l1: bool) {
        let now = self.world.l1_now;
        let slot = self.slot();
        assert_eq!(slot.decision, None, "INV-05");
        *slot = SlotFact {
            decision: Some(decision),
            by_l1,
            changed_at: now,
            ..*slot
        };
    }

    fn close(&mut self, on: ClosedOn) {
        assert!(self.slot().decision.is_some(), "INV-06");
        assert_eq!(self.slot().closed, None, "INV-02");
        self.slot().closed = Some(on);
    }

    /// The chains do what they do by themselves.
    fn tick(&mut self, skew: UnixSeconds) {
        self.world.l1_now += TICK;
        let now = self.world.l1_now;
        let [source, destination] = self.operators;
        self.world.source.now =
            (!matches!(source, Operator::StopsAt(at) if at <= now)).then_some(now);
        let reachable = !matches!(destination, Operator::StopsAt(at) if at <= now);
        self.world.destination.now = reachable.then_some(now + skew);
        if destination.serves(now) && self.world.destination.frozen_at.is_none() {
            self.world.facts.importable = true;
            if let Some(outcome) = self.world.facts.outcome
                && self.slot().decision.is_none()
            {
                self.decide(outcome, false);
            }
        }
        if self.asked[1].is_some() && destination.consumes(now) {
            self.asked[1] = None;
            if self.slot().decision.is_none() {
                let outcome = self.world.facts.outcome.unwrap_or(Decision::Cancelled);
                self.world.facts.outcome = Some(outcome);
                self.decide(outcome, false);
            }
        }
        if source.serves(now) && self.world.source.frozen_at.is_none() {
            self.world.facts.payable = self.slot().decision.is_some();
            let paid = matches!(
                self.world.facts.lock,
                LockFact::Redeemed | LockFact::Refunded
            );
            if paid && self.slot().closed.is_none() {
                self.close(ClosedOn::Source);
            }
        }
        if self.asked[0].is_some() && source.consumes(now) {
            self.asked[0] = None;
            if self.slot().closed.is_none() {
                self.pay();
                self.close(ClosedOn::Source);
            }
        }
        self.world.destination.expires_at = self.asked[1].map(|at| at + EXPIRY);
        self.world.source.expires_at = self.asked[0].map(|at| at + EXPIRY);
        let stage = self.world.facts.stage(BeforeLock::LockIntended);
        if stage != self.world.stage {
            self.world.since = now;
        }
        self.world.stage = stage;
    }

    fn pay(&mut self) {
        self.world.facts.lock = match self.slot().decision {
            Some(Decision::Executed) => LockFact::Redeemed,
            Some(Decision::Cancelled) => LockFact::Refunded,
            None => panic!("INV-06"),
        };
    }

    fn take(&mut self, step: SwapStep) {
        let now = self.world.l1_now;
        let [source, destination] = self.operators;
        let there = self.world.destination.now;
        match step {
            SwapStep::Approve | SwapStep::Lock => panic!("not by itself"),
            SwapStep::Execute => {
                assert!(there.is_some_and(|now| now <= DEADLINE), "too late");
                if destination.serves(now) && !self.venue_fails {
                    self.world.facts.outcome = Some(Decision::Executed);
                }
            }
            SwapStep::Cancel => {
                assert!(there.is_some_and(|now| now > DEADLINE), "too early");
                if destination.serves(now) {
                    self.world.facts.outcome = Some(Decision::Cancelled);
                }
            }
            SwapStep::Redeem | SwapStep::Refund => {
                assert!(self.world.facts.payable, "unproven");
                let fits = (step == SwapStep::Redeem)
                    == (self.slot().decision == Some(Decision::Executed));
                assert!(fits, "{step:?}");
                if source.serves(now) {
                    self.pay();
                }
            }
            SwapStep::ForceResolve | SwapStep::ForceExecute => {
                assert!(!self.slot().is_forced, "once");
                assert!(now >= self.slot().changed_at + FORCE_AFTER, "too early");
                self.slot().is_forced = true;
                self.asked[1] = Some(now);
            }
            SwapStep::ForceClose => {
                assert!(!self.slot().is_close_forced, "once");
                assert!(now >= self.slot().changed_at + FORCE_AFTER, "too early");
                self.slot().is_close_forced = true;
                self.asked[0] = Some(now);
            }
            SwapStep::FreezeDestination => {
                assert!(self.asked[1].is_some_and(|at| now > at + EXPIRY), "live");
                self.world.destination.frozen_at = Some(now);
                self.world.facts.outcome = None;
            }
            SwapStep::FreezeSource => {
                assert!(self.asked[0].is_some_and(|at| now > at + EXPIRY), "live");
                self.world.source.frozen_at = Some(now);
            }
            SwapStep::L1Cancel => {
                let frozen = self.world.destination.frozen_at.unwrap();
                assert!(now >= frozen + GRACE, "too early");
                self.decide(Decision::Cancelled, true);
            }
            SwapStep::L1Claim => {
                let frozen = self.world.source.frozen_at.unwrap();
                assert!(now >= frozen + GRACE, "too early");
                self.close(ClosedOn::L1);
            }
        }
        if self.done.last() != Some(&step) {
            self.done.push(step);
        }
    }

    fn run(&mut self, skew: UnixSeconds) -> SwapStage {
        for _ in 0..5 * 24 * 6 {
            self.tick(skew);
            match next(&self.world) {
                Next::Do(step) => self.take(step),
                Next::Wait(_, until) => {
                    let missed = until.is_some_and(|until| until + TICK < self.world.l1_now);
                    assert!(!missed, "something was due: {:?}", self.world);
                }
                Next::Over => return self.world.stage,
            }
        }
        panic!("LIV-01: {:?} after {:?}", self.world, self.done);
    }
}

fn operator() -> impl Strategy<Value = Operator> {
    prop_oneof![
        Just(Operator::Honest),
        Just(Operator::Ignores),
        (9_000_u64..200_000).prop_map(Operator::StopsAt),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// LIV-01, LIV-03, INV-04, INV-05: whatever the operators do, one relayer brings every swap to its end, and every step
    /// it takes is one that the contracts allow at that time.
    #[test]
    fn liv01_every_swap_comes_to_its_end(
        source in operator(),
        destination in operator(),
        venue_fails in any::<bool>(),
        skew in 0_u64..7_200,
    ) {
        let mut simulation = Simulation::new([source, destination], venue_fails, skew);
        let stage = simulation.run(skew);
        let decision = simulation.slot().decision;
        prop_assert!(stage.is_terminal());
        let both_honest = [source, destination] == [Operator::Honest; 2];
        if both_honest {
            let expected = if venue_fails { SwapStage::Refunded } else { SwapStage::Redeemed };
            prop_assert_eq!(stage, expected);
        }
        if venue_fails {
            prop_assert_eq!(decision, Some(Decision::Cancelled));
        }
        let took = |step| simulation.done.contains(&step);
        prop_assert!(!(took(SwapStep::Redeem) && took(SwapStep::Refund)), "{:?}", simulation.done);
    }

    /// No situation calls for two opposite steps, and none for a step that the situation rules out.
    #[test]
    fn a_step_fits_its_situation(
        decision in prop::option::of(prop_oneof![Just(Decision::Executed), Just(Decision::Cancelled)]),
        outcome in prop::option::of(prop_oneof![Just(Decision::Executed), Just(Decision::Cancelled)]),
        (importable, payable, is_forced, known) in any::<(bool, bool, bool, bool)>(),
        (l1_now, there) in (0_u64..200_000, prop::option::of(0_u64..40_000)),
        (frozen, expires) in (prop::option::of(0_u64..200_000), prop::option::of(0_u64..200_000)),
        (force, freeze, l1_cancel, publish) in any::<(bool, bool, bool, bool)>(),
    ) {
        let slot = SlotFact { decision, is_forced, is_close_forced: is_forced, ..PENDING };
        let facts = SwapFacts { slot: known.then_some(slot), outcome, importable, payable, ..pending() };
        let end = End { now: there, frozen_at: frozen, expires_at: expires, ..END };
        let policy = Policy { force, freeze, l1_cancel, publish };
        let world = World { l1_now, source: end, destination: end, policy, ..world(facts) };
        if let Next::Do(step) = next(&world) {
            prop_assert!(known && policy.allows(step));
            let pending = decision.is_none();
            let fits = match step {
                SwapStep::Approve | SwapStep::Lock => false,
                SwapStep::Execute => pending && outcome.is_none() && importable && there.is_some_and(|now| now <= DEADLINE),
                SwapStep::Cancel => pending && outcome.is_none() && importable && there.is_some_and(|now| now > DEADLINE),
                SwapStep::Redeem => decision == Some(Decision::Executed) && payable,
                SwapStep::Refund => decision == Some(Decision::Cancelled) && payable,
                SwapStep::ForceResolve | SwapStep::ForceExecute => pending && !is_forced && frozen.is_none(),
                SwapStep::ForceClose => !pending && !is_forced && frozen.is_none(),
                SwapStep::FreezeDestination => pending && frozen.is_none() && expires.is_some_and(|at| at < l1_now),
                SwapStep::FreezeSource => !pending && frozen.is_none() && expires.is_some_and(|at| at < l1_now),
                SwapStep::L1Cancel => pending && frozen.is_some_and(|at| at + GRACE <= l1_now),
                SwapStep::L1Claim => !pending && frozen.is_some_and(|at| at + GRACE <= l1_now),
            };
            prop_assert!(fits, "{step:?} in {world:?}");
        }
    }
}
