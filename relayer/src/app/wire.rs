//! Which stages run, and what each works with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use alloy::signers::local::PrivateKeySigner;
use causeway_bindings::deployment::asset_rules;

use super::Roles;
use super::chains::Chains;
use super::error::AppError;
use super::supervise::Supervisor;
use crate::bundle::Prover;
use crate::chain::events::{ChainContracts, L1Contracts};
use crate::chain::{ChainReader, ChainWriter, Clock};
use crate::config::{ChainConfig, Config, Reading, RelayConfig};
use crate::deliver::{self, BatchLimits, DeliverContext, DeliverSettings};
use crate::errands::{self, ErrandContext, ErrandSettings};
use crate::health::Expected;
use crate::metrics::Metrics;
use crate::model::ChainId;
use crate::progress::Progress;
use crate::prove::{self, ProveContext, ProveSettings};
use crate::roots::Roots;
use crate::send::{SendSettings, Sender};
use crate::standing::Standings;
use crate::store::Store;
use crate::swap::orders::Orders;
use crate::wake::Wake;
use crate::watch::{self, Noted, WatchContext, WatchSettings, Watched};

/// Simulations of deliveries that run at the same time.
const SIMULATIONS: usize = 16;

/// Transactions of errands of one chain that wait for a block at the same time.
const ERRANDS_IN_FLIGHT: usize = 4;

/// A stage counts as alive for so many poll intervals without a heartbeat, and at least for [`SHORTEST_SILENCE`].
const SILENT_POLLS: u64 = 10;

/// In seconds.
const SHORTEST_SILENCE: u64 = 60;

/// What all stages share.
pub(super) struct Wiring<'a> {
    pub(super) config: &'a Config,
    pub(super) chains: &'a Chains,
    pub(super) signers: &'a BTreeMap<String, PrivateKeySigner>,
    pub(super) store: Arc<dyn Store>,
    pub(super) roots: Arc<Roots>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) progress: Arc<Progress>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) standings: Arc<Standings>,
    pub(super) expected: Vec<Expected>,
    pub(super) orders: Option<Arc<Orders>>,
    pub(super) supervisor: Supervisor,
}

