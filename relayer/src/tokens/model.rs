//! What an issuer wants of a token over the network, and what the chains have.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256, utils::format_units};
use causeway_bindings::{AssetKind, asset_id};

use crate::model::ChainId;

/// What may pass at once, and what becomes free again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Limit {
    /// In the token's smallest unit; 0 where there is no limit.
    pub capacity: U256,
    /// In the token's smallest unit, each second; 0 where there is no limit.
    pub refill_per_second: U256,
}

impl Limit {
    /// No limit.
    pub const NONE: Self = Self {
        capacity: U256::ZERO,
        refill_per_second: U256::ZERO,
    };

    /// In words, for a token with these decimals.
    pub fn describe(self, decimals: u8) -> String {
        if self == Self::NONE {
            return "no limit".to_owned();
        }
        let [capacity, refill] =
            [self.capacity, self.refill_per_second].map(|units| whole(units, decimals));
        format!("{capacity} at once, {refill} more each second")
    }
}

/// Whole tokens; units, and that they are, where a token has more decimals than anybody can count with.
fn whole(units: U256, decimals: u8) -> String {
    match format_units(units, decimals) {
        Ok(text) if text.contains('.') => {
            let text = text.trim_end_matches('0');
            text.trim_end_matches('.').to_owned()
        }
        Ok(text) => text,
        Err(_) => format!("{units} units"),
    }
}

/// Which way a limit counts, as seen from the chain that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// What leaves.
    Outgoing,
    /// What arrives.
    Incoming,
}

/// What holds on one chain for what goes to another and comes from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouteRules {
    /// Whether nothing passes either way.
    pub paused: bool,
    /// What leaves.
    pub outgoing: Limit,
    /// What arrives.
    pub incoming: Limit,
}

/// Who decides about the token on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Decides, and appoints the others.
    pub issuer: Address,
    /// Sets limits; the issuer where nobody is named.
    pub limiter: Option<Address>,
    /// Pauses; the issuer where nobody is named.
    pub pauser: Option<Address>,
}

/// What is wanted on one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredChain {
    /// Whether the token is to be announced there, if nothing stands for it yet. Means nothing at home.
    pub announce: bool,
    /// Token of the issuer's own that is to stand for it there; the default one where none is named.
    pub representation: Option<Address>,
    /// Who decides there.
    pub parties: Parties,
    /// Rules by the other chain; every other chain that the file names.
    pub routes: BTreeMap<ChainId, RouteRules>,
}

/// What is wanted of one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// Chain that the token was born on.
    pub home: ChainId,
    /// The token there.
    pub token: Address,
    /// What kind of token it is.
    pub kind: AssetKind,
    /// Its decimals; 0 where it has none.
    pub decimals: u8,
    /// Every chain that the file names, the home included.
    pub chains: BTreeMap<ChainId, DesiredChain>,
}

impl Desired {
    /// The token's id on every chain.
    pub fn asset_id(&self) -> B256 {
        asset_id(self.home, self.token)
    }
}

/// A token that stands on a chain: at home the token itself, elsewhere what represents it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its address.
    pub token: Address,
    /// Who decides about it there; 0 for nobody.
    pub issuer: Address,
    /// Who may become the issuer by accepting; 0 for nobody.
    pub proposed: Address,
    /// Who sets limits: the issuer, where it has appointed nobody.
    pub limiter: Address,
    /// Who pauses: the issuer, where it has appointed nobody.
    pub pauser: Address,
    /// Rules by the other chain.
    pub routes: BTreeMap<ChainId, RouteRules>,
}

/// A token of the issuer's own, on the chain where it is to stand for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Whether there is a contract.
    pub exists: bool,
    /// What its `owner()` answers; 0 for nobody.
    pub owner: Address,
    /// Asset that its owner lets it stand for; 0 for none.
    pub offered_for: B256,
    /// Whether it stands for another asset already.
    pub is_taken: bool,
}

/// What a chain has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainState {
    /// Vault, or on L1 the shared bridge.
    pub custody: Address,
    /// Its rules of issuers.
    pub rules: Address,
    /// The token there; `None` where nothing stands for it yet.
    pub standing: Option<Standing>,
    /// The token that the issuer wants to stand there, where it names one.
    pub brought: Option<Brought>,
    /// Token that the home names for this chain; 0 for the default one.
    pub named: Address,
}

/// What the chains have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// By chain, the home included.
    pub chains: BTreeMap<ChainId, ChainState>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_in_whole_tokens() {
        let limit = Limit {
            capacity: U256::from(1_500_000),
            refill_per_second: U256::from(20),
        };
        let told = [0, 1, 6, 255].map(|decimals| limit.describe(decimals));
        let expected = [
            "1500000 at once, 20 more each second",
            "150000 at once, 2 more each second",
            "1.5 at once, 0.00002 more each second",
            "1500000 units at once, 20 units more each second",
        ];
        assert_eq!(told, expected);
        assert_eq!(Limit::NONE.describe(6), "no limit");
    }
}
