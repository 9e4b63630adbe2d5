//! A page of L1's logs as changes.

use std::collections::BTreeMap;

use crate::{
    chain::{
        ChainLog, LogPage,
        events::{EventError, L1Contracts, L1Event, L1Record, decode_l1_event},
    },
    model::{BlockRef, ChainId},
    store::Change,
};

/// Bits of a position that hold the log's index in its block.
const LOG_INDEX_BITS: u32 = 24;

pub(super) fn changes(
    chain: ChainId,
    contracts: &L1Contracts,
    page: &LogPage,
) -> Result<Vec<Change>, EventError> {
    let mut changes = Vec::new();
    let mut blocks = BTreeMap::<u64, BlockRef>::new();
    for log in &page.logs {
        if let Some(event) = decode_l1_event(contracts, log)? {
            changes.push(change(event, log));
            blocks.insert(log.block.number, log.block);
        }
    }
    blocks.insert(page.last.number, page.last);
    changes.extend(
        blocks
            .into_values()
            .map(|block| Change::PutBlock(chain, block)),
    );
    Ok(changes)
}

fn change(event: L1Event, log: &ChainLog) -> Change {
    match event.record(log) {
        L1Record::Append(append) => Change::PutAppend(position(log), append),
        L1Record::Batch(batch) => Change::PutBatch(batch),
    }
}

fn position(log: &ChainLog) -> u64 {
    first_position(log.block.number) | log.log_index
}

/// Position of the first log of a block.
pub(super) fn first_position(block: u64) -> u64 {
    block << LOG_INDEX_BITS
}
