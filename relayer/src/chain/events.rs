//! Logs of the network's contracts as typed events.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolEvent,
};
use causeway_bindings::{
    IBatchSettlement, IInteropHandler, IInteropRootStorage, IMessageOutbox, IMessageRoot,
};
use causeway_proofs::L2Log;

use super::ChainLog;
use crate::model::{AppendedBatch, ChainId, Outcome, SettledBatch};

/// Contracts of a chain that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainContracts {
    /// Message outbox.
    pub outbox: Address,
    /// Interop handler, which keeps the imported roots.
    pub handler: Address,
}

impl ChainContracts {
    /// Their addresses.
    pub fn addresses(&self) -> [Address; 2] {
        [self.outbox, self.handler]
    }
}

/// Contracts of L1 that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct L1Contracts {
    /// Message root.
    pub message_root: Address,
    /// Batch settlement.
    pub settlement: Address,
}

impl L1Contracts {
    /// Their addresses.
    pub fn addresses(&self) -> [Address; 2] {
        [self.message_root, self.settlement]
    }
}

/// What happened on a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainEvent {
    /// The outbox emitted a message.
    Message {
        /// Account that handed it to the outbox.
        sender: Address,
        /// The message.
        data: Bytes,
        /// Its leaf in the log tree.
        leaf: B256,
    },
    /// The outbox reported the outcome of a priority operation.
    OperationStatus {
        /// Its leaf in the log tree.
        leaf: B256,
    },
    /// The handler settled a bundle.
    Settled {
        /// Bundle hash.
        bundle: B256,
        /// How.
        outcome: Outcome,
    },
    /// A root was imported.
    RootImported {
        /// Chain whose root it is.
        settlement_chain: ChainId,
        /// Block whose root it is.
        block: u64,
        /// The root.
        root: B256,
    },
}

/// What happened on L1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum L1Event {
    /// A chain joined the shared tree.
    ChainAdded {
        /// The chain.
        chain: ChainId,
        /// Its index.
        index: u64,
        /// Shared root after it.
        root: B256,
    },
    /// A batch root joined its chain's tree.
    BatchAppended {
        /// The chain.
        chain: ChainId,
        /// Batch number.
        number: u64,
        /// The batch root.
        chain_batch_root: B256,
        /// Its index in the chain's tree.
        index_in_chain: u64,
        /// Shared root after it.
        root: B256,
    },
    /// A batch was executed.
    BatchExecuted {
        /// The chain.
        chain: ChainId,
        /// Batch number.
        number: u64,
        /// First block of the chain in it.
        first_block: u64,
        /// Last block of the chain in it.
        last_block: u64,
        /// The batch root.
        chain_batch_root: B256,
    },
}

/// An event of L1 together with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum L1Record {
    /// The message root grew.
    Append(AppendedBatch),
    /// A batch was executed.
    Batch(SettledBatch),
}

impl L1Event {
    /// The event together with the place of its log.
    pub fn record(self, log: &ChainLog) -> L1Record {
        let block = log.block;
        match self {
            Self::ChainAdded { chain, index, root } => L1Record::Append(AppendedBatch::Chain {
                chain,
                index,
                block,
                root,
            }),
            Self::BatchAppended {
                chain,
                number,
                chain_batch_root,
                index_in_chain,
                root,
            } => L1Record::Append(AppendedBatch::Batch {
                chain,
                number,
                chain_batch_root,
                index_in_chain,
                block,
                root,
            }),
            Self::BatchExecuted {
                chain,
                number,
                first_block,
                last_block,
                chain_batch_root,
            } => L1Record::Batch(SettledBatch {
                chain,
                number,
                first_block,
                last_block,
                chain_batch_root,
                l1_block: block,
                l1_tx: log.tx,
            }),
        }
    }
}

/// A watched contract emitted something that its interface does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "log {index} of block {block} at {address} is no {event}: {reason}; is the address of another contract or version configured?"
)]
pub struct EventError {
    /// The contract.
    pub address: Address,
    /// Block of the log.
    pub block: u64,
    /// Index of the log in it.
    pub index: u64,
    /// What its topic says it is.
    pub event: &'static str,
    /// What is wrong.
    pub reason: String,
}

/// Reads a log of a chain's contracts; `None` for events that nothing here needs.
pub fn decode_chain_event(
    contracts: &ChainContracts,
    log: &ChainLog,
) -> Result<Option<ChainEvent>, EventError> {
    let topic = log.topics.first().copied().unwrap_or_default();
    if log.address == contracts.outbox {
        return outbox_event(topic, log);
    }
    if log.address == contracts.handler {
        return handler_event(topic, log);
    }
    Ok(None)
}

