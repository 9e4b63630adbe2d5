//! What L1 says about a chain: where it started, and which batches were executed, in order.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolEvent},
};
use causeway_bindings::{ChainHead, IBatchSettlement};

use crate::{
    chain::{ChainLog, ChainReader, Finality},
    model::{BlockRef, ChainId},
    operator::read::{read, undecodable},
};

use super::error::RebuildError;

/// The history of one chain up to L1's newest block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The chain.
    pub chain: ChainId,
    /// The settlement contract.
    pub settlement: Address,
    /// Hash of the last block before the registration.
    pub genesis: B256,
    /// Number of that block.
    pub genesis_block: u64,
    /// Executed batches, from 1.
    pub batches: Vec<Executed>,
}

/// An executed batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Batch number.
    pub number: u64,
    /// First block.
    pub first_block: u64,
    /// Last block.
    pub last_block: u64,
    /// Hash of the last block.
    pub state: B256,
    /// The transaction that brought the batch's data: the one that settled it, or the one that committed it.
    pub brought: Place,
}

/// A transaction's place on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its block.
    pub block: BlockRef,
    /// Its hash.
    pub tx: B256,
}

impl History {
    /// Reads the events of `chain` since L1 block `from_block`, and requires that they lead to the head L1 gives.
    pub async fn read(
        l1: &dyn ChainReader,
        settlement: Address,
        chain: ChainId,
        from_block: u64,
    ) -> Result<Self, RebuildError> {
        let newest = l1.head(Finality::Latest).await?.number;
        let logs = l1.logs(from_block, newest, &[settlement]).await?.logs;
        let mut events = Events::default();
        for log in &logs {
            events
                .add(chain, log)
                .map_err(|error| undecodable(l1, settlement, &error))?;
        }
        let (genesis, genesis_block) = events
            .opened
            .ok_or(RebuildError::NotRegistered { chain, settlement })?;
        let history = Self {
            chain,
            settlement,
            genesis,
            genesis_block,
            batches: events.executed,
        };
        let call = IBatchSettlement::executedHeadCall {
            chainId: U256::from(chain),
        };
        let head = read(l1, settlement, &call, Some(newest)).await?;
        history.check(&head)?;
        Ok(history)
    }

    /// Number and hash of the last block L1 has settled.
    pub fn settled(&self) -> (u64, B256) {
        self.batches
            .last()
            .map_or((self.genesis_block, self.genesis), |batch| {
                (batch.last_block, batch.state)
            })
    }

    /// Every batch follows the one before it, and the last is the head.
    fn check(&self, head: &ChainHead) -> Result<(), RebuildError> {
        let mut last_block = self.genesis_block;
        for (batch, number) in self.batches.iter().zip(1_u64..) {
            let follows = batch.number == number
                && last_block.checked_add(1) == Some(batch.first_block)
                && batch.first_block <= batch.last_block;
            if !follows {
                return Err(RebuildError::BrokenHistory(format!(
                    "batch {} with blocks {} to {} comes where batch {number} after block {last_block} must",
                    batch.number, batch.first_block, batch.last_block
                )));
            }
            last_block = batch.last_block;
        }
        let found = (self.batches.len() as u64, self.settled());
        let wanted = (head.batchNumber, (head.lastBlock, head.stateCommitment));
        if found == wanted {
            return Ok(());
        }
        Err(RebuildError::BrokenHistory(format!(
            "they end with batch {} and block {}, the head is batch {} and block {}",
            found.0, last_block, head.batchNumber, head.lastBlock
        )))
    }
}

/// The events of one chain so far.
#[derive(Default)]
struct Events {
    opened: Option<(B256, u64)>,
    /// Commitments by number and public input, the newest last.
    committed: Vec<(U256, B256, Place)>,
    executed: Vec<Executed>,
}

