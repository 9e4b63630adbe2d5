//! What to do about one open transaction. Pure.

use crate::{
    chain::{TxFault, TxReceipt},
    model::{Intent, IntentState, UnixSeconds},
};

use super::SendTimes;

/// What the chain shows, and what the sender remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct View {
    pub(super) now: UnixSeconds,
    /// Transactions of the account in blocks.
    pub(super) mined_nonces: u64,
    pub(super) final_block: u64,
    /// Receipt of any version, where it was looked for.
    pub(super) receipt: Option<TxReceipt>,
    /// When this process last broadcast it.
    pub(super) broadcast_at: Option<UnixSeconds>,
    /// Why the nodes refused it last.
    pub(super) refused: Option<TxFault>,
    /// Head at which its nonce was first seen used while no version of it had a receipt.
    pub(super) nonce_used_at: Option<u64>,
    /// Whether its fees may still be raised.
    pub(super) can_raise: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing to do now.
    Wait,
    /// Send the same bytes again: the pools may have dropped them.
    Rebroadcast,
    /// Sign with higher fees and send.
    Raise,
    /// Free the nonce with an empty transaction.
    Cancel,
    /// Remember that its nonce is used; another look follows once that is final.
    NonceUsed,
    /// Record this state.
    Become(IntentState),
}

/// Whether a receipt is needed to decide: only where the nonce is used.
pub(super) fn needs_receipt(intent: &Intent, mined_nonces: u64, final_block: u64) -> bool {
    if mined_nonces <= intent.nonce {
        return false;
    }
    match intent.state {
        IntentState::Pending => true,
        IntentState::Included { block, .. } => block <= final_block,
        IntentState::Final { .. } | IntentState::Replaced => false,
    }
}

pub(super) fn next_step(intent: &Intent, view: &View, times: &SendTimes) -> Step {
    match intent.state {
        IntentState::Pending if view.mined_nonces > intent.nonce => resolve(view),
        IntentState::Pending => push(intent, view, times),
        IntentState::Included { .. } | IntentState::Final { .. }
            if view.mined_nonces <= intent.nonce =>
        {
            Step::Become(IntentState::Pending)
        }
        IntentState::Included { .. } => settle(intent, view),
        IntentState::Final { .. } | IntentState::Replaced => Step::Wait,
    }
}

/// The nonce is used. By us, if a version has a receipt; by another only once that has been so for a final block, since
/// a missing receipt alone proves nothing.
fn resolve(view: &View) -> Step {
    match (&view.receipt, view.nonce_used_at) {
        (Some(receipt), _) => Step::Become(included(receipt, view.final_block)),
        (None, Some(seen)) if seen <= view.final_block => Step::Become(IntentState::Replaced),
        (None, Some(_)) => Step::Wait,
        (None, None) => Step::NonceUsed,
    }
}

/// A receipt in a final block settles it; a missing one says nothing, and one elsewhere follows a reorg.
fn settle(intent: &Intent, view: &View) -> Step {
    match &view.receipt {
        Some(receipt) => {
            let state = included(receipt, view.final_block);
            if state == intent.state {
                Step::Wait
            } else {
                Step::Become(state)
            }
        }
        None => Step::Wait,
    }
}

fn included(receipt: &TxReceipt, final_block: u64) -> IntentState {
    let TxReceipt {
        block,
        block_hash: hash,
        success,
        ..
    } = *receipt;
    if block <= final_block {
        IntentState::Final { success }
    } else {
        IntentState::Included {
            block,
            hash,
            success,
        }
    }
}

