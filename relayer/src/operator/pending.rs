//! The final blocks of a chain that are in no batch yet.

use std::collections::{BTreeSet, VecDeque};

use causeway_bindings::ChainHead;

use crate::{
    chain::{ChainReader, Finality},
    model::BlockRef,
};

use super::{
    data::{BatchData, BlockData},
    read::{Moved, OperatedContracts, ReadError, read_full_block, read_logs},
    seal::PendingBlock,
};

/// Blocks read at once, so that catching up neither starves the other duties nor fills the memory.
const BLOCKS_PER_READ: u64 = 200;

/// Most blocks kept. A batch is closed long before, unless L1 does not take any.
const MAX_PENDING: usize = 4_096;

/// Bytes that a block's header adds to the batch data.
const HEADER_BYTES: u64 = 120;

/// Final blocks after the last executed batch, read once each.
#[derive(Debug, Default)]
pub struct PendingBlocks {
    blocks: VecDeque<Kept>,
}

/// A block, and what it moved: each of these is an entry of the ledger.
#[derive(Debug)]
struct Kept {
    pending: PendingBlock,
    data: BlockData,
    moved: Vec<Moved>,
}

impl PendingBlocks {
    /// Follows L1's head and the chain's final head.
    pub async fn update(
        &mut self,
        reader: &dyn ChainReader,
        contracts: &OperatedContracts,
        head: &ChainHead,
    ) -> Result<(), ReadError> {
        self.keep_after(head.lastBlock);
        let first = self.next_block(head.lastBlock);
        let last_final = reader.head(Finality::Final).await?.number;
        let last = last_final.min(first.saturating_add(BLOCKS_PER_READ).saturating_sub(1));
        if first > last || self.is_full() {
            return Ok(());
        }
        let logs = read_logs(reader, contracts, first, last).await?;
        for number in first..=last {
            let full = read_full_block(reader, number).await?;
            let bytes = full
                .transactions
                .iter()
                .fold(HEADER_BYTES, |sum, transaction| {
                    sum.saturating_add(transaction.len() as u64)
                });
            let pending = PendingBlock {
                block: full.block,
                leaves: in_block(&logs.leaves, number),
                effects: in_block(&logs.effects, number),
                operations: in_block(&logs.operations, number),
                entries: 0,
                data_bytes: bytes,
            };
            self.blocks.push_back(Kept {
                pending,
                data: full.into(),
                moved: moved_in(&logs.moved, number),
            });
        }
        Ok(())
    }

    /// Whether no more blocks are read until L1 has executed some of these.
    pub fn is_full(&self) -> bool {
        self.blocks.len() >= MAX_PENDING
    }

    /// The blocks, for the decision to seal.
    pub fn blocks(&self) -> Vec<PendingBlock> {
        let mut known = BTreeSet::new();
        let counted = |kept: &Kept| {
            let moved = kept.moved.iter();
            let entries = moved.filter(|moved| known.insert(**moved)).count() as u64;
            PendingBlock {
                entries,
                ..kept.pending
            }
        };
        self.blocks.iter().map(counted).collect()
    }

    /// What the blocks hold.
    pub fn contents(&self) -> impl Iterator<Item = &BlockData> {
        self.blocks.iter().map(|kept| &kept.data)
    }

    /// Data of the batch that ends with `last`.
    pub fn data(&self, chain: u64, last: &BlockRef) -> BatchData {
        let blocks = self
            .blocks
            .iter()
            .take_while(|kept| kept.pending.block.number <= last.number);
        BatchData {
            chain,
            blocks: blocks.map(|kept| kept.data.clone()).collect(),
        }
    }

    /// Drops what is in a batch; drops everything where L1 has gone back, so that it is read again.
    fn keep_after(&mut self, last_executed: u64) {
        while self
            .blocks
            .front()
            .is_some_and(|kept| kept.pending.block.number <= last_executed)
        {
            self.blocks.pop_front();
        }
        let continues =
            |kept: &Kept| kept.pending.block.number.checked_sub(1) == Some(last_executed);
        if !self.blocks.front().is_none_or(continues) {
            self.blocks.clear();
        }
    }

    fn next_block(&self, last_executed: u64) -> u64 {
        let last = self
            .blocks
            .back()
            .map_or(last_executed, |kept| kept.pending.block.number);
        last.saturating_add(1)
    }
}

fn moved_in(moved: &[(u64, Moved)], number: u64) -> Vec<Moved> {
    let there = moved.iter().filter(|(block, _)| *block == number);
    there.map(|(_, moved)| *moved).collect()
}

fn in_block<T>(found: &[(u64, T)], number: u64) -> u64 {
    found.iter().filter(|(block, _)| *block == number).count() as u64
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, B256, U256};
    use causeway_bindings::Way;

    use super::*;

    fn pending(numbers: impl IntoIterator<Item = u64>) -> PendingBlocks {
        let block = |number| {
            let block = BlockRef {
                number,
                hash: B256::ZERO,
                timestamp: number,
            };
            let data = BlockData {
                number,
                timestamp: number,
                beneficiary: Address::ZERO,
                gas_limit: 0,
                base_fee_per_gas: 0,
                prev_randao: B256::ZERO,
                transactions: vec![],
            };
            Kept {
                pending: PendingBlock {
                    block,
                    leaves: 0,
                    effects: 0,
                    operations: 0,
                    entries: 0,
                    data_bytes: 0,
                },
                data,
                moved: vec![],
            }
        };
        PendingBlocks {
            blocks: numbers.into_iter().map(block).collect(),
        }
    }

    fn kept(mut blocks: PendingBlocks, last_executed: u64) -> (Vec<u64>, u64) {
        blocks.keep_after(last_executed);
        let numbers = blocks
            .blocks()
            .iter()
            .map(|pending| pending.block.number)
            .collect();
        (numbers, blocks.next_block(last_executed))
    }

    #[test]
    fn what_moves_again_is_no_new_entry_unless_its_batch_is_gone() {
        let entries = |blocks: &PendingBlocks| -> Vec<_> {
            let pending = blocks.blocks();
            pending.iter().map(|block| block.entries).collect()
        };
        let asset = |number| (B256::with_last_byte(number), Way::To(U256::from(20)));
        let mut blocks = pending(5..=7);
        let moved = [
            vec![asset(1), asset(2), asset(1)],
            vec![asset(2), (asset(2).0, Way::From(U256::from(20)))],
            vec![asset(1), asset(3)],
        ];
        for (kept, moved) in blocks.blocks.iter_mut().zip(moved) {
            kept.moved = moved;
        }
        assert_eq!(entries(&blocks), [2, 1, 1]);
        blocks.keep_after(5);
        assert_eq!(entries(&blocks), [2, 2]);
    }

    #[test]
    fn blocks_leave_with_their_batch() {
        assert_eq!(kept(pending(5..8), 4), (vec![5, 6, 7], 8));
        assert_eq!(kept(pending(5..8), 6), (vec![7], 8));
        assert_eq!(kept(pending(5..8), 9), (vec![], 10));
    }

    #[test]
    fn a_head_of_l1_that_went_back_starts_over() {
        assert_eq!(kept(pending(5..8), 3), (vec![], 4));
    }

    #[test]
    fn a_batchs_data_ends_with_its_last_block() {
        let last = BlockRef {
            number: 6,
            hash: B256::ZERO,
            timestamp: 6,
        };
        let data = pending(5..8).data(271, &last);
        assert_eq!(data.chain, 271);
        assert_eq!(
            data.blocks
                .iter()
                .map(|block| block.number)
                .collect::<Vec<_>>(),
            [5, 6]
        );
    }
}
