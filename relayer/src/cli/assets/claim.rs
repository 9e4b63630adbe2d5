//! `causeway transfer claim`.

use alloy::primitives::{Address, U256};
use causeway_bindings::Asset;

use super::report::{Claimed, Made};
use super::send::{make, simulate};
use super::{ClaimArgs, token};
use crate::assets::{Claim, Custody};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{find_place, open};
use crate::cli::output::Output;
use crate::cli::signing::Signer;
use crate::config::Config;

pub(super) async fn run(config: &Config, args: ClaimArgs, output: Output) -> Result<(), Failure> {
    let on = find_place(config, &args.on)?;
    let network = open(config, &[config.l1.evm.chain_id, on]).await?;
    let custody = Custody::of(&network, on)?;
    let signer = args
        .signer
        .as_deref()
        .map(|name| Signer::load(config, name))
        .transpose()?;
    let owner = owner(&args, signer.as_ref());
    let claim = Claim {
        asset: asset(config, &args)?,
        token_id: args.token_id.unwrap_or_default(),
        owner,
        to: args.recipient.unwrap_or(owner),
    };
    let amount = claim.amount(custody).await?;
    let report = Claimed::new(on, &claim, amount);
    let (Some(signer), false) = (signer, args.dry_run || amount.is_zero()) else {
        let step = (!amount.is_zero()).then(|| claim.step(custody));
        return output.print(&report.planned(step.as_ref()));
    };
    let step = claim.step(custody);
    let made = Made::planned(&step);
    let gas = simulate(custody, owner, &step).await?;
    let (tx, block) = make(custody, &signer.on(config, on)?, step, gas, args.timeout).await?;
    output.print(&report.paid(made.in_block(tx, block)))
}

fn owner(args: &ClaimArgs, signer: Option<&Signer>) -> Address {
    args.owner
        .or(signer.map(Signer::address))
        .unwrap_or_default()
}

fn asset(config: &Config, args: &ClaimArgs) -> Result<Asset, Failure> {
    let wrong = |reason: String| Failure::new(Exit::Usage, format!("--asset: {reason}"));
    let (home, word) = args
        .asset
        .split_once(':')
        .ok_or_else(|| wrong("write it as chain:token, such as l1:base".to_owned()))?;
    let home = find_place(config, home)?;
    Ok(Asset {
        originChainId: U256::from(home),
        originToken: token(word).map_err(wrong)?,
        kind: args.kind.into(),
    })
}
