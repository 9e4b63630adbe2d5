//! Attacks on verification. Each refuses the attack and accepts the honest twin of it.

use std::thread;

use alloy_primitives::{B256, U256, keccak256};
use causeway_proofs::{
    Dialect, Fault, InclusionProof, MessageRoot, VerifyError, hash, verify_in_batch, verify_message,
};

use crate::{
    naive,
    sample::{DIALECTS, SETTLEMENT_CHAIN, Sample},
    trees::leaves,
};

fn samples() -> [Sample; 2] {
    DIALECTS.map(|dialect| {
        let sample = Sample::new(dialect);
        sample.verify().expect("the honest proof is accepted");
        sample
    })
}

#[track_caller]
fn assert_refused(sample: &Sample, words: &[B256]) {
    assert!(sample.verify_words(words).is_err(), "accepted {words:?}");
}

#[test]
fn atk_01_a_root_that_was_never_set_is_never_accepted() {
    for sample in samples() {
        let verify = |root| {
            let Sample {
                dialect,
                chain_id,
                batch_number,
                leaf_index,
                leaf,
                ref words,
                ..
            } = sample;
            verify_message(
                dialect,
                chain_id,
                batch_number,
                leaf_index,
                leaf,
                words,
                |_, _| root,
            )
        };
        assert!(verify(Some(sample.root)).is_ok());
        assert_eq!(verify(Some(B256::ZERO)), Err(VerifyError::ZeroRoot));
        assert!(matches!(verify(None), Err(VerifyError::UnknownRoot { .. })));
    }
}

#[test]
fn atk_03_flipping_any_bit_of_proof_leaf_or_source_is_refused() {
    for sample in samples() {
        for word in 0..sample.words.len() {
            for bit in 0..256 {
                let mut words = sample.words.clone();
                words[word][bit / 8] ^= 1 << (bit % 8);
                assert_refused(&sample, &words);
            }
        }
        for bit in 0..256 {
            let mut other = sample.clone();
            other.leaf[bit / 8] ^= 1 << (bit % 8);
            assert!(other.verify().is_err());
        }
        for bit in 0..64 {
            let flip = 1 << bit;
            let Sample {
                chain_id,
                batch_number,
                leaf_index,
                ..
            } = sample;
            for other in [
                Sample {
                    chain_id: chain_id ^ flip,
                    ..sample.clone()
                },
                Sample {
                    batch_number: batch_number ^ flip,
                    ..sample.clone()
                },
                Sample {
                    leaf_index: leaf_index ^ flip,
                    ..sample.clone()
                },
            ] {
                assert!(other.verify().is_err(), "bit {bit} of the source");
            }
        }
    }
}

#[test]
fn atk_04_an_empty_tree_has_no_member_and_an_error_has_no_root() {
    for sample in samples() {
        // Before any batch there is nothing to prove ...
        let empty = MessageRoot::new(sample.dialect, SETTLEMENT_CHAIN);
        let log_path = sample.proof().log_path;
        empty.snapshot(0).prove(275, 16, log_path).unwrap_err();
        // ... and no root of something empty takes the proof of a message.
        let empty_roots = [
            empty.root(),
            hash::EMPTY_ENTRY,
            hash::EMPTY_LOG_LEAF,
            hash::EMPTY_LOG_CASCADE[14],
            naive::chain_id_leaf(B256::ZERO, sample.chain_id),
        ];
        for root in empty_roots {
            let verifier = Sample {
                root,
                ..sample.clone()
            };
            let known = root;
            assert!(matches!(
                verifier.verify(),
                Err(VerifyError::RootMismatch { known: told, .. }) if told == known
            ));
        }
    }
}

#[test]
fn atk_04_a_path_without_siblings_is_for_a_tree_of_one_leaf_only() {
    for sample in samples() {
        let mut proof = sample.proof();
        let hop = proof.aggregation.as_mut().unwrap();
        (hop.batch_path, hop.batch_mask) = (vec![], 0);
        (hop.shared_path, hop.shared_mask) = (vec![], 0);
        let words = proof.encode().unwrap();
        assert_refused(&sample, &words);
        // The same words are right where both trees have one leaf.
        let source = causeway_proofs::Source {
            chain_id: sample.chain_id,
            batch_number: sample.batch_number,
            leaf_index: sample.leaf_index,
        };
        let root = proof
            .fold(source, sample.leaf)
            .unwrap()
            .hop
            .unwrap()
            .chain_id_leaf;
        Sample { root, ..sample }.verify_words(&words).unwrap();
    }
}

