//! The relayer's memory. The store is the queue: channels elsewhere only wake, and losing one costs latency, never a
//! message. A commit is atomic and durable when it returns.

mod codec;
mod disk;
mod error;
pub(crate) mod forward;
#[cfg(test)]
pub(crate) mod memory;
mod observed;
#[cfg(test)]
pub(crate) mod samples;

use alloy::primitives::{Address, B256};

use crate::model::{
    AppendedBatch, BlockRef, ChainId, Errand, Execution, ImportedRoot, Intent, LeafPoint,
    MessageRecord, SettledBatch, Stage, UnixSeconds,
    swap::{SwapName, SwapOrder, SwapRecord, SwapStage},
};

pub use disk::{DiskStore, FORMAT, STORE_FILE, StoreSnapshot};
pub use error::StoreError;
pub use observed::{ObservedStore, StoreFailure};

/// One change. A commit applies a list of them, all or none.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Writes a message.
    PutMessage(Box<MessageRecord>),
    /// Records leaves of a chain, in order.
    PutLeaves(ChainId, Vec<LeafPoint>),
    /// Records a block that was scanned; the newest is the chain's cursor.
    PutBlock(ChainId, BlockRef),
    /// Forgets leaves, blocks, imports, executions and L1 records of a chain above this block: it was reorged.
    DropAbove(ChainId, u64),
    /// Forgets scanned blocks of a chain below this one, save the newest of them: a reorg cannot reach them.
    ForgetBlocks(ChainId, u64),
    /// Records what became of a bundle; its key is the bundle hash.
    PutExecution(Execution),
    /// Records an append to the message root. Its position grows along L1: `block << 24 | log index`.
    PutAppend(u64, AppendedBatch),
    /// Records an executed batch.
    PutBatch(SettledBatch),
    /// Records an imported root.
    PutImport(ImportedRoot),
    /// Writes an intent; its key is (chain, signer, nonce).
    PutIntent(Box<Intent>),
    /// Writes an errand; its key is (chain, id).
    PutErrand(Box<Errand>),
    /// Forgets an errand, if it is there: nothing is left to do.
    DropErrand(ChainId, B256),
    /// Writes a swap; its key is its id.
    PutSwap(Box<SwapRecord>),
    /// Forgets a swap, if it is there: it was never locked.
    DropSwap(B256),
    /// Writes an order that waits for its lock; its key is the swap's id.
    PutOrder(Box<SwapOrder>),
    /// Forgets an order, if it is there: its lock is certain, or it was withdrawn.
    DropOrder(B256),
}

/// Source, destination and stage of messages.
pub type RouteStage = (ChainId, ChainId, Stage);

/// Chain of an errand and name of its task.
pub type ErrandKind = (ChainId, &'static str);

/// Which messages to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Only this stage.
    pub stage: Option<Stage>,
    /// Only from this chain.
    pub source: Option<ChainId>,
    /// Only to this chain.
    pub destination: Option<ChainId>,
    /// Start after this id.
    pub after: Option<B256>,
    /// At most so many; 0 means [`DEFAULT_LIMIT`].
    pub limit: usize,
}

/// Messages listed where the filter names no limit.
pub const DEFAULT_LIMIT: usize = 100;

impl MessageFilter {
    /// How many messages to list at most.
    pub fn effective_limit(&self) -> usize {
        if self.limit == 0 {
            DEFAULT_LIMIT
        } else {
            self.limit
        }
    }

    /// Whether the message is one of those asked for, its place after `after` aside.
    pub fn matches(&self, message: &MessageRecord) -> bool {
        self.stage.is_none_or(|stage| stage == message.stage)
            && self.source.is_none_or(|chain| chain == message.source)
            && self
                .destination
                .is_none_or(|chain| chain == message.destination)
    }
}

/// Source, destination and stage of swaps.
pub type SwapPlace = (ChainId, ChainId, SwapStage);

/// Which swaps to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwapFilter {
    /// Only those with all of these names.
    pub names: Vec<SwapName>,
    /// Only this stage.
    pub stage: Option<SwapStage>,
    /// Start after this id.
    pub after: Option<B256>,
    /// At most so many; 0 means [`DEFAULT_LIMIT`].
    pub limit: usize,
}

impl SwapFilter {
    /// How many swaps to list at most.
    pub fn effective_limit(&self) -> usize {
        if self.limit == 0 {
            DEFAULT_LIMIT
        } else {
            self.limit
        }
    }

    /// Whether the swap is one of those asked for, its place after `after` aside.
    pub fn matches(&self, swap: &SwapRecord) -> bool {
        let names = swap.all_names();
        self.stage.is_none_or(|stage| stage == swap.stage)
            && self.names.iter().all(|name| names.contains(name))
    }
}

