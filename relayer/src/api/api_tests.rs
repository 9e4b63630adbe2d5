use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes, Signature};
use alloy::signers::{SignerSync, local::PrivateKeySigner};
use alloy::sol_types::Eip712Domain;
use async_trait::async_trait;
use causeway_bindings::{attestation_digest, attestation_domain};
use proptest::prelude::*;
use reqwest::{Client, Method};
use serde_json::Value;

use super::*;
use crate::chain::SystemClock;
use crate::health::Expected;
use crate::model::swap::SwapStage;
use crate::model::{Stage, UnixSeconds};
use crate::operator::attest::{AttestError, Attester, Claim};
use crate::operator::remote::RemoteAttester;
use crate::progress::Progress;
use crate::roots::Roots;
use crate::store::memory::MemoryStore;
use crate::store::{Change, Reader, Writer, samples};
use crate::swap::orders::tests::{Bench as OrderBench, lockable};
use crate::swap::proposal;
use crate::swap::terms::Terms;

struct Server {
    address: SocketAddr,
    store: Arc<MemoryStore>,
    progress: Arc<Progress>,
    token: Token,
    _directory: tempfile::TempDir,
}

struct Fixed;

#[async_trait::async_trait]
impl Clock for Fixed {
    fn now(&self) -> UnixSeconds {
        1_000
    }
    async fn sleep(&self, duration: Duration) {
        SystemClock.sleep(duration).await;
    }
}

async fn start(reads_need_token: bool) -> Server {
    start_with(reads_need_token, AttesterService::default()).await
}

async fn start_with(reads_need_token: bool, attesters: AttesterService) -> Server {
    serve_with(
        reads_need_token,
        attesters,
        Arc::new(MemoryStore::new(1)),
        None,
    )
    .await
}

async fn serve_with(
    reads_need_token: bool,
    attesters: AttesterService,
    store: Arc<MemoryStore>,
    orders: Option<Arc<Orders>>,
) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let token = Token::read_or_create(&directory.path().join(TOKEN_FILE)).unwrap();
    let message = |id, stage| Change::PutMessage(Box::new(samples::message(id, 10, 20, stage, 5)));
    store
        .commit(vec![
            message(1, Stage::Held),
            message(2, Stage::Seen),
            message(3, Stage::Held),
        ])
        .unwrap();
    let progress = Arc::new(Progress::default());
    let names = ChainNames::new([(10, "alpha".to_owned()), (20, "beta".to_owned())]);
    let expected = vec![Expected {
        stage: "watch",
        chain: 10,
        within: 30,
    }];
    let context = ApiContext {
        attesters,
        store: Arc::<MemoryStore>::clone(&store),
        orders,
        prover: Prover::new(Arc::new(Roots::new(1)), 1),
        health: Health::new(
            Arc::clone(&progress),
            expected,
            names.clone(),
            Arc::new(Fixed),
        ),
        metrics: Arc::new(Metrics::new(
            Arc::<MemoryStore>::clone(&store),
            Arc::clone(&progress),
            names.clone(),
        )),
        names,
        clock: Arc::new(Fixed),
        token: token.clone(),
        reads_need_token,
    };
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, context, std::future::pending()));
    Server {
        address,
        store,
        progress,
        token,
        _directory: directory,
    }
}

