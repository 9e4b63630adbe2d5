//! Chains that stop in the middle of a swap, for good or for a while. Whatever they had done, their rebuilt selves, the other
//! chain and L1 agree on one end, and every unit of both tokens is where that end says.

use alloy::{
    primitives::{Address, U256},
    providers::ext::AnvilApi,
    sol_types::SolCall,
};
use causeway_bindings::{IBatchSettlement, ISwapRegistry, LockStatus, SwapOutcome, SwapSlot};
use causeway_e2e::{
    clock::{advance, advance_without},
    command::{self, Ended},
    config::Config,
    contracts,
    devnet::{Devnet, port_of},
    fresh_node::FreshNode,
    process::Process,
    relayer::{CONFIGURED, Relayer},
    swaps::{End, Locked, Market},
    wait::until,
};
use eyre::{Result, ensure};
use interop_sdk::Chain;
use serde_json::Value;
use toml::Table;

use crate::{
    rebuilding::FIT,
    support::{LIMIT, devnet, executed_head},
    swaps::{A_DAY, AN_HOUR, frozen_at, market, roll_back, running, settle, stop},
};

/// Has ether on L1 and nothing to do with the chain.
const STRANGER: &str = "erin";
/// Signatures that L1 asks for.
const THRESHOLD: u16 = 2;
/// The first of the ports of those who attest, and of their nodes.
const ATTESTERS: u16 = 3;
const THEIR_NODES: u16 = 5;

const REFUSED: i32 = 6;
const CHECK_FAILED: i32 = 12;
const LEFT_OVER: i32 = 14;

/// Operator and node of the bank's chain are gone; what L1 asks of it stands in its queue. A stranger has it done.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_rollup_executes_what_its_queue_asks_for() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let mut scene = Scene::set(&devnet).await?;
    let market = market(&devnet, "b", "a").await?;
    settle(&devnet, "a").await?;
    scene.relay.stop().await?;
    let swap = scene.lose(&market).await?;

    scene.advance(AN_HOUR).await?;
    let preimage = swap.preimage.clone();
    let force = ISwapRegistry::forceExecuteCall { preimage };
    let registry = devnet.network().l1_contracts().swap_registry;
    scene.on_l1(registry, &force).await?;
    scene.advance(AN_HOUR).await?;
    let node = scene.fresh_node().await?;
    let early = scene.try_recover(&node, &[]).await?;
    early.require_failure(CHECK_FAILED, &["is live", "`freeze("])?;
    scene.freeze().await?;
    let empty = scene.try_recover(&node, &[]).await?;
    empty.require_failure(REFUSED, &["holds nothing", "causeway operator rebuild"])?;
    scene.rebuild(&node).await?;
    let planned = scene.try_recover(&node, &["--dry-run"]).await?;
    let planned = planned.require_success()?.json()?;
    ensure!(
        planned["state"] == "planned" && planned["operations"] == 1,
        "{planned}"
    );
    scene.interrupt(&node).await?;
    let alone = scene.try_recover(&node, &["--timeout=2"]).await?;
    alone.require_failure(LEFT_OVER, &["0 of 2 attestations"])?;

    scene.attest(&node).await?;
    let report = scene.recover(&node).await?;
    ensure!(
        report["burials"] == 0 && report["operations"] == 1,
        "{report}"
    );
    let slot = market.slot(&swap).await?;
    ensure!(slot.outcome == SwapOutcome::Executed, "{slot:?}");
    node.provider()?.anvil_set_interval_mining(1).await?;
    scene.relay.start_and_wait().await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    scene.stop().await?;
    devnet.stop().await
}

