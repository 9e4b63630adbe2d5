//! What a batch must claim, derived from the chain itself. The operator builds batches this way, and an attester derives
//! each batch again from its own node before it signs.

use alloy::primitives::B256;
use causeway_bindings::{
    Batch, ChainHead, LedgerEntry, LedgerTotals, RootImport, SwapEffect, TotalTooLarge,
    fold_imports, fold_leaf, fold_operation, ledger_delta_hash, swap_effects_hash,
};
use causeway_proofs::{ChainBatch, Dialect, LogTree};

use crate::model::{BlockRef, ChainId};

use super::{
    effects::{self, Difference},
    read::AssetMove,
};

/// A rolling hash of the chain before and after the batch, as the chain's contract holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rolling {
    /// After the last block of the batch before.
    pub before: B256,
    /// After the last block of this batch.
    pub after: B256,
}

/// What was read from a chain about the blocks of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchFacts {
    /// The chain.
    pub chain: ChainId,
    /// Where L1 says the chain stands.
    pub head: ChainHead,
    /// First block of the batch.
    pub first: BlockRef,
    /// Hash of the block before it.
    pub parent_hash: B256,
    /// Last block of the batch.
    pub last: BlockRef,
    /// Leaves the outbox emitted, in order.
    pub leaves: Vec<B256>,
    /// Commitment of the outbox.
    pub outbox: Rolling,
    /// Roots imported, in order.
    pub imports: Vec<RootImport>,
    /// `importsHash` of the interop handler.
    pub imports_hash: Rolling,
    /// Hashes of the priority operations consumed, in order.
    pub operations: Vec<B256>,
    /// Commitment of the priority inbox.
    pub inbox: Rolling,
    /// What the vault took from other chains and gave to them, in order.
    pub moves: Vec<AssetMove>,
    /// What the vault took for swaps and gave at their word, in order.
    pub swap_moves: Vec<AssetMove>,
    /// What was done to swaps, in order.
    pub effects: Vec<SwapEffect>,
    /// Commitment to the batch's data.
    pub data_commitment: B256,
}

/// A batch, the roots it imported, what it moved and what it did to swaps, as `settleBatch` takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedBatch {
    /// What the batch claims.
    pub batch: Batch,
    /// Roots it imported, in order.
    pub dependencies: Vec<RootImport>,
    /// Totals of what it moved.
    pub ledger: Vec<LedgerEntry>,
    /// What it did to swaps, in order.
    pub effects: Vec<SwapEffect>,
}

/// The chain's logs do not fit its state, or its state does not fit L1. Nothing is signed or settled then.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The chain does not continue what L1 has settled.
    #[error(
        "chain {chain}: block {block} builds on {actual}, but L1 settled {expected}; the chain was reorged below a settled batch, or L1 knows another chain"
    )]
    WrongParent {
        /// The chain.
        chain: ChainId,
        /// First block of the batch.
        block: u64,
        /// State commitment on L1.
        expected: B256,
        /// Parent hash of the block.
        actual: B256,
    },
    /// The logs a node gave do not lead from the contract's rolling hash before the batch to the one after it.
    #[error(
        "chain {chain}: the logs of blocks {first} to {last} give {what} {actual}, the contract holds {expected}; the node hides or invents logs, or may not be read with this account"
    )]
    WrongLogs {
        /// The chain.
        chain: ChainId,
        /// Which rolling hash.
        what: &'static str,
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
        /// What the contract holds.
        expected: B256,
        /// What the logs give.
        actual: B256,
    },
    /// What L1 settled last and what the chain held then differ.
    #[error("chain {chain}: before block {first} the {what} was {actual}, L1 settled {expected}")]
    WrongStart {
        /// The chain.
        chain: ChainId,
        /// Which rolling hash.
        what: &'static str,
        /// First block.
        first: u64,
        /// What L1 settled.
        expected: B256,
        /// What the chain held.
        actual: B256,
    },
    /// The batch holds more leaves than a log tree.
    #[error(
        "chain {chain}: blocks {first} to {last} emit {leaves} leaves, more than a log tree holds"
    )]
    TooManyLeaves {
        /// The chain.
        chain: ChainId,
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
        /// How many.
        leaves: usize,
    },
    /// What the vault moved for swaps is not what the atomic swap contract says was done to them.
    #[error(
        "chain {chain}: blocks {first} to {last}: {difference}; the node hides or invents logs"
    )]
    WrongEffects {
        /// The chain.
        chain: ChainId,
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
        /// What differs.
        difference: Box<Difference>,
    },
    /// The vault moved more of a token than any ledger takes.
    #[error("chain {chain}: blocks {first} to {last}: {total}")]
    Total {
        /// The chain.
        chain: ChainId,
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
        /// Of what.
        total: TotalTooLarge,
    },
}

