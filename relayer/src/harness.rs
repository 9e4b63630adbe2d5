//! A network of fake chains with an operator, and a relayer over it, for tests of stages.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy::{
    primitives::{Address, B256, Bytes, U256, address, keccak256},
    signers::local::PrivateKeySigner,
    sol_types::{SolEvent, SolValue},
};
use async_trait::async_trait;
use causeway_bindings::{
    BundleAttributes, CALL_VERSION_CONDITIONAL, ConditionalPayload, ETHER, IBatchSettlement,
    IInteropRootStorage, IMessageOutbox, IMessageRoot, InteropBundle, InteropCall,
};
use causeway_proofs::{ChainBatch, Dialect, L2Log, LogTree, MessageRoot, SettledBatch};
use tokio_util::sync::CancellationToken;

use crate::{
    bundle::Prover,
    chain::{
        ChainError, ChainReader, ChainWriter, Clock,
        events::L1Contracts,
        fake::{CENTER, CONTRACTS, FakeChain, FakeClock, GENESIS_TIME, L1, VAULT},
    },
    deliver::{self, BatchLimits, DeliverContext, DeliverSettings},
    errands::{self, ErrandContext, ErrandSettings},
    model::{ChainId, MessageRecord, Stage},
    progress::Progress,
    prove::{self, ProveContext, ProveSettings},
    roots::Roots,
    send::{SendSettings, Sender, Signer},
    standing::Standings,
    store::{
        Change, MessageFilter, Plan, Reader, Store, StoreError, Writer, forward::forward_reader,
        memory::MemoryStore,
    },
    swap::{self, Side, SwapContext, SwapSettings, plan::Policy},
    wake::Wake,
    watch::{self, Noted, WatchContext, WatchSettings, Watched},
};

pub(crate) const L1_CONTRACTS: L1Contracts = L1Contracts {
    message_root: address!("0x00000000000000000000000000000000000000b1"),
    settlement: address!("0x00000000000000000000000000000000000000b2"),
};

/// Atomic swap contract of every fake chain.
pub(crate) const SWAP: Address = address!("0x00000000000000000000000000000000000000a6");
/// Registry of swaps on the fake L1.
pub(crate) const SWAP_REGISTRY: Address = address!("0x00000000000000000000000000000000000000b3");

/// The chains and their operator.
pub(crate) struct Network {
    pub(crate) l1: Arc<FakeChain>,
    pub(crate) chains: Vec<Arc<FakeChain>>,
    pub(crate) clock: Arc<FakeClock>,
    operator: Mutex<Operator>,
    sent: AtomicUsize,
    /// Blocks this far below a chain's head are sealed.
    seal_depth: u64,
}

struct Operator {
    root: MessageRoot,
    sealed: Vec<(u64, u64)>,
    imported: u64,
    corrupt: Option<usize>,
}

impl Network {
    /// A network of `count` chains, ids from 271 on, whose blocks are final `depth` blocks below the head.
    pub(crate) fn new(count: u64, depth: u64) -> Self {
        let network = Self {
            l1: Arc::new(FakeChain::new(L1, 0)),
            chains: (0..count)
                .map(|index| Arc::new(FakeChain::new(271 + index, depth)))
                .collect(),
            clock: Arc::new(FakeClock::new()),
            operator: Mutex::new(Operator {
                root: MessageRoot::new(Dialect::V32, L1),
                sealed: vec![(0, 0); count as usize],
                imported: 0,
                corrupt: None,
            }),
            sent: AtomicUsize::new(0),
            seal_depth: depth,
        };
        network.register();
        network
    }

    pub(crate) fn id(&self, index: usize) -> ChainId {
        self.chains[index].chain_id()
    }

    /// Sends a message in the next block of chain `from`, and returns its id.
    pub(crate) fn send(&self, from: usize, to: ChainId) -> B256 {
        let (id, message) = self.message(from, to);
        self.emit_message(from, message);
        id
    }

