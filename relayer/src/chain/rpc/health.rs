//! Health of one provider, and the circuit breaker that spares a dead one.

use std::time::Duration;

/// Failures in a row that open the circuit.
const OPENS_AFTER: u32 = 3;
/// First pause; each further failure doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A provider whose head is more blocks behind the best one's is asked last.
const STALE_AFTER: u64 = 16;

/// What is known about a provider. Times are durations since the start of the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Health {
    failures: u32,
    open_until: Option<Duration>,
    head: u64,
}

impl Health {
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.open_until = None;
    }

    pub(super) fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= OPENS_AFTER {
            let doublings = self.failures.saturating_sub(OPENS_AFTER).min(8);
            let pause = FIRST_PAUSE
                .saturating_mul(1 << doublings)
                .min(LONGEST_PAUSE);
            self.open_until = Some(now.saturating_add(pause));
        }
    }

    pub(super) fn saw_head(&mut self, number: u64) {
        self.head = number;
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// Whether calls may go there; once the pause is over a single failure starts the next.
    pub(super) fn usable(&self, now: Duration) -> bool {
        self.open_until.is_none_or(|until| until <= now)
    }

    /// Order of preference, best first: fresh before stale, then by failures.
    pub(super) fn rank(&self, best_head: u64) -> (bool, u32) {
        (
            self.head.saturating_add(STALE_AFTER) < best_head,
            self.failures,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_circuit_opens_after_failures_in_a_row_and_pauses_double() {
        let mut health = Health::default();
        health.failed(at(0));
        health.failed(at(0));
        assert!(health.usable(at(0)));
        health.succeeded();
        for _ in 0..2 {
            health.failed(at(0));
        }
        assert!(
            health.usable(at(0)),
            "a success in between starts the count again"
        );
        health.failed(at(0));
        assert!(!health.usable(at(0)));
        assert!(health.usable(at(1)));
        health.failed(at(1));
        assert!(!health.usable(at(2)));
        assert!(health.usable(at(3)));
        for _ in 0..40 {
            health.failed(at(10));
        }
        assert!(
            health.usable(at(40)),
            "no pause is longer than half a minute"
        );
        health.succeeded();
        assert!(health.usable(at(10)));
    }

    #[test]
    fn stale_providers_rank_behind_failing_ones() {
        let mut stale = Health::default();
        stale.saw_head(80);
        let mut failing = Health::default();
        failing.saw_head(99);
        failing.failed(at(0));
        assert!(failing.rank(100) < stale.rank(100));
        let mut slightly_behind = Health::default();
        slightly_behind.saw_head(95);
        assert!(slightly_behind.rank(100) < failing.rank(100));
    }
}
