//! `causeway swap propose`.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::{Address, Bytes, U256};
use causeway_bindings::{Asset, IAssetCustody, IAtomicSwap};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::file;
use crate::assets::{Custody, amount};
use crate::bundle::{Network, StepError, ask};
use crate::chain::{Clock, Finality, SystemClock};
use crate::cli::assets::{Kind, token};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{find_chain, open, some_seconds};
use crate::cli::output::{Output, Report, fields};
use crate::cli::signing::Signer;
use crate::config::Config;
use crate::model::ChainId;
use crate::model::swap::{EndToEndId, Uetr};
use crate::swap::proposal;
use crate::swap::terms::{
    Given, TERMS_SCHEMA, Terms, TermsError, TokenKind, Units, Venue, VenueKind, Wanted,
};

/// What kind of venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VenueWord {
    /// A bank's signed quote
    Quote,
    /// A pool, an adapter, an agreement: any contract that swaps
    Other,
}

/// Arguments of `swap propose`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ProposeArgs {
    /// Chain that it is locked on: name or id
    #[arg(long, value_name = "CHAIN")]
    from: String,
    /// Chain that it is executed on: name or id
    #[arg(long, value_name = "CHAIN")]
    to: String,
    /// Token that is given, on the first chain; `base` for what its fees are paid in
    #[arg(long, value_name = "ADDRESS", value_parser = token)]
    give: Address,
    /// How much is given, in whole tokens: 1.5
    #[arg(long, value_name = "AMOUNT")]
    amount: String,
    /// What kind of token is given
    #[arg(long, value_enum, default_value_t = Kind::Fungible)]
    give_kind: Kind,
    /// Which token of an ERC-721 or ERC-1155 contract is given
    #[arg(long, value_name = "ID", required_if_eq_any = [("give_kind", "nft"), ("give_kind", "multi")])]
    give_token_id: Option<U256>,
    /// Token that is wanted, on the second chain; `base` for what its fees are paid in
    #[arg(long, value_name = "ADDRESS", value_parser = token)]
    want: Address,
    /// Least that must come back, in whole tokens
    #[arg(long, value_name = "AMOUNT")]
    minimum: String,
    /// What kind of token is wanted
    #[arg(long, value_enum, default_value_t = Kind::Fungible)]
    want_kind: Kind,
    /// Which token of an ERC-721 or ERC-1155 contract is wanted
    #[arg(long, value_name = "ID", required_if_eq_any = [("want_kind", "nft"), ("want_kind", "multi")])]
    want_token_id: Option<U256>,
    /// Contract on the second chain that turns the one into the other
    #[arg(long, value_name = "ADDRESS")]
    venue: Address,
    /// What kind of venue it is
    #[arg(long, value_enum, default_value_t = VenueWord::Quote)]
    venue_kind: VenueWord,
    /// What a venue that is no venue for quotes is told, in hex
    #[arg(long, value_name = "HEX", default_value = "0x")]
    venue_data: Bytes,
    /// Gas that the venue is given at least
    #[arg(long, value_name = "GAS", default_value_t = 500_000)]
    min_gas: u64,
    /// Seconds until the deadline, after which it is given up
    #[arg(long, value_name = "SECONDS", default_value = "21600", value_parser = some_seconds)]
    within: Duration,
    /// Account that locks it; without its key the terms stay unsigned, and `accept` asks for --despite not_proposed
    #[arg(long, value_name = "ADDRESS", conflicts_with = "signer")]
    sender: Option<Address>,
    /// Name of the signer that locks it, and signs the terms, so that nobody can change them
    #[arg(long, value_name = "NAME", required_unless_present = "sender")]
    signer: Option<String>,
    /// Account on the first chain that gets what comes back; by default the one that locks
    #[arg(long, value_name = "ADDRESS")]
    beneficiary: Option<Address>,
    /// Account on the first chain that gets back what was given; by default the one that locks
    #[arg(long, value_name = "ADDRESS")]
    refund_to: Option<Address>,
    /// Account on L1 that is paid if the first chain stops for good; by default the one that locks
    #[arg(long, value_name = "ADDRESS")]
    l1_recipient: Option<Address>,
    /// Account that must be the venue's other party; by default anyone
    #[arg(long, value_name = "ADDRESS")]
    counterparty: Option<Address>,
    /// UETR; a new one by default
    #[arg(long, value_name = "UUID")]
    uetr: Option<Uetr>,
    /// End-to-end id
    #[arg(long, value_name = "ID")]
    end_to_end_id: Option<EndToEndId>,
    /// File to write; it must not be there yet
    #[arg(long, value_name = "FILE", default_value = "swap.toml")]
    file: PathBuf,
}

