//! A chain in memory, for tests: blocks on demand, reorgs, a pool that evicts, providers that fail, and an interop handler
//! that checks proofs and executes bundles. Everything it knows follows from its blocks, so a reorg undoes all of it.

mod handler;
mod vault;
mod views;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use alloy::{
    consensus::{
        EthereumTxEnvelope, Transaction, TxEip4844WithSidecar, transaction::SignerRecoverable,
    },
    eips::{eip2718::Decodable2718, eip7594::BlobTransactionSidecarEip7594},
    primitives::{Address, B256, Bytes, LogData, U256, address, keccak256},
    sol_types::SolCall,
};
use async_trait::async_trait;
use causeway_bindings::IInteropHandler;

use super::{
    CallRequest, ChainError, ChainLog, ChainReader, ChainWriter, Clock, Fees, Finality, FullBlock,
    LogPage, TxFault, TxReceipt, events::ChainContracts,
};
use crate::model::{BlockRef, ChainId, UnixSeconds};
use vault::Done;

/// Contracts of every fake chain.
pub(crate) const CONTRACTS: ChainContracts = ChainContracts {
    outbox: address!("0x00000000000000000000000000000000000000a1"),
    handler: address!("0x00000000000000000000000000000000000000a2"),
};
/// Interop center of every fake chain.
pub(crate) const CENTER: Address = address!("0x00000000000000000000000000000000000000a4");
/// Vault of every fake chain.
pub(crate) const VAULT: Address = address!("0x00000000000000000000000000000000000000a5");
/// Chain id of the fake L1.
pub(crate) const L1: ChainId = 1;
/// Time of the first block.
pub(crate) const GENESIS_TIME: UnixSeconds = 1_800_000_000;
/// Gas that each simulated delivery needs.
const DELIVERY_GAS: u64 = 80_000;

type Envelope = EthereumTxEnvelope<TxEip4844WithSidecar<BlobTransactionSidecarEip7594>>;

/// Time that passes as tokio's does, so that tests with paused time need not wait.
pub(crate) struct FakeClock(tokio::time::Instant);

