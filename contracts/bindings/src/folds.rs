//! Rolling hashes that a chain keeps in one slot each and L1 recomputes. All start from 0.

use alloy::{
    primitives::{B256, Keccak256, keccak256},
    sol_types::SolValue,
};

use crate::RootImport;

/// Adds one imported root: `keccak256(h ‖ settlementChainId ‖ block ‖ timestamp ‖ root)`.
pub fn fold_import(hash: B256, import: &RootImport) -> B256 {
    keccak256(
        (
            hash,
            import.settlementChainId,
            import.blockNumber,
            import.timestamp,
            import.root,
        )
            .abi_encode_packed(),
    )
}

/// Adds many imported roots in order.
pub fn fold_imports<'a>(hash: B256, imports: impl IntoIterator<Item = &'a RootImport>) -> B256 {
    imports.into_iter().fold(hash, fold_import)
}

/// Adds one priority operation: `keccak256(h ‖ operationHash)`.
pub fn fold_operation(hash: B256, operation_hash: B256) -> B256 {
    pair(hash, operation_hash)
}

/// Adds one leaf to the outbox commitment: `keccak256(h ‖ leaf)`, for messages and operation statuses alike.
pub fn fold_leaf(commitment: B256, leaf: B256) -> B256 {
    pair(commitment, leaf)
}

fn pair(left: B256, right: B256) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update(left);
    hasher.update(right);
    hasher.finalize()
}
