//! Whether the relayer can do its work, chain by chain. Blind is not ready: a stage that makes no progress, or RPCs that
//! disagree, turn readiness false, whatever the process itself thinks of its health.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::chain::Clock;
use crate::model::{ChainId, UnixSeconds};
use crate::progress::{Progress, StageProgress};
use crate::view::ChainNames;

/// Trouble that passes within this time, in seconds, is not reported.
const PATIENCE: UnixSeconds = 10;

/// The trouble that is reported at once: answers cannot be trusted.
const DISAGREEMENT: &str = "disagreement";

/// A stage that must make progress on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Name of the stage.
    pub stage: &'static str,
    /// The chain.
    pub chain: ChainId,
    /// Longest time between two heartbeats, in seconds.
    pub within: UnixSeconds,
}

/// Why a chain is not served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stage that does not get on.
    pub stage: String,
    /// `no_heartbeat`, or the name of the trouble.
    pub label: String,
    /// What is wrong.
    pub text: String,
    /// Since when, in seconds since the epoch.
    pub since: UnixSeconds,
}

/// Whether a chain is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainReadiness {
    /// The chain.
    pub chain_id: ChainId,
    /// Its name.
    pub name: String,
    /// Whether all of its stages get on.
    pub ready: bool,
    /// Why not.
    pub reasons: Vec<Reason>,
}

/// Whether all chains are served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// Whether all chains are.
    pub ready: bool,
    /// Each chain.
    pub chains: Vec<ChainReadiness>,
}

/// Judges readiness from the progress of the stages.
pub struct Health {
    progress: Arc<Progress>,
    expected: Vec<Expected>,
    names: ChainNames,
    clock: Arc<dyn Clock>,
    started: UnixSeconds,
}

impl Health {
    /// Judges these stages from now on.
    pub fn new(
        progress: Arc<Progress>,
        expected: Vec<Expected>,
        names: ChainNames,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let started = clock.now();
        Self {
            progress,
            expected,
            names,
            clock,
            started,
        }
    }

    /// Whether the relayer can do its work now.
    pub fn readiness(&self) -> Readiness {
        let progress: BTreeMap<_, _> = self.progress.all().into_iter().collect();
        let now = self.clock.now();
        let mut chains: BTreeMap<ChainId, Vec<Reason>> = BTreeMap::new();
        for expected in &self.expected {
            let reasons = chains.entry(expected.chain).or_default();
            reasons.extend(judge(
                expected,
                progress.get(&(expected.stage, expected.chain)),
                self.started,
                now,
            ));
        }
        let chains: Vec<_> = chains
            .into_iter()
            .map(|(chain_id, reasons)| ChainReadiness {
                chain_id,
                name: self.names.name(chain_id),
                ready: reasons.is_empty(),
                reasons,
            })
            .collect();
        Readiness {
            ready: chains.iter().all(|chain| chain.ready),
            chains,
        }
    }
}

/// What keeps the stage from counting as alive. Trouble explains more than silence, so it goes first.
fn judge(
    expected: &Expected,
    entry: Option<&StageProgress>,
    started: UnixSeconds,
    now: UnixSeconds,
) -> Option<Reason> {
    let reason = |label: &str, text: String, since| Reason {
        stage: expected.stage.to_owned(),
        label: label.to_owned(),
        text,
        since,
    };
    let trouble = entry.and_then(|entry| entry.trouble.as_ref());
    if let Some(trouble) = trouble {
        let lasts = now.saturating_sub(trouble.since) >= PATIENCE;
        if lasts || trouble.label == DISAGREEMENT {
            return Some(reason(
                trouble.label,
                trouble.message.clone(),
                trouble.since,
            ));
        }
    }
    let heartbeat = entry.map_or(0, |entry| entry.at);
    match heartbeat {
        0 => Some(reason(
            "no_heartbeat",
            "it has not begun its work yet".to_owned(),
            started,
        )),
        at if now.saturating_sub(at) > expected.within => Some(reason(
            "no_heartbeat",
            format!("no progress for {} s", now.saturating_sub(at)),
            at,
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::*;

    struct Time(AtomicU64);

    #[async_trait::async_trait]
    impl Clock for Time {
        fn now(&self) -> UnixSeconds {
            self.0.load(Ordering::SeqCst)
        }
        async fn sleep(&self, _: Duration) {}
    }

    fn health() -> (Health, Arc<Progress>, Arc<Time>) {
        let progress = Arc::new(Progress::default());
        let time = Arc::new(Time(AtomicU64::new(100)));
        let expected = [10, 20]
            .map(|chain| Expected {
                stage: "watch",
                chain,
                within: 30,
            })
            .to_vec();
        let names = ChainNames::new([(10, "alpha".to_owned()), (20, "beta".to_owned())]);
        (
            Health::new(
                Arc::clone(&progress),
                expected,
                names,
                Arc::<Time>::clone(&time),
            ),
            progress,
            time,
        )
    }

    fn reasons(health: &Health) -> Vec<(String, String)> {
        let readiness = health.readiness();
        assert_eq!(
            readiness.ready,
            readiness
                .chains
                .iter()
                .all(|chain| chain.reasons.is_empty())
        );
        let all = readiness.chains.into_iter().flat_map(|chain| {
            chain
                .reasons
                .into_iter()
                .map(move |reason| (chain.name.clone(), reason.label))
        });
        all.collect()
    }

    fn reason(chain: &str, label: &str) -> (String, String) {
        (chain.to_owned(), label.to_owned())
    }

    #[test]
    fn a_relayer_that_has_not_begun_is_not_ready() {
        let (health, progress, _) = health();
        assert_eq!(
            reasons(&health),
            vec![
                reason("alpha", "no_heartbeat"),
                reason("beta", "no_heartbeat")
            ]
        );
        progress.advanced("watch", 10, 1, 100);
        progress.advanced("watch", 20, 1, 100);
        assert_eq!(reasons(&health), vec![]);
    }

    #[test]
    fn silence_makes_it_blind() {
        let (health, progress, time) = health();
        progress.advanced("watch", 10, 1, 100);
        progress.advanced("watch", 20, 1, 130);
        time.0.store(130, Ordering::SeqCst);
        assert_eq!(reasons(&health), vec![]);
        time.0.store(131, Ordering::SeqCst);
        assert_eq!(reasons(&health), vec![reason("alpha", "no_heartbeat")]);
    }

    #[test]
    fn trouble_counts_once_it_lasts_and_disagreement_at_once() {
        let (health, progress, time) = health();
        progress.advanced("watch", 10, 1, 100);
        progress.advanced("watch", 20, 1, 100);
        progress.failed("watch", 10, "unreachable", "gone".to_owned(), 100);
        assert_eq!(reasons(&health), vec![]);
        progress.failed("watch", 20, DISAGREEMENT, "on a block".to_owned(), 100);
        assert_eq!(reasons(&health), vec![reason("beta", "disagreement")]);
        time.0.store(110, Ordering::SeqCst);
        assert_eq!(
            reasons(&health),
            vec![
                reason("alpha", "unreachable"),
                reason("beta", "disagreement")
            ]
        );
        progress.advanced("watch", 10, 2, 110);
        assert_eq!(reasons(&health), vec![reason("beta", "disagreement")]);
    }
}
