//! A coordinator is killed at each point of each of its steps, and somebody goes on: itself with its store, or another one that
//! has seen nothing of it; whoever was killed comes back beside. Every swap ends as it would have without, and nothing
//! happens twice.

use std::collections::HashSet;

use alloy::primitives::U256;
use causeway_bindings::{LockStatus, SwapOutcome};
use causeway_e2e::{
    clock::advance,
    config::Config,
    devnet::Devnet,
    kill_points::{Deed, Heir, Plot, Point, Step},
    orders::{Counter, agree, allow, id_in, takes_orders},
    succession::Succession,
    swaps::{ASKED, End, Locked, Market, Standing},
    wait::until,
};
use eyre::{Result, ensure};

use crate::{
    support::{LIMIT, devnet},
    swaps::{
        A_DAY, AN_HOUR, frozen_at, make_coin_known_on_l1, market, only_operator_c, running, settle,
        status, stop,
    },
};

/// A step, and who goes on after kills at each of its points.
type Killed = (Step, &'static [Heir]);

const EITHER: &[Heir] = &Heir::ALL;

/// Every step at every point with either heir, by the scenario in which it is taken. A chain is frozen once in a scenario,
/// so each of the two that freeze has one heir.
const BETWEEN_LIVE_CHAINS: [Killed; 4] = [
    (Step::Execute, EITHER),
    (Step::Redeem, EITHER),
    (Step::Cancel, EITHER),
    (Step::Refund, EITHER),
];
const TO_A_DEAD_CHAIN: [Killed; 5] = [
    (Step::ForceExecute, EITHER),
    (Step::ForceResolve, EITHER),
    (Step::Freeze, &[Heir::Another]),
    (Step::L1Cancel, EITHER),
    (Step::RefundByL1, EITHER),
];
const FROM_A_DEAD_CHAIN: [Killed; 3] = [
    (Step::ForceClose, EITHER),
    (Step::Freeze, &[Heir::Itself]),
    (Step::L1Claim, EITHER),
];

/// Swaps that are needed to kill at each point of a step, with either heir.
const SWAPS: usize = Point::ALL.len() * Heir::ALL.len();

/// Only whoever holds an order locks it.
const OF_AN_ORDER: [Killed; 1] = [(Step::Lock, &[Heir::Itself])];

/// What happens to a swap, in the order of the alphabet.
const EXCHANGED: &[&str] = &[
    "1 locked",
    "2 executed",
    "3 redeemed",
    "execution is final",
    "lock is final",
    "payment is final",
];
const RETURNED: &[&str] = &[
    "1 locked",
    "2 cancelled",
    "3 refunded",
    "cancellation is final",
    "lock is final",
    "payment is final",
];
const RETURNED_BY_L1: &[&str] = &[
    "1 locked",
    "3 refunded",
    ASKED,
    "L1 cancels",
    "lock is final",
    "payment is final",
];
const CLAIMED_ON_L1: &[&str] = &[
    "1 locked",
    "2 executed",
    ASKED,
    "execution is final",
    "lock is final",
    "payment is final",
];

/// Both chains settle: a swap is executed and redeemed, or past its deadline cancelled and refunded.
#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_killed_at_each_point_between_live_chains() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let mut opening = running(&devnet, "relay", 1, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    opening.stop().await?;

    let in_time = market.lock_many(SWAPS, A_DAY).await?;
    let too_late = market.lock_many(SWAPS, AN_HOUR / 2).await?;
    let all = [&in_time[..], &too_late].concat();
    wait_for_all(&market, &all, "L1 knows of it", |it| it.slot.isKnown).await?;
    advance(&devnet, AN_HOUR / 2).await?;
    let plots = [
        (Step::Execute, &in_time),
        (Step::Redeem, &in_time),
        (Step::Cancel, &too_late),
        (Step::Refund, &too_late),
    ];
    let plots = plots.map(|(step, swaps)| of_each(step, swaps)).concat();
    let mut coordinators = Succession::prepare(&devnet, &["a", "b"], 2).await?;
    coordinators
        .through("both chains decide and pay", plots, async || {
            hold(&market, &all, |it| it.slot.isClosed).await
        })
        .await?;

    require_every(&coordinators, &BETWEEN_LIVE_CHAINS)?;
    let ends = [
        ended(&in_time, End::Exchanged, EXCHANGED),
        ended(&too_late, End::Returned, RETURNED),
    ];
    require_ends(&market, &mut coordinators, &ends.concat(), 0).await?;
    coordinators.stop().await?;
    stop(devnet, [operators]).await
}

