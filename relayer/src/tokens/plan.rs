//! Where chains differ from what is wanted, and what leads there. Pure: chains are read elsewhere.

use alloy::primitives::Address;

use super::{
    model::{Brought, ChainState, Desired, DesiredChain, RouteRules, Standing, State, Way},
    step::{Action, Role, Step},
};
use crate::model::ChainId;

/// What differs on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Who decides.
    Issuer,
    /// Who may become the issuer by accepting.
    ProposedIssuer,
    /// Who limits.
    Limiter,
    /// Who pauses.
    Pauser,
    /// The token that the home names for this other chain.
    Named(ChainId),
    /// Asset that the token brought by the issuer may stand for.
    Offer,
    /// What stands for the token.
    Representation,
    /// A limit for this other chain.
    Limit(ChainId, Way),
    /// Whether the route to and from this other chain is paused.
    Paused(ChainId),
}

/// What is to be done about a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// These transactions, in order; none where those of an earlier difference do it too.
    Steps(Vec<Step>),
    /// Nothing before something else has happened.
    Later(&'static str),
    /// Nobody can do anything about it: what to change instead.
    Nobody(String),
}

/// Something that a chain has otherwise than wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The chain.
    pub chain: ChainId,
    /// What differs.
    pub subject: Subject,
    /// What is wanted.
    pub wanted: String,
    /// What the chain has.
    pub found: String,
    /// What is to be done.
    pub remedy: Remedy,
}

/// Every difference, in the order in which they are to be dealt with: at home first, where every chain takes its word
/// from; limits before announcements, so that nothing passes without them.
pub fn compare(desired: &Desired, state: &State) -> Vec<Difference> {
    let mut found = Vec::new();
    let Some((wanted, home)) = chain(desired, state, desired.home) else {
        return found;
    };
    if let Some(standing) = &home.standing {
        Rules::new(desired, desired.home, home, standing, wanted).compare(&mut found);
    }
    for (id, (wanted, there)) in others(desired, state) {
        introduce(desired, home, id, wanted, there, &mut found);
    }
    for (id, (wanted, there)) in others(desired, state) {
        if let Some(standing) = &there.standing {
            Rules::new(desired, id, there, standing, wanted).compare(&mut found);
        }
    }
    found
}

/// The transactions that deal with these differences, in order.
pub fn steps(differences: &[Difference]) -> Vec<Step> {
    let steps = differences.iter().flat_map(|difference| {
        let steps = match &difference.remedy {
            Remedy::Steps(steps) => steps.as_slice(),
            Remedy::Later(_) | Remedy::Nobody(_) => &[],
        };
        steps.iter().copied()
    });
    steps.collect()
}

fn chain<'a>(
    desired: &'a Desired,
    state: &'a State,
    id: ChainId,
) -> Option<(&'a DesiredChain, &'a ChainState)> {
    desired.chains.get(&id).zip(state.chains.get(&id))
}

fn others<'a>(
    desired: &'a Desired,
    state: &'a State,
) -> impl Iterator<Item = (ChainId, (&'a DesiredChain, &'a ChainState))> {
    let ids = desired.chains.keys().copied();
    ids.filter(|id| *id != desired.home)
        .filter_map(|id| Some((id, chain(desired, state, id)?)))
}

/// What it takes until the token wanted stands on another chain.
fn introduce(
    desired: &Desired,
    home: &ChainState,
    id: ChainId,
    wanted: &DesiredChain,
    there: &ChainState,
    found: &mut Vec<Difference>,
) {
    if let Some(standing) = &there.standing {
        found.extend(misrepresented(id, wanted, there, standing));
        return;
    }
    let before = found.len();
    found.extend(name(desired, home, id, wanted, there));
    found.extend(offer(desired, id, wanted, there));
    let is_clear = found
        .get(before..)
        .into_iter()
        .flatten()
        .all(|difference| matches!(difference.remedy, Remedy::Steps(_)));
    if !wanted.announce {
        return;
    }
    let announce = Step {
        chain: desired.home,
        to: home.custody,
        token: desired.token,
        action: Action::Announce {
            to: id,
            kind: desired.kind,
        },
        role: Role::Anyone,
        account: None,
    };
    found.push(Difference {
        chain: id,
        subject: Subject::Representation,
        wanted: represented_by(wanted),
        found: "nothing stands there yet".to_owned(),
        remedy: if is_clear {
            Remedy::Steps(vec![announce])
        } else {
            Remedy::Later("the representation wanted has to be possible first")
        },
    });
}

