//! What the chains have of a token.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use causeway_bindings::{AssetKind, IAssetCustody, IAssetRules, IERC20, IOwned, describe_revert};
use futures::future::try_join_all;

use super::{
    error::IssuerError,
    model::{Brought, ChainState, Desired, Limit, RouteRules, Standing, State, Way},
};
use crate::{
    assets::{AssetError, Custody},
    bundle::{Network, StepError, ask},
    chain::{ChainError, ChainReader},
    model::ChainId,
};

/// Decimals of a token at home, after a look at whether it is one; 0 where it has none.
///
/// # Errors
/// It is no token of this kind, or is at home elsewhere.
pub async fn decimals(
    network: &Network,
    (home, token, kind): (ChainId, Address, AssetKind),
) -> Result<u8, IssuerError> {
    let custody = custody(network, home)?;
    if custody.reader.code(token).await?.is_empty() {
        return Err(IssuerError::NoToken { chain: home, token });
    }
    let rules = ask(
        custody.reader,
        custody.address,
        &IAssetCustody::RULESCall {},
    )
    .await?;
    check_kind(custody, rules, token, kind).await?;
    let question = IAssetCustody::assetOfCall { token, kind };
    let asset = ask(custody.reader, custody.address, &question).await?;
    if asset.originChainId != U256::from(home) {
        return Err(IssuerError::NotHome {
            chain: home,
            token,
            home: asset.originChainId.saturating_to(),
        });
    }
    match kind {
        AssetKind::Fungible => {
            ask_if_answered(custody.reader, token, &IERC20::decimalsCall {}).await
        }
        _ => Ok(0),
    }
}

async fn check_kind(
    custody: Custody<'_>,
    rules: Address,
    token: Address,
    kind: AssetKind,
) -> Result<(), IssuerError> {
    let question = IAssetRules::checkKindCall { token, kind };
    match ask(custody.reader, rules, &question).await {
        Err(StepError::Chain(ChainError::Reverted { chain, data, .. })) => {
            Err(IssuerError::OtherKind {
                chain,
                token,
                reason: describe_revert(&data),
            })
        }
        answer => Ok(answer.map(|_| ())?),
    }
}

/// Reads every chain that is named, each at its newest block.
///
/// # Errors
/// A chain cannot be read, or has other contracts than the configuration says.
pub async fn read(network: &Network, desired: &Desired) -> Result<State, IssuerError> {
    let home = custody(network, desired.home)?;
    let home_rules = ask(home.reader, home.address, &IAssetCustody::RULESCall {}).await?;
    let chains = desired.chains.keys().map(async |id| {
        let mut state = Reading::open(network, desired, *id).await?.state().await?;
        if *id != desired.home {
            let question = IAssetRules::representationOnCall {
                token: desired.token,
                otherChainId: U256::from(*id),
            };
            state.named = ask(home.reader, home_rules, &question).await?;
        }
        Ok::<_, IssuerError>((*id, state))
    });
    let chains = try_join_all(chains).await?.into_iter().collect();
    Ok(State { chains })
}

pub(super) fn custody(network: &Network, chain: ChainId) -> Result<Custody<'_>, IssuerError> {
    Custody::of(network, chain).map_err(|error| match error {
        AssetError::Step(error) => error.into(),
        _ => StepError::UnknownChain(chain).into(),
    })
}

/// One chain.
struct Reading<'a> {
    desired: &'a Desired,
    id: ChainId,
    custody: Custody<'a>,
    rules: Address,
}

impl<'a> Reading<'a> {
    async fn open(
        network: &'a Network,
        desired: &'a Desired,
        id: ChainId,
    ) -> Result<Self, IssuerError> {
        let custody = custody(network, id)?;
        let rules = ask(
            custody.reader,
            custody.address,
            &IAssetCustody::RULESCall {},
        )
        .await?;
        Ok(Self {
            desired,
            id,
            custody,
            rules,
        })
    }

    async fn state(&self) -> Result<ChainState, IssuerError> {
        let wanted = self.desired.chains.get(&self.id);
        // Before the record, and dropped where that has one by then: an announcement that arrives between two questions takes the
        // issuer's token, and must not look as if another had taken it.
        let brought = match wanted.and_then(|wanted| wanted.representation) {
            Some(token) => Some(self.brought(token).await?),
            None => None,
        };
        let standing = match self.token().await? {
            Address::ZERO => None,
            token => Some(self.standing(token).await?),
        };
        Ok(ChainState {
            custody: self.custody.address,
            rules: self.rules,
            brought: brought.filter(|_| standing.is_none()),
            standing,
            named: Address::ZERO,
        })
    }

    async fn token(&self) -> Result<Address, StepError> {
        if self.id == self.desired.home {
            return Ok(self.desired.token);
        }
        let question = IAssetCustody::tokenOfCall {
            assetId: self.desired.asset_id(),
        };
        self.ask_custody(&question).await
    }

    async fn standing(&self, token: Address) -> Result<Standing, IssuerError> {
        let parties = self
            .ask_rules(&IAssetRules::partiesOfCall { token })
            .await?;
        let others = self.desired.chains.keys().copied();
        let routes = others
            .filter(|other| *other != self.id)
            .map(async |other| Ok::<_, StepError>((other, self.route(token, other).await?)));
        let routes: BTreeMap<_, _> = try_join_all(routes).await?.into_iter().collect();
        Ok(Standing {
            token,
            issuer: self.ask_rules(&IAssetRules::issuerOfCall { token }).await?,
            proposed: self
                .ask_rules(&IAssetRules::proposedIssuerCall { token })
                .await?,
            limiter: parties.limiter,
            pauser: parties.pauser,
            routes,
        })
    }

