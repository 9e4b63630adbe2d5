//! Executes the blocks of batches again on a node, and compares what comes out with L1.

use crate::{
    chain::{
        BlockFields, ChainError, ChainReader, Finality, FullBlock, ReplayNode, SystemTransaction,
    },
    operator::{
        data::{BatchData, BlockData},
        read::read_full_block,
    },
};
use alloy::primitives::{B256, Bytes};

use super::{
    error::RebuildError,
    genesis::Genesis,
    history::{Executed, History},
};

/// A node that is being rebuilt: how it is told what to do, and how it is read.
pub struct Target<'a> {
    /// Makes blocks.
    pub node: &'a ReplayNode,
    /// Reads them.
    pub reader: &'a dyn ChainReader,
}

impl Target<'_> {
    /// Takes the node over: an empty one gets the genesis, another must hold blocks of the chain already. Returns its
    /// newest block.
    pub async fn take_over(
        &self,
        genesis: &Genesis,
        history: &History,
    ) -> Result<u64, RebuildError> {
        if !self.node.keeps_order().await? {
            return Err(RebuildError::Node(
                "it sorts transactions by their fees; start it with --order fifo".to_owned(),
            ));
        }
        self.node.take_over().await?;
        let head = self.reader.head(Finality::Latest).await?.number;
        if head == 0 {
            self.load(genesis).await?;
            return Ok(history.genesis_block);
        }
        self.check_known(history, head).await?;
        Ok(head)
    }

    async fn load(&self, genesis: &Genesis) -> Result<(), RebuildError> {
        self.node
            .load(&genesis.as_dump(), genesis.header.timestamp)
            .await?;
        let head = self.reader.head(Finality::Latest).await?;
        let (expected, actual) = (genesis.header.state_root, self.node.state_root().await?);
        if head.hash == genesis.header.hash_slow() && expected == actual {
            return Ok(());
        }
        Err(RebuildError::Node(format!(
            "with the genesis loaded it stands at block {} with hash {} and state root {actual}, where the genesis has state root {expected}; start it without accounts of its own: --accounts 0",
            head.number, head.hash
        )))
    }

    /// The last block of the chain that both know is the same.
    async fn check_known(&self, history: &History, head: u64) -> Result<(), RebuildError> {
        let start = [(history.genesis_block, history.genesis)];
        let ends = history
            .batches
            .iter()
            .map(|batch| (batch.last_block, batch.state));
        let known = start.into_iter().chain(ends);
        let Some((number, expected)) = known.take_while(|(last, _)| *last <= head).last() else {
            return Err(RebuildError::Node(format!(
                "it is at block {head}, before the chain's genesis; give an empty one"
            )));
        };
        let actual = read_full_block(self.reader, number).await?.block.hash;
        if actual == expected {
            return Ok(());
        }
        Err(RebuildError::Node(format!(
            "its block {number} has hash {actual}, L1 has {expected}: it holds another chain; give an empty one"
        )))
    }

    /// Brings the node, which is at block `head`, to the end of a batch. What it has of the batch already is compared.
    pub async fn replay(
        &self,
        batch: &Executed,
        data: &BatchData,
        head: u64,
    ) -> Result<(), RebuildError> {
        for block in &data.blocks {
            if block.number > head {
                self.make(batch.number, block).await?;
            }
            let made = read_full_block(self.reader, block.number).await?;
            compare(batch.number, block, made)?;
        }
        let last = read_full_block(self.reader, batch.last_block).await?;
        check_hash(batch, last.block.hash)
    }

    /// Makes a block as another node has it, of a batch that L1 has not executed.
    pub(super) async fn copy(&self, batch: u64, other: FullBlock) -> Result<(), RebuildError> {
        let (number, expected) = (other.block.number, other.block.hash);
        let wanted = BlockData::from(other);
        self.make(batch, &wanted).await?;
        let made = read_full_block(self.reader, number).await?;
        let actual = made.block.hash;
        compare(batch, &wanted, made)?;
        if actual == expected {
            return Ok(());
        }
        Err(RebuildError::OtherCopy {
            block: number,
            expected,
            actual,
        })
    }

    async fn make(&self, batch: u64, block: &BlockData) -> Result<(), RebuildError> {
        let refused = |what: String, source: ChainError| RebuildError::Refused {
            batch,
            block: block.number,
            what,
            source,
        };
        let fields = BlockFields {
            timestamp: block.timestamp,
            beneficiary: block.beneficiary,
            gas_limit: block.gas_limit,
            base_fee_per_gas: block.base_fee_per_gas,
        };
        self.node
            .prepare(&fields)
            .await
            .map_err(|error| refused("the header".to_owned(), error))?;
        for (raw, index) in block.transactions.iter().zip(0_u64..) {
            self.submit(batch, raw)
                .await?
                .map_err(|error| refused(format!("transaction {index}"), error))?;
        }
        self.node
            .mine()
            .await
            .map_err(|error| refused("the end".to_owned(), error))
    }

    async fn submit(
        &self,
        batch: u64,
        raw: &Bytes,
    ) -> Result<Result<(), ChainError>, RebuildError> {
        let system = SystemTransaction::decode(raw).map_err(|error| RebuildError::WrongData {
            batch,
            reason: format!("a system transaction is damaged: {error}"),
        })?;
        Ok(match system {
            Some(system) => self.node.submit_system(&system).await.map(drop),
            None => self.node.submit(raw).await,
        })
    }
}

