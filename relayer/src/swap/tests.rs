//! Swaps over fake chains, with whatever may go wrong. The contracts are as far as one swap is concerned.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes, LogData, U256, keccak256};
use alloy::sol_types::{SolCall, SolError, SolEvent};
use causeway_bindings::{
    Asset, AssetKind, IAtomicSwap, IBatchSettlement, IMessageOutbox, IPriorityQueue, ISwapRegistry,
    LockStatus, SwapChange, SwapEffect, SwapHeader, SwapLeg, SwapMessage, SwapOutcome,
    SwapPreimage, SwapReceipt, payload_commitment,
};

use super::{Side, SwapContext, SwapSettings, cycle::MOST_EXECUTIONS, plan::Policy};
use crate::{
    bundle::Prover,
    chain::{
        CallRequest, ChainReader,
        fake::{Answers, CONTRACTS, FakeChain, GENESIS_TIME, L1},
    },
    harness::{Fuse, Network, Options, Relayer, SWAP, SWAP_REGISTRY, signer},
    model::{
        UnixSeconds,
        swap::{SwapRecord, SwapStage},
    },
    progress::Progress,
    roots::Roots,
    send::{SendSettings, Sender},
    store::{Change, Reader, Writer, memory::MemoryStore},
};

/// Blocks in which any of it must come to its end.
const PATIENCE: usize = 300;
/// How long a chain has before it is forced, and to come back, in seconds.
const SHORT: u64 = 40;

const POLICY: Policy = Policy {
    force: true,
    freeze: true,
    l1_cancel: true,
    publish: true,
};

/// What has become of the swap, and what goes wrong.
#[derive(Default)]
struct State {
    outcome: Option<SwapOutcome>,
    told: bool,
    paid: Option<SwapChange>,
    opened: bool,
    decided: Option<SwapOutcome>,
    closed: bool,
    forced: bool,
    venue_fails: bool,
    /// The destination executes and settles nothing.
    dead: bool,
    frozen_at: UnixSeconds,
    /// How often L1 was asked about a chain.
    asked: usize,
    steps: Vec<&'static str>,
}

struct Contracts {
    preimage: SwapPreimage,
    state: Mutex<State>,
}

type Logs = Vec<(Address, LogData)>;

fn leg() -> SwapLeg {
    SwapLeg {
        asset: Asset {
            originChainId: U256::ONE,
            originToken: Address::ZERO,
            kind: AssetKind::Fungible,
        },
        tokenId: U256::ZERO,
        amount: U256::ONE,
    }
}

impl Contracts {
    fn id(&self) -> B256 {
        self.preimage.id()
    }

    fn source(&self) -> U256 {
        self.preimage.header.sourceChainId
    }

    fn effect(&self, change: SwapChange) -> (Address, LogData) {
        let effect = SwapEffect {
            change,
            source: self.source(),
            destination: self.preimage.header.destinationChainId,
            swapId: self.id(),
            leg: leg(),
            returned: leg(),
        };
        let event = IAtomicSwap::SwapEffected {
            swapId: self.id(),
            effect,
        };
        (SWAP, event.encode_log_data())
    }

    fn decide(&self, outcome: SwapOutcome) -> Logs {
        let executed = outcome == SwapOutcome::Executed;
        let receipt = SwapReceipt {
            source: self.source(),
            swap_id: self.id(),
            outcome,
            output: if executed {
                Bytes::from_static(b"output")
            } else {
                Bytes::new()
            },
        };
        let change = if executed {
            SwapChange::Executed
        } else {
            SwapChange::Cancelled
        };
        vec![
            sent(SwapMessage::Receipt(receipt).encode()),
            self.effect(change),
        ]
    }

