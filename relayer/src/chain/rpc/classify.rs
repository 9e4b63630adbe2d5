//! Whose fault is an error: the provider's, the call's or the transaction's.

use alloy::{
    primitives::Bytes,
    transports::{RpcError, TransportError, TransportErrorKind},
};

use crate::chain::TxFault;

/// What was asked. The same words mean different things for a call and for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chain) enum Purpose {
    /// Anything that executes nothing.
    Read,
    /// A call or an estimate: the chain may answer that it reverts.
    Call,
    /// A broadcast: the node may refuse the transaction.
    Broadcast,
}

/// What an error means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// No answer.
    Unreachable(String),
    /// An answer that is the provider's own trouble.
    Provider(String),
    /// The call reverts.
    Reverted(Bytes),
    /// The transaction is refused.
    Refused(TxFault, String),
}

pub(super) fn cause(error: &TransportError, purpose: Purpose) -> Cause {
    match error {
        RpcError::ErrorResp(payload) => {
            if payload.is_retry_err() {
                return Cause::Provider(payload.message.to_string());
            }
            let data = payload.as_revert_data();
            answered(purpose, payload.code, &payload.message, data)
        }
        RpcError::Transport(TransportErrorKind::HttpError(http)) if http.status < 500 => {
            Cause::Provider(format!("HTTP status {}", http.status))
        }
        RpcError::Transport(TransportErrorKind::HttpError(http)) => {
            Cause::Unreachable(format!("HTTP status {}", http.status))
        }
        RpcError::Transport(kind) => Cause::Unreachable(innermost(kind)),
        RpcError::NullResp => Cause::Provider("null where a value was due".to_owned()),
        RpcError::DeserError { err, .. } => {
            Cause::Provider(format!("an answer that does not parse: {err}"))
        }
        other => Cause::Provider(other.to_string()),
    }
}

/// The error at the bottom of the chain: it says what happened, and unlike the ones above it holds no URL.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn answered(purpose: Purpose, code: i64, message: &str, data: Option<Bytes>) -> Cause {
    let text = message.to_lowercase();
    match purpose {
        Purpose::Read => Cause::Provider(message.to_owned()),
        Purpose::Call if code == 3 || data.is_some() || reverts(&text) => {
            Cause::Reverted(data.unwrap_or_default())
        }
        Purpose::Call => Cause::Provider(message.to_owned()),
        Purpose::Broadcast => match fault(&text) {
            Some(fault) => Cause::Refused(fault, message.to_owned()),
            None if is_transaction_fault(code) => {
                Cause::Refused(TxFault::Other, message.to_owned())
            }
            None => Cause::Provider(message.to_owned()),
        },
    }
}

fn any(text: &str, needles: &[&str]) -> bool {
    needles.iter().any(|needle| text.contains(needle))
}

fn reverts(text: &str) -> bool {
    any(
        text,
        &[
            "revert",
            "invalid opcode",
            "opcode not found",
            "out of gas",
            "outofgas",
            "stack underflow",
            "gas required exceeds",
            "invalid jump",
        ],
    )
}

fn fault(text: &str) -> Option<TxFault> {
    if any(
        text,
        &[
            "already known",
            "already imported",
            "known transaction",
            "already exists",
        ],
    ) {
        return Some(TxFault::AlreadyKnown);
    }
    if any(
        text,
        &[
            "nonce too low",
            "nonce is too low",
            "nonce has already been used",
        ],
    ) {
        return Some(TxFault::NonceTooLow);
    }
    if any(
        text,
        &[
            "underpriced",
            "fee too low",
            "less than block base fee",
            "gas price too low",
            "fee per blob gas",
            "max fee per gas",
        ],
    ) {
        return Some(TxFault::Underpriced);
    }
    any(text, &["insufficient funds", "insufficient balance"]).then_some(TxFault::InsufficientFunds)
}

/// Codes that nodes use for a transaction they refuse: -32000 (invalid input), -32003 (rejected), 3 (reverts).
fn is_transaction_fault(code: i64) -> bool {
    matches!(code, -32000 | -32003 | 3)
}

#[cfg(test)]
mod tests {
    use alloy::rpc::json_rpc::ErrorPayload;

    use super::*;

    fn answer(purpose: Purpose, code: i64, message: &'static str) -> Cause {
        let payload = ErrorPayload {
            code,
            message: message.into(),
            data: None,
        };
        cause(&RpcError::ErrorResp(payload), purpose)
    }

    #[test]
    fn faults_of_transactions_are_told_apart() {
        let cases = [
            (
                "nonce too low: next nonce 7, tx nonce 5",
                TxFault::NonceTooLow,
            ),
            ("already known", TxFault::AlreadyKnown),
            ("transaction already imported", TxFault::AlreadyKnown),
            ("replacement transaction underpriced", TxFault::Underpriced),
            (
                "max fee per gas less than block base fee: 1, baseFee: 7",
                TxFault::Underpriced,
            ),
            (
                "Insufficient funds for gas * price + value",
                TxFault::InsufficientFunds,
            ),
            ("intrinsic gas too low", TxFault::Other),
            ("exceeds block gas limit", TxFault::Other),
        ];
        for (message, expected) in cases {
            match answer(Purpose::Broadcast, -32000, message) {
                Cause::Refused(fault, _) => assert_eq!(fault, expected, "{message}"),
                other => panic!("{message}: {other:?}"),
            }
        }
    }

    #[test]
    fn trouble_of_providers_is_never_a_fault_of_the_transaction() {
        for purpose in [Purpose::Read, Purpose::Call, Purpose::Broadcast] {
            for (code, message) in [
                (429, "slow down"),
                (-32005, "limit exceeded"),
                (-32601, "method not found"),
            ] {
                assert!(
                    matches!(answer(purpose, code, message), Cause::Provider(_)),
                    "{purpose:?} {message}"
                );
            }
        }
    }

    #[test]
    fn calls_that_revert_keep_their_data() {
        let data = serde_json::value::to_raw_value("0x01020304").expect("raw");
        let payload = ErrorPayload {
            code: 3,
            message: "execution reverted".into(),
            data: Some(data),
        };
        let cause = cause(&RpcError::ErrorResp(payload), Purpose::Call);
        assert_eq!(cause, Cause::Reverted(Bytes::from_static(&[1, 2, 3, 4])));
        assert_eq!(
            answer(
                Purpose::Call,
                -32000,
                "EVM error InvalidOpcode: invalid opcode"
            ),
            Cause::Reverted(Bytes::new())
        );
    }

    #[test]
    fn server_errors_count_as_unreachable() {
        let down = TransportErrorKind::http_error(503, "<html>".into());
        assert_eq!(
            cause(&down, Purpose::Read),
            Cause::Unreachable("HTTP status 503".into())
        );
        let refused = TransportErrorKind::http_error(401, "who are you".into());
        assert_eq!(
            cause(&refused, Purpose::Read),
            Cause::Provider("HTTP status 401".into())
        );
    }
}
