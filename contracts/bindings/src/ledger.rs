//! What a batch reports to the ledger of L1.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, FixedBytes, U256, keccak256},
    sol_types::SolValue,
};

use crate::{ASSET_VAULT, Asset, AssetKind, LedgerEntry};

/// Version of the report: transparent totals per asset and route.
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

/// Which way something moved, as seen from the chain whose vault says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It arrived from this chain.
    From(U256),
    /// It was sent to this chain.
    To(U256),
}

/// Totals what a chain moved, for the report of its batch.
///
/// Entries come out in one order whatever the order of the moves: by ledger key; for each what arrived, then what was
/// sent, each by the other chain's id. L1 thus credits what arrived before it debits what was sent on.
#[derive(Clone, Debug, Default)]
pub struct LedgerTotals(BTreeMap<(B256, Way), Total>);

#[derive(Clone, Debug)]
struct Total {
    asset: Asset,
    token_id: U256,
    amount: U256,
}

/// A total is beyond 2^256 - 1, which no ledger would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the total of {key} is beyond 2^256 - 1")]
pub struct TotalTooLarge {
    /// Ledger key.
    pub key: B256,
}

impl LedgerTotals {
    /// Adds `amount` of a token that moved.
    ///
    /// # Errors
    /// The ledger key, if the total of that way is beyond what a word holds.
    pub fn add(
        &mut self,
        asset: Asset,
        token_id: U256,
        way: Way,
        amount: U256,
    ) -> Result<(), TotalTooLarge> {
        if amount.is_zero() {
            return Ok(());
        }
        let key = asset.ledger_key(token_id);
        let total = self.0.entry((key, way)).or_insert_with(|| Total {
            asset,
            token_id,
            amount: U256::ZERO,
        });
        total.amount = total
            .amount
            .checked_add(amount)
            .ok_or(TotalTooLarge { key })?;
        Ok(())
    }

    /// The entries of the report of chain `chain_id`.
    pub fn entries(self, chain_id: u64) -> Vec<LedgerEntry> {
        let own = U256::from(chain_id);
        let entry = |((_, way), total): ((B256, Way), Total)| {
            let (source, destination) = match way {
                Way::From(source) => (source, own),
                Way::To(destination) => (own, destination),
            };
            LedgerEntry {
                asset: total.asset,
                tokenId: total.token_id,
                source,
                destination,
                amount: total.amount,
            }
        };
        self.0.into_iter().map(entry).collect()
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

    fn total(entries: &[LedgerEntry], source: u64, destination: u64) -> U256 {
        let route = (U256::from(source), U256::from(destination));
        let of = entries
            .iter()
            .filter(|entry| (entry.source, entry.destination) == route);
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
        let (token, way) = (asset(1, AssetKind::Fungible), Way::From(U256::from(9)));
        let mut add = |amount| totals.add(token.clone(), U256::ZERO, way, amount);
        add(U256::MAX).unwrap();
        let refused = add(U256::from(1));
        assert_eq!(refused, Err(TotalTooLarge { key: token.id() }));
    }

    proptest! {
        /// The order of the moves makes no difference, nothing is lost, and what arrived of an asset stands before what
        /// was sent of it.
        #[test]
        fn totals_are_one_report_whatever_the_order(
            moves in prop::collection::vec((0..3_u8, any::<bool>(), 270..274_u64, 0..1_000_u64), 0..40),
            seed in any::<u64>(),
        ) {
            let report = |moves: &[(u8, bool, u64, u64)]| {
                let mut totals = LedgerTotals::default();
                for (token, arrives, chain, amount) in moves {
                    let other = U256::from(*chain);
                    let way = if *arrives { Way::From(other) } else { Way::To(other) };
                    let token = asset(*token, AssetKind::Fungible);
                    totals.add(token, U256::ZERO, way, U256::from(*amount)).unwrap();
                }
                totals.entries(299)
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
                let expected = |arrived| {
                    let of = moves.iter().filter(move |(_, arrives, other, _)| (*arrives, *other) == (arrived, chain));
                    U256::from(of.map(|(.., amount)| amount).sum::<u64>())
                };
                prop_assert_eq!(total(&entries, chain, 299), expected(true));
                prop_assert_eq!(total(&entries, 299, chain), expected(false));
            }
            for pair in entries.windows(2) {
                let same = pair[0].asset == pair[1].asset;
                prop_assert!(!(same && pair[0].source == U256::from(299) && pair[1].destination == U256::from(299)));
                prop_assert!(!pair[0].amount.is_zero() && !pair[1].amount.is_zero());
            }
            prop_assert_eq!(entries.is_empty(), ledger_delta_hash(&entries).is_zero());
        }
    }
}
