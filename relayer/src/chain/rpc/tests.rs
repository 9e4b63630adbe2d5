//! Pools of providers over HTTP.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy::primitives::{Address, B256, Bytes, U256};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

use super::RpcSettings;
use crate::chain::{
    CallRequest, ChainError, ChainReader, ChainWriter, EvmChain, EvmSettings, Finality,
    FinalityRule, TxFault,
};

const CHAIN: u64 = 271;

/// A node that answers from what it is told.
#[derive(Clone)]
struct Node(Arc<NodeState>);

struct NodeState {
    chain: u64,
    head: AtomicU64,
    /// Blocks from this one on have other hashes.
    forked_from: AtomicU64,
    /// Largest range of blocks it gives logs for.
    largest_range: u64,
    delay: Duration,
    asked: AtomicU64,
    /// What `eth_call` and broadcasts answer; `null` for success.
    error: Mutex<Value>,
}

impl Node {
    fn new(head: u64) -> Self {
        Self::with(CHAIN, head, Duration::ZERO)
    }

    fn with(chain: u64, head: u64, delay: Duration) -> Self {
        Self(Arc::new(NodeState {
            chain,
            head: AtomicU64::new(head),
            forked_from: AtomicU64::new(u64::MAX),
            largest_range: 10,
            delay,
            asked: AtomicU64::new(0),
            error: Mutex::new(Value::Null),
        }))
    }

    fn lying(self) -> Self {
        self.0.forked_from.store(0, Ordering::SeqCst);
        self
    }

    fn failing(self, error: Value) -> Self {
        *self.0.error.lock().unwrap() = error;
        self
    }

    fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn block(&self, number: u64) -> Value {
        if number > self.0.head.load(Ordering::SeqCst) {
            return Value::Null;
        }
        let fork = u64::from(number >= self.0.forked_from.load(Ordering::SeqCst));
        let hash = B256::from(U256::from(number * 2 + fork + 1));
        json!({ "number": format!("{number:#x}"), "hash": hash, "timestamp": "0x5" })
    }

    fn logs(&self, filter: &Value) -> Result<Value, Value> {
        let (from, to) = (number(&filter["fromBlock"]), number(&filter["toBlock"]));
        if to - from >= self.0.largest_range {
            return Err(json!({ "code": -32000, "message": "range too large" }));
        }
        let log = |block: u64| {
            json!({
                "address": Address::repeat_byte(1), "topics": [], "data": "0x", "logIndex": "0x0",
                "blockNumber": format!("{block:#x}"), "blockHash": self.block(block)["hash"],
                "transactionHash": B256::ZERO,
            })
        };
        Ok((from..=to).map(log).collect())
    }

    fn answer(&self, method: &str, params: &Value) -> Result<Value, Value> {
        match method {
            "eth_chainId" => Ok(json!(format!("{:#x}", self.0.chain))),
            "eth_getBlockByNumber" if params[0] == "latest" => {
                Ok(self.block(self.0.head.load(Ordering::SeqCst)))
            }
            "eth_getBlockByNumber" => Ok(self.block(number(&params[0]))),
            "eth_getLogs" => self.logs(&params[0]),
            "eth_call" | "eth_sendRawTransaction" => match self.0.error.lock().unwrap().clone() {
                Value::Null => Ok(json!(B256::repeat_byte(9))),
                error => Err(error),
            },
            other => Err(json!({ "code": -32601, "message": format!("no method {other}") })),
        }
    }
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

impl Respond for Node {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        let body: Value = request.body_json().unwrap();
        let mut answer = json!({ "jsonrpc": "2.0", "id": body["id"] });
        match self.answer(body["method"].as_str().unwrap(), &body["params"]) {
            Ok(result) => answer["result"] = result,
            Err(error) => answer["error"] = error,
        }
        ResponseTemplate::new(200)
            .set_body_json(answer)
            .set_delay(self.0.delay)
    }
}

/// Servers and a chain over them. The servers stop when dropped.
struct Bench {
    servers: Vec<MockServer>,
    chain: EvmChain,
}

/// A URL where nobody listens.
const DEAD: &str = "http://127.0.0.1:9";

