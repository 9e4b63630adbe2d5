//! Messages of the interop center, followed to their destination.

use std::time::Duration;

use alloy::{
    primitives::{B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log, TransactionReceipt},
    sol_types::SolEvent,
};
use causeway_bindings::{
    BundleStatus, CallStatus,
    IInteropHandler::{self, BundleExecuted},
    InteropBundle,
};
use tokio::time::{Instant, sleep};

use crate::{
    Delivered, Delivery, Error, Execution, ImportedRoot, Network, OutboxMessage, Settlement, Stage,
    Status,
    error::{At, small},
    logs, roots,
};

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

    pub(crate) fn network(&self) -> &Network {
        &self.message.network
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
        if let Some(status) = self.status_at_destination().await? {
            return Ok(status);
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
            let seen = self.reached(stage).await;
            match seen {
                Ok(Some(status)) => return Ok(status),
                Err(failure) if !failure.is_temporary() => return Err(failure),
                _ if Instant::now() < deadline => sleep(self.message.network.poll()).await,
                Err(failure) => return Err(failure),
                Ok(None) => {
                    let last = Box::new(self.status().await?);
                    return Err(Error::Timeout { stage, limit, last });
                }
            }
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

    /// Proves the message and gives it up, see [`Delivery::cancel_expired`]; the tokens of a transfer then go back with
    /// [`return_assets`](Self::return_assets).
    pub async fn cancel_expired(&self, provider: &impl Provider) -> Result<Option<B256>, Error> {
        self.prove().await?.cancel_expired(provider).await
    }

    /// The status if it has reached `stage`.
    async fn reached(&self, stage: Stage) -> Result<Option<Status>, Error> {
        let status = if stage < Stage::Delivered {
            Some(self.status().await?)
        } else if self.message.is_removed().await? {
            Some(Status::Removed)
        } else {
            // What lies between is of no interest here, and would cost five times as many requests.
            self.status_at_destination().await?
        };
        match status {
            Some(Status::Removed) => Err(Error::Removed {
                chain_id: self.source(),
                block: self.message.block,
            }),
            other => Ok(other.filter(|status| status.stage() >= Some(stage))),
        }
    }

    /// The status if the handler of the destination has settled the message.
    pub(crate) async fn status_at_destination(&self) -> Result<Option<Status>, Error> {
        Ok(match self.bundle_status().await? {
            BundleStatus::FullyExecuted => Some(Status::Delivered),
            BundleStatus::Unbundled => Some(Status::Unbundled(self.call_statuses().await?)),
            _ => None,
        })
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

    pub(crate) async fn call_statuses(&self) -> Result<Vec<CallStatus>, Error> {
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
