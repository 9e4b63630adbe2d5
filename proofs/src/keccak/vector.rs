//! Hashing as many messages side by side as a vector has elements.

use alloc::vec::Vec;
use alloy_primitives::B256;
use fearless_simd::{Avx2, Avx512, Level, Simd, prelude::*};

use super::{
    Backend,
    message::{Message, RATE_LANES},
    permutation::permute,
};

/// First byte of the padding of Keccak-256, behind the message.
const PADDING_START: u64 = 0x01;

/// Last byte of the padding, at the end of the rate.
const PADDING_END: u64 = 0x80 << 56;

pub(super) fn avx2() -> Option<Avx2> {
    level().as_avx2()
}

pub(super) fn avx512() -> Option<Avx512> {
    level().as_avx512()
}

fn level() -> Level {
    Level::try_detect().unwrap_or(Level::baseline())
}

/// Appends the hashes of the first messages, a multiple of the vector width of them, and returns how many those are.
pub(super) fn side_by_side<M: Message>(
    backend: Backend,
    messages: &[M],
    hashes: &mut Vec<B256>,
) -> usize {
    match backend {
        Backend::Scalar => 0,
        Backend::Avx2 => avx2().map_or(0, |simd| hash_groups(simd, messages, hashes)),
        Backend::Avx512 => avx512().map_or(0, |simd| hash_groups(simd, messages, hashes)),
    }
}

fn hash_groups<S: Simd, M: Message>(simd: S, messages: &[M], hashes: &mut Vec<B256>) -> usize {
    simd.vectorize(
        #[inline(always)]
        || {
            let groups = messages.chunks_exact(S::u64s::LEN);
            let done = messages.len() - groups.remainder().len();
            for group in groups {
                hash_group(simd, group, hashes);
            }
            done
        },
    )
}

/// One message per vector element.
#[inline(always)]
fn hash_group<S: Simd, M: Message>(simd: S, group: &[M], hashes: &mut Vec<B256>) {
    let mut states = [S::u64s::splat(simd, 0); 25];
    for (index, lanes) in states.iter_mut().enumerate().take(M::LANES) {
        *lanes = S::u64s::from_fn(
            simd,
            #[inline(always)]
            |element| group[element].lane(index),
        );
    }
    states[M::LANES] ^= S::u64s::splat(simd, PADDING_START);
    states[RATE_LANES - 1] ^= S::u64s::splat(simd, PADDING_END);
    let [first, second, third, fourth, ..] = permute(simd, states);
    for element in 0..S::u64s::LEN {
        let mut hash = B256::ZERO;
        let (lanes, _) = hash.0.as_chunks_mut::<8>();
        for (lane, source) in lanes.iter_mut().zip([first, second, third, fourth]) {
            *lane = source[element].to_le_bytes();
        }
        hashes.push(hash);
    }
}
