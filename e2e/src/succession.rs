//! Two relayers, of which one takes over where the other is killed: in front of each stand gates that know the points.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::primitives::Address;
use eyre::{OptionExt, Result, ensure};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};
use toml::Table;

use crate::{
    config::Config,
    devnet::{Devnet, port_of},
    gate::Gate,
    holdings::{Place, places},
    kill_points::{Heir, Hit, Plot, Plots, Watchman},
    relayer::Relayer,
    swaps::CUSTOMER,
};

/// How long all plots of a stretch may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(400);
/// Once the heir has worked for so long, whoever was killed runs beside it.
const REST: Duration = Duration::from_secs(2);
/// Blocks on top of one that count as final for the two: enough to learn of a transaction before it is final.
const FINAL: i64 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// Accounts of the two, for swaps and for everything else.
const ACCOUNTS: [[&str; 2]; 2] = [["coordinator-1", "relay-1"], ["coordinator-2", "relay-2"]];

/// Two relayers beside a network.
#[derive(Debug)]
pub struct Succession {
    relayers: [Relayer; 2],
    is_running: [bool; 2],
    plots: Arc<Plots>,
    hits: UnboundedReceiver<Hit>,
    struck: Vec<Hit>,
    _gates: Vec<Gate>,
}

impl Succession {
    /// Prepares both, and starts neither. They reach the chains with these names, L1 among them, through gates. `index` is
    /// the first of the spare ports that are theirs.
    pub async fn prepare(devnet: &Devnet, chains: &[&str], index: u16) -> Result<Self> {
        let (tell, hits) = unbounded_channel();
        let plots = Arc::new(Plots::new(tell));
        let guarded: Vec<Place> = places(devnet)?
            .into_iter()
            .filter(|place| chains.contains(&place.name.as_str()))
            .collect();
        let width = u16::try_from(guarded.len())?;
        let (mut gates, mut relayers) = (Vec::new(), Vec::new());
        for (which, [coordinator, relay]) in ACCOUNTS.into_iter().enumerate() {
            let mut ports = index + 2 + u16::try_from(which)? * width..;
            let mut urls = Vec::new();
            for place in &guarded {
                let watchman = Watchman {
                    relayer: which,
                    coordinator: account(devnet, coordinator)?,
                    customer: account(devnet, CUSTOMER)?,
                    plots: Arc::clone(&plots),
                };
                let port = ports.next().ok_or_eyre("ports are used up")?;
                let target = port_of(devnet.rpc(place.chain_id)?)?;
                let gate = Gate::start(devnet.spare_port(port), target, Arc::new(watchman));
                let gate = gate.await?;
                urls.push((section(place, devnet), gate.url()));
                gates.push(gate);
            }
            let own = |config: Config| {
                let config = config
                    .set("relay.signer", relay)?
                    .set("swap.signer", coordinator)?;
                urls.into_iter().try_fold(config, |config, (section, url)| {
                    let final_below = Table::from_iter([("depth".to_owned(), FINAL.into())]);
                    config
                        .set(&format!("{section}.rpc_urls"), vec![url])?
                        .set(&format!("{section}.finality"), final_below)
                })
            };
            relayers.push(Relayer::new(
                devnet,
                "relay",
                index + u16::try_from(which)?,
                own,
            )?);
        }
        let relayers = relayers.try_into();
        Ok(Self {
            relayers: relayers.ok().ok_or_eyre("two relayers")?,
            is_running: [false; 2],
            plots,
            hits,
            struck: Vec::new(),
            _gates: gates,
        })
    }

    /// The relayers.
    pub fn relayers(&self) -> &[Relayer; 2] {
        &self.relayers
    }

    /// Everybody who was killed at the point of a plot.
    pub fn struck(&self) -> &[Hit] {
        &self.struck
    }

    /// Plans these kills, before what leads to them.
    pub fn plan(&self, plots: impl IntoIterator<Item = Plot>) {
        self.plots.add(plots);
    }

    /// Plans these kills, and goes on until all of them have happened, every heir has done its part, and `holds` says that
    /// it is done.
    pub async fn through(
        &mut self,
        what: &str,
        plots: impl IntoIterator<Item = Plot>,
        mut holds: impl AsyncFnMut() -> Result<bool>,
    ) -> Result<()> {
        self.plan(plots);
        if self.is_running == [false; 2] {
            self.start(0)?;
        }
        let started = Instant::now();
        let mut quiet_since = started;
        loop {
            if let Ok(hit) = timeout(PAUSE, self.hits.recv()).await {
                self.strike(hit.ok_or_eyre("somebody watches")?).await?;
                quiet_since = Instant::now();
                continue;
            }
            let open = self.plots.open();
            if open.is_empty() && !self.plots.is_awaited() && holds().await? {
                println!("{what}: {:.0?}", started.elapsed());
                return Ok(());
            }
            if !self.all_listen().await {
                quiet_since = Instant::now();
            }
            if quiet_since.elapsed() > REST {
                self.side_by_side()?;
            }
            ensure!(
                started.elapsed() < LIMIT,
                "{what}: not within {LIMIT:?}; nobody came to {open:?}\n{}\n{}",
                self.relayers[0].log(),
                self.relayers[1].log()
            );
        }
    }

    /// Runs both, whoever was killed last.
    pub fn side_by_side(&mut self) -> Result<()> {
        self.start(0)?;
        self.start(1)
    }

    /// Stops both.
    pub async fn stop(mut self) -> Result<()> {
        for relayer in &mut self.relayers {
            relayer.stop().await?;
        }
        Ok(())
    }

    async fn strike(&mut self, hit: Hit) -> Result<()> {
        println!("{} killed at {}", hit.relayer, hit.plot);
        self.struck.push(hit);
        self.kill(hit.relayer).await?;
        if hit.plot.heir == Heir::Itself {
            self.kill(1 - hit.relayer).await?;
        }
        self.start(hit.heir())
    }

    /// What was killed while its answer was kept back does not run any more.
    async fn kill(&mut self, which: usize) -> Result<()> {
        let log = self.relayers[which].log();
        let was_running = self.relayers[which].kill().await?;
        ensure!(
            was_running == self.is_running[which],
            "a relayer ended by itself:\n{log}"
        );
        self.is_running[which] = false;
        Ok(())
    }

    fn start(&mut self, which: usize) -> Result<()> {
        if !self.is_running[which] {
            self.plots.restarts(which);
            self.relayers[which].start()?;
            self.is_running[which] = true;
        }
        Ok(())
    }

    async fn all_listen(&self) -> bool {
        for (relayer, is_running) in self.relayers.iter().zip(self.is_running) {
            if is_running && relayer.get("/livez").await.is_err() {
                return false;
            }
        }
        true
    }
}

fn account(devnet: &Devnet, name: &str) -> Result<Address> {
    Ok(devnet.signer(name)?.address())
}

fn section(place: &Place, devnet: &Devnet) -> String {
    if place.chain_id == devnet.network().l1_chain_id() {
        "l1".to_owned()
    } else {
        format!("chains.{}", place.name)
    }
}
