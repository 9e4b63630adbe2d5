//! One cycle: confirm what is under way, release what is due, deliver what is proven.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
};

use alloy::primitives::{B256, Bytes, U256};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    DeliverContext, DeliverError,
    build::{self, Aggregations, Parcel},
    confirm::sent_at,
    diagnose::{self, Release, Verdict},
    plan::{self, Ready},
    record,
};
use crate::{
    chain::{CallRequest, ChainError},
    model::{
        HoldReason, IntentKind, IntentState, MessageEvent, MessageRecord, Stage, UnixSeconds,
        trace_id,
    },
    send::{SendError, SendRequest},
    store::StoreError,
};

/// Seconds for which a message is left alone that needs something else to happen first.
const SNOOZE: UnixSeconds = 5;

/// What the stage keeps at hand; all of it follows from the store and the chain.
#[derive(Debug, Default)]
pub(super) struct Courier {
    /// When held messages are due, soonest first.
    pub(super) held: BinaryHeap<Reverse<(UnixSeconds, B256)>>,
    /// Head at which a submitted message was first seen without a transaction.
    pub(super) orphans: BTreeMap<B256, u64>,
    snoozed: BTreeMap<B256, UnixSeconds>,
}

type Simulated = (Parcel, Result<u64, ChainError>);

impl Courier {
    /// Finds out from the store which messages are held until when.
    pub(super) fn from_store(ctx: &DeliverContext) -> Result<Self, StoreError> {
        let mut courier = Self::default();
        for id in ctx
            .store
            .queue(ctx.chain.chain_id(), Stage::Held, usize::MAX)?
        {
            let due = ctx.store.message(id)?.and_then(|record| record.retry_at);
            courier.held.extend(due.map(|time| Reverse((time, id))));
        }
        Ok(courier)
    }

    pub(super) async fn cycle(&mut self, ctx: &DeliverContext) -> Result<(), DeliverError> {
        self.confirm(ctx).await?;
        self.release_due(ctx)?;
        self.deliver(ctx).await
    }

    /// Puts held messages back whose time has come; proving them again follows from that.
    fn release_due(&mut self, ctx: &DeliverContext) -> Result<(), StoreError> {
        let now = ctx.clock.now();
        let mut due = Vec::new();
        while let Some(Reverse((time, id))) = self.held.peek().copied()
            && time <= now
        {
            self.held.pop();
            due.push(id);
        }
        if due.is_empty() {
            return Ok(());
        }
        ctx.apply(&due, |record| {
            let ready =
                record.stage == Stage::Held && record.retry_at.is_some_and(|time| time <= now);
            ready.then_some(MessageEvent::Retry)
        })?;
        ctx.wakes.iter().for_each(|wake| wake.wake());
        Ok(())
    }

    /// Simulates and sends proven messages until the pipeline is full or none is left.
    async fn deliver(&mut self, ctx: &DeliverContext) -> Result<(), DeliverError> {
        let now = ctx.clock.now();
        self.snoozed.retain(|_, until| *until > now);
        loop {
            let free = self.free_transactions(ctx)?;
            // One transaction's worth at a time: it is on its way while the next is simulated.
            let most = if free == 0 {
                0
            } else {
                ctx.settings.limits.messages.max(1)
            };
            let candidates = self.candidates(ctx, most)?;
            if candidates.is_empty() {
                return Ok(());
            }
            if let Some(frozen_at) = ctx.standings.frozen_at(ctx.chain.chain_id()) {
                self.hold_for_frozen(ctx, &candidates, frozen_at)?;
                continue;
            }
            ctx.roots.sync(ctx.store.as_ref())?;
            let parcels = self.parcels(ctx, candidates)?;
            let simulated = simulate(ctx, parcels).await;
            self.send(ctx, simulated, free).await?;
        }
    }

    fn free_transactions(&self, ctx: &DeliverContext) -> Result<usize, StoreError> {
        let pending = ctx
            .sender
            .open()?
            .iter()
            .filter(|intent| intent.state == IntentState::Pending)
            .count();
        Ok(ctx.settings.max_in_flight.saturating_sub(pending))
    }