/// Reads. Each answer is consistent in itself.
pub trait Reader: Send + Sync {
    /// A message by bundle hash.
    fn message(&self, id: B256) -> Result<Option<MessageRecord>, StoreError>;
    /// Messages in id order.
    fn messages(&self, filter: &MessageFilter) -> Result<Vec<MessageRecord>, StoreError>;
    /// Ids of messages in `stage` bound for `destination`, oldest first, at most `limit`.
    fn queue(
        &self,
        destination: ChainId,
        stage: Stage,
        limit: usize,
    ) -> Result<Vec<B256>, StoreError>;
    /// Number of messages per route (source, destination) and stage, ascending; costs nothing per message.
    fn stage_counts(&self) -> Result<Vec<(RouteStage, u64)>, StoreError>;
    /// Newest scanned block of a chain.
    fn cursor(&self, chain: ChainId) -> Result<Option<BlockRef>, StoreError>;
    /// Newest kept block that was scanned at or below `number`. Not every block is kept: pages without logs leave only
    /// their last.
    fn block_at_or_below(
        &self,
        chain: ChainId,
        number: u64,
    ) -> Result<Option<BlockRef>, StoreError>;
    /// Leaves of a chain in blocks `first..=last`, in order.
    fn leaves(&self, chain: ChainId, first: u64, last: u64) -> Result<Vec<LeafPoint>, StoreError>;
    /// All appends to the message root from position `from` on, in L1 order.
    fn appends(&self, from: u64, limit: usize) -> Result<Vec<(u64, AppendedBatch)>, StoreError>;
    /// An executed batch.
    fn batch(&self, chain: ChainId, number: u64) -> Result<Option<SettledBatch>, StoreError>;
    /// The batch of `chain` that holds `block`, if L1 executed it.
    fn batch_of_block(
        &self,
        chain: ChainId,
        block: u64,
    ) -> Result<Option<SettledBatch>, StoreError>;
    /// Newest executed batch of a chain.
    fn last_batch(&self, chain: ChainId) -> Result<Option<SettledBatch>, StoreError>;
    /// Import of the newest L1 block by a chain.
    fn last_import(&self, chain: ChainId) -> Result<Option<ImportedRoot>, StoreError>;
    /// First root imported by `chain` for an L1 block `>= l1_block`.
    fn import_covering(
        &self,
        chain: ChainId,
        l1_block: u64,
    ) -> Result<Option<ImportedRoot>, StoreError>;
    /// What became of a bundle, if its destination settled it.
    fn execution(&self, message: B256) -> Result<Option<Execution>, StoreError>;
    /// Executions on a chain in blocks above this one, in the order of blocks and bundle hashes.
    fn executions_above(&self, chain: ChainId, block: u64) -> Result<Vec<Execution>, StoreError>;
    /// Intents of a signer on a chain that are not yet final or replaced, by nonce.
    fn open_intents(&self, chain: ChainId, signer: Address) -> Result<Vec<Intent>, StoreError>;
    /// Intent of a nonce.
    fn intent(
        &self,
        chain: ChainId,
        signer: Address,
        nonce: u64,
    ) -> Result<Option<Intent>, StoreError>;
    /// Errand of a chain.
    fn errand(&self, chain: ChainId, id: B256) -> Result<Option<Errand>, StoreError>;
    /// Errands of a chain that are due at `now`, the longest due first, at most `limit`.
    fn due_errands(
        &self,
        chain: ChainId,
        now: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<Errand>, StoreError>;
    /// Number of errands of each kind, ascending.
    fn errand_counts(&self) -> Result<Vec<(ErrandKind, u64)>, StoreError>;
    /// A swap by its id.
    fn swap(&self, id: B256) -> Result<Option<SwapRecord>, StoreError>;
    /// Swaps in id order.
    fn swaps(&self, filter: &SwapFilter) -> Result<Vec<SwapRecord>, StoreError>;
    /// Ids of the swaps that are not over and due at `now`, the longest due first, at most `limit`.
    fn due_swaps(&self, now: UnixSeconds, limit: usize) -> Result<Vec<B256>, StoreError>;
    /// Number of swaps in each place, ascending; those that are over aside.
    fn swap_counts(&self) -> Result<Vec<(SwapPlace, u64)>, StoreError>;
    /// The order of a swap, while it waits for its lock.
    fn order(&self, swap: B256) -> Result<Option<SwapOrder>, StoreError>;
    /// All orders that wait for their locks, in the order of ids.
    fn orders(&self) -> Result<Vec<SwapOrder>, StoreError>;
}

/// What to change, in view of what is stored.
pub type Plan<'a> = &'a mut dyn FnMut(&dyn Reader) -> Result<Vec<Change>, StoreError>;

/// Writes.
pub trait Writer: Send + Sync {
    /// Applies all changes or none; durable when it returns.
    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError>;
    /// Reads, and applies what the reads call for, with no other commit in between: stages that change the same message
    /// never overwrite one another. `plan` runs once, must not block, and an empty list of changes writes nothing.
    fn transact(&self, plan: Plan<'_>) -> Result<(), StoreError>;
}

/// A store that reads and writes.
pub trait Store: Reader + Writer {}
impl<T: Reader + Writer> Store for T {}
