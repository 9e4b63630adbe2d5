use std::collections::BTreeMap;

use alloy::primitives::{B256, U256};
use causeway_bindings::AssetKind;
use proptest::prelude::*;

use super::*;
use crate::tokens::model::{Limit, Parties};

const HOME: ChainId = 10;
const TOKEN: Address = Address::repeat_byte(0x70);
const OWN: Address = Address::repeat_byte(0x71);
const OWNER: Address = Address::repeat_byte(0x72);

fn person(number: u8) -> Address {
    match number {
        0 => Address::ZERO,
        number => Address::with_last_byte(number),
    }
}

/// What the contracts of a chain keep, and do: `AssetRules`, vault and announcement in a few lines.
#[derive(Clone, Debug)]
struct Contracts {
    owner: Address,
    issuer: Address,
    proposed: Address,
    limiter: Address,
    pauser: Address,
    routes: BTreeMap<ChainId, RouteRules>,
    standing: Option<Address>,
    offered_for: B256,
    named: BTreeMap<ChainId, Address>,
}

impl Contracts {
    fn issuer(&self) -> Address {
        match self.issuer {
            Address::ZERO => self.owner,
            issuer => issuer,
        }
    }

    fn acting(&self, appointed: Address) -> Address {
        match appointed {
            Address::ZERO => self.issuer(),
            appointed => appointed,
        }
    }

    fn standing(&self) -> Option<Standing> {
        Some(Standing {
            token: self.standing?,
            issuer: self.issuer(),
            proposed: self.proposed,
            limiter: self.acting(self.limiter),
            pauser: self.acting(self.pauser),
            routes: self.routes.clone(),
        })
    }
}

#[derive(Clone, Debug)]
struct World(BTreeMap<ChainId, Contracts>);

impl World {
    fn state(&self, desired: &Desired) -> State {
        let named = &self.0[&HOME].named;
        let chains = self.0.iter().map(|(id, contracts)| {
            let wished = desired.chains[id].representation;
            let brought = Brought {
                exists: true,
                owner: OWNER,
                offered_for: contracts.offered_for,
                is_taken: false,
            };
            let state = ChainState {
                custody: Address::with_last_byte(0xc0),
                rules: Address::with_last_byte(0xc1),
                standing: contracts.standing(),
                brought: wished
                    .filter(|_| contracts.standing.is_none())
                    .map(|_| brought),
                named: named.get(id).copied().unwrap_or_default(),
            };
            (*id, state)
        });
        State {
            chains: chains.collect(),
        }
    }

    /// Makes a transaction as whoever it names; the contracts have to take it.
    fn make(&mut self, step: &Step, asset: B256) {
        let issuer = self.0[&HOME].issuer();
        let signer = step.account.unwrap_or_default();
        let here = self.0.get_mut(&step.chain).unwrap();
        let allowed = match step.action {
            Action::AcceptIssuer => here.proposed,
            Action::SetLimit { .. } => here.acting(here.limiter),
            Action::Pause { .. } => here.acting(here.pauser),
            Action::Offer(_) => OWNER,
            Action::Announce { .. } => signer,
            _ => here.issuer(),
        };
        assert_eq!(signer, allowed, "{step:?}");
        assert!(!signer.is_zero() || step.role == Role::Anyone, "{step:?}");
        match step.action {
            Action::ProposeIssuer(account) => here.proposed = account,
            Action::AcceptIssuer => (here.issuer, here.proposed) = (signer, Address::ZERO),
            Action::Appoint { limiter, pauser } => (here.limiter, here.pauser) = (limiter, pauser),
            Action::NameRepresentation { on, representation } => {
                here.named.insert(on, representation);
            }
            Action::Offer(offered) => here.offered_for = offered,
            Action::SetLimit { other, way, limit } => {
                let rules = here.routes.entry(other).or_default();
                match way {
                    Way::Outgoing => rules.outgoing = limit,
                    Way::Incoming => rules.incoming = limit,
                }
            }
            Action::Pause { other } => here.routes.entry(other).or_default().paused = true,
            Action::Unpause { other } => here.routes.entry(other).or_default().paused = false,
            Action::Announce { to, .. } => {
                let named = here.named.get(&to).copied().unwrap_or_default();
                let there = self.0.get_mut(&to).unwrap();
                if named.is_zero() {
                    there.standing = Some(Address::repeat_byte(0x73));
                } else if there.offered_for == asset {
                    there.standing = Some(named);
                }
                there.issuer = issuer;
            }
        }
    }
}

