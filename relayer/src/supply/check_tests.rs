//! The rules against a network whose books are kept the slow way: transfer by transfer.

use std::collections::BTreeMap;

use alloy::primitives::U256;
use proptest::prelude::*;

use super::*;
use crate::supply::figures::{LedgerFigures, Route};

const L1: ChainId = 1;
const CHAINS: [ChainId; 4] = [L1, 10, 20, 30];
const ENDOWED: u64 = 1_000_000_000;

/// How far a transfer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    UnderWay,
    /// Locked in a swap; once it is paid, it is as any other that was.
    InSwap,
    Delayed,
    Held,
    Claimable,
    Paid,
}

#[derive(Clone, Copy, Debug)]
struct Transfer {
    from: ChainId,
    to: ChainId,
    amount: u64,
    fate: Fate,
}

/// An honest network: nobody sends what has not arrived.
#[derive(Clone, Debug)]
struct World {
    home: ChainId,
    token: Token,
    transfers: Vec<Transfer>,
}

/// What crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Ether,
    Plain,
    /// Elsewhere the issuer has tokens of its own.
    IssuersOwn,
}

impl World {
    fn new(home: ChainId, token: Token, wishes: &[(usize, usize, u64, u8)]) -> Self {
        let mut world = Self {
            home,
            token,
            transfers: Vec::new(),
        };
        for (from, to, amount, fate) in wishes {
            let (from, to) = (CHAINS[from % 4], CHAINS[to % 4]);
            let fate = match fate % 6 {
                0 => Fate::UnderWay,
                1 if to == L1 => Fate::Delayed,
                1 | 2 => Fate::Claimable,
                5 => Fate::InSwap,
                4 if token != Token::Ether => Fate::Held,
                _ => Fate::Paid,
            };
            let amount = match from == home {
                true => *amount,
                false => (*amount).min(world.paid(from) - world.sent(from)),
            };
            if from != to && amount != 0 {
                world.transfers.push(Transfer {
                    from,
                    to,
                    amount,
                    fate,
                });
            }
        }
        world
    }

    fn sum(&self, counts: impl Fn(&Transfer) -> bool) -> u64 {
        let counted = self.transfers.iter().filter(|transfer| counts(transfer));
        counted.map(|transfer| transfer.amount).sum()
    }

    fn sent(&self, from: ChainId) -> u64 {
        self.sum(|transfer| transfer.from == from)
    }

    fn came(&self, to: ChainId, fate: Fate) -> u64 {
        self.sum(|transfer| transfer.to == to && transfer.fate == fate)
    }

    fn paid(&self, to: ChainId) -> u64 {
        self.came(to, Fate::Paid)
    }

    fn arrived(&self, to: ChainId) -> u64 {
        self.sum(|transfer| {
            transfer.to == to && !matches!(transfer.fate, Fate::UnderWay | Fate::InSwap)
        })
    }

    fn stock(&self, chain: ChainId) -> Stock {
        if chain == self.home {
            let locked = U256::from(self.sent(chain) - self.paid(chain));
            return Stock::Locked {
                locked,
                kept: Some(locked),
            };
        }
        let there = self.paid(chain) - self.sent(chain);
        match self.token {
            Token::Ether => Stock::PaidOut {
                endowed: U256::from(ENDOWED),
                left: U256::from(ENDOWED - there),
            },
            Token::Plain => Stock::Minted(U256::from(there)),
            Token::IssuersOwn => Stock::IssuersOwn {
                crossed: U256::from(
                    self.arrived(chain) - self.came(chain, Fate::Delayed) - self.sent(chain),
                ),
                supply: Some(U256::MAX),
            },
        }
    }

    fn pending(&self) -> BTreeMap<Route, U256> {
        let mut pending = BTreeMap::new();
        let under_way = self.transfers.iter();
        for transfer in under_way.filter(|transfer| transfer.fate == Fate::UnderWay) {
            let route = Route {
                source: transfer.from,
                destination: transfer.to,
            };
            *pending.entry(route).or_default() += U256::from(transfer.amount);
        }
        pending
    }

