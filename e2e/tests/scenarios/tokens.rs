//! An issuer's token over the network: what its file says is planned, done, checked, and done again where somebody undid it.

use std::{fs, path::PathBuf, time::Duration};

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
};
use causeway_bindings::{Direction, IAssetCustody, IAssetRules, asset_id};
use causeway_e2e::{
    command::{Ended, run},
    devnet::Devnet,
    process::Process,
    tokens::Token,
    wait::until,
};
use eyre::{OptionExt, Result, ensure};
use interop_sdk::Chain;
use serde_json::Value;

use crate::support::{LIMIT, devnet};

const BAD_FILE: i32 = 11;
const CHECK_FAILED: i32 = 12;
const LEFT_OVER: i32 = 14;

const KEYS: [&str; 6] = ["--signer", "alice", "--signer", "bob", "--signer", "carol"];

#[tokio::test(flavor = "multi_thread")]
async fn what_an_issuer_wants_of_a_token_is_so_on_every_chain() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let issue = Issue::prepare(&devnet).await?;
    let planned = issue.json("plan", &[]).await?;
    ensure!(
        functions(&planned, "transactions") == ["appoint", "setRouteLimit", "announce", "announce"],
        "{planned}"
    );
    ensure!(
        issue.run("check", &[]).await?.code == CHECK_FAILED,
        "nothing is as wanted yet"
    );

    // Killed at the first sign of work: what was done stays done, the rest is done by the next run.
    issue.kill_while_it_applies().await?;
    issue.run("apply", &KEYS).await?.require_success()?;
    issue.is_as_wanted().await?;
    let again = issue.json("apply", &KEYS).await?;
    ensure!(functions(&again, "made").is_empty(), "done twice: {again}");

    issue.loosen_the_limit().await?;
    let drift = issue.run("check", &["--output", "json"]).await?;
    ensure!(drift.code == CHECK_FAILED, "{drift:?}");
    let differences = &drift.json()?["differences"];
    ensure!(
        differences[0]["subject"] == "outgoing_limit",
        "{differences}"
    );
    ensure!(differences[1].is_null(), "{differences}");
    let repaired = issue.json("apply", &KEYS).await?;
    ensure!(
        functions(&repaired, "made") == ["setRouteLimit"],
        "{repaired}"
    );
    issue.is_as_wanted().await?;

    a_limit_is_left_to_the_limiter(&issue).await?;
    issue.its_list_is_signed_and_true().await?;
    devnet.stop().await
}

/// The issuer alone cannot set a limit.
async fn a_limit_is_left_to_the_limiter(issue: &Issue<'_>) -> Result<()> {
    issue.loosen_the_limit().await?;
    let left = issue
        .run("apply", &["--signer", "alice", "--output", "json"])
        .await?;
    left.require_failure(LEFT_OVER, &["1 left over"])?;
    let told = left.json()?;
    let bob = issue.devnet.signer("bob")?.address();
    let account: Address = told["left"][0]["account"]
        .as_str()
        .ok_or_eyre("who")?
        .parse()?;
    ensure!(account == bob, "{told}");
    issue
        .run("apply", &["--signer", "bob"])
        .await?
        .require_success()?;
    Ok(())
}

