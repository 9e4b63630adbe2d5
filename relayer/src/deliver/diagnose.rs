//! Why a delivery would fail, from the revert data of its simulation. Pure.

use alloy::{
    primitives::U256,
    sol_types::{SolError, SolInterface},
};
use causeway_bindings::{
    BundleStatus, IInteropHandler::IInteropHandlerErrors as HandlerError, IMessageVerifier,
    describe_revert,
};

use crate::model::{HoldReason, UnixSeconds};

/// What to do with a message whose simulation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was delivered already; the watch stage will see that.
    Done,
    /// The root it was proven against is gone; prove it against a newer one.
    ProveAgain,
    /// It cannot be delivered now.
    Hold(HoldReason, Release),
    /// It can never be delivered.
    Fail(HoldReason),
}

/// When to try a held message again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// After a while, longer each time.
    Backoff,
    /// At this time.
    At(UnixSeconds),
    /// When somebody asks for it.
    OnRequest,
}

/// Shortest and longest time until a held message is tried again, in seconds.
const SHORTEST_HOLD: UnixSeconds = 30;
const LONGEST_HOLD: UnixSeconds = 3_600;

impl Release {
    /// When to try again a message that was sent at `sent`. Backing off by half of its age makes the pauses grow.
    pub(super) fn time(self, sent: UnixSeconds, now: UnixSeconds) -> Option<UnixSeconds> {
        let age = now.saturating_sub(sent);
        let pause = age
            .checked_div(2)
            .unwrap_or_default()
            .clamp(SHORTEST_HOLD, LONGEST_HOLD);
        match self {
            Self::Backoff => Some(now.saturating_add(pause)),
            Self::At(time) => Some(time.max(now.saturating_add(1))),
            Self::OnRequest => None,
        }
    }
}

/// Reads revert data of `executeBundle`.
pub(super) fn verdict(data: &[u8]) -> Verdict {
    if IMessageVerifier::MessageVerifierUnknownRoot::abi_decode(data).is_ok() {
        return Verdict::ProveAgain;
    }
    match HandlerError::abi_decode(data) {
        Ok(error) => handler_verdict(error, data),
        Err(_) => Verdict::Hold(
            HoldReason::Other {
                reason: describe_revert(data),
            },
            Release::Backoff,
        ),
    }
}

fn handler_verdict(error: HandlerError, data: &[u8]) -> Verdict {
    use HandlerError as E;
    match error {
        E::InteropHandlerUnproven(_) => Verdict::ProveAgain,
        E::InteropHandlerWrongStatus(error) => match error.status {
            BundleStatus::FullyExecuted => Verdict::Done,
            _ => Verdict::Fail(HoldReason::Unbundled),
        },
        E::InteropHandlerCallReverted(error) => {
            let reason = describe_revert(&error.reason);
            hold(HoldReason::RecipientReverts {
                call: small(error.callIndex),
                reason,
            })
        }
        E::InteropHandlerRecipientMissing(error) => hold(HoldReason::RecipientMissing {
            call: small(error.callIndex),
            recipient: error.recipient,
        }),
        E::InteropHandlerWrongReturnValue(error) => hold(HoldReason::WrongReturnValue {
            call: small(error.callIndex),
        }),
        E::InteropHandlerTooEarly(error) => {
            let deliver_after = small(error.deliverAfter);
            Verdict::Hold(
                HoldReason::TooEarly { deliver_after },
                Release::At(deliver_after),
            )
        }
        E::InteropHandlerTooLate(error) => Verdict::Fail(HoldReason::TooLate {
            deliver_before: small(error.deliverBefore),
        }),
        E::InteropHandlerNotExecutor(error) => Verdict::Hold(
            HoldReason::NotExecutor {
                executor: error.executionAddress,
            },
            Release::OnRequest,
        ),
        E::InteropHandlerGasTooLow(error) => hold(HoldReason::GasTooHigh {
            needed: small(error.minGasLimit),
            limit: small(error.available),
        }),
        E::InteropHandlerUnknownVersion(_)
        | E::InteropHandlerWrongDestination(_)
        | E::InteropHandlerWrongSource(_)
        | E::InteropHandlerValueNotCarried(_)
        | E::InteropHandlerMalformedBundle(_)
        | E::InteropHandlerMalformedCall(_)
        | E::InteropHandlerCallCount(_) => Verdict::Fail(HoldReason::Malformed {
            reason: describe_revert(data),
        }),
        _ => hold(HoldReason::Other {
            reason: describe_revert(data),
        }),
    }
}

fn hold(reason: HoldReason) -> Verdict {
    Verdict::Hold(reason, Release::Backoff)
}

