//! Chains whose operators are gone for good, rebuilt by a stranger who has L1 and a genesis file.

use std::{fs, path::PathBuf};

use alloy::{
    eips::BlockNumberOrTag,
    network::EthereumWallet,
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider, ProviderBuilder, ext::AnvilApi},
    rpc::types::Filter,
    sol_types::SolEvent,
};
use causeway_bindings::IBatchSettlement;
use causeway_e2e::{
    burst,
    command::{self, Ended},
    devnet::Devnet,
    fresh_node::FreshNode,
    process::Process,
    recipient::Recipients,
    relayer::Relayer,
    wait::until,
};
use eyre::{OptionExt, Result, ensure};
use interop_sdk::Chain;
use serde_json::Value;

use crate::support::{LIMIT, devnet, executed_head};

const WAVES: usize = 3;
const WAVE: usize = 8;

const REFUSED: i32 = 6;
const NOT_FOUND: i32 = 10;
const BAD_FILE: i32 = 11;
const CHECK_FAILED: i32 = 12;

/// What a node must be started with to be rebuilt.
pub(crate) const FIT: [&str; 7] = [
    "--accounts",
    "0",
    "--order",
    "fifo",
    "--no-mining",
    "--slots-in-an-epoch",
    "1",
];

/// A chain that publishes calldata needs nothing but L1. Every block has the hash it had, so state and logs are the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_rebuilds_a_chain_from_l1_alone() -> Result<()> {
    let scene = Scene::set().await?;
    let a = scene.devnet.chain("a")?;
    let head = executed_head(scene.devnet.network(), &a).await?;
    ensure!(head.batchNumber >= 3, "one batch per wave at least");

    let checked = scene
        .run(&a, &["--check-only", "--output", "json"])
        .await?
        .require_success()?
        .json()?;
    ensure!(checked["state"] == "checked" && checked["settled_block"] == head.lastBlock);

    let node = scene.node(&a, 3, &FIT).await?;
    let report = scene.rebuild(&a, &node, &[]).await?;
    ensure!(report["batches"] == head.batchNumber, "{report}");
    ensure!(report["system_transactions"] == 0, "{report}");
    ensure!(report["node_block"] == head.lastBlock, "{report}");
    scene.require_same(&a, &node, head.lastBlock).await?;

    let again = scene.rebuild(&a, &node, &[]).await?;
    ensure!(again["batches"] == 0, "all is there already: {again}");

    let interrupted = scene.node(&a, 4, &FIT).await?;
    scene.interrupt(&a, &interrupted).await?;
    scene.rebuild(&a, &interrupted, &[]).await?;
    scene.require_same(&a, &interrupted, head.lastBlock).await?;

    scene.goes_on(&a, &node).await?;

    let other_genesis = ["--genesis", &scene.genesis("b").display().to_string()];
    let refused = scene
        .run_with(&a, &other_genesis, &["--check-only"])
        .await?;
    refused.require_failure(BAD_FILE, &["it is of chain"])?;
    let forged = scene.forged_genesis()?.display().to_string();
    let refused = scene
        .run_with(&a, &["--genesis", &forged], &["--check-only"])
        .await?;
    refused.require_failure(BAD_FILE, &["its accounts have state root"])?;

    let sorting = scene
        .node(&a, 5, &["--no-mining", "--accounts", "0"])
        .await?;
    let refused = scene.run(&a, &["--node", sorting.url()]).await?;
    refused.require_failure(REFUSED, &["--order fifo"])?;
    let rich = scene
        .node(
            &a,
            6,
            &["--no-mining", "--order", "fifo", "--accounts", "80"],
        )
        .await?;
    let refused = scene.run(&a, &["--node", rich.url()]).await?;
    refused.require_failure(REFUSED, &["--accounts 0"])?;
    let elsewhere = scene.node(&a, 7, &FIT).await?;
    elsewhere
        .provider()?
        .anvil_mine(Some(head.lastBlock), None)
        .await?;
    let refused = scene.run(&a, &["--node", elsewhere.url()]).await?;
    refused.require_failure(REFUSED, &["it holds another chain"])?;
    scene.devnet.stop().await
}

/// L1's nodes forget blobs. Whoever has kept them need not be trusted: L1 has their hashes.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_blobs_is_rebuilt_from_kept_blobs() -> Result<()> {
    let scene = Scene::set().await?;
    let b = scene.devnet.chain("b")?;
    let head = executed_head(scene.devnet.network(), &b).await?;
    let node = scene.node(&b, 3, &FIT).await?;
    let missing = scene.run(&b, &["--node", node.url()]).await?;
    missing.require_failure(NOT_FOUND, &["batch 1: ", "in blobs", "--data"])?;

    let kept = scene.keep_blobs(&b).await?;
    let data = kept.display().to_string();
    let first = kept.join("1.blobs");
    let mut damaged = fs::read(&first)?;
    let whole = damaged.clone();
    damaged[100] ^= 1;
    fs::write(&first, damaged)?;
    let refused = scene
        .run(&b, &["--node", node.url(), "--data", &data])
        .await?;
    refused.require_failure(CHECK_FAILED, &["batch 1: ", "commitment"])?;

    fs::write(&first, whole)?;
    let report = scene.rebuild(&b, &node, &["--data", &data]).await?;
    ensure!(report["batches"] == head.batchNumber, "{report}");
    scene.require_same(&b, &node, head.lastBlock).await?;
    scene.devnet.stop().await
}