    /// Sends a transfer that may arrive up to a time, in the next block of chain `from`, and returns its id.
    pub(crate) fn send_transfer(&self, from: usize, to: ChainId, deadline: u64) -> B256 {
        let conditional = ConditionalPayload {
            minGasLimit: U256::ZERO,
            deliverBefore: U256::from(deadline),
            deliverAfter: U256::ZERO,
            payload: transfer_text(),
        };
        let call = InteropCall {
            version: CALL_VERSION_CONDITIONAL,
            shadowAccount: false,
            to: VAULT,
            from: VAULT,
            value: U256::ZERO,
            data: conditional.abi_encode().into(),
        };
        let (id, message) = self.bundle(from, to, call);
        self.emit_message(from, message);
        id
    }

    /// A message that is not sent yet.
    pub(crate) fn message(&self, from: usize, to: ChainId) -> (B256, Bytes) {
        let call = InteropCall {
            version: [1].into(),
            shadowAccount: false,
            to: Address::repeat_byte(6),
            from: Address::repeat_byte(7),
            value: U256::ZERO,
            data: Bytes::from_static(b"payload"),
        };
        self.bundle(from, to, call)
    }

    fn bundle(&self, from: usize, to: ChainId, call: InteropCall) -> (B256, Bytes) {
        let salt = self.sent.fetch_add(1, Ordering::Relaxed);
        let bundle = InteropBundle {
            version: [1].into(),
            sourceChainId: U256::from(self.id(from)),
            destinationChainId: U256::from(to),
            destinationBaseTokenAssetId: B256::repeat_byte(5),
            interopBundleSalt: keccak256(salt.to_be_bytes()),
            calls: vec![call],
            attributes: BundleAttributes {
                executionAddress: Bytes::new(),
                unbundlerAddress: Bytes::new(),
                useFixedFee: false,
            },
        };
        (bundle.bundle_hash(), bundle.encode_message())
    }

    pub(crate) fn emit_message(&self, from: usize, message: Bytes) {
        let event = IMessageOutbox::L1MessageSent {
            sender: CENTER,
            hash: keccak256(&message),
            message,
        };
        self.chains[from].emit(CONTRACTS.outbox, event.encode_log_data());
    }

    /// One second: every chain makes a block, the operator settles what it can and imports the newest root.
    pub(crate) fn step(&self) {
        self.chains.iter().for_each(|chain| {
            chain.mine();
        });
        let mut operator = self.operator.lock().unwrap();
        let settled: Vec<bool> = (0..self.chains.len())
            .map(|index| self.settle(&mut operator, index))
            .collect();
        let block = self.l1.mine();
        if !settled.contains(&true) {
            return;
        }
        assert!(block.number > operator.imported);
        operator.imported = block.number;
        let import = IInteropRootStorage::InteropRootImported {
            settlementChainId: U256::from(L1),
            blockNumber: U256::from(block.number),
            timestamp: U256::from(block.timestamp),
            root: operator.root.root(),
        };
        for chain in &self.chains {
            chain.emit(CONTRACTS.handler, import.encode_log_data());
        }
    }

