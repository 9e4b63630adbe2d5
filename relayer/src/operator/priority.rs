//! The operations L1 asked for, consumed in order before they expire.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolEvent},
};
use causeway_bindings::{IPriorityInbox, IPriorityQueue, PriorityOperation};

use crate::{
    chain::{ChainReader, Finality},
    model::{ChainId, UnixSeconds},
};

use super::read::{ReadError, undecodable};

/// Most gas that one transaction may use (EIP-7825).
const GAS_PER_TRANSACTION: u64 = 1 << 24;

/// Gas that an operation costs beside its call: decoding, status leaf, event.
const GAS_PER_OPERATION: u64 = 120_000;

/// Base cost of the transaction.
const GAS_BASE: u64 = 100_000;

/// Operations to consume in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// Nonce of the first.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Calldata of `processOperations`.
    pub calldata: Bytes,
    /// Gas the transaction needs.
    pub gas_limit: u64,
}

/// Follows one chain's queue on L1.
#[derive(Debug)]
pub struct QueueFollower {
    chain: ChainId,
    queue: Address,
    scanned_to: u64,
    waiting: BTreeMap<u64, PriorityOperation>,
}

impl QueueFollower {
    /// Starts after L1 block `scanned_to`, the one before the queue was deployed.
    pub fn new(chain: ChainId, queue: Address, scanned_to: u64) -> Self {
        Self {
            chain,
            queue,
            scanned_to,
            waiting: BTreeMap::new(),
        }
    }

    /// Reads what final blocks of L1 added.
    pub async fn scan(&mut self, l1: &dyn ChainReader) -> Result<(), ReadError> {
        let head = l1.head(Finality::Final).await?.number;
        if head <= self.scanned_to {
            return Ok(());
        }
        let logs = l1
            .logs(self.scanned_to.saturating_add(1), head, &[self.queue])
            .await?;
        for log in &logs.logs {
            if log.topics.first()
                != Some(&IPriorityQueue::PriorityOperationRequested::SIGNATURE_HASH)
            {
                continue;
            }
            let event = IPriorityQueue::PriorityOperationRequested::decode_raw_log(
                log.topics.iter().copied(),
                &log.data,
            )
            .map_err(|error| undecodable(l1, log.address, &error))?;
            if event.chainId == U256::from(self.chain) {
                self.waiting.insert(event.operation.nonce, event.operation);
            }
        }
        self.scanned_to = head;
        Ok(())
    }

    /// L1 has executed the batch that consumed so many operations: nobody asks for those any more.
    pub fn settled(&mut self, consumed: u64) {
        self.waiting = self.waiting.split_off(&consumed);
    }

    /// How many operations have expired at that time, over the chain's life; 0 where none has that is not settled.
    pub fn expired(&self, at: UnixSeconds) -> u64 {
        let mut expired = self.waiting.values().rev();
        let last = expired.find(|operation| operation.expiresAt <= at);
        last.map_or(0, |operation| operation.nonce.saturating_add(1))
    }

    /// What to consume next, given how many operations the chain has consumed.
    pub fn next(&self, consumed: u64) -> Option<Consumption> {
        let mut gas_limit = GAS_BASE;
        let mut operations = Vec::new();
        for ((nonce, operation), due) in self.waiting.range(consumed..).zip(consumed..) {
            let with_it = gas_limit.saturating_add(gas_for(operation));
            let fits = with_it <= GAS_PER_TRANSACTION || operations.is_empty();
            if *nonce != due || !fits {
                break;
            }
            gas_limit = with_it;
            operations.push(operation.clone());
        }
        let count = operations.len() as u64;
        let calldata = IPriorityInbox::processOperationsCall { operations }
            .abi_encode()
            .into();
        (count > 0).then_some(Consumption {
            first: consumed,
            count,
            calldata,
            gas_limit,
        })
    }
}

