//! `causeway swap withdraw`.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{
    IAtomicSwap, ITradeVenue, SwapOutcome, SwapPreimage, TradeAgreement, TradeStatus,
};
use clap::Args;
use serde::Serialize;

use super::agreement::Agreed;
use super::payer::{Payer, now};
use super::{file, find};
use crate::assets::{Custody, Step};
use crate::bundle::{Network, ask};
use crate::chain::{Clock, SystemClock};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::seconds;
use crate::cli::output::{Output, Report, fields};
use crate::config::Config;
use crate::model::UnixSeconds;
use crate::model::swap::Secret;
use crate::swap::terms::Terms;
use crate::swap::trace::{SwapPlaces, trace};

/// Arguments of `swap withdraw`.
#[derive(Debug, Args)]
pub(in crate::cli) struct WithdrawArgs {
    /// File of the terms, which name the agreement
    #[arg(long, value_name = "FILE", default_value = "swap.toml")]
    file: PathBuf,
    /// Name of the signer that pays for it; what was locked goes to whoever locked it
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Swap that was cancelled: its id, UETR, or end-to-end id; by default the one of the terms' UETR, if that is known here
    #[arg(long, value_name = "ID")]
    swap: Option<String>,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(
    config: &Config,
    args: WithdrawArgs,
    output: Output,
) -> Result<(), Failure> {
    let terms = file::read(&args.file)?;
    let (network, places) = find::open(config).await?;
    let custody = Custody::of(&network, terms.destination)?;
    let agreed = Agreed::read(custody.reader, &terms, places.swap).await?;
    let is_locked = is_locked(agreed.status).map_err(refused)?;
    let tx = if is_locked {
        let now = now(custody.reader).await?;
        let way = if now > agreed.agreement.deadline {
            Way::Late
        } else {
            way(config, (&network, places), &terms, &args).await?
        };
        let step = step(&terms, &agreed.agreement, way, now).map_err(refused)?;
        let mut payer = Payer::load(config, &network, &args.signer, args.timeout)?;
        Some(payer.make(terms.destination, step).await?)
    } else {
        None
    };
    output.print(&Withdrawn {
        schema: "causeway.swap-withdrawn/v1",
        agreement: agreed.id,
        bank: agreed.agreement.counterparty,
        was_made: tx.is_none(),
        tx,
    })
}

fn refused(reason: impl Into<String>) -> Failure {
    Failure::new(Exit::CheckFailed, reason.into())
}

/// Whether there is something to take back; not where it is back already.
fn is_locked(status: TradeStatus) -> Result<bool, &'static str> {
    match status {
        TradeStatus::Locked => Ok(true),
        TradeStatus::Withdrawn => Ok(false),
        TradeStatus::Executed => {
            Err("the swap was executed: either side went to the other party, and nothing goes back")
        }
        TradeStatus::None | TradeStatus::__Invalid => {
            Err("nobody has locked this agreement; see `causeway swap agree`")
        }
    }
}

/// How it goes back.
enum Way {
    /// The agreement's deadline is over.
    Late,
    /// This swap of it was cancelled.
    Cancelled(Box<SwapPreimage>),
    /// Not at all yet.
    NotYet,
}

/// Up to the deadline that is for the swap to say.
async fn way(
    config: &Config,
    (network, places): (&Network, SwapPlaces),
    terms: &Terms,
    args: &WithdrawArgs,
) -> Result<Way, Failure> {
    let uetr = terms.uetr.to_string();
    let id = match find::view(config, args.swap.as_ref().unwrap_or(&uetr)).await {
        Ok(view) => view.id,
        Err(failure) if failure.exit == Exit::NotFound && args.swap.is_none() => {
            return Ok(Way::NotYet);
        }
        Err(failure) => return Err(failure),
    };
    let question = IAtomicSwap::outcomeOfCall {
        source: U256::from(terms.source),
        swapId: id,
    };
    let reader = network.chain(terms.destination)?.reader.as_ref();
    if ask(reader, places.swap, &question).await? != SwapOutcome::Cancelled {
        return Ok(Way::NotYet);
    }
    let traced = trace(network, places, id, SystemClock.now()).await?;
    let secret = traced.and_then(|traced| traced.record.secret);
    let preimage = secret.as_ref().and_then(Secret::preimage);
    Ok(preimage.map_or(Way::NotYet, |preimage| Way::Cancelled(Box::new(preimage))))
}

/// What gives the bank its side back now.
fn step(
    terms: &Terms,
    agreement: &TradeAgreement,
    way: Way,
    now: UnixSeconds,
) -> Result<Step, String> {
    let (name, venue) = ("withdraw", terms.venue.address);
    let agreement = agreement.clone();
    match way {
        Way::Late => Ok(Step::new(
            name,
            venue,
            &ITradeVenue::withdrawCall { agreement },
        )),
        Way::Cancelled(preimage) => {
            let preimage = *preimage;
            let call = ITradeVenue::withdrawCancelledCall {
                agreement,
                preimage,
            };
            Ok(Step::new(name, venue, &call))
        }
        Way::NotYet => {
            let from = agreement.deadline.saturating_add(1);
            Err(format!(
                "it stays locked until {from}, which is in {} seconds, or until a swap that names it was cancelled on chain {}: name that with --swap",
                from.saturating_sub(now),
                terms.destination
            ))
        }
    }
}

/// A side that is back.
#[derive(Serialize)]
struct Withdrawn {
    schema: &'static str,
    agreement: B256,
    bank: Address,
    was_made: bool,
    tx: Option<B256>,
}

impl Report for Withdrawn {
    fn table(&self) -> String {
        let how = match self.tx {
            Some(tx) => tx.to_string(),
            None => "an earlier one gave it back".to_owned(),
        };
        fields(&[
            ("agreement", self.agreement.to_string()),
            ("back with", self.bank.to_string()),
            ("transaction", how),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::agreement::tests::agreed;
    use super::*;
    use crate::swap::trace::tests::preimage;

    #[test]
    fn what_is_locked_goes_back_once_and_what_was_exchanged_never() {
        assert_eq!(is_locked(TradeStatus::Locked), Ok(true));
        assert_eq!(is_locked(TradeStatus::Withdrawn), Ok(false));
        let executed = is_locked(TradeStatus::Executed).unwrap_err();
        assert!(executed.contains("executed"), "{executed}");
        let none = is_locked(TradeStatus::None).unwrap_err();
        assert!(none.contains("swap agree"), "{none}");
    }

    #[test]
    fn it_goes_back_by_the_deadline_or_by_the_swap_that_was_cancelled() {
        let (terms, agreement) = agreed();
        let by = |way| step(&terms, &agreement, way, agreement.deadline - 1);
        let late = ITradeVenue::withdrawCall {
            agreement: agreement.clone(),
        };
        let expected = Step::new("withdraw", terms.venue.address, &late);
        assert_eq!(by(Way::Late), Ok(expected));
        let preimage = preimage(agreement.deadline);
        let cancelled = ITradeVenue::withdrawCancelledCall {
            agreement: agreement.clone(),
            preimage: preimage.clone(),
        };
        let expected = Step::new("withdraw", terms.venue.address, &cancelled);
        assert_eq!(by(Way::Cancelled(Box::new(preimage))), Ok(expected));
        let text = by(Way::NotYet).unwrap_err();
        for part in ["in 2 seconds", "--swap", "chain 20"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