async fn bench(nodes: &[&Node], dead: usize, agreement: usize) -> Bench {
    let mut servers = Vec::new();
    for node in nodes {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with((*node).clone())
            .mount(&server)
            .await;
        servers.push(server);
    }
    let mut urls = vec![DEAD.to_owned(); dead];
    urls.extend(servers.iter().map(MockServer::uri));
    let rpc = RpcSettings {
        urls,
        agreement,
        deadline: Duration::from_millis(500),
    };
    let chain = EvmChain::new(&EvmSettings {
        chain_id: CHAIN,
        rpc,
        finality: FinalityRule::Depth(2),
    });
    Bench {
        servers,
        chain: chain.expect("URLs parse"),
    }
}

fn a_call() -> CallRequest {
    CallRequest {
        from: Address::ZERO,
        to: Address::ZERO,
        data: Bytes::new(),
        value: U256::ZERO,
        gas: None,
    }
}

#[tokio::test]
async fn a_dead_provider_at_the_start_does_no_harm() {
    let node = Node::new(7);
    let bench = bench(&[&node], 1, 1).await;
    assert_eq!(
        bench
            .chain
            .head(Finality::Latest)
            .await
            .expect("head")
            .number,
        7
    );
    assert_eq!(
        bench
            .chain
            .head(Finality::Final)
            .await
            .expect("head")
            .number,
        5
    );
}

#[tokio::test]
async fn a_provider_that_comes_back_is_used_again() {
    let (first, second) = (Node::new(7), Node::new(7));
    let mut bench = bench(&[&first, &second], 0, 1).await;
    bench.chain.head(Finality::Latest).await.expect("head");
    drop(bench.servers.remove(0));
    assert_eq!(
        bench
            .chain
            .block(3)
            .await
            .expect("block")
            .expect("exists")
            .number,
        3
    );
    assert!(second.asked() > 0);
}

