//! Questions to contracts, typed.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};

use super::{CallRequest, ChainError, ChainReader};
use crate::model::ChainId;

/// Why a contract gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ViewError {
    /// The chain could not be read, or the call reverts.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The contract answered with something that is not its interface's type.
    #[error(
        "chain {chain}: {contract} does not answer like a Causeway contract ({reason}); check its address in the configuration"
    )]
    NotOurContract {
        /// The chain.
        chain: ChainId,
        /// The contract.
        contract: Address,
        /// What the decoder said.
        reason: String,
    },
}

impl ViewError {
    /// The contract's answer or log is not of its interface.
    pub fn undecodable(chain: ChainId, contract: Address, error: &alloy::sol_types::Error) -> Self {
        Self::NotOurContract {
            chain,
            contract,
            reason: error.to_string(),
        }
    }
}

/// Calls a view function of a contract, at a block or at the head.
pub async fn view<C: SolCall>(
    reader: &dyn ChainReader,
    contract: Address,
    call: &C,
    block: Option<u64>,
) -> Result<C::Return, ViewError> {
    let request = CallRequest {
        from: Address::ZERO,
        to: contract,
        data: Bytes::from(call.abi_encode()),
        value: U256::ZERO,
        gas: None,
    };
    let answer = match block {
        Some(block) => reader.call_at(&request, block).await?,
        None => reader.call(&request).await?,
    };
    C::abi_decode_returns(&answer)
        .map_err(|error| ViewError::undecodable(reader.chain_id(), contract, &error))
}