/// Checks the facts against each other and builds the batch they make.
pub fn derive(facts: BatchFacts) -> Result<DerivedBatch, DeriveError> {
    check_start(&facts)?;
    check_logs(&facts)?;
    check_effects(&facts)?;
    let logs =
        LogTree::from_leaves(facts.leaves.clone()).map_err(|_| DeriveError::TooManyLeaves {
            chain: facts.chain,
            first: facts.first.number,
            last: facts.last.number,
            leaves: facts.leaves.len(),
        })?;
    let ledger = ledger_entries(&facts)?;
    let batch = Batch {
        number: facts.head.batchNumber.saturating_add(1),
        prevStateCommitment: facts.parent_hash,
        newStateCommitment: facts.last.hash,
        firstBlock: facts.first.number,
        lastBlock: facts.last.number,
        firstTimestamp: facts.first.timestamp,
        lastTimestamp: facts.last.timestamp,
        chainBatchRoot: ChainBatch::new(Dialect::V32, facts.chain, &logs).root(),
        priorityOpsHash: facts.inbox.after,
        priorityOpsCount: facts.operations.len() as u64,
        dependencyRootsHash: facts.imports_hash.after,
        ledgerDeltaHash: ledger_delta_hash(&ledger),
        swapEffectsHash: swap_effects_hash(&facts.effects),
        daCommitment: facts.data_commitment,
    };
    Ok(DerivedBatch {
        batch,
        dependencies: facts.imports,
        ledger,
        effects: facts.effects,
    })
}

fn ledger_entries(facts: &BatchFacts) -> Result<Vec<LedgerEntry>, DeriveError> {
    let mut totals = LedgerTotals::default();
    for moved in &facts.moves {
        let AssetMove {
            asset,
            token_id,
            amount,
            way,
        } = moved.clone();
        let added = totals.add(asset, token_id, way, amount);
        added.map_err(|total| DeriveError::Total {
            chain: facts.chain,
            first: facts.first.number,
            last: facts.last.number,
            total,
        })?;
    }
    Ok(totals.entries(facts.chain))
}

fn check_start(facts: &BatchFacts) -> Result<(), DeriveError> {
    if facts.parent_hash != facts.head.stateCommitment {
        return Err(DeriveError::WrongParent {
            chain: facts.chain,
            block: facts.first.number,
            expected: facts.head.stateCommitment,
            actual: facts.parent_hash,
        });
    }
    if facts.imports_hash.before != facts.head.dependencyRootsHash {
        return Err(DeriveError::WrongStart {
            chain: facts.chain,
            what: "hash of imported roots",
            first: facts.first.number,
            expected: facts.head.dependencyRootsHash,
            actual: facts.imports_hash.before,
        });
    }
    Ok(())
}

fn check_effects(facts: &BatchFacts) -> Result<(), DeriveError> {
    let wrong = |difference: Difference| DeriveError::WrongEffects {
        chain: facts.chain,
        first: facts.first.number,
        last: facts.last.number,
        difference: Box::new(difference),
    };
    effects::check(&facts.effects, &facts.swap_moves).map_err(wrong)
}

fn check_logs(facts: &BatchFacts) -> Result<(), DeriveError> {
    let leaves = facts
        .leaves
        .iter()
        .fold(facts.outbox.before, |hash, leaf| fold_leaf(hash, *leaf));
    let imports = fold_imports(facts.imports_hash.before, &facts.imports);
    let operations = facts
        .operations
        .iter()
        .fold(facts.inbox.before, |hash, operation| {
            fold_operation(hash, *operation)
        });
    let checks = [
        ("outbox commitment", facts.outbox.after, leaves),
        ("hash of imported roots", facts.imports_hash.after, imports),
        ("priority inbox commitment", facts.inbox.after, operations),
    ];
    let wrong = checks
        .into_iter()
        .find(|(_, expected, actual)| expected != actual);
    match wrong {
        None => Ok(()),
        Some((what, expected, actual)) => Err(DeriveError::WrongLogs {
            chain: facts.chain,
            what,
            first: facts.first.number,
            last: facts.last.number,
            expected,
            actual,
        }),
    }
}

#[cfg(test)]
#[path = "derive_tests.rs"]
mod tests;
