//! Orders to lock that come in while the relayer runs: each is checked against every chain, durable before it is answered,
//! and locked once per key, whatever becomes of the process in between.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use alloy::primitives::{Address, B256, U256};
use async_trait::async_trait;
use causeway_bindings::ETHER;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{
    Side,
    checks::{Figures, Refusal, altered, refusals, until},
    cycle::{LONGEST_REASON, changed},
    figures::{Places, figures},
    lock::{LockError, LockOrder, Locker, of_key, same_order},
    terms::{Terms, TermsError},
};
use crate::{
    assets::AssetError,
    bundle::Network,
    chain::{ChainError, Clock, Finality},
    model::{
        ChainId, UnixSeconds,
        swap::{BeforeLock, SwapName, SwapOrder, SwapRecord, SwapStage, Uetr},
        trace_id,
    },
    progress::Progress,
    send::SendError,
    store::{Change, Reader, Store, StoreError, SwapFilter},
    wake::Wake,
};

/// The stage's name in logs and metrics.
pub const STAGE: &str = "orders";

/// Reads what terms are judged by.
#[async_trait]
pub trait Judge: Send + Sync {
    /// The figures of today.
    async fn figures(&self, terms: &Terms) -> Result<Figures, AssetError>;
}

/// Asks the chains.
pub struct Examiner {
    /// The chains.
    pub network: Network,
    /// Where the contracts stand.
    pub places: Places,
    /// Who pays for the steps after the lock.
    pub payer: Address,
}

#[async_trait]
impl Judge for Examiner {
    async fn figures(&self, terms: &Terms) -> Result<Figures, AssetError> {
        figures(&self.network, self.places, terms, self.payer).await
    }
}

/// Takes orders, and locks them.
pub struct Orders {
    /// Where orders are kept.
    pub store: Arc<dyn Store>,
    /// The chains that can be locked on, with the account that gives.
    pub sides: BTreeMap<ChainId, Side>,
    /// `AtomicSwap` on every chain.
    pub contract: Address,
    /// Judges orders.
    pub judge: Box<dyn Judge>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// An order is accepted, locked or withdrawn, one at a time.
    pub turn: Mutex<()>,
    /// Wakes whoever locks.
    pub wake: Wake,
}

/// Why an order is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The terms cannot be locked.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// Another swap has the UETR.
    #[error(
        "the UETR {uetr} is that of swap {id}, which was ordered under another key: repeat that order with its own key, or give a new UETR"
    )]
    UetrTaken {
        /// The UETR.
        uetr: Uetr,
        /// The other swap.
        id: B256,
    },
    /// Another account is to give.
    #[error(
        "the terms are for {sender}, and orders here are given by {account}; propose terms for that account"
    )]
    OtherSender {
        /// Who is to give.
        sender: Address,
        /// Who gives here.
        account: Address,
    },
    /// Somebody changed them since they were proposed.
    #[error(
        "the proposal is no signature of {0} under these terms: somebody has changed them since, or another account signed; compare every one of them, then leave the proposal out, or propose anew"
    )]
    OtherProposal(Address),
    /// The source is none of ours.
    #[error("chain {0} is none of this relayer's; order where it is")]
    UnknownSource(ChainId),
    /// Something speaks against it.
    #[error("{}", list(.0))]
    Refused(Vec<Refusal>),
    /// It cannot be locked.
    #[error(transparent)]
    Lock(LockError),
    /// A chain cannot be read.
    #[error(transparent)]
    Unreadable(#[from] AssetError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn list(refusals: &[Refusal]) -> String {
    let each: Vec<_> = refusals.iter().map(ToString::to_string).collect();
    each.join("; ")
}

impl From<LockError> for OrderError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Store(error) => Self::Store(error),
            LockError::Terms(error) => Self::Terms(error),
            other => Self::Lock(other),
        }
    }
}

