//! A message whose recipient refuses it.

use causeway_e2e::{
    recipient::{Recipient, Recipients},
    relayer::Relayer,
    wait::{eventually, until},
};
use eyre::{Result, ensure};
use interop_sdk::{Held, Status};

use crate::support::{LIMIT, devnet};

const REASON: &str = "closed for the holiday";

/// It is held with the reason in words, keeps nobody else waiting, and arrives once it is tried again after the recipient
/// has changed its mind.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_is_held_with_its_reason_and_can_be_retried() -> Result<()> {
    let devnet = devnet(2, "operator").await?;
    let mut relayer = Relayer::new(&devnet, "relay", 0, Ok)?;
    relayer.start_and_wait().await?;
    let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
    let wallet = devnet.wallet("alice", a.id())?;
    let recipients = Recipients::deploy(&devnet, "bob").await?;
    let stubborn =
        Recipient::deploy(b.contracts()?.handler, devnet.wallet("carol", b.id())?).await?;
    stubborn.refuse_with(REASON).await?;

    let refused = a
        .message((b.id(), stubborn.address()), b"knock, knock".to_vec())
        .send(&wallet)
        .await?;
    let welcome = a
        .message(recipients.address_on(b.id()), b"good morning".to_vec())
        .send(&wallet)
        .await?;
    recipients.wait_for(&[welcome], LIMIT).await?;

    let id = refused.bundle_hash().to_string();
    eventually("held with its reason", LIMIT, async || {
        let told = relayer.json(&["msg", "explain", &id]).await?;
        let text = told["text"].as_str().unwrap_or_default();
        let is_held = told["stage"] == "held" && told["cause"] == "recipient_reverts";
        ensure!(is_held && text.contains(REASON), "{told}");
        Ok(Some(()))
    })
    .await?;
    match refused.status().await? {
        Status::Held {
            reason: reason @ Held::RecipientReverted { .. },
            ..
        } => {
            ensure!(
                reason.to_string().contains(REASON),
                "the SDK gives another reason: {reason}"
            );
        }
        other => eyre::bail!("in the eyes of the SDK the message is {other}"),
    }
    ensure!(
        stubborn.total().await?.is_zero(),
        "the recipient took the message"
    );

    stubborn.refuse_with("").await?;
    relayer
        .command(&["msg", "retry", &id])
        .await?
        .require_success()?;
    until("delivered after the retry", LIMIT, async || {
        Ok(refused.status().await? == Status::Delivered)
    })
    .await?;
    let times = stubborn.times_received(refused.receive_ids()[0]).await?;
    ensure!(times.to::<u64>() == 1, "received {times} times");
    relayer.stop().await?;
    devnet.stop().await
}
