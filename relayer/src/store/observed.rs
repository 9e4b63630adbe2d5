//! A store that tells what happens in it: one log line per message and change of stage, and the metrics of durations.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::forward::forward_reader;
use super::{Change, Plan, Reader, Store, StoreError, Writer};
use crate::metrics::Metrics;
use crate::model::{ChainId, ErrandStep, IntentKind, IntentState, MessageRecord, Stage};

/// The first failure of a running store. After one, only opening it again helps, so the process shuts down.
pub struct StoreFailure {
    shutdown: CancellationToken,
    first: OnceLock<(bool, String)>,
}

impl StoreFailure {
    /// Cancels `shutdown` on the first failure.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self {
            shutdown,
            first: OnceLock::new(),
        }
    }

    fn record(&self, error: &StoreError) {
        let disk_full = matches!(error, StoreError::DiskFull { .. });
        tracing::error!(%error, "the store failed; shutting down");
        self.first.get_or_init(|| (disk_full, error.to_string()));
        self.shutdown.cancel();
    }

    /// Whether the disk was full, and what happened.
    pub fn first(&self) -> Option<(bool, String)> {
        self.first.get().cloned()
    }
}

/// The store of the running relayer.
pub struct ObservedStore {
    inner: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    failure: Arc<StoreFailure>,
}

impl ObservedStore {
    /// Observes `inner`.
    pub fn new(inner: Arc<dyn Store>, metrics: Arc<Metrics>, failure: Arc<StoreFailure>) -> Self {
        Self {
            inner,
            metrics,
            failure,
        }
    }

    fn report(&self, step: &Step) {
        let message = &step.message;
        let reason = message.hold.as_ref().map(ToString::to_string);
        tracing::info!(
            trace = message.trace(),
            id = %message.id,
            source = message.source,
            destination = message.destination,
            from = step.from.map(Stage::label),
            to = message.stage.label(),
            reason,
            "message moved"
        );
        if message.stage == Stage::Final {
            self.metrics.observe_delivery(message);
        }
    }
}

forward_reader! { impl for ObservedStore, |store| store.inner }

impl Writer for ObservedStore {
    fn commit(&self, mut changes: Vec<Change>) -> Result<(), StoreError> {
        self.transact(&mut |_| Ok(std::mem::take(&mut changes)))
    }

    fn transact(&self, plan: Plan<'_>) -> Result<(), StoreError> {
        let mut steps = Vec::new();
        let mut errands = Vec::new();
        let mut started = None;
        self.inner
            .transact(&mut |reader| {
                let changes = plan(reader)?;
                steps = steps_of(&changes, reader)?;
                errands = changes.iter().filter_map(ended_errand).collect();
                started = (!changes.is_empty()).then(Instant::now);
                Ok(changes)
            })
            .inspect_err(|error| self.failure.record(error))?;
        if let Some(started) = started {
            self.metrics.observe_commit(started.elapsed().as_secs_f64());
        }
        steps.iter().for_each(|step| self.report(step));
        for (chain, step, success) in errands {
            self.metrics.observe_errand(chain, step, success);
        }
        Ok(())
    }
}

/// A transaction of an errand that has become final.
fn ended_errand(change: &Change) -> Option<(ChainId, ErrandStep, bool)> {
    let Change::PutIntent(intent) = change else {
        return None;
    };
    match (&intent.kind, intent.state) {
        (IntentKind::Errand { step, .. }, IntentState::Final { success }) => {
            Some((intent.chain, *step, success))
        }
        _ => None,
    }
}

/// A message that changes its stage, or appears.
struct Step {
    from: Option<Stage>,
    message: MessageRecord,
}

