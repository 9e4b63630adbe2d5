//! `causeway swap cancel`.

use std::time::Duration;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{
    IAtomicSwap, IBatchSettlement, ISwapRegistry, InclusionProof, SwapOutcome, no_proof,
};
use clap::Args;
use serde::Serialize;

use super::find;
use super::payer::{Payer, now};
use crate::assets::Step;
use crate::bundle::{Emitted, Network, StepError, ask, prove_to};
use crate::chain::{Clock, SystemClock};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::seconds;
use crate::cli::output::{Output, Report, fields};
use crate::cli::source;
use crate::config::Config;
use crate::model::swap::{Decision, Secret, SwapRecord, SwapStage, SwapStep};
use crate::model::{ChainId, UnixSeconds};
use crate::swap::trace::{SwapPlaces, Traced, trace};

/// Pause between two looks at a swap that is waited for.
const PAUSE: Duration = Duration::from_secs(1);

/// Arguments of `swap cancel`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CancelArgs {
    /// Id of the swap, its UETR, or its end-to-end id
    #[arg(value_name = "ID")]
    name: String,
    /// Name of the signer that pays for cancelling and giving back; nobody, to withdraw what was not locked
    #[arg(long, value_name = "NAME")]
    signer: Option<String>,
    /// Go on until what was given is back: each step as soon as it is possible
    #[arg(long, requires = "signer")]
    wait: bool,
    /// Longest time to wait until a transaction is in a block, in seconds; with --wait, for each step
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(config: &Config, args: CancelArgs, output: Output) -> Result<(), Failure> {
    let view = find::view(config, &args.name).await?;
    match view.stage.parse() {
        Ok(SwapStage::Accepted | SwapStage::Withdrawn) => {
            let view = source::withdraw(config, view.id, SystemClock.now()).await?;
            return output.print(&Cancelled::withdrawn(view.id));
        }
        Ok(SwapStage::Proposed | SwapStage::Quoted | SwapStage::LockIntended) => {
            let text = format!(
                "the lock of {} is on its way, or was refused: `causeway swap status {}` says which; run the command again then",
                view.id, view.id
            );
            return Err(Failure::new(Exit::CheckFailed, text));
        }
        Ok(_) | Err(_) => {}
    }
    let (network, places) = find::open(config).await?;
    let canceller = Canceller {
        network: &network,
        places,
        settlement: config.l1.contracts.settlement,
        id: view.id,
    };
    let payer = args.signer.as_deref();
    let payer = payer.map(|signer| Payer::load(config, &network, signer, args.timeout));
    let done = canceller.run(payer.transpose()?, &args).await?;
    output.print(&done)
}

/// What can be done about a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Due {
    /// Nothing: it is cancelled, and what was given is back.
    Over,
    /// This step.
    Do(SwapStep),
    /// Nothing now: somebody else has to act first.
    Wait(&'static str),
}

/// What is looked at.
struct Situation<'a> {
    traced: &'a Traced,
    deadline: UnixSeconds,
    /// Time of the destination; of L1, if the destination is frozen.
    now: UnixSeconds,
    is_frozen: bool,
}

/// What is due.
///
/// # Errors
/// The swap cannot be cancelled, or not yet: why, and what to do.
fn due(at: &Situation<'_>) -> Result<Due, String> {
    let (record, slot) = (&at.traced.record, &at.traced.slot);
    let receipt = record.receipt().map(|receipt| receipt.decision);
    let executed = slot.outcome == SwapOutcome::Executed || receipt == Some(Decision::Executed);
    if executed {
        return Err(format!(
            "swap {} was executed: the beneficiary is paid, and nothing goes back; see `causeway swap status {}`",
            record.id, record.id
        ));
    }
    let is_back = matches!(record.stage, SwapStage::Refunding | SwapStage::Refunded);
    Ok(match (slot.outcome, receipt) {
        _ if is_back || slot.isClosed => Due::Over,
        (SwapOutcome::Cancelled, _) => Due::Do(SwapStep::Refund),
        (_, Some(_)) => Due::Wait(
            "the destination has cancelled it; L1 has to execute its batch, and the source to learn of that",
        ),
        (_, None) if at.now <= at.deadline => return Err(too_early(at)),
        (_, None) if !slot.isKnown => {
            Due::Wait("L1 has to execute the source's batch with the lock first")
        }
        (_, None) if at.is_frozen => Due::Do(SwapStep::L1Cancel),
        (_, None) => Due::Do(SwapStep::Cancel),
    })
}

