//! An EVM chain behind JSON-RPC. Uses only methods that private chains allow: no `eth_feeHistory`, subscriptions, proofs,
//! state overrides or multicalls, and every call names its sender.

use std::sync::Arc;

use alloy::primitives::{Address, B256, Bytes, U64, U128, U256};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::{
    CallRequest, ChainError, ChainReader, ChainWriter, Fees, Finality, FullBlock, LogPage,
    TxReceipt, logs, outcome,
    rpc::{Pool, Provider, Purpose, RpcSettings},
    wire::{self, RpcBlock, RpcFullBlock, RpcReceipt},
};
use crate::model::{BlockRef, ChainId};

/// When a block counts as final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalityRule {
    /// The node's `finalized` tag.
    Tag,
    /// So many blocks below the head; 0 is the head itself.
    Depth(u64),
}

/// Which chain this is, and how to read it.
#[derive(Clone, Debug)]
pub struct EvmSettings {
    /// Chain id that every provider must answer.
    pub chain_id: ChainId,
    /// The providers.
    pub rpc: RpcSettings,
    /// When a block counts as final.
    pub finality: FinalityRule,
}

/// A chain behind one or more JSON-RPC providers.
pub struct EvmChain {
    pool: Pool,
    finality: FinalityRule,
}

impl EvmChain {
    /// Opens the chain. Nothing is sent yet, so a provider may be down.
    ///
    /// # Errors
    /// A URL that does not parse.
    pub fn new(settings: &EvmSettings) -> Result<Self, ChainError> {
        Ok(Self {
            pool: Pool::new(settings.chain_id, &settings.rpc)?,
            finality: settings.finality,
        })
    }

    /// What each provider, by its shown name, answers to the question for its chain id.
    pub async fn identify(&self) -> Vec<(String, Result<ChainId, ChainError>)> {
        let names = self
            .pool
            .providers()
            .iter()
            .map(|provider| provider.name().to_owned());
        let mut answers = Vec::new();
        for (name, provider) in names.zip(self.pool.providers()) {
            answers.push((name, provider.remote_chain_id().await));
        }
        answers
    }

    async fn read<R>(
        &self,
        purpose: Purpose,
        method: &'static str,
        params: Value,
    ) -> Result<R, ChainError>
    where
        R: alloy::rpc::json_rpc::RpcRecv,
    {
        self.pool
            .first(|provider| request(provider, purpose, method, params.clone()))
            .await
    }

    /// The newest block of the tag on which enough providers agree. Where they do not agree on one, since it is a fork or
    /// a lie, an older one is tried.
    async fn tagged_head(&self, tag: &'static str) -> Result<BlockRef, ChainError> {
        let numbers = self
            .pool
            .common_heads(move |provider| async move { head_number(&provider, tag).await })
            .await?;
        let mut agreed = Err(self.pool.nobody());
        for number in numbers {
            agreed = self.existing_block(number).await;
            if agreed.is_ok() {
                break;
            }
        }
        agreed
    }

    async fn existing_block(&self, number: u64) -> Result<BlockRef, ChainError> {
        self.pool
            .agreed("a block hash", move |provider| async move {
                let block = block_by(&provider, quantity(number)).await?;
                block.ok_or_else(|| provider.error(format!("it does not have block {number} yet")))
            })
            .await
    }
}

#[async_trait]
impl ChainReader for EvmChain {
    fn chain_id(&self) -> ChainId {
        self.pool.chain()
    }

    async fn head(&self, finality: Finality) -> Result<BlockRef, ChainError> {
        match (finality, self.finality) {
            (Finality::Latest, _) | (Finality::Final, FinalityRule::Depth(0)) => {
                self.tagged_head("latest").await
            }
            (Finality::Final, FinalityRule::Tag) => self.tagged_head("finalized").await,
            (Finality::Final, FinalityRule::Depth(depth)) => {
                let head = self.tagged_head("latest").await?;
                self.existing_block(head.number.saturating_sub(depth)).await
            }
        }
    }

    async fn block(&self, number: u64) -> Result<Option<BlockRef>, ChainError> {
        self.pool
            .agreed("a block hash", move |provider| async move {
                block_by(&provider, quantity(number)).await
            })
            .await
    }

    async fn full_block(&self, number: u64) -> Result<Option<FullBlock>, ChainError> {
        self.pool
            .first(|provider| async move {
                let params = json!([quantity(number), true]);
                let block: Option<RpcFullBlock> = provider
                    .request(Purpose::Read, "eth_getBlockByNumber", params)
                    .await?;
                let Some(block) = block else { return Ok(None) };
                wire::full_block(block)
                    .map(Some)
                    .ok_or_else(|| provider.error(wire::NOT_WHOLE))
            })
            .await
    }

