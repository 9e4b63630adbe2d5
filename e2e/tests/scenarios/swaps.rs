//! Two banks swap, with whatever may go wrong, and it ends in the exact exchange or in a full return.

use causeway_e2e::{
    devnet::Devnet,
    swaps::{End, Market},
};
use eyre::Result;

use crate::support::devnet;

/// Seconds that a swap may take where nothing goes wrong.
const AN_HOUR: u64 = 3_600;

/// The customer locks; the rest is done by the coordinator.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_is_executed_and_redeemed_by_the_coordinator() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let market = market(&devnet, "a", "b").await?;
    let swap = market.lock(AN_HOUR).await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    devnet.stop().await
}

async fn market<'a>(devnet: &'a Devnet, from: &str, to: &str) -> Result<Market<'a>> {
    Market::open(devnet, &devnet.chain(from)?, &devnet.chain(to)?).await
}
