//! When is a batch closed, and with which block? A pure decision.

use crate::model::{BlockRef, UnixSeconds};

/// Leaves that one log tree holds.
pub const MAX_LEAVES: u64 = 1 << 14;

/// Effects on swaps of one batch: L1 writes several slots for each, and a transaction may take so much gas and no more.
pub const MAX_EFFECTS: u64 = 64;

/// Entries of the ledger in one batch, for the same reason: L1 writes two slots for each.
pub const MAX_ENTRIES: u64 = 128;

/// When a batch is closed. Whatever comes first decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealPolicy {
    /// After so many blocks, empty or not.
    pub after_blocks: u64,
    /// So many seconds after the first block that holds a leaf or does something to a swap. A chain without either is not
    /// settled by time.
    pub after_seconds: u64,
    /// Once so many leaves wait.
    pub after_leaves: u64,
    /// Most bytes of batch data, before compression.
    pub max_data_bytes: u64,
}

/// What the decision needs to know about a block that is not in a batch yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingBlock {
    /// The block.
    pub block: BlockRef,
    /// Leaves its outbox emitted.
    pub leaves: u64,
    /// How often it did something to a swap.
    pub effects: u64,
    /// Assets that it moved, to or from another chain, and that no pending block before it did.
    pub entries: u64,
    /// Priority operations it consumed.
    pub operations: u64,
    /// Bytes it adds to the batch data.
    pub data_bytes: u64,
}

/// The last block of the next batch, or `None` to wait. `pending` are the final blocks after the last batch, in order.
///
/// A batch always takes at least one block, and never more leaves than a log tree holds, nor more effects on swaps,
/// entries of the ledger or data than allowed, unless a single block does.
pub fn seal(policy: &SealPolicy, pending: &[PendingBlock], now: UnixSeconds) -> Option<BlockRef> {
    let fitting = fitting(policy, pending);
    let full = fitting.len() < pending.len();
    let last = fitting.last()?;
    (full || is_due(policy, fitting, now)).then_some(last.block)
}

/// What a frozen chain must have done before it is live again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Swaps to bury.
    pub burials: u64,
    /// Operations to consume: all that have expired.
    pub operations: u64,
}

/// What a frozen chain has done fits no batch: a log tree has no room for all that it did before it had buried everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FitsNoBatch;

/// The last block of the next batch of a frozen chain, or `None` to wait.
///
/// L1 takes a batch of a frozen chain that consumes operations once all is buried, or that buries and does nothing else. The
/// chain is live with the one that leaves no expired operation: so all that is owed is one batch, with what has not expired,
/// where it fits the limits. Where it does not, a batch takes as much as fits, and the chain stays frozen for the rest; it
/// takes more where nothing less is a batch. Blocks in which nothing happens do not make it longer.
pub fn seal_recovery(
    policy: &SealPolicy,
    owed: &Owed,
    pending: &[PendingBlock],
) -> Result<Option<BlockRef>, FitsNoBatch> {
    let sums: Vec<_> = sums(pending).collect();
    let is_part = |sum: &&Sum| sum.happened && owed.takes(sum);
    let fits = |sum: &&Sum| sum.fits(policy);
    let is_full = !sums.iter().all(|sum| sum.fits(policy));
    let most = sums.iter().take_while(fits).filter(is_part).last();
    let least = || sums.iter().find(is_part);
    match most.or_else(|| is_full.then(least).flatten()) {
        Some(part) if part.leaves > MAX_LEAVES => Err(FitsNoBatch),
        Some(part) if is_full || owed.is_done(part) => Ok(Some(part.last)),
        _ => Ok(None),
    }
}

impl Owed {
    /// Whether L1 takes what was done as a batch.
    fn takes(&self, sum: &Sum) -> bool {
        match sum.operations {
            0 => sum.effects <= self.burials,
            _ => sum.effects >= self.burials,
        }
    }

