//! Delivery by hand on real local chains: a message is extracted, proven, verified and executed through files, while no
//! relayer runs.

mod ports;

use std::{path::Path, sync::Arc, time::Duration};

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes, bytes},
    providers::{Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use causeway_bindings::{BundleStatus, IInteropCenter, IInteropHandler, InteropAddress};
use causeway_relayer::{
    app::{self, Roles},
    bundle::{
        BundleFile, BundleProof, Executed, Network, ProveAt, Simulated, StepError, Wanted, extract,
        prove, send, simulate, verify, verify_online,
    },
    chain::{EvmChain, SystemClock},
    config::Config,
    dev::{
        config_file::{CONFIG_FILE, Wishes},
        deploy::Target,
        network::{LocalNetwork, NetworkSettings},
    },
    send::{SendSettings, Sender},
    store::DiskStore,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const WAIT: Duration = Duration::from_secs(60);
const OPERATOR: Roles = Roles {
    relay: false,
    operator: true,
};

/// Creates a contract that answers every call with the selector of `receiveMessage`.
const RECIPIENT: Bytes = bytes!("6d632432ef2660e01b5f5260205ff35f52600e6012f3");

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_delivered_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let local = start(dir.path()).await;
    let config = Config::load(&dir.path().join(CONFIG_FILE)).unwrap();
    let shutdown = CancellationToken::new();
    let operators = {
        let (config, shutdown) = (config.clone(), shutdown.clone());
        tokio::spawn(async move { app::run(&config, OPERATOR, shutdown).await })
    };
    let network = Network::open(&config).unwrap();
    let [source, destination] = [0, 1].map(|index| local.chains[index].1.clone());
    let user = local.accounts.users[0].signer.clone();

    let recipient = deploy(&destination, &user).await;
    let good = send_message(&local, &source, &destination, recipient).await;
    let poison = send_message(&local, &source, &destination, Address::repeat_byte(7)).await;
    let (bundle, proof) = files(&network, &source, good, dir.path()).await;
    let (held, held_proof) = files(&network, &source, poison, dir.path()).await;

    let offline = verify(&bundle, &proof, None).unwrap();
    assert!(offline.holds() && !offline.is_anchored());
    let mut online = offline;
    verify_online(&network, &bundle, &proof, &mut online)
        .await
        .unwrap();
    assert!(online.is_anchored(), "{online:?}");
    let for_l1 = prove(&network, &bundle, ProveAt::Execution)
        .await
        .unwrap()
        .proof;
    let mut online = verify(&bundle, &for_l1, None).unwrap();
    verify_online(&network, &bundle, &for_l1, &mut online)
        .await
        .unwrap();
    assert!(online.is_anchored(), "{online:?}");

    let place = network.chain(destination.chain).unwrap();
    let refused = simulate(place, &held, &held_proof, user.address())
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, StepError::WouldRevert(reason) if reason.contains("RecipientMissing")),
        "{refused}"
    );
    let mixed = simulate(place, &bundle, &held_proof, user.address())
        .await
        .unwrap_err();
    assert!(matches!(mixed, StepError::WouldRevert(_)), "{mixed}");

    let before = status(&local, &destination, &bundle).await;
    assert_eq!(before, BundleStatus::Unreceived);
    let Simulated::WouldExecute { gas } = simulate(place, &bundle, &proof, user.address())
        .await
        .unwrap()
    else {
        panic!("nobody else delivers here")
    };
    let store = Arc::new(DiskStore::open(&dir.path().join("by-hand"), local.l1.chain).unwrap());
    let evm = Arc::new(EvmChain::new(&config.chain(destination.chain).unwrap().evm).unwrap());
    let sender = Sender::new(
        evm.clone(),
        evm,
        store,
        Arc::new(SystemClock),
        Arc::new(user.clone()),
        SendSettings::capped(500_000_000_000),
    );
    let executed = send(place, &sender, &SystemClock, (&bundle, &proof), gas, WAIT)
        .await
        .unwrap();
    assert!(
        matches!(executed, Executed::Included { block: Some(_), .. }),
        "{executed:?}"
    );
    assert_eq!(
        status(&local, &destination, &bundle).await,
        BundleStatus::FullyExecuted
    );
    let again = simulate(place, &bundle, &proof, user.address())
        .await
        .unwrap();
    assert_eq!(again, Simulated::AlreadyExecuted);

    shutdown.cancel();
    operators.await.unwrap().unwrap();
    local.stop().await;
}