/// Two chains with traffic that is settled, and whose operators are dead.
struct Scene {
    devnet: Devnet,
    recipients: Recipients,
}

impl Scene {
    async fn set() -> Result<Self> {
        let devnet = devnet(2, "relay").await?;
        let mut operators = Relayer::new(&devnet, "operator", 0, Ok)?;
        operators.start_and_wait().await?;
        let recipients = Recipients::deploy(&devnet, "bob").await?;
        let scene = Self { devnet, recipients };
        for _ in 0..WAVES {
            let sent = burst::send(&scene.devnet, &scene.recipients, "alice", WAVE).await?;
            scene.recipients.wait_for(&sent, LIMIT).await?;
        }
        ensure!(operators.kill().await?, "{}", operators.log());
        Ok(scene)
    }

    fn genesis(&self, chain: &str) -> PathBuf {
        self.devnet
            .directory()
            .join(format!("genesis-{chain}.json"))
    }

    /// The genesis of chain a in which an account has more than it had.
    fn forged_genesis(&self) -> Result<PathBuf> {
        let mut genesis: Value = serde_json::from_slice(&fs::read(self.genesis("a"))?)?;
        let account = self
            .devnet
            .signer("carol")?
            .address()
            .to_string()
            .to_lowercase();
        let balance = &mut genesis["accounts"][account.as_str()]["balance"];
        ensure!(balance.is_string(), "carol is in the genesis");
        *balance = "0x56bc75e2d63100000000".into();
        let path = self.genesis("forged");
        fs::write(&path, genesis.to_string())?;
        Ok(path)
    }

    async fn node(&self, chain: &Chain, port: u16, arguments: &[&str]) -> Result<FreshNode> {
        let port = self.devnet.spare_port(port);
        FreshNode::start(chain.id(), port, arguments, self.devnet.directory()).await
    }

    /// Runs the command for a chain, with its own genesis.
    async fn run(&self, chain: &Chain, more: &[&str]) -> Result<Ended> {
        let name = if chain.id() == self.devnet.chain("a")?.id() {
            "a"
        } else {
            "b"
        };
        let genesis = self.genesis(name).display().to_string();
        self.run_with(chain, &["--genesis", &genesis], more).await
    }

    async fn run_with(&self, chain: &Chain, genesis: &[&str], more: &[&str]) -> Result<Ended> {
        let common = self.arguments(chain);
        let arguments = common
            .iter()
            .map(String::as_str)
            .chain(genesis.iter().copied());
        command::run(
            self.devnet.causeway(),
            arguments.chain(more.iter().copied()),
        )
        .await
    }

    fn arguments(&self, chain: &Chain) -> Vec<String> {
        let l1 = &self.devnet.file().l1;
        let (chain, settlement) = (chain.id().to_string(), l1.contracts.settlement.to_string());
        [
            "operator",
            "rebuild",
            "--l1",
            &l1.rpc,
            "--chain",
            &chain,
            "--settlement",
            &settlement,
        ]
        .map(str::to_owned)
        .into()
    }

    async fn rebuild(&self, chain: &Chain, node: &FreshNode, more: &[&str]) -> Result<Value> {
        let own = ["--node", node.url(), "--output", "json"];
        let report = self.run(chain, &[&own, more].concat()).await?;
        let report = report.require_success()?.json()?;
        ensure!(report["state"] == "rebuilt", "{report}");
        Ok(report)
    }

    /// Kills a rebuild of chain a after its first batch.
    async fn interrupt(&self, chain: &Chain, node: &FreshNode) -> Result<()> {
        let mut arguments = self.arguments(chain);
        let genesis = self.genesis("a").display().to_string();
        arguments.extend(["--genesis", &genesis, "--node", node.url()].map(str::to_owned));
        let log = self.devnet.directory().join("interrupted.log");
        let mut process = Process::start("rebuild", self.devnet.causeway(), arguments, &log)?;
        process
            .wait_for_line("at its second batch", LIMIT, |line| {
                line.starts_with("batch 1 of")
            })
            .await?;
        process.kill(LIMIT).await
    }