impl Server {
    async fn call(&self, method: Method, path: &str, token: bool) -> (u16, String, Value) {
        let mut request = Client::new().request(method, format!("http://{}{path}", self.address));
        if token {
            request = request.header("authorization", self.token.header().expose());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let kind = response
            .headers()
            .get("content-type")
            .map(|kind| kind.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        (
            status,
            kind.unwrap_or_default(),
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    async fn get(&self, path: &str) -> (u16, String, Value) {
        self.call(Method::GET, path, false).await
    }
}

fn id(byte: u8) -> String {
    format!("{}", B256::repeat_byte(byte))
}

#[tokio::test]
async fn messages_are_listed_filtered_and_paged() {
    let server = start(false).await;
    let (status, _, page) = server
        .get("/v1/messages?stage=held&source=alpha&limit=1")
        .await;
    assert_eq!(
        (status, page["messages"].as_array().unwrap().len()),
        (200, 1)
    );
    assert_eq!(
        (page["messages"][0]["id"].as_str(), page["next"].as_str()),
        (Some(id(1).as_str()), Some(id(1).as_str()))
    );
    let (_, _, page) = server
        .get(&format!("/v1/messages?stage=held&limit=2&after={}", id(1)))
        .await;
    assert_eq!(
        (page["messages"][0]["id"].as_str(), page["next"].as_str()),
        (Some(id(3).as_str()), None)
    );
    assert_eq!(page["schema"], "causeway.messages/v1");
}

#[tokio::test]
async fn a_message_is_shown_with_its_explanation() {
    let server = start(false).await;
    let (status, _, message) = server.get(&format!("/v1/messages/{}", id(1))).await;
    assert_eq!(
        (status, message["explanation"]["cause"].as_str()),
        (200, Some("too_early"))
    );
    assert_eq!(message["source"]["name"], "alpha");
}

#[tokio::test]
async fn faults_are_problems_that_say_what_to_do() {
    let server = start(false).await;
    let unknown_stage = "`lost` is no stage; use one of seen, rooted, proven, submitted, included, final, held, failed, removed, unknown";
    let cases = [
        ("/v1/messages?stage=lost", 400, "bad_query", unknown_stage),
        (
            "/v1/messages?source=gamma",
            400,
            "bad_query",
            "there is no chain `gamma`; name an id or one of alpha, beta",
        ),
        (
            "/v1/messages?limit=1001",
            400,
            "bad_query",
            "limit is at most 1000; follow `next` for more",
        ),
        (
            "/v1/messages?stag=held",
            400,
            "bad_query",
            "unknown field `stag`",
        ),
        (
            "/v1/messages/12",
            400,
            "bad_id",
            "`12` is no bundle hash: 32 bytes in hex are needed",
        ),
        (
            &format!("/v1/messages/{}", id(9)),
            404,
            "unknown_message",
            "this relayer knows no message",
        ),
        (
            "/v2",
            404,
            "unknown_path",
            "there is nothing here; the paths are /livez",
        ),
    ];
    for (path, status, code, detail) in cases {
        let (found, kind, problem) = server.get(path).await;
        assert_eq!(
            (found, kind.as_str(), problem["code"].as_str()),
            (status, "application/problem+json", Some(code)),
            "{path}"
        );
        assert!(
            problem["detail"].as_str().unwrap().contains(detail),
            "{path}: {problem}"
        );
        assert_eq!(problem["status"], status);
    }
    let (status, _, problem) = server.call(Method::DELETE, "/v1/messages", true).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (405, Some("wrong_method"))
    );
}

#[tokio::test]
async fn a_proof_that_cannot_be_made_yet_says_why() {
    let server = start(false).await;
    let proof = |id: String, query: &'static str| {
        let path = format!("/v1/messages/{id}/proof{query}");
        let server = &server;
        async move {
            let (status, _, problem) = server.get(&path).await;
            (status, problem["code"].as_str().unwrap().to_owned())
        }
    };
    assert_eq!(proof(id(1), "").await, (409, "not_provable".to_owned()));
    assert_eq!(
        proof(id(1), "?on=l1").await,
        (409, "not_provable".to_owned())
    );
    assert_eq!(proof(id(1), "?on=l2").await, (400, "bad_query".to_owned()));
    assert_eq!(proof(id(9), "").await, (404, "unknown_message".to_owned()));
}

#[tokio::test]
async fn retry_needs_the_token_and_a_held_message() {
    let server = start(false).await;
    let path = format!("/v1/messages/{}/retry", id(1));
    let (status, _, problem) = server.call(Method::POST, &path, false).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (401, Some("token_needed"))
    );
    let held = server.store.message(B256::repeat_byte(1)).unwrap().unwrap();
    assert_eq!(held.stage, Stage::Held);

    let (status, _, message) = server.call(Method::POST, &path, true).await;
    assert_eq!(
        (status, message["stage"].as_str(), message["since"].as_u64()),
        (200, Some("seen"), Some(1_000))
    );
    let (status, _, problem) = server.call(Method::POST, &path, true).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("not_held")));
    let (status, _, _) = server
        .call(Method::POST, &format!("/v1/messages/{}/retry", id(9)), true)
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn where_others_can_reach_it_reads_need_the_token_too() {
    let server = start(true).await;
    assert_eq!(server.get("/v1/messages").await.0, 401);
    assert_eq!(server.call(Method::GET, "/v1/messages", true).await.0, 200);
    assert_eq!(server.get("/livez").await.0, 200);
}