    fn supply(&self) -> Supply {
        let issued = self.sent(self.home) - self.arrived(self.home);
        let balance = |chain| match chain == self.home {
            true => 0,
            false => self.arrived(chain) - self.sent(chain),
        };
        let by_chain = |amount: &dyn Fn(ChainId) -> u64| {
            CHAINS
                .map(|chain| (chain, U256::from(amount(chain))))
                .into()
        };
        let place = |chain| Place {
            block: 5,
            stock: self.stock(chain),
            claimable: U256::from(self.came(chain, Fate::Claimable)),
            delayed: U256::from(self.came(chain, Fate::Delayed)),
            held: U256::from(self.came(chain, Fate::Held)),
        };
        Supply {
            home: self.home,
            l1: L1,
            is_ether: self.token == Token::Ether,
            ledger: LedgerFigures {
                issued: U256::from(issued),
                balances: by_chain(&balance),
                pending: self.pending(),
                held: U256::from(self.sum(|transfer| transfer.fate == Fate::InSwap)),
            },
            places: CHAINS.map(|chain| (chain, place(chain))).into(),
        }
    }
}

/// What was found, in short.
fn found(supply: &Supply) -> Vec<(Rule, ChainId, u64)> {
    let drifts = check(supply).into_iter();
    drifts
        .map(|drift| (drift.rule, drift.chain, drift.amount().to()))
        .collect()
}

fn worlds() -> impl Strategy<Value = World> {
    let wish = (0..4_usize, 0..4_usize, 1..1_000_u64, any::<u8>());
    let wishes = prop::collection::vec(wish, 0..60);
    let tokens = prop_oneof![
        Just(Token::Ether),
        Just(Token::Plain),
        Just(Token::IssuersOwn)
    ];
    (0..4_usize, tokens, wishes).prop_map(|(home, token, wishes)| {
        let home = if token == Token::Ether {
            L1
        } else {
            CHAINS[home]
        };
        World::new(home, token, &wishes)
    })
}

proptest! {
    #[test]
    fn an_honest_network_has_no_drift(world in worlds()) {
        prop_assert_eq!(found(&world.supply()), vec![]);
    }

    #[test]
    fn one_figure_that_is_off_is_found_and_measured(world in worlds(), at in 0..4_usize, off in 1..1_000_u64) {
        let (chain, by) = (CHAINS[at], U256::from(off));
        let honest = world.supply();
        let identity = (Rule::Identity, L1, off);
        let at_place = match chain == world.home {
            true => (Rule::Home, chain, off),
            false => (Rule::Chain, chain, off),
        };

        let mut issued = honest.clone();
        issued.ledger.issued += by;
        let at_home = (Rule::Home, world.home, off);
        prop_assert_eq!(found(&issued), vec![identity, at_home]);

        let mut under_way = honest.clone();
        let route = Route { source: chain, destination: CHAINS[(at + 1) % 4] };
        *under_way.ledger.pending.entry(route).or_default() += by;
        prop_assert_eq!(found(&under_way), vec![identity]);

        let mut held = honest.clone();
        held.ledger.held += by;
        prop_assert_eq!(found(&held), vec![identity]);

        let is_issuers_own = matches!(honest.places[&chain].stock, Stock::IssuersOwn { .. });
        let owed: [fn(&mut Place) -> &mut U256; 3] =
            [|place| &mut place.claimable, |place| &mut place.held, |place| &mut place.delayed];
        for (index, amount) in owed.into_iter().enumerate() {
            let mut owes = honest.clone();
            *amount(owes.places.get_mut(&chain).unwrap()) += by;
            // What a claim is for has crossed.
            let expected = match is_issuers_own && index < 2 {
                true => vec![],
                false => vec![at_place],
            };
            prop_assert_eq!(found(&owes), expected);
        }

        if chain != world.home {
            let mut balance = honest.clone();
            *balance.ledger.balances.get_mut(&chain).unwrap() += by;
            // A holder that paid out less than it might have is no drift.
            let expected = match is_paid_out(&balance, chain) {
                true => vec![identity],
                false => vec![identity, at_place],
            };
            prop_assert_eq!(found(&balance), expected);
        }

        let mut more = honest;
        match &mut more.places.get_mut(&chain).unwrap().stock {
            Stock::Locked { locked, kept } => {
                *locked += by;
                *kept = Some(*locked);
            }
            Stock::Minted(minted) => *minted += by,
            Stock::IssuersOwn { crossed, .. } => *crossed += by,
            Stock::PaidOut { left, .. } => *left -= by,
            Stock::Kept(_) => unreachable!("no world has it"),
        }
        prop_assert_eq!(found(&more), vec![at_place]);
    }
}

fn is_paid_out(supply: &Supply, chain: ChainId) -> bool {
    matches!(supply.places[&chain].stock, Stock::PaidOut { .. })
}

fn sample() -> World {
    let wishes = [(1, 2, 100, 3), (1, 0, 50, 1), (2, 3, 30, 0), (1, 3, 7, 2)];
    World::new(10, Token::Plain, &wishes)
}

