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
mod tests {
    use alloy::primitives::U256;
    use causeway_bindings::{Asset, AssetKind, ETHER, SwapChange, SwapLeg, Way};
    use proptest::prelude::*;

    use super::*;

    fn root_import(block: u64) -> RootImport {
        let word_of = U256::from;
        RootImport {
            settlementChainId: word_of(1),
            blockNumber: word_of(block),
            timestamp: word_of(5),
            root: word(9),
        }
    }

    fn word(byte: u8) -> B256 {
        B256::repeat_byte(byte)
    }

    fn facts(leaves: usize, imports: usize, operations: usize) -> BatchFacts {
        let leaves: Vec<_> = (0..leaves)
            .map(|i| B256::left_padding_from(&(i + 1).to_be_bytes()))
            .collect();
        let imports: Vec<_> = (0..imports).map(|i| root_import(i as u64)).collect();
        let operations: Vec<_> = (0..operations).map(|i| word(100 + i as u8)).collect();
        BatchFacts {
            chain: 271,
            head: ChainHead {
                stateCommitment: word(1),
                dependencyRootsHash: word(3),
                batchNumber: 6,
                lastBlock: 9,
                lastTimestamp: 90,
                priorityOpsConsumed: 4,
            },
            first: BlockRef {
                number: 10,
                hash: word(10),
                timestamp: 100,
            },
            parent_hash: word(1),
            last: BlockRef {
                number: 12,
                hash: word(12),
                timestamp: 120,
            },
            outbox: Rolling {
                before: word(2),
                after: leaves.iter().fold(word(2), |h, l| fold_leaf(h, *l)),
            },
            imports_hash: Rolling {
                before: word(3),
                after: fold_imports(word(3), &imports),
            },
            inbox: Rolling {
                before: word(4),
                after: operations
                    .iter()
                    .fold(word(4), |h, o| fold_operation(h, *o)),
            },
            leaves,
            imports,
            operations,
            moves: Vec::new(),
            swap_moves: Vec::new(),
            effects: Vec::new(),
            data_commitment: word(7),
        }
    }

    #[test]
    fn a_batch_claims_what_the_chain_holds() {
        let facts = facts(3, 2, 1);
        let logs = LogTree::from_leaves(facts.leaves.clone()).unwrap();
        let derived = derive(facts.clone()).unwrap();
        assert_eq!(derived.dependencies, facts.imports);
        assert_eq!(derived.batch.number, 7);
        assert_eq!(derived.batch.prevStateCommitment, word(1));
        assert_eq!(derived.batch.newStateCommitment, word(12));
        assert_eq!(
            (derived.batch.firstBlock, derived.batch.lastBlock),
            (10, 12)
        );
        assert_eq!(
            (derived.batch.firstTimestamp, derived.batch.lastTimestamp),
            (100, 120)
        );
        assert_eq!(
            derived.batch.chainBatchRoot,
            ChainBatch::new(Dialect::V32, 271, &logs).root()
        );
        assert_eq!(derived.batch.priorityOpsHash, facts.inbox.after);
        assert_eq!(derived.batch.priorityOpsCount, 1);
        assert_eq!(derived.batch.dependencyRootsHash, facts.imports_hash.after);
        assert_eq!(derived.batch.daCommitment, word(7));
    }

    #[test]
    fn a_batch_reports_the_totals_of_what_the_vault_moved() {
        let asset = Asset {
            originChainId: U256::from(9),
            originToken: ETHER,
            kind: AssetKind::Fungible,
        };
        let moved = |amount: u64, way: Way| AssetMove {
            asset: asset.clone(),
            token_id: U256::ZERO,
            amount: U256::from(amount),
            way,
        };
        let mut facts = facts(1, 0, 0);
        assert_eq!(
            derive(facts.clone()).unwrap().batch.ledgerDeltaHash,
            B256::ZERO
        );
        facts.moves = vec![
            moved(3, Way::To(U256::from(272))),
            moved(5, Way::From(U256::from(272))),
            moved(4, Way::To(U256::from(272))),
            moved(1, Way::To(U256::from(9))),
        ];
        let derived = derive(facts.clone()).unwrap();
        let rows: Vec<(u64, u64, u64)> = derived
            .ledger
            .iter()
            .map(|entry| (entry.source.to(), entry.destination.to(), entry.amount.to()))
            .collect();
        let expected = [(272, 271, 5), (271, 9, 1), (271, 272, 7)];
        assert_eq!(rows, expected, "what arrived is first");
        assert_eq!(
            derived.batch.ledgerDeltaHash,
            ledger_delta_hash(&derived.ledger)
        );

        facts.moves = vec![moved(1, Way::From(U256::from(9))); 2];
        facts.moves[0].amount = U256::MAX;
        assert!(matches!(
            derive(facts),
            Err(DeriveError::Total { first: 10, .. })
        ));
    }

