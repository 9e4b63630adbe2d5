//! Revert data in words.

use alloy::{
    primitives::{Bytes, FixedBytes},
    sol_types::{Panic, Revert, SolError, SolInterface},
};

use crate::{
    IAccessManaged, IAccessManager, IAdapterRunner, IAdapterVenue, IAssetCustody, IAssetLedger,
    IAssetRules, IAssetVault, IAtomicSwap, IAttestationVerifier, IBaseTokenHolder,
    IBatchSettlement, IBridgedToken, IChainRegistry, IERC20, IERC721, IERC1155, IInteropCenter,
    IInteropHandler, IInteropRootStorage, IMessageOutbox, IMessageRoot, IMessageVerifier,
    IPoolVenue, IPriorityInbox, IPriorityQueue, IQuoteVenue, ISharedBridge, ISwapDeployer,
    ISwapRegistry, ITradeVenue, IVerifierRegistry,
};

/// Where the text of `Error(string)` starts: behind the selector, the offset and the length.
const REASON_TEXT: usize = 4 + 32 + 32;

/// Says in one line what a contract gave as its reason for reverting.
///
/// Knows the network's errors, those of its access manager, `Error(string)` and `Panic(uint256)`. The reasons inside a
/// failed call or delivery are unfolded. Data cut short, as the handler keeps it, is read as far as it goes.
pub fn describe_revert(data: &[u8]) -> String {
    if data.is_empty() {
        return "reverted without a reason".to_owned();
    }
    text_reason(data)
        .or_else(|| nested(data))
        .or_else(|| interface_error(data))
        .or_else(|| free_error(data))
        .unwrap_or_else(|| unknown(data))
}

fn text_reason(data: &[u8]) -> Option<String> {
    if let Ok(panic) = Panic::abi_decode(data) {
        return Some(panic.to_string());
    }
    if !data.starts_with(&Revert::SELECTOR) {
        return None;
    }
    match Revert::abi_decode(data) {
        Ok(revert) => Some(revert.reason().to_owned()),
        Err(_) => {
            let text = String::from_utf8_lossy(data.get(REASON_TEXT..)?);
            Some(format!("{}...", text.trim_end_matches('\0')))
        }
    }
}

fn nested(data: &[u8]) -> Option<String> {
    let (who, reason) = inner(data)?;
    Some(format!("{who} reverted: {}", describe_revert(&reason)))
}

/// Who failed inside of who reverted, and why.
fn inner(data: &[u8]) -> Option<(String, Bytes)> {
    if let Ok(failed) = IInteropHandler::InteropHandlerCallReverted::abi_decode(data) {
        return Some((format!("call {}", failed.callIndex), failed.reason));
    }
    if let Ok(failed) = IAtomicSwap::AtomicSwapVenueReverted::abi_decode(data) {
        return Some(("the venue".to_owned(), failed.reason));
    }
    let failed = IAdapterRunner::AdapterRunnerCallFailed::abi_decode(data).ok()?;
    Some((format!("its call of {}", failed.target), failed.reason))
}

fn interface_error(data: &[u8]) -> Option<String> {
    macro_rules! first_of {
        ($($errors:path),* $(,)?) => {
            None$(.or_else(|| <$errors>::abi_decode(data).ok().map(|error| fields(&format!("{error:?}")))))*
        };
    }
    first_of![
        IAccessManaged::IAccessManagedErrors,
        IAccessManager::IAccessManagerErrors,
        IAdapterRunner::IAdapterRunnerErrors,
        IAdapterVenue::IAdapterVenueErrors,
        IAssetCustody::IAssetCustodyErrors,
        IAssetLedger::IAssetLedgerErrors,
        IAssetRules::IAssetRulesErrors,
        IAssetVault::IAssetVaultErrors,
        IAtomicSwap::IAtomicSwapErrors,
        IAttestationVerifier::IAttestationVerifierErrors,
        IBaseTokenHolder::IBaseTokenHolderErrors,
        IBatchSettlement::IBatchSettlementErrors,
        IBridgedToken::IBridgedTokenErrors,
        IChainRegistry::IChainRegistryErrors,
        IERC20::IERC20Errors,
        IERC721::IERC721Errors,
        IERC1155::IERC1155Errors,
        IInteropCenter::IInteropCenterErrors,
        IInteropHandler::IInteropHandlerErrors,
        IInteropRootStorage::IInteropRootStorageErrors,
        IMessageOutbox::IMessageOutboxErrors,
        IMessageRoot::IMessageRootErrors,
        IMessageVerifier::IMessageVerifierErrors,
        IPoolVenue::IPoolVenueErrors,
        IPriorityInbox::IPriorityInboxErrors,
        IPriorityQueue::IPriorityQueueErrors,
        IQuoteVenue::IQuoteVenueErrors,
        ISharedBridge::ISharedBridgeErrors,
        ISwapDeployer::ISwapDeployerErrors,
        ISwapRegistry::ISwapRegistryErrors,
        ITradeVenue::ITradeVenueErrors,
        IVerifierRegistry::IVerifierRegistryErrors,
    ]
}

