//! Delivery versus payment: both banks lock, and one decision releases both sides, to the other party or back.

use alloy::{
    primitives::Bytes,
    sol_types::{SolError, SolValue},
};
use causeway_bindings::{IAtomicSwap, ITradeVenue, LockStatus, SwapOutcome, TradeStatus};
use causeway_e2e::{
    clock::advance,
    command::Ended,
    devnet::Devnet,
    holder::Holder,
    orders::{Agreed, At, accept, id_in, propose},
    swaps::{BANK, Desk, End, Locked, Market, QUOTED, Trade},
};
use eyre::{OptionExt, Result, ensure};

use crate::{
    support::devnet,
    swaps::{
        A_DAY, AN_HOUR, market, only_operator_c, require_cancelled_there, return_c, running,
        settle, stop, until_l1_cancels,
    },
};

const HALF_AN_HOUR: u64 = AN_HOUR / 2;
/// Exit code where something speaks against it.
const CHECK_FAILED: i32 = 12;
/// Has no part in it.
const PASSER_BY: &str = "erin";

/// While the swap is pending the bank cannot have its side back, nor once one transaction has handed over both.
#[tokio::test(flavor = "multi_thread")]
async fn both_sides_of_a_trade_change_hands_at_once() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let mut relayer = running(&devnet, "relay", 1, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    let desk = Desk::open(&market).await?;
    relayer.stop().await?;
    let trade = desk.agree(HALF_AN_HOUR).await?;
    let swap = desk.lock(&trade, trade.agreement.deadline).await?;
    until_pending(&market, &swap).await?;
    require_kept(&desk, &trade, &swap).await?;
    desk.require_holds(QUOTED).await?;

    relayer.start_and_wait().await?;
    market.wait_until_closed(&swap).await?;
    desk.require_exchanged_at_once(&trade, &swap).await?;
    require_not_expired(&desk, &trade).await?;
    advance(&devnet, HALF_AN_HOUR).await?;
    require_over(
        &desk.refused_withdrawal(&trade).await?,
        &trade,
        TradeStatus::Executed,
    )?;
    require_not_cancelled(&desk, &trade, &swap).await?;
    require_paid_once(&market, &swap, LockStatus::Redeemed).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    desk.require_holds(0).await?;
    stop(devnet, [operators, relayer]).await
}

/// Nobody executes in time. An agreement that ends with its swap is withdrawn at that deadline, whatever the chain has said of
/// the swap; one that outlasts its swap, once that is cancelled.
#[tokio::test(flavor = "multi_thread")]
async fn past_the_deadline_each_side_of_a_trade_goes_back() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let mut relayer = running(&devnet, "relay", 1, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    let desk = Desk::open(&market).await?;
    relayer.stop().await?;
    let (short, long) = (desk.agree(HALF_AN_HOUR).await?, desk.agree(A_DAY).await?);
    let deadline = short.agreement.deadline;
    let (first, second) = (
        desk.lock(&short, deadline).await?,
        desk.lock(&long, deadline).await?,
    );
    for swap in [&first, &second] {
        until_pending(&market, swap).await?;
    }
    require_kept(&desk, &short, &first).await?;

    advance(&devnet, HALF_AN_HOUR).await?;
    desk.withdraw(&short).await?;
    require_kept(&desk, &long, &second).await?;
    desk.require_holds(QUOTED).await?;

    relayer.start_and_wait().await?;
    for swap in [&first, &second] {
        market.wait_until_closed(swap).await?;
        require_cancelled_there(&market, swap).await?;
        require_paid_once(&market, swap, LockStatus::Refunded).await?;
    }
    require_not_expired(&desk, &long).await?;
    desk.withdraw_cancelled(BANK, &long, &second).await?;
    let withdrawn = TradeStatus::Withdrawn;
    require_over(&desk.refused_withdrawal(&short).await?, &short, withdrawn)?;
    for (trade, swap) in [(&short, &first), (&long, &second)] {
        require_over(
            &desk.refused_cancelled(trade, swap).await?,
            trade,
            withdrawn,
        )?;
    }
    let ends = [(&first, End::Returned), (&second, End::Returned)];
    market.require_all_settled(&ends, 0).await?;
    desk.require_holds(0).await?;
    stop(devnet, [operators, relayer]).await
}

