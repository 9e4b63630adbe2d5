//! Whether the vault's log and the log of swaps tell the same story. Neither is bound by a rolling hash, so a node that
//! hides a swap's effect must hide what the vault moved for it as well, and then the next payment of the swap fails.

use std::collections::BTreeMap;

use alloy::primitives::{B256, U256};
use causeway_bindings::{SwapChange, SwapEffect, SwapLeg, Way};

use super::read::AssetMove;

/// What the two logs say differently about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the vault moved {moved} of {key} for swaps, their log says {reported}")]
pub struct Difference {
    /// Ledger key.
    pub key: B256,
    /// What the vault moved.
    pub moved: U256,
    /// What was done to swaps.
    pub reported: U256,
}

/// Amounts by ledger key and direction; true is into the chain's accounts.
type Totals = BTreeMap<(B256, bool), U256>;

/// Checks that the vault has moved, each way, what the effects say was taken and given.
///
/// # Errors
/// The first token of which the logs say something different.
pub fn check(effects: &[SwapEffect], moves: &[AssetMove]) -> Result<(), Difference> {
    let mut reported = Totals::new();
    for effect in effects {
        for (leg, is_in) in legs(effect) {
            add(&mut reported, leg.ledger_key(), is_in, leg.amount);
        }
    }
    let mut moved = Totals::new();
    for each in moves {
        let key = each.asset.ledger_key(each.token_id);
        add(
            &mut moved,
            key,
            matches!(each.way, Way::From(_)),
            each.amount,
        );
    }
    let of = |totals: &Totals, at| totals.get(at).copied().unwrap_or_default();
    let differs = reported
        .keys()
        .chain(moved.keys())
        .find(|at| of(&reported, at) != of(&moved, at));
    match differs {
        None => Ok(()),
        Some(at) => Err(Difference {
            key: at.0,
            moved: of(&moved, at),
            reported: of(&reported, at),
        }),
    }
}

/// What an effect took from the chain's accounts or gave to them; true is given.
fn legs(effect: &SwapEffect) -> Vec<(&SwapLeg, bool)> {
    match effect.change {
        SwapChange::Opened => vec![(&effect.leg, false)],
        SwapChange::Executed => vec![(&effect.leg, true), (&effect.returned, false)],
        SwapChange::Redeemed | SwapChange::Refunded => vec![(&effect.leg, true)],
        SwapChange::Cancelled | SwapChange::Buried | SwapChange::__Invalid => Vec::new(),
    }
}

fn add(totals: &mut Totals, key: B256, is_in: bool, amount: U256) {
    let total = totals.entry((key, is_in)).or_default();
    *total = total.saturating_add(amount);
}

#[cfg(test)]
mod tests {
    use alloy::primitives::Address;
    use causeway_bindings::{Asset, AssetKind};

    use super::*;

    fn leg(token: u8, amount: u64) -> SwapLeg {
        let asset = Asset {
            originChainId: U256::from(9),
            originToken: Address::with_last_byte(token),
            kind: AssetKind::Fungible,
        };
        SwapLeg::new(asset, U256::ZERO, U256::from(amount))
    }

    fn effect(change: SwapChange, given: SwapLeg, returned: SwapLeg) -> SwapEffect {
        SwapEffect {
            change,
            source: U256::from(271),
            destination: U256::from(272),
            swapId: B256::repeat_byte(1),
            leg: given,
            returned,
        }
    }

    fn moved(way: fn(U256) -> Way, leg: &SwapLeg) -> AssetMove {
        AssetMove {
            asset: leg.asset.clone(),
            token_id: leg.tokenId,
            amount: leg.amount,
            way: way(U256::ZERO),
        }
    }

    #[test]
    fn each_change_moves_what_it_says() {
        let (x, y, nothing) = (leg(1, 5), leg(2, 7), leg(0, 0));
        let (taken, given) = (moved(Way::To, &x), moved(Way::From, &x));
        let cases: [(SwapChange, &SwapLeg, Vec<AssetMove>); 6] = [
            (SwapChange::Opened, &nothing, vec![taken.clone()]),
            (
                SwapChange::Executed,
                &y,
                vec![given.clone(), moved(Way::To, &y)],
            ),
            (SwapChange::Redeemed, &nothing, vec![given.clone()]),
            (SwapChange::Refunded, &nothing, vec![given]),
            (SwapChange::Cancelled, &nothing, Vec::new()),
            (SwapChange::Buried, &nothing, Vec::new()),
        ];
        for (change, returned, moves) in cases {
            let effects = [effect(change, x.clone(), returned.clone())];
            assert_eq!(check(&effects, &moves), Ok(()), "{change:?}");
            let fewer = moves.get(1..).unwrap_or_default();
            assert_eq!(
                check(&effects, fewer).is_ok(),
                moves.is_empty(),
                "{change:?}: a hidden move"
            );
            assert_eq!(
                check(&[], &moves).is_ok(),
                moves.is_empty(),
                "{change:?}: a hidden effect"
            );
        }
        let opened = [effect(SwapChange::Opened, x.clone(), nothing)];
        let wrong_way = [moved(Way::From, &x)];
        assert!(check(&opened, &wrong_way).is_err());
        let more = [taken.clone(), taken];
        let found = check(&opened, &more).unwrap_err();
        assert_eq!(
            (found.moved, found.reported),
            (U256::from(10), U256::from(5))
        );
    }
}
