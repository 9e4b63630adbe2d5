//! Two banks that swap: the customer's gold on one chain for the bank's coin on another, at the bank's quote.

mod standing;
mod story;
mod trades;
mod venues;

pub use standing::{End, Standing};
pub use story::ASKED;
pub use trades::{Desk, Trade};
pub(crate) use trades::{TRADE_VENUE, units};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::{Filter, Log},
    signers::SignerSync,
    sol_types::{SolEvent, SolValue},
};
use causeway_bindings::{
    AssetKind, IAtomicSwap, IERC20, IQuoteVenue, Quote, SwapPreimage, SwapTerms,
};
use eyre::{OptionExt, Result};
use futures::future::try_join_all;
use interop_sdk::Chain;

use crate::{
    contracts,
    devnet::Devnet,
    holdings::{Place, places},
    timeline::now,
    tokens::Token,
};

const QUOTE_VENUE: &str = include_str!("../../../contracts/snapshots/bytecode/QuoteVenue.hex");

/// Has the gold, and locks it.
pub const CUSTOMER: &str = "alice";
/// Has the coin, and signs quotes.
pub const BANK: &str = "carol";
const ISSUER: &str = "bob";

/// All gold there is, all of it the customer's.
pub const GOLD: u64 = 1_000_000_000;
/// All coin there is, all of it the bank's.
pub const COIN: u64 = 5_000_000_000_000;
/// What the customer gives.
pub const GIVEN: u64 = 12_345_678;
/// What the bank quotes for it.
pub const QUOTED: u64 = 26_789_012_345;

/// Of both.
pub const DECIMALS: u8 = 6;
const MIN_GAS: u64 = 300_000;
/// How long a quote is good for, in seconds: longer than any swap of a scenario.
const QUOTE_LIFE: u64 = 86_400;

/// Gold on one chain, coin on another, and a venue there where the bank stands by its quotes.
#[derive(Debug)]
pub struct Market<'a> {
    devnet: &'a Devnet,
    /// Where gold is at home, and locked.
    pub source: Place,
    /// Where coin is at home, and the venue stands.
    pub destination: Place,
    /// An ERC-20 of the source.
    pub gold: Token,
    /// An ERC-20 of the destination.
    pub coin: Token,
    swap: Address,
    vault: Address,
    venue: Address,
}

/// A swap that was locked.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Its id.
    pub id: B256,
    /// All of it, as its parties know it.
    pub preimage: SwapPreimage,
    /// Transaction of the lock.
    pub tx: B256,
}

impl Locked {
    fn of(event: IAtomicSwap::SwapLocked, tx: B256) -> Self {
        Self {
            id: event.swapId,
            tx,
            preimage: SwapPreimage {
                header: event.header,
                salt: event.salt,
                payload: event.payload,
            },
        }
    }
}

impl<'a> Market<'a> {
    /// Issues both tokens, has gold announced to the destination, and opens the venue. Somebody must relay.
    pub async fn open(devnet: &'a Devnet, source: &Chain, destination: &Chain) -> Result<Self> {
        let gold = token(devnet, source, ["Gold", "GLD"]).await?;
        let coin = token(devnet, destination, ["Coin", "COIN"]).await?;
        gold.mint(devnet.signer(CUSTOMER)?.address(), U256::from(GOLD))
            .await?;
        coin.mint(devnet.signer(BANK)?.address(), U256::from(COIN))
            .await?;
        gold.announce(devnet, destination.id()).await?;
        let swap = destination.contracts()?.swap;
        let bank = devnet.shared_wallet(BANK, destination.id())?;
        let venue = contracts::deploy(QUOTE_VENUE, &swap.abi_encode(), &bank).await?;
        approve(&bank, coin.address(), venue, COIN).await?;
        Ok(Self {
            devnet,
            source: place(devnet, source.id())?,
            destination: place(devnet, destination.id())?,
            gold,
            coin,
            swap,
            vault: source.contracts()?.vault,
            venue,
        })
    }

    /// Locks the gold at the bank's quote. The swap can be executed for `life` seconds.
    pub async fn lock(&self, life: u64) -> Result<Locked> {
        let data = self.quote().await?;
        let deadline = self.deadline(life).await?;
        self.lock_at(self.venue, data, deadline).await
    }

    /// [`lock`](Self::lock) so many times, all at once.
    pub async fn lock_many(&self, count: usize, life: u64) -> Result<Vec<Locked>> {
        let wallet = self.devnet.wallet(CUSTOMER, self.source.chain_id)?;
        let all = GIVEN * u64::try_from(count)?;
        approve(&wallet, self.gold.address(), self.vault, all).await?;
        let locks = (0..count).map(async |_| {
            let data = self.quote().await?;
            let deadline = self.deadline(life).await?;
            self.lock_approved(&wallet, self.venue, data, deadline)
                .await
        });
        try_join_all(locks).await
    }

    /// [`lock`](Self::lock) for a venue that gives so much of the bank's coin, whatever was agreed.
    pub async fn lock_for(&self, gives: u64, life: u64) -> Result<Locked> {
        let venue = self.open_fixed(gives).await?;
        self.pay_coin(venue, gives).await?;
        let deadline = self.deadline(life).await?;
        self.lock_at(venue, Bytes::new(), deadline).await
    }

