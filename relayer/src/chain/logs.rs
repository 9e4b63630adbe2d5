//! Pages of logs as one provider sees them.

use alloy::primitives::Address;
use serde_json::json;

use super::{
    ChainError, ChainLog, LogPage,
    evm::{block_by, quantity},
    rpc::{Provider, Purpose},
    wire::RpcLog,
};
use crate::model::BlockRef;

async fn framing_block(provider: &Provider, number: u64) -> Result<BlockRef, ChainError> {
    let block = block_by(provider, quantity(number)).await?;
    block.ok_or_else(|| provider.error(format!("it does not have block {number} yet")))
}

/// The page as one provider sees it. Its last block is read before and after the logs: if it stays, so did the logs.
pub(super) async fn log_page(
    provider: &Provider,
    from: u64,
    to: u64,
    addresses: &[Address],
) -> Result<LogPage, ChainError> {
    let before = framing_block(provider, to).await?;
    let logs = split_logs(provider, from, to, addresses).await?;
    let parent = match from.checked_sub(1) {
        Some(number) => Some(framing_block(provider, number).await?),
        None => None,
    };
    let last = framing_block(provider, to).await?;
    if before != last {
        return Err(provider.error("the chain was reorganised while it was read"));
    }
    Ok(LogPage { parent, last, logs })
}

/// Halves the range as long as the provider refuses it, as providers do when a range or its answer is too large.
async fn split_logs(
    provider: &Provider,
    from: u64,
    to: u64,
    addresses: &[Address],
) -> Result<Vec<ChainLog>, ChainError> {
    let mut ranges = vec![(from, to)];
    let mut logs = Vec::new();
    while let Some((first, last)) = ranges.pop() {
        match logs_in(provider, first, last, addresses).await {
            Ok(found) => logs.extend(found),
            Err(ChainError::Provider { .. }) if first < last => {
                let middle = first.midpoint(last);
                ranges.push((middle.saturating_add(1), last));
                ranges.push((first, middle));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(logs)
}

async fn logs_in(
    provider: &Provider,
    from: u64,
    to: u64,
    addresses: &[Address],
) -> Result<Vec<ChainLog>, ChainError> {
    let filter =
        json!([{ "fromBlock": quantity(from), "toBlock": quantity(to), "address": addresses }]);
    let logs: Vec<RpcLog> = provider
        .request(Purpose::Read, "eth_getLogs", filter)
        .await?;
    let mut untimed: Vec<u64> = logs.iter().filter_map(RpcLog::untimed_block).collect();
    untimed.dedup();
    let mut blocks = Vec::new();
    for number in untimed {
        blocks.push(framing_block(provider, number).await?);
    }
    let mut found = logs
        .into_iter()
        .filter(|log| !log.removed)
        .map(|log| log.into_log(&blocks))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| provider.error("the chain was reorganised while it was read"))?;
    found.sort_by_key(|log| (log.block.number, log.log_index));
    Ok(found)
}
