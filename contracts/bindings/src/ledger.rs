//! What a batch reports to the ledger of L1.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, FixedBytes, U256, keccak256},
    sol_types::SolValue,
};

use crate::{ASSET_VAULT, Asset, AssetKind, LedgerEntry};

/// Version of the report: transparent totals per asset and counterparty.
const LEDGER_VERSION: u8 = 1;

impl Asset {
    /// `keccak256(abi.encode(originChainId, address(0x10004), originToken))`.
    pub fn id(&self) -> B256 {
        keccak256((self.originChainId, ASSET_VAULT, self.originToken).abi_encode())
    }

    /// What is counted as one: the asset itself if it is fungible, otherwise one token of it,
    /// `keccak256(abi.encode(assetId, kind, tokenId))`.
    pub fn ledger_key(&self, token_id: U256) -> B256 {
        match self.kind {
            AssetKind::Fungible => self.id(),
            kind => keccak256((self.id(), U256::from(kind as u8), token_id).abi_encode()),
        }
    }
}

/// What the vault's events pack, `AssetTransfers.packAsset` and `packMovement` in Solidity.
impl Asset {
    /// Kind, chain id of the home and token: 1, 8 and 20 bytes, big-endian.
    ///
    /// # Errors
    /// The kind, if there is none of that number.
    pub fn unpack(packed: FixedBytes<29>) -> Result<Self, UnknownKind> {
        let [kind, rest @ ..] = packed.0;
        let (home, token) = rest.split_at(8);
        Ok(Self {
            originChainId: U256::from_be_slice(home),
            originToken: Address::from_slice(token),
            kind: AssetKind::try_from(kind).map_err(|_| UnknownKind(kind))?,
        })
    }
}

/// There is no kind of asset of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind {0} of assets")]
pub struct UnknownKind(pub u8);

/// Chain id of the counterparty and amount of a movement: 8 and 16 bytes, big-endian.
pub fn unpack_movement(packed: FixedBytes<24>) -> (U256, U256) {
    let (chain, amount) = packed.split_at(8);
    (U256::from_be_slice(chain), U256::from_be_slice(amount))
}

/// `ledgerDeltaHash` of a batch: 0 without entries, otherwise `keccak256(abi.encode(uint8 1, entries))`.
pub fn ledger_delta_hash(entries: &[LedgerEntry]) -> B256 {
    if entries.is_empty() {
        return B256::ZERO;
    }
    keccak256((U256::from(LEDGER_VERSION), entries.to_vec()).abi_encode_params())
}

/// Totals what a chain moved, for the report of its batch.
///
/// Entries come out in one order whatever the order of the moves: by ledger key; for each what arrived, then what was
/// sent, by destination. L1 thus credits what arrived before it debits what was sent on.
#[derive(Clone, Debug, Default)]
pub struct LedgerTotals(BTreeMap<(B256, Option<U256>), LedgerEntry>);

/// A total is beyond 2^256 - 1, which no ledger would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the total of {key} is beyond 2^256 - 1")]
pub struct TotalTooLarge {
    /// Ledger key.
    pub key: B256,
}

impl LedgerTotals {
    /// `amount` of a token left for the chain `destination`.
    pub fn sent(
        &mut self,
        asset: Asset,
        token_id: U256,
        destination: U256,
        amount: U256,
    ) -> Result<(), TotalTooLarge> {
        self.add(asset, token_id, Some(destination), amount)
    }

    /// `amount` of a token arrived.
    pub fn arrived(
        &mut self,
        asset: Asset,
        token_id: U256,
        amount: U256,
    ) -> Result<(), TotalTooLarge> {
        self.add(asset, token_id, None, amount)
    }

    /// The entries of the report of chain `chain_id`.
    pub fn entries(self, chain_id: u64) -> Vec<LedgerEntry> {
        let entries = self.0.into_iter().map(|((_, destination), entry)| {
            let counterparty = destination.unwrap_or(U256::from(chain_id));
            LedgerEntry {
                counterparty,
                ..entry
            }
        });
        entries.collect()
    }

