//! Assets in the hands of a program: it asks what is in the way, approves, sends, delivers for itself, and takes back what
//! does not arrive. No relayer runs.

use alloy::{
    primitives::{Address, U256},
    providers::{DynProvider, Provider},
};
use causeway_bindings::{
    Asset, AssetKind, Direction, IAssetCustody, IAssetRules, IAssetVault, IERC20, IERC721, IERC1155,
};
use causeway_e2e::{contracts, devnet::Devnet, shop::Shop, tokens::Token};
use eyre::{OptionExt, Result, bail, ensure};
use interop_sdk::{
    Approval, Chain, Delivered, DepositStatus, ErrorCode, SentMessage, Status, ToChain, Tokens,
    TransferBuilder, WithdrawalStatus,
};

use crate::support::{LIMIT, devnet};

const MINTED: u64 = 1_000;
const SENT: u64 = 300;
const PRICE: u64 = 40;
const ID: u64 = 7;
/// Far in the future, in seconds.
const NEVER: u64 = 1 << 40;
/// Too little for a vault, enough for the queue.
const TOO_LITTLE_GAS: u64 = 30_000;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_token_crosses_and_pays_for_calls() -> Result<()> {
    let devnet = devnet(2, "operator").await?;
    let world = World::build(&devnet).await?;
    let token = world.coins_cross().await?;
    world.coins_cross_by_signature_and_come_back(&token).await?;
    world.a_bundle_pays_a_shop(&token).await?;
    world.an_issuer_refuses_by_name(&token).await?;
    world.one_of_a_kind_crosses().await?;
    world.several_of_a_kind_cross().await?;
    devnet.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_comes_back() -> Result<()> {
    let devnet = devnet(3, "operator").await?;
    let world = World::build(&devnet).await?;
    world.ether_comes_from_l1_and_goes_back().await?;
    world.a_deposit_that_fails_is_recovered().await?;
    let token = world.coins_cross().await?;
    world.what_expires_is_returned(&token).await?;
    world
        .what_arrives_before_its_name_is_claimed(&token)
        .await?;
    devnet.stop().await
}

/// What alice has on two chains, and bob on the second.
struct World<'a> {
    devnet: &'a Devnet,
    a: Chain,
    b: Chain,
    on_a: DynProvider,
    on_b: DynProvider,
    alice: Address,
}

impl<'a> World<'a> {
    async fn build(devnet: &'a Devnet) -> Result<Self> {
        let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
        Ok(Self {
            devnet,
            on_a: devnet.wallet("alice", a.id())?,
            on_b: devnet.wallet("alice", b.id())?,
            alice: devnet.signer("alice")?.address(),
            a,
            b,
        })
    }

    fn transfer(&self, tokens: Tokens) -> TransferBuilder<ToChain> {
        self.a.transfer((self.b.id(), self.alice), tokens)
    }

    /// Approves what is missing, and requires that this was named before.
    async fn approve(&self, transfer: &TransferBuilder<ToChain>, expected: Approval) -> Result<()> {
        let refused = transfer.quote(self.alice).await;
        let refused = refused.err().ok_or_eyre("nothing was approved yet")?;
        ensure!(refused.code() == ErrorCode::NotApproved, "{refused}");
        ensure!(refused.to_string().contains(&expected.to_string()));
        let given = transfer.approve(self.alice, &self.on_a).await?;
        ensure!(given == [expected], "{given:?}");
        ensure!(transfer.approvals(self.alice).await?.is_empty());
        let quote = transfer.quote(self.alice).await?;
        ensure!(quote.gas > 21_000 && !quote.cost().is_zero(), "{quote:?}");
        Ok(())
    }

    async fn deliver(&self, sent: &SentMessage) -> Result<()> {
        let there = if sent.destination() == self.a.id() {
            &self.on_a
        } else {
            &self.on_b
        };
        let delivered = sent.finalize(there, LIMIT).await?;
        ensure!(matches!(delivered, Delivered::By(_)), "{delivered:?}");
        Ok(())
    }

    async fn on_b(&self, asset: &Asset) -> Result<Address> {
        let token = self.b.custody().token_of(asset).await?;
        token.ok_or_eyre("a representation on b")
    }

    async fn coins_of(&self, chain: &Chain, token: Address) -> Result<u64> {
        let token = IERC20::new(token, chain.provider()?);
        Ok(token.balanceOf(self.alice).call().await?.to())
    }