    fn is_done(&self, sum: &Sum) -> bool {
        sum.operations >= self.operations.max(1) && sum.effects >= self.burials
    }
}

/// What blocks up to one have done.
#[derive(Clone, Copy, Debug)]
struct Sum {
    last: BlockRef,
    happened: bool,
    leaves: u64,
    effects: u64,
    operations: u64,
    entries: u64,
    data_bytes: u64,
}

impl Sum {
    fn fits(&self, policy: &SealPolicy) -> bool {
        self.leaves <= MAX_LEAVES
            && self.effects <= MAX_EFFECTS
            && self.entries <= MAX_ENTRIES
            && self.data_bytes <= policy.max_data_bytes
    }
}

fn sums(pending: &[PendingBlock]) -> impl Iterator<Item = Sum> {
    let mut totals = [0_u64; 5];
    pending.iter().map(move |block| {
        let counts = [block.leaves, block.effects, block.operations];
        let added = counts.into_iter().chain([block.entries, block.data_bytes]);
        for (total, count) in totals.iter_mut().zip(added) {
            *total = total.saturating_add(count);
        }
        let [leaves, effects, operations, entries, data_bytes] = totals;
        Sum {
            last: block.block,
            happened: counts != [0; 3],
            leaves,
            effects,
            operations,
            entries,
            data_bytes,
        }
    })
}

fn fitting<'a>(policy: &SealPolicy, pending: &'a [PendingBlock]) -> &'a [PendingBlock] {
    let fits = |sum: &Sum| sum.fits(policy);
    let count = sums(pending).take_while(fits).count().max(1);
    pending.get(..count).unwrap_or(pending)
}

fn is_due(policy: &SealPolicy, blocks: &[PendingBlock], now: UnixSeconds) -> bool {
    let leaves = blocks
        .iter()
        .fold(0_u64, |sum, block| sum.saturating_add(block.leaves));
    let waiting_since = blocks
        .iter()
        .find(|block| block.leaves > 0 || block.effects > 0)
        .map(|block| block.block.timestamp);
    // Blocks bear the chain's time, and this machine's clock may be behind that.
    let reached = blocks.last().map_or(0, |block| block.block.timestamp);
    let now = now.max(reached);
    let waited = waiting_since.map(|since| now.saturating_sub(since));
    blocks.len() as u64 >= policy.after_blocks
        || leaves >= policy.after_leaves
        || waited.is_some_and(|waited| waited >= policy.after_seconds)
}

#[cfg(test)]
mod tests {
    use alloy::primitives::B256;
    use proptest::prelude::*;

    use super::*;

    const POLICY: SealPolicy = SealPolicy {
        after_blocks: 10,
        after_seconds: 5,
        after_leaves: 4,
        max_data_bytes: 1_000,
    };

    fn pending(leaves: &[u64]) -> Vec<PendingBlock> {
        let block = |(number, &leaves): (usize, &u64)| PendingBlock {
            block: BlockRef {
                number: number as u64,
                hash: B256::ZERO,
                timestamp: 100 + number as u64,
            },
            leaves,
            effects: 0,
            operations: 0,
            entries: 0,
            data_bytes: 10,
        };
        leaves.iter().enumerate().map(block).collect()
    }

    #[test]
    fn each_rule_closes_a_batch() {
        let table: &[(&str, &[u64], UnixSeconds, Option<u64>)] = &[
            ("nothing to close", &[], 1_000, None),
            ("an idle chain waits", &[0, 0, 0], 1_000, None),
            ("block count", &[0; 10], 100, Some(9)),
            ("leaves", &[1, 3], 101, Some(1)),
            ("a leaf waits", &[0, 1, 0], 105, None),
            ("time since the first leaf", &[0, 1, 0], 106, Some(2)),
            ("a clock that runs behind waits", &[1], 50, None),
            (
                "the chain's own time counts too",
                &[1, 0, 0, 0, 0, 0],
                50,
                Some(5),
            ),
        ];
        for (name, leaves, now, expected) in table {
            assert_eq!(
                seal(&POLICY, &pending(leaves), *now).map(|block| block.number),
                *expected,
                "{name}"
            );
        }
    }