    async fn route(&self, token: Address, other: ChainId) -> Result<RouteRules, StepError> {
        let question = IAssetRules::isPausedCall {
            token,
            otherChainId: U256::from(other),
        };
        Ok(RouteRules {
            paused: self.ask_rules(&question).await?,
            outgoing: self.limit(token, other, Way::Outgoing).await?,
            incoming: self.limit(token, other, Way::Incoming).await?,
        })
    }

    async fn limit(&self, token: Address, other: ChainId, way: Way) -> Result<Limit, StepError> {
        let question = IAssetRules::routeLimitCall {
            token,
            otherChainId: U256::from(other),
            direction: way.into(),
        };
        let limit = self.ask_rules(&question).await?;
        // Without a capacity nothing refills.
        Ok(match limit.capacity.is_zero() {
            true => Limit::NONE,
            false => Limit {
                capacity: limit.capacity,
                refill_per_second: limit.refillPerSecond,
            },
        })
    }

    async fn brought(&self, token: Address) -> Result<Brought, IssuerError> {
        let reader = self.custody.reader;
        let exists = !reader.code(token).await?.is_empty();
        let is_foreign = self
            .ask_custody(&IAssetCustody::isForeignCall { token })
            .await?;
        let locked = self
            .ask_custody(&IAssetCustody::lockedCall { token })
            .await?;
        Ok(Brought {
            exists,
            owner: ask_if_answered(reader, token, &IOwned::ownerCall {}).await?,
            offered_for: self
                .ask_rules(&IAssetRules::offeredForCall { token })
                .await?,
            is_taken: is_foreign || !locked.is_zero(),
        })
    }

    async fn ask_custody<C: SolCall + Sync>(&self, question: &C) -> Result<C::Return, StepError> {
        ask(self.custody.reader, self.custody.address, question).await
    }

    async fn ask_rules<C: SolCall + Sync>(&self, question: &C) -> Result<C::Return, StepError> {
        ask(self.custody.reader, self.rules, question).await
    }
}

/// Asks what a contract need not have; the default where it does not answer.
pub(super) async fn ask_if_answered<C: SolCall<Return: Default> + Sync>(
    reader: &dyn ChainReader,
    contract: Address,
    question: &C,
) -> Result<C::Return, IssuerError> {
    match ask(reader, contract, question).await {
        Err(StepError::NotOurContract { .. } | StepError::Chain(ChainError::Reverted { .. })) => {
            Ok(C::Return::default())
        }
        answer => Ok(answer?),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use alloy::primitives::Bytes;

    use super::*;
    use crate::{
        chain::{CallRequest, fake::Answers},
        swap::bench::{Bench, DESTINATION, SOURCE},
        tokens::model::{DesiredChain, Parties},
    };

    const TOKEN: Address = Address::repeat_byte(0x70);
    const OWN: Address = Address::repeat_byte(0x71);

    /// A chain on which the announcement arrives after so many questions: the issuer's token is taken, for the asset.
    struct Arriving {
        after: usize,
        asked: AtomicUsize,
    }

    impl Answers for Arriving {
        fn call(&self, request: &CallRequest, _: u64) -> Option<Result<Bytes, Bytes>> {
            let is_there = self.asked.fetch_add(1, Ordering::Relaxed) >= self.after;
            let said = |call: &[u8]| request.data.starts_with(call);
            let answer = if said(&IAssetCustody::tokenOfCall::SELECTOR) && is_there {
                OWN.into_word()
            } else {
                let is_foreign = said(&IAssetCustody::isForeignCall::SELECTOR) && is_there;
                U256::from(is_foreign).into()
            };
            Some(Ok(answer.0.repeat(10).into()))
        }

        fn balance(&self, _: Address, _: u64) -> U256 {
            U256::ZERO
        }
    }

    fn desired() -> Desired {
        let chain = |representation| DesiredChain {
            announce: true,
            representation,
            parties: Parties {
                issuer: Address::ZERO,
                limiter: None,
                pauser: None,
            },
            routes: BTreeMap::new(),
        };
        Desired {
            home: SOURCE,
            token: TOKEN,
            kind: AssetKind::Fungible,
            decimals: 6,
            chains: [(SOURCE, chain(None)), (DESTINATION, chain(Some(OWN)))].into(),
        }
    }

    /// What is read where the announcement arrives after so many questions, and whether it arrived meanwhile.
    async fn read_while_it_arrives(after: usize) -> (ChainState, bool) {
        let bench = Bench::new();
        let answers = Arc::new(Arriving {
            after,
            asked: AtomicUsize::new(0),
        });
        bench.chain(DESTINATION).set_answers(answers.clone());
        let mut state = read(&bench.network(), &desired()).await.unwrap();
        let there = state.chains.remove(&DESTINATION).unwrap();
        (there, answers.asked.load(Ordering::Relaxed) > after)
    }

    #[tokio::test]
    async fn an_announcement_that_arrives_meanwhile_took_the_token_for_its_asset() {
        for after in 0.. {
            let (there, arrived) = read_while_it_arrives(after).await;
            match (&there.standing, there.brought) {
                (Some(standing), None) => assert_eq!(standing.token, OWN),
                (None, Some(brought)) => assert!(!brought.is_taken, "after {after} questions"),
                _ => panic!("{there:?}"),
            }
            if !arrived {
                assert!(there.standing.is_none() && after > 2);
                break;
            }
        }
    }
}
