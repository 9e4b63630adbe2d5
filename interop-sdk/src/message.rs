//! Messages that a chain's outbox has sent, and where they are on their way.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::{Filter, Log, TransactionReceipt},
    sol_types::SolEvent,
};
use causeway_bindings::{
    BundleStatus, CallStatus, IBatchSettlement,
    IInteropHandler::{self, BundleExecuted},
    IMessageOutbox::L1MessageSent,
    IMessageVerifier, InclusionProof, InteropBundle, Message,
};
use causeway_proofs::verify_message;
use tokio::time::{Instant, sleep};

use crate::{
    Delivered, Delivery, Error, Execution, ImportedRoot, Network, Settlement, Stage, Status,
    batch_logs::BatchLogs,
    error::{At, small},
    logs, roots,
};

/// A message in the outbox of a chain. Any account may send one; L1 and every chain can verify it.
#[derive(Clone, Debug)]
pub struct OutboxMessage {
    network: Network,
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
        let mut history = self.network.history().lock().await;
        history.sync(self.network.l1(), self.network.page()).await?;
        Ok(history.settlement_of(self.chain_id, self.block))
    }

    /// The proof that L1 takes: it leads to the message root after the very block that executed the batch.
    pub async fn prove_for_l1(&self) -> Result<InclusionProof, Error> {
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

    async fn require_settlement(&self) -> Result<Settlement, Error> {
        let unsettled = || Error::NotSettled {
            chain_id: self.chain_id,
            block: self.block,
        };
        self.settlement().await?.ok_or_else(unsettled)
    }

    /// A proof to the message root after `l1_block`, and that root. Every tree is rebuilt from events.
    async fn prove_at(
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
        let dialect = causeway_proofs::Dialect::V32;
        verify_message(
            dialect,
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

    async fn is_removed(&self) -> Result<bool, Error> {
        let chain = self.network.endpoint(self.chain_id)?;
        let block = chain
            .provider
            .get_block_by_number(self.block.into())
            .await
            .at(self.chain_id, "block")?;
        // A block that is not there may only be late on this RPC; another one in its place settles it.
        Ok(block.is_some_and(|block| block.header.hash != self.block_hash))
    }

    async fn is_committed(&self) -> Result<bool, Error> {
        let l1 = self.network.l1();
        let head = IBatchSettlement::new(l1.contracts.settlement, &l1.provider)
            .committedHead(U256::from(self.chain_id))
            .call()
            .await
            .at(l1.chain_id, "head of the committed batches")?;
        Ok(head.lastBlock >= self.block)
    }
}

/// A message or bundle that went through an interop center, followed to its destination.
#[derive(Clone, Debug)]
pub struct SentMessage {
    message: OutboxMessage,
    bundle: InteropBundle,
    bundle_hash: B256,
    destination: u64,
}

impl SentMessage {
    /// All bundles that a transaction sent through the interop center of its chain. Messages that other accounts handed
    /// to the outbox are not among them.
    pub(crate) fn in_receipt(
        network: &Network,
        chain_id: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<Self>, Error> {
        let center = network.endpoint(chain_id)?.contracts.center;
        OutboxMessage::in_receipt(network, chain_id, receipt)?
            .into_iter()
            .filter(|message| message.sender == center)
            .map(Self::of)
            .collect()
    }

    fn of(message: OutboxMessage) -> Result<Self, Error> {
        let what = "message of the interop center";
        let bundle =
            InteropBundle::decode_message(&message.data).map_err(|problem| Error::BadAnswer {
                chain_id: message.chain_id,
                what,
                problem: problem.to_string(),
            })?;
        let destination = small(bundle.destinationChainId, message.chain_id, what)?;
        Ok(Self {
            bundle_hash: bundle.bundle_hash(),
            message,
            bundle,
            destination,
        })
    }

    /// The message in the outbox.
    pub fn message(&self) -> &OutboxMessage {
        &self.message
    }

    /// What was sent.
    pub fn bundle(&self) -> &InteropBundle {
        &self.bundle
    }

    /// Identifier of the bundle, on all chains.
    pub fn bundle_hash(&self) -> B256 {
        self.bundle_hash
    }

    /// Identifiers of the calls: the `receiveId`s that recipients see.
    pub fn receive_ids(&self) -> Vec<B256> {
        self.bundle.receive_ids().collect()
    }

    /// Chain that it was sent on.
    pub fn source(&self) -> u64 {
        self.message.chain_id
    }

    /// Chain that it goes to.
    pub fn destination(&self) -> u64 {
        self.destination
    }

    /// Transaction that sent it.
    pub fn transaction(&self) -> B256 {
        self.message.transaction
    }

    /// The batch that holds it, once L1 has executed it.
    pub async fn settlement(&self) -> Result<Option<Settlement>, Error> {
        self.message.settlement().await
    }

    /// Lets the message root on L1 verify that the bundle was sent.
    pub async fn verify_on_l1(&self) -> Result<bool, Error> {
        self.message.verify_on_l1().await
    }

    /// Where the message stands now. Once it can be delivered, a delivery is simulated to see whether it would go
    /// through.
    pub async fn status(&self) -> Result<Status, Error> {
        match self.bundle_status().await? {
            BundleStatus::FullyExecuted => return Ok(Status::Delivered),
            BundleStatus::Unbundled => return Ok(Status::Unbundled(self.call_statuses().await?)),
            _ => {}
        }
        let Some(settlement) = self.settlement().await? else {
            return self.status_before_settlement().await;
        };
        let Some(root) = self.usable_root(&settlement).await? else {
            return Ok(Status::Settled(settlement));
        };
        let held = self.prove_with(&settlement, root).await?.simulate().await?;
        // Someone may have delivered it while it was being simulated, which then looks like a refusal.
        if held.is_some() && self.bundle_status().await? == BundleStatus::FullyExecuted {
            return Ok(Status::Delivered);
        }
        Ok(match held {
            None => Status::Rooted { settlement, root },
            Some(reason) => Status::Held {
                settlement,
                root,
                reason,
            },
        })
    }

    /// Waits until the message has reached `stage`, and returns where it stands then.
    ///
    /// Failures that may pass, such as an RPC that is away, are waited out too.
    pub async fn wait(&self, stage: Stage, limit: Duration) -> Result<Status, Error> {
        let deadline = Instant::now() + limit;
        loop {
            let seen = self.status().await;
            match &seen {
                Ok(Status::Removed) => {
                    return Err(Error::Removed {
                        chain_id: self.source(),
                        block: self.message.block,
                    });
                }
                Ok(status) if status.stage() >= Some(stage) => return seen,
                Err(failure) if !failure.is_temporary() => return seen,
                _ => {}
            }
            if Instant::now() >= deadline {
                let last = Box::new(seen?);
                return Err(Error::Timeout { stage, limit, last });
            }
            sleep(self.message.network.poll()).await;
        }
    }

    /// Builds the proof against a root that the destination has imported, without any relayer.
    ///
    /// The log tree is rebuilt from the events of the outbox and compared with the batch root on L1; chain tree and
    /// shared tree are rebuilt from the events of L1, and their root is compared with L1's history and with the root
    /// that the destination imported.
    pub async fn prove(&self) -> Result<Delivery, Error> {
        let settlement = self.message.require_settlement().await?;
        let not_rooted = Error::NotRooted {
            chain_id: self.destination,
            l1_block: settlement.l1_block,
        };
        let root = self.usable_root(&settlement).await?.ok_or(not_rooted)?;
        self.prove_with(&settlement, root).await
    }

    /// Where the bundle was executed, by whomever: nothing or one transaction.
    pub async fn executions(&self) -> Result<Vec<Execution>, Error> {
        let network = &self.message.network;
        let destination = network.endpoint(self.destination)?;
        let what = "executions of a bundle";
        let head = destination
            .provider
            .get_block_number()
            .await
            .at(self.destination, "block number")?;
        let filter = Filter::new()
            .address(destination.contracts.handler)
            .event_signature(BundleExecuted::SIGNATURE_HASH)
            .topic1(self.bundle_hash);
        let found = logs::fetch(
            &destination.provider,
            &filter,
            destination.from_block..=head,
            network.page(),
        )
        .await
        .at(self.destination, what)?;
        let execution = |log: &Log| {
            let missing = || Error::BadAnswer {
                chain_id: self.destination,
                what,
                problem: "a log without its block or transaction".to_owned(),
            };
            Ok(Execution {
                block: log.block_number.ok_or_else(missing)?,
                transaction: log.transaction_hash.ok_or_else(missing)?,
            })
        };
        found.iter().map(execution).collect()
    }

    /// Proves and delivers the message from the account of `provider`, once it can be delivered.
    pub async fn finalize(
        &self,
        provider: &impl Provider,
        limit: Duration,
    ) -> Result<Delivered, Error> {
        match self.wait(Stage::Rooted, limit).await? {
            Status::Delivered => Ok(Delivered::ByOther),
            _ => self.prove().await?.deliver(provider).await,
        }
    }

    async fn status_before_settlement(&self) -> Result<Status, Error> {
        if self.message.is_removed().await? {
            return Ok(Status::Removed);
        }
        Ok(if self.message.is_committed().await? {
            Status::InBatch
        } else {
            Status::Sent
        })
    }

    /// The newest root that the destination imported and keeps, if it covers the batch and L1 knows it.
    async fn usable_root(&self, settlement: &Settlement) -> Result<Option<ImportedRoot>, Error> {
        let network = &self.message.network;
        let destination = network.endpoint(self.destination)?;
        let l1_chain_id = network.l1_chain_id();
        let imports = roots::newest_imports(destination, l1_chain_id, network.page()).await?;
        let mut unknown = None;
        for import in imports
            .into_iter()
            .filter(|import| import.l1_block >= settlement.l1_block)
        {
            if !roots::is_kept(destination, l1_chain_id, &import).await? {
                continue;
            }
            if roots::is_genuine(network.l1(), &import).await? {
                return Ok(Some(import));
            }
            unknown = unknown.or(Some(import));
        }
        match unknown {
            None => Ok(None),
            Some(import) => Err(Error::UnknownRoot {
                block: import.l1_block,
                root: import.root,
            }),
        }
    }

    async fn prove_with(
        &self,
        settlement: &Settlement,
        root: ImportedRoot,
    ) -> Result<Delivery, Error> {
        let network = &self.message.network;
        self.read_history_up_to(root.l1_block).await?;
        let (proof, rebuilt) = self.message.prove_at(settlement, root.l1_block).await?;
        if rebuilt != root.root {
            network.history().lock().await.reset();
            return Err(Error::RootMismatch {
                what: format!("message root after L1 block {}", root.l1_block),
                rebuilt,
                known: root.root,
            });
        }
        Ok(Delivery::new(
            network.clone(),
            self,
            *settlement,
            root,
            proof,
        ))
    }

    /// A root may be newer than what was read of L1.
    async fn read_history_up_to(&self, l1_block: u64) -> Result<(), Error> {
        let network = &self.message.network;
        let mut history = network.history().lock().await;
        if history.head() < Some(l1_block) {
            history.sync(network.l1(), network.page()).await?;
        }
        Ok(())
    }

    pub(crate) async fn bundle_status(&self) -> Result<BundleStatus, Error> {
        let destination = self.message.network.endpoint(self.destination)?;
        IInteropHandler::new(destination.contracts.handler, &destination.provider)
            .bundleStatus(self.bundle_hash)
            .call()
            .await
            .at(self.destination, "status of a bundle")
    }

    async fn call_statuses(&self) -> Result<Vec<CallStatus>, Error> {
        let destination = self.message.network.endpoint(self.destination)?;
        let handler = IInteropHandler::new(destination.contracts.handler, &destination.provider);
        let mut statuses = Vec::with_capacity(self.bundle.calls.len());
        for index in 0..self.bundle.calls.len() {
            let status = handler
                .callStatus(self.bundle_hash, U256::from(index))
                .call()
                .await;
            statuses.push(status.at(self.destination, "status of a call")?);
        }
        Ok(statuses)
    }
}
