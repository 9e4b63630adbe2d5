//! `causeway swap`.

mod accept;
mod agree;
mod agreement;
mod cancel;
mod file;
mod find;
mod force;
mod payer;
mod propose;
mod quote;
mod stock;
mod tell;
mod withdraw;

use std::path::Path;

use alloy::primitives::B256;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::exit::Failure;
use super::output::{Output, Report, ago, fields, short, table};
use super::source::Source;
use crate::chain::{Clock, SystemClock};
use crate::config::Config;
use crate::model::UnixSeconds;
use crate::model::swap::{EndToEndId, SwapName, SwapStage, Uetr};
use crate::store::SwapFilter;
use crate::swap::explain::{SwapExplanation, explain};
use crate::swap::view::{SwapPage, SwapView};

/// Commands about swaps.
#[derive(Debug, Subcommand)]
pub(super) enum SwapCommand {
    /// Write terms into a file, for the other bank to quote and for this one to accept
    Propose(Box<propose::ProposeArgs>),
    /// Sign a quote for the terms in a file, as the bank that pays what is wanted
    Quote(quote::QuoteArgs),
    /// Lock what is wanted, as the bank that pays it, where both sides are locked first: the agreement that the terms name
    Agree(agree::AgreeArgs),
    /// Check the terms in a file against every chain, and lock what is given; once per key
    Accept(accept::AcceptArgs),
    /// List swaps, in the order of their ids
    List(ListArgs),
    /// Say where a swap stands, what is waited for, and what was seen of it
    Status(StatusArgs),
    /// Say why a swap stands where it does, and who can act
    Explain(StatusArgs),
    /// End a swap that was not executed: withdraw an order that was not locked, or cancel after the deadline and have what was
    /// given come back
    Cancel(cancel::CancelArgs),
    /// Take back what `agree` locked, after the agreement's deadline or once the swap was cancelled
    Withdraw(withdraw::WithdrawArgs),
    /// Have L1 ask a chain that ignores a swap: to execute or cancel it, or, with --publish, to execute or pay it
    Force(force::ForceArgs),
}

/// Arguments of `swap list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only swaps in this stage: accepted, lock_intended, locked, settled, executable, executed, cancelled, decided_executed,
    /// decided_cancelled, redeemable, refundable, redeeming, refunding, redeemed, refunded, closed_by_l1, withdrawn
    #[arg(long)]
    stage: Option<SwapStage>,
    /// Only the swap of this UETR
    #[arg(long, value_name = "UUID")]
    uetr: Option<Uetr>,
    /// Only swaps of this end-to-end id
    #[arg(long, value_name = "ID")]
    end_to_end_id: Option<EndToEndId>,
    /// Start after this swap
    #[arg(long, value_name = "ID")]
    after: Option<B256>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

/// Arguments of `swap status` and `swap explain`.
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Id of the swap, its UETR, or its end-to-end id
    #[arg(value_name = "ID")]
    name: String,
}

pub(super) async fn run(path: &Path, command: SwapCommand, output: Output) -> Result<(), Failure> {
    let config = Config::load(path)?;
    match command {
        SwapCommand::Propose(args) => propose::run(&config, *args, output).await,
        SwapCommand::Quote(args) => quote::run(&config, args, output).await,
        SwapCommand::Agree(args) => agree::run(&config, args, output).await,
        SwapCommand::Accept(args) => accept::run(&config, args, output).await,
        SwapCommand::List(args) => {
            let source = Source::open(&config).await?;
            output.print(&source.swaps(&args.filter()).await?)
        }
        SwapCommand::Status(args) => output.print(&Shown(find::view(&config, &args.name).await?)),
        SwapCommand::Explain(args) => {
            let swap = find::view(&config, &args.name).await?;
            output.print(&Explained::new(&swap, SystemClock.now()))
        }
        SwapCommand::Cancel(args) => cancel::run(&config, args, output).await,
        SwapCommand::Withdraw(args) => withdraw::run(&config, args, output).await,
        SwapCommand::Force(args) => force::run(&config, args, output).await,
    }
}

impl ListArgs {
    fn filter(self) -> SwapFilter {
        let uetr = self.uetr.map(SwapName::Uetr);
        let end_to_end = self.end_to_end_id.map(SwapName::EndToEnd);
        SwapFilter {
            names: uetr.into_iter().chain(end_to_end).collect(),
            stage: self.stage,
            after: self.after,
            limit: usize::from(self.limit),
        }
    }
}

impl Report for SwapPage {
    fn table(&self) -> String {
        if self.swaps.is_empty() {
            return "no swaps".to_owned();
        }
        let rows = self.swaps.iter().map(|swap| {
            vec![
                swap.id.to_string(),
                swap.source.name.clone(),
                swap.destination.name.clone(),
                swap.stage.clone(),
                ago(swap.since),
                swap.waits_for.clone().unwrap_or_default(),
            ]
        });
        let table = table(&["id", "from", "to", "stage", "since", "waits for"], rows);
        match self.next {
            Some(next) => format!("{table}\nmore: --after {next}"),
            None => table,
        }
    }
}

#[derive(Serialize)]
struct Shown(SwapView);

impl Report for Shown {
    fn table(&self) -> String {
        let swap = &self.0;
        let chain = |name: &str, id: u64| format!("{name} ({id})");
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
        let head = fields(&[
            ("id", swap.id.to_string()),
            ("trace", swap.trace.clone()),
            ("from", chain(&swap.source.name, swap.source.chain_id)),
            (
                "to",
                chain(&swap.destination.name, swap.destination.chain_id),
            ),
            (
                "stage",
                format!("{}, since {}", swap.stage, ago(swap.since)),
            ),
            ("waits for", or_none(swap.waits_for.clone())),
            (
                "deadline",
                or_none(swap.deadline.map(|time| time.to_string())),
            ),
            (
                "forced",
                if swap.is_forced { "yes" } else { "no" }.to_owned(),
            ),
            ("uetr", or_none(swap.uetr.clone().map(String::from))),
            (
                "end-to-end id",
                or_none(swap.end_to_end_id.clone().map(String::from)),
            ),
            ("attempts", swap.attempts.to_string()),
        ]);
        let rows = swap.seen.iter().map(|seen| {
            vec![
                seen.kind.clone(),
                seen.block.to_string(),
                ago(seen.timestamp),
                short(seen.tx),
            ]
        });
        format!(
            "{head}\n{}",
            table(&["seen", "block", "when", "transaction"], rows)
        )
    }
}

#[derive(Serialize)]
struct Explained {
    schema: &'static str,
    id: B256,
    #[serde(flatten)]
    explanation: SwapExplanation,
}

impl Explained {
    fn new(swap: &SwapView, now: UnixSeconds) -> Self {
        Self {
            schema: "causeway.swap-explained/v1",
            id: swap.id,
            explanation: explain(swap, now),
        }
    }
}

impl Report for Explained {
    fn table(&self) -> String {
        let told = &self.explanation;
        fields(&[
            ("id", self.id.to_string()),
            ("cause", told.cause.to_owned()),
            ("evidence", told.evidence.clone()),
            ("next", told.next.clone()),
        ])
    }
}
