//! Tokens of transfers that their destination gave up, on their way back.

use alloy::{
    primitives::U256,
    providers::Provider,
    sol_types::{SolCall, SolError},
};
use causeway_bindings::{
    AssetTransfer, CallStatus,
    IAssetVault::{self, AssetVaultAlreadyReturned},
};

use crate::{ChainContracts, Error, SentMessage, error::At, network::Endpoint, transaction};

const WHAT: &str = "return of tokens";

impl SentMessage {
    /// The transfers that the message carries, each with the index of its call; in the words of the source's vault.
    pub fn transfers(&self) -> Result<Vec<(usize, AssetTransfer)>, Error> {
        let chain_id = self.source();
        let vault = self.network().endpoint(chain_id)?.contracts.vault;
        let transfers = self.bundle().transfers(vault);
        transfers.map_err(|problem| Error::BadAnswer {
            chain_id,
            what: "calls of a bundle",
            problem: problem.to_string(),
        })
    }

    /// Sends the tokens of calls that were cancelled back to their senders, from the account of `provider`, which is a
    /// provider of the destination; anyone may. Returns the messages that carry them, which can be followed like any
    /// other. Empty if nothing was cancelled, or all went back before.
    pub async fn return_assets(&self, provider: &impl Provider) -> Result<Vec<Self>, Error> {
        let destination = self.network().endpoint(self.destination())?;
        let statuses = self.call_statuses().await?;
        let mut returned = Vec::new();
        for (index, _) in self.transfers()? {
            let is_due = statuses.get(index) == Some(&CallStatus::Cancelled);
            if is_due && !self.went_back(destination, index).await? {
                let call = self.return_call(index);
                let vault = IAssetVault::new(destination.contracts.vault, provider);
                let request = vault.call_builder(&call).into_transaction_request();
                let chain_id = destination.chain_id;
                let receipt = transaction::confirm(request, provider, chain_id, WHAT).await?;
                returned.extend(Self::in_receipt(self.network(), chain_id, &receipt)?);
            }
        }
        Ok(returned)
    }

    async fn went_back(
        &self,
        destination: &Endpoint<ChainContracts>,
        index: usize,
    ) -> Result<bool, Error> {
        let call = self.return_call(index);
        let outcome = IAssetVault::new(destination.contracts.vault, &destination.provider)
            .call_builder(&call)
            .call()
            .await
            .at(destination.chain_id, WHAT);
        match outcome {
            Ok(_) => Ok(false),
            Err(Error::Reverted { data, .. })
                if data.starts_with(&AssetVaultAlreadyReturned::SELECTOR) =>
            {
                Ok(true)
            }
            Err(failure) => Err(failure),
        }
    }

    fn return_call(&self, index: usize) -> impl SolCall + use<> {
        IAssetVault::returnCancelledCall {
            sourceChainId: U256::from(self.source()),
            bundle: self.bundle().encode(),
            callIndex: U256::from(index),
        }
    }
}