    /// What stands for gold on the destination.
    async fn gold_there(&self) -> Result<Address> {
        let token = self.destination.token(&self.gold.asset()).await?;
        token.ok_or_eyre("gold was announced")
    }

    /// What the bank signs.
    async fn quote(&self) -> Result<Bytes> {
        let bank = self.devnet.signer(BANK)?;
        let customer = self.devnet.signer(CUSTOMER)?.address();
        let gold = self.gold_there().await?;
        let venue = IQuoteVenue::new(self.venue, &self.destination.provider);
        let quote = Quote {
            bank: bank.address(),
            takerChainId: U256::from(self.source.chain_id),
            taker: customer,
            tokenIn: gold,
            kindIn: AssetKind::Fungible,
            tokenIdIn: U256::ZERO,
            amountIn: U256::from(GIVEN),
            tokenOut: self.coin.address(),
            amountOut: U256::from(QUOTED),
            recipient: bank.address(),
            expiry: self.time_on(&self.destination).await? + QUOTE_LIFE,
            epoch: U256::ZERO,
            nonce: U256::from(fastrand::u128(..)),
        };
        let hash = venue.hashOf(quote.clone()).call().await?;
        let signature = Bytes::from(bank.sign_hash_sync(&hash)?.as_bytes().to_vec());
        Ok((quote, signature).abi_encode_params().into())
    }

    async fn lock_at(&self, venue: Address, data: Bytes, deadline: u64) -> Result<Locked> {
        let wallet = self.devnet.shared_wallet(CUSTOMER, self.source.chain_id)?;
        approve(&wallet, self.gold.address(), self.vault, GIVEN).await?;
        self.lock_approved(&wallet, venue, data, deadline).await
    }

    async fn lock_approved(
        &self,
        wallet: &DynProvider,
        venue: Address,
        data: Bytes,
        deadline: u64,
    ) -> Result<Locked> {
        let customer = self.devnet.signer(CUSTOMER)?.address();
        let terms = SwapTerms {
            destinationChainId: U256::from(self.destination.chain_id),
            token: self.gold.address(),
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(GIVEN),
            venue,
            venueData: data,
            wanted: self.coin.asset(),
            wantedTokenId: U256::ZERO,
            minReturned: U256::from(QUOTED),
            beneficiary: customer,
            refundTo: customer,
            l1Recipient: customer,
            counterparty: Address::ZERO,
            deadline,
            minGas: MIN_GAS,
        };
        let salt: [u8; 32] = std::array::from_fn(|_| fastrand::u8(..));
        let call = IAtomicSwap::lockCall {
            terms,
            salt: salt.into(),
        };
        let receipt = contracts::call(wallet, self.swap, U256::ZERO, &call).await?;
        let event = receipt.decoded_log::<IAtomicSwap::SwapLocked>();
        let event = event.ok_or_eyre("a lock says so")?.data;
        Ok(Locked::of(event, receipt.transaction_hash))
    }

    /// The venue where the bank stands by its quotes.
    pub fn venue(&self) -> Address {
        self.venue
    }

    /// All swaps that were locked on the source, in order.
    pub async fn locks(&self) -> Result<Vec<Locked>> {
        let filter = Filter::new()
            .address(self.swap)
            .event_signature(IAtomicSwap::SwapLocked::SIGNATURE_HASH)
            .from_block(0);
        let logs = self.source.provider.get_logs(&filter).await?;
        let read = |log: Log| {
            let tx = log.transaction_hash;
            let event = IAtomicSwap::SwapLocked::decode_log(&log.inner)?.data;
            Ok(Locked::of(
                event,
                tx.ok_or_eyre("a log without its transaction")?,
            ))
        };
        logs.into_iter().map(read).collect()
    }

    async fn deadline(&self, life: u64) -> Result<u64> {
        Ok(self.time_on(&self.source).await? + life)
    }

    /// How many transactions of the customer are in blocks of the source.
    pub async fn sent_by_customer(&self) -> Result<u64> {
        let customer = self.devnet.signer(CUSTOMER)?.address();
        Ok(self.source.provider.get_transaction_count(customer).await?)
    }

    async fn time_on(&self, place: &Place) -> Result<u64> {
        now(&self.devnet.network().chain(place.chain_id)?).await
    }

    fn l1(&self) -> Result<Place> {
        place(self.devnet, self.devnet.network().l1_chain_id())
    }
}

async fn token(devnet: &Devnet, chain: &Chain, names: [&str; 2]) -> Result<Token> {
    Token::erc20(devnet, ISSUER, chain.id(), names, DECIMALS).await
}

async fn approve(owner: &DynProvider, token: Address, spender: Address, value: u64) -> Result<()> {
    let call = IERC20::approveCall {
        spender,
        value: U256::from(value),
    };
    contracts::call(owner, token, U256::ZERO, &call).await?;
    Ok(())
}

fn place(devnet: &Devnet, chain_id: u64) -> Result<Place> {
    let found = places(devnet)?
        .into_iter()
        .find(|place| place.chain_id == chain_id);
    found.ok_or_eyre("the chain is one of the network")
}
