//! `causeway swap`.

use std::path::Path;

use alloy::primitives::B256;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::output::{Output, Report, ago, fields, short, table};
use super::source::Source;
use crate::config::Config;
use crate::model::swap::{EndToEndId, SwapName, SwapStage, Uetr};
use crate::store::SwapFilter;
use crate::swap::view::{SwapPage, SwapView};

/// Commands about swaps.
#[derive(Debug, Subcommand)]
pub(super) enum SwapCommand {
    /// List swaps, in the order of their ids
    List(ListArgs),
    /// Say where a swap stands, what is waited for, and what was seen of it
    Status(StatusArgs),
}

/// Arguments of `swap list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only swaps in this stage: lock_intended, locked, settled, executable, executed, cancelled, decided_executed,
    /// decided_cancelled, redeemable, refundable, redeeming, refunding, redeemed, refunded, closed_by_l1
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

/// Arguments of `swap status`.
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Id of the swap, its UETR, or its end-to-end id
    #[arg(value_name = "ID")]
    name: String,
}

pub(super) async fn run(path: &Path, command: SwapCommand, output: Output) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let source = Source::open(&config).await?;
    match command {
        SwapCommand::List(args) => output.print(&source.swaps(&args.filter()).await?),
        SwapCommand::Status(args) => output.print(&Shown(find(&source, &args.name).await?)),
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

/// The one swap that a word names.
async fn find(source: &Source, word: &str) -> Result<SwapView, Failure> {
    if let Ok(id) = word.parse() {
        return source.swap(id).await;
    }
    let name = match word.parse::<Uetr>() {
        Ok(uetr) => SwapName::Uetr(uetr),
        Err(_) => SwapName::EndToEnd(word.parse().map_err(|_| {
            let text =
                format!("`{word}` is neither an id of a swap, nor a UETR, nor an end-to-end id");
            Failure::new(Exit::NotFound, text)
        })?),
    };
    let filter = SwapFilter {
        names: vec![name],
        limit: 2,
        ..SwapFilter::default()
    };
    let mut found = source.swaps(&filter).await?.swaps.into_iter();
    match (found.next(), found.next()) {
        (Some(swap), None) => Ok(swap),
        (None, _) => {
            let text = format!("this relayer knows no swap `{word}`");
            Err(Failure::new(Exit::NotFound, text))
        }
        (Some(_), Some(_)) => {
            let text = format!(
                "more than one swap is called `{word}`; see `causeway swap list --end-to-end-id '{word}'`"
            );
            Err(Failure::new(Exit::CheckFailed, text))
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
