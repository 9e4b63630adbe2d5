//! JSON-RPC answers, and how they become the port's values.

use alloy::{
    consensus::TxEnvelope,
    eips::eip2718::Encodable2718,
    primitives::{Address, B256, Bytes, U64},
    rpc::types::{Block, Transaction},
};
use serde::Deserialize;

use super::{
    ChainLog, FullBlock, TxReceipt,
    system::{SystemTransaction, is_unsigned},
};
use crate::model::BlockRef;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RpcBlock {
    number: U64,
    hash: B256,
    timestamp: U64,
}

impl From<RpcBlock> for BlockRef {
    fn from(block: RpcBlock) -> Self {
        Self {
            number: block.number.to(),
            hash: block.hash,
            timestamp: block.timestamp.to(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    block_number: U64,
    block_hash: B256,
    block_timestamp: Option<U64>,
    transaction_hash: B256,
    log_index: U64,
    #[serde(default)]
    pub(super) removed: bool,
}

impl RpcLog {
    /// Number of the log's block, where the node does not say when the block was.
    pub(super) fn untimed_block(&self) -> Option<u64> {
        self.block_timestamp
            .is_none()
            .then(|| self.block_number.to())
    }

    /// The log, with its block's timestamp taken from `blocks` where the node leaves it out.
    pub(super) fn into_log(self, blocks: &[BlockRef]) -> Option<ChainLog> {
        let number: u64 = self.block_number.to();
        let timestamp = match self.block_timestamp {
            Some(timestamp) => timestamp.to(),
            None => {
                blocks
                    .iter()
                    .find(|block| block.number == number && block.hash == self.block_hash)?
                    .timestamp
            }
        };
        Some(ChainLog {
            address: self.address,
            topics: self.topics,
            data: self.data,
            block: BlockRef {
                number,
                hash: self.block_hash,
                timestamp,
            },
            tx: self.transaction_hash,
            log_index: self.log_index.to(),
        })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcReceipt {
    transaction_hash: B256,
    block_number: U64,
    block_hash: B256,
    status: U64,
    gas_used: U64,
}

impl From<RpcReceipt> for TxReceipt {
    fn from(receipt: RpcReceipt) -> Self {
        Self {
            tx: receipt.transaction_hash,
            block: receipt.block_number.to(),
            block_hash: receipt.block_hash,
            success: receipt.status == U64::ONE,
            gas_used: receipt.gas_used.to(),
        }
    }
}

pub(super) type RpcFullBlock = Block<Transaction<TxEnvelope>>;

/// Why a block is not what batches are made of.
pub(super) const NOT_WHOLE: &str =
    "a block with hashes for transactions, or with an unsigned transaction that is no plain call";

/// The block in the port's form; `None` where it is [`NOT_WHOLE`].
pub(super) fn full_block(block: RpcFullBlock) -> Option<FullBlock> {
    let header = &block.header;
    let transactions = block.transactions.as_transactions()?.iter();
    Some(FullBlock {
        block: BlockRef {
            number: header.number,
            hash: header.hash,
            timestamp: header.timestamp,
        },
        parent_hash: header.parent_hash,
        state_root: header.state_root,
        beneficiary: header.beneficiary,
        gas_limit: header.gas_limit,
        base_fee_per_gas: header.base_fee_per_gas.unwrap_or_default(),
        prev_randao: header.mix_hash,
        transactions: transactions.map(encoded).collect::<Option<_>>()?,
    })
}

fn encoded(transaction: &Transaction<TxEnvelope>) -> Option<Bytes> {
    let envelope = transaction.inner.inner();
    if is_unsigned(envelope) {
        let from = transaction.inner.signer();
        return SystemTransaction::of(from, envelope).map(|system| system.encode());
    }
    Some(envelope.encoded_2718().into())
}
