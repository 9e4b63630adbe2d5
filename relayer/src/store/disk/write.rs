//! Changes, applied in one transaction.

use alloy::primitives::B256;
use redb::{Database, ReadableTable, StorageError, WriteTransaction};

use super::tables::{
    APPENDS, BATCH_ENDS, BATCHES, BLOCKS, DUE_ERRANDS, ERRANDS, EXECUTION_BLOCKS, EXECUTIONS,
    IMPORTS, INTENTS, LEAVES, MESSAGES, OPEN_INTENTS, QUEUE, STAGE_COUNTS,
};
use super::view::View;
use super::{Disk, Place};
use crate::model::{
    AppendedBatch, BlockRef, ChainId, Errand, Execution, ImportedRoot, Intent, LeafPoint,
    MessageRecord, SettledBatch, Stage,
};
use crate::store::codec::{decode, encode, stage_code};
use crate::store::{Change, Plan, StoreError, Writer};

impl Writer for Disk<Database> {
    fn commit(&self, mut changes: Vec<Change>) -> Result<(), StoreError> {
        self.transact(&mut |_| Ok(std::mem::take(&mut changes)))
    }

    fn transact(&self, plan: Plan<'_>) -> Result<(), StoreError> {
        let transaction = self
            .database
            .begin_write()
            .map_err(|error| self.place.error(error))?;
        let changes = plan(&View {
            tables: &transaction,
            place: &self.place,
        })?;
        if changes.is_empty() {
            return transaction.abort().map_err(|error| self.place.error(error));
        }
        let writing = Writing {
            transaction: &transaction,
            place: &self.place,
            l1: self.l1,
        };
        for change in &changes {
            writing.apply(change)?;
        }
        transaction
            .commit()
            .map_err(|error| self.place.error(error))
    }
}

pub(super) struct Writing<'a> {
    pub(super) transaction: &'a WriteTransaction,
    pub(super) place: &'a Place,
    l1: ChainId,
}

/// Opens a table of the running transaction.
macro_rules! table {
    ($writing:expr, $definition:expr) => {
        $writing
            .transaction
            .open_table($definition)
            .map_err(|error| $writing.place.error(error))?
    };
}
pub(super) use table;

