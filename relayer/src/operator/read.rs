//! Reads from an operated chain and from L1: all that the operator and its attesters derive batches from.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{SolCall, SolEvent},
};
use causeway_bindings::{
    Asset, ChainHead, IAssetCustody, IAtomicSwap, IBatchSettlement, IInteropRootStorage,
    IMessageOutbox, IPriorityInbox, RootImport, SwapEffect, Way, unpack_movement,
};
use causeway_proofs::L2Log;

use crate::{
    chain::{ChainError, ChainLog, ChainReader, FullBlock, ViewError, view},
    model::ChainId,
};

use super::derive::{BatchFacts, Rolling};

/// The contracts of an operated chain that batches are derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatedContracts {
    /// Message outbox.
    pub outbox: Address,
    /// Priority inbox.
    pub inbox: Address,
    /// Interop handler, which keeps the imported roots.
    pub handler: Address,
    /// Asset vault.
    pub vault: Address,
    /// Atomic swap contract.
    pub swap: Address,
}

/// Why a read did not give what it should.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The chain could not be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A block that must exist is not there.
    #[error(
        "chain {chain}: block {block} is not there yet, or no more; the node may be behind or pruned"
    )]
    MissingBlock {
        /// The chain.
        chain: ChainId,
        /// The block.
        block: u64,
    },
    /// The contract answered with something that is not its interface's type.
    #[error(
        "chain {chain}: {contract} does not answer like a Causeway contract ({reason}); check its address in the configuration"
    )]
    NotOurContract {
        /// The chain.
        chain: ChainId,
        /// The contract.
        contract: Address,
        /// What the decoder said.
        reason: String,
    },
}

impl From<ViewError> for ReadError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Chain(error) => error.into(),
            ViewError::NotOurContract {
                chain,
                contract,
                reason,
            } => Self::NotOurContract {
                chain,
                contract,
                reason,
            },
        }
    }
}

/// What an entry of the ledger is about: an asset by its ledger key, and the other chain.
pub type Moved = (B256, Way);

/// What the logs of some blocks say, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchLogs {
    /// Leaves, with the block of each.
    pub leaves: Vec<(u64, B256)>,
    /// Roots imported.
    pub imports: Vec<RootImport>,
    /// Hashes of the operations consumed, with the block of each.
    pub operations: Vec<(u64, B256)>,
    /// What the vault took and gave.
    pub moves: Vec<AssetMove>,
    /// The entry of the ledger that each of them is part of, with its block.
    pub moved: Vec<(u64, Moved)>,
    /// What the vault took for swaps and gave at their word: on no route, and in no ledger entry.
    pub swap_moves: Vec<AssetMove>,
    /// What was done to swaps, with the block of each.
    pub effects: Vec<(u64, SwapEffect)>,
}

/// What the vault of a chain took from an account or received for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetMove {
    /// The asset.
    pub asset: Asset,
    /// Token id; 0 for fungible assets.
    pub token_id: U256,
    /// In units of the origin token.
    pub amount: U256,
    /// Where it was sent, or where it came from.
    pub way: Way,
}

/// Reads the logs of blocks `first..=last`.
pub async fn read_logs(
    reader: &dyn ChainReader,
    contracts: &OperatedContracts,
    first: u64,
    last: u64,
) -> Result<BatchLogs, ReadError> {
    let addresses = [
        contracts.outbox,
        contracts.inbox,
        contracts.handler,
        contracts.vault,
        contracts.swap,
    ];
    let logs = reader.logs(first, last, &addresses).await?;
    let mut read = BatchLogs::default();
    for log in &logs.logs {
        read.add(contracts, log)
            .map_err(|error| undecodable(reader, log.address, &error))?;
    }
    Ok(read)
}

impl BatchLogs {
    fn add(
        &mut self,
        contracts: &OperatedContracts,
        log: &ChainLog,
    ) -> Result<(), alloy::sol_types::Error> {
        let Some(topic) = log.topics.first() else {
            return Ok(());
        };
        let topics = || log.topics.iter().copied();
        if log.address == contracts.outbox {
            if *topic == IMessageOutbox::L1MessageSent::SIGNATURE_HASH {
                let event = IMessageOutbox::L1MessageSent::decode_raw_log(topics(), &log.data)?;
                self.leaves.push((
                    log.block.number,
                    L2Log::message(event.sender, 0, &event.message).leaf(),
                ));
            } else if *topic == IMessageOutbox::OperationStatus::SIGNATURE_HASH {
                let event = IMessageOutbox::OperationStatus::decode_raw_log(topics(), &log.data)?;
                let status = L2Log::operation_status(event.operationHash, 0, event.success);
                self.leaves.push((log.block.number, status.leaf()));
            }
        } else if log.address == contracts.handler {
            if *topic == IInteropRootStorage::InteropRootImported::SIGNATURE_HASH {
                let event =
                    IInteropRootStorage::InteropRootImported::decode_raw_log(topics(), &log.data)?;
                self.imports.push(RootImport {
                    settlementChainId: event.settlementChainId,
                    blockNumber: event.blockNumber,
                    timestamp: event.timestamp,
                    root: event.root,
                });
            }
        } else if log.address == contracts.inbox
            && *topic == IPriorityInbox::PriorityOperationProcessed::SIGNATURE_HASH
        {
            let event =
                IPriorityInbox::PriorityOperationProcessed::decode_raw_log(topics(), &log.data)?;
            self.operations
                .push((log.block.number, event.operationHash));
        } else if log.address == contracts.vault {
            self.add_move(log)?;
        } else if log.address == contracts.swap
            && *topic == IAtomicSwap::SwapEffected::SIGNATURE_HASH
        {
            let event = IAtomicSwap::SwapEffected::decode_raw_log(topics(), &log.data)?;
            self.effects.push((log.block.number, event.effect));
        }
        Ok(())
    }

