//! Keccak-f\[1600\] on several states at once: vector `i` holds lane `i` of every state.
//!
//! Lane `x + 5 * y` of the array is lane `(x, y)` of the standard (FIPS 202, section 3).

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

/// Permutes every state.
///
/// Must be inlined into a function that enables the vector unit, and so must all it calls: hence the attributes here, and
/// arrays written out instead of loops and closures.
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
    let parity = [
        a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20],
        a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21],
        a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22],
        a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23],
        a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24],
    ];
    let effect = [
        parity[4] ^ rotate::<S>(parity[1], 1),
        parity[0] ^ rotate::<S>(parity[2], 1),
        parity[1] ^ rotate::<S>(parity[3], 1),
        parity[2] ^ rotate::<S>(parity[4], 1),
        parity[3] ^ rotate::<S>(parity[0], 1),
    ];
    [
        a[0] ^ effect[0],
        a[1] ^ effect[1],
        a[2] ^ effect[2],
        a[3] ^ effect[3],
        a[4] ^ effect[4],
        a[5] ^ effect[0],
        a[6] ^ effect[1],
        a[7] ^ effect[2],
        a[8] ^ effect[3],
        a[9] ^ effect[4],
        a[10] ^ effect[0],
        a[11] ^ effect[1],
        a[12] ^ effect[2],
        a[13] ^ effect[3],
        a[14] ^ effect[4],
        a[15] ^ effect[0],
        a[16] ^ effect[1],
        a[17] ^ effect[2],
        a[18] ^ effect[3],
        a[19] ^ effect[4],
        a[20] ^ effect[0],
        a[21] ^ effect[1],
        a[22] ^ effect[2],
        a[23] ^ effect[3],
        a[24] ^ effect[4],
    ]
}

/// Rotates every lane by its own distance and moves it to its new place.
#[inline(always)]
fn rho_pi<S: Simd>(a: States<S>) -> States<S> {
    [
        a[0],
        rotate::<S>(a[6], 44),
        rotate::<S>(a[12], 43),
        rotate::<S>(a[18], 21),
        rotate::<S>(a[24], 14),
        rotate::<S>(a[3], 28),
        rotate::<S>(a[9], 20),
        rotate::<S>(a[10], 3),
        rotate::<S>(a[16], 45),
        rotate::<S>(a[22], 61),
        rotate::<S>(a[1], 1),
        rotate::<S>(a[7], 6),
        rotate::<S>(a[13], 25),
        rotate::<S>(a[19], 8),
        rotate::<S>(a[20], 18),
        rotate::<S>(a[4], 27),
        rotate::<S>(a[5], 36),
        rotate::<S>(a[11], 10),
        rotate::<S>(a[17], 15),
        rotate::<S>(a[23], 56),
        rotate::<S>(a[2], 62),
        rotate::<S>(a[8], 55),
        rotate::<S>(a[14], 39),
        rotate::<S>(a[15], 41),
        rotate::<S>(a[21], 2),
    ]
}

#[inline(always)]
fn chi<S: Simd>(a: States<S>) -> States<S> {
    [
        mix::<S>(a[0], a[1], a[2]),
        mix::<S>(a[1], a[2], a[3]),
        mix::<S>(a[2], a[3], a[4]),
        mix::<S>(a[3], a[4], a[0]),
        mix::<S>(a[4], a[0], a[1]),
        mix::<S>(a[5], a[6], a[7]),
        mix::<S>(a[6], a[7], a[8]),
        mix::<S>(a[7], a[8], a[9]),
        mix::<S>(a[8], a[9], a[5]),
        mix::<S>(a[9], a[5], a[6]),
        mix::<S>(a[10], a[11], a[12]),
        mix::<S>(a[11], a[12], a[13]),
        mix::<S>(a[12], a[13], a[14]),
        mix::<S>(a[13], a[14], a[10]),
        mix::<S>(a[14], a[10], a[11]),
        mix::<S>(a[15], a[16], a[17]),
        mix::<S>(a[16], a[17], a[18]),
        mix::<S>(a[17], a[18], a[19]),
        mix::<S>(a[18], a[19], a[15]),
        mix::<S>(a[19], a[15], a[16]),
        mix::<S>(a[20], a[21], a[22]),
        mix::<S>(a[21], a[22], a[23]),
        mix::<S>(a[22], a[23], a[24]),
        mix::<S>(a[23], a[24], a[20]),
        mix::<S>(a[24], a[20], a[21]),
    ]
}

#[inline(always)]
fn mix<S: Simd>(lane: S::u64s, next: S::u64s, after_next: S::u64s) -> S::u64s {
    lane ^ (!next & after_next)
}

#[inline(always)]
fn rotate<S: Simd>(lanes: S::u64s, bits: u32) -> S::u64s {
    (lanes << bits) | (lanes >> (64 - bits))
}
