//! `causeway dev` as a whole: how it starts, and that nothing is left however it ends.

use std::time::{Duration, Instant};

use causeway_e2e::devnet::{Devnet, port_of};
use eyre::{Result, ensure};

use crate::support::devnet;

/// Twice what it takes at most on a machine that has nothing else to do; here it has.
const START_LIMIT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_network_starts_quickly_and_leaves_nothing_however_it_ends() -> Result<()> {
    let started = Instant::now();
    let terminated = devnet(3, "both").await?;
    let took = started.elapsed();
    println!("ready after {took:?}");
    ensure!(took < START_LIMIT, "the network took {took:?} to start");
    let ports = rpc_ports(&terminated)?;
    ensure!(ports.len() == 4, "L1 and three chains");
    let table = terminated.process().log();
    for chain in &terminated.file().chains {
        ensure!(
            table.contains(&chain.rpc) && table.contains(&chain.chain_id.to_string()),
            "the table lacks {}",
            chain.name
        );
    }
    terminated.stop().await?;
    Devnet::ports_are_free(&ports).await?;

    let interrupted = devnet(1, "both").await?;
    let ports = rpc_ports(&interrupted)?;
    interrupted.interrupt().await?;
    Devnet::ports_are_free(&ports).await?;

    let killed = devnet(1, "both").await?;
    let ports = rpc_ports(&killed)?;
    killed.kill().await?;
    Devnet::ports_are_free(&ports).await
}

fn rpc_ports(devnet: &Devnet) -> Result<Vec<u16>> {
    let file = devnet.file();
    let rpcs = file.chains.iter().map(|chain| &chain.rpc);
    rpcs.chain([&file.l1.rpc]).map(|rpc| port_of(rpc)).collect()
}