/// The destination stops for good: it is asked by L1, frozen, and L1 cancels.
#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_killed_at_each_point_of_swaps_to_a_dead_chain() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let others = running(&devnet, "operator", 0, |config| {
        config.without("operators.c")
    })
    .await?;
    let mut operator = running(&devnet, "operator", 1, only_operator_c).await?;
    let mut opening = running(&devnet, "relay", 2, Ok).await?;
    let market = market(&devnet, "a", "c").await?;
    settle(&devnet, "c").await?;
    opening.stop().await?;
    operator.stop().await?;

    let in_time = market.lock_many(SWAPS, A_DAY).await?;
    let too_late = market.lock_many(SWAPS, AN_HOUR / 2).await?;
    let all = [&in_time[..], &too_late].concat();
    wait_for_all(&market, &all, "L1 knows of it", |it| it.slot.isKnown).await?;
    let mut coordinators = Succession::prepare(&devnet, &["L1", "a"], 3).await?;

    advance(&devnet, AN_HOUR).await?;
    let plots = [
        of_each(Step::ForceExecute, &in_time),
        of_each(Step::ForceResolve, &too_late),
    ];
    coordinators
        .through("the chain is asked", plots.concat(), async || {
            hold(&market, &all, |it| it.slot.isForced).await
        })
        .await?;
    advance(&devnet, AN_HOUR).await?;
    freeze(&devnet, &mut coordinators, Heir::Another).await?;
    advance(&devnet, AN_HOUR).await?;
    let plots = [
        of_each(Step::L1Cancel, &in_time),
        of_each(Step::RefundByL1, &too_late),
    ];
    coordinators
        .through("L1 cancels", plots.concat(), async || {
            hold(&market, &all, |it| it.slot.isClosed).await
        })
        .await?;

    require_every(&coordinators, &TO_A_DEAD_CHAIN)?;
    let ends = ended(&all, End::ReturnedByL1, RETURNED_BY_L1);
    require_ends(&market, &mut coordinators, &ends, 0).await?;
    coordinators.stop().await?;
    stop(devnet, [others, operator]).await
}