#[tokio::test]
async fn readiness_follows_the_stages() {
    let server = start(false).await;
    assert_eq!(server.get("/livez").await.0, 200);
    let (status, _, readiness) = server.get("/readyz").await;
    assert_eq!((status, readiness["ready"].as_bool()), (503, Some(false)));
    assert_eq!(
        readiness["chains"][0]["reasons"][0]["label"],
        "no_heartbeat"
    );
    server.progress.advanced("watch", 10, 1, 1_000);
    let (status, _, readiness) = server.get("/readyz").await;
    assert_eq!((status, readiness["ready"].as_bool()), (200, Some(true)));
}

#[tokio::test]
async fn metrics_are_in_the_text_format() {
    let server = start(false).await;
    let (status, kind, text) = server.get("/metrics").await;
    assert_eq!(
        (status, kind.as_str()),
        (
            200,
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        )
    );
    assert!(text.as_str().unwrap().ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let server = start(false).await;
    let error = listen(server.address).await.unwrap_err();
    assert!(
        matches!(error, ApiError::PortInUse(address) if address == server.address),
        "{error}"
    );
}

/// Signs whatever it is asked; what an attester looks at first is tested where it stands.
struct Willing(PrivateKeySigner);

fn attestation_terms() -> Eip712Domain {
    attestation_domain(1, Address::repeat_byte(7))
}

#[async_trait]
impl Attester for Willing {
    fn address(&self) -> Address {
        self.0.address()
    }

    async fn attest(&self, claim: &Claim) -> Result<Signature, AttestError> {
        let digest = attestation_digest(&attestation_terms(), claim.public_input);
        Ok(self.0.sign_hash_sync(&digest).unwrap())
    }
}

fn claim(chain: u64) -> Claim {
    Claim {
        chain,
        last_block: 9,
        data: Bytes::from_static(b"data"),
        public_input: B256::repeat_byte(5),
    }
}

#[tokio::test]
async fn an_operator_elsewhere_gets_the_attestation_it_asks_for() {
    let signer = PrivateKeySigner::random();
    let willing: Arc<dyn Attester> = Arc::new(Willing(signer.clone()));
    let server = start_with(true, AttesterService::new([(10, Arc::clone(&willing))])).await;
    let url = format!("http://{}", server.address);
    let open =
        |header| RemoteAttester::new(signer.address(), &url, attestation_terms(), header).unwrap();

    let remote = open(Some(server.token.header()));
    let signature = remote.attest(&claim(10)).await.unwrap();
    assert_eq!(signature, willing.attest(&claim(10)).await.unwrap());

    let elsewhere = remote.attest(&claim(20)).await.unwrap_err().to_string();
    assert!(
        elsewhere.contains("does not attest to chain 20"),
        "{elsewhere}"
    );
    let stranger = open(None).attest(&claim(10)).await.unwrap_err().to_string();
    assert!(stranger.contains("401"), "{stranger}");
}

#[tokio::test]
async fn swaps_are_found_by_id_and_by_what_banks_call_them() {
    let server = start(false).await;
    let swap = |id, stage| Change::PutSwap(Box::new(samples::swap(id, stage, 6)));
    let stages = [SwapStage::Locked, SwapStage::Redeemed, SwapStage::Locked];
    let swaps = (1..).zip(stages).map(|(id, stage)| swap(id, stage));
    server.store.commit(swaps.collect()).unwrap();
    let ids = |page: &Value| -> Vec<String> {
        let swaps = page["swaps"].as_array().unwrap().iter();
        swaps
            .map(|swap| swap["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let cases = [
        ("", vec![id(1), id(2), id(3)]),
        ("?limit=2", vec![id(1), id(2)]),
        ("?stage=locked", vec![id(1), id(3)]),
        ("?uetr=2f3c8a52-6f0e-4b9d-9d0e-3f6a0c1b7e02", vec![id(2)]),
        ("?end_to_end_id=GOLD/01", vec![id(1), id(3)]),
        ("?end_to_end_id=GOLD/01&stage=redeemed", vec![]),
    ];
    for (query, expected) in cases {
        let (status, _, page) = server.get(&format!("/v1/swaps{query}")).await;
        assert_eq!((status, ids(&page)), (200, expected), "{query}");
    }
    let (_, _, page) = server.get("/v1/swaps?limit=2").await;
    let after = page["next"].as_str().unwrap();
    let (_, _, rest) = server.get(&format!("/v1/swaps?after={after}")).await;
    assert_eq!((ids(&rest), rest["next"].as_str()), (vec![id(3)], None));
    let (_, _, one) = server.get(&format!("/v1/swaps/{}", id(2))).await;
    assert_eq!(
        (one["stage"].as_str(), one["is_over"].as_bool()),
        (Some("redeemed"), Some(true))
    );
    assert_eq!(one["source"]["name"].as_str(), Some("alpha"));
    assert_eq!(one["explanation"]["cause"], "redeemed");
    let uetr = one["uetr"].as_str().unwrap();
    let (_, _, same) = server.get(&format!("/v1/swaps/{uetr}")).await;
    assert_eq!(same, one);
    assert!(!one.to_string().contains(&alloy::hex::encode("output")));
}

#[tokio::test]
async fn questions_about_swaps_that_cannot_be_answered_say_why() {
    let server = start(false).await;
    let missing = format!("/v1/swaps/{}", id(9));
    let cases = [
        (missing.as_str(), 404, "unknown_swap"),
        ("/v1/swaps/0x12", 400, "bad_id"),
        ("/v1/swaps?uetr=12", 400, "bad_query"),
        ("/v1/swaps?end_to_end_id=a_b", 400, "bad_query"),
        ("/v1/swaps?stage=done", 400, "bad_query"),
        ("/v1/swaps?limit=1001", 400, "bad_query"),
        ("/v1/swaps?colour=red", 400, "bad_query"),
    ];
    for (path, status, code) in cases {
        let (found, kind, problem) = server.get(path).await;
        assert_eq!(
            (found, problem["code"].as_str()),
            (status, Some(code)),
            "{path}"
        );
        assert_eq!(kind, "application/problem+json");
    }
    let guarded = start(true).await;
    for path in ["/v1/swaps", missing.as_str()] {
        assert_eq!(guarded.get(path).await.0, 401, "{path}");
    }
}

/// A server that takes orders, and what it sends to.
async fn order_server() -> (Server, OrderBench) {
    let bench = OrderBench::new();
    let orders = Arc::new(bench.process());
    let store = Arc::clone(&bench.store);
    let server = serve_with(false, AttesterService::default(), store, Some(orders)).await;
    (server, bench)
}

impl Server {
    /// Status, body, and where the swap is said to be.
    async fn order(&self, keys: &[&str], body: &str) -> (u16, Value, Option<String>) {
        let mut request = Client::new()
            .post(format!("http://{}/v1/swaps", self.address))
            .header("authorization", self.token.header().expose())
            .body(body.to_owned());
        for key in keys {
            request = request.header("idempotency-key", *key);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let place = response.headers().get("location").cloned();
        let place = place.map(|place| place.to_str().unwrap().to_owned());
        (status, response.json().await.unwrap(), place)
    }
}

fn body() -> Value {
    serde_json::to_value(lockable()).unwrap()
}

#[tokio::test]
async fn one_key_and_body_get_one_answer() {
    let (server, bench) = order_server().await;
    let text = body().to_string();
    let first = server.order(&["\"one\""], &text).await;
    assert_eq!(first.0, 202, "{}", first.1);
    let place = first.2.clone().unwrap();
    assert_eq!(place, first.1["swap"].as_str().unwrap());
    // Other spaces and another order of fields are no other body.
    let pretty = serde_json::to_string_pretty(&lockable()).unwrap();
    for text in [&text, &pretty] {
        assert_eq!(server.order(&["one"], text).await, first);
    }
    let (_, _, swap) = server.get(&place).await;
    assert_eq!(
        (
            swap["stage"].as_str(),
            swap["explanation"]["cause"].as_str()
        ),
        (Some("accepted"), Some("waiting_for_lock"))
    );
    bench.process().cycle().await.unwrap();
    bench.chain.mine();
    assert_eq!(server.order(&["one"], &text).await, first);
    assert_eq!(bench.locks(), 1);

    let mut other = body();
    other["min_gas"] = 1.into();
    let (status, problem, _) = server.order(&["one"], &other.to_string()).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("key_used")));
    let (status, problem, _) = server.order(&["two"], &text).await;
    assert_eq!(
        (
            status,
            problem["code"].as_str(),
            problem["pointer"].as_str()
        ),
        (409, Some("uetr_taken"), Some("/uetr"))
    );
    let told = server.get(&place).await.2.to_string();
    let order = &bench.store.orders().unwrap()[0];
    assert!(!told.contains(&alloy::hex::encode(order.salt)));
    assert!(!told.contains("min_gas"), "{told}");
}

#[tokio::test]
async fn orders_at_once_under_one_key_are_one() {
    let (server, bench) = order_server().await;
    let text = body().to_string();
    let all = futures::future::join_all((0..8).map(|_| server.order(&["one"], &text))).await;
    assert!(all.iter().all(|answer| *answer == all[0]), "{all:?}");
    bench.process().cycle().await.unwrap();
    bench.chain.mine();
    assert_eq!((all[0].0, bench.locks()), (202, 1));
}

#[tokio::test]
async fn an_order_that_cannot_be_read_says_where() {
    let (server, bench) = order_server().await;
    let changed = |pointer: &str, value: Value| {
        let mut body = body();
        *body.pointer_mut(pointer).unwrap() = value;
        body.to_string()
    };
    let mut extra = body();
    extra["venue"]["colour"] = "red".into();
    let mut unquoted = body();
    unquoted.as_object_mut().unwrap().remove("quote");
    let mut stranger = lockable();
    let key = PrivateKeySigner::random();
    stranger.sender = key.address();
    proposal::sign(&mut stranger, &key).unwrap();
    stranger.sender = lockable().sender;
    let stranger = serde_json::to_string(&stranger).unwrap();
    let mut unsigned = body();
    unsigned["proposal"] = "0x".into();
    let zero = Address::ZERO.to_string();
    let cases = [
        ("{".to_owned(), 400, "bad_body", None),
        ("[1]x".to_owned(), 400, "bad_body", None),
        (format!("{} x", body()), 400, "bad_body", None),
        ("\"terms\"".to_owned(), 422, "bad_field", Some("")),
        ("x".repeat(300_000), 413, "bad_body", None),
        (
            changed("/schema", "v2".into()),
            422,
            "bad_field",
            Some("/schema"),
        ),
        (
            changed("/uetr", "12".into()),
            422,
            "bad_field",
            Some("/uetr"),
        ),
        (
            changed("/deadline", "soon".into()),
            422,
            "bad_field",
            Some("/deadline"),
        ),
        (
            changed("/given/amount", 7.into()),
            422,
            "bad_field",
            Some("/given/amount"),
        ),
        (
            changed("/given/amount", "0".into()),
            422,
            "bad_field",
            Some("/given/amount"),
        ),
        (
            changed("/wanted/minimum", "1e3".into()),
            422,
            "bad_field",
            Some("/wanted/minimum"),
        ),
        (
            changed("/refund_to", zero.clone().into()),
            422,
            "bad_field",
            Some("/refund_to"),
        ),
        (
            changed("/venue/address", zero.into()),
            422,
            "bad_field",
            Some("/venue/address"),
        ),
        (
            changed("/destination", 10.into()),
            422,
            "bad_field",
            Some("/destination"),
        ),
        (
            changed("/sender", Address::repeat_byte(9).to_string().into()),
            422,
            "bad_field",
            Some("/sender"),
        ),
        (extra.to_string(), 422, "bad_field", Some("/venue/colour")),
        (stranger, 422, "bad_field", Some("/proposal")),
        (unsigned.to_string(), 422, "bad_field", Some("/proposal")),
        (unquoted.to_string(), 422, "bad_field", Some("/quote")),
    ];
    for (text, status, code, pointer) in cases {
        let (found, problem, _) = server.order(&["one"], &text).await;
        let told = (problem["code"].as_str(), problem["pointer"].as_str());
        assert_eq!((found, told), (status, (Some(code), pointer)), "{problem}");
    }
    assert_eq!(bench.store.orders().unwrap(), []);
}

#[tokio::test]
async fn an_order_needs_one_key_and_the_token() {
    let (server, _) = order_server().await;
    let text = body().to_string();
    let long = "k".repeat(256);
    let cases: [(&[&str], &str); 7] = [
        (&[], "key_needed"),
        (&["one", "two"], "key_needed"),
        (&[""], "bad_key"),
        (&["\"one"], "bad_key"),
        (&["\"one\" x"], "bad_key"),
        (&["one two"], "bad_key"),
        (&[&long], "bad_key"),
    ];
    for (keys, code) in cases {
        let (status, problem, _) = server.order(keys, &text).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (400, Some(code)),
            "{keys:?}"
        );
    }
    for (method, path) in [
        (Method::POST, "/v1/swaps".to_owned()),
        (Method::DELETE, format!("/v1/swaps/{}", id(1))),
        (Method::PUT, format!("/v1/swaps/{}/names", id(1))),
    ] {
        assert_eq!(server.call(method, &path, false).await.0, 401, "{path}");
    }
    let off = start(false).await;
    let (status, problem, _) = off.order(&["one"], &text).await;
    assert_eq!((status, problem["code"].as_str()), (403, Some("no_orders")));
}

#[tokio::test]
async fn an_order_is_withdrawn_while_nothing_is_sent() {
    let (server, bench) = order_server().await;
    let (_, _, place) = server.order(&["one"], &body().to_string()).await;
    let place = place.unwrap();
    for _ in 0..2 {
        let (status, _, swap) = server.call(Method::DELETE, &place, true).await;
        assert_eq!((status, swap["stage"].as_str()), (200, Some("withdrawn")));
    }
    let swap = samples::swap(3, SwapStage::Locked, 0);
    let swap = Change::PutSwap(Box::new(swap));
    bench.store.commit(vec![swap]).unwrap();
    let path = format!("/v1/swaps/{}", id(3));
    let (status, _, problem) = server.call(Method::DELETE, &path, true).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("too_late")));
}

