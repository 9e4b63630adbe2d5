//! Swaps: ids, commitments, reports to L1, and what a slot holds; `SwapIds` in Solidity.

use alloy::{
    primitives::{B256, Bytes, U256, keccak256},
    sol_types::SolValue,
};

use crate::{
    Asset, AssetTransfer, InclusionProof, NotATransfer, SwapEffect, SwapHeader, SwapLeg,
    SwapPayload, SwapPreimage,
    canonical::{self, NotCanonical},
};

/// Opens the preimage of every id.
const ID_TAG: &str = "Causeway.Swap.v1";
/// Opens the preimage of every commitment.
const PAYLOAD_TAG: &str = "Causeway.SwapPayload.v1";
/// Version of the report: effects as they are, in the order of the log.
const EFFECTS_VERSION: u8 = 1;

/// Version of a header.
pub const SWAP_VERSION: u8 = 1;

/// Class of a swap whose asset and amount the ledger learns as they are.
pub const SWAP_TRANSPARENT: u8 = 1;

/// Names a swap: `keccak256(abi.encode(keccak256("Causeway.Swap.v1"), header))`. Ids are told apart by the chain that
/// locked the swap, which is part of the header.
pub fn swap_id(header: &SwapHeader) -> B256 {
    keccak256((keccak256(ID_TAG), header.clone()).abi_encode_params())
}

/// What a header says of its payload: `keccak256(abi.encode(keccak256("Causeway.SwapPayload.v1"), salt, payload))`.
pub fn payload_commitment(salt: B256, payload: &Bytes) -> B256 {
    keccak256((keccak256(PAYLOAD_TAG), salt, payload.clone()).abi_encode_params())
}

/// `swapEffectsHash` of a batch: 0 without effects, otherwise `keccak256(abi.encode(uint8 1, effects))`.
pub fn swap_effects_hash(effects: &[SwapEffect]) -> B256 {
    if effects.is_empty() {
        return B256::ZERO;
    }
    keccak256((U256::from(EFFECTS_VERSION), effects.to_vec()).abi_encode_params())
}

/// In place of a proof where a contract looks at none, as at a refund that L1 has commanded.
pub fn no_proof() -> InclusionProof {
    InclusionProof::default()
}

impl SwapPreimage {
    /// Id of the swap.
    pub fn id(&self) -> B256 {
        swap_id(&self.header)
    }

    /// Whether the salt and the payload are those that the header commits to.
    pub fn is_committed(&self) -> bool {
        payload_commitment(self.salt, &self.payload) == self.header.payloadCommitment
    }

    /// What the payload says.
    ///
    /// # Errors
    /// It is not the one encoding of a payload.
    pub fn read_payload(&self) -> Result<SwapPayload, NotCanonical> {
        canonical::decode::<SwapPayload>(&self.payload)
    }
}

impl SwapPayload {
    /// The bytes that a header commits to: `abi.encode(payload)`.
    pub fn encode(&self) -> Bytes {
        self.abi_encode().into()
    }

    /// What was locked.
    ///
    /// # Errors
    /// The bytes are no transfer.
    pub fn locked(&self) -> Result<AssetTransfer, NotATransfer> {
        AssetTransfer::decode(&self.transfer)
    }
}

impl SwapLeg {
    /// An amount of an asset, or of one token of it.
    pub const fn new(asset: Asset, token_id: U256, amount: U256) -> Self {
        Self {
            asset,
            tokenId: token_id,
            amount,
        }
    }

    /// What a transfer moves.
    pub fn of(transfer: &AssetTransfer) -> Self {
        Self::new(transfer.asset.clone(), transfer.tokenId, transfer.amount)
    }

    /// Whether nothing is meant: an effect that has no such leg says 0 of nothing.
    pub fn is_empty(&self) -> bool {
        self.amount.is_zero()
    }

    /// What the ledger counts it under.
    pub fn ledger_key(&self) -> B256 {
        self.asset.ledger_key(self.tokenId)
    }

