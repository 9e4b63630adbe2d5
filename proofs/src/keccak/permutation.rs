//! Keccak-f\[1600\] on several states at once: vector `i` holds lane `i` of every state.
//!
//! Lane `x + 5 * y` of the array is lane `(x, y)` of the standard (FIPS 202, section 3).

use core::array;

use fearless_simd::{Simd, prelude::*};

/// A state per vector element.
pub(super) type States<S> = [<S as Simd>::u64s; 25];

const ROUND_CONSTANTS: [u64; 24] = [
    0x0000000000000001,
    0x0000000000008082,
    0x800000000000808a,
    0x8000000080008000,
    0x000000000000808b,
    0x0000000080000001,
    0x8000000080008081,
    0x8000000000008009,
    0x000000000000008a,
    0x0000000000000088,
    0x0000000080008009,
    0x000000008000000a,
    0x000000008000808b,
    0x800000000000008b,
    0x8000000000008089,
    0x8000000000008003,
    0x8000000000008002,
    0x8000000000000080,
    0x000000000000800a,
    0x800000008000000a,
    0x8000000080008081,
    0x8000000000008080,
    0x0000000080000001,
    0x8000000080008008,
];

/// Rho and pi together: lane `i` of the result is lane `.0` of the argument, rotated left by `.1` bits.
const RHO_PI: [(usize, u32); 25] = [
    (0, 0),
    (6, 44),
    (12, 43),
    (18, 21),
    (24, 14),
    (3, 28),
    (9, 20),
    (10, 3),
    (16, 45),
    (22, 61),
    (1, 1),
    (7, 6),
    (13, 25),
    (19, 8),
    (20, 18),
    (4, 27),
    (5, 36),
    (11, 10),
    (17, 15),
    (23, 56),
    (2, 62),
    (8, 55),
    (14, 39),
    (15, 41),
    (21, 2),
];

/// Permutes every state. Must be inlined into a function that enables the vector unit, hence the attributes.
#[inline(always)]
pub(super) fn permute<S: Simd>(simd: S, states: States<S>) -> States<S> {
    let mut states = states;
    for constant in ROUND_CONSTANTS {
        states = chi::<S>(rho_pi::<S>(theta::<S>(states)));
        states[0] ^= S::u64s::splat(simd, constant);
    }
    states
}

#[inline(always)]
fn theta<S: Simd>(a: States<S>) -> States<S> {
    let parity: [S::u64s; 5] = array::from_fn(
        #[inline(always)]
        |x| a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20],
    );
    let effect: [S::u64s; 5] = array::from_fn(
        #[inline(always)]
        |x| parity[(x + 4) % 5] ^ rotate::<S>(parity[(x + 1) % 5], 1),
    );
    array::from_fn(
        #[inline(always)]
        |i| a[i] ^ effect[i % 5],
    )
}

#[inline(always)]
fn rho_pi<S: Simd>(a: States<S>) -> States<S> {
    array::from_fn(
        #[inline(always)]
        |i| rotate::<S>(a[RHO_PI[i].0], RHO_PI[i].1),
    )
}

#[inline(always)]
fn chi<S: Simd>(a: States<S>) -> States<S> {
    array::from_fn(
        #[inline(always)]
        |i| {
            let row = i - i % 5;
            a[i] ^ (!a[row + (i + 1) % 5] & a[row + (i + 2) % 5])
        },
    )
}

#[inline(always)]
fn rotate<S: Simd>(lanes: S::u64s, bits: u32) -> S::u64s {
    if bits == 0 {
        lanes
    } else {
        (lanes << bits) | (lanes >> (64 - bits))
    }
}