    /// Every block since the genesis, and what accounts, contracts and logs say at the head.
    async fn require_same(&self, chain: &Chain, node: &FreshNode, head: u64) -> Result<()> {
        let (old, new) = (chain.provider()?.clone(), node.provider()?);
        ensure!(new.get_block_number().await? == head, "another head");
        for number in 0..=head {
            let hashes = (hash(&old, number).await?, hash(&new, number).await?);
            ensure!(hashes.0 == hashes.1, "block {number}: {hashes:?}");
        }
        let contracts = chain.contracts()?;
        let mut accounts: Vec<Address> = vec![contracts.vault, contracts.handler];
        for name in ["alice", "bob", "dave", "erin", "operator-1"] {
            accounts.push(self.devnet.signer(name)?.address());
        }
        accounts.push(self.recipients.on(chain.id()).address());
        for account in accounts {
            let at = (
                facts(&old, account, head).await?,
                facts(&new, account, head).await?,
            );
            ensure!(at.0 == at.1, "{account}: {at:?}");
        }
        let first = self.first_block(chain).await?;
        let filter = Filter::new().from_block(first).to_block(head);
        let (old, new) = (old.get_logs(&filter).await?, new.get_logs(&filter).await?);
        ensure!(!old.is_empty() && old == new, "other logs");
        Ok(())
    }

    /// L1 takes the next batch of chain a, made on the rebuilt node.
    async fn goes_on(&self, a: &Chain, node: &FreshNode) -> Result<()> {
        let before = executed_head(self.devnet.network(), a).await?.batchNumber;
        node.provider()?.anvil_set_interval_mining(1).await?;
        let mut operators = Relayer::new(&self.devnet, "operator", 1, |config| {
            config.set("chains.a.rpc_urls", vec![node.url().to_owned()])
        })?;
        operators.start_and_wait().await?;
        let to = self.recipients.address_on(self.devnet.chain("b")?.id());
        let alice = ProviderBuilder::new()
            .wallet(EthereumWallet::new(self.devnet.signer("alice")?))
            .connect_http(node.url().parse()?);
        a.message(to, b"it goes on".to_vec()).send(&alice).await?;
        until("the next batch is executed", LIMIT, async || {
            let head = executed_head(self.devnet.network(), a).await?;
            Ok(head.batchNumber > before)
        })
        .await?;
        operators.stop().await
    }

    /// The first block after the registration.
    async fn first_block(&self, chain: &Chain) -> Result<u64> {
        let batches = self.executed(chain).await?;
        let first = batches.first().ok_or_eyre("a batch")?;
        Ok(first.1.firstBlock)
    }

    async fn executed(
        &self,
        chain: &Chain,
    ) -> Result<Vec<(B256, IBatchSettlement::BatchExecuted)>> {
        let network = self.devnet.network();
        let filter = Filter::new()
            .from_block(0)
            .address(network.l1_contracts().settlement)
            .event_signature(IBatchSettlement::BatchExecuted::SIGNATURE_HASH)
            .topic1(U256::from(chain.id()));
        let logs = network.l1_provider().get_logs(&filter).await?;
        let batches = logs.iter().map(|log| {
            let tx = log.transaction_hash.ok_or_eyre("a transaction")?;
            Ok((
                tx,
                IBatchSettlement::BatchExecuted::decode_log(&log.inner)?.data,
            ))
        });
        batches.collect()
    }

    /// What somebody kept who stored the blobs of every batch while L1's nodes had them.
    async fn keep_blobs(&self, chain: &Chain) -> Result<PathBuf> {
        let folder = self.devnet.directory().join("kept");
        fs::create_dir(&folder)?;
        for (tx, batch) in self.executed(chain).await? {
            let blobs: Vec<Bytes> = self
                .devnet
                .network()
                .l1_provider()
                .raw_request("anvil_getBlobsByTransactionHash".into(), [tx])
                .await?;
            let file = folder.join(format!("{}.blobs", batch.batchNumber));
            fs::write(file, blobs.concat())?;
        }
        Ok(folder)
    }
}

async fn hash(provider: &DynProvider, number: u64) -> Result<B256> {
    let block = provider
        .get_block_by_number(BlockNumberOrTag::Number(number))
        .await?;
    Ok(block
        .ok_or_eyre(format!("block {number} is missing"))?
        .header
        .hash)
}

/// Balance, nonce and the first storage slots of an account.
async fn facts(
    provider: &DynProvider,
    account: Address,
    block: u64,
) -> Result<(U256, u64, Vec<U256>)> {
    let mut slots = Vec::new();
    for slot in 0..5 {
        let value = provider.get_storage_at(account, U256::from(slot));
        slots.push(value.number(block).await?);
    }
    let balance = provider.get_balance(account).number(block).await?;
    let nonce = provider
        .get_transaction_count(account)
        .number(block)
        .await?;
    Ok((balance, nonce, slots))
}
