//! `causeway swap quote`.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::{Address, Bytes, U256};
use alloy::signers::SignerSync;
use alloy::sol_types::SolCall;
use causeway_bindings::{IQuoteVenue, QuoteStatus};
use clap::Args;
use serde::Serialize;

use super::file;
use super::stock::Stock;
use crate::assets::{Custody, amount};
use crate::bundle::{Network, StepError, ask};
use crate::chain::{ChainError, ChainReader};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{open, seconds, some_seconds};
use crate::cli::output::{Output, Report, fields};
use crate::cli::signing::Signer;
use crate::config::Config;
use crate::swap::figures::given_asset;
use crate::swap::quote::{quote_digest, quote_domain, token_on};
use crate::swap::terms::{SignedQuote, Terms, Units, VenueKind};

/// Arguments of `swap quote`.
#[derive(Debug, Args)]
pub(in crate::cli) struct QuoteArgs {
    /// File of the terms; the quote is added to it, in the place of any other
    #[arg(long, value_name = "FILE", default_value = "swap.toml")]
    file: PathBuf,
    /// Name of the signer whose tokens pay
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// How much it pays, in whole tokens; by default the least that is wanted
    #[arg(long, value_name = "AMOUNT")]
    amount: Option<String>,
    /// Account that gets what is given; by default the signer's own
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<Address>,
    /// Seconds for which it can be taken; by default until the deadline
    #[arg(long, value_name = "SECONDS", value_parser = some_seconds)]
    within: Option<Duration>,
    /// Number that the signer has not used at this venue; by default a random one
    #[arg(long, value_name = "NUMBER")]
    nonce: Option<U256>,
    /// Contract at which the bank stands by its quotes; terms that name another one are refused
    #[arg(long, value_name = "ADDRESS")]
    venue: Option<Address>,
    /// Allow the venue to take the amount, where that is missing; it is the one of --venue, not the word of the other bank
    #[arg(long, requires = "venue")]
    approve: bool,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(config: &Config, args: QuoteArgs, output: Output) -> Result<(), Failure> {
    let mut terms = file::read(&args.file)?;
    let signer = Signer::load(config, &args.signer)?;
    meant_for(&terms, &args, signer.address())?;
    let needed = [config.l1.evm.chain_id, terms.source, terms.destination];
    let network = open(config, &needed).await?;
    let mut quote = unsigned(&network, &terms, &args, signer.address()).await?;
    let custody = Custody::of(&network, terms.destination)?;
    sign(custody.reader, &terms, &mut quote, &signer).await?;
    // Whatever else would be refused, is before anything is allowed.
    let mut found = status(custody.reader, &terms, &quote).await?;
    let is_allowing = args.approve && found == QuoteStatus::Unfunded;
    if is_allowing {
        let stock = Stock {
            custody,
            bank: quote.bank,
            token: quote.token_out,
            venue: terms.venue.address,
        };
        stock.require(quote.amount_out.0).await?;
        let sender = signer.on(config, terms.destination)?;
        let allowed = stock.allowed().await?;
        // Other quotes of the bank stand on what is allowed already.
        let value = allowed.saturating_add(quote.amount_out.0);
        stock.allow(&sender, [allowed, value], args.timeout).await?;
        found = status(custody.reader, &terms, &quote).await?;
    }
    require_good(found, &quote)?;
    terms.quote = Some(quote.clone());
    file::replace(&args.file, &terms)?;
    output.print(&Quoted {
        schema: "causeway.swap-quoted/v1",
        file: args.file,
        uetr: terms.uetr.to_string(),
        approved: is_allowing,
        gets: terms.given.amount,
        quote,
    })
}

/// Whether these terms are for this bank to quote, at its venue.
fn meant_for(terms: &Terms, args: &QuoteArgs, bank: Address) -> Result<(), Failure> {
    let venue = terms.venue.address;
    let text = if terms.venue.kind != VenueKind::Quote {
        "the venue of these terms takes no quotes; accept them as they are".to_owned()
    } else if let Some(other) = args.venue.filter(|other| *other != venue) {
        format!(
            "the terms name the venue {venue}, and not {other}; have them proposed for that one"
        )
    } else if let Some(other) = terms.counterparty.filter(|other| *other != bank) {
        format!(
            "the terms are for the bank {other}, and signer `{}` is {bank}; name its signer",
            args.signer
        )
    } else {
        return Ok(());
    };
    Err(Failure::new(Exit::CheckFailed, text))
}

/// Asks the venue; a contract that is none is named as that.
async fn ask_venue<C: SolCall + Sync>(
    reader: &dyn ChainReader,
    venue: Address,
    question: &C,
) -> Result<C::Return, Failure> {
    match ask(reader, venue, question).await {
        Err(
            StepError::NotOurContract { chain, .. }
            | StepError::Chain(ChainError::Reverted { chain, .. }),
        ) => {
            let text = format!(
                "chain {chain} has no venue for quotes at {venue}; have the terms proposed with the address of one, or with --venue-kind other"
            );
            Err(Failure::new(Exit::CheckFailed, text))
        }
        answer => Ok(answer?),
    }
}

async fn sign(
    reader: &dyn ChainReader,
    terms: &Terms,
    quote: &mut SignedQuote,
    signer: &Signer,
) -> Result<(), Failure> {
    let venue = terms.venue.address;
    let content = terms.quoted(quote);
    let digest = quote_digest(&quote_domain(terms.destination, venue), &content);
    let question = IQuoteVenue::hashOfCall { quote: content };
    if ask_venue(reader, venue, &question).await? != digest {
        let text = format!("{venue} hashes quotes in another way; correct venue.address");
        return Err(Failure::new(Exit::Refused, text));
    }
    let signature = signer
        .key()
        .sign_hash_sync(&digest)
        .map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    quote.signature = Bytes::from(signature.as_bytes());
    Ok(())
}

/// The quote, up to its signature.
async fn unsigned(
    network: &Network,
    terms: &Terms,
    args: &QuoteArgs,
    bank: Address,
) -> Result<SignedQuote, Failure> {
    let custody = Custody::of(network, terms.destination)?;
    let wanted = token_on(network, terms.destination, &terms.wanted.asset()).await?;
    let token_out = wanted.ok_or_else(|| missing("wanted", terms))?;
    let given = given_asset(network, terms).await?;
    let given = token_on(network, terms.destination, &given).await?;
    let token_in = given.ok_or_else(|| missing("given", terms))?;
    let amount_out = match &args.amount {
        Some(text) => Units(amount(custody, token_out, terms.wanted.kind.into(), text).await?),
        None => terms.wanted.minimum,
    };
    if amount_out < terms.wanted.minimum {
        let least = terms.wanted.minimum;
        let text = format!("{amount_out} units are less than what must come back, {least}");
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    let head = custody.reader.head(crate::chain::Finality::Latest).await?;
    let expiry = args
        .within
        .map(|within| head.timestamp.saturating_add(within.as_secs()));
    let epoch = IQuoteVenue::epochOfCall { bank };
    Ok(SignedQuote {
        bank,
        token_in,
        token_out,
        amount_out,
        recipient: args.recipient.unwrap_or(bank),
        expiry: expiry.unwrap_or(terms.deadline),
        epoch: Units(ask_venue(custody.reader, terms.venue.address, &epoch).await?),
        nonce: Units(args.nonce.unwrap_or_else(random)),
        signature: Bytes::new(),
    })
}

fn random() -> U256 {
    U256::from_be_bytes(alloy::primitives::B256::random().0)
}

pub(super) fn missing(what: &str, terms: &Terms) -> Failure {
    let text = format!(
        "chain {} has no token for what is {what} yet; have its issuer announce it there, or transfer some of it once",
        terms.destination
    );
    Failure::new(Exit::CheckFailed, text)
}

/// The venue's own word.
async fn status(
    reader: &dyn ChainReader,
    terms: &Terms,
    quote: &SignedQuote,
) -> Result<QuoteStatus, Failure> {
    let question = IQuoteVenue::checkCall {
        quote: terms.quoted(quote),
        signature: quote.signature.clone(),
    };
    ask_venue(reader, terms.venue.address, &question).await
}

/// What the venue would refuse is not written.
fn require_good(status: QuoteStatus, quote: &SignedQuote) -> Result<(), Failure> {
    let reason = match status {
        QuoteStatus::Good => return Ok(()),
        QuoteStatus::Unfunded => format!(
            "{} does not have {} units of {}, or does not allow the venue to take them; fund it, and allow them with --approve and --venue",
            quote.bank, quote.amount_out, quote.token_out
        ),
        QuoteStatus::Expired => {
            "it would have expired already; give --within, or agree on a later deadline".to_owned()
        }
        QuoteStatus::Used => format!("number {} is used; give another --nonce", quote.nonce),
        _ => format!(
            "the venue would refuse it; correct --recipient, which is {}",
            quote.recipient
        ),
    };
    Err(Failure::new(Exit::CheckFailed, reason))
}

/// A quote that was signed.
#[derive(Serialize)]
struct Quoted {
    schema: &'static str,
    file: PathBuf,
    uetr: String,
    approved: bool,
    gets: Units,
    quote: SignedQuote,
}

impl Report for Quoted {
    fn table(&self) -> String {
        let file = self.file.display();
        let amount = format!(
            "{} units of {}",
            self.quote.amount_out, self.quote.token_out
        );
        fields(&[
            ("file", file.to_string()),
            ("uetr", self.uetr.clone()),
            ("bank", self.quote.bank.to_string()),
            ("pays", amount),
            (
                "gets",
                format!(
                    "{} units of {}, for {}",
                    self.gets, self.quote.token_in, self.quote.recipient
                ),
            ),
            ("expires", self.quote.expiry.to_string()),
            ("nonce", self.quote.nonce.to_string()),
            (
                "next",
                format!("the bank that proposed: causeway swap accept --file {file} --signer NAME"),
            ),
        ])
    }
}
