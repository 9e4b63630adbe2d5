//! `causeway msg`.

use std::path::Path;

use alloy::primitives::B256;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::output::{Output, Report, ago, fields, short, table};
use super::source::{Source, retry};
use crate::chain::{Clock, SystemClock};
use crate::config::Config;
use crate::model::{ChainId, Stage};
use crate::store::MessageFilter;
use crate::view::{ChainNames, ExplanationView, MessagePage, MessageView};

/// Commands about messages.
#[derive(Debug, Subcommand)]
pub(super) enum MsgCommand {
    /// List messages, in the order of their ids
    List(ListArgs),
    /// Show all that is known of a message
    Show(IdArgs),
    /// Say why a message is where it is, who can act, and what to do next
    Explain(IdArgs),
    /// Have a held message tried again now
    Retry(RetryArgs),
}

/// Arguments of `msg list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only messages in this stage: seen, rooted, proven, submitted, included, final, held, failed, removed, unknown
    #[arg(long)]
    stage: Option<Stage>,
    /// Only messages from this chain, by name or id
    #[arg(long, value_name = "CHAIN")]
    from: Option<String>,
    /// Only messages to this chain, by name or id
    #[arg(long, value_name = "CHAIN")]
    to: Option<String>,
    /// Start after this message
    #[arg(long, value_name = "ID")]
    after: Option<B256>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

/// Names a message.
#[derive(Debug, Args)]
pub(super) struct IdArgs {
    /// Bundle hash
    id: B256,
}

/// Arguments of `msg retry`.
#[derive(Debug, Args)]
pub(super) struct RetryArgs {
    /// Bundle hash
    id: B256,
    /// Say what would be retried, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(path: &Path, command: MsgCommand, output: Output) -> Result<(), Failure> {
    let config = Config::load(path)?;
    match command {
        MsgCommand::List(args) => {
            let filter = args.filter(&ChainNames::from(&config))?;
            output.print(&Source::open(&config).await?.list(&filter).await?)
        }
        MsgCommand::Show(args) => {
            output.print(&Shown(Source::open(&config).await?.show(args.id).await?))
        }
        MsgCommand::Explain(args) => output.print(&Explained::new(
            Source::open(&config).await?.show(args.id).await?,
        )),
        MsgCommand::Retry(args) if args.dry_run => {
            let message = Source::open(&config).await?.show(args.id).await?;
            check_held(&message)?;
            output.print(&Shown(message))
        }
        MsgCommand::Retry(args) => {
            output.print(&Shown(retry(&config, args.id, SystemClock.now()).await?))
        }
    }
}

fn check_held(message: &MessageView) -> Result<(), Failure> {
    if [Stage::Held, Stage::Unknown]
        .iter()
        .any(|stage| stage.label() == message.stage)
    {
        return Ok(());
    }
    let text = format!(
        "message {} is {}; only a held message can be retried",
        message.id, message.stage
    );
    Err(Failure::new(Exit::CheckFailed, text))
}

impl ListArgs {
    fn filter(self, names: &ChainNames) -> Result<MessageFilter, Failure> {
        let chain = |word: Option<String>| -> Result<Option<ChainId>, Failure> {
            let Some(word) = word else { return Ok(None) };
            let known: Vec<_> = names.all().map(|(_, name)| name).collect();
            let unknown = || {
                format!(
                    "there is no chain `{word}`; name an id or one of {}",
                    known.join(", ")
                )
            };
            names
                .find(&word)
                .map(Some)
                .ok_or_else(|| Failure::new(Exit::NotFound, unknown()))
        };
        Ok(MessageFilter {
            stage: self.stage,
            source: chain(self.from)?,
            destination: chain(self.to)?,
            after: self.after,
            limit: usize::from(self.limit),
        })
    }
}

impl Report for MessagePage {
    fn table(&self) -> String {
        if self.messages.is_empty() {
            return "no messages".to_owned();
        }
        let rows = self.messages.iter().map(|message| {
            let cause = &message.explanation.cause;
            vec![
                message.id.to_string(),
                message.source.name.clone(),
                message.destination.name.clone(),
                message.stage.clone(),
                ago(message.since),
                cause.clone(),
            ]
        });
        let table = table(&["id", "from", "to", "stage", "since", "cause"], rows);
        match self.next {
            Some(next) => format!("{table}\nmore: --after {next}"),
            None => table,
        }
    }
}

#[derive(Serialize)]
struct Shown(MessageView);

impl Report for Shown {
    fn table(&self) -> String {
        let message = &self.0;
        let head = fields(&[
            ("id", message.id.to_string()),
            ("trace", message.trace.clone()),
            (
                "from",
                format!("{} ({})", message.source.name, message.source.chain_id),
            ),
            (
                "to",
                format!(
                    "{} ({})",
                    message.destination.name, message.destination.chain_id
                ),
            ),
            ("sender", message.sender.to_string()),
            ("calls", message.calls.to_string()),
            (
                "stage",
                format!("{}, since {}", message.stage, ago(message.since)),
            ),
            (
                "cause",
                format!(
                    "{}: {}",
                    message.explanation.cause, message.explanation.text
                ),
            ),
            (
                "batch",
                message
                    .batch
                    .map_or_else(|| "not settled yet".to_owned(), |batch| batch.to_string()),
            ),
            ("attempts", message.attempts.to_string()),
        ]);
        let rows = message.milestones.iter().map(|milestone| {
            vec![
                milestone.kind.clone(),
                milestone.chain.name.clone(),
                milestone.block.to_string(),
                ago(milestone.timestamp),
                short(milestone.tx),
            ]
        });
        format!(
            "{head}\n{}",
            table(
                &["milestone", "chain", "block", "when", "transaction"],
                rows
            )
        )
    }
}

#[derive(Serialize)]
struct Explained {
    schema: &'static str,
    id: B256,
    stage: String,
    #[serde(flatten)]
    explanation: ExplanationView,
}

impl Explained {
    fn new(message: MessageView) -> Self {
        let MessageView {
            id,
            stage,
            explanation,
            ..
        } = message;
        Self {
            schema: "causeway.explanation/v1",
            id,
            stage,
            explanation,
        }
    }
}

impl Report for Explained {
    fn table(&self) -> String {
        fields(&[
            ("message", self.id.to_string()),
            (
                "stage",
                format!("{}, since {}", self.stage, ago(self.explanation.since)),
            ),
            (
                "cause",
                format!("{}: {}", self.explanation.cause, self.explanation.text),
            ),
            ("who can act", self.explanation.who.clone()),
            ("next", self.explanation.next.clone()),
        ])
    }
}
