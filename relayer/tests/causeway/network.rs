//! Against a network of local chains.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use alloy::network::EthereumWallet;
use alloy::primitives::{Address, B256, Bytes, hex};
use alloy::providers::{Provider, ProviderBuilder, ext::AnvilApi};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolCall;
use causeway_bindings::{Attribute, IInteropCenter, InteropAddress};
use serde_json::Value;

use crate::ports::free_ports;
use crate::support::{Ended, Running, causeway, eventually};

/// Runtime code that answers every call with the selector of `receiveMessage`.
const RECIPIENT: [u8; 14] = hex!("632432ef2660e01b5f5260205ff3");

/// Runtime code that answers every call with the number 2.
const VERSION_TWO: [u8; 8] = hex!("60025f5260205ff3");

struct Network {
    running: Running,
    directory: tempfile::TempDir,
    description: Value,
}

impl Network {
    /// Two chains, `a` and `b`, with operators and a relayer.
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (ports, api) = (free_ports().to_string(), free_ports().to_string());
        let arguments = [
            "dev",
            "--chains",
            "2",
            "--dir",
            ".",
            "--base-port",
            &ports,
            "--api-port",
            &api,
            "--log",
            "info",
        ];
        let mut running = Running::start(directory.path(), &arguments);
        let mut network: Value = eventually("the network stands", || {
            assert!(!running.has_ended(), "{}", running.log());
            let text = std::fs::read_to_string(directory.path().join("network.json")).ok()?;
            serde_json::from_str(&text).ok()
        });
        network["api"] = Value::String(api);
        let network = Self {
            running,
            directory,
            description: network,
        };
        eventually("the relayer answers", || {
            (network.causeway(&["msg", "list"]).code == 0).then_some(())
        });
        network
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn causeway(&self, arguments: &[&str]) -> Ended {
        causeway(self.path(), arguments)
    }