fn limits() -> impl Strategy<Value = Limit> {
    let limit = |capacity: u64| match capacity {
        0 => Limit::NONE,
        capacity => Limit {
            capacity: U256::from(capacity),
            refill_per_second: U256::ONE,
        },
    };
    (0..3_u64).prop_map(limit)
}

fn rules() -> impl Strategy<Value = RouteRules> {
    (any::<bool>(), limits(), limits()).prop_map(|(paused, outgoing, incoming)| RouteRules {
        paused,
        outgoing,
        incoming,
    })
}

fn routes(id: ChainId, count: u64) -> impl Strategy<Value = BTreeMap<ChainId, RouteRules>> {
    let others = (HOME..HOME + count).filter(move |other| *other != id);
    others
        .map(|other| rules().prop_map(move |rules| (other, rules)))
        .collect::<Vec<_>>()
        .prop_map(|routes| routes.into_iter().collect())
}

fn wish(id: ChainId, count: u64) -> impl Strategy<Value = (ChainId, DesiredChain)> {
    let people = (1..4_u8, 0..4_u8, 0..4_u8);
    let kinds = (any::<bool>(), any::<bool>());
    (kinds, people, routes(id, count)).prop_map(move |((announce, own), (i, l, p), routes)| {
        let named = |number| Some(person(number)).filter(|account| !account.is_zero());
        let chain = DesiredChain {
            announce: announce && id != HOME,
            representation: (own && id != HOME).then_some(OWN),
            parties: Parties {
                issuer: person(i),
                limiter: named(l),
                pauser: named(p),
            },
            routes,
        };
        (id, chain)
    })
}

fn contracts(id: ChainId, count: u64) -> impl Strategy<Value = (ChainId, Contracts)> {
    let people = (0..4_u8, 0..4_u8, 0..4_u8, 0..4_u8, 0..4_u8);
    let stands = (any::<bool>(), any::<bool>(), 0..3_u8);
    (people, stands, routes(id, count)).prop_map(
        move |(people, (stands, is_own, named), routes)| {
            let (owner, issuer, proposed, limiter, pauser) = people;
            let standing = match (id == HOME, stands, is_own) {
                (true, ..) => Some(TOKEN),
                (_, true, true) => Some(OWN),
                (_, true, false) => Some(Address::repeat_byte(0x74)),
                _ => None,
            };
            // What does not stand yet has neither parties nor rules.
            let fresh = standing.is_none();
            let person = |number| if fresh { Address::ZERO } else { person(number) };
            let contracts = Contracts {
                owner: if id == HOME {
                    person(owner)
                } else {
                    Address::ZERO
                },
                issuer: person(issuer),
                proposed: person(proposed),
                limiter: person(limiter),
                pauser: person(pauser),
                routes: if fresh { BTreeMap::new() } else { routes },
                standing,
                offered_for: B256::ZERO,
                named: [(HOME + 1, [Address::ZERO, OWN, OWNER][usize::from(named)])].into(),
            };
            (id, contracts)
        },
    )
}

