//! What happened to a swap, read from the chains.

use alloy::{primitives::Log, providers::Provider, rpc::types::Filter, sol_types::SolEvent};
use causeway_bindings::{IAtomicSwap, ISwapRegistry, SwapChange, SwapOutcome};
use eyre::{OptionExt, Result};

use super::{Locked, Market};
use crate::{
    holdings::Place,
    timeline::{Step, time_of},
};

/// What the story says where L1 asks a chain through its queue.
pub const ASKED: &str = "L1 asks the chain";

impl Market<'_> {
    /// What happened to the swap, on all chains, in order.
    pub async fn timeline(&self, swap: &Locked) -> Result<Vec<Step>> {
        let network = self.devnet.network();
        let (l1, registry) = (self.l1()?, network.l1_contracts().swap_registry);
        let mut steps = Vec::new();
        for place in [&self.source, &self.destination] {
            let filter = Filter::new().address(self.swap).topic1(swap.id);
            steps.extend(self.steps(place, filter).await?);
        }
        let filter = Filter::new().address(registry).topic2(swap.id);
        steps.extend(self.steps(&l1, filter).await?);
        steps.sort_by_key(|step| step.time);
        Ok(steps)
    }

    async fn steps(&self, place: &Place, filter: Filter) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        for log in place.provider.get_logs(&filter.from_block(0)).await? {
            let Some(what) = told(&log.inner) else {
                continue;
            };
            let block = log.block_number.ok_or_eyre("a log without its block")?;
            let transaction = log.transaction_hash;
            steps.push(Step {
                what,
                chain: place.name.clone(),
                block,
                time: time_of(&place.provider, block).await?,
                transaction: transaction.ok_or_eyre("a log without its transaction")?,
            });
        }
        Ok(steps)
    }
}

/// What an event says of a swap, in a few words, its three transactions numbered; `None` for what the others say already.
fn told(log: &Log) -> Option<String> {
    if let Ok(event) = IAtomicSwap::SwapEffected::decode_log(log) {
        let what = match event.effect.change {
            SwapChange::Opened => "1 locked",
            SwapChange::Executed => "2 executed",
            SwapChange::Cancelled => "2 cancelled",
            SwapChange::Redeemed => "3 redeemed",
            SwapChange::Refunded => "3 refunded",
            SwapChange::Buried | SwapChange::__Invalid => "buried",
        };
        return Some(what.to_owned());
    }
    if let Ok(event) = ISwapRegistry::SwapDecided::decode_log(log) {
        let what = match (event.outcome, event.byL1) {
            (SwapOutcome::Executed, _) => "execution is final",
            (_, false) => "cancellation is final",
            (_, true) => "L1 cancels",
        };
        return Some(what.to_owned());
    }
    let others = [
        (ISwapRegistry::SwapOpened::SIGNATURE_HASH, "lock is final"),
        (ISwapRegistry::SwapForced::SIGNATURE_HASH, ASKED),
        (
            ISwapRegistry::SwapClosed::SIGNATURE_HASH,
            "payment is final",
        ),
    ];
    let known = others
        .iter()
        .find(|(signature, _)| log.topics().first() == Some(signature));
    known.map(|(_, what)| (*what).to_owned())
}
