//! Quotes as banks sign them.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{Eip712Domain, SolStruct, eip712_domain},
};
use causeway_bindings::{Asset, ETHER, IAssetCustody, Quote};

use crate::{
    bundle::{Network, StepError, ask},
    model::ChainId,
};

/// EIP-712 domain of the venue for quotes at `venue` on a chain.
pub fn quote_domain(chain: ChainId, venue: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Causeway QuoteVenue",
        version: "1",
        chain_id: chain,
        verifying_contract: venue,
    }
}

/// What a bank signs; `IQuoteVenue.hashOf`.
pub fn quote_digest(domain: &Eip712Domain, quote: &Quote) -> B256 {
    quote.eip712_signing_hash(domain)
}

/// Token that stands for an asset on a chain; `None` where there is none yet.
pub async fn token_on(
    network: &Network,
    chain: ChainId,
    asset: &Asset,
) -> Result<Option<Address>, StepError> {
    let l1 = U256::from(network.l1.reader.chain_id());
    if asset.originToken == ETHER && asset.originChainId == l1 {
        return Ok(Some(ETHER));
    }
    if asset.originChainId == U256::from(chain) {
        return Ok(Some(asset.originToken));
    }
    let place = network.chain(chain)?;
    let question = IAssetCustody::tokenOfCall {
        assetId: asset.id(),
    };
    let token = ask(place.reader.as_ref(), place.vault, &question).await?;
    Ok((!token.is_zero()).then_some(token))
}

#[cfg(test)]
mod tests {
    use super::super::terms::tests::terms;
    use super::*;

    /// The type as the contract spells it, and a digest that depends on venue and chain.
    #[test]
    fn a_quote_is_hashed_as_the_venue_hashes_it() {
        let terms = terms();
        let quote = terms.quoted(terms.quote.as_ref().unwrap());
        assert_eq!(
            Quote::eip712_encode_type(),
            "Quote(address bank,uint256 takerChainId,address taker,address tokenIn,uint8 kindIn,uint256 tokenIdIn,uint256 amountIn,address tokenOut,uint256 amountOut,address recipient,uint64 expiry,uint256 epoch,uint256 nonce)"
        );
        let venue = Address::with_last_byte(8);
        let digest = quote_digest(&quote_domain(20, venue), &quote);
        assert_ne!(digest, quote_digest(&quote_domain(10, venue), &quote));
        assert_ne!(
            digest,
            quote_digest(&quote_domain(20, Address::ZERO), &quote)
        );
    }
}