impl FakeClock {
    pub(crate) fn new() -> Self {
        Self(tokio::time::Instant::now())
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> UnixSeconds {
        GENESIS_TIME + self.0.elapsed().as_secs()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[derive(Clone, Debug)]
struct PoolTx {
    raw: Bytes,
    hash: B256,
    from: Address,
    nonce: u64,
    max_fee: u128,
    to: Address,
    input: Bytes,
}

#[derive(Clone, Debug)]
struct FakeBlock {
    block: BlockRef,
    logs: Vec<ChainLog>,
    txs: Vec<(PoolTx, bool)>,
}

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// No call is answered.
    pub(crate) down: bool,
    /// Of so many calls one fails, at no regular distance.
    pub(crate) fail_one_in: Option<u64>,
    /// Broadcasts are acknowledged and forgotten.
    pub(crate) swallow: bool,
    /// Every broadcast is refused for this reason.
    pub(crate) refuse: Option<TxFault>,
    /// Receipts are hidden, as on private chains.
    pub(crate) blind: bool,
    /// Deliveries of these bundles revert.
    pub(crate) revert: BTreeSet<B256>,
    /// Deliveries of these bundles succeed in simulations only.
    pub(crate) revert_in_blocks: BTreeSet<B256>,
}

/// What contracts of a test's own answer, at a block.
pub(crate) trait Answers: Send + Sync {
    /// Answer of a contract, or its revert data; `None` for questions that are not its own.
    fn call(&self, request: &CallRequest, block: u64) -> Option<Result<Bytes, Bytes>>;
    /// Balance of an account.
    fn balance(&self, account: Address, block: u64) -> U256;
    /// What a call does at a time, in a block or in a simulation: its logs, or its revert data; `None` for calls that are not
    /// its own.
    fn act(
        &self,
        _to: Address,
        _input: &[u8],
        _now: UnixSeconds,
        _in_block: bool,
    ) -> Option<Result<Vec<(Address, LogData)>, Bytes>> {
        None
    }
}

struct Inner {
    answers: Option<Arc<dyn Answers>>,
    blocks: Vec<FakeBlock>,
    pool: Vec<PoolTx>,
    queued_logs: Vec<(Address, LogData)>,
    forks: u64,
    finality_depth: u64,
    base_fee: u128,
    faults: Faults,
    calls: u64,
    estimates: u64,
    broadcasts: Vec<B256>,
}

/// The chain.
pub(crate) struct FakeChain {
    id: ChainId,
    inner: Mutex<Inner>,
}

impl FakeChain {
    pub(crate) fn new(id: ChainId, finality_depth: u64) -> Self {
        let inner = Inner {
            answers: None,
            blocks: Vec::new(),
            pool: Vec::new(),
            queued_logs: Vec::new(),
            forks: 0,
            finality_depth,
            base_fee: 10,
            faults: Faults::default(),
            calls: 0,
            estimates: 0,
            broadcasts: Vec::new(),
        };
        let chain = Self {
            id,
            inner: Mutex::new(inner),
        };
        chain.mine();
        chain
    }

    /// Has questions answered by contracts of the test's own first.
    pub(crate) fn set_answers(&self, answers: Arc<dyn Answers>) {
        self.lock().answers = Some(answers);
    }

    /// A log for the next block, from a contract that the relayer did not call.
    pub(crate) fn emit(&self, address: Address, data: LogData) {
        self.lock().queued_logs.push((address, data));
    }

    /// Makes the next block, with the queued logs and the transactions that can run.
    pub(crate) fn mine(&self) -> BlockRef {
        let mut inner = self.lock();
        let number = inner.blocks.len() as u64;
        let parent = inner
            .blocks
            .last()
            .map_or(B256::ZERO, |block| block.block.hash);
        let hash = keccak256(
            [
                parent.0,
                B256::from(U256::from(self.id)).0,
                B256::from(U256::from(inner.forks)).0,
            ]
            .concat(),
        );
        let block = BlockRef {
            number,
            hash,
            timestamp: GENESIS_TIME + number,
        };
        let mut logs = Vec::new();
        let mut push = |tx, (address, data): (Address, LogData)| {
            let log_index = logs.len() as u64;
            let topics = data.topics().to_vec();
            logs.push(ChainLog {
                address,
                topics,
                data: data.data,
                block,
                tx,
                log_index,
            });
        };
        for queued in std::mem::take(&mut inner.queued_logs) {
            push(keccak256(hash), queued);
        }
        let mut txs = Vec::new();
        let mut done = Done::default();
        while let Some(at) = inner.runnable(&txs) {
            let tx = inner.pool.remove(at);
            let (success, emitted) = inner.run(self.id, &tx, &mut done);
            for log in emitted {
                push(tx.hash, log);
            }
            txs.push((tx, success));
        }
        inner.blocks.push(FakeBlock { block, logs, txs });
        block
    }

    /// Takes back the newest blocks. Their transactions return to the pool; their other logs are gone.
    pub(crate) fn reorg(&self, depth: usize) {
        let mut inner = self.lock();
        let keep = inner.blocks.len() - depth;
        let gone = inner.blocks.split_off(keep);
        inner.pool.extend(
            gone.into_iter()
                .flat_map(|block| block.txs)
                .map(|(tx, _)| tx),
        );
        inner.forks += 1;
    }

    /// Empties the pool.
    pub(crate) fn evict(&self) {
        self.lock().pool.clear();
    }

    pub(crate) fn fault(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.lock().faults);
    }

    pub(crate) fn set_base_fee(&self, fee: u128) {
        self.lock().base_fee = fee;
    }

    pub(crate) fn head_number(&self) -> u64 {
        self.lock().blocks.len() as u64 - 1
    }

    pub(crate) fn logs_of(&self, from: u64, to: u64) -> Vec<ChainLog> {
        let inner = self.lock();
        let wanted = inner
            .blocks
            .iter()
            .filter(|block| (from..=to).contains(&block.block.number));
        wanted.flat_map(|block| block.logs.clone()).collect()
    }

    /// Calls answered or failed so far, estimates apart.
    pub(crate) fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Hashes of all transactions broadcast so far, repetitions included.
    pub(crate) fn broadcasts(&self) -> Vec<B256> {
        self.lock().broadcasts.clone()
    }

    /// Mined transactions to the handler, as the bundles that each delivers.
    pub(crate) fn delivered(&self) -> Vec<Vec<B256>> {
        let inner = self.lock();
        let txs = inner
            .blocks
            .iter()
            .flat_map(|block| &block.txs)
            .map(|(tx, _)| tx);
        txs.filter(|tx| handler::is_delivery(&tx.input))
            .map(|tx| handler::bundles(&tx.input))
            .collect()
    }

    /// Mined transactions that gave a bundle up or sent a transfer back, and how many of them succeeded.
    pub(crate) fn ways_back(&self) -> (usize, usize) {
        let inner = self.lock();
        let txs = inner.blocks.iter().flat_map(|block| &block.txs);
        let steps: Vec<bool> = txs
            .filter(|(tx, _)| vault::is_way_back(&tx.input))
            .map(|(_, success)| *success)
            .collect();
        (
            steps.len(),
            steps.into_iter().filter(|success| *success).count(),
        )
    }

    /// Transfers that went back so far, by bundle and call.
    pub(crate) fn returned(&self) -> Vec<(B256, U256)> {
        self.lock().returned()
    }

    /// Bundles that the chain executed, in order.
    pub(crate) fn executed(&self) -> Vec<B256> {
        self.lock().executed()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Counts the call, and fails it if it is its turn.
    fn answer(&self) -> Result<MutexGuard<'_, Inner>, ChainError> {
        let mut inner = self.lock();
        inner.calls += 1;
        let dice = keccak256(inner.calls.to_be_bytes())[0];
        let turn = inner
            .faults
            .fail_one_in
            .is_some_and(|calls| u64::from(dice).is_multiple_of(calls));
        if inner.faults.down || turn {
            return Err(ChainError::Unreachable {
                chain: self.id,
                provider: "fake".into(),
                reason: "down".into(),
            });
        }
        Ok(inner)
    }

    fn refused(&self, fault: TxFault) -> ChainError {
        ChainError::Refused {
            chain: self.id,
            fault,
            reason: format!("{fault:?}"),
        }
    }
}

impl Inner {
    /// What contracts of a test's own would do in the next block.
    fn acts(
        &self,
        to: Address,
        input: &[u8],
        in_block: bool,
    ) -> Option<Result<Vec<(Address, LogData)>, Bytes>> {
        let answers = self.answers.as_ref()?;
        answers.act(to, input, self.time(), in_block)
    }

