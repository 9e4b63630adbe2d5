//! The sender of one account on one chain.

use std::{collections::BTreeMap, sync::Arc};

use alloy::primitives::Address;
use tokio::sync::Mutex;

use super::{
    SendError, SendRequest, SendSettings,
    fees::Offer,
    plan::{self, Step, View},
    sign::Signer,
};
use crate::{
    chain::{ChainReader, ChainWriter, Clock, Finality, TxFault, TxReceipt},
    model::{ChainId, Intent, IntentKind, UnixSeconds},
    store::{Change, Reader, Store, StoreError},
};

/// Most nonces that are looked at for transactions made before.
const MOST_LOOKED_AT: u64 = 256;

/// Sends and follows the transactions of one account on one chain. Cheap to share; calls take turns.
pub struct Sender {
    pub(super) chain: Arc<dyn ChainReader>,
    pub(super) writer: Arc<dyn ChainWriter>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) signer: Signer,
    pub(super) settings: SendSettings,
    pub(super) state: Mutex<State>,
}

/// What is lost at a restart and found again from store and chain.
#[derive(Default)]
pub(super) struct State {
    /// Nonce of the next transaction; `None` until open transactions were reconciled with the chain.
    pub(super) next_nonce: Option<u64>,
    pub(super) fees: Option<(UnixSeconds, Offer)>,
    pub(super) memories: BTreeMap<u64, Memory>,
}

/// What is remembered of an open transaction.
#[derive(Clone, Default)]
pub(super) struct Memory {
    pub(super) broadcast_at: Option<UnixSeconds>,
    pub(super) refused: Option<Refusal>,
    pub(super) nonce_used_at: Option<u64>,
}

/// A refusal by every node.
#[derive(Clone)]
pub(super) struct Refusal {
    pub(super) fault: TxFault,
    pub(super) reason: String,
}

/// What the chain shows, for all open transactions alike.
struct Sight {
    now: UnixSeconds,
    mined_nonces: u64,
    final_block: u64,
    latest_block: u64,
}

impl Sender {
    /// A sender; nothing is read or sent yet.
    pub fn new(
        chain: Arc<dyn ChainReader>,
        writer: Arc<dyn ChainWriter>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        signer: Signer,
        settings: SendSettings,
    ) -> Self {
        Self {
            chain,
            writer,
            store,
            clock,
            signer,
            settings,
            state: Mutex::default(),
        }
    }

    /// The account.
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// The chain.
    pub fn chain_id(&self) -> ChainId {
        self.chain.chain_id()
    }

    /// Open transactions, by nonce.
    pub fn open(&self) -> Result<Vec<Intent>, StoreError> {
        self.store.open_intents(self.chain_id(), self.address())
    }

    /// Transactions that were made at `since` or later, as far as the store has them; the newest first.
    pub async fn made_since(&self, since: UnixSeconds) -> Result<Vec<Intent>, SendError> {
        let next = self.unused_nonce().await?;
        let mut made = Vec::new();
        for nonce in (next.saturating_sub(MOST_LOOKED_AT)..next).rev() {
            let intent = self.store.intent(self.chain_id(), self.address(), nonce)?;
            made.extend(intent.filter(|intent| intent.created_at >= since));
        }
        Ok(made)
    }

    /// The newest transaction that is `wanted`, as far as the store has it, however many came since.
    pub async fn newest_of(
        &self,
        wanted: impl Fn(&Intent) -> bool + Send,
    ) -> Result<Option<Intent>, SendError> {
        for nonce in (0..self.unused_nonce().await?).rev() {
            let intent = self.store.intent(self.chain_id(), self.address(), nonce)?;
            if let Some(intent) = intent.filter(&wanted) {
                return Ok(Some(intent));
            }
        }
        Ok(None)
    }

    /// Makes the transaction durable, together with the changes that `along` asks for, and broadcasts it.
    ///
    /// It is sent once this returns `Ok`, even if no node could be reached: [`tick`](Self::tick) broadcasts it again.
    ///
    /// # Errors
    /// Nothing is pending then. `Refused` also undoes the record of the transaction, but not what `along` changed.
    pub async fn submit(
        &self,
        request: SendRequest,
        along: impl FnMut(&dyn Reader) -> Result<Vec<Change>, StoreError> + Send,
    ) -> Result<Intent, SendError> {
        let mut state = self.state.lock().await;
        let nonce = self.reconciled(&mut state).await?;
        let offer = self
            .todays_offer(&mut state, request.blobs.is_some())
            .await?;
        let mut intent = self.first_version(request, nonce, offer).await?;
        self.commit_with(&intent, along)?;
        state.next_nonce = Some(nonce.saturating_add(1));
        self.broadcast_fresh(&mut state, &mut intent).await?;
        Ok(intent)
    }

