//! One outcome out of what several providers say. Pure.

use alloy::primitives::B256;

use super::{ChainError, Fees, TxFault, TxReceipt};

/// Tip offered where a node does not suggest one: 1 gwei.
const DEFAULT_TIP: u128 = 1_000_000_000;

/// Room for the base fee to double, and the tip on top.
pub(super) fn offered(gas_price: u128, tip: Option<u128>) -> Fees {
    let tip = tip.unwrap_or(DEFAULT_TIP.min(gas_price));
    Fees {
        max_fee_per_gas: gas_price.saturating_mul(2).saturating_add(tip),
        max_priority_fee_per_gas: tip,
    }
}

/// A receipt that any provider has counts; `None` only where at least one answered and none had it.
pub(super) fn one_receipt(
    answers: Vec<Result<Option<TxReceipt>, ChainError>>,
) -> Result<Option<TxReceipt>, ChainError> {
    let mut outcome = None;
    for answer in answers {
        match (answer, &outcome) {
            (Ok(Some(receipt)), _) => return Ok(Some(receipt)),
            (Ok(None), _) => outcome = Some(Ok(None)),
            (Err(error), None) => outcome = Some(Err(error)),
            (Err(_), Some(_)) => {}
        }
    }
    outcome.unwrap_or(Ok(None))
}

/// One node that takes the transaction is enough, or has it already. It is refused only where every node refuses it: one
/// that gave no answer may have taken it. `None` without answers.
pub(super) fn broadcast_outcome(
    answers: Vec<Result<B256, ChainError>>,
) -> Option<Result<B256, ChainError>> {
    let rank = |answer: &Result<B256, ChainError>| match answer {
        Ok(_) => 0,
        Err(ChainError::Refused {
            fault: TxFault::AlreadyKnown,
            ..
        }) => 1,
        Err(ChainError::Unreachable { .. }) => 2,
        Err(ChainError::Disagreement { .. } | ChainError::Provider { .. }) => 3,
        Err(ChainError::Refused { .. } | ChainError::Reverted { .. }) => 4,
    };
    answers.into_iter().min_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable() -> ChainError {
        ChainError::Unreachable {
            chain: 1,
            provider: "a".into(),
            reason: "gone".into(),
        }
    }

    fn refused(fault: TxFault) -> ChainError {
        ChainError::Refused {
            chain: 1,
            fault,
            reason: "no".into(),
        }
    }

    #[test]
    fn fees_leave_room_for_the_base_fee_and_survive_a_node_without_tips() {
        assert_eq!(
            offered(10, Some(3)),
            Fees {
                max_fee_per_gas: 23,
                max_priority_fee_per_gas: 3
            }
        );
        assert_eq!(
            offered(10, None),
            Fees {
                max_fee_per_gas: 30,
                max_priority_fee_per_gas: 10
            }
        );
    }

    #[test]
    fn a_transaction_is_out_when_one_node_has_it() {
        let hash = B256::repeat_byte(1);
        assert_eq!(
            broadcast_outcome(vec![Err(unreachable()), Ok(hash)])
                .expect("an answer")
                .expect("sent"),
            hash
        );
        let known = broadcast_outcome(vec![
            Err(refused(TxFault::Other)),
            Err(refused(TxFault::AlreadyKnown)),
        ]);
        assert!(matches!(
            known,
            Some(Err(ChainError::Refused {
                fault: TxFault::AlreadyKnown,
                ..
            }))
        ));
        let unclear =
            broadcast_outcome(vec![Err(unreachable()), Err(refused(TxFault::NonceTooLow))]);
        assert!(matches!(unclear, Some(Err(ChainError::Unreachable { .. }))));
    }

    #[test]
    fn no_receipt_is_only_said_when_somebody_could_look() {
        let receipt = TxReceipt {
            tx: B256::ZERO,
            block: 1,
            block_hash: B256::ZERO,
            success: true,
            gas_used: 1,
        };
        let found = one_receipt(vec![
            Ok(None),
            Err(unreachable()),
            Ok(Some(receipt.clone())),
        ]);
        assert_eq!(found.expect("answer"), Some(receipt));
        assert_eq!(
            one_receipt(vec![Err(unreachable()), Ok(None)]).expect("answer"),
            None
        );
        assert!(one_receipt(vec![Err(unreachable())]).is_err());
    }
}
