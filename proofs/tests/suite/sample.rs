//! A message settled among others, with a proof of it.

use alloy_primitives::{Address, B256};
use causeway_proofs::{
    Anchor, ChainBatch, Dialect, InclusionProof, L2Log, LogTree, MessageRoot, SettledBatch,
    VerifyError, verify_in_batch, verify_message,
};

pub(crate) const DIALECTS: [Dialect; 2] = [Dialect::V31, Dialect::V32];
pub(crate) const SETTLEMENT_CHAIN: u64 = 1;

/// Everything a verifier is given, and the one root it knows.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) dialect: Dialect,
    pub(crate) chain_id: u64,
    pub(crate) batch_number: u64,
    pub(crate) leaf_index: u64,
    pub(crate) leaf: B256,
    pub(crate) words: Vec<B256>,
    pub(crate) block: u64,
    pub(crate) root: B256,
    pub(crate) chain_batch_root: B256,
}

impl Sample {
    /// Log 5 of 11 in batch 16 of 20 of the last of five chains: paths of all three trees have siblings on both sides.
    pub(crate) fn new(dialect: Dialect) -> Self {
        let log = |index: u16| L2Log::message(Address::with_last_byte(9), index, &[7; 5]);
        let logs: Vec<_> = (0..11).map(log).collect();
        Self::of_logs(dialect, &logs, 5)
    }

    fn of_logs(dialect: Dialect, logs: &[L2Log], leaf_index: usize) -> Self {
        let (chain_id, batch_number) = (275, 16);
        let tree = LogTree::from_logs(logs).unwrap();
        let batch = ChainBatch::new(dialect, chain_id, &tree);
        let roots = settled(dialect, batch.root());
        let path = batch.path(&tree, leaf_index).unwrap();
        let snapshot = roots.snapshot(roots.last_block());
        let proof = snapshot.prove(chain_id, batch_number, path).unwrap();
        Self {
            dialect,
            chain_id,
            batch_number,
            leaf_index: leaf_index as u64,
            leaf: logs[leaf_index].leaf(),
            words: proof.encode().unwrap(),
            block: snapshot.block(),
            root: snapshot.root(),
            chain_batch_root: batch.root(),
        }
    }

    /// The same message, proven only up to its chain batch root.
    pub(crate) fn final_words(&self) -> Vec<B256> {
        let log_path = self.proof().log_path;
        InclusionProof::in_batch(self.dialect, log_path)
            .encode()
            .unwrap()
    }

    pub(crate) fn proof(&self) -> InclusionProof {
        InclusionProof::decode(&self.words, self.dialect).unwrap()
    }

    pub(crate) fn verify(&self) -> Result<Anchor, VerifyError> {
        self.verify_words(&self.words)
    }

    pub(crate) fn verify_words(&self, words: &[B256]) -> Result<Anchor, VerifyError> {
        let known = |chain_id, block| {
            ((chain_id, block) == (SETTLEMENT_CHAIN, self.block)).then_some(self.root)
        };
        verify_message(
            self.dialect,
            self.chain_id,
            self.batch_number,
            self.leaf_index,
            self.leaf,
            words,
            known,
        )
    }

    pub(crate) fn verify_final(&self, words: &[B256]) -> Result<(), VerifyError> {
        verify_in_batch(
            self.dialect,
            self.leaf_index,
            self.leaf,
            words,
            self.chain_batch_root,
        )
    }
}

/// Five chains of twenty batches each; batch 16 of the last one has the given root.
fn settled(dialect: Dialect, chain_batch_root: B256) -> MessageRoot {
    let mut roots = MessageRoot::new(dialect, SETTLEMENT_CHAIN);
    for chain_id in 271..276 {
        roots.register_chain(chain_id, 10).unwrap();
    }
    for batch_number in 1..=20 {
        for chain_id in 271..276 {
            let is_sample = (chain_id, batch_number) == (275, 16);
            let other = B256::repeat_byte((chain_id + batch_number) as u8);
            let batch = SettledBatch {
                chain_id,
                batch_number,
                chain_batch_root: if is_sample { chain_batch_root } else { other },
                block: 10 + batch_number,
                timestamp: 1_800_000_000 + 12 * batch_number,
            };
            roots.append_batch(batch).unwrap();
        }
    }
    roots
}
