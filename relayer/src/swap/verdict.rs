//! What a contract's refusal of a step means. Pure.

use alloy::sol_types::SolError;
use causeway_bindings::{
    IAssetVault, IAtomicSwap as Swap, IMessageVerifier, ISwapRegistry as Registry, describe_revert,
};

use crate::model::UnixSeconds;

/// What to think of a step that would revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was done, by whomever, and will be seen.
    Done,
    /// It can be done at this time, by the chain's clock.
    At(UnixSeconds),
    /// Something else has to happen first, and will.
    Later,
    /// Somebody may have to act; what the chain answered.
    Trouble(String),
}

/// Reads revert data of any step.
pub(super) fn of(data: &[u8]) -> Verdict {
    let is_done = Swap::AtomicSwapDecided::abi_decode(data).is_ok()
        || Swap::AtomicSwapNotLocked::abi_decode(data).is_ok()
        || Registry::SwapRegistryDecided::abi_decode(data).is_ok()
        || Registry::SwapRegistryClosed::abi_decode(data).is_ok()
        || Registry::SwapRegistryAlreadyForced::abi_decode(data).is_ok()
        || Registry::SwapRegistryNotFrozen::abi_decode(data).is_ok();
    if is_done {
        return Verdict::Done;
    }
    if let Ok(early) = Registry::SwapRegistryTooEarly::abi_decode(data) {
        return Verdict::At(early.notBefore.saturating_to());
    }
    if let Ok(early) = Swap::AtomicSwapNotExpired::abi_decode(data) {
        let deadline: UnixSeconds = early.deadline.saturating_to();
        return Verdict::At(deadline.saturating_add(1));
    }
    // The next look sees the clock that refused, the root that is missing, or another block.
    let is_passing = Swap::AtomicSwapTooLate::abi_decode(data).is_ok()
        || IAssetVault::AssetVaultBlockFull::abi_decode(data).is_ok()
        || Swap::AtomicSwapUnproven::abi_decode(data).is_ok()
        || IMessageVerifier::MessageVerifierUnknownRoot::abi_decode(data).is_ok();
    if is_passing {
        Verdict::Later
    } else {
        Verdict::Trouble(describe_revert(data))
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{B256, Bytes, U256};
    use causeway_bindings::{LockStatus, SwapOutcome};

    use super::*;

    const ID: B256 = B256::repeat_byte(1);

    #[test]
    fn refusals_are_told_apart() {
        let time = U256::from(500);
        let (done, trouble) = (Some(Verdict::Done), None::<Verdict>);
        let outcome = SwapOutcome::Executed;
        let cases = [
            (
                Swap::AtomicSwapDecided {
                    swapId: ID,
                    outcome,
                }
                .abi_encode(),
                done.clone(),
            ),
            (
                Swap::AtomicSwapNotLocked {
                    swapId: ID,
                    status: LockStatus::Redeemed,
                }
                .abi_encode(),
                done.clone(),
            ),
            (
                Registry::SwapRegistryDecided {
                    swapId: ID,
                    outcome,
                }
                .abi_encode(),
                done.clone(),
            ),
            (
                Registry::SwapRegistryClosed { swapId: ID }.abi_encode(),
                done.clone(),
            ),
            (
                Registry::SwapRegistryAlreadyForced { swapId: ID }.abi_encode(),
                done.clone(),
            ),
            (
                Registry::SwapRegistryNotFrozen { chainId: time }.abi_encode(),
                done,
            ),
            (
                Registry::SwapRegistryTooEarly {
                    notBefore: time,
                    timestamp: U256::ZERO,
                }
                .abi_encode(),
                Some(Verdict::At(500)),
            ),
            (
                Swap::AtomicSwapNotExpired {
                    swapId: ID,
                    deadline: time,
                    timestamp: time,
                }
                .abi_encode(),
                Some(Verdict::At(501)),
            ),
            (
                Swap::AtomicSwapTooLate {
                    swapId: ID,
                    deadline: time,
                    timestamp: time,
                }
                .abi_encode(),
                Some(Verdict::Later),
            ),
            (
                Swap::AtomicSwapUnproven { swapId: ID }.abi_encode(),
                Some(Verdict::Later),
            ),
            (
                IAssetVault::AssetVaultBlockFull { most: time }.abi_encode(),
                Some(Verdict::Later),
            ),
            (
                Swap::AtomicSwapVenueReverted {
                    swapId: ID,
                    reason: Bytes::new(),
                }
                .abi_encode(),
                trouble.clone(),
            ),
            (
                Swap::AtomicSwapTooLittle {
                    swapId: ID,
                    least: time,
                    returned: U256::ONE,
                }
                .abi_encode(),
                trouble.clone(),
            ),
            (Vec::new(), trouble),
        ];
        for (data, expected) in cases {
            let verdict = of(&data);
            match expected {
                Some(expected) => assert_eq!(verdict, expected),
                None => assert!(matches!(verdict, Verdict::Trouble(_)), "{verdict:?}"),
            }
        }
    }
}
