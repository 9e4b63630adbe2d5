//! The clocks of all chains: that of this machine, and what was skipped.

use tokio::sync::{Mutex, MutexGuard};

use std::sync::Arc;

use eyre::Result;

use crate::{clock::advance, devnet::Devnet, soak::now};

/// What was skipped so far, in seconds, and in how many parts.
#[derive(Clone, Copy, Debug, Default)]
struct Skipped {
    seconds: u64,
    times: usize,
}

/// All chains have the same time.
#[derive(Clone)]
pub(super) struct Clock<'a> {
    devnet: &'a Devnet,
    skipped: Arc<Mutex<Skipped>>,
}

/// The time, which nobody puts forward as long as this is held.
pub(super) struct Held<'a>(MutexGuard<'a, Skipped>);

impl Held<'_> {
    pub(super) fn seconds(&self) -> u64 {
        now() + self.0.seconds
    }
}

impl<'a> Clock<'a> {
    pub(super) fn new(devnet: &'a Devnet) -> Self {
        Self {
            devnet,
            skipped: Arc::default(),
        }
    }

    pub(super) async fn hold(&self) -> Held<'_> {
        Held(self.skipped.lock().await)
    }

    /// Puts all clocks forward.
    pub(super) async fn skip(&self, seconds: u64) -> Result<()> {
        let mut skipped = self.skipped.lock().await;
        advance(self.devnet, seconds).await?;
        skipped.seconds += seconds;
        skipped.times += 1;
        Ok(())
    }

    /// How often that was.
    pub(super) async fn skips(&self) -> usize {
        self.skipped.lock().await.times
    }
}
