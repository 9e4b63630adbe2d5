//! The run: swaps are locked, and in the end everybody has what the book says.

use std::time::{Duration, Instant};

use alloy::{
    primitives::{B256, U256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::SolEvent,
};
use causeway_bindings::{
    IAtomicSwap, ISwapRegistry, ITradeVenue, SwapChange, SwapPreimage, TradeAgreement,
};
use eyre::{OptionExt, Result, bail, ensure};
use fastrand::Rng;
use futures::{StreamExt, stream};
use tokio::time::{interval, sleep};

use super::{
    ends::End,
    exchange::{ERRANDS, Exchange, unit},
    faults::Faults,
    offer::{Kind, Offer, Where},
    report::Figures,
    time::Clock,
};
use crate::{
    devnet::Devnet,
    holdings::{Whereabouts, close_batches},
    soak::{
        book::{Book, Place},
        wire::{Buried, Call, Wire},
    },
    swaps::Standing,
    wait::{eventually, until},
};

/// Swaps that are locked at once, and the time from one wave to the next at least.
const WAVE: usize = 4;
const PACE: Duration = Duration::from_millis(1_500);
/// Swaps that may be open before more are locked.
const MAX_OPEN: usize = 80;
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
enum Lock {
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
    lock: Lock,
    /// Where it stood when it was over.
    last: Option<Standing>,
}

/// How a swap ended: `None` is none of the ends there may be.
pub(super) type Ends = Vec<Option<End>>;

/// A run in progress.
pub(super) struct Run<'a> {
    pub(super) exchange: Exchange<'a>,
    pub(super) clock: Clock<'a>,
    wire: Wire<Purpose>,
    random: Rng,
    opening: Book,
    pub(super) entries: Vec<Entry>,
    started: Instant,
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

    /// Locks so many swaps, as fast as others come to their end, and puts the clocks forward now and then.
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
        Ok(())
    }

    /// Locks so many swaps at once.
    pub(super) async fn lock(&mut self, count: usize, which: Where) -> Result<()> {
        for _ in 0..count {
            let offer = Offer::draw(&mut self.random, &self.exchange, which);
            self.send(offer).await?;
        }
        Ok(())
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
        self.bury().await?;
        self.clock.skip(SKIPPED).await?;
        for entry in &mut self.entries {
            entry.last = None;
        }
        let (begun, mut moved) = (Instant::now(), Instant::now());
        let mut open = self.open().await?;
        while open > 0 {
            sleep(PAUSE).await;
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
        self.withdraw().await?;
        close_batches(devnet, ERRANDS).await
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

    /// How each swap ended.
    pub(super) fn ends(&self) -> Ends {
        self.entries.iter().map(Entry::end).collect()
    }

    /// The swaps that ended otherwise than they may, in words.
    pub(super) fn wrong(&self, ends: &Ends) -> Vec<String> {
        let entries = self.entries.iter().zip(ends).enumerate();
        let wrong = entries.filter(|(_, (entry, end))| match end {
            None => true,
            Some(end) => end.is_exchange() && !entry.offer.kind.is_sound(),
        });
        wrong
            .map(|(index, (entry, _))| line(index, entry))
            .collect()
    }

    pub(super) fn still_open(&self) -> String {
        let entries = self.entries.iter().enumerate();
        let open = entries.filter(|(_, entry)| !entry.is_over());
        open.map(|(index, entry)| line(index, entry)).collect()
    }

    /// Requires that everybody has what the book says, and that every unit is accounted for.
    pub(super) async fn check_holdings(&self, ends: &Ends) -> Result<()> {
        let book = self.book(ends).await?;
        let found = self.exchange.holdings().await?;
        let differences = book.differences(&found);
        ensure!(
            differences.is_empty(),
            "the chains say something else than the book: {differences:#?}"
        );
        for token in &self.exchange.tokens {
            until("the sum holds", LIMIT, async || {
                let devnet = self.exchange.devnet;
                let found = Whereabouts::of(devnet, &token.asset(), U256::ZERO).await?;
                found.require_exact().map(|()| true)
            })
            .await?;
        }
        Ok(())
    }

    /// What everybody must have.
    async fn book(&self, ends: &Ends) -> Result<Book> {
        let mut book = self.opening.clone();
        for (entry, end) in self.entries.iter().zip(ends) {
            let offer = &entry.offer;
            let account = self.exchange.account(offer.customer);
            let place = |chain| Place { chain, account };
            let l1 = self.exchange.l1().chain_id;
            let (gave, other) = (
                place(offer.from),
                Place {
                    chain: offer.to,
                    account: offer.other_side(&self.exchange),
                },
            );
            let (given, wanted) = (unit(offer.give), unit(offer.want));
            match end {
                Some(End::ReturnedOnL1) => book.moved(given, gave, place(l1), offer.amount),
                Some(end) if end.is_exchange() => {
                    let got = match end {
                        End::ExchangedOnL1 => place(l1),
                        _ => gave,
                    };
                    book.moved(given, gave, other, offer.amount);
                    book.moved(wanted, other, got, self.returned(entry).await?);
                }
                _ => {}
            }
        }
        Ok(book)
    }

    /// What came back: as agreed, or for a pool what it gave, which is no less.
    async fn returned(&self, entry: &Entry) -> Result<u128> {
        let (Kind::Pool, Lock::Taken(id, preimage)) = (entry.offer.kind, &entry.lock) else {
            return Ok(entry.offer.returned);
        };
        let filter = Filter::new()
            .from_block(0)
            .address(self.exchange.swap)
            .event_signature(IAtomicSwap::SwapEffected::SIGNATURE_HASH)
            .topic1(*id);
        let provider = &self.exchange.place(entry.offer.to).provider;
        for log in provider.get_logs(&filter).await? {
            let effect = IAtomicSwap::SwapEffected::decode_log(&log.inner)?
                .data
                .effect;
            if effect.change == SwapChange::Executed {
                let (given, least) = (effect.returned.amount, preimage.read_payload()?);
                ensure!(given >= least.minReturned, "{id} returned {given}");
                return Ok(given.saturating_to());
            }
        }
        bail!("{id} was executed and does not say so")
    }

    /// What was counted.
    pub(super) async fn figures(&self, ends: &Ends, faults: &Faults<'_>) -> Result<Figures> {
        let kinds = self.entries.iter().map(|entry| entry.offer.kind);
        let standings = self.entries.iter().filter_map(|entry| entry.last.as_ref());
        Ok(Figures {
            tallies: kinds.zip(ends.iter().copied()).collect(),
            wrong: self.wrong(ends).len(),
            counts: faults.counts,
            skips: self.clock.skips().await,
            lost: faults.lost(),
            taken_back: self.wire.taken_back(),
            forced: standings.filter(|one| one.slot.isForced).count(),
            cancelled_by_l1: self.cancelled_by_l1().await?,
            whole: self.started.elapsed(),
        })
    }

    async fn cancelled_by_l1(&self) -> Result<usize> {
        let network = self.exchange.network();
        let filter = Filter::new()
            .from_block(0)
            .address(network.l1_contracts().swap_registry)
            .event_signature(ISwapRegistry::SwapDecided::SIGNATURE_HASH);
        let logs = network.l1_provider().get_logs(&filter).await?;
        let decided = logs
            .iter()
            .filter_map(|log| ISwapRegistry::SwapDecided::decode_log(&log.inner).ok());
        Ok(decided.filter(|event| event.byL1).count())
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

fn line(index: usize, entry: &Entry) -> String {
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
