//! Versions of a transaction: signed, made durable, broadcast, outbid.

use alloy::primitives::{Bytes, U256};

use super::{
    SendError, SendRequest,
    fees::Offer,
    sender::{Refusal, Sender, State},
    sign::{Draft, SignedTx},
};
use crate::{
    chain::{ChainError, TxFault},
    model::{Intent, IntentState, UnixSeconds},
};

/// Seconds for which fees that were read are offered again without asking.
const FEES_KEEP: UnixSeconds = 3;
/// Gas of a transfer to oneself.
const CANCEL_GAS: u64 = 21_000;
/// How often a fresh transaction is raised at once because the nodes find its fees too low.
const RAISES_AT_ONCE: usize = 3;

impl Sender {
    pub(super) async fn first_version(
        &self,
        request: SendRequest,
        nonce: u64,
        offer: Offer,
    ) -> Result<Intent, SendError> {
        let SendRequest {
            kind,
            to,
            calldata,
            value,
            gas_limit,
            blobs: sidecar,
        } = request;
        let chain = self.chain_id();
        let draft = Draft {
            chain,
            nonce,
            to,
            calldata: calldata.clone(),
            value,
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
    pub(super) async fn broadcast_fresh(
        &self,
        state: &mut State,
        intent: &mut Intent,
    ) -> Result<(), SendError> {
        for _ in 0..RAISES_AT_ONCE {
            self.broadcast(state, intent).await?;
            let refusal = self.refusal(state, intent);
            let underpriced = refusal.is_some_and(|refusal| refusal.fault == TxFault::Underpriced);
            if !underpriced || !self.outbid_itself(state, intent).await {
                break;
            }
        }
        match self.refusal(state, intent) {
            Some(refusal) if refusal.fault.keeps_it_out() => {
                Err(self.withdraw(state, intent, refusal)?)
            }
            _ => Ok(()),
        }
    }

    /// Signs a version at the prices of the moment; false where that is not possible now. The transaction is pending either
    /// way.
    async fn outbid_itself(&self, state: &mut State, intent: &mut Intent) -> bool {
        state.fees = None;
        let raised = match self.raised(state, intent).await {
            Ok(Some(raised)) => raised,
            Ok(None) => return false,
            Err(error) => {
                tracing::warn!(chain = intent.chain, nonce = intent.nonce, %error, "fees are not known now");
                return false;
            }
        };
        self.sign_again(state, intent, raised).await.is_ok()
    }

    /// Why the nodes refused the newest version, if they did.
    fn refusal(&self, state: &State, intent: &Intent) -> Option<Refusal> {
        state.memories.get(&intent.nonce)?.refused.clone()
    }

    /// Forgets a transaction that no pool took, and takes its nonce back.
    fn withdraw(
        &self,
        state: &mut State,
        intent: &mut Intent,
        Refusal { fault, reason }: Refusal,
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
        Ok(SendError::Refused {
            chain,
            signer,
            fault,
            reason,
        })
    }

    /// Broadcasts the newest version and remembers how that went. A provider's trouble is none of the transaction's.
    pub(super) async fn broadcast(
        &self,
        state: &mut State,
        intent: &Intent,
    ) -> Result<(), SendError> {
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
                memory.refused = Some(Refusal { fault, reason });
            }
            Err(error) => {
                tracing::warn!(chain = intent.chain, nonce = intent.nonce, %error, "broadcast failed, will be repeated");
            }
        }
        Ok(())
    }

    pub(super) async fn raise(
        &self,
        state: &mut State,
        intent: &mut Intent,
        offer: Offer,
    ) -> Result<(), SendError> {
        self.sign_again(state, intent, offer).await?;
        self.broadcast(state, intent).await
    }

    /// Signs a version with higher fees and makes it durable.
    async fn sign_again(
        &self,
        state: &mut State,
        intent: &mut Intent,
        offer: Offer,
    ) -> Result<(), SendError> {
        let draft = Draft {
            offer,
            ..Draft::of(&intent.raw)?
        };
        self.adopt(state, intent, draft).await
    }

    /// Replaces the transaction by an empty one of the same nonce.
    pub(super) async fn cancel(
        &self,
        state: &mut State,
        intent: &mut Intent,
    ) -> Result<(), SendError> {
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
        intent.kind = intent.kind.given_up();
        intent.to = self.address();
        intent.calldata = Bytes::new();
        intent.gas_limit = CANCEL_GAS;
        let draft = Draft {
            to: intent.to,
            calldata: Bytes::new(),
            value: U256::ZERO,
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
    pub(super) async fn raised(
        &self,
        state: &mut State,
        intent: &Intent,
    ) -> Result<Option<Offer>, SendError> {
        if intent.state != IntentState::Pending {
            return Ok(None);
        }
        let offered = Draft::of(&intent.raw)?.offer;
        let today = self.todays_offer(state, offered.blob > 0).await?;
        let caps = self.settings.caps;
        let cap = if intent.kind.is_cancel() {
            caps.cancel_max_fee_per_gas
        } else {
            caps.max_fee_per_gas
        };
        Ok(offered.raised(today, cap, caps.max_fee_per_blob_gas))
    }

    /// Prices of the day within the caps; kept for some seconds.
    pub(super) async fn todays_offer(
        &self,
        state: &mut State,
        blobs: bool,
    ) -> Result<Offer, SendError> {
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
}
