//! What L1 says about batches and roots, followed from its events.

use std::collections::BTreeMap;

use alloy::{
    primitives::{B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use causeway_bindings::{
    IBatchSettlement::BatchExecuted,
    IMessageRoot::{BatchRootAppended, ChainAdded},
};
use causeway_proofs::{Dialect, MessageRoot, SettledBatch, Snapshot};

use crate::{
    Error, L1Contracts,
    error::{At, small},
    logs,
    network::Endpoint,
};

/// Where L1 executed a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Number of the batch.
    pub batch_number: u64,
    /// First block of the chain that is in it.
    pub first_block: u64,
    /// Last block of the chain that is in it.
    pub last_block: u64,
    /// Root over the logs of the batch.
    pub chain_batch_root: B256,
    /// L1 block that executed it.
    pub l1_block: u64,
    /// Timestamp of that block in seconds.
    pub l1_timestamp: u64,
    /// L1 transaction that executed it.
    pub l1_transaction: B256,
}

/// Blocks of a chain that are in one batch.
#[derive(Clone, Copy, Debug)]
struct Span {
    batch_number: u64,
    first_block: u64,
    l1_transaction: B256,
}

/// The message root and the batches in it, as far as the events of L1 have been read.
#[derive(Debug)]
pub(crate) struct History {
    settlement_chain_id: u64,
    from_block: u64,
    root: MessageRoot,
    /// By chain and last block of the batch.
    spans: BTreeMap<(u64, u64), Span>,
    /// By chain and number.
    batches: BTreeMap<(u64, u64), SettledBatch>,
    /// Last block read, and its hash.
    head: Option<(u64, B256)>,
}

impl History {
    pub(crate) fn new(settlement_chain_id: u64, from_block: u64) -> Self {
        Self {
            settlement_chain_id,
            from_block,
            root: MessageRoot::new(Dialect::V32, settlement_chain_id),
            spans: BTreeMap::new(),
            batches: BTreeMap::new(),
            head: None,
        }
    }

    /// Forgets everything, so that the next [`sync`](Self::sync) reads L1 from the start.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(self.settlement_chain_id, self.from_block);
    }

    /// Reads the events of L1 up to its head. After a reorganisation of L1 it starts again.
    pub(crate) async fn sync(
        &mut self,
        l1: &Endpoint<L1Contracts>,
        page: u64,
    ) -> Result<(), Error> {
        if !self.head_stands(l1).await? {
            self.reset();
        }
        let read = self.read_on(l1, page).await;
        if matches!(read, Err(Error::History(_))) {
            self.reset();
        }
        read
    }

    async fn head_stands(&self, l1: &Endpoint<L1Contracts>) -> Result<bool, Error> {
        match self.head {
            None => Ok(true),
            Some((number, hash)) => Ok(block_hash(l1, number).await?.is_none_or(|now| now == hash)),
        }
    }

    async fn read_on(&mut self, l1: &Endpoint<L1Contracts>, page: u64) -> Result<(), Error> {
        let head = l1
            .provider
            .get_block_number()
            .await
            .at(l1.chain_id, "block number")?;
        let first = self.head.map_or(self.from_block, |(number, _)| number + 1);
        if head < first {
            return Ok(());
        }
        // The hash first: if the chain is reorganised between the two requests, the next sync notices.
        let Some(hash) = block_hash(l1, head).await? else {
            return Ok(());
        };
        let filter = Filter::new()
            .address(vec![l1.contracts.message_root, l1.contracts.settlement])
            .event_signature(vec![
                ChainAdded::SIGNATURE_HASH,
                BatchRootAppended::SIGNATURE_HASH,
                BatchExecuted::SIGNATURE_HASH,
            ]);
        let found = logs::fetch(&l1.provider, &filter, first..=head, page)
            .await
            .at(
                l1.chain_id,
                "events of the message root and the settlement contract",
            )?;
        found.iter().try_for_each(|log| self.apply(log))?;
        self.head = Some((head, hash));
        Ok(())
    }

    /// Takes in one event. Events come in the order of L1.
    fn apply(&mut self, log: &Log) -> Result<(), Error> {
        match log.topic0() {
            Some(&ChainAdded::SIGNATURE_HASH) => self.chain_added(log),
            Some(&BatchRootAppended::SIGNATURE_HASH) => self.batch_appended(log),
            Some(&BatchExecuted::SIGNATURE_HASH) => self.batch_executed(log),
            _ => Ok(()),
        }
    }

    fn chain_added(&mut self, log: &Log) -> Result<(), Error> {
        let (event, block) = self.read::<ChainAdded>(log)?;
        let chain_id = self.small(event.chainId)?;
        // L1's own entry is there from the start.
        if chain_id != self.settlement_chain_id {
            self.root.register_chain(chain_id, block)?;
        }
        Ok(())
    }

    fn batch_appended(&mut self, log: &Log) -> Result<(), Error> {
        let (event, block) = self.read::<BatchRootAppended>(log)?;
        let batch = SettledBatch {
            chain_id: self.small(event.chainId)?,
            batch_number: self.small(event.batchNumber)?,
            chain_batch_root: event.chainBatchRoot,
            block,
            timestamp: self.small(event.timestamp)?,
        };
        self.root.append_batch(batch)?;
        self.batches
            .insert((batch.chain_id, batch.batch_number), batch);
        Ok(())
    }

    fn batch_executed(&mut self, log: &Log) -> Result<(), Error> {
        let (event, _) = self.read::<BatchExecuted>(log)?;
        let span = Span {
            batch_number: self.small(event.batchNumber)?,
            first_block: event.firstBlock,
            l1_transaction: log.transaction_hash.unwrap_or_default(),
        };
        self.spans
            .insert((self.small(event.chainId)?, event.lastBlock), span);
        Ok(())
    }

    /// The batch that holds `block` of the chain, if L1 has executed it.
    pub(crate) fn settlement_of(&self, chain_id: u64, block: u64) -> Option<Settlement> {
        let (&(_, last_block), span) = self
            .spans
            .range((chain_id, block)..=(chain_id, u64::MAX))
            .next()?;
        let batch = self.batches.get(&(chain_id, span.batch_number))?;
        (span.first_block <= block).then_some(Settlement {
            batch_number: span.batch_number,
            first_block: span.first_block,
            last_block,
            chain_batch_root: batch.chain_batch_root,
            l1_block: batch.block,
            l1_timestamp: batch.timestamp,
            l1_transaction: span.l1_transaction,
        })
    }

    /// Last L1 block that was read.
    pub(crate) fn head(&self) -> Option<u64> {
        self.head.map(|(number, _)| number)
    }

    /// The message root after an L1 block.
    pub(crate) fn snapshot(&self, l1_block: u64) -> Snapshot<'_> {
        self.root.snapshot(l1_block)
    }

    fn read<E: SolEvent>(&self, log: &Log) -> Result<(E, u64), Error> {
        let event =
            E::decode_log(&log.inner).map_err(|problem| self.bad_answer(problem.to_string()))?;
        let block = log
            .block_number
            .ok_or_else(|| self.bad_answer("a log without its block".to_owned()))?;
        Ok((event.data, block))
    }

    fn small(&self, number: U256) -> Result<u64, Error> {
        small(number, self.settlement_chain_id, "events of L1")
    }

    fn bad_answer(&self, problem: String) -> Error {
        Error::BadAnswer {
            chain_id: self.settlement_chain_id,
            what: "events of L1",
            problem,
        }
    }
}

async fn block_hash(l1: &Endpoint<L1Contracts>, number: u64) -> Result<Option<B256>, Error> {
    let block = l1
        .provider
        .get_block_by_number(number.into())
        .await
        .at(l1.chain_id, "block")?;
    Ok(block.map(|block| block.header.hash))
}
