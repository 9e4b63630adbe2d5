//! The token file: what stands in it, checked as a whole. Every problem is reported, each with its place and what to change.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use alloy::primitives::{Address, U256};
use causeway_bindings::AssetKind;
use serde::Deserialize;

use super::model::{Desired, DesiredChain, Limit, Parties, RouteRules};
use crate::{
    assets::decimal,
    config::{Problem, Source, lines},
    model::ChainId,
    view::ChainNames,
};

/// Where to read more about a key.
const HELP: &str = "`causeway token init --stdout` shows every key";

/// Why a token file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// It cannot be read.
    #[error("{file}: cannot be read: {reason}; `causeway token init` writes one")]
    Unreadable {
        /// Path as given.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// Something in it is wrong.
    #[error("{}", lines(file, problems))]
    Invalid {
        /// Path as given.
        file: String,
        /// What is wrong, all of it.
        problems: Vec<Problem>,
    },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    token: TokenSection,
    parties: PartiesSection,
    #[serde(default)]
    chains: BTreeMap<String, ChainSection>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenSection {
    home: String,
    address: Address,
    kind: KindName,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindName {
    Fungible,
    Nft,
    Multi,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartiesSection {
    issuer: Address,
    limiter: Option<Address>,
    pauser: Option<Address>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainSection {
    announce: Option<bool>,
    representation: Option<Address>,
    parties: Option<PartiesSection>,
    #[serde(default)]
    routes: BTreeMap<String, RouteSection>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteSection {
    #[serde(default)]
    paused: bool,
    outgoing: Option<LimitSection>,
    incoming: Option<LimitSection>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitSection {
    capacity_tokens: Option<String>,
    refill_tokens_per_second: Option<String>,
    capacity_units: Option<String>,
    refill_units_per_second: Option<String>,
}

/// A token file whose keys, chains and numbers can be understood. Only the token's decimals are missing.
#[derive(Clone, Debug)]
pub struct TokenFile {
    name: String,
    text: String,
    names: ChainNames,
    l1: ChainId,
    keys: Keys,
    desired: Desired,
}

impl TokenFile {
    /// Reads the file at `path`. Chains are called as in `names`, and `l1`.
    ///
    /// # Errors
    /// It cannot be read or understood: every problem, with its place.
    pub fn read(path: &Path, names: &ChainNames, l1: ChainId) -> Result<Self, TokenFileError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| TokenFileError::Unreadable {
            file: name.clone(),
            reason: error.to_string(),
        })?;
        Self::parse(&name, &text, names, l1)
    }

    /// Reads the text of a file called `name`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(
        name: &str,
        text: &str,
        names: &ChainNames,
        l1: ChainId,
    ) -> Result<Self, TokenFileError> {
        let source = Source { name, text };
        let keys: Keys = source
            .parse(HELP)
            .map_err(|problem| TokenFileError::Invalid {
                file: name.to_owned(),
                problems: vec![problem],
            })?;
        let desired = Check::new(source, &keys, names, l1).desired(None)?;
        Ok(Self {
            name: name.to_owned(),
            text: text.to_owned(),
            names: names.clone(),
            l1,
            keys,
            desired,
        })
    }

    /// The token: its chain, its address, its kind.
    pub fn token(&self) -> (ChainId, Address, AssetKind) {
        (self.desired.home, self.desired.token, self.desired.kind)
    }

    /// Every chain that it names.
    pub fn chains(&self) -> Vec<ChainId> {
        self.desired.chains.keys().copied().collect()
    }

    /// What is wanted of a token with these decimals.
    ///
    /// # Errors
    /// A limit has more places than the token, or does not fit.
    pub fn desired(&self, decimals: u8) -> Result<Desired, TokenFileError> {
        let source = Source {
            name: &self.name,
            text: &self.text,
        };
        Check::new(source, &self.keys, &self.names, self.l1).desired(Some(decimals))
    }
}

struct Check<'a> {
    source: Source<'a>,
    keys: &'a Keys,
    names: &'a ChainNames,
    l1: ChainId,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn new(source: Source<'a>, keys: &'a Keys, names: &'a ChainNames, l1: ChainId) -> Self {
        Self {
            source,
            keys,
            names,
            l1,
            problems: Vec::new(),
        }
    }

    fn refuse(&mut self, key: &str, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem {
            place: self.source.locate(key),
            key: Some(key.to_owned()),
            what: what.into(),
            fix: fix.into(),
        });
    }

    /// Without decimals, numbers are read and the limits of the result mean nothing.
    fn desired(mut self, decimals: Option<u8>) -> Result<Desired, TokenFileError> {
        let token = &self.keys.token;
        if token.address.is_zero() || token.address == causeway_bindings::ETHER {
            let what = format!("{} is no token contract", token.address);
            self.refuse(
                "token.address",
                what,
                "give the address of the token at home",
            );
        }
        self.check_parties("parties", &self.keys.parties);
        let home = self.place("token.home", &token.home);
        let sections = self.sections();
        let all: BTreeSet<ChainId> = sections.iter().map(|(id, ..)| *id).chain(home).collect();
        let mut chains = BTreeMap::new();
        for (id, name, section) in sections {
            let chain = self.chain(name, section, Some(id) == home, decimals);
            if chains.insert(id, chain).is_some() {
                let key = format!("chains.{name}");
                self.refuse(&key, "the chain has two tables", "put them together");
            }
        }
        if let Some(home) = home {
            chains.entry(home).or_insert_with(|| DesiredChain {
                announce: false,
                representation: None,
                parties: parties(&self.keys.parties),
                routes: BTreeMap::new(),
            });
        }
        for (id, chain) in &mut chains {
            for other in all.iter().filter(|other| *other != id) {
                chain.routes.entry(*other).or_default();
            }
        }
        match home {
            Some(home) if self.problems.is_empty() => Ok(Desired {
                home,
                token: token.address,
                kind: token.kind.into(),
                decimals: decimals.unwrap_or_default(),
                chains,
            }),
            _ => Err(TokenFileError::Invalid {
                file: self.source.name.to_owned(),
                problems: self.problems,
            }),
        }
    }

    fn sections(&mut self) -> Vec<(ChainId, &'a str, &'a ChainSection)> {
        let mut known = Vec::new();
        for (name, section) in &self.keys.chains {
            if let Some(id) = self.place(&format!("chains.{name}"), name) {
                known.push((id, name.as_str(), section));
            }
        }
        known
    }

    fn place(&mut self, key: &str, word: &str) -> Option<ChainId> {
        if word.eq_ignore_ascii_case("l1") {
            return Some(self.l1);
        }
        let found = self.names.find(word);
        let known = found.filter(|id| self.names.all().any(|(known, _)| known == *id));
        if known.is_none() {
            let all: Vec<_> = self.names.all().map(|(_, name)| name).collect();
            let fix = format!("name an id or one of {}", all.join(", "));
            self.refuse(key, format!("there is no chain `{word}`"), fix);
        }
        known
    }

    fn chain(
        &mut self,
        name: &str,
        section: &ChainSection,
        is_home: bool,
        decimals: Option<u8>,
    ) -> DesiredChain {
        let key = format!("chains.{name}");
        if let Some(parties) = &section.parties {
            self.check_parties(&format!("{key}.parties"), parties);
        }
        self.check_representation(&key, section, is_home);
        let mut routes = BTreeMap::new();
        for (other, rules) in &section.routes {
            let key = format!("{key}.routes.{other}");
            let Some(id) = self.place(&key, other) else {
                continue;
            };
            let rules = RouteRules {
                paused: rules.paused,
                outgoing: self.limit(&format!("{key}.outgoing"), &rules.outgoing, decimals),
                incoming: self.limit(&format!("{key}.incoming"), &rules.incoming, decimals),
            };
            self.check_route(&key, name, id);
            if routes.insert(id, rules).is_some() {
                self.refuse(&key, "the route has two tables", "put them together");
            }
        }
        DesiredChain {
            announce: !is_home && section.announce.unwrap_or(true),
            representation: section.representation,
            parties: parties(section.parties.as_ref().unwrap_or(&self.keys.parties)),
            routes,
        }
    }

    /// A route leads to another chain that the file has a table for, or to the home.
    fn check_route(&mut self, key: &str, name: &str, other: ChainId) {
        let resolve = |word: &str| match word.eq_ignore_ascii_case("l1") {
            true => Some(self.l1),
            false => self.names.find(word),
        };
        if resolve(name) == Some(other) {
            self.refuse(key, "a route leads to another chain", "name another chain");
            return;
        }
        let mut named = self.keys.chains.keys().chain([&self.keys.token.home]);
        if !named.any(|word| resolve(word) == Some(other)) {
            let fix = format!("add [chains.{}]", self.names.name(other));
            self.refuse(key, "the file says nothing of that chain", fix);
        }
    }

    fn check_parties(&mut self, key: &str, section: &PartiesSection) {
        let named = [
            ("issuer", Some(section.issuer)),
            ("limiter", section.limiter),
            ("pauser", section.pauser),
        ];
        for (name, account) in named {
            if account.is_some_and(|account| account.is_zero()) {
                let fix = match name {
                    "issuer" => "give an account",
                    _ => "give an account, or leave the key out: then the issuer acts",
                };
                self.refuse(&format!("{key}.{name}"), "0 is no account", fix);
            }
        }
    }

    fn check_representation(&mut self, key: &str, section: &ChainSection, is_home: bool) {
        if is_home && section.announce == Some(true) {
            let what = "the token is at home there";
            self.refuse(&format!("{key}.announce"), what, "remove the key");
        }
        let Some(representation) = section.representation else {
            return;
        };
        let key = format!("{key}.representation");
        if is_home {
            self.refuse(&key, "the token is at home there", "remove the key");
        } else if representation.is_zero() {
            let fix = "give a token's address, or leave the key out for the default one";
            self.refuse(&key, "0 is no token", fix);
        } else if !matches!(self.keys.token.kind, KindName::Fungible) {
            let what = "only fungible tokens have representations of their issuer's own";
            self.refuse(&key, what, "remove the key");
        }
    }

    fn limit(&mut self, key: &str, section: &Option<LimitSection>, decimals: Option<u8>) -> Limit {
        let Some(section) = section else {
            return Limit::NONE;
        };
        let (capacity, refill, decimals) = match section {
            LimitSection {
                capacity_tokens: Some(capacity),
                refill_tokens_per_second: Some(refill),
                capacity_units: None,
                refill_units_per_second: None,
            } => (
                ("capacity_tokens", capacity),
                ("refill_tokens_per_second", refill),
                decimals,
            ),
            LimitSection {
                capacity_tokens: None,
                refill_tokens_per_second: None,
                capacity_units: Some(capacity),
                refill_units_per_second: Some(refill),
            } => (
                ("capacity_units", capacity),
                ("refill_units_per_second", refill),
                Some(0),
            ),
            _ => {
                self.refuse(
                    key,
                    "a limit has a capacity and a refill in the same unit",
                    "give capacity_tokens and refill_tokens_per_second, or capacity_units and refill_units_per_second",
                );
                return Limit::NONE;
            }
        };
        Limit {
            capacity: self.number(key, capacity, decimals),
            refill_per_second: self.number(key, refill, decimals),
        }
    }

    fn number(&mut self, key: &str, (name, text): (&str, &String), decimals: Option<u8>) -> U256 {
        let places = text.split_once('.').map_or(0, |(_, places)| places.len());
        let decimals = decimals.unwrap_or_else(|| u8::try_from(places).unwrap_or(u8::MAX));
        let key = format!("{key}.{name}");
        match decimal(text, decimals) {
            Ok(number) if number.is_zero() => {
                let fix = "give a positive number; to have no limit leave it out, to let nothing pass pause the route";
                self.refuse(&key, "0 is no limit", fix);
            }
            Ok(number) => return number,
            Err(reason) => {
                let what = format!("{text} is no amount with {decimals} decimals: {reason}");
                self.refuse(
                    &key,
                    what,
                    "give a decimal number as text, such as \"12.5\"",
                );
            }
        }
        U256::ZERO
    }
}

fn parties(section: &PartiesSection) -> Parties {
    Parties {
        issuer: section.issuer,
        limiter: section.limiter,
        pauser: section.pauser,
    }
}

impl From<KindName> for AssetKind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Fungible => Self::Fungible,
            KindName::Nft => Self::NonFungible,
            KindName::Multi => Self::MultiToken,
        }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
