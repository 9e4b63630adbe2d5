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
/// The first of the ports of those who attest.
const ATTESTERS: u16 = 3;

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
    scene.freeze().await?;

    let node = scene.rebuild().await?;
    let report = scene.recover(&node).await?;
    ensure!(report["burials"] == 0, "{report}");
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

    let node = scene.rebuild().await?;
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
    attesters: Vec<Relayer>,
}

impl<'a> Scene<'a> {
    async fn set(devnet: &'a Devnet) -> Result<Self> {
        let without = |name: &'static str| move |config: Config| config.without(name);
        let other = running(devnet, "operator", 0, without("operators.a")).await?;
        let operator = running(devnet, "operator", 1, without("operators.b")).await?;
        let relay = running(devnet, "relay", 2, Ok).await?;
        let mut attesters = Vec::new();
        for index in 0..THRESHOLD {
            let config = |config| attests(config, index);
            attesters.push(running(devnet, CONFIGURED, ATTESTERS + index, config).await?);
        }
        Ok(Self {
            devnet,
            a: devnet.chain("a")?,
            operator,
            other,
            relay,
            attesters,
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

    /// A new node at the address of the lost one, with all that L1 has settled of the chain.
    async fn rebuild(&self) -> Result<FreshNode> {
        let (id, folder) = (self.a.id(), self.devnet.directory());
        let port = port_of(self.devnet.rpc(id)?)?;
        let node = FreshNode::start(id, port, &FIT, folder).await?;
        let l1 = &self.devnet.file().l1;
        let arguments = [
            "operator".to_owned(),
            "rebuild".to_owned(),
            format!("--l1={}", l1.rpc),
            format!("--chain={id}"),
            format!("--settlement={}", l1.contracts.settlement),
            format!("--genesis={}", folder.join("genesis-a.json").display()),
            format!("--node={}", node.url()),
        ];
        let ended = command::run(self.devnet.causeway(), arguments).await?;
        ended.require_success()?;
        Ok(node)
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
        let config = self.devnet.directory().join("stranger.toml");
        self.strangers_config()?.write(&config)?;
        let config = config.display().to_string();
        let fixed = ["operator", "recover", "--chain", "a", "--output", "json"];
        let own = ["--config", &config, "--node", node.url()];
        let arguments = [&fixed[..], &own, more].concat();
        command::run(self.devnet.causeway(), arguments).await
    }

    /// What a stranger knows: the network, and who attests.
    fn strangers_config(&self) -> Result<Config> {
        let mut remote = Vec::new();
        for (attester, index) in self.attesters.iter().zip(1..) {
            let account = self.devnet.signer(&format!("attester-{index}"))?.address();
            let mut entry = Table::new();
            entry.insert("address".to_owned(), account.to_string().into());
            entry.insert("url".to_owned(), attester.url().into());
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
        let rest = [self.operator, self.other, self.relay];
        for mut process in rest.into_iter().chain(self.attesters) {
            process.stop().await?;
        }
        Ok(())
    }
}

/// A member of the consortium that attests to the bank's chain and does nothing else.
fn attests(config: Config, index: u16) -> Result<Config> {
    let mut attester = Table::new();
    attester.insert(
        "signer".to_owned(),
        format!("attester-{}", index + 1).into(),
    );
    let mut attesters = Table::new();
    attesters.insert("a".to_owned(), attester.into());
    without_roles(config)?
        .without("operators")?
        .set("attesters", attesters)
}

fn without_roles(config: Config) -> Result<Config> {
    config.without("relay")?.without("swap")?.without("supply")
}
