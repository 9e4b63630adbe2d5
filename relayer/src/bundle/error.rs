//! Why a step of a delivery by hand fails, and what to do about it.

use alloy::primitives::{Address, B256};
use causeway_bindings::BundleError;
use causeway_proofs::MalformedProof;

use super::file::FileError;
use crate::{
    chain::{ChainError, events::EventError},
    model::ChainId,
    roots::RootsError,
    send::SendError,
};

/// Why a step fails.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A chain cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A contract emitted what its interface does not allow.
    #[error(transparent)]
    Event(#[from] EventError),
    /// What the logs give is not what L1 has.
    #[error(transparent)]
    Roots(#[from] RootsError),
    /// A proof that was built is not one. This is a fault of this program.
    #[error("the proof that was built is malformed: {0}")]
    Built(#[from] MalformedProof),
    /// The transaction was not sent, or cannot be followed.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The chain is none of the configuration.
    #[error("chain {0} is not in the configuration; add it under [chains]")]
    UnknownChain(ChainId),
    /// There is no such bundle.
    #[error(
        "chain {chain}: blocks {from} to {to} hold no bundle or transaction {id} of the interop center {center}; give an \
         earlier --from-block, or correct the chain or the hash"
    )]
    NotFound {
        /// The chain.
        chain: ChainId,
        /// What was looked for.
        id: B256,
        /// First block read.
        from: u64,
        /// Last block read.
        to: u64,
        /// Interop center of the chain.
        center: Address,
    },
    /// The transaction sent more than one bundle.
    #[error("transaction {tx} sent {} bundles; name one of them with --id: {}", .bundles.len(), list(.bundles))]
    SeveralBundles {
        /// The transaction.
        tx: B256,
        /// Their hashes.
        bundles: Vec<B256>,
    },
    /// The center sent something that this release does not read.
    #[error("chain {chain}, transaction {tx}: {reason}")]
    NotABundle {
        /// The chain.
        chain: ChainId,
        /// The transaction.
        tx: B256,
        /// What is wrong.
        reason: BundleError,
    },
    /// The chain was reorganised between two reads.
    #[error("chain {0} was reorganised while it was read; run the command again")]
    Reorganised(ChainId),
    /// A contract answers with something that is not its interface's type.
    #[error(
        "chain {chain}: {contract} does not answer like a Causeway contract ({reason}); check its address in the configuration"
    )]
    NotOurContract {
        /// The chain.
        chain: ChainId,
        /// The contract.
        contract: Address,
        /// What the decoder said.
        reason: String,
    },
    /// L1 has not executed the batch yet.
    #[error(
        "chain {chain}: L1 has executed batches up to block {settled}, it was sent in block {block}; try again later"
    )]
    NotSettled {
        /// The chain.
        chain: ChainId,
        /// Block it was sent in.
        block: u64,
        /// Last block that L1 has.
        settled: u64,
    },
    /// The batch does not hold the bundle.
    #[error(
        "batch {batch} of chain {chain} does not hold bundle {bundle}: its block was reorganised away, or the file was \
         changed; extract it again"
    )]
    NotInBatch {
        /// The chain.
        chain: ChainId,
        /// The batch.
        batch: u64,
        /// The bundle.
        bundle: B256,
    },
    /// No imported root covers the batch.
    #[error(
        "chain {chain} has imported no root of L1 block {needed} or later; try again later, or prove for L1 with --for-l1"
    )]
    NotImported {
        /// The destination.
        chain: ChainId,
        /// L1 block that executed the batch.
        needed: u64,
    },
    /// The block asked for came before the batch.
    #[error("L1 executed the batch in block {needed}; the root of block {asked} does not cover it")]
    BeforeBatch {
        /// L1 block asked for.
        asked: u64,
        /// L1 block that executed the batch.
        needed: u64,
    },
    /// The block asked for is not there.
    #[error("L1 block {asked} is not there yet; its head is block {head}")]
    AboveHead {
        /// L1 block asked for.
        asked: u64,
        /// Newest L1 block.
        head: u64,
    },
    /// L1 keeps roots of blocks only in which they changed.
    #[error(
        "the message root did not change in L1 block {asked}, so L1 keeps none for it; use --l1-block {changed}, whose root it still was"
    )]
    Unchanged {
        /// L1 block asked for.
        asked: u64,
        /// Newest block before it in which the root changed.
        changed: u64,
    },
    /// L1 does not have the root that its events give.
    #[error(
        "L1 does not confirm {root} as the message root of block {block}, though its events give it; check the address of \
         the message root in the configuration"
    )]
    NotConfirmed {
        /// L1 block.
        block: u64,
        /// The root.
        root: B256,
    },
    /// The proof is not one of this bundle.
    #[error("the proof does not prove the bundle: {0}")]
    Unproven(String),
    /// The bundle is settled in another way.
    #[error("bundle {0} was unbundled: its calls were settled one by one; it cannot be executed")]
    Unbundled(B256),
    /// The delivery would revert.
    #[error("the delivery would revert: {0}")]
    WouldRevert(String),
    /// The delivery reverted.
    #[error("transaction {tx} reverted; run the command with --dry-run to see the reason")]
    Reverted {
        /// The transaction.
        tx: B256,
    },
    /// Another transaction of the same account took its place.
    #[error(
        "transaction {tx} was replaced by another of the same account; a key must have one user only"
    )]
    Replaced {
        /// The transaction.
        tx: B256,
    },
    /// The transaction is not in a block yet.
    #[error(
        "transaction {tx} is not in a block after {seconds} s; run the command again to follow it up"
    )]
    NotIncluded {
        /// The transaction.
        tx: B256,
        /// How long it was waited for.
        seconds: u64,
    },
}

fn list(hashes: &[B256]) -> String {
    hashes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
