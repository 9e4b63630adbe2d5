//! One cycle: look at what is due, and send what it takes.

use std::collections::BTreeMap;

use alloy::primitives::{B256, U256};

use super::{
    ErrandContext, ErrandError, STAGE,
    steps::{Call, Next, PAUSE},
};
use crate::{
    chain::Finality,
    model::{Errand, IntentKind, IntentState, UnixSeconds, trace_id},
    send::SendRequest,
    store::{Change, Reader, StoreError},
};

/// Errands looked at in one cycle.
const WINDOW: usize = 64;
/// Seconds until an errand is looked at again whose transaction was sent.
const SENT_PAUSE: UnixSeconds = 2;
/// Longest pause between two transactions of one errand, in seconds.
const LONGEST_PAUSE: UnixSeconds = 3_600;
/// So many transactions follow one another without a pause: an errand takes two, or one more for each transfer.
const FREE_ATTEMPTS: u32 = 4;

impl ErrandContext {
    pub(super) async fn cycle(&self) -> Result<(), ErrandError> {
        if self.settings.follows {
            self.sender.tick().await?;
        }
        let due = self
            .store
            .due_errands(self.chain.chain_id(), self.clock.now(), WINDOW)?;
        if due.is_empty() {
            return Ok(());
        }
        let open = self.open()?;
        let head = self.chain.head(Finality::Latest).await?.number;
        let pending = open
            .values()
            .filter(|state| **state == IntentState::Pending)
            .count();
        let mut free = self.settings.max_in_flight.saturating_sub(pending);
        let mut trouble = None;
        for errand in due {
            if open
                .get(&errand.id)
                .is_some_and(|state| hides(*state, head))
            {
                self.look_again(&errand, SENT_PAUSE)?;
                continue;
            }
            match self.advance(&errand, head, free).await {
                Ok(sent) => free = free.saturating_sub(usize::from(sent)),
                Err(ErrandError::Store(error)) => return Err(error.into()),
                // Perhaps only this one is more than the provider can take, or cannot be proven.
                Err(error) => {
                    self.look_again(&errand, PAUSE)?;
                    trouble = Some(error);
                }
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    /// State of the newest open transaction of each errand.
    fn open(&self) -> Result<BTreeMap<B256, IntentState>, StoreError> {
        let mut states = BTreeMap::new();
        for intent in self.sender.open()? {
            if let IntentKind::Errand { id, .. } = intent.kind {
                states.insert(id, intent.state);
            }
        }
        Ok(states)
    }

    /// Takes the next step of an errand; true if that is a transaction.
    async fn advance(&self, errand: &Errand, head: u64, free: usize) -> Result<bool, ErrandError> {
        match self.next(errand).await? {
            Next::Send(_) if free == 0 => self.look_again(errand, SENT_PAUSE)?,
            Next::Send(call) => {
                self.send(errand, call).await?;
                return Ok(true);
            }
            Next::Wait(due) => self.change(errand, |errand| Errand {
                due,
                done_at: None,
                ..errand
            })?,
            Next::Done => self.settle(errand, head).await?,
            Next::Over => self.drop(errand)?,
        }
        Ok(false)
    }

    async fn send(&self, errand: &Errand, call: Call) -> Result<(), ErrandError> {
        let request = SendRequest {
            kind: IntentKind::Errand {
                id: errand.id,
                step: call.step,
            },
            to: call.to,
            calldata: call.calldata,
            value: U256::ZERO,
            gas_limit: call.gas_limit,
            blobs: None,
        };
        let due = self.clock.now().saturating_add(pause(errand.attempts));
        let marked = |reader: &dyn Reader| {
            changed(reader, errand, |errand| Errand {
                due,
                done_at: None,
                attempts: errand.attempts.saturating_add(1),
                ..errand
            })
        };
        let intent = self.sender.submit(request, marked).await?;
        let tx = intent.hashes.last().copied().unwrap_or_default();
        tracing::info!(
            stage = STAGE,
            chain = intent.chain,
            trace = trace_id(errand.id),
            id = %errand.id,
            task = errand.task.label(),
            step = call.step.label(),
            %tx,
            "sent"
        );
        Ok(())
    }

    /// It is over once the block in which nothing was left to do is final.
    async fn settle(&self, errand: &Errand, head: u64) -> Result<(), ErrandError> {
        let done_at = errand.done_at.unwrap_or(head);
        if self.chain.head(Finality::Final).await?.number >= done_at {
            tracing::info!(stage = STAGE, chain = errand.chain, trace = trace_id(errand.id), id = %errand.id, task = errand.task.label(), "done");
            return Ok(self.drop(errand)?);
        }
        let due = self.clock.now().saturating_add(PAUSE);
        Ok(self.change(errand, |errand| Errand {
            due,
            done_at: Some(done_at),
            ..errand
        })?)
    }

    fn look_again(&self, errand: &Errand, seconds: UnixSeconds) -> Result<(), StoreError> {
        let due = self.clock.now().saturating_add(seconds);
        self.change(errand, |errand| Errand { due, ..errand })
    }

    fn change(&self, errand: &Errand, change: impl Fn(Errand) -> Errand) -> Result<(), StoreError> {
        self.store
            .transact(&mut |reader| changed(reader, errand, &change))
    }

    fn drop(&self, errand: &Errand) -> Result<(), StoreError> {
        self.store
            .commit(vec![Change::DropErrand(errand.chain, errand.id)])
    }
}

/// The change of an errand as it stands now.
fn changed(
    reader: &dyn Reader,
    errand: &Errand,
    change: impl Fn(Errand) -> Errand,
) -> Result<Vec<Change>, StoreError> {
    let known = reader.errand(errand.chain, errand.id)?;
    Ok(known
        .map(|known| Change::PutErrand(Box::new(change(known))))
        .into_iter()
        .collect())
}

/// Whether a simulation at `head` does not show yet what became of an open transaction.
fn hides(state: IntentState, head: u64) -> bool {
    match state {
        IntentState::Pending => true,
        IntentState::Included { block, .. } => block > head,
        IntentState::Final { .. } | IntentState::Replaced => false,
    }
}

/// Seconds until an errand may be sent for again, after so many transactions. One whose transactions fail though their
/// simulations succeed pays for ever less of them.
fn pause(attempts: u32) -> UnixSeconds {
    match attempts.checked_sub(FREE_ATTEMPTS) {
        None => SENT_PAUSE,
        Some(more) => PAUSE
            .saturating_mul(2_u64.saturating_pow(more))
            .min(LONGEST_PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_failing_is_sent_ever_less_often() {
        let pauses: Vec<_> = [0, 3, 4, 5, 6, 40].map(pause).into();
        assert_eq!(pauses, [2, 2, 30, 60, 120, 3_600]);
    }

    #[test]
    fn a_transaction_hides_what_follows_until_its_block_is_read() {
        let included = |block| IntentState::Included {
            block,
            hash: B256::ZERO,
            success: true,
        };
        let cases = [
            (IntentState::Pending, true),
            (included(8), true),
            (included(7), false),
            (IntentState::Final { success: false }, false),
            (IntentState::Replaced, false),
        ];
        for (state, expected) in cases {
            assert_eq!(hides(state, 7), expected, "{state:?}");
        }
    }
}
