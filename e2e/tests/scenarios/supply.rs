//! The watch of the supply: it is quiet as long as every unit is where the ledger has it, and stops new transfers on every
//! chain when a chain has units that nothing backs.

use std::path::PathBuf;

use alloy::{
    primitives::{Address, B256, U256},
    providers::{Provider, ext::AnvilApi},
    rpc::types::Filter,
    sol_types::SolEvent,
};
use causeway_bindings::{
    AssetKind, AssetMetadata,
    IAssetCustody::{self, PausedSet},
    IAssetLedger, IAssetVault, IERC20, IRepresentations, TransferRequest, asset_id,
    deployment::{ChainDeployment, NetworkConstants},
    describe_revert,
};
use causeway_e2e::{
    command::{Ended, run},
    devnet::{Devnet, port_of},
    http,
    wait::{eventually, until},
};
use eyre::{OptionExt, Result, ensure};
use interop_sdk::Chain;
use serde_json::Value;

use crate::support::{LIMIT, devnet, refusal};

const CHECK_FAILED: i32 = 12;
const SENT: u64 = 1_000;
const FORGED: u64 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn units_that_nothing_backs_stop_new_transfers_on_every_chain() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let world = World::build(&devnet).await?;
    world.send_to_b().await?;
    world
        .is_watched_beyond(world.b.provider()?.get_block_number().await?)
        .await?;
    for asset in [
        world.asset(),
        "L1:base".to_owned(),
        world.representation_name(),
    ] {
        let told = world.supply(&asset).await?.require_success()?.json()?;
        ensure!(told["holds"] == true, "{asset}: {told}");
    }
    let told = world.supply(&world.asset()).await?.json()?;
    ensure!(told["issued"] == SENT.to_string(), "{told}");
    ensure!(row(&told, "b")?["units"] == SENT.to_string(), "{told}");
    ensure!(row(&told, "a")?["units"] == SENT.to_string(), "{told}");
    ensure!(world.pauses().await? == [0; 3], "stopped without a reason");
    ensure!(world.readiness().await?.0 == 200, "not ready");

    world.forge().await?;
    until("new transfers are stopped everywhere", LIMIT, async || {
        Ok(world.pauses().await? == [1; 3])
    })
    .await?;
    world.transfers_are_refused().await?;
    let ended = world.supply(&world.asset()).await?;
    let drift = format!(
        "b: {} stand there, {FORGED} more than the {SENT}",
        SENT + FORGED
    );
    ended.require_failure(CHECK_FAILED, &[&drift])?;
    until("readiness names the drift", LIMIT, async || {
        let (status, body) = world.readiness().await?;
        Ok(status == 503 && body.contains("drift") && body.contains(&world.asset()))
    })
    .await?;
    ensure!(
        world.pauses().await? == [1; 3],
        "stopped more often than once"
    );
    devnet.stop().await
}

/// A network with a token that was born on A.
struct World<'a> {
    devnet: &'a Devnet,
    a: Chain,
    b: Chain,
    token: Address,
    /// What stands for it on B.
    bridged: Address,
}

impl<'a> World<'a> {
    /// The token is one of the representations that anybody may create, with alice as its vault.
    async fn build(devnet: &'a Devnet) -> Result<Self> {
        let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
        let wallet = devnet.wallet("alice", a.id())?;
        let constants = NetworkConstants {
            l1_chain_id: devnet.file().l1.chain_id,
            l1_bridge: devnet.file().l1.contracts.shared_bridge,
            initial_admin: devnet.signer("admin")?.address(),
            salt: B256::ZERO,
        };
        let representations = ChainDeployment::new(&constants).representations.address;
        let factory = IRepresentations::new(representations, &wallet);
        let metadata = AssetMetadata {
            name: "Token".to_owned(),
            symbol: "TKN".to_owned(),
            decimals: 18,
            issuer: Address::ZERO,
            representation: Address::ZERO,
        };
        let create = factory.create(B256::ZERO, AssetKind::Fungible, metadata);
        let token = create.call().await?;
        create.send().await?.get_receipt().await?;
        let alice = devnet.signer("alice")?.address();
        let contract = IERC20::new(token, &wallet);
        let mint = contract.crosschainMint(alice, U256::from(SENT + 1));
        ensure!(mint.send().await?.get_receipt().await?.status(), "mint");
        let vault = a.contracts()?.vault;
        let approve = contract.approve(vault, U256::MAX);
        ensure!(
            approve.send().await?.get_receipt().await?.status(),
            "approve"
        );
        Ok(Self {
            devnet,
            a,
            b,
            token,
            bridged: Address::ZERO,
        }
        .send(&wallet)
        .await?)
    }

    async fn send(mut self, wallet: &impl Provider) -> Result<Self> {
        let vault = self.a.contracts()?.vault;
        let call = IAssetVault::new(vault, wallet)
            .transfer(self.request(SENT)?)
            .send();
        ensure!(call.await?.get_receipt().await?.status(), "transfer");
        let id = asset_id(self.a.id(), self.token);
        let custody = IAssetCustody::new(vault, self.b.provider()?);
        self.bridged = eventually("the token stands on the other chain", LIMIT, async || {
            let token = custody.tokenOf(id).call().await?;
            Ok((!token.is_zero()).then_some(token))
        })
        .await?;
        Ok(self)
    }

