//! Assets that cannot arrive come back; those that cannot be paid wait for their owner; those that leave too fast wait for
//! their time. The relayer sees to all that needs nobody's key, and a person can do the same by hand.

use alloy::{
    primitives::{Address, Bytes, U256, utils::parse_ether},
    providers::Provider,
};
use causeway_bindings::{Asset, AssetKind, ETHER, ISharedBridge};
use causeway_e2e::{
    devnet::Devnet,
    recipient::Recipient,
    refuser::Refuser,
    relayer::Relayer,
    wait::{eventually, until},
};
use eyre::{OptionExt, Result, ensure};
use serde_json::Value;

use crate::support::{LIMIT, devnet};

const REASON: &str = "sold out";
/// Exit code of a command that is too early.
const CHECK_FAILED: i32 = 12;

/// A network with ether of alice's on chain a that came from L1, and a relayer.
struct Scene {
    devnet: Devnet,
    relayer: Relayer,
}

impl Scene {
    async fn set(settings: &[(&str, toml::Value)]) -> Result<Self> {
        let devnet = devnet(2, "operator").await?;
        let mut relayer = Relayer::new(&devnet, "relay", 0, |config| {
            settings.iter().try_fold(config, |config, (key, value)| {
                config.set(key, value.clone())
            })
        })?;
        relayer.start_and_wait().await?;
        let scene = Self { devnet, relayer };
        let deposit = scene.send("l1", "a", "10", &[]).await?;
        scene.wait_for("l1", &deposit, "arrived").await?;
        Ok(scene)
    }

    /// Sends ether of alice's, and gives the transaction that did.
    async fn send(&self, from: &str, to: &str, amount: &str, more: &[&str]) -> Result<String> {
        let arguments = [
            &["transfer", "send", "--from", from, "--to", to],
            &["--token", "base", "--amount", amount, "--signer", "alice"][..],
            more,
        ]
        .concat();
        let sent = self.relayer.json(&arguments).await?;
        let tx = sent["transactions"][0]["tx"].as_str();
        Ok(tx
            .ok_or_eyre(format!("nothing was sent: {sent}"))?
            .to_owned())
    }

    async fn status(&self, from: &str, tx: &str) -> Result<Value> {
        self.relayer
            .json(&["transfer", "status", "--from", from, "--tx", tx])
            .await
    }

    async fn wait_for(&self, from: &str, tx: &str, stage: &str) -> Result<Value> {
        eventually(&format!("{stage} from {from}"), LIMIT, async || {
            let status = self.status(from, tx).await?;
            ensure!(status["stage"] == stage, "{status}");
            Ok(Some(status))
        })
        .await
    }

    async fn balance(&self, chain: &str, account: Address) -> Result<U256> {
        let id = match chain {
            "l1" => self.devnet.file().l1.chain_id,
            name => self.devnet.chain(name)?.id(),
        };
        let provider = self.devnet.wallet("erin", id)?;
        Ok(provider.get_balance(account).await?)
    }

    /// A contract on chain b that refuses every call.
    async fn stubborn(&self) -> Result<Recipient> {
        let b = self.devnet.chain("b")?;
        let wallet = self.devnet.wallet("carol", b.id())?;
        let stubborn = Recipient::deploy(b.contracts()?.handler, wallet).await?;
        stubborn.refuse_with(REASON).await?;
        Ok(stubborn)
    }

    /// Lets one ether of L1 leave chain a at once, and another every 20 seconds.
    async fn limit_outflow(&self) -> Result<()> {
        let l1 = self.devnet.file().l1.chain_id;
        let bridge: Address = self
            .devnet
            .config()?
            .text("l1.contracts.shared_bridge")?
            .parse()?;
        let ether = Asset {
            originChainId: U256::from(l1),
            originToken: ETHER,
            kind: AssetKind::Fungible,
        };
        let bridge = ISharedBridge::new(bridge, self.devnet.wallet("admin", l1)?);
        let call = bridge.setOutflowLimit(
            U256::from(self.devnet.chain("a")?.id()),
            ether.ledger_key(U256::ZERO),
            parse_ether("1")?,
            parse_ether("0.05")?,
        );
        let receipt = call.send().await?.get_receipt().await?;
        ensure!(receipt.status(), "the limit was not set");
        Ok(())
    }

    async fn end(mut self) -> Result<()> {
        self.relayer.stop().await?;
        self.devnet.stop().await
    }
}

fn nobody(digit: u8) -> Address {
    Address::repeat_byte(digit)
}

/// Nobody does anything: the sender has what was sent, to the last wei.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_whose_call_fails_until_its_deadline_comes_back_by_itself() -> Result<()> {
    let scene = Scene::set(&[]).await?;
    let stubborn = scene.stubborn().await?.address().to_string();
    let alice = scene.devnet.signer("alice")?.address();
    let with_call = ["--call", &stubborn, "--data", "0x0102", "--within", "20"];
    let tx = scene.send("a", "b", "2", &with_call).await?;
    let after_sending = scene.balance("a", alice).await?;

    let status = scene.wait_for("a", &tx, "returned").await?;
    let backs = status["ways_back"].as_array().map_or(0, Vec::len);
    ensure!(backs == 1, "not one way back: {status}");
    eventually("back", LIMIT, async || {
        let status = scene.status("a", &tx).await?;
        ensure!(status["ways_back"][0]["stage"] == "arrived", "{status}");
        Ok(Some(()))
    })
    .await?;
    let back = scene.balance("a", alice).await?;
    ensure!(back - after_sending == parse_ether("2")?, "{back}");

    let again = ["transfer", "return", "--from", "a", "--tx", &tx];
    let again = [&again[..], &["--signer", "bob"]].concat();
    let again = scene.relayer.json(&again).await?;
    ensure!(again["transactions"] == Value::Array(vec![]), "{again}");
    scene.end().await
}

