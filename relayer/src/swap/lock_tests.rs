//! Locks over a fake chain: whatever happens between the order and its block, one key locks once.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use alloy::primitives::LogData;
use causeway_bindings::{SwapHeader, SwapOutcome};

use super::super::terms::tests::terms;
use super::*;
use crate::{
    chain::fake::{Answers, FakeChain, FakeClock, L1},
    harness::{SWAP, signer},
    model::UnixSeconds,
    send::SendSettings,
    store::{Writer, memory::MemoryStore},
};

/// A swap contract that numbers its locks.
#[derive(Default)]
pub(crate) struct Contract {
    pub(crate) locked: Mutex<u8>,
    ended: Mutex<Option<LockStatus>>,
    reverts: Mutex<(bool, bool)>,
}

impl Contract {
    fn next(&self) -> B256 {
        B256::repeat_byte(*self.locked.lock().unwrap() + 1)
    }

    pub(crate) fn lock(&self) -> (Address, LogData) {
        let id = self.next();
        *self.locked.lock().unwrap() += 1;
        let event = IAtomicSwap::SwapLocked {
            swapId: id,
            header: SwapHeader::default(),
            salt: B256::ZERO,
            payload: Bytes::new(),
        };
        (SWAP, event.encode_log_data())
    }
}

impl Answers for Contract {
    fn call(&self, request: &CallRequest, _: u64) -> Option<Result<Bytes, Bytes>> {
        if IAtomicSwap::lockCall::abi_decode(&request.data).is_ok() {
            let answer = IAtomicSwap::lockCall::abi_encode_returns(&self.next());
            return Some(Ok(answer.into()));
        }
        let asked = IAtomicSwap::lockStatusCall::abi_decode(&request.data).ok()?;
        let is_locked = asked.swapId < self.next();
        let status = if is_locked {
            self.ended.lock().unwrap().unwrap_or(LockStatus::Locked)
        } else {
            LockStatus::None
        };
        let answer = IAtomicSwap::lockStatusCall::abi_encode_returns(&status);
        Some(Ok(answer.into()))
    }

    fn balance(&self, _: Address, _: u64) -> U256 {
        U256::MAX
    }

    fn act(
        &self,
        _: Address,
        input: &[u8],
        _: UnixSeconds,
        in_block: bool,
    ) -> Option<Result<Vec<(Address, LogData)>, Bytes>> {
        IAtomicSwap::lockCall::abi_decode(input).ok()?;
        let (simulated, mined) = *self.reverts.lock().unwrap();
        if (in_block && mined) || (!in_block && simulated) {
            let error = IAtomicSwap::AtomicSwapDecided {
                swapId: B256::ZERO,
                outcome: SwapOutcome::Cancelled,
            };
            let data = alloy::sol_types::SolError::abi_encode(&error);
            return Some(Err(data.into()));
        }
        Some(Ok(if in_block {
            vec![self.lock()]
        } else {
            Vec::new()
        }))
    }
}

struct Bench {
    chain: Arc<FakeChain>,
    contract: Arc<Contract>,
    store: Arc<MemoryStore>,
    clock: Arc<FakeClock>,
}

impl Bench {
    fn new() -> Self {
        Self::with_finality(0)
    }

    fn with_finality(depth: u64) -> Self {
        let chain = Arc::new(FakeChain::new(10, depth));
        let contract = Arc::new(Contract::default());
        chain.set_answers(contract.clone());
        Self {
            chain,
            contract,
            store: Arc::new(MemoryStore::new(L1)),
            clock: Arc::new(FakeClock::new()),
        }
    }

    /// A process that starts anew, and waits for nothing.
    fn sender(&self) -> Sender {
        let settings = SendSettings::capped(u128::MAX / 4);
        Sender::new(
            self.chain.clone(),
            self.chain.clone(),
            self.store.clone(),
            self.clock.clone(),
            signer(1),
            settings,
        )
    }

