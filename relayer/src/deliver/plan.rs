//! Which messages go into which transaction. Pure.

use std::collections::BTreeMap;

use alloy::primitives::B256;

use crate::model::ChainId;

/// Limits of one delivery transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Most messages.
    pub messages: usize,
    /// Most gas.
    pub gas: u64,
    /// Most bytes of calldata, all proofs included.
    pub bytes: usize,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            messages: 32,
            gas: 12_000_000,
            bytes: 96 * 1024,
        }
    }
}

/// Gas to record a batch root.
const RECORD_GAS: u64 = 120_000;
/// Gas of a transaction apart from its deliveries.
const BASE_GAS: u64 = 60_000;

/// A message whose delivery was simulated with success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) id: B256,
    pub(super) source: ChainId,
    pub(super) batch: u64,
    /// Gas of its delivery by itself.
    pub(super) gas: u64,
    /// Bytes of its delivery by itself.
    pub(super) bytes: usize,
    /// How often it was sent before and did not execute.
    pub(super) attempts: u32,
}

/// Gas limit of a transaction with these messages. The handler gives each delivery an equal share of what is left, so each
/// share must do for the most expensive one.
pub(super) fn gas_limit(messages: &[Ready]) -> u64 {
    let count = u64::try_from(messages.len()).unwrap_or(u64::MAX);
    let most = messages
        .iter()
        .map(|ready| ready.gas)
        .max()
        .unwrap_or_default();
    let with_margin = most.saturating_add(most.div_ceil(8));
    let recorded = u64::try_from(shared_batches(messages).len()).unwrap_or(u64::MAX);
    BASE_GAS
        .saturating_add(RECORD_GAS.saturating_mul(recorded))
        .saturating_add(with_margin.saturating_mul(count))
}

/// Batches that more than one of the messages come from: it pays to record their root first.
pub(super) fn shared_batches(messages: &[Ready]) -> Vec<(ChainId, u64)> {
    let mut counts = BTreeMap::<_, usize>::new();
    for ready in messages {
        let count = counts.entry((ready.source, ready.batch)).or_default();
        *count = count.saturating_add(1);
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(key, _)| key)
        .collect()
}

/// Puts messages into transactions. Messages of the same batch stand together. One that was sent before without effect
/// goes alone, so that it cannot spoil the delivery of others; fresh ones go first.
pub(super) fn transactions(mut ready: Vec<Ready>, limits: &BatchLimits) -> Vec<Vec<Ready>> {
    ready.sort_by_key(|ready| (ready.attempts, ready.source, ready.batch, ready.id));
    let mut transactions: Vec<Vec<Ready>> = Vec::new();
    for message in ready {
        match transactions
            .last_mut()
            .filter(|open| fits(open, &message, limits))
        {
            Some(open) => open.push(message),
            None => transactions.push(vec![message]),
        }
    }
    transactions
}

fn fits(open: &[Ready], next: &Ready, limits: &BatchLimits) -> bool {
    let fresh = next.attempts == 0 && open.iter().all(|ready| ready.attempts == 0);
    let bytes = open
        .iter()
        .fold(next.bytes, |sum, ready| sum.saturating_add(ready.bytes));
    let mut together = open.to_vec();
    together.push(next.clone());
    fresh
        && open.len() < limits.messages
        && bytes <= limits.bytes
        && gas_limit(&together) <= limits.gas
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(id: u8, batch: u64, gas: u64, attempts: u32) -> Ready {
        Ready {
            id: B256::repeat_byte(id),
            source: 1,
            batch,
            gas,
            bytes: 1_000,
            attempts,
        }
    }

    fn ids(transactions: &[Vec<Ready>]) -> Vec<Vec<u8>> {
        transactions
            .iter()
            .map(|tx| tx.iter().map(|ready| ready.id[0]).collect())
            .collect()
    }

    fn limits(messages: usize, gas: u64, bytes: usize) -> BatchLimits {
        BatchLimits {
            messages,
            gas,
            bytes,
        }
    }

    #[test]
    fn messages_are_packed_by_count_gas_and_size() {
        let five = || {
            (1..=5)
                .map(|id| ready(id, 1, 80_000, 0))
                .collect::<Vec<_>>()
        };
        let cases = [
            (limits(32, 12_000_000, 96_000), vec![vec![1, 2, 3, 4, 5]]),
            (
                limits(2, 12_000_000, 96_000),
                vec![vec![1, 2], vec![3, 4], vec![5]],
            ),
            (limits(32, 450_000, 96_000), vec![vec![1, 2, 3], vec![4, 5]]),
            (
                limits(32, 12_000_000, 2_500),
                vec![vec![1, 2], vec![3, 4], vec![5]],
            ),
            (
                limits(0, 0, 0),
                vec![vec![1], vec![2], vec![3], vec![4], vec![5]],
            ),
        ];
        for (limits, expected) in cases {
            assert_eq!(ids(&transactions(five(), &limits)), expected, "{limits:?}");
        }
    }

    #[test]
    fn what_failed_before_goes_alone_and_last() {
        let mixed = vec![
            ready(1, 1, 80_000, 2),
            ready(2, 1, 80_000, 0),
            ready(3, 1, 80_000, 1),
            ready(4, 1, 80_000, 0),
        ];
        assert_eq!(
            ids(&transactions(mixed, &BatchLimits::default())),
            vec![vec![2, 4], vec![3], vec![1]]
        );
    }

    #[test]
    fn messages_of_a_batch_stand_together() {
        let mixed = vec![
            ready(1, 7, 80_000, 0),
            ready(2, 6, 80_000, 0),
            ready(3, 7, 80_000, 0),
        ];
        let transactions = transactions(mixed, &BatchLimits::default());
        assert_eq!(ids(&transactions), vec![vec![2, 1, 3]]);
        assert_eq!(shared_batches(&transactions[0]), vec![(1, 7)]);
    }

    #[test]
    fn every_equal_share_of_the_gas_does_for_the_most_expensive() {
        let messages = [
            ready(1, 1, 80_000, 0),
            ready(2, 2, 800_000, 0),
            ready(3, 3, 80_000, 0),
        ];
        assert!((gas_limit(&messages) - BASE_GAS) / 3 >= 800_000);
        let shared = [ready(1, 1, 80_000, 0), ready(2, 1, 80_000, 0)];
        assert_eq!(gas_limit(&shared), BASE_GAS + RECORD_GAS + 180_000);
    }
}
