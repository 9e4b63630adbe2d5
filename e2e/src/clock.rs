//! Time of the local chains, which can be advanced: what takes an hour by the contracts takes a moment here.

use alloy::providers::ext::AnvilApi;
use eyre::Result;

use crate::{devnet::Devnet, holdings::places};

/// Advances the clocks of L1 and of every chain.
pub async fn advance(devnet: &Devnet, seconds: u64) -> Result<()> {
    advance_without(devnet, &[], seconds).await
}

/// [`advance`] where these chains have no node any more.
pub async fn advance_without(devnet: &Devnet, gone: &[u64], seconds: u64) -> Result<()> {
    let places = places(devnet)?;
    // L1 first: it takes no batch of a chain whose clock is far ahead of its own.
    for place in places
        .iter()
        .filter(|place| !gone.contains(&place.chain_id))
    {
        place.provider.anvil_increase_time(seconds).await?;
        place.provider.anvil_mine(Some(1), None).await?;
    }
    Ok(())
}
