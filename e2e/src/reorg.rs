//! An L1 whose blocks are made here, so that a reorg takes back exactly the block in which something happened.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use alloy::{
    eips::BlockNumberOrTag,
    providers::{DynProvider, Provider, ext::AnvilApi},
};
use eyre::{OptionExt, Result, ensure};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep},
};

use crate::{config::Config, devnet::Devnet};

/// Deepest reorg, in blocks.
pub const DEEPEST: u64 = 64;
/// Blocks on top of one that count as final for L1: more than any reorg takes back.
const FINAL: i64 = 72;

/// Blocks that are made at once while nobody waits for one of them.
const BLOCKS: u64 = 10;
const PAUSE: Duration = Duration::from_millis(200);
/// Time between two blocks that are made one by one.
const SHORT_PAUSE: Duration = Duration::from_millis(30);
/// How long something may take to happen, on a busy machine.
const LIMIT: Duration = Duration::from_secs(150);

/// Makes the blocks of L1 as long as it lives.
#[derive(Debug)]
pub struct BlockMaker {
    l1: DynProvider,
    turn: Mutex<()>,
}

/// The right to make blocks: there are none but those that its methods make.
#[derive(Debug)]
pub struct Hand<'a> {
    l1: &'a DynProvider,
    _turn: MutexGuard<'a, ()>,
}

/// For a process beside such an L1: no block counts as final that a reorg may take back.
pub fn patient(config: Config) -> Result<Config> {
    let depth = toml::Table::from_iter([("depth".to_owned(), FINAL.into())]);
    config.set("l1.finality", depth)
}

impl BlockMaker {
    /// Takes over from the node, which makes none by itself from now on.
    pub async fn start(devnet: &Devnet) -> Result<Arc<Self>> {
        let l1 = devnet.network().l1_provider().clone();
        keep_states(&l1).await?;
        let maker = Arc::new(Self {
            l1,
            turn: Mutex::default(),
        });
        tokio::spawn(make(Arc::downgrade(&maker)));
        Ok(maker)
    }

    /// Makes none any more until the hand is let go.
    pub async fn hold(&self) -> Hand<'_> {
        Hand {
            l1: &self.l1,
            _turn: self.turn.lock().await,
        }
    }
}

impl Hand<'_> {
    /// Makes one block after the other until `holds`. The newest is the one in which it became true.
    pub async fn until(
        &self,
        what: &str,
        mut holds: impl AsyncFnMut() -> Result<bool>,
    ) -> Result<()> {
        let started = Instant::now();
        ensure!(!holds().await?, "{what}: before it was waited for");
        loop {
            self.l1.anvil_mine(Some(1), None).await?;
            if holds().await? {
                return Ok(());
            }
            ensure!(started.elapsed() < LIMIT, "{what}: not within {LIMIT:?}");
            sleep(SHORT_PAUSE).await;
        }
    }

    /// Takes so many blocks back, of which the lowest is the one in which `holds` becomes true. Nothing that was in them comes
    /// again unless somebody sends it again.
    pub async fn take_back(
        &self,
        what: &str,
        depth: u64,
        mut holds: impl AsyncFnMut() -> Result<bool>,
    ) -> Result<()> {
        ensure!((1..=DEEPEST).contains(&depth), "{depth} blocks");
        self.until(what, &mut holds).await?;
        self.take_newest_back(depth).await?;
        ensure!(
            !holds().await?,
            "{what}: {depth} blocks down, and still there"
        );
        println!("{what}: taken back by {depth} blocks");
        Ok(())
    }

    /// Takes so many blocks back, of which the lowest is the newest there is now: the others are put on top before.
    pub async fn take_newest_back(&self, depth: u64) -> Result<()> {
        if depth > 1 {
            self.l1.anvil_mine(Some(depth - 1), None).await?;
        }
        self.reorganise(depth).await
    }

    async fn reorganise(&self, depth: u64) -> Result<()> {
        let newest = self
            .l1
            .get_block_by_number(BlockNumberOrTag::Latest)
            .await?;
        let now = newest.ok_or_eyre("a newest block")?.header.timestamp;
        let nothing_mined: [u64; 0] = [];
        self.l1
            .raw_request::<_, ()>("anvil_reorg".into(), (depth, nothing_mined))
            .await?;
        // Its clock went back with the blocks.
        self.l1.anvil_set_time(now).await?;
        keep_states(self.l1).await
    }
}

/// The node makes no blocks by itself, and keeps the states of the newest in memory. Of its own accord it keeps fewer and fewer
/// after the first 1,500, and a reorg to one that it has to read from its disk leaves contracts without their code. It
/// starts anew whenever it is told how often to make blocks.
async fn keep_states(l1: &DynProvider) -> Result<()> {
    for seconds in [2, 0] {
        l1.anvil_set_interval_mining(seconds).await?;
    }
    Ok(())
}

async fn make(maker: Weak<BlockMaker>) {
    while let Some(maker) = maker.upgrade() {
        {
            let _turn = maker.turn.lock().await;
            // L1 ends before we do.
            let _ = maker.l1.anvil_mine(Some(BLOCKS), None).await;
            let _ = keep_states(&maker.l1).await;
        }
        drop(maker);
        sleep(PAUSE).await;
    }
}