/// As above, but L1 has cancelled before anybody rebuilds: the gold is back already, and the chain must bury the swap.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_rollup_buries_what_l1_cancelled() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let mut scene = Scene::set(&devnet).await?;
    let market = market(&devnet, "b", "a").await?;
    settle(&devnet, "a").await?;
    let swap = scene.lose(&market).await?;

    scene.advance(AN_HOUR).await?;
    until("the chain is asked", LIMIT, async || {
        Ok(market.slot(&swap).await?.isForced)
    })
    .await?;
    scene.advance(AN_HOUR).await?;
    until("the chain is frozen", LIMIT, async || {
        Ok(frozen_at(&devnet, "a").await? != 0)
    })
    .await?;
    scene.advance(AN_HOUR).await?;
    until("the gold is back", LIMIT, async || {
        let slot = market.slot(&swap).await?;
        Ok(slot.outcome == SwapOutcome::Cancelled && slot.isClosed)
    })
    .await?;

    let node = scene.fresh_node().await?;
    scene.rebuild(&node).await?;
    scene.attest(&node).await?;
    let report = scene.recover(&node).await?;
    ensure!(report["burials"] == 1, "{report}");
    node.provider()?.anvil_set_interval_mining(1).await?;
    market.require_settled(&swap, End::Returned, 0).await?;
    scene.stop().await?;
    devnet.stop().await
}

/// A rollup has executed a swap and not settled that when L1 freezes it: L1 decides, and the chain forgets what it did.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_rollup_executed_and_never_settled_did_not_happen() -> Result<()> {
    executed_and_never_settled("a", "operators.a").await
}

/// As above; L1 has none of the chain's data.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_validium_executed_and_never_settled_did_not_happen() -> Result<()> {
    executed_and_never_settled("c", "operators.c").await
}

async fn executed_and_never_settled(stalls: &str, section: &'static str) -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let mut others = running(&devnet, "both", 0, |config| config.without(section)).await?;
    let only = |config: Config| only_operator(config, section);
    let mut operator = running(&devnet, "operator", 1, only).await?;
    let market = market(&devnet, "b", stalls).await?;
    settle(&devnet, stalls).await?;
    operator.stop().await?;

    let mut stalling = running(&devnet, "operator", 2, |config| {
        let never = 1_000_000;
        only(config)?
            .set(&format!("{section}.seal_after_blocks"), never)?
            .set(&format!("{section}.seal_after_messages"), never)?
            .set(&format!("{section}.seal_after_seconds"), never)
    })
    .await?;
    let swap = market.lock(A_DAY).await?;
    market
        .wait(&swap, "it is executed", |standing| {
            standing.outcome == SwapOutcome::Executed
        })
        .await?;
    stalling.stop().await?;
    for (what, has_come) in [
        ("the chain is asked", asked as Come),
        ("the chain is frozen", frozen),
        ("L1 has cancelled", cancelled),
    ] {
        advance(&devnet, AN_HOUR).await?;
        until(what, LIMIT, async || {
            let slot = market.slot(&swap).await?;
            Ok(has_come(&slot, frozen_at(&devnet, stalls).await?))
        })
        .await?;
    }
    let standing = market.wait_until_closed(&swap).await?;
    ensure!(
        standing.lock == LockStatus::Refunded && standing.outcome == SwapOutcome::Executed,
        "{standing:?}"
    );

    // Settling what it has is refused before anything of it reaches L1.
    operator.start()?;
    until("the operator says what to do", LIMIT, async || {
        Ok(operator.log().contains("roll the node back to block"))
    })
    .await?;
    operator.stop().await?;
    others.stop().await?;
    roll_back(&devnet, stalls).await?;
    operator.start_and_wait().await?;
    until("the chain is back", LIMIT, async || {
        Ok(frozen_at(&devnet, stalls).await? == 0)
    })
    .await?;
    let others = running(&devnet, "both", 3, |config| config.without(section)).await?;
    market.require_settled(&swap, End::Returned, 0).await?;
    let standing = market.standing(&swap).await?;
    ensure!(standing.outcome == SwapOutcome::Cancelled, "{standing:?}");
    stop(devnet, [others, operator]).await
}

/// Whether L1 has come so far with a swap, whose destination it froze then.
type Come = fn(&SwapSlot, u64) -> bool;

fn asked(slot: &SwapSlot, _frozen_at: u64) -> bool {
    slot.isForced
}

fn frozen(_slot: &SwapSlot, frozen_at: u64) -> bool {
    frozen_at != 0
}

fn cancelled(slot: &SwapSlot, _frozen_at: u64) -> bool {
    slot.outcome == SwapOutcome::Cancelled
}