    /// `execute` and `cancel`.
    fn on_destination(&self, input: &[u8], now: UnixSeconds) -> Option<Result<Logs, Bytes>> {
        let state = self.state.lock().unwrap();
        let (id, deadline) = (self.id(), self.preimage.header.deadline);
        let executes = IAtomicSwap::executeCall::abi_decode(input);
        let cancels = IAtomicSwap::cancelCall::abi_decode(input);
        let (proof, outcome) = match (executes, cancels) {
            (Ok(call), _) => (call.proof, SwapOutcome::Executed),
            (_, Ok(call)) => (call.proof, SwapOutcome::Cancelled),
            _ => return None,
        };
        assert!(proof.chainId == self.source() && !proof.path.is_empty());
        if let Some(outcome) = state.outcome {
            let error = IAtomicSwap::AtomicSwapDecided {
                swapId: id,
                outcome,
            };
            return Some(Err(error.abi_encode().into()));
        }
        let (limit, timestamp) = (U256::from(deadline), U256::from(now));
        let refusal = match outcome {
            SwapOutcome::Executed if now > deadline => IAtomicSwap::AtomicSwapTooLate {
                swapId: id,
                deadline: limit,
                timestamp,
            }
            .abi_encode(),
            SwapOutcome::Executed if state.venue_fails || state.dead => {
                IAtomicSwap::AtomicSwapVenueReverted {
                    swapId: id,
                    reason: Bytes::new(),
                }
                .abi_encode()
            }
            SwapOutcome::Cancelled if now <= deadline => IAtomicSwap::AtomicSwapNotExpired {
                swapId: id,
                deadline: limit,
                timestamp,
            }
            .abi_encode(),
            _ => return Some(Ok(self.decide(outcome))),
        };
        Some(Err(refusal.into()))
    }

    /// `redeem` and `refund`.
    fn on_source(&self, input: &[u8]) -> Option<Result<Logs, Bytes>> {
        let state = self.state.lock().unwrap();
        let change = if let Ok(call) = IAtomicSwap::redeemCall::abi_decode(input) {
            assert_eq!(call.output.as_ref(), b"output");
            assert_eq!(state.decided, Some(SwapOutcome::Executed), "INV-06");
            SwapChange::Redeemed
        } else if IAtomicSwap::refundCall::abi_decode(input).is_ok() {
            assert_eq!(state.decided, Some(SwapOutcome::Cancelled), "INV-06");
            SwapChange::Refunded
        } else {
            return None;
        };
        if state.paid.is_some() {
            let error = IAtomicSwap::AtomicSwapNotLocked {
                swapId: self.id(),
                status: LockStatus::Redeemed,
            };
            return Some(Err(error.abi_encode().into()));
        }
        Some(Ok(vec![self.effect(change)]))
    }

    fn on_l1(&self, to: Address, input: &[u8], now: UnixSeconds) -> Option<Result<Logs, Bytes>> {
        let state = self.state.lock().unwrap();
        let (source, id) = (self.source(), self.id());
        if ISwapRegistry::forceResolveCall::abi_decode(input).is_ok()
            || ISwapRegistry::forceExecuteCall::abi_decode(input).is_ok()
        {
            if state.forced {
                let error = ISwapRegistry::SwapRegistryAlreadyForced { swapId: id };
                return Some(Err(error.abi_encode().into()));
            }
            let event = ISwapRegistry::SwapForced {
                source,
                swapId: id,
                chainId: self.preimage.header.destinationChainId,
                operationHash: B256::ZERO,
            };
            return Some(Ok(vec![(to, event.encode_log_data())]));
        }
        if IBatchSettlement::freezeCall::abi_decode(input).is_ok() {
            if state.frozen_at != 0 {
                return Some(Err(Bytes::new()));
            }
            let marker = keccak256("frozen");
            return Some(Ok(vec![(
                to,
                LogData::new_unchecked(vec![marker], Bytes::new()),
            )]));
        }
        if ISwapRegistry::l1CancelCall::abi_decode(input).is_ok() {
            assert!(
                state.frozen_at != 0 && now >= state.frozen_at + SHORT,
                "too early"
            );
            if let Some(outcome) = state.decided {
                let error = ISwapRegistry::SwapRegistryDecided {
                    swapId: id,
                    outcome,
                };
                return Some(Err(error.abi_encode().into()));
            }
            return Some(Ok(vec![self.decided(SwapOutcome::Cancelled, true)]));
        }
        None
    }

