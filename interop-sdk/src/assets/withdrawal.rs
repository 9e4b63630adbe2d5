//! Tokens on their way from a chain to L1.

use std::time::Duration;

use alloy::{
    primitives::{B256, Bytes, U256, keccak256},
    providers::Provider,
    rpc::types::TransactionReceipt,
    sol_types::SolError,
};
use causeway_bindings::{
    ISharedBridge::{
        SharedBridgeAlreadyFinalized, SharedBridgeTooEarly, finalizeWithdrawalCall,
        releaseWithdrawalCall,
    },
    TransferRequest,
};

use super::{
    Permit, Way,
    on_l1::{Ready, attempt, refused},
    transfer::{sealed, vault_input},
};
use crate::{Error, Network, OutboxMessage};

const WHAT: &str = "finalization of a withdrawal";

/// From a chain to L1.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ToL1 {}

impl sealed::Words for ToL1 {
    const WHAT: &'static str = "withdrawal";

    fn deliver_before(&self) -> u64 {
        0
    }

    fn check(_: &Network, _: u64) -> Result<(), Error> {
        Ok(())
    }

    fn input(&self, request: TransferRequest, permit: Option<&Permit>) -> Bytes {
        vault_input(request, permit)
    }
}

impl Way for ToL1 {
    type Sent = Withdrawal;

    fn sent(
        network: &Network,
        chain_id: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<Withdrawal>, Error> {
        Withdrawal::in_receipt(network, chain_id, receipt)
    }
}

/// Tokens that left a chain for L1, followed until they are paid there.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    message: OutboxMessage,
}

/// Where a withdrawal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawalStatus {
    /// It left; L1 has not executed the batch that holds it.
    Sent,
    /// Anyone can have L1 pay it, or book it where it exceeds the outflow limit.
    Payable,
    /// It exceeds the outflow limit and is paid later.
    Delayed {
        /// From when on, in seconds.
        until: U256,
    },
    /// L1 has paid it. A recipient that could not be paid has a claim.
    Paid,
    /// The block that held it was reorganised away.
    Removed,
}

/// What is left to do on L1.
enum Step {
    Call(Ready),
    Delayed(U256),
    Done,
}

impl Withdrawal {
    pub(crate) fn in_receipt(
        network: &Network,
        chain_id: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<Self>, Error> {
        let vault = network.endpoint(chain_id)?.contracts.vault;
        let messages = OutboxMessage::in_receipt(network, chain_id, receipt)?.into_iter();
        Ok(messages
            .filter(|message| message.sender == vault)
            .map(|message| Self { message })
            .collect())
    }

    /// What the vault said to L1.
    pub fn message(&self) -> &OutboxMessage {
        &self.message
    }

    /// What L1 knows it by: the hash of its message.
    pub fn hash(&self) -> B256 {
        keccak256(&self.message.data)
    }

    /// Where it stands now.
    pub async fn status(&self) -> Result<WithdrawalStatus, Error> {
        if self.message.settlement().await?.is_none() {
            return Ok(if self.message.is_removed().await? {
                WithdrawalStatus::Removed
            } else {
                WithdrawalStatus::Sent
            });
        }
        Ok(match self.next().await? {
            Step::Call(_) => WithdrawalStatus::Payable,
            Step::Delayed(until) => WithdrawalStatus::Delayed { until },
            Step::Done => WithdrawalStatus::Paid,
        })
    }

    /// Proves the withdrawal and has L1 pay it, from the account of `provider`, which is a provider of L1; anyone may,
    /// the recipient is paid. Waits at most `limit` until that is possible. Returns the transaction; `None` if it was
    /// paid before.
    ///
    /// One that exceeds the outflow limit is only booked by the first transaction, and paid when this is called again
    /// later: [`status`](Self::status) tells the two apart.
    ///
    /// # Errors
    /// [`Error::NotSettled`] or [`Error::Delayed`] if it took longer than `limit`.
    pub async fn finalize(
        &self,
        provider: &impl Provider,
        limit: Duration,
    ) -> Result<Option<B256>, Error> {
        let network = &self.message.network;
        let ready = network.patiently(limit, async || self.ready().await);
        match ready.await? {
            Some(call) => Ok(Some(call.send(network, provider, WHAT).await?)),
            None => Ok(None),
        }
    }

    async fn ready(&self) -> Result<Option<Ready>, Error> {
        match self.next().await? {
            Step::Call(call) => Ok(Some(call)),
            Step::Delayed(until) => Err(Error::Delayed { until }),
            Step::Done => Ok(None),
        }
    }

    async fn next(&self) -> Result<Step, Error> {
        let network = &self.message.network;
        let finalize = finalizeWithdrawalCall {
            proof: self.message.prove_for_l1().await?,
            message: self.message.data.clone(),
        };
        match attempt(network, &finalize, WHAT).await? {
            Ok(call) => Ok(Step::Call(call)),
            Err(data) if data.starts_with(&SharedBridgeAlreadyFinalized::SELECTOR) => {
                self.next_after_proof().await
            }
            Err(data) => Err(refused(network, data, WHAT)),
        }
    }

    /// A withdrawal that is proven was paid, or waits for the outflow limit.
    async fn next_after_proof(&self) -> Result<Step, Error> {
        let network = &self.message.network;
        let release = releaseWithdrawalCall {
            chainId: U256::from(self.message.chain_id),
            message: self.message.data.clone(),
        };
        let data = match attempt(network, &release, WHAT).await? {
            Ok(call) => return Ok(Step::Call(call)),
            Err(data) => data,
        };
        if data.starts_with(&SharedBridgeAlreadyFinalized::SELECTOR) {
            return Ok(Step::Done);
        }
        match SharedBridgeTooEarly::abi_decode(&data) {
            Ok(early) => Ok(Step::Delayed(early.payableAt)),
            Err(_) => Err(refused(network, data, WHAT)),
        }
    }
}
