//! What the commands of issuers say to people.

use alloy::primitives::Address;

use crate::model::ChainId;
use crate::tokens::{Action, Limit, Risk, Step, Subject, Way};
use crate::view::ChainNames;

/// Name of what differs, for programs.
pub(super) fn label(subject: Subject) -> &'static str {
    match subject {
        Subject::Issuer => "issuer",
        Subject::ProposedIssuer => "proposed_issuer",
        Subject::Limiter => "limiter",
        Subject::Pauser => "pauser",
        Subject::Named(_) => "named_representation",
        Subject::Offer => "offer",
        Subject::Representation => "representation",
        Subject::Limit(_, Way::Outgoing) => "outgoing_limit",
        Subject::Limit(_, Way::Incoming) => "incoming_limit",
        Subject::Paused(_) => "paused",
    }
}

/// The other chain, where a route differs.
pub(super) fn other(subject: Subject) -> Option<ChainId> {
    match subject {
        Subject::Named(other) | Subject::Limit(other, _) | Subject::Paused(other) => Some(other),
        _ => None,
    }
}

/// What differs, in words.
pub(super) fn subject(subject: Subject, names: &ChainNames) -> String {
    match subject {
        Subject::Issuer => "the issuer".to_owned(),
        Subject::ProposedIssuer => "the proposed issuer".to_owned(),
        Subject::Limiter => "the limiter".to_owned(),
        Subject::Pauser => "the pauser".to_owned(),
        Subject::Named(other) => format!("the representation named for {}", names.name(other)),
        Subject::Offer => "the offer".to_owned(),
        Subject::Representation => "the representation".to_owned(),
        Subject::Limit(other, way) => format!("the limit of what {}", passes(way, other, names)),
        Subject::Paused(other) => format!("the route to and from {}", names.name(other)),
    }
}

fn passes(way: Way, other: ChainId, names: &ChainNames) -> String {
    let other = names.name(other);
    match way {
        Way::Outgoing => format!("leaves for {other}"),
        Way::Incoming => format!("arrives from {other}"),
    }
}

/// Who has to make a transaction.
pub(super) fn who(role: &str, account: Option<Address>) -> String {
    let role = role.replace('_', " ");
    match account {
        Some(account) => format!("{role} {account}"),
        None => role,
    }
}

/// What a transaction does, in words.
pub(super) fn told(step: &Step, decimals: u8, names: &ChainNames) -> String {
    match step.action {
        Action::ProposeIssuer(Address::ZERO) => "take the proposal of an issuer back".to_owned(),
        Action::ProposeIssuer(account) => format!("propose {account} as the issuer"),
        Action::AcceptIssuer => "become the issuer".to_owned(),
        Action::Appoint { limiter, pauser } => format!(
            "appoint as limiter {}, as pauser {}",
            appointed(limiter),
            appointed(pauser)
        ),
        Action::NameRepresentation {
            on,
            representation: Address::ZERO,
        } => format!("name the default representation for {}", names.name(on)),
        Action::NameRepresentation { on, representation } => {
            format!("name {representation} for {}", names.name(on))
        }
        Action::Offer(asset) => format!("offer {} for asset {asset}", step.token),
        Action::Announce { to, .. } => format!("announce it to {}", names.name(to)),
        Action::SetLimit {
            other,
            way,
            limit: Limit::NONE,
        } => format!("end the limit of what {}", passes(way, other, names)),
        Action::SetLimit { other, way, limit } => format!(
            "limit what {} to {}",
            passes(way, other, names),
            limit.describe(decimals)
        ),
        Action::Pause { other } => format!("pause the route to and from {}", names.name(other)),
        Action::Unpause { other } => format!("open the route to and from {}", names.name(other)),
    }
}

fn appointed(account: Address) -> String {
    match account {
        Address::ZERO => "the issuer".to_owned(),
        account => account.to_string(),
    }
}

/// What can cost money: its name for programs, and in words.
pub(super) fn risk(risk: &Risk, names: &ChainNames) -> (&'static str, String) {
    match risk {
        Risk::OneKey { issuer } => (
            "one_key",
            format!("the issuer {issuer} is no contract: whoever has its one key decides"),
        ),
        Risk::Unlimited { from, to } => (
            "unlimited",
            format!(
                "nothing limits what goes from {} to {}",
                names.name(*from),
                names.name(*to)
            ),
        ),
        Risk::CannotMint {
            chain,
            token,
            custody,
            reason,
        } => (
            "cannot_mint",
            format!(
                "{}: {token} does not let {custody} mint ({reason}): what arrives would become claims",
                names.name(*chain)
            ),
        ),
        Risk::OtherDecimals {
            chain,
            token,
            decimals,
        } => (
            "other_decimals",
            format!(
                "{}: {token} has {decimals} decimals, other than the token at home: amounts are not scaled",
                names.name(*chain)
            ),
        ),
    }
}
