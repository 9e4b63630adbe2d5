//! Locks the terms of an order, once: the order and its transaction become durable together, and whoever comes back with
//! the same key finds them.

use std::{fmt, time::Duration};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolEvent},
};
use causeway_bindings::{IAtomicSwap, LockStatus, describe_revert};

use super::terms::{Terms, TermsError};
use crate::{
    bundle::{StepError, ask, gas_limit},
    chain::{CallRequest, ChainError, ChainReader, Clock, events::decode},
    model::{
        Intent, IntentKind,
        swap::{BadName, BeforeLock, SwapName, SwapOrder, SwapRecord, SwapStep, Uetr},
    },
    send::{Fate, SendError, SendRequest, Sender, follow},
    store::{Change, Reader, Store, StoreError, SwapFilter},
};

/// An order to lock something. Terms and salt are never shown.
#[derive(Clone)]
pub struct LockOrder {
    /// What is locked.
    pub terms: Terms,
    /// Key of the order: the same one never locks twice.
    pub key: String,
    /// What nobody can guess, for the case that it is locked now.
    pub salt: B256,
}

impl fmt::Debug for LockOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockOrder")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Who locks, and where.
pub struct Locker<'a> {
    /// The source.
    pub reader: &'a dyn ChainReader,
    /// The account that gives.
    pub sender: &'a Sender,
    /// Where orders and transactions of the account are kept.
    pub store: &'a dyn Store,
    /// Time.
    pub clock: &'a dyn Clock,
    /// `AtomicSwap`.
    pub contract: Address,
    /// Longest time to wait until the lock is in a block.
    pub patience: Duration,
}

/// What was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedSwap {
    /// The swap.
    pub id: B256,
    /// Transaction that locked it, where it is known.
    pub tx: Option<B256>,
    /// Whether an earlier run had made it.
    pub was_made: bool,
}

/// Why nothing was locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The terms cannot be locked.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The key is none.
    #[error(transparent)]
    Key(#[from] BadName),
    /// The key stands for other terms.
    #[error(
        "the key `{key}` was used for other terms, which are swap {id}; a key stands for one order: give another with --key"
    )]
    OtherOrder {
        /// The key.
        key: String,
        /// Swap of the other order.
        id: B256,
    },
    /// Another swap has the UETR.
    #[error(
        "the UETR {uetr} is that of swap {id}, and stands for one trade: {}",
        remedies(.id, .key.as_deref(), "a UETR of its own (`causeway swap propose`)")
    )]
    UetrTaken {
        /// The UETR.
        uetr: Uetr,
        /// The other swap.
        id: B256,
        /// Key of its order, where it was ordered here.
        key: Option<String>,
    },
    /// Another swap is locked for the same quote, which pays once.
    #[error(
        "the quote is that of swap {id}, and pays once: {}",
        remedies(.id, .key.as_deref(), "a quote of its own (`causeway swap quote`)")
    )]
    QuoteTaken {
        /// The other swap.
        id: B256,
        /// Key of its order, where it was ordered here.
        key: Option<String>,
    },
    /// The order was withdrawn.
    #[error("the order `{key}` was withdrawn: {reason}; give another key")]
    Withdrawn {
        /// The key.
        key: String,
        /// Why.
        reason: String,
    },
    /// The source would refuse.
    #[error("the lock would revert: {0}")]
    WouldRevert(String),
    /// The lock reverted, or another transaction took its place.
    #[error(
        "transaction {0} did not lock it: it reverted, or another of the account took its place; run the command again"
    )]
    NotLocked(B256),
    /// It is not in a block yet.
    #[error(
        "transaction {tx} is in no block after {seconds} seconds; run the command again, which does not lock twice"
    )]
    Open {
        /// The transaction.
        tx: B256,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It did not lock anything, which a reorg may still change.
    #[error(
        "transaction {0} did not lock it, in a block that is not final yet; run the command again once it is: before that, another lock could be a second one"
    )]
    Unsettled(B256),
    /// Nobody shows what it did.
    #[error(
        "transaction {0} is in a block, and no endpoint shows what it did; name another endpoint of the chain, and run the command again: until somebody knows, another lock could be a second one"
    )]
    Unclear(B256),
    /// A chain cannot be read.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The transaction was not sent, or cannot be followed.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ChainError> for LockError {
    fn from(error: ChainError) -> Self {
        Self::Step(error.into())
    }
}

