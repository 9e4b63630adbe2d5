//! One look at a chain: from the cursor to the head.

use super::{WatchContext, WatchError, Watched, chain::ChainPage, errands, l1, reorg, swaps};
use crate::{
    chain::{ChainError, Finality, LogPage},
    model::BlockRef,
    store::Change,
};

/// Blocks between two looks at the final head, for forgetting blocks below it.
const FORGET_EVERY: u64 = 512;

impl WatchContext {
    /// Reads everything up to the head and returns the block reached. Costs one call while there is no new block.
    pub(super) async fn look(&self) -> Result<u64, WatchError> {
        let head = self.chain.head(self.settings.watched.follows()).await?;
        loop {
            let cursor = self.store.cursor(self.chain.chain_id())?;
            if cursor.is_some_and(|cursor| cursor.number > head.number) {
                if self.still_has(head.number).await? {
                    // A provider that lags: its next blocks tell.
                    return Ok(head.number);
                }
                self.undo().await?;
                continue;
            }
            if cursor == Some(head) {
                return Ok(head.number);
            }
            if cursor.is_some_and(|cursor| cursor.number == head.number) {
                self.undo().await?;
                continue;
            }
            let from = cursor.map_or(self.settings.start_block, |cursor| {
                cursor.number.saturating_add(1)
            });
            if from > head.number {
                return Ok(head.number);
            }
            let to = from
                .saturating_add(self.settings.page.max(1).saturating_sub(1))
                .min(head.number);
            self.page(cursor, from, to).await?;
        }
    }

    /// Whether the newest stored block at or below `number` is still in the chain.
    async fn still_has(&self, number: u64) -> Result<bool, WatchError> {
        match self
            .store
            .block_at_or_below(self.chain.chain_id(), number)?
        {
            Some(stored) => Ok(self.chain.block(stored.number).await? == Some(stored)),
            None => Ok(true),
        }
    }

    async fn page(&self, cursor: Option<BlockRef>, from: u64, to: u64) -> Result<(), WatchError> {
        let page = self
            .chain
            .logs(from, to, &self.settings.watched.addresses())
            .await?;
        if cursor.is_some() && page.parent != cursor {
            return self.undo().await;
        }
        self.store_page(&page)?;
        if crosses(from, to, FORGET_EVERY) {
            let settled = self.chain.head(Finality::Final).await?;
            self.store.commit(vec![Change::ForgetBlocks(
                self.chain.chain_id(),
                settled.number,
            )])?;
        }
        self.wakes.iter().for_each(|wake| wake.wake());
        Ok(())
    }

    fn store_page(&self, page: &LogPage) -> Result<(), WatchError> {
        let chain = self.chain.chain_id();
        let now = self.clock.now();
        match &self.settings.watched {
            Watched::L1 {
                contracts,
                rules,
                swaps: registry,
            } => {
                let mut changes = l1::changes(chain, contracts, page)?;
                let held = errands::held(chain, *rules, &page.logs, now)?;
                let seen = registry.map(|registry| swaps::on_l1(registry, &page.logs));
                let seen = seen.transpose()?.unwrap_or_default();
                self.store.transact(&mut |reader| {
                    changes.extend(errands::fresh(reader, &held)?);
                    changes.extend(swaps::changes(reader, &seen, now)?);
                    Ok(std::mem::take(&mut changes))
                })?;
            }
            Watched::Chain {
                contracts,
                center,
                l1,
                destinations,
                noted,
            } => {
                let held = errands::held(chain, noted.releases, &page.logs, now)?;
                let seen = noted
                    .swaps
                    .map(|swap| swaps::on_chain(chain, contracts, swap, &page.logs));
                let seen = seen.transpose()?.unwrap_or_default();
                let mut page = ChainPage::decode(chain, *l1, contracts, *center, page)?;
                page.note_withdrawals(*l1, noted.withdrawals, now);
                self.store.transact(&mut |reader| {
                    let mut changes = page.changes(reader, destinations, noted.returns, now)?;
                    changes.extend(errands::fresh(reader, &held)?);
                    changes.extend(swaps::changes(reader, &seen, now)?);
                    Ok(changes)
                })?;
            }
        }
        Ok(())
    }

    /// Goes back to the newest stored block that the chain still has.
    async fn undo(&self) -> Result<(), WatchError> {
        let chain = self.chain.chain_id();
        let common = self.common_block().await?;
        if self
            .store
            .cursor(chain)?
            .is_some_and(|cursor| cursor.number == common)
        {
            // The cursor stands after all: providers on different forks take turns to answer.
            let what = format!("block {common} and the one after it");
            return Err(ChainError::Disagreement { chain, what }.into());
        }
        tracing::warn!(
            stage = super::STAGE,
            chain,
            common,
            "the chain was reorganised"
        );
        let is_l1 = matches!(self.settings.watched, Watched::L1 { .. });
        let now = self.clock.now();
        self.store
            .transact(&mut |reader| reorg::changes(reader, chain, common, is_l1, now))?;
        self.wakes.iter().for_each(|wake| wake.reorged());
        Ok(())
    }

    /// The newest stored block that the chain still has, or the one before the first that is read.
    async fn common_block(&self) -> Result<u64, WatchError> {
        let mut below = Some(u64::MAX);
        while let Some(number) = below {
            let Some(stored) = self
                .store
                .block_at_or_below(self.chain.chain_id(), number)?
            else {
                break;
            };
            if self.chain.block(stored.number).await? == Some(stored) {
                return Ok(stored.number);
            }
            below = stored.number.checked_sub(1);
        }
        Ok(self.settings.start_block.saturating_sub(1))
    }
}

/// Whether a multiple of `step` lies in `from..=to`.
fn crosses(from: u64, to: u64, step: u64) -> bool {
    let before = from.saturating_sub(1).checked_div(step);
    before != to.checked_div(step)
}

#[cfg(test)]
mod tests {
    use super::crosses;

    #[test]
    fn multiples_are_noticed_once() {
        let pages = [
            (1, 511),
            (512, 512),
            (513, 1023),
            (1024, 5000),
            (5001, 5010),
        ];
        let noticed: Vec<bool> = pages
            .iter()
            .map(|(from, to)| crosses(*from, *to, 512))
            .collect();
        assert_eq!(noticed, [false, true, false, true, false]);
    }
}
