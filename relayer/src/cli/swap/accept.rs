//! `causeway swap accept`.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::{Address, B256};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::file;
use super::tell::{TellArgs, Told, tell};
use crate::assets::{Custody, Step, approvals};
use crate::bundle::Network;
use crate::chain::SystemClock;
use crate::cli::assets::{make, simulate};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{open, seconds};
use crate::cli::output::{Output, Report, fields, table};
use crate::cli::signing::Signer;
use crate::config::Config;
use crate::model::ChainId;
use crate::send::Sender;
use crate::swap::checks::{REASONS, Refusal, altered, refusals};
use crate::swap::figures::{Places, order};
use crate::swap::lock::{LockError, LockOrder, LockedSwap, Locker};
use crate::swap::orders::{Examiner, Judge};
use crate::swap::terms::Terms;

/// Arguments of `swap accept`.
#[derive(Debug, Args)]
pub(in crate::cli) struct AcceptArgs {
    /// File of the terms, with the quote where the venue needs one
    #[arg(long, value_name = "FILE", default_value = "swap.toml")]
    file: PathBuf,
    /// Name of the signer that gives and locks
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Key of the order: whoever comes back with it finds what was locked; by default the UETR
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Allow the vault to take what is given, where that is missing
    #[arg(long)]
    approve: bool,
    /// Allow the vault all ERC-1155 tokens of the contract, where that is needed
    #[arg(long, requires = "approve")]
    approve_all: bool,
    /// Lock although this speaks against it; once per reason, by its name
    #[arg(long, value_name = "REASON", value_parser = PossibleValuesParser::new(REASONS))]
    despite: Vec<String>,
    /// Say what speaks against it, and lock nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    tell: TellArgs,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(config: &Config, args: AcceptArgs, output: Output) -> Result<(), Failure> {
    let terms = file::read(&args.file)?;
    let needed = [config.l1.evm.chain_id, terms.source, terms.destination];
    let network = open(config, &needed).await?;
    let signer = Signer::load(config, &args.signer)?;
    if signer.address() != terms.sender {
        let text = format!(
            "signer `{}` is {}, and the terms are for {}; name its signer, or propose terms of your own",
            args.signer,
            signer.address(),
            terms.sender
        );
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    let places = places(config, terms.source)?;
    let judge = Examiner {
        payer: payer(config, &terms)?,
        network,
        places,
    };
    if args.dry_run {
        let (left, _) = checked(&judge, &terms, &args).await?;
        return say(&left, output);
    }
    let (sender, store) = signer.with_store(config, terms.source)?;
    let locker = Locker {
        reader: judge.network.chain(terms.source)?.reader.as_ref(),
        sender: &sender,
        store: store.as_ref(),
        clock: &SystemClock,
        contract: places.swap,
        patience: args.timeout,
    };
    let lock_order = LockOrder {
        key: args.key.clone().unwrap_or_else(|| terms.uetr.to_string()),
        terms,
        salt: B256::random(),
    };
    if let Some(earlier) = locker.earlier(&lock_order).await? {
        let told = told(config, &args, &lock_order, &earlier).await?;
        return output.print(&Accepted::new(&lock_order, earlier, Vec::new(), told));
    }
    locker.alone(&lock_order).await?;
    let terms = &lock_order.terms;
    let (left, steps) = checked(&judge, terms, &args).await?;
    permit(&left)?;
    let approved = approve(&judge.network, &sender, terms, steps, args.timeout).await?;
    if !approved.is_empty() {
        // That took time and gas, and has to have been enough.
        let found = speaks_against(&judge, terms).await?;
        permit(&left_of(found, &args.despite))?;
    }
    let locked = locker.lock(&lock_order).await?;
    let told = told(config, &args, &lock_order, &locked).await?;
    output.print(&Accepted::new(&lock_order, locked, approved, told))
}

async fn told(
    config: &Config,
    args: &AcceptArgs,
    order: &LockOrder,
    locked: &LockedSwap,
) -> Result<Told, Failure> {
    let names = order.terms.names(order.key.clone());
    tell(config, &args.tell, locked.id, &names).await
}

/// Where the contracts stand.
fn places(config: &Config, source: ChainId) -> Result<Places, Failure> {
    let unknown = || {
        let text = format!("chain {source} is not in the configuration; add it under [chains]");
        Failure::new(Exit::NotFound, text)
    };
    Ok(Places {
        swap: config.chain(source).ok_or_else(unknown)?.contracts.swap,
        settlement: config.l1.contracts.settlement,
    })
}

async fn speaks_against(judge: &Examiner, terms: &Terms) -> Result<Vec<Refusal>, Failure> {
    let figures = judge.figures(terms).await?;
    Ok(altered(terms)
        .into_iter()
        .chain(refusals(terms, &figures))
        .collect())
}

/// Who takes the steps after the lock: the coordinator's account; where there is no coordinator here, whoever locks.
fn payer(config: &Config, terms: &Terms) -> Result<Address, Failure> {
    match &config.swap {
        Some(swap) => Ok(Signer::load(config, &swap.signer)?.address()),
        None => Ok(terms.sender),
    }
}

/// What speaks against it and is not set aside, and the approvals that are to be made once nothing does.
async fn checked(
    judge: &Examiner,
    terms: &Terms,
    args: &AcceptArgs,
) -> Result<(Vec<Refusal>, Vec<Step>), Failure> {
    let found = speaks_against(judge, terms).await?;
    let mut left = left_of(found, &args.despite);
    if args.approve {
        left.retain(|refusal| !matches!(refusal, Refusal::Allowance { .. }));
    }
    if !args.approve || !left.is_empty() {
        return Ok((left, Vec::new()));
    }
    let custody = Custody::of(&judge.network, terms.source)?;
    let order = order(terms, args.approve_all);
    let steps = approvals(custody, &order, terms.sender).await?;
    Ok((left, steps))
}

async fn approve(
    network: &Network,
    sender: &Sender,
    terms: &Terms,
    steps: Vec<Step>,
    patience: Duration,
) -> Result<Vec<Approval>, Failure> {
    let custody = Custody::of(network, terms.source)?;
    let mut made = Vec::new();
    for step in steps {
        let gas = simulate(custody, terms.sender, &step).await?;
        let name = step.name;
        let (tx, _) = make(custody, sender, step, gas, patience).await?;
        made.push(Approval { step: name, tx });
    }
    Ok(made)
}

/// The reasons that were not set aside.
fn left_of(mut found: Vec<Refusal>, despite: &[String]) -> Vec<Refusal> {
    found.retain(|refusal| !despite.iter().any(|label| label == refusal.label()));
    found
}

/// Says what is left, and ends as locking it would.
fn say(left: &[Refusal], output: Output) -> Result<(), Failure> {
    output.print(&Checked::new(left))?;
    permit(left)
}

/// Fails with every reason.
fn permit(left: &[Refusal]) -> Result<(), Failure> {
    if left.is_empty() {
        return Ok(());
    }
    let lines = left
        .iter()
        .map(|refusal| format!("{}: {refusal}", refusal.label()));
    let lines: Vec<_> = lines.collect();
    Err(Failure::new(Exit::CheckFailed, lines.join("\n")))
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let exit = match error {
            LockError::Step(error) => return error.into(),
            LockError::Send(error) => return error.into(),
            LockError::Store(error) => return error.into(),
            LockError::Terms(_) => Exit::BadFile,
            LockError::Key(_) => Exit::Usage,
            LockError::OtherOrder { .. }
            | LockError::UetrTaken { .. }
            | LockError::QuoteTaken { .. }
            | LockError::Withdrawn { .. } => Exit::CheckFailed,
            LockError::WouldRevert(_)
            | LockError::NotLocked(_)
            | LockError::Unsettled(_)
            | LockError::Unclear(_)
            | LockError::Open { .. } => Exit::NotExecuted,
        };
        Self::new(exit, error.to_string())
    }
}

