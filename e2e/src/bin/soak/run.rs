//! The run: actions are sent, what they need is done, and in the end everybody has what the book says.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use alloy::{providers::Provider, rpc::types::Filter, sol_types::SolEvent};
use causeway_bindings::{AssetKind, IAssetCustody::PausedSet};
use causeway_e2e::soak::{
    book::{Book, Difference, Place, Unit},
    chaos, now,
    wire::{BURIED, Buried, Wire},
};
use eyre::{Result, bail, ensure};
use fastrand::Rng;
use tokio::time::{interval, sleep};

use crate::{
    action::{Action, Kind},
    errands::{self, Errand, Outcome},
    world::World,
};

/// Actions that are sent at once.
const WAVE: usize = 25;
/// Time from one wave to the next at least: some blocks, so that there is something to take back.
const PACE: Duration = Duration::from_secs(1);
/// Transactions that may be on their way before more are sent.
const MAX_PENDING: usize = 500;
/// What each user gets of every divisible token on every chain, before the run.
const STAKE: u128 = 1_000_000;
const PAUSE: Duration = Duration::from_millis(300);
/// How long everything may take to settle once nothing more is sent.
const SETTLE_LIMIT: Duration = Duration::from_secs(3_600);
/// Waves between two lines of progress.
const TOLD_EVERY: usize = 10;
/// The same once nothing more is sent.
const TOLD_EVERY_SECONDS: Duration = Duration::from_secs(30);
const ETHER: Unit = Unit {
    asset: 0,
    token_id: 0,
};

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To prepare an account.
    Setup,
    /// The action with this index.
    Action(usize),
    /// The errand with this index.
    Errand(usize),
}

/// A run in progress.
pub(crate) struct Run<'a> {
    pub(crate) world: World<'a>,
    pub(crate) wire: Wire<Purpose>,
    started: Instant,
    opening: Book,
    /// What users paid for gas, in wei.
    costs: Vec<(Place, u128)>,
    actions: Vec<Action>,
    /// Whether the transaction of each action succeeded, once that is certain.
    sent: Vec<Option<bool>>,
    errands: Vec<Errand>,
    nfts: BTreeMap<Unit, Nft>,
    pub(crate) reorgs: usize,
}

/// Where a token of an ERC-721 is, or which action moves it.
#[derive(Clone, Copy)]
enum Nft {
    Resting(Place),
    Moving(usize),
}

/// How many transfers of a kind there were, and how they ended.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) sent: usize,
    pub(crate) arrived: usize,
    pub(crate) returned: usize,
}

impl<'a> Run<'a> {
    /// Gives every user a stake on every chain.
    pub(crate) async fn prepare(world: World<'a>, mut wire: Wire<Purpose>) -> Result<Self> {
        world.approve(&mut wire).await?;
        let mut run = Self {
            world,
            wire,
            started: Instant::now(),
            opening: Book::default(),
            costs: Vec::new(),
            actions: Vec::new(),
            sent: Vec::new(),
            errands: Vec::new(),
            nfts: BTreeMap::new(),
            reorgs: 0,
        };
        while run.wire.pending() > 0 {
            run.step().await?;
        }
        run.costs.clear();
        run.opening = run.world.balances().await?;
        run.find_nfts().await?;
        for stakes in run.stakes() {
            for action in stakes {
                run.act(action).await?;
            }
            run.settle().await?;
        }
        Ok(run)
    }

    /// Sends so many transfers, and takes blocks back meanwhile.
    pub(crate) async fn transfer(&mut self, count: usize, random: &mut Rng) -> Result<()> {
        let last = self.actions.len() + count;
        let mut pace = interval(PACE);
        for wave in 1.. {
            pace.tick().await;
            let rest = last - self.actions.len();
            if rest == 0 {
                break;
            }
            for _ in 0..rest.min(WAVE) {
                let action = Action::draw(random, &self.world, &self.resting());
                self.act(action).await?;
            }
            if random.bool() {
                let chain = self.world.chains[random.usize(..self.world.chains.len())];
                chaos::reorg(&self.world.provider(chain)?, random, now()).await?;
                self.reorgs += 1;
            }
            self.step().await?;
            while self.wire.pending() > MAX_PENDING {
                sleep(PAUSE).await;
                self.step().await?;
            }
            self.let_nfts_rest().await?;
            if wave % TOLD_EVERY == 0 {
                println!("{}", self.state());
            }
        }
        Ok(())
    }