    pub(crate) async fn steps(&self, count: usize) {
        for _ in 0..count {
            self.step();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// From now on the operator settles leaves of this chain that its outbox never emitted.
    pub(crate) fn corrupt(&self, index: usize) {
        self.operator.lock().unwrap().corrupt = Some(index);
    }

    /// Leaves of a chain in a range of blocks, as its outbox emitted them.
    pub(crate) fn leaves(&self, index: usize, from: u64, to: u64) -> Vec<B256> {
        let logs = self.chains[index].logs_of(from, to);
        let sent = logs.iter().filter_map(|log| {
            IMessageOutbox::L1MessageSent::decode_raw_log(log.topics.iter(), &log.data).ok()
        });
        sent.map(|event| L2Log::message(event.sender, 0, &event.message).leaf())
            .collect()
    }

    fn register(&self) {
        let mut operator = self.operator.lock().unwrap();
        for chain in &self.chains {
            let block = self.l1.head_number() + 1;
            let index = operator
                .root
                .register_chain(chain.chain_id(), block)
                .unwrap();
            let event = IMessageRoot::ChainAdded {
                chainId: U256::from(chain.chain_id()),
                index: U256::from(index),
                root: operator.root.root(),
            };
            self.l1
                .emit(L1_CONTRACTS.message_root, event.encode_log_data());
            self.l1.mine();
        }
    }

    /// Settles the blocks of a chain that are deep enough, if there are any.
    fn settle(&self, operator: &mut Operator, index: usize) -> bool {
        let chain = &self.chains[index];
        let (batch, sealed_to) = operator.sealed[index];
        let last = chain.head_number().saturating_sub(self.seal_depth);
        if last <= sealed_to {
            return false;
        }
        operator.sealed[index] = (batch + 1, last);
        let mut leaves = self.leaves(index, sealed_to + 1, last);
        if operator.corrupt == Some(index) {
            leaves.push(B256::repeat_byte(0xee));
        }
        let tree = LogTree::from_leaves(leaves).unwrap();
        let root = ChainBatch::new(Dialect::V32, chain.chain_id(), &tree).root();
        let block = self.l1.head_number() + 1;
        let index_in_chain = operator
            .root
            .append_batch(SettledBatch {
                chain_id: chain.chain_id(),
                batch_number: batch + 1,
                chain_batch_root: root,
                block,
                timestamp: GENESIS_TIME + block,
            })
            .unwrap();
        self.emit_settled(
            operator,
            chain.chain_id(),
            batch + 1,
            (sealed_to + 1, last),
            root,
            index_in_chain,
        );
        true
    }

    fn emit_settled(
        &self,
        operator: &Operator,
        chain: ChainId,
        number: u64,
        (first_block, last_block): (u64, u64),
        root: B256,
        index_in_chain: usize,
    ) {
        let executed = IBatchSettlement::BatchExecuted {
            chainId: U256::from(chain),
            batchNumber: U256::from(number),
            publicInput: B256::ZERO,
            newStateCommitment: B256::ZERO,
            firstBlock: first_block,
            lastBlock: last_block,
            chainBatchRoot: root,
        };
        let appended = IMessageRoot::BatchRootAppended {
            chainId: U256::from(chain),
            batchNumber: U256::from(number),
            chainBatchRoot: root,
            indexInChain: U256::from(index_in_chain),
            timestamp: U256::from(GENESIS_TIME + self.l1.head_number() + 1),
            root: operator.root.root(),
        };
        self.l1
            .emit(L1_CONTRACTS.settlement, executed.encode_log_data());
        self.l1
            .emit(L1_CONTRACTS.message_root, appended.encode_log_data());
    }
}

/// Some ether, as vaults spell a transfer.
fn transfer_text() -> Bytes {
    let mut text = vec![1, 0];
    text.extend(L1.to_be_bytes());
    text.extend(ETHER);
    text.extend(5_u128.to_be_bytes());
    text.extend([0x22; 20]);
    text.extend([0x33; 20]);
    text.extend([0, 0]);
    text.into()
}

/// Ends a process at a chosen effect: from then on no store and no chain answers it.
pub(crate) struct Fuse {
    left: AtomicI64,
    /// Only what is about sending counts as an effect.
    sending_only: bool,
}

impl Fuse {
    /// Blows after so many effects.
    pub(crate) fn after(effects: i64) -> Self {
        Self {
            left: AtomicI64::new(effects),
            sending_only: false,
        }
    }

    /// Blows after so many broadcasts and commits that are about errands or transactions.
    pub(crate) fn after_sending(effects: i64) -> Self {
        Self {
            sending_only: true,
            ..Self::after(effects)
        }
    }

    fn counts(&self, changes: &[Change]) -> bool {
        let is_sending = |change: &Change| {
            matches!(
                change,
                Change::PutIntent(_) | Change::PutErrand(_) | Change::DropErrand(..)
            )
        };
        match self.sending_only {
            true => changes.iter().any(is_sending),
            false => !changes.is_empty(),
        }
    }

    pub(crate) fn never() -> Self {
        Self::after(i64::MAX)
    }

    pub(crate) fn blown(&self) -> bool {
        self.left.load(Ordering::SeqCst) <= 0
    }

    fn effect(&self) {
        self.left.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A store whose commits are effects.
pub(crate) struct FusedStore {
    inner: Arc<MemoryStore>,
    fuse: Arc<Fuse>,
}

impl FusedStore {
    pub(crate) fn new(inner: Arc<MemoryStore>, fuse: Arc<Fuse>) -> Self {
        Self { inner, fuse }
    }

    fn dead() -> StoreError {
        StoreError::Codec {
            table: "fuse",
            key: String::new(),
            reason: "the process is dead".into(),
        }
    }
}

forward_reader! { impl for FusedStore, |store| store.inner }

impl Writer for FusedStore {
    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.transact(&mut |_| Ok(changes.clone()))
    }

    fn transact(&self, plan: Plan<'_>) -> Result<(), StoreError> {
        if self.fuse.blown() {
            return Err(Self::dead());
        }
        let mut wrote = false;
        self.inner.transact(&mut |reader| {
            let changes = plan(reader)?;
            wrote = self.fuse.counts(&changes);
            Ok(changes)
        })?;
        if wrote {
            self.fuse.effect();
        }
        if self.fuse.blown() {
            Err(Self::dead())
        } else {
            Ok(())
        }
    }
}

/// A writer whose broadcasts are effects.
pub(crate) struct FusedWriter {
    pub(crate) inner: Arc<FakeChain>,
    pub(crate) fuse: Arc<Fuse>,
}

#[async_trait]
impl ChainWriter for FusedWriter {
    async fn broadcast(&self, raw: &[u8]) -> Result<B256, ChainError> {
        if self.fuse.blown() {
            return Err(ChainError::Unreachable {
                chain: 0,
                provider: "fuse".into(),
                reason: "dead".into(),
            });
        }
        let outcome = self.inner.broadcast(raw).await;
        self.fuse.effect();
        outcome
    }
}

/// One process of a relayer: all stages over all chains of a network.
pub(crate) struct Relayer {
    pub(crate) progress: Arc<Progress>,
    pub(crate) fuse: Arc<Fuse>,
    stages: Vec<tokio::task::JoinHandle<()>>,
    shutdown: CancellationToken,
}

/// What differs between the relayers of tests.
pub(crate) struct Options {
    pub(crate) fuse: Fuse,
    /// Hints between stages are lost.
    pub(crate) deaf: bool,
    /// What L1 is said to have frozen.
    pub(crate) standings: Arc<Standings>,
    pub(crate) signer: Signer,
    pub(crate) limits: BatchLimits,
    /// Who coordinates swaps, if anybody does, and what that may do.
    pub(crate) swaps: Option<(Signer, Policy)>,
    /// Whose swaps are served; everybody's where there is nobody.
    pub(crate) served: BTreeSet<Address>,
}

/// The key of the first relayer.
pub(crate) fn signer(seed: u8) -> Signer {
    Arc::new(PrivateKeySigner::from_bytes(&B256::repeat_byte(seed)).unwrap())
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fuse: Fuse::never(),
            deaf: false,
            standings: Arc::default(),
            signer: signer(1),
            limits: BatchLimits::default(),
            swaps: None,
            served: BTreeSet::new(),
        }
    }
}

const INTERVAL: Duration = Duration::from_millis(500);

impl Relayer {
    /// Starts all stages over what `memory` holds.
    pub(crate) fn start(network: &Network, memory: &Arc<MemoryStore>, options: Options) -> Self {
        let fuse = Arc::new(options.fuse);
        let store: Arc<dyn Store> = Arc::new(FusedStore::new(memory.clone(), fuse.clone()));
        let shared = Shared {
            store: store.clone(),
            clock: network.clock.clone(),
            progress: Arc::new(Progress::default()),
            shutdown: CancellationToken::new(),
            prove: Arc::new(Wake::default()),
            deliver: network
                .chains
                .iter()
                .map(|_| Arc::new(Wake::default()))
                .collect(),
            deaf: options.deaf,
            standings: options.standings,
        };
        let mut stages = vec![shared.watch_l1(network), shared.prove(network)];
        for (index, chain) in network.chains.iter().enumerate() {
            let writer = Arc::new(FusedWriter {
                inner: chain.clone(),
                fuse: fuse.clone(),
            });
            let sender = Sender::new(
                chain.clone(),
                writer,
                store.clone(),
                shared.clock.clone(),
                options.signer.clone(),
                SendSettings::capped(500_000_000_000),
            );
            stages.push(shared.watch(network, chain.clone()));
            let sender = Arc::new(sender);
            stages.push(shared.errands(chain.clone(), sender.clone()));
            stages.push(shared.deliver(chain.clone(), sender, options.limits, index));
        }
        if let Some((signer, policy)) = options.swaps {
            stages.push(shared.swaps(network, &fuse, &signer, policy, options.served));
        }
        Self {
            progress: shared.progress,
            fuse,
            stages,
            shutdown: shared.shutdown,
        }
    }

