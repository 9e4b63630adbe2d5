//! The configuration of a local network, as an operator would write it.

use std::fmt::Write as _;

use alloy::primitives::Address;
use causeway_bindings::DataAvailability;

use super::{
    accounts::Account,
    network::{LocalNetwork, NetworkError},
};

/// Name of the configuration file.
pub const CONFIG_FILE: &str = "causeway.toml";

/// Name of the store's directory.
pub const STORE: &str = "store";

/// What of a local network's configuration is not given by the network.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Where the API listens.
    pub api_port: u16,
    /// Filter of the log.
    pub log_filter: String,
}

/// The configuration that runs every role of the network.
pub fn config_text(network: &LocalNetwork, wishes: &Wishes) -> Result<String, NetworkError> {
    let mut text = String::new();
    // Writing to a string does not fail.
    let written = head(&mut text, network, wishes)
        .and_then(|()| chains(&mut text, network))
        .and_then(|()| signers(&mut text, network));
    match written {
        Ok(()) => Ok(text),
        Err(error) => Err(NetworkError::File {
            path: CONFIG_FILE.to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn head(text: &mut String, network: &LocalNetwork, wishes: &Wishes) -> std::fmt::Result {
    let l1 = &network.deployed.l1;
    let chain = &network.deployed.chain;
    writeln!(
        text,
        "# Written by `causeway dev`: a network of throw-away local chains. Never reuse its keys."
    )?;
    writeln!(text, "[network]\ndevnet = true\n\n[network.contracts]")?;
    let on_chains = [
        ("outbox", chain.outbox()),
        ("inbox", chain.inbox),
        ("center", chain.center.address),
        ("handler", chain.handler.address),
        ("vault", chain.vault.address),
        ("swap", chain.swap.address),
        ("authority", chain.authority.address),
    ];
    addresses(text, &on_chains)?;
    writeln!(
        text,
        "\n[store]\npath = \"{STORE}\"\n\n[api]\nlisten = \"127.0.0.1:{}\"",
        wishes.api_port
    )?;
    writeln!(text, "\n[log]\nfilter = \"{}\"", wishes.log_filter)?;
    writeln!(
        text,
        "\n[l1]\nchain_id = {}\nrpc_urls = [\"{}\"]",
        network.l1.chain, network.l1.url
    )?;
    writeln!(text, "poll_interval_ms = {POLL_MS}\n\n[l1.contracts]")?;
    let on_l1 = [
        ("settlement", l1.settlement.address),
        ("message_root", l1.message_root.address),
        ("priority_queue", l1.priority_queue.address),
        ("chain_registry", l1.chain_registry.address),
        ("verifier_registry", l1.verifier_registry.address),
        ("asset_ledger", l1.asset_ledger.address),
        ("shared_bridge", l1.shared_bridge.address),
        ("swap_registry", l1.swap_registry.address),
        ("authority", l1.authority.address),
    ];
    addresses(text, &on_l1)?;
    writeln!(text, "\n[relay]\nsigner = \"relay-1\"")?;
    // A network without value may publish its swaps on L1, so none of them needs a person.
    writeln!(
        text,
        "\n[swap]\nsigner = \"coordinator-1\"\ninterval_seconds = {SWAP_SECONDS}\npublish = true"
    )?;
    let pauser = &network.accounts.pauser.name;
    writeln!(
        text,
        "\n[supply]\ninterval_seconds = {SUPPLY_SECONDS}\npauser = \"{pauser}\""
    )
}

/// A look at a swap asks L1 and two chains a handful of questions.
const SWAP_SECONDS: u64 = 1;

/// A look at the supply asks every chain several questions about every asset.
const SUPPLY_SECONDS: u64 = 3;

/// Local chains answer at once, so they are looked at often.
const POLL_MS: u64 = 300;

fn addresses(text: &mut String, list: &[(&str, Address)]) -> std::fmt::Result {
    list.iter()
        .try_for_each(|(name, address)| writeln!(text, "{name} = \"{address}\""))
}

fn chains(text: &mut String, network: &LocalNetwork) -> std::fmt::Result {
    let attesters: Vec<_> = network
        .accounts
        .attesters
        .iter()
        .map(|account| format!("\"{}\"", account.name))
        .collect();
    for ((name, target), operator) in network.chains.iter().zip(&network.accounts.operators) {
        let mode = match target.data_availability {
            DataAvailability::Calldata => "calldata",
            DataAvailability::Blobs => "blobs",
            DataAvailability::Validium | DataAvailability::__Invalid => "validium",
        };
        writeln!(
            text,
            "\n[chains.{name}]\nchain_id = {}\nrpc_urls = [\"{}\"]",
            target.chain, target.url
        )?;
        writeln!(text, "poll_interval_ms = {POLL_MS}")?;
        writeln!(text, "\n[operators.{name}]\nsigner = \"{}\"", operator.name)?;
        writeln!(text, "attesters = [{}]", attesters.join(", "))?;
        writeln!(
            text,
            "seal_after_blocks = 1000\nseal_after_seconds = 1\nimport_interval_seconds = 1"
        )?;
        writeln!(text, "data_availability = \"{mode}\"")?;
    }
    Ok(())
}

fn signers(text: &mut String, network: &LocalNetwork) -> std::fmt::Result {
    let accounts = &network.accounts;
    let all = accounts
        .relays
        .iter()
        .chain(&accounts.coordinators)
        .chain([&accounts.pauser])
        .chain(&accounts.operators)
        .chain(&accounts.attesters);
    all.chain(&accounts.users)
        .try_for_each(|account| signer(text, account))
}

fn signer(text: &mut String, account: &Account) -> std::fmt::Result {
    writeln!(
        text,
        "\n[signers.{}]\ndev_private_key = \"{}\"",
        account.name,
        account.signer.to_bytes()
    )
}
