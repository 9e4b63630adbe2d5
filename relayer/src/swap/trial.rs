//! Executes a swap that is not locked, as a question: the contract at the destination makes a forced execution by a call of
//! its own, and a node may be asked what any call would do. So what is given need not be there yet, and every venue can be
//! tried, whatever it is.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    Asset, AssetTransfer, IAssetCustody, IAssetRules, IAtomicSwap, SWAP_TRANSPARENT, SWAP_VERSION,
    SwapHeader, SwapPayload, SwapPreimage, SwapTerms, describe_revert, payload_commitment,
};

use super::{terms::Terms, venues::probe};
use crate::{
    bundle::{ChainPlace, Network, StepError, ask},
    chain::{CallRequest, ChainError},
};

/// Why executing these terms would fail now; `None` where it would not, or where they cannot be locked at all.
///
/// # Errors
/// A chain cannot be read.
pub(super) async fn failure(
    network: &Network,
    swap: Address,
    terms: &Terms,
    given: &Asset,
    given_token: Option<Address>,
) -> Result<Option<String>, StepError> {
    let Ok(lock) = terms.to_lock() else {
        return Ok(None);
    };
    let source = network.chain(terms.source)?;
    let metadata = match given_token {
        Some(_) => Bytes::new(),
        None => told(source, terms, given).await?,
    };
    let transfer = AssetTransfer {
        asset: given.clone(),
        tokenId: lock.tokenId,
        amount: lock.amount,
        sender: terms.sender,
        recipient: lock.venue,
        metadata,
        tokenUri: String::new(),
    };
    let Ok(transfer) = transfer.encode() else {
        return Ok(Some("no vault moves so large an amount".to_owned()));
    };
    let preimage = preimage(swap, terms, lock, transfer);
    let request = CallRequest {
        from: swap,
        to: swap,
        data: IAtomicSwap::executeForcedCall { preimage }
            .abi_encode()
            .into(),
        value: U256::ZERO,
        gas: None,
    };
    let destination = network.chain(terms.destination)?;
    match destination.reader.call(&request).await {
        Ok(_) => Ok(None),
        Err(ChainError::Reverted { data, .. }) => Ok(Some(describe_revert(&data))),
        Err(error) => Err(error.into()),
    }
}

/// What the first transfer of an asset says of it.
async fn told(source: &ChainPlace, terms: &Terms, given: &Asset) -> Result<Bytes, StepError> {
    if given.originChainId != U256::from(terms.source) {
        return Ok(Bytes::new());
    }
    let reader = source.reader.as_ref();
    let rules = ask(reader, source.vault, &IAssetCustody::RULESCall {}).await?;
    let question = IAssetRules::describeCall {
        token: given.originToken,
        kind: given.kind,
        otherChainId: U256::from(terms.destination),
    };
    Ok(probe(reader, rules, &question).await?.unwrap_or_default())
}

/// As the source would make it of its first lock, with a salt that everybody knows.
fn preimage(swap: Address, terms: &Terms, lock: SwapTerms, transfer: Bytes) -> SwapPreimage {
    let payload = SwapPayload {
        transfer,
        venue: lock.venue,
        venueData: lock.venueData,
        wanted: lock.wanted,
        wantedTokenId: lock.wantedTokenId,
        minReturned: lock.minReturned,
        beneficiary: lock.beneficiary,
        l1Recipient: lock.l1Recipient,
        counterparty: lock.counterparty,
    }
    .encode();
    let salt = B256::ZERO;
    let header = SwapHeader {
        version: SWAP_VERSION,
        sourceChainId: U256::from(terms.source),
        destinationChainId: lock.destinationChainId,
        sourceCenter: swap,
        destinationHandler: swap,
        sender: terms.sender,
        nonce: 0,
        payloadCommitment: payload_commitment(salt, &payload),
        class: SWAP_TRANSPARENT,
        deadline: lock.deadline,
        minGas: lock.minGas,
        refundTo: lock.refundTo,
    };
    SwapPreimage {
        header,
        salt,
        payload,
    }
}
