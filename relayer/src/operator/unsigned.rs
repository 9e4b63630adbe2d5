//! Transactions that nobody signed are in a block at the word of whoever runs the node. No batch of a live chain may hold
//! one. A frozen chain, whose operator may be gone for good, may do with them what it owes L1, and nothing besides.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use causeway_bindings::{
    IAccessManaged, IAccessManager, IAtomicSwap, IPriorityInbox, IPriorityQueue, PriorityOperation,
    Tombstone,
};

use crate::{
    chain::{ChainReader, SystemTransaction},
    model::{ChainId, UnixSeconds},
};

use super::{
    attest::Binding,
    data::BatchData,
    freeze::outstanding_tombstones,
    read::{ReadError, read},
};

/// Why an attester does not sign a batch with a transaction that nobody signed.
#[derive(Debug, thiserror::Error)]
pub enum UnsignedError {
    /// L1 or the chain could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It may not be there.
    #[error(
        "chain {chain}: transaction {index} of block {block} has no signature, and {reason}; roll the node back to before that block"
    )]
    Refused {
        /// The chain.
        chain: ChainId,
        /// Block.
        block: u64,
        /// Place in the block.
        index: usize,
        /// Why not.
        reason: &'static str,
    },
}

/// By what an attester judges.
pub(super) struct Authority<'a> {
    pub(super) l1: &'a dyn ChainReader,
    pub(super) chain: &'a dyn ChainReader,
    pub(super) binding: &'a Binding,
    /// Last block that L1 has executed: who may act for the chain is read there.
    pub(super) before: u64,
    pub(super) frozen_since: Option<UnixSeconds>,
}

/// Checks every transaction of a batch that nobody signed. Those that somebody signed are left to the contracts.
pub(super) async fn check_unsigned(
    authority: &Authority<'_>,
    data: &BatchData,
) -> Result<(), UnsignedError> {
    let mut judge = Judge {
        authority,
        chain: data.chain,
        tombstones: None,
    };
    for block in &data.blocks {
        for (index, raw) in block.transactions.iter().enumerate() {
            if let Some(reason) = judge.objection(raw, block.timestamp).await? {
                return Err(UnsignedError::Refused {
                    chain: data.chain,
                    block: block.number,
                    index,
                    reason,
                });
            }
        }
    }
    Ok(())
}

struct Judge<'a> {
    authority: &'a Authority<'a>,
    chain: ChainId,
    /// What is still to be buried, from the first; read when something is.
    tombstones: Option<Vec<Tombstone>>,
}

impl Judge<'_> {
    async fn objection(
        &mut self,
        raw: &[u8],
        time: UnixSeconds,
    ) -> Result<Option<&'static str>, ReadError> {
        let transaction = match SystemTransaction::decode(raw) {
            Ok(None) => return Ok(None),
            Ok(Some(transaction)) => transaction,
            Err(_) => return Ok(Some("is damaged")),
        };
        let Some(since) = self.authority.frozen_since else {
            return Ok(Some("its chain is live"));
        };
        // Whoever makes the block may win by an earlier one: a swap is executed up to its deadline, by the block's time.
        if time < since {
            return Ok(Some("its block is of a time before L1 froze the chain"));
        }
        if !transaction.value.is_zero() {
            return Ok(Some("carries value"));
        }
        if !self.may_call(&transaction).await? {
            return Ok(Some("its sender may not act for the chain"));
        }
        let contracts = &self.authority.binding.contracts;
        let data = &transaction.data;
        if transaction.to == contracts.inbox
            && let Ok(call) = IPriorityInbox::processOperationsCall::abi_decode(data)
        {
            return self.is_of_queue(&call.operations).await.map(|is_of_queue| {
                (!is_of_queue)
                    .then_some("its operations are not those of the queue on L1, in order")
            });
        }
        if transaction.to == contracts.swap
            && let Ok(call) = IAtomicSwap::buryCall::abi_decode(data)
        {
            return self.is_next(&call.tombstones).await.map(|is_next| {
                (!is_next)
                    .then_some("it buries other swaps than L1 has decided, or in another order")
            });
        }
        Ok(Some("neither consumes the queue nor buries swaps"))
    }

    /// Whether the contract lets the account that is said to call do this, at once.
    async fn may_call(&self, transaction: &SystemTransaction) -> Result<bool, ReadError> {
        let Authority { chain, before, .. } = *self.authority;
        let Some(selector) = transaction.data.first_chunk::<4>() else {
            return Ok(false);
        };
        let contracts = &self.authority.binding.contracts;
        let is_ours = [contracts.inbox, contracts.swap].contains(&transaction.to);
        if !is_ours {
            return Ok(false);
        }
        let manager: Address = read(
            chain,
            transaction.to,
            &IAccessManaged::authorityCall {},
            Some(before),
        )
        .await?;
        let question = IAccessManager::canCallCall {
            caller: transaction.from,
            target: transaction.to,
            selector: selector.into(),
        };
        Ok(read(chain, manager, &question, Some(before))
            .await?
            .immediate)
    }

    /// L1 keeps a hash over the first operations of a queue, for every number of them.
    async fn is_of_queue(&self, operations: &[PriorityOperation]) -> Result<bool, ReadError> {
        let (Some(first), Some(last)) = (operations.first(), operations.last()) else {
            return Ok(true);
        };
        let queue = self.authority.binding.priority_queue;
        let l1 = self.authority.l1;
        let chain_id = U256::from(self.chain);
        let after = last.nonce.saturating_add(1);
        let tail = IPriorityQueue::tailCall { chainId: chain_id };
        if first.nonce > last.nonce || after > read(l1, queue, &tail, None).await? {
            return Ok(false);
        }
        let at = |consumed| IPriorityQueue::rollingHashCall {
            chainId: chain_id,
            consumed,
        };
        let before = read(l1, queue, &at(first.nonce), None).await?;
        let expected = read(l1, queue, &at(after), None).await?;
        Ok(rolled(before, operations) == expected)
    }

    async fn is_next(&mut self, tombstones: &[Tombstone]) -> Result<bool, ReadError> {
        let mut left = match self.tombstones.take() {
            Some(left) => left,
            None => {
                let registry = self.authority.binding.swap_registry;
                outstanding_tombstones(self.authority.l1, registry, self.chain).await?
            }
        };
        let is_next = left.starts_with(tombstones);
        if is_next {
            left.drain(..tombstones.len());
        }
        self.tombstones = Some(left);
        Ok(is_next)
    }
}

fn rolled(before: B256, operations: &[PriorityOperation]) -> B256 {
    operations.iter().fold(before, |hash, operation| {
        keccak256((hash, keccak256(operation.abi_encode())).abi_encode())
    })
}

#[cfg(test)]
#[path = "unsigned_tests.rs"]
mod tests;