    fn mined(&self, account: Address) -> u64 {
        self.blocks
            .iter()
            .flat_map(|block| &block.txs)
            .filter(|(tx, _)| tx.from == account)
            .count() as u64
    }

    /// Index in the pool of a transaction that can run next in a block with `txs`.
    fn runnable(&self, txs: &[(PoolTx, bool)]) -> Option<usize> {
        self.pool.iter().position(|tx| {
            let here = txs
                .iter()
                .filter(|(other, _)| other.from == tx.from)
                .count() as u64;
            tx.nonce == self.mined(tx.from) + here && tx.max_fee >= self.base_fee
        })
    }
}

#[async_trait]
impl ChainReader for FakeChain {
    fn chain_id(&self) -> ChainId {
        self.id
    }

    async fn head(&self, finality: Finality) -> Result<BlockRef, ChainError> {
        let inner = self.answer()?;
        let depth = match finality {
            Finality::Latest => 0,
            Finality::Final => inner.finality_depth as usize,
        };
        Ok(inner.blocks[(inner.blocks.len() - 1).saturating_sub(depth)].block)
    }

    async fn block(&self, number: u64) -> Result<Option<BlockRef>, ChainError> {
        Ok(self
            .answer()?
            .blocks
            .get(number as usize)
            .map(|block| block.block))
    }

    async fn full_block(&self, number: u64) -> Result<Option<FullBlock>, ChainError> {
        let inner = self.answer()?;
        let parent = |number: u64| {
            number
                .checked_sub(1)
                .map_or(B256::ZERO, |n| inner.blocks[n as usize].block.hash)
        };
        Ok(inner.blocks.get(number as usize).map(|block| FullBlock {
            block: block.block,
            parent_hash: parent(number),
            state_root: B256::ZERO,
            beneficiary: Address::ZERO,
            gas_limit: 30_000_000,
            base_fee_per_gas: 0,
            prev_randao: B256::ZERO,
            transactions: block.txs.iter().map(|(tx, _)| tx.raw.clone()).collect(),
        }))
    }

    async fn logs(&self, from: u64, to: u64, addresses: &[Address]) -> Result<LogPage, ChainError> {
        let inner = self.answer()?;
        let reason = "no such block".to_owned();
        let missing = ChainError::Provider {
            chain: self.id,
            provider: "fake".into(),
            reason,
        };
        let last = inner.blocks.get(to as usize).ok_or(missing)?.block;
        let parent = from
            .checked_sub(1)
            .map(|number| inner.blocks[number as usize].block);
        let wanted = inner.blocks[from as usize..=to as usize]
            .iter()
            .flat_map(|block| block.logs.clone());
        Ok(LogPage {
            parent,
            last,
            logs: wanted
                .filter(|log| addresses.contains(&log.address))
                .collect(),
        })
    }

    async fn call(&self, request: &CallRequest) -> Result<Bytes, ChainError> {
        self.call_at(request, self.head_number()).await
    }

    async fn call_at(&self, request: &CallRequest, block: u64) -> Result<Bytes, ChainError> {
        let inner = self.answer()?;
        let answers = inner.answers.as_ref();
        match answers.and_then(|answers| answers.call(request, block)) {
            Some(answer) => answer.map_err(|data| ChainError::Reverted {
                chain: self.id,
                data,
            }),
            None => Ok(inner.view(&request.data).unwrap_or_default()),
        }
    }

