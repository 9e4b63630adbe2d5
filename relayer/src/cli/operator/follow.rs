//! `causeway operator rebuild --follow`.

use std::time::Duration;

use super::{open, tell};
use crate::cli::exit::Failure;
use crate::cli::run::stopped_by_signal;
use crate::operator::rebuild::{RebuildError, Target, follow};

/// Pause between two looks at the other node.
const PAUSE: Duration = Duration::from_secs(1);

/// Follows the node at `url` until interrupted. The node is at block `head`, and L1 has settled so many batches.
pub(super) async fn run(
    target: &Target<'_>,
    url: &str,
    settled: u64,
    mut head: u64,
) -> Result<(), Failure> {
    let other = open(url, Some(target.reader.chain_id())).await?;
    let shutdown = stopped_by_signal()?;
    loop {
        match follow(target, &other, settled.saturating_add(1)).await {
            Ok(newest) if newest > head => {
                tell(&format!("blocks up to {newest} are as they should be"));
                head = newest;
            }
            Ok(_) => {}
            Err(RebuildError::Read(error)) => tell(&format!("{error}; trying again")),
            Err(error) => return Err(error.into()),
        }
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