fn push(intent: &Intent, view: &View, times: &SendTimes) -> Step {
    let cancels = intent.kind.is_cancel();
    let since = |then: UnixSeconds| view.now.saturating_sub(then);
    if !cancels && view.refused == Some(TxFault::Other) {
        return Step::Cancel;
    }
    let underpriced = view.refused == Some(TxFault::Underpriced);
    if view.can_raise && (underpriced || since(intent.bumped_at) >= times.raise_after) {
        return Step::Raise;
    }
    if !cancels && !view.can_raise && since(intent.created_at) >= times.cancel_after {
        return Step::Cancel;
    }
    match view.broadcast_at {
        Some(then) if since(then) < times.rebroadcast_after => Step::Wait,
        _ => Step::Rebroadcast,
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, B256, Bytes};

    use super::*;
    use crate::model::IntentKind;

    const TIMES: SendTimes = SendTimes {
        rebroadcast_after: 10,
        raise_after: 30,
        cancel_after: 600,
    };
    const HASH: B256 = B256::repeat_byte(7);

    fn intent(state: IntentState) -> Intent {
        Intent {
            chain: 1,
            signer: Address::ZERO,
            nonce: 5,
            kind: IntentKind::Settle { chain: 2, batch: 1 },
            to: Address::ZERO,
            calldata: Bytes::new(),
            gas_limit: 1,
            hashes: vec![HASH],
            raw: Bytes::new(),
            max_fee_per_gas: 1,
            max_priority_fee_per_gas: 1,
            created_at: 1_000,
            bumped_at: 1_000,
            state,
        }
    }

    fn receipt(block: u64) -> Option<TxReceipt> {
        Some(TxReceipt {
            tx: HASH,
            block,
            block_hash: B256::ZERO,
            success: true,
            gas_used: 1,
        })
    }

    fn included_at(block: u64) -> IntentState {
        IntentState::Included {
            block,
            hash: B256::ZERO,
            success: true,
        }
    }

    #[test]
    fn pending_transactions_are_pushed_until_their_nonce_is_used() {
        let fresh = View {
            now: 1_005,
            mined_nonces: 5,
            broadcast_at: Some(1_000),
            can_raise: true,
            ..View::default()
        };
        let capped = View {
            can_raise: false,
            ..fresh.clone()
        };
        let cases = [
            (fresh.clone(), Step::Wait),
            (
                View {
                    broadcast_at: None,
                    ..fresh.clone()
                },
                Step::Rebroadcast,
            ),
            (
                View {
                    now: 1_010,
                    ..fresh.clone()
                },
                Step::Rebroadcast,
            ),
            (
                View {
                    now: 1_030,
                    ..fresh.clone()
                },
                Step::Raise,
            ),
            (
                View {
                    refused: Some(TxFault::Underpriced),
                    ..fresh.clone()
                },
                Step::Raise,
            ),
            (
                View {
                    refused: Some(TxFault::InsufficientFunds),
                    ..fresh.clone()
                },
                Step::Wait,
            ),
            (
                View {
                    refused: Some(TxFault::Other),
                    ..fresh.clone()
                },
                Step::Cancel,
            ),
            (
                View {
                    now: 1_599,
                    ..capped.clone()
                },
                Step::Rebroadcast,
            ),
            (
                View {
                    now: 1_600,
                    ..capped
                },
                Step::Cancel,
            ),
        ];
        for (view, expected) in cases {
            assert_eq!(
                next_step(&intent(IntentState::Pending), &view, &TIMES),
                expected,
                "{view:?}"
            );
        }
    }

    #[test]
    fn a_transaction_that_only_frees_a_nonce_is_never_cancelled() {
        let mut cancel = intent(IntentState::Pending);
        cancel.kind = IntentKind::Cancel;
        let view = View {
            now: 9_000,
            mined_nonces: 5,
            refused: Some(TxFault::Other),
            ..View::default()
        };
        assert_eq!(next_step(&cancel, &view, &TIMES), Step::Rebroadcast);
    }

    #[test]
    fn a_used_nonce_is_settled_by_evidence_alone() {
        let used = View {
            now: 9_000,
            mined_nonces: 6,
            final_block: 50,
            can_raise: true,
            ..View::default()
        };
        let cases = [
            (
                View {
                    receipt: receipt(60),
                    ..used.clone()
                },
                Step::Become(included_at(60)),
            ),
            (
                View {
                    receipt: receipt(50),
                    ..used.clone()
                },
                Step::Become(IntentState::Final { success: true }),
            ),
            (used.clone(), Step::NonceUsed),
            (
                View {
                    nonce_used_at: Some(51),
                    ..used.clone()
                },
                Step::Wait,
            ),
            (
                View {
                    nonce_used_at: Some(50),
                    ..used.clone()
                },
                Step::Become(IntentState::Replaced),
            ),
            (
                View {
                    nonce_used_at: Some(50),
                    receipt: receipt(51),
                    ..used
                },
                Step::Become(included_at(51)),
            ),
        ];
        for (view, expected) in cases {
            assert_eq!(
                next_step(&intent(IntentState::Pending), &view, &TIMES),
                expected,
                "{view:?}"
            );
        }
    }

    #[test]
    fn inclusion_is_provisional_until_final() {
        let view = View {
            now: 9_000,
            mined_nonces: 6,
            final_block: 50,
            ..View::default()
        };
        let included = intent(included_at(60));
        let cases = [
            (view.clone(), Step::Wait),
            (
                View {
                    mined_nonces: 5,
                    ..view.clone()
                },
                Step::Become(IntentState::Pending),
            ),
            (
                View {
                    final_block: 60,
                    ..view.clone()
                },
                Step::Wait,
            ),
            (
                View {
                    receipt: receipt(61),
                    final_block: 60,
                    ..view.clone()
                },
                Step::Become(included_at(61)),
            ),
            (
                View {
                    receipt: receipt(60),
                    final_block: 60,
                    ..view
                },
                Step::Become(IntentState::Final { success: true }),
            ),
        ];
        for (view, expected) in cases {
            assert_eq!(next_step(&included, &view, &TIMES), expected, "{view:?}");
        }
    }

    #[test]
    fn receipts_are_only_asked_for_where_they_decide() {
        assert!(!needs_receipt(&intent(IntentState::Pending), 5, 99));
        assert!(needs_receipt(&intent(IntentState::Pending), 6, 0));
        assert!(!needs_receipt(&intent(included_at(60)), 6, 59));
        assert!(needs_receipt(&intent(included_at(60)), 6, 60));
    }
}