/// A token that its issuer brings to the other chain has to be offered by its owner, and stays once it stands there.
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_brings_a_token_of_its_own_and_hands_over_in_two_steps() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
    let token = Token::erc20(&devnet, "alice", a.id(), ["Bond", "BND"], 2).await?;
    let own = Token::erc20(&devnet, "bob", b.id(), ["Bond", "BND"], 2).await?;
    let carol = devnet.signer("carol")?.address();
    let text = format!(
        "[token]\nhome = \"a\"\naddress = \"{}\"\nkind = \"fungible\"\n[parties]\nissuer = \"{carol}\"\n\
         [chains.b]\nrepresentation = \"{}\"\n[chains.b.routes.a]\npaused = true\n",
        token.address(),
        own.address()
    );
    let issue = Issue::new(&devnet, a, b, &token, &text)?;

    let alone = issue.run("apply", &["--signer", "alice"]).await?;
    alone.require_failure(LEFT_OVER, &["5 left over"])?;
    let impatient = [&KEYS[..], &["--wait", "0"]].concat();
    let left = issue.run("apply", &impatient).await?;
    left.require_failure(LEFT_OVER, &["1 left over"])?;
    // What is under way is not announced again.
    let rest = issue.json("apply", &KEYS).await?;
    ensure!(functions(&rest, "made") == ["pauseRoute"], "{rest}");
    let vault = IAssetCustody::new(issue.b.contracts()?.vault, issue.b.provider()?);
    let rules = IAssetRules::new(vault.RULES().call().await?, issue.b.provider()?);
    let stands = vault.tokenOf(issue.asset()).call().await?;
    ensure!(stands == own.address(), "{stands} stands there");
    ensure!(rules.issuerOf(stands).call().await? == carol, "its issuer");
    let home = U256::from(issue.a.id());
    ensure!(rules.isPaused(stands, home).call().await?, "not paused");

    fs::write(&issue.file, text.replace("representation = ", "# "))?;
    let advice = format!("write representation = \"{}\"", own.address());
    let refused = issue.run("plan", &[]).await?;
    refused.require_failure(CHECK_FAILED, &[&advice])?;
    fs::write(&issue.file, text.replace("\"fungible\"", "\"multi\""))?;
    let refused = issue.run("plan", &[]).await?;
    refused.require_failure(BAD_FILE, &["only fungible tokens"])?;
    devnet.stop().await
}

/// A token that was born on A, and the file that says what is wanted of it.
struct Issue<'a> {
    devnet: &'a Devnet,
    a: Chain,
    b: Chain,
    token: Address,
    file: PathBuf,
}

impl<'a> Issue<'a> {
    async fn prepare(devnet: &'a Devnet) -> Result<Self> {
        let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
        let token = Token::erc20(devnet, "alice", a.id(), ["Some Dollar", "USD"], 6).await?;
        let [alice, bob, carol] = [
            devnet.signer("alice")?.address(),
            devnet.signer("bob")?.address(),
            devnet.signer("carol")?.address(),
        ];
        let limit = "{ capacity_tokens = \"1000\", refill_tokens_per_second = \"0.5\" }";
        let text = format!(
            "[token]\nhome = \"a\"\naddress = \"{}\"\nkind = \"fungible\"\n\
             [parties]\nissuer = \"{alice}\"\nlimiter = \"{bob}\"\npauser = \"{carol}\"\n\
             [chains.a.routes.b]\noutgoing = {limit}\n\
             [chains.b.routes.a]\nincoming = {limit}\n\
             [chains.l1.routes.b]\npaused = true\n",
            token.address()
        );
        Self::new(devnet, a, b, &token, &text)
    }

    fn new(devnet: &'a Devnet, a: Chain, b: Chain, token: &Token, text: &str) -> Result<Self> {
        let file = devnet.directory().join("token.toml");
        fs::write(&file, text)?;
        Ok(Self {
            devnet,
            a,
            b,
            token: token.address(),
            file,
        })
    }

    fn asset(&self) -> alloy::primitives::B256 {
        asset_id(self.a.id(), self.token)
    }

    fn arguments(&self, command: &str, rest: &[&str]) -> Vec<String> {
        let config = self.devnet.config_path();
        let place = [
            "token".to_owned(),
            command.to_owned(),
            "--config".to_owned(),
            config.display().to_string(),
        ];
        let rest = rest.iter().map(|argument| (*argument).to_owned());
        place.into_iter().chain(rest).collect()
    }

    async fn run(&self, command: &str, rest: &[&str]) -> Result<Ended> {
        let mut arguments = self.arguments(command, rest);
        arguments.extend(["--file".to_owned(), self.file.display().to_string()]);
        run(self.devnet.causeway(), arguments).await
    }

