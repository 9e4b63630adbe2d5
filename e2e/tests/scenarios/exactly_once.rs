//! Two relayers with the same routes.

use causeway_e2e::{burst, recipient::Recipients, relayer::Relayer, wait::until};
use eyre::Result;
use futures::future::try_join;
use rustix::process::Signal;

use crate::support::{LIMIT, devnet};

const MESSAGES: usize = 200;

/// Both deliver everything they can; one of them sleeps through the middle and goes on from what it last saw. Each message
/// is received once, and in the end both regard each as delivered, whoever did it.
#[tokio::test(flavor = "multi_thread")]
async fn messages_arrive_exactly_once_under_two_relayers() -> Result<()> {
    let devnet = devnet(3, "operator").await?;
    let recipients = Recipients::deploy(&devnet, "bob").await?;
    let mut first = Relayer::new(&devnet, "relay", 0, |config| {
        config.set("relay.signer", "relay-1")
    })?;
    let mut second = Relayer::new(&devnet, "relay", 1, |config| {
        config.set("relay.signer", "relay-2")
    })?;
    try_join(first.start_and_wait(), second.start_and_wait()).await?;

    let mut sent = burst::send(&devnet, &recipients, "alice", MESSAGES / 2).await?;
    until("deliveries have begun", LIMIT, async || {
        Ok(recipients.arrived(&sent).await? > 0)
    })
    .await?;
    first.signal(Signal::STOP)?;
    sent.extend(burst::send(&devnet, &recipients, "alice", MESSAGES / 2).await?);
    recipients.wait_for(&sent, LIMIT).await?;
    first.signal(Signal::CONT)?;

    for relayer in [&first, &second] {
        until(
            "every message is delivered in the eyes of both relayers",
            LIMIT,
            async || Ok(relayer.delivered().await? == MESSAGES),
        )
        .await?;
    }
    recipients.require_exactly_once(&sent).await?;
    try_join(first.stop(), second.stop()).await?;
    devnet.stop().await
}
