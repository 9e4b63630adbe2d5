use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use alloy::primitives::{Address, B256};
use proptest::prelude::*;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::*;
use crate::model::swap::{SwapName, SwapStage};
use crate::model::{IntentState, Stage};
use crate::store::memory::MemoryStore;
use crate::store::{Change, MessageFilter, Reader, SwapFilter, Writer, samples};

const L1: ChainId = 1;

fn store() -> (tempfile::TempDir, DiskStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = DiskStore::open(directory.path(), L1).unwrap();
    (directory, store)
}

#[test]
fn nobody_but_its_owner_may_look_into_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("relayer/by-hand");
    let _store = DiskStore::open(&place, L1).unwrap();
    let mode = std::fs::metadata(&place).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_second_opening_is_refused_while_the_store_is_in_use() {
    let (directory, store) = store();
    let second = DiskStore::open(directory.path(), L1).err().unwrap();
    assert!(matches!(second, StoreError::Locked { .. }), "{second}");
    assert!(
        second.to_string().contains("is in use by another process"),
        "{second}"
    );
    assert!(matches!(
        StoreSnapshot::open(directory.path()).err(),
        Some(StoreError::Locked { .. })
    ));
    drop(store);
    assert!(StoreSnapshot::open(directory.path()).is_ok());
}

#[test]
fn a_store_of_another_format_is_refused() {
    let (directory, store) = store();
    let transaction = store.database.begin_write().unwrap();
    transaction
        .open_table(tables::META)
        .unwrap()
        .insert(tables::META_FORMAT, FORMAT + 1)
        .unwrap();
    transaction.commit().unwrap();
    drop(store);
    for error in [
        DiskStore::open(directory.path(), L1).err(),
        StoreSnapshot::open(directory.path()).err(),
    ] {
        let Some(StoreError::WrongFormat {
            found, expected, ..
        }) = error
        else {
            panic!("{error:?}")
        };
        assert_eq!((found, expected), (FORMAT + 1, FORMAT));
    }
}

/// A store that was made before there were swaps goes on, with what it has.
#[test]
fn an_older_store_gets_the_tables_of_swaps() {
    let (directory, store) = store();
    let message = samples::message(1, 10, 20, Stage::Seen, 5);
    store
        .commit(vec![Change::PutMessage(Box::new(message.clone()))])
        .unwrap();
    let transaction = store.database.begin_write().unwrap();
    transaction.delete_table(tables::SWAPS).unwrap();
    transaction.delete_table(tables::SWAP_NAMES).unwrap();
    transaction.delete_table(tables::DUE_SWAPS).unwrap();
    transaction.delete_table(tables::ORDERS).unwrap();
    transaction.commit().unwrap();
    drop(store);
    let store = DiskStore::open(directory.path(), L1).unwrap();
    assert_eq!(store.message(message.id).unwrap(), Some(message));
    assert_eq!(store.swaps(&SwapFilter::default()).unwrap(), []);
    assert_eq!(store.orders().unwrap(), []);
}

