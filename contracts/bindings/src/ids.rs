//! Identifiers of assets and of operations that L1 asked for.

use alloy::{
    primitives::{Address, B256, U256, address, keccak256},
    sol_types::SolValue,
};

use crate::PriorityOperation;

/// Stands for the vault in every asset id.
pub const ASSET_VAULT: Address = address!("0x0000000000000000000000000000000000010004");

/// Stands for ether where a token is asked for.
pub const ETHER: Address = Address::with_last_byte(1);

/// `keccak256(abi.encode(originChainId, address(0x10004), originToken))`.
pub fn asset_id(origin_chain_id: u64, origin_token: Address) -> B256 {
    keccak256((U256::from(origin_chain_id), ASSET_VAULT, origin_token).abi_encode())
}

impl PriorityOperation {
    /// `keccak256(abi.encode(operation))`: names the operation on L1 and on its chain.
    pub fn operation_hash(&self) -> B256 {
        keccak256(self.abi_encode())
    }
}
