//! The sender of one account on one chain.

use std::{collections::BTreeMap, sync::Arc};

use alloy::primitives::{Address, Bytes};
use tokio::sync::Mutex;

use super::{
    SendError, SendRequest, SendSettings,
    fees::Offer,
    plan::{self, Step, View},
    sign::{Draft, SignedTx, Signer},
};
use crate::{
    chain::{ChainError, ChainReader, ChainWriter, Clock, Finality, TxFault, TxReceipt},
    model::{ChainId, Intent, IntentKind, IntentState, UnixSeconds},
    store::{Change, Reader, Store, StoreError},
};

/// Seconds for which fees that were read are offered again without asking.
const FEES_KEEP: UnixSeconds = 3;
/// Gas of a transfer to oneself.
const CANCEL_GAS: u64 = 21_000;
/// How often a fresh transaction is raised at once because the nodes find its fees too low.
const RAISES_AT_ONCE: usize = 3;

/// Sends and follows the transactions of one account on one chain. Cheap to share; calls take turns.
pub struct Sender {
    chain: Arc<dyn ChainReader>,
    writer: Arc<dyn ChainWriter>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    signer: Signer,
    settings: SendSettings,
    state: Mutex<State>,
}

/// What is lost at a restart and found again from store and chain.
#[derive(Default)]
struct State {
    /// Nonce of the next transaction; `None` until open transactions were reconciled with the chain.
    next_nonce: Option<u64>,
    fees: Option<(UnixSeconds, Offer)>,
    memories: BTreeMap<u64, Memory>,
}

