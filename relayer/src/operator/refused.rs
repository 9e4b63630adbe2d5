//! Settlements that L1 has reverted. One with blobs cannot be simulated, so that it is refused shows once it is paid for: it is
//! sent again after a pause that grows.

use alloy::primitives::B256;

use crate::model::{Intent, IntentKind, IntentState, UnixSeconds};

/// Pause after the first, in seconds; each further one doubles it.
const PAUSE: UnixSeconds = 4;
const LONGEST_PAUSE: UnixSeconds = 600;

/// What L1 has reverted of one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusals {
    batch: u64,
    count: u32,
    last: Option<Reverted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reverted {
    nonce: u64,
    tx: B256,
    at: UnixSeconds,
}

impl Refusals {
    /// Notes what became of a transaction; of each once, whether it is final or not.
    pub(super) fn note(&mut self, intent: &Intent, now: UnixSeconds) {
        let reverted = matches!(
            intent.state,
            IntentState::Included { success: false, .. } | IntentState::Final { success: false }
        );
        let IntentKind::Settle { batch, .. } = intent.kind else {
            return;
        };
        let is_known = self.last.is_some_and(|last| last.nonce == intent.nonce);
        if !reverted || is_known {
            return;
        }
        let before = if batch == self.batch { self.count } else { 0 };
        *self = Self {
            batch,
            count: before.saturating_add(1),
            last: Some(Reverted {
                nonce: intent.nonce,
                tx: intent.hashes.last().copied().unwrap_or_default(),
                at: now,
            }),
        };
    }

    /// Why the batch is not sent now, if it is not.
    pub(super) fn reason(&self, batch: u64, now: UnixSeconds) -> Option<String> {
        let last = self.last.filter(|_| batch == self.batch)?;
        let count = self.count;
        let doubled = 2_u64.saturating_pow(count.saturating_sub(1));
        let pause = PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
        let left = last.at.saturating_add(pause).saturating_sub(now);
        let tx = last.tx;
        (left > 0).then(|| {
            format!("transaction {tx} reverted, {count} by now; the next is sent in {left} s")
        })
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, Bytes};

    use super::*;

    fn settlement(batch: u64, nonce: u64, state: IntentState) -> Intent {
        Intent {
            chain: 1,
            signer: Address::ZERO,
            nonce,
            kind: IntentKind::Settle { chain: 2, batch },
            to: Address::ZERO,
            calldata: Bytes::new(),
            gas_limit: 1,
            hashes: vec![B256::ZERO],
            raw: Bytes::new(),
            max_fee_per_gas: 1,
            max_priority_fee_per_gas: 1,
            created_at: 0,
            bumped_at: 0,
            state,
        }
    }

    const REVERTED: IntentState = IntentState::Final { success: false };

    #[test]
    fn a_batch_that_reverts_again_and_again_waits_longer_each_time() {
        let mut refusals = Refusals::default();
        assert_eq!(refusals.reason(7, 100), None);
        for (nonce, pause) in [4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
            .into_iter()
            .enumerate()
        {
            refusals.note(&settlement(7, nonce as u64, REVERTED), 100);
            let last_second = refusals.reason(7, 100 + pause - 1).unwrap();
            assert!(last_second.ends_with("in 1 s"), "{last_second}");
            assert_eq!(refusals.reason(7, 100 + pause), None);
        }
    }

    #[test]
    fn one_transaction_counts_once() {
        let included = IntentState::Included {
            block: 1,
            hash: B256::ZERO,
            success: false,
        };
        let mut refusals = Refusals::default();
        refusals.note(&settlement(7, 0, included), 100);
        let once = refusals;
        refusals.note(&settlement(7, 0, REVERTED), 102);
        assert_eq!(refusals, once);
    }

    #[test]
    fn what_succeeds_and_what_follows_waits_for_nothing() {
        let mut refusals = Refusals::default();
        refusals.note(&settlement(7, 0, IntentState::Final { success: true }), 100);
        assert_eq!(refusals, Refusals::default());
        refusals.note(&settlement(7, 1, REVERTED), 100);
        assert_eq!(refusals.reason(8, 100), None, "another batch");
        refusals.note(&settlement(8, 2, REVERTED), 100);
        assert_eq!(refusals.reason(8, 104), None, "its first");
    }
}
