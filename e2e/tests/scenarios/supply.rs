//! Where every unit of an asset is. The figures agree at every moment, whatever is under way; once something stands on a
//! chain that nothing backs, new transfers are stopped everywhere, and what is under way still arrives.

use std::pin::pin;

use alloy::{
    primitives::{Address, B256, U256, keccak256, uint},
    providers::{Provider, ext::AnvilApi},
    rpc::types::Filter,
    sol_types::{SolEvent, SolValue},
};
use causeway_bindings::{
    AssetKind, ETHER,
    IAssetCustody::{self, PausedSet},
    IAssetVault, IERC20, ISharedBridge, TransferRequest, asset_id, describe_revert,
};
use causeway_e2e::{
    command::{Ended, run},
    contracts,
    devnet::{Devnet, port_of},
    http,
    tokens::Token,
    wait::until,
};
use eyre::{OptionExt, Result, ensure};
use interop_sdk::Chain;
use serde_json::Value;

use crate::support::{LIMIT, devnet, refusal};

const UNREACHABLE: i32 = 7;
const CHECK_FAILED: i32 = 12;
const SENT: u64 = 1_000;
/// What stays on B in the end.
const LEFT: u64 = 750;
const WITHDRAWN: u64 = 400;
const FORGED: u64 = 5;
/// How often the figures are looked at while transfers are under way, at least.
const LOOKS: u32 = 10;
/// Gas of a deposit on its chain.
const DEPOSIT_GAS: u64 = 2_000_000;
/// Where an upgradeable token of OpenZeppelin keeps its balances; what there is in all stands two slots on.
const ERC20_STORAGE: U256 =
    uint!(0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00_U256);

#[tokio::test(flavor = "multi_thread")]
async fn units_that_nothing_backs_stop_new_transfers_and_nothing_else() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let world = World::build(&devnet).await?;
    world.exact_during(world.move_about()).await?;
    world.all_is_where_it_should_be().await?;
    let l1 = devnet.file().l1.chain_id;
    let withdrawal = world.send(&world.b, l1, ETHER, WITHDRAWN).await?;
    ensure!(world.stops().await? == [0; 3], "stopped without a reason");
    ensure!(world.readiness().await?.0 == 200, "not ready");

    world.forge().await?;
    until("new transfers are stopped everywhere", LIMIT, async || {
        Ok(world.stops().await? == [1; 3])
    })
    .await?;
    world.transfers_are_refused().await?;
    world.the_drift_is_told().await?;
    world.what_is_under_way_is_paid(withdrawal).await?;

    world.mend().await?;
    until("the sum holds again", LIMIT, async || {
        Ok(world.supply(&["--all"]).await?.json()?["verdict"] == "exact")
    })
    .await?;
    until("the relayer is ready again", LIMIT, async || {
        Ok(world.readiness().await?.0 == 200)
    })
    .await?;
    world.transfers_are_refused().await?;
    world.open_again().await?;
    world.send(&world.a, world.b.id(), world.token, 1).await?;
    ensure!(world.stops().await? == [1; 3], "stopped more than once");
    devnet.stop().await
}

/// A network with a token that was born on A.
struct World<'a> {
    devnet: &'a Devnet,
    a: Chain,
    b: Chain,
    token: Address,
}

impl<'a> World<'a> {
    async fn build(devnet: &'a Devnet) -> Result<Self> {
        let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
        let token = Token::erc20(devnet, "alice", a.id(), ["Token", "TKN"], 18).await?;
        let alice = devnet.signer("alice")?.address();
        token.mint(alice, U256::from(2 * SENT)).await?;
        let approve = IERC20::approveCall {
            spender: a.contracts()?.vault,
            value: U256::MAX,
        };
        let wallet = devnet.wallet("alice", a.id())?;
        contracts::call(&wallet, token.address(), U256::ZERO, &approve).await?;
        Ok(Self {
            devnet,
            a,
            b,
            token: token.address(),
        })
    }

    /// Ether from L1 to A and on to B, and the token from A to B and part of it back.
    async fn move_about(&self) -> Result<()> {
        let bob = self.devnet.signer("bob")?.address();
        let (on_a, on_b) = (self.a.provider()?, self.b.provider()?);
        let ether = on_b.get_balance(bob).await?;
        self.deposit_ether().await?;
        self.send(&self.a, self.b.id(), ETHER, SENT).await?;
        self.send(&self.a, self.b.id(), self.token, SENT).await?;
        until("ether and token arrive", LIMIT, async || {
            let came = on_b.get_balance(bob).await? - ether;
            let tokens = IERC20::new(self.representation().await?, on_b);
            let tokens = tokens.balanceOf(bob).call().await?;
            Ok([came, tokens] == [U256::from(SENT); 2])
        })
        .await?;
        let representation = self.representation().await?;
        self.send(&self.b, self.a.id(), representation, SENT - LEFT)
            .await?;
        until("part of the token comes back", LIMIT, async || {
            let tokens = IERC20::new(self.token, on_a).balanceOf(bob).call().await?;
            Ok(tokens == U256::from(SENT - LEFT))
        })
        .await?;
        self.have_settled(&self.a).await?;
        until("nothing is under way", LIMIT, async || {
            let told = self.supply(&["--all"]).await?.json()?;
            let assets = told["assets"].as_array().ok_or_eyre("assets")?;
            let none = Value::Array(vec![]);
            Ok(assets.len() == 2 && assets.iter().all(|asset| asset["under_way"] == none))
        })
        .await
    }