impl Writing<'_> {
    fn apply(&self, change: &Change) -> Result<(), StoreError> {
        match change {
            Change::PutMessage(message) => self.put_message(message),
            Change::PutLeaves(chain, leaves) => self.put_leaves(*chain, leaves),
            Change::PutBlock(chain, block) => self.put_block(*chain, block),
            Change::DropAbove(chain, block) => self.drop_above(*chain, *block),
            Change::ForgetBlocks(chain, below) => self.forget_blocks(*chain, *below),
            Change::PutExecution(execution) => self.put_execution(execution),
            Change::PutAppend(position, append) => self.put_append(*position, append),
            Change::PutBatch(batch) => self.put_batch(batch),
            Change::PutImport(import) => self.put_import(import),
            Change::PutIntent(intent) => self.put_intent(intent),
            Change::PutErrand(errand) => self.put_errand(errand),
            Change::DropErrand(chain, id) => self.drop_errand(*chain, *id),
            Change::PutSwap(swap) => self.put_swap(swap),
            Change::DropSwap(id) => self.drop_swap(*id),
            Change::PutOrder(order) => self.put_order(order),
            Change::DropOrder(id) => self.drop_order(*id),
        }
    }

    pub(super) fn storage<T>(&self, result: Result<T, StorageError>) -> Result<T, StoreError> {
        result.map_err(|error| self.place.error(error))
    }

    fn put_message(&self, message: &MessageRecord) -> Result<(), StoreError> {
        let mut messages = table!(self, MESSAGES);
        let bytes = encode("messages", &message.id, message)?;
        let old = self.storage(messages.insert(&message.id.0, bytes.as_slice()))?;
        let old: Option<MessageRecord> = old
            .map(|guard| decode("messages", &message.id, guard.value()))
            .transpose()?;
        if let Some(old) = old {
            self.unlist(&old)?;
        }
        self.list(message)
    }

    fn list(&self, message: &MessageRecord) -> Result<(), StoreError> {
        let code = stage_code(message.stage);
        let mut queue = table!(self, QUEUE);
        self.storage(queue.insert(
            (message.destination, code, message.since, &message.id.0),
            (),
        ))?;
        self.count(
            message.source,
            message.destination,
            message.stage,
            |count| count.saturating_add(1),
        )
    }

    fn unlist(&self, message: &MessageRecord) -> Result<(), StoreError> {
        let code = stage_code(message.stage);
        let mut queue = table!(self, QUEUE);
        self.storage(queue.remove((message.destination, code, message.since, &message.id.0)))?;
        self.count(
            message.source,
            message.destination,
            message.stage,
            |count| count.saturating_sub(1),
        )
    }

    fn count(
        &self,
        source: ChainId,
        destination: ChainId,
        stage: Stage,
        change: impl FnOnce(u64) -> u64,
    ) -> Result<(), StoreError> {
        let key = (source, destination, stage_code(stage));
        let mut counts = table!(self, STAGE_COUNTS);
        let before = self
            .storage(counts.get(key))?
            .map_or(0, |guard| guard.value());
        match change(before) {
            0 => self.storage(counts.remove(key))?,
            after => self.storage(counts.insert(key, after))?,
        };
        Ok(())
    }

    fn put_leaves(&self, chain: ChainId, leaves: &[LeafPoint]) -> Result<(), StoreError> {
        let mut table = table!(self, LEAVES);
        for leaf in leaves {
            let key = (chain, leaf.block, leaf.log_index);
            let bytes = encode("leaves", &key, leaf)?;
            self.storage(table.insert(key, bytes.as_slice()))?;
        }
        Ok(())
    }

    fn put_block(&self, chain: ChainId, block: &BlockRef) -> Result<(), StoreError> {
        let mut blocks = table!(self, BLOCKS);
        let key = (chain, block.number);
        let bytes = encode("blocks", &key, block)?;
        self.storage(blocks.insert(key, bytes.as_slice()))?;
        Ok(())
    }

    fn forget_blocks(&self, chain: ChainId, below: u64) -> Result<(), StoreError> {
        let mut blocks = table!(self, BLOCKS);
        let Some(kept) = self.last_block_below(&blocks, chain, below)? else {
            return Ok(());
        };
        self.storage(blocks.retain_in((chain, 0)..(chain, kept), |_, _| false))
    }

    fn last_block_below(
        &self,
        blocks: &impl ReadableTable<(u64, u64), &'static [u8]>,
        chain: ChainId,
        below: u64,
    ) -> Result<Option<u64>, StoreError> {
        let last = self
            .storage(blocks.range((chain, 0)..(chain, below)))?
            .next_back();
        let Some(entry) = last else { return Ok(None) };
        let (_, number) = self.storage(entry)?.0.value();
        Ok(Some(number))
    }

    fn put_execution(&self, execution: &Execution) -> Result<(), StoreError> {
        let id = &execution.message.0;
        let bytes = encode("executions", &execution.message, execution)?;
        let mut executions = table!(self, EXECUTIONS);
        let mut places = table!(self, EXECUTION_BLOCKS);
        let old = self.storage(executions.insert(id, bytes.as_slice()))?;
        if let Some(old) = old {
            let old: Execution = decode("executions", &execution.message, old.value())?;
            self.storage(places.remove((old.chain, old.at.block, id)))?;
        }
        self.storage(places.insert((execution.chain, execution.at.block, id), ()))?;
        Ok(())
    }

    fn drop_executions(&self, chain: ChainId, above: u64) -> Result<(), StoreError> {
        let mut executions = table!(self, EXECUTIONS);
        let mut places = table!(self, EXECUTION_BLOCKS);
        let keys = (chain, above, &[0; 32])..=(chain, u64::MAX, &[u8::MAX; 32]);
        let mut dropped = Vec::new();
        for entry in self.storage(places.range(keys.clone()))? {
            let (key, _) = self.storage(entry)?;
            let (_, _, id) = key.value();
            dropped.push(*id);
        }
        for id in &dropped {
            self.storage(executions.remove(id))?;
        }
        self.storage(places.retain_in(keys, |_, _| false))
    }

    fn drop_above(&self, chain: ChainId, block: u64) -> Result<(), StoreError> {
        self.drop_imports(chain, block)?;
        if chain == self.l1 {
            self.drop_appends(block)?;
            self.drop_batches(block)?;
        }
        let Some(above) = block.checked_add(1) else {
            return Ok(());
        };
        self.drop_executions(chain, above)?;
        let mut leaves = table!(self, LEAVES);
        self.storage(
            leaves.retain_in((chain, above, 0)..=(chain, u64::MAX, u64::MAX), |_, _| {
                false
            }),
        )?;
        let mut blocks = table!(self, BLOCKS);
        self.storage(blocks.retain_in((chain, above)..=(chain, u64::MAX), |_, _| false))
    }

    fn drop_imports(&self, chain: ChainId, block: u64) -> Result<(), StoreError> {
        let mut imports = table!(self, IMPORTS);
        let mut dropped = Vec::new();
        for entry in self.storage(imports.range((chain, 0)..=(chain, u64::MAX)))? {
            let (key, value) = self.storage(entry)?;
            let import: ImportedRoot = decode("imports", &key.value(), value.value())?;
            if import.at.number > block {
                dropped.push(key.value());
            }
        }
        for key in dropped {
            self.storage(imports.remove(key))?;
        }
        Ok(())
    }

    fn drop_appends(&self, block: u64) -> Result<(), StoreError> {
        let mut appends = table!(self, APPENDS);
        let mut dropped = Vec::new();
        for entry in self.storage(appends.iter())? {
            let (key, value) = self.storage(entry)?;
            let append: AppendedBatch = decode("appends", &key.value(), value.value())?;
            let (AppendedBatch::Chain { block: at, .. } | AppendedBatch::Batch { block: at, .. }) =
                append;
            if at.number > block {
                dropped.push(key.value());
            }
        }
        for key in dropped {
            self.storage(appends.remove(key))?;
        }
        Ok(())
    }

    fn drop_batches(&self, block: u64) -> Result<(), StoreError> {
        let mut batches = table!(self, BATCHES);
        let mut ends = table!(self, BATCH_ENDS);
        let mut dropped = Vec::new();
        for entry in self.storage(batches.iter())? {
            let (key, value) = self.storage(entry)?;
            let batch: SettledBatch = decode("batches", &key.value(), value.value())?;
            if batch.l1_block.number > block {
                dropped.push(batch);
            }
        }
        for batch in dropped {
            self.storage(batches.remove((batch.chain, batch.number)))?;
            self.storage(ends.remove((batch.chain, batch.last_block, batch.number)))?;
        }
        Ok(())
    }

    fn put_append(&self, position: u64, append: &AppendedBatch) -> Result<(), StoreError> {
        let mut appends = table!(self, APPENDS);
        let bytes = encode("appends", &position, append)?;
        self.storage(appends.insert(position, bytes.as_slice()))?;
        Ok(())
    }

    fn put_batch(&self, batch: &SettledBatch) -> Result<(), StoreError> {
        let key = (batch.chain, batch.number);
        let mut batches = table!(self, BATCHES);
        let mut ends = table!(self, BATCH_ENDS);
        let bytes = encode("batches", &key, batch)?;
        let old = self.storage(batches.insert(key, bytes.as_slice()))?;
        if let Some(old) = old {
            let old: SettledBatch = decode("batches", &key, old.value())?;
            self.storage(ends.remove((old.chain, old.last_block, old.number)))?;
        }
        self.storage(ends.insert((batch.chain, batch.last_block, batch.number), ()))?;
        Ok(())
    }

    fn put_import(&self, import: &ImportedRoot) -> Result<(), StoreError> {
        let key = (import.chain, import.l1_block);
        let mut imports = table!(self, IMPORTS);
        let bytes = encode("imports", &key, import)?;
        self.storage(imports.insert(key, bytes.as_slice()))?;
        Ok(())
    }

    fn put_intent(&self, intent: &Intent) -> Result<(), StoreError> {
        let key = (intent.chain, &intent.signer.0.0, intent.nonce);
        let bytes = encode("intents", &key, intent)?;
        let mut intents = table!(self, INTENTS);
        self.storage(intents.insert(key, bytes.as_slice()))?;
        let mut open = table!(self, OPEN_INTENTS);
        if intent.state.is_open() {
            self.storage(open.insert(key, ()))?;
        } else {
            self.storage(open.remove(key))?;
        }
        Ok(())
    }

    fn put_errand(&self, errand: &Errand) -> Result<(), StoreError> {
        let (chain, id) = (errand.chain, &errand.id.0);
        self.drop_errand(chain, errand.id)?;
        let bytes = encode("errands", &(chain, id), errand)?;
        let mut errands = table!(self, ERRANDS);
        self.storage(errands.insert((chain, id), bytes.as_slice()))?;
        let mut due = table!(self, DUE_ERRANDS);
        self.storage(due.insert((chain, errand.due, id), errand.task.label()))?;
        Ok(())
    }

    fn drop_errand(&self, chain: ChainId, id: B256) -> Result<(), StoreError> {
        let mut errands = table!(self, ERRANDS);
        let key = (chain, &id.0);
        let Some(old) = self.storage(errands.remove(key))? else {
            return Ok(());
        };
        let old: Errand = decode("errands", &key, old.value())?;
        let mut due = table!(self, DUE_ERRANDS);
        self.storage(due.remove((chain, old.due, &id.0)))?;
        Ok(())
    }
}
