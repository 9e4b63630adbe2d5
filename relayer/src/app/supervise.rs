//! Keeps stages running: one that panics is started again, one that ends with an error ends the process.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::chain::Clock;
use crate::model::ChainId;
use crate::progress::Progress;

/// Pause before the first restart; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Longest pause before a restart.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Runs the stages of a process.
pub(super) struct Supervisor {
    clock: Arc<dyn Clock>,
    progress: Arc<Progress>,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

impl Supervisor {
    /// Nothing runs yet. The stages end when `shutdown` is cancelled, and cancel it when one of them cannot go on.
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        progress: Arc<Progress>,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            clock,
            progress,
            shutdown,
            tasks: JoinSet::new(),
        }
    }

    /// Runs a stage on a chain; `start` is called again after a panic.
    pub(super) fn spawn<E, F>(
        &mut self,
        stage: &'static str,
        chain: ChainId,
        start: impl Fn(CancellationToken) -> F + Send + 'static,
    ) where
        E: Display + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let kept = Kept {
            stage,
            chain,
            clock: Arc::clone(&self.clock),
            progress: Arc::clone(&self.progress),
            shutdown: self.shutdown.clone(),
        };
        self.tasks.spawn(kept.keep(start));
    }

    /// Waits until all stages have ended. Those that take longer than `grace` are cut off, as a kill would cut them off:
    /// what they have committed is all that counts.
    pub(super) async fn ended(mut self, grace: Duration) {
        let clock = Arc::clone(&self.clock);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        tokio::select! {
            () = all => {}
            () = clock.sleep(grace) => tracing::warn!("stages that did not end in time are cut off"),
        }
    }
}

struct Kept {
    stage: &'static str,
    chain: ChainId,
    clock: Arc<dyn Clock>,
    progress: Arc<Progress>,
    shutdown: CancellationToken,
}

impl Kept {
    async fn keep<E, F>(self, start: impl Fn(CancellationToken) -> F + Send + 'static)
    where
        E: Display + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let mut pause = FIRST_PAUSE;
        while !self.shutdown.is_cancelled() {
            match tokio::spawn(start(self.shutdown.clone())).await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => {
                    tracing::error!(stage = self.stage, chain = self.chain, %error, "stage ended; shutting down");
                    self.shutdown.cancel();
                    return;
                }
                Err(panic) => self.report(&panic.to_string()),
            }
            tokio::select! {
                () = self.shutdown.cancelled() => {}
                () = self.clock.sleep(pause) => {}
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    fn report(&self, what: &str) {
        tracing::error!(
            stage = self.stage,
            chain = self.chain,
            what,
            "stage panicked; starting it again"
        );
        self.progress.failed(
            self.stage,
            self.chain,
            "panicked",
            what.to_owned(),
            self.clock.now(),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::model::UnixSeconds;

    struct NoPause;

    #[async_trait::async_trait]
    impl Clock for NoPause {
        fn now(&self) -> UnixSeconds {
            1
        }
        async fn sleep(&self, duration: Duration) {
            if duration == Duration::MAX {
                std::future::pending::<()>().await;
            }
            tokio::task::yield_now().await;
        }
    }

    fn supervisor() -> (Supervisor, CancellationToken, Arc<Progress>) {
        let (shutdown, progress) = (CancellationToken::new(), Arc::new(Progress::default()));
        (
            Supervisor::new(Arc::new(NoPause), Arc::clone(&progress), shutdown.clone()),
            shutdown,
            progress,
        )
    }

    #[tokio::test]
    async fn a_stage_that_panics_is_started_again_and_reported() {
        let (mut supervisor, shutdown, progress) = supervisor();
        let starts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&starts);
        supervisor.spawn("watch", 7, move |_| {
            let start = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(start == 2, "start {start}");
                Ok::<(), String>(())
            }
        });
        supervisor.ended(Duration::MAX).await;
        assert_eq!(starts.load(Ordering::SeqCst), 3);
        assert_eq!(progress.all()[0].1.failures, 2);
        assert!(!shutdown.is_cancelled());
    }

    #[tokio::test]
    async fn a_stage_that_cannot_go_on_ends_all() {
        let (mut supervisor, shutdown, _) = supervisor();
        supervisor.spawn("watch", 7, |_| async { Err::<(), _>("the store is gone") });
        supervisor.spawn("deliver", 8, |shutdown| async move {
            shutdown.cancelled().await;
            Ok::<(), String>(())
        });
        supervisor.ended(Duration::MAX).await;
        assert!(shutdown.is_cancelled());
    }

    #[tokio::test]
    async fn shutdown_ends_a_stage_that_keeps_panicking() {
        let (mut supervisor, shutdown, _) = supervisor();
        let stop = shutdown.clone();
        supervisor.spawn("watch", 7, move |_| {
            stop.cancel();
            async {
                if true {
                    panic!("always")
                } else {
                    Ok::<(), String>(())
                }
            }
        });
        supervisor.ended(Duration::MAX).await;
        assert!(shutdown.is_cancelled());
    }

    #[tokio::test]
    async fn a_stage_that_does_not_end_in_time_is_cut_off() {
        let (mut supervisor, shutdown, _) = supervisor();
        supervisor.spawn("watch", 7, |_| std::future::pending::<Result<(), String>>());
        shutdown.cancel();
        supervisor.ended(Duration::from_secs(1)).await;
    }
}