/// What stands on a chain stays: nobody can replace it.
fn misrepresented(
    id: ChainId,
    wanted: &DesiredChain,
    there: &ChainState,
    standing: &Standing,
) -> Option<Difference> {
    let advice = match wanted.representation {
        Some(token) if token == standing.token => return None,
        Some(_) if there.named == standing.token => {
            format!(
                "what stands there stays; write representation = \"{}\"",
                standing.token
            )
        }
        Some(_) => "what stands there stays; remove `representation`".to_owned(),
        None if there.named == standing.token => {
            format!(
                "what stands there stays; write representation = \"{}\"",
                standing.token
            )
        }
        None => return None,
    };
    Some(Difference {
        chain: id,
        subject: Subject::Representation,
        wanted: represented_by(wanted),
        found: standing.token.to_string(),
        remedy: Remedy::Nobody(advice),
    })
}

fn name(
    desired: &Desired,
    home: &ChainState,
    id: ChainId,
    wanted: &DesiredChain,
    there: &ChainState,
) -> Option<Difference> {
    let representation = wanted.representation.unwrap_or_default();
    if there.named == representation {
        return None;
    }
    let issuer = desired.chains.get(&desired.home)?.parties.issuer;
    let standing = home.standing.as_ref();
    let is_decided = standing.is_some_and(|standing| can_decide(standing, issuer));
    let step = Step {
        chain: desired.home,
        to: home.rules,
        token: desired.token,
        action: Action::NameRepresentation {
            on: id,
            representation,
        },
        role: Role::Issuer,
        account: Some(issuer),
    };
    Some(Difference {
        chain: desired.home,
        subject: Subject::Named(id),
        wanted: represented_by(wanted),
        found: match there.named {
            Address::ZERO => "the default one".to_owned(),
            named => named.to_string(),
        },
        remedy: if is_decided {
            Remedy::Steps(vec![step])
        } else {
            nobody_decides()
        },
    })
}

fn offer(
    desired: &Desired,
    id: ChainId,
    wanted: &DesiredChain,
    there: &ChainState,
) -> Option<Difference> {
    let (token, brought) = wanted.representation.zip(there.brought)?;
    let asset = desired.asset_id();
    let remedy = match brought {
        Brought { exists: false, .. } => {
            Remedy::Nobody(format!("there is no contract at {token}; deploy it first"))
        }
        Brought { is_taken: true, .. } => Remedy::Nobody(format!(
            "{token} stands for another asset or was sent as a token of this chain; bring another"
        )),
        Brought { offered_for, .. } if offered_for == asset => return None,
        Brought {
            owner: Address::ZERO,
            ..
        } => Remedy::Nobody(format!(
            "owner() of {token} answers nobody, so nobody can offer it; bring a token with an owner"
        )),
        Brought { owner, .. } => Remedy::Steps(vec![Step {
            chain: id,
            to: there.rules,
            token,
            action: Action::Offer(asset),
            role: Role::Owner,
            account: Some(owner),
        }]),
    };
    Some(Difference {
        chain: id,
        subject: Subject::Offer,
        wanted: format!("{token} for asset {asset}"),
        found: match brought.offered_for.is_zero() {
            true => "not offered".to_owned(),
            false => format!("for asset {}", brought.offered_for),
        },
        remedy,
    })
}

fn represented_by(wanted: &DesiredChain) -> String {
    match wanted.representation {
        Some(token) => token.to_string(),
        None => "the default one".to_owned(),
    }
}

/// Whether `issuer` is the token's issuer there or can become it.
fn can_decide(standing: &Standing, issuer: Address) -> bool {
    !standing.issuer.is_zero() || standing.proposed == issuer
}

fn nobody_decides() -> Remedy {
    let advice = "the token has no issuer there: at home its owner() answers nobody, elsewhere none was announced; it can have \
                  no rules, so remove them from the file";
    Remedy::Nobody(advice.to_owned())
}

/// The rules of one chain, where the token stands.
struct Rules<'a> {
    id: ChainId,
    decimals: u8,
    rules: Address,
    standing: &'a Standing,
    wanted: &'a DesiredChain,
    /// Who acts once the parties are those wanted; 0 for nobody.
    issuer: Address,
    limiter: Address,
    pauser: Address,
}

impl<'a> Rules<'a> {
    fn new(
        desired: &Desired,
        id: ChainId,
        state: &ChainState,
        standing: &'a Standing,
        wanted: &'a DesiredChain,
    ) -> Self {
        let parties = wanted.parties;
        let (issuer, limiter, pauser) = match can_decide(standing, parties.issuer) {
            true => (
                parties.issuer,
                parties.limiter.unwrap_or(parties.issuer),
                parties.pauser.unwrap_or(parties.issuer),
            ),
            // Those whom a former issuer appointed still act.
            false => (Address::ZERO, standing.limiter, standing.pauser),
        };
        Self {
            id,
            decimals: desired.decimals,
            rules: state.rules,
            standing,
            wanted,
            issuer,
            limiter,
            pauser,
        }
    }