    fn request(&self, amount: u64) -> Result<TransferRequest> {
        Ok(TransferRequest {
            destinationChainId: U256::from(self.b.id()),
            token: self.token,
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(amount),
            recipient: self.devnet.signer("bob")?.address(),
            deliverBefore: U256::ZERO,
        })
    }

    /// Waits until the ledger knows of the arrival.
    async fn send_to_b(&self) -> Result<()> {
        let network = self.devnet.network();
        let address = self.devnet.file().l1.contracts.asset_ledger;
        let ledger = IAssetLedger::new(address, network.l1_provider());
        let (chain, key) = (U256::from(self.b.id()), asset_id(self.a.id(), self.token));
        until("the ledger books the arrival", LIMIT, async || {
            let balance = ledger.balance(chain, key).call().await?;
            Ok(balance == U256::from(SENT))
        })
        .await
    }

    /// What a vault with a bug would do: it mints what never arrived. A message has the block settled.
    async fn forge(&self) -> Result<()> {
        let (provider, vault) = (self.b.provider()?, self.b.contracts()?.vault);
        provider
            .anvil_set_balance(vault, U256::from(10).pow(U256::from(18)))
            .await?;
        provider.anvil_impersonate_account(vault).await?;
        let carol = self.devnet.signer("carol")?.address();
        let token = IERC20::new(self.bridged, provider);
        let mint = token.crosschainMint(carol, U256::from(FORGED)).from(vault);
        ensure!(
            mint.send().await?.get_receipt().await?.status(),
            "forged mint"
        );
        provider.anvil_stop_impersonating_account(vault).await?;
        let wallet = self.devnet.wallet("alice", self.b.id())?;
        self.b
            .message((self.a.id(), carol), b"work".to_vec())
            .send(&wallet)
            .await?;
        Ok(())
    }

    /// Custodies, by chain: L1, A, B.
    fn custodies(&self) -> Result<[(u64, Address); 3]> {
        let l1 = &self.devnet.file().l1;
        Ok([
            (l1.chain_id, l1.contracts.shared_bridge),
            (self.a.id(), self.a.contracts()?.vault),
            (self.b.id(), self.b.contracts()?.vault),
        ])
    }

    /// How often new transfers were stopped on L1, A and B.
    async fn pauses(&self) -> Result<[usize; 3]> {
        let mut counts = [0; 3];
        for (count, (chain, custody)) in counts.iter_mut().zip(self.custodies()?) {
            let filter = Filter::new()
                .from_block(0)
                .address(custody)
                .event_signature(PausedSet::SIGNATURE_HASH);
            let wallet = self.devnet.wallet("erin", chain)?;
            *count = wallet.get_logs(&filter).await?.len();
        }
        Ok(counts)
    }

    async fn transfers_are_refused(&self) -> Result<()> {
        let alice = self.devnet.signer("alice")?.address();
        let call = IAssetVault::transferCall {
            request: self.request(1)?,
        };
        let vault = self.a.contracts()?.vault;
        let data = refusal(self.a.provider()?, alice, vault, &call).await?;
        let reason = describe_revert(&data);
        ensure!(reason.contains("AssetCustodyPaused"), "{reason}");
        Ok(())
    }

    async fn readiness(&self) -> Result<(u16, String)> {
        let answer = http::get(self.api_port()?, "/readyz").await?;
        Ok((answer.status, answer.body))
    }

    fn api_port(&self) -> Result<u16> {
        let config = self.devnet.config()?;
        port_of(&format!("http://{}", config.text("api.listen")?))
    }

    /// Waits until the watch has compared this block of B.
    async fn is_watched_beyond(&self, block: u64) -> Result<()> {
        let start = r#"causeway_stage_block{stage="supply",chain="b"} "#;
        let mut sent = false;
        until("the supply was looked at", LIMIT, async || {
            if !sent {
                let wallet = self.devnet.wallet("dave", self.b.id())?;
                let to = (self.a.id(), self.devnet.signer("dave")?.address());
                self.b.message(to, b"work".to_vec()).send(&wallet).await?;
                sent = true;
            }
            let text = http::get(self.api_port()?, "/metrics").await?.body;
            let line = text.lines().find_map(|line| line.strip_prefix(start));
            Ok(line.ok_or_eyre("no such metric")?.parse::<u64>()? >= block)
        })
        .await
    }

    fn asset(&self) -> String {
        format!("a:{}", self.token)
    }

    fn representation_name(&self) -> String {
        format!("b:{}", self.bridged)
    }

    async fn supply(&self, asset: &str) -> Result<Ended> {
        let config: PathBuf = self.devnet.config_path();
        let config = config.display().to_string();
        let arguments = ["token", "supply", "--asset", asset, "--output", "json"];
        let place = ["--config", config.as_str()];
        run(self.devnet.causeway(), arguments.iter().chain(&place)).await
    }
}

fn row<'a>(told: &'a Value, chain: &str) -> Result<&'a Value> {
    let rows = told["chains"].as_array().ok_or_eyre("rows")?;
    let found = rows.iter().find(|row| row["chain"]["name"] == chain);
    found.ok_or_eyre("a row of the chain")
}
