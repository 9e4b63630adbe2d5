//! A shop on one chain whose customers are on others: they pay and buy in one bundle.

use alloy::{
    primitives::{Address, Bytes, U256},
    providers::DynProvider,
    sol,
    sol_types::SolValue,
};
use eyre::Result;

use crate::contracts;

sol! {
    /// What `contracts/test/mocks/TicketShop.sol` shows beside its tickets, which are an ERC-721.
    #[sol(rpc)]
    interface ITicketShop {
        function stock() external view returns (uint256);
        function takings() external view returns (uint256);
        function sold() external view returns (uint256);
    }
}

const CREATION_CODE: &str = include_str!("../bytecode/TicketShop.hex");

/// A shop that sells tickets.
#[derive(Clone, Debug)]
pub struct Shop {
    address: Address,
    provider: DynProvider,
}

impl Shop {
    /// Opens one, from the account of `provider`, that listens to `handler`. Each of its `tickets` costs `price`, in the
    /// smallest unit of `currency`, a token of its chain.
    pub async fn open(
        handler: Address,
        currency: Address,
        price: U256,
        tickets: u64,
        provider: DynProvider,
    ) -> Result<Self> {
        let arguments = (handler, currency, price, U256::from(tickets)).abi_encode_params();
        let address = contracts::deploy(CREATION_CODE, &arguments, &provider).await?;
        Ok(Self { address, provider })
    }

    /// Where it is paid and called, and the ERC-721 of its tickets.
    pub fn address(&self) -> Address {
        self.address
    }

    /// What a bundle says to it, after paying it, to buy a ticket for `buyer`.
    pub fn purchase(buyer: Address) -> Bytes {
        buyer.abi_encode().into()
    }

    /// How many tickets it has sold; they are numbered from 1.
    pub async fn sold(&self) -> Result<U256> {
        Ok(self.contract().sold().call().await?)
    }

    /// How many it has left.
    pub async fn stock(&self) -> Result<U256> {
        Ok(self.contract().stock().call().await?)
    }

    /// What it was paid for tickets, in the smallest unit of its currency.
    pub async fn takings(&self) -> Result<U256> {
        Ok(self.contract().takings().call().await?)
    }

    fn contract(&self) -> ITicketShop::ITicketShopInstance<&DynProvider> {
        ITicketShop::new(self.address, &self.provider)
    }
}
