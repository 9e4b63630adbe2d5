//! How a swap stands, and what must be true once it is over.

use std::time::Duration;

use alloy::primitives::{Bytes, U256};
use causeway_bindings::{
    Asset, IAtomicSwap, ISwapRegistry, LockStatus, SwapOutcome, SwapSlot, no_proof,
};
use eyre::{OptionExt, Result, WrapErr, ensure};

use super::{BANK, COIN, CUSTOMER, GIVEN, GOLD, Locked, Market, QUOTED};
use crate::{
    holdings::{Whereabouts, close_batches},
    wait::eventually,
};

/// Has nothing to do with any of it.
const PASSER_BY: &str = "erin";
/// How long the last batches may take.
pub(super) const LIMIT: Duration = Duration::from_secs(150);

/// How a swap ended, or has not yet, in the eyes of the three that have a say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// On the source.
    pub lock: LockStatus,
    /// On the destination.
    pub outcome: SwapOutcome,
    /// On L1.
    pub slot: SwapSlot,
}

/// How a swap may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Exactly what was agreed has changed hands.
    Exchanged,
    /// As before.
    Returned,
    /// As before, for the destination was frozen, and the source was told by L1.
    ReturnedByL1,
    /// The bank was paid; the customer has the coin on L1, since its chain stopped.
    ClaimedOnL1,
}

impl Market<'_> {
    /// What L1 says of the swap.
    pub async fn slot(&self, swap: &Locked) -> Result<SwapSlot> {
        let network = self.devnet.network();
        let source = U256::from(self.source.chain_id);
        let registry =
            ISwapRegistry::new(network.l1_contracts().swap_registry, network.l1_provider());
        Ok(registry.slotOf(source, swap.id).call().await?)
    }

    /// Where the swap stands.
    pub async fn standing(&self, swap: &Locked) -> Result<Standing> {
        let source = U256::from(self.source.chain_id);
        let there = IAtomicSwap::new(self.swap, &self.destination.provider);
        let here = IAtomicSwap::new(self.swap, &self.source.provider);
        Ok(Standing {
            lock: here.lockStatus(swap.id).call().await?,
            outcome: there.outcomeOf(source, swap.id).call().await?,
            slot: self.slot(swap).await?,
        })
    }

    /// Why the destination refuses to execute the swap, before it looks at a proof: the revert data.
    pub async fn refused_execution(&self, swap: &Locked) -> Result<Bytes> {
        let there = IAtomicSwap::new(self.swap, &self.destination.provider);
        let execution = there.execute(swap.preimage.clone(), no_proof());
        revert_data(execution.call().await)
    }

    /// Why the source refuses to refund the swap, and to redeem it, before it looks at a proof: the revert data.
    pub async fn refused_payments(&self, swap: &Locked) -> Result<[Bytes; 2]> {
        let here = IAtomicSwap::new(self.swap, &self.source.provider);
        let refund = here.refund(swap.preimage.clone(), no_proof());
        let redeem = here.redeem(swap.preimage.clone(), Bytes::new(), no_proof());
        Ok([
            revert_data(refund.call().await)?,
            revert_data(redeem.call().await)?,
        ])
    }

    /// Waits until the swap stands as `holds` says, and returns that.
    pub async fn wait(
        &self,
        swap: &Locked,
        what: &str,
        holds: impl Fn(&Standing) -> bool,
    ) -> Result<Standing> {
        let mut last = None;
        let reached = eventually(what, LIMIT, async || {
            let standing = self.standing(swap).await?;
            last = Some(standing.clone());
            Ok(holds(&standing).then_some(standing))
        });
        reached.await.wrap_err_with(|| format!("{last:?}"))
    }

    /// Waits until L1 has closed the swap's slot.
    pub async fn wait_until_closed(&self, swap: &Locked) -> Result<Standing> {
        self.wait(swap, "the swap is over", |standing| standing.slot.isClosed)
            .await
    }

    /// Requires that the swap has ended so, in the eyes of both chains and of L1, that both parties have exactly what
    /// follows, and that every unit of both tokens is accounted for. `elsewhere` is what of the bank's coin is
    /// neither its own any more nor the customer's.
    pub async fn require_settled(&self, swap: &Locked, end: End, elsewhere: u64) -> Result<()> {
        self.require_all_settled(&[(swap, end)], elsewhere).await
    }

    /// [`require_settled`](Self::require_settled) for all swaps of the market.
    pub async fn require_all_settled(&self, ends: &[(&Locked, End)], elsewhere: u64) -> Result<()> {
        for (swap, end) in ends {
            let standing = self.standing(swap).await?;
            ensure!(standing.agrees_on(*end), "{end:?}: {standing:?}");
        }
        let count = |wanted: &[End]| {
            let matching = ends.iter().filter(|(_, end)| wanted.contains(end));
            matching.count() as u64
        };
        let (exchanged, claimed) = (count(&[End::Exchanged]), count(&[End::ClaimedOnL1]));
        let given = GIVEN * (exchanged + claimed);
        let (paid, claimed) = (QUOTED * exchanged, QUOTED * claimed);
        let (gold, coin) = (self.gold.asset(), self.coin.asset());
        let has = [
            (&self.source, &gold, CUSTOMER, GOLD - given),
            (&self.destination, &gold, BANK, given),
            (&self.source, &coin, CUSTOMER, paid),
            (&self.l1()?, &coin, CUSTOMER, claimed),
            (
                &self.destination,
                &coin,
                BANK,
                COIN - paid - claimed - elsewhere,
            ),
        ];
        for (place, asset, who, expected) in has {
            let account = self.devnet.signer(who)?.address();
            let found = place.balance(asset, account).await?;
            ensure!(
                found == U256::from(expected),
                "{who} has {found} of {asset:?} on {}, not {expected}",
                place.name
            );
        }
        close_batches(self.devnet, PASSER_BY).await?;
        for asset in [&gold, &coin] {
            self.require_conserved(asset).await?;
        }
        Ok(())
    }

    async fn require_conserved(&self, asset: &Asset) -> Result<()> {
        eventually("the sum holds", LIMIT, async || {
            let found = Whereabouts::of(self.devnet, asset, U256::ZERO).await?;
            found.require_exact().map(Some)
        })
        .await
    }
}

impl Standing {
    fn agrees_on(&self, end: End) -> bool {
        let (lock, outcome) = match end {
            End::Exchanged => (LockStatus::Redeemed, SwapOutcome::Executed),
            End::Returned | End::ReturnedByL1 => (LockStatus::Refunded, SwapOutcome::Cancelled),
            End::ClaimedOnL1 => (LockStatus::Locked, SwapOutcome::Executed),
        };
        // A frozen destination learns of it when it buries, if it ever comes back.
        let unseen = end == End::ReturnedByL1 && self.outcome == SwapOutcome::Pending;
        self.lock == lock
            && (self.outcome == outcome || unseen)
            && self.slot.outcome == outcome
            && self.slot.isClosed
    }
}

/// What a contract refused a call with.
pub(super) fn revert_data<T>(outcome: alloy::contract::Result<T>) -> Result<Bytes> {
    let failure = outcome.err().ok_or_eyre("the call goes through")?;
    failure
        .as_revert_data()
        .ok_or_eyre(format!("no revert: {failure}"))
}