    /// A chain settles when it has something to say.
    async fn have_settled(&self, chain: &Chain) -> Result<()> {
        let other = if chain.id() == self.a.id() {
            &self.b
        } else {
            &self.a
        };
        let wallet = self.devnet.wallet("dave", chain.id())?;
        let to = (other.id(), self.devnet.signer("dave")?.address());
        chain.message(to, b"work".to_vec()).send(&wallet).await?;
        Ok(())
    }

    /// Looks at all figures, again and again, while something else happens.
    async fn exact_during<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut work = pin!(work);
        let mut looks = 0;
        loop {
            tokio::select! {
                done = &mut work => {
                    ensure!(looks >= LOOKS, "only {looks} looks");
                    return done;
                }
                told = self.supply(&["--all"]) => {
                    let told = told?;
                    // A node that is busy says nothing.
                    if told.code == UNREACHABLE {
                        continue;
                    }
                    let told = told.require_success()?.json()?;
                    ensure!(told["verdict"] == "exact", "{told}");
                    looks += 1;
                }
            }
        }
    }

    /// The same answer by the token's name on either chain.
    async fn all_is_where_it_should_be(&self) -> Result<()> {
        let on_b = format!("b:{}", self.representation().await?);
        let left = LEFT.to_string();
        for name in [self.name(), on_b] {
            let told = self.supply(&["--token", &name]).await?;
            let told = told.require_success()?.json()?;
            let asset = &told["assets"][0];
            ensure!(asset["name"] == self.name(), "{told}");
            ensure!(asset["issued"] == left, "{told}");
            for (chain, stands) in [("a", "locked"), ("b", "minted")] {
                let row = row(asset, chain)?;
                ensure!(row["stands"] == stands && row["units"] == left, "{told}");
            }
            ensure!(row(asset, "b")?["ledger"] == left, "{told}");
        }
        Ok(())
    }

    async fn deposit_ether(&self) -> Result<()> {
        let l1 = &self.devnet.file().l1;
        let wallet = self.devnet.wallet("alice", l1.chain_id)?;
        let (bridge, call) = (l1.contracts.shared_bridge, self.deposit(SENT)?);
        contracts::call(&wallet, bridge, U256::from(SENT), &call).await?;
        Ok(())
    }

    fn deposit(&self, amount: u64) -> Result<ISharedBridge::depositCall> {
        Ok(ISharedBridge::depositCall {
            request: self.request(self.a.id(), ETHER, amount)?,
            gasLimit: DEPOSIT_GAS,
        })
    }

    /// Sends to bob: from alice on A, from bob himself on B.
    async fn send(&self, from: &Chain, to: u64, token: Address, amount: u64) -> Result<B256> {
        let owner = if from.id() == self.a.id() {
            "alice"
        } else {
            "bob"
        };
        let wallet = self.devnet.wallet(owner, from.id())?;
        let call = IAssetVault::transferCall {
            request: self.request(to, token, amount)?,
        };
        let value = U256::from(if token == ETHER { amount } else { 0 });
        let vault = from.contracts()?.vault;
        let receipt = contracts::call(&wallet, vault, value, &call).await?;
        Ok(receipt.transaction_hash)
    }

    fn request(&self, to: u64, token: Address, amount: u64) -> Result<TransferRequest> {
        Ok(TransferRequest {
            destinationChainId: U256::from(to),
            token,
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(amount),
            recipient: self.devnet.signer("bob")?.address(),
            deliverBefore: U256::ZERO,
        })
    }

    /// What stands for the token on B.
    async fn representation(&self) -> Result<Address> {
        let vault = self.b.contracts()?.vault;
        let custody = IAssetCustody::new(vault, self.b.provider()?);
        Ok(custody
            .tokenOf(asset_id(self.a.id(), self.token))
            .call()
            .await?)
    }

    /// What attesters that have all been bribed let stand: a state that no transaction leads to.
    async fn forge(&self) -> Result<()> {
        self.set_forged(U256::from(FORGED)).await
    }

    async fn mend(&self) -> Result<()> {
        self.set_forged(U256::ZERO).await
    }

    /// Carol has so much on B that nobody sent there, and what stands for the token counts it.
    async fn set_forged(&self, amount: U256) -> Result<()> {
        let (provider, token) = (self.b.provider()?, self.representation().await?);
        let supply = ERC20_STORAGE + U256::from(2);
        let balance =
            keccak256((self.devnet.signer("carol")?.address(), ERC20_STORAGE).abi_encode());
        let honest = U256::from(LEFT);
        for (slot, value) in [(supply, honest + amount), (balance.into(), amount)] {
            let done = provider
                .anvil_set_storage_at(token, slot, value.into())
                .await?;
            ensure!(done, "the node does not change its state");
        }
        self.have_settled(&self.b).await
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
    async fn stops(&self) -> Result<[usize; 3]> {
        let mut counts = [0; 3];
        for (count, (chain, custody)) in counts.iter_mut().zip(self.custodies()?) {
            let filter = Filter::new()
                .from_block(0)
                .address(custody)
                .event_signature(PausedSet::SIGNATURE_HASH);
            for log in self.devnet.wallet("erin", chain)?.get_logs(&filter).await? {
                *count += usize::from(PausedSet::decode_log(&log.inner)?.paused);
            }
        }
        Ok(counts)
    }

    async fn transfers_are_refused(&self) -> Result<()> {
        let alice = self.devnet.signer("alice")?.address();
        let transfer = IAssetVault::transferCall {
            request: self.request(self.b.id(), self.token, 1)?,
        };
        let vault = self.a.contracts()?.vault;
        let data = refusal(self.a.provider()?, alice, vault, &transfer).await?;
        ensure!(describe_revert(&data).contains("AssetCustodyPaused"));
        let deposit = self.deposit(1)?;
        let bridge = self.devnet.file().l1.contracts.shared_bridge;
        let l1 = self.devnet.network().l1_provider();
        let data = refusal(l1, alice, bridge, &deposit).await?;
        ensure!(describe_revert(&data).contains("AssetCustodyPaused"));
        Ok(())
    }

    async fn the_drift_is_told(&self) -> Result<()> {
        let ended = self.supply(&["--all"]).await?;
        let drift = format!(
            "{}, b: {} stand there, {FORGED} more than the {LEFT}",
            self.name(),
            LEFT + FORGED
        );
        ended.require_failure(CHECK_FAILED, &[&drift])?;
        let (asset, metric) = (self.name(), "causeway_supply_drift");
        let line = format!(r#"{metric}{{asset="{asset}",chain="b"}} {FORGED}.0"#);
        let text = http::get(self.api_port()?, "/metrics").await?.body;
        ensure!(text.lines().any(|found| found == line), "{line}\n{text}");
        until("readiness names the drift", LIMIT, async || {
            let (status, body) = self.readiness().await?;
            Ok(status == 503 && body.contains("drift") && body.contains(&asset))
        })
        .await
    }

    /// Ether that left B before transfers were stopped.
    async fn what_is_under_way_is_paid(&self, withdrawal: B256) -> Result<()> {
        let bob = self.devnet.signer("bob")?.address();
        let l1 = self.devnet.network().l1_provider();
        let before = l1.get_balance(bob).await?;
        let tx = withdrawal.to_string();
        until("the withdrawal is paid", LIMIT, async || {
            let ended = self
                .causeway(&[
                    "withdraw", "finalize", "--from", "b", "--tx", &tx, "--signer", "erin",
                ])
                .await?;
            Ok(ended.code == 0)
        })
        .await?;
        let paid = l1.get_balance(bob).await? - before;
        ensure!(paid == U256::from(WITHDRAWN), "paid {paid}");
        Ok(())
    }

    /// As governance does when the cause is found.
    async fn open_again(&self) -> Result<()> {
        for (chain, custody) in self.custodies()? {
            let admin = self.devnet.wallet("admin", chain)?;
            contracts::call(&admin, custody, U256::ZERO, &IAssetCustody::unpauseCall {}).await?;
        }
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

    fn name(&self) -> String {
        format!("a:{}", self.token)
    }

    async fn supply(&self, which: &[&str]) -> Result<Ended> {
        let command = ["token", "supply", "--output", "json"];
        self.causeway(&[&command, which].concat()).await
    }

    async fn causeway(&self, arguments: &[&str]) -> Result<Ended> {
        let config = self.devnet.config_path().display().to_string();
        let place = ["--config", config.as_str()];
        run(self.devnet.causeway(), arguments.iter().chain(&place)).await
    }
}

fn row<'a>(asset: &'a Value, chain: &str) -> Result<&'a Value> {
    let rows = asset["chains"].as_array().ok_or_eyre("rows")?;
    let found = rows.iter().find(|row| row["chain"]["name"] == chain);
    found.ok_or_eyre("a row of the chain")
}
