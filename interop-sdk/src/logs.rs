//! Log queries in pages that a provider is willing to answer.

use std::{future::Future, ops::RangeInclusive};

use alloy::{
    providers::{DynProvider, Provider},
    rpc::types::{Filter, Log},
    transports::{TransportError, TransportResult},
};

/// All logs of `blocks`, in the order of the chain.
pub(crate) async fn fetch(
    provider: &DynProvider,
    filter: &Filter,
    blocks: RangeInclusive<u64>,
    page: u64,
) -> TransportResult<Vec<Log>> {
    let mut logs = in_pages(blocks, page, |blocks| {
        page_of(provider.clone(), filter.clone(), blocks)
    })
    .await?;
    logs.sort_by_key(position);
    Ok(logs)
}

/// The logs of the newest page of `blocks` that has any, in the order of the chain.
pub(crate) async fn fetch_newest(
    provider: &DynProvider,
    filter: &Filter,
    blocks: RangeInclusive<u64>,
    page: u64,
) -> TransportResult<Vec<Log>> {
    let (first, mut last) = blocks.into_inner();
    while first <= last {
        let from = first.max(last.saturating_sub(page.saturating_sub(1)));
        let logs = fetch(provider, filter, from..=last, page).await?;
        if !logs.is_empty() || from == first {
            return Ok(logs);
        }
        last = from - 1;
    }
    Ok(Vec::new())
}

async fn page_of(
    provider: DynProvider,
    filter: Filter,
    blocks: RangeInclusive<u64>,
) -> TransportResult<Vec<Log>> {
    let (from, to) = blocks.into_inner();
    provider
        .get_logs(&filter.from_block(from).to_block(to))
        .await
}

/// Block and place in the block.
fn position(log: &Log) -> (Option<u64>, Option<u64>) {
    (log.block_number, log.log_index)
}

/// Asks for `blocks` in pages of at most `page` blocks. A page that the provider refuses is asked for again in halves,
/// down to single blocks.
async fn in_pages<T, F, Answer>(
    blocks: RangeInclusive<u64>,
    page: u64,
    mut ask: F,
) -> Result<Vec<T>, TransportError>
where
    F: FnMut(RangeInclusive<u64>) -> Answer,
    Answer: Future<Output = Result<Vec<T>, TransportError>>,
{
    let page = page.max(1);
    let (mut from, last) = blocks.into_inner();
    let mut size = page;
    let mut found = Vec::new();
    while from <= last {
        let to = last.min(from.saturating_add(size - 1));
        match ask(from..=to).await {
            Ok(more) => {
                found.extend(more);
                size = page.min(size.saturating_mul(2));
                match to.checked_add(1) {
                    Some(next) => from = next,
                    None => break,
                }
            }
            Err(refusal) if refusal.is_error_resp() && to > from => size = (to - from).div_ceil(2),
            Err(failure) => return Err(failure),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, future::ready};

    use alloy::{rpc::json_rpc::ErrorPayload, transports::TransportErrorKind};

    use super::*;

    fn refusal() -> TransportError {
        TransportError::ErrorResp(ErrorPayload {
            code: -32005,
            message: "query returned more than 10000 results".into(),
            data: None,
        })
    }

    /// A provider that answers for at most `limit` blocks at once.
    async fn ask_with_limit(
        blocks: RangeInclusive<u64>,
        page: u64,
        limit: u64,
    ) -> (Vec<u64>, usize) {
        let requests = RefCell::new(0);
        let found = in_pages(blocks, page, |blocks| {
            *requests.borrow_mut() += 1;
            let count = blocks.end() - blocks.start() + 1;
            ready(if count > limit {
                Err(refusal())
            } else {
                Ok(blocks.collect())
            })
        })
        .await
        .expect("a page of one block is always answered");
        (found, requests.into_inner())
    }

    #[tokio::test]
    async fn every_block_is_asked_for_once_and_in_order() {
        for (page, limit) in [
            (1, 1),
            (7, 100),
            (100, 100),
            (100, 7),
            (1000, 1),
            (u64::MAX, 64),
        ] {
            let (found, _) = ask_with_limit(10..=259, page, limit).await;
            assert_eq!(
                found,
                (10..=259).collect::<Vec<_>>(),
                "page {page}, limit {limit}"
            );
        }
    }

    #[tokio::test]
    async fn a_generous_provider_is_asked_few_times() {
        assert_eq!(ask_with_limit(0..=999, 250, 250).await.1, 4);
        assert_eq!(ask_with_limit(5..=5, 250, 250).await.1, 1);
    }

    #[tokio::test]
    async fn nothing_is_asked_for_an_empty_range() {
        #[expect(clippy::reversed_empty_ranges, reason = "this is the case under test")]
        let (found, requests) = ask_with_limit(8..=7, 10, 10).await;
        assert!(found.is_empty());
        assert_eq!(requests, 0);
    }

    #[tokio::test]
    async fn failures_that_a_smaller_page_cannot_mend_are_passed_on() {
        let unreachable = in_pages(0..=99, 50, |_| {
            ready(Err::<Vec<u64>, _>(TransportErrorKind::backend_gone()))
        })
        .await;
        assert!(unreachable.is_err());
        let requests = RefCell::new(0);
        let refused = in_pages(0..=99, 100, |_| {
            *requests.borrow_mut() += 1;
            ready(Err::<Vec<u64>, _>(refusal()))
        })
        .await;
        assert!(refused.is_err_and(|error| error.is_error_resp()));
        assert_eq!(
            requests.into_inner(),
            7,
            "100 blocks are halved down to one"
        );
    }
}
