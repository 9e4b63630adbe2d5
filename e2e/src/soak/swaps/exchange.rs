//! What stands on the chains before the run: a token of each chain in everybody's hands everywhere, and venues.

use std::{collections::BTreeMap, time::Duration};

use alloy::{
    primitives::{Address, Bytes, U256},
    signers::SignerSync,
    sol_types::SolValue,
};
use causeway_bindings::{
    AssetKind, IAssetVault, IAtomicSwap, IERC20, IPoolVenue, IQuoteVenue, Quote, SwapTerms,
    TradeAgreement, TransferRequest,
};
use eyre::{OptionExt, Result};
use futures::future::try_join_all;
use interop_sdk::Network;

use super::{
    offer::{Kind, Offer},
    run::Purpose,
};
use crate::{
    contracts,
    devnet::Devnet,
    holder::Holder,
    holdings::{Place, places},
    soak::{
        book::{self, Book, Unit},
        wire::{Call, Wire},
    },
    swaps::{TRADE_VENUE, units},
    tokens::Token,
    wait::until,
};

/// They lock.
pub(super) const CUSTOMERS: [&str; 2] = ["alice", "bob"];
/// They sign quotes, and lock the other side of trades.
pub(super) const BANKS: [&str; 2] = ["carol", "dave"];
/// Finishes what others began.
pub(super) const ERRANDS: &str = "erin";
/// All that send.
pub(super) const TRADERS: [&str; 5] = ["alice", "bob", "carol", "dave", ERRANDS];
const ISSUER: &str = "admin";

const QUOTE_VENUE: &str = include_str!("../../../../contracts/snapshots/bytecode/QuoteVenue.hex");
const POOL_VENUE: &str = include_str!("../../../../contracts/snapshots/bytecode/PoolVenue.hex");
const FIXED_VENUE: &str = include_str!("../../../bytecode/FixedVenue.hex");

/// What everybody has of a token at home, and of it on every other chain; what a pool has of each of its two.
const MINTED: u64 = 1_000_000_000_000;
const STAKE: u64 = 100_000_000_000;
const LIQUIDITY: u64 = 10_000_000_000;
const POOL_FEE_BPS: u64 = 30;
/// What the venue that gives too little gives, and what is sent to L1 so that it knows the asset.
const ONE: u64 = 1;

const DECIMALS: u8 = 6;
const MIN_GAS: u64 = 300_000;
/// Seconds that a quote outlasts its swap.
const QUOTE_LIFE: u64 = 86_400;
/// Hundredths of what a pool would give now that an offer asks of it at least.
const POOL_MARGIN: u128 = 60;
const LIMIT: Duration = Duration::from_secs(240);

/// The venues of a chain.
#[derive(Debug)]
pub(super) struct Venues {
    quotes: Address,
    trades: Address,
    stingy: Address,
    pools: BTreeMap<(usize, usize), Address>,
}

impl Venues {
    /// The pool of two assets, by their indices.
    pub(super) fn pool(&self, one: usize, other: usize) -> Address {
        self.pools[&(one.min(other), one.max(other))]
    }

    fn all(&self) -> impl Iterator<Item = Address> + '_ {
        let venues = [self.quotes, self.trades, self.stingy];
        venues.into_iter().chain(self.pools.values().copied())
    }
}

