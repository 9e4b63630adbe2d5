//! First step: a bundle out of its source chain.

use std::ops::ControlFlow;

use alloy::primitives::B256;

use super::{
    bundle_file::{BundleFile, SentView},
    error::StepError,
    network::ChainPlace,
    read::{self, Range},
};
use crate::chain::{
    ChainLog,
    events::{ChainEvent, decode_chain_event},
};

/// Which bundle is looked for. At least one of the hashes is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Transaction that sent it.
    pub tx: Option<B256>,
    /// Its own hash.
    pub id: Option<B256>,
    /// Block from which on the chain is read, where its node does not tell the block of the transaction; by default the
    /// first with events.
    pub from_block: Option<u64>,
}

impl Wanted {
    fn is(&self, log: &ChainLog, bundle: &BundleFile) -> bool {
        self.is_tx(log) && self.id.is_none_or(|id| id == bundle.bundle_hash)
    }

    fn is_tx(&self, log: &ChainLog) -> bool {
        self.tx.is_none_or(|tx| tx == log.tx)
    }
}

/// Finds a bundle on its source chain.
pub async fn extract(place: &ChainPlace, wanted: Wanted) -> Result<BundleFile, StepError> {
    let range = blocks(place, wanted).await?;
    let mut found = Vec::new();
    read::logs(
        place.reader.as_ref(),
        range,
        &[place.contracts.outbox],
        |logs| {
            for log in logs {
                found.extend(bundle_of(place, &log, wanted)?);
            }
            Ok(if found.is_empty() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )
    .await?;
    let bundles: Vec<B256> = found.iter().map(|bundle| bundle.bundle_hash).collect();
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(first), Some(_)) => Err(StepError::SeveralBundles {
            tx: first.sent.tx,
            bundles,
        }),
        (None, _) => Err(StepError::NotFound {
            chain: place.id(),
            id: wanted.id.or(wanted.tx).unwrap_or_default(),
            from: range.from,
            to: range.to,
            center: place.center,
        }),
    }
}

/// The first bundle that was sent in a block after this log.
pub async fn extract_at(
    place: &ChainPlace,
    block: u64,
    after: u64,
) -> Result<Option<BundleFile>, StepError> {
    let page = place
        .reader
        .logs(block, block, &[place.contracts.outbox])
        .await?;
    for log in page.logs.iter().filter(|log| log.log_index > after) {
        let found = bundle_of(place, log, Wanted::default())?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The block of the transaction, or all that may hold the bundle. A receipt may be hidden, so its absence says nothing.
async fn blocks(place: &ChainPlace, wanted: Wanted) -> Result<Range, StepError> {
    let reader = place.reader.as_ref();
    let receipt = match wanted.tx {
        Some(tx) => reader.receipt(tx).await?,
        None => None,
    };
    let (from, to) = match receipt {
        Some(receipt) => (receipt.block, receipt.block),
        None => (
            wanted.from_block.unwrap_or(place.start_block),
            read::newest(reader).await?,
        ),
    };
    Ok(Range {
        from,
        to,
        page: place.page,
    })
}

/// The bundle in a log, if it is wanted. Others need not be readable.
fn bundle_of(
    place: &ChainPlace,
    log: &ChainLog,
    wanted: Wanted,
) -> Result<Option<BundleFile>, StepError> {
    let Some(ChainEvent::Message { sender, data, .. }) = decode_chain_event(&place.contracts, log)?
    else {
        return Ok(None);
    };
    if sender != place.center || !wanted.is_tx(log) {
        return Ok(None);
    }
    let sent = SentView {
        block: log.block.number,
        block_hash: log.block.hash,
        timestamp: log.block.timestamp,
        tx: log.tx,
        log_index: log.log_index,
    };
    match BundleFile::of_message(place.id(), place.center, &data, sent) {
        Ok(bundle) => Ok(wanted.is(log, &bundle).then_some(bundle)),
        Err(reason) if wanted.id.is_none() => Err(StepError::NotABundle {
            chain: place.id(),
            tx: log.tx,
            reason,
        }),
        Err(_) => Ok(None),
    }
}
