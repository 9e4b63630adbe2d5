//! The watch over fake chains whose contracts answer by the book.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy::{
    primitives::{Address, Bytes, FixedBytes, U256, address},
    sol_types::{Revert, SolCall, SolError, SolEvent},
};
use causeway_bindings::{
    Asset, AssetKind, ChainConfig, ChainHead, DataAvailability, IAssetCustody, IAssetLedger,
    IAssetRules, IAssetVault, IBatchSettlement, IChainRegistry, IERC20, ISharedBridge, asset_id,
};

use super::*;
use crate::{
    chain::{
        CallRequest, ChainWriter,
        fake::{Answers, FakeChain, FakeClock, L1},
    },
    harness::signer,
    model::IntentState,
    progress::StageProgress,
    send::{SendSettings, Sender},
    store::{Reader, Store, memory::MemoryStore},
    supply::{Books, Custodian, Stoppable},
};

const A: ChainId = 271;
const B: ChainId = 272;
const BRIDGE: Address = address!("0x00000000000000000000000000000000000000c1");
const LEDGER: Address = address!("0x00000000000000000000000000000000000000c2");
const SETTLEMENT: Address = address!("0x00000000000000000000000000000000000000c3");
const REGISTRY: Address = address!("0x00000000000000000000000000000000000000c4");
const VAULT: Address = address!("0x00000000000000000000000000000000000000c5");
const RULES: Address = address!("0x00000000000000000000000000000000000000c7");
const HOLDER: Address = address!("0x00000000000000000000000000000000000000c6");
const TOKEN: Address = address!("0x00000000000000000000000000000000000000d1");
const BRIDGED: Address = address!("0x00000000000000000000000000000000000000d2");
const BOOKS: Books = Books {
    ledger: LEDGER,
    settlement: SETTLEMENT,
    registry: REGISTRY,
};
const ENDOWED: u64 = 1_000_000;
const PAUSER: u8 = 9;

/// A contract's answer or its revert data, each from a block on.
type History = BTreeMap<u64, Result<Bytes, Bytes>>;

/// Answers by contract and calldata. Unknown questions are answered with zeros.
#[derive(Default)]
struct Book {
    answers: Mutex<BTreeMap<(Address, Bytes), History>>,
    balances: Mutex<BTreeMap<Address, BTreeMap<u64, U256>>>,
}

impl Book {
    fn write(&self, from: u64, to: Address, call: &impl SolCall, answer: Result<Bytes, Bytes>) {
        let key = (to, call.abi_encode().into());
        let mut answers = self.answers.lock().unwrap();
        answers.entry(key).or_default().insert(from, answer);
    }
}

impl Answers for Book {
    fn call(&self, request: &CallRequest, block: u64) -> Option<Result<Bytes, Bytes>> {
        let answers = self.answers.lock().unwrap();
        let known = answers.get(&(request.to, request.data.clone()));
        let answer = known.and_then(|known| known.range(..=block).next_back());
        let zeros = Ok(Bytes::from(vec![0; 0x20 * 6]));
        Some(answer.map_or(zeros, |(_, answer)| answer.clone()))
    }

    fn balance(&self, account: Address, block: u64) -> U256 {
        let balances = self.balances.lock().unwrap();
        let known = balances.get(&account);
        let newest = known.and_then(|known| known.range(..=block).next_back());
        newest.map_or(U256::ZERO, |(_, balance)| *balance)
    }
}

/// L1 and two chains. The token was born on A; B has some of it.
struct Bench {
    chains: BTreeMap<ChainId, (Arc<FakeChain>, Arc<Book>)>,
    store: Arc<MemoryStore>,
    clock: Arc<FakeClock>,
    progress: Arc<Progress>,
    metrics: Arc<Metrics>,
}

fn names() -> ChainNames {
    ChainNames::new([
        (L1, "L1".to_owned()),
        (A, "a".to_owned()),
        (B, "b".to_owned()),
    ])
}

fn token() -> Asset {
    Asset {
        originChainId: U256::from(A),
        originToken: TOKEN,
        kind: AssetKind::Fungible,
    }
}