/// Both files of the bundle that a transaction sent, written and read back.
async fn files(
    network: &Network,
    source: &Target,
    tx: B256,
    dir: &Path,
) -> (BundleFile, BundleProof) {
    let wanted = Wanted {
        tx: Some(tx),
        ..Wanted::default()
    };
    let place = network.chain(source.chain).unwrap();
    let (bundle_file, proof_file) = (dir.join("bundle.json"), dir.join("proof.json"));
    extract(place, wanted)
        .await
        .unwrap()
        .write(&bundle_file)
        .unwrap();
    let bundle = BundleFile::read(&bundle_file).unwrap();
    let started = Instant::now();
    let proven = loop {
        match prove(network, &bundle, ProveAt::Imported).await {
            Ok(proven) => break proven,
            Err(StepError::NotSettled { .. } | StepError::NotImported { .. })
                if started.elapsed() < WAIT =>
            {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => panic!("{error}"),
        }
    };
    proven.proof.write(&proof_file).unwrap();
    (bundle, BundleProof::read(&proof_file).unwrap())
}

async fn start(dir: &Path) -> LocalNetwork {
    let settings = NetworkSettings {
        chains: 2,
        base_port: ports::free_ports(),
        block_time: Duration::from_secs(1),
        anvil: None,
        priority_expiry_seconds: 3_600,
        wishes: Wishes {
            api_port: ports::free_ports(),
            log_filter: "info".into(),
        },
        directory: dir.to_owned(),
    };
    LocalNetwork::start(&settings).await.unwrap()
}

async fn deploy(target: &Target, signer: &PrivateKeySigner) -> Address {
    let request = TransactionRequest::default().with_deploy_code(RECIPIENT);
    transact(target, signer, request)
        .await
        .contract_address
        .unwrap()
}

async fn send_message(
    local: &LocalNetwork,
    from: &Target,
    to: &Target,
    recipient: Address,
) -> B256 {
    let call = IInteropCenter::sendMessageCall {
        recipient: InteropAddress::new(to.chain, recipient).encode(),
        payload: Bytes::from_static(b"hello"),
        attributes: vec![],
    };
    let request = TransactionRequest::default()
        .with_to(local.deployed.chain.center.address)
        .with_input(call.abi_encode());
    transact(from, &local.accounts.users[0].signer, request)
        .await
        .transaction_hash
}

async fn transact(
    target: &Target,
    signer: &PrivateKeySigner,
    request: TransactionRequest,
) -> alloy::rpc::types::TransactionReceipt {
    let provider = ProviderBuilder::new()
        .wallet(EthereumWallet::new(signer.clone()))
        .connect_http(target.url.parse().unwrap());
    let receipt = provider
        .send_transaction(request)
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    assert!(receipt.status());
    receipt
}

async fn status(local: &LocalNetwork, target: &Target, bundle: &BundleFile) -> BundleStatus {
    let question = IInteropHandler::bundleStatusCall {
        bundleHash: bundle.bundle_hash,
    };
    let provider = ProviderBuilder::new().connect_http(target.url.parse().unwrap());
    let request = TransactionRequest::default()
        .with_to(local.deployed.chain.handler.address)
        .with_input(question.abi_encode());
    let answer = provider.call(request).await.unwrap();
    IInteropHandler::bundleStatusCall::abi_decode_returns(&answer).unwrap()
}
