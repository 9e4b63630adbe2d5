//! `causeway swap force`.

use std::time::Duration;

use alloy::primitives::{B256, Bytes, U256};
use causeway_bindings::{IAtomicSwap, ISwapRegistry, SwapOutcome, SwapPreimage, SwapSlot};
use clap::Args;
use serde::Serialize;

use super::find;
use super::payer::{Payer, now};
use crate::assets::Step;
use crate::bundle::{Network, ask};
use crate::chain::{Clock, SystemClock};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::seconds;
use crate::cli::output::{Output, Report, fields};
use crate::config::Config;
use crate::model::ChainId;
use crate::model::swap::{Secret, SwapStep};
use crate::swap::trace::{SwapPlaces, Traced, trace};

/// Arguments of `swap force`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ForceArgs {
    /// Id of the swap, its UETR, or its end-to-end id
    #[arg(value_name = "ID")]
    name: String,
    /// Name of the signer that pays, on L1 and on the destination
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Publish the swap on L1, so that the chain needs nothing else: forced execution and payment
    #[arg(long)]
    publish: bool,
    /// Ask for execution without handing the destination the swap first: it cancels what it does not have
    #[arg(long, conflicts_with = "publish")]
    no_stage: bool,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(config: &Config, args: ForceArgs, output: Output) -> Result<(), Failure> {
    let id = find::view(config, &args.name).await?.id;
    let (network, places) = find::open(config).await?;
    let traced = trace(&network, places, id, SystemClock.now())
        .await?
        .ok_or_else(|| find::unknown(&args.name))?;
    let step = due(&traced.slot, args.publish).map_err(refused)?;
    let asked = match step {
        SwapStep::ForceClose => traced.record.source,
        _ => traced.record.destination,
    };
    require_time(&network, places, &traced, asked).await?;
    let preimage = traced.record.secret.as_ref().and_then(Secret::preimage);
    let preimage = preimage.ok_or_else(|| find::unknown(&args.name))?;

    let mut payer = Payer::load(config, &network, &args.signer, args.timeout)?;
    let staged = match step {
        SwapStep::ForceResolve if !args.no_stage => {
            stage(&mut payer, places, &traced, &preimage).await?
        }
        _ => None,
    };
    let call = call(step, &traced, preimage, places);
    let tx = payer.make(network.l1.reader.chain_id(), call).await?;
    output.print(&Forced {
        schema: "causeway.swap-forced/v1",
        id,
        step: step.label(),
        chain: asked,
        staged,
        tx,
    })
}

fn refused(reason: &'static str) -> Failure {
    Failure::new(Exit::CheckFailed, reason)
}

/// What L1 can be asked for.
fn due(slot: &SwapSlot, publish: bool) -> Result<SwapStep, &'static str> {
    if !slot.isKnown {
        return Err(
            "L1 does not know the swap yet: it has to execute the source's batch with the lock first",
        );
    }
    if slot.isClosed {
        return Err("the swap is over: what it held was paid out");
    }
    match (slot.outcome, publish) {
        (SwapOutcome::Pending, _) if slot.isForced => Err(
            "the destination was asked already; if it lets its queue expire, L1 freezes it, and cancels in its stead",
        ),
        (SwapOutcome::Pending, true) => Ok(SwapStep::ForceExecute),
        (SwapOutcome::Pending, false) => Ok(SwapStep::ForceResolve),
        (_, true) => Ok(SwapStep::ForceClose),
        (_, false) => Err(
            "the swap is decided; having the source pay publishes it on L1: ask for that with --publish",
        ),
    }
}

/// The registry forces nothing before the chain had its time.
async fn require_time(
    network: &Network,
    places: SwapPlaces,
    traced: &Traced,
    asked: ChainId,
) -> Result<(), Failure> {
    let l1 = network.l1.reader.as_ref();
    let question = ISwapRegistry::timesOfCall {
        chainId: U256::from(asked),
    };
    let times = ask(l1, places.registry, &question).await?;
    let from = traced.slot.changedAt.saturating_add(times.forceAfter);
    let now = now(l1).await?;
    if now < from {
        let text = format!(
            "chain {asked} can be forced from {from} on, which is in {} seconds by L1's clock; run the command again then",
            from.saturating_sub(now)
        );
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    Ok(())
}

/// The transaction on L1.
fn call(step: SwapStep, traced: &Traced, preimage: SwapPreimage, places: SwapPlaces) -> Step {
    let record = &traced.record;
    let to = places.registry;
    match step {
        SwapStep::ForceExecute => {
            let call = ISwapRegistry::forceExecuteCall { preimage };
            Step::new("force execution", to, &call)
        }
        SwapStep::ForceClose => {
            let executed = traced.slot.outcome == SwapOutcome::Executed;
            let receipt = record.receipt().filter(|_| executed);
            let output = receipt.map_or_else(Bytes::new, |receipt| receipt.output.clone());
            let call = ISwapRegistry::forceCloseCall { preimage, output };
            Step::new("force payment", to, &call)
        }
        _ => {
            let call = ISwapRegistry::forceResolveCall {
                source: U256::from(record.source),
                swapId: record.id,
            };
            Step::new("force a decision", to, &call)
        }
    }
}

/// Hands the destination the swap, while it can still be executed; `None` after its deadline.
async fn stage(
    payer: &mut Payer<'_>,
    places: SwapPlaces,
    traced: &Traced,
    preimage: &SwapPreimage,
) -> Result<Option<B256>, Failure> {
    let destination = traced.record.destination;
    if payer.now(destination).await? > preimage.header.deadline {
        return Ok(None);
    }
    let call = IAtomicSwap::stageCall {
        preimage: preimage.clone(),
    };
    let step = Step::new("hand over the swap", places.swap, &call);
    Ok(Some(payer.make(destination, step).await?))
}

/// What was asked of L1.
#[derive(Serialize)]
struct Forced {
    schema: &'static str,
    id: B256,
    step: &'static str,
    chain: ChainId,
    staged: Option<B256>,
    tx: B256,
}

impl Report for Forced {
    fn table(&self) -> String {
        let staged = self.staged.map(|tx| tx.to_string());
        fields(&[
            ("id", self.id.to_string()),
            ("step", self.step.to_owned()),
            ("asked", format!("chain {}", self.chain)),
            ("handed over", staged.unwrap_or_else(|| "no".to_owned())),
            ("transaction", self.tx.to_string()),
            ("next", format!("causeway swap status {}", self.id)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_follows_from_the_slot() {
        let slot = SwapSlot {
            isKnown: true,
            outcome: SwapOutcome::Pending,
            isClosed: false,
            isForced: false,
            destination: 20,
            changedAt: 5,
            heldHash: B256::ZERO,
        };
        let with = |change: fn(&mut SwapSlot)| {
            let mut slot = slot.clone();
            change(&mut slot);
            [false, true].map(|publish| due(&slot, publish).ok())
        };
        let pending = [Some(SwapStep::ForceResolve), Some(SwapStep::ForceExecute)];
        assert_eq!(with(|_| {}), pending);
        let decided = [None, Some(SwapStep::ForceClose)];
        assert_eq!(with(|slot| slot.outcome = SwapOutcome::Executed), decided);
        assert_eq!(with(|slot| slot.outcome = SwapOutcome::Cancelled), decided);
        assert_eq!(with(|slot| slot.isForced = true), [None, None]);
        assert_eq!(with(|slot| slot.isKnown = false), [None, None]);
        assert_eq!(with(|slot| slot.isClosed = true), [None, None]);
    }
}