#[test]
fn a_store_of_another_network_is_refused() {
    let (directory, store) = store();
    drop(store);
    let error = DiskStore::open(directory.path(), 5).err().unwrap();
    assert!(
        matches!(
            error,
            StoreError::WrongNetwork {
                found: L1,
                expected: 5,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(DiskStore::open(directory.path(), L1).unwrap().l1(), L1);
}

#[test]
fn a_missing_store_and_an_unusable_directory_are_named() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(
        StoreSnapshot::open(directory.path()).err(),
        Some(StoreError::Missing { .. })
    ));
    let file = directory.path().join("file");
    std::fs::write(&file, b"").unwrap();
    assert!(matches!(
        DiskStore::open(&file, L1).err(),
        Some(StoreError::Unopenable { .. })
    ));
}

/// A disk that is full from a moment on.
#[derive(Debug)]
struct Disk {
    inner: InMemoryBackend,
    full: Arc<AtomicBool>,
}

impl Disk {
    fn room(&self) -> std::io::Result<()> {
        if self.full.load(Ordering::SeqCst) {
            Err(ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> std::io::Result<u64> {
        self.inner.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        self.inner.read(offset, out)
    }
    fn set_len(&self, len: u64) -> std::io::Result<()> {
        self.room()?;
        self.inner.set_len(len)
    }
    fn sync_data(&self) -> std::io::Result<()> {
        self.inner.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> std::io::Result<()> {
        self.room()?;
        self.inner.write(offset, data)
    }
}

#[test]
fn a_full_disk_is_said_plainly() {
    let full = Arc::new(AtomicBool::new(false));
    let disk = Disk {
        inner: InMemoryBackend::new(),
        full: Arc::clone(&full),
    };
    let database = redb::Builder::new().create_with_backend(disk).unwrap();
    let store = DiskStore::prepare(database, Place("/data/causeway.redb".into()), L1).unwrap();
    store
        .commit(vec![Change::PutBlock(2, samples::block(1))])
        .unwrap();
    full.store(true, Ordering::SeqCst);
    let leaves = (0..50_000).map(|index| samples::leaf(1, index)).collect();
    let error = store
        .commit(vec![Change::PutLeaves(2, leaves)])
        .unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
    assert!(
        error.to_string().contains("no space left on the disk"),
        "{error}"
    );
}

#[test]
fn counts_and_queue_follow_a_message() {
    let (_directory, store) = store();
    store
        .commit(vec![Change::PutMessage(Box::new(samples::message(
            1,
            10,
            20,
            Stage::Seen,
            5,
        )))])
        .unwrap();
    store
        .commit(vec![Change::PutMessage(Box::new(samples::message(
            1,
            10,
            20,
            Stage::Rooted,
            6,
        )))])
        .unwrap();
    assert_eq!(
        store.stage_counts().unwrap(),
        vec![((10, 20, Stage::Rooted), 1)]
    );
    assert_eq!(
        store.queue(20, Stage::Seen, 10).unwrap(),
        Vec::<B256>::new()
    );
    assert_eq!(
        store.queue(20, Stage::Rooted, 10).unwrap(),
        vec![B256::repeat_byte(1)]
    );
}

#[test]
fn forgotten_blocks_leave_one_to_walk_back_to() {
    let (_directory, store) = store();
    let put = |chain, number| Change::PutBlock(chain, samples::block(number));
    store
        .commit(vec![put(2, 1), put(2, 4), put(2, 9), put(3, 1)])
        .unwrap();
    store.commit(vec![Change::ForgetBlocks(2, 7)]).unwrap();
    assert_eq!(store.block_at_or_below(2, 3).unwrap(), None);
    assert_eq!(
        store.block_at_or_below(2, 8).unwrap(),
        Some(samples::block(4))
    );
    assert_eq!(
        store.block_at_or_below(3, 8).unwrap(),
        Some(samples::block(1))
    );
    assert_eq!(store.cursor(2).unwrap(), Some(samples::block(9)));
}

#[test]
fn a_transaction_sees_the_commit_before_it_and_an_error_writes_nothing() {
    let (_directory, store) = store();
    store
        .commit(vec![Change::PutMessage(Box::new(samples::message(
            1,
            10,
            20,
            Stage::Seen,
            5,
        )))])
        .unwrap();
    store
        .transact(&mut |reader| {
            let mut message = reader.message(B256::repeat_byte(1))?.unwrap();
            message.stage = Stage::Rooted;
            Ok(vec![Change::PutMessage(Box::new(message))])
        })
        .unwrap();
    let refused = store.transact(&mut |reader| {
        assert_eq!(
            reader.queue(20, Stage::Rooted, 1)?,
            vec![B256::repeat_byte(1)]
        );
        Err(StoreError::Missing {
            path: "test".into(),
        })
    });
    assert!(refused.is_err());
    store.transact(&mut |_| Ok(Vec::new())).unwrap();
    assert_eq!(
        store.stage_counts().unwrap(),
        vec![((10, 20, Stage::Rooted), 1)]
    );
}

fn change() -> impl Strategy<Value = Change> {
    let number = 0..6u64;
    let chain = 1..4u64;
    let stage = (0..Stage::ALL.len()).prop_map(|index| Stage::ALL[index]);
    let state = prop_oneof![
        Just(IntentState::Pending),
        Just(IntentState::Included {
            block: 1,
            hash: B256::ZERO,
            success: true
        }),
        Just(IntentState::Final { success: false }),
        Just(IntentState::Replaced),
    ];
    prop_oneof![
        (0..5u8, chain.clone(), chain.clone(), stage, number.clone()).prop_map(
            |(id, from, to, stage, since)| {
                Change::PutMessage(Box::new(samples::message(id, from, to, stage, since)))
            }
        ),
        (
            chain.clone(),
            prop::collection::vec((number.clone(), number.clone()), 0..4)
        )
            .prop_map(|(chain, leaves)| {
                Change::PutLeaves(
                    chain,
                    leaves
                        .into_iter()
                        .map(|(block, index)| samples::leaf(block, index))
                        .collect(),
                )
            }),
        (chain.clone(), number.clone())
            .prop_map(|(chain, block)| Change::PutBlock(chain, samples::block(block))),
        (chain.clone(), prop_oneof![number.clone(), Just(u64::MAX)])
            .prop_map(|(chain, block)| Change::DropAbove(chain, block)),
        (chain.clone(), number.clone())
            .prop_map(|(chain, below)| Change::ForgetBlocks(chain, below)),
        (chain.clone(), 0..5u8, number.clone()).prop_map(
            |(chain, id, block)| Change::PutExecution(samples::execution(chain, id, block))
        ),
        (number.clone(), chain.clone(), number.clone()).prop_map(|(position, chain, block)| {
            Change::PutAppend(position, samples::append(chain, 1, block))
        }),
        (
            chain.clone(),
            number.clone(),
            number.clone(),
            number.clone(),
            number.clone()
        )
            .prop_map(
                |(chain, n, first, last, at)| Change::PutBatch(samples::batch(
                    chain, n, first, last, at
                ))
            ),
        (chain.clone(), number.clone(), number.clone()).prop_map(|(chain, l1_block, at)| {
            Change::PutImport(samples::import(chain, l1_block, at))
        }),
        (chain.clone(), 0..5u8, number.clone()).prop_map(|(chain, id, due)| Change::PutErrand(
            Box::new(samples::errand(chain, id, due))
        )),
        (chain.clone(), 0..5u8)
            .prop_map(|(chain, id)| Change::DropErrand(chain, B256::repeat_byte(id))),
        (0..5u8, 0..SwapStage::ALL.len(), number.clone()).prop_map(|(id, stage, due)| {
            Change::PutSwap(Box::new(samples::swap(id, SwapStage::ALL[stage], due)))
        }),
        (0..5u8).prop_map(|id| Change::DropSwap(B256::repeat_byte(id))),
        (0..5u8, number.clone())
            .prop_map(|(id, at)| { Change::PutOrder(Box::new(samples::order(id, at))) }),
        (0..5u8).prop_map(|id| Change::DropOrder(B256::repeat_byte(id))),
        (chain, 1..3u8, number, state).prop_map(|(chain, signer, nonce, state)| Change::PutIntent(
            Box::new(samples::intent(chain, signer, nonce, state))
        )),
    ]
}

fn observe_swaps(store: &dyn Reader) -> Vec<String> {
    let named = |names: Vec<SwapName>| SwapFilter {
        names,
        ..SwapFilter::default()
    };
    let names = samples::swap(1, SwapStage::Locked, 0).all_names();
    let filters = [
        SwapFilter::default(),
        SwapFilter {
            stage: Some(SwapStage::Locked),
            after: Some(B256::repeat_byte(0)),
            limit: 2,
            ..SwapFilter::default()
        },
        SwapFilter {
            after: Some(B256::repeat_byte(1)),
            limit: 1,
            ..named(names[1..2].to_vec())
        },
        named(names[..1].to_vec()),
        named(names[1..2].to_vec()),
        named(names),
    ];
    let listed = filters
        .iter()
        .map(|filter| format!("{:?}", store.swaps(filter).unwrap()));
    let each = (0..5).map(|id| format!("{:?}", store.swap(B256::repeat_byte(id)).unwrap()));
    let due = [0, 3, u64::MAX].map(|now| format!("{:?}", store.due_swaps(now, 2).unwrap()));
    let counts = format!("{:?}", store.swap_counts().unwrap());
    let order = format!("{:?}", store.order(B256::repeat_byte(1)).unwrap());
    let orders = format!("{:?}", store.orders().unwrap());
    let rest = [counts, order, orders];
    listed.chain(each).chain(due).chain(rest).collect()
}

/// Everything that can be read, over the values that `change` uses.
fn observe(store: &dyn Reader) -> Vec<String> {
    let mut seen = vec![format!("{:?}", store.stage_counts().unwrap())];
    let filters = [
        MessageFilter::default(),
        MessageFilter {
            stage: Some(Stage::Seen),
            ..MessageFilter::default()
        },
        MessageFilter {
            stage: Some(Stage::Held),
            source: Some(2),
            after: Some(B256::repeat_byte(0)),
            limit: 2,
            ..MessageFilter::default()
        },
        MessageFilter {
            source: Some(1),
            after: Some(B256::repeat_byte(1)),
            limit: 2,
            ..MessageFilter::default()
        },
        MessageFilter {
            destination: Some(2),
            limit: 1,
            ..MessageFilter::default()
        },
    ];
    seen.extend(
        filters
            .iter()
            .map(|filter| format!("{:?}", store.messages(filter).unwrap())),
    );
    seen.extend((0..5).map(|id| format!("{:?}", store.message(B256::repeat_byte(id)).unwrap())));
    seen.extend((0..5).map(|id| format!("{:?}", store.execution(B256::repeat_byte(id)).unwrap())));
    seen.extend((0..5).map(|id| format!("{:?}", store.execution(B256::repeat_byte(id)).unwrap())));
    seen.extend([0, 3].map(|from| format!("{:?}", store.appends(from, 3).unwrap())));
    seen.push(format!("{:?}", store.errand_counts().unwrap()));
    seen.extend(observe_swaps(store));
    for chain in 1..4 {
        for id in 0..5 {
            let errand = store.errand(chain, B256::repeat_byte(id)).unwrap();
            seen.push(format!("{errand:?}"));
        }
        seen.extend([0, 3, u64::MAX].map(|now| {
            let due = store.due_errands(chain, now, 2).unwrap();
            format!("{due:?}")
        }));
        seen.push(format!("{:?}", store.cursor(chain).unwrap()));
        seen.push(format!(
            "{:?} {:?}",
            store.last_batch(chain).unwrap(),
            store.last_import(chain).unwrap()
        ));
        seen.push(format!(
            "{:?} {:?}",
            store.leaves(chain, 1, 4).unwrap(),
            store.leaves(chain, 4, 1).unwrap()
        ));
        seen.extend(Stage::ALL.map(|stage| format!("{:?}", store.queue(chain, stage, 3).unwrap())));
        for number in 0..6 {
            seen.push(format!(
                "{:?} {:?}",
                store.block_at_or_below(chain, number).unwrap(),
                store.batch(chain, number).unwrap()
            ));
            seen.push(format!(
                "{:?}",
                store.batch_of_block(chain, number).unwrap()
            ));
            seen.push(format!(
                "{:?}",
                store.executions_above(chain, number).unwrap()
            ));
            seen.push(format!(
                "{:?}",
                store.import_covering(chain, number).unwrap()
            ));
            seen.push(format!(
                "{:?}",
                store
                    .intent(chain, Address::repeat_byte(1), number)
                    .unwrap()
            ));
        }
        seen.extend([1, 2].map(|signer| {
            format!(
                "{:?}",
                store
                    .open_intents(chain, Address::repeat_byte(signer))
                    .unwrap()
            )
        }));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn disk_and_memory_behave_alike(commits in prop::collection::vec(prop::collection::vec(change(), 0..5), 1..12)) {
        let database = redb::Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
        let disk = DiskStore::prepare(database, Place("memory".into()), L1).unwrap();
        let memory = MemoryStore::new(L1);
        for changes in commits {
            disk.commit(changes.clone()).unwrap();
            memory.commit(changes).unwrap();
            prop_assert_eq!(observe(&disk), observe(&memory));
        }
    }
}

const CHILD_DIRECTORY: &str = "CAUSEWAY_TEST_STORE";

/// The part of the child in the test below: commits without end and reports each commit once it has returned.
#[test]
#[ignore = "runs as the child of `what_was_acknowledged_survives_kill_9`"]
fn child_that_commits() {
    let directory = std::env::var(CHILD_DIRECTORY).unwrap();
    let store = DiskStore::open(directory.as_ref(), L1).unwrap();
    let start = store.cursor(2).unwrap().map_or(0, |block| block.number);
    let mut out = std::io::stdout();
    for number in start + 1.. {
        let changes = vec![
            Change::PutBlock(2, samples::block(number)),
            Change::PutLeaves(2, vec![samples::leaf(number, 0), samples::leaf(number, 1)]),
            Change::PutBatch(samples::batch(2, number, number, number, number)),
        ];
        store.commit(changes).unwrap();
        writeln!(out, "committed {number}").unwrap();
        out.flush().unwrap();
    }
}

/// Lets the child commit `commits` times, kills it, and returns the last commit that it reported.
fn run_child_and_kill(directory: &Path, commits: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::disk::tests::child_that_commits",
            "--ignored",
            "--nocapture",
        ])
        .env(CHILD_DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reported = lines
        .map(Result::unwrap)
        .filter_map(|line| line.rsplit_once("committed ")?.1.parse().ok());
    let last = reported.take(commits).last();
    child.kill().unwrap();
    child.wait().unwrap();
    last.unwrap()
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    for round in 1..=6 {
        let acknowledged = run_child_and_kill(directory.path(), round * 7);
        let store = StoreSnapshot::open(directory.path()).unwrap();
        let newest = store.cursor(2).unwrap().unwrap().number;
        assert!(
            newest >= acknowledged,
            "commit {acknowledged} was acknowledged, {newest} is there"
        );
        let leaves = store.leaves(2, 1, newest + 10).unwrap();
        assert_eq!(
            leaves.len() as u64,
            newest * 2,
            "a commit is there as a whole or not at all"
        );
        assert_eq!(store.last_batch(2).unwrap().unwrap().number, newest);
    }
}
