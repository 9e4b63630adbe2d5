//! What goes wrong meanwhile, one storm after another: a process is killed, blocks are taken back, and an RPC refuses
//! connections, answers nobody, or loses transactions.

use std::{fs, ops::Range, time::Duration};

use alloy::providers::{Provider, ext::AnvilApi};
use eyre::{OptionExt, Result, ensure};
use fastrand::Rng;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
    try_join,
};

use super::time::Clock;
use crate::{
    censor::Censor,
    config::Config,
    devnet::{Devnet, port_of},
    holdings::{Place, places},
    proxy::Proxy,
    relayer::Relayer,
    soak::chaos,
};

/// Chain that is stopped: what is known of it is known to its operator alone.
pub(super) const STOPPED: &str = "c";

/// Milliseconds from one storm to the next, and from one part of a storm to the next.
const CALM: Range<u64> = 1_000..6_000;
const GUST: Range<u64> = 300..3_000;
/// How long an operator may take to bring its chain back.
const RETURN_LIMIT: Duration = Duration::from_secs(300);
/// Lines of each log that an error shows.
const SHOWN: usize = 60;

/// Spare ports of what stands between the processes and the RPCs.
const PROXIES: u16 = 4;
const CENSORS: u16 = 8;

/// The processes, by index: operators of all chains but one, that one's, and two relayers.
const OPERATOR: usize = 1;
const RELAYERS: Range<usize> = 2..4;

/// How often what happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) relayer_kills: usize,
    pub(super) operator_kills: usize,
    pub(super) l1_reorgs: usize,
    pub(super) chain_reorgs: usize,
    pub(super) refusals: usize,
    pub(super) silences: usize,
    pub(super) censorships: usize,
    pub(super) stops: usize,
}

/// What stands between the processes and one RPC.
struct Cable {
    place: Place,
    proxy: Proxy,
    censor: Censor,
}

/// The processes, and what happens to them.
pub(super) struct Faults<'a> {
    clock: Clock<'a>,
    random: Rng,
    pub(super) counts: Counts,
    processes: Vec<Relayer>,
    is_stopped: bool,
    /// L1's first.
    cables: Vec<Cable>,
}

impl<'a> Faults<'a> {
    /// Starts the processes; nothing goes wrong yet.
    pub(super) async fn start(devnet: &'a Devnet, clock: Clock<'a>, random: Rng) -> Result<Self> {
        let mut cables = Vec::new();
        for (place, index) in places(devnet)?.into_iter().zip(0..) {
            let rpc = port_of(devnet.rpc(place.chain_id)?)?;
            let censor_port = devnet.spare_port(CENSORS + index);
            let censor = Censor::start(censor_port, rpc).await?;
            censor.let_pass(true);
            let proxy = Proxy::start(devnet.spare_port(PROXIES + index), censor_port).await?;
            cables.push(Cable {
                place,
                proxy,
                censor,
            });
        }
        let through = |config| behind(config, &cables);
        let processes = try_join!(
            chaos::start(devnet, "operator", 0, |config| {
                through(config)?.without(&format!("operators.{STOPPED}"))
            }),
            chaos::start(devnet, "operator", 1, |config| only(through(config)?)),
            chaos::start(devnet, "relay", 2, through),
            chaos::start(devnet, "relay", 3, |config| second(through(config)?)),
        )?;
        Ok(Self {
            clock,
            random,
            counts: Counts::default(),
            processes: <[Relayer; 4]>::from(processes).into(),
            is_stopped: false,
            cables,
        })
    }

    /// One storm after another until the work is done.
    pub(super) async fn meanwhile<T>(
        &mut self,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let (peace, mut told) = watch::channel(false);
        let work = async {
            let done = work.await;
            peace.send_replace(true);
            done
        };
        let storms = async {
            loop {
                let calm = Duration::from_millis(self.random.u64(CALM));
                if timeout(calm, told.wait_for(|peace| *peace)).await.is_ok() {
                    return Ok(());
                }
                self.storm().await?;
            }
        };
        let (done, ()) = try_join!(work, storms)?;
        Ok(done)
    }

    async fn storm(&mut self) -> Result<()> {
        let (cut, which) = (self.random.u8(..4), self.random.usize(..self.cables.len()));
        let cable = &mut self.cables[which];
        match cut {
            0 => {
                cable.proxy.unplug().await;
                self.counts.refusals += 1;
            }
            1 => {
                cable.proxy.go_silent().await?;
                self.counts.silences += 1;
            }
            2 => {
                cable.censor.let_pass(false);
                self.counts.censorships += 1;
            }
            _ => {}
        }
        self.gust().await;
        let killed = self.kill_one().await?;
        if self.random.bool() {
            self.reorg().await?;
        }
        self.gust().await;
        let cable = &mut self.cables[which];
        cable.censor.let_pass(true);
        if cut < 2 {
            cable.proxy.plug_in().await?;
        }
        killed.map_or(Ok(()), |index| self.processes[index].start())
    }

