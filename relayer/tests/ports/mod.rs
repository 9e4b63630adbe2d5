//! Ports for the networks of tests.

use std::{
    net::TcpListener,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Ports of one block: L1's and those of its chains.
const WIDTH: u16 = 8;

/// Blocks end below the ports that systems give to outgoing connections.
const BLOCKS: u32 = 2_700;
const FIRST: u16 = 10_240;

/// The first of `WIDTH` consecutive ports that are free. Each call gives others, and other processes start elsewhere.
pub(crate) fn free_ports() -> u16 {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let start = process::id().wrapping_mul(97);
    for _ in 0..BLOCKS {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        let block =
            u16::try_from(start.wrapping_add(call) % BLOCKS).expect("fewer blocks than ports");
        let base = FIRST + WIDTH * block;
        if (base..base + WIDTH).all(is_free) {
            return base;
        }
    }
    panic!("no {WIDTH} consecutive ports are free from {FIRST} on");
}