    fn locker<'a>(&'a self, sender: &'a Sender) -> Locker<'a> {
        Locker {
            reader: self.chain.as_ref(),
            sender,
            store: self.store.as_ref(),
            clock: self.clock.as_ref(),
            contract: SWAP,
            patience: Duration::ZERO,
        }
    }

    async fn earlier(&self, order: &LockOrder) -> Result<Option<LockedSwap>, LockError> {
        self.locker(&self.sender()).earlier(order).await
    }

    async fn lock(&self, order: &LockOrder) -> Result<LockedSwap, LockError> {
        self.locker(&self.sender()).lock(order).await
    }

    async fn alone(&self, order: &LockOrder) -> Result<(), LockError> {
        self.locker(&self.sender()).alone(order).await
    }

    fn locks(&self) -> u8 {
        *self.contract.locked.lock().unwrap()
    }
}

fn order() -> LockOrder {
    LockOrder {
        terms: terms(),
        key: "one".to_owned(),
        salt: B256::random(),
    }
}

#[test]
fn an_order_in_debug_output_is_its_key() {
    assert_eq!(format!("{:?}", order()), r#"LockOrder { key: "one", .. }"#);
}

#[tokio::test(start_paused = true)]
async fn one_key_locks_once_and_finds_what_it_locked() {
    let bench = Bench::new();
    let order = order();
    assert_eq!(bench.earlier(&order).await.unwrap(), None);
    // It is sent, and the process goes away before its block.
    let error = bench.lock(&order).await.unwrap_err();
    assert!(matches!(error, LockError::Open { .. }), "{error}");
    let error = bench.earlier(&order).await.unwrap_err();
    assert!(matches!(error, LockError::Open { .. }), "{error}");
    bench.chain.mine();
    for _ in 0..2 {
        // Another salt is no other order.
        let again = LockOrder {
            salt: B256::random(),
            ..order.clone()
        };
        let found = bench.earlier(&again).await.unwrap().unwrap();
        assert_eq!((found.id, found.was_made), (B256::repeat_byte(1), true));
        assert!(found.tx.is_some());
    }
    let sent: BTreeSet<_> = bench.chain.broadcasts().into_iter().collect();
    assert_eq!((bench.locks(), sent.len()), (1, 1));
    let record = of_key(bench.store.as_ref(), "one").unwrap().unwrap();
    assert_eq!(record.names.uetr, Some(order.terms.uetr));
    assert_eq!((record.source, record.destination), (10, 20));
}

#[tokio::test(start_paused = true)]
async fn a_key_stands_for_one_order() {
    let bench = Bench::new();
    let mut order = order();
    bench.lock(&order).await.unwrap_err();
    order.terms.deadline += 1;
    let error = bench.earlier(&order).await.unwrap_err();
    assert!(error.to_string().contains("--key"), "{error}");
    order.key = "two".to_owned();
    assert_eq!(bench.earlier(&order).await.unwrap(), None);
    order.key = String::new();
    let error = bench.earlier(&order).await.unwrap_err();
    assert!(matches!(error, LockError::Key(_)), "{error}");
}

/// The id counts the account's locks: one that came between gives this one another id.
#[tokio::test(start_paused = true)]
async fn an_order_follows_its_lock_to_another_id() {
    let bench = Bench::new();
    let order = order();
    bench.lock(&order).await.unwrap_err();
    bench.contract.lock();
    bench.chain.mine();
    for _ in 0..2 {
        let found = bench.earlier(&order).await.unwrap().unwrap();
        assert_eq!(found.id, B256::repeat_byte(2));
    }
    assert!(bench.store.swap(B256::repeat_byte(1)).unwrap().is_none());
    assert_eq!(bench.locks(), 2);
}

/// It was killed before it could note the other id, and the account has sent a lot since.
#[tokio::test(start_paused = true)]
async fn an_order_is_found_however_much_was_sent_since() {
    let bench = Bench::new();
    let order = order();
    bench.lock(&order).await.unwrap_err();
    bench.contract.lock();
    bench.chain.mine();
    let sender = bench.sender();
    for _ in 0..300 {
        sender
            .submit(something_else(), |_| Ok(Vec::new()))
            .await
            .unwrap();
        bench.chain.mine();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let found = bench.earlier(&order).await.unwrap().unwrap();
    assert_eq!(found.id, B256::repeat_byte(2));
    assert_eq!(bench.locks(), 2, "its own, and the one that came between");
}

fn something_else() -> SendRequest {
    SendRequest {
        kind: IntentKind::ByHand {
            step: "something".to_owned(),
        },
        to: Address::repeat_byte(9),
        calldata: Bytes::new(),
        value: U256::ZERO,
        gas_limit: 21_000,
        blobs: None,
    }
}

/// The lock got another id, and a reorg takes its block back: the transaction comes again, and is still the order's.
#[tokio::test(start_paused = true)]
async fn a_reorg_after_another_id_does_not_lock_again() {
    let bench = Bench::with_finality(10);
    let order = order();
    bench.lock(&order).await.unwrap_err();
    bench.contract.lock();
    bench.chain.mine();
    let found = bench.earlier(&order).await.unwrap().unwrap();
    assert_eq!(found.id, B256::repeat_byte(2));
    bench.chain.reorg(1);
    *bench.contract.locked.lock().unwrap() = 0;
    let error = bench.earlier(&order).await.unwrap_err();
    assert!(matches!(error, LockError::Open { .. }), "{error}");
    bench.chain.mine();
    let found = bench.earlier(&order).await.unwrap().unwrap();
    assert_eq!((found.id, bench.locks()), (B256::repeat_byte(1), 1));
}

/// No node took it, so its nonce was to be filled with nothing; then a block has it after all.
#[tokio::test(start_paused = true)]
async fn an_order_that_was_given_up_may_still_be_locked() {
    let bench = Bench::new();
    let order = order();
    bench.lock(&order).await.unwrap_err();
    let sent = bench.store.intent(10, bench.sender().address(), 0);
    let mut given_up = sent.unwrap().unwrap();
    given_up.kind = given_up.kind.given_up();
    given_up.hashes.push(B256::repeat_byte(0xee));
    let given_up = Change::PutIntent(Box::new(given_up));
    bench.store.commit(vec![given_up]).unwrap();
    let error = bench.earlier(&order).await.unwrap_err();
    assert!(matches!(error, LockError::Open { .. }), "{error}");
    assert!(of_key(bench.store.as_ref(), "one").unwrap().is_some());
    bench.chain.mine();
    assert!(bench.earlier(&order).await.unwrap().is_some());
    assert_eq!(bench.locks(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_reverted_is_not_locked_again_before_that_is_final() {
    let bench = Bench::with_finality(3);
    let order = order();
    *bench.contract.reverts.lock().unwrap() = (false, true);
    bench.lock(&order).await.unwrap_err();
    bench.chain.mine();
    let error = bench.earlier(&order).await.unwrap_err();
    assert!(matches!(error, LockError::Unsettled(_)), "{error}");
    for _ in 0..3 {
        bench.chain.mine();
    }
    assert_eq!(bench.earlier(&order).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn what_reverted_can_be_locked_again() {
    let bench = Bench::new();
    let order = order();
    *bench.contract.reverts.lock().unwrap() = (true, true);
    let error = bench.lock(&order).await.unwrap_err();
    assert!(matches!(error, LockError::WouldRevert(_)), "{error}");
    assert!(bench.chain.broadcasts().is_empty());

    *bench.contract.reverts.lock().unwrap() = (false, true);
    let error = bench.lock(&order).await.unwrap_err();
    assert!(matches!(error, LockError::Open { .. }), "{error}");
    bench.chain.mine();
    assert_eq!(bench.earlier(&order).await.unwrap(), None);
    assert_eq!(of_key(bench.store.as_ref(), "one").unwrap(), None);

    *bench.contract.reverts.lock().unwrap() = (false, false);
    bench.lock(&order).await.unwrap_err();
    bench.chain.mine();
    assert!(bench.earlier(&order).await.unwrap().is_some());
    assert_eq!(bench.locks(), 1);
}

/// The same agreement under another key is no other agreement.
#[tokio::test(start_paused = true)]
async fn a_uetr_is_locked_once_whatever_the_key() {
    let bench = Bench::new();
    let first = order();
    bench.alone(&first).await.unwrap();
    bench.lock(&first).await.unwrap_err();
    let second = LockOrder {
        key: "two".to_owned(),
        ..order()
    };
    let error = bench.alone(&second).await.unwrap_err();
    assert!(matches!(error, LockError::Open { .. }), "{error}");
    bench.chain.mine();
    bench.alone(&first).await.unwrap();
    for status in [
        None,
        Some(LockStatus::Redeemed),
        Some(LockStatus::ClosedByL1),
    ] {
        *bench.contract.ended.lock().unwrap() = status;
        let error = bench.alone(&second).await.unwrap_err();
        let id = B256::repeat_byte(1);
        assert!(matches!(error, LockError::UetrTaken { id: other, .. } if other == id));
        let text = error.to_string();
        for part in [
            &format!("swap status {id}"),
            &format!("swap cancel {id}"),
            "--key 'one'",
            "a UETR of its own",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    for status in [LockStatus::Refundable, LockStatus::Refunded] {
        *bench.contract.ended.lock().unwrap() = Some(status);
        bench.alone(&second).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_uetr_is_free_once_its_lock_failed_for_good() {
    let bench = Bench::with_finality(3);
    *bench.contract.reverts.lock().unwrap() = (false, true);
    bench.lock(&order()).await.unwrap_err();
    bench.chain.mine();
    let second = LockOrder {
        key: "two".to_owned(),
        ..order()
    };
    let error = bench.alone(&second).await.unwrap_err();
    assert!(matches!(error, LockError::Unsettled(_)), "{error}");
    for _ in 0..3 {
        bench.chain.mine();
    }
    bench.alone(&second).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_uetr_is_free_once_its_order_is_over_and_not_while_it_waits() {
    let bench = Bench::new();
    let put = |stage| {
        let mut other = crate::store::samples::swap(1, stage, 0);
        other.names = order().terms.names("one".to_owned());
        other.source = 30;
        let put = vec![Change::PutSwap(Box::new(other))];
        bench.store.commit(put).unwrap();
    };
    let second = LockOrder {
        key: "two".to_owned(),
        ..order()
    };
    use crate::model::swap::SwapStage;
    for stage in [SwapStage::Accepted, SwapStage::Locked, SwapStage::Redeemed] {
        put(stage);
        let error = bench.alone(&second).await.unwrap_err();
        assert!(matches!(error, LockError::UetrTaken { .. }), "{stage}");
    }
    for stage in [SwapStage::Withdrawn, SwapStage::Refunded] {
        put(stage);
        bench.alone(&second).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_quote_is_locked_once_whatever_the_uetr() {
    let bench = Bench::new();
    bench.lock(&order()).await.unwrap_err();
    bench.chain.mine();
    let mut second = order();
    second.key = "two".to_owned();
    second.terms.uetr = Uetr::random();
    let error = bench.alone(&second).await.unwrap_err();
    assert!(matches!(error, LockError::QuoteTaken { .. }), "{error}");
    assert!(error.to_string().contains("--key 'one'"), "{error}");
    *bench.contract.ended.lock().unwrap() = Some(LockStatus::Refunded);
    bench.alone(&second).await.unwrap();
    *bench.contract.ended.lock().unwrap() = None;
    let quote = second.terms.quote.as_mut().unwrap();
    quote.nonce.0 += U256::ONE;
    bench.alone(&second).await.unwrap();
}