#[tokio::test]
async fn a_lone_survivor_is_not_believed_where_two_must_agree() {
    let node = Node::new(7);
    let bench = bench(&[&node], 1, 2).await;
    let error = bench
        .chain
        .head(Finality::Latest)
        .await
        .expect_err("too few");
    assert!(matches!(&error, ChainError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("2 must agree"), "{error}");
}

#[tokio::test]
async fn providers_that_disagree_stop_the_read() {
    let (honest, liar) = (Node::new(7), Node::new(7).lying());
    let bench = bench(&[&honest, &liar], 0, 2).await;
    assert!(matches!(
        bench.chain.head(Finality::Latest).await,
        Err(ChainError::Disagreement { .. })
    ));
    assert!(matches!(
        bench.chain.logs(1, 5, &[]).await,
        Err(ChainError::Disagreement { .. })
    ));
}

#[tokio::test]
async fn a_majority_outvotes_a_liar() {
    let (one, two, liar) = (Node::new(7), Node::new(9), Node::new(1_000).lying());
    let bench = bench(&[&liar, &one, &two], 0, 2).await;
    let head = bench.chain.head(Finality::Latest).await.expect("head");
    assert_eq!((head.number, head.hash), (7, B256::from(U256::from(15))));
    assert_eq!(
        bench.chain.logs(1, 5, &[]).await.expect("logs").logs.len(),
        5
    );
}

#[tokio::test]
async fn a_provider_of_another_chain_is_never_used() {
    let stranger = Node::with(1, 7, Duration::ZERO);
    let bench = bench(&[&stranger], 0, 1).await;
    let error = bench
        .chain
        .head(Finality::Latest)
        .await
        .expect_err("refused");
    assert!(
        error.to_string().contains("serves chain 1, not 271"),
        "{error}"
    );
    assert_eq!(
        bench.chain.identify().await[0].1.as_ref().expect("answers"),
        &1
    );
}

#[tokio::test]
async fn a_provider_that_does_not_answer_in_time_is_passed_over() {
    let (slow, quick) = (Node::with(CHAIN, 7, Duration::from_secs(20)), Node::new(7));
    let bench = bench(&[&slow, &quick], 0, 1).await;
    assert_eq!(
        bench
            .chain
            .block(3)
            .await
            .expect("block")
            .expect("exists")
            .number,
        3
    );
}

#[tokio::test]
async fn a_dead_provider_is_spared_after_a_few_failures() {
    let slow = Node::with(CHAIN, 7, Duration::from_secs(20));
    let quick = Node::new(7);
    let bench = bench(&[&slow, &quick], 0, 1).await;
    for _ in 0..8 {
        bench.chain.block(3).await.expect("block");
    }
    assert!(slow.asked() <= 3, "asked {} times", slow.asked());
}

#[tokio::test]
async fn a_call_that_reverts_is_an_answer_and_no_fault_of_the_provider() {
    let error = json!({ "code": 3, "message": "execution reverted", "data": "0x01020304" });
    let (node, other) = (Node::new(7).failing(error), Node::new(7));
    let bench = bench(&[&node, &other], 0, 1).await;
    for _ in 0..5 {
        match bench.chain.call(&a_call()).await {
            Err(ChainError::Reverted { data, .. }) => {
                assert_eq!(data, Bytes::from_static(&[1, 2, 3, 4]))
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(other.asked(), 0);
}

#[tokio::test]
async fn a_transaction_is_broadcast_to_all_and_taken_by_one() {
    let known = json!({ "code": -32000, "message": "insufficient funds for gas" });
    let (refusing, taking) = (Node::new(7).failing(known), Node::new(7));
    let bench_both = bench(&[&refusing, &taking], 0, 1).await;
    assert_eq!(
        bench_both.chain.broadcast(&[2]).await.expect("taken"),
        B256::repeat_byte(9)
    );
    let alone = bench(&[&refusing], 0, 1).await;
    let error = alone.chain.broadcast(&[2]).await.expect_err("refused");
    assert!(matches!(
        error,
        ChainError::Refused {
            fault: TxFault::InsufficientFunds,
            ..
        }
    ));
    let with_dead = bench(&[&refusing], 1, 1).await;
    let error = with_dead.chain.broadcast(&[2]).await.expect_err("unclear");
    assert!(
        matches!(error, ChainError::Unreachable { .. }),
        "the dead one may have taken it: {error}"
    );
}

#[tokio::test]
async fn ranges_are_split_as_the_provider_needs_it() {
    let node = Node::new(100);
    let bench = bench(&[&node], 0, 1).await;
    let page = bench.chain.logs(1, 95, &[]).await.expect("logs");
    let blocks: Vec<u64> = page.logs.iter().map(|log| log.block.number).collect();
    assert_eq!(blocks, (1..=95).collect::<Vec<_>>());
    assert_eq!(
        (page.parent.expect("parent").number, page.last.number),
        (0, 95)
    );
    assert!(
        page.logs.iter().all(|log| log.block.timestamp == 5),
        "timestamps come from the blocks"
    );
}

#[tokio::test]
async fn logs_of_blocks_that_are_not_there_yet_are_an_error() {
    let node = Node::new(3);
    let bench = bench(&[&node], 0, 1).await;
    let error = bench.chain.logs(1, 5, &[]).await.expect_err("behind");
    assert!(
        error.to_string().contains("does not have block 5"),
        "{error}"
    );
}

#[tokio::test]
async fn errors_never_show_the_secrets_of_a_url() {
    let url = "http://user:hunter2@127.0.0.1:9/v3/secret-key?token=abc".to_owned();
    let rpc = RpcSettings {
        urls: vec![url],
        agreement: 1,
        deadline: Duration::from_millis(200),
    };
    assert!(!format!("{rpc:?}").contains("hunter2"));
    let chain = EvmChain::new(&EvmSettings {
        chain_id: CHAIN,
        rpc,
        finality: FinalityRule::Tag,
    })
    .expect("parses");
    let error = chain.head(Finality::Latest).await.expect_err("dead");
    for told in [error.to_string(), format!("{error:?}")] {
        assert!(
            !told.contains("hunter2") && !told.contains("secret-key") && !told.contains("abc"),
            "{told}"
        );
    }
    assert!(error.to_string().contains("http://127.0.0.1:9"), "{error}");
}
