//! A node that makes blocks as it is told: a development node (anvil), whose next block's fields can be set.

use std::time::Duration;

use alloy::{
    consensus::constants::EMPTY_ROOT_HASH,
    primitives::{Address, B256, Bytes, keccak256},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ChainError, SystemTransaction,
    evm::quantity,
    rpc::{Provider, Purpose},
};
use crate::model::ChainId;

/// Loading a state and mining a full block take long on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// What of a block is set before it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockFields {
    /// Timestamp, in seconds.
    pub timestamp: u64,
    /// Fee recipient.
    pub beneficiary: Address,
    /// Gas limit.
    pub gas_limit: u64,
    /// Base fee, in wei.
    pub base_fee_per_gas: u64,
}

/// A development node at one URL.
pub struct ReplayNode {
    provider: Provider,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodeInfo {
    transaction_order: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    account_proof: Vec<Bytes>,
}

impl ReplayNode {
    /// The node of `chain` at `url`. Nothing is sent yet.
    ///
    /// # Errors
    /// A URL that does not parse.
    pub fn new(chain: ChainId, url: &str) -> Result<Self, ChainError> {
        let provider = Provider::new(chain, url, DEADLINE)?;
        Ok(Self { provider })
    }

    /// Makes no block by itself any more, and forgets what waits in its pool.
    pub async fn take_over(&self) -> Result<(), ChainError> {
        self.tell("evm_setAutomine", json!([false])).await?;
        self.tell("evm_setIntervalMining", json!([0])).await?;
        self.tell("anvil_dropAllTransactions", json!([])).await
    }

    /// Whether it takes transactions into a block in the order in which they came.
    pub async fn keeps_order(&self) -> Result<bool, ChainError> {
        let info: NodeInfo = self.ask("anvil_nodeInfo", json!([])).await?;
        Ok(info.transaction_order == "fifo")
    }

    /// Puts a state and its blocks in place, as an anvil dump holds them, and its clock back to the last of them: it
    /// makes no block that is older than its own first one.
    pub async fn load(&self, state: &Value, timestamp: u64) -> Result<(), ChainError> {
        let packed = Bytes::from(state.to_string().into_bytes());
        self.tell("anvil_loadState", json!([packed])).await?;
        self.tell("evm_setTime", json!([timestamp])).await
    }

    /// A dump of the state and the blocks, compressed as gzip.
    pub async fn dump(&self) -> Result<Bytes, ChainError> {
        self.ask("anvil_dumpState", json!([])).await
    }

    /// Root of the state that its next block builds on, from a proof, which begins at the root.
    pub async fn state_root(&self) -> Result<B256, ChainError> {
        let params = json!([Address::ZERO, [], "latest"]);
        let proof: Proof = self.ask("eth_getProof", params).await?;
        Ok(proof
            .account_proof
            .first()
            .map_or(EMPTY_ROOT_HASH, keccak256))
    }

    /// Sets the fields of the next block.
    pub async fn prepare(&self, fields: &BlockFields) -> Result<(), ChainError> {
        let BlockFields {
            timestamp,
            beneficiary,
            gas_limit,
            base_fee_per_gas,
        } = *fields;
        self.tell("evm_setNextBlockTimestamp", json!([timestamp]))
            .await?;
        self.tell("anvil_setCoinbase", json!([beneficiary])).await?;
        self.tell("evm_setBlockGasLimit", json!([quantity(gas_limit)]))
            .await?;
        let base_fee = json!([quantity(base_fee_per_gas)]);
        self.tell("anvil_setNextBlockBaseFeePerGas", base_fee).await
    }

    /// Puts a signed transaction behind those that wait.
    pub async fn submit(&self, raw: &Bytes) -> Result<(), ChainError> {
        let _hash: B256 = self
            .provider
            .request(Purpose::Broadcast, "eth_sendRawTransaction", json!([raw]))
            .await?;
        Ok(())
    }

    /// Puts an unsigned transaction behind those that wait. Returns its hash.
    pub async fn submit_system(&self, transaction: &SystemTransaction) -> Result<B256, ChainError> {
        let from = json!([transaction.from]);
        self.tell("anvil_impersonateAccount", from.clone()).await?;
        let call = json!([{
            "from": transaction.from,
            "nonce": quantity(transaction.nonce),
            "to": transaction.to,
            "value": transaction.value,
            "gas": quantity(transaction.gas_limit),
            "maxFeePerGas": format!("{:#x}", transaction.max_fee_per_gas),
            "maxPriorityFeePerGas": format!("{:#x}", transaction.max_priority_fee_per_gas),
            "input": transaction.data,
        }]);
        let sent = self
            .provider
            .request(Purpose::Broadcast, "eth_sendTransaction", call)
            .await;
        self.tell("anvil_stopImpersonatingAccount", from).await?;
        sent
    }

    /// Makes the next block of what waits.
    pub async fn mine(&self) -> Result<(), ChainError> {
        self.tell("evm_mine", json!([])).await
    }

    async fn ask<R>(&self, method: &'static str, params: Value) -> Result<R, ChainError>
    where
        R: alloy::rpc::json_rpc::RpcRecv,
    {
        self.provider.request(Purpose::Read, method, params).await
    }

    /// Asks for something to be done; what the node answers says nothing more.
    async fn tell(&self, method: &'static str, params: Value) -> Result<(), ChainError> {
        self.ask::<Value>(method, params).await.map(drop)
    }
}