    /// What a transaction has done.
    fn take_in(&self, logs: &Logs, now: UnixSeconds) {
        let mut state = self.state.lock().unwrap();
        for (_, log) in logs {
            let topic = log.topics()[0];
            if topic == IAtomicSwap::SwapEffected::SIGNATURE_HASH {
                let event = IAtomicSwap::SwapEffected::decode_log_data(log);
                state.take(event.unwrap().effect.change);
            } else if topic == ISwapRegistry::SwapForced::SIGNATURE_HASH {
                state.forced = true;
                state.steps.push("force");
            } else if topic == ISwapRegistry::SwapDecided::SIGNATURE_HASH {
                state.decided = Some(SwapOutcome::Cancelled);
                state.told = true;
                state.steps.push("l1_cancel");
            } else if topic == keccak256("frozen") {
                state.frozen_at = now;
                state.steps.push("freeze");
            }
        }
    }

    fn decided(&self, outcome: SwapOutcome, by_l1: bool) -> (Address, LogData) {
        let event = ISwapRegistry::SwapDecided {
            source: self.source(),
            swapId: self.id(),
            outcome,
            heldHash: B256::ZERO,
            byL1: by_l1,
        };
        (SWAP_REGISTRY, event.encode_log_data())
    }
}

fn sent(message: Bytes) -> (Address, LogData) {
    let event = IMessageOutbox::L1MessageSent {
        sender: SWAP,
        hash: keccak256(&message),
        message,
    };
    (CONTRACTS.outbox, event.encode_log_data())
}

/// The contracts, as one chain has them.
struct Place {
    contracts: Arc<Contracts>,
    chain: u64,
}

impl Answers for Place {
    fn call(&self, request: &CallRequest, _block: u64) -> Option<Result<Bytes, Bytes>> {
        let mut state = self.contracts.state.lock().unwrap();
        let data = &request.data;
        let answer = if IBatchSettlement::frozenAtCall::abi_decode(data)
            .is_ok_and(|call| call.chainId == self.contracts.preimage.header.destinationChainId)
        {
            IBatchSettlement::frozenAtCall::abi_encode_returns(&state.frozen_at)
        } else if IBatchSettlement::frozenAtCall::abi_decode(data).is_ok() {
            IBatchSettlement::frozenAtCall::abi_encode_returns(&0)
        } else if ISwapRegistry::timesOfCall::abi_decode(data).is_ok() {
            let times = ISwapRegistry::timesOfReturn {
                forceAfter: SHORT,
                grace: SHORT,
            };
            state.asked += 1;
            ISwapRegistry::timesOfCall::abi_encode_returns(&times)
        } else if IPriorityQueue::headCall::abi_decode(data).is_ok() {
            IPriorityQueue::headCall::abi_encode_returns(&0)
        } else if IPriorityQueue::tailCall::abi_decode(data).is_ok() {
            let waits = state.forced && state.decided.is_none();
            IPriorityQueue::tailCall::abi_encode_returns(&u64::from(waits))
        } else if IPriorityQueue::expiresAtCall::abi_decode(data).is_ok() {
            IPriorityQueue::expiresAtCall::abi_encode_returns(&GENESIS_TIME)
        } else if IAtomicSwap::lockStatusCall::abi_decode(data).is_ok() {
            let status = if state.told {
                LockStatus::Refundable
            } else {
                LockStatus::Locked
            };
            IAtomicSwap::lockStatusCall::abi_encode_returns(&status)
        } else {
            return None;
        };
        Some(Ok(answer.into()))
    }

    fn balance(&self, _account: Address, _block: u64) -> U256 {
        U256::MAX
    }

    fn act(
        &self,
        to: Address,
        input: &[u8],
        now: UnixSeconds,
        in_block: bool,
    ) -> Option<Result<Logs, Bytes>> {
        let contracts = &self.contracts;
        let acted = match self.chain {
            L1 => contracts.on_l1(to, input, now),
            chain if contracts.source() == U256::from(chain) => contracts.on_source(input),
            _ => contracts.on_destination(input, now),
        };
        if let (true, Some(Ok(logs))) = (in_block, &acted) {
            contracts.take_in(logs, now);
        }
        acted
    }
}

/// A network on which a swap is locked.
struct World {
    network: Network,
    contracts: Arc<Contracts>,
}