impl Wiring<'_> {
    /// Starts the stages of the roles.
    pub(super) fn start(&mut self, roles: Roles) -> Result<(), AppError> {
        if roles.relay {
            let relay = self
                .config
                .relay
                .as_ref()
                .ok_or(AppError::RoleMissing("[relay]"))?;
            self.start_relay(relay)?;
        }
        if roles.operator {
            if self.config.operators.is_empty() {
                return Err(AppError::RoleMissing("[operators.<chain>]"));
            }
            for (name, operator) in &self.config.operators {
                self.start_operator(name, operator)?;
            }
        }
        if let Some(supply) = &self.config.supply {
            self.start_supply(supply)?;
        }
        self.start_canaries(roles)
    }

    pub(super) fn expect(&mut self, stage: &'static str, chain: ChainId, interval: Duration) {
        let within = interval
            .as_secs()
            .saturating_mul(SILENT_POLLS)
            .max(SHORTEST_SILENCE);
        self.expected.push(Expected {
            stage,
            chain,
            within,
        });
    }

    pub(super) fn reader(&self, chain: ChainId) -> Result<Arc<dyn ChainReader>, AppError> {
        let found: Arc<dyn ChainReader> = self
            .chains
            .get(chain)
            .ok_or(AppError::RoleMissing("such chain"))?
            .clone();
        Ok(found)
    }

    pub(super) fn signer(&self, name: &str) -> Result<PrivateKeySigner, AppError> {
        self.signers
            .get(name)
            .cloned()
            .ok_or(AppError::RoleMissing("such signer"))
    }

    pub(super) fn sender(&self, chain: ChainId, signer: &str) -> Result<Arc<Sender>, AppError> {
        let evm = self
            .chains
            .get(chain)
            .ok_or(AppError::RoleMissing("such chain"))?;
        let max_fee_per_gas = self
            .config
            .max_fee_per_gas(chain)
            .ok_or(AppError::RoleMissing("such chain"))?;
        let reader: Arc<dyn ChainReader> = evm.clone();
        let writer: Arc<dyn ChainWriter> = evm.clone();
        let signer = Arc::new(self.signer(signer)?);
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        Ok(Arc::new(Sender::new(
            reader,
            writer,
            store,
            clock,
            signer,
            SendSettings::capped(max_fee_per_gas),
        )))
    }

    fn start_relay(&mut self, relay: &RelayConfig) -> Result<(), AppError> {
        let served: BTreeSet<ChainId> = relay
            .routes
            .iter()
            .flat_map(|(from, to)| [*from, *to])
            .collect();
        let destinations: BTreeSet<ChainId> = relay.routes.iter().map(|(_, to)| *to).collect();
        let prove_wake = Arc::new(Wake::default());
        let deliver_wakes: BTreeMap<ChainId, Arc<Wake>> = destinations
            .iter()
            .map(|chain| (*chain, Arc::new(Wake::default())))
            .collect();
        let roots = Arc::clone(&self.roots);

        self.watch_l1(relay, &prove_wake)?;
        for chain in served.iter().filter_map(|id| self.config.chain(*id)) {
            let mut wakes = vec![Arc::clone(&prove_wake)];
            wakes.extend(deliver_wakes.get(&chain.evm.chain_id).cloned());
            let swap = self.config.swap.as_ref().map(|_| chain.contracts.swap);
            let noted = Noted {
                swaps: swap,
                ..noted(relay, chain, destinations.contains(&chain.evm.chain_id))
            };
            self.watch_chain(chain, Arc::new(destinations.clone()), noted, wakes)?;
        }
        self.prove(
            served,
            &roots,
            &prove_wake,
            deliver_wakes.values().cloned().collect(),
        );
        for (chain, wake) in &deliver_wakes {
            let sender = self.sender(*chain, &relay.signer)?;
            if let Some(config) = self.config.chain(*chain) {
                let settings = errands_of(config);
                self.errands(*chain, Arc::clone(&sender), settings)?;
            }
            self.deliver(*chain, relay, sender, &roots, (wake, &prove_wake))?;
        }
        self.start_withdrawals(relay)?;
        self.start_swaps()?;
        self.start_orders()
    }

    /// Errands on L1, for whoever pays for them.
    fn start_withdrawals(&mut self, relay: &RelayConfig) -> Result<(), AppError> {
        let Some(signer) = &relay.withdrawals else {
            return Ok(());
        };
        let l1 = &self.config.l1;
        let chain = l1.evm.chain_id;
        let settings = ErrandSettings {
            handler: None,
            custody: l1.contracts.shared_bridge,
            follows: true,
            max_in_flight: ERRANDS_IN_FLIGHT,
            interval: l1.reading.poll_interval,
        };
        let sender = self.sender(chain, signer)?;
        self.errands(chain, sender, settings)
    }

    fn errands(
        &mut self,
        chain: ChainId,
        sender: Arc<Sender>,
        settings: ErrandSettings,
    ) -> Result<(), AppError> {
        let reader = self.reader(chain)?;
        let (store, clock, progress) = (
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
        );
        let l1 = self.config.l1.evm.chain_id;
        let prover = Arc::new(Prover::new(Arc::clone(&self.roots), l1));
        self.expect(errands::STAGE, chain, settings.interval);
        self.supervisor
            .spawn(errands::STAGE, chain, move |shutdown| {
                let context = ErrandContext {
                    store: Arc::clone(&store),
                    chain: Arc::clone(&reader),
                    sender: Arc::clone(&sender),
                    prover: Arc::clone(&prover),
                    clock: Arc::clone(&clock),
                    progress: Arc::clone(&progress),
                    settings,
                };
                errands::run(context, shutdown)
            });
        Ok(())
    }

    fn watch_l1(&mut self, relay: &RelayConfig, prove: &Arc<Wake>) -> Result<(), AppError> {
        let l1 = &self.config.l1;
        let contracts = L1Contracts {
            message_root: l1.contracts.message_root,
            settlement: l1.contracts.settlement,
        };
        let pays = relay.withdrawals.is_some();
        let rules = pays.then(|| asset_rules(l1.contracts.shared_bridge));
        self.watch(
            l1.evm.chain_id,
            l1.reading,
            Watched::L1 {
                contracts,
                rules,
                swaps: self
                    .config
                    .swap
                    .as_ref()
                    .map(|_| self.config.l1.contracts.swap_registry),
            },
            vec![Arc::clone(prove)],
        )
    }

    fn watch_chain(
        &mut self,
        chain: &ChainConfig,
        destinations: Arc<BTreeSet<ChainId>>,
        noted: Noted,
        wakes: Vec<Arc<Wake>>,
    ) -> Result<(), AppError> {
        let contracts = ChainContracts {
            outbox: chain.contracts.outbox,
            handler: chain.contracts.handler,
        };
        let l1 = self.config.l1.evm.chain_id;
        let watched = Watched::Chain {
            contracts,
            center: chain.contracts.center,
            l1,
            destinations,
            noted,
        };
        self.watch(chain.evm.chain_id, chain.reading, watched, wakes)
    }

    fn watch(
        &mut self,
        chain: ChainId,
        reading: Reading,
        watched: Watched,
        wakes: Vec<Arc<Wake>>,
    ) -> Result<(), AppError> {
        let settings = WatchSettings {
            watched,
            start_block: reading.start_block,
            page: reading.log_page_blocks,
            interval: reading.poll_interval,
        };
        let reader = self.reader(chain)?;
        let (store, clock, progress) = (
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
        );
        let wake = Arc::new(Wake::default());
        self.expect(watch::STAGE, chain, reading.poll_interval);
        self.supervisor.spawn(watch::STAGE, chain, move |shutdown| {
            let context = WatchContext {
                store: Arc::clone(&store),
                chain: Arc::clone(&reader),
                clock: Arc::clone(&clock),
                progress: Arc::clone(&progress),
                wake: Arc::clone(&wake),
                wakes: wakes.clone(),
                settings: settings.clone(),
            };
            watch::run(context, shutdown)
        });
        Ok(())
    }

    fn prove(
        &mut self,
        served: BTreeSet<ChainId>,
        roots: &Arc<Roots>,
        wake: &Arc<Wake>,
        wakes: Vec<Arc<Wake>>,
    ) {
        let l1 = self.config.l1.evm.chain_id;
        let interval = self.config.l1.reading.poll_interval;
        let settings = ProveSettings {
            l1,
            chains: served.into_iter().collect(),
            interval,
        };
        let (store, clock, progress) = (
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
        );
        let (roots, wake) = (Arc::clone(roots), Arc::clone(wake));
        for chain in settings.chains.iter().chain([&l1]) {
            self.expect(prove::STAGE, *chain, interval);
        }
        self.supervisor.spawn(prove::STAGE, l1, move |shutdown| {
            let context = ProveContext {
                store: Arc::clone(&store),
                roots: Arc::clone(&roots),
                clock: Arc::clone(&clock),
                progress: Arc::clone(&progress),
                wake: Arc::clone(&wake),
                wakes: wakes.clone(),
                settings: settings.clone(),
            };
            prove::run(context, shutdown)
        });
    }

    fn deliver(
        &mut self,
        chain: ChainId,
        relay: &RelayConfig,
        sender: Arc<Sender>,
        roots: &Arc<Roots>,
        (wake, prove): (&Arc<Wake>, &Arc<Wake>),
    ) -> Result<(), AppError> {
        let Some(config) = self.config.chain(chain) else {
            return Ok(());
        };
        let interval = config.reading.poll_interval;
        let settings = DeliverSettings {
            l1: self.config.l1.evm.chain_id,
            handler: config.contracts.handler,
            limits: BatchLimits {
                messages: relay.batch_size,
                gas: relay.max_delivery_gas,
                ..BatchLimits::default()
            },
            max_in_flight: relay.max_in_flight,
            simulations: SIMULATIONS,
            interval,
        };
        let reader = self.reader(chain)?;
        let (store, clock, progress) = (
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
        );
        let (roots, wake, prove) = (Arc::clone(roots), Arc::clone(wake), Arc::clone(prove));
        let standings = Arc::clone(&self.standings);
        self.expect(deliver::STAGE, chain, interval);
        self.supervisor
            .spawn(deliver::STAGE, chain, move |shutdown| {
                let context = DeliverContext {
                    store: Arc::clone(&store),
                    chain: Arc::clone(&reader),
                    sender: Arc::clone(&sender),
                    roots: Arc::clone(&roots),
                    standings: Arc::clone(&standings),
                    clock: Arc::clone(&clock),
                    progress: Arc::clone(&progress),
                    wake: Arc::clone(&wake),
                    wakes: vec![Arc::clone(&prove)],
                    settings: settings.clone(),
                };
                deliver::run(context, shutdown)
            });
        Ok(())
    }
}

