//! When is a batch closed, and with which block? A pure decision.

use crate::model::{BlockRef, UnixSeconds};

/// Leaves that one log tree holds.
pub const MAX_LEAVES: u64 = 1 << 14;

/// Effects on swaps of one batch: L1 writes several slots for each, and a transaction may take so much gas and no more.
pub const MAX_EFFECTS: u64 = 64;

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
    /// Priority operations it consumed.
    pub operations: u64,
    /// Bytes it adds to the batch data.
    pub data_bytes: u64,
}

/// The last block of the next batch, or `None` to wait. `pending` are the final blocks after the last batch, in order.
///
/// A batch always takes at least one block, and never more leaves than a log tree holds, nor more effects on swaps or more
/// data than allowed, unless a single block does.
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

/// The last block of the next batch of a frozen chain whose pending blocks do all that is owed.
///
/// L1 takes no batch of a frozen chain that leaves an expired operation, unless it only buries. So all is one batch, whatever
/// a batch of a live chain may hold; where burials come first and make it too large, they are a batch of their own. Blocks
/// in which nothing happens do not make it longer.
pub fn seal_recovery(owed: &Owed, pending: &[PendingBlock]) -> Option<BlockRef> {
    let sums: Vec<_> = sums(pending).collect();
    let fits = |sum: &&Sum| sum.leaves <= MAX_LEAVES && sum.effects <= MAX_EFFECTS;
    let is_enough = |sum: &&Sum| sum.effects >= owed.burials && sum.operations >= owed.operations;
    let happened = |sum: &&Sum| sum.happened;
    let only_buries = |sum: &&Sum| sum.operations == 0 && sum.effects <= owed.burials;
    let enough = sums.iter().find(is_enough)?;
    let fitting = sums.iter().take_while(fits).filter(happened).last();
    let all = fitting.filter(is_enough);
    let burials = || {
        sums.iter()
            .take_while(fits)
            .filter(only_buries)
            .filter(happened)
            .last()
    };
    Some(all.or_else(burials).unwrap_or(enough).last)
}

/// What blocks up to one have done.
#[derive(Clone, Copy, Debug)]
struct Sum {
    last: BlockRef,
    happened: bool,
    leaves: u64,
    effects: u64,
    operations: u64,
}

fn sums(pending: &[PendingBlock]) -> impl Iterator<Item = Sum> {
    let mut totals = [0_u64; 3];
    pending.iter().map(move |block| {
        let counts = [block.leaves, block.effects, block.operations];
        for (total, count) in totals.iter_mut().zip(counts) {
            *total = total.saturating_add(count);
        }
        let [leaves, effects, operations] = totals;
        Sum {
            last: block.block,
            happened: counts != [0; 3],
            leaves,
            effects,
            operations,
        }
    })
}

fn fitting<'a>(policy: &SealPolicy, pending: &'a [PendingBlock]) -> &'a [PendingBlock] {
    let mut leaves = 0_u64;
    let mut effects = 0_u64;
    let mut data_bytes = 0_u64;
    let end = pending.iter().take_while(|block| {
        leaves = leaves.saturating_add(block.leaves);
        effects = effects.saturating_add(block.effects);
        data_bytes = data_bytes.saturating_add(block.data_bytes);
        leaves <= MAX_LEAVES && effects <= MAX_EFFECTS && data_bytes <= policy.max_data_bytes
    });
    let count = end.count().max(1);
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

    /// Blocks with these effects and operations; each operation leaves its status.
    fn recovery(blocks: &[(u64, u64)]) -> Vec<PendingBlock> {
        let leaves: Vec<_> = blocks.iter().map(|(_, operations)| *operations).collect();
        let mut pending = pending(&leaves);
        for (block, (effects, operations)) in pending.iter_mut().zip(blocks) {
            (block.effects, block.operations) = (*effects, *operations);
        }
        pending
    }

    /// Name, what is owed, effects and operations of each block, last block of the batch.
    type Case<'a> = (&'a str, [u64; 2], &'a [(u64, u64)], Option<u64>);

    #[test]
    fn a_recovery_is_one_batch_unless_its_burials_alone_can_go_first() {
        let most = MAX_EFFECTS;
        let table: &[Case<'_>] = &[
            ("nothing is there", [0, 1], &[], None),
            ("too little is there", [0, 2], &[(0, 1), (0, 0)], None),
            ("a burial is missing", [2, 1], &[(1, 0), (0, 1)], None),
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
            ("but need not", [0, 1], &[(most, 1), (1, 1)], Some(0)),
            (
                "burials go first",
                [most, 1],
                &[(most, 0), (0, 0), (1, 1)],
                Some(0),
            ),
            (
                "as many as fit",
                [most + 2, 1],
                &[(most, 0), (2, 0), (0, 1)],
                Some(0),
            ),
            (
                "operations are not split",
                [0, 2],
                &[(most, 1), (1, 1), (0, 1)],
                Some(1),
            ),
            (
                "nor with burials among them",
                [1, 2],
                &[(0, 1), (most, 0), (1, 1)],
                Some(2),
            ),
            (
                "a block cannot be split",
                [most + 1, 1],
                &[(most + 1, 0), (0, 1)],
                Some(1),
            ),
        ];
        for (name, [burials, operations], blocks, expected) in table {
            let owed = Owed {
                burials: *burials,
                operations: *operations,
            };
            let last = seal_recovery(&owed, &recovery(blocks));
            assert_eq!(last.map(|block| block.number), *expected, "{name}");
        }
    }

    #[test]
    fn a_recovery_heeds_no_limit_of_a_live_chain() {
        let blocks = recovery(&[(0, 1); 200]);
        let owed = Owed {
            burials: 0,
            operations: 200,
        };
        assert!(seal(&POLICY, &blocks, 0).is_some_and(|last| last.number < 199));
        let last = seal_recovery(&owed, &blocks);
        assert_eq!(last.map(|block| block.number), Some(199));
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