    fn rpc(&self, chain: usize) -> String {
        self.description["chains"][chain]["rpc"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn contract(&self, name: &str) -> Address {
        self.description["chains"][0]["contracts"][name]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    fn key(&self, name: &str) -> PrivateKeySigner {
        let accounts = self.description["accounts"].as_array().unwrap();
        let account = accounts
            .iter()
            .find(|account| account["name"] == name)
            .unwrap();
        PrivateKeySigner::from_str(account["private_key"].as_str().unwrap()).unwrap()
    }

    fn provider(&self, chain: usize) -> impl Provider + use<> {
        let wallet = EthereumWallet::from(self.key("alice"));
        ProviderBuilder::new()
            .wallet(wallet)
            .connect_http(self.rpc(chain).parse().unwrap())
    }

    /// Sends a message from `a` to an account on `b`; returns the transaction.
    async fn send(&self, to: Address, attributes: Vec<Bytes>) -> B256 {
        let call = IInteropCenter::sendMessageCall {
            recipient: InteropAddress::new(272, to).encode(),
            payload: Bytes::from_static(b"hello"),
            attributes,
        };
        let request = alloy::rpc::types::TransactionRequest::default()
            .to(self.contract("center"))
            .input(Bytes::from(call.abi_encode()).into());
        let pending = self.provider(0).send_transaction(request).await.unwrap();
        let receipt = pending.get_receipt().await.unwrap();
        assert!(receipt.status());
        receipt.transaction_hash
    }

    /// Waits until the message that a transaction sent is in a stage; returns it.
    fn message_in(&self, stage: &str, tx: B256) -> Value {
        eventually(&format!("a message is {stage}"), || {
            let page = self
                .causeway(&["msg", "list", "--stage", stage, "--output", "json"])
                .json();
            let messages = page["messages"].as_array().unwrap().clone();
            messages
                .into_iter()
                .find(|message| message["milestones"][0]["tx"] == tx.to_string())
        })
    }

    /// A configuration of its own, on another port and store, with one change.
    fn config_with(&self, name: &str, from: &str, to: &str) -> PathBuf {
        let text = std::fs::read_to_string(self.path().join("causeway.toml")).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        let api = self.description["api"].as_str().unwrap();
        let text = text
            .replacen(from, to, 1)
            .replacen("path = \"store\"", &format!("path = \"store-{name}\""), 1)
            .replacen(
                &format!("127.0.0.1:{api}"),
                &format!("127.0.0.1:{}", free_ports()),
                1,
            );
        let path = self.path().join(format!("{name}.toml"));
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run_with(&self, config: &Path) -> Ended {
        self.causeway(&[
            "run",
            "--role",
            "relay",
            "--config",
            config.to_str().unwrap(),
        ])
    }
}

/// One network serves all of these, since a network takes seconds to start.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_from_its_start_to_its_end() {
    let mut network = Network::start();
    doctor_finds_nothing_wrong(&network);
    let held = a_held_message_is_explained_and_delivered_after_a_retry(&network).await;
    a_bundle_for_an_executor_is_taken_through_its_steps_by_hand(&network).await;
    every_line_about_a_message_has_its_trace(&network, &held);
    chains_that_are_not_those_of_the_configuration_are_refused(&network).await;
    a_dead_rpc_makes_the_relayer_unready_with_a_reason(&network);
    it_stops_in_order_and_leaves_the_store_readable(&mut network, &held);
}

fn doctor_finds_nothing_wrong(network: &Network) {
    let ended = network.causeway(&["doctor", "--output", "json"]);
    let report = ended.json();
    assert_eq!(
        (ended.code, report["ok"].as_bool()),
        (0, Some(true)),
        "{report:#}"
    );
    let findings = report["findings"].as_array().unwrap();
    for check in [
        "chain_id",
        "code",
        "version",
        "clock",
        "logs",
        "key",
        "balance",
        "permission",
    ] {
        assert!(
            findings.iter().any(|finding| finding["check"] == check),
            "{check}"
        );
    }
}

async fn a_held_message_is_explained_and_delivered_after_a_retry(network: &Network) -> String {
    let recipient = Address::repeat_byte(0x77);
    let tx = network.send(recipient, Vec::new()).await;
    let id = network.message_in("held", tx)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let explained = network
        .causeway(&["msg", "explain", &id, "--output", "json"])
        .json();
    assert_eq!(explained["cause"], "recipient_missing");
    assert_eq!(
        explained["next"],
        format!("deploy the recipient at {recipient}, then causeway msg retry {id}")
    );

    let unchanged = network
        .causeway(&["msg", "retry", &id, "--dry-run", "--output", "json"])
        .json();
    assert_eq!(unchanged["stage"], "held");
    network
        .provider(1)
        .anvil_set_code(recipient, RECIPIENT.into())
        .await
        .unwrap();
    let retried = network.causeway(&["msg", "retry", &id]);
    assert_eq!(retried.code, 0, "{}", retried.stderr);
    let delivered = network.message_in("final", tx);
    let kinds: Vec<_> = delivered["milestones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|milestone| milestone["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["sent", "settled", "root_imported", "delivered"]);
    let again = network.causeway(&["msg", "retry", &id]);
    assert_eq!(again.code, 12, "{}", again.stderr);
    assert!(
        again.stderr.contains("only a held message"),
        "{}",
        again.stderr
    );
    id
}

async fn a_bundle_for_an_executor_is_taken_through_its_steps_by_hand(network: &Network) {
    let recipient = Address::repeat_byte(0x77);
    let executor = InteropAddress::new(272, network.key("alice").address());
    let tx = network
        .send(
            recipient,
            vec![Attribute::ExecutionAddress(executor).encode()],
        )
        .await;
    let held = network.message_in("held", tx);
    assert_eq!(held["explanation"]["cause"], "not_executor");

    let run = |arguments: &[&str], code: i32| {
        let ended = network.causeway(&[&["bundle"], arguments].concat());
        assert_eq!(
            ended.code, code,
            "{arguments:?}: {}{}",
            ended.stdout, ended.stderr
        );
        ended
    };
    run(&["extract", "--from", "a", "--tx", &tx.to_string()], 0);
    run(
        &[
            "extract",
            "--id",
            held["id"].as_str().unwrap(),
            "--out",
            "same.json",
        ],
        0,
    );
    let read = |file: &str| std::fs::read_to_string(network.path().join(file)).unwrap();
    assert_eq!(read("bundle.json"), read("same.json"));

    run(&["proof"], 0);
    let proof: Value = serde_json::from_str(&read("proof.json")).unwrap();
    run(&["verify", "--root", proof["root"].as_str().unwrap()], 0);
    run(&["verify", "--root", &B256::repeat_byte(1).to_string()], 12);
    run(&["verify"], 0);
    run(&["verify", "--offline"], 0);
    let id = held["id"].as_str().unwrap();
    run(&["proof", "--id", id, "--out", "relayer.json"], 0);
    run(&["verify", "--proof", "relayer.json"], 0);
    run(&["proof", "--for-l1", "--out", "l1.json"], 0);
    run(&["verify", "--proof", "l1.json"], 0);

    let stranger = run(&["execute", "--signer", "bob"], 13);
    assert!(
        stranger.stderr.contains("NotExecutor"),
        "{}",
        stranger.stderr
    );
    let planned = run(
        &[
            "execute",
            "--signer",
            "alice",
            "--dry-run",
            "--output",
            "json",
        ],
        0,
    )
    .json();
    assert_eq!(planned["tx"], Value::Null);
    let executed = run(&["execute", "--signer", "alice", "--output", "json"], 0).json();
    assert!(executed["tx"].is_string());
    network.message_in("final", tx);
    let twice = run(&["execute", "--signer", "alice", "--output", "json"], 0).json();
    assert_eq!(twice["tx"], Value::Null, "delivered before is success");
}

fn every_line_about_a_message_has_its_trace(network: &Network, id: &str) {
    let log = network.running.log();
    let trace = &id[2..34];
    let lines: Vec<_> = log.lines().filter(|line| line.contains(id)).collect();
    assert!(lines.len() >= 4, "{log}");
    assert!(
        lines
            .iter()
            .all(|line| line.contains(&format!("trace=\"{trace}\""))),
        "{lines:#?}"
    );
    let key = network.key("relay-1").to_bytes().to_string();
    assert!(!log.contains(&key[2..]), "a key is in the log");
}

async fn chains_that_are_not_those_of_the_configuration_are_refused(network: &Network) {
    let refused = |name: &str, from: &str, to: &str, expected: &[&str]| {
        let ended = network.run_with(&network.config_with(name, from, to));
        assert_eq!(ended.code, 6, "{name}: {}", ended.stderr);
        for part in expected {
            assert!(
                ended.stderr.contains(part),
                "{name}: {part} in {}",
                ended.stderr
            );
        }
    };
    let other_chain = [
        "is chain 272, the configuration says 999; correct chains.b.rpc_urls or chains.b.chain_id",
    ];
    refused("chain", "chain_id = 272", "chain_id = 999", &other_chain);
    let handler = network.contract("handler").to_string();
    let nowhere = Address::repeat_byte(0x99).to_string();
    let no_code =
        format!("there is no contract at {nowhere} (handler); correct chains.a.contracts.handler");
    refused("code", &handler, &nowhere, &[&no_code]);
    let foreign = Address::repeat_byte(0x88);
    for chain in [0, 1] {
        network
            .provider(chain)
            .anvil_set_code(foreign, VERSION_TWO.into())
            .await
            .unwrap();
    }
    let version = format!(
        "handler at {foreign} has version 2, this release works with 1; run the release for version 2"
    );
    refused("version", &handler, &foreign.to_string(), &[&version]);
    let recipient = Address::repeat_byte(0x77);
    network
        .provider(0)
        .anvil_set_code(recipient, Bytes::from_static(&[0]))
        .await
        .unwrap();
    let no_version =
        format!("handler at {recipient} answers no version, so it is no Causeway contract");
    refused("foreign", &handler, &recipient.to_string(), &[&no_version]);
}

fn a_dead_rpc_makes_the_relayer_unready_with_a_reason(network: &Network) {
    let dead = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let rpc = network.rpc(1);
    let config = network.config_with("dead", rpc.trim_end_matches('/'), &format!("http://{dead}"));
    let doctor = network.causeway(&[
        "doctor",
        "--role",
        "relay",
        "--config",
        config.to_str().unwrap(),
    ]);
    assert_eq!(doctor.code, 12);
    assert!(
        doctor.stdout.contains("cannot be reached"),
        "{}",
        doctor.stdout
    );

    let directory = network.path().join("dead");
    std::fs::create_dir(&directory).unwrap();
    let running = Running::start(
        &directory,
        &[
            "run",
            "--role",
            "relay",
            "--config",
            config.to_str().unwrap(),
        ],
    );
    let text = std::fs::read_to_string(&config).unwrap();
    let listen = text
        .lines()
        .find_map(|line| line.strip_prefix("listen = \""))
        .unwrap()
        .trim_end_matches('"')
        .to_owned();
    eventually("only the chain with the dead RPC is not ready", || {
        let readiness = get(&listen, "/readyz")?;
        let chains = readiness["chains"].as_array()?.clone();
        let unready: Vec<_> = chains
            .iter()
            .filter(|chain| chain["ready"] == false)
            .collect();
        let [chain] = unready[..] else { return None };
        let unreachable = chain["reasons"]
            .as_array()?
            .iter()
            .any(|reason| reason["label"] == "unreachable");
        (chain["name"] == "b" && unreachable).then_some(())
    });
    drop(running);
}

/// GET without a client: this test needs the body of one answer.
fn get(address: &str, path: &str) -> Option<Value> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()
}

fn it_stops_in_order_and_leaves_the_store_readable(network: &mut Network, id: &str) {
    let ports = [0, 1].map(|chain| {
        network
            .rpc(chain)
            .rsplit(':')
            .next()
            .unwrap()
            .trim_end_matches('/')
            .parse::<u16>()
            .unwrap()
    });
    let status = network.running.stop("INT");
    assert_eq!(status.code(), Some(0), "{}", network.running.log());
    for port in ports {
        TcpListener::bind(("127.0.0.1", port))
            .unwrap_or_else(|error| panic!("anvil still has {port}: {error}"));
    }
    let shown = network
        .causeway(&["msg", "show", id, "--output", "json"])
        .json();
    assert_eq!(shown["stage"], "final");
    let proof = network.causeway(&["bundle", "proof", "--id", id, "--out", "offline.json"]);
    assert_eq!(proof.code, 0, "{}", proof.stderr);
}
