//! The operator on real local chains: batches settle in every data availability mode, roots are imported, priority
//! operations are consumed, and a restart continues where L1 stands.

mod ports;

use std::{sync::Arc, time::Duration};

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use causeway_bindings::{
    ChainHead, IBatchSettlement, IInteropCenter, IInteropRootStorage, IPriorityInbox,
    IPriorityQueue, InteropAddress, PublicInputDomain, attestation_domain,
};
use causeway_relayer::{
    chain::{
        ChainReader, ChainWriter, EvmChain, EvmSettings, FinalityRule, RpcSettings, SystemClock,
    },
    config::Config,
    dev::{
        config_file::{CONFIG_FILE, Wishes},
        deploy::Target,
        network::{L1_CHAIN_ID, LocalNetwork, NetworkSettings},
    },
    operator::{
        self, OperatorContext, OperatorSettings,
        attest::{Attester, Binding, LocalAttester},
        imports::ImportPolicy,
        read::OperatedContracts,
        registration::{Registration, read_registration},
        seal::SealPolicy,
    },
    progress::Progress,
    send::{SendSettings, Sender},
    store::DiskStore,
};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

const WAIT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn batches_settle_roots_are_imported_and_the_queue_is_consumed() {
    let dir = tempfile::tempdir().unwrap();
    let network = start(dir.path()).await;
    let config = Config::load(&dir.path().join(CONFIG_FILE)).unwrap();
    assert_eq!(config.operators.len(), 3);
    let mut operators = Vec::new();
    for index in 0..3 {
        operators.push(spawn(&network, index, dir.path()).await);
    }

    for (_, chain) in &network.chains {
        send_message(&network, chain).await;
        request_operation(&network, chain).await;
    }
    for (_, chain) in &network.chains {
        eventually("a batch settles", || async {
            head(&network, chain).await.batchNumber > 0
        })
        .await;
        eventually("a root is imported", || async {
            imports_hash(&network, chain).await != B256::ZERO
        })
        .await;
        // The deposit that backs the genesis, and the operation requested above.
        eventually("the operations are consumed", || async {
            processed(&network, chain).await == U256::from(2)
        })
        .await;
        eventually("L1 knows they were consumed", || async {
            head(&network, chain).await.priorityOpsConsumed == 2
        })
        .await;
    }

    let before = head(&network, &network.chains[0].1).await.batchNumber;
    for operator in operators {
        operator.stop().await;
    }
    let restarted = spawn(&network, 0, dir.path()).await;
    send_message(&network, &network.chains[0].1).await;
    eventually("it settles again after a restart", || async {
        head(&network, &network.chains[0].1).await.batchNumber > before
    })
    .await;
    restarted.stop().await;
    network.stop().await;
}

struct Running {
    task: JoinHandle<()>,
    shutdown: CancellationToken,
    progress: Arc<Progress>,
}

impl Running {
    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
        for (stage, progress) in self.progress.all() {
            assert_eq!(progress.trouble, None, "{stage:?}");
        }
    }
}

async fn start(dir: &std::path::Path) -> LocalNetwork {
    let settings = NetworkSettings {
        chains: 3,
        base_port: ports::free_ports(),
        block_time: Duration::from_secs(1),
        anvil: None,
        priority_expiry_seconds: 3_600,
        wishes: Wishes {
            api_port: 1,
            log_filter: "info".into(),
        },
        directory: dir.to_owned(),
    };
    LocalNetwork::start(&settings).await.unwrap()
}

async fn spawn(network: &LocalNetwork, index: usize, dir: &std::path::Path) -> Running {
    let (name, target) = &network.chains[index];
    let l1 = open(&network.l1);
    let chain = open(target);
    let store = Arc::new(DiskStore::open(&dir.join(format!("store-{name}")), L1_CHAIN_ID).unwrap());
    let clock = Arc::new(SystemClock);
    let signer = network.accounts.operators[index].signer.clone();
    let sender = |chain: &Arc<EvmChain>| {
        let reader: Arc<dyn ChainReader> = chain.clone();
        let writer: Arc<dyn ChainWriter> = chain.clone();
        let settings = SendSettings::capped(500_000_000_000);
        Arc::new(Sender::new(
            reader,
            writer,
            store.clone(),
            clock.clone(),
            Arc::new(signer.clone()),
            settings,
        ))
    };
    let registry = network.deployed.l1.chain_registry.address;
    let registration = read_registration(l1.as_ref(), registry, target.chain)
        .await
        .unwrap();
    assert_eq!(registration.operator, signer.address());
    let binding = binding(network, &registration);
    let attesters = network.accounts.attesters.iter().map(|account| {
        let attester = LocalAttester::new(
            account.signer.clone(),
            open(&network.l1),
            open(target),
            binding.clone(),
        );
        Arc::new(attester) as Arc<dyn Attester>
    });
    let progress = Arc::new(Progress::default());
    let context = OperatorContext {
        settings: OperatorSettings {
            chain: target.chain,
            l1_chain: L1_CHAIN_ID,
            message_root: network.deployed.l1.message_root.address,
            l1_start_block: 0,
            seal: SealPolicy {
                after_blocks: 1_000,
                after_seconds: 1,
                after_leaves: 100,
                max_data_bytes: 100_000,
            },
            imports: ImportPolicy {
                interval_seconds: 1,
            },
            threshold: registration.threshold,
            poll: Duration::from_millis(300),
            binding: binding.clone(),
        },
        l1_sender: sender(&l1),
        hand: sender(&chain),
        l1,
        chain,
        attesters: attesters.collect(),
        clock,
        progress: progress.clone(),
    };
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(operator::run(context, shutdown.clone()));
    Running {
        task,
        shutdown,
        progress,
    }
}