#[test]
fn atk_05_every_word_is_consumed_and_every_index_is_inside() {
    for sample in samples() {
        let mut longer = sample.words.clone();
        longer.push(B256::ZERO);
        assert_refused(&sample, &longer);
        longer.pop();
        sample.verify_words(&longer).unwrap();

        assert_refused(&sample, &[]);
        for len in 0..sample.words.len() {
            assert_refused(&sample, &sample.words[..len]);
        }
        for index in [1 << 14, 1 << 15, 1 << 16, 1 << 17, u64::MAX] {
            let outside = Sample {
                leaf_index: index,
                ..sample.clone()
            };
            let expected = VerifyError::LeafIndex { index, depth: 14 };
            assert_eq!(outside.verify(), Err(expected));
        }
    }
}

#[test]
fn atk_06_a_refused_proof_never_proves_absence() {
    for sample in samples() {
        // What an attacker would offer as "the message is not there": nothing, a cut proof, the proof of the sibling,
        // a proof under another root. Each is an error and none is an answer.
        let mut sibling = sample.clone();
        sibling.leaf = sample.proof().log_path[0];
        sibling.leaf_index ^= 1;
        let offers = [
            (sample.clone(), vec![]),
            (sample.clone(), sample.words[..20].to_vec()),
            (sibling, sample.words.clone()),
            (
                Sample {
                    root: B256::repeat_byte(1),
                    ..sample.clone()
                },
                sample.words.clone(),
            ),
        ];
        for (verifier, words) in offers {
            verifier.verify_words(&words).unwrap_err();
        }
        sample.verify().unwrap();
    }
}

#[test]
fn atk_07_of_a_million_encodings_of_one_proof_one_is_accepted() {
    const THREADS: u64 = 4;
    const EACH: u64 = 250_000;
    let sample = Sample::new(Dialect::V32);
    let accepted = thread::scope(|scope| {
        let count = |thread| {
            let sample = &sample;
            move || {
                let mutants = (0..EACH).map(|i| mutant(sample, thread * EACH + i));
                mutants
                    .filter(|words| sample.verify_words(words).is_ok())
                    .count()
            }
        };
        let handles: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(count(thread)))
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap())
            .sum::<usize>()
    });
    assert_eq!(
        accepted, 0,
        "an encoding other than the honest one was accepted"
    );
    sample.verify().unwrap();
}

/// An encoding that differs from the sample's: numbers respelt, lengths shifted, words moved, doubled or dropped.
fn mutant(sample: &Sample, seed: u64) -> Vec<B256> {
    let mut random = Random(keccak256(seed.to_be_bytes()));
    let mut words = sample.words.clone();
    while words == sample.words {
        for _ in 0..1 + random.below(2) {
            mutate(&mut words, &mut random);
        }
    }
    words
}

fn mutate(words: &mut Vec<B256>, random: &mut Random) {
    let layout = [0, 0, 0, 18, 19, 25, 25, 26, 27, 27];
    let spot = layout[random.below(layout.len())].min(words.len() - 1);
    let any = random.below(words.len());
    match random.below(8) {
        0 => words[spot][random.below(32)] ^= 1 << random.below(8),
        1 => words[spot][random.below(4)] = random.below(256) as u8,
        2 => {
            let word = U256::from_be_bytes(words[spot].0) + (U256::ONE << random.below(250));
            words[spot] = word.into();
        }
        3 => words.insert(any, words[random.below(words.len())]),
        4 if words.len() > 1 => drop(words.remove(any)),
        5 => words.swap(any, spot),
        6 => resplit(words, random),
        _ => words.push(words[any]),
    }
}

/// Moves the border between two paths: one length up, another down.
fn resplit(words: &mut [B256], random: &mut Random) {
    let nested = 27.min(words.len() - 1);
    let lengths = [(0, 1), (0, 2), (nested, 1), (nested, 2)];
    let (up, down) = (lengths[random.below(4)], lengths[random.below(4)]);
    words[up.0][up.1] = words[up.0][up.1].wrapping_add(1);
    words[down.0][down.1] = words[down.0][down.1].wrapping_sub(1);
}

