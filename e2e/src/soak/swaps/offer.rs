//! What is offered: drawn from the seed.

use std::iter::repeat_n;

use alloy::primitives::Address;
use fastrand::Rng;

use super::exchange::{BANKS, CUSTOMERS, Exchange};

/// Most that one side gives.
const MOST: u128 = 1_000_000;
/// Seconds until the deadline of a swap that may run into it.
const SHORT: u64 = 900;
/// Seconds until a deadline that no swap of the run should reach.
const LONG: u64 = 20 * 86_400;

/// What is dealt before any of it comes again, so that no run of this many is without a kind.
const DECK: [(Kind, usize); 6] = [
    (Kind::Quote, 8),
    (Kind::Trade, 4),
    (Kind::Pool, 3),
    (Kind::TooLittle, 1),
    (Kind::Revoked, 1),
    (Kind::Unmatched, 1),
];

/// How the other side of a swap is ready for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The bank has signed a quote.
    Quote,
    /// The bank has locked its side in the trade venue.
    Trade,
    /// A pool that is open to all.
    Pool,
    /// A venue that gives too little.
    TooLittle,
    /// The bank has revoked its quote.
    Revoked,
    /// The bank has agreed to a trade, and never locks its side.
    Unmatched,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Quote,
        Self::Trade,
        Self::Pool,
        Self::TooLittle,
        Self::Revoked,
        Self::Unmatched,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Quote => "at a bank's quote",
            Self::Trade => "both sides locked",
            Self::Pool => "at a pool",
            Self::TooLittle => "at a venue that gives too little",
            Self::Revoked => "at a quote that was revoked",
            Self::Unmatched => "whose other side is never locked",
        }
    }

    /// Whether it can be executed at all.
    pub(super) fn is_sound(self) -> bool {
        matches!(self, Self::Quote | Self::Trade | Self::Pool)
    }
}

/// Deals kinds, each as often as its share says, in an order that is drawn.
#[derive(Debug, Default)]
pub(super) struct Deck(Vec<Kind>);

impl Deck {
    fn deal(&mut self, random: &mut Rng) -> Kind {
        loop {
            if let Some(kind) = self.0.pop() {
                return kind;
            }
            let kinds = DECK.into_iter();
            self.0 = kinds
                .flat_map(|(kind, count)| repeat_n(kind, count))
                .collect();
            random.shuffle(&mut self.0);
        }
    }
}

/// Which swaps are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// Any.
    Anywhere,
    /// Those locked on this chain.
    From(u64),
    /// Those for which nobody has to send anything on this chain.
    Without(u64),
}

impl Where {
    fn allows(self, offer: &Offer) -> bool {
        match self {
            Self::Anywhere => true,
            Self::From(chain) => offer.from == chain,
            Self::Without(chain) => {
                offer.from != chain && (offer.to != chain || offer.kind != Kind::Trade)
            }
        }
    }
}

/// A swap that a customer wants.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) kind: Kind,
    pub(super) from: u64,
    pub(super) to: u64,
    /// Asset that the customer gives, by its index.
    pub(super) give: usize,
    pub(super) amount: u128,
    /// Asset that it wants, by its index.
    pub(super) want: usize,
    /// Least that it wants of it.
    pub(super) returned: u128,
    pub(super) customer: &'static str,
    pub(super) bank: &'static str,
    /// Seconds that it can be executed.
    pub(super) life: u64,
    /// Tells it from others of the same content.
    pub(super) salt: [u8; 32],
}

impl Offer {
    pub(super) fn draw(
        random: &mut Rng,
        deck: &mut Deck,
        exchange: &Exchange<'_>,
        which: Where,
    ) -> Self {
        let kind = deck.deal(random);
        loop {
            let offer = Self::of(kind, random, &exchange.chains);
            if which.allows(&offer) {
                return offer;
            }
        }
    }

    pub(super) fn of(kind: Kind, random: &mut Rng, chains: &[u64]) -> Self {
        let (from, to) = two(random, chains.len());
        let (give, want) = two(random, chains.len());
        let is_short = !kind.is_sound() || random.u8(..10) < 4;
        Self {
            kind,
            from: chains[from],
            to: chains[to],
            give,
            amount: random.u128(1..=MOST),
            want,
            // What gives too little gives 1.
            returned: random.u128(2..=MOST),
            customer: CUSTOMERS[random.usize(..CUSTOMERS.len())],
            bank: BANKS[random.usize(..BANKS.len())],
            life: if is_short { SHORT } else { LONG },
            salt: std::array::from_fn(|_| random.u8(..)),
        }
    }

    /// Whether a bank locks its own side.
    pub(super) fn is_two_sided(&self) -> bool {
        self.kind == Kind::Trade
    }

    /// Who gives what the customer wants, and gets what it gives.
    pub(super) fn other_side(&self, exchange: &Exchange<'_>) -> Address {
        match self.kind {
            Kind::Pool => exchange.venues[&self.to].pool(self.give, self.want),
            _ => exchange.account(self.bank),
        }
    }
}

/// Two that differ.
fn two(random: &mut Rng, count: usize) -> (usize, usize) {
    let first = random.usize(..count);
    (first, (first + random.usize(1..count)) % count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_dealt_before_any_deck_is_through_whatever_the_seed() {
        let size = DECK.iter().map(|(_, count)| count).sum();
        for seed in 0..1_000 {
            let (mut random, mut deck) = (Rng::with_seed(seed), Deck::default());
            for _ in 0..3 {
                let mut dealt: Vec<_> = (0..size).map(|_| deck.deal(&mut random)).collect();
                dealt.sort_unstable();
                dealt.dedup();
                assert_eq!(dealt, Kind::ALL, "seed {seed}");
            }
        }
    }
}
