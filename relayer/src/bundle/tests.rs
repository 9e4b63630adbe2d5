//! All steps over fake chains, and files that somebody changed.

use std::{path::PathBuf, sync::Arc, time::Duration};

use alloy::primitives::{Address, B256};
use serde_json::{Value, json};

use super::*;
use crate::{
    chain::{
        ChainReader,
        fake::{CENTER, CONTRACTS, FakeChain, L1},
    },
    harness::{self, L1_CONTRACTS, signer},
    roots::RootsError,
    send::{SendSettings, Sender},
    store::memory::MemoryStore,
};

fn places(network: &harness::Network) -> Network {
    let chains = network.chains.iter().map(|chain| {
        let place = ChainPlace {
            reader: chain.clone(),
            contracts: CONTRACTS,
            center: CENTER,
            vault: Address::ZERO,
            start_block: 0,
            page: 3,
        };
        (chain.chain_id(), place)
    });
    Network {
        l1: L1Place {
            reader: network.l1.clone(),
            contracts: L1_CONTRACTS,
            shared_bridge: Address::ZERO,
            priority_queue: Address::ZERO,
            start_block: 0,
            page: 4,
        },
        chains: chains.collect(),
    }
}

/// A network in which a bundle of chain 0 for chain 1 was sent, settled and covered by an imported root.
pub(super) async fn delivered_to(seconds: usize) -> (harness::Network, Network, B256) {
    let network = harness::Network::new(2, 0);
    network.steps(5).await;
    network.send(0, network.id(1));
    let id = network.send(0, network.id(1));
    network.steps(seconds).await;
    let places = places(&network);
    (network, places, id)
}

fn by_id(id: B256) -> Wanted {
    Wanted {
        id: Some(id),
        ..Wanted::default()
    }
}

async fn files(places: &Network, id: B256) -> (BundleFile, BundleProof) {
    let bundle = extract(places.chain(271).unwrap(), by_id(id))
        .await
        .unwrap();
    let proven = prove(places, &bundle, ProveAt::Imported).await.unwrap();
    (bundle, proven.proof)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn holding(&self, text: &str) -> PathBuf {
        let path = self.0.path().join("given.json");
        std::fs::write(&path, text).unwrap();
        path
    }
}

#[tokio::test(start_paused = true)]
async fn a_bundle_goes_through_all_steps_by_files() {
    let (network, places, id) = delivered_to(4).await;
    let (bundle, proof) = files(&places, id).await;
    assert_eq!((bundle.bundle_hash, bundle.calls.len()), (id, 1));
    assert_eq!(bundle.calls[0].payload.as_ref(), b"payload");

    let folder = Folder::new();
    let (at, proof_at) = (
        folder.0.path().join("b.json"),
        folder.0.path().join("p.json"),
    );
    bundle.write(&at).unwrap();
    proof.write(&proof_at).unwrap();
    let (bundle, proof) = (
        BundleFile::read(&at).unwrap(),
        BundleProof::read(&proof_at).unwrap(),
    );

    let mut verification = verify(&bundle, &proof, None).unwrap();
    assert!(verification.holds() && !verification.is_anchored());
    assert!(
        verify(&bundle, &proof, Some(proof.root))
            .unwrap()
            .is_anchored()
    );
    verify_online(&places, &bundle, &proof, &mut verification)
        .await
        .unwrap();
    let open: Vec<_> = verification
        .checks
        .iter()
        .filter(|check| check.outcome != Outcome::Passed)
        .collect();
    assert!(verification.is_anchored() && open.is_empty(), "{open:?}");

    let destination = places.chain(272).unwrap();
    let sender = sender(&network, &network.chains[1]);
    let Simulated::WouldExecute { gas } = simulate(destination, &bundle, &proof, sender.address())
        .await
        .unwrap()
    else {
        panic!("it was not executed yet")
    };
    let clock = network.clock.as_ref();
    let patience = Duration::from_secs(60);
    let sent = send(
        destination,
        &sender,
        clock,
        (&bundle, &proof),
        gas,
        patience,
    );
    let (executed, ()) = tokio::join!(sent, network.steps(5));
    assert!(matches!(executed.unwrap(), Executed::Included { .. }));
    assert_eq!(network.chains[1].executed(), [id]);
    let again = simulate(destination, &bundle, &proof, sender.address())
        .await
        .unwrap();
    assert_eq!(again, Simulated::AlreadyExecuted);
}

fn sender(network: &harness::Network, chain: &Arc<FakeChain>) -> Sender {
    Sender::new(
        chain.clone(),
        chain.clone(),
        Arc::new(MemoryStore::new(L1)),
        network.clock.clone(),
        signer(7),
        SendSettings::capped(500_000_000_000),
    )
}