/// The inbox gives a call its limit only if 63/64 of what is left covers it.
fn gas_for(operation: &PriorityOperation) -> u64 {
    operation
        .gasLimit
        .saturating_mul(64)
        .div_ceil(63)
        .saturating_add(GAS_PER_OPERATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follower(operations: &[(u64, u64)]) -> QueueFollower {
        let mut follower = QueueFollower::new(271, Address::ZERO, 0);
        for &(nonce, gas_limit) in operations {
            let operation = PriorityOperation {
                version: 1,
                chainId: U256::from(271),
                nonce,
                sender: Address::ZERO,
                to: Address::ZERO,
                gasLimit: gas_limit,
                expiresAt: 100 * nonce,
                data: Bytes::new(),
            };
            follower.waiting.insert(nonce, operation);
        }
        follower
    }

    fn next(operations: &[(u64, u64)], consumed: u64) -> Option<(u64, u64)> {
        follower(operations)
            .next(consumed)
            .map(|next| (next.first, next.count))
    }

    #[test]
    fn operations_are_consumed_in_order_without_gaps() {
        assert_eq!(next(&[], 0), None);
        assert_eq!(next(&[(0, 1), (1, 1), (2, 1)], 0), Some((0, 3)));
        assert_eq!(next(&[(0, 1), (1, 1), (2, 1)], 2), Some((2, 1)));
        assert_eq!(next(&[(0, 1), (2, 1)], 0), Some((0, 1)));
        assert_eq!(
            next(&[(3, 1)], 2),
            None,
            "an operation before it is not known yet"
        );
        assert_eq!(next(&[(0, 1)], 1), None);
    }

    #[test]
    fn what_a_rolled_back_chain_consumed_is_consumed_again() {
        let mut follower = follower(&[(0, 1), (1, 1), (2, 1)]);
        let first = |follower: &QueueFollower, consumed| {
            follower.next(consumed).map(|next| (next.first, next.count))
        };
        assert_eq!(first(&follower, 2), Some((2, 1)));
        assert_eq!(first(&follower, 0), Some((0, 3)));
        follower.settled(1);
        assert_eq!(first(&follower, 0), None, "L1 has executed the first");
        assert_eq!(first(&follower, 1), Some((1, 2)));
    }

    /// 10,000 operations that ask for all the gas there is, then a resolution. One transaction for each, one after another, on a
    /// chain with a block every 2 seconds: 6 of the 24 hours that an operation has.
    #[test]
    fn atk44_spam_does_not_delay_a_resolution_beyond_its_expiry() {
        const SPAM: u64 = 10_000;
        const DEAREST: u64 = 10_000_000;
        const BLOCK_SECONDS: u64 = 2;
        const EXPIRY_SECONDS: u64 = 24 * 60 * 60;
        let operations: Vec<_> = (0..=SPAM).map(|nonce| (nonce, DEAREST)).collect();
        let queue = follower(&operations);
        let (mut consumed, mut transactions) = (0, 0);
        while let Some(next) = queue.next(consumed) {
            assert!(next.gas_limit <= GAS_PER_TRANSACTION);
            consumed += next.count;
            transactions += 1;
        }
        assert_eq!(consumed, SPAM + 1);
        assert!(transactions * BLOCK_SECONDS < EXPIRY_SECONDS / 4);
    }

    #[test]
    fn expired_operations_are_counted_from_the_first_of_the_chain() {
        let mut follower = follower(&[(3, 1), (4, 1), (5, 1)]);
        assert_eq!(follower.expired(299), 0);
        assert_eq!(follower.expired(300), 4);
        assert_eq!(follower.expired(450), 5);
        follower.settled(5);
        assert_eq!(follower.expired(450), 0);
    }

    #[test]
    fn a_transaction_takes_what_fits_and_always_one() {
        let half = GAS_PER_TRANSACTION / 2;
        assert_eq!(next(&[(0, half), (1, half), (2, 1)], 0), Some((0, 1)));
        assert_eq!(
            next(&[(0, GAS_PER_TRANSACTION * 2), (1, 1)], 0),
            Some((0, 1))
        );
    }

    #[test]
    fn the_call_is_given_the_gas_its_operations_ask_for() {
        let consumption = follower(&[(0, 630_000)]).next(0).unwrap();
        assert!(consumption.gas_limit >= 640_000 + GAS_PER_OPERATION);
        let call =
            IPriorityInbox::processOperationsCall::abi_decode(&consumption.calldata).unwrap();
        assert_eq!(call.operations.len(), 1);
    }
}
