//! What a chain owes L1 once L1 has frozen it: its queue, what L1 decided about swaps meanwhile, and nothing else.

use alloy::{
    consensus::{Transaction, TxEnvelope},
    eips::eip2718::Decodable2718,
    primitives::{Address, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    IAtomicSwap, IBatchSettlement, IPriorityInbox, ISwapRegistry, SwapChange, SwapEffect, Tombstone,
};

use crate::{
    chain::{ChainReader, SystemTransaction},
    model::{BlockRef, ChainId, UnixSeconds},
};

use super::{
    data::BlockData,
    read::{OperatedContracts, ReadError, read},
    seal::FitsNoBatch,
};

/// Tombstones that one transaction buries.
const BURIED_AT_ONCE: usize = 64;

/// When L1 froze the chain, in seconds; `None` while the chain is live.
pub async fn frozen_since(
    l1: &dyn ChainReader,
    settlement: Address,
    chain: ChainId,
) -> Result<Option<UnixSeconds>, ReadError> {
    let call = IBatchSettlement::frozenAtCall {
        chainId: U256::from(chain),
    };
    let since = read(l1, settlement, &call, None).await?;
    Ok((since != 0).then_some(since))
}

/// What L1 decided about swaps of the chain while it was frozen, in the order in which the chain must bury it.
pub async fn outstanding_tombstones(
    l1: &dyn ChainReader,
    swap_registry: Address,
    chain: ChainId,
) -> Result<Vec<Tombstone>, ReadError> {
    let call = ISwapRegistry::outstandingTombstonesCall {
        chainId: U256::from(chain),
    };
    read(l1, swap_registry, &call, None).await
}

/// A transaction that no batch of a frozen chain may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "transaction {index} of block {block} {reason}; a frozen chain may only consume its queue and bury swaps"
)]
pub struct ForeignTransaction {
    /// Block.
    pub block: u64,
    /// Place in the block.
    pub index: usize,
    /// What it is instead.
    pub reason: &'static str,
}

/// Checks that blocks hold transactions of the system only. Who sent them does not matter: the contracts let the chain's
/// operator do this and nobody else, and a transaction that they refuse changes nothing.
pub fn check_queue_only<'a>(
    contracts: &OperatedContracts,
    blocks: impl IntoIterator<Item = &'a BlockData>,
) -> Result<(), ForeignTransaction> {
    for block in blocks {
        for (index, raw) in block.transactions.iter().enumerate() {
            is_of_system(contracts, raw).map_err(|reason| ForeignTransaction {
                block: block.number,
                index,
                reason,
            })?;
        }
    }
    Ok(())
}

fn is_of_system(contracts: &OperatedContracts, raw: &[u8]) -> Result<(), &'static str> {
    if let Some(unsigned) = SystemTransaction::decode(raw).map_err(|_| "is damaged")? {
        return is_call_of_system(contracts, Some(unsigned.to), &unsigned.data, unsigned.value);
    }
    let transaction = TxEnvelope::decode_2718_exact(raw).map_err(|_| "is of an unknown type")?;
    let is_plain =
        transaction.authorization_list().is_none() && transaction.blob_versioned_hashes().is_none();
    if !is_plain {
        return Err("carries blobs or authorizations");
    }
    let (to, value) = (transaction.to(), transaction.value());
    is_call_of_system(contracts, to, transaction.input(), value)
}

fn is_call_of_system(
    contracts: &OperatedContracts,
    to: Option<Address>,
    input: &[u8],
    value: U256,
) -> Result<(), &'static str> {
    let selector = input.get(..4);
    let is_call = |contract: Address, expected: [u8; 4]| {
        to == Some(contract) && selector == Some(&expected[..])
    };
    let is_known = is_call(
        contracts.inbox,
        IPriorityInbox::processOperationsCall::SELECTOR,
    ) || is_call(contracts.swap, IAtomicSwap::buryCall::SELECTOR);
    match (value.is_zero(), is_known) {
        (false, _) => Err("carries value"),
        (true, false) => Err("is not of the system"),
        (true, true) => Ok(()),
    }
}

/// How far a frozen chain has come at one of its blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Come {
    /// What it did to swaps since the last executed batch, in order.
    pub effects: Vec<SwapEffect>,
    /// Operations it has consumed, over its life.
    pub consumed: u64,
}

/// All that decides what a frozen chain does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenChain {
    /// What it must bury, in order.
    pub tombstones: Vec<Tombstone>,
    /// Whether an operation waits that can be consumed now.
    pub has_operations: bool,
    /// At its newest block.
    pub latest: Come,
    /// Last block of the batch that its final blocks make, if they make one.
    pub part: Result<Option<BlockRef>, FitsNoBatch>,
}

/// What a frozen chain has done that L1 will never take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misstep {
    /// Something else came before a burial.
    #[error("it has told of swaps before it buried what L1 decided about them")]
    TooEarly,
    /// It fits no batch.
    #[error("it has done so much that what it owes fits no batch")]
    TooMuch,
}

/// What a frozen chain does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Nothing until its node is rolled back to the last executed batch.
    RollBack(Misstep),
    /// Bury these.
    Bury(Vec<Tombstone>),
    /// Consume what waits in its queue.
    Consume,
    /// Settle up to this block.
    Settle(BlockRef),
    /// Wait until what it has done is final.
    Wait,
}

/// What to do next: bury, consume, and settle once that is final. What is final and enough, or all that one batch holds, is
/// settled first: so nobody keeps a chain frozen by asking for one operation after another.
pub fn duty(chain: &FrozenChain) -> Duty {
    let Some(buried) = buried(&chain.tombstones, &chain.latest.effects) else {
        return Duty::RollBack(Misstep::TooEarly);
    };
    match chain.part {
        Ok(Some(last)) => return Duty::Settle(last),
        Err(FitsNoBatch) => return Duty::RollBack(Misstep::TooMuch),
        Ok(None) => {}
    }
    let left = chain.tombstones.get(buried..).unwrap_or_default();
    if !left.is_empty() {
        return Duty::Bury(left.iter().take(BURIED_AT_ONCE).cloned().collect());
    }
    if chain.has_operations {
        Duty::Consume
    } else {
        Duty::Wait
    }
}

/// How many tombstones, from the first, the effects bury; `None` where the effects are not those of a chain that buries
/// before it does anything else.
fn buried(tombstones: &[Tombstone], effects: &[SwapEffect]) -> Option<usize> {
    let is_burial = |effect: &&SwapEffect| effect.change == SwapChange::Buried;
    let burials: Vec<_> = effects.iter().take_while(is_burial).collect();
    let fits = burials.len() <= tombstones.len()
        && burials.iter().zip(tombstones).all(|(effect, tombstone)| {
            (effect.source, effect.swapId) == (tombstone.source, tombstone.swapId)
        });
    let is_early = burials.len() < tombstones.len() && burials.len() < effects.len();
    (fits && !is_early).then_some(burials.len())
}

#[cfg(test)]
#[path = "freeze_tests.rs"]
mod tests;
