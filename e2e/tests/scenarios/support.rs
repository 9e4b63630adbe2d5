//! What the scenarios share.

use std::time::Duration;

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use causeway_bindings::{ChainHead, IBatchSettlement};
use causeway_e2e::{
    binary,
    devnet::{Devnet, DevnetSettings},
};
use eyre::{OptionExt, Result, bail};
use interop_sdk::{Chain, Network};

/// How long a message may take over all its stages, on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(150);

/// Starts a network of so many chains with this role.
pub(crate) async fn devnet(chains: u16, role: &'static str) -> Result<Devnet> {
    devnet_with(chains, role, vec![]).await
}

/// [`devnet`] with further arguments of `causeway dev`.
pub(crate) async fn devnet_with(
    chains: u16,
    role: &'static str,
    arguments: Vec<String>,
) -> Result<Devnet> {
    let causeway = binary::built()?.to_owned();
    Devnet::start(&DevnetSettings {
        causeway,
        chains,
        role,
        arguments,
    })
    .await
}

/// What L1 has executed of a chain.
pub(crate) async fn executed_head(network: &Network, chain: &Chain) -> Result<ChainHead> {
    let settlement =
        IBatchSettlement::new(network.l1_contracts().settlement, network.l1_provider());
    Ok(settlement
        .executedHead(U256::from(chain.id()))
        .call()
        .await?)
}

/// The revert data of a call that must be refused.
pub(crate) async fn refusal(
    provider: &DynProvider,
    from: Address,
    to: Address,
    call: &impl SolCall,
) -> Result<Bytes> {
    let request = TransactionRequest::default()
        .with_from(from)
        .with_to(to)
        .with_input(call.abi_encode());
    match provider.call(request).await {
        Ok(answer) => bail!("the call went through and returned {answer}"),
        Err(failure) => {
            let data = failure
                .as_error_resp()
                .and_then(|answer| answer.as_revert_data());
            data.ok_or_eyre(format!("no revert: {failure}"))
        }
    }
}