    #[test]
    fn what_was_done_to_a_swap_waits_no_longer_than_a_leaf() {
        let mut blocks = pending(&[0, 0, 0]);
        assert_eq!(seal(&POLICY, &blocks, 1_000), None);
        blocks[1].effects = 1;
        assert_eq!(seal(&POLICY, &blocks, 105), None);
        let closed = seal(&POLICY, &blocks, 106);
        assert_eq!(closed.map(|block| block.number), Some(2));
        blocks[2].effects = MAX_EFFECTS;
        let closed = seal(&POLICY, &blocks, 100);
        assert_eq!(closed.map(|block| block.number), Some(1), "it is full");
    }

    #[test]
    fn no_batch_has_more_entries_than_l1_takes_at_once() {
        let mut blocks = pending(&[0, 0, 0]);
        (blocks[0].entries, blocks[1].entries) = (MAX_ENTRIES - 1, 1);
        assert_eq!(seal(&POLICY, &blocks, 100), None);
        blocks[2].entries = 1;
        let closed = seal(&POLICY, &blocks, 100);
        assert_eq!(closed.map(|block| block.number), Some(1));
    }

    /// Blocks with these effects and operations; each operation leaves its status.
    fn recovery(blocks: &[(u64, u64)]) -> Vec<PendingBlock> {
        let leaves: Vec<_> = blocks.iter().map(|(_, operations)| *operations).collect();
        let mut pending = pending(&leaves);
        for (block, (effects, operations)) in pending.iter_mut().zip(blocks) {
            (block.effects, block.operations) = (*effects, *operations);
        }
        pending
    }

    const ROOMY: SealPolicy = SealPolicy {
        max_data_bytes: u64::MAX,
        ..POLICY
    };

    fn sealed(
        policy: &SealPolicy,
        [burials, operations]: [u64; 2],
        blocks: &[PendingBlock],
    ) -> Option<u64> {
        let owed = Owed {
            burials,
            operations,
        };
        let last = seal_recovery(policy, &owed, blocks).expect("it fits");
        last.map(|block| block.number)
    }

    /// Name, what is owed, effects and operations of each block, last block of the batch.
    type Case<'a> = (&'a str, [u64; 2], &'a [(u64, u64)], Option<u64>);

    #[test]
    fn a_recovery_is_one_batch_where_it_fits() {
        let table: &[Case<'_>] = &[
            ("nothing is there", [0, 1], &[], None),
            ("too little is there", [0, 2], &[(0, 1), (0, 0)], None),
            ("a burial is missing", [2, 1], &[(1, 0), (0, 1)], None),
            ("burials alone wait", [2, 1], &[(1, 0), (1, 0)], None),
            ("nothing has expired, they say", [0, 0], &[(0, 0)], None),
            (
                "idle blocks stay out",
                [1, 1],
                &[(0, 0), (1, 0), (0, 1), (0, 0)],
                Some(2),
            ),
            (
                "what has not expired goes along",
                [0, 1],
                &[(0, 1), (0, 1)],
                Some(1),
            ),
        ];
        for (name, owed, blocks, expected) in table {
            let found = sealed(&ROOMY, *owed, &recovery(blocks));
            assert_eq!(found, *expected, "{name}");
        }
    }