#[tokio::test]
async fn a_swap_ordered_elsewhere_is_named_and_found() {
    let server = start(false).await;
    let mut bare = samples::swap(2, SwapStage::Locked, 0);
    let names = std::mem::take(&mut bare.names);
    let other = samples::swap(1, SwapStage::Locked, 0);
    let taken = other.names.uetr.clone().unwrap();
    let put = |swap| Change::PutSwap(Box::new(swap));
    server.store.commit(vec![put(bare), put(other)]).unwrap();
    let tell = async |path: &str, body: Value| {
        let request = Client::new()
            .put(format!("http://{}{path}", server.address))
            .header("authorization", server.token.header().expose())
            .json(&body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["code"].as_str().map(str::to_owned))
    };
    let path = format!("/v1/swaps/{}/names", id(2));
    let (uetr, end_to_end) = (names.uetr.unwrap(), names.end_to_end.unwrap());
    let good = serde_json::json!({ "uetr": uetr, "end_to_end_id": end_to_end });
    let code = |status, code: &str| (status, Some(code.to_owned()));
    let cases = [
        (serde_json::json!({}), code(422, "bad_field")),
        (serde_json::json!({ "uetr": "x" }), code(422, "bad_field")),
        (
            serde_json::json!({ "uetr": taken }),
            code(409, "uetr_taken"),
        ),
        (good.clone(), (200, None)),
        (good.clone(), (200, None)),
        (
            serde_json::json!({ "end_to_end_id": "OTHER" }),
            code(409, "named_otherwise"),
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(tell(&path, body.clone()).await, expected, "{body}");
    }
    let (_, _, page) = server.get(&format!("/v1/swaps?uetr={uetr}")).await;
    assert_eq!(page["swaps"][0]["id"].as_str(), Some(id(2).as_str()));
    let missing = format!("/v1/swaps/{}/names", id(9));
    assert_eq!(tell(&missing, good).await, code(404, "unknown_swap"));
}

proptest! {
    /// Whatever the body is, it is refused as one, and never read as terms that it does not say.
    #[test]
    fn a_body_is_read_whole_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(problem) = super::body::read::<Terms>(Ok(bytes.into())) {
            prop_assert!(matches!(problem.status, 400 | 422));
            prop_assert_eq!(problem.status == 422, problem.pointer.is_some());
        } else {
            prop_assert!(false, "no terms come from noise");
        }
    }

    /// A body with one thing changed is refused with where it is, or is read as just that.
    #[test]
    fn a_changed_body_says_where(place in 0..PLACES.len(), value in any_json()) {
        let mut body = body();
        *body.pointer_mut(PLACES[place]).unwrap() = value.clone();
        match super::body::read::<Terms>(Ok(body.to_string().into())) {
            Ok(terms) => {
                // Bytes may come as a list; all the rest is as it was.
                let read = serde_json::to_value(&terms).unwrap();
                *body.pointer_mut(PLACES[place]).unwrap() = read.pointer(PLACES[place]).unwrap().clone();
                prop_assert_eq!(read, body);
            }
            Err(problem) => {
                let pointer = problem.pointer.unwrap();
                prop_assert!(pointer.starts_with(PLACES[place]), "{} {}", pointer, value);
            }
        }
    }
}

const PLACES: [&str; 12] = [
    "/uetr",
    "/source",
    "/deadline",
    "/min_gas",
    "/sender",
    "/given",
    "/given/amount",
    "/given/kind",
    "/wanted/home",
    "/venue/kind",
    "/venue/address",
    "/quote/signature",
];

fn any_json() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        "0x[0-9a-f]{0,130}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Value::from),
        Just(Value::Bool(true)),
        Just(serde_json::json!({ "amount": "1" })),
    ]
}
