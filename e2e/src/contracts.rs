//! Contracts that scenarios put beside the network, and calls from their accounts.

use alloy::{
    hex,
    network::TransactionBuilder,
    primitives::{Address, U256},
    providers::{DynProvider, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
    sol_types::SolCall,
};
use eyre::{OptionExt, Result, ensure};

/// Deploys a contract from the account of `provider`: creation code in hex, then its ABI-encoded arguments.
pub async fn deploy(code: &str, arguments: &[u8], provider: &DynProvider) -> Result<Address> {
    let mut creation = hex::decode(code.trim())?;
    creation.extend_from_slice(arguments);
    let request = TransactionRequest::default().with_deploy_code(creation);
    let receipt = transact(request, provider).await?;
    receipt
        .contract_address
        .ok_or_eyre("the transaction created no contract")
}

/// Calls a contract from the account of `provider`, with a value in wei, and waits until that is in a block.
pub async fn call(
    provider: &DynProvider,
    to: Address,
    value: U256,
    call: &impl SolCall,
) -> Result<TransactionReceipt> {
    send(provider, to, value, call.abi_encode()).await
}

/// [`call`] with its calldata.
pub async fn send(
    provider: &DynProvider,
    to: Address,
    value: U256,
    calldata: Vec<u8>,
) -> Result<TransactionReceipt> {
    let request = TransactionRequest::default()
        .with_to(to)
        .with_value(value)
        .with_input(calldata);
    transact(request, provider).await
}

async fn transact(
    request: TransactionRequest,
    provider: &DynProvider,
) -> Result<TransactionReceipt> {
    let pending = provider.send_transaction(request).await?;
    let receipt = pending.get_receipt().await?;
    ensure!(
        receipt.status(),
        "transaction {} reverts",
        receipt.transaction_hash
    );
    Ok(receipt)
}
