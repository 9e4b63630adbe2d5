//! Reads handed on to another reader.

/// Implements `Reader` for a type by handing every read to what `$inner` makes of it.
macro_rules! forward_reader {
    (impl $(<$($generic:ident: $bound:path),+>)? for $type:ty, |$store:ident| $inner:expr) => {
        forward_reader! { @methods ($(<$($generic: $bound),+>)?) $type, $store, $inner,
            message(id: B256) -> Option<MessageRecord>;
            messages(filter: &MessageFilter) -> Vec<MessageRecord>;
            queue(destination: ChainId, stage: Stage, limit: usize) -> Vec<B256>;
            stage_counts() -> Vec<(RouteStage, u64)>;
            cursor(chain: ChainId) -> Option<BlockRef>;
            block_at_or_below(chain: ChainId, number: u64) -> Option<BlockRef>;
            leaves(chain: ChainId, first: u64, last: u64) -> Vec<LeafPoint>;
            appends(from: u64, limit: usize) -> Vec<(u64, AppendedBatch)>;
            batch(chain: ChainId, number: u64) -> Option<SettledBatch>;
            batch_of_block(chain: ChainId, block: u64) -> Option<SettledBatch>;
            last_batch(chain: ChainId) -> Option<SettledBatch>;
            last_import(chain: ChainId) -> Option<ImportedRoot>;
            import_covering(chain: ChainId, l1_block: u64) -> Option<ImportedRoot>;
            execution(message: B256) -> Option<Execution>;
            executions_above(chain: ChainId, block: u64) -> Vec<Execution>;
            open_intents(chain: ChainId, signer: Address) -> Vec<Intent>;
            intent(chain: ChainId, signer: Address, nonce: u64) -> Option<Intent>;
            errand(chain: ChainId, id: B256) -> Option<Errand>;
            due_errands(chain: ChainId, now: UnixSeconds, limit: usize) -> Vec<Errand>;
            errand_counts() -> Vec<(ErrandKind, u64)>;
            swap(id: B256) -> Option<SwapRecord>;
            swaps(filter: &SwapFilter) -> Vec<SwapRecord>;
            due_swaps(now: UnixSeconds, limit: usize) -> Vec<B256>;
            swap_counts() -> Vec<(SwapPlace, u64)>;
            order(swap: B256) -> Option<SwapOrder>;
            orders() -> Vec<SwapOrder>;
        }
    };
    (@methods ($($generics:tt)*) $type:ty, $store:ident, $inner:expr,
        $($name:ident($($argument:ident: $argument_type:ty),*) -> $answer:ty;)*) => {
        const _: () = {
            use alloy::primitives::{Address, B256};
            use $crate::model::{
                AppendedBatch, BlockRef, ChainId, Errand, Execution, ImportedRoot, Intent,
                LeafPoint, MessageRecord, SettledBatch, Stage, UnixSeconds,
                swap::{SwapOrder, SwapRecord},
            };
            use $crate::store::{
                ErrandKind, MessageFilter, Reader, RouteStage, StoreError, SwapFilter, SwapPlace,
            };

            impl $($generics)* Reader for $type {
                $(fn $name(&self, $($argument: $argument_type),*) -> Result<$answer, StoreError> {
                    let $store = self;
                    $inner.$name($($argument),*)
                })*
            }
        };
    };
}

pub(crate) use forward_reader;