fn only_operator(config: Config, section: &str) -> Result<Config> {
    let others = ["operators.a", "operators.b", "operators.c"];
    let mut others = others.into_iter().filter(|other| *other != section);
    others.try_fold(config, Config::without)
}

/// The bank's chain, with all that is needed to lose it and to bring it back.
struct Scene<'a> {
    devnet: &'a Devnet,
    /// The bank's chain.
    a: Chain,
    /// Its operator.
    operator: Relayer,
    /// The operator of the customer's chain.
    other: Relayer,
    relay: Relayer,
    attesters: Vec<Attester>,
}

/// A member of the consortium, who executes for itself what it attests to.
struct Attester {
    service: Relayer,
    follower: Process,
    _node: FreshNode,
}

impl<'a> Scene<'a> {
    async fn set(devnet: &'a Devnet) -> Result<Self> {
        let without = |name: &'static str| move |config: Config| config.without(name);
        let other = running(devnet, "operator", 0, without("operators.a")).await?;
        let operator = running(devnet, "operator", 1, without("operators.b")).await?;
        let relay = running(devnet, "relay", 2, Ok).await?;
        Ok(Self {
            devnet,
            a: devnet.chain("a")?,
            operator,
            other,
            relay,
            attesters: Vec::new(),
        })
    }

    /// Locks a swap, and loses the chain on which it is to be executed once L1 knows of it.
    async fn lose(&mut self, market: &Market<'_>) -> Result<Locked> {
        self.operator.stop().await?;
        let swap = market.lock(A_DAY).await?;
        until("L1 knows of it", LIMIT, async || {
            Ok(market.slot(&swap).await?.isKnown)
        })
        .await?;
        self.devnet.lose_node(self.a.id()).await?;
        Ok(swap)
    }

    async fn advance(&self, seconds: u64) -> Result<()> {
        advance_without(self.devnet, &[self.a.id()], seconds).await
    }

    async fn on_l1(&self, to: Address, call: &impl SolCall) -> Result<()> {
        let l1 = self.devnet.network().l1_chain_id();
        let wallet = self.devnet.shared_wallet(STRANGER, l1)?;
        contracts::call(&wallet, to, U256::ZERO, call).await?;
        Ok(())
    }

    async fn freeze(&self) -> Result<()> {
        let settlement = self.devnet.network().l1_contracts().settlement;
        let chain_id = U256::from(self.a.id());
        let freeze = IBatchSettlement::freezeCall { chainId: chain_id };
        self.on_l1(settlement, &freeze).await
    }

    /// A new node at the address of the lost one.
    async fn fresh_node(&self) -> Result<FreshNode> {
        let id = self.a.id();
        let port = port_of(self.devnet.rpc(id)?)?;
        FreshNode::start(id, port, &FIT, self.devnet.directory()).await
    }

    /// Puts on a node all that L1 has settled of the chain.
    async fn rebuild(&self, node: &FreshNode) -> Result<()> {
        let ended = command::run(self.devnet.causeway(), self.rebuilding(node)).await?;
        ended.require_success()?;
        Ok(())
    }

    fn rebuilding(&self, node: &FreshNode) -> Vec<String> {
        let l1 = &self.devnet.file().l1;
        let genesis = self.devnet.directory().join("genesis-a.json");
        vec![
            "operator".to_owned(),
            "rebuild".to_owned(),
            format!("--l1={}", l1.rpc),
            format!("--chain={}", self.a.id()),
            format!("--settlement={}", l1.contracts.settlement),
            format!("--genesis={}", genesis.display()),
            format!("--node={}", node.url()),
        ]
    }

    /// Starts attesters that follow the stranger's node with nodes of their own.
    async fn attest(&mut self, followed: &FreshNode) -> Result<()> {
        let folder = self.devnet.directory();
        for index in 0..THRESHOLD {
            let port = self.devnet.spare_port(THEIR_NODES + index);
            let node = FreshNode::start(self.a.id(), port, &FIT, folder).await?;
            let mut arguments = self.rebuilding(&node);
            arguments.push(format!("--follow={}", followed.url()));
            let log = folder.join(format!("follower-{index}.log"));
            let mut follower = Process::start("follower", self.devnet.causeway(), arguments, &log)?;
            follower
                .wait_for_line("rebuilt", LIMIT, |line| line.starts_with("node "))
                .await?;
            let url = node.url().to_owned();
            let mut service = Relayer::new(self.devnet, CONFIGURED, ATTESTERS + index, |config| {
                attests(config, index, url)
            })?;
            service.start()?;
            // It is not ready before the chain is live, and answers all the same.
            until("the attester answers", LIMIT, async || {
                Ok(service.get("/livez").await?.status == 200)
            })
            .await?;
            self.attesters.push(Attester {
                service,
                follower,
                _node: node,
            });
        }
        Ok(())
    }