    /// Says anew what a transaction is for, together with the changes that `along` asks for.
    pub async fn relabel(
        &self,
        nonce: u64,
        kind: IntentKind,
        along: impl FnMut(&dyn Reader) -> Result<Vec<Change>, StoreError> + Send,
    ) -> Result<(), SendError> {
        // Whoever follows the transaction writes it too.
        let _turn = self.state.lock().await;
        let intent = self.store.intent(self.chain_id(), self.address(), nonce)?;
        match intent.map(|intent| Intent { kind, ..intent }) {
            Some(intent) => self.commit_with(&intent, along),
            None => Ok(()),
        }
    }

    /// Looks after all open transactions: records what became of them, broadcasts again, raises fees. Costs no call to
    /// the chain while nothing is open.
    ///
    /// Returns the transactions whose state changed.
    pub async fn tick(&self) -> Result<Vec<Intent>, SendError> {
        let mut state = self.state.lock().await;
        self.follow(&mut state).await
    }

    /// The next nonce. The first time, open transactions are first reconciled with the chain.
    async fn reconciled(&self, state: &mut State) -> Result<u64, SendError> {
        if let Some(nonce) = state.next_nonce {
            return Ok(nonce);
        }
        let nonce = self.unused_nonce().await?;
        self.follow(state).await?;
        state.next_nonce = Some(nonce);
        Ok(nonce)
    }

    /// The first nonce that neither the chain, nor its pool, nor an open transaction uses.
    async fn unused_nonce(&self) -> Result<u64, SendError> {
        let mined = self.chain.nonce(self.address(), false).await?;
        let pooled = self.chain.nonce(self.address(), true).await?;
        let open = self
            .open()?
            .last()
            .map_or(0, |intent| intent.nonce.saturating_add(1));
        Ok(mined.max(pooled).max(open))
    }

    async fn follow(&self, state: &mut State) -> Result<Vec<Intent>, SendError> {
        let mut open = self.open()?;
        let (Some(first), Some(last)) = (open.first(), open.last()) else {
            return Ok(Vec::new());
        };
        state
            .memories
            .retain(|nonce, _| (first.nonce..=last.nonce).contains(nonce));
        let sight = self.look().await?;
        if sight.mined_nonces < first.nonce {
            open = self.with_forgotten(open, sight.mined_nonces)?;
        }
        let mut changed = Vec::new();
        for mut intent in open {
            if self.advance(state, &sight, &mut intent).await? {
                changed.push(intent);
            }
        }
        Ok(changed)
    }

    async fn look(&self) -> Result<Sight, SendError> {
        Ok(Sight {
            now: self.clock.now(),
            mined_nonces: self.chain.nonce(self.address(), false).await?,
            final_block: self.chain.head(Finality::Final).await?.number,
            latest_block: self.chain.head(Finality::Latest).await?.number,
        })
    }

    /// Takes the next step for one transaction; true if its state changed.
    async fn advance(
        &self,
        state: &mut State,
        sight: &Sight,
        intent: &mut Intent,
    ) -> Result<bool, SendError> {
        let receipt = if plan::needs_receipt(intent, sight.mined_nonces, sight.final_block) {
            self.receipt(intent).await?
        } else {
            None
        };
        let raised = self.raised(state, intent).await?;
        let memory = state.memories.entry(intent.nonce).or_default();
        let view = View {
            now: sight.now,
            mined_nonces: sight.mined_nonces,
            final_block: sight.final_block,
            receipt,
            broadcast_at: memory.broadcast_at,
            refused: memory.refused.as_ref().map(|refusal| refusal.fault),
            nonce_used_at: memory.nonce_used_at,
            can_raise: raised.is_some(),
        };
        match plan::next_step(intent, &view, &self.settings.times) {
            Step::Wait => Ok(false),
            Step::NonceUsed => {
                memory.nonce_used_at = Some(sight.latest_block);
                Ok(false)
            }
            Step::Rebroadcast => self.broadcast(state, intent).await.map(|()| false),
            Step::Raise => {
                if let Some(offer) = raised {
                    self.raise(state, intent, offer).await?;
                }
                Ok(false)
            }
            Step::Cancel => self.cancel(state, intent).await.map(|()| true),
            Step::Become(next) => {
                *memory = Memory::default();
                intent.state = next;
                self.commit(intent)?;
                Ok(true)
            }
        }
    }

    pub(super) async fn receipt(&self, intent: &Intent) -> Result<Option<TxReceipt>, SendError> {
        for hash in intent.hashes.iter().rev() {
            if let Some(receipt) = self.chain.receipt(*hash).await? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    pub(super) fn commit(&self, intent: &Intent) -> Result<(), SendError> {
        Ok(self
            .store
            .commit(vec![Change::PutIntent(Box::new(intent.clone()))])?)
    }

    fn commit_with(
        &self,
        intent: &Intent,
        mut along: impl FnMut(&dyn Reader) -> Result<Vec<Change>, StoreError>,
    ) -> Result<(), SendError> {
        self.store.transact(&mut |reader| {
            let mut changes = along(reader)?;
            changes.push(Change::PutIntent(Box::new(intent.clone())));
            Ok(changes)
        })?;
        Ok(())
    }
}
