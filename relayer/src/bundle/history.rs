//! What L1's events say about batches and roots.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    error::StepError,
    network::L1Place,
    read::{self, Range},
};
use crate::{
    chain::{
        ChainLog,
        events::{L1Record, decode_l1_event},
    },
    model::{AppendedBatch, BlockRef, ChainId, SettledBatch},
    roots::CheckedRoot,
};

/// The message root and the batches of one chain, up to L1's head.
pub(super) struct History {
    pub(super) root: CheckedRoot,
    /// By last block.
    batches: BTreeMap<u64, SettledBatch>,
    /// Blocks in which the message root changed, by number.
    changed: BTreeMap<u64, BlockRef>,
    pub(super) head: u64,
}

impl History {
    /// Reads L1. Every append is compared with the root that L1 emitted for it.
    pub(super) async fn read(l1: &L1Place, chain: ChainId) -> Result<Self, StepError> {
        let reader = l1.reader.as_ref();
        let head = read::newest(reader).await?;
        let mut history = Self {
            root: CheckedRoot::new(reader.chain_id()),
            batches: BTreeMap::new(),
            changed: BTreeMap::new(),
            head,
        };
        let range = Range {
            from: l1.start_block,
            to: head,
            page: l1.page,
        };
        read::logs(reader, range, &l1.contracts.addresses(), |logs| {
            for log in &logs {
                history.take_in(l1, chain, log)?;
            }
            Ok(ControlFlow::Continue(()))
        })
        .await?;
        Ok(history)
    }

    fn take_in(&mut self, l1: &L1Place, chain: ChainId, log: &ChainLog) -> Result<(), StepError> {
        let Some(event) = decode_l1_event(&l1.contracts, log)? else {
            return Ok(());
        };
        match event.record(log) {
            L1Record::Append(append) => {
                self.root.take_in(append)?;
                let (AppendedBatch::Chain { block, .. } | AppendedBatch::Batch { block, .. }) =
                    append;
                self.changed.insert(block.number, block);
            }
            L1Record::Batch(batch) if batch.chain == chain => {
                self.batches.insert(batch.last_block, batch);
            }
            L1Record::Batch(_) => {}
        }
        Ok(())
    }

    /// The batch that holds a block of the chain.
    pub(super) fn batch_of(&self, chain: ChainId, block: u64) -> Result<SettledBatch, StepError> {
        let batch = self.batches.range(block..).next().map(|(_, batch)| *batch);
        let settled = self.batches.last_key_value().map_or(0, |(last, _)| *last);
        batch
            .filter(|batch| batch.first_block <= block)
            .ok_or(StepError::NotSettled {
                chain,
                block,
                settled,
            })
    }

    /// The block, if the message root changed in it: of others L1 keeps no root.
    pub(super) fn changed_in(&self, asked: u64) -> Result<BlockRef, StepError> {
        if asked > self.head {
            return Err(StepError::AboveHead {
                asked,
                head: self.head,
            });
        }
        let newest = self
            .changed
            .range(..=asked)
            .next_back()
            .map(|(_, block)| *block);
        let newest = newest.ok_or(StepError::Unchanged { asked, changed: 0 })?;
        if newest.number == asked {
            Ok(newest)
        } else {
            Err(StepError::Unchanged {
                asked,
                changed: newest.number,
            })
        }
    }
}
