//! Many Keccak-256 hashes of equal length at once.
//!
//! Where the processor has AVX-512 or AVX2, eight or four hashes run side by side in vector registers; everywhere else,
//! and for what is left over, they run one after the other. Every path gives the same hashes.

#[cfg(target_arch = "x86_64")]
mod message;
#[cfg(target_arch = "x86_64")]
mod permutation;
#[cfg(target_arch = "x86_64")]
mod vector;

use alloc::vec::Vec;
use alloy_primitives::{B256, keccak256};

use crate::{L2Log, hash};

/// How many hashes run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// One at a time, on any processor.
    Scalar,
    /// Four at a time, with AVX2.
    Avx2,
    /// Eight at a time, with AVX-512 as of Ice Lake and Zen 4.
    Avx512,
}

impl Backend {
    /// All backends, from the slowest to the fastest.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// The fastest backend of this processor. Without the feature `std` only what the build targets counts.
    pub fn best() -> Self {
        let mut fastest_first = Self::ALL.into_iter().rev();
        fastest_first
            .find(|backend| backend.is_available())
            .unwrap_or(Self::Scalar)
    }

    /// True if this processor can run the backend.
    pub fn is_available(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => vector::avx2().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => vector::avx512().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }
}

/// Hashes each pair of `children` to its node and appends the nodes to `parents`. An odd last child is left out.
///
/// A backend that this processor lacks hashes one at a time.
pub fn hash_nodes(backend: Backend, children: &[B256], parents: &mut Vec<B256>) {
    let (pairs, _) = children.as_chunks::<2>();
    parents.reserve(pairs.len());
    let done = side_by_side(backend, pairs, parents);
    parents.extend(
        pairs[done..]
            .iter()
            .map(|[left, right]| hash::node(left, right)),
    );
}

/// Hashes packed logs to their leaves and appends those to `leaves`.
///
/// A backend that this processor lacks hashes one at a time.
pub fn hash_logs(backend: Backend, encoded: &[[u8; L2Log::ENCODED_LEN]], leaves: &mut Vec<B256>) {
    leaves.reserve(encoded.len());
    let done = side_by_side(backend, encoded, leaves);
    leaves.extend(encoded[done..].iter().map(keccak256));
}

#[cfg(target_arch = "x86_64")]
use vector::side_by_side;

#[cfg(not(target_arch = "x86_64"))]
fn side_by_side<M>(_: Backend, _: &[M], _: &mut Vec<B256>) -> usize {
    0
}