/// The source stops for good once it is to pay: it is asked by L1, frozen, and L1 pays.
#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_killed_at_each_point_of_swaps_from_a_dead_chain() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let others = running(&devnet, "both", 0, |config| config.without("operators.c")).await?;
    let mut operator = running(&devnet, "operator", 1, only_operator_c).await?;
    let market = market(&devnet, "c", "b").await?;
    make_coin_known_on_l1(&devnet, &market).await?;
    let swaps = market.lock_many(SWAPS, A_DAY).await?;
    wait_for_all(&market, &swaps, "L1 knows of it", |it| it.slot.isKnown).await?;
    operator.stop().await?;
    wait_for_all(&market, &swaps, "L1 knows that it was executed", |it| {
        it.slot.outcome == SwapOutcome::Executed
    })
    .await?;
    let mut both = others;
    both.stop().await?;
    let others = running(&devnet, "operator", 2, |config| {
        config.without("operators.c")
    })
    .await?;
    let mut coordinators = Succession::prepare(&devnet, &["L1"], 3).await?;

    advance(&devnet, AN_HOUR).await?;
    let plots = of_each(Step::ForceClose, &swaps);
    coordinators
        .through("the chain is asked to pay", plots, async || {
            for swap in &swaps {
                if !told(&market, swap).await?.contains(&ASKED.to_owned()) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await?;
    advance(&devnet, AN_HOUR).await?;
    freeze(&devnet, &mut coordinators, Heir::Itself).await?;
    advance(&devnet, AN_HOUR).await?;
    let plots = of_each(Step::L1Claim, &swaps);
    coordinators
        .through("L1 pays", plots, async || {
            hold(&market, &swaps, |it| it.slot.isClosed).await
        })
        .await?;

    require_every(&coordinators, &FROM_A_DEAD_CHAIN)?;
    for swap in &swaps {
        let standing = market.standing(swap).await?;
        ensure!(standing.lock == LockStatus::Locked, "{standing:?}");
    }
    let ends = ended(&swaps, End::ClaimedOnL1, CLAIMED_ON_L1);
    require_ends(&market, &mut coordinators, &ends, 1).await?;
    coordinators.stop().await?;
    stop(devnet, [others, operator]).await
}

/// Orders are locked, and executed and redeemed like everybody's. What was ordered is in the store of one relayer, whose account
/// gives: nobody else can lock it, so the heir of these kills is always itself. Each order is one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_relayer_killed_at_each_point_of_locks_that_were_ordered() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let mut opening = running(&devnet, "relay", 1, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    opening.stop().await?;
    allow(&devnet, &market, Point::ALL.len() as u64).await?;
    let mut coordinators = Succession::prepare(&devnet, &["a"], 2).await?;
    let config = coordinators.relayers()[0].config_path();
    takes_orders(Config::read(&config)?)?.write(&config)?;
    coordinators.side_by_side()?;

    let counter = Counter::of(&config)?;
    let sent_before = market.sent_by_customer().await?;
    let mut orders = Vec::new();
    for (point, heir) in at_each_point(Heir::Itself) {
        let agreed = agree(&devnet, &market, &format!("{point:?}.toml"), A_DAY).await?;
        let deed = Deed::lock(agreed.nonce()?);
        coordinators.plan([Plot { deed, point, heir }]);
        coordinators.relayers()[0].wait_until_ready(LIMIT).await?;
        let said = counter.order(&agreed.uetr, &agreed.body).await?;
        ensure!(said.status == 202, "{said:?}");
        orders.push((agreed, said));
        coordinators
            .through("an order is locked", [], async || {
                let (locks, orders) = (market.locks().await?.len(), orders.len());
                ensure!(locks <= orders, "{locks} locks of {orders} orders");
                Ok(locks == orders)
            })
            .await?;
    }
    let swaps = market.locks().await?;
    wait_for_all(&market, &swaps, "it is paid", |it| it.slot.isClosed).await?;

    require_every(&coordinators, &OF_AN_ORDER)?;
    let ends = ended(&swaps, End::Exchanged, EXCHANGED);
    require_ends(&market, &mut coordinators, &ends, 0).await?;
    let sent = market.sent_by_customer().await? - sent_before;
    ensure!(sent == orders.len() as u64, "{sent} transactions");
    let mut locked = HashSet::new();
    for (agreed, said) in &orders {
        let again = counter.order(&agreed.uetr, &agreed.body).await?;
        ensure!(again == *said, "{again:?} after {said:?}");
        let place = format!("/v1/swaps/{}", agreed.uetr);
        locked.insert(id_in(&counter.get(&place).await?.body)?);
    }
    ensure!(
        locked == swaps.iter().map(|swap| swap.id).collect(),
        "{locked:?} were ordered"
    );
    coordinators.stop().await?;
    stop(devnet, [operators]).await
}

/// Kills at every point of one step with either heir, each of another swap.
fn of_each(step: Step, swaps: &[Locked]) -> Vec<Plot> {
    let ways = Heir::ALL.into_iter().flat_map(at_each_point);
    let plot = |(swap, (point, heir)): (&Locked, _)| Plot {
        deed: Deed { step, of: swap.id },
        point,
        heir,
    };
    swaps.iter().zip(ways).map(plot).collect()
}

fn at_each_point(heir: Heir) -> impl Iterator<Item = (Point, Heir)> {
    Point::ALL.into_iter().map(move |point| (point, heir))
}

/// A chain is frozen once, with all kills on the way.
async fn freeze(devnet: &Devnet, coordinators: &mut Succession, heir: Heir) -> Result<()> {
    let deed = Deed::freeze(U256::from(devnet.chain("c")?.id()));
    let plots = at_each_point(heir).map(|(point, heir)| Plot { deed, point, heir });
    coordinators
        .through("the chain is frozen", plots, async || {
            Ok(frozen_at(devnet, "c").await? != 0)
        })
        .await
}

/// A swap, how it must end, and what must have happened to it, once each.
type Fate<'a> = (&'a Locked, End, &'static [&'static str]);

