//! What the contracts of a chain refuse, and that they take the same thing unspoilt.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolInterface},
};
use causeway_bindings::{
    BundleDelivery, BundleStatus,
    IInteropHandler::{self, IInteropHandlerErrors as Refusal},
    describe_revert,
};
use causeway_e2e::{devnet::Devnet, recipient::Recipients};
use eyre::{Result, ensure};
use interop_sdk::{Chain, Delivered, SentMessage, Stage};

use crate::support::{LIMIT, devnet, refusal};

/// A developer without any relayer delivers a message, after every spoilt version of its proof was refused.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_true_proof_delivers_and_only_once() -> Result<()> {
    let devnet = devnet(3, "operator").await?;
    let recipients = Recipients::deploy(&devnet, "bob").await?;
    let [a, b, c] = [devnet.chain("a")?, devnet.chain("b")?, devnet.chain("c")?];
    let wallet = devnet.wallet("alice", a.id())?;
    let message = a.message(recipients.address_on(b.id()), b"once".to_vec());
    let sent = message.send(&wallet).await?;
    // So that the third chain has a batch, which a proof could pretend to be of.
    c.message(recipients.address_on(b.id()), b"other".to_vec())
        .send(&devnet.wallet("alice", c.id())?)
        .await?;

    sent.wait(Stage::Rooted, LIMIT).await?;
    let delivery = sent.prove().await?;
    spoilt_proofs_are_refused(&devnet, &b, delivery.call()).await?;
    foreign_claims_are_refused(&devnet, [&a, &b, &c], delivery.call()).await?;
    unset_roots_are_refused(&devnet, &b, delivery.call()).await?;
    ensure!(
        recipients.arrived(std::slice::from_ref(&sent)).await? == 0,
        "a refused delivery had an effect"
    );

    let erin = devnet.wallet("erin", b.id())?;
    ensure!(
        matches!(delivery.deliver(&erin).await?, Delivered::By(_)),
        "somebody else delivers here"
    );
    ensure!(
        recipients.arrived(std::slice::from_ref(&sent)).await? == 1,
        "the true proof was refused"
    );
    replays_are_refused(&devnet, &b, &sent, &wallet_of_a_relayer(&devnet, &b)?).await?;
    let times = recipients
        .on(b.id())
        .times_received(sent.receive_ids()[0])
        .await?;
    ensure!(times == U256::ONE, "received {times} times");
    devnet.stop().await
}

/// The outbox refuses what L1 could not take, with the limit, before anything is paid.
#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_message_is_refused_at_its_source() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let a = devnet.chain("a")?;
    let b = devnet.chain("b")?;
    let sender = devnet.signer("alice")?.address();
    let outbox = causeway_bindings::IMessageOutbox::new(a.contracts()?.outbox, a.provider()?);
    let limit: usize = outbox.MAX_MESSAGE_SIZE().call().await?.to();

    a.message((b.id(), Address::repeat_byte(7)), vec![1; limit / 2])
        .quote(sender)
        .await?;
    let refused = a
        .message((b.id(), Address::repeat_byte(7)), vec![1; limit + 1])
        .quote(sender)
        .await;
    let text = refused
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    ensure!(
        text.contains("MessageOutboxMessageTooLarge") && text.contains(&format!("limit: {limit}")),
        "refused with {text:?}"
    );
    devnet.stop().await
}

/// One bit changed in any word of the proof.
async fn spoilt_proofs_are_refused(
    devnet: &Devnet,
    chain: &Chain,
    genuine: &BundleDelivery,
) -> Result<()> {
    for index in 0..genuine.proof.path.len() {
        let mut spoilt = genuine.clone();
        spoilt.proof.path[index] = flip_a_bit(spoilt.proof.path[index]);
        let reason = refuse(devnet, chain, spoilt).await?;
        ensure!(
            reason.contains("Unproven") || reason.contains("InclusionProof"),
            "word {index} of the proof changed, and it was refused for another reason: {reason}"
        );
    }
    let mut spoilt = genuine.clone();
    spoilt.proof.leafIndex ^= U256::ONE;
    let reason = refuse(devnet, chain, spoilt).await?;
    ensure!(reason.contains("Unproven"), "another leaf: {reason}");

    let mut spoilt = genuine.clone();
    let mut bytes = spoilt.bundle.to_vec();
    *bytes.last_mut().expect("a bundle has bytes") ^= 1;
    spoilt.bundle = bytes.into();
    refuse(devnet, chain, spoilt).await?;
    Ok(())
}

