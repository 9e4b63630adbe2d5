//! `causeway operator recover`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::B256;
use causeway_bindings::deployment::roles::RECOVERER;
use clap::Args;
use serde::Serialize;

use super::{open, tell};
use crate::app::{Chains, Means, recovery};
use crate::chain::{ChainReader, ReplayNode};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{check, find_chain, seconds};
use crate::cli::output::{Output, Report, ago, fields};
use crate::cli::signing::Signer;
use crate::config::{ChainConfig, Config, OperatorConfig};
use crate::model::{ChainId, UnixSeconds};
use crate::operator::OperatorError;
use crate::operator::read::ReadError;
use crate::operator::recovery::{RecoveryError, Sight, Survey, recover, survey};
use crate::operator::registration::read_registration;
use crate::operator::stranger::StrangersHand;

/// Arguments of `operator recover`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RecoverArgs {
    /// The chain, by name or id; its [operators] section names who pays on L1, and its attesters
    #[arg(long, value_name = "CHAIN")]
    chain: String,
    /// RPC of the node on which the chain was rebuilt, which nobody else may use meanwhile
    #[arg(long, value_name = "URL")]
    node: String,
    /// Check everything, say what is to be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Longest time without any progress, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(path: &Path, args: RecoverArgs, output: Output) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let chain = find_chain(&config, &args.chain)?;
    let (id, l1_id) = (chain.evm.chain_id, config.l1.evm.chain_id);
    let operator = settler(&config, chain)?;
    let chains = Chains::open(&config)?;
    check(&config, &chains, |needed| needed == l1_id).await?;
    let l1: Arc<dyn ChainReader> = chains.l1.clone();
    let registry = config.l1.contracts.chain_registry;
    let registration = read_registration(l1.as_ref(), registry, id)
        .await
        .map_err(RecoveryError::from)?;
    let rebuilt: Arc<dyn ChainReader> = Arc::new(open(&args.node, Some(id)).await?);
    let signer = Signer::load(&config, &operator.signer)?;
    let hand = Arc::new(StrangersHand {
        node: ReplayNode::new(id, &args.node)?,
        chain: Arc::clone(&rebuilt),
        l1: Arc::clone(&l1),
        account: RECOVERER,
    });
    let means = Means {
        l1,
        chain: rebuilt,
        l1_sender: Arc::new(signer.on(&config, l1_id)?),
        hand: hand.clone(),
    };
    let context = recovery(&config, chain, operator, &registration, means)?;
    let found = survey(&context, &registration).await?;
    if args.dry_run {
        return output.print(&RecoverReport::planned(id, &found));
    }
    hand.node.take_over().await?;
    let done = recover(context, args.timeout, &say).await?;
    output.print(&RecoverReport::done(id, &found, &done))
}

/// The section that says who settles and who attests.
fn settler<'a>(config: &'a Config, chain: &ChainConfig) -> Result<&'a OperatorConfig, Failure> {
    let id = chain.evm.chain_id;
    let mut operators = config.operators.values();
    let found = operators.find(|operator| operator.chain == id);
    found.ok_or_else(|| {
        let text = format!("there is no [operators] section for chain {id}; add one with a signer of your own, which pays on L1, and the chain's attesters");
        Failure::new(Exit::Config, text)
    })
}

fn say(sight: &Sight) {
    let head = &sight.head;
    tell(&format!(
        "on L1: batch {}, {} operations; the node is at block {}",
        head.batchNumber, head.priorityOpsConsumed, sight.node_block
    ));
}

#[derive(Serialize)]
struct RecoverReport {
    schema: &'static str,
    chain: ChainId,
    /// `planned`, or `live`: L1 takes batches of the chain again.
    state: &'static str,
    frozen_since: UnixSeconds,
    /// Swaps that L1 decided, buried or to be buried.
    burials: u64,
    /// Operations of its queue, settled or waiting.
    operations: u64,
    /// What was executed now.
    batches: u64,
    settled_block: u64,
    settled_hash: B256,
    node_block: u64,
}

impl RecoverReport {
    fn planned(chain: ChainId, found: &Survey) -> Self {
        Self {
            schema: "causeway.operator_recover/v1",
            chain,
            state: "planned",
            frozen_since: found.since,
            burials: found.burials,
            operations: found.operations,
            batches: 0,
            settled_block: found.head.lastBlock,
            settled_hash: found.head.stateCommitment,
            node_block: found.node_block,
        }
    }

    fn done(chain: ChainId, found: &Survey, done: &Sight) -> Self {
        let (before, head) = (&found.head, &done.head);
        Self {
            state: "live",
            operations: head
                .priorityOpsConsumed
                .saturating_sub(before.priorityOpsConsumed),
            batches: head.batchNumber.saturating_sub(before.batchNumber),
            settled_block: head.lastBlock,
            settled_hash: head.stateCommitment,
            node_block: done.node_block,
            ..Self::planned(chain, found)
        }
    }
}