    #[test]
    fn a_batch_reports_what_it_did_to_swaps_and_no_entry_of_it() {
        let asset = Asset {
            originChainId: U256::from(9),
            originToken: ETHER,
            kind: AssetKind::Fungible,
        };
        let locked = SwapLeg::new(asset.clone(), U256::ZERO, U256::from(5));
        let mut facts = facts(1, 0, 0);
        assert_eq!(
            derive(facts.clone()).unwrap().batch.swapEffectsHash,
            B256::ZERO
        );
        facts.effects = vec![SwapEffect {
            change: SwapChange::Opened,
            source: U256::from(271),
            destination: U256::from(272),
            swapId: word(1),
            returned: SwapLeg::new(asset.clone(), U256::ZERO, U256::ZERO),
            leg: locked,
        }];
        assert!(matches!(
            derive(facts.clone()),
            Err(DeriveError::WrongEffects { first: 10, .. })
        ));
        facts.swap_moves = vec![AssetMove {
            asset,
            token_id: U256::ZERO,
            amount: U256::from(5),
            way: Way::To(U256::ZERO),
        }];
        let derived = derive(facts.clone()).unwrap();
        assert_eq!(derived.effects, facts.effects);
        assert_eq!(
            derived.batch.swapEffectsHash,
            swap_effects_hash(&facts.effects)
        );
        assert_eq!(derived.batch.ledgerDeltaHash, B256::ZERO);
    }

    #[test]
    fn a_chain_that_does_not_continue_l1_is_refused() {
        let facts = BatchFacts {
            parent_hash: word(99),
            ..facts(1, 0, 0)
        };
        assert!(matches!(
            derive(facts),
            Err(DeriveError::WrongParent { block: 10, .. })
        ));
    }

    #[test]
    fn imports_that_do_not_continue_l1_are_refused() {
        let mut facts = facts(0, 0, 0);
        facts.imports_hash = Rolling {
            before: word(98),
            after: word(98),
        };
        assert!(matches!(
            derive(facts),
            Err(DeriveError::WrongStart {
                what: "hash of imported roots",
                ..
            })
        ));
    }

    #[test]
    fn too_many_leaves_are_refused() {
        let facts = facts((1 << 14) + 1, 0, 0);
        assert!(matches!(
            derive(facts),
            Err(DeriveError::TooManyLeaves { leaves: 16_385, .. })
        ));
    }

    proptest! {
        #[test]
        fn a_hidden_invented_or_moved_log_is_noticed(which in 0..3_usize, change in 0..3_usize, at in any::<prop::sample::Index>()) {
            let mut facts = facts(4, 4, 4);
            let at = at.index(3);
            macro_rules! tamper { ($list:expr) => { match change {
                0 => { $list.remove(at); }
                1 => { let copy = $list[at].clone(); $list.insert(at, copy); }
                _ => $list.swap(at, at + 1),
            } } }
            match which {
                0 => tamper!(facts.leaves),
                1 => tamper!(facts.imports),
                _ => tamper!(facts.operations),
            }
            let names = ["outbox commitment", "hash of imported roots", "priority inbox commitment"];
            let error = derive(facts).unwrap_err();
            prop_assert!(matches!(error, DeriveError::WrongLogs { what, .. } if what == names[which]), "{error}");
        }
    }
}
