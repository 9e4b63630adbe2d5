use alloy::primitives::{Address, FixedBytes, U256};
use causeway_bindings::{BundleAttributes, InteropBundle, InteropCall, bundle_hash};
use causeway_proofs::{ChainBatch, LogTree, MessageRoot, SettledBatch as Append};
use serde_json::{Value, json};

use super::*;
use crate::model::{
    AppendedBatch, BatchPosition, BlockRef, ImportedRoot, LeafPoint, SettledBatch, Stage,
};
use crate::roots::Roots;
use crate::store::memory::MemoryStore;
use crate::store::{Change, Writer, samples};

const L1: ChainId = 1;
const SOURCE: ChainId = 271;
const DESTINATION: ChainId = 272;

fn bundle() -> SentBundle {
    let call = InteropCall {
        version: FixedBytes([1]),
        shadowAccount: false,
        to: Address::repeat_byte(0xaa),
        from: Address::repeat_byte(0xbb),
        value: U256::ZERO,
        data: Bytes::from_static(b"hello"),
    };
    let content = InteropBundle {
        version: FixedBytes([1]),
        sourceChainId: U256::from(SOURCE),
        destinationChainId: U256::from(DESTINATION),
        destinationBaseTokenAssetId: B256::repeat_byte(7),
        interopBundleSalt: B256::repeat_byte(8),
        calls: vec![call],
        attributes: BundleAttributes {
            executionAddress: Bytes::new(),
            unbundlerAddress: Bytes::new(),
            useFixedFee: false,
        },
    }
    .encode();
    SentBundle {
        id: bundle_hash(U256::from(SOURCE), &content),
        source: SOURCE,
        destination: DESTINATION,
        center: Address::repeat_byte(0xcc),
        block: 5,
        tx: B256::repeat_byte(0xdd),
        content,
    }
}

/// A store that knows the bundle in batch 1 beside two other leaves, settled in L1 block 9.
fn settled_store(bundle: &SentBundle) -> (MemoryStore, B256) {
    let leaves = [B256::repeat_byte(1), bundle.leaf(), B256::repeat_byte(2)];
    let logs = LogTree::from_leaves(leaves.to_vec()).unwrap();
    let chain_batch_root = ChainBatch::new(Dialect::V32, SOURCE, &logs).root();
    let l1_block = BlockRef {
        number: 9,
        hash: B256::repeat_byte(9),
        timestamp: 900,
    };
    let mut twin = MessageRoot::new(Dialect::V32, L1);
    let index = twin.register_chain(SOURCE, 3).unwrap() as u64;
    let registered = twin.root();
    twin.append_batch(Append {
        chain_id: SOURCE,
        batch_number: 1,
        chain_batch_root,
        block: 9,
        timestamp: 900,
    })
    .unwrap();
    let root = twin.root();

    let mut message = samples::message(1, SOURCE, DESTINATION, Stage::Seen, 5);
    (message.id, message.bundle, message.center) =
        (bundle.id, bundle.content.clone(), bundle.center);
    message.batch = Some(BatchPosition {
        number: 1,
        leaf_index: 1,
    });
    let points = (0..).zip(leaves).map(|(log_index, leaf)| LeafPoint {
        block: 5,
        log_index,
        leaf,
        message: None,
    });
    let batch = SettledBatch {
        chain: SOURCE,
        number: 1,
        first_block: 1,
        last_block: 6,
        chain_batch_root,
        l1_block,
        l1_tx: B256::repeat_byte(0x99),
    };
    let chain = AppendedBatch::Chain {
        chain: SOURCE,
        index,
        block: BlockRef {
            number: 3,
            ..l1_block
        },
        root: registered,
    };
    let append = AppendedBatch::Batch {
        chain: SOURCE,
        number: 1,
        chain_batch_root,
        index_in_chain: 0,
        block: l1_block,
        root,
    };
    let store = MemoryStore::new(L1);
    let changes = vec![
        Change::PutMessage(Box::new(message)),
        Change::PutLeaves(SOURCE, points.collect()),
        Change::PutAppend(3 << 24, chain),
        Change::PutAppend((9 << 24) | 4, append),
        Change::PutBatch(batch),
        Change::PutBlock(
            L1,
            BlockRef {
                number: 20,
                ..l1_block
            },
        ),
    ];
    store.commit(changes).unwrap();
    (store, root)
}