impl Report for RecoverReport {
    fn table(&self) -> String {
        let is_live = self.state == "live";
        let (buried, settled) = match is_live {
            true => ("buried", "settled"),
            false => ("to bury", "to settle"),
        };
        fields(&[
            ("chain", self.chain.to_string()),
            (
                "state",
                match is_live {
                    true => format!("live again, with {} batches", self.batches),
                    false => "frozen; nothing was done".to_owned(),
                },
            ),
            ("frozen", ago(self.frozen_since)),
            (buried, format!("{} swaps", self.burials)),
            (settled, format!("{} operations", self.operations)),
            ("on L1", format!("up to block {}", self.settled_block)),
            ("hash", self.settled_hash.to_string()),
            ("node", format!("at block {}", self.node_block)),
        ])
    }
}

impl From<RecoveryError> for Failure {
    fn from(error: RecoveryError) -> Self {
        let exit = match error {
            RecoveryError::Step(OperatorError::Read(ReadError::Chain(error))) => {
                return error.into();
            }
            RecoveryError::Step(OperatorError::Send(error)) => return error.into(),
            RecoveryError::Step(OperatorError::Store(error)) => return error.into(),
            RecoveryError::Step(OperatorError::Read(_)) => Exit::Unreachable,
            RecoveryError::Step(OperatorError::Attest(_)) | RecoveryError::Slow { .. } => {
                Exit::LeftOver
            }
            RecoveryError::Step(OperatorError::Rejected { .. }) | RecoveryError::NoEther { .. } => {
                Exit::NotExecuted
            }
            RecoveryError::NotRebuilt { .. } | RecoveryError::Spoiled { .. } => Exit::Refused,
            RecoveryError::TooFewAttesters { .. } => Exit::Config,
            RecoveryError::Live { .. }
            | RecoveryError::Validium { .. }
            | RecoveryError::Step(_) => Exit::CheckFailed,
        };
        Self::new(exit, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use causeway_bindings::ChainHead;

    use super::*;
    use crate::operator::attest::AttestError;

    fn head(batch: u64, consumed: u64) -> ChainHead {
        ChainHead {
            stateCommitment: B256::repeat_byte(batch as u8),
            dependencyRootsHash: B256::ZERO,
            batchNumber: batch,
            lastBlock: 10 * batch,
            lastTimestamp: 0,
            priorityOpsConsumed: consumed,
        }
    }

    fn found() -> Survey {
        Survey {
            since: 0,
            head: head(4, 7),
            node_block: 40,
            burials: 2,
            operations: 9,
        }
    }

    #[test]
    fn a_report_counts_what_came_since_the_survey() {
        let done = Sight {
            head: head(6, 12),
            node_block: 61,
        };
        let report = RecoverReport::done(271, &found(), &done);
        assert_eq!((report.state, report.batches), ("live", 2));
        assert_eq!((report.burials, report.operations), (2, 5));
        assert_eq!((report.settled_block, report.node_block), (60, 61));
        let table = report.table();
        for line in [
            "live again, with 2 batches",
            "buried   2 swaps",
            "settled  5 operations",
        ] {
            assert!(table.contains(line), "{table}");
        }
    }

    #[test]
    fn a_plan_says_what_is_owed() {
        let report = RecoverReport::planned(271, &found());
        assert_eq!((report.state, report.batches), ("planned", 0));
        assert_eq!((report.burials, report.operations), (2, 9));
        let table = report.table();
        for line in [
            "nothing was done",
            "to bury    2 swaps",
            "to settle  9 operations",
        ] {
            assert!(table.contains(line), "{table}");
        }
    }

    #[test]
    fn failures_end_with_the_code_of_their_kind() {
        let attest = AttestError::TooFew {
            chain: 271,
            signed: 1,
            needed: 2,
            refusals: String::new(),
        };
        let cases = [
            (RecoveryError::Slow { seconds: 5 }, Exit::LeftOver),
            (
                RecoveryError::Step(OperatorError::Attest(attest)),
                Exit::LeftOver,
            ),
            (
                RecoveryError::Spoiled {
                    block: 5,
                    found: String::new(),
                },
                Exit::Refused,
            ),
            (
                RecoveryError::NoEther {
                    account: Default::default(),
                },
                Exit::NotExecuted,
            ),
            (
                RecoveryError::Live {
                    chain: 271,
                    settlement: Default::default(),
                },
                Exit::CheckFailed,
            ),
        ];
        for (error, exit) in cases {
            let failure = Failure::from(error);
            assert_eq!(failure.exit, exit, "{}", failure.message);
        }
    }
}
