//! What an issuer should know about its own file: nothing of this is wrong, and all of it can cost money.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use causeway_bindings::{IERC20, describe_revert};

use super::{
    error::IssuerError,
    model::{Desired, Limit, State},
    read::{ask_if_answered, custody},
};
use crate::{
    bundle::Network,
    chain::{CallRequest, ChainError},
    model::ChainId,
};

/// Something that can cost money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Risk {
    /// The issuer is no contract, so one key decides.
    OneKey {
        /// The issuer.
        issuer: Address,
    },
    /// Nothing limits what goes from one chain to another.
    Unlimited {
        /// Where it leaves.
        from: ChainId,
        /// Where it arrives.
        to: ChainId,
    },
    /// The token that the issuer brings does not let the custody mint: what arrives would become claims.
    CannotMint {
        /// The chain.
        chain: ChainId,
        /// The token.
        token: Address,
        /// Vault, or on L1 the shared bridge.
        custody: Address,
        /// The decoded reason.
        reason: String,
    },
    /// The token that the issuer brings has other decimals than the one at home, and amounts are never scaled.
    OtherDecimals {
        /// The chain.
        chain: ChainId,
        /// The token.
        token: Address,
        /// Its decimals.
        decimals: u8,
    },
}

/// What can cost money about what is wanted.
///
/// # Errors
/// A chain cannot be read.
pub async fn risks(
    network: &Network,
    desired: &Desired,
    state: &State,
) -> Result<Vec<Risk>, IssuerError> {
    let mut found = Vec::new();
    for (chain, wanted) in &desired.chains {
        let issuer = wanted.parties.issuer;
        let risk = Risk::OneKey { issuer };
        let code = custody(network, *chain)?.reader.code(issuer).await?;
        if code.is_empty() && !found.contains(&risk) {
            found.push(risk);
        }
    }
    found.extend(unlimited(desired));
    for (chain, there) in &state.chains {
        let brought = desired
            .chains
            .get(chain)
            .and_then(|wanted| wanted.representation);
        if let Some(token) = brought
            && there.brought.is_some_and(|brought| brought.exists)
        {
            let recipient = desired.token;
            found.extend(cannot_mint(network, *chain, token, recipient).await?);
            found.extend(other_decimals(network, *chain, token, desired.decimals).await?);
        }
    }
    Ok(found)
}

/// A limit on either side is one.
fn unlimited(desired: &Desired) -> Vec<Risk> {
    let pairs = desired.chains.iter().flat_map(|(from, wanted)| {
        let routes = wanted.routes.iter();
        routes.map(move |(to, rules)| (*from, *to, rules.outgoing))
    });
    let open = pairs.filter(|(from, to, outgoing)| {
        let there = desired.chains.get(to);
        let incoming = there.and_then(|there| there.routes.get(from));
        *outgoing == Limit::NONE && incoming.is_none_or(|rules| rules.incoming == Limit::NONE)
    });
    open.map(|(from, to, _)| Risk::Unlimited { from, to })
        .collect()
}

/// What a mint of one unit by the custody would say.
async fn cannot_mint(
    network: &Network,
    chain: ChainId,
    token: Address,
    recipient: Address,
) -> Result<Option<Risk>, IssuerError> {
    let custody = custody(network, chain)?;
    let mint = IERC20::crosschainMintCall {
        to: recipient,
        amount: U256::ONE,
    };
    let request = CallRequest {
        from: custody.address,
        to: token,
        data: mint.abi_encode().into(),
        value: U256::ZERO,
        gas: None,
    };
    match custody.reader.call(&request).await {
        Ok(_) => Ok(None),
        Err(ChainError::Reverted { data, .. }) => Ok(Some(Risk::CannotMint {
            chain,
            token,
            custody: custody.address,
            reason: describe_revert(&data),
        })),
        Err(error) => Err(error.into()),
    }
}

async fn other_decimals(
    network: &Network,
    chain: ChainId,
    token: Address,
    at_home: u8,
) -> Result<Option<Risk>, IssuerError> {
    let reader = custody(network, chain)?.reader;
    let decimals = ask_if_answered(reader, token, &IERC20::decimalsCall {}).await?;
    Ok((decimals != at_home).then_some(Risk::OtherDecimals {
        chain,
        token,
        decimals,
    }))
}

#[cfg(test)]
mod tests {
    use causeway_bindings::AssetKind;

    use super::*;
    use crate::tokens::model::{DesiredChain, Parties, RouteRules};

    #[test]
    fn a_limit_on_either_side_limits() {
        let some = Limit {
            capacity: U256::ONE,
            refill_per_second: U256::ONE,
        };
        let chain = |other, outgoing, incoming| DesiredChain {
            announce: true,
            representation: None,
            parties: Parties {
                issuer: Address::with_last_byte(1),
                limiter: None,
                pauser: None,
            },
            routes: [(
                other,
                RouteRules {
                    paused: false,
                    outgoing,
                    incoming,
                },
            )]
            .into(),
        };
        let risks = |[first, second, third, fourth]: [Limit; 4]| {
            unlimited(&Desired {
                home: 1,
                token: Address::with_last_byte(2),
                kind: AssetKind::Fungible,
                decimals: 6,
                chains: [(1, chain(2, first, second)), (2, chain(1, third, fourth))].into(),
            })
        };
        let [there, back] = [(1, 2), (2, 1)].map(|(from, to)| Risk::Unlimited { from, to });
        let none = Limit::NONE;
        let cases = [
            ([none; 4], vec![there.clone(), back.clone()]),
            ([some, none, none, none], vec![back.clone()]),
            ([none, none, none, some], vec![back]),
            ([none, some, none, none], vec![there]),
            ([some, none, some, none], vec![]),
        ];
        for (limits, expected) in cases {
            assert_eq!(risks(limits), expected, "{limits:?}");
        }
    }
}
