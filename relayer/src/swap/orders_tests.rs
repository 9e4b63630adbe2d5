//! Orders over a fake chain: one key is one lock, whoever asks how often, and whenever the process dies.

use std::sync::Mutex as StdMutex;

use alloy::signers::local::PrivateKeySigner;

use super::super::{
    checks::tests::figures as good_figures, lock::tests::Contract, proposal, terms::tests::terms,
};
use super::*;
use crate::{
    chain::fake::{FakeChain, FakeClock, GENESIS_TIME, L1},
    harness::{Fuse, FusedStore, FusedWriter, SWAP, signer},
    model::swap::{SlotPoint, SwapNames},
    send::{SendSettings, Sender},
    store::{Writer, memory::MemoryStore, samples},
};

/// Finds the same figures each time.
struct Calm(Arc<StdMutex<Figures>>);

#[async_trait]
impl Judge for Calm {
    async fn figures(&self, _: &Terms) -> Result<Figures, AssetError> {
        Ok(self.0.lock().unwrap().clone())
    }
}

/// A source, with what outlives a process.
pub(crate) struct Bench {
    pub(crate) chain: Arc<FakeChain>,
    contract: Arc<Contract>,
    pub(crate) store: Arc<MemoryStore>,
    clock: Arc<FakeClock>,
    figures: Arc<StdMutex<Figures>>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::over(Arc::new(MemoryStore::new(L1)))
    }

    pub(crate) fn over(store: Arc<MemoryStore>) -> Self {
        let chain = Arc::new(FakeChain::new(10, 0));
        let contract = Arc::new(Contract::default());
        chain.set_answers(contract.clone());
        let mut figures = good_figures();
        for now in [
            &mut figures.source.now,
            &mut figures.destination.now,
            &mut figures.l1.now,
        ] {
            *now = GENESIS_TIME;
        }
        Self {
            chain,
            contract,
            store,
            clock: Arc::new(FakeClock::new()),
            figures: Arc::new(StdMutex::new(figures)),
        }
    }

    /// A process that starts anew.
    pub(crate) fn process(&self) -> Orders {
        self.mortal(&Arc::new(Fuse::never()))
    }

    /// One that dies when the fuse blows.
    fn mortal(&self, fuse: &Arc<Fuse>) -> Orders {
        let store = Arc::new(FusedStore::new(self.store.clone(), fuse.clone()));
        let writer = Arc::new(FusedWriter {
            inner: self.chain.clone(),
            fuse: fuse.clone(),
        });
        let sender = Sender::new(
            self.chain.clone(),
            writer,
            store.clone(),
            self.clock.clone(),
            signer(1),
            SendSettings::capped(u128::MAX / 4),
        );
        let side = Side {
            reader: self.chain.clone(),
            sender: Arc::new(sender),
        };
        Orders {
            store,
            sides: BTreeMap::from([(10, side)]),
            contract: SWAP,
            judge: Box::new(Calm(self.figures.clone())),
            clock: self.clock.clone(),
            turn: Mutex::default(),
            wake: Wake::default(),
        }
    }

    pub(crate) fn locks(&self) -> u8 {
        *self.contract.locked.lock().unwrap()
    }

    fn swaps(&self) -> Vec<SwapRecord> {
        self.store.swaps(&SwapFilter::default()).unwrap()
    }
}

/// Terms that can be locked for an hour.
pub(crate) fn lockable() -> Terms {
    let mut terms = terms();
    terms.sender = signer(1).address();
    terms.given.amount = super::super::terms::Units(U256::from(7));
    terms.deadline = GENESIS_TIME + 3_600;
    if let Some(quote) = &mut terms.quote {
        quote.expiry = terms.deadline;
    }
    terms
}

fn other_uetr(mut terms: Terms) -> Terms {
    terms.uetr = Uetr::random();
    terms
}