/// The relayer leaves it, and somebody else brings it back, once it is time.
#[tokio::test(flavor = "multi_thread")]
async fn anyone_can_bring_a_transfer_back_by_hand() -> Result<()> {
    let scene = Scene::set(&[("relay.return_expired", false.into())]).await?;
    let stubborn = scene.stubborn().await?.address().to_string();
    let alice = scene.devnet.signer("alice")?.address();
    let with_call = ["--call", &stubborn, "--data", "0x", "--within", "30"];
    let tx = scene.send("a", "b", "2", &with_call).await?;
    let after_sending = scene.balance("a", alice).await?;
    let bring_back = [
        "transfer", "return", "--from", "a", "--tx", &tx, "--signer", "bob",
    ];
    let early = scene.relayer.command(&bring_back).await?;
    early.require_failure(CHECK_FAILED, &["it may arrive until timestamp"])?;

    eventually("expired and proven", LIMIT, async || {
        let status = scene.status("a", &tx).await?;
        let told = status["detail"].as_str().unwrap_or_default();
        let can_go_back = told.contains("causeway transfer return");
        ensure!(status["stage"] == "expired" && can_go_back, "{status}");
        Ok(Some(()))
    })
    .await?;
    let moved = scene.relayer.json(&bring_back).await?;
    let steps = moved["transactions"].as_array().map_or(0, Vec::len);
    ensure!(
        steps == 2 && moved["status"]["stage"] == "returned",
        "{moved}"
    );
    until("alice has it again", LIMIT, async || {
        Ok(scene.balance("a", alice).await? - after_sending == parse_ether("2")?)
    })
    .await?;
    scene.end().await
}

/// Bob's account has the code of a contract that takes no ether, as an account may have since EIP-7702.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_recipient_does_not_take_waits_for_it() -> Result<()> {
    let scene = Scene::set(&[]).await?;
    let b = scene.devnet.chain("b")?;
    let refuser = Refuser::deploy(scene.devnet.wallet("carol", b.id())?).await?;
    let bob = scene.devnet.signer("bob")?.address();
    let delegation = [&[0xef, 0x01, 0x00][..], refuser.address().as_slice()].concat();
    let set_code = (bob, Bytes::from(delegation));
    let provider = scene.devnet.wallet("carol", b.id())?;
    let () = provider
        .raw_request("anvil_setCode".into(), set_code)
        .await?;

    let bob = bob.to_string();
    let tx = scene.send("a", "b", "2", &["--recipient", &bob]).await?;
    scene.wait_for("a", &tx, "claimable").await?;
    let claim = ["transfer", "claim", "--on", "b", "--asset", "l1:base"];
    let shown = [&claim[..], &["--owner", &bob]].concat();
    let shown = scene.relayer.json(&shown).await?;
    let two = parse_ether("2")?;
    ensure!(shown["outcome"] == "claimable", "{shown}");
    ensure!(shown["amount"] == format!("{two:#x}"), "{shown}");

    let to = nobody(0x77).to_string();
    let pay = [&claim[..], &["--signer", "bob", "--recipient", &to]].concat();
    let paid = scene.relayer.json(&pay).await?;
    ensure!(paid["outcome"] == "claimed", "{paid}");
    ensure!(scene.balance("b", nobody(0x77)).await? == two);
    scene.wait_for("a", &tx, "arrived").await?;
    let again = scene.relayer.json(&pay).await?;
    ensure!(again["outcome"] == "nothing_to_claim", "{again}");
    scene.end().await
}

/// L1 pays what is over the limit of outflow later, and the relayer asks for both steps.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_over_the_limit_is_paid_by_itself_in_its_time() -> Result<()> {
    let signer = toml::Table::from_iter([("signer".to_owned(), "relay-2".into())]);
    let scene = Scene::set(&[("relay.withdrawals", signer.into())]).await?;
    scene.limit_outflow().await?;
    let to = nobody(0x88);
    let tx = scene
        .send("a", "l1", "2", &["--recipient", &to.to_string()])
        .await?;
    scene.wait_for("a", &tx, "delayed").await?;
    ensure!(scene.balance("l1", to).await?.is_zero(), "paid too early");
    scene.wait_for("a", &tx, "arrived").await?;
    ensure!(scene.balance("l1", to).await? == parse_ether("2")?);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_over_the_limit_is_paid_by_hand_in_its_time() -> Result<()> {
    let scene = Scene::set(&[]).await?;
    scene.limit_outflow().await?;
    let to = nobody(0x99);
    let tx = scene
        .send("a", "l1", "2", &["--recipient", &to.to_string()])
        .await?;
    scene.wait_for("a", &tx, "ready").await?;
    let finalize = [
        "withdraw", "finalize", "--from", "a", "--tx", &tx, "--signer", "bob",
    ];
    let proven = scene.relayer.json(&finalize).await?;
    ensure!(proven["outcome"] == "done", "{proven}");
    ensure!(proven["payable_at"].is_string(), "{proven}");
    let early = scene.relayer.command(&finalize).await?;
    early.require_failure(CHECK_FAILED, &["exceeds the outflow limit"])?;
    eventually("paid", LIMIT, async || {
        let paid = scene.relayer.command(&finalize).await?.require_success()?;
        Ok(Some(paid))
    })
    .await?;
    ensure!(scene.balance("l1", to).await? == parse_ether("2")?);
    scene.wait_for("a", &tx, "arrived").await?;
    scene.end().await
}