    async fn coins_cross(&self) -> Result<Token> {
        let token = Token::erc20(self.devnet, "carol", self.a.id(), ["Coin", "COIN"], 6).await?;
        let transfer = self.transfer(coins(token.address(), SENT));
        let poor = transfer.quote(self.alice).await.err().ok_or_eyre("poor")?;
        ensure!(poor.code() == ErrorCode::InsufficientBalance, "{poor}");
        let wrong = Tokens::non_fungible(token.address(), U256::from(1));
        let wrong = self.transfer(wrong).quote(self.alice).await;
        let wrong = wrong.err().ok_or_eyre("no ERC-721")?;
        ensure!(wrong.code() == ErrorCode::WrongKind, "{wrong}");
        let nobody = self.transfer(coins(self.alice, SENT));
        let nobody = nobody
            .quote(self.alice)
            .await
            .err()
            .ok_or_eyre("no token")?;
        ensure!(nobody.code() == ErrorCode::NotAToken, "{nobody}");

        token.mint(self.alice, U256::from(MINTED)).await?;
        let approval = Approval::Amount {
            token: token.address(),
            spender: self.a.custody().address()?,
            amount: U256::from(SENT),
            allowed: U256::ZERO,
        };
        self.approve(&transfer, approval).await?;
        let sent = transfer.send(&self.on_a).await?;
        self.deliver(&sent).await?;
        let there = self.on_b(&token.asset()).await?;
        ensure!(self.coins_of(&self.b, there).await? == SENT);
        let custody = self.b.custody();
        let known = custody.asset_of(there, AssetKind::Fungible).await?;
        ensure!(known == token.asset());
        Ok(token)
    }

    async fn coins_cross_by_signature_and_come_back(&self, token: &Token) -> Result<()> {
        let signer = self.devnet.signer("alice")?;
        let transfer = self.transfer(coins(token.address(), SENT));
        let stale = transfer.clone().permit(&signer, 1).await?;
        let stale = stale.quote(self.alice).await.err().ok_or_eyre("expired")?;
        ensure!(stale.code() == ErrorCode::PermitRefused, "{stale}");
        let permitted = transfer.permit(&signer, NEVER).await?;
        permitted.quote(self.alice).await?;
        let sent = permitted.send(&self.on_a).await?;
        self.deliver(&sent).await?;

        let there = self.on_b(&token.asset()).await?;
        let back = coins(there, SENT);
        let back = self.b.transfer((self.a.id(), self.alice), back);
        ensure!(back.approvals(self.alice).await?.is_empty());
        back.quote(self.alice).await?;
        self.deliver(&back.send(&self.on_b).await?).await?;
        ensure!(self.coins_of(&self.b, there).await? == SENT);
        let left = self.coins_of(&self.a, token.address()).await?;
        ensure!(left == MINTED - SENT, "{left} left");
        Ok(())
    }

    async fn a_bundle_pays_a_shop(&self, token: &Token) -> Result<()> {
        let there = self.on_b(&token.asset()).await?;
        let price = U256::from(PRICE);
        let shop = Shop::open(&self.b, self.on_b.clone(), there, price, 2).await?;
        let bundle = shop.order(&self.a, token.address(), self.alice, None);
        let refused = bundle.quote(self.alice).await.err().ok_or_eyre("refused")?;
        ensure!(refused.code() == ErrorCode::NotApproved, "{refused}");
        bundle.approve(self.alice, &self.on_a).await?;
        bundle.quote(self.alice).await?;
        self.deliver(&bundle.send(&self.on_a).await?).await?;
        ensure!(shop.sold().await? == U256::from(1) && shop.takings().await? == price);
        let ticket = IERC721::new(shop.address(), self.b.provider()?);
        ensure!(ticket.ownerOf(U256::from(1)).call().await? == self.alice);
        Ok(())
    }

    /// Carol owns the token, so she sets its rules.
    async fn an_issuer_refuses_by_name(&self, token: &Token) -> Result<()> {
        let (token, to_b) = (token.address(), U256::from(self.b.id()));
        let vault = self.a.custody().address()?;
        let vault = IAssetCustody::new(vault, self.a.provider()?);
        let rules = vault.RULES().call().await?;
        let carol = self.devnet.wallet("carol", self.a.id())?;
        let transfer = self.transfer(coins(token, PRICE));
        transfer.approve(self.alice, &self.on_a).await?;
        transfer.quote(self.alice).await?;

        let limit = IAssetRules::setRouteLimitCall {
            token,
            otherChainId: to_b,
            direction: Direction::Outgoing,
            capacity: U256::from(PRICE - 1),
            refillPerSecond: U256::from(1),
        };
        contracts::call(&carol, rules, U256::ZERO, &limit).await?;
        let limited = transfer
            .quote(self.alice)
            .await
            .err()
            .ok_or_eyre("limited")?;
        ensure!(limited.code() == ErrorCode::LimitExceeded, "{limited}");
        let less = self.transfer(coins(token, PRICE - 1));
        less.quote(self.alice).await?;

        let pause = IAssetRules::pauseRouteCall {
            token,
            otherChainId: to_b,
        };
        contracts::call(&carol, rules, U256::ZERO, &pause).await?;
        let paused = less.quote(self.alice).await.err().ok_or_eyre("paused")?;
        ensure!(paused.code() == ErrorCode::RoutePaused, "{paused}");
        let paused = less.send(&self.on_a).await.err().ok_or_eyre("paused")?;
        ensure!(paused.code() == ErrorCode::RoutePaused, "{paused}");
        Ok(())
    }

