//! Reads that several steps share.

use std::ops::ControlFlow;

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};

use super::error::StepError;
use crate::{
    chain::{CallRequest, ChainLog, ChainReader, Finality},
    model::BlockRef,
};

/// Blocks `from..=to` of a chain, some at a time.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// First block.
    pub from: u64,
    /// Last block.
    pub to: u64,
    /// Most blocks read at once.
    pub page: u64,
}

impl Range {
    /// First to last block of each page, in order.
    fn pages(self) -> impl Iterator<Item = (u64, u64)> {
        let step = self.page.max(1);
        let first = (self.from <= self.to).then_some(self.from);
        std::iter::successors(first, move |from| {
            from.checked_add(step).filter(|from| *from <= self.to)
        })
        .map(move |from| {
            (
                from,
                from.saturating_add(step.saturating_sub(1)).min(self.to),
            )
        })
    }

    /// First to last block of each page, the newest first.
    pub fn pages_back(self) -> impl Iterator<Item = (u64, u64)> {
        let step = self.page.max(1);
        let last = (self.from <= self.to).then_some(self.to);
        std::iter::successors(last, move |to| {
            to.checked_sub(step).filter(|to| *to >= self.from)
        })
        .map(move |to| (to.saturating_sub(step.saturating_sub(1)).max(self.from), to))
    }
}

/// Shows the logs of each page to `visit`, in order, until it breaks off. All pages are of one fork.
///
/// Returns the last block read.
pub async fn logs(
    reader: &dyn ChainReader,
    range: Range,
    addresses: &[Address],
    mut visit: impl FnMut(Vec<ChainLog>) -> Result<ControlFlow<()>, StepError> + Send,
) -> Result<Option<BlockRef>, StepError> {
    let mut last = None;
    for (from, to) in range.pages() {
        let page = reader.logs(from, to, addresses).await?;
        if last.is_some() && page.parent != last {
            return Err(StepError::Reorganised(reader.chain_id()));
        }
        last = Some(page.last);
        if visit(page.logs)?.is_break() {
            break;
        }
    }
    Ok(last)
}

/// Asks a contract. Chains behind a gateway want to know who asks, and anyone may.
pub async fn ask<C: SolCall + Sync>(
    reader: &dyn ChainReader,
    contract: Address,
    call: &C,
) -> Result<C::Return, StepError> {
    let request = CallRequest {
        from: Address::ZERO,
        to: contract,
        data: call.abi_encode().into(),
        value: U256::ZERO,
        gas: None,
    };
    let answer = reader.call(&request).await?;
    C::abi_decode_returns(&answer).map_err(|error| StepError::NotOurContract {
        chain: reader.chain_id(),
        contract,
        reason: error.to_string(),
    })
}

/// Number of the newest block.
pub async fn newest(reader: &dyn ChainReader) -> Result<u64, StepError> {
    Ok(reader.head(Finality::Latest).await?.number)
}

#[cfg(test)]
mod tests {
    use super::Range;

    fn range(from: u64, to: u64, page: u64) -> Range {
        Range { from, to, page }
    }

    #[test]
    fn pages_cover_the_range_once_in_either_direction() {
        let forth: Vec<_> = range(3, 12, 4).pages().collect();
        assert_eq!(forth, [(3, 6), (7, 10), (11, 12)]);
        let back: Vec<_> = range(3, 12, 4).pages_back().collect();
        assert_eq!(back, [(9, 12), (5, 8), (3, 4)]);
        assert_eq!(range(5, 5, 0).pages().collect::<Vec<_>>(), [(5, 5)]);
        assert_eq!(
            range(6, 5, 3).pages().count() + range(6, 5, 3).pages_back().count(),
            0
        );
        assert_eq!(range(0, 2, 5).pages_back().collect::<Vec<_>>(), [(0, 2)]);
    }
}