    async fn gust(&mut self) {
        sleep(Duration::from_millis(self.random.u64(GUST))).await;
    }

    async fn kill_one(&mut self) -> Result<Option<usize>> {
        let index = self.random.usize(..=self.processes.len());
        if index == self.processes.len() || (index == OPERATOR && self.is_stopped) {
            return Ok(None);
        }
        self.kill(index).await?;
        if RELAYERS.contains(&index) {
            self.counts.relayer_kills += 1;
        } else {
            self.counts.operator_kills += 1;
        }
        Ok(Some(index))
    }

    async fn kill(&mut self, index: usize) -> Result<()> {
        let log = self.processes[index].log();
        let was_running = self.processes[index].kill().await?;
        ensure!(was_running, "a process ended by itself:\n{}", tail(&log));
        Ok(())
    }

    async fn reorg(&mut self) -> Result<()> {
        let which = match self.random.bool() {
            true => 0,
            false => self.random.usize(1..self.cables.len()),
        };
        let provider = &self.cables[which].place.provider;
        // Nobody puts the clocks forward meanwhile.
        let now = self.clock.hold().await;
        chaos::reorg(provider, &mut self.random, now.seconds()).await?;
        match which {
            0 => self.counts.l1_reorgs += 1,
            _ => self.counts.chain_reorgs += 1,
        }
        Ok(())
    }

    /// The operator of one chain is gone.
    pub(super) async fn stop_operator(&mut self) -> Result<()> {
        self.kill(OPERATOR).await?;
        self.is_stopped = true;
        self.counts.stops += 1;
        Ok(())
    }

    /// It returns, to a chain that has nothing but what L1 knows of it: blocks after `settled` are gone, and so is what
    /// was noted about them.
    pub(super) async fn return_operator(&mut self, settled: u64) -> Result<()> {
        for index in RELAYERS {
            self.kill(index).await?;
        }
        for index in RELAYERS.chain([OPERATOR]) {
            let config = self.processes[index].config_path();
            let folder = config.parent().ok_or_eyre("a file lies in a folder")?;
            fs::remove_dir_all(folder.join("store"))?;
        }
        let cable = self.cables.iter().find(|cable| cable.place.name == STOPPED);
        let provider = &cable.ok_or_eyre("there is such a chain")?.place.provider;
        let newest = provider.get_block_number().await?;
        provider.anvil_rollback(Some(newest - settled)).await?;
        provider
            .anvil_set_time(self.clock.hold().await.seconds())
            .await?;
        self.is_stopped = false;
        self.processes[OPERATOR].start()?;
        self.processes[OPERATOR]
            .wait_until_ready(RETURN_LIMIT)
            .await
    }

    /// What was killed for it is back.
    pub(super) async fn start_relayers(&mut self) -> Result<()> {
        for index in RELAYERS {
            self.processes[index].start_and_wait().await?;
        }
        Ok(())
    }

    /// Transactions that an RPC took and lost.
    pub(super) fn lost(&self) -> usize {
        self.cables.iter().map(|cable| cable.censor.lost()).sum()
    }

    /// The ends of all logs.
    pub(super) fn logs(&self) -> String {
        let logs = self.processes.iter().map(|process| tail(&process.log()));
        logs.collect::<Vec<_>>().join("\n---\n")
    }

    /// Stops the processes as an init system does.
    pub(super) async fn stop(&mut self) -> Result<()> {
        for process in &mut self.processes {
            process.stop().await?;
        }
        Ok(())
    }
}

/// Everything it asks goes through the cables.
fn behind(config: Config, cables: &[Cable]) -> Result<Config> {
    cables.iter().try_fold(config, |config, cable| {
        let place = match cable.place.name.as_str() {
            "L1" => "l1".to_owned(),
            name => format!("chains.{name}"),
        };
        config.set(&format!("{place}.rpc_urls"), vec![cable.proxy.url()])
    })
}

fn only(config: Config) -> Result<Config> {
    config.without("operators.a")?.without("operators.b")
}

/// What a second relayer beside the first must have of its own.
fn second(config: Config) -> Result<Config> {
    config
        .set("relay.signer", "relay-2")?
        .set("swap.signer", "coordinator-2")
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(SHOWN)..].join("\n")
}