fn remedies(id: &B256, key: Option<&str>, own: &str) -> String {
    let again = key.map_or_else(String::new, |key| {
        format!(" repeat that order with --key '{key}',")
    });
    format!(
        "see `causeway swap status {id}`;{again} end it with `causeway swap cancel {id}`, or give this trade {own}"
    )
}

/// The swap of a key.
pub fn of_key(store: &dyn Reader, key: &str) -> Result<Option<SwapRecord>, LockError> {
    let filter = SwapFilter {
        names: vec![SwapName::key(key)?],
        limit: 1,
        ..SwapFilter::default()
    };
    Ok(store.swaps(&filter)?.into_iter().next())
}

impl Locker<'_> {
    /// What an earlier run has locked for this order, after it is in a block; `None` where there is nothing.
    pub async fn earlier(&self, order: &LockOrder) -> Result<Option<LockedSwap>, LockError> {
        let Some(record) = of_key(self.store, &order.key)? else {
            return Ok(None);
        };
        same_order(&record, &order.key, &order.terms)?;
        match record.before {
            BeforeLock::Proposed | BeforeLock::Quoted | BeforeLock::Accepted => return Ok(None),
            BeforeLock::LockIntended => {}
            BeforeLock::Withdrawn => return Err(withdrawn(&record, &order.key)),
        }
        // What became of it since is looked at once, however little time there is.
        self.sender.tick().await?;
        let found = match self.transaction(&record).await? {
            Some(intent) => self.included(&record, intent).await?,
            None => self.on_chain(&record).await?,
        };
        if found.is_none() {
            self.forget(&record)?;
        }
        Ok(found.map(|found| LockedSwap {
            was_made: true,
            ..found
        }))
    }

    /// The order as it is kept before anything of it is sent, if the source would lock it now.
    pub async fn accepted(&self, order: &LockOrder) -> Result<SwapRecord, LockError> {
        let request = self.call(&order.terms, order.salt)?;
        self.prepared(order, &request, BeforeLock::Accepted).await
    }

    /// Locks the order, which no earlier run has locked, and waits until that is in a block.
    pub async fn lock(&self, order: &LockOrder) -> Result<LockedSwap, LockError> {
        let request = self.call(&order.terms, order.salt)?;
        let gas = match self.reader.estimate_gas(&request).await {
            Ok(gas) => gas,
            Err(ChainError::Reverted { data, .. }) => {
                return Err(LockError::WouldRevert(describe_revert(&data)));
            }
            Err(error) => return Err(error.into()),
        };
        let known = of_key(self.store, &order.key)?.map(|known| known.id);
        let record = self
            .prepared(order, &request, BeforeLock::LockIntended)
            .await?;
        let kind = IntentKind::Swap {
            id: record.id,
            step: SwapStep::Lock,
        };
        let request = SendRequest {
            kind,
            to: request.to,
            calldata: request.data,
            value: request.value,
            gas_limit: gas_limit(gas),
            blobs: None,
        };
        let durable = |reader: &dyn Reader| moved(reader, known, &record);
        let intent = self.sender.submit(request, durable).await?;
        let tx = intent.hashes.last().copied().unwrap_or_default();
        let locked = self.included(&record, intent).await?;
        locked.ok_or(LockError::NotLocked(tx))
    }

    fn call(&self, terms: &Terms, salt: B256) -> Result<CallRequest, TermsError> {
        let call = IAtomicSwap::lockCall {
            terms: terms.to_lock()?,
            salt,
        };
        let value = if terms.gives_base() {
            terms.given.amount.0
        } else {
            U256::ZERO
        };
        Ok(CallRequest {
            from: self.sender.address(),
            to: self.contract,
            data: call.abi_encode().into(),
            value,
            gas: None,
        })
    }

    /// The order as it is kept, under the id that the lock has if nothing else of the account is locked before.
    async fn prepared(
        &self,
        order: &LockOrder,
        request: &CallRequest,
        before: BeforeLock,
    ) -> Result<SwapRecord, LockError> {
        let answer = match self.reader.call(request).await {
            Ok(answer) => answer,
            Err(ChainError::Reverted { data, .. }) => {
                return Err(LockError::WouldRevert(describe_revert(&data)));
            }
            Err(error) => return Err(error.into()),
        };
        let id = read_id(self, &answer)?;
        let (terms, now) = (&order.terms, self.clock.now());
        let known = of_key(self.store, &order.key)?;
        let mut record =
            known.unwrap_or_else(|| SwapRecord::new(id, terms.source, terms.destination, now));
        record.id = id;
        record.names = terms.names(order.key.clone());
        record.order = Some(terms.order_hash()?);
        record.prepare(before, now);
        Ok(record)
    }

    /// Nothing was locked: an order that is still open waits again, any other never was.
    fn forget(&self, record: &SwapRecord) -> Result<(), StoreError> {
        let (id, now) = (record.id, self.clock.now());
        self.store.transact(&mut |reader| {
            let known = reader.swap(id)?;
            let Some(mut waiting) = known.filter(|_| matches!(reader.order(id), Ok(Some(_))))
            else {
                return Ok(vec![Change::DropSwap(id)]);
            };
            waiting.prepare(BeforeLock::Accepted, now);
            Ok(vec![Change::PutSwap(Box::new(waiting))])
        })
    }

    /// The transaction of an order, even where it gave way to an empty one: its older versions are about, and any of them
    /// may come into a block.
    pub(super) async fn transaction(
        &self,
        record: &SwapRecord,
    ) -> Result<Option<Intent>, LockError> {
        let made = |intent: &Intent| match &intent.kind {
            IntentKind::Swap { id, step } | IntentKind::SwapGivenUp { id, step } => {
                (*id, *step) == (record.id, SwapStep::Lock)
            }
            _ => false,
        };
        Ok(self.sender.newest_of(made).await?)
    }

    async fn on_chain(&self, record: &SwapRecord) -> Result<Option<LockedSwap>, LockError> {
        let question = IAtomicSwap::lockStatusCall { swapId: record.id };
        let status = ask(self.reader, self.contract, &question).await?;
        Ok((status != LockStatus::None).then_some(LockedSwap {
            id: record.id,
            tx: None,
            was_made: true,
        }))
    }

    /// Waits for the transaction; `None` where it has locked nothing, and never will.
    pub(super) async fn included(
        &self,
        record: &SwapRecord,
        intent: Intent,
    ) -> Result<Option<LockedSwap>, LockError> {
        let nonce = intent.nonce;
        let fate = follow(self.reader, self.sender, self.clock, intent, self.patience).await?;
        let (tx, block, success) = match fate {
            Fate::Open { tx, seconds } => return Err(LockError::Open { tx, seconds }),
            Fate::Replaced { .. } => return Ok(None),
            Fate::Included { tx, block, success } => (tx, block, success),
        };
        let seen = match block.filter(|_| success) {
            Some(block) => self.id_in(block, tx).await?,
            None => None,
        };
        if let Some(id) = seen {
            self.note(record, nonce, id).await?;
            return Ok(Some(LockedSwap {
                id,
                tx: Some(tx),
                was_made: false,
            }));
        }
        if success && let Some(found) = self.on_chain(record).await? {
            return Ok(Some(LockedSwap {
                tx: Some(tx),
                was_made: false,
                ..found
            }));
        }
        self.nothing_locked(nonce, tx, success).await
    }

    /// What to think of a transaction in a block that shows no lock.
    async fn nothing_locked(
        &self,
        nonce: u64,
        tx: B256,
        success: bool,
    ) -> Result<Option<LockedSwap>, LockError> {
        let (chain, account) = (self.reader.chain_id(), self.sender.address());
        let Some(intent) = self.store.intent(chain, account, nonce)? else {
            return Ok(None);
        };
        let shows_itself = !success || intent.kind.is_cancel() && self.has_receipt(tx).await?;
        match (shows_itself, intent.state.is_open()) {
            (false, true | false) => Err(LockError::Unclear(tx)),
            (true, true) => Err(LockError::Unsettled(tx)),
            (true, false) => Ok(None),
        }
    }

    async fn has_receipt(&self, tx: B256) -> Result<bool, ChainError> {
        Ok(self.reader.receipt(tx).await?.is_some())
    }

    /// The swap that a transaction has locked.
    async fn id_in(&self, block: u64, tx: B256) -> Result<Option<B256>, LockError> {
        let page = self.reader.logs(block, block, &[self.contract]).await?;
        let mut own = page.logs.iter().filter(|log| {
            log.tx == tx && log.topics.first() == Some(&IAtomicSwap::SwapLocked::SIGNATURE_HASH)
        });
        let Some(log) = own.next() else {
            return Ok(None);
        };
        let event: IAtomicSwap::SwapLocked = decode(log).map_err(StepError::from)?;
        Ok(Some(event.swapId))
    }

    /// Another lock of the account came before: the order and its transaction are kept under the id that it got.
    async fn note(&self, record: &SwapRecord, nonce: u64, id: B256) -> Result<(), SendError> {
        if id == record.id {
            return Ok(());
        }
        let kind = IntentKind::Swap {
            id,
            step: SwapStep::Lock,
        };
        let to = SwapRecord {
            id,
            ..record.clone()
        };
        let along = |reader: &dyn Reader| moved(reader, Some(record.id), &to);
        self.sender.relabel(nonce, kind, along).await
    }
}