/// As the vault's events have it.
fn packed() -> FixedBytes<29> {
    let mut packed = [0; 29];
    packed[1..9].copy_from_slice(&A.to_be_bytes());
    packed[9..].copy_from_slice(TOKEN.as_slice());
    packed.into()
}

fn movement(chain: ChainId, amount: u64) -> FixedBytes<24> {
    let mut packed = [0; 24];
    packed[..8].copy_from_slice(&chain.to_be_bytes());
    packed[16..].copy_from_slice(&amount.to_be_bytes());
    packed.into()
}

/// As vaults spell it to each other.
fn spelled(amount: u64) -> Bytes {
    let mut text = vec![1];
    text.extend(packed());
    text.extend(u128::from(amount).to_be_bytes());
    text.extend([0; 20 + 20 + 2]);
    text.into()
}

impl Bench {
    fn new() -> Self {
        let chains = [L1, A, B].map(|id| {
            let (chain, book) = (Arc::new(FakeChain::new(id, 0)), Arc::new(Book::default()));
            chain.set_answers(book.clone());
            (id, (chain, book))
        });
        let (store, progress) = (
            Arc::new(MemoryStore::new(L1)),
            Arc::new(Progress::default()),
        );
        let metrics = Metrics::new(store.clone(), progress.clone(), names());
        let bench = Self {
            chains: chains.into(),
            store,
            clock: Arc::new(FakeClock::new()),
            progress,
            metrics: Arc::new(metrics),
        };
        bench.build();
        bench
    }

    fn chain(&self, id: ChainId) -> &FakeChain {
        &self.chains[&id].0
    }

    /// A contract's answer, from the next block on.
    fn tell<C: SolCall>(&self, chain: ChainId, to: Address, call: &C, answer: &C::Return) {
        let from = self.chain(chain).head_number() + 1;
        let answer = Ok(C::abi_encode_returns(answer).into());
        self.chains[&chain].1.write(from, to, call, answer);
    }

    fn refuse(&self, chain: ChainId, to: Address, call: &impl SolCall) {
        self.refuse_with(chain, to, call, &Revert::from("no"));
    }

    fn refuse_with(
        &self,
        chain: ChainId,
        to: Address,
        call: &impl SolCall,
        reason: &impl SolError,
    ) {
        let from = self.chain(chain).head_number() + 1;
        let reason = Err(reason.abi_encode().into());
        self.chains[&chain].1.write(from, to, call, reason);
    }

    fn build(&self) {
        for chain in [A, B] {
            let endowment = BTreeMap::from([(0, U256::from(ENDOWED))]);
            let mut balances = self.chains[&chain].1.balances.lock().unwrap();
            balances.insert(HOLDER, endowment);
            drop(balances);
            self.chains[&chain].1.write(
                0,
                VAULT,
                &IAssetVault::BASE_TOKEN_HOLDERCall {},
                Ok(IAssetVault::BASE_TOKEN_HOLDERCall::abi_encode_returns(&HOLDER).into()),
            );
            self.chains[&chain].1.write(
                0,
                VAULT,
                &IAssetCustody::RULESCall {},
                Ok(IAssetCustody::RULESCall::abi_encode_returns(&RULES).into()),
            );
            let event = IChainRegistry::ChainRegistered {
                chainId: U256::from(chain),
                config: ChainConfig {
                    operator: Address::ZERO,
                    verifier: Address::ZERO,
                    dataAvailability: DataAvailability::Validium,
                },
                genesisStateCommitment: B256::ZERO,
                genesisBlock: 0,
            };
            self.chain(L1).emit(REGISTRY, event.encode_log_data());
        }
        let event = IAssetCustody::AssetRegistered {
            assetId: asset_id(A, TOKEN),
            token: TOKEN,
            asset: token(),
        };
        self.chain(A).emit(VAULT, event.encode_log_data());
        self.lock(100);
        self.mint(70);
        self.book(100, 70, 30);
        let sent = IAssetLedger::AssetSent {
            key: token().ledger_key(U256::ZERO),
            source: U256::from(B),
            destination: U256::from(L1),
            amount: U256::from(30),
        };
        self.chain(L1).emit(LEDGER, sent.encode_log_data());
        let id = asset_id(A, TOKEN);
        let call = IAssetCustody::tokenOfCall { assetId: id };
        self.tell(B, VAULT, &call, &BRIDGED);
        self.settle();
    }

