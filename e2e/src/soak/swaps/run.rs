//! The run: swaps are locked, and in the end everybody has what the book says.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use alloy::primitives::{B256, U256};
use causeway_bindings::{IAtomicSwap, ISwapRegistry, ITradeVenue, SwapPreimage, TradeAgreement};
use eyre::{OptionExt, Result, bail, ensure};
use fastrand::Rng;
use futures::{StreamExt, stream};
use tokio::time::{interval, sleep};

use super::{
    ends::End,
    exchange::{ERRANDS, Exchange},
    offer::{Deck, Kind, Offer, Where},
    time::Clock,
};
use crate::{
    devnet::Devnet,
    holdings::close_batches,
    soak::{
        book::Book,
        wire::{Buried, Call, Wire},
    },
    swaps::Standing,
    wait::eventually,
};

/// Swaps that are locked at once, and the time from one wave to the next at least.
const WAVE: usize = 6;
const PACE: Duration = Duration::from_millis(1_500);
/// Swaps that may be open before more are locked.
const MAX_OPEN: usize = 300;
/// One wave in so many puts the clocks past the deadlines that are near.
const SKIPS: usize = 12;
/// Seconds that are skipped: more than the shortest life of a swap.
const SKIPPED: u64 = 1_000;
const PAUSE: Duration = Duration::from_millis(500);
const AT_ONCE: usize = 16;
/// How long nothing may come to its end before the clocks are put forward again, and how long all may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LIMIT: Duration = Duration::from_secs(1_500);
/// How long a chain may take to answer.
const ANSWER: Duration = Duration::from_secs(30);
const TOLD_EVERY: Duration = Duration::from_secs(30);

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To prepare the run.
    Setup,
    /// A bank locks its side of this swap.
    Agreement(usize),
    /// A customer locks its side of this swap.
    Lock(usize),
    /// A bank gets its side of this swap back.
    Withdrawal,
}

/// The customer's side of a swap.
#[derive(Clone, Debug)]
pub(super) enum Lock {
    Sent,
    Refused,
    Taken(B256, Box<SwapPreimage>),
}

/// A swap of the run.
pub(super) struct Entry {
    pub(super) offer: Offer,
    agreement: TradeAgreement,
    /// Whether the bank's side is locked.
    is_agreed: bool,
    pub(super) lock: Lock,
    /// Where it stood when it was over.
    pub(super) last: Option<Standing>,
}

/// How a swap ended: `None` is none of the ends there may be.
pub(super) type Ends = Vec<Option<End>>;

