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