    async fn one_of_a_kind_crosses(&self) -> Result<()> {
        let token = Token::erc721(self.devnet, "carol", self.a.id(), ["Art", "ART"]).await?;
        let token_id = U256::from(ID);
        token.mint_nft(self.alice, token_id, "ipfs://seven").await?;
        let transfer = self.transfer(Tokens::non_fungible(token.address(), token_id));
        let approval = Approval::Token {
            token: token.address(),
            spender: self.a.custody().address()?,
            token_id,
        };
        self.approve(&transfer, approval).await?;
        self.deliver(&transfer.send(&self.on_a).await?).await?;
        let there = IERC721::new(self.on_b(&token.asset()).await?, self.b.provider()?);
        ensure!(there.ownerOf(token_id).call().await? == self.alice);
        Ok(())
    }

    async fn several_of_a_kind_cross(&self) -> Result<()> {
        let token = Token::erc1155(self.devnet, "carol", self.a.id()).await?;
        let (id, amount) = (U256::from(ID), U256::from(SENT));
        token
            .mint_multi(self.alice, id, amount, "ipfs://seven")
            .await?;
        let transfer = self.transfer(Tokens::multi_token(token.address(), id, amount));
        let approval = Approval::All {
            token: token.address(),
            spender: self.a.custody().address()?,
        };
        self.approve(&transfer, approval).await?;
        self.deliver(&transfer.send(&self.on_a).await?).await?;
        let there = IERC1155::new(self.on_b(&token.asset()).await?, self.b.provider()?);
        ensure!(there.balanceOf(self.alice, id).call().await? == amount);
        Ok(())
    }

    /// A transfer that can arrive no more is given up, and its tokens are sent back, once.
    async fn what_expires_is_returned(&self, token: &Token) -> Result<()> {
        let before = self.coins_of(&self.a, token.address()).await?;
        let transfer = self
            .transfer(coins(token.address(), SENT))
            .deliver_before(1);
        transfer.approve(self.alice, &self.on_a).await?;
        let sent = transfer.send(&self.on_a).await?;
        ensure!(self.coins_of(&self.a, token.address()).await? == before - SENT);
        let status = sent.wait(interop_sdk::Stage::Rooted, LIMIT).await?;
        ensure!(matches!(status, Status::Held { .. }), "{status}");
        ensure!(sent.return_assets(&self.on_b).await?.is_empty());

        ensure!(sent.cancel_expired(&self.on_b).await?.is_some());
        ensure!(sent.cancel_expired(&self.on_b).await?.is_none());
        let returned = sent.return_assets(&self.on_b).await?;
        let [returned] = returned.as_slice() else {
            bail!("{} messages go back", returned.len());
        };
        ensure!(sent.return_assets(&self.on_b).await?.is_empty());
        self.deliver(returned).await?;
        ensure!(self.coins_of(&self.a, token.address()).await? == before);
        Ok(())
    }

