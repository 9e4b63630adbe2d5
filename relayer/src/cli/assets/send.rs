//! `causeway transfer send`.

use std::time::Duration;

use alloy::primitives::{Address, B256};
use causeway_bindings::describe_revert;

use super::report::{Made, Transfer};
use super::{SendArgs, wait_for};
use crate::assets::{AssetError, Custody, Inner, Order, Step, amount, estimate, steps, trace};
use crate::bundle::{Network, StepError, gas_limit};
use crate::chain::{Clock, SystemClock};
use crate::cli::exit::Failure;
use crate::cli::network::{find_place, open};
use crate::cli::output::Output;
use crate::cli::signing::Signer;
use crate::config::Config;
use crate::model::IntentKind;
use crate::send::{Fate, SendRequest, Sender, send_and_follow};

pub(super) async fn run(config: &Config, args: SendArgs, output: Output) -> Result<(), Failure> {
    let [from, to] = [
        find_place(config, &args.from)?,
        find_place(config, &args.to)?,
    ];
    let network = open(config, &[config.l1.evm.chain_id, from, to]).await?;
    let signer = Signer::load(config, &args.sending.signer)?;
    let account = signer.address();
    let custody = Custody::of(&network, from)?;
    let kind = args.kind.into();
    let inner = args.call.map(|to| Inner {
        to,
        data: args.data.clone(),
    });
    let order = Order {
        from,
        to,
        token: args.token,
        kind,
        token_id: args.token_id.unwrap_or_default(),
        amount: amount(custody, args.token, kind, &args.amount).await?,
        recipient: args.recipient.or(args.call).unwrap_or(account),
        deliver_before: deadline(args.within),
        deposit_gas: args.deposit_gas,
        approve_all: args.approve_all,
        inner,
    };
    let steps = steps(&network, &order, account).await?;
    let mut report = Transfer::new(&order, account);
    if args.sending.dry_run {
        for step in &steps {
            report.made.push(Made::planned(step));
        }
        // What follows an approval cannot be simulated before it.
        if let [only] = steps.as_slice() {
            simulate(custody, account, only).await?;
        }
        return output.print(&report);
    }
    let sender = signer.on(config, from)?;
    for step in steps {
        let gas = simulate(custody, account, &step).await?;
        let made = Made::planned(&step);
        let (tx, block) = make(custody, &sender, step, gas, args.sending.timeout).await?;
        report.made.push(made.in_block(tx, block));
    }
    follow(&network, &mut report, from, args.wait).await?;
    output.print(&report)
}

/// What the last transaction sent, and where that stands.
async fn follow(
    network: &Network,
    report: &mut Transfer,
    from: u64,
    patience: Option<Duration>,
) -> Result<(), Failure> {
    let Some(tx) = report.made.last().and_then(|made| made.tx) else {
        return Ok(());
    };
    let sent = trace(network, from, tx).await?;
    report.status = Some(wait_for(network, &sent, patience).await?.into());
    Ok(())
}

fn deadline(within: Option<Duration>) -> u64 {
    within.map_or(0, |within| {
        SystemClock.now().saturating_add(within.as_secs())
    })
}

/// Gas that a step takes.
pub(in crate::cli) async fn simulate(
    custody: Custody<'_>,
    account: Address,
    step: &Step,
) -> Result<u64, AssetError> {
    let calldata = step.calldata.clone();
    let estimated = estimate(custody.reader, account, step.to, calldata, step.value).await?;
    estimated.map_err(|data| AssetError::WouldRevert {
        step: step.name,
        reason: describe_revert(&data),
    })
}

/// Makes a step and waits until it is in a block.
pub(in crate::cli) async fn make(
    custody: Custody<'_>,
    sender: &Sender,
    step: Step,
    gas: u64,
    patience: Duration,
) -> Result<(B256, Option<u64>), AssetError> {
    let request = SendRequest {
        kind: IntentKind::ByHand {
            step: step.name.to_owned(),
        },
        to: step.to,
        calldata: step.calldata,
        value: step.value,
        gas_limit: gas_limit(gas),
        blobs: None,
    };
    let fate = send_and_follow(custody.reader, sender, &SystemClock, request, patience).await?;
    match fate {
        Fate::Included {
            tx,
            block,
            success: true,
        } => Ok((tx, block)),
        Fate::Included { tx, .. } => Err(StepError::Reverted { tx }.into()),
        Fate::Replaced { tx } => Err(StepError::Replaced { tx }.into()),
        Fate::Open { tx, seconds } => Err(StepError::NotIncluded { tx, seconds }.into()),
    }
}