    /// What the holder of the base token has, from the next block on.
    fn set_holder(&self, chain: ChainId, amount: u64) {
        let from = self.chain(chain).head_number() + 1;
        let mut balances = self.chains[&chain].1.balances.lock().unwrap();
        let history = balances.entry(HOLDER).or_default();
        history.insert(from, U256::from(amount));
    }

    fn lock(&self, amount: u64) {
        let amount = U256::from(amount);
        let call = IAssetCustody::lockedCall { token: TOKEN };
        self.tell(A, VAULT, &call, &amount);
        self.keep(amount.to());
    }

    /// What the token says the vault has.
    fn keep(&self, amount: u64) {
        let call = IERC20::balanceOfCall { account: VAULT };
        self.tell(A, TOKEN, &call, &U256::from(amount));
    }

    fn mint(&self, amount: u64) {
        let call = IERC20::totalSupplyCall {};
        self.tell(B, BRIDGED, &call, &U256::from(amount));
    }

    /// What the ledger has: issued, of that on B, and on its way to L1, which its logs know of.
    fn book(&self, issued: u64, balance: u64, pending: u64) {
        let key = token().ledger_key(U256::ZERO);
        let chain = U256::from(B);
        let issued_call = IAssetLedger::issuedCall { key };
        self.tell(L1, LEDGER, &issued_call, &U256::from(issued));
        let call = IAssetLedger::balanceCall {
            chainId: chain,
            key,
        };
        self.tell(L1, LEDGER, &call, &U256::from(balance));
        let call = IAssetLedger::pendingCall {
            source: chain,
            destination: U256::from(L1),
            key,
        };
        self.tell(L1, LEDGER, &call, &U256::from(pending));
    }

    /// Every chain makes a block, and L1 one in which they are executed.
    fn settle(&self) {
        for chain in [A, B] {
            let block = self.chain(chain).mine().number;
            let call = IBatchSettlement::executedHeadCall {
                chainId: U256::from(chain),
            };
            let head = ChainHead {
                stateCommitment: B256::ZERO,
                dependencyRootsHash: B256::ZERO,
                batchNumber: block,
                lastBlock: block,
                lastTimestamp: 0,
                priorityOpsConsumed: 0,
            };
            self.tell(L1, SETTLEMENT, &call, &head);
        }
        self.chain(L1).mine();
    }

    fn mine(&self) {
        for chain in [L1, A, B] {
            self.chain(chain).mine();
        }
    }

    fn custodian(&self, chain: ChainId) -> Custodian {
        let custody = if chain == L1 { BRIDGE } else { VAULT };
        Custodian {
            reader: self.chains[&chain].0.clone(),
            custody,
            start_block: 0,
            page: 2,
        }
    }

    /// A process that starts anew over the same store.
    fn watch(&self, pauser: Option<u8>) -> Watch {
        let chains = vec![self.custodian(A), self.custodian(B)];
        let stoppables = [L1, A, B].into_iter().filter_map(|chain| {
            let at = self.custodian(chain);
            let fake: Arc<FakeChain> = self.chains[&chain].0.clone();
            let writer: Arc<dyn ChainWriter> = fake;
            let store: Arc<dyn Store> = self.store.clone();
            let sender = Sender::new(
                at.reader.clone(),
                writer,
                store,
                self.clock.clone(),
                signer(pauser?),
                SendSettings::capped(1_000),
            );
            Some(Stoppable {
                reader: at.reader,
                sender: Arc::new(sender),
                custody: at.custody,
            })
        });
        Watch::new(SupplyContext {
            observer: Observer::new(self.custodian(L1), BOOKS, chains, 10),
            brake: Brake::new(stoppables),
            clock: self.clock.clone(),
            progress: self.progress.clone(),
            metrics: self.metrics.clone(),
            names: names(),
            interval: Duration::from_secs(1),
        })
    }

    fn stage(&self, chain: ChainId) -> StageProgress {
        let all = self.progress.all().into_iter();
        let mut own = all.filter(|((stage, id), _)| (*stage, *id) == (STAGE, chain));
        own.next().expect("progress").1
    }