fn too_early(at: &Situation<'_>) -> String {
    let (id, from) = (at.traced.record.id, at.deadline.saturating_add(1));
    format!(
        "swap {id} can be cancelled from {from} on, which is in {} seconds: until its deadline the destination may execute it, \
         and nobody can end it, on L1 neither. If the destination ignores it then, `causeway swap force {id} --signer NAME` \
         has L1 ask; a destination that lets its queue expire is frozen, and L1 cancels in its stead. A relayer with [swap] \
         does all of that by itself",
        from.saturating_sub(at.now)
    )
}

struct Canceller<'a> {
    network: &'a Network,
    places: SwapPlaces,
    settlement: Address,
    id: B256,
}

impl Canceller<'_> {
    /// Takes the step that is due; with `--wait`, each one until what was given is back.
    async fn run(
        &self,
        mut payer: Option<Payer<'_>>,
        args: &CancelArgs,
    ) -> Result<Cancelled, Failure> {
        let mut done = Vec::new();
        let mut since = SystemClock.now();
        loop {
            let (traced, due) = self.look(args).await?;
            let waits_for = match due {
                Due::Over => return Ok(Cancelled::over(&traced.record, done)),
                Due::Wait(why) => why.to_owned(),
                Due::Do(step) => {
                    let payer = payer.as_mut().ok_or_else(|| self.nobody_pays(step))?;
                    match self.take(payer, &traced, step).await? {
                        Ok(made) => {
                            since = SystemClock.now();
                            done.push(made);
                            format!("{} is in a block", step.label())
                        }
                        Err(why) => why,
                    }
                }
            };
            let waited = SystemClock.now().saturating_sub(since);
            if !args.wait || waited >= args.timeout.as_secs() {
                return Ok(Cancelled::under_way(&traced.record, done, waits_for));
            }
            SystemClock.sleep(PAUSE).await;
        }
    }

    fn nobody_pays(&self, step: SwapStep) -> Failure {
        let text = format!(
            "{} is possible now; name who pays for it with --signer, or leave it to a relayer with [swap]",
            step.label()
        );
        Failure::new(Exit::Usage, text)
    }

    async fn look(&self, args: &CancelArgs) -> Result<(Traced, Due), Failure> {
        let traced = trace(self.network, self.places, self.id, SystemClock.now())
            .await?
            .ok_or_else(|| find::unknown(&args.name))?;
        let header = traced.record.secret.as_ref().and_then(Secret::header);
        let deadline = header.ok_or_else(|| find::unknown(&args.name))?.deadline;
        let destination = traced.record.destination;
        let is_frozen = self.is_frozen(destination).await?;
        let clock = match (is_frozen, self.network.chain(destination)) {
            (false, place) => &place?.reader,
            (true, _) => &self.network.l1.reader,
        };
        let now = now(clock.as_ref()).await?;
        let situation = Situation {
            traced: &traced,
            deadline,
            now,
            is_frozen,
        };
        let due = due(&situation).map_err(|text| Failure::new(Exit::CheckFailed, text))?;
        Ok((traced, due))
    }

    async fn is_frozen(&self, chain: ChainId) -> Result<bool, Failure> {
        let question = IBatchSettlement::frozenAtCall {
            chainId: U256::from(chain),
        };
        let l1 = self.network.l1.reader.as_ref();
        Ok(ask(l1, self.settlement, &question).await? != 0)
    }

    /// Takes a step; `Err` where its proof is not at hand yet, and why.
    async fn take(
        &self,
        payer: &mut Payer<'_>,
        traced: &Traced,
        step: SwapStep,
    ) -> Result<Result<Made, String>, Failure> {
        let record = &traced.record;
        let (chain, call) = match step {
            SwapStep::L1Cancel => (self.network.l1.reader.chain_id(), self.l1_cancel(record)),
            SwapStep::Refund => match self.refund(record).await? {
                Ok(call) => (record.source, call),
                Err(why) => return Ok(Err(why)),
            },
            _ => match self.cancel(record).await? {
                Ok(call) => (record.destination, call),
                Err(why) => return Ok(Err(why)),
            },
        };
        let made = payer.make(chain, call).await;
        if made.is_err() && self.has_moved(traced).await? {
            return Ok(Err("somebody else did it".to_owned()));
        }
        let (tx, step) = (made?, step.label());
        Ok(Ok(Made { step, chain, tx }))
    }

    /// A relayer may have taken the same step.
    async fn has_moved(&self, before: &Traced) -> Result<bool, Failure> {
        let now = trace(self.network, self.places, self.id, SystemClock.now()).await?;
        Ok(now.is_some_and(|now| now.record.stage != before.record.stage))
    }

    fn l1_cancel(&self, record: &SwapRecord) -> Step {
        let call = ISwapRegistry::l1CancelCall {
            source: U256::from(record.source),
            swapId: record.id,
        };
        Step::new("cancel on L1", self.places.registry, &call)
    }

    async fn cancel(&self, record: &SwapRecord) -> Result<Result<Step, String>, Failure> {
        let (header, lock) = (
            record.secret.as_ref().and_then(Secret::header),
            record.seen.lock,
        );
        let (Some(header), Some(lock)) = (header, lock) else {
            return Ok(Err("its lock was not found".to_owned()));
        };
        let emitted = Emitted {
            chain: record.source,
            block: lock.at.block,
            leaf: lock.leaf,
            id: record.id,
        };
        let proof = self.prove(emitted, record.destination).await?;
        Ok(proof.map(|proof| {
            let call = IAtomicSwap::cancelCall { header, proof };
            Step::new("cancel", self.places.swap, &call)
        }))
    }

    async fn refund(&self, record: &SwapRecord) -> Result<Result<Step, String>, Failure> {
        let Some(preimage) = record.secret.as_ref().and_then(Secret::preimage) else {
            return Ok(Err("its lock was not found".to_owned()));
        };
        let proof = match record.receipt() {
            // L1 cancelled it, and told the source itself.
            _ if record.stage == SwapStage::Refundable => Ok(no_proof()),
            Some(receipt) => {
                let emitted = Emitted {
                    chain: record.destination,
                    block: receipt.at.block,
                    leaf: receipt.leaf,
                    id: record.id,
                };
                self.prove(emitted, record.source).await?
            }
            None => Err("L1 has cancelled it, and the source was not told yet".to_owned()),
        };
        Ok(proof.map(|proof| {
            let call = IAtomicSwap::refundCall { preimage, proof };
            Step::new("refund", self.places.swap, &call)
        }))
    }

    /// A proof from the chains alone; `Err` while a batch or a root is missing.
    async fn prove(
        &self,
        emitted: Emitted,
        to: ChainId,
    ) -> Result<Result<InclusionProof, String>, Failure> {
        match prove_to(self.network, emitted, to).await {
            Ok(proven) => Ok(Ok(proven.proof.inclusion())),
            Err(error @ (StepError::NotSettled { .. } | StepError::NotImported { .. })) => {
                Ok(Err(error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A step that was taken.
#[derive(Serialize)]
struct Made {
    step: &'static str,
    chain: ChainId,
    tx: B256,
}

/// What became of it.
#[derive(Serialize)]
struct Cancelled {
    schema: &'static str,
    id: B256,
    stage: String,
    is_over: bool,
    steps: Vec<Made>,
    waits_for: Option<String>,
    next: String,
}

impl Cancelled {
    fn new(id: B256, stage: SwapStage, steps: Vec<Made>) -> Self {
        Self {
            schema: "causeway.swap-cancelled/v1",
            id,
            stage: stage.label().to_owned(),
            is_over: true,
            steps,
            waits_for: None,
            next: "nothing; it is over".to_owned(),
        }
    }

    fn withdrawn(id: B256) -> Self {
        Self::new(id, SwapStage::Withdrawn, Vec::new())
    }

    fn over(record: &SwapRecord, steps: Vec<Made>) -> Self {
        Self::new(record.id, record.stage, steps)
    }

    fn under_way(record: &SwapRecord, steps: Vec<Made>, waits_for: String) -> Self {
        let id = record.id;
        Self {
            is_over: false,
            waits_for: Some(waits_for),
            next: format!(
                "a relayer with [swap] goes on, or causeway swap cancel {id} --signer NAME --wait"
            ),
            ..Self::new(id, record.stage, steps)
        }
    }
}

impl Report for Cancelled {
    fn table(&self) -> String {
        let mut rows = vec![("id", self.id.to_string()), ("stage", self.stage.clone())];
        for made in &self.steps {
            rows.push((made.step, format!("{} on chain {}", made.tx, made.chain)));
        }
        rows.extend(self.waits_for.clone().map(|why| ("waits for", why)));
        rows.push(("next", self.next.clone()));
        fields(&rows)
    }
}

#[cfg(test)]
mod tests {
    use causeway_bindings::SwapSlot;

    use super::*;
    use crate::store::samples;

    fn traced(stage: SwapStage, outcome: SwapOutcome) -> Traced {
        let mut record = samples::swap(1, stage, 0);
        record.seen.receipts.clear();
        Traced {
            record,
            slot: SwapSlot {
                isKnown: true,
                outcome,
                isClosed: false,
                isForced: false,
                destination: 20,
                changedAt: 5,
                heldHash: B256::ZERO,
            },
        }
    }

    fn at(traced: &Traced, now: UnixSeconds, is_frozen: bool) -> Result<Due, String> {
        due(&Situation {
            traced,
            deadline: 100,
            now,
            is_frozen,
        })
    }

    #[test]
    fn nothing_is_cancelled_before_the_deadline() {
        let waiting = traced(SwapStage::Settled, SwapOutcome::Pending);
        let text = at(&waiting, 100, false).unwrap_err();
        for part in ["from 101 on", "in 1 seconds", "swap force", "L1"] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(at(&waiting, 101, false), Ok(Due::Do(SwapStep::Cancel)));
        assert_eq!(at(&waiting, 101, true), Ok(Due::Do(SwapStep::L1Cancel)));
        let mut unknown = waiting;
        unknown.slot.isKnown = false;
        assert!(matches!(at(&unknown, 101, false), Ok(Due::Wait(_))));
    }

    #[test]
    fn what_is_cancelled_goes_back_and_what_is_executed_does_not() {
        let cancelled = traced(SwapStage::DecidedCancelled, SwapOutcome::Cancelled);
        assert_eq!(at(&cancelled, 50, false), Ok(Due::Do(SwapStep::Refund)));
        for stage in [SwapStage::Refunding, SwapStage::Refunded] {
            let back = traced(stage, SwapOutcome::Cancelled);
            assert_eq!(at(&back, 500, false), Ok(Due::Over));
        }
        let mut closed = cancelled;
        closed.slot.isClosed = true;
        assert_eq!(at(&closed, 500, false), Ok(Due::Over));
        let executed = traced(SwapStage::DecidedExecuted, SwapOutcome::Executed);
        let text = at(&executed, 500, false).unwrap_err();
        assert!(text.contains("was executed"), "{text}");
    }

    #[test]
    fn a_receipt_decides_before_l1_knows_it() {
        let mut early = traced(SwapStage::Cancelled, SwapOutcome::Pending);
        early.record.seen = samples::swap(1, SwapStage::Cancelled, 0).seen;
        assert!(at(&early, 500, false).is_err(), "executed there");
        let receipts = early.record.seen.receipts.values_mut();
        for receipt in receipts {
            receipt.decision = Decision::Cancelled;
        }
        assert!(matches!(at(&early, 500, false), Ok(Due::Wait(_))));
    }
}
