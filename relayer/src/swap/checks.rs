//! What is looked at before a leg is accepted: who locks, where nothing can follow, only waits for a refund. Pure; the
//! figures are read by [`figures`](super::figures::figures).

use alloy::primitives::{Address, U256};
use causeway_bindings::{QuoteStatus, TradeStatus};

use super::offers::{Offer, against};
use super::proposal;
use super::terms::Terms;
use crate::model::{ChainId, UnixSeconds};

/// Least time from now to a deadline, in seconds, on top of what L1 takes to make a block final.
pub const MARGIN: UnixSeconds = 30;

/// Ether or base token of an account that pays for steps, in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    /// Where.
    pub chain: ChainId,
    /// Whose.
    pub account: Address,
    /// What it has.
    pub balance: U256,
    /// What its steps may cost at today's fees, and what it gives of the base token.
    pub needed: U256,
}

/// What the rules of a token's issuer let through between a chain and another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Chain whose rules these are.
    pub chain: ChainId,
    /// The token there.
    pub token: Address,
    /// The other chain.
    pub other: ChainId,
    /// Whether nothing passes.
    pub is_paused: bool,
    /// What may pass now, in units.
    pub available: U256,
    /// What has to pass.
    pub needed: U256,
}

/// The source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceFigures {
    /// Whether its center knows the destination.
    pub is_open: bool,
    /// Whether L1 has told it that the destination is frozen.
    pub is_told_frozen: bool,
    /// Longest time to a deadline, in seconds.
    pub longest: u64,
    /// Most gas that a venue may demand.
    pub most_gas: u64,
    /// Time of its newest block.
    pub now: UnixSeconds,
    /// What the account has of what is given, in units.
    pub balance: U256,
    /// Whether the vault may take it.
    pub is_allowed: bool,
}

/// The destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationFigures {
    /// Time of its newest block.
    pub now: UnixSeconds,
    /// Whether there is a contract at the venue's address.
    pub has_venue: bool,
    /// Token for what is given; the first transfer makes it.
    pub given_token: Option<Address>,
    /// Token for what is wanted.
    pub wanted_token: Option<Address>,
    /// What the venue offers, if there is one.
    pub offer: Offer,
    /// Why executing the terms would fail now, if it would.
    pub failure: Option<String>,
}

/// L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct L1Figures {
    /// Time of its newest block.
    pub now: UnixSeconds,
    /// How far its final block is behind, in seconds.
    pub lag: UnixSeconds,
    /// Which end it has frozen.
    pub frozen: Option<ChainId>,
}

/// Every [`label`](Refusal::label).
pub const REASONS: [&str; 19] = [
    "not_proposed",
    "gas_money",
    "balance",
    "allowance",
    "not_open",
    "frozen",
    "deadline_too_soon",
    "deadline_too_late",
    "too_much_gas",
    "no_venue",
    "no_wanted_token",
    "route",
    "other_quote",
    "quote",
    "inventory",
    "other_pool",
    "other_agreement",
    "agreement",
    "execution",
];

/// All that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Accounts that pay.
    pub purses: Vec<Purse>,
    /// Rules of issuers, where there is a token.
    pub routes: Vec<Route>,
    /// The source.
    pub source: SourceFigures,
    /// The destination.
    pub destination: DestinationFigures,
    /// L1.
    pub l1: L1Figures,
}