    fn label(&self, chain: ChainId) -> Option<&'static str> {
        self.stage(chain).trouble.map(|trouble| trouble.label)
    }

    fn labels(&self) -> [Option<&'static str>; 3] {
        [L1, A, B].map(|chain| self.label(chain))
    }

    fn broadcasts(&self) -> [usize; 3] {
        [L1, A, B].map(|chain| self.chain(chain).broadcasts().len())
    }

    fn metric(&self, line: &str) -> bool {
        let text = self.metrics.text().unwrap();
        text.lines().any(|found| found == line)
    }
}

fn drift_metric(chain: &str, amount: &str) -> String {
    let asset = format!("a:{TOKEN}");
    format!(r#"causeway_supply_drift{{asset="{asset}",chain="{chain}"}} {amount}"#)
}

#[tokio::test(start_paused = true)]
async fn a_network_in_order_is_left_alone() {
    let bench = Bench::new();
    let mut watch = bench.watch(Some(PAUSER));
    for _ in 0..3 {
        watch.round().await.unwrap();
        bench.mine();
    }
    assert_eq!(bench.labels(), [None; 3]);
    assert_eq!(bench.broadcasts(), [0; 3]);
    assert_eq!(bench.stage(A).block, 1);
    assert!(bench.metric("causeway_supply_assets 2"));
    assert!(bench.metric(&drift_metric("b", "0.0")));
}

#[tokio::test(start_paused = true)]
async fn a_mint_that_nothing_backs_is_named_and_stops_new_transfers_everywhere_once() {
    let bench = Bench::new();
    bench.mint(75);
    bench.settle();
    let mut watch = bench.watch(Some(PAUSER));
    for _ in 0..4 {
        watch.round().await.unwrap();
        bench.mine();
    }
    let trouble = bench.stage(B).trouble.expect("trouble");
    assert_eq!(trouble.label, "drift");
    let named = format!("asset a:{TOKEN}: 75 stand there, 5 more than the 70");
    assert!(trouble.message.starts_with(&named), "{}", trouble.message);
    assert_eq!(bench.labels(), [None, None, Some("drift")]);
    assert!(bench.metric(&drift_metric("b", "5.0")));
    assert_eq!(bench.broadcasts(), [1; 3]);
    for chain in [L1, A, B] {
        assert!(
            watch.ctx.observer.is_paused(chain).await.unwrap(),
            "{chain}"
        );
    }
    assert!(bench.metric(r#"causeway_supply_stopped{chain="L1"} 1"#));

    let mut restarted = bench.watch(Some(PAUSER));
    restarted.round().await.unwrap();
    bench.mine();
    assert_eq!(bench.broadcasts(), [1; 3]);

    bench.mint(70);
    bench.settle();
    restarted.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);
    assert!(bench.metric(&drift_metric("b", "0.0")));
    assert!(restarted.ctx.observer.is_paused(B).await.unwrap());
    assert_eq!(bench.broadcasts(), [1; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_durable_before_it_is_broadcast() {
    let bench = Bench::new();
    bench.mint(75);
    bench.settle();
    bench.chain(B).fault(|faults| faults.swallow = true);
    bench.watch(Some(PAUSER)).round().await.unwrap();
    let account = signer(PAUSER).address();
    let open = bench.store.open_intents(B, account).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].kind, crate::model::IntentKind::Pause);
    assert_eq!(open[0].state, IntentState::Pending);

    bench.chain(B).fault(|faults| faults.swallow = false);
    tokio::time::advance(Duration::from_secs(20)).await;
    let mut restarted = bench.watch(Some(PAUSER));
    restarted.round().await.unwrap();
    bench.mine();
    restarted.round().await.unwrap();
    assert!(restarted.ctx.observer.is_paused(B).await.unwrap());
    let hashes = bench.chain(B).broadcasts();
    assert_eq!(hashes.len(), 2, "the same transaction twice");
    assert_eq!(hashes[0], hashes[1]);
}

#[tokio::test(start_paused = true)]
async fn governance_that_lets_transfers_in_again_is_not_overruled() {
    let bench = Bench::new();
    bench.mint(75);
    bench.settle();
    let mut watch = bench.watch(Some(PAUSER));
    for _ in 0..3 {
        watch.round().await.unwrap();
        bench.mine();
    }
    let event = IAssetCustody::PausedSet { paused: false };
    bench.chain(B).emit(VAULT, event.encode_log_data());
    bench.mine();
    watch.round().await.unwrap();
    assert!(!watch.ctx.observer.is_paused(B).await.unwrap());
    assert_eq!(bench.broadcasts(), [1; 3]);
    assert_eq!(bench.label(B), Some("drift"));
}

#[tokio::test(start_paused = true)]
async fn without_a_pauser_a_drift_is_told_and_nothing_is_sent() {
    let bench = Bench::new();
    bench.book(101, 70, 30);
    bench.settle();
    let mut watch = bench.watch(None);
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [Some("drift"), Some("drift"), None]);
    assert_eq!(bench.broadcasts(), [0; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_pauser_without_the_role_is_told_and_sends_nothing() {
    let bench = Bench::new();
    bench.mint(75);
    bench.refuse(A, VAULT, &IAssetCustody::pauseCall {});
    bench.settle();
    bench.watch(Some(PAUSER)).round().await.unwrap();
    assert_eq!(bench.label(A), Some("not_a_pauser"));
    assert_eq!(bench.broadcasts(), [1, 0, 1]);
}

/// The chain is ahead of what L1 has executed: that is no drift, and becomes none once L1 has caught up.
#[tokio::test(start_paused = true)]
async fn what_l1_has_not_executed_is_not_compared() {
    let bench = Bench::new();
    let mut watch = bench.watch(Some(PAUSER));
    watch.round().await.unwrap();
    bench.mint(100);
    bench.mine();
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);

    bench.book(100, 100, 0);
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);
    assert_eq!(bench.broadcasts(), [0; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_says_it_is_gone_stops_nothing() {
    let bench = Bench::new();
    bench.keep(99);
    bench.settle();
    bench.watch(Some(PAUSER)).round().await.unwrap();
    assert!(bench.metric(&drift_metric("a", "1.0")));
    assert_eq!(bench.labels(), [None; 3]);
    assert_eq!(bench.broadcasts(), [0; 3]);

    bench.refuse(A, TOKEN, &IERC20::balanceOfCall { account: VAULT });
    bench.settle();
    bench.watch(Some(PAUSER)).round().await.unwrap();
    assert!(bench.metric(&drift_metric("a", "0.0")));
    assert_eq!(bench.labels(), [None; 3]);
}

#[tokio::test(start_paused = true)]
async fn ether_that_the_bridge_lacks_is_a_drift() {
    let bench = Bench::new();
    let solvency = ISharedBridge::solvencyCall {
        token: causeway_bindings::ETHER,
    };
    let missing = ISharedBridge::solvencyReturn {
        kept: U256::ZERO,
        owed: U256::ONE,
    };
    bench.tell(L1, BRIDGE, &solvency, &missing);
    bench.settle();
    bench.watch(None).round().await.unwrap();
    assert_eq!(bench.label(L1), Some("drift"));
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_paid_out_too_much_is_a_drift() {
    let bench = Bench::new();
    bench.set_holder(A, ENDOWED - 1);
    bench.settle();
    bench.watch(None).round().await.unwrap();
    let trouble = bench.stage(A).trouble.expect("trouble");
    assert!(
        trouble
            .message
            .starts_with("asset L1:base: 1 stand there, 1 more"),
        "{}",
        trouble.message
    );
}

#[tokio::test(start_paused = true)]
async fn claims_and_delayed_withdrawals_count_as_owed() {
    let bench = Bench::new();
    let key = token().ledger_key(U256::ZERO);
    let claim = IAssetCustody::ClaimAdded {
        key,
        owner: Address::ZERO,
        amount: U256::from(5),
    };
    bench.chain(B).emit(VAULT, claim.encode_log_data());
    bench.mint(65);
    let arrived = IAssetLedger::AssetArrived {
        key,
        source: U256::from(B),
        destination: U256::from(L1),
        amount: U256::from(30),
    };
    bench.chain(L1).emit(LEDGER, arrived.encode_log_data());
    bench.book(100, 70, 0);
    let at_l1 = IAssetLedger::balanceCall {
        chainId: U256::from(L1),
        key,
    };
    bench.tell(L1, LEDGER, &at_l1, &U256::from(30));
    bench.settle();
    let mut watch = bench.watch(None);
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);

    let paid = IAssetCustody::ClaimPaid {
        key,
        owner: Address::ZERO,
        to: Address::ZERO,
        amount: U256::from(5),
    };
    bench.chain(B).emit(VAULT, paid.encode_log_data());
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(B), Some("drift"), "paid, and not minted");
    bench.mint(70);
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(B), None);
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_does_not_answer_hides_no_other() {
    let bench = Bench::new();
    let mut watch = bench.watch(None);
    watch.round().await.unwrap();
    bench.book(101, 70, 30);
    bench.settle();
    bench.chain(B).fault(|faults| faults.down = true);
    watch.round().await.unwrap();
    assert_eq!(
        bench.labels(),
        [Some("drift"), Some("drift"), Some("unreachable")]
    );
    bench.chain(B).fault(|faults| faults.down = false);
    bench.book(100, 70, 30);
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);
}

/// Final blocks do not know the chain; whether newer ones do makes the difference.
#[tokio::test(start_paused = true)]
async fn a_registration_that_is_not_final_is_waited_for() {
    const C: ChainId = 273;
    let bench = Bench::new();
    let further = Custodian {
        reader: Arc::new(FakeChain::new(C, 0)),
        ..bench.custodian(A)
    };
    let mut observer = Observer::new(bench.custodian(L1), BOOKS, vec![further], 10);
    let mut why = async || {
        let mut moment = observer.advance().await.unwrap();
        moment.chains.remove(&C).unwrap().unwrap_err().label()
    };
    assert_eq!(why().await, "not_registered");
    let call = IChainRegistry::isRegisteredCall {
        chainId: U256::from(C),
    };
    bench.tell(L1, REGISTRY, &call, &true);
    bench.chain(L1).mine();
    assert_eq!(why().await, "not_final");
}

/// That one was released leaves no log.
#[tokio::test(start_paused = true)]
async fn what_the_issuer_holds_counts_until_it_is_released() {
    let bench = Bench::new();
    let held = |index: u64, amount| IAssetRules::TransferHeld {
        token: BRIDGED,
        chainId: U256::from(A),
        index: U256::from(index),
        payableAt: U256::ONE,
        transfer: spelled(amount),
    };
    for (index, amount) in [(0, 5), (1, 2)] {
        let event = held(index, amount);
        bench.chain(B).emit(RULES, event.encode_log_data());
    }
    bench.mint(63);
    bench.settle();
    let mut watch = bench.watch(None);
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);

    let gone = IAssetRules::AssetRulesNothingHeld {
        token: BRIDGED,
        chainId: U256::from(A),
        index: U256::ZERO,
    };
    let take = |index| IAssetRules::takeHeldCall {
        token: BRIDGED,
        chainId: U256::from(A),
        index: U256::from(index),
        transfer: spelled(if index == 0 { 5 } else { 2 }),
    };
    bench.refuse_with(B, RULES, &take(0), &gone);
    // Too early, or a route that is paused: it waits.
    bench.refuse(B, RULES, &take(1));
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(B), Some("drift"), "released, and not minted");
    bench.mint(68);
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);
}

/// The vault's logs are what counts then.
#[tokio::test(start_paused = true)]
async fn an_issuer_may_mint_a_token_of_its_own() {
    let bench = Bench::new();
    let offered = IAssetRules::RepresentationOffered {
        token: BRIDGED,
        assetId: asset_id(A, TOKEN),
    };
    bench.chain(B).emit(RULES, offered.encode_log_data());
    let log = |is_in, amount| {
        let (asset, movement) = (packed(), movement(A, amount));
        let came = IAssetCustody::AssetIn {
            asset,
            tokenId: U256::ZERO,
            movement,
        };
        let left = IAssetCustody::AssetOut {
            asset,
            tokenId: U256::ZERO,
            movement,
        };
        let data = if is_in {
            came.encode_log_data()
        } else {
            left.encode_log_data()
        };
        bench.chain(B).emit(VAULT, data);
    };
    log(true, 100);
    log(false, 30);
    bench.mint(1_000);
    bench.settle();
    let mut watch = bench.watch(None);
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);

    log(true, 1);
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(B), Some("drift"));
}