    /// Ends the process and waits for it.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        for stage in self.stages {
            stage.await.expect("no stage panics");
        }
    }
}

struct Shared {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    progress: Arc<Progress>,
    standings: Arc<Standings>,
    shutdown: CancellationToken,
    prove: Arc<Wake>,
    deliver: Vec<Arc<Wake>>,
    deaf: bool,
}

impl Shared {
    fn hints(&self, wakes: Vec<Arc<Wake>>) -> Vec<Arc<Wake>> {
        if self.deaf { Vec::new() } else { wakes }
    }

    fn watch_l1(&self, network: &Network) -> tokio::task::JoinHandle<()> {
        self.watcher(
            network.l1.clone(),
            Watched::L1 {
                contracts: L1_CONTRACTS,
                rules: None,
                swaps: Some(SWAP_REGISTRY),
            },
        )
    }

    fn watch(&self, network: &Network, chain: Arc<FakeChain>) -> tokio::task::JoinHandle<()> {
        let destinations: BTreeSet<ChainId> = network
            .chains
            .iter()
            .map(|chain| chain.chain_id())
            .collect();
        let watched = Watched::Chain {
            contracts: CONTRACTS,
            center: CENTER,
            l1: L1,
            destinations: Arc::new(destinations),
            noted: Noted {
                returns: Some(VAULT),
                releases: None,
                withdrawals: None,
                swaps: Some(SWAP),
            },
        };
        self.watcher(chain, watched)
    }

