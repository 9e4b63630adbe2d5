//! Without any chain: configurations, files, and what each failure says and ends with.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use crate::ports::free_ports;
use crate::support::{Running, causeway, eventually};

const ID: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(causeway(directory.path(), &["config", "init"]).code, 0);
    directory
}

fn change(directory: &Path, from: &str, to: &str) {
    let path = directory.join("causeway.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn what_init_writes_is_valid_and_never_overwritten() {
    let directory = directory();
    let valid = causeway(
        directory.path(),
        &["config", "validate", "--output", "json"],
    );
    assert_eq!(
        (valid.code, valid.json()["valid"].as_bool()),
        (0, Some(true)),
        "{}",
        valid.stderr
    );
    let again = causeway(directory.path(), &["config", "init"]);
    assert_eq!(again.code, 11);
    assert_eq!(
        again.stderr,
        "error: causeway.toml: is there already; remove it, or name another file with --config\n"
    );
}

#[test]
fn configurations_are_shown_with_defaults_and_described_by_a_schema() {
    let directory = directory();
    change(
        directory.path(),
        "http://127.0.0.1:8546",
        "http://user:hunter2@127.0.0.1:8546/key",
    );
    let shown = causeway(directory.path(), &["config", "show"]);
    assert_eq!(shown.code, 0);
    assert!(
        shown.stdout.contains("import_interval_seconds = 30")
            && shown.stdout.contains("http://127.0.0.1:8546")
    );
    assert!(
        !shown.stdout.contains("hunter2") && !shown.stdout.contains("/key\""),
        "{}",
        shown.stdout
    );
    let schema = causeway(directory.path(), &["config", "schema"]);
    assert_eq!(schema.json()["title"], "ConfigFile");
}

#[test]
fn an_unknown_key_ends_with_the_configuration_code_and_the_nearest_key() {
    let directory = directory();
    change(directory.path(), "batch_size", "batchsize");
    for arguments in [
        &["config", "validate"][..],
        &["run"],
        &["doctor"],
        &["msg", "list"],
    ] {
        let ended = causeway(directory.path(), arguments);
        assert_eq!(ended.code, 3, "{arguments:?}");
        let expected =
            "error: causeway.toml:72:1: unknown key `batchsize`; did you mean `batch_size`?\n";
        assert_eq!(ended.stderr, expected, "{arguments:?}");
        assert_eq!(ended.stdout, "");
    }
}

#[test]
fn failures_are_told_as_json_where_json_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let ended = causeway(directory.path(), &["msg", "list", "--output", "json"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
    let error: serde_json::Value = serde_json::from_str(&ended.stderr).unwrap();
    assert_eq!(
        (error["schema"].as_str(), error["code"].as_str()),
        (Some("causeway.error/v1"), Some("config"))
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("`causeway config init` writes one")
    );
}

#[test]
fn arguments_that_cannot_be_understood_end_with_the_usage_code() {
    let directory = directory();
    for arguments in [
        &["msg", "show", "12"][..],
        &["msg", "list", "--stage", "lost"],
        &["bundle", "extract"],
        &["nonsense"],
    ] {
        let ended = causeway(directory.path(), arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stderr);
    }
    let ended = causeway(directory.path(), &["msg", "list", "--stage", "lost"]);
    assert!(
        ended
            .stderr
            .contains("`lost` is no stage; use one of seen, rooted"),
        "{}",
        ended.stderr
    );
}

#[test]
fn without_relayer_and_store_messages_are_not_to_be_had() {
    let directory = directory();
    for arguments in [
        &["msg", "list"][..],
        &["msg", "show", ID],
        &["msg", "explain", ID],
        &["msg", "retry", ID],
        &["bundle", "proof", "--id", ID],
    ] {
        let ended = causeway(directory.path(), arguments);
        assert_eq!(ended.code, 4, "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("there is no store at"),
            "{}",
            ended.stderr
        );
    }
    assert!(
        !directory.path().join("causeway-store").exists(),
        "looking makes no store"
    );
}

#[test]
fn a_chain_that_nobody_knows_is_named() {
    let directory = directory();
    let ended = causeway(directory.path(), &["msg", "list", "--from", "gamma"]);
    assert_eq!(ended.code, 10);
    assert_eq!(
        ended.stderr,
        "error: there is no chain `gamma`; name an id or one of L1, alpha, beta\n"
    );
}

#[test]
fn a_key_that_does_not_load_is_named() {
    let directory = directory();
    let ended = causeway(directory.path(), &["run"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("error: signers.alpha-attester: the environment variable CAUSEWAY_ALPHA_ATTESTER is not set"), "{}", ended.stderr);
}

#[test]
fn a_port_in_use_is_said_plainly() {
    let directory = directory();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    change(
        directory.path(),
        "127.0.0.1:7370",
        &format!("127.0.0.1:{port}"),
    );
    let ended = causeway(directory.path(), &["run"]);
    assert_eq!(ended.code, 8, "{}", ended.stderr);
    assert!(ended.stderr.ends_with(&format!(
        "error: api.listen: 127.0.0.1:{port} is in use; stop the program that has it, or name another port\n"
    )));
}

#[test]
fn a_missing_anvil_is_said_plainly() {
    let directory = tempfile::tempdir().unwrap();
    let ended = causeway(
        directory.path(),
        &["dev", "--anvil", "/nowhere/anvil", "--dir", "network"],
    );
    assert_eq!(ended.code, 9, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("anvil was not found; run `make deps`"),
        "{}",
        ended.stderr
    );
}

/// All RPCs are down: it starts, says that it is not ready and why, and has the store for itself.
#[test]
fn a_relayer_without_rpcs_runs_unready_and_alone() {
    let directory = directory();
    let port = free_ports();
    change(
        directory.path(),
        "127.0.0.1:7370",
        &format!("127.0.0.1:{port}"),
    );
    change(directory.path(), "[operators.alpha]", "[operators.beta]");
    let key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    std::fs::create_dir(directory.path().join("keys")).unwrap();
    std::fs::write(directory.path().join("keys/alpha-operator.hex"), key).unwrap();
    change(
        directory.path(),
        "keystore = \"keys/relay.json\"\npassword_file = \"keys/relay.password\"",
        "private_key_file = \"keys/alpha-operator.hex\"",
    );
    let mut running = Running::start(directory.path(), &["run", "--role", "relay"]);
    eventually("the interface answers", || {
        assert!(!running.has_ended(), "{}", running.log());
        let list = causeway(directory.path(), &["msg", "list"]);
        (list.code == 0).then_some(list)
    });
    let ended = causeway(directory.path(), &["msg", "show", ID]);
    assert_eq!(ended.code, 10, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("this relayer knows no message"),
        "{}",
        ended.stderr
    );

    let other = directory.path().join("causeway.toml");
    let text = std::fs::read_to_string(&other).unwrap();
    std::fs::write(
        &other,
        text.replace(&port.to_string(), &free_ports().to_string()),
    )
    .unwrap();
    let second = causeway(directory.path(), &["run", "--role", "relay"]);
    assert_eq!(second.code, 4, "{}", second.stderr);
    assert!(
        second.stderr.contains("is in use by another process"),
        "{}",
        second.stderr
    );

    let status = running.stop("TERM");
    assert_eq!(status.code(), Some(0), "{}", running.log());
    assert!(running.log().contains("stopped"), "{}", running.log());
}

#[test]
fn a_role_that_is_not_configured_is_named() {
    let directory = directory();
    let path = directory.path().join("causeway.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let start = text.find("[operators.alpha]").unwrap();
    let end = text.find("# Keys.").unwrap();
    std::fs::write(&path, format!("{}{}", &text[..start], &text[end..])).unwrap();
    change(directory.path(), "127.0.0.1:7370", "127.0.0.1:0");
    let ended = causeway(directory.path(), &["run", "--role", "operator"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("there is no [operators.<chain>] in the configuration"),
        "{}",
        ended.stderr
    );
}

#[test]
fn files_that_hold_something_else_are_refused_by_name_and_word() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let verify = || causeway(path, &["bundle", "verify", "--root", ID]);
    assert_eq!(
        verify().stderr,
        "error: bundle.json: No such file or directory (os error 2)\n"
    );
    std::fs::write(
        path.join("bundle.json"),
        "{\"schema\": \"causeway.bundle/v1\"}",
    )
    .unwrap();
    let ended = verify();
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (
            11,
            "error: bundle.json: field `.`: missing field `source_chain_id` at line 1 column 32\n"
        )
    );
}

#[test]
fn every_shell_has_its_completions() {
    let directory = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = causeway(directory.path(), &["completions", shell]);
        assert_eq!(ended.code, 0);
        assert!(ended.stdout.contains("explain"), "{shell}");
    }
}

/// Whatever the filter, no line shows what stands in the address of an RPC provider.
#[test]
fn the_credentials_of_a_provider_are_in_no_log() {
    let directory = directory();
    change(
        directory.path(),
        "127.0.0.1:7370",
        &format!("127.0.0.1:{}", free_ports()),
    );
    let provider = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = provider.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in provider.incoming() {
            drop(stream);
        }
    });
    let path = directory.path().join("causeway.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace(
            "http://127.0.0.1:85",
            &format!("http://user:hunter2@127.0.0.1:{port}/path-key?token=query-key&n="),
        )
        .replace("filter = \"info\"", "filter = \"trace\"")
        .replace(
            "keystore = \"keys/relay.json\"\npassword_file = \"keys/relay.password\"",
            "private_key_file = \"relay.hex\"",
        );
    std::fs::write(path, text).unwrap();
    std::fs::write(directory.path().join("relay.hex"), &ID[2..]).unwrap();
    let mut running = Running::start(directory.path(), &["run", "--role", "relay"]);
    eventually("the provider is named as one that fails", || {
        (running.log().contains("127.0.0.1") || running.has_ended()).then_some(())
    });
    std::thread::sleep(Duration::from_secs(1));
    running.stop("INT");
    let said = running.log();
    assert!(said.contains("127.0.0.1"), "{said}");
    for secret in ["hunter2", "path-key", "query-key", &ID[2..]] {
        assert!(!said.contains(secret), "{secret} is in {said}");
    }
}
