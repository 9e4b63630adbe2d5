//! Sends a transaction and waits until it is in a block.

use alloy::{
    providers::{PendingTransactionError, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
};

use crate::{Error, error::At};

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
    let pending = provider
        .send_transaction(request)
        .await
        .at(chain_id, what)?;
    let transaction = *pending.tx_hash();
    let receipt = match pending.get_receipt().await {
        Ok(receipt) => receipt,
        Err(PendingTransactionError::TransportError(failure)) => {
            return Err(failure).at(chain_id, what);
        }
        Err(other) => {
            return Err(Error::BadAnswer {
                chain_id,
                what,
                problem: other.to_string(),
            });
        }
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
