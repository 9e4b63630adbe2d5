//! The blocks after the last one that L1 has settled: whoever attests to them executes them on a node of its own.

use crate::{
    chain::{ChainReader, Finality},
    operator::read::read_full_block,
};

use super::{error::RebuildError, replay::Target};

/// Makes on the node what `other` has made since the node's newest block, which both must have. The blocks belong to batch
/// `batch` or a later one. Returns the node's newest block.
pub async fn follow(
    target: &Target<'_>,
    other: &dyn ChainReader,
    batch: u64,
) -> Result<u64, RebuildError> {
    let own = target.reader.head(Finality::Latest).await?.number;
    let newest = other.head(Finality::Latest).await?.number;
    require_same(target.reader, other, own).await?;
    for number in own.saturating_add(1)..=newest {
        let block = read_full_block(other, number).await?;
        target.copy(batch, block).await?;
    }
    Ok(newest)
}

/// A node that was rolled back has another block there, or none.
async fn require_same(
    own: &dyn ChainReader,
    other: &dyn ChainReader,
    block: u64,
) -> Result<(), RebuildError> {
    let own = read_full_block(own, block).await?.block.hash;
    let there = other.block(block).await?.map(|block| block.hash);
    if there == Some(own) {
        return Ok(());
    }
    Err(RebuildError::Parted {
        block,
        own,
        other: there.map_or_else(|| "missing".to_owned(), |hash| hash.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::fake::FakeChain;

    fn chain(blocks: usize) -> FakeChain {
        let chain = FakeChain::new(271, 0);
        for _ in 0..blocks {
            chain.mine();
        }
        chain
    }

    #[tokio::test]
    async fn nodes_that_have_parted_are_told_apart() {
        let (own, other) = (chain(3), chain(4));
        require_same(&own, &other, 3).await.unwrap();
        other.reorg(2);
        let parted = require_same(&own, &other, 3).await.unwrap_err();
        assert!(matches!(parted, RebuildError::Parted { block: 3, .. }));
        let behind = require_same(&own, &chain(2), 3).await.unwrap_err();
        assert!(
            behind.to_string().contains("and missing on the node"),
            "{behind}"
        );
    }
}
