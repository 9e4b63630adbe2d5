//! `causeway swap agree`.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{AssetKind, ETHER, ITradeVenue, TradeAgreement, TradeStatus};
use clap::Args;
use serde::Serialize;

use super::agreement::{Agreed, label};
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
use crate::swap::figures::given_asset;
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
    if let Some(misfit) = meant.misfit(&terms, &agreed.agreement) {
        let text = format!(
            "the agreement does not say what is meant: {misfit}; have the terms proposed with one that does"
        );
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    let tx = match agreed.status {
        TradeStatus::Locked => None,
        TradeStatus::None => {
            let sender = signer.on(config, terms.destination)?;
            Some(lock(custody, &sender, &agreed.agreement, &args).await?)
        }
        status => {
            let text = format!(
                "the agreement {} is {} already; agree on one with another salt",
                agreed.id,
                label(status)
            );
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

    /// What of it is not what the bank means.
    fn misfit(&self, terms: &Terms, agreement: &TradeAgreement) -> Option<&'static str> {
        let (given, locked) = (&agreement.given, &agreement.locked);
        let is_given = given.token == self.token_in
            && given.kind == terms.given.kind.into()
            && given.tokenId == terms.given.token_id.0
            && given.amount == terms.given.amount.0;
        let is_wanted = locked.token == self.token_out
            && locked.kind == terms.wanted.kind.into()
            && locked.tokenId == terms.wanted.token_id.0;
        let is_by_them = agreement.sourceChainId == U256::from(terms.source)
            && agreement.initiator == terms.sender;
        let is_for_bank = agreement.counterparty == self.bank
            && terms.counterparty.is_none_or(|party| party == self.bank);
        let is_enough = agreement.locked.amount >= terms.wanted.minimum.0;
        let checks = [
            (
                terms.venue.address == self.venue,
                "the venue is another one than --venue",
            ),
            (
                is_by_them,
                "somebody else than the sender of the terms gives, or on another chain",
            ),
            (
                is_for_bank,
                "the other party is not the account of --signer",
            ),
            (is_given, "what is given is not what the terms give"),
            (is_wanted, "what is locked is not what the terms want"),
            (
                locked.amount == self.amount_out,
                "another amount is locked than --amount, or than the least that is wanted",
            ),
            (is_enough, "less is locked than must come back"),
            (
                agreement.recipient == self.recipient,
                "what is given goes to another account than that of --recipient, or of --signer",
            ),
            (
                agreement.deadline >= terms.deadline,
                "it ends before the deadline of the terms, so the swap could not be executed",
            ),
            (
                agreement.deadline <= self.latest,
                "it could stay locked for longer than --within",
            ),
        ];
        let broken = checks.into_iter().find(|(holds, _)| !holds);
        broken.map(|(_, misfit)| misfit)
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
    use crate::swap::terms::TokenKind;

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
        assert_eq!(meant(&terms).misfit(&terms, &agreement), None);
        agreement.deadline += 60;
        assert_eq!(meant(&terms).misfit(&terms, &agreement), None);
    }

    #[test]
    fn nothing_else_is_locked() {
        type Change = fn(&mut Terms, &mut TradeAgreement);
        let changes: [(Change, &str); 14] = [
            (|terms, _| terms.venue.address = Address::ZERO, "--venue"),
            (|terms, _| terms.source += 1, "on another chain"),
            (
                |terms, _| terms.sender = Address::ZERO,
                "sender of the terms",
            ),
            (
                |_, agreement| agreement.counterparty = Address::ZERO,
                "--signer",
            ),
            (
                |terms, _| terms.counterparty = Some(Address::ZERO),
                "--signer",
            ),
            (
                |_, agreement| agreement.given.amount -= U256::ONE,
                "terms give",
            ),
            (
                |_, agreement| agreement.given.token = Address::ZERO,
                "terms give",
            ),
            (|terms, _| terms.given.kind = TokenKind::Multi, "terms give"),
            (
                |_, agreement| agreement.locked.token = Address::ZERO,
                "terms want",
            ),
            (
                |_, agreement| agreement.locked.tokenId = U256::ONE,
                "terms want",
            ),
            (
                |_, agreement| agreement.locked.amount += U256::ONE,
                "--amount",
            ),
            (
                |_, agreement| agreement.recipient = Address::ZERO,
                "--recipient",
            ),
            (|_, agreement| agreement.deadline -= 1, "ends before"),
            (|_, agreement| agreement.deadline += 61, "--within"),
        ];
        for (change, said) in changes {
            let (mut terms, mut agreement) = agreed();
            let meant = meant(&terms);
            change(&mut terms, &mut agreement);
            let misfit = meant.misfit(&terms, &agreement);
            assert!(
                misfit.is_some_and(|text| text.contains(said)),
                "{misfit:?}, not {said}"
            );
        }
        let (terms, mut agreement) = agreed();
        let mut less = meant(&terms);
        less.amount_out -= U256::ONE;
        agreement.locked.amount = less.amount_out;
        let misfit = less.misfit(&terms, &agreement);
        assert!(
            misfit.is_some_and(|text| text.contains("less")),
            "{misfit:?}"
        );
    }
}