#[test]
fn less_than_the_ledger_has_is_a_drift_too() {
    let mut supply = sample().supply();
    supply.places.get_mut(&20).unwrap().stock = Stock::Minted(U256::from(69));
    assert_eq!(found(&supply), vec![(Rule::Chain, 20, 1)]);
}

#[test]
fn a_chain_that_is_not_seen_is_not_judged() {
    let mut supply = sample().supply();
    supply.places.get_mut(&20).unwrap().stock = Stock::Minted(U256::MAX);
    supply.places.remove(&20);
    assert_eq!(found(&supply), vec![]);
    assert_eq!(supply.missing().collect::<Vec<_>>(), [20]);
    supply.places.clear();
    let mut missing: Vec<_> = supply.missing().collect();
    missing.sort_unstable();
    assert_eq!(
        missing,
        [L1, 10, 20, 30],
        "all that have some, and the home"
    );
}

#[test]
fn gifts_to_a_holder_are_no_drift_and_hide_no_more_than_they_are() {
    let mut supply = World::new(L1, Token::Ether, &[(0, 1, 100, 3)]).supply();
    let stock = |paid: u64| Stock::PaidOut {
        endowed: U256::from(ENDOWED),
        left: U256::from(ENDOWED - paid),
    };
    let mut judge = |paid| {
        supply.places.get_mut(&10).unwrap().stock = stock(paid);
        found(&supply)
    };
    assert_eq!(judge(100), vec![]);
    assert_eq!(judge(60), vec![]);
    assert_eq!(judge(101), vec![(Rule::Chain, 10, 1)]);
}

/// Whoever brought the token may mint it, and others may too.
#[test]
fn how_many_there_are_of_an_issuers_own_token_says_nothing() {
    let world = World::new(10, Token::IssuersOwn, &[(1, 2, 100, 3), (2, 1, 40, 3)]);
    let mut supply = world.supply();
    let mut judge = |crossed: u64, supply_there| {
        supply.places.get_mut(&20).unwrap().stock = Stock::IssuersOwn {
            crossed: U256::from(crossed),
            supply: supply_there,
        };
        found(&supply)
    };
    for there in [None, Some(U256::ZERO), Some(U256::MAX)] {
        assert_eq!(judge(60, there), vec![]);
        assert_eq!(judge(59, there), vec![(Rule::Chain, 20, 1)]);
    }
}

#[test]
fn what_a_token_says_of_itself_is_told_apart() {
    let short = |is_ether| {
        let mut supply = sample().supply();
        supply.is_ether = is_ether;
        let Stock::Locked { locked, kept } = &mut supply.places.get_mut(&10).unwrap().stock else {
            panic!("at home")
        };
        *kept = Some(*locked - U256::ONE);
        check(&supply)
    };
    let told = |drifts: Vec<Drift>| {
        let rows = drifts.iter().map(|drift| (drift.rule, drift.is_ours));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(told(short(false)), vec![(Rule::Solvency, false)]);
    assert_eq!(told(short(true)), vec![(Rule::Solvency, true)]);

    let mut silent = sample().supply();
    if let Stock::Locked { kept, .. } = &mut silent.places.get_mut(&10).unwrap().stock {
        *kept = None;
    }
    assert_eq!(check(&silent), vec![]);
}

#[test]
fn tokens_without_a_count_must_be_kept_at_least() {
    let mut supply = sample().supply();
    let issued = supply.ledger.issued;
    let mut judge = |kept| {
        supply.places.get_mut(&10).unwrap().stock = Stock::Kept(kept);
        found(&supply)
    };
    assert_eq!(judge(issued), vec![]);
    assert_eq!(judge(issued + U256::from(9)), vec![]);
    assert_eq!(judge(issued - U256::from(2)), vec![(Rule::Solvency, 10, 2)]);
}

#[test]
fn a_drift_says_what_is_where() {
    let mut supply = sample().supply();
    supply.places.get_mut(&20).unwrap().stock = Stock::Minted(U256::from(75));
    let drift = check(&supply)[0];
    assert_eq!(
        drift.to_string(),
        "75 stand there, 5 more than the 70 that the ledger has for it"
    );
    assert!(drift.is_ours);
    let empty: BTreeMap<ChainId, Place> = BTreeMap::new();
    supply.places = empty;
    supply.ledger.issued += U256::ONE;
    let text = check(&supply)[0].to_string();
    assert!(text.contains("1 less than the"), "{text}");
}
