//! The parts of the tour in which assets move. Alice moves them with `causeway`, and every balance is read from the chains.

use std::time::{Duration, Instant};

use alloy::{
    primitives::{Address, U256, utils::format_units},
    providers::DynProvider,
};
use causeway_bindings::IERC721;
use causeway_e2e::{
    devnet::Devnet,
    holder::{Holder, Sent},
    holdings::{Place, Whereabouts, close_batches, places},
    shop::Shop,
    timeline::now,
    tokens::Token,
    wait::{eventually, until},
};
use eyre::{OptionExt, Result, ensure};
use interop_sdk::{Chain, SentMessage, Status};

use crate::print;

const LIMIT: Duration = Duration::from_secs(120);
const ISSUER: &str = "bob";
const OWNER: &str = "alice";
/// Has nothing to do with any of it.
const PASSER_BY: &str = "carol";

const DECIMALS: u8 = 6;
/// All gold there is, in its smallest unit.
const MINTED: u64 = 1_000_000_000;
const DEPOSITED: u64 = 173_456_789;
/// Of what was deposited, what goes around. The rest is spent.
const TRAVELS: u64 = 123_456_789;
const PRICE: u64 = 25_000_000;
/// How long an order is good for, in seconds.
const PATIENCE: u64 = 8;

const PICTURE: u64 = 7;
const PICTURE_URI: &str = "ipfs://causeway/picture/7";

/// The assets of the tour, and who has them.
pub(crate) struct Assets<'a> {
    devnet: &'a Devnet,
    places: Vec<Place>,
    owner: Holder,
    /// An ERC-20 of L1.
    gold: Token,
    /// An ERC-721 of chain a.
    pictures: Token,
}

impl<'a> Assets<'a> {
    /// Issues them: all gold and one picture are the owner's.
    pub(crate) async fn issue(devnet: &'a Devnet) -> Result<Self> {
        let l1 = devnet.network().l1_chain_id();
        let a = devnet.chain("a")?.id();
        let owner = Holder::new(devnet, OWNER)?;
        let gold = Token::erc20(devnet, ISSUER, l1, ["Gold", "GLD"], DECIMALS).await?;
        gold.mint(owner.address(), U256::from(MINTED)).await?;
        let pictures = Token::erc721(devnet, ISSUER, a, ["Pictures", "PIC"]).await?;
        pictures
            .mint_nft(owner.address(), U256::from(PICTURE), PICTURE_URI)
            .await?;
        print::line(&format!(
            "on L1 an ERC-20 with {DECIMALS} decimals, {}, all of it {OWNER}'s",
            gold_text(U256::from(MINTED))
        ));
        Ok(Self {
            devnet,
            places: places(devnet)?,
            owner,
            gold,
            pictures,
        })
    }

    /// A deposit from L1 to a.
    pub(crate) async fn deposit(&self) -> Result<String> {
        let started = Instant::now();
        self.move_gold("L1", "a", DEPOSITED, started).await?;
        self.require_gold("L1", MINTED - DEPOSITED).await?;
        for name in ["b", "c"] {
            let chain = self.devnet.chain(name)?;
            self.gold.announce(self.devnet, chain.id()).await?;
        }
        print::progress(
            started.elapsed(),
            "L1 has announced its name and decimals to b and c: nobody but its home describes a token",
        );
        Ok(format!("{} are on a", gold_text(U256::from(DEPOSITED))))
    }

    /// From a over b and c home to L1.
    pub(crate) async fn travel(&self) -> Result<String> {
        let started = Instant::now();
        self.move_gold("a", "b", TRAVELS, started).await?;
        self.move_gold("b", "c", TRAVELS, started).await?;
        self.move_gold("c", "L1", TRAVELS, started).await?;
        for (place, left) in [
            ("L1", MINTED - DEPOSITED + TRAVELS),
            ("a", DEPOSITED - TRAVELS),
            ("b", 0),
            ("c", 0),
        ] {
            self.require_gold(place, left).await?;
        }
        Ok(format!(
            "{} are home again, exactly",
            gold_text(U256::from(TRAVELS))
        ))
    }

