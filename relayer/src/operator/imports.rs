//! Which root of L1 a chain imports next. The newest covers all older ones, so one at a time is enough.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolEvent},
};
use causeway_bindings::{IInteropRootStorage, IMessageRoot, RootImport};

use crate::{
    chain::{ChainReader, Finality},
    model::{ChainId, UnixSeconds},
};

use super::read::{ReadError, undecodable};

/// How often a chain imports at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportPolicy {
    /// Seconds between two imports at least.
    pub interval_seconds: u64,
}

/// A root that L1 has, and whether it tells the chain anything new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// L1 block.
    pub l1_block: u64,
    /// Its root, as `importRoots` takes it.
    pub timestamp: UnixSeconds,
    /// The shared root after the block.
    pub root: B256,
    /// Whether a batch of another chain joined since the last import. A chain's own batches are no news to it.
    pub has_news: bool,
}

/// Follows the message root on L1 on behalf of one chain.
#[derive(Debug)]
pub struct ImportPlanner {
    chain: ChainId,
    message_root: Address,
    scanned_to: u64,
    candidate: Option<Candidate>,
    last_import_at: Option<UnixSeconds>,
}

impl ImportPlanner {
    /// Starts after L1 block `scanned_to`: the last imported one, or the one before the message root was deployed.
    pub fn new(chain: ChainId, message_root: Address, scanned_to: u64) -> Self {
        Self {
            chain,
            message_root,
            scanned_to,
            candidate: None,
            last_import_at: None,
        }
    }

    /// Reads what final blocks of L1 added.
    pub async fn scan(&mut self, l1: &dyn ChainReader) -> Result<(), ReadError> {
        let head = l1.head(Finality::Final).await?.number;
        if head <= self.scanned_to {
            return Ok(());
        }
        let first = self.scanned_to.saturating_add(1);
        let logs = l1.logs(first, head, &[self.message_root]).await?;
        for log in &logs.logs {
            if log.topics.first() != Some(&IMessageRoot::BatchRootAppended::SIGNATURE_HASH) {
                continue;
            }
            let event = IMessageRoot::BatchRootAppended::decode_raw_log(
                log.topics.iter().copied(),
                &log.data,
            )
            .map_err(|error| undecodable(l1, log.address, &error))?;
            let had_news = self.candidate.is_some_and(|candidate| candidate.has_news);
            self.candidate = Some(Candidate {
                l1_block: log.block.number,
                timestamp: event.timestamp.saturating_to(),
                root: event.root,
                has_news: had_news || event.chainId != U256::from(self.chain),
            });
        }
        self.scanned_to = head;
        Ok(())
    }

    /// What to import now, if anything.
    pub fn due(&self, policy: &ImportPolicy, now: UnixSeconds) -> Option<Candidate> {
        let rested = self
            .last_import_at
            .is_none_or(|last| now.saturating_sub(last) >= policy.interval_seconds);
        self.candidate
            .filter(|candidate| candidate.has_news && rested)
    }

    /// The import of this L1 block was submitted.
    pub fn imported(&mut self, l1_block: u64, now: UnixSeconds) {
        self.last_import_at = Some(now);
        if self
            .candidate
            .is_some_and(|candidate| candidate.l1_block <= l1_block)
        {
            self.candidate = None;
        }
    }
}

/// Calldata of the import.
pub fn import_call(l1_chain: ChainId, candidate: &Candidate) -> Bytes {
    let import = RootImport {
        settlementChainId: U256::from(l1_chain),
        blockNumber: U256::from(candidate.l1_block),
        timestamp: U256::from(candidate.timestamp),
        root: candidate.root,
    };
    IInteropRootStorage::importRootsCall {
        imports: vec![import],
    }
    .abi_encode()
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: ImportPolicy = ImportPolicy {
        interval_seconds: 10,
    };

    fn planner(has_news: bool, last_import_at: Option<u64>) -> ImportPlanner {
        let candidate = Candidate {
            l1_block: 7,
            timestamp: 70,
            root: B256::repeat_byte(1),
            has_news,
        };
        ImportPlanner {
            last_import_at,
            candidate: Some(candidate),
            ..ImportPlanner::new(271, Address::ZERO, 0)
        }
    }

    #[test]
    fn news_is_imported_at_a_bounded_rate() {
        assert!(planner(true, None).due(&POLICY, 100).is_some());
        assert!(planner(true, Some(90)).due(&POLICY, 100).is_some());
        assert!(planner(true, Some(91)).due(&POLICY, 100).is_none());
        assert!(
            planner(false, None).due(&POLICY, 100).is_none(),
            "its own batches are no news to a chain"
        );
    }

    #[test]
    fn an_imported_root_is_not_imported_again() {
        let mut done = planner(true, None);
        done.imported(7, 100);
        assert!(done.due(&POLICY, 1_000).is_none());
        let mut newer_left = planner(true, None);
        newer_left.imported(6, 100);
        assert!(newer_left.due(&POLICY, 1_000).is_some());
    }

    #[test]
    fn the_call_names_the_block_and_its_root() {
        let candidate = planner(true, None).candidate.unwrap();
        let call =
            IInteropRootStorage::importRootsCall::abi_decode(&import_call(9, &candidate)).unwrap();
        let [import] = call.imports.as_slice() else {
            panic!("one import")
        };
        assert_eq!(
            (import.settlementChainId, import.blockNumber),
            (U256::from(9), U256::from(7))
        );
        assert_eq!(
            (import.timestamp, import.root),
            (U256::from(70), B256::repeat_byte(1))
        );
    }
}
