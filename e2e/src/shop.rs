//! A shop on one chain whose customers are on others: they pay and buy in one bundle.

use alloy::{
    primitives::{Address, U256},
    providers::DynProvider,
    sol,
    sol_types::SolValue,
};
use causeway_bindings::Attribute;
use eyre::Result;
use interop_sdk::{BundleBuilder, Chain, Tokens};

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
    chain_id: u64,
    price: U256,
    provider: DynProvider,
}

impl Shop {
    /// Opens one on `chain`, from the account of `provider`. Each of its `tickets` costs `price`, in the smallest unit of
    /// `currency`, a token of that chain.
    pub async fn open(
        chain: &Chain,
        provider: DynProvider,
        currency: Address,
        price: U256,
        tickets: u64,
    ) -> Result<Self> {
        let handler = chain.contracts()?.handler;
        let arguments = (handler, currency, price, U256::from(tickets)).abi_encode_params();
        let address = contracts::deploy(CREATION_CODE, &arguments, &provider).await?;
        Ok(Self {
            address,
            chain_id: chain.id(),
            price,
            provider,
        })
    }

    /// A bundle of chain `from` that pays the shop with `currency`, which is the token's address there, and then buys a
    /// ticket for `buyer`. Both happen, or neither, and not after `deliver_before`, in seconds.
    pub fn order(
        &self,
        from: &Chain,
        currency: Address,
        buyer: Address,
        deliver_before: Option<u64>,
    ) -> BundleBuilder {
        let deadline = deliver_before.map(|time| Attribute::DeliverBefore(U256::from(time)));
        let deadline = deadline.as_slice();
        let payment = Tokens::fungible(currency, self.price);
        from.bundle(self.chain_id)
            .transfer_with(self.address, payment, deadline)
            .call_with(self.address, buyer.abi_encode(), deadline)
    }

    /// Where it is paid and called, and the ERC-721 of its tickets.
    pub fn address(&self) -> Address {
        self.address
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
