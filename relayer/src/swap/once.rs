//! One trade is locked once, whatever the keys: no other order has its UETR or its quote, unless that order ended without an
//! execution.

use alloy::{
    primitives::{B256, Bytes},
    sol_types::SolCall,
};
use causeway_bindings::{IAtomicSwap, LockStatus};

use super::{
    lock::{LockError, LockOrder, LockedSwap, Locker},
    terms::{Terms, VenueKind},
};
use crate::{
    bundle::ask,
    model::{
        Intent, IntentKind,
        swap::{Decision, SwapName, SwapRecord, SwapStage, SwapStep},
    },
    store::SwapFilter,
};

impl Locker<'_> {
    /// Fails where another order is for the same trade, and was executed or still may be.
    pub async fn alone(&self, order: &LockOrder) -> Result<(), LockError> {
        let uetr = &order.terms.uetr;
        let filter = SwapFilter {
            names: vec![SwapName::Uetr(uetr.clone())],
            ..SwapFilter::default()
        };
        for other in self.store.swaps(&filter)? {
            let key = other.names.key.clone();
            if key.as_deref() != Some(order.key.as_str()) && self.stands(&other).await? {
                return Err(LockError::UetrTaken {
                    uetr: uetr.clone(),
                    id: other.id,
                    key,
                });
            }
        }
        let quoted = self.of_quote(&order.terms).await?;
        let quoted = quoted.filter(|other| other.names.key.as_deref() != Some(&order.key));
        if let Some(other) = quoted
            && self.stands(&other).await?
        {
            return Err(LockError::QuoteTaken {
                id: other.id,
                key: other.names.key,
            });
        }
        Ok(())
    }

    /// Whether a swap was executed, or may be.
    async fn stands(&self, other: &SwapRecord) -> Result<bool, LockError> {
        let is_over = other.stage == SwapStage::Withdrawn
            || other.stage.decision() == Some(Decision::Cancelled);
        if is_over {
            return Ok(false);
        }
        // Whoever took an order that waits locks it, and another chain cannot be asked here.
        let is_elsewhere = other.source != self.reader.chain_id();
        if is_elsewhere || self.store.order(other.id)?.is_some() {
            return Ok(true);
        }
        self.sender.tick().await?;
        let id = match self.transaction(other).await? {
            Some(intent) => match self.included(other, intent).await? {
                Some(LockedSwap { id, .. }) => id,
                None => return Ok(false),
            },
            None => other.id,
        };
        let question = IAtomicSwap::lockStatusCall { swapId: id };
        let status = ask(self.reader, self.contract, &question).await?;
        Ok(!matches!(
            status,
            LockStatus::Refundable | LockStatus::Refunded
        ))
    }

    /// The newest swap that was locked for the quote of these terms. Nobody but their sender can take it.
    async fn of_quote(&self, terms: &Terms) -> Result<Option<SwapRecord>, LockError> {
        if terms.venue.kind != VenueKind::Quote {
            return Ok(None);
        }
        let lock = terms.to_lock()?;
        let is_same = |calldata: &Bytes| {
            IAtomicSwap::lockCall::abi_decode(calldata).is_ok_and(|call| {
                (call.terms.venue, &call.terms.venueData) == (lock.venue, &lock.venueData)
                    && call.terms.destinationChainId == lock.destinationChainId
            })
        };
        let made = |intent: &Intent| locked_by(&intent.kind).is_some() && is_same(&intent.calldata);
        let intent = self.sender.newest_of(made).await?;
        let id = intent.and_then(|intent| locked_by(&intent.kind));
        Ok(id.map(|id| self.store.swap(id)).transpose()?.flatten())
    }
}

fn locked_by(kind: &IntentKind) -> Option<B256> {
    match kind {
        IntentKind::Swap { id, step } if *step == SwapStep::Lock => Some(*id),
        _ => None,
    }
}
