//! What the chains say of tokens, for lists.

use alloy::primitives::Address;
use causeway_bindings::{AssetKind, IAssetCustody, IERC20, asset_id};
use futures::future::try_join_all;

use super::{
    error::IssuerError,
    list::{TokenEntry, Told, entries},
    read::{custody, decimals},
};
use crate::{
    bundle::{Network, StepError, ask},
    chain::ChainError,
    model::ChainId,
};

/// The entries of a fungible token that is at home on this chain, on all chains of the network.
///
/// # Errors
/// It is no such token, or says nothing about itself.
pub async fn tell(
    network: &Network,
    home: ChainId,
    token: Address,
) -> Result<Vec<TokenEntry>, IssuerError> {
    decimals(network, (home, token, AssetKind::Fungible)).await?;
    let at_home = say(network, home, token).await?;
    let l1 = network.l1.reader.chain_id();
    let others = network.chains.keys().copied().chain([l1]);
    let elsewhere = others
        .filter(|chain| *chain != home)
        .map(|chain| stands(network, chain, (home, token)));
    let mut elsewhere: Vec<Told> = try_join_all(elsewhere)
        .await?
        .into_iter()
        .flatten()
        .collect();
    elsewhere.sort_by_key(|told| told.chain);
    Ok(entries(&at_home, &elsewhere))
}

async fn stands(
    network: &Network,
    chain: ChainId,
    (home, token): (ChainId, Address),
) -> Result<Option<Told>, IssuerError> {
    let custody = custody(network, chain)?;
    let question = IAssetCustody::tokenOfCall {
        assetId: asset_id(home, token),
    };
    match ask(custody.reader, custody.address, &question).await? {
        Address::ZERO => Ok(None),
        representation => say(network, chain, representation).await.map(Some),
    }
}

async fn say(network: &Network, chain: ChainId, token: Address) -> Result<Told, IssuerError> {
    let reader = custody(network, chain)?.reader;
    let all = async {
        Ok::<_, StepError>(Told {
            chain,
            token,
            name: ask(reader, token, &IERC20::nameCall {}).await?,
            symbol: ask(reader, token, &IERC20::symbolCall {}).await?,
            decimals: ask(reader, token, &IERC20::decimalsCall {}).await?,
        })
    };
    match all.await {
        Err(StepError::NotOurContract { .. } | StepError::Chain(ChainError::Reverted { .. })) => {
            Err(IssuerError::Silent { chain, token })
        }
        told => Ok(told?),
    }
}