    /// The third chain hears of the token from the second, and only its home says what it is called.
    async fn what_arrives_before_its_name_is_claimed(&self, token: &Token) -> Result<()> {
        let c = self.devnet.chain("c")?;
        let on_c = self.devnet.wallet("alice", c.id())?;
        let (asset, nothing) = (token.asset(), U256::ZERO);
        let there = self.on_b(&asset).await?;
        let onward = self.b.transfer((c.id(), self.alice), coins(there, PRICE));
        let sent = onward.send(&self.on_b).await?;
        sent.finalize(&on_c, LIMIT).await?;
        let carried = sent.transfers()?;
        let (_, carried) = carried.first().ok_or_eyre("a transfer")?;
        ensure!(carried.asset == asset && carried.recipient == self.alice);
        let custody = c.custody();
        let claimable = custody.claimable(&asset, nothing, self.alice).await?;
        ensure!(claimable == U256::from(PRICE), "{claimable} to claim");
        ensure!(custody.token_of(&asset).await?.is_none());

        let announce = IAssetVault::announceCall {
            token: token.address(),
            kind: AssetKind::Fungible,
            destinationChainId: U256::from(c.id()),
        };
        let vault = self.a.custody().address()?;
        let receipt = contracts::call(&self.on_a, vault, U256::ZERO, &announce).await?;
        let announced = self.a.messages_of(receipt.transaction_hash).await?;
        let announced = announced.first().ok_or_eyre("an announcement")?;
        announced.finalize(&on_c, LIMIT).await?;
        custody.claim(&asset, nothing, self.alice, &on_c).await?;
        let claimable = custody.claimable(&asset, nothing, self.alice).await?;
        ensure!(claimable.is_zero(), "{claimable} left to claim");
        let token = custody.token_of(&asset).await?.ok_or_eyre("a name")?;
        ensure!(self.coins_of(&c, token).await? == PRICE);
        Ok(())
    }

    async fn ether_comes_from_l1_and_goes_back(&self) -> Result<()> {
        let network = self.devnet.network();
        let on_l1 = self.devnet.wallet("alice", network.l1_chain_id())?;
        let newcomer = Address::repeat_byte(0x77);
        let ether = Tokens::base(U256::from(SENT));
        let deposit = network.deposit((self.a.id(), newcomer), ether);
        deposit.quote(self.alice).await?;
        let deposit = deposit.send(&on_l1).await?;
        let status = deposit.wait(LIMIT).await?;
        ensure!(matches!(status, DepositStatus::Arrived(_)), "{status:?}");
        let balance = self.a.provider()?.get_balance(newcomer).await?;
        ensure!(balance == U256::from(SENT), "{balance} arrived");
        let taken = deposit.recover(&on_l1, LIMIT).await;
        let taken = taken.err().ok_or_eyre("it was taken")?;
        ensure!(taken.code() == ErrorCode::DepositArrived, "{taken}");

        let withdrawal = self.a.withdraw(newcomer, ether);
        withdrawal.quote(self.alice).await?;
        let withdrawal = withdrawal.send(&self.on_a).await?;
        ensure!(withdrawal.finalize(&on_l1, LIMIT).await?.is_some());
        ensure!(withdrawal.status().await? == WithdrawalStatus::Paid);
        ensure!(withdrawal.finalize(&on_l1, LIMIT).await?.is_none());
        let paid = network.l1_provider().get_balance(newcomer).await?;
        ensure!(paid == U256::from(SENT), "{paid} paid");
        let found = self
            .a
            .withdrawals_of(withdrawal.message().transaction)
            .await?;
        ensure!(found.len() == 1 && found[0].hash() == withdrawal.hash());
        Ok(())
    }

    async fn a_deposit_that_fails_is_recovered(&self) -> Result<()> {
        let network = self.devnet.network();
        let l1 = network.l1_chain_id();
        let token = Token::erc20(self.devnet, "carol", l1, ["Coin", "COIN"], 6).await?;
        token.mint(self.alice, U256::from(MINTED)).await?;
        let on_l1 = self.devnet.wallet("alice", l1)?;
        let deposit = network
            .deposit((self.a.id(), self.alice), coins(token.address(), SENT))
            .gas_limit(TOO_LITTLE_GAS);
        let refused = deposit
            .quote(self.alice)
            .await
            .err()
            .ok_or_eyre("refused")?;
        ensure!(refused.code() == ErrorCode::NotApproved, "{refused}");
        deposit.approve(self.alice, &on_l1).await?;
        let deposit = deposit.send(&on_l1).await?;
        let balance = async || -> Result<u64> {
            let token = IERC20::new(token.address(), network.l1_provider());
            Ok(token.balanceOf(self.alice).call().await?.to())
        };
        ensure!(balance().await? == MINTED - SENT);
        let status = deposit.wait(LIMIT).await?;
        ensure!(!matches!(status, DepositStatus::Arrived(_)), "{status:?}");
        ensure!(deposit.recover(&on_l1, LIMIT).await?.is_some());
        ensure!(balance().await? == MINTED);
        let status = deposit.status().await?;
        ensure!(matches!(status, DepositStatus::Recovered(_)), "{status:?}");
        ensure!(deposit.recover(&on_l1, LIMIT).await?.is_none());
        Ok(())
    }
}

fn coins(token: Address, amount: u64) -> Tokens {
    Tokens::fungible(token, U256::from(amount))
}
