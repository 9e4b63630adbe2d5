//! Bundles out of a source transaction.

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{InteropBundle, bundle_hash};

use super::SentBundle;
use crate::chain::events::{ChainContracts, ChainEvent, EventError, decode_chain_event};
use crate::chain::{ChainError, ChainReader};

/// Why there is no bundle to be had.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The chain cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A contract emitted what it should not.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The chain does not have the transaction.
    #[error(
        "chain {chain} has no receipt of transaction {tx}; check the hash and the chain, or wait until it is mined"
    )]
    UnknownTransaction {
        /// The chain.
        chain: u64,
        /// The transaction.
        tx: B256,
    },
    /// The transaction reverted.
    #[error("transaction {tx} reverted, so it sent nothing")]
    Reverted {
        /// The transaction.
        tx: B256,
    },
}

/// All bundles that the interop center sent in a transaction, in order.
pub async fn extract(
    chain: &dyn ChainReader,
    contracts: &ChainContracts,
    center: Address,
    tx: B256,
) -> Result<Vec<SentBundle>, ExtractError> {
    let source = chain.chain_id();
    let receipt = chain
        .receipt(tx)
        .await?
        .ok_or(ExtractError::UnknownTransaction { chain: source, tx })?;
    if !receipt.success {
        return Err(ExtractError::Reverted { tx });
    }
    let page = chain
        .logs(receipt.block, receipt.block, &[contracts.outbox])
        .await?;
    let mut bundles = Vec::new();
    for log in page.logs.iter().filter(|log| log.tx == tx) {
        let Some(ChainEvent::Message { sender, data, .. }) = decode_chain_event(contracts, log)?
        else {
            continue;
        };
        let Ok(bundle) = InteropBundle::decode_message(&data) else {
            continue;
        };
        let Ok(destination) = u64::try_from(bundle.destinationChainId) else {
            continue;
        };
        if sender != center {
            continue;
        }
        let content = data.slice(1..);
        let id = bundle_hash(U256::from(source), &content);
        bundles.push(SentBundle {
            id,
            source,
            destination,
            center,
            block: receipt.block,
            tx,
            content,
        });
    }
    Ok(bundles)
}