    /// Kills the stranger's command once it has consumed the queue.
    async fn interrupt(&self, node: &FreshNode) -> Result<()> {
        let arguments = self.recovering(node)?;
        let log = self.devnet.directory().join("interrupted.log");
        let mut process = Process::start("recover", self.devnet.causeway(), arguments, &log)?;
        process
            .wait_for_line("the queue is consumed", LIMIT, |line| {
                line.contains("the node is at block")
            })
            .await?;
        process.kill(LIMIT).await
    }

    async fn recover(&self, node: &FreshNode) -> Result<Value> {
        let ended = self.try_recover(node, &[]).await?;
        let report = ended.require_success()?.json()?;
        ensure!(report["state"] == "live", "{report}");
        ensure!(frozen_at(self.devnet, "a").await? == 0, "L1 says so");
        let head = executed_head(self.devnet.network(), &self.a).await?;
        ensure!(report["settled_block"] == head.lastBlock, "{report}");
        Ok(report)
    }

    /// Runs the stranger's command.
    async fn try_recover(&self, node: &FreshNode, more: &[&str]) -> Result<Ended> {
        let arguments = self.recovering(node)?;
        let more = more.iter().copied().map(str::to_owned);
        command::run(self.devnet.causeway(), arguments.into_iter().chain(more)).await
    }

    fn recovering(&self, node: &FreshNode) -> Result<Vec<String>> {
        let config = self.devnet.directory().join("stranger.toml");
        self.strangers_config()?.write(&config)?;
        Ok(vec![
            "operator".to_owned(),
            "recover".to_owned(),
            "--chain=a".to_owned(),
            "--output=json".to_owned(),
            format!("--config={}", config.display()),
            format!("--node={}", node.url()),
        ])
    }

    /// What a stranger knows: the network, and who attests.
    fn strangers_config(&self) -> Result<Config> {
        let mut remote = Vec::new();
        for index in 0..THRESHOLD {
            let account = self.devnet.signer(&attester(index))?.address();
            let port = self.devnet.spare_port(ATTESTERS + index);
            let mut entry = Table::new();
            entry.insert("address".to_owned(), account.to_string().into());
            entry.insert("url".to_owned(), format!("http://127.0.0.1:{port}").into());
            remote.push(entry);
        }
        let store = self.devnet.directory().join("stranger");
        without_roles(self.devnet.config()?)?
            .without("operators.b")?
            .set("store.path", store.display().to_string())?
            .set("operators.a.signer", STRANGER)?
            .set("operators.a.attesters", Vec::<String>::new())?
            .set("operators.a.remote_attesters", remote)
    }

    async fn stop(self) -> Result<()> {
        for mut process in [self.operator, self.other, self.relay] {
            process.stop().await?;
        }
        for mut attester in self.attesters {
            attester.service.stop().await?;
            attester.follower.stop(LIMIT).await?;
        }
        Ok(())
    }
}

/// Attests to the bank's chain, as its own node has it, and does nothing else.
fn attests(config: Config, index: u16, node: String) -> Result<Config> {
    let mut entry = Table::new();
    entry.insert("signer".to_owned(), attester(index).into());
    let mut attesters = Table::new();
    attesters.insert("a".to_owned(), entry.into());
    without_roles(config)?
        .without("operators")?
        .set("chains.a.rpc_urls", vec![node])?
        .set("attesters", attesters)
}

fn attester(index: u16) -> String {
    format!("attester-{}", index + 1)
}

fn without_roles(config: Config) -> Result<Config> {
    config.without("relay")?.without("swap")?.without("supply")
}