/// A leg that was locked.
#[derive(Serialize)]
struct Accepted {
    schema: &'static str,
    id: B256,
    uetr: String,
    end_to_end_id: Option<String>,
    key: String,
    source: ChainId,
    destination: ChainId,
    deadline: u64,
    was_made: bool,
    tx: Option<B256>,
    approvals: Vec<Approval>,
    names: Told,
}

/// An approval that was made.
#[derive(Serialize)]
struct Approval {
    step: &'static str,
    tx: B256,
}

impl Accepted {
    fn new(order: &LockOrder, locked: LockedSwap, approvals: Vec<Approval>, names: Told) -> Self {
        let terms = &order.terms;
        Self {
            schema: "causeway.swap-accepted/v1",
            id: locked.id,
            uetr: terms.uetr.to_string(),
            end_to_end_id: terms.end_to_end_id.clone().map(String::from),
            key: order.key.clone(),
            source: terms.source,
            destination: terms.destination,
            deadline: terms.deadline,
            was_made: locked.was_made,
            tx: locked.tx,
            approvals,
            names,
        }
    }
}

impl Report for Accepted {
    fn table(&self) -> String {
        let how = if self.was_made {
            "an earlier run locked it"
        } else {
            "locked"
        };
        let tx = self.tx.map(|tx| tx.to_string());
        let mut rows = vec![
            ("id", self.id.to_string()),
            ("uetr", self.uetr.clone()),
            ("lock", how.to_owned()),
            (
                "transaction",
                tx.unwrap_or_else(|| "not known here".to_owned()),
            ),
            ("deadline", self.deadline.to_string()),
        ];
        for approval in &self.approvals {
            rows.push((approval.step, approval.tx.to_string()));
        }
        rows.push(("names", self.names.line()));
        rows.push(("next", format!("causeway swap status {}", self.id)));
        fields(&rows)
    }
}

