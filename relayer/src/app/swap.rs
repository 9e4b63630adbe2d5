//! The coordinator of swaps, wired.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::AppError;
use super::wire::Wiring;
use crate::bundle::Prover;
use crate::model::ChainId;
use crate::swap::{self, STAGE, Side, SwapContext, SwapSettings};

impl Wiring<'_> {
    /// Coordinates the swaps between all chains, where that is configured.
    pub(super) fn start_swaps(&mut self) -> Result<(), AppError> {
        // The contract stands at one address on every chain.
        let (Some(settings), Some(chain)) = (&self.config.swap, self.config.chains.values().next())
        else {
            return Ok(());
        };
        let l1 = &self.config.l1;
        let contracts = l1.contracts;
        let signer = settings.signer.clone();
        let settings = SwapSettings {
            contract: chain.contracts.swap,
            registry: contracts.swap_registry,
            settlement: contracts.settlement,
            queue: contracts.priority_queue,
            policy: settings.policy,
            interval: settings.interval,
        };
        let l1_id = l1.evm.chain_id;
        let on_l1 = self.side(l1_id, &signer)?;
        let ids = self.config.chains.values().map(|chain| chain.evm.chain_id);
        let chains = ids
            .map(|id| Ok((id, self.side(id, &signer)?)))
            .collect::<Result<BTreeMap<ChainId, Side>, AppError>>()?;
        let (store, clock, progress) = (
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
        );
        let prover = Arc::new(Prover::new(Arc::clone(&self.roots), l1_id));
        self.expect(STAGE, l1_id, settings.interval);
        self.supervisor.spawn(STAGE, l1_id, move |shutdown| {
            let context = SwapContext {
                store: Arc::clone(&store),
                l1: on_l1.clone(),
                chains: chains.clone(),
                prover: Arc::clone(&prover),
                clock: Arc::clone(&clock),
                progress: Arc::clone(&progress),
                settings,
            };
            swap::run(context, shutdown)
        });
        Ok(())
    }

    fn side(&self, chain: ChainId, signer: &str) -> Result<Side, AppError> {
        Ok(Side {
            reader: self.reader(chain)?,
            sender: self.sender(chain, signer)?,
        })
    }
}
