//! Checks of signers: can they pay, and may they do what they are there for?

use alloy::primitives::utils::format_ether;
use alloy::primitives::{Address, FixedBytes, U256};
use alloy::sol_types::SolCall;
use causeway_bindings::{IAccessManager, IAssetCustody, IInteropRootStorage, IPriorityInbox};

use super::{Finding, Subject, Target};
use crate::chain::{CallRequest, ChainError, ChainReader};
use crate::config::{ChainConfig, L1Config, OperatorConfig};
use crate::operator::registration::{Registration, read_registration};

/// Below a hundredth of an ether a signer needs money soon.
const LOW_BALANCE: u128 = 10_000_000_000_000_000;

/// Whether the signer can pay for gas on the chain.
pub async fn check_balance(
    reader: &dyn ChainReader,
    chain: &str,
    signer: &str,
    account: Address,
) -> Finding {
    let fund = format!("send ether to {account} on {chain}");
    match reader.balance(account).await {
        Err(error) => Finding::failed(
            signer,
            Subject::Reachable,
            error.to_string(),
            "start the node",
        ),
        Ok(balance) if balance.is_zero() => Finding::failed(
            signer,
            Subject::Balance,
            format!("{account} has nothing on {chain}"),
            fund,
        ),
        Ok(balance) if balance < U256::from(LOW_BALANCE) => {
            let found = format!(
                "{account} has {} ether left on {chain}",
                format_ether(balance)
            );
            Finding::warning(signer, Subject::Balance, found, fund)
        }
        Ok(balance) => Finding::ok(
            signer,
            Subject::Balance,
            format!("{} ether on {chain}", format_ether(balance)),
        ),
    }
}

/// Whether the operator is registered on L1, its attesters suffice, and the chain lets it import roots and consume the
/// priority queue.
pub async fn check_operator(
    l1: (&dyn ChainReader, &L1Config),
    chain: (&dyn ChainReader, &ChainConfig),
    operator: &OperatorConfig,
    account: Address,
    attesters: &[Address],
) -> Vec<Finding> {
    let (l1_reader, l1_config) = l1;
    let (reader, config) = chain;
    let name = &config.name;
    let mut findings = match read_registration(
        l1_reader,
        l1_config.contracts.chain_registry,
        operator.chain,
    )
    .await
    {
        Ok(registration) => judge_registration(name, &registration, operator, account, attesters),
        Err(error) => vec![Finding::failed(
            name,
            Subject::Permission,
            format!("its registration on L1 cannot be read: {error}"),
            "register the chain, or correct l1.contracts.chain_registry",
        )],
    };
    let rights = [
        (
            config.contracts.handler,
            IInteropRootStorage::importRootsCall::SELECTOR,
            "import roots",
        ),
        (
            config.contracts.inbox,
            IPriorityInbox::processOperationsCall::SELECTOR,
            "consume the priority queue",
        ),
    ];
    for (contract, selector, what) in rights {
        findings.push(check_right(reader, config, account, contract, selector, what).await);
    }
    findings
}

pub(super) fn judge_registration(
    name: &str,
    registration: &Registration,
    operator: &OperatorConfig,
    account: Address,
    attesters: &[Address],
) -> Vec<Finding> {
    let key = format!("operators.{name}");
    let mut findings = Vec::new();
    if registration.operator != account {
        findings.push(Finding::failed(
            name,
            Subject::Permission,
            format!("L1 has {} for its operator, the configuration has {account}", registration.operator),
            format!("correct {key}.signer, or hand the chain over with proposeOperator and acceptOperator"),
        ));
    }
    let accepted = attesters
        .iter()
        .filter(|attester| registration.attesters.contains(attester))
        .count();
    if accepted < registration.threshold {
        findings.push(Finding::failed(
            name,
            Subject::Permission,
            format!(
                "its verifier asks for {} attestations and accepts {accepted} of our attesters",
                registration.threshold
            ),
            format!("name more of the verifier's signers in {key}.attesters"),
        ));
    }
    if registration.mode != operator.data_availability.into() {
        findings.push(Finding::failed(
            name,
            Subject::Permission,
            format!("L1 has another data availability mode for it than {key}.data_availability"),
            format!("set {key}.data_availability to the mode it is registered with"),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            name,
            Subject::Permission,
            "operator, attesters and mode are those of L1",
        ));
    }
    findings
}

async fn check_right(
    reader: &dyn ChainReader,
    chain: &ChainConfig,
    account: Address,
    contract: Address,
    selector: [u8; 4],
    what: &str,
) -> Finding {
    let authority = chain.contracts.authority;
    let may = can_call(reader, authority, account, contract, selector).await;
    judge_right(&chain.name, may, account, what, ("operator", authority))
}

/// Whether the account may stop new transfers of the chain, or of L1.
pub async fn check_pauser(reader: &dyn ChainReader, target: &Target, account: Address) -> Finding {
    let selector = IAssetCustody::pauseCall::SELECTOR;
    let may = can_call(reader, target.authority, account, target.custody, selector).await;
    let role = ("pauser", target.authority);
    judge_right(&target.name, may, account, "stop new transfers", role)
}

fn judge_right(
    name: &str,
    may: Result<bool, ChainError>,
    account: Address,
    what: &str,
    (role, authority): (&str, Address),
) -> Finding {
    match may {
        Err(error) => Finding::failed(
            name,
            Subject::Reachable,
            error.to_string(),
            "start the node",
        ),
        Ok(true) => Finding::ok(name, Subject::Permission, format!("{account} may {what}")),
        Ok(false) => Finding::failed(
            name,
            Subject::Permission,
            format!("{account} may not {what}"),
            format!("have the chain's governance grant it the {role} role on {authority}"),
        ),
    }
}

pub(super) async fn can_call(
    reader: &dyn ChainReader,
    authority: Address,
    account: Address,
    contract: Address,
    selector: [u8; 4],
) -> Result<bool, ChainError> {
    let question = IAccessManager::canCallCall {
        caller: account,
        target: contract,
        selector: FixedBytes(selector),
    };
    let call = CallRequest {
        from: account,
        to: authority,
        data: question.abi_encode().into(),
        value: U256::ZERO,
        gas: None,
    };
    let answer = match reader.call(&call).await {
        Err(ChainError::Reverted { .. }) => return Ok(false),
        other => other?,
    };
    Ok(IAccessManager::canCallCall::abi_decode_returns(&answer)
        .is_ok_and(|answer| answer.immediate))
}
