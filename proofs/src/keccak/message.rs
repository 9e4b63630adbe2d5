//! Messages short enough for one permutation.

use alloy_primitives::B256;

use crate::L2Log;

/// Lanes that a message may fill: the rate of Keccak-256 is 136 bytes.
pub(super) const RATE_LANES: usize = 17;

/// A message of whole lanes, fewer than [`RATE_LANES`], so that padding fits behind it.
pub(super) trait Message {
    /// Length in lanes of eight bytes.
    const LANES: usize;

    /// Lane `index` of the message.
    fn lane(&self, index: usize) -> u64;
}

impl Message for [B256; 2] {
    const LANES: usize = 8;

    #[inline(always)]
    fn lane(&self, index: usize) -> u64 {
        lane(&self[index / 4].0, index % 4)
    }
}

impl Message for [u8; L2Log::ENCODED_LEN] {
    const LANES: usize = L2Log::ENCODED_LEN / 8;

    #[inline(always)]
    fn lane(&self, index: usize) -> u64 {
        lane(self, index)
    }
}

/// Both messages are whole lanes long, so the chunk exists and the default is never taken.
#[inline(always)]
fn lane(bytes: &[u8], index: usize) -> u64 {
    let (lanes, _) = bytes.as_chunks::<8>();
    lanes.get(index).map_or(0, |lane| u64::from_le_bytes(*lane))
}
