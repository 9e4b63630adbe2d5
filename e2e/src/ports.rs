//! Ports for processes that are told theirs.

use std::net::{Ipv4Addr, TcpListener};

use eyre::{Result, bail};

/// Ports of one block; the last one is the lock.
const WIDTH: u16 = 32;

/// Blocks start here and end below the ports that systems give to outgoing connections.
const FIRST: u16 = 10_240;
const BLOCKS: u16 = 680;

const ATTEMPTS: u16 = 200;

/// A block of consecutive ports. As long as it lives, no other process that reserves blocks gets the same one.
#[derive(Debug)]
pub struct PortBlock {
    base: u16,
    _lock: TcpListener,
}

impl PortBlock {
    /// Number of ports that a block offers.
    pub const SIZE: u16 = WIDTH - 1;

    /// Reserves a block whose ports are all free.
    pub fn reserve() -> Result<Self> {
        for _ in 0..ATTEMPTS {
            let base = FIRST + WIDTH * fastrand::u16(..BLOCKS);
            let Ok(lock) = TcpListener::bind((Ipv4Addr::LOCALHOST, base + Self::SIZE)) else {
                continue;
            };
            if (base..base + Self::SIZE).all(is_free) {
                return Ok(Self { base, _lock: lock });
            }
        }
        bail!(
            "no {WIDTH} consecutive ports are free between {FIRST} and {}",
            FIRST + WIDTH * BLOCKS
        )
    }

    /// A port of the block, counted from 0.
    pub fn port(&self, index: u16) -> u16 {
        assert!(index < Self::SIZE, "a block has {} ports", Self::SIZE);
        self.base + index
    }
}

/// Whether nothing listens on the port.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
