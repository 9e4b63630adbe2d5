//! Calls of the shared bridge that anyone may make.

use alloy::{
    network::TransactionBuilder,
    primitives::{B256, Bytes},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};

use crate::{Error, Network, error::At, transaction};

/// Calldata that the shared bridge would take now.
#[derive(Clone, Debug)]
pub(super) struct Ready(Bytes);

impl Ready {
    /// Makes the call from the account of `provider`, which is a provider of L1.
    pub(super) async fn send(
        self,
        network: &Network,
        provider: &impl Provider,
        what: &'static str,
    ) -> Result<B256, Error> {
        let chain_id = network.l1_chain_id();
        let receipt =
            transaction::confirm(request(network, self.0), provider, chain_id, what).await?;
        Ok(receipt.transaction_hash)
    }
}

/// What the shared bridge makes of a call: taken, or refused with this revert data.
pub(super) async fn attempt(
    network: &Network,
    call: &impl SolCall,
    what: &'static str,
) -> Result<Result<Ready, Bytes>, Error> {
    let l1 = network.l1();
    let calldata = Bytes::from(call.abi_encode());
    let request = request(network, calldata.clone());
    match l1
        .provider
        .call(request.clone())
        .await
        .at(l1.chain_id, what)
    {
        Ok(_) => Ok(Ok(Ready(calldata))),
        Err(Error::Reverted { data, .. }) => Ok(Err(data)),
        Err(failure) => Err(failure),
    }
}

/// A refusal that says nothing about where the call stands.
pub(super) fn refused(network: &Network, data: Bytes, what: &'static str) -> Error {
    Error::Reverted {
        chain_id: network.l1_chain_id(),
        what,
        data,
    }
}

fn request(network: &Network, calldata: Bytes) -> TransactionRequest {
    TransactionRequest::default()
        .with_to(network.l1_contracts().shared_bridge)
        .with_input(calldata)
}