/// A small generator of numbers: the bytes of a hash, hashed again when they run out.
struct Random(B256);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        let [first, second, ..] = self.0.0;
        self.0.0.rotate_left(2);
        self.0[31] = self.0[31].wrapping_add(1);
        if self.0[31].is_multiple_of(16) {
            self.0 = keccak256(self.0);
        }
        usize::from(u16::from_be_bytes([first, second])) % limit
    }
}

#[test]
fn atk_30_an_inner_node_is_no_leaf_at_any_level() {
    for sample in samples() {
        let proof = sample.proof();
        for level in 1..=proof.log_path.len() {
            let below = &proof.log_path[..level];
            let node = naive::climb(sample.leaf, sample.leaf_index, below);
            let mut shortened = proof.clone();
            shortened.log_path.drain(..level);
            let inner = Sample {
                leaf: node,
                leaf_index: sample.leaf_index >> level,
                ..sample.clone()
            };
            let mut words = naive::encode(&shortened);
            assert!(matches!(
                inner.verify_words(&words).unwrap_err(),
                VerifyError::Malformed(error) if matches!(error.fault, Fault::LogPathLength { .. })
            ));
            // Claiming the full length makes the next words part of the path.
            words[0][1] = proof.log_path.len() as u8;
            assert_refused(&inner, &words);
            // Neither does the full path help the inner node.
            assert_refused(&inner, &sample.words);
        }
    }
}

#[test]
fn atk_30_a_leaf_of_another_level_is_no_log() {
    for sample in samples() {
        let source = causeway_proofs::Source {
            chain_id: sample.chain_id,
            batch_number: sample.batch_number,
            leaf_index: sample.leaf_index,
        };
        let hop = sample
            .proof()
            .fold(source, sample.leaf)
            .unwrap()
            .hop
            .unwrap();
        for leaf in [
            sample.chain_batch_root,
            hop.batch_leaf,
            hop.chain_root,
            hop.chain_id_leaf,
            hop.root,
        ] {
            assert!(
                Sample {
                    leaf,
                    ..sample.clone()
                }
                .verify()
                .is_err()
            );
        }
    }
}

#[test]
fn atk_30_leaf_preimages_have_other_lengths_or_tags_than_nodes() {
    // A node hashes 64 bytes; a log 88; a batch leaf 96 or 128 and a chain-id leaf 96, told apart by their first word.
    let children = [B256::repeat_byte(1), B256::repeat_byte(2)];
    let node = hash::node(&children[0], &children[1]);
    assert_eq!(node, keccak256(children.concat()));
    assert_ne!(hash::BATCH_LEAF_TAG, hash::CHAIN_ID_LEAF_TAG);
    assert_ne!(
        hash::batch_leaf_v31(&node, 5),
        hash::chain_id_leaf(&node, 5)
    );
}

#[test]
fn atk_31_a_path_of_another_length_is_refused_at_every_level() {
    for sample in samples() {
        let nested = sample.words.len() - 4;
        for len in [0_u8, 1, 13, 14, 15, 16, 17, 18, 255] {
            for (word, byte) in [(0, 1), (0, 2), (nested, 1), (nested, 2)] {
                if sample.words[word][byte] == len {
                    continue;
                }
                let mut words = sample.words.clone();
                words[word][byte] = len;
                assert_refused(&sample, &words);
                // Supply as many words as the length asks for.
                words.resize(words.len() + usize::from(len), B256::ZERO);
                assert_refused(&sample, &words);
            }
        }
        sample.verify().unwrap();
    }
}

#[test]
fn atk_31_a_sibling_borrowed_from_the_next_level_is_refused() {
    for sample in samples() {
        let proof = sample.proof();
        let mut to_log = proof.clone();
        let hop = to_log.aggregation.as_mut().unwrap();
        to_log.log_path.push(hop.batch_path.remove(0));
        assert_refused(&sample, &naive::encode(&to_log));

        let mut to_batch = proof.clone();
        let hop = to_batch.aggregation.as_mut().unwrap();
        hop.batch_path.push(hop.shared_path.remove(0));
        hop.batch_mask |= (hop.shared_mask & 1) << 5;
        hop.shared_mask >>= 1;
        assert_refused(&sample, &naive::encode(&to_batch));

        let mut to_shared = proof;
        let hop = to_shared.aggregation.as_mut().unwrap();
        hop.shared_path.insert(0, hop.batch_path.pop().unwrap());
        hop.shared_mask = hop.shared_mask << 1 | hop.batch_mask >> 4;
        hop.batch_mask &= 0xf;
        assert_refused(&sample, &naive::encode(&to_shared));
    }
}