    #[test]
    fn a_recovery_that_is_too_large_is_cut() {
        let most = MAX_EFFECTS;
        let table: &[Case<'_>] = &[
            (
                "after the operations that fit",
                [0, 2],
                &[(most, 1), (1, 1), (0, 1)],
                Some(0),
            ),
            (
                "whether or not they had expired",
                [0, 1],
                &[(most, 1), (1, 1)],
                Some(0),
            ),
            (
                "after the burials",
                [most, 1],
                &[(most, 0), (0, 0), (1, 1)],
                Some(0),
            ),
            (
                "or a part of them",
                [most + 2, 1],
                &[(most, 0), (2, 0), (0, 1)],
                Some(0),
            ),
            (
                "not before the last burial",
                [1, 2],
                &[(0, 1), (most, 0), (1, 1)],
                Some(1),
            ),
            (
                "not within a block",
                [most + 1, 1],
                &[(most + 1, 0), (0, 1)],
                Some(0),
            ),
            (
                "not within what must stand together",
                [most + 1, 2],
                &[(0, 1), (most + 1, 0), (0, 1)],
                Some(1),
            ),
        ];
        for (name, owed, blocks, expected) in table {
            let found = sealed(&ROOMY, *owed, &recovery(blocks));
            assert_eq!(found, *expected, "{name}");
        }
    }

    /// More operations than a log tree has leaves, and than a batch has data.
    #[test]
    fn a_recovery_is_as_many_batches_as_its_leaves_and_its_data_need() {
        let cases = [
            ("leaves", ROOMY, MAX_LEAVES / 2, 2),
            ("data", POLICY, 1, POLICY.max_data_bytes / 10),
        ];
        for (name, policy, per_block, in_one) in cases {
            let mut blocks = recovery(&vec![(0, per_block); 3 * in_one as usize + 1]);
            let mut batches = Vec::new();
            while let Some(first) = blocks.first() {
                let first = first.block.number;
                let owed = blocks.iter().map(|block| block.operations).sum();
                let last = sealed(&policy, [0, owed], &blocks).expect("a part");
                blocks.retain(|block| block.block.number > last);
                batches.push(last + 1 - first);
            }
            assert_eq!(batches, [in_one, in_one, in_one, 1], "{name}");
        }
    }

    #[test]
    fn what_was_consumed_before_the_last_burial_may_fit_no_batch() {
        let owed = Owed {
            burials: 1,
            operations: 2,
        };
        let blocks = recovery(&[(0, MAX_LEAVES), (0, 1), (1, 0)]);
        assert_eq!(seal_recovery(&ROOMY, &owed, &blocks), Err(FitsNoBatch));
        let blocks = recovery(&[(0, MAX_LEAVES - 1), (1, 1)]);
        assert_eq!(sealed(&ROOMY, [1, 2], &blocks), Some(1));
    }

    #[test]
    fn a_full_batch_closes_before_the_block_that_does_not_fit() {
        let policy = SealPolicy {
            after_leaves: u64::MAX,
            ..POLICY
        };
        let closed = seal(&policy, &pending(&[MAX_LEAVES - 1, 1, 1]), 100);
        assert_eq!(closed.map(|block| block.number), Some(1));
        let policy = SealPolicy {
            max_data_bytes: 25,
            ..policy
        };
        assert_eq!(
            seal(&policy, &pending(&[0, 0, 0]), 100).map(|block| block.number),
            Some(1)
        );
    }

    #[test]
    fn a_block_that_is_too_large_alone_is_a_batch_of_its_own() {
        let policy = SealPolicy {
            max_data_bytes: 5,
            ..POLICY
        };
        assert_eq!(
            seal(&policy, &pending(&[0, 0]), 100).map(|block| block.number),
            Some(0)
        );
    }

    proptest! {
        #[test]
        fn a_batch_fits_its_log_tree(leaves in prop::collection::vec(0..9_000_u64, 1..30), now in 0..1_000_u64) {
            let pending = pending(&leaves);
            if let Some(last) = seal(&POLICY, &pending, now) {
                let inside = pending.iter().filter(|block| block.block.number <= last.number);
                prop_assert!(inside.map(|block| block.leaves).sum::<u64>() <= MAX_LEAVES);
            }
        }
    }
}