fn check_hash(batch: &Executed, actual: B256) -> Result<(), RebuildError> {
    if actual == batch.state {
        return Ok(());
    }
    Err(RebuildError::OtherHash {
        batch: batch.number,
        block: batch.last_block,
        expected: batch.state,
        actual,
    })
}

/// Requires that the block a node made is the one the data describes.
fn compare(batch: u64, wanted: &BlockData, made: FullBlock) -> Result<(), RebuildError> {
    let made = BlockData::from(made);
    if made == *wanted {
        return Ok(());
    }
    let fields = |block: &BlockData| {
        [
            ("number", block.number.to_string()),
            ("timestamp", block.timestamp.to_string()),
            ("beneficiary", block.beneficiary.to_string()),
            ("gas limit", block.gas_limit.to_string()),
            ("base fee", block.base_fee_per_gas.to_string()),
            ("prevRandao", block.prev_randao.to_string()),
            (
                "number of transactions",
                block.transactions.len().to_string(),
            ),
        ]
    };
    let mut differences: Vec<_> = fields(wanted)
        .into_iter()
        .zip(fields(&made))
        .filter(|(wanted, made)| wanted != made)
        .map(|((name, wanted), (_, made))| format!("{name} {made} instead of {wanted}"))
        .collect();
    if wanted.transactions != made.transactions {
        differences.push("transactions".to_owned());
    }
    Err(RebuildError::OtherBlock {
        batch,
        block: wanted.number,
        differences: differences.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use alloy::primitives::Address;

    use super::*;
    use crate::{model::BlockRef, operator::rebuild::history::Place};

    fn block() -> FullBlock {
        FullBlock {
            block: block_ref(),
            parent_hash: B256::ZERO,
            state_root: B256::ZERO,
            beneficiary: Address::ZERO,
            gas_limit: 30_000_000,
            base_fee_per_gas: 7,
            prev_randao: B256::ZERO,
            transactions: vec![Bytes::from_static(&[2])],
        }
    }

    fn block_ref() -> BlockRef {
        BlockRef {
            number: 5,
            hash: B256::repeat_byte(5),
            timestamp: 50,
        }
    }

    fn batch() -> Executed {
        Executed {
            number: 3,
            first_block: 5,
            last_block: 5,
            state: B256::repeat_byte(5),
            brought: Place {
                block: block_ref(),
                tx: B256::ZERO,
            },
        }
    }

    #[test]
    fn another_block_is_told_by_what_differs() {
        let wanted = BlockData::from(block());
        compare(3, &wanted, block()).unwrap();
        type Change = fn(&mut FullBlock);
        let changes: [(&str, Change); 6] = [
            ("timestamp 51 instead of 50", |block| {
                block.block.timestamp += 1
            }),
            ("gas limit 1 instead of 30000000", |block| {
                block.gas_limit = 1
            }),
            ("base fee 8 instead of 7", |block| {
                block.base_fee_per_gas += 1
            }),
            ("prevRandao 0x0909", |block| {
                block.prev_randao = B256::repeat_byte(9)
            }),
            (
                "number of transactions 0 instead of 1, transactions",
                |block| block.transactions.clear(),
            ),
            ("data: transactions", |block| {
                block.transactions = vec![Bytes::from_static(&[1])]
            }),
        ];
        for (said, change) in changes {
            let mut made = block();
            change(&mut made);
            let error = compare(3, &wanted, made).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert!(error.starts_with("batch 3: the node's block 5"), "{error}");
        }
    }

    #[test]
    fn only_the_settled_hash_ends_a_batch() {
        check_hash(&batch(), B256::repeat_byte(5)).unwrap();
        let error = check_hash(&batch(), B256::repeat_byte(6)).unwrap_err();
        assert!(matches!(error, RebuildError::OtherHash { block: 5, .. }));
    }
}
