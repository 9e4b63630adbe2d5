//! Leaves of a chain's log tree, and their proofs.

use alloy::primitives::{B256, U256};
use causeway_bindings::InclusionProof;
use causeway_proofs::{Dialect, verify_message};

use crate::{Error, ImportedRoot, Network, Settlement, batch_logs::BatchLogs, roots};

/// A leaf, by the event of the outbox that it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) network: Network,
    pub(crate) chain_id: u64,
    pub(crate) block: u64,
    pub(crate) transaction: B256,
    /// Place of the event in the block.
    pub(crate) log_index: u64,
}

impl Leaf {
    /// The batch that holds it, once L1 has executed it.
    pub(crate) async fn settlement(&self) -> Result<Option<Settlement>, Error> {
        let mut history = self.network.history().lock().await;
        history.sync(self.network.l1(), self.network.page()).await?;
        Ok(history.settlement_of(self.chain_id, self.block))
    }

    pub(crate) async fn require_settlement(&self) -> Result<Settlement, Error> {
        let unsettled = || Error::NotSettled {
            chain_id: self.chain_id,
            block: self.block,
        };
        self.settlement().await?.ok_or_else(unsettled)
    }

    /// The proof that L1 takes: it leads to the message root after the very block that executed the batch.
    pub(crate) async fn prove_for_l1(&self) -> Result<InclusionProof, Error> {
        let settlement = self.require_settlement().await?;
        let (proof, root) = self.prove_at(&settlement, settlement.l1_block).await?;
        self.require_genuine(&ImportedRoot {
            l1_block: settlement.l1_block,
            l1_timestamp: settlement.l1_timestamp,
            root,
        })
        .await?;
        Ok(proof)
    }

    /// A proof to the message root after `l1_block`, and that root. Every tree is rebuilt from events.
    pub(crate) async fn prove_at(
        &self,
        settlement: &Settlement,
        l1_block: u64,
    ) -> Result<(InclusionProof, B256), Error> {
        let batch_number = settlement.batch_number;
        let chain = self.network.endpoint(self.chain_id)?;
        let logs = BatchLogs::fetch(chain, settlement, self.network.page()).await?;
        let path = logs
            .path_of(self.transaction, self.log_index)
            .ok_or(Error::NotInBatch {
                chain_id: self.chain_id,
                batch_number,
            })?;

        let history = self.network.history().lock().await;
        let snapshot = history.snapshot(l1_block);
        let words = snapshot
            .prove(self.chain_id, batch_number, path.siblings)?
            .encode()?;
        let root = snapshot.root();
        verify_message(
            Dialect::V32,
            self.chain_id,
            batch_number,
            path.index,
            path.leaf,
            &words,
            |_, _| Some(root),
        )?;

        let proof = InclusionProof {
            chainId: U256::from(self.chain_id),
            batchNumber: U256::from(batch_number),
            leafIndex: U256::from(path.index),
            txNumberInBatch: 0,
            path: words,
        };
        Ok((proof, root))
    }

    /// Compares a rebuilt root with L1's own history.
    async fn require_genuine(&self, rebuilt: &ImportedRoot) -> Result<(), Error> {
        if roots::is_genuine(self.network.l1(), rebuilt).await? {
            return Ok(());
        }
        // The events and the state of L1 disagree: read the events again next time.
        self.network.history().lock().await.reset();
        Err(Error::UnknownRoot {
            block: rebuilt.l1_block,
            root: rebuilt.root,
        })
    }
}
