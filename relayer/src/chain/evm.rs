//! An EVM chain behind JSON-RPC. Uses only methods that private chains allow: no `eth_feeHistory`, subscriptions, proofs,
//! state overrides or multicalls, and every call names its sender.

use std::sync::Arc;

use alloy::primitives::{Address, B256, Bytes, U64, U128, U256};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::{
    CallRequest, ChainError, ChainLog, ChainReader, ChainWriter, Fees, Finality, FullBlock,
    LogPage, TxFault, TxReceipt,
    rpc::{Pool, Provider, Purpose, RpcSettings},
    wire::{self, RpcBlock, RpcFullBlock, RpcLog, RpcReceipt},
};
use crate::model::{BlockRef, ChainId};

/// Tip offered where a node does not suggest one: 1 gwei.
const DEFAULT_TIP: u128 = 1_000_000_000;

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

    async fn tagged_head(&self, tag: &'static str) -> Result<BlockRef, ChainError> {
        let number = self
            .pool
            .common_head(move |provider| async move {
                let block = block_by(&provider, json!(tag)).await?;
                let number = block
                    .ok_or_else(|| provider.error(format!("it has no {tag} block")))?
                    .number;
                provider.saw_head(number);
                Ok(number)
            })
            .await?;
        self.existing_block(number).await
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
                    .ok_or_else(|| provider.error("a block without its transactions"))
            })
            .await
    }

    async fn logs(&self, from: u64, to: u64, addresses: &[Address]) -> Result<LogPage, ChainError> {
        let addresses: Arc<[Address]> = addresses.into();
        self.pool
            .agreed("logs", move |provider| {
                let addresses = addresses.clone();
                async move { log_page(&provider, from, to, &addresses).await }
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

    async fn estimate_gas(&self, request: &CallRequest) -> Result<u64, ChainError> {
        let gas: U64 = self
            .read(
                Purpose::Call,
                "eth_estimateGas",
                json!([call_object(request)]),
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
        Ok(offered(price.to(), tip.ok().map(|tip| tip.to())))
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
        one_receipt(answers)
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
        broadcast_outcome(answers)
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

fn quantity(number: u64) -> Value {
    json!(format!("{number:#x}"))
}

fn call_object(request: &CallRequest) -> Value {
    let mut object = json!({ "from": request.from, "to": request.to, "input": request.data });
    if let (Some(gas), Some(fields)) = (request.gas, object.as_object_mut()) {
        fields.insert("gas".to_owned(), quantity(gas));
    }
    object
}

async fn block_by(provider: &Provider, which: Value) -> Result<Option<BlockRef>, ChainError> {
    let block: Option<RpcBlock> = provider
        .request(Purpose::Read, "eth_getBlockByNumber", json!([which, false]))
        .await?;
    Ok(block.map(BlockRef::from))
}

async fn framing_block(provider: &Provider, number: u64) -> Result<BlockRef, ChainError> {
    let block = block_by(provider, quantity(number)).await?;
    block.ok_or_else(|| provider.error(format!("it does not have block {number} yet")))
}

/// The page as one provider sees it. Its last block is read before and after the logs: if it stays, so did the logs.
async fn log_page(
    provider: &Provider,
    from: u64,
    to: u64,
    addresses: &[Address],
) -> Result<LogPage, ChainError> {
    let before = framing_block(provider, to).await?;
    let logs = split_logs(provider, from, to, addresses).await?;
    let parent = match from.checked_sub(1) {
        Some(number) => Some(framing_block(provider, number).await?),
        None => None,
    };
    let last = framing_block(provider, to).await?;
    if before != last {
        return Err(provider.error("the chain was reorganised while it was read"));
    }
    Ok(LogPage { parent, last, logs })
}

/// Halves the range as long as the provider refuses it, as providers do when a range or its answer is too large.
async fn split_logs(
    provider: &Provider,
    from: u64,
    to: u64,
    addresses: &[Address],
) -> Result<Vec<ChainLog>, ChainError> {
    let mut ranges = vec![(from, to)];
    let mut logs = Vec::new();
    while let Some((first, last)) = ranges.pop() {
        match logs_in(provider, first, last, addresses).await {
            Ok(found) => logs.extend(found),
            Err(ChainError::Provider { .. }) if first < last => {
                let middle = first.midpoint(last);
                ranges.push((middle.saturating_add(1), last));
                ranges.push((first, middle));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(logs)
}

async fn logs_in(
    provider: &Provider,
    from: u64,
    to: u64,
    addresses: &[Address],
) -> Result<Vec<ChainLog>, ChainError> {
    let filter =
        json!([{ "fromBlock": quantity(from), "toBlock": quantity(to), "address": addresses }]);
    let logs: Vec<RpcLog> = provider
        .request(Purpose::Read, "eth_getLogs", filter)
        .await?;
    let mut untimed: Vec<u64> = logs.iter().filter_map(RpcLog::untimed_block).collect();
    untimed.dedup();
    let mut blocks = Vec::new();
    for number in untimed {
        blocks.push(framing_block(provider, number).await?);
    }
    let mut found = logs
        .into_iter()
        .filter(|log| !log.removed)
        .map(|log| log.into_log(&blocks))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| provider.error("the chain was reorganised while it was read"))?;
    found.sort_by_key(|log| (log.block.number, log.log_index));
    Ok(found)
}

/// Room for the base fee to double, and the tip on top.
fn offered(gas_price: u128, tip: Option<u128>) -> Fees {
    let tip = tip.unwrap_or(DEFAULT_TIP.min(gas_price));
    Fees {
        max_fee_per_gas: gas_price.saturating_mul(2).saturating_add(tip),
        max_priority_fee_per_gas: tip,
    }
}

/// A receipt that any provider has counts; `None` only where at least one answered and none had it.
fn one_receipt(
    answers: Vec<Result<Option<TxReceipt>, ChainError>>,
) -> Result<Option<TxReceipt>, ChainError> {
    let mut outcome = None;
    for answer in answers {
        match (answer, &outcome) {
            (Ok(Some(receipt)), _) => return Ok(Some(receipt)),
            (Ok(None), _) => outcome = Some(Ok(None)),
            (Err(error), None) => outcome = Some(Err(error)),
            (Err(_), Some(_)) => {}
        }
    }
    outcome.unwrap_or(Ok(None))
}

/// One node that takes the transaction is enough, or has it already. It is refused only where every node refuses it: one
/// that gave no answer may have taken it.
fn broadcast_outcome(answers: Vec<Result<B256, ChainError>>) -> Result<B256, ChainError> {
    let rank = |answer: &Result<B256, ChainError>| match answer {
        Ok(_) => 0,
        Err(ChainError::Refused {
            fault: TxFault::AlreadyKnown,
            ..
        }) => 1,
        Err(ChainError::Unreachable { .. }) => 2,
        Err(ChainError::Disagreement { .. } | ChainError::Provider { .. }) => 3,
        Err(ChainError::Refused { .. } | ChainError::Reverted { .. }) => 4,
    };
    let best = answers.into_iter().min_by_key(rank);
    best.unwrap_or_else(|| {
        Err(ChainError::Unreachable {
            chain: 0,
            provider: "no provider".to_owned(),
            reason: "none is configured; add an RPC URL".to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable() -> ChainError {
        ChainError::Unreachable {
            chain: 1,
            provider: "a".into(),
            reason: "gone".into(),
        }
    }

    fn refused(fault: TxFault) -> ChainError {
        ChainError::Refused {
            chain: 1,
            fault,
            reason: "no".into(),
        }
    }

    #[test]
    fn fees_leave_room_for_the_base_fee_and_survive_a_node_without_tips() {
        assert_eq!(
            offered(10, Some(3)),
            Fees {
                max_fee_per_gas: 23,
                max_priority_fee_per_gas: 3
            }
        );
        assert_eq!(
            offered(10, None),
            Fees {
                max_fee_per_gas: 30,
                max_priority_fee_per_gas: 10
            }
        );
    }

    #[test]
    fn a_transaction_is_out_when_one_node_has_it() {
        let hash = B256::repeat_byte(1);
        assert_eq!(
            broadcast_outcome(vec![Err(unreachable()), Ok(hash)]).expect("sent"),
            hash
        );
        let known = broadcast_outcome(vec![
            Err(refused(TxFault::Other)),
            Err(refused(TxFault::AlreadyKnown)),
        ]);
        assert!(matches!(
            known,
            Err(ChainError::Refused {
                fault: TxFault::AlreadyKnown,
                ..
            })
        ));
        let unclear =
            broadcast_outcome(vec![Err(unreachable()), Err(refused(TxFault::NonceTooLow))]);
        assert!(matches!(unclear, Err(ChainError::Unreachable { .. })));
    }

    #[test]
    fn no_receipt_is_only_said_when_somebody_could_look() {
        let receipt = TxReceipt {
            tx: B256::ZERO,
            block: 1,
            block_hash: B256::ZERO,
            success: true,
            gas_used: 1,
        };
        let found = one_receipt(vec![
            Ok(None),
            Err(unreachable()),
            Ok(Some(receipt.clone())),
        ]);
        assert_eq!(found.expect("answer"), Some(receipt));
        assert_eq!(
            one_receipt(vec![Err(unreachable()), Ok(None)]).expect("answer"),
            None
        );
        assert!(one_receipt(vec![Err(unreachable())]).is_err());
    }
}
