//! How each swap of a run ended: exactly exchanged, or returned in full.

use alloy::primitives::U256;
use causeway_bindings::IAssetCustody;
use causeway_model::{
    actions::KINDS,
    state::{Closed, Decision, Ends, Lock, Slot, State, Swap},
    traces::Trace,
};
use causeway_simulation::{Token, account, balance_of};

use super::{observed::answer, run::Replay};
use crate::trade::{GIVEN, RETURNED};

/// Chains that halt, censor or forge, and forks of L1 that are taken back.
const FAULTS: [&str; 4] = ["Halt", "Censor", "Forge", "Reorg"];

/// Whether something goes wrong in a run.
pub(super) fn has_fault(trace: &Trace) -> bool {
    let mut steps = trace.steps.iter();
    steps.any(|step| FAULTS.contains(&KINDS[usize::from(step.action.kind())]))
}

/// The ends of a run's swaps, by name: what L1 knows of both sides, which must agree.
pub(super) fn ends(state: &State) -> Result<[&'static str; 2], String> {
    let [one, other] = Swap::ALL.map(|swap| {
        let (slot, settled) = (
            state.l1.slots[swap as usize],
            state.l1.settled[swap as usize],
        );
        end(slot, settled).ok_or_else(|| format!("INV-03: {swap:?} ends as {slot:?}, {settled:?}"))
    });
    Ok([one?, other?])
}

/// `None` is an end that no swap may have, or none: a run goes on until nothing more can happen.
fn end(slot: Slot, settled: Ends) -> Option<&'static str> {
    let is_executed = settled.outcome.is_executed();
    match (slot.closed, slot.decision, settled.lock) {
        (Closed::OnSource, Decision::Executed, Lock::Redeemed) if is_executed => Some("exchanged"),
        (Closed::OnSource, Decision::Cancelled, Lock::Refunded) if !is_executed => Some("returned"),
        (Closed::OnL1, Decision::Executed, _) if is_executed => Some("exchanged, paid on L1"),
        (Closed::OnL1, Decision::Cancelled, _) if !is_executed => Some("returned on L1"),
        _ => None,
    }
}

impl Replay<'_> {
    /// INV-02: whom L1 paid has there exactly what was returned, or what was given.
    pub(super) fn check_paid_on_l1(&mut self) -> Result<(), String> {
        let state = self.state;
        let (gold, coins) = (self.stage.gold, self.stage.coins);
        let paid = |decision: Decision, of: &dyn Fn(Swap) -> bool| {
            let slots = Swap::ALL.into_iter().filter(|swap| {
                let slot = state.l1.slots[*swap as usize];
                slot.closed == Closed::OnL1 && slot.decision == decision && of(*swap)
            });
            slots.count() as u64
        };
        let mut expected = vec![(gold, paid(Decision::Cancelled, &|_| true) * GIVEN)];
        for (chain, coin) in causeway_model::state::Chain::ALL.into_iter().zip(coins) {
            let setting = self.protocol.setting;
            let of = |swap| setting.destination(swap) == chain;
            expected.push((coin, paid(Decision::Executed, &of) * RETURNED));
        }
        for (token, amount) in expected {
            let found = self.holding_on_l1(token);
            if found != amount {
                return Err(format!(
                    "INV-02: L1 paid {found} of {}, not {amount}",
                    token.home
                ));
            }
        }
        Ok(())
    }

    fn holding_on_l1(&mut self, token: Token) -> u64 {
        let l1 = &mut self.stage.world.l1;
        let (bridge, owner) = (
            l1.contracts.shared_bridge.address,
            account("the bank on L1"),
        );
        let key = token.asset().id();
        let claim: U256 = answer(
            &mut l1.node,
            bridge,
            &IAssetCustody::claimableCall { key, owner },
        );
        let stands = answer(
            &mut l1.node,
            bridge,
            &IAssetCustody::tokenOfCall { assetId: key },
        );
        let paid = match stands.is_zero() {
            true => U256::ZERO,
            false => balance_of(&mut l1.node, stands, owner),
        };
        (paid + claim).to()
    }
}