/// What is noted of assets on a chain.
fn noted(relay: &RelayConfig, chain: &ChainConfig, is_destination: bool) -> Noted {
    let vault = chain.contracts.vault;
    let releases = relay.release_held && is_destination;
    Noted {
        returns: relay.return_expired.then_some(vault),
        releases: releases.then(|| asset_rules(vault)),
        withdrawals: relay.withdrawals.is_some().then_some(vault),
        swaps: None,
    }
}

fn errands_of(chain: &ChainConfig) -> ErrandSettings {
    ErrandSettings {
        handler: Some(chain.contracts.handler),
        custody: chain.contracts.vault,
        follows: false,
        max_in_flight: ERRANDS_IN_FLIGHT,
        interval: chain.reading.poll_interval,
    }
}

/// Names of the signers that pay on a chain: the relay's on its destinations, that for withdrawals on L1, an operator's on
/// L1 and on its own chain, a pauser's and that of the coordinator of swaps everywhere.
pub(crate) fn paying_signers(config: &Config, roles: Roles, chain: ChainId) -> BTreeSet<String> {
    let relays = || config.relay.iter().filter(|_| roles.relay);
    let withdrawals = relays()
        .filter(|_| chain == config.l1.evm.chain_id)
        .filter_map(|relay| relay.withdrawals.clone());
    let relay = relays()
        .filter(|relay| relay.routes.iter().any(|(_, to)| *to == chain))
        .map(|relay| relay.signer.clone());
    let operators = config.operators.values().filter(|_| roles.operator);
    let operators =
        operators.filter(|operator| chain == operator.chain || chain == config.l1.evm.chain_id);
    let pauser = config.supply.iter();
    let pauser = pauser.filter_map(|supply| supply.pauser.clone());
    let swap = config.swap.iter().filter(|_| roles.relay);
    // What is ordered is locked on chains only.
    let is_l1 = chain == config.l1.evm.chain_id;
    let swap = swap.flat_map(|swap| {
        let orders = swap.orders.iter().filter(|_| !is_l1);
        orders.chain([&swap.signer]).cloned()
    });
    relay
        .chain(withdrawals)
        .chain(operators.map(|operator| operator.signer.clone()))
        .chain(pauser)
        .chain(swap)
        .collect()
}
