//! One transaction, from its submission until it is in a block: for whoever waits for it.

use std::time::Duration;

use alloy::primitives::B256;

use super::{SendError, SendRequest, Sender};
use crate::{
    chain::{ChainReader, Clock},
    model::{Intent, IntentState},
};

/// Pause between two looks at a transaction that is on its way.
const PAUSE: Duration = Duration::from_millis(500);

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in a block, which counts as final later.
    Included {
        /// The transaction.
        tx: B256,
        /// Its block, where the chain shows receipts.
        block: Option<u64>,
        /// Whether it succeeded.
        success: bool,
    },
    /// Another transaction of the same account took its place.
    Replaced {
        /// The transaction.
        tx: B256,
    },
    /// It is in no block yet. It stays in the store, and whoever uses the key next looks after it.
    Open {
        /// The transaction.
        tx: B256,
        /// How long it was waited for.
        seconds: u64,
    },
}

/// Sends a transaction and waits until it is in a block, for at most `patience`.
pub async fn send_and_follow(
    reader: &dyn ChainReader,
    sender: &Sender,
    clock: &dyn Clock,
    request: SendRequest,
    patience: Duration,
) -> Result<Fate, SendError> {
    let intent = sender.submit(request, |_| Ok(Vec::new())).await?;
    follow(reader, sender, clock, intent, patience).await
}

/// Waits until a transaction that was made is in a block, for at most `patience`.
pub async fn follow(
    reader: &dyn ChainReader,
    sender: &Sender,
    clock: &dyn Clock,
    mut intent: Intent,
    patience: Duration,
) -> Result<Fate, SendError> {
    let started = clock.now();
    loop {
        if let Some(fate) = fate(reader, &intent).await? {
            return Ok(fate);
        }
        let seconds = clock.now().saturating_sub(started);
        if seconds >= patience.as_secs() {
            let tx = newest(&intent);
            return Ok(Fate::Open { tx, seconds });
        }
        clock.sleep(PAUSE).await;
        let changed = sender.tick().await?;
        let own = changed
            .into_iter()
            .find(|changed| changed.nonce == intent.nonce);
        intent = own.unwrap_or(intent);
    }
}

/// What became of the transaction; `None` while that is open.
async fn fate(reader: &dyn ChainReader, intent: &Intent) -> Result<Option<Fate>, SendError> {
    let success = match intent.state {
        IntentState::Pending => return Ok(None),
        IntentState::Included { success, .. } | IntentState::Final { success } => success,
        IntentState::Replaced => {
            return Ok(Some(Fate::Replaced { tx: newest(intent) }));
        }
    };
    let (tx, block) = mined(reader, intent).await?;
    Ok(Some(Fate::Included { tx, block, success }))
}

/// Which version of the transaction is in a block, and in which; the newest where the chain shows no receipts.
async fn mined(
    reader: &dyn ChainReader,
    intent: &Intent,
) -> Result<(B256, Option<u64>), SendError> {
    for tx in &intent.hashes {
        if let Some(receipt) = reader.receipt(*tx).await? {
            return Ok((*tx, Some(receipt.block)));
        }
    }
    Ok((newest(intent), None))
}

fn newest(intent: &Intent) -> B256 {
    intent.hashes.last().copied().unwrap_or_default()
}
