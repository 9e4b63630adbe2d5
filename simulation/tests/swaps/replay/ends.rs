//! What everybody must have when a run is over.

use alloy::primitives::{Address, U256};
use causeway_bindings::{IAssetCustody, IAssetLedger};
use causeway_model::state::{Chain, Closed, Decision, Lock, State, Swap};
use causeway_simulation::{Token, balance_of};

use super::{
    each,
    observed::answer,
    run::Replay,
    stage::{COINS, FORGER, GOLD, L1, bank, id},
};
use crate::trade::{GIVEN, RETURNED};

impl Replay<'_> {
    /// INV-01, INV-02, INV-03, INV-04, INV-07: and by what name each swap has ended. The model's state is the contracts' by now.
    pub(super) fn check_ends(&mut self) -> Result<[&'static str; 2], String> {
        let state = self.state;
        check_agreement(&state)?;
        let coins = self.stage.coins;
        self.check_ledger(self.stage.gold, held_gold(&state))?;
        for (chain, coin) in Chain::ALL.into_iter().zip(coins) {
            let held = self.held_coins(&state, chain);
            self.check_ledger(coin, held)?;
        }
        for swap in Swap::ALL {
            self.check_source(&state, swap)?;
        }
        Chain::ALL
            .into_iter()
            .try_for_each(|chain| self.check_venue(&state, chain))?;
        self.check_paid_on_l1()?;
        each::ends(&state)
    }

    fn held_coins(&self, state: &State, chain: Chain) -> u64 {
        let swaps = Swap::ALL.into_iter().filter(|swap| {
            let slot = state.l1.slots[*swap as usize];
            self.protocol.setting.destination(*swap) == chain
                && slot.decision == Decision::Executed
                && slot.closed == Closed::No
        });
        swaps.count() as u64 * RETURNED
    }

    /// INV-01: every unit that left its home is some chain's or held by a swap, and as much is held as swaps are open.
    fn check_ledger(&mut self, token: Token, expected: u64) -> Result<(), String> {
        let ledger = self.stage.world.l1.contracts.asset_ledger.address;
        let node = &mut self.stage.world.l1.node;
        let key = token.asset().id();
        let issued = answer(node, ledger, &IAssetLedger::issuedCall { key });
        let held = answer(node, ledger, &IAssetLedger::heldCall { key });
        let chains = Chain::ALL.map(id).into_iter().chain([FORGER, L1]);
        let balances = chains.map(|chain| {
            let call = IAssetLedger::balanceCall {
                chainId: U256::from(chain),
                key,
            };
            answer(node, ledger, &call)
        });
        let sum: U256 = balances.sum::<U256>() + held;
        if issued != sum {
            return Err(format!(
                "INV-01: {issued} left {}, {sum} is found",
                token.home
            ));
        }
        if held != U256::from(expected) {
            return Err(format!("INV-01: swaps hold {held} of {}", token.home));
        }
        Ok(())
    }

    /// INV-02, INV-07: the bank has what was returned, or what it gave, or neither.
    fn check_source(&mut self, state: &State, swap: Swap) -> Result<(), String> {
        let (source, destination) = self.protocol.setting.topology.ends(swap);
        let lock = state.heads[swap as usize].lock;
        let gold = match lock {
            Lock::None | Lock::Refunded => GOLD,
            _ => GOLD - GIVEN,
        };
        let coins = match lock {
            Lock::Redeemed => RETURNED,
            _ => 0,
        };
        let (given, wanted) = (self.stage.gold, self.stage.coins[destination as usize]);
        let found = (
            self.holding(source, given, bank()),
            self.holding(source, wanted, bank()),
        );
        match found == (gold, coins) {
            true => Ok(()),
            false => Err(format!("INV-02: {swap:?} {lock:?} leaves {found:?}")),
        }
    }

    /// INV-03: a venue has given exactly for what it was given.
    fn check_venue(&mut self, state: &State, chain: Chain) -> Result<(), String> {
        let executed = Swap::ALL.into_iter().filter(|swap| {
            let head = state.heads[*swap as usize];
            self.protocol.setting.destination(*swap) == chain && head.outcome.is_executed()
        });
        let executed = executed.count() as u64;
        let (gold, coin) = (self.stage.gold, self.stage.coins[chain as usize]);
        let venue = self.stage.venues[chain as usize];
        let found = (
            self.holding(chain, gold, venue),
            self.holding(chain, coin, venue),
        );
        match found == (executed * GIVEN, COINS - executed * RETURNED) {
            true => Ok(()),
            false => Err(format!(
                "INV-03: {executed} executed on {chain:?} leave {found:?}"
            )),
        }
    }

    /// What an account has and may claim: what L1 has a source pay that never saw the asset waits until its home announces it.
    fn holding(&mut self, chain: Chain, token: Token, account: Address) -> u64 {
        let world = &mut self.stage.world;
        let paid = match world.token_on(id(chain), &token.asset()) {
            Some(address) => balance_of(&mut world.chain(id(chain)).node, address, account).to(),
            None => 0,
        };
        let claimable = IAssetCustody::claimableCall {
            key: token.asset().id(),
            owner: account,
        };
        let vault = world.contracts.vault.address;
        let claim = answer(&mut world.chain(id(chain)).node, vault, &claimable);
        paid + claim.to::<u64>()
    }
}

/// What swaps hold of what was given: until the destination or the source has it.
fn held_gold(state: &State) -> u64 {
    let open = state.l1.slots.iter().filter(|slot| {
        let is_given = matches!(slot.decision, Decision::Pending | Decision::Cancelled);
        is_given && slot.closed == Closed::No
    });
    (open.count() as u64 + u64::from(state.l1.forged.count_ones())) * GIVEN
}

/// INV-04: source, L1 and destination never say two things.
fn check_agreement(state: &State) -> Result<(), String> {
    for swap in Swap::ALL {
        let (slot, settled) = (
            state.l1.slots[swap as usize],
            state.l1.settled[swap as usize],
        );
        let agrees = match settled.lock {
            Lock::Redeemed => slot.decision == Decision::Executed,
            Lock::Refunded | Lock::Refundable => slot.decision == Decision::Cancelled,
            Lock::None | Lock::Locked | Lock::ClosedByL1 => true,
        };
        let is_executed = slot.decision == Decision::Executed;
        if !agrees || settled.outcome.is_executed() != is_executed {
            return Err(format!("INV-04: {swap:?} is {slot:?} and {settled:?}"));
        }
    }
    Ok(())
}
