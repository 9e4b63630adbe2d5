//! Waiting for a condition, never for a time.

use std::time::Duration;

use eyre::{Result, bail};
use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_millis(100);

/// Looks again and again until `look` finds something. A look that fails is repeated too; past `limit`, the last
/// failure is part of the error.
pub async fn eventually<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        let failure = match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => None,
            Err(failure) => Some(failure),
        };
        if Instant::now() >= deadline {
            match failure {
                Some(failure) => bail!("{what}: not within {limit:?}; last: {failure:#}"),
                None => bail!("{what}: not within {limit:?}"),
            }
        }
        sleep(PAUSE).await;
    }
}

/// [`eventually`] for a condition that only holds or does not.
pub async fn until(
    what: &str,
    limit: Duration,
    mut holds: impl AsyncFnMut() -> Result<bool>,
) -> Result<()> {
    eventually(what, limit, async || Ok(holds().await?.then_some(()))).await
}
