//! A chain in memory behind a JSON-RPC transport.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
};

use alloy::{
    primitives::{Address, B256, Bytes, LogData, U64, U256, keccak256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::{
        client::RpcClient,
        json_rpc::{
            ErrorPayload, RequestPacket, Response, ResponsePacket, ResponsePayload,
            SerializedRequest,
        },
        types::{Block, Filter, Log},
    },
    sol_types::{SolCall, SolValue},
    transports::{TransportError, TransportFut},
};
use serde_json::{Value, json, value::RawValue};
use tower::Service;

/// Gas of every transaction.
pub(crate) const GAS: u64 = 100_000;
/// In wei.
pub(crate) const GAS_PRICE: u64 = 7;

/// Return data of a call, or revert data.
type Answer = Box<dyn Fn(&[u8]) -> Result<Vec<u8>, Vec<u8>> + Send>;

/// Cheap to clone; clones are the same chain.
#[derive(Clone)]
pub(crate) struct FakeChain(Arc<Mutex<State>>);

struct State {
    chain_id: u64,
    /// Hash of each block; block 0 is there from the start.
    blocks: Vec<B256>,
    logs: Vec<Log>,
    answers: BTreeMap<(Address, [u8; 4]), Answer>,
    /// Goes into the hash of each new block.
    fork: u64,
    /// Most blocks that one log query may span.
    page: u64,
    hides: Box<dyn Fn(&Log) -> bool + Send>,
    down: bool,
    /// Base tokens of accounts.
    balances: BTreeMap<Address, U256>,
}

impl FakeChain {
    pub(crate) fn new(chain_id: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            chain_id,
            blocks: vec![keccak256(chain_id.to_be_bytes())],
            logs: Vec::new(),
            answers: BTreeMap::new(),
            fork: 0,
            page: u64::MAX,
            hides: Box::new(|_| false),
            down: false,
            balances: BTreeMap::new(),
        })))
    }

    pub(crate) fn provider(&self) -> DynProvider {
        let client = RpcClient::new(self.clone(), true);
        ProviderBuilder::new()
            .disable_recommended_fillers()
            .connect_client(client)
            .erased()
    }

    pub(crate) fn head(&self) -> u64 {
        self.state().blocks.len() as u64 - 1
    }

    /// Adds a block with one transaction that emits these events, and returns the transaction.
    pub(crate) fn mine(&self, events: Vec<(Address, LogData)>) -> B256 {
        let mut state = self.state();
        let number = state.blocks.len() as u64;
        let hash = keccak256((state.chain_id, number, state.fork).abi_encode());
        let transaction = keccak256(hash);
        state.blocks.push(hash);
        state
            .logs
            .extend((0..).zip(events).map(|(index, (address, data))| Log {
                inner: alloy::primitives::Log { address, data },
                block_hash: Some(hash),
                block_number: Some(number),
                transaction_hash: Some(transaction),
                transaction_index: Some(0),
                log_index: Some(index),
                ..Log::default()
            }));
        transaction
    }

    /// Drops block `number` and all after it; new blocks get other hashes.
    pub(crate) fn drop_from(&self, number: u64) {
        let mut state = self.state();
        state.blocks.truncate(number as usize);
        state.logs.retain(|log| log.block_number < Some(number));
        state.fork += 1;
    }

    /// Answers calls of `C` to `address`.
    pub(crate) fn answer<C: SolCall>(
        &self,
        address: Address,
        answer: impl Fn(C) -> Result<C::Return, Vec<u8>> + Send + 'static,
    ) {
        let run = move |input: &[u8]| {
            let call = C::abi_decode(input).expect("a call of this function");
            answer(call).map(|returned| C::abi_encode_returns(&returned))
        };
        self.state()
            .answers
            .insert((address, C::SELECTOR), Box::new(run));
    }

    /// Refuses log queries that span more than `blocks` blocks.
    pub(crate) fn limit_pages(&self, blocks: u64) {
        self.state().page = blocks;
    }

    /// Leaves logs out of answers, while pretending that nothing is missing.
    pub(crate) fn hide(&self, hides: impl Fn(&Log) -> bool + Send + 'static) {
        self.state().hides = Box::new(hides);
    }

    /// Gives an account so many base tokens.
    pub(crate) fn fund(&self, account: Address, balance: U256) {
        self.state().balances.insert(account, balance);
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0
            .lock()
            .expect("no test panics while it holds the chain")
    }
}

impl State {
    fn respond(&self, request: &SerializedRequest) -> Result<Value, ErrorPayload> {
        let params: Vec<Value> = request.params().map_or_else(Vec::new, |raw| {
            serde_json::from_str(raw.get()).expect("a list")
        });
        match request.method() {
            "eth_chainId" => Ok(json!(U64::from(self.chain_id))),
            "eth_blockNumber" => Ok(json!(U64::from(self.blocks.len() - 1))),
            "eth_getBlockByNumber" => Ok(self.block(&params[0])),
            "eth_getLogs" => self.logs(&params[0]),
            "eth_getTransactionReceipt" => Ok(self.receipt(&params[0])),
            "eth_call" => self.call(&params[0]),
            "eth_estimateGas" => self.estimate(&params[0]),
            "eth_gasPrice" => Ok(json!(U64::from(GAS_PRICE))),
            "eth_getBalance" => Ok(json!(self.balance(&params[0]))),
            "eth_getCode" => Ok(json!(self.code(&params[0]))),
            other => Err(ErrorPayload::internal_error_message(
                format!("no method {other}").into(),
            )),
        }
    }