/// Why a swap cannot be withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// There is none.
    #[error("this relayer knows no swap {0}; it may not have seen its lock yet")]
    Unknown(B256),
    /// Its lock is on its way, or stands.
    #[error(
        "swap {id} is {stage}: what is locked comes back after its deadline, by `causeway swap cancel {id}`, if it is not executed before"
    )]
    TooLate {
        /// The swap.
        id: B256,
        /// Where it stands.
        stage: SwapStage,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends an order of which nothing was sent. One that ended so before is as it was.
pub fn withdraw(
    store: &dyn Store,
    id: B256,
    reason: &str,
    now: UnixSeconds,
) -> Result<SwapRecord, WithdrawError> {
    let mut outcome = Err(WithdrawError::Unknown(id));
    store.transact(&mut |reader| {
        let Some(mut record) = reader.swap(id)? else {
            return Ok(Vec::new());
        };
        match record.before {
            BeforeLock::Withdrawn => {
                outcome = Ok(record);
                Ok(Vec::new())
            }
            BeforeLock::Accepted => {
                record.prepare(BeforeLock::Withdrawn, now);
                record.trouble = Some(reason.chars().take(LONGEST_REASON).collect());
                outcome = Ok(record.clone());
                Ok(vec![
                    Change::PutSwap(Box::new(record)),
                    Change::DropOrder(id),
                ])
            }
            BeforeLock::Proposed | BeforeLock::Quoted | BeforeLock::LockIntended => {
                let stage = record.stage;
                outcome = Err(WithdrawError::TooLate { id, stage });
                Ok(Vec::new())
            }
        }
    })?;
    outcome
}

impl Orders {
    /// Accepts an order, or finds it accepted: its swap. It is durable, and nothing of it was sent.
    pub async fn accept(&self, key: &str, terms: Terms) -> Result<SwapRecord, OrderError> {
        terms.to_lock()?;
        let _turn = self.turn.lock().await;
        if let Some(known) = of_key(self.store.as_ref(), key)? {
            same_order(&known, key, &terms)?;
            return Ok(known);
        }
        let side = self.side(&terms)?;
        if terms.proposal.is_some() && altered(&terms).is_some() {
            return Err(OrderError::OtherProposal(terms.sender));
        }
        let found = self.speaks_against(&terms, None).await?;
        if !found.is_empty() {
            return Err(OrderError::Refused(found));
        }
        let text = serde_json::to_string(&terms).map_err(TermsError::from)?;
        let order = LockOrder {
            terms,
            key: key.to_owned(),
            salt: B256::random(),
        };
        let record = self.locker(side).accepted(&order).await?;
        let kept = SwapOrder {
            id: record.id,
            terms: text,
            salt: order.salt,
            accepted_at: self.clock.now(),
        };
        self.keep(&record, kept, &order.terms.uetr)?;
        tracing::info!(stage = STAGE, trace = trace_id(record.id), id = %record.id, "order accepted");
        self.wake.wake();
        Ok(record)
    }

    fn keep(&self, record: &SwapRecord, order: SwapOrder, uetr: &Uetr) -> Result<(), OrderError> {
        let mut taken = None;
        self.store.transact(&mut |reader| {
            taken = holder(reader, uetr)?;
            Ok(match taken {
                Some(_) => Vec::new(),
                None => vec![
                    Change::PutSwap(Box::new(record.clone())),
                    Change::PutOrder(Box::new(order.clone())),
                ],
            })
        })?;
        match taken {
            Some(id) => Err(OrderError::UetrTaken {
                uetr: uetr.clone(),
                id,
            }),
            None => Ok(()),
        }
    }

    /// Ends an order of which nothing was sent.
    pub async fn withdraw(&self, id: B256) -> Result<SwapRecord, WithdrawError> {
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        withdraw(self.store.as_ref(), id, WITHDRAWN, now)
    }

    fn side(&self, terms: &Terms) -> Result<&Side, OrderError> {
        let side = self.sides.get(&terms.source);
        let side = side.ok_or(OrderError::UnknownSource(terms.source))?;
        let (sender, account) = (terms.sender, side.sender.address());
        if sender != account {
            return Err(OrderError::OtherSender { sender, account });
        }
        Ok(side)
    }

    fn locker<'a>(&'a self, side: &'a Side) -> Locker<'a> {
        Locker {
            reader: side.reader.as_ref(),
            sender: side.sender.as_ref(),
            store: self.store.as_ref(),
            clock: self.clock.as_ref(),
            contract: self.contract,
            // Whoever locks looks again soon.
            patience: Duration::ZERO,
        }
    }

    /// What speaks against locking now, if what the other orders are to give is gone.
    async fn speaks_against(
        &self,
        terms: &Terms,
        own: Option<B256>,
    ) -> Result<Vec<Refusal>, OrderError> {
        let mut figures = self.judge.figures(terms).await?;
        let promised = self.promised(terms, own)?;
        let left = figures.source.balance.saturating_sub(promised);
        figures.source.balance = left;
        if terms.gives_base() {
            let given = |chain, account| (chain, account) == (terms.source, terms.sender);
            for purse in &mut figures.purses {
                if given(purse.chain, purse.account) {
                    purse.balance = purse.balance.saturating_sub(promised);
                }
            }
        }
        Ok(refusals(terms, &figures))
    }

    /// What other orders are to give of the same, and have not locked.
    fn promised(&self, terms: &Terms, own: Option<B256>) -> Result<U256, OrderError> {
        let mut sum = U256::ZERO;
        for order in self.store.orders()? {
            let swap = self.store.swap(order.id)?;
            let waits = swap.is_some_and(|swap| swap.before == BeforeLock::Accepted);
            if !waits || own == Some(order.id) {
                continue;
            }
            let other = Terms::read(&order.terms)?;
            let (given, asked) = (&other.given, &terms.given);
            let is_same = (other.source, given.token) == (terms.source, asked.token)
                && (given.token == ETHER || given.token_id == asked.token_id);
            if is_same {
                sum = sum.saturating_add(given.amount.0);
            }
        }
        Ok(sum)
    }

    /// Locks what was ordered, until shutdown. Only an error of the store ends it.
    pub async fn run(
        &self,
        l1: ChainId,
        progress: &Progress,
        interval: Duration,
        shutdown: CancellationToken,
    ) -> Result<(), StoreError> {
        loop {
            match self.cycle().await {
                Ok(()) => progress.advanced(STAGE, l1, 0, self.clock.now()),
                Err(OrderError::Store(error)) => return Err(error),
                Err(error) => {
                    progress.complain(STAGE, l1, "orders", error.to_string(), self.clock.now());
                }
            }
            if !self
                .wake
                .wait(self.clock.as_ref(), interval, &shutdown)
                .await
            {
                return Ok(());
            }
        }
    }

    /// Looks once at every order.
    pub async fn cycle(&self) -> Result<(), OrderError> {
        let mut trouble = None;
        for side in self.sides.values() {
            match side.sender.tick().await {
                Ok(_) => {}
                Err(SendError::Store(error)) => return Err(error.into()),
                Err(error) => trouble = Some(OrderError::Lock(error.into())),
            }
        }
        for order in self.store.orders()? {
            let id = order.id;
            match self.advance(order).await {
                Ok(()) => {}
                Err(OrderError::Store(error)) => return Err(error.into()),
                Err(error) => self.note(id, &error)?,
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    async fn advance(&self, order: SwapOrder) -> Result<(), OrderError> {
        let _turn = self.turn.lock().await;
        // It may have been withdrawn since.
        if self.store.order(order.id)?.is_none() {
            return Ok(());
        }
        let Some(record) = self.store.swap(order.id)? else {
            return Ok(self.store.commit(vec![Change::DropOrder(order.id)])?);
        };
        let terms = Terms::read(&order.terms)?;
        let side = self.side(&terms)?;
        let lock = LockOrder {
            terms,
            key: record.names.key.clone().unwrap_or_default(),
            salt: order.salt,
        };
        match record.before {
            BeforeLock::Accepted => self.lock(side, &record, &lock).await,
            BeforeLock::LockIntended => self.follow(side, &record, &lock).await,
            BeforeLock::Proposed | BeforeLock::Quoted | BeforeLock::Withdrawn => {
                Ok(self.store.commit(vec![Change::DropOrder(order.id)])?)
            }
        }
    }

    /// Locks an order, if nothing speaks against it now.
    async fn lock(
        &self,
        side: &Side,
        record: &SwapRecord,
        order: &LockOrder,
    ) -> Result<(), OrderError> {
        let (id, last) = (record.id, until(&order.terms));
        let latest = side.reader.head(Finality::Latest).await;
        let now = latest.map_err(unreadable)?.timestamp;
        if now >= last {
            let reason = format!(
                "it could be executed until {last}, which had passed before it could be locked"
            );
            return match withdraw(self.store.as_ref(), id, &reason, self.clock.now()) {
                Ok(_) | Err(WithdrawError::Unknown(_) | WithdrawError::TooLate { .. }) => Ok(()),
                Err(WithdrawError::Store(error)) => Err(error.into()),
            };
        }
        let found = self.speaks_against(&order.terms, Some(id)).await?;
        if !found.is_empty() {
            return Err(OrderError::Refused(found));
        }
        match self.locker(side).lock(order).await {
            Ok(_) | Err(LockError::Open { .. }) => {
                tracing::info!(stage = STAGE, trace = trace_id(id), %id, "lock sent");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Looks after a lock that was sent, until L1 knows of it: before that a reorg may take it back.
    async fn follow(
        &self,
        side: &Side,
        record: &SwapRecord,
        order: &LockOrder,
    ) -> Result<(), OrderError> {
        if record.slot().is_some_and(|slot| slot.opened.is_some()) {
            return Ok(self.store.commit(vec![Change::DropOrder(record.id)])?);
        }
        match self.locker(side).earlier(order).await {
            Ok(_) | Err(LockError::Open { .. } | LockError::Unsettled(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn note(&self, id: B256, error: &OrderError) -> Result<(), StoreError> {
        let reason: String = error.to_string().chars().take(LONGEST_REASON).collect();
        tracing::warn!(stage = STAGE, trace = trace_id(id), %id, reason, "not locked");
        self.store.transact(&mut |reader| {
            changed(reader, id, |record| record.trouble = Some(reason.clone()))
        })
    }
}

/// Why an order ended that somebody withdrew.
pub const WITHDRAWN: &str = "it was withdrawn before it was locked";

fn unreadable(error: ChainError) -> OrderError {
    OrderError::Lock(error.into())
}

/// The swap that has a UETR.
fn holder(reader: &dyn Reader, uetr: &Uetr) -> Result<Option<B256>, StoreError> {
    let filter = SwapFilter {
        names: vec![SwapName::Uetr(uetr.clone())],
        limit: 1,
        ..SwapFilter::default()
    };
    Ok(reader.swaps(&filter)?.first().map(|swap| swap.id))
}

#[cfg(test)]
#[path = "orders_tests.rs"]
pub(crate) mod tests;