/// The chain on which the bank has locked stops for good. L1 freezes it, cancels and has the customer refunded; the bank's side
/// stays where it is until the chain returns, buries the swap, and lets anybody give it back.
#[tokio::test(flavor = "multi_thread")]
async fn a_trade_on_a_chain_that_stopped_for_good_goes_back() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let mut others = running(&devnet, "both", 0, |config| config.without("operators.c")).await?;
    let mut operator = running(&devnet, "operator", 1, only_operator_c).await?;
    let market = market(&devnet, "a", "c").await?;
    let desk = Desk::open(&market).await?;
    let trade = desk.agree(A_DAY).await?;
    settle(&devnet, "c").await?;
    operator.stop().await?;
    let swap = desk.lock(&trade, trade.agreement.deadline).await?;
    until_l1_cancels(&devnet, &market, &swap).await?;
    require_kept(&desk, &trade, &swap).await?;
    desk.require_holds(QUOTED).await?;
    market
        .require_settled(&swap, End::ReturnedByL1, QUOTED)
        .await?;

    others.stop().await?;
    let returned = return_c(&devnet).await?;
    require_cancelled_there(&market, &swap).await?;
    require_not_expired(&desk, &trade).await?;
    desk.withdraw_cancelled(PASSER_BY, &trade, &swap).await?;
    let again = desk.refused_cancelled(&trade, &swap).await?;
    require_over(&again, &trade, TradeStatus::Withdrawn)?;
    require_paid_once(&market, &swap, LockStatus::Refunded).await?;
    market.require_settled(&swap, End::Returned, 0).await?;
    desk.require_holds(0).await?;
    stop(devnet, returned).await
}

/// Agreed on with `causeway`: the bank locks its side once, cannot have it back while the swap can be executed nor once it was, and
/// has it back where the swap was cancelled, and where the customer never locks.
#[tokio::test(flavor = "multi_thread")]
async fn a_trade_is_agreed_on_and_taken_back_on_the_command_line() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let mut relayer = running(&devnet, "relay", 1, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    let desk = Desk::open(&market).await?;
    let bank = Bank::new(&devnet, &desk)?;

    let file = proposed(&devnet, &market, &desk, AN_HOUR).await?;
    let missing = bank.agree(&file, &[]).await?;
    missing.require_failure(CHECK_FAILED, &["0 units", "--approve"])?;
    let more = bank.agree(&file, &["--approve", "--amount", "26789.012346"]);
    let more = more.await?;
    more.require_failure(CHECK_FAILED, &["another amount", "--amount"])?;
    let agreed = bank.agree(&file, &["--approve"]).await?;
    let agreed = agreed.require_success()?.json()?;
    ensure!(agreed["was_made"] == false, "{agreed}");
    let again = bank.agree(&file, &["--approve"]).await?;
    let again = again.require_success()?.json()?;
    ensure!(again["was_made"] == true, "{again}");
    ensure!(again["agreement"] == agreed["agreement"], "{again}");
    desk.require_holds(QUOTED).await?;
    let early = bank.withdraw(&file, &[]).await?;
    early.require_failure(CHECK_FAILED, &["stays locked until", "--swap"])?;
    let exchanged = accepted(&devnet, &market, &file).await?;
    market.wait_until_closed(&exchanged).await?;
    let late = bank.withdraw(&file, &[]).await?;
    late.require_failure(CHECK_FAILED, &["was executed"])?;

    relayer.stop().await?;
    let files = [
        proposed(&devnet, &market, &desk, AN_HOUR).await?,
        proposed(&devnet, &market, &desk, HALF_AN_HOUR).await?,
    ];
    for file in &files {
        bank.agree(file, &["--approve"]).await?.require_success()?;
    }
    let [cancelled_file, unmatched] = files;
    let cancelled = accepted(&devnet, &market, &cancelled_file).await?;
    until_pending(&market, &cancelled).await?;
    let id = cancelled.id.to_string();
    let pending = bank.withdraw(&cancelled_file, &["--swap", &id]).await?;
    pending.require_failure(CHECK_FAILED, &["stays locked until"])?;
    advance(&devnet, HALF_AN_HOUR).await?;
    relayer.start_and_wait().await?;
    market.wait_until_closed(&cancelled).await?;
    for (file, further) in [(&unmatched, vec![]), (&cancelled_file, vec!["--swap", &id])] {
        for was_made in [false, true] {
            let back = bank.withdraw(file, &further).await?;
            let back = back.require_success()?.json()?;
            ensure!(back["was_made"] == was_made, "{back}");
        }
    }
    let ends = [(&exchanged, End::Exchanged), (&cancelled, End::Returned)];
    market.require_all_settled(&ends, 0).await?;
    desk.require_holds(0).await?;
    stop(devnet, [operators, relayer]).await
}