    async fn logs(&self, from: u64, to: u64, addresses: &[Address]) -> Result<LogPage, ChainError> {
        let addresses: Arc<[Address]> = addresses.into();
        self.pool
            .agreed("logs", move |provider| {
                let addresses = addresses.clone();
                async move { logs::log_page(&provider, from, to, &addresses).await }
            })
            .await
    }

    async fn call(&self, request: &CallRequest) -> Result<Bytes, ChainError> {
        self.read(
            Purpose::Call,
            "eth_call",
            json!([call_object(request), "latest"]),
        )
        .await
    }

    async fn call_at(&self, request: &CallRequest, block: u64) -> Result<Bytes, ChainError> {
        self.read(
            Purpose::Call,
            "eth_call",
            json!([call_object(request), quantity(block)]),
        )
        .await
    }

    /// At the head: left to itself a node may count what is only in its pool as done.
    async fn estimate_gas(&self, request: &CallRequest) -> Result<u64, ChainError> {
        let gas: U64 = self
            .read(
                Purpose::Call,
                "eth_estimateGas",
                json!([call_object(request), "latest"]),
            )
            .await?;
        Ok(gas.to())
    }

    async fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.read(Purpose::Read, "eth_getCode", json!([address, "latest"]))
            .await
    }

    async fn balance(&self, address: Address) -> Result<U256, ChainError> {
        self.read(Purpose::Read, "eth_getBalance", json!([address, "latest"]))
            .await
    }

    async fn balance_at(&self, address: Address, block: u64) -> Result<U256, ChainError> {
        let params = json!([address, quantity(block)]);
        self.read(Purpose::Read, "eth_getBalance", params).await
    }

    async fn nonce(&self, address: Address, pending: bool) -> Result<u64, ChainError> {
        let tag = if pending { "pending" } else { "latest" };
        let nonce: U64 = self
            .read(
                Purpose::Read,
                "eth_getTransactionCount",
                json!([address, tag]),
            )
            .await?;
        Ok(nonce.to())
    }

    async fn fees(&self) -> Result<Fees, ChainError> {
        let price: U128 = self.read(Purpose::Read, "eth_gasPrice", json!([])).await?;
        let tip: Result<U128, ChainError> = self
            .read(Purpose::Read, "eth_maxPriorityFeePerGas", json!([]))
            .await;
        Ok(outcome::offered(price.to(), tip.ok().map(|tip| tip.to())))
    }

    async fn blob_base_fee(&self) -> Result<u128, ChainError> {
        let fee: U128 = self
            .read(Purpose::Read, "eth_blobBaseFee", json!([]))
            .await?;
        Ok(fee.to())
    }

    async fn receipt(&self, tx: B256) -> Result<Option<TxReceipt>, ChainError> {
        let answers = self
            .pool
            .every(|provider| async move {
                let receipt: Option<RpcReceipt> = provider
                    .request(Purpose::Read, "eth_getTransactionReceipt", json!([tx]))
                    .await?;
                Ok(receipt.map(TxReceipt::from))
            })
            .await;
        outcome::one_receipt(answers)
    }
}

#[async_trait]
impl ChainWriter for EvmChain {
    async fn broadcast(&self, raw: &[u8]) -> Result<B256, ChainError> {
        let params = json!([Bytes::copy_from_slice(raw)]);
        let answers = self
            .pool
            .every(|provider| {
                request(
                    provider,
                    Purpose::Broadcast,
                    "eth_sendRawTransaction",
                    params.clone(),
                )
            })
            .await;
        outcome::broadcast_outcome(answers).unwrap_or_else(|| Err(self.pool.nobody()))
    }
}

async fn request<R: alloy::rpc::json_rpc::RpcRecv>(
    provider: Arc<Provider>,
    purpose: Purpose,
    method: &'static str,
    params: Value,
) -> Result<R, ChainError> {
    provider.request(purpose, method, params).await
}

pub(super) fn quantity(number: u64) -> Value {
    json!(format!("{number:#x}"))
}

fn call_object(request: &CallRequest) -> Value {
    let mut object = json!({
        "from": request.from,
        "to": request.to,
        "input": request.data,
        "value": request.value,
    });
    if let (Some(gas), Some(fields)) = (request.gas, object.as_object_mut()) {
        fields.insert("gas".to_owned(), quantity(gas));
    }
    object
}

async fn head_number(provider: &Provider, tag: &'static str) -> Result<u64, ChainError> {
    let block = block_by(provider, json!(tag)).await?;
    let number = block
        .ok_or_else(|| provider.error(format!("it has no {tag} block")))?
        .number;
    provider.saw_head(number);
    Ok(number)
}

pub(super) async fn block_by(
    provider: &Provider,
    which: Value,
) -> Result<Option<BlockRef>, ChainError> {
    let block: Option<RpcBlock> = provider
        .request(Purpose::Read, "eth_getBlockByNumber", json!([which, false]))
        .await?;
    Ok(block.map(BlockRef::from))
}