    fn watcher(&self, chain: Arc<FakeChain>, watched: Watched) -> tokio::task::JoinHandle<()> {
        let mut wakes = self.deliver.clone();
        wakes.push(self.prove.clone());
        let ctx = WatchContext {
            store: self.store.clone(),
            chain,
            clock: self.clock.clone(),
            progress: self.progress.clone(),
            wake: Arc::default(),
            wakes: self.hints(wakes),
            settings: WatchSettings {
                watched,
                start_block: 0,
                page: 7,
                interval: INTERVAL,
            },
        };
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let _ended = watch::run(ctx, shutdown).await;
        })
    }

    fn prove(&self, network: &Network) -> tokio::task::JoinHandle<()> {
        let ctx = ProveContext {
            store: self.store.clone(),
            roots: Arc::new(Roots::new(L1)),
            clock: self.clock.clone(),
            progress: self.progress.clone(),
            wake: self.prove.clone(),
            wakes: self.hints(self.deliver.clone()),
            settings: ProveSettings {
                l1: L1,
                chains: network
                    .chains
                    .iter()
                    .map(|chain| chain.chain_id())
                    .collect(),
                interval: INTERVAL,
            },
        };
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let _ended = prove::run(ctx, shutdown).await;
        })
    }

    fn deliver(
        &self,
        chain: Arc<FakeChain>,
        sender: Arc<Sender>,
        limits: BatchLimits,
        index: usize,
    ) -> tokio::task::JoinHandle<()> {
        let ctx = DeliverContext {
            store: self.store.clone(),
            chain,
            sender,
            roots: Arc::new(Roots::new(L1)),
            standings: self.standings.clone(),
            clock: self.clock.clone(),
            progress: self.progress.clone(),
            wake: self.deliver[index].clone(),
            wakes: self.hints(vec![self.prove.clone()]),
            settings: DeliverSettings {
                l1: L1,
                handler: CONTRACTS.handler,
                limits,
                max_in_flight: 4,
                simulations: 8,
                interval: INTERVAL,
            },
        };
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let _ended = deliver::run(ctx, shutdown).await;
        })
    }
}