    fn add_move(&mut self, log: &ChainLog) -> Result<(), alloy::sol_types::Error> {
        let Some(moved) = asset_move(log)? else {
            return Ok(());
        };
        if let Way::From(HELD_BY_SWAPS) | Way::To(HELD_BY_SWAPS) = moved.way {
            self.swap_moves.push(moved);
        } else {
            let key = moved.asset.ledger_key(moved.token_id);
            self.moved.push((log.block.number, (key, moved.way)));
            self.moves.push(moved);
        }
        Ok(())
    }
}

/// The vault names no chain where a swap is the other side.
const HELD_BY_SWAPS: U256 = U256::ZERO;

/// What a log of the vault says moved, if it is about that.
fn asset_move(log: &ChainLog) -> Result<Option<AssetMove>, alloy::sol_types::Error> {
    let topics = || log.topics.iter().copied();
    let (asset, token_id, movement, way): (_, _, _, fn(U256) -> Way) = match log.topics.first() {
        Some(&IAssetCustody::AssetOut::SIGNATURE_HASH) => {
            let event = IAssetCustody::AssetOut::decode_raw_log(topics(), &log.data)?;
            (event.asset, event.tokenId, event.movement, Way::To)
        }
        Some(&IAssetCustody::AssetIn::SIGNATURE_HASH) => {
            let event = IAssetCustody::AssetIn::decode_raw_log(topics(), &log.data)?;
            (event.asset, event.tokenId, event.movement, Way::From)
        }
        _ => return Ok(None),
    };
    let (counterparty, amount) = unpack_movement(movement);
    let asset =
        Asset::unpack(asset).map_err(|error| alloy::sol_types::Error::custom(error.to_string()))?;
    Ok(Some(AssetMove {
        asset,
        token_id,
        amount,
        way: way(counterparty),
    }))
}

/// Reads all that a batch of blocks `head.lastBlock + 1 ..= last` is derived from.
pub async fn read_facts(
    reader: &dyn ChainReader,
    contracts: &OperatedContracts,
    head: ChainHead,
    last: u64,
    data_commitment: B256,
) -> Result<BatchFacts, ReadError> {
    let before = head.lastBlock;
    let first = before.saturating_add(1);
    let first_block = read_full_block(reader, first).await?;
    let last_block = reader
        .block(last)
        .await?
        .ok_or_else(|| missing(reader, last))?;
    let logs = read_logs(reader, contracts, first, last).await?;
    let outbox = rolling(
        reader,
        contracts.outbox,
        &IMessageOutbox::commitmentCall {},
        before,
        last,
    )
    .await?;
    let inbox = rolling(
        reader,
        contracts.inbox,
        &IPriorityInbox::commitmentCall {},
        before,
        last,
    )
    .await?;
    let hash_call = IInteropRootStorage::importsHashCall {};
    let imports_hash = rolling(reader, contracts.handler, &hash_call, before, last).await?;
    Ok(BatchFacts {
        chain: reader.chain_id(),
        head,
        first: first_block.block,
        parent_hash: first_block.parent_hash,
        last: last_block,
        leaves: logs.leaves.into_iter().map(|(_, leaf)| leaf).collect(),
        outbox,
        imports: logs.imports,
        imports_hash,
        operations: logs.operations.into_iter().map(|(_, hash)| hash).collect(),
        inbox,
        moves: logs.moves,
        swap_moves: logs.swap_moves,
        effects: logs.effects.into_iter().map(|(_, effect)| effect).collect(),
        data_commitment,
    })
}

/// Reads a block that must exist, with its transactions.
pub async fn read_full_block(
    reader: &dyn ChainReader,
    number: u64,
) -> Result<FullBlock, ReadError> {
    reader
        .full_block(number)
        .await?
        .ok_or_else(|| missing(reader, number))
}

/// Where L1 says the chain stands.
pub async fn executed_head(
    l1: &dyn ChainReader,
    settlement: Address,
    chain: ChainId,
) -> Result<ChainHead, ReadError> {
    let call = IBatchSettlement::executedHeadCall {
        chainId: U256::from(chain),
    };
    read(l1, settlement, &call, None).await
}

/// Calls a view function of a contract, at a block or at the head.
pub async fn read<C: SolCall>(
    reader: &dyn ChainReader,
    contract: Address,
    call: &C,
    block: Option<u64>,
) -> Result<C::Return, ReadError> {
    Ok(view(reader, contract, call, block).await?)
}

async fn rolling<C: SolCall<Return = B256>>(
    reader: &dyn ChainReader,
    contract: Address,
    call: &C,
    before: u64,
    after: u64,
) -> Result<Rolling, ReadError> {
    Ok(Rolling {
        before: read(reader, contract, call, Some(before)).await?,
        after: read(reader, contract, call, Some(after)).await?,
    })
}

fn missing(reader: &dyn ChainReader, block: u64) -> ReadError {
    ReadError::MissingBlock {
        chain: reader.chain_id(),
        block,
    }
}

/// The contract's answer or log is not of its interface.
pub fn undecodable(
    reader: &dyn ChainReader,
    contract: Address,
    error: &alloy::sol_types::Error,
) -> ReadError {
    ReadError::NotOurContract {
        chain: reader.chain_id(),
        contract,
        reason: error.to_string(),
    }
}
