//! Proof words: what is written is what the twin writes, is read back, and nothing else is read.

use alloy_primitives::{B256, U256};
use causeway_proofs::{
    Aggregation, Dialect, Fault, Format, InclusionProof, MAX_GROWING_HEIGHT, MalformedProof,
    Quantity,
};
use proptest::prelude::*;

use crate::{
    naive,
    sample::{DIALECTS, Sample},
};

fn path(len: usize) -> impl Strategy<Value = Vec<B256>> {
    prop::collection::vec(any::<[u8; 32]>().prop_map(B256::from), len)
}

/// A path in a growing tree and an index that fits it.
fn growing_path() -> impl Strategy<Value = (u64, Vec<B256>)> {
    (0..=MAX_GROWING_HEIGHT).prop_flat_map(|len| (0..1_u64 << len, path(len)))
}

fn aggregation(dialect: Dialect) -> impl Strategy<Value = Aggregation> {
    let numbers = any::<[u64; 3]>();
    (numbers, growing_path(), growing_path()).prop_map(
        move |([time, settlement_block, settlement_chain_id], batch, shared)| Aggregation {
            l1_timestamp: (dialect == Dialect::V32).then_some(time),
            batch_mask: batch.0,
            batch_path: batch.1,
            settlement_block,
            shared_mask: shared.0,
            settlement_chain_id,
            shared_path: shared.1,
        },
    )
}

fn proofs() -> impl Strategy<Value = InclusionProof> {
    (prop::sample::select(&DIALECTS[..]), 0..=16_u8).prop_flat_map(|(dialect, depth)| {
        let format = Format::with_log_depth(dialect, depth).unwrap();
        let aggregation = prop::option::of(aggregation(dialect));
        (path(format.log_path_len()), aggregation).prop_map(move |(log_path, aggregation)| {
            InclusionProof {
                format,
                log_path,
                aggregation,
            }
        })
    })
}

proptest! {
    #[test]
    fn words_are_those_of_the_twin_and_are_read_back(proof in proofs()) {
        let words = proof.encode().unwrap();
        prop_assert_eq!(&words, &naive::encode(&proof));
        prop_assert_eq!(InclusionProof::decode(&words, proof.format), Ok(proof.clone()));
        let borrowed = InclusionProof::read(&words, proof.format).unwrap();
        prop_assert_eq!(borrowed.encode().unwrap(), words);
    }

    #[test]
    fn a_shortened_or_lengthened_proof_is_refused(proof in proofs(), extra in 1..5_usize) {
        let mut words = proof.encode().unwrap();
        for len in 0..words.len() {
            let missing = MalformedProof { word: len, fault: Fault::Missing };
            let cut = InclusionProof::read(&words[..len], proof.format);
            prop_assert_eq!(cut.err(), Some(missing));
        }
        let end = words.len();
        words.extend(vec![B256::ZERO; extra]);
        let left_over = MalformedProof { word: end, fault: Fault::LeftOver { extra } };
        prop_assert_eq!(InclusionProof::read(&words, proof.format).err(), Some(left_over));
    }

    #[test]
    fn any_words_that_are_read_are_written_back_the_same(
        proof in proofs(),
        word in any::<prop::sample::Index>(),
        bit in 0..256_usize,
    ) {
        let mut words = proof.encode().unwrap();
        words[word.index(proof.log_path.len() + 1)][bit / 8] ^= 1 << (bit % 8);
        let word = word.index(words.len());
        words[word][bit / 8] ^= 1 << (bit % 8);
        if let Ok(read) = InclusionProof::decode(&words, proof.format) {
            prop_assert_eq!(read.encode().unwrap(), words);
        }
    }

    #[test]
    fn garbage_never_panics(words in prop::collection::vec(any::<[u8; 32]>(), 0..40), version in any::<bool>()) {
        let mut words: Vec<_> = words.into_iter().map(B256::from).collect();
        if let (true, Some(first)) = (version, words.first_mut()) {
            first.0 = [0; 32];
            first.0[..3].copy_from_slice(&[1, 17, 2]);
        }
        for dialect in DIALECTS {
            let _ = InclusionProof::decode(&words, dialect);
        }
    }
}