/// The network and everything that the run put there.
pub(super) struct Exchange<'a> {
    pub(super) devnet: &'a Devnet,
    /// L1 first.
    pub(super) places: Vec<Place>,
    /// Chain ids, without L1's.
    pub(super) chains: Vec<u64>,
    /// One of each chain.
    pub(super) tokens: Vec<Token>,
    pub(super) venues: BTreeMap<u64, Venues>,
    /// What stands for an asset on a chain.
    at: BTreeMap<(usize, u64), Address>,
    /// Of every chain.
    pub(super) swap: Address,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(devnet: &'a Devnet) -> Result<Self> {
        let first = devnet.network().chains().next();
        let first = first.ok_or_eyre("there are chains")?;
        Ok(Self {
            devnet,
            places: places(devnet)?,
            chains: devnet.network().chains().map(|chain| chain.id()).collect(),
            tokens: Vec::new(),
            venues: BTreeMap::new(),
            at: BTreeMap::new(),
            swap: first.contracts()?.swap,
        })
    }

    pub(super) fn network(&self) -> &Network {
        self.devnet.network()
    }

    pub(super) fn l1(&self) -> &Place {
        &self.places[0]
    }

    pub(super) fn place(&self, chain: u64) -> &Place {
        let mut places = self.places.iter();
        let place = places.find(|place| place.chain_id == chain);
        place.expect("the chain is one of the network")
    }

    pub(super) fn account(&self, name: &str) -> Address {
        let signer = self.devnet.signer(name);
        signer.expect("the account is funded").address()
    }

    /// Issues the tokens.
    pub(super) async fn issue(&mut self) -> Result<()> {
        for chain in self.chains.clone() {
            let name = &self.place(chain).name;
            let (name, symbol) = (format!("Money of {name}"), name.to_uppercase());
            let token = Token::erc20(self.devnet, ISSUER, chain, [&name, &symbol], DECIMALS);
            let token = token.await?;
            for trader in TRADERS {
                let account = self.account(trader);
                token.mint(account, U256::from(MINTED)).await?;
            }
            self.tokens.push(token);
        }
        Ok(())
    }

    /// Sends some of each token to everybody on every chain, and waits until it has arrived.
    pub(super) async fn send_stakes(&self, wire: &mut Wire<Purpose>) -> Result<()> {
        let all = [CUSTOMERS, BANKS].concat();
        // What arrives first says what the token is, and what may follow.
        let (first, then) = all.split_at(1);
        for part in [first, then] {
            for (token, home) in self.tokens.iter().zip(&self.chains) {
                for trader in part {
                    self.send_stake(token, *home, self.account(trader), wire)
                        .await?;
                }
            }
            until("everybody has a stake", LIMIT, async || {
                let book = self.holdings().await?;
                let mut stakes = self.stakes(part);
                Ok(stakes.all(|(unit, place)| book.amount(unit, place) > 0))
            })
            .await?;
        }
        Ok(())
    }

    async fn send_stake(
        &self,
        token: &Token,
        home: u64,
        trader: Address,
        wire: &mut Wire<Purpose>,
    ) -> Result<()> {
        let vault = self.place(home).custody;
        let approval = approval(token.address(), vault);
        wire.send(Purpose::Setup, home, trader, approval).await?;
        for to in self.chains.iter().filter(|chain| **chain != home) {
            let call = stake(token.address(), vault, *to, trader);
            wire.send(Purpose::Setup, home, trader, call).await?;
        }
        Ok(())
    }

    /// L1 pays out what it knows.
    pub(super) async fn tell_l1(&self) -> Result<()> {
        let holder = Holder::new(self.devnet, ERRANDS)?;
        let mut sent = Vec::new();
        for (token, home) in self.tokens.iter().zip(&self.chains) {
            let some = format!("--token {} --amount 0.000001", token.address());
            let from = &self.place(*home).name;
            sent.push(holder.send(from, "L1", &some).await?);
        }
        for sent in sent {
            holder.wait(&sent, "ready", LIMIT).await?;
            holder.finalize(&sent).await?;
        }
        Ok(())
    }

    /// Opens the venues.
    pub(super) async fn open(&mut self, wire: &mut Wire<Purpose>) -> Result<()> {
        for (index, token) in self.tokens.iter().enumerate() {
            for place in &self.places[1..] {
                let found = place.token(&token.asset()).await?;
                let found = found.ok_or_eyre("the asset has arrived")?;
                self.at.insert((index, place.chain_id), found);
            }
        }
        let venues = self.chains.iter().map(|chain| self.venues_on(*chain));
        let venues = try_join_all(venues).await?;
        self.venues = self.chains.iter().copied().zip(venues).collect();
        for chain in &self.chains {
            self.approve(*chain, wire).await?;
        }
        Ok(())
    }

    fn stakes(&self, traders: &[&str]) -> impl Iterator<Item = (Unit, book::Place)> {
        let mut stakes = Vec::new();
        for chain in self.chains.iter().copied() {
            for account in traders.iter().map(|name| self.account(name)) {
                let place = book::Place { chain, account };
                stakes.extend((0..self.tokens.len()).map(|asset| (unit(asset), place)));
            }
        }
        stakes.into_iter()
    }

    async fn venues_on(&self, chain: u64) -> Result<Venues> {
        let wallet = self.devnet.shared_wallet(ISSUER, chain)?;
        let mut pools = BTreeMap::new();
        for one in 0..self.tokens.len() {
            for other in one + 1..self.tokens.len() {
                let pair = (self.at[&(one, chain)], self.at[&(other, chain)]);
                let arguments = (pair.0, pair.1, U256::from(POOL_FEE_BPS)).abi_encode_params();
                let pool = contracts::deploy(POOL_VENUE, &arguments, &wallet).await?;
                pools.insert((one, other), pool);
            }
        }
        let swap = self.swap.abi_encode();
        let gives = U256::from(ONE).abi_encode();
        Ok(Venues {
            quotes: contracts::deploy(QUOTE_VENUE, &swap, &wallet).await?,
            trades: contracts::deploy(TRADE_VENUE, &swap, &wallet).await?,
            stingy: contracts::deploy(FIXED_VENUE, &gives, &wallet).await?,
            pools,
        })
    }

    /// Lets vault and venues take what they are to take, and fills those that give of their own.
    async fn approve(&self, chain: u64, wire: &mut Wire<Purpose>) -> Result<()> {
        let venues = &self.venues[&chain];
        let vault = self.place(chain).custody;
        let filler = self.account(BANKS[0]);
        let setup = Purpose::Setup;
        for index in 0..self.tokens.len() {
            let token = self.at[&(index, chain)];
            for customer in CUSTOMERS {
                let call = approval(token, vault);
                wire.send(setup, chain, self.account(customer), call)
                    .await?;
            }
            for bank in BANKS {
                for venue in [venues.quotes, venues.trades] {
                    let call = approval(token, venue);
                    wire.send(setup, chain, self.account(bank), call).await?;
                }
            }
            for pool in venues.pools.values() {
                wire.send(setup, chain, filler, approval(token, *pool))
                    .await?;
            }
            let (to, value) = (venues.stingy, U256::from(ONE));
            let fill = Call::new(token, &IERC20::transferCall { to, value });
            wire.send(setup, chain, filler, fill).await?;
        }
        let liquidity = U256::from(LIQUIDITY);
        let add = IPoolVenue::addLiquidityCall {
            most0: liquidity,
            most1: liquidity,
            least0: liquidity,
            least1: liquidity,
            to: filler,
            deadline: U256::MAX,
        };
        for pool in venues.pools.values() {
            wire.send(setup, chain, filler, Call::new(*pool, &add))
                .await?;
        }
        Ok(())
    }

    /// What the chains say that traders and venues have.
    pub(super) async fn holdings(&self) -> Result<Book> {
        let mut book = Book::default();
        let traders = TRADERS.map(|name| self.account(name));
        for (asset, token) in self.tokens.iter().enumerate() {
            for place in &self.places {
                let venues = self.venues.get(&place.chain_id);
                let venues = venues.into_iter().flat_map(Venues::all);
                for account in traders.into_iter().chain(venues) {
                    let chain = place.chain_id;
                    let amount = place.balance(&token.asset(), account).await?;
                    book.found(unit(asset), book::Place { chain, account }, amount);
                }
            }
        }
        Ok(book)
    }

    /// The transaction that locks the customer's side.
    pub(super) async fn lock(
        &self,
        offer: &Offer,
        agreement: &TradeAgreement,
        deadline: u64,
    ) -> Result<Call> {
        let venues = &self.venues[&offer.to];
        let customer = self.account(offer.customer);
        let (venue, data, least) = match offer.kind {
            Kind::Quote => (venues.quotes, self.quote(offer, deadline, 0).await?, None),
            Kind::Revoked => (venues.quotes, self.quote(offer, deadline, 1).await?, None),
            Kind::Trade | Kind::Unmatched => (venues.trades, agreement.abi_encode().into(), None),
            Kind::TooLittle => (venues.stingy, Bytes::new(), None),
            Kind::Pool => {
                let pool = venues.pool(offer.give, offer.want);
                (pool, Bytes::new(), Some(self.least_of(pool, offer).await?))
            }
        };
        let terms = SwapTerms {
            destinationChainId: U256::from(offer.to),
            token: self.at[&(offer.give, offer.from)],
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(offer.amount),
            venue,
            venueData: data,
            wanted: self.tokens[offer.want].asset(),
            wantedTokenId: U256::ZERO,
            minReturned: least.unwrap_or(U256::from(offer.returned)),
            beneficiary: customer,
            refundTo: customer,
            l1Recipient: customer,
            counterparty: Address::ZERO,
            deadline,
            minGas: MIN_GAS,
        };
        let salt = offer.salt.into();
        Ok(Call::new(self.swap, &IAtomicSwap::lockCall { terms, salt }))
    }

    /// Less than the pool would give now: others trade with it too.
    async fn least_of(&self, pool: Address, offer: &Offer) -> Result<U256> {
        let token = self.at[&(offer.give, offer.to)];
        let pool = IPoolVenue::new(pool, &self.place(offer.to).provider);
        let gives = pool.amountOutOf(token, U256::from(offer.amount));
        let least = gives.call().await? * U256::from(POOL_MARGIN) / U256::from(100);
        Ok(least.max(U256::ONE))
    }

    /// What the bank signs. It has revoked nothing, so a quote of epoch 1 is none.
    async fn quote(&self, offer: &Offer, deadline: u64, epoch: u64) -> Result<Bytes> {
        let bank = self.devnet.signer(offer.bank)?;
        let nonce = U256::from_be_bytes(offer.salt);
        let quote = Quote {
            bank: bank.address(),
            takerChainId: U256::from(offer.from),
            taker: self.account(offer.customer),
            tokenIn: self.at[&(offer.give, offer.to)],
            kindIn: AssetKind::Fungible,
            tokenIdIn: U256::ZERO,
            amountIn: U256::from(offer.amount),
            tokenOut: self.at[&(offer.want, offer.to)],
            amountOut: U256::from(offer.returned),
            recipient: bank.address(),
            expiry: deadline + QUOTE_LIFE,
            epoch: U256::from(epoch),
            nonce,
        };
        let venue = self.venues[&offer.to].quotes;
        let venue = IQuoteVenue::new(venue, &self.place(offer.to).provider);
        let hash = venue.hashOf(quote.clone()).call().await?;
        let signature = Bytes::from(bank.sign_hash_sync(&hash)?.as_bytes().to_vec());
        Ok((quote, signature).abi_encode_params().into())
    }

    /// What both parties of a trade sign off.
    pub(super) fn agreement(&self, offer: &Offer, deadline: u64) -> TradeAgreement {
        let side = |asset, amount| units(self.at[&(asset, offer.to)], U256::from(amount));
        let bank = self.account(offer.bank);
        TradeAgreement {
            sourceChainId: U256::from(offer.from),
            initiator: self.account(offer.customer),
            given: side(offer.give, offer.amount),
            counterparty: bank,
            locked: side(offer.want, offer.returned),
            recipient: bank,
            deadline,
            salt: offer.salt.into(),
        }
    }

    pub(super) fn trade_venue(&self, chain: u64) -> Address {
        self.venues[&chain].trades
    }
}

/// All of an asset.
pub(super) fn unit(asset: usize) -> Unit {
    Unit { asset, token_id: 0 }
}

fn approval(token: Address, spender: Address) -> Call {
    let value = U256::MAX;
    Call::new(token, &IERC20::approveCall { spender, value })
}

fn stake(token: Address, vault: Address, to: u64, recipient: Address) -> Call {
    let request = TransferRequest {
        destinationChainId: U256::from(to),
        token,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount: U256::from(STAKE),
        recipient,
        deliverBefore: U256::ZERO,
    };
    Call::new(vault, &IAssetVault::transferCall { request })
}