impl Shared {
    fn errands(&self, chain: Arc<FakeChain>, sender: Arc<Sender>) -> tokio::task::JoinHandle<()> {
        let ctx = ErrandContext {
            store: self.store.clone(),
            chain,
            sender,
            prover: Arc::new(Prover::new(Arc::new(Roots::new(L1)), L1)),
            clock: self.clock.clone(),
            progress: self.progress.clone(),
            settings: ErrandSettings {
                handler: Some(CONTRACTS.handler),
                custody: VAULT,
                follows: false,
                max_in_flight: 4,
                interval: INTERVAL,
            },
        };
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let _ended = errands::run(ctx, shutdown).await;
        })
    }
}

impl Shared {
    fn swaps(
        &self,
        network: &Network,
        fuse: &Arc<Fuse>,
        signer: &Signer,
        policy: Policy,
        parties: BTreeSet<Address>,
    ) -> tokio::task::JoinHandle<()> {
        let side = |chain: &Arc<FakeChain>| {
            let writer = Arc::new(FusedWriter {
                inner: chain.clone(),
                fuse: fuse.clone(),
            });
            let sender = Sender::new(
                chain.clone(),
                writer,
                self.store.clone(),
                self.clock.clone(),
                signer.clone(),
                SendSettings::capped(500_000_000_000),
            );
            Side {
                reader: chain.clone(),
                sender: Arc::new(sender),
            }
        };
        let chains = network.chains.iter();
        let ctx = SwapContext {
            store: self.store.clone(),
            l1: side(&network.l1),
            chains: chains
                .map(|chain| (chain.chain_id(), side(chain)))
                .collect(),
            prover: Arc::new(Prover::new(Arc::new(Roots::new(L1)), L1)),
            clock: self.clock.clone(),
            progress: self.progress.clone(),
            settings: SwapSettings {
                contract: SWAP,
                registry: SWAP_REGISTRY,
                settlement: L1_CONTRACTS.settlement,
                queue: Address::repeat_byte(0xb4),
                policy,
                interval: INTERVAL,
                parties,
            },
        };
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let _ended = swap::run(ctx, shutdown).await;
        })
    }
}

/// All messages in a store.
pub(crate) fn messages(store: &dyn Reader) -> Vec<MessageRecord> {
    store
        .messages(&MessageFilter {
            limit: usize::MAX,
            ..MessageFilter::default()
        })
        .unwrap()
}

/// How many messages stand in a stage.
pub(crate) fn count(store: &dyn Reader, stage: Stage) -> usize {
    messages(store)
        .iter()
        .filter(|record| record.stage == stage)
        .count()
}
