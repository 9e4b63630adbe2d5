//! Delivery of a proven message.

use alloy::{
    primitives::{Address, B256},
    providers::Provider,
};
use causeway_bindings::{
    BundleDelivery, BundleStatus, CallStatus, IInteropHandler, InclusionProof,
};

use crate::{
    Error, Held, ImportedRoot, Network, SentMessage, Settlement, Status, error::At, transaction,
};

const WHAT: &str = "delivery of a bundle";

/// A proven message, ready to be handed to the destination.
#[derive(Clone, Debug)]
pub struct Delivery {
    network: Network,
    message: SentMessage,
    settlement: Settlement,
    root: ImportedRoot,
    call: BundleDelivery,
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// This transaction executed the bundle.
    By(B256),
    /// Someone else had executed it already.
    ByOther,
}

/// Where a bundle was executed, or the operation of a deposit run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Block of the destination.
    pub block: u64,
    /// Transaction that did it.
    pub transaction: B256,
}

impl Delivery {
    pub(crate) fn new(
        network: Network,
        message: &SentMessage,
        settlement: Settlement,
        root: ImportedRoot,
        proof: InclusionProof,
    ) -> Self {
        let call = BundleDelivery {
            bundle: message.bundle().encode(),
            sender: message.message().sender,
            proof,
        };
        Self {
            network,
            message: message.clone(),
            settlement,
            root,
            call,
        }
    }

    /// The message.
    pub fn message(&self) -> &SentMessage {
        &self.message
    }

    /// Where L1 executed its batch.
    pub fn settlement(&self) -> &Settlement {
        &self.settlement
    }

    /// The imported root that the proof leads to.
    pub fn root(&self) -> &ImportedRoot {
        &self.root
    }

    /// What `IInteropHandler.executeBundle` takes.
    pub fn call(&self) -> &BundleDelivery {
        &self.call
    }

    /// What would be in the way of a delivery now, by the account that may execute the bundle.
    pub async fn simulate(&self) -> Result<Option<Held>, Error> {
        let executor = self
            .message
            .bundle()
            .executor()
            .ok()
            .flatten()
            .and_then(|executor| executor.account());
        self.simulate_from(executor.unwrap_or_default()).await
    }

    /// What would be in the way of a delivery now, by this account.
    pub async fn simulate_from(&self, account: Address) -> Result<Option<Held>, Error> {
        let destination = self.network.endpoint(self.message.destination())?;
        let outcome = IInteropHandler::new(destination.contracts.handler, &destination.provider)
            .executeBundle(self.call.clone())
            .from(account)
            .call()
            .await
            .at(destination.chain_id, WHAT);
        match outcome {
            Ok(_) => Ok(None),
            Err(Error::Reverted { data, .. }) => Ok(Some(Held::from_revert(data))),
            Err(failure) => Err(failure),
        }
    }

    /// Delivers the message from the account of `provider`, which is a provider of the destination.
    ///
    /// That someone else was faster counts as success.
    pub async fn deliver(&self, provider: &impl Provider) -> Result<Delivered, Error> {
        match self.submit(provider).await {
            Err(failure @ (Error::Reverted { .. } | Error::TransactionFailed { .. })) => {
                match self.message.bundle_status().await? {
                    BundleStatus::FullyExecuted => Ok(Delivered::ByOther),
                    _ => Err(failure),
                }
            }
            outcome => outcome,
        }
    }

    /// Gives the message up from the account of `provider`, which is a provider of the destination: calls that have not
    /// run are cancelled for good. Possible once the `deliver_before` of one of them is over, for anyone. Returns the
    /// transaction; `None` if someone else was faster.
    pub async fn cancel_expired(&self, provider: &impl Provider) -> Result<Option<B256>, Error> {
        let destination = self.network.endpoint(self.message.destination())?;
        let handler = IInteropHandler::new(destination.contracts.handler, provider);
        let call = handler.cancelExpired(self.call.clone());
        let request = call.into_transaction_request();
        let what = "cancellation of a bundle";
        match transaction::confirm(request, provider, destination.chain_id, what).await {
            Ok(receipt) => Ok(Some(receipt.transaction_hash)),
            Err(failure @ (Error::Reverted { .. } | Error::TransactionFailed { .. })) => {
                match self.message.status_at_destination().await? {
                    Some(Status::Unbundled(calls)) if !calls.contains(&CallStatus::Unprocessed) => {
                        Ok(None)
                    }
                    _ => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    async fn submit(&self, provider: &impl Provider) -> Result<Delivered, Error> {
        let destination = self.network.endpoint(self.message.destination())?;
        let chain_id = destination.chain_id;
        let receipt = transaction::confirm(
            IInteropHandler::new(destination.contracts.handler, provider)
                .executeBundle(self.call.clone())
                .into_transaction_request(),
            provider,
            chain_id,
            WHAT,
        )
        .await?;
        Ok(Delivered::By(receipt.transaction_hash))
    }
}
