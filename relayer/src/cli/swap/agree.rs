//! `causeway swap agree`.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{AssetKind, ETHER, ITradeVenue, TradeAgreement, TradeStatus};
use clap::Args;
use serde::Serialize;

use super::agreement::Agreed;
use super::file;
use super::payer::now;
use super::quote::missing;
use super::stock::Stock;
use crate::assets::{Custody, Step, amount};
use crate::bundle::{Network, StepError};
use crate::cli::assets::{make, simulate};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{open, seconds, some_seconds};
use crate::cli::output::{Output, Report, fields};
use crate::cli::signing::Signer;
use crate::config::Config;
use crate::model::UnixSeconds;
use crate::send::Sender;
use crate::swap::checks::Refusal;
use crate::swap::figures::given_asset;
use crate::swap::offers::misfit_of_trade;
use crate::swap::quote::token_on;
use crate::swap::terms::{Terms, Units};

/// Arguments of `swap agree`.
#[derive(Debug, Args)]
pub(in crate::cli) struct AgreeArgs {
    /// File of the terms, which name the agreement
    #[arg(long, value_name = "FILE", default_value = "swap.toml")]
    file: PathBuf,
    /// Name of the signer that locks its side
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Contract at which it locks; terms that name another one are refused
    #[arg(long, value_name = "ADDRESS")]
    venue: Address,
    /// How much it locks, in whole tokens; by default the least that is wanted. An agreement on another amount is refused
    #[arg(long, value_name = "AMOUNT")]
    amount: Option<String>,
    /// Account that gets what is given; by default the signer's own. An agreement on another one is refused
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<Address>,
    /// Longest time that its side may stay locked if nothing comes of it, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "86400", value_parser = some_seconds)]
    within: Duration,
    /// Allow the venue to take what is locked, an ERC-20, where that is missing
    #[arg(long)]
    approve: bool,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

pub(super) async fn run(config: &Config, args: AgreeArgs, output: Output) -> Result<(), Failure> {
    let terms = file::read(&args.file)?;
    let signer = Signer::load(config, &args.signer)?;
    let needed = [config.l1.evm.chain_id, terms.source, terms.destination];
    let network = open(config, &needed).await?;
    let custody = Custody::of(&network, terms.destination)?;
    let unknown = StepError::UnknownChain(terms.destination);
    let chain = config.chain(terms.destination).ok_or(unknown)?;
    let agreed = Agreed::read(custody.reader, &terms, chain.contracts.swap).await?;
    let meant = Meant::of(&network, &terms, &args, signer.address()).await?;
    meant
        .check(&terms, &agreed.agreement)
        .map_err(|text| Failure::new(Exit::CheckFailed, text))?;
    let tx = match agreed.status {
        TradeStatus::Locked => None,
        TradeStatus::None => {
            let sender = signer.on(config, terms.destination)?;
            Some(lock(custody, &sender, &agreed.agreement, &args).await?)
        }
        status => {
            let text = Refusal::Agreement(status).to_string();
            return Err(Failure::new(Exit::CheckFailed, text));
        }
    };
    output.print(&Locked::new(args, &terms, agreed, tx))
}

/// What the bank means to agree on, by the terms and its own word.
struct Meant {
    bank: Address,
    venue: Address,
    token_in: Address,
    token_out: Address,
    amount_out: U256,
    recipient: Address,
    latest: UnixSeconds,
}

impl Meant {
    async fn of(
        network: &Network,
        terms: &Terms,
        args: &AgreeArgs,
        bank: Address,
    ) -> Result<Self, Failure> {
        let custody = Custody::of(network, terms.destination)?;
        let wanted = token_on(network, terms.destination, &terms.wanted.asset()).await?;
        let token_out = wanted.ok_or_else(|| missing("wanted", terms))?;
        let given = given_asset(network, terms).await?;
        let given = token_on(network, terms.destination, &given).await?;
        let amount_out = match &args.amount {
            Some(text) => amount(custody, token_out, terms.wanted.kind.into(), text).await?,
            None => terms.wanted.minimum.0,
        };
        Ok(Self {
            bank,
            venue: args.venue,
            token_in: given.ok_or_else(|| missing("given", terms))?,
            token_out,
            amount_out,
            recipient: args.recipient.unwrap_or(bank),
            latest: now(custody.reader)
                .await?
                .saturating_add(args.within.as_secs()),
        })
    }