/// Word indices of a sample proof: v32 carries a timestamp and two more siblings.
struct Words {
    timestamp: usize,
    batch_mask: usize,
    settlement: usize,
    settlement_chain_id: usize,
    nested: usize,
}

fn words_of(sample: &Sample) -> Words {
    let proof = sample.proof();
    let hop = proof.aggregation.unwrap();
    let timestamp = 1 + proof.log_path.len();
    let batch_mask = timestamp + usize::from(hop.l1_timestamp.is_some());
    let settlement = batch_mask + 1 + hop.batch_path.len();
    Words {
        timestamp,
        batch_mask,
        settlement,
        settlement_chain_id: settlement + 1,
        nested: settlement + 2,
    }
}

/// Reads a v32 sample after a change, which must be refused at a word.
#[track_caller]
fn assert_fault(change: impl FnOnce(&mut Vec<B256>, &Words), word: usize, fault: Fault) {
    let mut sample = Sample::new(Dialect::V32);
    sample.verify().unwrap();
    let layout = words_of(&sample);
    change(&mut sample.words, &layout);
    let error = InclusionProof::decode(&sample.words, Dialect::V32).unwrap_err();
    assert_eq!(error, MalformedProof { word, fault });
    assert_eq!(
        error.to_string(),
        format!("Malformed proof word {word}: {fault}")
    );
}

fn v32_layout() -> Words {
    words_of(&Sample::new(Dialect::V32))
}

#[test]
fn the_layout_is_that_of_the_format_page() {
    let at = v32_layout();
    assert_eq!(at.timestamp, 18);
    assert_eq!(at.batch_mask, 19);
    // 20 batches: 5 levels. 6 entries of the shared tree: 3 levels.
    assert_eq!(at.settlement, 25);
    assert_eq!(Sample::new(Dialect::V32).words.len(), at.nested + 1 + 3);
    let v31 = words_of(&Sample::new(Dialect::V31));
    assert_eq!((v31.timestamp, v31.batch_mask), (16, 16));
}

#[test]
fn an_unknown_version_is_refused() {
    for found in [0, 2, 255] {
        let fault = Fault::UnknownVersion { found };
        assert_fault(|words, _| words[0][0] = found, 0, fault);
        assert_fault(
            |words, at| words[at.nested][0] = found,
            v32_layout().nested,
            fault,
        );
    }
}

#[test]
fn a_metadata_tail_is_refused() {
    for byte in 4..32 {
        assert_fault(|words, _| words[0][byte] = 1, 0, Fault::MetadataTail);
        let nested = v32_layout().nested;
        assert_fault(
            |words, at| words[at.nested][byte] = 1,
            nested,
            Fault::MetadataTail,
        );
    }
}

#[test]
fn a_final_flag_other_than_0_and_1_is_refused() {
    for found in [2, 3, 128, 255] {
        let fault = Fault::FinalFlag { found };
        assert_fault(|words, _| words[0][3] = found, 0, fault);
        assert_fault(
            |words, at| words[at.nested][3] = found,
            v32_layout().nested,
            fault,
        );
    }
}

#[test]
fn another_log_path_length_is_refused() {
    for found in [0, 14, 15, 16, 18, 255] {
        let fault = Fault::LogPathLength {
            expected: 17,
            found,
        };
        assert_fault(|words, _| words[0][1] = found as u8, 0, fault);
    }
}

#[test]
fn batch_siblings_in_a_final_proof_are_refused() {
    let fault = |found| Fault::BatchPathInFinal { found };
    assert_fault(|words, _| words[0][3] = 1, 0, fault(5));
    assert_fault(
        |words, at| words[at.nested][2] = 4,
        v32_layout().nested,
        fault(4),
    );
}

#[test]
fn a_second_hop_is_refused() {
    let change = |words: &mut Vec<B256>, at: &Words| words[at.nested][3] = 0;
    assert_fault(change, v32_layout().nested, Fault::NestedNotFinal);
}