fn binding(network: &LocalNetwork, registration: &Registration) -> Binding {
    let chain = &network.deployed.chain;
    let settlement = network.deployed.l1.settlement.address;
    Binding {
        public_input: PublicInputDomain::new(L1_CHAIN_ID, settlement),
        queue_input: PublicInputDomain::queue_only(L1_CHAIN_ID, settlement),
        attestation: attestation_domain(L1_CHAIN_ID, registration.verifier),
        settlement,
        priority_queue: network.deployed.l1.priority_queue.address,
        swap_registry: network.deployed.l1.swap_registry.address,
        contracts: OperatedContracts {
            outbox: chain.outbox(),
            inbox: chain.inbox,
            handler: chain.handler.address,
            vault: chain.vault.address,
            swap: chain.swap.address,
        },
        mode: registration.mode,
    }
}

fn open(target: &Target) -> Arc<EvmChain> {
    let settings = EvmSettings {
        chain_id: target.chain,
        rpc: RpcSettings {
            urls: vec![target.url.clone()],
            agreement: 1,
            deadline: Duration::from_secs(5),
        },
        finality: FinalityRule::Tag,
    };
    Arc::new(EvmChain::new(&settings).unwrap())
}

async fn send_message(network: &LocalNetwork, target: &Target) {
    let other = network
        .chains
        .iter()
        .find(|(_, other)| other.chain != target.chain)
        .unwrap();
    let call = IInteropCenter::sendMessageCall {
        recipient: InteropAddress::new(other.1.chain, Address::repeat_byte(7)).encode(),
        payload: Bytes::from_static(b"hello"),
        attributes: vec![],
    };
    send(
        target,
        &network.accounts.users[0].signer,
        network.deployed.chain.center.address,
        &call,
    )
    .await;
}

async fn request_operation(network: &LocalNetwork, target: &Target) {
    let call = IPriorityQueue::requestCall {
        chainId: U256::from(target.chain),
        to: Address::repeat_byte(7),
        gasLimit: 100_000,
        data: Bytes::from_static(b"from L1"),
    };
    send(
        &network.l1,
        &network.accounts.users[0].signer,
        network.deployed.l1.priority_queue.address,
        &call,
    )
    .await;
}

async fn send(target: &Target, signer: &PrivateKeySigner, to: Address, call: &impl SolCall) {
    let wallet = EthereumWallet::new(signer.clone());
    let provider = ProviderBuilder::new()
        .wallet(wallet)
        .connect_http(target.url.parse().unwrap());
    let request = TransactionRequest::default()
        .with_to(to)
        .with_input(call.abi_encode());
    let receipt = provider
        .send_transaction(request)
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    assert!(receipt.status());
}

async fn call<C: SolCall>(target: &Target, to: Address, call: &C) -> C::Return {
    let provider = ProviderBuilder::new().connect_http(target.url.parse().unwrap());
    let request = TransactionRequest::default()
        .with_to(to)
        .with_input(call.abi_encode());
    C::abi_decode_returns(&provider.call(request).await.unwrap()).unwrap()
}

async fn head(network: &LocalNetwork, target: &Target) -> ChainHead {
    let question = IBatchSettlement::executedHeadCall {
        chainId: U256::from(target.chain),
    };
    call(
        &network.l1,
        network.deployed.l1.settlement.address,
        &question,
    )
    .await
}

async fn imports_hash(network: &LocalNetwork, target: &Target) -> B256 {
    let handler = network.deployed.chain.handler.address;
    call(target, handler, &IInteropRootStorage::importsHashCall {}).await
}

async fn processed(network: &LocalNetwork, target: &Target) -> U256 {
    call(
        target,
        network.deployed.chain.inbox,
        &IPriorityInbox::processedCountCall {},
    )
    .await
}

async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < WAIT, "{what}: not within {WAIT:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
