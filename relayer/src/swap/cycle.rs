//! One cycle: look at the swaps that are due, and take the steps that can be taken.

use std::collections::BTreeMap;

use alloy::primitives::{B256, U256};
use causeway_bindings::SwapHeader;

use super::{
    STAGE, Side, SwapContext,
    plan::{self, Next, World},
    steps::Call,
    verdict::{self, Verdict},
    world::Answers,
};
use crate::{
    bundle::gas_limit,
    chain::{CallRequest, ChainError},
    errands::ErrandError,
    model::{
        ChainId, IntentKind, IntentState, UnixSeconds,
        swap::{Secret, SwapRecord, SwapStep},
        trace_id,
    },
    send::SendRequest,
    store::{Change, Reader, StoreError},
};

/// Swaps looked at in one cycle.
const WINDOW: usize = 64;
/// Seconds until a swap is looked at again that could not be looked at, or whose step was refused or sent; what is seen of it
/// wakes it before.
const PAUSE: UnixSeconds = 10;
/// Seconds until a swap is looked at again that is left to others.
const PAUSE_OF_OTHERS: UnixSeconds = 60;
/// Longest pause between two transactions for one stage of a swap, in seconds.
const LONGEST_PAUSE: UnixSeconds = 600;
/// Transactions that may fail to execute a swap. A venue could let each simulation pass and each transaction fail, and whoever
/// made it would have this relayer pay until the deadline; others may still execute.
pub(super) const MOST_EXECUTIONS: u32 = 10;
/// Longest reason that is kept, in characters.
pub(super) const LONGEST_REASON: usize = 300;

/// Steps whose transaction is in no block, by swap, and when it was written.
type Open = BTreeMap<(B256, SwapStep), UnixSeconds>;

