//! Verification: what is accepted, and how each refusal is told.

use alloy_primitives::B256;
use causeway_proofs::{
    Anchor, Dialect, FixedTree, Format, InclusionProof, VerifyError, hash,
    legacy::{LegacyPathError, fold_bare_path},
    verify_in_batch, verify_message,
};

use crate::{
    naive,
    sample::{DIALECTS, SETTLEMENT_CHAIN, Sample},
    trees::leaves,
};

#[test]
fn a_settled_message_is_accepted() {
    for dialect in DIALECTS {
        let sample = Sample::new(dialect);
        let anchor = Anchor {
            chain_id: SETTLEMENT_CHAIN,
            block: sample.block,
            root: sample.root,
        };
        assert_eq!(sample.verify(), Ok(anchor));
    }
}

#[test]
fn a_message_is_accepted_under_its_chain_batch_root() {
    for dialect in DIALECTS {
        let sample = Sample::new(dialect);
        assert_eq!(sample.verify_final(&sample.final_words()), Ok(()));
    }
}

#[test]
fn folding_goes_through_the_hashes_of_the_twin() {
    for dialect in DIALECTS {
        let sample = Sample::new(dialect);
        let proof = sample.proof();
        let hop = proof.aggregation.as_ref().unwrap();
        let batch_root = naive::climb(sample.leaf, sample.leaf_index, &proof.log_path);
        assert_eq!(batch_root, sample.chain_batch_root);
        let batch = causeway_proofs::SettledBatch {
            chain_id: sample.chain_id,
            batch_number: sample.batch_number,
            chain_batch_root: batch_root,
            block: 0,
            timestamp: hop.l1_timestamp.unwrap_or_default(),
        };
        let batch_leaf = naive::batch_leaf(dialect, &batch);
        let chain_root = naive::climb(batch_leaf, hop.batch_mask, &hop.batch_path);
        let chain_id_leaf = naive::chain_id_leaf(chain_root, sample.chain_id);
        let root = naive::climb(chain_id_leaf, hop.shared_mask, &hop.shared_path);
        assert_eq!(root, sample.root);

        let source = causeway_proofs::Source {
            chain_id: sample.chain_id,
            batch_number: sample.batch_number,
            leaf_index: sample.leaf_index,
        };
        let folded = proof.fold(source, sample.leaf).unwrap();
        assert_eq!(folded.chain_batch_root, batch_root);
        let folded = folded.hop.unwrap();
        assert_eq!(
            [
                folded.batch_leaf,
                folded.chain_root,
                folded.chain_id_leaf,
                folded.root
            ],
            [batch_leaf, chain_root, chain_id_leaf, root]
        );
    }
}

#[test]
fn the_source_is_bound() {
    let good = Sample::new(Dialect::V32);
    good.verify().unwrap();
    let others = [
        Sample {
            chain_id: 274,
            ..good.clone()
        },
        Sample {
            batch_number: 15,
            ..good.clone()
        },
        Sample {
            leaf_index: 4,
            ..good.clone()
        },
        Sample {
            leaf: B256::repeat_byte(1),
            ..good.clone()
        },
    ];
    for other in others {
        let error = other.verify().unwrap_err();
        assert!(matches!(error, VerifyError::RootMismatch { known, .. } if known == good.root));
    }
}

#[test]
fn an_unknown_root_is_refused_and_named() {
    let good = Sample::new(Dialect::V32);
    let block = good.block;
    let error = Sample {
        block: block + 1,
        ..good
    }
    .verify()
    .unwrap_err();
    let chain_id = SETTLEMENT_CHAIN;
    assert_eq!(error, VerifyError::UnknownRoot { chain_id, block });
    assert!(error.to_string().contains("import it first"));
}

#[test]
fn a_proof_of_the_other_kind_is_refused() {
    for dialect in DIALECTS {
        let sample = Sample::new(dialect);
        let to_batch = sample.final_words();
        assert_eq!(
            sample.verify_words(&to_batch),
            Err(VerifyError::EndsAtBatch)
        );
        assert_eq!(
            sample.verify_final(&sample.words),
            Err(VerifyError::LeadsPastBatch)
        );
    }
}

#[test]
fn a_final_proof_of_another_batch_is_refused() {
    let sample = Sample::new(Dialect::V32);
    let words = sample.final_words();
    sample.verify_final(&words).unwrap();
    let known = B256::repeat_byte(3);
    let other = Sample {
        chain_batch_root: known,
        ..sample.clone()
    };
    let folded = sample.chain_batch_root;
    let mismatch = VerifyError::RootMismatch { folded, known };
    assert_eq!(other.verify_final(&words), Err(mismatch));
    let unset = Sample {
        chain_batch_root: B256::ZERO,
        ..sample
    };
    assert_eq!(unset.verify_final(&words), Err(VerifyError::ZeroRoot));
}

#[test]
fn a_malformed_proof_names_the_word() {
    let mut sample = Sample::new(Dialect::V32);
    sample.words[18][0] = 1;
    let message = sample.verify().unwrap_err().to_string();
    assert_eq!(
        message,
        "Malformed proof word 18: L1 timestamp does not fit 64 bits"
    );
}

#[test]
fn the_root_is_asked_for_once_and_only_for_a_well_formed_proof() {
    let sample = Sample::new(Dialect::V32);
    let mut asked = vec![];
    let verify = |words: &[B256], asked: &mut Vec<(u64, u64)>| {
        verify_message(
            Dialect::V32,
            275,
            16,
            5,
            sample.leaf,
            words,
            |chain_id, block| {
                asked.push((chain_id, block));
                Some(sample.root)
            },
        )
    };
    verify(&sample.words, &mut asked).unwrap();
    assert_eq!(asked, [(SETTLEMENT_CHAIN, sample.block)]);
    verify(&sample.words[1..], &mut asked).unwrap_err();
    assert_eq!(asked.len(), 1);
}

#[test]
fn a_shallower_log_tree_is_read_when_the_format_says_so() {
    let leaves = leaves(5);
    let tree = FixedTree::<4>::from_leaves(leaves.clone()).unwrap();
    let multichain = B256::repeat_byte(8);
    let root = naive::concat_hash(&[tree.root(), multichain]);
    let mut path = tree.path(4).unwrap().to_vec();
    path.push(multichain);
    let format = Format::with_log_depth(Dialect::V31, 4).unwrap();
    let words = InclusionProof::in_batch(format, path).encode().unwrap();
    verify_in_batch(format, 4, leaves[4], &words, root).unwrap();
    verify_in_batch(Dialect::V31, 4, leaves[4], &words, root).unwrap_err();
}

#[test]
fn a_bare_path_is_read_by_the_legacy_function_only() {
    let leaves = leaves(5);
    let tree = FixedTree::<4>::from_leaves(leaves.clone()).unwrap();
    let path = tree.path(3).unwrap();
    assert_eq!(fold_bare_path(4, 3, leaves[3], &path), Ok(tree.root()));

    let length = LegacyPathError::Length { depth: 5, found: 4 };
    assert_eq!(fold_bare_path(5, 3, leaves[3], &path), Err(length));
    let index = LegacyPathError::LeafIndex {
        index: 19,
        depth: 4,
    };
    assert_eq!(fold_bare_path(4, 19, leaves[3], &path), Err(index));
    let empty = fold_bare_path(4, 3, hash::EMPTY_LOG_LEAF, &path);
    assert_eq!(empty, Err(LegacyPathError::EmptyLeaf));
    assert_ne!(fold_bare_path(4, 2, leaves[3], &path), Ok(tree.root()));
}