/// Why a leg should not be locked, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody knows that the sender has proposed them so.
    #[error(
        "the terms do not carry the signature of {0} as they stand: they were proposed without its key, or somebody has changed them since; compare every one of them, or propose anew with --signer"
    )]
    NotProposed(Address),
    /// Steps could not be paid.
    #[error("chain {}: {} has {} wei, and its steps may take {}; fund the account", .0.chain, .0.account, .0.balance, .0.needed)]
    GasMoney(Purse),
    /// The account does not have what it gives.
    #[error(
        "{account} has {balance} units of {token}, and is to give {amount}; get the rest, or give less"
    )]
    Balance {
        /// Who gives.
        account: Address,
        /// What.
        token: Address,
        /// What it has.
        balance: U256,
        /// What it is to give.
        amount: U256,
    },
    /// The vault may not take it.
    #[error("the vault may not take {amount} units of {token}; allow it with --approve")]
    Allowance {
        /// What.
        token: Address,
        /// How much.
        amount: U256,
    },
    /// The source does not know the destination.
    #[error(
        "chain {0} is not open from the source; have the source's operator open it, or name another destination"
    )]
    NotOpen(ChainId),
    /// L1 has frozen an end.
    #[error(
        "L1 has frozen chain {0}; wait until it has settled its queue, or trade over another chain"
    )]
    Frozen(ChainId),
    /// It could not be executed in time.
    #[error(
        "the deadline, or the quote's expiry, is {until}, and executing may take until {earliest}; agree on a later one"
    )]
    TooSoon {
        /// The earlier of deadline and expiry.
        until: UnixSeconds,
        /// When it can be executed at the latest, if all goes well.
        earliest: UnixSeconds,
    },
    /// The source would refuse the deadline.
    #[error(
        "the deadline is {deadline}, and the source takes none after {latest}; agree on an earlier one"
    )]
    TooLate {
        /// The deadline.
        deadline: UnixSeconds,
        /// Last one that it takes.
        latest: UnixSeconds,
    },
    /// More gas than a forced execution can be given.
    #[error("min_gas is {min_gas}, and the source takes no more than {most}; demand less")]
    TooMuchGas {
        /// What is demanded.
        min_gas: u64,
        /// What is possible.
        most: u64,
    },
    /// There is no venue.
    #[error("chain {chain} has no contract at {venue}; correct venue.address")]
    NoVenue {
        /// The destination.
        chain: ChainId,
        /// The address.
        venue: Address,
    },
    /// Nothing stands for what is wanted.
    #[error(
        "chain {0} has no token for what is wanted; correct [wanted], or have its issuer announce it there"
    )]
    NoWanted(ChainId),
    /// The rules of an issuer do not let it through.
    #[error("chain {}: the route of {} with chain {} is {}; ask its issuer, or trade less", .0.chain, .0.token, .0.other, closed(.0))]
    Route(Route),
    /// The quote is for something else.
    #[error(
        "the quote does not fit the terms: {0}; have the bank quote again with `causeway swap quote`"
    )]
    OtherQuote(&'static str),
    /// The venue would not take the quote.
    #[error("the venue calls the quote {}; {}", quote_label(*.0), quote_remedy(*.0))]
    Quote(QuoteStatus),
    /// The bank cannot pay what it quoted.
    #[error(
        "the bank has {balance} units and allows the venue {allowance}, and quoted {amount}; have it fund and allow the rest (`causeway swap quote --approve --venue`)"
    )]
    Inventory {
        /// What it has.
        balance: U256,
        /// What the venue may take.
        allowance: U256,
        /// What it quoted.
        amount: U256,
    },
    /// The pool has too little.
    #[error(
        "the pool would give {gives} units for it now, and {minimum} must come back; want less, or trade at a deeper pool"
    )]
    Shallow {
        /// What it would give.
        gives: U256,
        /// Least that must come back.
        minimum: U256,
    },
    /// The pool trades something else.
    #[error(
        "the pool {venue} trades {one} and {other}, and not what is given for what is wanted; name the pool of those two in venue.address"
    )]
    OtherPool {
        /// The pool.
        venue: Address,
        /// What it trades.
        one: Address,
        /// For what.
        other: Address,
    },
    /// Nobody but the pool is the other party.
    #[error(
        "the other party of the pool {0} is the pool itself; leave the counterparty out, or name the pool"
    )]
    PoolIsNobody(Address),
    /// The agreement is about something else.
    #[error(
        "the agreement does not fit the terms: {0}; have it locked anew as these terms need it, and propose with its encoding as venue.data"
    )]
    OtherAgreement(&'static str),
    /// The counterparty's side is not there.
    #[error("the venue calls the agreement {}; {}", agreement_label(*.0), agreement_remedy(*.0))]
    Agreement(TradeStatus),
    /// The venue, or whom it calls, would fail.
    #[error(
        "executing it on chain {chain} would fail now: {reason}; have the venue's side made ready, or correct [venue]"
    )]
    Execution {
        /// The destination.
        chain: ChainId,
        /// Why.
        reason: String,
    },
}

fn closed(route: &Route) -> String {
    if route.is_paused {
        "paused".to_owned()
    } else {
        format!(
            "open for {} units now, not {}",
            route.available, route.needed
        )
    }
}

fn quote_label(status: QuoteStatus) -> &'static str {
    match status {
        QuoteStatus::Good => "good",
        QuoteStatus::Malformed => "malformed",
        QuoteStatus::Expired => "expired",
        QuoteStatus::Used => "used",
        QuoteStatus::Revoked => "revoked",
        QuoteStatus::Unsigned => "unsigned",
        QuoteStatus::Unfunded => "unfunded",
        QuoteStatus::__Invalid => "something unknown",
    }
}

fn quote_remedy(status: QuoteStatus) -> &'static str {
    match status {
        QuoteStatus::Unsigned => {
            "somebody has changed the terms since, or another account signed; have the bank quote again"
        }
        _ => "have the bank quote again with `causeway swap quote`",
    }
}

fn agreement_label(status: TradeStatus) -> &'static str {
    match status {
        TradeStatus::None => "not locked",
        TradeStatus::Locked => "locked",
        TradeStatus::Executed => "executed",
        TradeStatus::Withdrawn => "withdrawn",
        TradeStatus::__Invalid => "something unknown",
    }
}

fn agreement_remedy(status: TradeStatus) -> &'static str {
    match status {
        TradeStatus::None => "have the counterparty lock it there, exactly as venue.data says",
        _ => "agree on one with another salt, and have the counterparty lock that",
    }
}