impl World {
    fn new(seconds: u64) -> Self {
        let network = Network::new(2, 1);
        let (salt, payload) = (B256::repeat_byte(5), Bytes::from_static(b"payload"));
        let header = SwapHeader {
            version: 1,
            sourceChainId: U256::from(network.id(0)),
            destinationChainId: U256::from(network.id(1)),
            payloadCommitment: payload_commitment(salt, &payload),
            deadline: GENESIS_TIME + network.chains[1].head_number() + seconds,
            ..SwapHeader::default()
        };
        let preimage = SwapPreimage {
            header,
            salt,
            payload,
        };
        let contracts = Arc::new(Contracts {
            preimage,
            state: Mutex::default(),
        });
        for chain in network.chains.iter().chain([&network.l1]) {
            chain.set_answers(Arc::new(Place {
                contracts: contracts.clone(),
                chain: chain.chain_id(),
            }));
        }
        let world = Self { network, contracts };
        world.lock();
        world
    }

    fn lock(&self) {
        let preimage = self.contracts.preimage.clone();
        let (address, message) = sent(SwapMessage::Lock(preimage.header.clone()).encode());
        let event = IAtomicSwap::SwapLocked {
            swapId: self.contracts.id(),
            header: preimage.header,
            salt: preimage.salt,
            payload: preimage.payload,
        };
        self.network.chains[0].emit(SWAP, event.encode_log_data());
        self.network.chains[0].emit(address, message);
    }

    fn with(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.contracts.state.lock().unwrap());
        self
    }

    /// One second.
    async fn step(&self) {
        self.network.steps(1).await;
        self.settle();
    }

    /// L1 learns what the batches before held.
    fn settle(&self) {
        let mut state = self.contracts.state.lock().unwrap();
        let (source, id) = (self.contracts.source(), self.contracts.id());
        if !state.opened {
            state.opened = true;
            let event = ISwapRegistry::SwapOpened {
                source,
                swapId: id,
                destination: self.contracts.preimage.header.destinationChainId,
                held: leg(),
            };
            self.network.l1.emit(SWAP_REGISTRY, event.encode_log_data());
        }
        if let (Some(outcome), None, false) = (state.outcome, state.decided, state.dead) {
            state.decided = Some(outcome);
            let (address, event) = self.contracts.decided(outcome, false);
            self.network.l1.emit(address, event);
        }
        if state.paid.is_some() && !state.closed {
            state.closed = true;
            let event = ISwapRegistry::SwapClosed {
                source,
                swapId: id,
                chainId: source,
            };
            self.network.l1.emit(SWAP_REGISTRY, event.encode_log_data());
        }
    }

    fn record(&self, memory: &MemoryStore) -> Option<SwapRecord> {
        memory.swap(self.contracts.id()).unwrap()
    }

    async fn until_over(&self, memory: &MemoryStore) -> SwapStage {
        for _ in 0..PATIENCE {
            let stage = self.record(memory).map(|record| record.stage);
            if let Some(stage) = stage.filter(|stage| stage.is_terminal()) {
                return stage;
            }
            self.step().await;
        }
        panic!("LIV-01: {:?}", self.record(memory));
    }

    fn steps(&self) -> Vec<&'static str> {
        self.contracts.state.lock().unwrap().steps.clone()
    }
}

impl State {
    fn take(&mut self, change: SwapChange) {
        match change {
            SwapChange::Executed => {
                assert_eq!(self.outcome.replace(SwapOutcome::Executed), None, "INV-02");
                self.steps.push("execute");
            }
            SwapChange::Cancelled => {
                assert_eq!(self.outcome.replace(SwapOutcome::Cancelled), None, "INV-02");
                self.steps.push("cancel");
            }
            SwapChange::Redeemed => {
                assert_eq!(self.paid.replace(change), None, "INV-02");
                self.steps.push("redeem");
            }
            SwapChange::Refunded => {
                assert_eq!(self.paid.replace(change), None, "INV-02");
                self.steps.push("refund");
            }
            other => panic!("{other:?}"),
        }
    }
}

fn memory() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(L1))
}

fn coordinator(seed: u8) -> Options {
    Options {
        signer: signer(seed),
        swaps: Some((signer(seed + 100), POLICY)),
        ..Options::default()
    }
}

