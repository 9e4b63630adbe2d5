//! Time of the local chains, which can be advanced: what takes an hour by the contracts takes a moment here.

use alloy::{
    eips::BlockNumberOrTag,
    providers::{DynProvider, Provider, ext::AnvilApi},
};
use eyre::{OptionExt, Result};

use crate::{devnet::Devnet, holdings::places};

/// Advances the clocks of L1 and of every chain.
pub async fn advance(devnet: &Devnet, seconds: u64) -> Result<()> {
    // L1 first: it takes no batch of a chain whose clock is far ahead of its own.
    for place in places(devnet)? {
        place.provider.anvil_increase_time(seconds).await?;
        place.provider.anvil_mine(Some(1), None).await?;
    }
    Ok(())
}

/// Time of the newest block, in seconds since the epoch.
pub async fn now(provider: &DynProvider) -> Result<u64> {
    let block = provider
        .get_block_by_number(BlockNumberOrTag::Latest)
        .await?;
    Ok(block.ok_or_eyre("a chain has a block")?.header.timestamp)
}
