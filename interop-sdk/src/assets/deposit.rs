//! Tokens on their way from L1 to a chain.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::{Filter, TransactionReceipt},
    sol_types::{SolCall, SolError, SolEvent},
};
use causeway_bindings::{
    IMessageOutbox::OperationStatus,
    IPriorityQueue::PriorityOperationRequested,
    ISharedBridge::{
        DepositRequested, SharedBridgeUnknownDeposit, claimFailedDepositCall, depositCall,
        depositWithPermitCall,
    },
    PriorityOperation, TransferRequest,
};

use super::{
    Permit, TransferBuilder, Way,
    on_l1::{Ready, attempt, refused},
    transfer::sealed,
};
use crate::{
    Error, Execution, Network,
    error::{At, small},
    leaf::Leaf,
    logs,
};

const WHAT: &str = "recovery of a deposit";

/// Gas that a deposit gets on its chain unless told otherwise.
const GAS_LIMIT: u64 = 2_000_000;

/// From L1 to a chain.
#[derive(Clone, Copy, Debug)]
pub struct FromL1 {
    gas_limit: u64,
}

impl Default for FromL1 {
    fn default() -> Self {
        Self {
            gas_limit: GAS_LIMIT,
        }
    }
}

impl sealed::Words for FromL1 {
    const WHAT: &'static str = "deposit";

    fn deliver_before(&self) -> u64 {
        0
    }

    fn check(network: &Network, destination: u64) -> Result<(), Error> {
        network.endpoint(destination).map(drop)
    }

    fn input(&self, request: TransferRequest, permit: Option<&Permit>) -> Bytes {
        let gas_limit = self.gas_limit;
        let Some(permit) = permit else {
            let call = depositCall {
                request,
                gasLimit: gas_limit,
            };
            return call.abi_encode().into();
        };
        let (v, r, s) = permit.parts();
        let call = depositWithPermitCall {
            request,
            gasLimit: gas_limit,
            deadline: U256::from(permit.deadline),
            v,
            r,
            s,
        };
        call.abi_encode().into()
    }
}

impl Way for FromL1 {
    type Sent = Deposit;

    fn sent(
        network: &Network,
        _: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<Deposit>, Error> {
        Deposit::in_receipt(network, receipt)
    }
}

impl TransferBuilder<FromL1> {
    /// Gas that the deposit gets on its chain, 2,000,000 unless set.
    pub fn gas_limit(mut self, gas: u64) -> Self {
        self.way.gas_limit = gas;
        self
    }
}

/// Tokens that left L1 for a chain, followed until the chain has taken or refused them.
#[derive(Clone, Debug)]
pub struct Deposit {
    network: Network,
    chain_id: u64,
    operation: PriorityOperation,
    hash: B256,
}

/// Where a deposit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepositStatus {
    /// It is in the queue of its chain.
    Queued,
    /// Its chain took it. A recipient that could not be paid has a claim.
    Arrived(Execution),
    /// Its chain refused it; L1 has not executed the batch that says so.
    Refused(Execution),
    /// Its chain refused it, and anyone can have L1 give it back.
    Recoverable(Execution),
    /// Its chain refused it, and L1 gave it back.
    Recovered(Execution),
}

/// How a chain ran the operation, and the leaf that says so.
struct Outcome {
    success: bool,
    execution: Execution,
    leaf: Leaf,
}