/// The bank at its command line.
struct Bank {
    holder: Holder,
    venue: String,
}

impl Bank {
    fn new(devnet: &Devnet, desk: &Desk<'_, '_>) -> Result<Self> {
        Ok(Self {
            holder: Holder::new(devnet, BANK)?,
            venue: desk.venue().to_string(),
        })
    }

    async fn agree(&self, terms: &Agreed, further: &[&str]) -> Result<Ended> {
        let further = [&["--venue", &self.venue], further].concat();
        self.order("agree", terms, &further).await
    }

    async fn withdraw(&self, terms: &Agreed, further: &[&str]) -> Result<Ended> {
        self.order("withdraw", terms, further).await
    }

    async fn order(&self, what: &str, terms: &Agreed, further: &[&str]) -> Result<Ended> {
        let file = terms.file.display().to_string();
        let order = ["swap", what, "--file", &file, "--signer", BANK];
        let order = [&order[..], &["--output", "json"], further].concat();
        self.holder.command(&order).await
    }
}

/// The customer proposes a swap of half an hour that names an agreement of `life` seconds, which is no less.
async fn proposed(
    devnet: &Devnet,
    market: &Market<'_>,
    desk: &Desk<'_, '_>,
    life: u64,
) -> Result<Agreed> {
    let agreement = desk.terms(life).await?;
    let at = At::other(market, desk.venue(), agreement.abi_encode().into());
    let name = format!("{}.toml", agreement.salt);
    // Some seconds pass until the swap's deadline is set.
    propose(devnet, market, &name, HALF_AN_HOUR - 60, at).await
}

/// The customer accepts.
async fn accepted(devnet: &Devnet, market: &Market<'_>, agreed: &Agreed) -> Result<Locked> {
    let told = accept(devnet, agreed, &[]).await?.require_success()?;
    let id = id_in(&told.json()?)?;
    let locks = market.locks().await?;
    let found = locks.into_iter().find(|swap| swap.id == id);
    found.ok_or_eyre("what was accepted is locked")
}

/// Both sides are locked, L1 knows it, and nothing is decided.
async fn until_pending(market: &Market<'_>, swap: &Locked) -> Result<()> {
    let known = market.wait(swap, "L1 knows of it", |standing| standing.slot.isKnown);
    let standing = known.await?;
    ensure!(standing.outcome == SwapOutcome::Pending, "{standing:?}");
    Ok(())
}

/// Requires that the bank can have its side back in neither way.
async fn require_kept(desk: &Desk<'_, '_>, trade: &Trade, swap: &Locked) -> Result<()> {
    require_not_expired(desk, trade).await?;
    require_not_cancelled(desk, trade, swap).await
}

async fn require_not_expired(desk: &Desk<'_, '_>, trade: &Trade) -> Result<()> {
    let refused = desk.refused_withdrawal(trade).await?;
    let refused = ITradeVenue::TradeVenueNotExpired::abi_decode(&refused)?;
    let deadline = trade.agreement.deadline;
    ensure!(
        refused.id == trade.id && refused.deadline == deadline,
        "{refused:?}"
    );
    Ok(())
}

async fn require_not_cancelled(desk: &Desk<'_, '_>, trade: &Trade, swap: &Locked) -> Result<()> {
    let refused = desk.refused_cancelled(trade, swap).await?;
    let expected = ITradeVenue::TradeVenueNotCancelled { swapId: swap.id };
    ensure!(refused == expected.abi_encode(), "{refused}");
    Ok(())
}

/// Requires that the venue refused since the trade is over.
fn require_over(refused: &Bytes, trade: &Trade, status: TradeStatus) -> Result<()> {
    let expected = ITradeVenue::TradeVenueWrongStatus {
        id: trade.id,
        expected: TradeStatus::Locked,
        actual: status,
    };
    ensure!(*refused == expected.abi_encode(), "{refused}");
    Ok(())
}

/// Requires that the source pays the customer neither side once more.
async fn require_paid_once(market: &Market<'_>, swap: &Locked, status: LockStatus) -> Result<()> {
    let expected = IAtomicSwap::AtomicSwapNotLocked {
        swapId: swap.id,
        status,
    };
    for refused in market.refused_payments(swap).await? {
        ensure!(refused == expected.abi_encode(), "{refused}");
    }
    Ok(())
}
