//! Gas of a settlement that cannot be estimated, since an estimate carries no blobs.

use super::derive::DerivedBatch;

/// Twice what a batch costs beside its verifier and all that grows with what is in it.
const BATCH: u64 = 1_500_000;

/// Most for what a batch did to one swap: its slot, two accounts of the ledger, the events.
const EFFECT: u64 = 200_000;

/// Most for an entry of the ledger: two accounts of it, the event.
const ENTRY: u64 = 80_000;

/// Most for an imported root.
const ROOT: u64 = 15_000;

/// The most that a transaction may use (EIP-7825); L1 takes none that asks for more.
const MOST: u64 = 1 << 24;

/// Gas limit of a settlement with blobs.
pub(super) fn with_blobs(batch: &DerivedBatch) -> u64 {
    limit([
        (batch.effects.len(), EFFECT),
        (batch.ledger.len(), ENTRY),
        (batch.dependencies.len(), ROOT),
    ])
}

fn limit(parts: [(usize, u64); 3]) -> u64 {
    let add = |gas: u64, (count, each): (usize, u64)| {
        gas.saturating_add(each.saturating_mul(count as u64))
    };
    parts.into_iter().fold(BATCH, add).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_with_a_batch_has_gas_and_never_more_than_l1_takes() {
        let of =
            |effects, entries, roots| limit([(effects, EFFECT), (entries, ENTRY), (roots, ROOT)]);
        assert_eq!(of(0, 0, 0), BATCH);
        assert_eq!(of(1, 0, 0), 1_700_000);
        // Thirty items to another chain: two new words each.
        assert!(of(0, 30, 0) > BATCH + 30 * 2 * 22_100);
        assert_eq!(of(0, 0, 100), 3_000_000);
        assert_eq!(of(64, 128, 0), MOST);
        assert_eq!(of(usize::MAX, usize::MAX, usize::MAX), MOST);
    }
}