fn import(store: &MemoryStore, root: B256) {
    let at = samples::block(30);
    let import = ImportedRoot {
        chain: DESTINATION,
        l1_block: 12,
        root,
        at,
        tx: B256::repeat_byte(0x66),
    };
    store.commit(vec![Change::PutImport(import)]).unwrap();
}

fn prover() -> Prover {
    Prover::new(std::sync::Arc::new(Roots::new(L1)), L1)
}

fn proof() -> (SentBundle, BundleProof, B256) {
    let bundle = bundle();
    let (store, root) = settled_store(&bundle);
    import(&store, root);
    let proof = prover()
        .prove(&store, bundle.id, Anchored::AtDestination)
        .unwrap();
    (bundle, proof, root)
}

#[test]
fn a_bundle_is_proven_and_verified() {
    let (bundle, proof, root) = proof();
    assert_eq!((proof.settlement_block, proof.root), (12, root));
    let anchor = proof.verify(&bundle, root).unwrap();
    assert_eq!((anchor.chain_id, anchor.block), (L1, 12));
    assert_eq!(
        proof.verify(&bundle, B256::repeat_byte(5)),
        Err(VerifyError::RootMismatch {
            folded: root,
            known: B256::repeat_byte(5)
        })
    );
    assert_eq!(
        proof.verify(&bundle, B256::ZERO),
        Err(VerifyError::ZeroRoot)
    );
}

#[test]
fn for_l1_the_root_is_that_of_the_block_that_executed_the_batch() {
    let bundle = bundle();
    let (store, root) = settled_store(&bundle);
    let proof = prover().prove(&store, bundle.id, Anchored::OnL1).unwrap();
    assert_eq!((proof.settlement_block, proof.root), (9, root));
    assert!(proof.verify(&bundle, root).is_ok());
}

#[test]
fn what_is_missing_for_a_proof_is_said() {
    let bundle = bundle();
    let (store, _) = settled_store(&bundle);
    let refused = |id| {
        prover()
            .prove(&store, id, Anchored::AtDestination)
            .unwrap_err()
            .to_string()
    };
    assert!(
        refused(bundle.id).contains("chain 272 has not imported a root that covers"),
        "{}",
        refused(bundle.id)
    );
    assert!(refused(B256::ZERO).contains("this relayer knows no message"));
    let mut unsettled = samples::message(3, SOURCE, DESTINATION, Stage::Seen, 5);
    unsettled.batch = None;
    store
        .commit(vec![Change::PutMessage(Box::new(unsettled))])
        .unwrap();
    assert!(refused(B256::repeat_byte(3)).contains("is not executed on L1 yet"));
}

#[test]
fn a_false_import_is_never_proven_against() {
    let bundle = bundle();
    let (store, _) = settled_store(&bundle);
    import(&store, B256::repeat_byte(0x13));
    let error = prover()
        .prove(&store, bundle.id, Anchored::AtDestination)
        .unwrap_err();
    assert!(matches!(error, ProveError::Roots(_)), "{error}");
}

/// A change of any byte of any word makes the file or the proof fail.
#[test]
fn every_tampered_word_is_refused() {
    let (bundle, proof, root) = proof();
    for index in 0..proof.path.len() {
        for byte in [0, 3, 15, 31] {
            let mut tampered = proof.clone();
            tampered.path[index].0[byte] ^= 1;
            let read = BundleProof::from_json(&tampered.to_json().to_string());
            let accepted = read.is_ok_and(|read| read.verify(&bundle, root).is_ok());
            assert!(!accepted, "word {index}, byte {byte}");
        }
    }
}