impl Events {
    fn add(&mut self, chain: ChainId, log: &ChainLog) -> Result<(), alloy::sol_types::Error> {
        let chain = U256::from(chain);
        let topics = || log.topics.iter().copied();
        let place = Place {
            block: log.block,
            tx: log.tx,
        };
        match log.topics.first() {
            Some(&IBatchSettlement::ChainOpened::SIGNATURE_HASH) => {
                let event = IBatchSettlement::ChainOpened::decode_raw_log(topics(), &log.data)?;
                if event.chainId == chain {
                    self.opened = Some((event.stateCommitment, event.lastBlock));
                }
            }
            Some(&IBatchSettlement::BatchCommitted::SIGNATURE_HASH) => {
                let event = IBatchSettlement::BatchCommitted::decode_raw_log(topics(), &log.data)?;
                if event.chainId == chain {
                    self.committed
                        .push((event.batchNumber, event.publicInput, place));
                }
            }
            Some(&IBatchSettlement::BatchExecuted::SIGNATURE_HASH) => {
                let event = IBatchSettlement::BatchExecuted::decode_raw_log(topics(), &log.data)?;
                if event.chainId == chain {
                    self.execute(&event, place);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A batch that was committed before brought its data then; commitments of other batches under its number are void.
    fn execute(&mut self, event: &IBatchSettlement::BatchExecuted, place: Place) {
        let committed =
            self.committed.iter().rev().find(|(number, input, _)| {
                (*number, *input) == (event.batchNumber, event.publicInput)
            });
        self.executed.push(Executed {
            number: event.batchNumber.saturating_to(),
            first_block: event.firstBlock,
            last_block: event.lastBlock,
            state: event.newStateCommitment,
            brought: committed.map_or(place, |(_, _, committed)| *committed),
        });
    }
}

/// What a settlement call says about a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Brought {
    /// Commitment to the data.
    pub(super) commitment: B256,
    /// The data, empty where it came with blobs or not at all.
    pub(super) data: Bytes,
}

/// What the call `input` to the settlement contract brought of `batch`; `None` where it is about something else.
pub(super) fn brought(chain: ChainId, batch: &Executed, input: &[u8]) -> Option<Brought> {
    let (of, claimed, data) = match input.get(..4)?.try_into() {
        Ok(IBatchSettlement::settleBatchCall::SELECTOR) => {
            let call = IBatchSettlement::settleBatchCall::abi_decode(input).ok()?;
            (call.chainId, call.batch, call.data)
        }
        Ok(IBatchSettlement::commitBatchCall::SELECTOR) => {
            let call = IBatchSettlement::commitBatchCall::abi_decode(input).ok()?;
            (call.chainId, call.batch, call.data)
        }
        _ => return None,
    };
    let same = of == U256::from(chain)
        && claimed.number == batch.number
        && (claimed.firstBlock, claimed.lastBlock) == (batch.first_block, batch.last_block)
        && claimed.newStateCommitment == batch.state;
    same.then_some(Brought {
        commitment: claimed.daCommitment,
        data,
    })
}

#[cfg(test)]
mod tests {
    use causeway_bindings::Batch;

    use super::*;

    const CHAIN: ChainId = 271;

    fn log(block: u64, event: &impl SolEvent) -> ChainLog {
        let data = event.encode_log_data();
        ChainLog {
            address: Address::ZERO,
            topics: data.topics().to_vec(),
            data: data.data,
            block: BlockRef {
                number: block,
                hash: B256::with_last_byte(block as u8),
                timestamp: block,
            },
            tx: B256::repeat_byte(block as u8),
            log_index: 0,
        }
    }

    fn opened(chain: ChainId) -> ChainLog {
        let event = IBatchSettlement::ChainOpened {
            chainId: U256::from(chain),
            stateCommitment: B256::repeat_byte(0xaa),
            lastBlock: 4,
        };
        log(1, &event)
    }

    fn committed(block: u64, number: u64, input: u8) -> ChainLog {
        let event = IBatchSettlement::BatchCommitted {
            chainId: U256::from(CHAIN),
            batchNumber: U256::from(number),
            publicInput: B256::repeat_byte(input),
        };
        log(block, &event)
    }

    fn executed(chain: ChainId, block: u64, number: u64, input: u8) -> ChainLog {
        let event = IBatchSettlement::BatchExecuted {
            chainId: U256::from(chain),
            batchNumber: U256::from(number),
            publicInput: B256::repeat_byte(input),
            newStateCommitment: B256::with_last_byte(number as u8),
            firstBlock: 3 + number * 2,
            lastBlock: 4 + number * 2,
            chainBatchRoot: B256::ZERO,
        };
        log(block, &event)
    }

    fn history(logs: &[ChainLog]) -> History {
        let mut events = Events::default();
        for log in logs {
            events.add(CHAIN, log).unwrap();
        }
        let (genesis, genesis_block) = events.opened.unwrap();
        History {
            chain: CHAIN,
            settlement: Address::ZERO,
            genesis,
            genesis_block,
            batches: events.executed,
        }
    }

    fn head(number: u64) -> ChainHead {
        ChainHead {
            stateCommitment: B256::with_last_byte(number as u8),
            batchNumber: number,
            lastBlock: 4 + number * 2,
            ..ChainHead::default()
        }
    }

    #[test]
    fn batches_of_the_chain_lead_to_its_head() {
        let read = history(&[
            opened(272),
            opened(CHAIN),
            executed(CHAIN, 5, 1, 1),
            executed(272, 6, 1, 9),
            executed(CHAIN, 7, 2, 2),
        ]);
        assert_eq!(read.settled(), (8, B256::with_last_byte(2)));
        read.check(&head(2)).unwrap();
        let fresh = history(&[opened(CHAIN)]);
        assert_eq!(fresh.settled(), (4, B256::repeat_byte(0xaa)));
    }

    #[test]
    fn what_is_missing_or_out_of_order_is_noticed() {
        let broken = [
            (vec![opened(CHAIN), executed(CHAIN, 7, 2, 2)], 2),
            (vec![opened(CHAIN), executed(CHAIN, 5, 1, 1)], 2),
            (
                vec![
                    opened(CHAIN),
                    executed(CHAIN, 5, 1, 1),
                    executed(CHAIN, 5, 1, 1),
                ],
                2,
            ),
        ];
        for (logs, last) in broken {
            let error = history(&logs).check(&head(last)).unwrap_err();
            assert!(matches!(error, RebuildError::BrokenHistory(_)), "{error}");
        }
        let other_state = ChainHead {
            stateCommitment: B256::repeat_byte(7),
            ..head(1)
        };
        let logs = [opened(CHAIN), executed(CHAIN, 5, 1, 1)];
        assert!(history(&logs).check(&other_state).is_err());
    }

    #[test]
    fn data_came_with_the_commitment_that_was_executed() {
        let read = history(&[
            opened(CHAIN),
            committed(3, 1, 8),
            committed(4, 1, 1),
            committed(5, 2, 8),
            executed(CHAIN, 6, 1, 1),
            executed(CHAIN, 7, 2, 2),
        ]);
        let brought: Vec<_> = read
            .batches
            .iter()
            .map(|batch| batch.brought.block.number)
            .collect();
        assert_eq!(brought, [4, 7]);
    }

    #[test]
    fn only_a_call_about_the_very_batch_brings_its_data() {
        let batch = history(&[opened(CHAIN), executed(CHAIN, 5, 1, 1)])
            .batches
            .remove(0);
        let call = |chain: ChainId, state: B256| IBatchSettlement::commitBatchCall {
            chainId: U256::from(chain),
            batch: Batch {
                number: 1,
                newStateCommitment: state,
                firstBlock: 5,
                lastBlock: 6,
                daCommitment: B256::repeat_byte(3),
                ..Batch::default()
            },
            data: Bytes::from_static(b"data"),
        };
        let found = brought(CHAIN, &batch, &call(CHAIN, batch.state).abi_encode());
        let expected = Brought {
            commitment: B256::repeat_byte(3),
            data: Bytes::from_static(b"data"),
        };
        assert_eq!(found, Some(expected));
        for other in [call(272, batch.state), call(CHAIN, B256::ZERO)] {
            assert_eq!(brought(CHAIN, &batch, &other.abi_encode()), None);
        }
        let cut = call(CHAIN, batch.state).abi_encode();
        for input in [&[][..], &[1, 2, 3], &[1, 2, 3, 4], &cut[..100]] {
            assert_eq!(brought(CHAIN, &batch, input), None);
        }
    }
}