fn small(value: U256) -> u64 {
    value.saturating_to()
}

#[cfg(test)]
mod tests {
    use alloy::{
        primitives::{Address, B256, Bytes, FixedBytes},
        sol_types::Revert,
    };
    use causeway_bindings::IInteropHandler;

    use super::*;

    #[test]
    fn each_reason_has_its_verdict() {
        let id = B256::repeat_byte(1);
        let one = U256::ONE;
        let text = Revert::from("not today").abi_encode();
        let reverted = IInteropHandler::InteropHandlerCallReverted {
            callIndex: one,
            reason: text.into(),
        };
        let cases = [
            (
                reverted.abi_encode(),
                hold(HoldReason::RecipientReverts {
                    call: 1,
                    reason: "not today".into(),
                }),
            ),
            (
                IInteropHandler::InteropHandlerRecipientMissing {
                    callIndex: one,
                    recipient: Address::ZERO,
                }
                .abi_encode(),
                hold(HoldReason::RecipientMissing {
                    call: 1,
                    recipient: Address::ZERO,
                }),
            ),
            (
                IInteropHandler::InteropHandlerTooEarly {
                    callIndex: one,
                    deliverAfter: U256::from(90),
                    timestamp: one,
                }
                .abi_encode(),
                Verdict::Hold(HoldReason::TooEarly { deliver_after: 90 }, Release::At(90)),
            ),
            (
                IInteropHandler::InteropHandlerTooLate {
                    callIndex: one,
                    deliverBefore: U256::from(9),
                    timestamp: one,
                }
                .abi_encode(),
                Verdict::Fail(HoldReason::TooLate { deliver_before: 9 }),
            ),
            (
                IInteropHandler::InteropHandlerNotExecutor {
                    caller: Address::ZERO,
                    executionAddress: Bytes::from_static(&[7]),
                }
                .abi_encode(),
                Verdict::Hold(
                    HoldReason::NotExecutor {
                        executor: Bytes::from_static(&[7]),
                    },
                    Release::OnRequest,
                ),
            ),
            (
                IInteropHandler::InteropHandlerWrongStatus {
                    bundleHash: id,
                    status: BundleStatus::FullyExecuted,
                }
                .abi_encode(),
                Verdict::Done,
            ),
            (
                IInteropHandler::InteropHandlerWrongStatus {
                    bundleHash: id,
                    status: BundleStatus::Unbundled,
                }
                .abi_encode(),
                Verdict::Fail(HoldReason::Unbundled),
            ),
            (
                IInteropHandler::InteropHandlerUnproven { bundleHash: id }.abi_encode(),
                Verdict::ProveAgain,
            ),
            (
                IMessageVerifier::MessageVerifierUnknownRoot {
                    settlementChainId: one,
                    settlementBlock: one,
                    root: id,
                }
                .abi_encode(),
                Verdict::ProveAgain,
            ),
            (
                IInteropHandler::InteropHandlerGasTooLow {
                    callIndex: one,
                    minGasLimit: U256::from(9),
                    available: one,
                }
                .abi_encode(),
                hold(HoldReason::GasTooHigh {
                    needed: 9,
                    limit: 1,
                }),
            ),
            (
                Vec::new(),
                hold(HoldReason::Other {
                    reason: "reverted without a reason".into(),
                }),
            ),
        ];
        for (data, expected) in cases {
            assert_eq!(verdict(&data), expected);
        }
    }

    #[test]
    fn what_no_chain_will_ever_take_has_failed_for_good() {
        let unknown = IInteropHandler::InteropHandlerUnknownVersion {
            version: FixedBytes([9]),
        };
        let bundle = IInteropHandler::InteropHandlerMalformedBundle {
            bundleHash: B256::repeat_byte(3),
        };
        let call = IInteropHandler::InteropHandlerMalformedCall {
            callIndex: U256::ZERO,
        };
        for data in [unknown.abi_encode(), bundle.abi_encode(), call.abi_encode()] {
            let verdict = verdict(&data);
            assert!(
                matches!(verdict, Verdict::Fail(HoldReason::Malformed { .. })),
                "{verdict:?}"
            );
        }
    }

    #[test]
    fn pauses_grow_with_age_within_bounds() {
        assert_eq!(Release::Backoff.time(1_000, 1_010), Some(1_040));
        assert_eq!(Release::Backoff.time(1_000, 1_400), Some(1_600));
        assert_eq!(Release::Backoff.time(1_000, 900_000), Some(903_600));
        assert_eq!(Release::At(5_000).time(0, 100), Some(5_000));
        assert_eq!(Release::At(50).time(0, 100), Some(101));
        assert_eq!(Release::OnRequest.time(0, 100), None);
    }
}