#[test]
fn files_read_back_as_they_were_written() {
    let (bundle, proof, _) = proof();
    assert_eq!(
        SentBundle::from_json(&bundle.to_json().to_string()),
        Ok(bundle)
    );
    assert_eq!(
        BundleProof::from_json(&proof.to_json().to_string()),
        Ok(proof)
    );
}

/// The file with one word changed, or taken out with `null`.
fn changed(mut file: Value, word: &str, value: Value) -> String {
    if value.is_null() {
        file.as_object_mut().unwrap().remove(word);
    } else {
        file[word] = value;
    }
    file.to_string()
}

#[test]
fn faults_in_a_proof_file_name_the_word() {
    let (_, proof, _) = proof();
    let with_word = |index: usize, word: &str| {
        let mut path: Vec<Value> = proof.path.iter().map(|word| json!(word)).collect();
        path[index] = json!(word);
        Value::Array(path)
    };
    let zero = B256::ZERO.to_string();
    let cases = [
        (
            "path",
            with_word(3, "0x12"),
            "`path[3]`: it has 1 bytes, 32 are needed",
        ),
        (
            "path",
            with_word(3, "12"),
            "`path[3]`: \"12\" is no hex string; write \"0x...\"",
        ),
        (
            "path",
            with_word(0, &zero),
            "`path[0]`: metadata version 0x00, expected 0x01; a bare path without metadata is not read here",
        ),
        ("path", json!([proof.path[0]]), "`path[1]`: "),
        ("path", json!("0x"), "`path`: a list is needed"),
        ("root", Value::Null, "`root` is missing"),
        (
            "batch_number",
            json!(-1),
            "`batch_number`: -1 is no whole number from 0 to 2^64 - 1",
        ),
        (
            "settlement_block",
            json!(13),
            "`settlement_block`: it is 13, the path says 12",
        ),
        ("extra", json!(1), "`extra` is unknown; remove it"),
        (
            "schema",
            json!("causeway.bundle/v1"),
            "`schema` is \"causeway.bundle/v1\", `causeway.proof/v1` is needed here",
        ),
    ];
    for (word, value, expected) in cases {
        let fault = BundleProof::from_json(&changed(proof.to_json(), word, value))
            .unwrap_err()
            .to_string();
        assert!(fault.starts_with(expected), "{word}: {fault}");
    }
    let more = [proof.path.clone(), vec![B256::ZERO]].concat();
    let fault = BundleProof::from_json(&changed(proof.to_json(), "path", json!(more)))
        .unwrap_err()
        .to_string();
    assert!(
        fault.starts_with(&format!("`path[{}]`: ", proof.path.len())),
        "{fault}"
    );
}

#[test]
fn faults_in_a_bundle_file_name_the_word() {
    let bundle = bundle();
    let mut cut = bundle.content.to_vec();
    cut.pop();
    let cases = [
        (
            "bundle_hash",
            json!(B256::ZERO),
            "`bundle_hash`: it is 0x0000",
        ),
        (
            "source_chain_id",
            json!(5),
            "`source_chain_id`: it is 5, the bundle itself says 271",
        ),
        (
            "destination_chain_id",
            json!(5),
            "`destination_chain_id`: it is 5, the bundle itself says 272",
        ),
        (
            "center",
            json!("0x1234"),
            "`center`: it has 2 bytes, 20 are needed",
        ),
        ("bundle", json!(Bytes::from(cut)), "`bundle`: "),
        ("tx", json!(7), "`tx`: 7 is no hex string; write \"0x...\""),
    ];
    for (word, value, expected) in cases {
        let fault = SentBundle::from_json(&changed(bundle.to_json(), word, value))
            .unwrap_err()
            .to_string();
        assert!(fault.starts_with(expected), "{word}: {fault}");
    }
    assert!(matches!(
        SentBundle::from_json("{"),
        Err(FileFault::NotJson(_))
    ));
    assert!(matches!(
        SentBundle::from_json("[]"),
        Err(FileFault::NotJson(_))
    ));
}