/// The message handed to the wrong chain, or said to be of another one, or sent by somebody else.
async fn foreign_claims_are_refused(
    devnet: &Devnet,
    [a, b, c]: [&Chain; 3],
    genuine: &BundleDelivery,
) -> Result<()> {
    let reason = refuse(devnet, c, genuine.clone()).await?;
    // Unproven as long as that chain has imported another root than the one that the proof leads to.
    ensure!(
        reason.contains("InteropHandlerWrongDestination")
            || reason.contains("InteropHandlerUnproven"),
        "on another chain: {reason}"
    );

    let mut foreign = genuine.clone();
    ensure!(
        foreign.proof.chainId == U256::from(a.id()),
        "the proof names its chain"
    );
    foreign.proof.chainId = U256::from(c.id());
    let reason = refuse(devnet, b, foreign).await?;
    ensure!(
        reason.contains("InteropHandlerUnproven"),
        "said to be of another chain: {reason}"
    );

    let mut foreign = genuine.clone();
    foreign.sender = Address::repeat_byte(0xee);
    let reason = refuse(devnet, b, foreign).await?;
    ensure!(
        reason.contains("InteropHandlerWrongCenter"),
        "sent by somebody else: {reason}"
    );
    Ok(())
}

/// The proof leads to the root of an L1 block that the chain has not imported.
async fn unset_roots_are_refused(
    devnet: &Devnet,
    chain: &Chain,
    genuine: &BundleDelivery,
) -> Result<()> {
    let mut unset = genuine.clone();
    let word = settlement_word(&unset);
    let block_and_mask: U256 =
        U256::from_be_bytes(unset.proof.path[word].0) + (U256::from(1_000_000) << 128);
    unset.proof.path[word] = block_and_mask.into();
    let reason = refuse(devnet, chain, unset).await?;
    ensure!(
        reason.contains("InteropHandlerUnproven"),
        "unset root: {reason}"
    );
    Ok(())
}

/// The same proof again, and a new one to a later root.
async fn replays_are_refused(
    devnet: &Devnet,
    chain: &Chain,
    sent: &SentMessage,
    relayer: &impl Provider,
) -> Result<()> {
    let delivery = sent.prove().await?.call().clone();
    let handler = chain.contracts()?.handler;
    let call = IInteropHandler::executeBundleCall { delivery };
    let data = refusal(
        chain.provider()?,
        devnet.signer("erin")?.address(),
        handler,
        &call,
    )
    .await?;
    match Refusal::abi_decode(&data)? {
        Refusal::InteropHandlerWrongStatus(refusal) => {
            ensure!(refusal.bundleHash == sent.bundle_hash(), "another bundle");
            ensure!(
                refusal.status == BundleStatus::FullyExecuted,
                "another status"
            );
        }
        other => eyre::bail!("a replay is refused with {other:?}"),
    }
    let request = TransactionRequest::default()
        .with_to(handler)
        .with_input(call.abi_encode())
        .with_gas_limit(2_000_000);
    let receipt = relayer
        .send_transaction(request)
        .await?
        .get_receipt()
        .await?;
    ensure!(!receipt.status(), "a replay in a block went through");
    Ok(())
}

fn wallet_of_a_relayer(devnet: &Devnet, chain: &Chain) -> Result<impl Provider> {
    devnet.wallet("relay-1", chain.id())
}

/// The reason, in words, with which the chain refuses a delivery.
async fn refuse(devnet: &Devnet, chain: &Chain, delivery: BundleDelivery) -> Result<String> {
    let call = IInteropHandler::executeBundleCall { delivery };
    let from = devnet.signer("erin")?.address();
    let data = refusal(chain.provider()?, from, chain.contracts()?.handler, &call).await?;
    Ok(describe_revert(&data))
}

fn flip_a_bit(word: B256) -> B256 {
    let mut bytes = word.0;
    bytes[31] ^= 1;
    B256::new(bytes)
}

/// Index of the word with the settlement block: behind the metadata, the log part, the timestamp, the mask, and the batch
/// part, whose length is the third byte.
fn settlement_word(delivery: &BundleDelivery) -> usize {
    let [_, log_length, batch_length, ..] = delivery.proof.path[0].0;
    usize::from(log_length) + usize::from(batch_length) + 3
}
