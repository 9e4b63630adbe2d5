//! The coordinator of swaps, wired.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alloy::primitives::Address;
use tokio::sync::Mutex;

use super::error::AppError;
use super::wire::Wiring;
use crate::bundle::{Network, Prover};
use crate::model::ChainId;
use crate::swap::figures::Places;
use crate::swap::orders::{self, Examiner, Orders};
use crate::swap::{self, STAGE, Side, SwapContext, SwapSettings};
use crate::wake::Wake;

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
        let orders = settings.orders.as_ref();
        let orders = orders.map(|name| self.signer(name)).transpose()?;
        let parties = served(settings.parties.clone(), orders.map(|key| key.address()));
        let settings = SwapSettings {
            contract: chain.contracts.swap,
            registry: contracts.swap_registry,
            settlement: contracts.settlement,
            queue: contracts.priority_queue,
            policy: settings.policy,
            interval: settings.interval,
            parties,
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
                settings: settings.clone(),
            };
            swap::run(context, shutdown)
        });
        Ok(())
    }

    /// Takes orders to lock, where that is configured.
    pub(super) fn start_orders(&mut self) -> Result<(), AppError> {
        let (Some(settings), Some(chain)) = (&self.config.swap, self.config.chains.values().next())
        else {
            return Ok(());
        };
        let Some(signer) = &settings.orders else {
            return Ok(());
        };
        let l1 = &self.config.l1;
        let places = Places {
            swap: chain.contracts.swap,
            settlement: l1.contracts.settlement,
        };
        let judge = Examiner {
            network: Network::open(self.config)?,
            places,
            payer: self.signer(&settings.signer)?.address(),
        };
        let ids = self.config.chains.values().map(|chain| chain.evm.chain_id);
        let sides = ids
            .map(|id| Ok((id, self.side(id, signer)?)))
            .collect::<Result<BTreeMap<ChainId, Side>, AppError>>()?;
        let orders = Arc::new(Orders {
            store: Arc::clone(&self.store),
            sides,
            contract: chain.contracts.swap,
            judge: Box::new(judge),
            clock: Arc::clone(&self.clock),
            turn: Mutex::default(),
            wake: Wake::default(),
        });
        self.orders = Some(Arc::clone(&orders));
        let (l1, interval) = (l1.evm.chain_id, settings.interval);
        let progress = Arc::clone(&self.progress);
        self.expect(orders::STAGE, l1, interval);
        self.supervisor.spawn(orders::STAGE, l1, move |shutdown| {
            let (orders, progress) = (Arc::clone(&orders), Arc::clone(&progress));
            async move { orders.run(l1, &progress, interval, shutdown).await }
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

/// Whose swaps are looked after, of the accounts in the configuration and the one that locks what is ordered here: of its
/// swaps a new store knows no more than of those of others.
fn served(mut parties: BTreeSet<Address>, orders: Option<Address>) -> BTreeSet<Address> {
    if !parties.is_empty() {
        parties.extend(orders);
    }
    parties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ordered_here_is_served_and_nobody_named_serves_everybody() {
        let [named, orders] = [1, 2].map(Address::repeat_byte);
        let parties = BTreeSet::from([named]);
        assert_eq!(served(parties.clone(), None), parties);
        assert_eq!(
            served(parties, Some(orders)),
            BTreeSet::from([named, orders])
        );
        assert!(served(BTreeSet::new(), Some(orders)).is_empty());
    }
}