pub(super) async fn run(config: &Config, args: ProposeArgs, output: Output) -> Result<(), Failure> {
    let source = find_chain(config, &args.from)?.evm.chain_id;
    let destination = find_chain(config, &args.to)?.evm.chain_id;
    let usage = |error: TermsError| Failure::new(Exit::Usage, error.to_string());
    if source == destination {
        return Err(usage(TermsError::OneChain(source)));
    }
    let network = open(config, &[config.l1.evm.chain_id, source, destination]).await?;
    let key = args
        .signer
        .as_deref()
        .map(|name| Signer::load(config, name));
    let key = key.transpose()?;
    let sender = key.as_ref().map(Signer::address).or(args.sender);
    let sender = sender.unwrap_or_default();
    let mut terms = terms(&network, (source, destination), sender, &args).await?;
    terms.check().map_err(usage)?;
    check(config, &network, &terms).await?;
    if let Some(key) = key {
        proposal::sign(&mut terms, key.key()).map_err(usage)?;
    }
    file::create(&args.file, &terms)?;
    output.print(&Proposed::new(&args, terms))
}

/// What would be refused whatever the other bank says.
async fn check(config: &Config, network: &Network, terms: &Terms) -> Result<(), Failure> {
    let unknown = StepError::UnknownChain(terms.source);
    let swap = config.chain(terms.source).ok_or(unknown)?.contracts.swap;
    let reader = network.chain(terms.source)?.reader.as_ref();
    let longest = ask(reader, swap, &IAtomicSwap::MAX_DURATIONCall {}).await?;
    let now = reader.head(Finality::Latest).await?.timestamp;
    let latest = now.saturating_add(longest.saturating_to());
    if terms.deadline > latest {
        let text = format!(
            "chain {} takes no deadline more than {longest} seconds away; give a smaller --within",
            terms.source
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    let most = ask(reader, swap, &IAtomicSwap::MAX_MIN_GASCall {}).await?;
    if terms.min_gas > most {
        let text = format!(
            "chain {} lets a venue demand {most} gas at most; give a smaller --min-gas",
            terms.source
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    let there = network.chain(terms.destination)?.reader.as_ref();
    if there.code(terms.venue.address).await?.is_empty() {
        let text = format!(
            "chain {} has no contract at {}; correct --venue",
            terms.destination, terms.venue.address
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    Ok(())
}

async fn terms(
    network: &Network,
    (source, destination): (ChainId, ChainId),
    sender: Address,
    args: &ProposeArgs,
) -> Result<Terms, Failure> {
    let [here, there] = [
        Custody::of(network, source)?,
        Custody::of(network, destination)?,
    ];
    let give_kind = args.give_kind.into();
    let given = Given {
        token: args.give,
        kind: args.give_kind.into(),
        token_id: Units(args.give_token_id.unwrap_or_default()),
        amount: Units(amount(here, args.give, give_kind, &args.amount).await?),
    };
    let head = here.reader.head(Finality::Latest).await?;
    let now = head.timestamp.max(SystemClock.now());
    Ok(Terms {
        schema: TERMS_SCHEMA.to_owned(),
        uetr: args.uetr.clone().unwrap_or_else(Uetr::random),
        end_to_end_id: args.end_to_end_id.clone(),
        source,
        destination,
        deadline: now.saturating_add(args.within.as_secs()),
        min_gas: args.min_gas,
        sender,
        beneficiary: args.beneficiary.unwrap_or(sender),
        refund_to: args.refund_to.unwrap_or(sender),
        l1_recipient: args.l1_recipient.unwrap_or(sender),
        counterparty: args.counterparty,
        proposal: None,
        given,
        wanted: wanted(there, args).await?,
        venue: Venue {
            kind: match args.venue_kind {
                VenueWord::Quote => VenueKind::Quote,
                VenueWord::Other => VenueKind::Other,
            },
            address: args.venue,
            data: args.venue_data.clone(),
        },
        quote: None,
    })
}

/// The wanted asset, by the token that stands for it on the destination.
async fn wanted(there: Custody<'_>, args: &ProposeArgs) -> Result<Wanted, Failure> {
    let kind = args.want_kind.into();
    let question = IAssetCustody::assetOfCall {
        token: args.want,
        kind,
    };
    let Asset {
        originChainId: home,
        originToken,
        ..
    } = ask(there.reader, there.address, &question).await?;
    Ok(Wanted {
        home: home.saturating_to(),
        token: originToken,
        kind: args.want_kind.into(),
        token_id: Units(args.want_token_id.unwrap_or_default()),
        minimum: Units(amount(there, args.want, kind, &args.minimum).await?),
    })
}

impl From<Kind> for TokenKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Fungible => Self::Fungible,
            Kind::Nft => Self::Nft,
            Kind::Multi => Self::Multi,
        }
    }
}

/// Terms that were written.
#[derive(Serialize)]
struct Proposed {
    schema: &'static str,
    file: PathBuf,
    needs_quote: bool,
    terms: Terms,
}

impl Proposed {
    fn new(args: &ProposeArgs, terms: Terms) -> Self {
        Self {
            schema: "causeway.swap-proposed/v1",
            file: args.file.clone(),
            needs_quote: terms.venue.kind == VenueKind::Quote,
            terms,
        }
    }
}

impl Report for Proposed {
    fn table(&self) -> String {
        let file = self.file.display();
        let next = if self.needs_quote {
            format!("the other bank: causeway swap quote --file {file} --signer NAME")
        } else {
            format!("causeway swap accept --file {file} --signer NAME")
        };
        fields(&[
            ("file", file.to_string()),
            ("uetr", self.terms.uetr.to_string()),
            ("deadline", self.terms.deadline.to_string()),
            ("next", next),
        ])
    }
}