    /// Waits until everybody has what the book says.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        let started = Instant::now();
        let mut told = Instant::now();
        loop {
            self.step().await?;
            let differences = self.open_differences().await?;
            if differences.as_ref().is_some_and(Vec::is_empty) {
                return self.let_nfts_rest().await;
            }
            let lines = self.lines(&differences.unwrap_or_default());
            if started.elapsed() > SETTLE_LIMIT {
                bail!(
                    "not settled within {SETTLE_LIMIT:?}: {}{lines}",
                    self.state()
                );
            }
            if told.elapsed() > TOLD_EVERY_SECONDS {
                println!("{}{lines}", self.state());
                told = Instant::now();
            }
            sleep(PAUSE).await;
        }
    }

    /// Where the chains say something else than the book; `None` as long as something is to be done for it.
    async fn open_differences(&mut self) -> Result<Option<Vec<Difference>>> {
        if self.wire.pending() > 0 || self.open_errands() > 0 {
            return Ok(None);
        }
        self.world.learn_tokens().await?;
        self.world.claim().await?;
        self.differences().await.map(Some)
    }

    /// Where the chains say something else than the book.
    pub(crate) async fn differences(&self) -> Result<Vec<Difference>> {
        Ok(self.book().differences(&self.world.balances().await?))
    }

    /// How much of a unit all users have together, by the book.
    pub(crate) fn total(&self, unit: Unit) -> i128 {
        self.book().total(unit)
    }

    /// How the transfers of each kind ended.
    pub(crate) fn tallies(&self) -> BTreeMap<Kind, Tally> {
        let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
        let outcomes = self.outcomes();
        for (index, action) in self.actions.iter().enumerate() {
            let tally = tallies.entry(action.kind).or_default();
            tally.sent += 1;
            match outcomes.get(&index) {
                _ if self.sent[index] != Some(true) => {}
                Some(Outcome::Returned) => tally.returned += 1,
                _ => tally.arrived += 1,
            }
        }
        tallies
    }

    /// Requires that every transaction of a user went through, that each call that works came once, and that nobody has
    /// stopped new transfers.
    pub(crate) async fn check(&self) -> Result<()> {
        let refused = self.sent.iter().filter(|sent| **sent != Some(true)).count();
        ensure!(
            refused == 0,
            "{refused} transfers were refused where they were sent"
        );
        for chain in &self.world.chains[1..] {
            let calls = self.actions.iter();
            let calls =
                calls.filter(|action| action.kind == Kind::WithCall && action.to.chain == *chain);
            let (calls, came) = (calls.count(), self.world.tallies.on(*chain).total().await?);
            ensure!(
                came.saturating_to::<usize>() == calls,
                "{calls} calls were sent to chain {chain}, and {came} came"
            );
        }
        for chain in &self.world.chains {
            let filter = Filter::new()
                .from_block(0)
                .address(self.world.custody(*chain)?)
                .event_signature(PausedSet::SIGNATURE_HASH);
            let stops = self.world.provider(*chain)?.get_logs(&filter).await?.len();
            ensure!(stops == 0, "new transfers were stopped on chain {chain}");
        }
        Ok(())
    }

    /// Differences in words.
    pub(crate) fn lines(&self, differences: &[Difference]) -> String {
        let line = |difference: &Difference| {
            let Difference {
                unit,
                place,
                expected,
                found,
            } = difference;
            let name = self.world.assets[unit.asset].name;
            format!(
                "\n  {name} {}, chain {}, {}: {expected} expected, {found} found",
                unit.token_id, place.chain, place.account
            )
        };
        differences.iter().map(line).collect()
    }

    /// What has to arrive on every chain first, since it says what the token is, and what may follow.
    fn stakes(&self) -> [Vec<Action>; 2] {
        let [mut first, mut then] = [vec![], vec![]];
        for (asset, kept) in self.world.assets.iter().enumerate() {
            if kept.is_ether() {
                continue;
            }
            let chains = self.world.chains.iter();
            for chain in chains.filter(|chain| **chain != kept.home()) {
                let mut stakes = self.stakes_on(asset, *chain).into_iter();
                first.extend(stakes.next());
                then.extend(stakes);
            }
        }
        [first, then]
    }

    /// One token of an ERC-721, and something of everything else for every user.
    fn stakes_on(&self, asset: usize, chain: u64) -> Vec<Action> {
        let kept = &self.world.assets[asset];
        if kept.asset.kind == AssetKind::NonFungible {
            let place = self.world.chains.iter().position(|other| *other == chain);
            let nft = self.resting().get(place.unwrap_or_default()).copied();
            let send =
                |(unit, from)| Action::to(&self.world, unit, 1, from, Place { chain, ..from });
            return nft.map(send).into_iter().collect();
        }
        let mut stakes = Vec::new();
        for account in self.world.users.iter().copied() {
            let place = |chain| Place { chain, account };
            let (from, to) = (place(kept.home()), place(chain));
            stakes.extend(kept.token_ids.iter().map(|token_id| {
                let token_id = *token_id;
                Action::to(&self.world, Unit { asset, token_id }, STAKE, from, to)
            }));
        }
        stakes
    }

    async fn act(&mut self, action: Action) -> Result<()> {
        let index = self.actions.len();
        let call = action.call(&self.world)?;
        let Place { chain, account } = action.from;
        self.wire
            .send(Purpose::Action(index), chain, account, call)
            .await?;
        if let Some(nft) = self.nfts.get_mut(&action.unit) {
            *nft = Nft::Moving(index);
        }
        self.actions.push(action);
        self.sent.push(None);
        Ok(())
    }

    /// Looks after everything once.
    async fn step(&mut self) -> Result<()> {
        for buried in self.wire.look().await {
            self.note(buried).await?;
        }
        errands::run(&self.world, &mut self.wire, &mut self.errands).await
    }

    async fn note(&mut self, buried: Buried<Purpose>) -> Result<()> {
        if buried.sender != self.world.errands {
            let (chain, account) = (buried.chain, buried.sender);
            self.costs.push((Place { chain, account }, buried.cost));
        }
        match buried.purpose {
            Purpose::Setup => ensure!(buried.succeeded, "{} reverts", buried.hash),
            Purpose::Errand(index) => self.errands[index].done(buried.succeeded),
            Purpose::Action(index) => {
                self.sent[index] = Some(buried.succeeded);
                if buried.succeeded {
                    let action = &self.actions[index];
                    let errand = Errand::of(&self.world, index, action, buried.hash).await?;
                    self.errands.extend(errand);
                }
            }
        }
        Ok(())
    }

    fn outcomes(&self) -> BTreeMap<usize, Outcome> {
        let known = self.errands.iter();
        let known = known.filter_map(|errand| Some((errand.action, errand.outcome()?)));
        known.collect()
    }

    fn open_errands(&self) -> usize {
        let open = self.errands.iter();
        open.filter(|errand| errand.outcome().is_none()).count()
    }

    /// What everybody must have, once all errands are over.
    fn book(&self) -> Book {
        let mut book = self.opening.clone();
        for (place, cost) in &self.costs {
            book.spent(ETHER, *place, *cost);
        }
        let outcomes = self.outcomes();
        for (index, action) in self.actions.iter().enumerate() {
            let is_back = outcomes.get(&index) == Some(&Outcome::Returned);
            if self.sent[index] == Some(true) && !is_back {
                let to = self.world.heir(action.to);
                book.moved(action.unit, action.from, to, action.amount);
            }
        }
        book
    }

    fn resting(&self) -> Vec<(Unit, Place)> {
        let nfts = self.nfts.iter();
        let resting = nfts.filter_map(|(unit, nft)| match nft {
            Nft::Resting(place) => Some((*unit, *place)),
            Nft::Moving(_) => None,
        });
        resting.collect()
    }

    async fn find_nfts(&mut self) -> Result<()> {
        let units: Vec<Unit> = self.world.units().collect();
        for unit in units {
            let kept = &self.world.assets[unit.asset];
            if kept.asset.kind != AssetKind::NonFungible {
                continue;
            }
            let chain = kept.home();
            if let Some(account) = self.world.owner(unit, chain, 0).await? {
                self.nfts
                    .insert(unit, Nft::Resting(Place { chain, account }));
            }
        }
        Ok(())
    }

    /// A token can be sent on once it has arrived in a block that nothing takes back.
    async fn let_nfts_rest(&mut self) -> Result<()> {
        for (unit, nft) in &mut self.nfts {
            let Nft::Moving(index) = *nft else { continue };
            let Action { from, to, .. } = self.actions[index];
            let owner = self.world.owner(*unit, to.chain, BURIED).await?;
            if self.sent[index] == Some(false) {
                *nft = Nft::Resting(from);
            } else if owner == Some(to.account) {
                *nft = Nft::Resting(to);
            }
        }
        Ok(())
    }

    fn state(&self) -> String {
        format!(
            "{:>6.0} s: {} transfers sent, {} transactions and {} errands open, {} reorgs",
            self.started.elapsed().as_secs_f64(),
            self.actions.len(),
            self.wire.pending(),
            self.open_errands(),
            self.reorgs
        )
    }
}
