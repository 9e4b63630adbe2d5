//! When answers of several providers agree.

/// What the answers so far amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict<T> {
    /// So many gave this answer as were asked for.
    Agreed(T),
    /// More answers are needed, and may still come.
    Open,
    /// No more answers come, and those that came differ.
    Disagreed,
    /// No more answers come, and too few came.
    TooFew {
        /// How many came.
        answers: usize,
    },
}

/// Judges `answers`, while `outstanding` more may come.
pub(super) fn judge<T: Clone + PartialEq>(
    answers: &[T],
    outstanding: usize,
    needed: usize,
) -> Verdict<T> {
    for answer in answers {
        if answers.iter().filter(|other| *other == answer).count() >= needed {
            return Verdict::Agreed(answer.clone());
        }
    }
    if outstanding > 0 {
        return Verdict::Open;
    }
    match answers.split_first() {
        Some((first, rest)) if rest.iter().any(|other| other != first) => Verdict::Disagreed,
        _ => Verdict::TooFew {
            answers: answers.len(),
        },
    }
}

/// Heads that `needed` providers have reached, the newest first: from the `needed`-th largest on.
pub(super) fn common_heads(heads: &[u64], needed: usize) -> Vec<u64> {
    let mut sorted = heads.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let mut common = sorted.split_off(needed.saturating_sub(1).min(heads.len()));
    common.dedup();
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let cases: [(&[u8], usize, usize, Verdict<u8>); 9] = [
            (&[], 3, 2, Verdict::Open),
            (&[1], 2, 2, Verdict::Open),
            (&[1], 2, 1, Verdict::Agreed(1)),
            (&[1, 1], 1, 2, Verdict::Agreed(1)),
            (&[1, 2], 1, 2, Verdict::Open),
            (&[1, 2, 2], 0, 2, Verdict::Agreed(2)),
            (&[1, 2], 0, 2, Verdict::Disagreed),
            (&[1], 0, 2, Verdict::TooFew { answers: 1 }),
            (&[], 0, 1, Verdict::TooFew { answers: 0 }),
        ];
        for (answers, outstanding, needed, expected) in cases {
            assert_eq!(
                judge(answers, outstanding, needed),
                expected,
                "{answers:?} {outstanding} {needed}"
            );
        }
    }

    #[test]
    fn a_lone_provider_cannot_push_the_head() {
        assert_eq!(common_heads(&[10, 1_000_000, 12], 2), [12, 10]);
        assert_eq!(common_heads(&[10, 12], 2), [10]);
        assert_eq!(common_heads(&[10, 10, 12], 1), [12, 10]);
        assert!(common_heads(&[10], 2).is_empty());
    }
}
