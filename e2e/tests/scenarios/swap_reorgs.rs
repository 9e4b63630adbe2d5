//! L1 takes back each step of a swap right after it has happened there. Nobody has acted on it, since no block counts as
//! final that a reorg may take back; what was taken back is sent again, and every swap ends as it would have without. Each
//! step is taken back by the shallowest reorg, the deepest, and one in between.

use causeway_bindings::SwapOutcome;
use causeway_e2e::{
    clock::advance,
    config::Config,
    devnet::Devnet,
    relayer::Relayer,
    reorg::{BlockMaker, DEEPEST, Hand, patient},
    swaps::{ASKED, End, Locked, Market, Standing},
    wait::until,
};
use eyre::{Result, ensure};
use fastrand::Rng;

use crate::{
    crashes::seed,
    support::{LIMIT, devnet},
    swaps::{
        A_DAY, AN_HOUR, frozen_at, make_coin_known_on_l1, market, only_operator_c, roll_back,
        running, settle, stop,
    },
};

/// How many reorgs take each step back.
const TIMES: usize = 3;

/// A scenario between two chains, or three of which `c` may stop, and L1.
struct World<'a> {
    devnet: &'a Devnet,
    market: &'a Market<'a>,
    l1: Hand<'a>,
    random: Rng,
    /// How deep the reorgs were.
    depths: Vec<u64>,
}

/// Locked, executed, redeemed, or cancelled and refunded past the deadline: every batch is taken back.
#[tokio::test(flavor = "multi_thread")]
async fn atk18_what_live_chains_settle_is_taken_back_by_l1() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let l1 = BlockMaker::start(&devnet).await?;
    let processes = running(&devnet, "both", 0, patient).await?;
    let market = market(&devnet, "a", "b").await?;
    let mut world = World::new(&devnet, &market, &l1).await?;

    let in_time = market.lock(A_DAY).await?;
    world
        .taken_back(&in_time, "the lock", |it| it.slot.isKnown)
        .await?;
    world
        .taken_back(&in_time, "the execution", |it| {
            it.slot.outcome == SwapOutcome::Executed
        })
        .await?;
    world
        .taken_back(&in_time, "the payment", |it| it.slot.isClosed)
        .await?;

    let too_late = market.lock(AN_HOUR / 2).await?;
    advance(&devnet, AN_HOUR / 2).await?;
    world
        .taken_back(&too_late, "the lock", |it| it.slot.isKnown)
        .await?;
    world
        .taken_back(&too_late, "the cancellation", |it| {
            it.slot.outcome == SwapOutcome::Cancelled
        })
        .await?;
    world
        .taken_back(&too_late, "the refund", |it| it.slot.isClosed)
        .await?;

    world.require_steps(6)?;
    let ends = [(&in_time, End::Exchanged), (&too_late, End::Returned)];
    market.require_all_settled(&ends, 0).await?;
    stop(devnet, [processes]).await
}

/// The destination stops, is asked, frozen, and L1 cancels; then its operator returns and buries the swap.
#[tokio::test(flavor = "multi_thread")]
async fn atk18_what_l1_does_about_a_dead_destination_is_taken_back() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let l1 = BlockMaker::start(&devnet).await?;
    let mut others = running(&devnet, "both", 0, without_c).await?;
    let mut operator = running(&devnet, "operator", 1, only_c).await?;
    let market = market(&devnet, "a", "c").await?;
    settle(&devnet, "c").await?;
    operator.stop().await?;
    let mut world = World::new(&devnet, &market, &l1).await?;

    let swap = market.lock(A_DAY).await?;
    world
        .taken_back(&swap, "the lock", |it| it.slot.isKnown)
        .await?;
    advance(&devnet, AN_HOUR).await?;
    world
        .taken_back(&swap, "the order", |it| it.slot.isForced)
        .await?;
    advance(&devnet, AN_HOUR).await?;
    world.freeze_taken_back().await?;
    advance(&devnet, AN_HOUR).await?;
    world
        .taken_back(&swap, "the cancellation", |it| {
            it.slot.outcome == SwapOutcome::Cancelled
        })
        .await?;
    world
        .taken_back(&swap, "the refund", |it| it.slot.isClosed)
        .await?;
    world.require_steps(5)?;
    market.require_settled(&swap, End::ReturnedByL1, 0).await?;

    others.stop().await?;
    roll_back(&devnet, "c").await?;
    let mut world = World::new(&devnet, &market, &l1).await?;
    let mut operator = Relayer::new(&devnet, "operator", 2, only_c)?;
    operator.start()?;
    world.return_taken_back().await?;
    world.require_steps(1)?;
    let others = running(&devnet, "both", 3, without_c).await?;
    market.require_settled(&swap, End::Returned, 0).await?;
    stop(devnet, [others, operator]).await
}

