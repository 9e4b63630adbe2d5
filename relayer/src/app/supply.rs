//! The watch of the supply, wired.

use std::sync::Arc;

use super::{chains::Chains, error::AppError, wire::Wiring};
use crate::{
    chain::ChainReader,
    config::{Config, SupplyConfig},
    supply::{self, Books, Brake, Custodian, Observer, STAGE, Stoppable, SupplyContext},
    view::ChainNames,
};

impl Wiring<'_> {
    pub(super) fn start_supply(&mut self, settings: &SupplyConfig) -> Result<(), AppError> {
        let sight = Eyes::open(self.config, self.chains)?;
        let stoppables = match &settings.pauser {
            Some(pauser) => self.stoppables(&sight, pauser)?,
            None => Vec::new(),
        };
        let (clock, progress, metrics) = (
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
            Arc::clone(&self.metrics),
        );
        let names = ChainNames::from(self.config);
        let (interval, max_assets) = (settings.interval, settings.max_assets);
        for custodian in sight.all() {
            self.expect(STAGE, custodian.reader.chain_id(), interval);
        }
        let l1 = self.config.l1.evm.chain_id;
        self.supervisor.spawn(STAGE, l1, move |shutdown| {
            let context = SupplyContext {
                observer: sight.observer(max_assets),
                brake: Brake::new(stoppables.clone()),
                clock: Arc::clone(&clock),
                progress: Arc::clone(&progress),
                metrics: Arc::clone(&metrics),
                names: names.clone(),
                interval,
            };
            supply::run(context, shutdown)
        });
        Ok(())
    }

    fn stoppables(&self, sight: &Eyes, pauser: &str) -> Result<Vec<Stoppable>, AppError> {
        let all = sight.all().map(|custodian| {
            Ok(Stoppable {
                reader: Arc::clone(&custodian.reader),
                sender: self.sender(custodian.reader.chain_id(), pauser)?,
                custody: custodian.custody,
            })
        });
        all.collect()
    }
}

/// Where a network is seen: L1, its books, and the chains.
pub(crate) struct Eyes {
    l1: Custodian,
    books: Books,
    chains: Vec<Custodian>,
}

impl Eyes {
    /// Those of a configuration.
    pub(crate) fn open(config: &Config, chains: &Chains) -> Result<Self, AppError> {
        let contracts = config.l1.contracts;
        let reader = |id| -> Result<Arc<dyn ChainReader>, AppError> {
            let missing = AppError::RoleMissing("such chain");
            Ok(chains.get(id).ok_or(missing)?.clone())
        };
        let on_chains = config.chains.values().map(|chain| {
            Ok(Custodian {
                reader: reader(chain.evm.chain_id)?,
                custody: chain.contracts.vault,
                start_block: chain.reading.start_block,
                page: chain.reading.log_page_blocks,
            })
        });
        Ok(Self {
            l1: Custodian {
                reader: reader(config.l1.evm.chain_id)?,
                custody: contracts.shared_bridge,
                start_block: config.l1.reading.start_block,
                page: config.l1.reading.log_page_blocks,
            },
            books: Books {
                ledger: contracts.asset_ledger,
                settlement: contracts.settlement,
                registry: contracts.chain_registry,
            },
            chains: on_chains.collect::<Result<_, AppError>>()?,
        })
    }

    /// L1 and all chains.
    fn all(&self) -> impl Iterator<Item = &Custodian> {
        std::iter::once(&self.l1).chain(&self.chains)
    }

    /// Has seen nothing yet.
    pub(crate) fn observer(&self, max_assets: usize) -> Observer {
        Observer::new(self.l1.clone(), self.books, self.chains.clone(), max_assets)
    }
}