impl Deposit {
    pub(crate) fn in_receipt(
        network: &Network,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<Self>, Error> {
        let contracts = network.l1_contracts();
        let deposits = events::<DepositRequested>(receipt, contracts.shared_bridge);
        let operations = events::<PriorityOperationRequested>(receipt, contracts.priority_queue);
        let mut found = Vec::new();
        for deposit in deposits {
            let hash = deposit.operationHash;
            let queued = operations
                .iter()
                .find(|queued| queued.operationHash == hash);
            let queued = queued.ok_or_else(|| Error::BadAnswer {
                chain_id: network.l1_chain_id(),
                what: "receipt of a deposit",
                problem: format!("the queue has no operation {hash}"),
            })?;
            found.push(Self {
                network: network.clone(),
                chain_id: small(deposit.chainId, network.l1_chain_id(), "chain of a deposit")?,
                operation: queued.operation.clone(),
                hash,
            });
        }
        Ok(found)
    }

    /// Chain that it goes to.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// What the shared bridge has the chain do.
    pub fn operation(&self) -> &PriorityOperation {
        &self.operation
    }

    /// Hash of the operation, on L1 and on its chain.
    pub fn hash(&self) -> B256 {
        self.hash
    }

    /// Where it stands now.
    pub async fn status(&self) -> Result<DepositStatus, Error> {
        let Some(outcome) = self.outcome().await? else {
            return Ok(DepositStatus::Queued);
        };
        let execution = outcome.execution;
        if outcome.success {
            return Ok(DepositStatus::Arrived(execution));
        }
        if outcome.leaf.settlement().await?.is_none() {
            return Ok(DepositStatus::Refused(execution));
        }
        Ok(match self.recovery(&outcome.leaf).await? {
            Some(_) => DepositStatus::Recoverable(execution),
            None => DepositStatus::Recovered(execution),
        })
    }

    /// Waits until the chain has taken the deposit or refused it, and returns where it stands then.
    ///
    /// # Errors
    /// [`Error::DepositQueued`] if that took longer than `limit`.
    pub async fn wait(&self, limit: Duration) -> Result<DepositStatus, Error> {
        let status = async || match self.status().await? {
            DepositStatus::Queued => Err(self.queued()),
            status => Ok(status),
        };
        self.network.patiently(limit, status).await
    }

    /// Has L1 give back what the chain refused, from the account of `provider`, which is a provider of L1; anyone may,
    /// the sender is paid. Waits at most `limit` until that is possible. Returns the transaction; `None` if it was given
    /// back before.
    ///
    /// # Errors
    /// [`Error::DepositArrived`] if the chain took it, [`Error::DepositQueued`] or [`Error::NotSettled`] if it took
    /// longer than `limit`.
    pub async fn recover(
        &self,
        provider: &impl Provider,
        limit: Duration,
    ) -> Result<Option<B256>, Error> {
        let network = &self.network;
        let ready = network.patiently(limit, async || {
            let outcome = self.outcome().await?.ok_or_else(|| self.queued())?;
            if outcome.success {
                return Err(Error::DepositArrived {
                    chain_id: self.chain_id,
                    transaction: outcome.execution.transaction,
                });
            }
            self.recovery(&outcome.leaf).await
        });
        match ready.await? {
            Some(call) => Ok(Some(call.send(network, provider, WHAT).await?)),
            None => Ok(None),
        }
    }

    /// What gives a refused deposit back; `None` if that was done, which the bridge forgets a deposit with.
    async fn recovery(&self, leaf: &Leaf) -> Result<Option<Ready>, Error> {
        let call = claimFailedDepositCall {
            operation: self.operation.clone(),
            proof: leaf.prove_for_l1().await?,
        };
        match attempt(&self.network, &call, WHAT).await? {
            Ok(call) => Ok(Some(call)),
            Err(data) if data.starts_with(&SharedBridgeUnknownDeposit::SELECTOR) => Ok(None),
            Err(data) => Err(refused(&self.network, data, WHAT)),
        }
    }

    /// How the chain ran the operation; `None` if it has not yet.
    async fn outcome(&self) -> Result<Option<Outcome>, Error> {
        let chain_id = self.chain_id;
        let chain = self.network.endpoint(chain_id)?;
        let what = "status of an operation";
        let head = chain.provider.get_block_number().await;
        let blocks = chain.from_block..=head.at(chain_id, "block number")?;
        let filter = Filter::new()
            .address(chain.contracts.outbox)
            .event_signature(OperationStatus::SIGNATURE_HASH)
            .topic1(self.hash);
        let found = logs::fetch(&chain.provider, &filter, blocks, self.network.page()).await;
        let found = found.at(chain_id, what)?;
        let Some(log) = found.first() else {
            return Ok(None);
        };
        let bad = |problem: String| Error::BadAnswer {
            chain_id,
            what,
            problem,
        };
        let missing = || bad("a log without its block, transaction or index".to_owned());
        let event =
            OperationStatus::decode_log(&log.inner).map_err(|problem| bad(problem.to_string()))?;
        let execution = Execution {
            block: log.block_number.ok_or_else(missing)?,
            transaction: log.transaction_hash.ok_or_else(missing)?,
        };
        let leaf = Leaf {
            network: self.network.clone(),
            chain_id,
            block: execution.block,
            transaction: execution.transaction,
            log_index: log.log_index.ok_or_else(missing)?,
        };
        Ok(Some(Outcome {
            success: event.success,
            execution,
            leaf,
        }))
    }

    fn queued(&self) -> Error {
        Error::DepositQueued {
            chain_id: self.chain_id,
            operation: self.hash,
            expires_at: self.operation.expiresAt,
        }
    }
}

/// The events of this kind that a contract emitted.
fn events<E: SolEvent>(receipt: &TransactionReceipt, contract: Address) -> Vec<E> {
    let logs = receipt.logs().iter();
    logs.filter(|log| log.address() == contract)
        .filter_map(|log| E::decode_log(&log.inner).ok())
        .map(|event| event.data)
        .collect()
}
