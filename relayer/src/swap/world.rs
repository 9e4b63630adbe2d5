//! What the chains say now, gathered for a plan.

use std::collections::BTreeMap;

use alloy::primitives::U256;
use causeway_bindings::{IAtomicSwap, IBatchSettlement, IPriorityQueue, ISwapRegistry, LockStatus};

use super::{
    SwapContext,
    plan::{End, World},
};
use crate::{
    bundle::ask,
    chain::{ChainError, Finality},
    errands::ErrandError,
    model::{
        ChainId, UnixSeconds,
        swap::{Decision, SwapFacts, SwapRecord},
    },
    store::{Reader, StoreError},
};

/// What the chains have answered in one cycle. Each is asked once, whatever the number of its swaps: one that is dead takes
/// all the time that a question has.
#[derive(Debug, Default)]
pub(super) struct Answers {
    ends: BTreeMap<ChainId, End>,
    l1_now: Option<UnixSeconds>,
}

impl SwapContext {
    /// What was seen of a swap, and what the stored roots prove of it.
    pub(super) async fn facts(
        &self,
        record: &SwapRecord,
        answers: &mut Answers,
    ) -> Result<SwapFacts, ErrandError> {
        let store = self.store.as_ref();
        let importable = match record.seen.lock {
            Some(lock) => proves(store, record.source, lock.at.block, record.destination)?,
            None => false,
        };
        let payable = match record.receipt() {
            Some(receipt) => proves(store, record.destination, receipt.at.block, record.source)?,
            None => false,
        };
        let facts = record.facts(importable, payable);
        let by_l1 = facts.slot.is_some_and(|slot| {
            slot.by_l1 && slot.decision == Some(Decision::Cancelled) && slot.closed.is_none()
        });
        Ok(SwapFacts {
            payable: if by_l1 {
                self.is_told(record, answers).await?
            } else {
                payable
            },
            ..facts
        })
    }

    /// Whether the source knows that L1 has cancelled the swap.
    async fn is_told(
        &self,
        record: &SwapRecord,
        answers: &mut Answers,
    ) -> Result<bool, ErrandError> {
        let is_reached = self.end(record.source, answers).await?.now.is_some();
        let Some(side) = self.chains.get(&record.source).filter(|_| is_reached) else {
            return Ok(false);
        };
        let question = IAtomicSwap::lockStatusCall { swapId: record.id };
        let contract = self.settings.contract;
        match unless_unreachable(ask(side.reader.as_ref(), contract, &question).await)? {
            Some(status) => Ok(status == LockStatus::Refundable),
            None => Ok(false),
        }
    }

    /// All that the plan for a swap depends on.
    pub(super) async fn world(
        &self,
        record: &SwapRecord,
        facts: SwapFacts,
        deadline: UnixSeconds,
        answers: &mut Answers,
    ) -> Result<World, ErrandError> {
        Ok(World {
            facts,
            stage: record.stage,
            since: record.since(),
            deadline,
            l1_now: self.now_on_l1(answers).await?,
            source: self.end(record.source, answers).await?,
            destination: self.end(record.destination, answers).await?,
            ignored_since: None,
            policy: self.settings.policy,
        })
    }

    async fn now_on_l1(&self, answers: &mut Answers) -> Result<UnixSeconds, ErrandError> {
        if let Some(now) = answers.l1_now {
            return Ok(now);
        }
        let now = self.l1.reader.head(Finality::Latest).await?.timestamp;
        answers.l1_now = Some(now);
        Ok(now)
    }

    async fn end(&self, chain: ChainId, answers: &mut Answers) -> Result<End, ErrandError> {
        if let Some(end) = answers.ends.get(&chain) {
            return Ok(*end);
        }
        let end = self.ask_end(chain).await?;
        answers.ends.insert(chain, end);
        Ok(end)
    }

    async fn ask_end(&self, chain: ChainId) -> Result<End, ErrandError> {
        let l1 = self.l1.reader.as_ref();
        let id = U256::from(chain);
        let frozen = IBatchSettlement::frozenAtCall { chainId: id };
        let frozen_at = ask(l1, self.settings.settlement, &frozen).await?;
        let times = ISwapRegistry::timesOfCall { chainId: id };
        let times = ask(l1, self.settings.registry, &times).await?;
        Ok(End {
            now: self.now_on(chain).await?,
            frozen_at: (frozen_at != 0).then_some(frozen_at),
            expires_at: self.expires_at(id).await?,
            force_after: times.forceAfter,
            grace: times.grace,
        })
    }

    async fn now_on(&self, chain: ChainId) -> Result<Option<UnixSeconds>, ErrandError> {
        let Some(side) = self.chains.get(&chain) else {
            return Ok(None);
        };
        let head = side.reader.head(Finality::Latest).await;
        Ok(unless_unreachable(head)?.map(|head| head.timestamp))
    }

    /// When the oldest operation that a chain has not consumed expires.
    async fn expires_at(&self, chain: U256) -> Result<Option<UnixSeconds>, ErrandError> {
        let (l1, queue) = (self.l1.reader.as_ref(), self.settings.queue);
        let head = ask(l1, queue, &IPriorityQueue::headCall { chainId: chain }).await?;
        let tail = ask(l1, queue, &IPriorityQueue::tailCall { chainId: chain }).await?;
        if head >= tail {
            return Ok(None);
        }
        let expires = IPriorityQueue::expiresAtCall {
            chainId: chain,
            nonce: head,
        };
        Ok(Some(ask(l1, queue, &expires).await?))
    }
}

/// Whether `to` has a root that proves what `from` sent in a block.
fn proves(store: &dyn Reader, from: ChainId, block: u64, to: ChainId) -> Result<bool, StoreError> {
    let Some(settled) = store.batch_of_block(from, block)? else {
        return Ok(false);
    };
    let covering = store.import_covering(to, settled.l1_block.number)?;
    Ok(covering.is_some())
}

/// `None` where the chain cannot be reached.
fn unless_unreachable<T, E>(answer: Result<T, E>) -> Result<Option<T>, ErrandError>
where
    ErrandError: From<E>,
{
    match answer.map_err(ErrandError::from) {
        Ok(answer) => Ok(Some(answer)),
        Err(ErrandError::Chain(ChainError::Unreachable { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}
