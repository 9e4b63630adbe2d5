//! What to offer for a transaction, and how much more when it does not get in.

use crate::chain::Fees;

/// Limits on fees, in wei per gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeCaps {
    /// Highest fee cap of an ordinary transaction.
    pub max_fee_per_gas: u128,
    /// Highest fee cap of a transaction that only frees a nonce. It is higher, so that a stuck nonce can be freed even
    /// where its transaction stands at the ordinary cap.
    pub cancel_max_fee_per_gas: u128,
    /// Highest fee cap for blob gas.
    pub max_fee_per_blob_gas: u128,
}

/// All prices of a transaction, in wei per gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) gas: Fees,
    /// Zero where the transaction carries no blobs.
    pub(super) blob: u128,
}

/// Percent by which nodes want a replacement to outbid the transaction it replaces: each price by itself.
const BUMP_PERCENT: u128 = 13;
const BLOB_BUMP_PERCENT: u128 = 100;

impl Offer {
    /// An offer within the cap.
    pub(super) fn capped(self, gas_cap: u128, blob_cap: u128) -> Self {
        let max_fee_per_gas = self.gas.max_fee_per_gas.min(gas_cap);
        Self {
            gas: Fees {
                max_fee_per_gas,
                max_priority_fee_per_gas: self.gas.max_priority_fee_per_gas.min(max_fee_per_gas),
            },
            blob: self.blob.min(blob_cap),
        }
    }

    /// The offer that may replace this one: the prices of the day, but at least what nodes ask of a replacement. `None`
    /// where the caps leave no room for it.
    pub(super) fn raised(self, today: Self, gas_cap: u128, blob_cap: u128) -> Option<Self> {
        let (fee, tip, blob) = match self.blob {
            0 => (BUMP_PERCENT, BUMP_PERCENT, 0),
            _ => (BLOB_BUMP_PERCENT, BLOB_BUMP_PERCENT, BLOB_BUMP_PERCENT),
        };
        let least = Self {
            gas: Fees {
                max_fee_per_gas: more(self.gas.max_fee_per_gas, fee),
                max_priority_fee_per_gas: more(self.gas.max_priority_fee_per_gas, tip),
            },
            blob: if self.blob == 0 {
                0
            } else {
                more(self.blob, blob)
            },
        };
        let wanted = Self {
            gas: Fees {
                max_fee_per_gas: least.gas.max_fee_per_gas.max(today.gas.max_fee_per_gas),
                max_priority_fee_per_gas: least
                    .gas
                    .max_priority_fee_per_gas
                    .max(today.gas.max_priority_fee_per_gas),
            },
            blob: least.blob.max(if self.blob == 0 { 0 } else { today.blob }),
        }
        .capped(gas_cap, blob_cap);
        let enough = wanted.gas.max_fee_per_gas >= least.gas.max_fee_per_gas
            && wanted.gas.max_priority_fee_per_gas >= least.gas.max_priority_fee_per_gas
            && wanted.blob >= least.blob;
        enough.then_some(wanted)
    }
}

/// At least one wei more, so that a price of 0 rises too.
fn more(price: u128, percent: u128) -> u128 {
    let raise = price.saturating_mul(percent).div_ceil(100).max(1);
    price.saturating_add(raise)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(fee: u128, tip: u128, blob: u128) -> Offer {
        Offer {
            gas: Fees {
                max_fee_per_gas: fee,
                max_priority_fee_per_gas: tip,
            },
            blob,
        }
    }

    #[test]
    fn replacements_outbid_in_every_price() {
        let cases = [
            // offered, today, cap, blob cap, replacement
            (
                offer(100, 10, 0),
                offer(1, 1, 7),
                1_000,
                1_000,
                Some(offer(113, 12, 0)),
            ),
            (
                offer(100, 10, 0),
                offer(500, 1, 0),
                1_000,
                1_000,
                Some(offer(500, 12, 0)),
            ),
            (
                offer(100, 10, 0),
                offer(5_000, 90, 0),
                1_000,
                1_000,
                Some(offer(1_000, 90, 0)),
            ),
            (offer(100, 10, 0), offer(5_000, 90, 0), 112, 1_000, None),
            (
                offer(0, 0, 0),
                offer(0, 0, 0),
                1_000,
                1_000,
                Some(offer(1, 1, 0)),
            ),
            (
                offer(100, 10, 3),
                offer(1, 1, 1),
                1_000,
                1_000,
                Some(offer(200, 20, 6)),
            ),
            (
                offer(100, 10, 3),
                offer(1, 1, 90),
                1_000,
                50,
                Some(offer(200, 20, 50)),
            ),
            (offer(100, 10, 3), offer(1, 1, 1), 1_000, 5, None),
        ];
        for (offered, today, cap, blob_cap, expected) in cases {
            assert_eq!(
                offered.raised(today, cap, blob_cap),
                expected,
                "{offered:?} {today:?}"
            );
        }
    }

    #[test]
    fn a_tip_never_exceeds_the_cap() {
        assert_eq!(offer(100, 90, 9).capped(50, 5), offer(50, 50, 5));
    }
}