#[test]
fn atk_32_the_empty_leaf_is_no_member_although_the_tree_holds_it() {
    for dialect in DIALECTS {
        let mut padded = leaves(3);
        padded.push(hash::EMPTY_LOG_LEAF);
        let logs = causeway_proofs::LogTree::from_leaves(padded.clone()).unwrap();
        let batch = causeway_proofs::ChainBatch::new(dialect, 271, &logs);
        let verify = |index: usize| {
            let path = batch.path(&logs, index).unwrap();
            let words = InclusionProof::in_batch(dialect, path).encode().unwrap();
            verify_in_batch(dialect, index as u64, padded[index], &words, batch.root())
        };
        assert_eq!(verify(2), Ok(()));
        assert_eq!(verify(3), Err(VerifyError::EmptyLeaf));
        assert_eq!(batch.path(&logs, 4), None, "padding has no path");
    }
}

#[test]
fn atk_33_an_index_has_one_spelling() {
    for sample in samples() {
        for bit in 14..64 {
            let index = sample.leaf_index | 1 << bit;
            let alias = Sample {
                leaf_index: index,
                ..sample.clone()
            };
            assert_eq!(
                alias.verify(),
                Err(VerifyError::LeafIndex { index, depth: 14 })
            );
        }
        let mut proof = sample.proof();
        for bit in 5..64 {
            proof.aggregation.as_mut().unwrap().batch_mask |= 1 << bit;
            assert_refused(&sample, &naive::encode(&proof));
            proof.aggregation.as_mut().unwrap().batch_mask &= 0x1f;
        }
        for bit in 3..64 {
            proof.aggregation.as_mut().unwrap().shared_mask |= 1 << bit;
            assert_refused(&sample, &naive::encode(&proof));
            proof.aggregation.as_mut().unwrap().shared_mask &= 7;
        }
        sample.verify_words(&naive::encode(&proof)).unwrap();
    }
}

#[test]
fn atk_33_no_two_indices_fold_a_leaf_to_the_same_root() {
    let sample = Sample::new(Dialect::V32);
    let mut roots: Vec<_> = (0..1 << 14)
        .step_by(7)
        .map(|index| naive::climb(sample.leaf, index, &sample.proof().log_path[..14]))
        .collect();
    let count = roots.len();
    roots.sort();
    roots.dedup();
    assert_eq!(roots.len(), count);
}

#[test]
fn atk_34_a_proof_has_one_spelling() {
    for sample in samples() {
        let proof = sample.proof();
        assert_eq!(proof.encode().unwrap(), sample.words);
        let respelt = [
            [&sample.words[..], &[B256::ZERO]].concat(),
            [&[B256::ZERO], &sample.words[..]].concat(),
            // The same path without its metadata word, as earlier versions wrote it.
            sample.words[1..].to_vec(),
            [&sample.words[..], &sample.words[..]].concat(),
        ];
        for words in respelt {
            assert_refused(&sample, &words);
        }
        sample.verify().unwrap();
    }
}

#[test]
fn atk_50_a_proof_of_a_million_words_is_refused_before_any_hash() {
    for sample in samples() {
        let mut words = sample.words.clone();
        words.resize(1_000_000, B256::repeat_byte(1));
        let end = sample.words.len();
        let Err(VerifyError::Malformed(error)) = sample.verify_words(&words) else {
            panic!("accepted or refused for another reason");
        };
        let extra = 1_000_000 - end;
        assert_eq!((error.word, error.fault), (end, Fault::LeftOver { extra }));
        // The longest paths that metadata can announce are refused as well, without reading them.
        words[0][1] = 255;
        words[0][2] = 255;
        assert_refused(&sample, &words);
        sample.verify().unwrap();
    }
}