    /// Whether the agreement fits the terms, and says nothing else than the bank means.
    fn check(&self, terms: &Terms, agreement: &TradeAgreement) -> Result<(), String> {
        let tokens = [Some(self.token_in), Some(self.token_out)];
        if let Some(misfit) = misfit_of_trade(terms, tokens, agreement) {
            return Err(Refusal::OtherAgreement(misfit).to_string());
        }
        let checks = [
            (
                terms.venue.address == self.venue,
                "the venue is another one than --venue",
            ),
            (
                agreement.counterparty == self.bank,
                "its counterparty is not the account of --signer",
            ),
            (
                agreement.locked.amount == self.amount_out,
                "another amount is locked than --amount, or than the least that is wanted",
            ),
            (
                agreement.recipient == self.recipient,
                "what is given goes to another account than that of --recipient, or of --signer",
            ),
            (
                agreement.deadline <= self.latest,
                "it could stay locked for longer than --within",
            ),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            None => Ok(()),
            Some((_, misfit)) => Err(format!(
                "the agreement does not say what is meant: {misfit}; have the terms proposed with one that does"
            )),
        }
    }
}

/// Locks the bank's side; what would be refused is refused before anything is sent.
async fn lock(
    custody: Custody<'_>,
    sender: &Sender,
    agreement: &TradeAgreement,
    args: &AgreeArgs,
) -> Result<B256, Failure> {
    let (bank, locked) = (agreement.counterparty, &agreement.locked);
    let is_base = locked.token == ETHER;
    if locked.kind == AssetKind::Fungible && !is_base {
        let stock = Stock {
            custody,
            bank,
            token: locked.token,
            venue: args.venue,
        };
        stock.require(locked.amount).await?;
        permit(&stock, sender, locked.amount, args).await?;
    }
    let call = ITradeVenue::lockCall {
        agreement: agreement.clone(),
    };
    let mut step = Step::new("lock at the venue", args.venue, &call);
    if is_base {
        step.value = locked.amount;
    }
    let gas = simulate(custody, bank, &step).await?;
    Ok(make(custody, sender, step, gas, args.timeout).await?.0)
}

/// Requires the allowance, or gives it.
async fn permit(
    stock: &Stock<'_>,
    sender: &Sender,
    amount: U256,
    args: &AgreeArgs,
) -> Result<(), Failure> {
    let allowed = stock.allowed().await?;
    if allowed >= amount {
        return Ok(());
    }
    if !args.approve {
        let text = format!(
            "the venue may take {allowed} units of {}, and {amount} are to be locked; allow them with --approve",
            stock.token
        );
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    stock.allow(sender, [allowed, amount], args.timeout).await
}

/// A side that was locked.
#[derive(Serialize)]
struct Locked {
    schema: &'static str,
    file: PathBuf,
    uetr: String,
    agreement: B256,
    venue: Address,
    token: Address,
    amount: Units,
    gets: Units,
    recipient: Address,
    deadline: UnixSeconds,
    was_made: bool,
    tx: Option<B256>,
}

impl Locked {
    fn new(args: AgreeArgs, terms: &Terms, agreed: Agreed, tx: Option<B256>) -> Self {
        let agreement = agreed.agreement;
        Self {
            schema: "causeway.swap-agreed/v1",
            file: args.file,
            uetr: terms.uetr.to_string(),
            agreement: agreed.id,
            venue: args.venue,
            token: agreement.locked.token,
            amount: Units(agreement.locked.amount),
            gets: Units(agreement.given.amount),
            recipient: agreement.recipient,
            deadline: agreement.deadline,
            was_made: tx.is_none(),
            tx,
        }
    }
}

impl Report for Locked {
    fn table(&self) -> String {
        let file = self.file.display();
        let how = match self.tx {
            Some(tx) => tx.to_string(),
            None => "an earlier one locked it".to_owned(),
        };
        fields(&[
            ("file", file.to_string()),
            ("uetr", self.uetr.clone()),
            ("agreement", self.agreement.to_string()),
            ("locked", format!("{} units of {}", self.amount, self.token)),
            (
                "gets",
                format!(
                    "{} units of what is given, for {}",
                    self.gets, self.recipient
                ),
            ),
            ("stays until", self.deadline.to_string()),
            ("transaction", how),
            (
                "next",
                format!("the bank that proposed: causeway swap accept --file {file} --signer NAME"),
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::agreement::tests::agreed;
    use super::*;

    fn meant(terms: &Terms) -> Meant {
        let account = Address::with_last_byte;
        Meant {
            bank: account(5),
            venue: terms.venue.address,
            token_in: account(9),
            token_out: account(7),
            amount_out: terms.wanted.minimum.0,
            recipient: account(5),
            latest: terms.deadline + 60,
        }
    }

    #[test]
    fn what_the_bank_means_is_locked_until_the_deadline_or_a_little_longer() {
        let (terms, mut agreement) = agreed();
        assert_eq!(meant(&terms).check(&terms, &agreement), Ok(()));
        agreement.deadline += 60;
        assert_eq!(meant(&terms).check(&terms, &agreement), Ok(()));
    }

    #[test]
    fn nothing_else_is_locked() {
        type Change = fn(&mut Meant, &mut TradeAgreement);
        let changes: [(Change, &str); 8] = [
            (|meant, _| meant.venue = Address::ZERO, "--venue"),
            (|meant, _| meant.bank = Address::ZERO, "--signer"),
            (|meant, _| meant.recipient = Address::ZERO, "--recipient"),
            (|meant, _| meant.amount_out += U256::ONE, "--amount"),
            (|meant, _| meant.latest -= 61, "--within"),
            (|meant, _| meant.token_in = Address::ZERO, "given.token"),
            (|meant, _| meant.token_out = Address::ZERO, "locked.token"),
            (
                |_, agreement| agreement.initiator = Address::ZERO,
                "initiator",
            ),
        ];
        for (change, said) in changes {
            let (terms, mut agreement) = agreed();
            let mut meant = meant(&terms);
            change(&mut meant, &mut agreement);
            let text = meant.check(&terms, &agreement).unwrap_err();
            assert!(text.contains(said), "{text}, not {said}");
        }
    }
}
