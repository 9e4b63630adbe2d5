//! Waiting for a condition, never for a time.

use std::{future::Future, time::Duration};

use eyre::{Result, bail};
use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_millis(100);

/// Looks again and again until `look` finds something. A look that fails is repeated too; past `limit`, the last
/// failure is part of the error.
pub async fn eventually<T, F, Look>(what: &str, limit: Duration, mut look: F) -> Result<T>
where
    F: FnMut() -> Look,
    Look: Future<Output = Result<Option<T>>>,
{
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
pub async fn until<F, Look>(what: &str, limit: Duration, mut holds: F) -> Result<()>
where
    F: FnMut() -> Look,
    Look: Future<Output = Result<bool>>,
{
    eventually(what, limit, || {
        let look = holds();
        async move { Ok(look.await?.then_some(())) }
    })
    .await
}