#[tokio::test(start_paused = true)]
async fn one_key_is_one_order_and_one_lock() {
    let bench = Bench::new();
    let orders = bench.process();
    let both = tokio::join!(
        orders.accept("k", lockable()),
        orders.accept("k", lockable())
    );
    let (one, other) = (both.0.unwrap(), both.1.unwrap());
    assert_eq!(one, other);
    assert_eq!(one.stage, SwapStage::Accepted);
    assert_eq!(bench.store.orders().unwrap().len(), 1);
    assert!(bench.chain.broadcasts().is_empty(), "durable before sent");
    for _ in 0..3 {
        orders.cycle().await.unwrap();
        bench.chain.mine();
        assert_eq!(orders.accept("k", lockable()).await.unwrap().id, one.id);
    }
    assert_eq!((bench.locks(), bench.swaps().len()), (1, 1));
    let found = bench.swaps().remove(0);
    assert_eq!(found.names, lockable().names("k".to_owned()));
    assert_eq!(found.stage, SwapStage::LockIntended);

    let other = Terms {
        min_gas: 1,
        ..lockable()
    };
    let error = orders.accept("k", other).await.unwrap_err();
    assert!(
        matches!(error, OrderError::Lock(LockError::OtherOrder { .. })),
        "{error}"
    );
    let error = orders.accept("k2", lockable()).await.unwrap_err();
    assert!(matches!(error, OrderError::UetrTaken { id, .. } if id == one.id));
}

/// The process dies after each durable effect in turn; the bank repeats its request, and another process goes on.
#[tokio::test(start_paused = true)]
async fn a_process_that_dies_anywhere_locks_once() {
    let mut deaths = 0;
    for effects in 1.. {
        let bench = Bench::new();
        let fuse = Arc::new(Fuse::after(effects));
        let orders = bench.mortal(&fuse);
        let _dead = orders.accept("k", lockable()).await;
        let _dead = orders.cycle().await;
        bench.chain.mine();
        let _dead = orders.cycle().await;
        let died = fuse.blown();
        let orders = bench.process();
        orders.accept("k", lockable()).await.unwrap();
        for _ in 0..4 {
            orders.cycle().await.unwrap();
            bench.chain.mine();
            tokio::time::sleep(Duration::from_secs(20)).await;
        }
        let found = bench.swaps();
        assert_eq!((bench.locks(), found.len()), (1, 1), "after {effects}");
        assert_eq!(found[0].names.key.as_deref(), Some("k"));
        if !died {
            break;
        }
        deaths += 1;
    }
    assert!(deaths >= 3, "accepted, made, broadcast: {deaths}");
}

#[tokio::test(start_paused = true)]
async fn an_order_is_closed_once_l1_knows_its_lock() {
    let bench = Bench::new();
    let orders = bench.process();
    let id = orders.accept("k", lockable()).await.unwrap().id;
    orders.cycle().await.unwrap();
    bench.chain.mine();
    orders.cycle().await.unwrap();
    assert_eq!(bench.store.orders().unwrap().len(), 1, "a reorg may come");
    let mut known = bench.store.swap(id).unwrap().unwrap();
    let opened = samples::swap(1, SwapStage::Locked, 0).slot().cloned();
    let opened = opened.and_then(|slot| slot.opened);
    let slot = SlotPoint {
        opened,
        ..SlotPoint::default()
    };
    known.seen.slots.insert(10, slot);
    bench
        .store
        .commit(vec![Change::PutSwap(Box::new(known))])
        .unwrap();
    orders.cycle().await.unwrap();
    assert_eq!(bench.store.orders().unwrap(), []);
}

/// The account locked something else meanwhile, and the watch has seen the order's lock under its true id first.
#[tokio::test(start_paused = true)]
async fn an_order_keeps_its_names_under_another_id() {
    let bench = Bench::new();
    let orders = bench.process();
    let first = orders.accept("k", lockable()).await.unwrap();
    orders.cycle().await.unwrap();
    bench.contract.lock();
    bench.chain.mine();
    let mut seen = samples::swap(2, SwapStage::Locked, 0);
    (seen.names, seen.order) = (SwapNames::default(), None);
    seen.seen.slots.clear();
    bench
        .store
        .commit(vec![Change::PutSwap(Box::new(seen.clone()))])
        .unwrap();
    for _ in 0..2 {
        orders.cycle().await.unwrap();
    }
    let found = bench.swaps();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, &found[0].names), (seen.id, &first.names));
    assert_eq!(found[0].seen, seen.seen, "what was seen stays");
    assert_eq!(bench.store.orders().unwrap()[0].id, seen.id);
}

