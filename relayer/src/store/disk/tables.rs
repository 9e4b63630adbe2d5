//! Tables and keys. Numbers in keys sort by value; ids are bytes.

use redb::TableDefinition;

type Id = &'static [u8; 32];
type Account = &'static [u8; 20];
type Record = &'static [u8];

/// Format and network of the store.
pub(super) const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
/// Bundle hash -> message.
pub(super) const MESSAGES: TableDefinition<Id, Record> = TableDefinition::new("messages");
/// (destination, stage, since, id): the queues of the stages.
pub(super) const QUEUE: TableDefinition<(u64, u8, u64, Id), ()> = TableDefinition::new("queue");
/// (source, destination, stage) -> number of messages.
pub(super) const STAGE_COUNTS: TableDefinition<(u64, u64, u8), u64> =
    TableDefinition::new("stage_counts");
/// (chain, block, log index) -> leaf.
pub(super) const LEAVES: TableDefinition<(u64, u64, u64), Record> = TableDefinition::new("leaves");
/// (chain, block) -> block that was scanned.
pub(super) const BLOCKS: TableDefinition<(u64, u64), Record> = TableDefinition::new("blocks");
/// Position in L1 order -> append to the message root.
pub(super) const APPENDS: TableDefinition<u64, Record> = TableDefinition::new("appends");
/// (chain, batch number) -> batch.
pub(super) const BATCHES: TableDefinition<(u64, u64), Record> = TableDefinition::new("batches");
/// (chain, last block, batch number): finds the batch of a block.
pub(super) const BATCH_ENDS: TableDefinition<(u64, u64, u64), ()> =
    TableDefinition::new("batch_ends");
/// (chain, L1 block) -> imported root.
pub(super) const IMPORTS: TableDefinition<(u64, u64), Record> = TableDefinition::new("imports");
/// Bundle hash -> what became of the bundle.
pub(super) const EXECUTIONS: TableDefinition<Id, Record> = TableDefinition::new("executions");
/// (chain, block, bundle hash): the executions in the order of blocks.
pub(super) const EXECUTION_BLOCKS: TableDefinition<(u64, u64, Id), ()> =
    TableDefinition::new("execution_blocks");
/// (chain, signer, nonce) -> intent.
pub(super) const INTENTS: TableDefinition<(u64, Account, u64), Record> =
    TableDefinition::new("intents");
/// (chain, signer, nonce) of the intents that are not yet final or replaced.
pub(super) const OPEN_INTENTS: TableDefinition<(u64, Account, u64), ()> =
    TableDefinition::new("open_intents");
/// (chain, id) -> errand.
pub(super) const ERRANDS: TableDefinition<(u64, Id), Record> = TableDefinition::new("errands");
/// (chain, due, id) -> name of the task: the errands in the order in which they are due.
pub(super) const DUE_ERRANDS: TableDefinition<(u64, u64, Id), &str> =
    TableDefinition::new("due_errands");

/// Swap id -> swap.
pub(super) const SWAPS: TableDefinition<Id, Record> = TableDefinition::new("swaps");
/// (kind of name, name, swap id): the names under which swaps are found.
pub(super) const SWAP_NAMES: TableDefinition<(u8, &str, Id), ()> =
    TableDefinition::new("swap_names");
/// (due, swap id) -> (source, destination, stage): the swaps that are not over, in the order in which they are due.
pub(super) const DUE_SWAPS: TableDefinition<(u64, Id), (u64, u64, &str)> =
    TableDefinition::new("due_swaps");
/// Swap id -> order that waits for its lock.
pub(super) const ORDERS: TableDefinition<Id, Record> = TableDefinition::new("orders");

/// Keys of [`META`].
pub(super) const META_FORMAT: &str = "format";
pub(super) const META_L1: &str = "l1_chain_id";
