//! Sends a transaction and waits until it is in a block.

use std::time::Duration;

use alloy::{
    network::TransactionBuilder,
    primitives::B256,
    providers::{DynProvider, PendingTransactionError, Provider, WatchTxError},
    rpc::types::{TransactionReceipt, TransactionRequest},
};

use crate::{Error, error::At};

/// How long a transaction may take to get into a block.
const PATIENCE: Duration = Duration::from_secs(180);

/// One part in this many is added to the estimated gas, since the chain moves on before the transaction runs.
const GAS_MARGIN: u64 = 8;

/// Sends `request` from the account of `provider`, which must be one of chain `chain_id`.
pub(crate) async fn confirm(
    request: TransactionRequest,
    provider: &impl Provider,
    chain_id: u64,
    what: &'static str,
) -> Result<TransactionReceipt, Error> {
    // A provider of another chain would send the message from where nobody looks for it.
    let actual = provider.get_chain_id().await.at(chain_id, "chain id")?;
    if actual != chain_id {
        return Err(Error::WrongChain {
            expected: chain_id,
            actual,
        });
    }
    // Estimating first keeps a transaction that would revert from taking a nonce: a provider that counts nonces itself
    // would leave a gap, and every later transaction of the account would wait for it.
    let estimated = provider
        .estimate_gas(request.clone())
        .await
        .at(chain_id, what)?;
    let request = request.with_gas_limit(estimated + estimated / GAS_MARGIN);

    let pending = provider
        .send_transaction(request)
        .await
        .at(chain_id, what)?;
    let transaction = *pending.tx_hash();
    let receipt = match pending.with_timeout(Some(PATIENCE)).get_receipt().await {
        Ok(receipt) => receipt,
        Err(failure) => return Err(unconfirmed(failure, transaction, chain_id, what)),
    };
    if receipt.status() {
        Ok(receipt)
    } else {
        Err(Error::TransactionFailed {
            chain_id,
            what,
            transaction,
        })
    }
}

/// The receipt of a transaction that was sent earlier.
pub(crate) async fn receipt(
    transaction: B256,
    provider: &DynProvider,
    chain_id: u64,
) -> Result<TransactionReceipt, Error> {
    let receipt = provider.get_transaction_receipt(transaction).await;
    receipt.at(chain_id, "receipt")?.ok_or(Error::NoMessage {
        chain_id,
        transaction,
    })
}

fn unconfirmed(
    failure: PendingTransactionError,
    transaction: B256,
    chain_id: u64,
    what: &'static str,
) -> Error {
    match failure {
        PendingTransactionError::TransportError(source) => Error::Rpc {
            chain_id,
            what,
            source: Box::new(source),
        },
        PendingTransactionError::TxWatcher(WatchTxError::Timeout) => Error::TransactionPending {
            chain_id,
            what,
            transaction,
        },
        other => Error::BadAnswer {
            chain_id,
            what,
            problem: other.to_string(),
        },
    }
}
