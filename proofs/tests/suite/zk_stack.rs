//! Public proofs and roots of ZK Stack chains and of their test suites, recomputed here.
//!
//! A proof from a batch with a shallow log tree names that depth; bare paths go through the legacy function.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, keccak256};
use causeway_proofs::{
    ChainBatch, Dialect, FixedTree, Folded, Format, GrowingTree, InclusionProof, L2Log,
    LOG_TREE_DEPTH, LogTree, Source, hash, legacy, verify_in_batch, verify_message,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vectors {
    constants: Constants,
    proofs: Vec<ProofVector>,
    trees: Trees,
    batches: Vec<BatchVector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Constants {
    log_empty_leaf: B256,
    batch_leaf_padding: B256,
    chain_id_leaf_padding: B256,
    chain_or_shared_tree_empty_entry: B256,
    reserved_subtree_node: B256,
    log_zero_cascade: Vec<B256>,
    chain_zero_cascade: Vec<B256>,
    empty_multichain_root: BTreeMap<u64, B256>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProofVector {
    id: String,
    kind: String,
    chain_id: u64,
    block_or_batch_number: u64,
    leaf_proof_mask: u64,
    leaf: B256,
    proof: Vec<B256>,
    intermediate: Intermediate,
    expected: Expected,
    log: Option<LogVector>,
    message: Option<MessageVector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Intermediate {
    settlement_root: B256,
    batch_leaf: Option<B256>,
    batch_leaf_mask: Option<u64>,
    chain_id_root: Option<B256>,
    chain_id_leaf: Option<B256>,
    sl_block_or_batch: Option<u64>,
    sl_root_mask: Option<u64>,
    sl_chain_id: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expected {
    terminal_chain_id: u64,
    terminal_block_or_batch: u64,
    root: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogVector {
    l2_shard_id: u8,
    is_service: bool,
    tx_number_in_batch: u16,
    sender: Address,
    key: B256,
    value: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageVector {
    tx_number_in_batch: u16,
    sender: Address,
    data: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trees {
    mini_merkle: Vec<MiniMerkle>,
    dynamic_incremental: DynamicIncremental,
    chain_batch_root: RootOnly,
}

#[derive(Deserialize)]
struct MiniMerkle {
    leaves: String,
    depth: usize,
    root: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DynamicIncremental {
    zero: B256,
    roots_by_leaf_count: BTreeMap<usize, B256>,
}

#[derive(Deserialize)]
struct RootOnly {
    root: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchVector {
    chain_id: u64,
    logs: Vec<LogVector>,
    local_logs_root: B256,
    multichain_root: B256,
    chain_batch_root: B256,
}

impl LogVector {
    fn log(&self) -> L2Log {
        L2Log {
            shard: self.l2_shard_id,
            is_service: self.is_service,
            tx_number: self.tx_number_in_batch,
            sender: self.sender,
            key: self.key,
            value: self.value,
        }
    }
}

impl ProofVector {
    fn source(&self) -> Source {
        Source {
            chain_id: self.chain_id,
            batch_number: self.block_or_batch_number,
            leaf_index: self.leaf_proof_mask,
        }
    }

    /// All of them are v31; the second byte of the metadata tells the depth of the log tree.
    fn format(&self) -> Format {
        Format::with_log_depth(Dialect::V31, self.proof[0][1] - 1).unwrap()
    }

    fn fold(&self) -> Folded {
        InclusionProof::decode(&self.proof, self.format())
            .unwrap()
            .fold(self.source(), self.leaf)
            .unwrap()
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/zk-stack.json")).unwrap()
}

fn of_kind(suffix: &str) -> Vec<ProofVector> {
    let proofs: Vec<_> = vectors()
        .proofs
        .into_iter()
        .filter(|proof| proof.kind.ends_with(suffix))
        .collect();
    assert!(!proofs.is_empty(), "no proof of kind {suffix}");
    proofs
}

#[test]
fn every_section_and_kind_is_covered() {
    let all: Value = serde_json::from_str(include_str!("../vectors/zk-stack.json")).unwrap();
    let keys: Vec<_> = all.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["batches", "constants", "note", "proofs", "trees"]);
    let covered: usize = ["/final", "/two-hop", "/legacy"]
        .map(|kind| of_kind(kind).len())
        .iter()
        .sum();
    assert_eq!(covered, vectors().proofs.len());
}

#[test]
fn constants() {
    let known = vectors().constants;
    assert_eq!(known.log_empty_leaf, hash::EMPTY_LOG_LEAF);
    assert_eq!(known.log_empty_leaf, keccak256([0; 88]));
    assert_eq!(known.batch_leaf_padding, hash::BATCH_LEAF_TAG);
    assert_eq!(known.batch_leaf_padding, keccak256("zkSync:BatchLeaf"));
    assert_eq!(known.chain_id_leaf_padding, hash::CHAIN_ID_LEAF_TAG);
    assert_eq!(known.chain_id_leaf_padding, keccak256("zkSync:ChainIdLeaf"));
    assert_eq!(known.chain_or_shared_tree_empty_entry, hash::EMPTY_ENTRY);
    assert_eq!(known.chain_or_shared_tree_empty_entry, keccak256([0; 96]));
    assert_eq!(known.reserved_subtree_node, hash::RESERVED);
}

#[test]
fn zero_cascades() {
    let known = vectors().constants;
    assert_eq!(known.log_zero_cascade, hash::EMPTY_LOG_CASCADE);
    assert_eq!(
        known.chain_zero_cascade,
        hash::EMPTY_ENTRY_CASCADE[..known.chain_zero_cascade.len()]
    );
    for cascade in [&hash::EMPTY_LOG_CASCADE[..], &hash::EMPTY_ENTRY_CASCADE[..]] {
        for pair in cascade.windows(2) {
            assert_eq!(hash::node(&pair[0], &pair[0]), pair[1]);
        }
    }
}

#[test]
fn empty_multichain_roots() {
    for (chain_id, root) in vectors().constants.empty_multichain_root {
        assert_eq!(
            hash::empty_multichain_root(chain_id),
            root,
            "chain {chain_id}"
        );
    }
}

#[test]
fn leaves_of_logs_and_messages() {
    let proofs = vectors().proofs;
    let leaves = proofs.iter().filter_map(|proof| {
        let log = proof.log.as_ref().map(LogVector::log);
        let message = proof
            .message
            .as_ref()
            .map(|sent| L2Log::message(sent.sender, sent.tx_number_in_batch, &sent.data));
        Some((proof, log.or(message)?))
    });
    let mut seen = 0;
    for (proof, log) in leaves {
        assert_eq!(log.leaf(), proof.leaf, "{}", proof.id);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn final_proofs() {
    for proof in of_kind("/final") {
        let folded = proof.fold();
        assert_eq!(folded.chain_batch_root, proof.intermediate.settlement_root);
        assert_eq!(folded.chain_batch_root, proof.expected.root);
        assert_eq!(folded.hop, None);
        assert_eq!(proof.expected.terminal_chain_id, proof.chain_id);
        assert_eq!(
            proof.expected.terminal_block_or_batch,
            proof.block_or_batch_number
        );
        verify_in_batch(
            proof.format(),
            proof.leaf_proof_mask,
            proof.leaf,
            &proof.proof,
            proof.expected.root,
        )
        .unwrap();
    }
}

#[test]
fn two_hop_proofs() {
    for proof in of_kind("/two-hop") {
        let Folded {
            chain_batch_root,
            hop,
        } = proof.fold();
        let (hop, known) = (hop.unwrap(), &proof.intermediate);
        assert_eq!(chain_batch_root, known.settlement_root);
        assert_eq!(Some(hop.batch_leaf), known.batch_leaf);
        assert_eq!(Some(hop.chain_root), known.chain_id_root);
        assert_eq!(Some(hop.chain_id_leaf), known.chain_id_leaf);
        assert_eq!(Some(hop.settlement_block), known.sl_block_or_batch);
        assert_eq!(Some(hop.settlement_chain_id), known.sl_chain_id);
        assert_eq!(hop.root, proof.expected.root);

        let decoded = InclusionProof::decode(&proof.proof, Dialect::V31).unwrap();
        let aggregation = decoded.aggregation.as_ref().unwrap();
        assert_eq!(Some(aggregation.batch_mask), known.batch_leaf_mask);
        assert_eq!(Some(aggregation.shared_mask), known.sl_root_mask);
        assert_eq!(decoded.encode().unwrap(), proof.proof);
        let anchor = verify_message(
            Dialect::V31,
            proof.chain_id,
            proof.block_or_batch_number,
            proof.leaf_proof_mask,
            proof.leaf,
            &proof.proof,
            |_, _| Some(proof.expected.root),
        )
        .unwrap();
        assert_eq!(anchor.chain_id, proof.expected.terminal_chain_id);
        assert_eq!(anchor.block, proof.expected.terminal_block_or_batch);
    }
}

#[test]
fn legacy_bare_paths() {
    for proof in of_kind("/legacy") {
        let depth = proof.proof.len();
        let index = proof.leaf_proof_mask;
        let root = legacy::fold_bare_path(depth, index, proof.leaf, &proof.proof).unwrap();
        assert_eq!(root, proof.intermediate.settlement_root);
        assert_eq!(root, proof.expected.root);
        InclusionProof::decode(&proof.proof, Dialect::V31).unwrap_err();
    }
}

#[test]
fn mini_merkle_trees() {
    let trees = vectors().trees.mini_merkle;
    assert_eq!(trees.len(), 3);
    for tree in trees {
        let count = match tree.leaves.as_str() {
            "[1;88] x1" => 1,
            "[i;88] i=1..=32" => 32,
            "[i;88] i=1..=50" => 50,
            other => panic!("unknown leaves: {other}"),
        };
        let leaves: Vec<_> = (1..=count).map(|i| keccak256([i; 88])).collect();
        let root = match tree.depth {
            5 => FixedTree::<5>::from_leaves(leaves).unwrap().root(),
            6 => FixedTree::<6>::from_leaves(leaves).unwrap().root(),
            other => panic!("unknown depth: {other}"),
        };
        assert_eq!(root, tree.root);
    }
}

#[test]
fn dynamic_incremental_trees() {
    let known = vectors().trees.dynamic_incremental;
    assert_eq!(known.zero, hash::EMPTY_ENTRY);
    assert_eq!(known.roots_by_leaf_count.len(), 20);
    let all: GrowingTree = (0..20u8).map(|i| keccak256([i; 32])).collect();
    for (count, root) in known.roots_by_leaf_count {
        let tree: GrowingTree = all.leaves()[..count].iter().copied().collect();
        assert_eq!(tree.root(), root, "{count} leaves");
        assert_eq!(all.root_at(count), Some(root), "{count} leaves of 20");
    }
}

#[test]
fn chain_batch_root_v32() {
    let [logs_root, multichain_root, imt_begin, imt_end] = [1, 2, 3, 4].map(B256::repeat_byte);
    let batch = ChainBatch {
        dialect: Dialect::V32,
        logs_root,
        multichain_root,
        imt_begin,
        imt_end,
    };
    assert_eq!(batch.root(), vectors().trees.chain_batch_root.root);
}

#[test]
fn batches_of_a_live_chain() {
    for batch in vectors().batches {
        let logs: Vec<_> = batch.logs.iter().map(LogVector::log).collect();
        let tree = LogTree::from_logs(&logs).unwrap();
        assert_eq!(tree.root(), batch.local_logs_root);
        assert_eq!(tree.path(0).unwrap().len(), LOG_TREE_DEPTH);
        let chain_batch = ChainBatch::new(Dialect::V31, batch.chain_id, &tree);
        assert_eq!(chain_batch.multichain_root, batch.multichain_root);
        assert_eq!(chain_batch.root(), batch.chain_batch_root);
    }
}