    /// An NFT from a to b.
    pub(crate) async fn picture(&self) -> Result<String> {
        let started = Instant::now();
        let what = format!(
            "--token {} --kind nft --token-id {PICTURE}",
            self.pictures.address()
        );
        let sent = self.send("a", "b", &what, started).await?;
        self.arrived(&sent, started).await?;
        let (asset, id) = (self.pictures.asset(), U256::from(PICTURE));
        let b = self.place("b")?;
        let owner = b.owner(&asset, id).await?;
        let token = b.token(&asset).await?.ok_or_eyre("nothing stands for it")?;
        let uri = IERC721::new(token, &b.provider).tokenURI(id).call().await?;
        ensure!(
            owner == Some(self.owner.address()),
            "on b it is of {owner:?}"
        );
        ensure!(uri == PICTURE_URI, "on b its URI is {uri}");
        let at_home = self.place("a")?.owner(&asset, id).await?;
        ensure!(
            at_home == Some(self.place("a")?.custody),
            "on a it is not locked"
        );
        print::progress(
            started.elapsed(),
            &format!("on b it is {OWNER}'s, with the URI {uri}; on a it is locked"),
        );
        Ok(format!("{OWNER} has it on b, with its URI"))
    }

    /// A shop on b with one ticket.
    pub(crate) async fn open_shop(&self) -> Result<Shop> {
        let b = self.devnet.chain("b")?;
        let gold = self.gold_on("b").await?;
        let wallet = self.devnet.wallet(ISSUER, b.id())?;
        let shop = Shop::open(&b, wallet, gold, U256::from(PRICE), 1).await?;
        let price = gold_text(U256::from(PRICE));
        print::line(&format!("on b a shop that has one ticket, for {price}"));
        Ok(shop)
    }

    /// A bundle of a that pays the shop on b and buys.
    pub(crate) async fn buy(&self, shop: &Shop) -> Result<String> {
        let started = Instant::now();
        let sent = self.order(shop, None, started).await?;
        self.watch(&sent, started, |status| *status == Status::Delivered)
            .await?;
        let tickets = IERC721::new(shop.address(), &self.place("b")?.provider);
        let owner = tickets.ownerOf(U256::ONE).call().await?;
        ensure!(owner == self.owner.address(), "the ticket is of {owner}");
        let taken = shop.takings().await?;
        ensure!(taken == U256::from(PRICE), "the shop has taken {taken}");
        self.require_gold("a", DEPOSITED - TRAVELS - PRICE).await?;
        print::progress(
            started.elapsed(),
            &format!("the ticket is {OWNER}'s, the shop has {}", gold_text(taken)),
        );
        Ok(format!(
            "{OWNER} has the ticket, the shop {}",
            gold_text(taken)
        ))
    }

    /// The same again, now that the shop is sold out: the payment comes back.
    pub(crate) async fn fail_to_buy(&self, shop: &Shop) -> Result<String> {
        let started = Instant::now();
        let b = self.devnet.chain("b")?;
        let left = DEPOSITED - TRAVELS - PRICE;
        let deadline = now(&b).await? + PATIENCE;
        let sent = self.order(shop, Some(deadline), started).await?;
        self.require_gold("a", left - PRICE).await?;
        self.watch(&sent, started, |status| {
            matches!(status, Status::Unbundled(_))
        })
        .await?;
        print::progress(
            started.elapsed(),
            &format!(
                "the order was good for {PATIENCE} s: b gives it up, and the relayer has the payment sent back"
            ),
        );
        until("the payment is back", LIMIT, async || {
            Ok(self.gold_of("a").await? == U256::from(left))
        })
        .await?;
        ensure!(
            shop.sold().await? == U256::ONE,
            "the shop has sold a ticket"
        );
        ensure!(
            shop.takings().await? == U256::from(PRICE),
            "the shop has kept something"
        );
        print::progress(
            started.elapsed(),
            &format!("{OWNER} has {} on a again", gold_text(U256::from(left))),
        );
        Ok(format!(
            "{} are back on a, exactly",
            gold_text(U256::from(PRICE))
        ))
    }

