//! Delivery versus payment: the bank locks its coin in a trade venue before the customer locks its gold.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::{DynProvider, Provider},
    rpc::types::{Filter, TransactionReceipt},
    sol_types::{SolCall, SolEvent, SolValue},
};
use causeway_bindings::{AssetKind, IERC20, ITradeVenue, TradeAgreement, VenueAsset};
use eyre::{OptionExt, Result, ensure};

use super::{BANK, CUSTOMER, GIVEN, Locked, Market, QUOTED, approve, standing::revert_data};
use crate::contracts;

pub(crate) const TRADE_VENUE: &str =
    include_str!("../../../contracts/snapshots/bytecode/TradeVenue.hex");

/// A trade venue where the coin of a market is.
#[derive(Debug)]
pub struct Desk<'a, 'b> {
    market: &'a Market<'b>,
    venue: Address,
}

/// What customer and bank have agreed on: the gold that the market gives for the coin that it quotes.
#[derive(Clone, Debug)]
pub struct Trade {
    /// What the venue knows it by.
    pub id: B256,
    /// All of it.
    pub agreement: TradeAgreement,
}

impl<'a, 'b> Desk<'a, 'b> {
    /// Opens a venue.
    pub async fn open(market: &'a Market<'b>) -> Result<Self> {
        let arguments = market.swap.abi_encode();
        let venue = market.open_venue(TRADE_VENUE, arguments).await?;
        Ok(Self { market, venue })
    }

    /// Where that is.
    pub fn venue(&self) -> Address {
        self.venue
    }

    /// What is agreed on for `life` seconds. Nobody has locked anything.
    pub async fn terms(&self, life: u64) -> Result<TradeAgreement> {
        let market = self.market;
        let bank = market.devnet.signer(BANK)?.address();
        let salt: [u8; 32] = std::array::from_fn(|_| fastrand::u8(..));
        Ok(TradeAgreement {
            sourceChainId: U256::from(market.source.chain_id),
            initiator: market.devnet.signer(CUSTOMER)?.address(),
            given: units(market.gold_there().await?, U256::from(GIVEN)),
            counterparty: bank,
            locked: units(market.coin.address(), U256::from(QUOTED)),
            recipient: bank,
            deadline: market.deadline(life).await?,
            salt: salt.into(),
        })
    }

    /// The bank locks its side, which stays for `life` seconds.
    pub async fn agree(&self, life: u64) -> Result<Trade> {
        self.agree_on(self.terms(life).await?).await
    }

    /// The bank locks its side of this agreement.
    pub async fn agree_on(&self, agreement: TradeAgreement) -> Result<Trade> {
        let market = self.market;
        let bank = market
            .devnet
            .shared_wallet(BANK, market.destination.chain_id)?;
        approve(&bank, market.coin.address(), self.venue, QUOTED).await?;
        let call = ITradeVenue::lockCall { agreement };
        let receipt = self.order(BANK, &call).await?;
        let event = receipt.decoded_log::<ITradeVenue::TradeLocked>();
        let event = event.ok_or_eyre("a lock says so")?.data;
        Ok(Trade {
            id: event.id,
            agreement: event.agreement,
        })
    }

    /// The customer locks its side, in a swap that can be executed until then.
    pub async fn lock(&self, trade: &Trade, deadline: u64) -> Result<Locked> {
        let data = trade.agreement.abi_encode().into();
        self.market.lock_at(self.venue, data, deadline).await
    }

    /// The bank takes its side back, as it may past the agreement's deadline.
    pub async fn withdraw(&self, trade: &Trade) -> Result<()> {
        let agreement = trade.agreement.clone();
        let call = ITradeVenue::withdrawCall { agreement };
        self.order(BANK, &call).await.map(drop)
    }

    /// Somebody gives the bank its side back, as anybody may once the swap that names the trade was cancelled.
    pub async fn withdraw_cancelled(&self, by: &str, trade: &Trade, swap: &Locked) -> Result<()> {
        let call = ITradeVenue::withdrawCancelledCall {
            agreement: trade.agreement.clone(),
            preimage: swap.preimage.clone(),
        };
        self.order(by, &call).await.map(drop)
    }

