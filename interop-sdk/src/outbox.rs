//! Messages in a chain's outbox, and their proofs.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::{Log, TransactionReceipt},
    sol_types::SolEvent,
};
use causeway_bindings::{
    IBatchSettlement, IMessageOutbox::L1MessageSent, IMessageVerifier, InclusionProof, Message,
};

use crate::{Error, Network, Settlement, error::At, leaf::Leaf};

/// A message in the outbox of a chain. Any account may send one; L1 and every chain can verify it.
#[derive(Clone, Debug)]
pub struct OutboxMessage {
    pub(crate) network: Network,
    /// Chain that it was sent on.
    pub chain_id: u64,
    /// Block that holds it.
    pub block: u64,
    /// Hash of that block.
    pub block_hash: B256,
    /// Transaction that sent it.
    pub transaction: B256,
    /// Place of its event in the block.
    pub log_index: u64,
    /// Account that handed it to the outbox.
    pub sender: Address,
    /// The message itself.
    pub data: Bytes,
}

impl OutboxMessage {
    /// All messages that a transaction sent through the outbox of its chain.
    pub(crate) fn in_receipt(
        network: &Network,
        chain_id: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<Self>, Error> {
        let outbox = network.endpoint(chain_id)?.contracts.outbox;
        let is_message = |log: &&Log| {
            log.address() == outbox && log.topic0() == Some(&L1MessageSent::SIGNATURE_HASH)
        };
        receipt
            .logs()
            .iter()
            .filter(is_message)
            .map(|log| Self::of_log(network, chain_id, log))
            .collect()
    }

    fn of_log(network: &Network, chain_id: u64, log: &Log) -> Result<Self, Error> {
        let bad = |problem: String| Error::BadAnswer {
            chain_id,
            what: "event of a message",
            problem,
        };
        let event =
            L1MessageSent::decode_log(&log.inner).map_err(|problem| bad(problem.to_string()))?;
        let missing = || bad("a log without its block, transaction or index".to_owned());
        Ok(Self {
            network: network.clone(),
            chain_id,
            block: log.block_number.ok_or_else(missing)?,
            block_hash: log.block_hash.ok_or_else(missing)?,
            transaction: log.transaction_hash.ok_or_else(missing)?,
            log_index: log.log_index.ok_or_else(missing)?,
            sender: event.sender,
            data: event.data.message,
        })
    }

    /// The batch that holds the message, once L1 has executed it.
    pub async fn settlement(&self) -> Result<Option<Settlement>, Error> {
        self.leaf().settlement().await
    }

    /// The proof that L1 takes: it leads to the message root after the very block that executed the batch.
    pub async fn prove_for_l1(&self) -> Result<InclusionProof, Error> {
        self.leaf().prove_for_l1().await
    }

    /// Lets the message root on L1 verify the message. False means that L1 does not know the root of the proof.
    pub async fn verify_on_l1(&self) -> Result<bool, Error> {
        let proof = self.prove_for_l1().await?;
        let message = Message {
            txNumberInBatch: proof.txNumberInBatch,
            sender: self.sender,
            data: self.data.clone(),
        };
        let l1 = self.network.l1();
        IMessageVerifier::new(l1.contracts.message_root, &l1.provider)
            .verifyMessage(proof, message)
            .call()
            .await
            .at(l1.chain_id, "verification of the message")
    }

    pub(crate) async fn require_settlement(&self) -> Result<Settlement, Error> {
        self.leaf().require_settlement().await
    }

    /// A proof to the message root after `l1_block`, and that root.
    pub(crate) async fn prove_at(
        &self,
        settlement: &Settlement,
        l1_block: u64,
    ) -> Result<(InclusionProof, B256), Error> {
        self.leaf().prove_at(settlement, l1_block).await
    }

    fn leaf(&self) -> Leaf {
        Leaf {
            network: self.network.clone(),
            chain_id: self.chain_id,
            block: self.block,
            transaction: self.transaction,
            log_index: self.log_index,
        }
    }

    pub(crate) async fn is_removed(&self) -> Result<bool, Error> {
        let chain = self.network.endpoint(self.chain_id)?;
        let block = chain
            .provider
            .get_block_by_number(self.block.into())
            .await
            .at(self.chain_id, "block")?;
        // A block that is not there may only be late on this RPC; another one in its place settles it.
        Ok(block.is_some_and(|block| block.header.hash != self.block_hash))
    }

    /// Whether a committed batch holds the message, for a message whose execution was not seen.
    pub(crate) async fn is_committed(&self) -> Result<bool, Error> {
        let l1 = self.network.l1();
        let settlement = IBatchSettlement::new(l1.contracts.settlement, &l1.provider);
        let chain_id = U256::from(self.chain_id);
        let executed = settlement
            .executedHead(chain_id)
            .call()
            .await
            .at(l1.chain_id, "head of the executed batches")?;
        if executed.lastBlock >= self.block {
            // The RPC kept the events of the batch back, or had none yet: read them again next time.
            self.network.history().lock().await.reset();
            return Ok(true);
        }
        let committed = settlement.committedHead(chain_id).call().await;
        Ok(committed
            .at(l1.chain_id, "head of the committed batches")?
            .lastBlock
            >= self.block)
    }
}