#[tokio::test(start_paused = true)]
async fn what_is_withdrawn_is_never_sent() {
    let bench = Bench::new();
    let orders = bench.process();
    let id = orders.accept("k", lockable()).await.unwrap().id;
    for _ in 0..2 {
        let ended = orders.withdraw(id).await.unwrap();
        assert_eq!(ended.stage, SwapStage::Withdrawn);
    }
    orders.cycle().await.unwrap();
    assert!(bench.chain.broadcasts().is_empty());
    assert_eq!(bench.store.orders().unwrap(), []);
    // The key stays that order's, and its names are free no more.
    let again = orders.accept("k", lockable()).await.unwrap();
    assert_eq!(again.stage, SwapStage::Withdrawn);
    let id = orders
        .accept("k2", other_uetr(lockable()))
        .await
        .unwrap()
        .id;
    orders.cycle().await.unwrap();
    let error = orders.withdraw(id).await.unwrap_err();
    assert!(matches!(error, WithdrawError::TooLate { .. }), "{error}");
    let missing = orders.withdraw(B256::ZERO).await.unwrap_err();
    assert!(matches!(missing, WithdrawError::Unknown(_)), "{missing}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_an_order_that_something_speaks_against() {
    let bench = Bench::new();
    let orders = bench.process();
    bench.figures.lock().unwrap().destination.has_venue = false;
    let error = orders.accept("k", lockable()).await.unwrap_err();
    assert!(
        matches!(&error, OrderError::Refused(found) if found[0].label() == "no_venue"),
        "{error}"
    );
    let foreign = Terms {
        sender: Address::with_last_byte(9),
        ..lockable()
    };
    let elsewhere = Terms {
        source: 11,
        ..lockable()
    };
    let unquoted = Terms {
        quote: None,
        ..lockable()
    };
    for terms in [foreign, elsewhere, unquoted] {
        orders.accept("k", terms).await.unwrap_err();
    }
    assert_eq!(bench.swaps(), []);
    assert_eq!(bench.store.orders().unwrap(), []);
}

/// Terms may come without their proposal; one that comes along has to fit.
#[tokio::test(start_paused = true)]
async fn terms_that_were_changed_since_they_were_proposed_are_not_taken() {
    let bench = Bench::new();
    let orders = bench.process();
    let key = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    let mut terms = lockable();
    assert_eq!(terms.sender, key.address());
    proposal::sign(&mut terms, &key).unwrap();
    let changed = Terms {
        beneficiary: Address::with_last_byte(66),
        ..terms.clone()
    };
    let error = orders.accept("k", changed).await.unwrap_err();
    assert!(
        matches!(error, OrderError::OtherProposal(account) if account == terms.sender),
        "{error}"
    );
    assert_eq!(bench.swaps(), []);
    orders.accept("k", terms).await.unwrap();
}

/// What one order is to give is not there for the next.
#[tokio::test(start_paused = true)]
async fn orders_do_not_promise_the_same_twice() {
    let bench = Bench::new();
    let orders = bench.process();
    bench.figures.lock().unwrap().source.balance = U256::from(13);
    orders.accept("k", lockable()).await.unwrap();
    let error = orders.accept("k2", other_uetr(lockable())).await;
    assert!(
        matches!(&error, Err(OrderError::Refused(found)) if found[0].label() == "balance"),
        "{error:?}"
    );
    // Its own promise does not stand in its way.
    orders.cycle().await.unwrap();
    bench.chain.mine();
    assert_eq!(bench.locks(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_order_waits_for_better_times_and_lapses_at_last() {
    let bench = Bench::new();
    let orders = bench.process();
    let id = orders.accept("k", lockable()).await.unwrap().id;
    bench.figures.lock().unwrap().l1.frozen = Some(20);
    orders.cycle().await.unwrap();
    let record = bench.store.swap(id).unwrap().unwrap();
    assert_eq!(record.stage, SwapStage::Accepted);
    let trouble = record.trouble.unwrap();
    assert!(trouble.contains("frozen chain 20"), "{trouble}");
    assert!(bench.chain.broadcasts().is_empty());

    let late = Bench::over(bench.store.clone());
    late.figures.lock().unwrap().l1.frozen = Some(20);
    for _ in 0..3_600 {
        late.chain.mine();
    }
    late.process().cycle().await.unwrap();
    let record = late.store.swap(id).unwrap().unwrap();
    assert_eq!(record.stage, SwapStage::Withdrawn);
    assert!(record.trouble.unwrap().contains("could be executed until"));
    assert_eq!(late.store.orders().unwrap(), []);
}

#[test]
fn terms_and_salt_are_not_in_debug_output() {
    let text = format!("{:?}", samples::order(1, 5));
    assert!(!text.contains("terms") && !text.contains("cccc"), "{text}");
}