fn ended<'a>(swaps: &'a [Locked], end: End, story: &'static [&'static str]) -> Vec<Fate<'a>> {
    swaps.iter().map(|swap| (swap, end, story)).collect()
}

async fn hold(
    market: &Market<'_>,
    swaps: &[Locked],
    holds: impl Fn(&Standing) -> bool,
) -> Result<bool> {
    for swap in swaps {
        if !holds(&market.standing(swap).await?) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn wait_for_all(
    market: &Market<'_>,
    swaps: &[Locked],
    what: &str,
    holds: impl Fn(&Standing) -> bool,
) -> Result<()> {
    for swap in swaps {
        market.wait(swap, what, &holds).await?;
    }
    Ok(())
}

/// A kill that did not happen proves nothing.
fn require_every(coordinators: &Succession, kills: &[Killed]) -> Result<()> {
    let struck = coordinators.struck();
    for (step, heirs) in kills {
        for (point, heir) in heirs.iter().copied().flat_map(at_each_point) {
            let happened = struck.iter().any(|hit| {
                let Plot {
                    deed,
                    point: at,
                    heir: by,
                } = hit.plot;
                (deed.step, at, by) == (*step, point, heir)
            });
            ensure!(
                happened,
                "nobody was killed at {point:?} of {step:?} with heir {heir:?}"
            );
        }
    }
    println!("{} kills", struck.len());
    Ok(())
}

/// Requires of all swaps of a market that both relayers, side by side, regard them as over, that each step took effect once, and
/// that every unit is where it belongs.
async fn require_ends(
    market: &Market<'_>,
    coordinators: &mut Succession,
    fates: &[Fate<'_>],
    elsewhere: u64,
) -> Result<()> {
    coordinators.side_by_side()?;
    for (swap, _, _) in fates {
        for relayer in coordinators.relayers() {
            until("both know that it is over", LIMIT, async || {
                Ok(status(relayer, swap).await?["is_over"] == true)
            })
            .await?;
        }
    }
    for (swap, end, story) in fates {
        let mut happened = told(market, swap).await?;
        if *end == End::ClaimedOnL1 {
            // L1 may ask a source again, which does nothing more.
            happened.dedup();
        }
        ensure!(happened == *story, "{end:?}: {happened:?}");
    }
    let ends: Vec<_> = fates.iter().map(|(swap, end, _)| (*swap, *end)).collect();
    market.require_all_settled(&ends, elsewhere).await
}

/// What happened to a swap, in the order of the alphabet: clocks of several chains have none in common.
async fn told(market: &Market<'_>, swap: &Locked) -> Result<Vec<String>> {
    let steps = market.timeline(swap).await?;
    let mut told: Vec<String> = steps.into_iter().map(|step| step.what).collect();
    told.sort();
    Ok(told)
}