/// Errors that stand outside of every interface: what is wrong about a proof, or about a transfer on its way.
fn free_error(data: &[u8]) -> Option<String> {
    macro_rules! first_of {
        ($($error:ident),* $(,)?) => {
            None$(.or_else(|| crate::$error::abi_decode(data).ok().map(|error| format!("{error:?}"))))*
        };
    }
    first_of![
        InclusionProofDirtyMetadata,
        InclusionProofEmptyLeaf,
        InclusionProofFinalWithBatchPart,
        InclusionProofIndexOutOfRange,
        InclusionProofUnknownVersion,
        InclusionProofWrongHops,
        InclusionProofWrongLength,
        InclusionProofWrongLogLength,
        InclusionProofWrongTransaction,
        InclusionProofZeroBatchRoot,
        AssetTransferDoesNotFit,
        CodeStoreFailed,
    ]
}

/// `Name(Name { field: value })`, which an enum of errors prints, without the outer name.
fn fields(printed: &str) -> String {
    let inner = printed
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(printed).to_owned()
}

fn unknown(data: &[u8]) -> String {
    match data.first_chunk::<4>() {
        Some(selector) => format!(
            "unknown error {} with {} bytes of arguments",
            FixedBytes(*selector),
            data.len() - 4
        ),
        None => format!("{} bytes that are no error", data.len()),
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, B256, U256};

    use super::*;
    use crate::QuoteStatus;

    fn call_reverted(reason: Vec<u8>) -> Vec<u8> {
        IInteropHandler::InteropHandlerCallReverted {
            callIndex: U256::from(3),
            reason: Bytes::from(reason),
        }
        .abi_encode()
    }

    #[test]
    fn errors_of_the_network_show_their_fields() {
        let error = IInteropHandler::InteropHandlerTooLate {
            callIndex: U256::from(1),
            deliverBefore: U256::from(20),
            timestamp: U256::from(30),
        };
        assert_eq!(
            describe_revert(&error.abi_encode()),
            "InteropHandlerTooLate { callIndex: 1, deliverBefore: 20, timestamp: 30 }"
        );
        let error = IAccessManaged::AccessManagedUnauthorized {
            caller: Address::ZERO,
        };
        assert_eq!(
            describe_revert(&error.abi_encode()),
            "AccessManagedUnauthorized { caller: 0x0000000000000000000000000000000000000000 }"
        );
    }

    #[test]
    fn errors_of_proofs_show_their_fields() {
        let error = crate::InclusionProofWrongLength {
            expected: U256::from(24),
            actual: U256::from(23),
        };
        assert_eq!(
            describe_revert(&error.abi_encode()),
            "InclusionProofWrongLength { expected: 24, actual: 23 }"
        );
    }

    #[test]
    fn reasons_inside_a_failed_call_are_unfolded() {
        let reason = Revert::from("insufficient balance").abi_encode();
        assert_eq!(
            describe_revert(&call_reverted(reason)),
            "call 3 reverted: insufficient balance"
        );
        assert_eq!(
            describe_revert(&call_reverted(vec![])),
            "call 3 reverted: reverted without a reason"
        );
    }

    #[test]
    fn what_a_venue_says_is_said_in_its_words() {
        let refused = IQuoteVenue::QuoteVenueRefused {
            quoteHash: B256::ZERO,
            status: QuoteStatus::Used,
        };
        let by_venue = |reason: Vec<u8>| IAtomicSwap::AtomicSwapVenueReverted {
            swapId: B256::ZERO,
            reason: Bytes::from(reason),
        };
        let told = describe_revert(&by_venue(refused.abi_encode()).abi_encode());
        assert!(
            told.starts_with("the venue reverted: QuoteVenueRefused {"),
            "{told}"
        );
        assert!(told.contains("status: Used"), "{told}");
        let called = IAdapterRunner::AdapterRunnerCallFailed {
            target: Address::ZERO,
            reason: Revert::from("too dear").abi_encode().into(),
        };
        let told = describe_revert(&by_venue(called.abi_encode()).abi_encode());
        assert!(
            told.ends_with(
                "its call of 0x0000000000000000000000000000000000000000 reverted: too dear"
            ),
            "{told}"
        );
    }

    #[test]
    fn a_reason_cut_short_is_read_as_far_as_it_goes() {
        let mut reason = Revert::from("x".repeat(400)).abi_encode();
        reason.truncate(256);
        assert_eq!(
            describe_revert(&reason),
            format!("{}...", "x".repeat(256 - REASON_TEXT))
        );
        reason.truncate(20);
        assert_eq!(
            describe_revert(&reason),
            "unknown error 0x08c379a0 with 16 bytes of arguments"
        );
    }

    #[test]
    fn panics_and_strangers_are_named() {
        let overflow = Panic {
            code: U256::from(0x11),
        };
        assert!(describe_revert(&overflow.abi_encode()).contains("0x11"));
        assert_eq!(
            describe_revert(&[0xde, 0xad, 0xbe, 0xef, 1]),
            "unknown error 0xdeadbeef with 1 bytes of arguments"
        );
        assert_eq!(describe_revert(&[1]), "1 bytes that are no error");
    }
}