/// What speaks against a leg.
#[derive(Serialize)]
struct Checked {
    schema: &'static str,
    can_be_locked: bool,
    refusals: Vec<Reason>,
}

/// One reason.
#[derive(Serialize)]
struct Reason {
    reason: &'static str,
    detail: String,
}

impl Checked {
    fn new(found: &[Refusal]) -> Self {
        let reasons = found.iter().map(|refusal| Reason {
            reason: refusal.label(),
            detail: refusal.to_string(),
        });
        Self {
            schema: "causeway.swap-checked/v1",
            can_be_locked: found.is_empty(),
            refusals: reasons.collect(),
        }
    }
}

impl Report for Checked {
    fn table(&self) -> String {
        if self.can_be_locked {
            return "nothing speaks against locking it".to_owned();
        }
        let rows = self
            .refusals
            .iter()
            .map(|reason| vec![reason.reason.to_owned(), reason.detail.clone()]);
        table(&["reason", "detail"], rows)
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::U256;
    use alloy::signers::local::PrivateKeySigner;
    use causeway_bindings::IERC20;
    use clap::FromArgMatches;

    use super::*;
    use crate::chain::fake::VAULT;
    use crate::swap::bench::{Bench, SOURCE};
    use crate::swap::figures::tests::{PLACES, healthy};
    use crate::swap::orders::tests::lockable;
    use crate::swap::proposal;

    #[test]
    fn only_reasons_that_are_named_are_set_aside() {
        let found = || vec![Refusal::NotOpen(20), Refusal::Frozen(20)];
        permit(&[]).unwrap();
        permit(&left_of(
            found(),
            &["frozen".to_owned(), "not_open".to_owned()],
        ))
        .unwrap();
        let failure = permit(&left_of(found(), &["frozen".to_owned()])).unwrap_err();
        assert_eq!(failure.exit, Exit::CheckFailed);
        assert!(
            failure.message.starts_with("not_open: chain 20"),
            "{}",
            failure.message
        );
        assert!(!failure.message.contains("frozen:"), "{}", failure.message);
    }

    #[test]
    fn a_dry_run_ends_as_locking_would() {
        say(&[], Output::Table).unwrap();
        let failure = say(&[Refusal::Frozen(20)], Output::Table).unwrap_err();
        assert_eq!(failure.exit, Exit::CheckFailed);
    }

    fn arguments(further: &[&str]) -> AcceptArgs {
        let command = AcceptArgs::augment_args(clap::Command::new("accept"));
        let given = [&["accept", "--signer", "a"], further].concat();
        let matches = command.try_get_matches_from(given).unwrap();
        AcceptArgs::from_arg_matches(&matches).unwrap()
    }

    /// What is wrong, and the approvals that are made.
    async fn result(bench: &Bench, terms: &Terms, further: &[&str]) -> (Vec<String>, usize) {
        let judge = Examiner {
            network: bench.network(),
            places: PLACES,
            payer: terms.sender,
        };
        let (left, steps) = checked(&judge, terms, &arguments(further)).await.unwrap();
        let labels = left.iter().map(|refusal| refusal.label().to_owned());
        (labels.collect(), steps.len())
    }

    #[tokio::test]
    async fn the_vault_is_allowed_nothing_while_something_else_speaks_against_it() {
        let mut terms = lockable();
        let key = PrivateKeySigner::random();
        terms.sender = key.address();
        proposal::sign(&mut terms, &key).unwrap();
        let bench = healthy(&terms);
        assert_eq!(result(&bench, &terms, &["--approve"]).await, (vec![], 0));
        let allowance = IERC20::allowanceCall {
            owner: terms.sender,
            spender: VAULT,
        };
        bench.tell(SOURCE, terms.given.token, &allowance, &U256::ZERO);
        let refused = (vec!["allowance".to_owned()], 0);
        assert_eq!(result(&bench, &terms, &[]).await, refused);
        assert_eq!(result(&bench, &terms, &["--approve"]).await, (vec![], 1));

        terms.deadline -= 1;
        let refused = (vec!["not_proposed".to_owned()], 0);
        assert_eq!(result(&bench, &terms, &["--approve"]).await, refused);
        let despite = ["--approve", "--despite", "not_proposed"];
        assert_eq!(result(&bench, &terms, &despite).await, (vec![], 1));
    }
}