fn cases() -> impl Strategy<Value = (Desired, World)> {
    (1..4_u64).prop_flat_map(|count| {
        let wishes: Vec<_> = (HOME..HOME + count).map(|id| wish(id, count)).collect();
        let worlds: Vec<_> = (HOME..HOME + count)
            .map(|id| contracts(id, count))
            .collect();
        (wishes, worlds).prop_map(|(wishes, worlds)| {
            let desired = Desired {
                home: HOME,
                token: TOKEN,
                kind: AssetKind::Fungible,
                decimals: 6,
                chains: wishes.into_iter().collect(),
            };
            (desired, World(worlds.into_iter().collect()))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Every transaction is allowed when its turn comes. What arrives in between is one announcement per chain, so the second
    /// plan is the last.
    #[test]
    fn what_is_planned_leads_to_what_is_wanted((desired, mut world) in cases()) {
        for _ in 0..2 {
            for step in steps(&compare(&desired, &world.state(&desired))) {
                world.make(&step, desired.asset_id());
            }
        }
        let left = compare(&desired, &world.state(&desired));
        prop_assert_eq!(steps(&left), vec![]);
        let impossible = left.iter().any(|left| matches!(left.remedy, Remedy::Nobody(_)));
        prop_assert!(impossible || left.is_empty(), "{:?}", left);
    }

    /// Nothing is impossible as long as somebody decides, and no other token stands than the one wanted.
    #[test]
    fn an_issuer_gets_everything((desired, mut world) in cases()) {
        for (id, contracts) in &mut world.0 {
            if contracts.issuer().is_zero() && contracts.standing.is_some() {
                contracts.issuer = OWNER;
            }
            if *id != HOME {
                (contracts.standing, contracts.issuer, contracts.proposed) = Default::default();
                (contracts.limiter, contracts.pauser) = Default::default();
                contracts.routes.clear();
            }
        }
        for _ in 0..2 {
            for step in steps(&compare(&desired, &world.state(&desired))) {
                world.make(&step, desired.asset_id());
            }
        }
        prop_assert_eq!(compare(&desired, &world.state(&desired)), vec![]);
    }
}

fn alice() -> Address {
    person(1)
}

fn bob() -> Address {
    person(2)
}

fn parties(issuer: Address) -> Parties {
    Parties {
        issuer,
        limiter: None,
        pauser: None,
    }
}

fn desired() -> Desired {
    let chain = |announce, other| DesiredChain {
        announce,
        representation: None,
        parties: parties(alice()),
        routes: [(other, RouteRules::default())].into(),
    };
    Desired {
        home: HOME,
        token: TOKEN,
        kind: AssetKind::Fungible,
        decimals: 6,
        chains: [
            (HOME, chain(false, HOME + 1)),
            (HOME + 1, chain(true, HOME)),
        ]
        .into(),
    }
}

fn standing(token: Address, issuer: Address) -> Standing {
    Standing {
        token,
        issuer,
        proposed: Address::ZERO,
        limiter: issuer,
        pauser: issuer,
        routes: BTreeMap::new(),
    }
}

fn state(there: Option<Standing>) -> State {
    let chain = |number, standing| ChainState {
        custody: Address::repeat_byte(number),
        rules: Address::repeat_byte(number + 1),
        standing,
        brought: None,
        named: Address::ZERO,
    };
    let home = chain(0x20, Some(standing(TOKEN, alice())));
    State {
        chains: [(HOME, home), (HOME + 1, chain(0x30, there))].into(),
    }
}

fn only(differences: Vec<Difference>) -> Difference {
    assert_eq!(differences.len(), 1, "{differences:?}");
    differences.into_iter().next().unwrap()
}

#[test]
fn what_is_as_wanted_takes_nothing() {
    let there = standing(OWN, alice());
    assert_eq!(compare(&desired(), &state(Some(there))), []);
}

#[test]
fn what_nobody_wants_announced_is_left_alone() {
    let mut desired = desired();
    desired.chains.get_mut(&(HOME + 1)).unwrap().announce = false;
    assert_eq!(compare(&desired, &state(None)), []);
}

#[test]
fn the_issuer_changes_in_two_steps_and_a_proposal_is_not_made_twice() {
    let mut state = state(Some(standing(OWN, bob())));
    let made = |state: &State| {
        let steps = steps(&compare(&desired(), state));
        let made = steps
            .iter()
            .map(|step| (step.action, step.account.unwrap()));
        made.collect::<Vec<_>>()
    };
    let appoint = Action::Appoint {
        limiter: Address::ZERO,
        pauser: Address::ZERO,
    };
    let rest = [(Action::AcceptIssuer, alice()), (appoint, alice())];
    let propose = (Action::ProposeIssuer(alice()), bob());
    assert_eq!(made(&state), [propose, rest[0], rest[1]]);
    let there = state.chains.get_mut(&(HOME + 1)).unwrap();
    there.standing.as_mut().unwrap().proposed = alice();
    assert_eq!(made(&state), rest);
}

#[test]
fn a_proposal_that_nobody_wants_is_taken_back() {
    let mut there = standing(OWN, alice());
    there.proposed = bob();
    let found = only(compare(&desired(), &state(Some(there))));
    assert_eq!(found.subject, Subject::ProposedIssuer);
    let steps = steps(&[found]);
    assert_eq!(steps[0].action, Action::ProposeIssuer(Address::ZERO));
}

#[test]
fn a_token_without_issuer_can_have_no_rules() {
    let there = standing(OWN, Address::ZERO);
    let mut desired = desired();
    let wanted = desired.chains.get_mut(&(HOME + 1)).unwrap();
    wanted.routes.get_mut(&HOME).unwrap().paused = true;
    let found = compare(&desired, &state(Some(there)));
    let subjects: Vec<_> = found.iter().map(|found| found.subject).collect();
    let expected = [
        Subject::Issuer,
        Subject::Limiter,
        Subject::Pauser,
        Subject::Paused(HOME),
    ];
    assert_eq!(subjects, expected);
    assert_eq!(steps(&found), []);
    assert!(matches!(&found[3].remedy, Remedy::Nobody(advice) if advice.contains("no issuer")));
}

#[test]
fn a_pauser_outlives_its_issuer() {
    let mut there = standing(OWN, Address::ZERO);
    there.pauser = bob();
    let mut desired = desired();
    let wanted = desired.chains.get_mut(&(HOME + 1)).unwrap();
    wanted.parties.pauser = Some(bob());
    wanted.routes.get_mut(&HOME).unwrap().paused = true;
    let steps = steps(&compare(&desired, &state(Some(there))));
    assert_eq!(steps.len(), 1);
    assert_eq!(
        (steps[0].role, steps[0].account),
        (Role::Pauser, Some(bob()))
    );
}

#[test]
fn another_representation_than_the_one_wanted_stays_and_the_file_has_to_follow() {
    let mut wanted = desired();
    let chain = wanted.chains.get_mut(&(HOME + 1)).unwrap();
    chain.representation = Some(OWNER);
    let found = only(compare(&wanted, &state(Some(standing(OWN, alice())))));
    assert!(
        matches!(&found.remedy, Remedy::Nobody(advice) if advice.contains("remove `representation`"))
    );

    let mut state = state(Some(standing(OWN, alice())));
    state.chains.get_mut(&(HOME + 1)).unwrap().named = OWN;
    let told = format!("write representation = \"{OWN}\"");
    for wanted in [wanted, desired()] {
        let found = only(compare(&wanted, &state));
        assert!(matches!(&found.remedy, Remedy::Nobody(advice) if advice.contains(&told)));
    }
}

#[test]
fn a_token_that_cannot_be_brought_is_not_announced() {
    let mut desired = desired();
    let chain = desired.chains.get_mut(&(HOME + 1)).unwrap();
    chain.representation = Some(OWN);
    let good = Brought {
        exists: true,
        owner: OWNER,
        offered_for: B256::ZERO,
        is_taken: false,
    };
    let plan = |brought| {
        let mut state = state(None);
        state.chains.get_mut(&(HOME + 1)).unwrap().brought = Some(brought);
        compare(&desired, &state)
    };
    let functions: Vec<_> = steps(&plan(good)).iter().map(Step::function).collect();
    assert_eq!(
        functions,
        ["nameRepresentation", "offerRepresentation", "announce"]
    );
    let bad = [
        (
            Brought {
                exists: false,
                ..good
            },
            "deploy it first",
        ),
        (
            Brought {
                owner: Address::ZERO,
                ..good
            },
            "with an owner",
        ),
        (
            Brought {
                is_taken: true,
                ..good
            },
            "bring another",
        ),
    ];
    for (brought, advice) in bad {
        let found = plan(brought);
        assert!(
            matches!(&found[1].remedy, Remedy::Nobody(said) if said.contains(advice)),
            "{found:?}"
        );
        assert!(matches!(found[2].remedy, Remedy::Later(_)));
    }
}

#[test]
fn an_announcement_waits_for_what_the_other_chain_will_be_told() {
    let mut desired = desired();
    desired.chains.get_mut(&HOME).unwrap().parties = parties(bob());
    let steps = steps(&compare(&desired, &state(None)));
    let announce = steps.last().unwrap();
    assert_eq!(announce.function(), "announce");
    let before: Vec<_> = steps
        .iter()
        .map(|step| announce.must_follow(step))
        .collect();
    assert_eq!(before, [true, true, false, false]);
}