/// What is remembered of an open transaction.
#[derive(Clone, Copy, Default)]
struct Memory {
    broadcast_at: Option<UnixSeconds>,
    refused: Option<TxFault>,
    nonce_used_at: Option<u64>,
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
        let open = self.open()?;
        let (Some(first), Some(last)) = (open.first(), open.last()) else {
            return Ok(Vec::new());
        };
        state
            .memories
            .retain(|nonce, _| (first.nonce..=last.nonce).contains(nonce));
        let sight = self.look().await?;
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
            refused: memory.refused,
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
            Step::Raise => self.raise(state, intent, raised).await.map(|()| false),
            Step::Cancel => self.cancel(state, intent).await.map(|()| true),
            Step::Become(next) => {
                *memory = Memory::default();
                intent.state = next;
                self.commit(intent)?;
                Ok(true)
            }
        }
    }

    async fn receipt(&self, intent: &Intent) -> Result<Option<TxReceipt>, SendError> {
        for hash in intent.hashes.iter().rev() {
            if let Some(receipt) = self.chain.receipt(*hash).await? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    async fn first_version(
        &self,
        request: SendRequest,
        nonce: u64,
        offer: Offer,
    ) -> Result<Intent, SendError> {
        let SendRequest {
            kind,
            to,
            calldata,
            gas_limit,
            blobs: sidecar,
        } = request;
        let chain = self.chain_id();
        let draft = Draft {
            chain,
            nonce,
            to,
            calldata: calldata.clone(),
            gas_limit,
            offer,
            sidecar,
        };
        let SignedTx { hash, raw } = draft.sign(&self.signer).await?;
        let now = self.clock.now();
        Ok(Intent {
            chain,
            signer: self.address(),
            nonce,
            kind,
            to,
            calldata,
            gas_limit,
            hashes: vec![hash],
            raw,
            max_fee_per_gas: offer.gas.max_fee_per_gas,
            max_priority_fee_per_gas: offer.gas.max_priority_fee_per_gas,
            created_at: now,
            bumped_at: now,
            state: IntentState::Pending,
        })
    }

    /// Broadcasts a transaction that no node has seen. A refusal by all of them frees the nonce again.
    async fn broadcast_fresh(
        &self,
        state: &mut State,
        intent: &mut Intent,
    ) -> Result<(), SendError> {
        for _ in 0..RAISES_AT_ONCE {
            self.broadcast(state, intent).await?;
            if self.refusal(state, intent) != Some(TxFault::Underpriced) {
                break;
            }
            state.fees = None;
            let raised = self.raised(state, intent).await?;
            if raised.is_none() {
                break;
            }
            self.sign_again(state, intent, raised).await?;
        }
        match self.refusal(state, intent) {
            None | Some(TxFault::AlreadyKnown | TxFault::Underpriced) => Ok(()),
            Some(fault) => Err(self.withdraw(state, intent, fault)?),
        }
    }

    fn refusal(&self, state: &State, intent: &Intent) -> Option<TxFault> {
        state
            .memories
            .get(&intent.nonce)
            .and_then(|memory| memory.refused)
    }

    /// Forgets a transaction that no pool took, and takes its nonce back.
    fn withdraw(
        &self,
        state: &mut State,
        intent: &mut Intent,
        fault: TxFault,
    ) -> Result<SendError, SendError> {
        intent.state = IntentState::Replaced;
        self.commit(intent)?;
        state.memories.remove(&intent.nonce);
        state.next_nonce = match fault {
            // Somebody else used the nonce, so the chain must be asked for the next.
            TxFault::NonceTooLow => None,
            _ => Some(intent.nonce),
        };
        let (chain, signer) = (self.chain_id(), self.address());
        let reason = format!("{fault:?}");
        Ok(SendError::Refused {
            chain,
            signer,
            fault,
            reason,
        })
    }

    /// Broadcasts the newest version and remembers how that went. A provider's trouble is none of the transaction's.
    async fn broadcast(&self, state: &mut State, intent: &Intent) -> Result<(), SendError> {
        let outcome = self.writer.broadcast(&intent.raw).await;
        let memory = state.memories.entry(intent.nonce).or_default();
        memory.broadcast_at = Some(self.clock.now());
        memory.refused = None;
        match outcome {
            Ok(_)
            | Err(ChainError::Refused {
                fault: TxFault::AlreadyKnown,
                ..
            }) => {}
            Err(ChainError::Refused { fault, reason, .. }) => {
                tracing::warn!(chain = intent.chain, nonce = intent.nonce, %reason, "transaction refused");
                memory.refused = Some(fault);
            }
            Err(error) => {
                tracing::warn!(chain = intent.chain, nonce = intent.nonce, %error, "broadcast failed, will be repeated");
            }
        }
        Ok(())
    }

    async fn raise(
        &self,
        state: &mut State,
        intent: &mut Intent,
        raised: Option<Offer>,
    ) -> Result<(), SendError> {
        self.sign_again(state, intent, raised).await?;
        self.broadcast(state, intent).await
    }

    /// Signs a version with higher fees and makes it durable.
    async fn sign_again(
        &self,
        state: &mut State,
        intent: &mut Intent,
        raised: Option<Offer>,
    ) -> Result<(), SendError> {
        let Some(offer) = raised else { return Ok(()) };
        let draft = Draft {
            offer,
            ..Draft::of(&intent.raw)?
        };
        self.adopt(state, intent, draft).await
    }

    /// Replaces the transaction by an empty one of the same nonce.
    async fn cancel(&self, state: &mut State, intent: &mut Intent) -> Result<(), SendError> {
        let old = Draft::of(&intent.raw)?;
        let today = self.todays_offer(state, old.sidecar.is_some()).await?;
        let caps = self.settings.caps;
        let offer = old
            .offer
            .raised(
                today,
                caps.cancel_max_fee_per_gas,
                caps.max_fee_per_blob_gas,
            )
            .unwrap_or_else(|| {
                old.offer
                    .capped(caps.cancel_max_fee_per_gas, caps.max_fee_per_blob_gas)
            });
        tracing::warn!(chain = intent.chain, nonce = intent.nonce, kind = ?intent.kind, "cancelling a transaction");
        intent.kind = IntentKind::Cancel;
        intent.to = self.address();
        intent.calldata = Bytes::new();
        intent.gas_limit = CANCEL_GAS;
        let draft = Draft {
            to: intent.to,
            calldata: Bytes::new(),
            gas_limit: CANCEL_GAS,
            offer,
            ..old
        };
        self.adopt(state, intent, draft).await?;
        self.broadcast(state, intent).await
    }

    /// Makes a new version of the transaction durable.
    async fn adopt(
        &self,
        state: &mut State,
        intent: &mut Intent,
        draft: Draft,
    ) -> Result<(), SendError> {
        let offer = draft.offer;
        let SignedTx { hash, raw } = draft.sign(&self.signer).await?;
        intent.hashes.push(hash);
        intent.raw = raw;
        intent.max_fee_per_gas = offer.gas.max_fee_per_gas;
        intent.max_priority_fee_per_gas = offer.gas.max_priority_fee_per_gas;
        intent.bumped_at = self.clock.now();
        state.memories.remove(&intent.nonce);
        self.commit(intent)
    }

    /// The offer with which the transaction could be replaced now, if its cap leaves room.
    async fn raised(&self, state: &mut State, intent: &Intent) -> Result<Option<Offer>, SendError> {
        if intent.state != IntentState::Pending {
            return Ok(None);
        }
        let offered = Draft::of(&intent.raw)?.offer;
        let today = self.todays_offer(state, offered.blob > 0).await?;
        let caps = self.settings.caps;
        let cap = if intent.kind == IntentKind::Cancel {
            caps.cancel_max_fee_per_gas
        } else {
            caps.max_fee_per_gas
        };
        Ok(offered.raised(today, cap, caps.max_fee_per_blob_gas))
    }

    /// Prices of the day within the caps; kept for some seconds.
    async fn todays_offer(&self, state: &mut State, blobs: bool) -> Result<Offer, SendError> {
        let now = self.clock.now();
        let kept = state.fees.filter(|(at, offer)| {
            now.saturating_sub(*at) < FEES_KEEP && (!blobs || offer.blob > 0)
        });
        let offer = match kept {
            Some((_, offer)) => offer,
            None => {
                let gas = self.chain.fees().await?;
                let blob = if blobs {
                    self.chain.blob_base_fee().await?.saturating_mul(2).max(1)
                } else {
                    0
                };
                let caps = self.settings.caps;
                let offer =
                    Offer { gas, blob }.capped(caps.max_fee_per_gas, caps.max_fee_per_blob_gas);
                state.fees = Some((now, offer));
                offer
            }
        };
        Ok(if blobs {
            offer
        } else {
            Offer { blob: 0, ..offer }
        })
    }

    fn commit(&self, intent: &Intent) -> Result<(), SendError> {
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
