//! `causeway withdraw finalize` and `causeway deposit recover`.

use alloy::primitives::{B256, U256};

use super::report::{Finished, Made};
use super::send::make;
use super::{FinishArgs, RecoverArgs, SendingArgs};
use crate::assets::{
    AssetError, Call, Custody, Sent, Step, finish_deposit, finish_withdrawal, payable_at, trace,
};
use crate::bundle::Network;
use crate::cli::exit::Failure;
use crate::cli::network::{find_place, open};
use crate::cli::output::Output;
use crate::cli::signing::Signer;
use crate::config::Config;

pub(super) async fn finalize(
    config: &Config,
    args: FinishArgs,
    output: Output,
) -> Result<(), Failure> {
    let from = find_place(config, &args.from)?;
    let network = open(config, &[config.l1.evm.chain_id, from]).await?;
    let sent = trace(&network, from, args.tx).await?;
    let Sent::Withdrawal(withdrawal) = &sent else {
        return Err(other(args.tx, "withdrawal", &sent).into());
    };
    let call = finish_withdrawal(&network, withdrawal).await?;
    let finished = Finished::new("withdrawal", sent.id());
    let step = ("finalize the withdrawal", call);
    let mut finished = finish(config, &network, step, args.sending, finished).await?;
    finished.payable_at = payable_at(&network, withdrawal).await?;
    output.print(&finished)
}

pub(super) async fn recover(
    config: &Config,
    args: RecoverArgs,
    output: Output,
) -> Result<(), Failure> {
    let l1 = config.l1.evm.chain_id;
    let network = open(config, &[l1]).await?;
    let sent = trace(&network, l1, args.tx).await?;
    let Sent::Deposit(deposit) = &sent else {
        return Err(other(args.tx, "deposit", &sent).into());
    };
    let call = finish_deposit(&network, deposit).await?;
    let finished = Finished::new("deposit", sent.id());
    let step = ("recover the deposit", call);
    output.print(&finish(config, &network, step, args.sending, finished).await?)
}

fn other(tx: B256, wanted: &'static str, sent: &Sent) -> AssetError {
    AssetError::OtherKind {
        tx,
        wanted,
        found: sent.kind(),
    }
}

/// Makes the call on L1, unless it was made before.
async fn finish(
    config: &Config,
    network: &Network,
    (name, call): (&'static str, Option<Call>),
    sending: SendingArgs,
    finished: Finished,
) -> Result<Finished, Failure> {
    let Some(Call { calldata, gas }) = call else {
        return Ok(finished.before());
    };
    let l1 = config.l1.evm.chain_id;
    let custody = Custody::of(network, l1)?;
    let step = Step {
        name,
        to: custody.address,
        calldata,
        value: U256::ZERO,
    };
    let made = Made::planned(&step);
    if sending.dry_run {
        return Ok(finished.with(made));
    }
    let sender = Signer::load(config, &sending.signer)?.on(config, l1)?;
    let (tx, block) = make(custody, &sender, step, gas, sending.timeout).await?;
    Ok(finished.with(made.in_block(tx, block)))
}
