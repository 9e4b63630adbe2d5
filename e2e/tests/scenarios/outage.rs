//! An RPC that goes away and comes back.

use std::time::Duration;

use causeway_e2e::{
    burst, devnet::port_of, proxy::Proxy, recipient::Recipients, relayer::Relayer, wait::until,
};
use eyre::{Result, ensure};
use interop_sdk::SentMessage;

use crate::support::{LIMIT, devnet};

const WAVE: usize = 18;

/// First the RPC of one chain refuses connections, then it takes them and never answers. Each time the relayer says so,
/// goes on between the other chains, and delivers the rest once the RPC is back.
#[tokio::test(flavor = "multi_thread")]
async fn an_rpc_that_is_away_delays_its_own_messages_only() -> Result<()> {
    let devnet = devnet(3, "operator").await?;
    let recipients = Recipients::deploy(&devnet, "bob").await?;
    let b = devnet.chain("b")?;
    let mut cable = Proxy::start(devnet.spare_port(1), port_of(devnet.rpc(b.id())?)?).await?;
    let mut relayer = Relayer::new(&devnet, "relay", 0, |config| {
        config
            .set("chains.b.rpc_urls", vec![cable.url()])?
            .set("chains.b.rpc_deadline_ms", 2_000)
    })?;
    relayer.start_and_wait().await?;

    let mut sent = burst::send(&devnet, &recipients, "alice", WAVE).await?;
    recipients.wait_for(&sent, LIMIT).await?;

    for silent in [false, true] {
        match silent {
            false => cable.unplug().await,
            true => cable.go_silent().await?,
        }
        until("the relayer says that b is away", LIMIT, async || {
            says_that_b_is_away(&relayer).await
        })
        .await?;
        let wave = burst::send(&devnet, &recipients, "alice", WAVE).await?;
        let (with_b, others) = wave
            .into_iter()
            .partition::<Vec<SentMessage>, _>(|message| {
                [message.source(), message.destination()].contains(&b.id())
            });
        recipients.wait_for(&others, LIMIT).await?;
        ensure!(
            recipients.arrived(&with_b).await? == 0,
            "a message came through an RPC that is away"
        );

        cable.plug_in().await?;
        recipients.wait_for(&with_b, LIMIT).await?;
        relayer.wait_until_ready(Duration::from_secs(60)).await?;
        sent.extend(others.into_iter().chain(with_b));
    }
    recipients.require_exactly_once(&sent).await?;
    relayer.stop().await?;
    devnet.stop().await
}

async fn says_that_b_is_away(relayer: &Relayer) -> Result<bool> {
    let answer = relayer.get("/readyz").await?;
    if answer.status == 200 {
        return Ok(false);
    }
    let body: serde_json::Value = serde_json::from_str(&answer.body)?;
    let chains = body["chains"].as_array().cloned().unwrap_or_default();
    Ok(chains
        .iter()
        .any(|chain| chain["name"] == "b" && chain["ready"] == false))
}
