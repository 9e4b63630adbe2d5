//! The stable names of errors; docs/reference/sdk-errors.md explains each.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident $name:literal $help:literal;)*) => {
        /// The stable name of an [`Error`](crate::Error), the same in every release.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $code,)*
        }

        impl ErrorCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The name in text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// What to do about the error.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$code => $help,)* }
            }
        }
    };
}

codes! {
    /// The description of the network cannot be read.
    NetworkFile "network-file" "Give the file that `causeway dev` wrote, or one of the same shape.";
    /// The network has no such chain.
    UnknownChain "unknown-chain" "Add the chain to the network, or use one that it has.";
    /// The RPC is that of another chain.
    WrongChain "wrong-chain" "Give the provider of the chain named, or correct its RPC URL in the network file.";
    /// A contract of the network is not there.
    NoCode "no-code" "Deploy the contracts, or correct the address in the network file.";
    /// A contract belongs to another release.
    UnknownVersion "unknown-version" "Use the release of this SDK that the contracts belong to.";
    /// The RPC cannot be reached, or refuses a request.
    Rpc "rpc" "Check that the RPC is up and allows the request, then try again.";
    /// The RPC's answer makes no sense.
    BadAnswer "bad-answer" "Use another RPC for this chain: its answers are not sound.";
    /// A contract refused what was asked for.
    Reverted "reverted" "Read the contract's reason: it says what it expected and what it was given.";
    /// A transaction was mined and failed.
    TransactionFailed "transaction-failed" "Send it again; if it fails again, simulate it to see the reason.";
    /// A transaction was sent and is in no block yet.
    TransactionPending "transaction-pending" "Look for an earlier transaction of the account that is stuck, or raise the fee.";
    /// The transaction sent no message.
    NoMessage "no-message" "Give the transaction that sent the message, on the chain it was sent to.";
    /// The block with the message is no longer part of its chain.
    Removed "removed" "Look the transaction up again: it may stand in another block now.";
    /// The message's batch has not settled yet.
    NotSettled "not-settled" "Wait for the chain's operator to settle the batch.";
    /// The destination has not imported a root that covers the message's batch.
    NotRooted "not-rooted" "Wait for the destination's operator to import a newer root.";
    /// What an RPC says does not lead to the root that is known.
    RootMismatch "root-mismatch" "Try again; if it stays, an RPC hides or invents logs: use another one.";
    /// L1's own history does not know the root.
    UnknownRoot "unknown-root" "Try again; if it stays, the chain has imported a false root and cannot settle.";
    /// The message is not among the logs of its batch.
    NotInBatch "not-in-batch" "Look the transaction up again: the block that holds the message has changed.";
    /// Events of L1 do not follow from each other.
    History "history" "Try again; if it stays, use another RPC for L1: this one hides events.";
    /// No proof can be built.
    NotProvable "not-provable" "Try again once the RPC of L1 has caught up.";
    /// More logs than a batch can hold.
    TreeFull "tree-full" "Use another RPC for the source chain: this one invents logs.";
    /// A proof that was just built is malformed.
    Malformed "malformed-proof" "Report this, with the message and the network: it is a fault of the SDK.";
    /// A proof that was just built does not verify.
    Unverified "unverified-proof" "Report this, with the message and the network: it is a fault of the SDK.";
    /// The account has too little of a token.
    InsufficientBalance "insufficient-balance" "Send less, or give the account more of the token first.";
    /// The custody may not take the tokens.
    NotApproved "not-approved" "Make the call that the message names, or have the SDK make it: `approve` of the transfer or bundle.";
    /// There is no token of that kind.
    NotAToken "not-a-token" "Correct the token's address, its chain, or the kind of token that it is sent as.";
    /// The token is of another kind.
    WrongKind "wrong-kind" "Send it as what it is: `Tokens::fungible`, `Tokens::non_fungible` or `Tokens::multi_token`.";
    /// The token takes no permits.
    NoPermits "no-permits" "Use `approve` in place of a permit: only ERC-20 tokens with ERC-2612 take permits.";
    /// The token refuses the permit.
    PermitRefused "permit-refused" "Sign it again: by the account that sends, for this amount, with a deadline to come; or use `approve`.";
    /// The signer does not sign.
    NotSigned "not-signed" "Look at what the signer says; use another one, or `approve` in place of a permit.";
    /// No transfers leave the chain now.
    TransfersPaused "transfers-paused" "Ask those who govern the network; what is on its way still arrives.";
    /// The token's issuer has paused the way to that chain.
    RoutePaused "route-paused" "Ask the token's issuer, or send the token to another chain.";
    /// The limit of the token's issuer does not allow so much now.
    LimitExceeded "limit-exceeded" "Send what is allowed now, or try again later: the limit refills with time.";
    /// A regulated token bars an account.
    CannotTransact "cannot-transact" "Ask the token's issuer to admit the account, or use another one.";
    /// A regulated token does not allow this transfer.
    CannotTransfer "cannot-transfer" "Ask the token's issuer: part of what the account has may be frozen.";
    /// The withdrawal exceeds the outflow limit of L1.
    Delayed "delayed" "Finalize the withdrawal again once the time has come; nobody can take it meanwhile.";
    /// The chain has not taken the deposit yet.
    DepositQueued "deposit-queued" "Wait for the chain's operator to take the operation from the queue.";
    /// The chain has taken the deposit.
    DepositArrived "deposit-arrived" "Look at the recipient on the chain, and at its claims: nothing is to be given back.";
    /// The stage waited for did not come in time.
    Timeout "timeout" "Wait longer, or look at the last status: it says what is missing.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn names_are_unique_and_every_error_says_what_to_do() {
        let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!(
                code.help().ends_with('.') && code.help().len() > 20,
                "{code}"
            );
        }
    }

    #[test]
    fn the_reference_explains_exactly_these_errors() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/sdk-errors.md");
        let text = fs::read_to_string(&path).expect("docs/reference/sdk-errors.md is there");
        let explained: BTreeSet<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'))
            .collect();
        let codes: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(explained, codes);
        for code in ErrorCode::ALL {
            assert!(
                text.contains(code.help()),
                "the help of {code} is missing or differs"
            );
        }
    }
}