    /// Where everything is, once L1 knows.
    pub(crate) async fn sum(&self) -> Result<String> {
        let started = Instant::now();
        close_batches(self.devnet, PASSER_BY).await?;
        print::progress(
            started.elapsed(),
            "every chain sends L1 a word, so that its last arrivals are in a batch too",
        );
        let (gold, picture) = eventually("the sums hold", LIMIT, async || {
            let gold = Whereabouts::of(self.devnet, &self.gold.asset(), U256::ZERO).await?;
            let picture = self.pictures.asset();
            let picture = Whereabouts::of(self.devnet, &picture, U256::from(PICTURE)).await?;
            gold.require_exact()?;
            picture.require_exact()?;
            Ok(Some((gold, picture)))
        })
        .await?;
        ensure!(
            gold.minted == U256::from(MINTED),
            "gold was made on the way"
        );
        let names: Vec<&str> = self
            .places
            .iter()
            .map(|place| place.name.as_str())
            .collect();
        print::sums(
            &names,
            &[("GLD", &gold, DECIMALS), ("picture 7", &picture, 0)],
        );
        let supply = self.owner.json(&["token", "supply", "--all"]).await?;
        ensure!(supply["verdict"] == "exact", "{supply}");
        let count = supply["assets"].as_array().map_or(0, Vec::len);
        print::progress(
            started.elapsed(),
            &format!("causeway token supply --all: exact, ether among {count} assets"),
        );
        Ok("every unit is on one chain, and the ledger agrees".to_owned())
    }

    async fn move_gold(&self, from: &str, to: &str, amount: u64, started: Instant) -> Result<()> {
        let amount = U256::from(amount);
        let token = self.gold_on(from).await?;
        let before = self.gold_of(to).await?;
        let what = format!(
            "--token {token} --amount {}",
            format_units(amount, DECIMALS)?
        );
        let sent = self.send(from, to, &what, started).await?;
        if to == "L1" {
            self.owner.wait(&sent, "ready", LIMIT).await?;
            print::progress(
                started.elapsed(),
                &format!("causeway withdraw finalize --from {from} --tx {}", sent.tx),
            );
            self.owner.finalize(&sent).await?;
        }
        self.arrived(&sent, started).await?;
        let gained = self.gold_of(to).await? - before;
        ensure!(
            gained == amount,
            "{amount} left {from}, and {gained} arrived at {to}"
        );
        let has = gold_text(before + gained);
        print::progress(started.elapsed(), &format!("{OWNER} has {has} on {to}"));
        Ok(())
    }

    async fn send(&self, from: &str, to: &str, what: &str, started: Instant) -> Result<Sent> {
        print::progress(
            started.elapsed(),
            &format!("causeway transfer send --from {from} --to {to} {what}"),
        );
        self.owner.send(from, to, what).await
    }

    async fn arrived(&self, sent: &Sent, started: Instant) -> Result<()> {
        self.owner.wait(sent, "arrived", LIMIT).await?;
        print::progress(started.elapsed(), "arrived");
        Ok(())
    }

    async fn order(
        &self,
        shop: &Shop,
        deliver_before: Option<u64>,
        started: Instant,
    ) -> Result<SentMessage> {
        let a = self.devnet.chain("a")?;
        let gold = self.gold_on("a").await?;
        let order = shop.order(&a, gold, self.owner.address(), deliver_before);
        let sent = order.send(&self.wallet(&a)?).await?;
        print::progress(
            started.elapsed(),
            &format!("sent as {}", sent.bundle_hash()),
        );
        Ok(sent)
    }

    /// Shows what becomes of a message until it is as it should be.
    async fn watch(
        &self,
        sent: &SentMessage,
        started: Instant,
        is_there: impl Fn(&Status) -> bool,
    ) -> Result<()> {
        let mut seen = None;
        until("the message gets there", LIMIT, async || {
            let status = sent.status().await?;
            if seen.as_ref() != Some(&status) {
                print::progress(started.elapsed(), &status.to_string());
                seen = Some(status.clone());
            }
            Ok(is_there(&status))
        })
        .await
    }

    async fn require_gold(&self, place: &str, expected: u64) -> Result<()> {
        let has = self.gold_of(place).await?;
        ensure!(
            has == U256::from(expected),
            "{OWNER} has {has} on {place}, not {expected}"
        );
        Ok(())
    }

    async fn gold_of(&self, place: &str) -> Result<U256> {
        let asset = self.gold.asset();
        self.place(place)?
            .balance(&asset, self.owner.address())
            .await
    }

    async fn gold_on(&self, place: &str) -> Result<Address> {
        let token = self.place(place)?.token(&self.gold.asset()).await?;
        token.ok_or_eyre(format!("nothing stands for gold on {place}"))
    }

    fn place(&self, name: &str) -> Result<&Place> {
        let place = self.places.iter().find(|place| place.name == name);
        place.ok_or_eyre(format!("there is no chain {name}"))
    }

    fn wallet(&self, chain: &Chain) -> Result<DynProvider> {
        self.devnet.wallet(OWNER, chain.id())
    }
}

fn gold_text(amount: U256) -> String {
    format!("{} GLD", print::units(amount, DECIMALS))
}