/// A run in progress.
pub(super) struct Run<'a> {
    pub(super) exchange: Exchange<'a>,
    pub(super) clock: Clock<'a>,
    pub(super) wire: Wire<Purpose>,
    random: Rng,
    deck: Deck,
    pub(super) opening: Book,
    pub(super) entries: Vec<Entry>,
    pub(super) started: Instant,
    told: Instant,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        exchange: Exchange<'a>,
        wire: Wire<Purpose>,
        random: Rng,
        clock: Clock<'a>,
    ) -> Self {
        Self {
            exchange,
            clock,
            wire,
            random,
            deck: Deck::default(),
            opening: Book::default(),
            entries: Vec::new(),
            started: Instant::now(),
            told: Instant::now(),
        }
    }

    /// Gives everybody something to trade with, and lets L1 know the assets if it may have to pay them.
    pub(super) async fn prepare(&mut self, l1_may_pay: bool) -> Result<()> {
        self.exchange.issue().await?;
        if l1_may_pay {
            self.exchange.tell_l1().await?;
        }
        self.exchange.send_stakes(&mut self.wire).await?;
        self.bury().await?;
        self.exchange.open(&mut self.wire).await?;
        self.bury().await?;
        self.opening = self.exchange.holdings().await?;
        println!("everybody has a stake of everything on every chain");
        self.started = Instant::now();
        Ok(())
    }

    /// Locks so many swaps, as fast as others come to their end, and puts the clocks forward now and then, until most
    /// of them are over.
    pub(super) async fn trade(&mut self, count: usize, which: Where) -> Result<()> {
        let mut left = count;
        let mut pace = interval(PACE);
        while left > 0 {
            pace.tick().await;
            let wave = left.min(WAVE);
            self.lock(wave, which).await?;
            left -= wave;
            if self.random.usize(..SKIPS) == 0 {
                self.clock.skip(SKIPPED).await?;
            }
            self.look().await?;
            while self.open().await? > MAX_OPEN {
                sleep(PAUSE).await;
            }
            self.tell().await;
        }
        self.settle_down(count / 4).await
    }

    /// Locks so many swaps at once.
    pub(super) async fn lock(&mut self, count: usize, which: Where) -> Result<()> {
        for _ in 0..count {
            let offer = Offer::draw(&mut self.random, &mut self.deck, &self.exchange, which);
            self.send(offer).await?;
        }
        Ok(())
    }

    /// Locks one more of each kind that no chain has taken so far: faults may have kept each of a rare one beyond its deadline.
    async fn lock_each_kind(&mut self) -> Result<()> {
        self.bury().await?;
        let taken = self.kinds();
        for kind in Kind::ALL.into_iter().filter(|kind| !taken.contains(kind)) {
            let offer = Offer::of(kind, &mut self.random, &self.exchange.chains);
            self.send(offer).await?;
        }
        self.bury().await
    }

    async fn send(&mut self, offer: Offer) -> Result<()> {
        let index = self.entries.len();
        let deadline = self.clock.hold().await.seconds() + offer.life;
        let agreement = self.exchange.agreement(&offer, deadline);
        // A chain under a reorg gives all sorts of answers.
        let call = eventually("a lock", ANSWER, async || {
            let call = self.exchange.lock(&offer, &agreement, deadline);
            call.await.map(Some)
        });
        let call = call.await?;
        if offer.is_two_sided() {
            let bank = self.exchange.account(offer.bank);
            let agreed = ITradeVenue::lockCall {
                agreement: agreement.clone(),
            };
            let agreed = Call::new(self.exchange.trade_venue(offer.to), &agreed);
            self.wire
                .send(Purpose::Agreement(index), offer.to, bank, agreed)
                .await?;
        }
        let customer = self.exchange.account(offer.customer);
        self.wire
            .send(Purpose::Lock(index), offer.from, customer, call)
            .await?;
        self.entries.push(Entry {
            offer,
            agreement,
            is_agreed: false,
            lock: Lock::Sent,
            last: None,
        });
        Ok(())
    }

    /// Waits until no reorg of the run takes back what was sent.
    pub(super) async fn bury(&mut self) -> Result<()> {
        while self.wire.pending() > 0 {
            self.look().await?;
            sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn look(&mut self) -> Result<()> {
        let buried = self.wire.look().await;
        buried.into_iter().try_for_each(|buried| self.note(buried))
    }

    fn note(&mut self, buried: Buried<Purpose>) -> Result<()> {
        match buried.purpose {
            Purpose::Setup | Purpose::Withdrawal => {
                ensure!(buried.succeeded, "{} reverts", buried.hash);
            }
            Purpose::Agreement(index) => self.entries[index].is_agreed = buried.succeeded,
            Purpose::Lock(index) if buried.succeeded => {
                let event = buried.receipt.decoded_log::<IAtomicSwap::SwapLocked>();
                let event = event.ok_or_eyre("a lock says so")?.data;
                let preimage = SwapPreimage {
                    header: event.header,
                    salt: event.salt,
                    payload: event.payload,
                };
                self.entries[index].lock = Lock::Taken(event.swapId, Box::new(preimage));
            }
            Purpose::Lock(index) => self.entries[index].lock = Lock::Refused,
        }
        Ok(())
    }

    /// Looks at all that are not over, and says how many those are.
    pub(super) async fn open(&mut self) -> Result<usize> {
        let open = self.entries.iter().enumerate();
        let open = open.filter(|(_, entry)| !entry.is_over());
        let looks = stream::iter(open).map(async |(index, entry): (usize, &Entry)| {
            let Lock::Taken(id, _) = &entry.lock else {
                return (index, None);
            };
            // A chain under a reorg gives all sorts of answers; the next look asks again.
            (index, self.standing(&entry.offer, *id).await.ok())
        });
        let looks: Vec<_> = looks.buffer_unordered(AT_ONCE).collect().await;
        for (index, standing) in looks {
            self.entries[index].last = standing;
        }
        Ok(self.entries.iter().filter(|entry| !entry.is_over()).count())
    }

    async fn standing(&self, offer: &Offer, id: B256) -> Result<Standing> {
        let source = U256::from(offer.from);
        let network = self.exchange.network();
        let registry =
            ISwapRegistry::new(network.l1_contracts().swap_registry, network.l1_provider());
        let swap = self.exchange.swap;
        let here = IAtomicSwap::new(swap, &self.exchange.place(offer.from).provider);
        let there = IAtomicSwap::new(swap, &self.exchange.place(offer.to).provider);
        Ok(Standing {
            lock: here.lockStatus(id).call().await?,
            outcome: there.outcomeOf(source, id).call().await?,
            slot: registry.slotOf(source, id).call().await?,
        })
    }

    /// Waits until every swap has ended. Nothing goes wrong any more but time, which passes.
    pub(super) async fn finish(&mut self, devnet: &Devnet) -> Result<()> {
        self.lock_each_kind().await?;
        self.clock.skip(SKIPPED).await?;
        for entry in &mut self.entries {
            entry.last = None;
        }
        self.settle_down(0).await?;
        self.withdraw().await?;
        close_batches(devnet, ERRANDS).await
    }

    /// Waits until no more than so many swaps are open, and puts the clocks forward where nothing else helps.
    pub(super) async fn settle_down(&mut self, most: usize) -> Result<()> {
        let (begun, mut moved) = (Instant::now(), Instant::now());
        let mut open = self.open().await?;
        while open > most {
            sleep(PAUSE).await;
            self.look().await?;
            let now = self.open().await?;
            if now < open {
                moved = Instant::now();
            } else if moved.elapsed() > PATIENCE {
                self.clock.skip(SKIPPED).await?;
                moved = Instant::now();
            }
            open = now;
            if begun.elapsed() > LIMIT {
                bail!("not all over within {LIMIT:?}:{}", self.still_open());
            }
            self.tell().await;
        }
        Ok(())
    }

    /// Pays banks back whose swaps were not executed.
    async fn withdraw(&mut self) -> Result<()> {
        let mut sent = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.is_agreed) {
            if entry.end().is_some_and(End::is_exchange) {
                continue;
            }
            let agreement = entry.agreement.clone();
            let venue = self.exchange.trade_venue(entry.offer.to);
            let call = match &entry.lock {
                Lock::Taken(_, preimage) => {
                    let preimage = *preimage.clone();
                    Call::new(
                        venue,
                        &ITradeVenue::withdrawCancelledCall {
                            agreement,
                            preimage,
                        },
                    )
                }
                _ => Call::new(venue, &ITradeVenue::withdrawCall { agreement }),
            };
            sent.push((entry.offer.to, call));
        }
        let errands = self.exchange.account(ERRANDS);
        for (chain, call) in sent {
            self.wire
                .send(Purpose::Withdrawal, chain, errands, call)
                .await?;
        }
        self.bury().await
    }

    /// The kinds of those that were locked.
    pub(super) fn kinds(&self) -> BTreeSet<Kind> {
        let entries = self.entries.iter();
        let taken = entries.filter(|entry| matches!(entry.lock, Lock::Taken(..)));
        taken.map(|entry| entry.offer.kind).collect()
    }

    /// How each swap ended.
    pub(super) fn ends(&self) -> Ends {
        self.entries.iter().map(Entry::end).collect()
    }

    pub(super) fn still_open(&self) -> String {
        let entries = self.entries.iter().enumerate();
        let open = entries.filter(|(_, entry)| !entry.is_over());
        open.map(|(index, entry)| line(index, entry)).collect()
    }

    /// Whether the end of every swap that this chain is part of no longer depends on it: what L1 has paid out, or can
    /// only pay once the chain is back, since the chain is the home of it.
    pub(super) async fn are_free_of(&mut self, chain: u64) -> Result<bool> {
        self.open().await?;
        let home = self.exchange.chains.iter().position(|id| *id == chain);
        let waits = self.entries.iter().filter(|entry| {
            let Some(standing) = &entry.last else {
                return false;
            };
            let is_known = standing.slot.isKnown && !standing.slot.isClosed;
            let at_home = [entry.offer.give, entry.offer.want]
                .into_iter()
                .any(|asset| Some(asset) == home);
            let by_source = entry.offer.from == chain && !at_home;
            is_known && (entry.offer.to == chain || by_source)
        });
        Ok(waits.count() == 0)
    }

    async fn tell(&mut self) {
        if self.told.elapsed() < TOLD_EVERY {
            return;
        }
        self.told = Instant::now();
        let over = self.entries.iter().filter(|entry| entry.is_over()).count();
        println!(
            "{:>6.0} s: {} swaps locked, {over} over, clocks put forward {} times",
            self.started.elapsed().as_secs_f64(),
            self.entries.len(),
            self.clock.skips().await
        );
    }
}

impl Entry {
    fn end(&self) -> Option<End> {
        match self.lock {
            Lock::Refused => Some(End::NeverLocked),
            _ => self.last.as_ref().and_then(End::of),
        }
    }

    fn is_over(&self) -> bool {
        self.end().is_some()
    }
}

pub(super) fn line(index: usize, entry: &Entry) -> String {
    let Entry {
        offer, lock, last, ..
    } = entry;
    let id = match lock {
        Lock::Taken(id, _) => id.to_string(),
        other => format!("{other:?}"),
    };
    let Offer { kind, from, to, .. } = offer;
    format!("\n  {index}: {id} from {from} to {to}, {kind:?}: {last:?}")
}
