//! One transaction that brings a chain nearer to what its issuer wants.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{AssetKind, Direction, IAssetRules, IAssetVault, ISharedBridge};

use super::model::{Limit, Way};
use crate::model::ChainId;

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Proposes another issuer; 0 takes a proposal back.
    ProposeIssuer(Address),
    /// Becomes the issuer.
    AcceptIssuer,
    /// Appoints who limits and who pauses; 0 for the issuer.
    Appoint {
        /// Who limits.
        limiter: Address,
        /// Who pauses.
        pauser: Address,
    },
    /// Names the token that is to stand on another chain; 0 for the default one.
    NameRepresentation {
        /// The other chain.
        on: ChainId,
        /// The token there.
        representation: Address,
    },
    /// Lets the token stand for an asset of another chain.
    Offer(B256),
    /// Tells another chain what the token is called, so that what stands for it is created there.
    Announce {
        /// The other chain.
        to: ChainId,
        /// What kind of token it is.
        kind: AssetKind,
    },
    /// Sets what may pass.
    SetLimit {
        /// The other chain.
        other: ChainId,
        /// What leaves or what arrives.
        way: Way,
        /// The limit.
        limit: Limit,
    },
    /// Lets nothing pass.
    Pause {
        /// The other chain.
        other: ChainId,
    },
    /// Lets everything pass again.
    Unpause {
        /// The other chain.
        other: ChainId,
    },
}

/// Whose part it is to make a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The issuer.
    Issuer,
    /// Who is to become the issuer.
    ProposedIssuer,
    /// Who sets limits.
    Limiter,
    /// Who pauses.
    Pauser,
    /// Who owns the token that is to stand for another.
    Owner,
    /// Anybody.
    Anyone,
}

impl Role {
    /// Name for people and programs.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::ProposedIssuer => "proposed_issuer",
            Self::Limiter => "limiter",
            Self::Pauser => "pauser",
            Self::Owner => "owner",
            Self::Anyone => "anyone",
        }
    }
}

/// A transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Chain that it is made on.
    pub chain: ChainId,
    /// Contract that is called.
    pub to: Address,
    /// Token that it is about, on that chain.
    pub token: Address,
    /// What it does.
    pub action: Action,
    /// Whose part it is.
    pub role: Role,
    /// Account that has to make it; `None` where anyone may.
    pub account: Option<Address>,
}

impl Step {
    /// Calldata. An announcement from L1 gives its delivery `announce_gas`.
    pub fn calldata(&self, is_l1: bool, announce_gas: u64) -> Bytes {
        let token = self.token;
        match self.action {
            Action::ProposeIssuer(proposed) => {
                encode(&IAssetRules::proposeIssuerCall { token, proposed })
            }
            Action::AcceptIssuer => encode(&IAssetRules::acceptIssuerCall { token }),
            Action::Appoint { limiter, pauser } => encode(&IAssetRules::appointCall {
                token,
                limiter,
                pauser,
            }),
            Action::NameRepresentation { on, representation } => {
                encode(&IAssetRules::nameRepresentationCall {
                    token,
                    otherChainId: U256::from(on),
                    representation,
                })
            }
            Action::Offer(asset) => encode(&IAssetRules::offerRepresentationCall {
                token,
                assetId: asset,
            }),
            Action::Announce { to, kind } if is_l1 => encode(&ISharedBridge::announceCall {
                token,
                kind,
                chainId: U256::from(to),
                gasLimit: announce_gas,
            }),
            Action::Announce { to, kind } => encode(&IAssetVault::announceCall {
                token,
                kind,
                destinationChainId: U256::from(to),
            }),
            Action::SetLimit { other, way, limit } => encode(&IAssetRules::setRouteLimitCall {
                token,
                otherChainId: U256::from(other),
                direction: way.into(),
                capacity: limit.capacity,
                refillPerSecond: limit.refill_per_second,
            }),
            Action::Pause { other } => encode(&IAssetRules::pauseRouteCall {
                token,
                otherChainId: U256::from(other),
            }),
            Action::Unpause { other } => encode(&IAssetRules::unpauseRouteCall {
                token,
                otherChainId: U256::from(other),
            }),
        }
    }

    /// Function that is called.
    pub fn function(&self) -> &'static str {
        match self.action {
            Action::ProposeIssuer(_) => "proposeIssuer",
            Action::AcceptIssuer => "acceptIssuer",
            Action::Appoint { .. } => "appoint",
            Action::NameRepresentation { .. } => "nameRepresentation",
            Action::Offer(_) => "offerRepresentation",
            Action::Announce { .. } => "announce",
            Action::SetLimit { .. } => "setRouteLimit",
            Action::Pause { .. } => "pauseRoute",
            Action::Unpause { .. } => "unpauseRoute",
        }
    }

    /// Whether this one would do the wrong thing, rather than be refused, if `earlier` were left out: a chain that is told of
    /// the token before its issuer and its representation are settled keeps what it was told.
    pub fn must_follow(&self, earlier: &Self) -> bool {
        let Action::Announce { to, .. } = self.action else {
            return false;
        };
        match earlier.action {
            Action::ProposeIssuer(_) | Action::AcceptIssuer => earlier.chain == self.chain,
            Action::NameRepresentation { on, .. } => on == to,
            Action::Offer(_) => earlier.chain == to,
            _ => false,
        }
    }
}

impl From<Way> for Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::Outgoing => Self::Outgoing,
            Way::Incoming => Self::Incoming,
        }
    }
}

fn encode(call: &impl SolCall) -> Bytes {
    call.abi_encode().into()
}