/// The stage alone, over what `memory` holds.
fn context(network: &Network, memory: &Arc<MemoryStore>) -> SwapContext {
    let side = |chain: &Arc<FakeChain>| Side {
        reader: chain.clone(),
        sender: Arc::new(Sender::new(
            chain.clone(),
            chain.clone(),
            memory.clone(),
            network.clock.clone(),
            signer(101),
            SendSettings::capped(500_000_000_000),
        )),
    };
    let chains = network.chains.iter();
    SwapContext {
        store: memory.clone(),
        l1: side(&network.l1),
        chains: chains
            .map(|chain| (chain.chain_id(), side(chain)))
            .collect(),
        prover: Arc::new(Prover::new(Arc::new(Roots::new(L1)), L1)),
        clock: network.clock.clone(),
        progress: Arc::new(Progress::default()),
        settings: SwapSettings {
            contract: SWAP,
            registry: SWAP_REGISTRY,
            settlement: Address::repeat_byte(0xb2),
            queue: Address::repeat_byte(0xb4),
            policy: POLICY,
            interval: Duration::from_secs(1),
            parties: BTreeSet::new(),
        },
    }
}

#[tokio::test(start_paused = true)]
async fn a_locked_swap_is_executed_and_redeemed() {
    let (world, memory) = (World::new(100), memory());
    let relayer = Relayer::start(&world.network, &memory, coordinator(1));
    assert_eq!(world.until_over(&memory).await, SwapStage::Redeemed);
    relayer.stop().await;
    assert_eq!(world.steps(), ["execute", "redeem"]);
    let sent = world
        .network
        .chains
        .iter()
        .map(|chain| chain.broadcasts().len());
    assert_eq!(sent.collect::<Vec<_>>(), [1, 1], "nothing is sent twice");
    let record = world.record(&memory).expect("known");
    let order: Vec<_> = record.milestones.iter().map(|entered| entered.at).collect();
    assert!(order.is_sorted());
}

#[tokio::test(start_paused = true)]
async fn what_the_venue_refuses_until_the_deadline_is_cancelled_and_refunded() {
    let world = World::new(30).with(|state| state.venue_fails = true);
    let memory = memory();
    let relayer = Relayer::start(&world.network, &memory, coordinator(1));
    assert_eq!(world.until_over(&memory).await, SwapStage::Refunded);
    relayer.stop().await;
    assert_eq!(world.steps(), ["cancel", "refund"]);
}

/// Executing was tried often enough: nothing is paid for it any more, and the swap still ends.
#[tokio::test(start_paused = true)]
async fn a_venue_cannot_have_a_relayer_pay_until_the_deadline() {
    let (world, memory) = (
        World::new(60).with(|state| state.venue_fails = true),
        memory(),
    );
    let relayer = Relayer::start(&world.network, &memory, coordinator(1));
    let is_tried = |record: &SwapRecord| record.stage == SwapStage::Executable;
    for _ in 0..PATIENCE {
        if world.record(&memory).as_ref().is_some_and(is_tried) {
            break;
        }
        world.step().await;
    }
    let mut record = world.record(&memory).unwrap();
    record.attempts = MOST_EXECUTIONS;
    memory
        .commit(vec![Change::PutSwap(Box::new(record))])
        .unwrap();
    let world = world.with(|state| state.venue_fails = false);
    assert_eq!(world.until_over(&memory).await, SwapStage::Refunded);
    relayer.stop().await;
    assert_eq!(world.steps(), ["cancel", "refund"]);
}

/// A chain that is dead takes all the time that a question has; it has to be the same for one swap as for many.
#[tokio::test(start_paused = true)]
async fn one_cycle_asks_each_chain_once_however_many_swaps_it_has() {
    let (world, memory) = (
        World::new(100).with(|state| state.venue_fails = true),
        memory(),
    );
    let relayer = Relayer::start(&world.network, &memory, coordinator(1));
    for _ in 0..20 {
        world.step().await;
    }
    relayer.stop().await;
    let known = world.record(&memory).unwrap();
    for number in 0..20 {
        let mut other = known.clone();
        (other.id, other.due) = (B256::repeat_byte(0x80 + number), 0);
        memory
            .commit(vec![Change::PutSwap(Box::new(other))])
            .unwrap();
    }
    let before = world.contracts.state.lock().unwrap().asked;
    context(&world.network, &memory).cycle().await.unwrap();
    let asked = world.contracts.state.lock().unwrap().asked - before;
    assert_eq!(asked, 2, "source and destination");
}

