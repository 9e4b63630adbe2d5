//! Agreements of delivery versus payment, as `TradeVenue` knows them.

use alloy::{
    primitives::{B256, keccak256},
    sol_types::SolValue,
};

use crate::{
    TradeAgreement,
    canonical::{self, NotCanonical},
};

/// Opens the preimage of every id.
const AGREEMENT_TAG: &str = "Causeway.TradeAgreement.v1";

impl TradeAgreement {
    /// What the venue knows it by: `keccak256(abi.encode(keccak256("Causeway.TradeAgreement.v1"), agreement))`.
    pub fn id(&self) -> B256 {
        keccak256((keccak256(AGREEMENT_TAG), self.clone()).abi_encode_params())
    }

    /// Reads the data of an order: `abi.encode(agreement)`.
    ///
    /// # Errors
    /// It is not the one encoding of an agreement.
    pub fn decode(data: &[u8]) -> Result<Self, NotCanonical> {
        canonical::decode::<Self>(data)
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, U256, b256};

    use super::*;
    use crate::{AssetKind, VenueAsset};

    fn agreement() -> TradeAgreement {
        let side = |token, amount| VenueAsset {
            token: Address::with_last_byte(token),
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(amount),
        };
        TradeAgreement {
            sourceChainId: U256::from(271),
            initiator: Address::with_last_byte(1),
            given: side(2, 5),
            counterparty: Address::with_last_byte(3),
            locked: side(4, 6),
            recipient: Address::with_last_byte(5),
            deadline: 1_800_000_000,
            salt: B256::repeat_byte(7),
        }
    }

    /// The id is what the contract's `idOf` answers for the same agreement.
    #[test]
    fn an_agreement_is_known_by_the_contracts_id() {
        assert_eq!(
            agreement().id(),
            b256!("8027ff95a652a8ecf799e0f6af1222349e4a7a50d326f03325c2cf21424d26fd")
        );
    }

    #[test]
    fn an_agreement_has_one_encoding() {
        let data = agreement().abi_encode();
        assert_eq!(TradeAgreement::decode(&data), Ok(agreement()));
        assert!(TradeAgreement::decode(&[&data[..], &[0; 32]].concat()).is_err());
        assert!(TradeAgreement::decode(&data[1..]).is_err());
        assert!(TradeAgreement::decode(&[]).is_err());
    }
}