    /// What a slot of the registry keeps of it: `keccak256(abi.encode(leg))`.
    pub fn hash(&self) -> B256 {
        keccak256(self.abi_encode())
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::Address;

    use super::*;
    use crate::{AssetKind, SwapChange};

    fn leg(kind: AssetKind, token_id: u64, amount: u64) -> SwapLeg {
        let asset = Asset {
            originChainId: U256::from(9),
            originToken: Address::with_last_byte(7),
            kind,
        };
        SwapLeg::new(asset, U256::from(token_id), U256::from(amount))
    }

    fn effect(change: SwapChange, id: u8) -> SwapEffect {
        SwapEffect {
            change,
            source: U256::from(271),
            destination: U256::from(272),
            swapId: B256::repeat_byte(id),
            leg: leg(AssetKind::Fungible, 0, 5),
            returned: leg(AssetKind::NonFungible, 3, 1),
        }
    }

    #[test]
    fn a_leg_is_counted_as_the_ledger_counts() {
        let fungible = leg(AssetKind::Fungible, 0, 5);
        assert_eq!(fungible.ledger_key(), fungible.asset.id());
        let token = leg(AssetKind::NonFungible, 3, 1);
        assert_eq!(token.ledger_key(), token.asset.ledger_key(U256::from(3)));
        assert_ne!(token.hash(), leg(AssetKind::NonFungible, 4, 1).hash());
        assert!(leg(AssetKind::Fungible, 0, 0).is_empty() && !token.is_empty());
    }

    #[test]
    fn a_report_is_0_without_effects_and_depends_on_their_order() {
        assert_eq!(swap_effects_hash(&[]), B256::ZERO);
        let [opened, redeemed] = [
            effect(SwapChange::Opened, 1),
            effect(SwapChange::Redeemed, 2),
        ];
        let report = swap_effects_hash(&[opened.clone(), redeemed.clone()]);
        assert!(!report.is_zero());
        assert_ne!(report, swap_effects_hash(&[redeemed, opened.clone()]));
        assert_ne!(report, swap_effects_hash(&[opened]));
    }

    #[test]
    fn a_preimage_is_of_the_header_that_commits_to_it() {
        let payload = SwapPayload {
            transfer: Bytes::from_static(b"not a transfer"),
            venue: Address::with_last_byte(1),
            venueData: Bytes::from_static(b"quote"),
            wanted: leg(AssetKind::Fungible, 0, 1).asset,
            wantedTokenId: U256::ZERO,
            minReturned: U256::from(3),
            beneficiary: Address::with_last_byte(2),
            l1Recipient: Address::with_last_byte(3),
            counterparty: Address::ZERO,
        };
        let (salt, bytes) = (B256::repeat_byte(5), payload.encode());
        let preimage = SwapPreimage {
            header: SwapHeader {
                version: SWAP_VERSION,
                sourceChainId: U256::from(271),
                destinationChainId: U256::from(272),
                sourceCenter: Address::with_last_byte(4),
                destinationHandler: Address::with_last_byte(4),
                sender: Address::with_last_byte(5),
                nonce: 0,
                payloadCommitment: payload_commitment(salt, &bytes),
                class: SWAP_TRANSPARENT,
                deadline: 1_800_000_000,
                minGas: 100_000,
                refundTo: Address::with_last_byte(6),
            },
            salt,
            payload: bytes,
        };
        assert!(preimage.is_committed());
        assert_eq!(preimage.read_payload().unwrap(), payload);
        assert_eq!(payload.locked(), Err(NotATransfer));

        let mut other = preimage.clone();
        other.salt = B256::ZERO;
        assert!(!other.is_committed());
        assert_eq!(
            other.id(),
            preimage.id(),
            "the id is of the header alone, which commits to the rest"
        );
        other.header.nonce = 1;
        assert_ne!(other.id(), preimage.id());
        other.payload = [&preimage.payload[..], &[0; 32]].concat().into();
        other.read_payload().unwrap_err();
    }
}
