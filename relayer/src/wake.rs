//! Hints between stages. A hint may be lost: every stage also looks by itself after a while.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::chain::Clock;

/// Wakes one stage when there may be work for it.
#[derive(Debug, Default)]
pub struct Wake {
    notify: Notify,
    reorgs: AtomicU64,
}

impl Wake {
    /// There may be work.
    pub fn wake(&self) {
        self.notify.notify_one();
    }

    /// Something stored was taken back: whoever keeps derived state in memory must derive it again.
    pub fn reorged(&self) {
        self.reorgs.fetch_add(1, Ordering::AcqRel);
        self.wake();
    }

    /// How often something was taken back so far.
    pub fn reorgs(&self) -> u64 {
        self.reorgs.load(Ordering::Acquire)
    }

    /// Waits for a hint, at most for `longest`. False when it is time to shut down.
    pub async fn wait(
        &self,
        clock: &dyn Clock,
        longest: Duration,
        shutdown: &CancellationToken,
    ) -> bool {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return false,
            () = self.notify.notified() => {}
            () = clock.sleep(longest) => {}
        }
        !shutdown.is_cancelled()
    }
}
