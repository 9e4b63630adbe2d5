//! `causeway swap quote`.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::{Address, Bytes, U256};
use alloy::signers::SignerSync;
use causeway_bindings::{IERC20, IQuoteVenue, QuoteStatus};
use clap::Args;
use serde::Serialize;

use super::file;
use crate::assets::{Custody, Step, amount};
use crate::bundle::{Network, ask};
use crate::chain::ChainReader;
use crate::cli::assets::{make, simulate};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{open, seconds};
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
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    within: Option<Duration>,
    /// Number that the signer has not used at this venue; by default a random one
    #[arg(long, value_name = "NUMBER")]
    nonce: Option<U256>,
    /// Allow the venue to take the amount, where that is missing
    #[arg(long)]
    approve: bool,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(config: &Config, args: QuoteArgs, output: Output) -> Result<(), Failure> {
    let mut terms = file::read(&args.file)?;
    if terms.venue.kind != VenueKind::Quote {
        let text = "the venue of these terms takes no quotes; accept them as they are";
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    let needed = [config.l1.evm.chain_id, terms.source, terms.destination];
    let network = open(config, &needed).await?;
    let signer = Signer::load(config, &args.signer)?;
    let mut quote = unsigned(&network, &terms, &args, signer.address()).await?;
    let custody = Custody::of(&network, terms.destination)?;
    let reader = custody.reader;
    let venue = terms.venue.address;
    let approved = allow(config, custody, &quote, venue, signer, &args).await?;

    let domain = quote_domain(terms.destination, venue);
    let content = terms.quoted(&quote);
    let digest = quote_digest(&domain, &content);
    let question = IQuoteVenue::hashOfCall { quote: content };
    if ask(reader, venue, &question).await? != digest {
        let text = format!("{venue} hashes quotes in another way; correct venue.address");
        return Err(Failure::new(Exit::Refused, text));
    }
    let key = Signer::load(config, &args.signer)?;
    let signature = key
        .key()
        .sign_hash_sync(&digest)
        .map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    quote.signature = Bytes::from(signature.as_bytes());
    check(reader, &terms, &quote).await?;
    terms.quote = Some(quote.clone());
    file::replace(&args.file, &terms)?;
    output.print(&Quoted {
        schema: "causeway.swap-quoted/v1",
        file: args.file,
        uetr: terms.uetr.to_string(),
        approved,
        quote,
    })
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
        epoch: Units(ask(custody.reader, terms.venue.address, &epoch).await?),
        nonce: Units(args.nonce.unwrap_or_else(random)),
        signature: Bytes::new(),
    })
}

fn random() -> U256 {
    U256::from_be_bytes(alloy::primitives::B256::random().0)
}

fn missing(what: &str, terms: &Terms) -> Failure {
    let text = format!(
        "chain {} has no token for what is {what} yet; have its issuer announce it there, or transfer some of it once",
        terms.destination
    );
    Failure::new(Exit::CheckFailed, text)
}

/// Gives the venue the allowance that is missing, if that is asked for. True if it was.
async fn allow(
    config: &Config,
    custody: Custody<'_>,
    quote: &SignedQuote,
    venue: Address,
    signer: Signer,
    args: &QuoteArgs,
) -> Result<bool, Failure> {
    let question = IERC20::allowanceCall {
        owner: quote.bank,
        spender: venue,
    };
    let allowed = ask(custody.reader, quote.token_out, &question).await?;
    if !args.approve || allowed >= quote.amount_out.0 {
        return Ok(false);
    }
    let sender = signer.on(config, custody.reader.chain_id())?;
    // Other quotes of the bank stand on what is allowed already.
    let value = allowed.saturating_add(quote.amount_out.0);
    let step = |value| {
        let call = IERC20::approveCall {
            spender: venue,
            value,
        };
        Step::new("allow the venue", quote.token_out, &call)
    };
    // Some tokens change an allowance only from 0.
    let steps = [
        (!allowed.is_zero()).then(|| step(U256::ZERO)),
        Some(step(value)),
    ];
    for step in steps.into_iter().flatten() {
        let gas = simulate(custody, quote.bank, &step).await?;
        make(custody, &sender, step, gas, args.timeout).await?;
    }
    Ok(true)
}

/// The venue's own word: what it would refuse is not written.
async fn check(
    reader: &dyn ChainReader,
    terms: &Terms,
    quote: &SignedQuote,
) -> Result<(), Failure> {
    let question = IQuoteVenue::checkCall {
        quote: terms.quoted(quote),
        signature: quote.signature.clone(),
    };
    let reason = match ask(reader, terms.venue.address, &question).await? {
        QuoteStatus::Good => return Ok(()),
        QuoteStatus::Unfunded => format!(
            "{} does not have {} units of {}, or does not allow the venue to take them; fund it, and allow them with --approve",
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
            ("expires", self.quote.expiry.to_string()),
            ("nonce", self.quote.nonce.to_string()),
            (
                "next",
                format!("the bank that proposed: causeway swap accept --file {file} --signer NAME"),
            ),
        ])
    }
}