    fn block(&self, number: &Value) -> Value {
        let number: U64 = serde_json::from_value(number.clone()).expect("a block number");
        let Some(hash) = self.blocks.get(number.to::<usize>()) else {
            return Value::Null;
        };
        let mut block = Block::<B256>::default();
        block.header.hash = *hash;
        block.header.inner.number = number.to();
        json!(block)
    }

    fn logs(&self, filter: &Value) -> Result<Value, ErrorPayload> {
        let filter: Filter = serde_json::from_value(filter.clone()).expect("a filter");
        let (from, to) = filter.extract_block_range();
        let (from, to) = (from.expect("a first block"), to.expect("a last block"));
        assert!(
            from <= to && to < self.blocks.len() as u64,
            "blocks {from} to {to} of {}",
            self.blocks.len()
        );
        if to - from >= self.page {
            return Err(ErrorPayload::internal_error_message(
                "block range is too wide".into(),
            ));
        }
        let visible = |log: &&Log| filter.rpc_matches(log) && !(self.hides)(log);
        Ok(json!(self.logs.iter().filter(visible).collect::<Vec<_>>()))
    }

    fn receipt(&self, transaction: &Value) -> Value {
        let transaction: B256 = serde_json::from_value(transaction.clone()).expect("a hash");
        let logs: Vec<&Log> = self
            .logs
            .iter()
            .filter(|log| log.transaction_hash == Some(transaction))
            .collect();
        let Some(first) = logs.first() else {
            return Value::Null;
        };
        json!({
            "type": "0x2",
            "status": "0x1",
            "transactionHash": transaction,
            "transactionIndex": "0x0",
            "blockHash": first.block_hash,
            "blockNumber": first.block_number.map(U64::from),
            "from": Address::ZERO,
            "to": Address::ZERO,
            "cumulativeGasUsed": "0x5208",
            "gasUsed": "0x5208",
            "effectiveGasPrice": "0x1",
            "logsBloom": format!("0x{}", "00".repeat(256)),
            "logs": logs,
        })
    }

    /// A contract is what answers calls.
    fn code(&self, address: &Value) -> Bytes {
        let address: Address = serde_json::from_value(address.clone()).expect("an address");
        let is_there = self
            .answers
            .keys()
            .any(|(contract, _)| *contract == address);
        if is_there {
            Bytes::from_static(&[0xfe])
        } else {
            Bytes::new()
        }
    }

    fn balance(&self, account: &Value) -> U256 {
        let account: Address = serde_json::from_value(account.clone()).expect("an address");
        self.balances.get(&account).copied().unwrap_or_default()
    }

    fn estimate(&self, request: &Value) -> Result<Value, ErrorPayload> {
        let value = request.get("value").cloned().unwrap_or(json!("0x0"));
        let value: U256 = serde_json::from_value(value).expect("a number");
        if !value.is_zero() && self.balance(&request["from"]) < value {
            let message = "insufficient funds for transfer".into();
            return Err(ErrorPayload::internal_error_message(message));
        }
        self.call(request).map(|_| json!(U64::from(GAS)))
    }

    fn call(&self, request: &Value) -> Result<Value, ErrorPayload> {
        let read = |field: &str| request.get(field).filter(|value| !value.is_null()).cloned();
        let to: Address =
            serde_json::from_value(read("to").expect("a recipient")).expect("an address");
        let input = read("input").or_else(|| read("data")).expect("input");
        let input: Bytes = serde_json::from_value(input).expect("bytes");
        let selector = *input.first_chunk::<4>().expect("a selector");
        let answer = self
            .answers
            .get(&(to, selector))
            .unwrap_or_else(|| panic!("no answer for {to} {selector:02x?}"));
        match answer(&input) {
            Ok(returned) => Ok(json!(Bytes::from(returned))),
            Err(data) => Err(ErrorPayload {
                code: 3,
                message: "execution reverted".into(),
                data: Some(raw(&json!(Bytes::from(data)))),
            }),
        }
    }
}

fn raw(value: &Value) -> Box<RawValue> {
    RawValue::from_string(value.to_string()).expect("JSON")
}

impl Service<RequestPacket> for FakeChain {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let state = self.state();
        if state.down {
            return Box::pin(async { Err(alloy::transports::TransportErrorKind::backend_gone()) });
        }
        let respond = |request: &SerializedRequest| Response {
            id: request.id().clone(),
            payload: match state.respond(request) {
                Ok(value) => ResponsePayload::Success(raw(&value)),
                Err(error) => ResponsePayload::Failure(error),
            },
        };
        let response = match &request {
            RequestPacket::Single(request) => ResponsePacket::Single(respond(request)),
            RequestPacket::Batch(requests) => {
                ResponsePacket::Batch(requests.iter().map(respond).collect())
            }
        };
        Box::pin(async move { Ok(response) })
    }
}