#[test]
fn a_path_higher_than_any_tree_is_refused() {
    let found = MAX_GROWING_HEIGHT + 1;
    let fault = Fault::PathTooLong {
        limit: MAX_GROWING_HEIGHT,
        found,
    };
    let lengthen_batch_path = |words: &mut Vec<B256>, at: &Words| {
        words[0][2] = found as u8;
        words.splice(at.settlement..at.settlement, vec![B256::ZERO; found - 5]);
    };
    assert_fault(lengthen_batch_path, 0, fault);
    let lengthen_shared_path = |words: &mut Vec<B256>, at: &Words| {
        words[at.nested][1] = found as u8;
        words.extend(vec![B256::ZERO; found - 3]);
    };
    assert_fault(lengthen_shared_path, v32_layout().nested, fault);
}

#[test]
fn numbers_beyond_64_bits_are_refused() {
    let at = v32_layout();
    let cases = [
        (at.timestamp, 23, Quantity::L1Timestamp),
        (at.batch_mask, 23, Quantity::BatchMask),
        (at.settlement, 7, Quantity::SettlementBlock),
        (at.settlement, 23, Quantity::SharedMask),
        (at.settlement_chain_id, 23, Quantity::SettlementChainId),
    ];
    for (word, lowest, quantity) in cases {
        let fault = Fault::NumberTooLarge { quantity };
        let highest = if word == at.settlement { lowest - 7 } else { 0 };
        for byte in highest..=lowest {
            assert_fault(|words, _| words[word][byte] = 1, word, fault);
        }
    }
}

#[test]
fn an_index_above_its_path_is_refused() {
    let at = v32_layout();
    let batch = |index| Fault::IndexOutsideTree {
        quantity: Quantity::BatchMask,
        index,
        levels: 5,
    };
    let shared = |index| Fault::IndexOutsideTree {
        quantity: Quantity::SharedMask,
        index,
        levels: 3,
    };
    for index in [1 << 5, (1 << 5) + 15, 1 << 63] {
        let word = naive::number(index);
        assert_fault(
            |words, at| words[at.batch_mask] = word,
            at.batch_mask,
            batch(index),
        );
    }
    for index in [1 << 3, (1 << 3) + 5, 1 << 63] {
        let word = B256::from((U256::from(30) << 128) | U256::from(index));
        assert_fault(
            |words, at| words[at.settlement] = word,
            at.settlement,
            shared(index),
        );
    }
}

#[test]
fn a_timestamp_belongs_to_v32_only() {
    for (dialect, time) in [(Dialect::V31, Some(1)), (Dialect::V32, None)] {
        let mut proof = Sample::new(dialect).proof();
        proof.aggregation.as_mut().unwrap().l1_timestamp = time;
        let fault = proof.encode().unwrap_err().fault;
        assert_eq!(fault, Fault::TimestampOfOtherDialect);
    }
}

#[test]
fn a_structure_that_breaks_a_rule_is_not_written() {
    let proof = Sample::new(Dialect::V32).proof();
    let mut short = proof.clone();
    short.log_path.pop();
    let expected = Fault::LogPathLength {
        expected: 17,
        found: 16,
    };
    assert_eq!(short.encode().unwrap_err().fault, expected);

    let mut high = proof.clone();
    high.aggregation.as_mut().unwrap().batch_path = vec![B256::ZERO; 300];
    let expected = Fault::PathTooLong {
        limit: MAX_GROWING_HEIGHT,
        found: 300,
    };
    assert_eq!(high.encode().unwrap_err().fault, expected);

    let mut outside = proof;
    outside.aggregation.as_mut().unwrap().shared_mask = 8;
    assert!(outside.encode().is_err());
}

#[test]
fn a_dialect_does_not_read_the_other() {
    let sample = Sample::new(Dialect::V31);
    InclusionProof::decode(&sample.words, Dialect::V31).unwrap();
    let error = InclusionProof::decode(&sample.words, Dialect::V32).unwrap_err();
    assert_eq!(
        error.fault,
        Fault::LogPathLength {
            expected: 17,
            found: 15
        }
    );
}

#[test]
fn formats_have_no_more_levels_than_a_log_has_index_bits() {
    assert_eq!(Format::with_log_depth(Dialect::V32, 17), None);
    let deepest = Format::with_log_depth(Dialect::V32, 16).unwrap();
    assert_eq!((deepest.log_depth(), deepest.log_path_len()), (16, 19));
    assert_eq!(
        Format::with_log_depth(Dialect::V31, 14),
        Some(Dialect::V31.into())
    );
}
