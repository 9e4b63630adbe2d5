//! Checks of RPCs and contracts.

use alloy::primitives::{Address, U256};
use alloy::sol_types::SolCall;
use causeway_bindings::{IAssetVault, IVersioned};
use futures::future::join_all;

use super::{Finding, PROTOCOL_VERSION, Subject};
use crate::chain::{CallRequest, ChainError, ChainReader, Clock, Finality, ViewError, view};
use crate::config::{ChainConfig, L1Config};
use crate::model::ChainId;
use crate::operator::freeze::frozen_since;

/// Clocks may differ by so many seconds.
const CLOCK_TOLERANCE: u64 = 60;

/// A chain whose newest block is older, in seconds, seems to stand still.
const QUIET_AFTER: u64 = 600;

/// A chain and its contracts, to be checked.
#[derive(Clone, Debug)]
pub struct Target {
    /// Name of the chain.
    pub name: String,
    /// Its id.
    pub chain_id: ChainId,
    /// Key of its section in the configuration.
    pub section: String,
    /// Block from which on it is read.
    pub start_block: u64,
    /// Most blocks read at once.
    pub page: u64,
    /// Our contracts, by the name of their key.
    pub contracts: Vec<(&'static str, Address)>,
    /// The one among them that keeps assets.
    pub custody: Address,
    /// The access manager, which is not ours and has no version.
    pub authority: Address,
}

impl From<&L1Config> for Target {
    fn from(l1: &L1Config) -> Self {
        let contracts = l1.contracts;
        Self {
            name: "L1".to_owned(),
            chain_id: l1.evm.chain_id,
            section: "l1".to_owned(),
            start_block: l1.reading.start_block,
            page: l1.reading.log_page_blocks,
            contracts: vec![
                ("settlement", contracts.settlement),
                ("message_root", contracts.message_root),
                ("priority_queue", contracts.priority_queue),
                ("chain_registry", contracts.chain_registry),
                ("verifier_registry", contracts.verifier_registry),
                ("asset_ledger", contracts.asset_ledger),
                ("shared_bridge", contracts.shared_bridge),
                ("swap_registry", contracts.swap_registry),
            ],
            custody: contracts.shared_bridge,
            authority: contracts.authority,
        }
    }
}

impl From<&ChainConfig> for Target {
    fn from(chain: &ChainConfig) -> Self {
        let contracts = chain.contracts;
        Self {
            name: chain.name.clone(),
            chain_id: chain.evm.chain_id,
            section: format!("chains.{}", chain.name),
            start_block: chain.reading.start_block,
            page: chain.reading.log_page_blocks,
            contracts: vec![
                ("outbox", contracts.outbox),
                ("inbox", contracts.inbox),
                ("center", contracts.center),
                ("handler", contracts.handler),
                ("vault", contracts.vault),
                ("swap", contracts.swap),
            ],
            custody: contracts.vault,
            authority: contracts.authority,
        }
    }
}

/// What the RPCs of a chain answer to the question for their chain id.
pub fn check_identity(
    target: &Target,
    answers: &[(String, Result<ChainId, ChainError>)],
) -> Vec<Finding> {
    let rpc_urls = format!("{}.rpc_urls", target.section);
    let judge = |(provider, answer): &(String, Result<ChainId, ChainError>)| match answer {
        Ok(id) if *id == target.chain_id => Finding::ok(
            &target.name,
            Subject::ChainId,
            format!("{provider} is chain {id}"),
        ),
        Ok(id) => Finding::failed(
            &target.name,
            Subject::ChainId,
            format!(
                "{provider} is chain {id}, the configuration says {}",
                target.chain_id
            ),
            format!("correct {rpc_urls} or {}.chain_id", target.section),
        ),
        Err(error) => Finding::failed(
            &target.name,
            Subject::Reachable,
            error.to_string(),
            format!("start the node, or correct {rpc_urls}"),
        ),
    };
    answers.iter().map(judge).collect()
}

/// Whether each contract has code and is of this release's protocol version.
pub async fn check_contracts(
    reader: &dyn ChainReader,
    target: &Target,
    from: Address,
) -> Vec<Finding> {
    let ours = target
        .contracts
        .iter()
        .map(|(key, address)| check_contract(reader, target, key, *address, Some(from)));
    let authority = check_contract(reader, target, "authority", target.authority, None);
    let (mut findings, authority) = futures::join!(join_all(ours), authority);
    findings.push(authority);
    findings
}

/// `from` is given where the contract has a version.
async fn check_contract(
    reader: &dyn ChainReader,
    target: &Target,
    key: &str,
    address: Address,
    from: Option<Address>,
) -> Finding {
    let correct = format!(
        "correct {}.contracts.{key} or network.contracts.{key}",
        target.section
    );
    match reader.code(address).await {
        Err(error) => return unreadable(target, Subject::Code, &error),
        Ok(code) if code.is_empty() => {
            let found = format!("there is no contract at {address} ({key})");
            return Finding::failed(&target.name, Subject::Code, found, correct);
        }
        Ok(_) => {}
    }
    let Some(from) = from else {
        return Finding::ok(&target.name, Subject::Code, format!("{key} has code"));
    };
    let call = CallRequest {
        from,
        to: address,
        data: IVersioned::versionCall {}.abi_encode().into(),
        value: U256::ZERO,
        gas: None,
    };
    let answer = match reader.call(&call).await {
        Ok(answer) => answer,
        Err(ChainError::Reverted { .. }) => Default::default(),
        Err(error) => return unreadable(target, Subject::Version, &error),
    };
    match IVersioned::versionCall::abi_decode_returns(&answer) {
        Ok(version) if version == U256::from(PROTOCOL_VERSION) => Finding::ok(
            &target.name,
            Subject::Version,
            format!("{key} has version {version}"),
        ),
        Ok(version) => Finding::failed(
            &target.name,
            Subject::Version,
            format!(
                "{key} at {address} has version {version}, this release works with {PROTOCOL_VERSION}"
            ),
            format!("run the release for version {version}, or {correct}"),
        ),
        Err(_) => Finding::failed(
            &target.name,
            Subject::Version,
            format!("{key} at {address} answers no version, so it is no Causeway contract"),
            correct,
        ),
    }
}

fn unreadable(target: &Target, check: Subject, error: &ChainError) -> Finding {
    Finding {
        check: Subject::Reachable,
        ..Finding::failed(
            &target.name,
            check,
            error.to_string(),
            format!("start the node, or correct {}.rpc_urls", target.section),
        )
    }
}

/// Whether the chain's vault can pay base tokens that arrive. A holder that was not funded at genesis shows in nothing else:
/// whatever arrives becomes a claim.
pub async fn check_holder(reader: &dyn ChainReader, target: &Target) -> Finding {
    let call = IAssetVault::BASE_TOKEN_HOLDERCall {};
    let holder = match view(reader, target.custody, &call, None).await {
        Ok(holder) => holder,
        Err(ViewError::Chain(error)) => return unreadable(target, Subject::Balance, &error),
        Err(error) => {
            let correct = format!("correct {}.contracts.vault", target.section);
            return Finding::failed(&target.name, Subject::Balance, error.to_string(), correct);
        }
    };
    match reader.balance(holder).await {
        Err(error) => unreadable(target, Subject::Balance, &error),
        Ok(balance) if balance.is_zero() => Finding::warning(
            &target.name,
            Subject::Balance,
            format!(
                "the holder of base tokens, {holder}, has none, so those that arrive become claims"
            ),
            "fund it, as a genesis should have done",
        ),
        Ok(_) => Finding::ok(
            &target.name,
            Subject::Balance,
            format!("the holder of base tokens, {holder}, can pay"),
        ),
    }
}

/// Whether L1 has frozen the chain.
pub async fn check_standing(l1: &dyn ChainReader, settlement: Address, target: &Target) -> Finding {
    match frozen_since(l1, settlement, target.chain_id).await {
        Ok(None) => Finding::ok(&target.name, Subject::Standing, "it is live on L1"),
        Ok(Some(since)) => Finding::failed(
            &target.name,
            Subject::Standing,
            format!("L1 froze it at {since}, because it let an operation of its queue expire"),
            "have its operator bring it back: it runs `causeway run --role operator`",
        ),
        Err(error) => Finding::failed(
            &target.name,
            Subject::Standing,
            error.to_string(),
            "correct l1.rpc_urls or l1.contracts.settlement",
        ),
    }
}

/// Whether the chain's clock and ours agree, and the chain moves.
pub async fn check_time(reader: &dyn ChainReader, target: &Target, clock: &dyn Clock) -> Finding {
    let head = match reader.head(Finality::Latest).await {
        Ok(head) => head,
        Err(error) => return unreadable(target, Subject::Clock, &error),
    };
    let now = clock.now();
    let (ahead, age) = (
        head.timestamp.saturating_sub(now),
        now.saturating_sub(head.timestamp),
    );
    if ahead > CLOCK_TOLERANCE {
        return Finding::failed(
            &target.name,
            Subject::Clock,
            format!("the newest block is {ahead} s ahead of this machine's clock"),
            "set this machine's clock, or check the chain's",
        );
    }
    if age > QUIET_AFTER {
        return Finding::warning(
            &target.name,
            Subject::Clock,
            format!("the newest block, {}, is {age} s old", head.number),
            "check that the chain produces blocks and its node is in sync",
        );
    }
    Finding::ok(
        &target.name,
        Subject::Clock,
        format!("the newest block, {}, is {age} s old", head.number),
    )
}

/// Whether logs can be read. A private RPC answers `[]` where permission is missing, so silence is suspicious: the
/// deployment itself has emitted events.
pub async fn check_visible_logs(reader: &dyn ChainReader, target: &Target) -> Finding {
    let addresses: Vec<_> = target
        .contracts
        .iter()
        .map(|(_, address)| *address)
        .chain([target.authority])
        .collect();
    let head = match reader.head(Finality::Latest).await {
        Ok(head) => head.number,
        Err(error) => return unreadable(target, Subject::Logs, &error),
    };
    let step = target.page.saturating_sub(1);
    let windows = [
        (
            target.start_block,
            target.start_block.saturating_add(step).min(head),
        ),
        (head.saturating_sub(step), head),
    ];
    for (from, to) in windows {
        match reader.logs(from, to, &addresses).await {
            Err(error) => return unreadable(target, Subject::Logs, &error),
            Ok(page) if !page.logs.is_empty() => {
                return Finding::ok(
                    &target.name,
                    Subject::Logs,
                    format!("{} events from block {from} on", page.logs.len()),
                );
            }
            Ok(_) => {}
        }
    }
    Finding::warning(
        &target.name,
        Subject::Logs,
        "no event of the contracts is visible",
        format!(
            "set {}.start_block to the block of the deployment; if that is right, the RPC hides logs: allow eth_getLogs for \
             the contracts to this account",
            target.section
        ),
    )
}
