//! Assets on real chains with the real relayer: every kind of token, over every kind of route.

use std::time::Duration;

use alloy::{
    primitives::{Address, U256, keccak256},
    signers::SignerSync,
    sol_types::SolValue,
};
use causeway_bindings::{
    Asset, AssetKind, ETHER, IAssetCustody, IAssetVault, IERC20, IERC721, IERC1155, ISharedBridge,
    TransferRequest,
};
use causeway_e2e::{
    contracts::call,
    devnet::Devnet,
    holder::{Holder, Sent},
    holdings::{Place, Whereabouts, close_batches, places},
    refuser::Refuser,
    relayer::Relayer,
    shop::Shop,
    timeline::now,
    tokens::Token,
    wait::until,
};
use eyre::{OptionExt, Result, WrapErr, ensure};
use fastrand::Rng;
use futures::future::try_join_all;
use interop_sdk::{CallStatus, Stage, Status};
use tokio::{time::sleep, try_join};

use crate::support::{LIMIT, devnet};

const NOT_EXECUTED: i32 = 13;
const MINTED: u64 = 1_000_000_000;
const PRICE: u64 = 25;
const DEPOSIT_GAS: u64 = 2_000_000;

/// One network for all journeys, each by an account of its own and at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn assets_of_every_kind_cross_and_come_home() -> Result<()> {
    let devnet = devnet(3, "both").await?;
    let scene = Scene {
        devnet: &devnet,
        places: places(&devnet)?,
    };
    let (of_l1, of_a, picture, bought, ..) = try_join!(
        named("an ERC-20 of L1", scene.erc20_of_l1("alice")),
        named("an ERC-20 of a chain", scene.erc20_of_a_chain("carol")),
        named("ERC-721 and ERC-1155", scene.parts("dave")),
        named("purchases", scene.purchases("bob")),
        named("the base token", scene.base_token("erin")),
        named("deposits", scene.deposits("relay-2")),
    )?;
    close_batches(&devnet, "bob").await?;
    for asset in [of_l1, of_a, bought] {
        scene.require_exact(&asset, U256::ZERO).await?;
    }
    scene.require_exact(&picture, U256::from(7)).await?;
    devnet.stop().await
}

/// Every life of the relayer finds transfers under way. None is lost, and none arrives twice.
#[tokio::test(flavor = "multi_thread")]
async fn transfers_survive_a_relayer_that_is_killed() -> Result<()> {
    const KILLS: u64 = 6;
    const TRANSFERS: u64 = 4;
    const AMOUNT: u64 = 1_000;
    let devnet = devnet(2, "operator").await?;
    let scene = Scene {
        devnet: &devnet,
        places: places(&devnet)?,
    };
    let [a, b] = [scene.place("a")?, scene.place("b")?];
    let [alice, carol] = [
        devnet.signer("alice")?.address(),
        devnet.signer("carol")?.address(),
    ];
    let token = Token::erc20(&devnet, "bob", a.chain_id, ["Token", "TKN"], 18).await?;
    token.mint(alice, U256::from(MINTED)).await?;
    let wallet = devnet.wallet("alice", a.chain_id)?;
    let allow = IERC20::approveCall {
        spender: a.custody,
        value: U256::MAX,
    };
    call(&wallet, token.address(), U256::ZERO, &allow).await?;
    let transfer = IAssetVault::transferCall {
        request: fungible(b.chain_id, token.address(), AMOUNT, carol),
    };

    let mut relayer = Relayer::new(&devnet, "relay", 0, Ok)?;
    relayer.start()?;
    // Of what overtakes the first transfer, which describes the token, the recipient would have a claim.
    token.announce(&devnet, b.chain_id).await?;
    relayer.kill().await?;
    let mut random = Rng::new();
    for _ in 0..KILLS {
        relayer.start()?;
        let sending = (0..TRANSFERS).map(|_| call(&wallet, a.custody, U256::ZERO, &transfer));
        try_join_all(sending).await?;
        sleep(Duration::from_millis(random.u64(100..3_500))).await;
        ensure!(relayer.kill().await?, "it ended:\n{}", relayer.log());
    }
    relayer.start()?;
    let all = U256::from(KILLS * TRANSFERS * AMOUNT);
    let arrival = until("all transfers arrive", LIMIT, async || {
        Ok(b.balance(&token.asset(), carol).await? >= all)
    });
    arrival.await.wrap_err_with(|| relayer.log())?;
    close_batches(&devnet, "bob").await?;
    scene.require_exact(&token.asset(), U256::ZERO).await?;
    let arrived = b.balance(&token.asset(), carol).await?;
    ensure!(arrived == all, "{all} were sent, and {arrived} arrived");
    relayer.stop().await?;
    devnet.stop().await
}