    /// Why the venue refuses [`withdraw`](Self::withdraw): the revert data.
    pub async fn refused_withdrawal(&self, trade: &Trade) -> Result<Bytes> {
        let venue = self.contract();
        let withdrawal = venue.withdraw(trade.agreement.clone());
        revert_data(withdrawal.call().await)
    }

    /// Why the venue refuses [`withdraw_cancelled`](Self::withdraw_cancelled): the revert data.
    pub async fn refused_cancelled(&self, trade: &Trade, swap: &Locked) -> Result<Bytes> {
        let (agreement, preimage) = (trade.agreement.clone(), swap.preimage.clone());
        let venue = self.contract();
        let withdrawal = venue.withdrawCancelled(agreement, preimage);
        revert_data(withdrawal.call().await)
    }

    /// Requires that the venue has so much of the bank's coin and nothing else, and owes that.
    pub async fn require_holds(&self, coin: u64) -> Result<()> {
        let market = self.market;
        let bank = market.devnet.signer(BANK)?.address();
        let gold = market.gold_there().await?;
        for (token, expected) in [(gold, 0), (market.coin.address(), coin)] {
            let key = keccak256((token, AssetKind::Fungible, U256::ZERO).abi_encode());
            let erc20 = IERC20::new(token, &market.destination.provider);
            let found = [
                erc20.balanceOf(self.venue).call().await?,
                self.contract().owed(key).call().await?,
                self.contract().claimable(key, bank).call().await?,
            ];
            let expected = [expected, expected, 0].map(U256::from);
            ensure!(
                found == expected,
                "{token}: the venue has, owes, and has noted for the bank {found:?}, not {expected:?}"
            );
        }
        Ok(())
    }

    /// Requires that one transaction executed the swap at the venue, and gave either side to the other party.
    pub async fn require_exchanged_at_once(&self, trade: &Trade, swap: &Locked) -> Result<()> {
        let provider = &self.market.destination.provider;
        let filter = Filter::new()
            .from_block(0)
            .address(self.venue)
            .event_signature(ITradeVenue::TradeExecuted::SIGNATURE_HASH)
            .topic1(trade.id);
        let logs = provider.get_logs(&filter).await?;
        ensure!(logs.len() == 1, "a trade is executed once: {logs:?}");
        let event = ITradeVenue::TradeExecuted::decode_log(&logs[0].inner)?.data;
        ensure!(event.swapId == swap.id, "{event:?}");
        let hash = logs[0].transaction_hash.ok_or_eyre("a log of a block")?;
        let receipt = provider.get_transaction_receipt(hash).await?;
        let receipt = receipt.ok_or_eyre("a transaction that emitted something")?;
        let (given, locked) = (&trade.agreement.given, &trade.agreement.locked);
        for (what, to) in [
            (given, trade.agreement.recipient),
            (locked, self.market.swap),
        ] {
            let moves = receipt.logs().iter().filter(|log| {
                let transfer = IERC20::Transfer::decode_log(&log.inner);
                let is_it = transfer.is_ok_and(|transfer| {
                    (transfer.from, transfer.to, transfer.value) == (self.venue, to, what.amount)
                });
                log.address() == what.token && is_it
            });
            ensure!(moves.count() == 1, "{what:?} does not go to {to} in {hash}");
        }
        Ok(())
    }

    fn contract(&self) -> ITradeVenue::ITradeVenueInstance<&DynProvider> {
        ITradeVenue::new(self.venue, &self.market.destination.provider)
    }

    async fn order(&self, by: &str, call: &impl SolCall) -> Result<TransactionReceipt> {
        let market = self.market;
        let wallet = market
            .devnet
            .shared_wallet(by, market.destination.chain_id)?;
        contracts::call(&wallet, self.venue, U256::ZERO, call).await
    }
}

/// So much of an ERC-20.
pub(crate) fn units(token: Address, amount: U256) -> VenueAsset {
    VenueAsset {
        token,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount,
    }
}