/// Gas is spent on the swaps of those who are served, whatever is known of the others.
#[tokio::test(start_paused = true)]
async fn swaps_of_others_are_followed_and_left_to_others() {
    let (world, memory) = (World::new(100), memory());
    let stranger = Address::repeat_byte(0x51);
    let mut options = coordinator(1);
    options.served = BTreeSet::from([stranger]);
    let relayer = Relayer::start(&world.network, &memory, options);
    for _ in 0..20 {
        world.step().await;
    }
    relayer.stop().await;
    assert_eq!(world.steps(), [""; 0]);
    let record = world.record(&memory).unwrap();
    assert_eq!(record.stage, SwapStage::Settled);
    assert!(record.trouble.unwrap().contains("swap.parties"));

    let mut options = coordinator(1);
    options.served = BTreeSet::from([stranger, world.contracts.preimage.header.sender]);
    let relayer = Relayer::start(&world.network, &memory, options);
    assert_eq!(world.until_over(&memory).await, SwapStage::Redeemed);
    relayer.stop().await;
}

/// The destination stops for good: forced, frozen, cancelled by L1, refunded.
#[tokio::test(start_paused = true)]
async fn a_dead_destination_ends_in_a_refund() {
    let world = World::new(30).with(|state| {
        state.dead = true;
        state.outcome = Some(SwapOutcome::Executed);
    });
    let memory = memory();
    let (address, message) = world.contracts.decide(SwapOutcome::Executed)[0].clone();
    world.network.chains[1].emit(address, message);
    let relayer = Relayer::start(&world.network, &memory, coordinator(1));
    assert_eq!(world.until_over(&memory).await, SwapStage::Refunded);
    relayer.stop().await;
    assert_eq!(world.steps(), ["force", "freeze", "l1_cancel", "refund"]);
}

#[tokio::test(start_paused = true)]
async fn relayers_that_compete_take_each_step_once() {
    let world = World::new(100);
    let memories = [memory(), memory()];
    let relayers: Vec<_> = [1, 2]
        .into_iter()
        .zip(&memories)
        .map(|(seed, memory)| Relayer::start(&world.network, memory, coordinator(seed)))
        .collect();
    for memory in &memories {
        assert_eq!(world.until_over(memory).await, SwapStage::Redeemed);
    }
    for relayer in relayers {
        relayer.stop().await;
    }
    assert_eq!(world.steps(), ["execute", "redeem"]);
}

/// One run with a process that dies after so many commits about transactions, and broadcasts, and another that takes over:
/// with its store and key, or with neither.
async fn crash_after(effects: i64, anew: bool) -> bool {
    let (world, first_memory) = (World::new(100), memory());
    let options = Options {
        fuse: Fuse::after_sending(effects),
        ..coordinator(1)
    };
    let first = Relayer::start(&world.network, &first_memory, options);
    for _ in 0..PATIENCE {
        let over = world
            .record(&first_memory)
            .is_some_and(|record| record.stage.is_terminal());
        if first.fuse.blown() || over {
            break;
        }
        world.step().await;
    }
    let blown = first.fuse.blown();
    first.stop().await;
    let (seed, second_memory) = if anew {
        (2, memory())
    } else {
        (1, first_memory)
    };
    let second = Relayer::start(&world.network, &second_memory, coordinator(seed));
    let stage = world.until_over(&second_memory).await;
    second.stop().await;
    assert_eq!(stage, SwapStage::Redeemed, "after {effects} effects");
    assert_eq!(
        world.steps(),
        ["execute", "redeem"],
        "after {effects} effects"
    );
    blown
}

/// INV-11, LIV-03: whoever goes on, wherever the one before stopped, the swap ends alike.
#[tokio::test(start_paused = true)]
async fn a_relayer_that_dies_anywhere_is_taken_over() {
    for anew in [false, true] {
        let mut effects = 0;
        while crash_after(effects, anew).await {
            effects += 1;
        }
        assert!(effects > 5, "{effects} points were tried");
    }
}
