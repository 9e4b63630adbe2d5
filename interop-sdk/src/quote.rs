//! What a transaction costs.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
};

use crate::{Error, error::At};

/// What sending costs on the source chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Gas of the transaction.
    pub gas: u64,
    /// Price of gas now, in wei.
    pub gas_price: u128,
    /// Size of the transaction's input in bytes.
    pub calldata: usize,
}

impl Quote {
    /// Cost in wei.
    pub fn cost(&self) -> U256 {
        U256::from(self.gas) * U256::from(self.gas_price)
    }

    /// What `request` costs `from`; `what` names it where it fails.
    pub(crate) async fn of(
        request: TransactionRequest,
        from: Address,
        provider: &DynProvider,
        chain_id: u64,
        what: &'static str,
    ) -> Result<Self, Error> {
        let calldata = request.input.input().map_or(0, |input| input.len());
        let gas = provider
            .estimate_gas(request.with_from(from))
            .await
            .at(chain_id, what)?;
        let gas_price = provider.get_gas_price().await.at(chain_id, "gas price")?;
        Ok(Self {
            gas,
            gas_price,
            calldata,
        })
    }
}
