//! What happened to a message, read from the chains.

use alloy::{
    primitives::{B256, U256},
    providers::{DynProvider, Provider},
    rpc::types::Filter,
    sol_types::SolEvent,
};
use causeway_bindings::IInteropRootStorage::InteropRootImported;
use eyre::{OptionExt, Result};
use interop_sdk::{Chain, Network, SentMessage};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub what: String,
    /// On which chain.
    pub chain: String,
    /// In which of its blocks.
    pub block: u64,
    /// When, in seconds since the epoch, by that chain's clock.
    pub time: u64,
    /// In which transaction.
    pub transaction: B256,
}

/// The way of a message that has been delivered: sent, in a batch, settled, root imported, delivered.
pub async fn timeline(network: &Network, message: &SentMessage) -> Result<Vec<Step>> {
    let source = network.chain(message.source())?;
    let destination = network.chain(message.destination())?;
    let settlement = message.settlement().await?.ok_or_eyre("not settled")?;
    let import = first_import(network, message.destination(), settlement.l1_block).await?;
    let executions = message.executions().await?;
    let execution = executions.first().ok_or_eyre("not delivered")?;
    let sent_in = message.message().block;
    Ok(vec![
        Step {
            what: "sent".to_owned(),
            chain: source.name()?.to_owned(),
            block: sent_in,
            time: time_of(source.provider()?, sent_in).await?,
            transaction: message.transaction(),
        },
        Step {
            what: format!("last block of batch {}", settlement.batch_number),
            chain: source.name()?.to_owned(),
            block: settlement.last_block,
            time: time_of(source.provider()?, settlement.last_block).await?,
            transaction: settlement.l1_transaction,
        },
        Step {
            what: "settled".to_owned(),
            chain: "L1".to_owned(),
            block: settlement.l1_block,
            time: settlement.l1_timestamp,
            transaction: settlement.l1_transaction,
        },
        Step {
            what: "root imported".to_owned(),
            chain: destination.name()?.to_owned(),
            block: import.block,
            time: time_of(destination.provider()?, import.block).await?,
            transaction: import.transaction,
        },
        Step {
            what: "delivered".to_owned(),
            chain: destination.name()?.to_owned(),
            block: execution.block,
            time: time_of(destination.provider()?, execution.block).await?,
            transaction: execution.transaction,
        },
    ])
}

struct Import {
    block: u64,
    transaction: B256,
}

/// The first import, by the chain, of a root of `l1_block` or later.
async fn first_import(network: &Network, chain_id: u64, l1_block: u64) -> Result<Import> {
    let chain = network.chain(chain_id)?;
    let filter = Filter::new()
        .address(chain.contracts()?.handler)
        .event_signature(InteropRootImported::SIGNATURE_HASH)
        .from_block(0);
    let logs = chain.provider()?.get_logs(&filter).await?;
    for log in logs {
        let event = InteropRootImported::decode_log(&log.inner)?;
        if event.blockNumber >= U256::from(l1_block) {
            return Ok(Import {
                block: log.block_number.ok_or_eyre("a log without its block")?,
                transaction: log
                    .transaction_hash
                    .ok_or_eyre("a log without its transaction")?,
            });
        }
    }
    Err(eyre::eyre!(
        "chain {chain_id} imported no root of L1 block {l1_block} or later"
    ))
}

/// Timestamp of a chain's newest block, in seconds.
pub async fn now(chain: &Chain) -> Result<u64> {
    let provider = chain.provider()?;
    time_of(provider, provider.get_block_number().await?).await
}

/// Timestamp of a block, in seconds.
pub async fn time_of(provider: &DynProvider, block: u64) -> Result<u64> {
    let block = provider.get_block_by_number(block.into()).await?;
    Ok(block.ok_or_eyre("a block is missing")?.header.timestamp)
}