impl Refusal {
    /// Name in output, and what `--despite` takes.
    pub fn label(&self) -> &'static str {
        match self {
            Self::NotProposed(_) => "not_proposed",
            Self::GasMoney(_) => "gas_money",
            Self::Balance { .. } => "balance",
            Self::Allowance { .. } => "allowance",
            Self::NotOpen(_) => "not_open",
            Self::Frozen(_) => "frozen",
            Self::TooSoon { .. } => "deadline_too_soon",
            Self::TooLate { .. } => "deadline_too_late",
            Self::TooMuchGas { .. } => "too_much_gas",
            Self::NoVenue { .. } => "no_venue",
            Self::NoWanted(_) => "no_wanted_token",
            Self::Route(_) => "route",
            Self::OtherQuote(_) => "other_quote",
            Self::Quote(_) => "quote",
            Self::Inventory { .. } | Self::Shallow { .. } => "inventory",
            Self::OtherPool { .. } | Self::PoolIsNobody(_) => "other_pool",
            Self::OtherAgreement(_) => "other_agreement",
            Self::Agreement(_) => "agreement",
            Self::Execution { .. } => "execution",
        }
    }
}

/// Whether terms from a file, which others had in their hands, are as their sender proposed them.
pub fn altered(terms: &Terms) -> Option<Refusal> {
    (!proposal::is_signed(terms)).then_some(Refusal::NotProposed(terms.sender))
}

/// Everything that speaks against locking these terms now.
pub fn refusals(terms: &Terms, figures: &Figures) -> Vec<Refusal> {
    let mut found = Vec::new();
    let poor = figures
        .purses
        .iter()
        .filter(|purse| purse.balance < purse.needed);
    found.extend(poor.copied().map(Refusal::GasMoney));
    found.extend(on_source(terms, &figures.source));
    found.extend(figures.l1.frozen.map(Refusal::Frozen));
    found.extend(on_time(terms, figures));
    found.extend(of_execution(terms, figures));
    found
}

/// What would keep it from being executed. That it fails is told where nothing says why.
fn of_execution(terms: &Terms, figures: &Figures) -> Vec<Refusal> {
    let mut found = on_destination(terms, &figures.destination);
    let closed = figures.routes.iter().filter(|route| !route.is_open());
    found.extend(closed.copied().map(Refusal::Route));
    if found.is_empty()
        && let Some(reason) = figures.destination.failure.clone()
    {
        let chain = terms.destination;
        found.push(Refusal::Execution { chain, reason });
    }
    found
}

impl Route {
    fn is_open(&self) -> bool {
        !self.is_paused && self.available >= self.needed
    }
}

fn on_source(terms: &Terms, source: &SourceFigures) -> Vec<Refusal> {
    let (token, amount) = (terms.given.token, terms.given.amount.0);
    let destination = terms.destination;
    let mut found = Vec::new();
    if source.balance < amount {
        found.push(Refusal::Balance {
            account: terms.sender,
            token,
            balance: source.balance,
            amount,
        });
    }
    if !source.is_allowed {
        found.push(Refusal::Allowance { token, amount });
    }
    if !source.is_open {
        found.push(Refusal::NotOpen(destination));
    }
    if source.is_told_frozen {
        found.push(Refusal::Frozen(destination));
    }
    if terms.min_gas > source.most_gas {
        found.push(Refusal::TooMuchGas {
            min_gas: terms.min_gas,
            most: source.most_gas,
        });
    }
    found
}

/// Last time at which the terms can be executed.
pub fn until(terms: &Terms) -> UnixSeconds {
    let expiry = terms.quote.as_ref().map(|quote| quote.expiry);
    expiry.map_or(terms.deadline, |expiry| expiry.min(terms.deadline))
}

/// The lock has to be final on L1 before the destination may prove it.
fn on_time(terms: &Terms, figures: &Figures) -> Option<Refusal> {
    let latest = figures.source.now.saturating_add(figures.source.longest);
    let deadline = terms.deadline;
    if deadline > latest {
        return Some(Refusal::TooLate { deadline, latest });
    }
    let until = until(terms);
    let clocks = [figures.source.now, figures.destination.now, figures.l1.now];
    let now = clocks.into_iter().max().unwrap_or_default();
    let earliest = now.saturating_add(figures.l1.lag).saturating_add(MARGIN);
    (until < earliest).then_some(Refusal::TooSoon { until, earliest })
}

fn on_destination(terms: &Terms, destination: &DestinationFigures) -> Vec<Refusal> {
    let mut found = Vec::new();
    if !destination.has_venue {
        found.push(Refusal::NoVenue {
            chain: terms.destination,
            venue: terms.venue.address,
        });
    }
    if destination.wanted_token.is_none() {
        found.push(Refusal::NoWanted(terms.destination));
    }
    found.extend(against(terms, destination));
    found
}

#[cfg(test)]
#[path = "checks_tests.rs"]
pub(crate) mod tests;
