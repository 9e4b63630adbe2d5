//! Time of the local chains, which can be advanced: what takes an hour by the contracts takes a moment here.

use alloy::providers::ext::AnvilApi;
use eyre::Result;

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