/// Transfers leave logs, and logs of a page come in one answer.
#[tokio::test(start_paused = true)]
async fn calls_do_not_grow_with_transfers() {
    let cost = async |transfers: usize| {
        let bench = Bench::new();
        let mut watch = bench.watch(None);
        watch.round().await.unwrap();
        let event = IAssetCustody::AssetOut {
            asset: packed(),
            tokenId: U256::ZERO,
            movement: movement(B, 1),
        };
        for _ in 0..transfers {
            bench.chain(A).emit(VAULT, event.encode_log_data());
        }
        bench.settle();
        let before = [L1, A, B].map(|chain| bench.chain(chain).calls());
        watch.round().await.unwrap();
        assert_eq!(bench.labels(), [None; 3]);
        let after = [L1, A, B].map(|chain| bench.chain(chain).calls());
        std::array::from_fn::<u64, 3, _>(|index| after[index] - before[index])
    };
    assert_eq!(cost(1).await, cost(1_000).await);
}

#[tokio::test(start_paused = true)]
async fn assets_beyond_the_room_are_told() {
    let bench = Bench::new();
    let mut watch = bench.watch(None);
    for byte in 0..20 {
        let new = Address::with_last_byte(byte);
        let asset = Asset {
            originToken: new,
            ..token()
        };
        let event = IAssetCustody::AssetRegistered {
            assetId: asset_id(A, new),
            token: new,
            asset,
        };
        bench.chain(A).emit(VAULT, event.encode_log_data());
    }
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(L1), Some("too_many_assets"));
    assert_eq!(watch.ctx.observer.assets().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn what_swaps_hold_is_accounted_for() {
    let bench = Bench::new();
    let key = token().ledger_key(U256::ZERO);
    let hold = |amount: u64| {
        let call = IAssetLedger::heldCall { key };
        bench.tell(L1, LEDGER, &call, &U256::from(amount));
    };
    // B has locked 20 of its 70.
    bench.mint(50);
    bench.book(100, 50, 30);
    hold(20);
    bench.settle();
    let mut watch = bench.watch(None);
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3]);

    hold(19);
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(L1), Some("drift"));
}