/// Whether the order under a key is this one.
pub fn same_order(record: &SwapRecord, key: &str, terms: &Terms) -> Result<(), LockError> {
    if record.order == Some(terms.order_hash()?) {
        return Ok(());
    }
    Err(LockError::OtherOrder {
        key: key.to_owned(),
        id: record.id,
    })
}

fn withdrawn(record: &SwapRecord, key: &str) -> LockError {
    let reason = record.trouble.clone();
    LockError::Withdrawn {
        key: key.to_owned(),
        reason: reason.unwrap_or_else(|| "nothing was locked".to_owned()),
    }
}

/// Keeps an order under the id that its lock has, with what was seen of that already.
fn moved(
    reader: &dyn Reader,
    from: Option<B256>,
    to: &SwapRecord,
) -> Result<Vec<Change>, StoreError> {
    let from = from.filter(|from| *from != to.id);
    let mut changes: Vec<_> = from.map(Change::DropSwap).into_iter().collect();
    let order = from.map(|from| reader.order(from)).transpose()?.flatten();
    if let Some(order) = order {
        changes.push(Change::DropOrder(order.id));
        let id = to.id;
        changes.push(Change::PutOrder(Box::new(SwapOrder { id, ..order })));
    }
    let seen = reader.swap(to.id)?;
    let seen = seen.filter(|seen| seen.order.is_none());
    let record = seen.map_or_else(
        || to.clone(),
        |seen| SwapRecord {
            names: to.names.clone(),
            order: to.order,
            before: to.before,
            ..seen
        },
    );
    changes.push(Change::PutSwap(Box::new(record)));
    Ok(changes)
}

fn read_id(locker: &Locker<'_>, answer: &Bytes) -> Result<B256, StepError> {
    IAtomicSwap::lockCall::abi_decode_returns(answer).map_err(|error| StepError::NotOurContract {
        chain: locker.reader.chain_id(),
        contract: locker.contract,
        reason: error.to_string(),
    })
}

#[cfg(test)]
#[path = "lock_tests.rs"]
pub(crate) mod tests;