#[tokio::test(start_paused = true)]
async fn a_bundle_is_found_by_its_transaction_if_it_is_the_only_one() {
    let (_network, places, id) = delivered_to(4).await;
    let place = places.chain(271).unwrap();
    let bundle = extract(place, by_id(id)).await.unwrap();
    let error = extract(
        place,
        Wanted {
            tx: Some(bundle.sent.tx),
            ..Wanted::default()
        },
    )
    .await
    .unwrap_err();
    assert!(
        matches!(&error, StepError::SeveralBundles { bundles, .. } if bundles.contains(&id)),
        "{error}"
    );
    let error = extract(place, by_id(B256::repeat_byte(1)))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StepError::NotFound { from: 0, .. }),
        "{error}"
    );
    let both = Wanted {
        tx: Some(bundle.sent.tx),
        ..by_id(id)
    };
    assert_eq!(extract(place, both).await.unwrap(), bundle);
    let late = Wanted {
        from_block: Some(bundle.sent.block + 1),
        ..by_id(id)
    };
    assert!(matches!(
        extract(place, late).await,
        Err(StepError::NotFound { .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_proof_leads_to_the_block_asked_for() {
    let (_network, places, id) = delivered_to(8).await;
    let bundle = extract(places.chain(271).unwrap(), by_id(id))
        .await
        .unwrap();
    let at = |at| prove(&places, &bundle, at);
    let execution = at(ProveAt::Execution).await.unwrap().proof;
    let imported = at(ProveAt::Imported).await.unwrap().proof;
    assert!(execution.settlement_block < imported.settlement_block);
    let chosen = at(ProveAt::L1Block(execution.settlement_block + 1))
        .await
        .unwrap()
        .proof;
    assert_eq!(chosen.settlement_block, execution.settlement_block + 1);
    for proof in [&execution, &imported, &chosen] {
        assert!(
            verify(&bundle, proof, Some(proof.root))
                .unwrap()
                .is_anchored()
        );
    }
    let early = at(ProveAt::L1Block(execution.settlement_block - 1))
        .await
        .unwrap_err();
    assert!(matches!(early, StepError::BeforeBatch { .. }), "{early}");
    let late = at(ProveAt::L1Block(1_000)).await.unwrap_err();
    assert!(matches!(late, StepError::AboveHead { .. }), "{late}");
}

#[tokio::test(start_paused = true)]
async fn blocks_without_a_root_name_the_one_to_use() {
    let (network, places, id) = delivered_to(4).await;
    network.l1.mine();
    network.l1.mine();
    let head = network.l1.head_number();
    let bundle = extract(places.chain(271).unwrap(), by_id(id))
        .await
        .unwrap();
    let error = prove(&places, &bundle, ProveAt::L1Block(head))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StepError::Unchanged { changed, .. } if changed == head - 2),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_not_settled_or_imported_is_not_proven() {
    let network = harness::Network::new(2, 0);
    network.steps(3).await;
    let id = network.send(0, network.id(1));
    network.chains[0].mine();
    let places = places(&network);
    let bundle = extract(places.chain(271).unwrap(), by_id(id))
        .await
        .unwrap();
    let error = prove(&places, &bundle, ProveAt::Imported)
        .await
        .unwrap_err();
    assert!(matches!(error, StepError::NotSettled { .. }), "{error}");
    network.step();
    let error = prove(&places, &bundle, ProveAt::Imported)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StepError::NotImported { chain: 272, .. }),
        "{error}"
    );
    let proof = prove(&places, &bundle, ProveAt::Execution)
        .await
        .unwrap()
        .proof;
    let error = simulate(places.chain(272).unwrap(), &bundle, &proof, CENTER)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("InteropHandlerUnproven"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_not_what_the_chain_emitted_proves_nothing() {
    let network = harness::Network::new(2, 0);
    network.corrupt(0);
    network.steps(3).await;
    let id = network.send(0, network.id(1));
    network.steps(4).await;
    let places = places(&network);
    let bundle = extract(places.chain(271).unwrap(), by_id(id))
        .await
        .unwrap();
    let error = prove(&places, &bundle, ProveAt::Imported)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StepError::Roots(RootsError::WrongBatchRoot { .. })),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_reverting_delivery_shows_its_reason() {
    let (network, places, id) = delivered_to(4).await;
    let (bundle, proof) = files(&places, id).await;
    network.chains[1].fault(|faults| faults.revert = [id].into());
    let error = simulate(places.chain(272).unwrap(), &bundle, &proof, CENTER)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the delivery would revert: call 0 reverted: poison"
    );
}

#[tokio::test(start_paused = true)]
async fn no_changed_word_of_a_proof_goes_unnoticed() {
    let (_network, places, id) = delivered_to(4).await;
    let (bundle, proof) = files(&places, id).await;
    for word in 0..proof.path.len() {
        for byte in [0, 1, 2, 3, 4, 15, 16, 31] {
            let mut changed = proof.clone();
            changed.path[word].0[byte] ^= 1;
            let verified = verify(&bundle, &changed, Some(proof.root));
            assert!(
                !verified.is_ok_and(|verified| verified.holds()),
                "word {word}, byte {byte}"
            );
        }
    }
    let shorter = BundleProof {
        path: proof.path[..5].to_vec(),
        ..proof
    };
    let fault = verify(&bundle, &shorter, None).unwrap_err();
    let error = fault.within("proof.json".as_ref()).to_string();
    assert_eq!(
        error,
        "proof.json: field `path`: Malformed proof word 5: missing; the proof ends before it"
    );
}

#[tokio::test(start_paused = true)]
async fn proofs_of_others_and_foreign_centers_are_refused() {
    let (_network, places, id) = delivered_to(4).await;
    let (bundle, proof) = files(&places, id).await;
    let failed = |bundle: &BundleFile, proof: &BundleProof| {
        verify(bundle, proof, None)
            .unwrap()
            .failure()
            .map(|check| check.name)
    };
    assert_eq!(failed(&bundle, &proof), None);
    let other = BundleProof {
        id: B256::ZERO,
        ..proof.clone()
    };
    assert_eq!(failed(&bundle, &other), Some("proof_of_bundle"));
    let other = BundleProof {
        source: 272,
        ..proof.clone()
    };
    assert_eq!(failed(&bundle, &other), Some("source_chain"));
    let other = BundleProof {
        batch: proof.batch + 1,
        ..proof.clone()
    };
    assert_eq!(failed(&bundle, &other), Some("root"));
    let foreign = BundleFile {
        center: CONTRACTS.outbox,
        ..bundle.clone()
    };
    assert_eq!(failed(&foreign, &proof), Some("root"));

    let mut verification = verify(&foreign, &proof, None).unwrap();
    verify_online(&places, &foreign, &proof, &mut verification)
        .await
        .unwrap();
    let names: Vec<_> = verification
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Failed)
        .collect();
    assert!(
        names.iter().any(|check| check.name == "center"),
        "{names:?}"
    );
    assert!(
        names.iter().any(|check| check.name == "root_known"),
        "{names:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn malformed_files_name_the_field() {
    let (_network, places, id) = delivered_to(4).await;
    let (bundle, proof) = files(&places, id).await;
    let folder = Folder::new();
    let bundle_cases: [(&str, Value); 9] = [
        ("/schema", json!("causeway.bundle/v0")),
        ("/source_chain_id", json!(272)),
        ("/destination_chain_id", json!(9)),
        ("/bundle_hash", json!(B256::ZERO)),
        ("/bundle", json!("0x1234")),
        ("/center", json!("0x12")),
        ("/calls/0/to", json!(CENTER)),
        ("/calls/0/payload", json!("0x00")),
        ("/sent/block", json!(-1)),
    ];
    for (pointer, value) in bundle_cases {
        let mut changed = serde_json::to_value(&bundle).unwrap();
        *changed.pointer_mut(pointer).unwrap() = value;
        let error = BundleFile::read(&folder.holding(&changed.to_string())).unwrap_err();
        assert_eq!(field_of(&error), dotted(pointer), "{error}");
        assert!(error.to_string().contains("given.json"));
    }
    for (pointer, value) in [
        ("/path/3", json!("0x12")),
        ("/leaf_index", json!("1")),
        ("/root", json!(7)),
    ] {
        let mut changed = proof.to_json();
        *changed.pointer_mut(pointer).unwrap() = value;
        let error = BundleProof::read(&folder.holding(&changed.to_string())).unwrap_err();
        assert_eq!(field_of(&error), dotted(pointer), "{error}");
    }
    let unknown = proof
        .to_json()
        .to_string()
        .replacen('{', "{\"surprise\":1,", 1);
    let error = BundleProof::read(&folder.holding(&unknown))
        .unwrap_err()
        .to_string();
    assert!(error.contains("surprise"), "{error}");
    let twice = proof.to_json().to_string().repeat(2);
    assert!(BundleProof::read(&folder.holding(&twice)).is_err());
}

fn field_of(error: &FileError) -> String {
    match error {
        FileError::Field { field, .. } => field.clone(),
        other => panic!("{other}"),
    }
}

/// `/calls/0/to` as `calls[0].to`.
fn dotted(pointer: &str) -> String {
    let parts = pointer.trim_start_matches('/').split('/');
    parts.fold(String::new(), |path, part| match part.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) if path.is_empty() => part.to_owned(),
        Err(_) => format!("{path}.{part}"),
    })
}

#[test]
fn files_that_are_too_large_are_not_parsed() {
    let folder = Folder::new();
    let large = " ".repeat(usize::try_from(MAX_PROOF_FILE).unwrap() + 1);
    let error = BundleProof::read(&folder.holding(&large)).unwrap_err();
    assert!(
        matches!(
            error,
            FileError::TooLarge {
                limit: MAX_PROOF_FILE,
                ..
            }
        ),
        "{error}"
    );
    let error = BundleFile::read(&folder.0.path().join("absent.json")).unwrap_err();
    assert!(
        matches!(error, FileError::Io { .. }) && error.to_string().contains("absent.json"),
        "{error}"
    );
}
