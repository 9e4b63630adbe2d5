//! What a contract's refusal of a step means. Pure.

use alloy::sol_types::SolError;
use causeway_bindings::{
    BundleStatus, IAssetRules, IAssetVault, IInteropHandler, IMessageVerifier, ISharedBridge,
    describe_revert,
};

use crate::model::UnixSeconds;

/// What to think of a step that would revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was done, by whomever.
    Done,
    /// It does not apply; what comes after it may.
    Skip,
    /// It can be done at this time.
    At(UnixSeconds),
    /// Something else has to happen first.
    Later,
    /// Nobody knows; what the chain answered.
    Trouble(String),
}

/// Reads revert data of `cancelExpired`.
pub(super) fn of_cancel(data: &[u8]) -> Verdict {
    use IInteropHandler as H;
    if let Ok(error) = H::InteropHandlerWrongStatus::abi_decode(data) {
        return match error.status {
            BundleStatus::FullyExecuted => Verdict::Done,
            _ => Verdict::Skip,
        };
    }
    if H::InteropHandlerNotExpired::abi_decode(data).is_ok() {
        return Verdict::Skip;
    }
    let unproven = H::InteropHandlerUnproven::abi_decode(data).is_ok()
        || IMessageVerifier::MessageVerifierUnknownRoot::abi_decode(data).is_ok();
    // The root that the proof leads to was forgotten, or is not there yet.
    if unproven {
        Verdict::Later
    } else {
        trouble(data)
    }
}

/// Reads revert data of `returnCancelled`.
pub(super) fn of_return(data: &[u8]) -> Verdict {
    if IAssetVault::AssetVaultAlreadyReturned::abi_decode(data).is_ok() {
        return Verdict::Done;
    }
    if IAssetVault::AssetVaultNotCancelled::abi_decode(data).is_ok() {
        return Verdict::Skip;
    }
    trouble(data)
}

/// Reads revert data of `release`.
pub(super) fn of_release(data: &[u8]) -> Verdict {
    use IAssetRules as R;
    if R::AssetRulesNothingHeld::abi_decode(data).is_ok() {
        return Verdict::Done;
    }
    if let Ok(error) = R::AssetRulesTooEarly::abi_decode(data) {
        return Verdict::At(error.payableAt.saturating_to());
    }
    if R::AssetRulesRoutePaused::abi_decode(data).is_ok() {
        return Verdict::Later;
    }
    trouble(data)
}

/// Reads revert data of `finalizeWithdrawal`.
pub(super) fn of_finalize(data: &[u8]) -> Verdict {
    if ISharedBridge::SharedBridgeAlreadyFinalized::abi_decode(data).is_ok() {
        return Verdict::Skip;
    }
    trouble(data)
}

/// Reads revert data of `releaseWithdrawal`.
pub(super) fn of_pay(data: &[u8]) -> Verdict {
    if ISharedBridge::SharedBridgeAlreadyFinalized::abi_decode(data).is_ok() {
        return Verdict::Done;
    }
    match ISharedBridge::SharedBridgeTooEarly::abi_decode(data) {
        Ok(error) => Verdict::At(error.payableAt.saturating_to()),
        Err(_) => trouble(data),
    }
}

fn trouble(data: &[u8]) -> Verdict {
    Verdict::Trouble(describe_revert(data))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, B256, U256};

    use super::*;

    const ID: B256 = B256::repeat_byte(1);

    fn wrong_status(status: BundleStatus) -> Vec<u8> {
        IInteropHandler::InteropHandlerWrongStatus {
            bundleHash: ID,
            status,
        }
        .abi_encode()
    }

    fn already_finalized() -> Vec<u8> {
        ISharedBridge::SharedBridgeAlreadyFinalized {
            chainId: U256::ONE,
            messageHash: ID,
        }
        .abi_encode()
    }

    #[test]
    fn giving_up() {
        let unproven = IInteropHandler::InteropHandlerUnproven { bundleHash: ID };
        let running = IInteropHandler::InteropHandlerNotExpired { bundleHash: ID };
        let cases = [
            (wrong_status(BundleStatus::FullyExecuted), Verdict::Done),
            (running.abi_encode(), Verdict::Skip),
            (unproven.abi_encode(), Verdict::Later),
            (
                vec![],
                Verdict::Trouble("reverted without a reason".to_owned()),
            ),
        ];
        for (data, expected) in cases {
            assert_eq!(of_cancel(&data), expected);
        }
    }

    #[test]
    fn sending_back() {
        let returned = IAssetVault::AssetVaultAlreadyReturned {
            bundleHash: ID,
            callIndex: U256::ZERO,
        };
        let running = IAssetVault::AssetVaultNotCancelled {
            bundleHash: ID,
            callIndex: U256::ZERO,
        };
        assert_eq!(of_return(&returned.abi_encode()), Verdict::Done);
        assert_eq!(of_return(&running.abi_encode()), Verdict::Skip);
        assert!(matches!(of_return(&[1]), Verdict::Trouble(_)));
    }

    #[test]
    fn releasing() {
        let token = Address::ZERO;
        let nothing = IAssetRules::AssetRulesNothingHeld {
            token,
            chainId: U256::ONE,
            index: U256::ZERO,
        };
        let early = IAssetRules::AssetRulesTooEarly {
            payableAt: U256::from(90),
            timestamp: U256::from(80),
        };
        let paused = IAssetRules::AssetRulesRoutePaused {
            token,
            chainId: U256::ONE,
        };
        assert_eq!(of_release(&nothing.abi_encode()), Verdict::Done);
        assert_eq!(of_release(&early.abi_encode()), Verdict::At(90));
        assert_eq!(of_release(&paused.abi_encode()), Verdict::Later);
        assert!(matches!(of_release(&[]), Verdict::Trouble(_)));
    }

    #[test]
    fn withdrawing() {
        let early = ISharedBridge::SharedBridgeTooEarly {
            payableAt: U256::from(90),
            timestamp: U256::from(80),
        };
        assert_eq!(of_finalize(&already_finalized()), Verdict::Skip);
        assert!(matches!(of_finalize(&[]), Verdict::Trouble(_)));
        assert_eq!(of_pay(&already_finalized()), Verdict::Done);
        assert_eq!(of_pay(&early.abi_encode()), Verdict::At(90));
        assert!(matches!(of_pay(&[]), Verdict::Trouble(_)));
    }
}
