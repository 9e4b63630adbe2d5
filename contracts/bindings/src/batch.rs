//! The public input of a batch, and what makes its transactions available.

use alloy::{
    primitives::{Address, B256, FixedBytesSliceExt as _, U256, keccak256},
    sol_types::SolValue,
};

use crate::{Batch, DataAvailability};

/// Opens the domain of the public inputs of a live chain.
pub const PUBLIC_INPUT_TAG: &str = "Causeway.PublicInput.v1";

/// Opens the domain of the public inputs of a frozen chain: its batches hold what L1 asked for and nothing else.
pub const QUEUE_INPUT_TAG: &str = "Causeway.QueueInput.v1";

/// The deployment that a public input belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicInputDomain(B256);

impl PublicInputDomain {
    /// Of a live chain: `keccak256(abi.encode(keccak256(PUBLIC_INPUT_TAG), l1ChainId, settlement))`.
    pub fn new(l1_chain_id: u64, settlement: Address) -> Self {
        Self::tagged(PUBLIC_INPUT_TAG, l1_chain_id, settlement)
    }

    /// Of a frozen chain: `keccak256(abi.encode(keccak256(QUEUE_INPUT_TAG), l1ChainId, settlement))`. Whoever proves or
    /// attests under it says that every transaction of the batch is one of the system.
    pub fn queue_only(l1_chain_id: u64, settlement: Address) -> Self {
        Self::tagged(QUEUE_INPUT_TAG, l1_chain_id, settlement)
    }

    fn tagged(tag: &str, l1_chain_id: u64, settlement: Address) -> Self {
        let tag = keccak256(tag);
        Self(keccak256(
            (tag, U256::from(l1_chain_id), settlement).abi_encode(),
        ))
    }

    /// The domain's hash.
    pub const fn hash(&self) -> B256 {
        self.0
    }

    /// What the verifier of `chain_id` is asked about `batch`: the keccak of the domain, the chain and every claim of
    /// the batch, one ABI word each.
    pub fn public_input(&self, chain_id: u64, batch: &Batch, mode: DataAvailability) -> B256 {
        let chain = (self.0, U256::from(chain_id), batch.number);
        let state = (batch.prevStateCommitment, batch.newStateCommitment);
        let span = (
            batch.firstBlock,
            batch.lastBlock,
            batch.firstTimestamp,
            batch.lastTimestamp,
        );
        let inputs = (
            batch.chainBatchRoot,
            batch.priorityOpsHash,
            batch.priorityOpsCount,
            batch.dependencyRootsHash,
        );
        let effects = (batch.ledgerDeltaHash, batch.swapEffectsHash);
        // Static tuples are encoded in place, so grouping the words leaves the bytes as they are.
        let words = (
            chain,
            state,
            span,
            inputs,
            effects,
            mode,
            batch.daCommitment,
        );
        keccak256(words.abi_encode())
    }
}

/// Data commitment of a chain that publishes its transactions as calldata.
pub fn calldata_commitment(data: &[u8]) -> B256 {
    keccak256(data)
}

/// Data commitment of a chain that publishes its transactions as blobs, from the versioned hashes of all blobs of the
/// transaction, in order.
pub fn blobs_commitment(versioned_hashes: &[B256]) -> B256 {
    keccak256(versioned_hashes.as_flattened())
}