    async fn json(&self, command: &str, rest: &[&str]) -> Result<Value> {
        let rest = [rest, &["--output", "json"]].concat();
        self.run(command, &rest).await?.require_success()?.json()
    }

    async fn kill_while_it_applies(&self) -> Result<()> {
        let mut arguments = self.arguments("apply", &KEYS);
        arguments.extend(["--file".to_owned(), self.file.display().to_string()]);
        let log = self.devnet.directory().join("apply.log");
        let process = Process::start("token apply", self.devnet.causeway(), arguments, &log)?;
        let rules = self.rules().await?;
        let bob = self.devnet.signer("bob")?.address();
        until("the first transaction is made", LIMIT, async || {
            Ok(rules.partiesOf(self.token).call().await?.limiter == bob)
        })
        .await?;
        process.kill(Duration::from_secs(30)).await
    }

    /// The rules on A.
    async fn rules(&self) -> Result<IAssetRules::IAssetRulesInstance<impl Provider>> {
        let provider = self.a.provider()?;
        let vault = IAssetCustody::new(self.a.contracts()?.vault, provider);
        Ok(IAssetRules::new(
            vault.RULES().call().await?,
            provider.clone(),
        ))
    }

    /// Believes neither plan nor check, but the contracts.
    async fn is_as_wanted(&self) -> Result<()> {
        self.run("check", &[]).await?.require_success()?;
        let rules = self.rules().await?;
        let other = U256::from(self.b.id());
        let limit = rules.routeLimit(self.token, other, Direction::Outgoing);
        let limit = limit.call().await?;
        ensure!(limit.capacity == U256::from(1_000_000_000), "{limit:?}");
        ensure!(limit.refillPerSecond == U256::from(500_000), "{limit:?}");
        let l1 = self.devnet.file().l1.contracts.shared_bridge;
        let l1 = IAssetCustody::new(l1, self.devnet.network().l1_provider());
        let bridged = l1.tokenOf(self.asset()).call().await?;
        let rules = IAssetRules::new(
            l1.RULES().call().await?,
            self.devnet.network().l1_provider(),
        );
        ensure!(
            rules.isPaused(bridged, other).call().await?,
            "not paused on L1"
        );
        Ok(())
    }

    async fn loosen_the_limit(&self) -> Result<()> {
        let bob = self.devnet.wallet("bob", self.a.id())?;
        let rules = IAssetRules::new(*self.rules().await?.address(), &bob);
        let other = U256::from(self.b.id());
        let none = U256::ZERO;
        let call = rules.setRouteLimit(self.token, other, Direction::Outgoing, none, none);
        // An estimate in the second of the last change would be too low for the next second.
        let receipt = call.gas(300_000).send().await?.get_receipt().await?;
        ensure!(receipt.status(), "the limiter cannot set a limit");
        Ok(())
    }

    async fn its_list_is_signed_and_true(&self) -> Result<()> {
        let path = self.devnet.directory().join("tokens.json");
        let list = path.display().to_string();
        let written = self
            .json("list", &["--signer", "alice", "--out", &list])
            .await?;
        ensure!(written["tokens"] == 3, "{written}");
        let alice = self.devnet.signer("alice")?.address().to_string();
        let verify = async |signer: &str| {
            let arguments = self.arguments("verify-list", &[&list, "--signer", signer]);
            run(self.devnet.causeway(), arguments).await
        };
        verify(&alice).await?.require_success()?;
        let bob = self.devnet.signer("bob")?.address().to_string();
        verify(&bob)
            .await?
            .require_failure(CHECK_FAILED, &["is signed by", &alice])?;

        let text = fs::read_to_string(&path)?;
        fs::write(
            &path,
            text.replacen("\"decimals\": 6", "\"decimals\": 8", 1),
        )?;
        verify(&alice)
            .await?
            .require_failure(CHECK_FAILED, &["disagree with the list in 1 place"])
    }
}

fn functions<'a>(told: &'a Value, key: &str) -> Vec<&'a str> {
    let rows = told[key].as_array().into_iter().flatten();
    rows.filter_map(|row| row["function"].as_str()).collect()
}