    fn compare(&self, found: &mut Vec<Difference>) {
        self.compare_issuer(found);
        self.compare_appointed(found);
        for (other, wanted) in &self.wanted.routes {
            let there = self.standing.routes.get(other).copied().unwrap_or_default();
            self.compare_route(*other, *wanted, there, found);
        }
    }

    fn compare_issuer(&self, found: &mut Vec<Difference>) {
        let (standing, issuer) = (self.standing, self.wanted.parties.issuer);
        let propose = |account| {
            let action = Action::ProposeIssuer(account);
            self.step(action, Role::Issuer, standing.issuer)
        };
        if standing.issuer != issuer {
            let accept = self.step(Action::AcceptIssuer, Role::ProposedIssuer, issuer);
            let steps = match standing.proposed == issuer {
                true => vec![accept],
                false => vec![propose(issuer), accept],
            };
            let remedy = match can_decide(standing, issuer) {
                true => Remedy::Steps(steps),
                false => nobody_decides(),
            };
            found.push(self.difference(
                Subject::Issuer,
                account(issuer),
                account(standing.issuer),
                remedy,
            ));
        } else if !standing.proposed.is_zero() {
            // Whoever stands there can become the issuer at any time.
            let remedy = Remedy::Steps(vec![propose(Address::ZERO)]);
            let proposed = account(standing.proposed);
            found.push(self.difference(
                Subject::ProposedIssuer,
                account(Address::ZERO),
                proposed,
                remedy,
            ));
        }
    }

    fn compare_appointed(&self, found: &mut Vec<Difference>) {
        let (standing, parties) = (self.standing, self.wanted.parties);
        let appoint = Action::Appoint {
            limiter: parties.limiter.unwrap_or_default(),
            pauser: parties.pauser.unwrap_or_default(),
        };
        let mut remedy = Some(self.remedy(appoint, Role::Issuer, self.issuer));
        let limiter = parties.limiter.unwrap_or(parties.issuer);
        let pauser = parties.pauser.unwrap_or(parties.issuer);
        let both = [
            (Subject::Limiter, limiter, standing.limiter),
            (Subject::Pauser, pauser, standing.pauser),
        ];
        // Where the issuer changes, it is not known whether an account that acts now was appointed or is just the issuer.
        let hands_over = standing.issuer != parties.issuer;
        for (subject, wanted, acts) in both {
            if acts != wanted || (hands_over && acts == standing.issuer) {
                let remedy = remedy.take().unwrap_or(Remedy::Steps(Vec::new()));
                found.push(self.difference(subject, account(wanted), account(acts), remedy));
            }
        }
    }

    fn compare_route(
        &self,
        other: ChainId,
        wanted: RouteRules,
        there: RouteRules,
        found: &mut Vec<Difference>,
    ) {
        let limits = [
            (Way::Outgoing, wanted.outgoing, there.outgoing),
            (Way::Incoming, wanted.incoming, there.incoming),
        ];
        for (way, wanted, there) in limits.into_iter().filter(|(_, one, two)| one != two) {
            let action = Action::SetLimit {
                other,
                way,
                limit: wanted,
            };
            let remedy = self.remedy(action, Role::Limiter, self.limiter);
            let subject = Subject::Limit(other, way);
            found.push(self.difference(
                subject,
                wanted.describe(self.decimals),
                there.describe(self.decimals),
                remedy,
            ));
        }
        if wanted.paused != there.paused {
            let remedy = match wanted.paused {
                true => self.remedy(Action::Pause { other }, Role::Pauser, self.pauser),
                false => self.remedy(Action::Unpause { other }, Role::Issuer, self.issuer),
            };
            let said = |paused| if paused { "paused" } else { "open" }.to_owned();
            let subject = Subject::Paused(other);
            found.push(self.difference(subject, said(wanted.paused), said(there.paused), remedy));
        }
    }

    fn remedy(&self, action: Action, role: Role, account: Address) -> Remedy {
        match account {
            Address::ZERO => nobody_decides(),
            account => Remedy::Steps(vec![self.step(action, role, account)]),
        }
    }

    fn step(&self, action: Action, role: Role, account: Address) -> Step {
        Step {
            chain: self.id,
            to: self.rules,
            token: self.standing.token,
            action,
            role,
            account: Some(account),
        }
    }

    fn difference(
        &self,
        subject: Subject,
        wanted: String,
        found: String,
        remedy: Remedy,
    ) -> Difference {
        Difference {
            chain: self.id,
            subject,
            wanted,
            found,
            remedy,
        }
    }
}

fn account(account: Address) -> String {
    match account {
        Address::ZERO => "nobody".to_owned(),
        account => account.to_string(),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