    async fn estimate_gas(&self, request: &CallRequest) -> Result<u64, ChainError> {
        let mut inner = self.answer()?;
        inner.calls -= 1;
        inner.estimates += 1;
        let done = Done::default();
        if let Some(acted) = inner.acts(request.to, &request.data, false) {
            return acted.map(|_| DELIVERY_GAS).map_err(|data| {
                let chain = self.id;
                ChainError::Reverted { chain, data }
            });
        }
        let simulated = match IInteropHandler::executeBundleCall::abi_decode(&request.data) {
            Ok(call) => inner
                .deliver(self.id, &call.delivery, &BTreeMap::new(), &done, false)
                .map(drop),
            Err(_) => inner.way_back(&request.data, &done).map(drop),
        };
        match simulated {
            Ok(()) => Ok(DELIVERY_GAS),
            Err(data) => Err(ChainError::Reverted {
                chain: self.id,
                data: data.into(),
            }),
        }
    }

    async fn code(&self, _address: Address) -> Result<Bytes, ChainError> {
        self.answer().map(|_| Bytes::from_static(&[0xfe]))
    }

    async fn balance(&self, _address: Address) -> Result<U256, ChainError> {
        self.answer().map(|_| U256::MAX)
    }

    async fn balance_at(&self, address: Address, block: u64) -> Result<U256, ChainError> {
        let inner = self.answer()?;
        let answers = inner.answers.as_ref().expect("somebody who answers");
        Ok(answers.balance(address, block))
    }

    async fn nonce(&self, address: Address, pending: bool) -> Result<u64, ChainError> {
        let inner = self.answer()?;
        let mut nonce = inner.mined(address);
        while pending
            && inner
                .pool
                .iter()
                .any(|tx| tx.from == address && tx.nonce == nonce)
        {
            nonce += 1;
        }
        Ok(nonce)
    }

    async fn fees(&self) -> Result<Fees, ChainError> {
        let base = self.answer()?.base_fee;
        Ok(Fees {
            max_fee_per_gas: base * 2,
            max_priority_fee_per_gas: 1,
        })
    }

    async fn blob_base_fee(&self) -> Result<u128, ChainError> {
        self.answer().map(|_| 1)
    }

    async fn receipt(&self, hash: B256) -> Result<Option<TxReceipt>, ChainError> {
        let inner = self.answer()?;
        if inner.faults.blind {
            return Ok(None);
        }
        Ok(inner.blocks.iter().find_map(|block| {
            let (_, success) = block.txs.iter().find(|(tx, _)| tx.hash == hash)?;
            let BlockRef {
                number,
                hash: block_hash,
                ..
            } = block.block;
            Some(TxReceipt {
                tx: hash,
                block: number,
                block_hash,
                success: *success,
                gas_used: DELIVERY_GAS,
            })
        }))
    }
}

#[async_trait]
impl ChainWriter for FakeChain {
    async fn broadcast(&self, raw: &[u8]) -> Result<B256, ChainError> {
        let mut inner = self.answer()?;
        let envelope = Envelope::decode_2718_exact(raw).expect("a transaction");
        assert_eq!(envelope.chain_id(), Some(self.id));
        let tx = PoolTx {
            raw: Bytes::copy_from_slice(raw),
            hash: *envelope.hash(),
            from: envelope.recover_signer().expect("a signature"),
            nonce: envelope.nonce(),
            max_fee: envelope.max_fee_per_gas(),
            to: envelope.to().expect("a recipient"),
            input: envelope.input().clone(),
        };
        inner.broadcasts.push(tx.hash);
        if let Some(fault) = inner.faults.refuse {
            return Err(self.refused(fault));
        }
        if inner.faults.swallow {
            return Ok(tx.hash);
        }
        if tx.nonce < inner.mined(tx.from) {
            return Err(self.refused(TxFault::NonceTooLow));
        }
        if inner.pool.iter().any(|other| other.hash == tx.hash) {
            return Err(self.refused(TxFault::AlreadyKnown));
        }
        let rival = inner
            .pool
            .iter()
            .position(|other| (other.from, other.nonce) == (tx.from, tx.nonce));
        if let Some(rival) = rival {
            if tx.max_fee * 100 < inner.pool[rival].max_fee * 110 {
                return Err(self.refused(TxFault::Underpriced));
            }
            inner.pool.remove(rival);
        }
        let hash = tx.hash;
        inner.pool.push(tx);
        Ok(hash)
    }
}
