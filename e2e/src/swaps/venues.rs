//! Venues besides those of the bank's quotes and of [trades](super::Desk). Each opens without anything that it could give.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};
use causeway_bindings::{IERC20, IPoolVenue};
use eyre::Result;

use super::{BANK, CUSTOMER, GIVEN, Market, QUOTED, approve};
use crate::{contracts, holder::Holder, wait::until};

const FIXED_VENUE: &str = include_str!("../../bytecode/FixedVenue.hex");
const POOL_VENUE: &str = include_str!("../../../contracts/snapshots/bytecode/PoolVenue.hex");

/// What a unit of gold is worth in a pool, as multiple of what the bank quotes for it.
const POOL_PREMIUM: u64 = 2;

impl Market<'_> {
    /// A venue that gives so much coin, whatever was agreed, once it has it.
    pub async fn open_fixed(&self, gives: u64) -> Result<Address> {
        self.open_venue(FIXED_VENUE, U256::from(gives).abi_encode())
            .await
    }

    /// A pool of gold and coin, without a fee.
    pub async fn open_pool(&self) -> Result<Address> {
        let pair = (self.gold_there().await?, self.coin.address(), U256::ZERO);
        self.open_venue(POOL_VENUE, pair.abi_encode_params()).await
    }

    pub(super) async fn open_venue(&self, code: &str, arguments: Vec<u8>) -> Result<Address> {
        let bank = self.devnet.shared_wallet(BANK, self.destination.chain_id)?;
        contracts::deploy(code, &arguments, &bank).await
    }

    /// The bank hands over some of its coin.
    pub async fn pay_coin(&self, to: Address, amount: u64) -> Result<()> {
        let bank = self.devnet.shared_wallet(BANK, self.destination.chain_id)?;
        let value = U256::from(amount);
        let give = IERC20::transferCall { to, value };
        contracts::call(&bank, self.coin.address(), U256::ZERO, &give).await?;
        Ok(())
    }

    /// The customer sends the bank some gold, to the destination. Somebody must relay.
    pub async fn send_gold(&self, whole: u64) -> Result<()> {
        let bank = self.devnet.signer(BANK)?.address();
        let (from, to) = (&self.source.name, &self.destination.name);
        let gold = self.gold.address();
        let what = format!("--token {gold} --amount {whole} --recipient {bank}");
        let customer = Holder::new(self.devnet, CUSTOMER)?;
        customer.send(from, to, &what).await?;
        let asset = self.gold.asset();
        until(
            "the bank has the gold",
            super::standing::LIMIT,
            async || Ok(!self.destination.balance(&asset, bank).await?.is_zero()),
        )
        .await
    }

    /// The bank adds so much gold to the pool, and twice the coin that it would quote for it.
    pub async fn fill_pool(&self, pool: Address, gold: u64) -> Result<()> {
        let bank = self.devnet.shared_wallet(BANK, self.destination.chain_id)?;
        let coin = u128::from(POOL_PREMIUM * gold) * u128::from(QUOTED) / u128::from(GIVEN);
        approve(&bank, self.gold_there().await?, pool, gold).await?;
        approve(&bank, self.coin.address(), pool, u64::try_from(coin)?).await?;
        let add = IPoolVenue::addLiquidityCall {
            most0: U256::from(gold),
            most1: U256::from(coin),
            least0: U256::ZERO,
            least1: U256::ZERO,
            to: self.devnet.signer(BANK)?.address(),
            deadline: U256::MAX,
        };
        contracts::call(&bank, pool, U256::ZERO, &add).await?;
        Ok(())
    }
}
