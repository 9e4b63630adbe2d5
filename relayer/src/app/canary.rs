//! A canary for every chain, which also learns from L1 whether the chain is frozen.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::Address;

use super::Roles;
use super::error::AppError;
use super::wire::{Wiring, paying_signers};
use crate::canary::{self, CanaryContext, Settlement};
use crate::model::ChainId;
use crate::store::{Reader, Store};

/// Time between two looks of the canary.
const CANARY_INTERVAL: Duration = Duration::from_secs(15);

impl Wiring<'_> {
    pub(super) fn start_canaries(&mut self, roles: Roles) -> Result<(), AppError> {
        let l1 = self.config.l1.evm.chain_id;
        let mut chains: Vec<(ChainId, Option<Address>)> = vec![(l1, None)];
        chains.extend(
            self.config
                .chains
                .values()
                .map(|chain| (chain.evm.chain_id, Some(chain.contracts.outbox))),
        );
        for (chain, outbox) in chains {
            let accounts = self.accounts(chain, roles)?;
            self.start_canary(chain, outbox, accounts)?;
        }
        Ok(())
    }

    /// The signers that pay on a chain.
    fn accounts(&self, chain: ChainId, roles: Roles) -> Result<Vec<(String, Address)>, AppError> {
        let names = paying_signers(self.config, roles, chain);
        names
            .into_iter()
            .map(|name| Ok((name.clone(), self.signer(&name)?.address())))
            .collect()
    }

    fn settlement(&self) -> Result<Settlement, AppError> {
        let l1 = &self.config.l1;
        Ok(Settlement {
            l1: self.reader(l1.evm.chain_id)?,
            contract: l1.contracts.settlement,
        })
    }

    fn start_canary(
        &mut self,
        chain: ChainId,
        outbox: Option<Address>,
        accounts: Vec<(String, Address)>,
    ) -> Result<(), AppError> {
        let reader = self.reader(chain)?;
        let store: Arc<dyn Reader> = Arc::<dyn Store>::clone(&self.store);
        let (clock, progress, metrics) = (
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
            Arc::clone(&self.metrics),
        );
        // Only L1 has no outbox, and nobody freezes it.
        let settlement = match outbox {
            Some(_) => Some(self.settlement()?),
            None => None,
        };
        let standings = Arc::clone(&self.standings);
        self.expect(canary::STAGE, chain, CANARY_INTERVAL);
        self.supervisor
            .spawn(canary::STAGE, chain, move |shutdown| {
                let context = CanaryContext {
                    store: Arc::clone(&store),
                    chain: Arc::clone(&reader),
                    outbox,
                    settlement: settlement.clone(),
                    standings: Arc::clone(&standings),
                    accounts: accounts.clone(),
                    clock: Arc::clone(&clock),
                    progress: Arc::clone(&progress),
                    metrics: Arc::clone(&metrics),
                    interval: CANARY_INTERVAL,
                };
                canary::run(context, shutdown)
            });
        Ok(())
    }
}