fn steps_of(changes: &[Change], reader: &dyn Reader) -> Result<Vec<Step>, StoreError> {
    let mut steps = Vec::new();
    for change in changes {
        let Change::PutMessage(message) = change else {
            continue;
        };
        let from = reader.message(message.id)?.map(|known| known.stage);
        if from != Some(message.stage) {
            steps.push(Step {
                from,
                message: MessageRecord::clone(message),
            });
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Progress;
    use crate::store::memory::MemoryStore;
    use crate::store::samples;
    use crate::view::ChainNames;

    fn store() -> (ObservedStore, Arc<Metrics>) {
        let inner = Arc::new(MemoryStore::new(1));
        let metrics = Metrics::new(
            Arc::<MemoryStore>::clone(&inner),
            Arc::new(Progress::default()),
            ChainNames::default(),
        );
        let metrics = Arc::new(metrics);
        let failure = Arc::new(StoreFailure::new(CancellationToken::new()));
        (
            ObservedStore::new(inner, Arc::clone(&metrics), failure),
            metrics,
        )
    }

    fn line(metrics: &Metrics, name: &str) -> String {
        metrics
            .text()
            .unwrap()
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default()
            .to_owned()
    }

    #[test]
    fn commits_are_timed_and_go_through() {
        let (store, metrics) = store();
        store
            .commit(vec![Change::PutBlock(10, samples::block(7))])
            .unwrap();
        store.transact(&mut |_| Ok(Vec::new())).unwrap();
        assert_eq!(store.cursor(10).unwrap(), Some(samples::block(7)));
        assert_eq!(
            line(&metrics, "causeway_store_commit_seconds_count"),
            "causeway_store_commit_seconds_count 1"
        );
    }

    #[test]
    fn transactions_of_errands_are_counted_once_they_are_final() {
        let (store, metrics) = store();
        let kind = IntentKind::Errand {
            id: alloy::primitives::B256::ZERO,
            step: ErrandStep::Return,
        };
        for state in [IntentState::Pending, IntentState::Final { success: false }] {
            let intent = crate::model::Intent {
                kind: kind.clone(),
                ..samples::intent(10, 1, 0, state)
            };
            store
                .commit(vec![Change::PutIntent(Box::new(intent))])
                .unwrap();
        }
        let name = "causeway_errand_transactions_total";
        assert_eq!(
            line(&metrics, name),
            format!("{name}{{chain=\"10\",step=\"return\",success=\"false\"}} 1")
        );
    }

    #[test]
    fn only_a_change_of_stage_is_a_step() {
        let (store, _) = store();
        let message = samples::message(1, 10, 20, Stage::Seen, 5);
        let steps = |message: &MessageRecord| {
            let changes = vec![Change::PutMessage(Box::new(message.clone()))];
            steps_of(&changes, &store)
                .unwrap()
                .iter()
                .map(|step| (step.from, step.message.stage))
                .collect::<Vec<_>>()
        };
        assert_eq!(steps(&message), vec![(None, Stage::Seen)]);
        store
            .commit(vec![Change::PutMessage(Box::new(message.clone()))])
            .unwrap();
        assert_eq!(steps(&message), vec![]);
        let rooted = MessageRecord {
            stage: Stage::Rooted,
            ..message
        };
        assert_eq!(steps(&rooted), vec![(Some(Stage::Seen), Stage::Rooted)]);
    }

    struct Full;
    crate::store::forward::forward_reader! { impl for Full, |_store| MemoryStore::new(1) }
    impl Writer for Full {
        fn commit(&self, _: Vec<Change>) -> Result<(), StoreError> {
            Err(StoreError::DiskFull {
                path: "/data".to_owned(),
            })
        }
        fn transact(&self, plan: Plan<'_>) -> Result<(), StoreError> {
            let changes = plan(&MemoryStore::new(1))?;
            self.commit(changes)
        }
    }

    #[test]
    fn the_first_failure_shuts_down() {
        let shutdown = CancellationToken::new();
        let failure = Arc::new(StoreFailure::new(shutdown.clone()));
        let metrics = Metrics::new(
            Arc::new(MemoryStore::new(1)),
            Arc::new(Progress::default()),
            ChainNames::default(),
        );
        let store = ObservedStore::new(Arc::new(Full), Arc::new(metrics), Arc::clone(&failure));
        assert!(!shutdown.is_cancelled());
        store
            .commit(vec![Change::PutBlock(10, samples::block(7))])
            .unwrap_err();
        assert!(shutdown.is_cancelled());
        let (disk_full, message) = failure.first().unwrap();
        assert!(disk_full && message.contains("no space left"), "{message}");
    }
}
