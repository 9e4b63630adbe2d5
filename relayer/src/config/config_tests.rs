use std::path::Path;

use super::*;
use crate::chain::FinalityRule;

fn load(text: &str) -> Result<Config, ConfigError> {
    Config::from_text("causeway.toml", text, Path::new("/etc/causeway"))
}

/// The template with one change; the change must have found its place.
fn changed(from: &str, to: &str) -> String {
    assert!(TEMPLATE.contains(from), "{from}");
    TEMPLATE.replacen(from, to, 1)
}

fn error(from: &str, to: &str) -> String {
    load(&changed(from, to)).unwrap_err().to_string()
}

#[test]
fn what_init_writes_validates() {
    let config = load(TEMPLATE).unwrap();
    assert_eq!(config.store, Path::new("/etc/causeway/causeway-store"));
    assert_eq!(config.relay.unwrap().routes, vec![(271, 272), (272, 271)]);
    assert_eq!(config.operators["alpha"].chain, 271);
    assert_eq!(
        config.chains["beta"].contracts.center,
        config.chains["alpha"].contracts.center
    );
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_key() {
    let message = error(
        "poll_interval_ms = 2000\n\n[chains.beta]",
        "poll_intervall_ms = 2000\n\n[chains.beta]",
    );
    assert_eq!(
        message,
        "causeway.toml:60:1: unknown key `poll_intervall_ms`; did you mean `poll_interval_ms`?"
    );
    let message = error("[store]", "[stor]\npath = \"x\"\n[store]");
    assert_eq!(
        message,
        "causeway.toml:19:2: unknown key `stor`; did you mean `store`?"
    );
    let message = error(
        "chain_id = 271",
        "chain_id = 271\nentirely_different_thing = 1",
    );
    assert!(
        message.contains("unknown key `entirely_different_thing`; known here: chain_id, rpc_urls"),
        "{message}"
    );
}

#[test]
fn an_unknown_value_is_named_with_the_nearest() {
    let message = error("\"validium\"", "\"validum\"");
    assert!(
        message.ends_with("unknown value `validum`; did you mean `validium`?"),
        "{message}"
    );
}

#[test]
fn a_wrong_type_and_broken_toml_are_placed() {
    let message = error("chain_id = 271", "chain_id = \"271\"");
    assert!(
        message.starts_with("causeway.toml:57:12: invalid type: string \"271\", expected u64"),
        "{message}"
    );
    assert!(
        load("[store\npath = 1")
            .unwrap_err()
            .to_string()
            .starts_with("causeway.toml:1:")
    );
    let message = error(
        "finality = \"finalized\"     # or",
        "finality = \"latest\" # or",
    );
    assert!(
        message.contains("expected \"finalized\" or { depth = <blocks> }"),
        "{message}"
    );
}

#[test]
fn finality_is_a_tag_or_a_depth() {
    let text = changed(
        "finality = \"finalized\"     # or",
        "finality = { depth = 12 } # or",
    );
    assert_eq!(
        load(&text).unwrap().l1.evm.finality,
        FinalityRule::Depth(12)
    );
    assert_eq!(load(TEMPLATE).unwrap().l1.evm.finality, FinalityRule::Tag);
}

#[test]
fn what_makes_no_sense_is_refused_with_place_and_remedy() {
    let cases = [
        (
            "chain_id = 272",
            "chain_id = 271",
            "chains.beta.chain_id: 271 is also the id of chains.alpha; give each chain its own id",
        ),
        (
            "chain_id = 271",
            "chain_id = 1",
            "chains.alpha.chain_id: 1 is also the id of l1; give each chain its own id",
        ),
        (
            "chain_id = 271",
            "chain_id = 0",
            "chains.alpha.chain_id: 0 is no chain id; give the chain's EIP-155 id",
        ),
        (
            "rpc_urls = [\"http://127.0.0.1:8546\"]",
            "rpc_urls = []",
            "chains.alpha.rpc_urls: there is no RPC; give at least one URL",
        ),
        (
            "\"http://127.0.0.1:8546\"",
            "\"ws://127.0.0.1:8546\"",
            "chains.alpha.rpc_urls: scheme `ws` is not http or https; give URLs like http://127.0.0.1:8545",
        ),
        (
            "# rpc_agreement = 1 ",
            "rpc_agreement = 2 #",
            "l1.rpc_agreement: 2 of 1 RPCs cannot agree; give a number from 1 to the number of RPCs",
        ),
        (
            "handler = \"0x0000000000000000000000000000000000001004\"\n",
            "",
            "chains.alpha.contracts.handler: the address is missing; add it here, or network.contracts.handler for all chains",
        ),
        (
            "0000000000000000000000000000000000002002",
            "0000000000000000000000000000000000002001",
            "l1.contracts.message_root: 0x0000000000000000000000000000000000002001 is also settlement; two contracts never share an address: correct one of them",
        ),
        (
            "0000000000000000000000000000000000002001",
            "0000000000000000000000000000000000000000",
            "l1.contracts.settlement: 0 is no contract; give the contract's address",
        ),
        (
            "listen = \"127.0.0.1:7370\"",
            "listen = \"0.0.0.0:7370\"",
            "api.listen: 0.0.0.0:7370 can be reached from other machines and there is no token; listen on 127.0.0.1, or name a file with a token in api.token_file",
        ),
        (
            "signer = \"relay\"",
            "signer = \"rely\"",
            "relay.signer: there is no signer `rely`; add [signers.rely]",
        ),
        (
            "release_held = true",
            "withdrawals = { signer = \"nobody\" } #",
            "relay.withdrawals.signer: there is no signer `nobody`; add [signers.nobody]",
        ),
        (
            "release_held = true",
            "withdrawals = { signer = \"alpha-operator\" } #",
            "operators.alpha.signer: `alpha-operator` is also relay.withdrawals.signer, and two senders with one key take each other's nonces; give each its own signer",
        ),
        (
            "signer = \"relay\"",
            "signer = \"alpha-operator\"",
            "operators.alpha.signer: `alpha-operator` is also relay.signer, and two senders with one key take each other's nonces; give each its own signer",
        ),
        (
            "batch_size = 32",
            "batch_size = 33",
            "relay.batch_size: 33 messages do not go into one transaction; give a number from 1 to 32",
        ),
        (
            "batch_size = 32",
            "max_in_flight = 0",
            "relay.max_in_flight: 0 delivers nothing; give a number of transactions, such as 8",
        ),
        (
            "# routes = [{ from = \"alpha\", to = \"beta\" }]",
            "routes = [{ from = \"alpha\", to = \"gamma\" }] #",
            "relay.routes: there is no chain `gamma`; name one of alpha, beta",
        ),
        (
            "# routes = [{ from = \"alpha\", to = \"beta\" }]",
            "routes = [{ from = \"alpha\", to = \"alpha\" }] #",
            "relay.routes: a message does not go from alpha to itself; remove the route",
        ),
        (
            "[operators.alpha]",
            "[operators.gamma]",
            "operators.gamma: there is no chain `gamma`; name one of alpha, beta",
        ),
        (
            "attesters = [\"alpha-attester\"]",
            "attesters = []",
            "operators.alpha.attesters: nobody attests; name at least one signer",
        ),
        (
            "attesters = [\"alpha-attester\"]",
            "attesters = []\nremote_attesters = [{ address = \"0x00000000000000000000000000000000000000aa\", url = \"ftp://far\" }]",
            "operators.alpha.remote_attesters: scheme `ftp` is not http or https; give an http or https URL",
        ),
        (
            "seal_after_blocks = 100",
            "seal_after_blocks = 0",
            "operators.alpha.seal_after_blocks: 0 would seal empty batches; give a number from 1 on",
        ),
        (
            "password_file = \"keys/relay.password\"\n",
            "",
            "signers.relay: a keystore and its password belong together; give both keystore and password_file",
        ),
        (
            "private_key_env = \"CAUSEWAY_ALPHA_ATTESTER\"\n",
            "",
            "signers.alpha-attester: there is no key; give keystore and password_file, private_key_file, or private_key_env",
        ),
        (
            "private_key_env =",
            "private_key_file = \"x\"\nprivate_key_env =",
            "signers.alpha-attester: there is more than one key; leave one of them",
        ),
        (
            "private_key_env = \"CAUSEWAY_ALPHA_ATTESTER\"",
            "dev_private_key = \"0x01\"",
            "signers.alpha-attester.dev_private_key: a key may stand in the configuration of a devnet only; use keystore and password_file, private_key_file, or private_key_env",
        ),
        (
            "poll_interval_ms = 12000",
            "poll_interval_ms = 0",
            "l1.poll_interval_ms: 0 would never pause; give milliseconds, such as 2000",
        ),
        (
            "max_fee_gwei = 500",
            "max_fee_gwei = 0",
            "l1.max_fee_gwei: nothing can be sent for 0; give a price in gwei, such as 500",
        ),
    ];
    for (from, to, expected) in cases {
        let message = error(from, to);
        let first = message.lines().find(|line| line.contains(expected));
        let first = first.unwrap_or_else(|| panic!("no `{expected}` in:\n{message}"));
        let place = first.strip_prefix("causeway.toml:").unwrap();
        let line: usize = place.split(':').next().unwrap().parse().unwrap();
        assert!(line > 1, "{message}");
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = changed("batch_size = 32", "batch_size = 0").replacen(
        "seal_after_seconds = 60",
        "seal_after_seconds = 0",
        1,
    );
    let ConfigError::Invalid { problems, .. } = load(&text).unwrap_err() else {
        panic!()
    };
    assert_eq!(problems.len(), 2);
}

#[test]
fn a_devnet_takes_plain_keys_and_never_shows_them() {
    let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    let text = changed(
        "private_key_env = \"CAUSEWAY_ALPHA_ATTESTER\"",
        &format!("dev_private_key = \"{key}\""),
    )
    .replacen("devnet = false", "devnet = true", 1)
    .replacen(
        "http://127.0.0.1:8545",
        "http://user:hunter2@127.0.0.1:8545/path-key",
        1,
    );
    let config = load(&text).unwrap();
    config.signers["alpha-attester"]
        .load("alpha-attester")
        .unwrap();
    let file: ConfigFile = toml::from_str(&text).unwrap();
    for shown in [
        format!("{config:?}"),
        format!("{file:?}"),
        file.shown().unwrap(),
    ] {
        assert!(!shown.contains("ac0974"), "{shown}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("path-key"),
            "{shown}"
        );
    }
    assert!(
        file.shown()
            .unwrap()
            .contains("dev_private_key = \"<redacted>\"")
    );
}

#[test]
fn a_missing_file_says_how_to_get_one() {
    let message = Config::load(Path::new("/nowhere/causeway.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("/nowhere/causeway.toml: cannot be read: "),
        "{message}"
    );
    assert!(
        message.ends_with("`causeway config init` writes one"),
        "{message}"
    );
}

/// Each key of the template is in the schema, and the schema allows no others.
#[test]
fn the_schema_knows_every_key() {
    let schema = ConfigFile::schema();
    assert_eq!(schema["additionalProperties"], serde_json::json!(false));
    let text = schema.to_string();
    for line in TEMPLATE.lines().filter(|line| !line.starts_with('[')) {
        let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") else {
            continue;
        };
        assert!(
            text.contains(&format!("\"{key}\":")),
            "{key} is not in the schema"
        );
    }
}

const SWAP: &str = r#"
[swap]
signer = "swaps"

[signers.swaps]
private_key_file = "keys/swaps.hex"
"#;

#[test]
fn a_coordinator_of_swaps_publishes_nothing_unless_it_is_told_to() {
    let swap = load(&format!("{TEMPLATE}{SWAP}")).unwrap().swap.unwrap();
    let policy = swap.policy;
    assert!(policy.force && policy.freeze && policy.l1_cancel && !policy.publish);
    assert_eq!(swap.interval.as_secs(), 5);
    assert_eq!(swap.orders, None);
    assert!(load(TEMPLATE).unwrap().swap.is_none());
}

#[test]
fn the_parties_of_swaps_are_accounts() {
    let with = |list: &str| {
        let swap = SWAP.replace("[swap]", &format!("[swap]\nparties = [{list}]"));
        load(&format!("{TEMPLATE}{swap}"))
    };
    let [account, nobody] = [1, 0].map(Address::repeat_byte);
    let parties = with(&format!("\"{account}\""))
        .unwrap()
        .swap
        .unwrap()
        .parties;
    assert_eq!(parties.into_iter().collect::<Vec<_>>(), [account]);
    let message = with(&format!("\"{nobody}\"")).unwrap_err().to_string();
    assert!(message.contains("swap.parties: address 0"), "{message}");
    with("\"alice\"").unwrap_err();
}

#[test]
fn orders_are_locked_by_an_account_that_does_nothing_else() {
    let with = |signer: &str| {
        let orders = format!(
            "{TEMPLATE}{SWAP}\n[swap.orders]\nsigner = \"{signer}\"\n[signers.treasury]\nprivate_key_file = \"keys/treasury.hex\""
        );
        load(&orders)
    };
    let taken = with("treasury").unwrap().swap.unwrap().orders;
    assert_eq!(taken.as_deref(), Some("treasury"));
    for (signer, expected) in [
        ("swaps", "`swaps` is also swap.signer"),
        ("alpha-operator", "take each other's nonces"),
        ("nobody", "swap.orders.signer: there is no signer `nobody`"),
    ] {
        let message = with(signer).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_coordinator_needs_a_key_of_its_own() {
    let refused = |from: &str, to: &str| {
        let swap = SWAP.replacen(from, to, 1);
        load(&format!("{TEMPLATE}{swap}")).unwrap_err().to_string()
    };
    let cases = [
        ("\"swaps\"", "\"relay\"", "`relay` is also relay.signer"),
        (
            "\"swaps\"",
            "\"alpha-operator\"",
            "take each other's nonces",
        ),
        ("\"swaps\"", "\"nobody\"", "there is no signer `nobody`"),
        (
            "[swap]",
            "[swap]\ninterval_seconds = 0",
            "0 looks at nothing",
        ),
    ];
    for (from, to, expected) in cases {
        let message = refused(from, to);
        assert!(message.contains(expected), "{message}");
    }
}