/// An operator returns at the moment at which L1 cancels, and buries the swap before that is final. L1 takes it back.
#[tokio::test(flavor = "multi_thread")]
async fn atk18_what_a_chain_has_buried_already_is_taken_back() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let l1 = BlockMaker::start(&devnet).await?;
    let others = running(&devnet, "both", 0, without_c).await?;
    let mut operator = running(&devnet, "operator", 1, only_c).await?;
    let market = market(&devnet, "a", "c").await?;
    settle(&devnet, "c").await?;
    operator.stop().await?;
    let swap = market.lock(A_DAY).await?;
    market
        .wait(&swap, "L1 knows of it", |it| it.slot.isKnown)
        .await?;
    advance(&devnet, AN_HOUR).await?;
    market
        .wait(&swap, "the chain is asked", |it| it.slot.isForced)
        .await?;
    roll_back(&devnet, "c").await?;
    advance(&devnet, AN_HOUR).await?;
    until("the chain is frozen", LIMIT, async || {
        Ok(frozen_at(&devnet, "c").await? != 0)
    })
    .await?;

    let mut world = World::new(&devnet, &market, &l1).await?;
    advance(&devnet, AN_HOUR).await?;
    let is_cancelled = async || {
        let standing = market.standing(&swap).await?;
        Ok(standing.slot.outcome == SwapOutcome::Cancelled)
    };
    world.l1.until("the cancellation", is_cancelled).await?;
    let mut operator = Relayer::new(&devnet, "operator", 2, only_c)?;
    operator.start()?;
    market
        .wait(&swap, "the chain has buried it", |it| {
            it.outcome == SwapOutcome::Cancelled
        })
        .await?;
    let depth = world.random.u64(1..=DEEPEST);
    world.l1.take_newest_back(depth).await?;
    println!("what is buried: taken back by {depth} blocks");
    ensure!(
        !is_cancelled().await?,
        "{depth} blocks down, and still there"
    );
    ensure!(frozen_at(&devnet, "c").await? != 0, "the freeze stands");
    world
        .l1
        .until("the cancellation again", is_cancelled)
        .await?;
    drop(world);

    until("the chain is back", LIMIT, async || {
        Ok(frozen_at(&devnet, "c").await? == 0)
    })
    .await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Returned, 0).await?;
    stop(devnet, [others, operator]).await
}

/// The source stops once it is to pay, is asked, frozen, and L1 pays.
#[tokio::test(flavor = "multi_thread")]
async fn atk18_what_l1_does_about_a_dead_source_is_taken_back() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let l1 = BlockMaker::start(&devnet).await?;
    let others = running(&devnet, "both", 0, without_c).await?;
    let mut operator = running(&devnet, "operator", 1, only_c).await?;
    let market = market(&devnet, "c", "b").await?;
    make_coin_known_on_l1(&devnet, &market).await?;
    let mut world = World::new(&devnet, &market, &l1).await?;

    let swap = market.lock(A_DAY).await?;
    world
        .taken_back(&swap, "the lock", |it| it.slot.isKnown)
        .await?;
    operator.stop().await?;
    world
        .taken_back(&swap, "the execution", |it| {
            it.slot.outcome == SwapOutcome::Executed
        })
        .await?;
    advance(&devnet, AN_HOUR).await?;
    world.order_to_pay_taken_back(&swap).await?;
    advance(&devnet, AN_HOUR).await?;
    world.freeze_taken_back().await?;
    advance(&devnet, AN_HOUR).await?;
    world
        .taken_back(&swap, "the payment on L1", |it| it.slot.isClosed)
        .await?;

    world.require_steps(5)?;
    market.require_settled(&swap, End::ClaimedOnL1, 1).await?;
    stop(devnet, [others, operator]).await
}

impl<'a> World<'a> {
    async fn new(devnet: &'a Devnet, market: &'a Market<'a>, l1: &'a BlockMaker) -> Result<Self> {
        let seed = seed()?;
        println!("seed {seed}");
        Ok(Self {
            devnet,
            market,
            l1: l1.hold().await,
            random: Rng::with_seed(seed),
            depths: Vec::new(),
        })
    }

    /// The swap comes to stand like this, does not any more, and does again.
    async fn taken_back(
        &mut self,
        swap: &Locked,
        what: &str,
        holds: impl Fn(&Standing) -> bool,
    ) -> Result<()> {
        let stands = async || Ok(holds(&self.market.standing(swap).await?));
        self.happens_again(what, stands).await
    }

    async fn order_to_pay_taken_back(&mut self, swap: &Locked) -> Result<()> {
        let is_asked = async || {
            let steps = self.market.timeline(swap).await?;
            Ok(steps.iter().any(|step| step.what == ASKED))
        };
        self.happens_again("the order", is_asked).await
    }

    async fn freeze_taken_back(&mut self) -> Result<()> {
        let is_frozen = async || Ok(frozen_at(self.devnet, "c").await? != 0);
        self.happens_again("the freeze", is_frozen).await
    }

    async fn return_taken_back(&mut self) -> Result<()> {
        let is_back = async || Ok(frozen_at(self.devnet, "c").await? == 0);
        self.happens_again("the burial", is_back).await
    }

    async fn happens_again(
        &mut self,
        what: &str,
        mut holds: impl AsyncFnMut() -> Result<bool>,
    ) -> Result<()> {
        for depth in self.some_depths() {
            self.l1.take_back(what, depth, &mut holds).await?;
            self.depths.push(depth);
        }
        self.l1.until(&format!("{what} again"), holds).await
    }

    /// Both bounds and one in between, in any order.
    fn some_depths(&mut self) -> [u64; TIMES] {
        let mut depths = [1, self.random.u64(2..DEEPEST), DEEPEST];
        self.random.shuffle(&mut depths);
        depths
    }

    /// Lets go of L1. A reorg that did not happen proves nothing.
    fn require_steps(self, count: usize) -> Result<()> {
        let of = |depth| self.depths.iter().filter(|it| **it == depth).count();
        let found = (self.depths.len(), of(1), of(DEEPEST));
        ensure!(
            found == (TIMES * count, count, count),
            "{count} steps, and {:?}",
            self.depths
        );
        Ok(())
    }
}

fn without_c(config: Config) -> Result<Config> {
    patient(config.without("operators.c")?)
}

fn only_c(config: Config) -> Result<Config> {
    patient(only_operator_c(config)?)
}
