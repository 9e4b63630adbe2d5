//! The store's naive twin: plain lists, scanned. Tests of stages use it, and the store on disk is compared with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use alloy::primitives::{Address, B256};

use super::forward::forward_reader;
use super::{
    Change, ErrandKind, MessageFilter, Plan, Reader, RouteStage, StoreError, SwapFilter, SwapPlace,
    Writer,
};
use crate::model::{
    AppendedBatch, BlockRef, ChainId, Errand, Execution, ImportedRoot, Intent, LeafPoint,
    MessageRecord, SettledBatch, Stage, UnixSeconds,
    swap::{SwapOrder, SwapRecord},
};

/// A store that lives as long as the process.
pub(crate) struct MemoryStore {
    l1: ChainId,
    state: Mutex<State>,
}

#[derive(Clone, Default)]
struct State {
    messages: Vec<MessageRecord>,
    leaves: Vec<(ChainId, LeafPoint)>,
    blocks: Vec<(ChainId, BlockRef)>,
    appends: BTreeMap<u64, AppendedBatch>,
    batches: Vec<SettledBatch>,
    imports: Vec<ImportedRoot>,
    executions: Vec<Execution>,
    intents: Vec<Intent>,
    errands: Vec<Errand>,
    swaps: Vec<SwapRecord>,
    orders: BTreeMap<B256, SwapOrder>,
}