/// Reads a log of L1's contracts; `None` for events that nothing here needs.
pub fn decode_l1_event(
    contracts: &L1Contracts,
    log: &ChainLog,
) -> Result<Option<L1Event>, EventError> {
    let topic = log.topics.first().copied().unwrap_or_default();
    if log.address == contracts.message_root {
        return match topic {
            IMessageRoot::ChainAdded::SIGNATURE_HASH => chain_added(log).map(Some),
            IMessageRoot::BatchRootAppended::SIGNATURE_HASH => batch_appended(log).map(Some),
            _ => Ok(None),
        };
    }
    if log.address == contracts.settlement
        && topic == IBatchSettlement::BatchExecuted::SIGNATURE_HASH
    {
        return batch_executed(log).map(Some);
    }
    Ok(None)
}

fn outbox_event(topic: B256, log: &ChainLog) -> Result<Option<ChainEvent>, EventError> {
    match topic {
        IMessageOutbox::L1MessageSent::SIGNATURE_HASH => {
            let event: IMessageOutbox::L1MessageSent = decode(log)?;
            if keccak256(&event.message) != event.hash {
                return Err(fault::<IMessageOutbox::L1MessageSent>(
                    log,
                    "its hash is not that of its message",
                ));
            }
            let leaf = L2Log::message(event.sender, 0, &event.message).leaf();
            Ok(Some(ChainEvent::Message {
                sender: event.sender,
                data: event.message,
                leaf,
            }))
        }
        IMessageOutbox::OperationStatus::SIGNATURE_HASH => {
            let event: IMessageOutbox::OperationStatus = decode(log)?;
            let leaf = L2Log::operation_status(event.operationHash, 0, event.success).leaf();
            Ok(Some(ChainEvent::OperationStatus { leaf }))
        }
        _ => Ok(None),
    }
}

fn handler_event(topic: B256, log: &ChainLog) -> Result<Option<ChainEvent>, EventError> {
    let (bundle, outcome) = match topic {
        IInteropHandler::BundleExecuted::SIGNATURE_HASH => (
            decode::<IInteropHandler::BundleExecuted>(log)?.bundleHash,
            Outcome::Executed,
        ),
        IInteropHandler::BundleUnbundled::SIGNATURE_HASH => (
            decode::<IInteropHandler::BundleUnbundled>(log)?.bundleHash,
            Outcome::Unbundled,
        ),
        IInteropRootStorage::InteropRootImported::SIGNATURE_HASH => {
            return root_imported(log).map(Some);
        }
        _ => return Ok(None),
    };
    Ok(Some(ChainEvent::Settled { bundle, outcome }))
}

fn root_imported(log: &ChainLog) -> Result<ChainEvent, EventError> {
    let event: IInteropRootStorage::InteropRootImported = decode(log)?;
    let number = |value| small::<IInteropRootStorage::InteropRootImported>(log, value);
    Ok(ChainEvent::RootImported {
        settlement_chain: number(event.settlementChainId)?,
        block: number(event.blockNumber)?,
        root: event.root,
    })
}

fn chain_added(log: &ChainLog) -> Result<L1Event, EventError> {
    let event: IMessageRoot::ChainAdded = decode(log)?;
    let number = |value| small::<IMessageRoot::ChainAdded>(log, value);
    Ok(L1Event::ChainAdded {
        chain: number(event.chainId)?,
        index: number(event.index)?,
        root: event.root,
    })
}

fn batch_appended(log: &ChainLog) -> Result<L1Event, EventError> {
    let event: IMessageRoot::BatchRootAppended = decode(log)?;
    let number = |value| small::<IMessageRoot::BatchRootAppended>(log, value);
    Ok(L1Event::BatchAppended {
        chain: number(event.chainId)?,
        number: number(event.batchNumber)?,
        chain_batch_root: event.chainBatchRoot,
        index_in_chain: number(event.indexInChain)?,
        root: event.root,
    })
}

fn batch_executed(log: &ChainLog) -> Result<L1Event, EventError> {
    let event: IBatchSettlement::BatchExecuted = decode(log)?;
    let number = |value| small::<IBatchSettlement::BatchExecuted>(log, value);
    Ok(L1Event::BatchExecuted {
        chain: number(event.chainId)?,
        number: number(event.batchNumber)?,
        first_block: event.firstBlock,
        last_block: event.lastBlock,
        chain_batch_root: event.chainBatchRoot,
    })
}

