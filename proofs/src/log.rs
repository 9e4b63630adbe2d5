//! Logs, the leaves of a batch's log tree.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, address, keccak256};

use crate::keccak::{self, Backend};

/// Sender of every message log: the outbox.
pub const MESSAGE_SENDER: Address = address!("0x0000000000000000000000000000000000008008");

/// Sender of every log that carries the status of an operation requested on the settlement layer.
pub const L1_OPERATION_SENDER: Address = address!("0x0000000000000000000000000000000000008001");

/// Logs encoded before they are hashed: few enough for the nearest cache, a multiple of every vector's width.
const ENCODED_AT_ONCE: usize = 64;

/// One log of a batch, as its leaf commits to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct L2Log {
    /// Shard, 0 in practice.
    pub shard: u8,
    /// True for logs that system contracts emit.
    pub is_service: bool,
    /// Index of the transaction in its batch.
    pub tx_number: u16,
    /// Emitting contract.
    pub sender: Address,
    /// First word: the author of a message, or the hash of an operation.
    pub key: B256,
    /// Second word: the hash of a message's data, or the status of an operation.
    pub value: B256,
}

impl L2Log {
    /// Length of the packed encoding in bytes.
    pub const ENCODED_LEN: usize = 88;

    /// The log of a message that `author` sent with `data`.
    pub fn message(author: Address, tx_number: u16, data: &[u8]) -> Self {
        Self::service(
            MESSAGE_SENDER,
            tx_number,
            author.into_word(),
            keccak256(data),
        )
    }

    /// The log of an operation requested on the settlement layer, after it ran.
    pub fn operation_status(operation_hash: B256, tx_number: u16, succeeded: bool) -> Self {
        let value = B256::with_last_byte(succeeded.into());
        Self::service(L1_OPERATION_SENDER, tx_number, operation_hash, value)
    }

    fn service(sender: Address, tx_number: u16, key: B256, value: B256) -> Self {
        Self {
            shard: 0,
            is_service: true,
            tx_number,
            sender,
            key,
            value,
        }
    }

    /// The packed encoding: `shard ‖ isService ‖ txNumber ‖ sender ‖ key ‖ value`.
    pub fn encode(&self) -> [u8; Self::ENCODED_LEN] {
        let mut bytes = [0; Self::ENCODED_LEN];
        bytes[0] = self.shard;
        bytes[1] = self.is_service.into();
        bytes[2..4].copy_from_slice(&self.tx_number.to_be_bytes());
        bytes[4..24].copy_from_slice(self.sender.as_slice());
        bytes[24..56].copy_from_slice(self.key.as_slice());
        bytes[56..].copy_from_slice(self.value.as_slice());
        bytes
    }

    /// The leaf: `keccak256` of the packed encoding.
    pub fn leaf(&self) -> B256 {
        keccak256(self.encode())
    }

    /// The leaves of many logs, hashed side by side where the processor allows it.
    pub fn leaves(logs: &[Self]) -> Vec<B256> {
        Self::leaves_with(Backend::best(), logs)
    }

    /// [`leaves`](Self::leaves) on a chosen backend, which changes nothing but the speed.
    pub fn leaves_with(backend: Backend, logs: &[Self]) -> Vec<B256> {
        let mut leaves = Vec::with_capacity(logs.len());
        let mut encoded = Vec::with_capacity(ENCODED_AT_ONCE);
        for some in logs.chunks(ENCODED_AT_ONCE) {
            encoded.clear();
            encoded.extend(some.iter().map(Self::encode));
            keccak::hash_logs(backend, &encoded, &mut leaves);
        }
        leaves
    }
}