impl MemoryStore {
    /// An empty store of the network whose L1 is `l1`.
    pub(crate) fn new(l1: ChainId) -> Self {
        Self {
            l1,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Writer for MemoryStore {
    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.transact(&mut |_| Ok(changes.clone()))
    }

    fn transact(&self, plan: Plan<'_>) -> Result<(), StoreError> {
        let mut state = self.state();
        for change in plan(&*state)? {
            state.apply(change, self.l1);
        }
        Ok(())
    }
}

/// Replaces the element that `same` finds, or appends.
fn put<T>(list: &mut Vec<T>, item: T, same: impl Fn(&T) -> bool) {
    list.retain(|known| !same(known));
    list.push(item);
}

impl State {
    fn apply(&mut self, change: Change, l1: ChainId) {
        match change {
            Change::PutMessage(message) => {
                let id = message.id;
                put(&mut self.messages, *message, |known| known.id == id);
            }
            Change::PutLeaves(chain, leaves) => {
                for leaf in leaves {
                    let place = (chain, leaf.block, leaf.log_index);
                    put(&mut self.leaves, (chain, leaf), |(c, l)| {
                        (*c, l.block, l.log_index) == place
                    });
                }
            }
            Change::PutBlock(chain, block) => {
                put(&mut self.blocks, (chain, block), |(c, b)| {
                    (*c, b.number) == (chain, block.number)
                });
            }
            Change::ForgetBlocks(chain, below) => {
                let own = self
                    .blocks
                    .iter()
                    .filter(|(c, b)| *c == chain && b.number < below);
                let kept = own.map(|(_, b)| b.number).max().unwrap_or(0);
                self.blocks.retain(|(c, b)| *c != chain || b.number >= kept);
            }
            Change::PutExecution(execution) => {
                put(&mut self.executions, execution, |known| {
                    known.message == execution.message
                });
            }
            Change::DropAbove(chain, above) => self.drop_above(chain, above, chain == l1),
            Change::PutAppend(position, append) => {
                self.appends.insert(position, append);
            }
            Change::PutBatch(batch) => {
                put(&mut self.batches, batch, |known| {
                    (known.chain, known.number) == (batch.chain, batch.number)
                });
            }
            Change::PutImport(import) => {
                put(&mut self.imports, import, |known| {
                    (known.chain, known.l1_block) == (import.chain, import.l1_block)
                });
            }
            Change::PutIntent(intent) => {
                let key = |intent: &Intent| (intent.chain, intent.signer, intent.nonce);
                let own = key(&intent);
                put(&mut self.intents, *intent, |known| key(known) == own);
            }
            Change::PutErrand(errand) => {
                let own = (errand.chain, errand.id);
                put(&mut self.errands, *errand, |known| {
                    (known.chain, known.id) == own
                });
            }
            Change::DropErrand(chain, id) => {
                self.errands
                    .retain(|known| (known.chain, known.id) != (chain, id));
            }
            Change::PutSwap(swap) => {
                let id = swap.id;
                put(&mut self.swaps, *swap, |known| known.id == id);
            }
            Change::DropSwap(id) => self.swaps.retain(|known| known.id != id),
            Change::PutOrder(order) => {
                self.orders.insert(order.id, *order);
            }
            Change::DropOrder(id) => {
                self.orders.remove(&id);
            }
        }
    }

    fn drop_above(&mut self, chain: ChainId, above: u64, is_l1: bool) {
        self.leaves
            .retain(|(c, leaf)| *c != chain || leaf.block <= above);
        self.blocks
            .retain(|(c, block)| *c != chain || block.number <= above);
        self.imports
            .retain(|import| import.chain != chain || import.at.number <= above);
        self.executions
            .retain(|execution| execution.chain != chain || execution.at.block <= above);
        if is_l1 {
            self.appends.retain(|_, append| match append {
                AppendedBatch::Chain { block, .. } | AppendedBatch::Batch { block, .. } => {
                    block.number <= above
                }
            });
            self.batches.retain(|batch| batch.l1_block.number <= above);
        }
    }
}

forward_reader! { impl for MemoryStore, |store| store.state() }

impl Reader for State {
    fn message(&self, id: B256) -> Result<Option<MessageRecord>, StoreError> {
        Ok(self
            .messages
            .iter()
            .find(|message| message.id == id)
            .cloned())
    }

    fn messages(&self, filter: &MessageFilter) -> Result<Vec<MessageRecord>, StoreError> {
        let mut found: Vec<_> = self
            .messages
            .iter()
            .filter(|m| filter.matches(m))
            .cloned()
            .collect();
        found.retain(|message| filter.after.is_none_or(|after| message.id > after));
        found.sort_by_key(|message| message.id);
        found.truncate(filter.effective_limit());
        Ok(found)
    }

    fn queue(
        &self,
        destination: ChainId,
        stage: Stage,
        limit: usize,
    ) -> Result<Vec<B256>, StoreError> {
        let fits = |m: &&MessageRecord| m.destination == destination && m.stage == stage;
        let mut found: Vec<_> = self
            .messages
            .iter()
            .filter(fits)
            .map(|m| (m.since, m.id))
            .collect();
        found.sort();
        Ok(found.into_iter().take(limit).map(|(_, id)| id).collect())
    }

    fn stage_counts(&self) -> Result<Vec<(RouteStage, u64)>, StoreError> {
        let mut counts: Vec<(RouteStage, u64)> = Vec::new();
        for message in &self.messages {
            let key = (message.source, message.destination, message.stage);
            match counts.iter_mut().find(|(known, _)| *known == key) {
                Some((_, count)) => *count += 1,
                None => counts.push((key, 1)),
            }
        }
        counts.sort();
        Ok(counts)
    }

    fn cursor(&self, chain: ChainId) -> Result<Option<BlockRef>, StoreError> {
        Ok(self
            .blocks
            .iter()
            .filter(|(c, _)| *c == chain)
            .map(|(_, b)| *b)
            .max_by_key(|block| block.number))
    }

    fn block_at_or_below(
        &self,
        chain: ChainId,
        number: u64,
    ) -> Result<Option<BlockRef>, StoreError> {
        let own = self
            .blocks
            .iter()
            .filter(|(c, b)| *c == chain && b.number <= number);
        Ok(own
            .map(|(_, block)| *block)
            .max_by_key(|block| block.number))
    }

    fn leaves(&self, chain: ChainId, first: u64, last: u64) -> Result<Vec<LeafPoint>, StoreError> {
        let own = self
            .leaves
            .iter()
            .filter(|(c, leaf)| *c == chain && first <= leaf.block && leaf.block <= last);
        let mut found: Vec<_> = own.map(|(_, leaf)| *leaf).collect();
        found.sort_by_key(|leaf| (leaf.block, leaf.log_index));
        Ok(found)
    }

    fn appends(&self, from: u64, limit: usize) -> Result<Vec<(u64, AppendedBatch)>, StoreError> {
        Ok(self
            .appends
            .range(from..)
            .take(limit)
            .map(|(position, append)| (*position, *append))
            .collect())
    }

    fn batch(&self, chain: ChainId, number: u64) -> Result<Option<SettledBatch>, StoreError> {
        Ok(self
            .batches
            .iter()
            .find(|batch| (batch.chain, batch.number) == (chain, number))
            .copied())
    }

    fn batch_of_block(
        &self,
        chain: ChainId,
        block: u64,
    ) -> Result<Option<SettledBatch>, StoreError> {
        let later = self
            .batches
            .iter()
            .filter(|batch| batch.chain == chain && batch.last_block >= block);
        let first = later.min_by_key(|batch| (batch.last_block, batch.number));
        Ok(first.filter(|batch| batch.first_block <= block).copied())
    }

    fn last_batch(&self, chain: ChainId) -> Result<Option<SettledBatch>, StoreError> {
        Ok(self
            .batches
            .iter()
            .filter(|batch| batch.chain == chain)
            .max_by_key(|batch| batch.number)
            .copied())
    }

    fn last_import(&self, chain: ChainId) -> Result<Option<ImportedRoot>, StoreError> {
        Ok(self
            .imports
            .iter()
            .filter(|import| import.chain == chain)
            .max_by_key(|import| import.l1_block)
            .copied())
    }

    fn import_covering(
        &self,
        chain: ChainId,
        l1_block: u64,
    ) -> Result<Option<ImportedRoot>, StoreError> {
        let later = self
            .imports
            .iter()
            .filter(|import| import.chain == chain && import.l1_block >= l1_block);
        Ok(later.min_by_key(|import| import.l1_block).copied())
    }

    fn execution(&self, message: B256) -> Result<Option<Execution>, StoreError> {
        Ok(self
            .executions
            .iter()
            .find(|execution| execution.message == message)
            .copied())
    }

    fn executions_above(&self, chain: ChainId, block: u64) -> Result<Vec<Execution>, StoreError> {
        let above = self
            .executions
            .iter()
            .filter(|e| e.chain == chain && e.at.block > block);
        let mut found: Vec<_> = above.copied().collect();
        found.sort_by_key(|execution| (execution.at.block, execution.message));
        Ok(found)
    }

    fn open_intents(&self, chain: ChainId, signer: Address) -> Result<Vec<Intent>, StoreError> {
        let own = self
            .intents
            .iter()
            .filter(|i| (i.chain, i.signer) == (chain, signer) && i.state.is_open());
        let mut found: Vec<_> = own.cloned().collect();
        found.sort_by_key(|intent| intent.nonce);
        Ok(found)
    }

    fn intent(
        &self,
        chain: ChainId,
        signer: Address,
        nonce: u64,
    ) -> Result<Option<Intent>, StoreError> {
        let key = (chain, signer, nonce);
        Ok(self
            .intents
            .iter()
            .find(|intent| (intent.chain, intent.signer, intent.nonce) == key)
            .cloned())
    }

    fn errand(&self, chain: ChainId, id: B256) -> Result<Option<Errand>, StoreError> {
        let key = (chain, id);
        Ok(self
            .errands
            .iter()
            .find(|errand| (errand.chain, errand.id) == key)
            .cloned())
    }

    fn due_errands(
        &self,
        chain: ChainId,
        now: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<Errand>, StoreError> {
        let due = |errand: &&Errand| errand.chain == chain && errand.due <= now;
        let mut found: Vec<_> = self.errands.iter().filter(due).cloned().collect();
        found.sort_by_key(|errand| (errand.due, errand.id));
        found.truncate(limit);
        Ok(found)
    }

    fn errand_counts(&self) -> Result<Vec<(ErrandKind, u64)>, StoreError> {
        let mut counts = BTreeMap::new();
        for errand in &self.errands {
            *counts
                .entry((errand.chain, errand.task.label()))
                .or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    fn swap(&self, id: B256) -> Result<Option<SwapRecord>, StoreError> {
        Ok(self.swaps.iter().find(|swap| swap.id == id).cloned())
    }

    fn swaps(&self, filter: &SwapFilter) -> Result<Vec<SwapRecord>, StoreError> {
        let wanted = |swap: &&SwapRecord| {
            filter.matches(swap) && filter.after.is_none_or(|after| swap.id > after)
        };
        let mut found: Vec<_> = self.swaps.iter().filter(wanted).cloned().collect();
        found.sort_by_key(|swap| swap.id);
        found.truncate(filter.effective_limit());
        Ok(found)
    }

    fn due_swaps(&self, now: UnixSeconds, limit: usize) -> Result<Vec<B256>, StoreError> {
        let due = self
            .swaps
            .iter()
            .filter(|swap| !swap.stage.is_terminal() && swap.due <= now);
        let mut found: Vec<_> = due.map(|swap| (swap.due, swap.id)).collect();
        found.sort();
        Ok(found.into_iter().take(limit).map(|(_, id)| id).collect())
    }

    fn swap_counts(&self) -> Result<Vec<(SwapPlace, u64)>, StoreError> {
        let mut counts = BTreeMap::new();
        for swap in self.swaps.iter().filter(|swap| !swap.stage.is_terminal()) {
            *counts
                .entry((swap.source, swap.destination, swap.stage))
                .or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    fn order(&self, swap: B256) -> Result<Option<SwapOrder>, StoreError> {
        Ok(self.orders.get(&swap).cloned())
    }

    fn orders(&self) -> Result<Vec<SwapOrder>, StoreError> {
        Ok(self.orders.values().cloned().collect())
    }
}