/// The registry has the ledger book it before the bridge pays it.
#[tokio::test(start_paused = true)]
async fn what_a_swap_pays_on_l1_is_booked_before_it_is_paid() {
    let bench = Bench::new();
    let key = token().ledger_key(U256::ZERO);
    let released = IAssetLedger::AssetReleased {
        key,
        chainId: U256::from(L1),
        amount: U256::from(20),
    };
    let paid = IAssetCustody::AssetIn {
        asset: packed(),
        tokenId: U256::ZERO,
        movement: movement(0, 20),
    };
    let balance = IAssetLedger::balanceCall {
        chainId: U256::from(L1),
        key,
    };
    bench.mint(50);
    bench.book(100, 50, 30);
    bench.tell(L1, LEDGER, &balance, &U256::from(20));
    bench.chain(L1).emit(LEDGER, released.encode_log_data());
    bench.settle();
    let mut watch = bench.watch(None);
    watch.round().await.unwrap();
    assert_eq!(bench.labels(), [None; 3], "booked, and not paid yet");

    bench.chain(L1).emit(BRIDGE, paid.encode_log_data());
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(L1), Some("drift"), "paid, and not minted");
    let standing = IAssetCustody::tokenOfCall {
        assetId: asset_id(A, TOKEN),
    };
    bench.tell(L1, BRIDGE, &standing, &BRIDGED);
    let minted = IERC20::totalSupplyCall {};
    bench.tell(L1, BRIDGED, &minted, &U256::from(20));
    bench.settle();
    watch.round().await.unwrap();
    assert_eq!(bench.label(L1), None);
}