async fn named<T>(what: &'static str, journey: impl Future<Output = Result<T>>) -> Result<T> {
    journey.await.wrap_err(what)
}

struct Scene<'a> {
    devnet: &'a Devnet,
    places: Vec<Place>,
}

impl Scene<'_> {
    /// Six decimals, L1 to a to b and home; and what takes a fee does not leave.
    async fn erc20_of_l1(&self, account: &str) -> Result<Asset> {
        let holder = Holder::new(self.devnet, account)?;
        let [l1, a, b] = [self.place("L1")?, self.place("a")?, self.place("b")?];
        let taxed = Token::taxed_erc20(self.devnet, account, a.chain_id).await?;
        taxed.mint(holder.address(), U256::from(MINTED)).await?;
        let what = format!("--token {} --amount 0.0000000001", taxed.address());
        let refused = holder.try_send("a", "b", &what).await?;
        let said = format!("AssetCustodyNotExact {{ token: {:#x}", taxed.address());
        refused.require_failure(NOT_EXECUTED, &["transfer would revert", &said])?;
        let left = a.balance(&taxed.asset(), holder.address()).await?;
        ensure!(
            left == U256::from(MINTED),
            "{left} of the taxed token are left"
        );

        let token = Token::erc20(self.devnet, account, l1.chain_id, ["Six", "SIX"], 6).await?;
        let asset = token.asset();
        token.mint(holder.address(), U256::from(MINTED)).await?;
        token.announce(self.devnet, b.chain_id).await?;
        let amount = U256::from(123_456_789);
        for (from, to) in [(l1, a), (a, b), (b, l1)] {
            let here = from.token(&asset).await?.ok_or_eyre("no token")?;
            let decimals = IERC20::new(here, &from.provider).decimals().call().await?;
            ensure!(decimals == 6, "{decimals} decimals on {}", from.name);
            let before = to.balance(&asset, holder.address()).await?;
            let what = format!("--token {here} --amount 123.456789");
            self.carry(&holder, from, to, &what).await?;
            let after = to.balance(&asset, holder.address()).await?;
            ensure!(
                after - before == amount,
                "{before} and then {after} on {}",
                to.name
            );
        }
        self.require_balance(l1, &asset, holder.address(), MINTED)
            .await?;
        Ok(asset)
    }

    /// From a over b and c home to a. It arrives on c before c knows what it is called, so what arrives is a claim.
    async fn erc20_of_a_chain(&self, account: &str) -> Result<Asset> {
        let holder = Holder::new(self.devnet, account)?;
        let [a, b, c] = [self.place("a")?, self.place("b")?, self.place("c")?];
        let token = Token::erc20(self.devnet, account, a.chain_id, ["Cargo", "CRG"], 18).await?;
        let asset = token.asset();
        token.mint(holder.address(), U256::from(MINTED)).await?;
        let units = 5_000;
        let what = |token: Address| format!("--token {token} --amount 0.000000000000005");
        self.carry(&holder, a, b, &what(token.address())).await?;
        self.require_balance(b, &asset, holder.address(), units)
            .await?;

        let on_b = b.token(&asset).await?.ok_or_eyre("no token on b")?;
        let sent = holder.send("b", "c", &what(on_b)).await?;
        holder.wait(&sent, "claimable", LIMIT).await?;
        let custody = IAssetCustody::new(c.custody, &c.provider);
        let key = asset.ledger_key(U256::ZERO);
        let claimable = custody.claimable(key, holder.address()).call().await?;
        ensure!(claimable == U256::from(units), "{claimable} can be claimed");
        token.announce(self.devnet, c.chain_id).await?;
        let claim = IAssetCustody::claimCall {
            asset: asset.clone(),
            tokenId: U256::ZERO,
            to: holder.address(),
        };
        let wallet = self.devnet.shared_wallet(account, c.chain_id)?;
        call(&wallet, c.custody, U256::ZERO, &claim).await?;
        holder.wait(&sent, "arrived", LIMIT).await?;
        self.require_balance(c, &asset, holder.address(), units)
            .await?;

        let on_c = c.token(&asset).await?.ok_or_eyre("no token on c")?;
        let symbol = IERC20::new(on_c, &c.provider).symbol().call().await?;
        ensure!(symbol == "CRG", "on c it is called {symbol}");
        self.carry(&holder, c, a, &what(on_c)).await?;
        self.require_balance(a, &asset, holder.address(), MINTED)
            .await?;
        Ok(asset)
    }

    /// An ERC-721 and an ERC-1155 of a, to b and home, with their URIs.
    async fn parts(&self, account: &str) -> Result<Asset> {
        let holder = Holder::new(self.devnet, account)?;
        let owner = holder.address();
        let [a, b] = [self.place("a")?, self.place("b")?];
        let id = U256::from(7);

        let pictures = Token::erc721(self.devnet, account, a.chain_id, ["Pictures", "PIC"]).await?;
        let picture = pictures.asset();
        pictures.mint_nft(owner, id, "ipfs://picture/7").await?;
        let what = |token: Address| format!("--token {token} --kind nft --token-id 7");
        self.carry(&holder, a, b, &what(pictures.address())).await?;
        ensure!(
            b.owner(&picture, id).await? == Some(owner),
            "it is not on b"
        );
        ensure!(
            a.owner(&picture, id).await? == Some(a.custody),
            "it is not locked"
        );
        let on_b = b.token(&picture).await?.ok_or_eyre("no token on b")?;
        let uri = IERC721::new(on_b, &b.provider).tokenURI(id).call().await?;
        ensure!(uri == "ipfs://picture/7", "on b it is {uri}");
        self.carry(&holder, b, a, &what(on_b)).await?;
        ensure!(
            a.owner(&picture, id).await? == Some(owner),
            "it is not home"
        );
        ensure!(b.owner(&picture, id).await?.is_none(), "it is on b too");

        let badges = Token::erc1155(self.devnet, account, a.chain_id).await?;
        let badge = badges.asset();
        badges
            .mint_multi(owner, id, U256::from(10), "ipfs://badge/7")
            .await?;
        let of = |token: Address| format!("--token {token} --kind multi --token-id 7 --amount 4");
        let refused = holder.try_send("a", "b", &of(badges.address())).await?;
        ensure!(refused.stderr.contains("--approve-all"), "{refused:?}");
        let what = format!("{} --approve-all", of(badges.address()));
        self.carry(&holder, a, b, &what).await?;
        let on_b = b.token(&badge).await?.ok_or_eyre("no token on b")?;
        let there = IERC1155::new(on_b, &b.provider);
        ensure!(
            there.balanceOf(owner, id).call().await? == U256::from(4),
            "4 are on b"
        );
        let uri = there.uri(id).call().await?;
        ensure!(uri == "ipfs://badge/7", "on b it is {uri}");
        self.carry(&holder, b, a, &of(on_b)).await?;
        ensure!(
            there.balanceOf(owner, id).call().await?.is_zero(),
            "some are on b too"
        );
        let home = IERC1155::new(badges.address(), &a.provider);
        ensure!(
            home.balanceOf(owner, id).call().await? == U256::from(10),
            "10 are home"
        );
        Ok(picture)
    }

    /// Ether from a to b and to L1; an account that does not take it gets a claim.
    async fn base_token(&self, account: &str) -> Result<()> {
        let holder = Holder::new(self.devnet, account)?;
        let [l1, a, b] = [self.place("L1")?, self.place("a")?, self.place("b")?];
        let amount = U256::from(1_500_000_000_000_000_000_u64);
        let to = |recipient: Address| format!("--token base --amount 1.5 --recipient {recipient}");
        for (from, to_place) in [(a, b), (b, l1)] {
            let recipient = Address::with_last_byte(0xe7);
            let before = to_place.ether(recipient).await?;
            self.carry(&holder, from, to_place, &to(recipient)).await?;
            let gained = to_place.ether(recipient).await? - before;
            ensure!(gained == amount, "{gained} arrived on {}", to_place.name);
        }

        let refuser = Refuser::deploy(self.devnet.shared_wallet(account, b.chain_id)?).await?;
        let sent = holder.send("a", "b", &to(refuser.address())).await?;
        holder.wait(&sent, "claimable", LIMIT).await?;
        let ether = Asset {
            originChainId: U256::from(l1.chain_id),
            originToken: ETHER,
            kind: AssetKind::Fungible,
        };
        ensure!(b.ether(refuser.address()).await?.is_zero(), "it took ether");
        let heir = Address::with_last_byte(0xe8);
        refuser.claim(b.custody, &ether, heir).await?;
        let paid = b.ether(heir).await?;
        ensure!(paid == amount, "the claim was paid with {paid}");
        Ok(())
    }

    /// With a permit instead of an approval; and one that its chain refuses, which L1 gives back.
    async fn deposits(&self, account: &str) -> Result<()> {
        let holder = Holder::new(self.devnet, account)?;
        let [l1, c] = [self.place("L1")?, self.place("c")?];
        let token = Token::erc20(self.devnet, account, l1.chain_id, ["Permit", "PMT"], 18).await?;
        let asset = token.asset();
        token.mint(holder.address(), U256::from(MINTED)).await?;
        let sent = self.deposit_with_permit(account, &token, 400).await?;
        holder.wait(&sent, "arrived", LIMIT).await?;
        self.require_balance(c, &asset, holder.address(), 400)
            .await?;

        let what = format!(
            "--token {} --amount 0.0000000000000001 --deposit-gas 30000",
            token.address()
        );
        let sent = holder.send("L1", "c", &what).await?;
        self.require_balance(l1, &asset, holder.address(), MINTED - 500)
            .await?;
        holder.wait(&sent, "recoverable", LIMIT).await?;
        let recovered = holder.recover(&sent).await?;
        ensure!(recovered["outcome"] == "done", "{recovered}");
        ensure!(
            holder.stage(&sent).await? == "recovered",
            "it is not recovered"
        );
        let again = holder.recover(&sent).await?;
        ensure!(again["outcome"] == "done_before", "{again}");
        self.require_balance(l1, &asset, holder.address(), MINTED - 400)
            .await?;
        self.require_balance(c, &asset, holder.address(), 400).await
    }

    async fn deposit_with_permit(&self, account: &str, token: &Token, amount: u64) -> Result<Sent> {
        let [l1, c] = [self.place("L1")?, self.place("c")?];
        let signer = self.devnet.signer(account)?;
        let contract = IERC20::new(token.address(), &l1.provider);
        let permit = keccak256(
            (
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                signer.address(),
                l1.custody,
                U256::from(amount),
                contract.nonces(signer.address()).call().await?,
                U256::MAX,
            )
                .abi_encode(),
        );
        let domain = contract.DOMAIN_SEPARATOR().call().await?;
        let digest = keccak256([&[0x19, 0x01], domain.as_slice(), permit.as_slice()].concat());
        let signature = signer.sign_hash_sync(&digest)?;
        let deposit = ISharedBridge::depositWithPermitCall {
            request: fungible(c.chain_id, token.address(), amount, signer.address()),
            gasLimit: DEPOSIT_GAS,
            deadline: U256::MAX,
            v: 27 + u8::from(signature.v()),
            r: signature.r().into(),
            s: signature.s().into(),
        };
        let wallet = self.devnet.shared_wallet(account, l1.chain_id)?;
        let receipt = call(&wallet, l1.custody, U256::ZERO, &deposit).await?;
        Ok(Sent {
            from: "L1".to_owned(),
            tx: receipt.transaction_hash,
        })
    }

    /// A bundle that pays a shop and buys; and one that cannot, whose payment comes back.
    async fn purchases(&self, account: &str) -> Result<Asset> {
        let [a, b] = [self.devnet.chain("a")?, self.devnet.chain("b")?];
        let [on_a, on_b] = [self.place("a")?, self.place("b")?];
        let buyer = self.devnet.signer(account)?.address();
        let token = Token::erc20(self.devnet, account, a.id(), ["Coin", "COIN"], 0).await?;
        let asset = token.asset();
        token.mint(buyer, U256::from(MINTED)).await?;
        let wallet = self.devnet.shared_wallet(account, a.id())?;
        let allow = IERC20::approveCall {
            spender: on_a.custody,
            value: U256::MAX,
        };
        call(&wallet, token.address(), U256::ZERO, &allow).await?;
        let currency = token.announce(self.devnet, b.id()).await?;
        let on_shop = self.devnet.shared_wallet(account, b.id())?;
        let shop = Shop::open(&b, on_shop.clone(), currency, U256::from(PRICE), 1).await?;

        let order = shop.order(&a, token.address(), buyer, None);
        let sent = order.send(&wallet).await?;
        sent.wait(Stage::Delivered, LIMIT).await?;
        let tickets = IERC721::new(shop.address(), &on_b.provider);
        ensure!(
            tickets.ownerOf(U256::ONE).call().await? == buyer,
            "no ticket"
        );
        self.require_balance(on_a, &asset, buyer, MINTED - PRICE)
            .await?;

        let deadline = now(&b).await? + 10;
        let order = shop.order(&a, token.address(), buyer, Some(deadline));
        let sent = order.send(&wallet).await?;
        self.require_balance(on_a, &asset, buyer, MINTED - 2 * PRICE)
            .await?;
        until("the payment is back", LIMIT, async || {
            let balance = on_a.balance(&asset, buyer).await?;
            Ok(balance == U256::from(MINTED - PRICE))
        })
        .await?;
        let given_up = Status::Unbundled(vec![CallStatus::Cancelled; 2]);
        ensure!(sent.status().await? == given_up, "it was not given up");
        ensure!(
            shop.takings().await? == U256::from(PRICE),
            "the shop was paid twice"
        );
        ensure!(
            shop.stock().await?.is_zero() && shop.sold().await? == U256::ONE,
            "stock"
        );
        Ok(asset)
    }

    /// Sends, and waits until it is there; L1 is asked to pay.
    async fn carry(&self, holder: &Holder, from: &Place, to: &Place, what: &str) -> Result<()> {
        let sent = holder.send(&from.name, &to.name, what).await?;
        if to.name == "L1" {
            holder.wait(&sent, "ready", LIMIT).await?;
            holder.finalize(&sent).await?;
        }
        holder.wait(&sent, "arrived", LIMIT).await
    }

    async fn require_balance(
        &self,
        place: &Place,
        asset: &Asset,
        account: Address,
        expected: u64,
    ) -> Result<()> {
        let balance = place.balance(asset, account).await?;
        ensure!(
            balance == U256::from(expected),
            "{balance} on {}, instead of {expected}",
            place.name
        );
        Ok(())
    }

    /// Waits until L1 knows of every arrival, and requires that the sums hold.
    async fn require_exact(&self, asset: &Asset, token_id: U256) -> Result<()> {
        until("the sums hold", LIMIT, async || {
            let found = Whereabouts::of(self.devnet, asset, token_id).await?;
            found.require_exact().map(|()| true)
        })
        .await
    }

    fn place(&self, name: &str) -> Result<&Place> {
        let place = self.places.iter().find(|place| place.name == name);
        place.ok_or_eyre(format!("there is no chain {name}"))
    }
}

fn fungible(chain_id: u64, token: Address, amount: u64, recipient: Address) -> TransferRequest {
    TransferRequest {
        destinationChainId: U256::from(chain_id),
        token,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount: U256::from(amount),
        recipient,
        deliverBefore: U256::ZERO,
    }
}