    fn add(
        &mut self,
        asset: Asset,
        token_id: U256,
        destination: Option<U256>,
        amount: U256,
    ) -> Result<(), TotalTooLarge> {
        if amount.is_zero() {
            return Ok(());
        }
        let key = asset.ledger_key(token_id);
        let total = self
            .0
            .entry((key, destination))
            .or_insert_with(|| LedgerEntry {
                asset,
                tokenId: token_id,
                counterparty: U256::ZERO,
                amount: U256::ZERO,
            });
        total.amount = total
            .amount
            .checked_add(amount)
            .ok_or(TotalTooLarge { key })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::Address;
    use proptest::prelude::*;

    use super::*;

    fn asset(token: u8, kind: AssetKind) -> Asset {
        Asset {
            originChainId: U256::from(9),
            originToken: Address::with_last_byte(token),
            kind,
        }
    }

    fn total(entries: &[LedgerEntry], counterparty: u64) -> U256 {
        let of = entries
            .iter()
            .filter(|entry| entry.counterparty == U256::from(counterparty));
        of.map(|entry| entry.amount).sum()
    }

    #[test]
    fn tokens_that_are_not_alike_are_counted_apart() {
        let (one, two) = (U256::from(1), U256::from(2));
        let fungible = asset(7, AssetKind::Fungible);
        assert_eq!(fungible.ledger_key(one), fungible.ledger_key(two));
        let keys = [AssetKind::NonFungible, AssetKind::MultiToken].map(|kind| {
            let asset = asset(7, kind);
            assert_ne!(asset.ledger_key(one), asset.ledger_key(two));
            asset.ledger_key(one)
        });
        assert_ne!(keys[0], keys[1]);
        assert!(!keys.contains(&fungible.id()));
    }

    #[test]
    fn what_events_pack_is_read() {
        let mut packed = [0; 29];
        packed[0] = 1;
        packed[7..9].copy_from_slice(&[1, 15]);
        packed[28] = 7;
        let read = Asset::unpack(packed.into()).unwrap();
        assert_eq!(
            read,
            Asset {
                originChainId: U256::from(271),
                ..asset(7, AssetKind::NonFungible)
            }
        );
        packed[0] = 3;
        assert_eq!(Asset::unpack(packed.into()), Err(UnknownKind(3)));
        let mut movement = [0; 24];
        movement[7] = 9;
        movement[23] = 5;
        let expected = (U256::from(9), U256::from(5));
        assert_eq!(unpack_movement(movement.into()), expected);
    }

    #[test]
    fn a_total_beyond_a_word_is_refused() {
        let mut totals = LedgerTotals::default();
        let token = asset(1, AssetKind::Fungible);
        totals
            .arrived(token.clone(), U256::ZERO, U256::MAX)
            .unwrap();
        let refused = totals.arrived(token.clone(), U256::ZERO, U256::from(1));
        assert_eq!(refused, Err(TotalTooLarge { key: token.id() }));
    }

    proptest! {
        /// The order of the moves makes no difference, nothing is lost, and what arrived of an asset stands before what
        /// was sent of it.
        #[test]
        fn totals_are_one_report_whatever_the_order(
            moves in prop::collection::vec((0..3_u8, 270..274_u64, 0..1_000_u64), 0..40),
            seed in any::<u64>(),
        ) {
            let report = |moves: &[(u8, u64, u64)]| {
                let mut totals = LedgerTotals::default();
                for (token, chain, amount) in moves {
                    let (token, amount) = (asset(*token, AssetKind::Fungible), U256::from(*amount));
                    match chain {
                        271 => totals.arrived(token, U256::ZERO, amount).unwrap(),
                        other => totals.sent(token, U256::ZERO, U256::from(*other), amount).unwrap(),
                    }
                }
                totals.entries(271)
            };
            let entries = report(&moves);
            let mut shuffled = moves.clone();
            if !shuffled.is_empty() {
                let middle = seed as usize % shuffled.len();
                shuffled.rotate_left(middle);
                shuffled.reverse();
            }
            prop_assert_eq!(ledger_delta_hash(&entries), ledger_delta_hash(&report(&shuffled)));
            for chain in 270..274 {
                let expected: u64 = moves.iter().filter(|(_, to, _)| *to == chain).map(|(_, _, amount)| amount).sum();
                prop_assert_eq!(total(&entries, chain), U256::from(expected));
            }
            for pair in entries.windows(2) {
                let same = pair[0].asset == pair[1].asset;
                prop_assert!(!(same && pair[1].counterparty == U256::from(271)));
                prop_assert!(!pair[0].amount.is_zero() && !pair[1].amount.is_zero());
            }
            prop_assert_eq!(entries.is_empty(), ledger_delta_hash(&entries).is_zero());
        }
    }
}