impl SwapContext {
    pub(super) async fn cycle(&self) -> Result<(), ErrandError> {
        let mut trouble = None;
        for side in self.sides() {
            match side.sender.tick().await.map_err(ErrandError::from) {
                Ok(_) => {}
                Err(ErrandError::Store(error)) => return Err(error.into()),
                Err(error) => trouble = Some(error),
            }
        }
        let open = self.open()?;
        let mut answers = Answers::default();
        for id in self.store.due_swaps(self.clock.now(), WINDOW)? {
            let Some(record) = self.store.swap(id)? else {
                continue;
            };
            match self.advance(record, &open, &mut answers).await {
                Ok(()) => {}
                Err(ErrandError::Store(error)) => return Err(error.into()),
                // Perhaps only its chains cannot be reached, or it cannot be proven.
                Err(error) => {
                    self.wait(id, error.to_string(), PAUSE)?;
                    trouble = Some(error);
                }
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    /// Seconds until a swap is looked at again that waits for something.
    fn rest(&self) -> UnixSeconds {
        self.settings.interval.as_secs().max(1)
    }

    fn sides(&self) -> impl Iterator<Item = &Side> {
        self.chains.values().chain([&self.l1])
    }

    fn side(&self, chain: ChainId) -> Option<&Side> {
        if chain == self.l1.reader.chain_id() {
            return Some(&self.l1);
        }
        self.chains.get(&chain)
    }

    fn open(&self) -> Result<Open, StoreError> {
        let mut open = Open::new();
        for side in self.sides() {
            for intent in side.sender.open()? {
                if let (IntentKind::Swap { id, step }, IntentState::Pending) =
                    (intent.kind, intent.state)
                {
                    open.insert((id, step), intent.created_at);
                }
            }
        }
        Ok(open)
    }

    async fn advance(
        &self,
        mut record: SwapRecord,
        open: &Open,
        answers: &mut Answers,
    ) -> Result<(), ErrandError> {
        let id = record.id;
        let facts = self.facts(&record, answers).await?;
        let from = record.stage;
        match record.observe(&facts, self.clock.now()) {
            Ok(_) => {}
            Err(contradiction) => {
                tracing::error!(stage = STAGE, trace = trace_id(id), %id, %contradiction, "halted");
                return Ok(self.wait(id, contradiction.to_string(), LONGEST_PAUSE)?);
            }
        }
        if record.stage != from {
            tracing::info!(
                stage = STAGE,
                trace = trace_id(id),
                %id,
                source = record.source,
                destination = record.destination,
                from = from.label(),
                to = record.stage.label(),
                "swap moved"
            );
            if !self.note_stage(&record)? {
                return Ok(());
            }
        }
        let header = record.secret.as_ref().and_then(Secret::header);
        // Whoever does not know the deadline cannot know what is due; the lock tells it.
        let Some(header) = header else {
            return Ok(self.wait(id, unlocked(&record), self.rest())?);
        };
        if !self.serves(&record, &header) {
            let reason = "left to others: none of its accounts is in swap.parties".to_owned();
            return Ok(self.wait(id, reason, PAUSE_OF_OTHERS)?);
        }
        let world = World {
            ignored_since: open.get(&(id, SwapStep::Execute)).copied(),
            ..self.world(&record, facts, header.deadline, answers).await?
        };
        self.follow(&record, &world, open).await
    }

    /// Whether gas is spent on it.
    fn serves(&self, record: &SwapRecord, header: &SwapHeader) -> bool {
        let served = &self.settings.parties;
        let is_ours = served.is_empty() || record.order.is_some();
        let payload = record.secret.as_ref().and_then(Secret::payload);
        let others = payload.map(|payload| [payload.beneficiary, payload.counterparty]);
        let mut accounts = [header.sender, header.refundTo]
            .into_iter()
            .chain(others.into_iter().flatten());
        is_ours || accounts.any(|account| served.contains(&account))
    }

    async fn follow(
        &self,
        record: &SwapRecord,
        world: &World,
        open: &Open,
    ) -> Result<(), ErrandError> {
        let id = record.id;
        match plan::next(world) {
            Next::Over => Ok(()),
            Next::Wait(why, _) => Ok(self.wait(id, why.label().to_owned(), self.rest())?),
            Next::Do(step) if open.contains_key(&(id, step)) => {
                Ok(self.wait(id, format!("{} is sent", step.label()), self.rest())?)
            }
            Next::Do(SwapStep::Execute) if record.attempts >= MOST_EXECUTIONS => {
                let reason =
                    format!("execute: {MOST_EXECUTIONS} transactions did not; no more are sent");
                let left = world.deadline.saturating_sub(self.clock.now());
                let pause = left.clamp(self.rest(), LONGEST_PAUSE.max(self.rest()));
                Ok(self.wait(id, reason, pause)?)
            }
            Next::Do(step) => match self.call(record, step)? {
                Some(call) => self.attempt(record, step, call).await,
                None => Ok(self.wait(
                    id,
                    format!("{} has no proof yet", step.label()),
                    self.rest(),
                )?),
            },
        }
    }

    /// Simulates a step, and sends it if it would succeed.
    async fn attempt(
        &self,
        record: &SwapRecord,
        step: SwapStep,
        call: Call,
    ) -> Result<(), ErrandError> {
        let id = record.id;
        let Some(side) = self.side(call.chain) else {
            let reason = format!("chain {} is not in the configuration", call.chain);
            return Ok(self.wait(id, reason, LONGEST_PAUSE)?);
        };
        let request = CallRequest {
            from: side.sender.address(),
            to: call.to,
            data: call.calldata.clone(),
            value: U256::ZERO,
            gas: None,
        };
        match side.reader.estimate_gas(&request).await {
            Ok(gas) => self.send(side, record, step, call, gas_limit(gas)).await,
            Err(ChainError::Reverted { data, .. }) => {
                let (reason, pause) = self.refused(record, &data);
                let reason = format!("{}: {reason}", step.label());
                tracing::info!(stage = STAGE, trace = trace_id(id), %id, reason, "not now");
                Ok(self.wait(id, reason, pause)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Why a step is refused, and when to look again.
    fn refused(&self, record: &SwapRecord, data: &[u8]) -> (String, UnixSeconds) {
        match verdict::of(data) {
            Verdict::Done => ("done by somebody else".to_owned(), self.rest()),
            Verdict::Later => ("too early".to_owned(), self.rest()),
            Verdict::At(time) => {
                let wait = time.saturating_sub(self.clock.now());
                let reason = format!("possible from {time} on");
                (reason, wait.clamp(1, LONGEST_PAUSE))
            }
            Verdict::Trouble(reason) => (reason, pause(record.attempts)),
        }
    }

    async fn send(
        &self,
        side: &Side,
        record: &SwapRecord,
        step: SwapStep,
        call: Call,
        gas_limit: u64,
    ) -> Result<(), ErrandError> {
        let id = record.id;
        let request = SendRequest {
            kind: IntentKind::Swap { id, step },
            to: call.to,
            calldata: call.calldata,
            value: U256::ZERO,
            gas_limit,
            blobs: None,
        };
        let due = self.clock.now().saturating_add(pause(record.attempts));
        let marked = |reader: &dyn Reader| {
            changed(reader, id, |record| {
                record.attempts = record.attempts.saturating_add(1);
                record.trouble = None;
                record.due = due;
            })
        };
        let intent = side.sender.submit(request, marked).await?;
        let tx = intent.hashes.last().copied().unwrap_or_default();
        tracing::info!(
            stage = STAGE,
            chain = intent.chain,
            trace = trace_id(id),
            %id,
            step = step.label(),
            %tx,
            "sent"
        );
        Ok(())
    }

    /// Writes the stage down, unless something new was seen meanwhile; then the next look decides. True if written.
    fn note_stage(&self, record: &SwapRecord) -> Result<bool, StoreError> {
        let mut written = false;
        self.store.transact(&mut |reader| {
            let known = reader.swap(record.id)?;
            written = known.is_some_and(|known| known.seen == record.seen);
            let change = Change::PutSwap(Box::new(record.clone()));
            Ok(written.then_some(change).into_iter().collect())
        })?;
        Ok(written)
    }

    fn wait(&self, id: B256, reason: String, seconds: UnixSeconds) -> Result<(), StoreError> {
        let due = self.clock.now().saturating_add(seconds);
        let reason: String = reason.chars().take(LONGEST_REASON).collect();
        self.store.transact(&mut |reader| {
            changed(reader, id, |record| {
                record.trouble = Some(reason.clone());
                record.due = due;
            })
        })
    }
}

/// What is waited for while there is no lock: of an order, whoever makes it says that.
fn unlocked(record: &SwapRecord) -> String {
    let said = record.trouble.clone().filter(|_| record.order.is_some());
    said.unwrap_or_else(|| "its lock was not seen".to_owned())
}

/// The change of a swap as it stands now.
pub(super) fn changed(
    reader: &dyn Reader,
    id: B256,
    change: impl Fn(&mut SwapRecord),
) -> Result<Vec<Change>, StoreError> {
    let known = reader.swap(id)?;
    Ok(known
        .map(|mut record| {
            change(&mut record);
            Change::PutSwap(Box::new(record))
        })
        .into_iter()
        .collect())
}

/// Seconds until a step may be sent again, after so many transactions for the same stage.
fn pause(attempts: u32) -> UnixSeconds {
    PAUSE
        .saturating_mul(2_u64.saturating_pow(attempts))
        .min(LONGEST_PAUSE)
}