    fn candidates(
        &self,
        ctx: &DeliverContext,
        most: usize,
    ) -> Result<Vec<MessageRecord>, StoreError> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let window = most.saturating_add(self.snoozed.len());
        let mut ids = ctx
            .store
            .queue(ctx.chain.chain_id(), Stage::Proven, window)?;
        ids.retain(|id| !self.snoozed.contains_key(id));
        ids.truncate(most);
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            records.extend(
                ctx.store
                    .message(id)?
                    .filter(|record| record.stage == Stage::Proven),
            );
        }
        Ok(records)
    }

    /// Builds the proofs. A message whose proof cannot be built now is left for later and does not stop the others.
    fn parcels(
        &mut self,
        ctx: &DeliverContext,
        records: Vec<MessageRecord>,
    ) -> Result<Vec<Parcel>, DeliverError> {
        let mut parcels = Vec::with_capacity(records.len());
        let mut known = Aggregations::new();
        for record in records {
            let id = record.id;
            match ctx.parcel(record, &mut known) {
                Ok(Some(parcel)) => parcels.push(parcel),
                Ok(None) => self.snooze(ctx, id),
                Err(error) if error.stops_the_route() => return Err(error),
                Err(error) => {
                    tracing::error!(stage = super::STAGE, trace = trace_id(id), %id, %error, "no proof");
                    self.snooze(ctx, id);
                }
            }
        }
        Ok(parcels)
    }

    async fn send(
        &mut self,
        ctx: &DeliverContext,
        simulated: Vec<Simulated>,
        free: usize,
    ) -> Result<(), DeliverError> {
        let mut ready = Vec::new();
        let mut parcels = BTreeMap::new();
        let mut trouble = None;
        for (parcel, outcome) in simulated {
            match outcome {
                Ok(gas) if gas <= ctx.settings.limits.gas => {
                    ready.push(parcel.ready(gas));
                    parcels.insert(parcel.record.id, parcel);
                }
                Ok(needed) => self.hold_expensive(ctx, &parcel, needed)?,
                Err(ChainError::Reverted { data, .. }) => self.set_aside(ctx, &parcel, &data)?,
                Err(error) => {
                    // Perhaps only this message is more than the provider can take.
                    self.snooze(ctx, parcel.record.id);
                    trouble = Some(error);
                }
            }
        }
        if let Some(error) = trouble.filter(|_| ready.is_empty()) {
            return Err(error.into());
        }
        for planned in plan::transactions(ready, &ctx.settings.limits)
            .into_iter()
            .take(free)
        {
            self.submit(ctx, &planned, &parcels).await?;
        }
        Ok(())
    }

    async fn submit(
        &mut self,
        ctx: &DeliverContext,
        planned: &[Ready],
        parcels: &BTreeMap<B256, Parcel>,
    ) -> Result<(), DeliverError> {
        let ids: Vec<B256> = planned.iter().map(|ready| ready.id).collect();
        let request = SendRequest {
            kind: IntentKind::Deliver {
                messages: ids.clone(),
            },
            to: ctx.settings.handler,
            calldata: build::calldata(planned, parcels)?,
            value: U256::ZERO,
            gas_limit: plan::gas_limit(planned),
            blobs: None,
        };
        let now = ctx.clock.now();
        let marked = |reader: &dyn crate::store::Reader| {
            record::changes(reader, &ids, now, &mut |_| Some(MessageEvent::Submitted))
        };
        match ctx.sender.submit(request, marked).await {
            Ok(intent) => {
                let tx = intent.hashes.last().copied().unwrap_or_default();
                tracing::info!(stage = super::STAGE, chain = intent.chain, count = ids.len(), %tx, "sent");
                Ok(())
            }
            Err(error @ SendError::Refused { .. }) => {
                self.release_blameless(ctx, &ids)?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Deals with a message whose simulation reverts.
    fn set_aside(
        &mut self,
        ctx: &DeliverContext,
        parcel: &Parcel,
        data: &Bytes,
    ) -> Result<(), StoreError> {
        let record = &parcel.record;
        match diagnose::verdict(data) {
            Verdict::Done | Verdict::ProveAgain => self.snooze(ctx, record.id),
            Verdict::Fail(reason) => {
                tracing::info!(stage = super::STAGE, trace = record.trace(), id = %record.id, %reason, "failed");
                ctx.apply(&[record.id], |_| Some(MessageEvent::Failed(reason.clone())))?;
            }
            Verdict::Hold(reason, release) => {
                let again = release.time(sent_at(record), ctx.clock.now());
                self.hold(ctx, record.id, reason, again)?;
            }
        }
        Ok(())
    }

    /// A frozen chain loses what it does before it is live again.
    fn hold_for_frozen(
        &mut self,
        ctx: &DeliverContext,
        records: &[MessageRecord],
        frozen_at: UnixSeconds,
    ) -> Result<(), StoreError> {
        let chain = ctx.chain.chain_id();
        let reason = HoldReason::DestinationFrozen { chain, frozen_at };
        for record in records {
            let again = Release::Backoff.time(sent_at(record), ctx.clock.now());
            self.hold(ctx, record.id, reason.clone(), again)?;
        }
        Ok(())
    }

    fn hold_expensive(
        &mut self,
        ctx: &DeliverContext,
        parcel: &Parcel,
        needed: u64,
    ) -> Result<(), StoreError> {
        let reason = HoldReason::GasTooHigh {
            needed,
            limit: ctx.settings.limits.gas,
        };
        self.hold(ctx, parcel.record.id, reason, None)
    }

    fn hold(
        &mut self,
        ctx: &DeliverContext,
        id: B256,
        reason: HoldReason,
        again: Option<UnixSeconds>,
    ) -> Result<(), StoreError> {
        tracing::info!(stage = super::STAGE, trace = trace_id(id), %id, %reason, "held");
        ctx.apply(&[id], |_| Some(MessageEvent::Held(reason.clone(), again)))?;
        self.held.extend(again.map(|time| Reverse((time, id))));
        Ok(())
    }

    fn snooze(&mut self, ctx: &DeliverContext, id: B256) {
        self.snoozed
            .insert(id, ctx.clock.now().saturating_add(SNOOZE));
    }
}

impl Parcel {
    fn ready(&self, gas: u64) -> Ready {
        Ready {
            id: self.record.id,
            source: self.record.source,
            batch: self.batch,
            gas,
            bytes: self.alone.len(),
            attempts: self.record.attempts,
        }
    }
}

/// Estimates the gas of every delivery by itself, some at a time.
async fn simulate(ctx: &DeliverContext, parcels: Vec<Parcel>) -> Vec<Simulated> {
    let permits = Arc::new(Semaphore::new(ctx.settings.simulations.max(1)));
    let mut running = JoinSet::new();
    for parcel in parcels {
        let request = CallRequest {
            from: ctx.sender.address(),
            to: ctx.settings.handler,
            data: parcel.alone.clone(),
            value: U256::ZERO,
            gas: None,
        };
        let (chain, permits) = (ctx.chain.clone(), permits.clone());
        running.spawn(async move {
            // The semaphore is never closed; without a permit the estimate would only run early.
            let _permit = permits.acquire().await;
            (parcel, chain.estimate_gas(&request).await)
        });
    }
    running.join_all().await
}