/// Decodes a log as an event.
pub fn decode<E: SolEvent>(log: &ChainLog) -> Result<E, EventError> {
    E::decode_raw_log(log.topics.iter(), &log.data).map_err(|error| fault::<E>(log, error))
}

fn small<E: SolEvent>(log: &ChainLog, value: U256) -> Result<u64, EventError> {
    value
        .try_into()
        .map_err(|_| fault::<E>(log, format!("{value} does not fit 64 bits")))
}

fn fault<E: SolEvent>(log: &ChainLog, reason: impl std::fmt::Display) -> EventError {
    EventError {
        address: log.address,
        block: log.block.number,
        index: log.log_index,
        event: E::SIGNATURE,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{LogData, address, b256};

    use super::*;
    use crate::model::BlockRef;

    const CONTRACTS: ChainContracts = ChainContracts {
        outbox: address!("0x0000000000000000000000000000000000000001"),
        handler: address!("0x0000000000000000000000000000000000000002"),
    };

    fn log(address: Address, data: LogData) -> ChainLog {
        ChainLog {
            address,
            topics: data.topics().to_vec(),
            data: data.data,
            block: BlockRef {
                number: 5,
                hash: B256::ZERO,
                timestamp: 7,
            },
            tx: B256::ZERO,
            log_index: 0,
        }
    }

    fn sent(message: &'static [u8]) -> IMessageOutbox::L1MessageSent {
        IMessageOutbox::L1MessageSent {
            sender: Address::repeat_byte(9),
            hash: keccak256(message),
            message: Bytes::from_static(message),
        }
    }

    #[test]
    fn a_message_becomes_its_leaf() {
        let event = decode_chain_event(
            &CONTRACTS,
            &log(CONTRACTS.outbox, sent(b"hello").encode_log_data()),
        );
        let Ok(Some(ChainEvent::Message { leaf, .. })) = event else {
            panic!("{event:?}")
        };
        assert_eq!(
            leaf,
            L2Log::message(Address::repeat_byte(9), 0, b"hello").leaf()
        );
    }

    #[test]
    fn a_message_that_does_not_fit_its_hash_is_refused() {
        let mut event = sent(b"hello");
        event.hash = b256!("0x1111111111111111111111111111111111111111111111111111111111111111");
        let error = decode_chain_event(&CONTRACTS, &log(CONTRACTS.outbox, event.encode_log_data()));
        assert!(
            error
                .expect_err("refused")
                .to_string()
                .contains("hash is not that of its message")
        );
    }

    #[test]
    fn events_only_count_from_their_own_contract() {
        let forged = log(CONTRACTS.handler, sent(b"hello").encode_log_data());
        assert_eq!(decode_chain_event(&CONTRACTS, &forged), Ok(None));
        let import = IInteropRootStorage::InteropRootImported {
            settlementChainId: U256::from(1),
            blockNumber: U256::from(2),
            timestamp: U256::from(3),
            root: B256::repeat_byte(4),
        };
        let forged = log(CONTRACTS.outbox, import.encode_log_data());
        assert_eq!(decode_chain_event(&CONTRACTS, &forged), Ok(None));
        let genuine = log(CONTRACTS.handler, import.encode_log_data());
        let expected = ChainEvent::RootImported {
            settlement_chain: 1,
            block: 2,
            root: B256::repeat_byte(4),
        };
        assert_eq!(decode_chain_event(&CONTRACTS, &genuine), Ok(Some(expected)));
    }

    #[test]
    fn damaged_logs_are_errors_that_name_the_place() {
        let mut damaged = log(CONTRACTS.outbox, sent(b"hello").encode_log_data());
        damaged.data = Bytes::from_static(&[1, 2, 3]);
        let error = decode_chain_event(&CONTRACTS, &damaged).expect_err("refused");
        assert_eq!((error.block, error.address), (5, CONTRACTS.outbox));
        let large = IMessageRoot::ChainAdded {
            chainId: U256::MAX,
            index: U256::from(1),
            root: B256::ZERO,
        };
        let l1 = L1Contracts {
            message_root: CONTRACTS.outbox,
            settlement: CONTRACTS.handler,
        };
        let error = decode_l1_event(&l1, &log(CONTRACTS.outbox, large.encode_log_data()))
            .expect_err("refused");
        assert!(error.reason.contains("does not fit 64 bits"), "{error}");
    }
}
