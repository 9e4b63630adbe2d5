//! Creation code as the compiler made it, from the committed snapshots.

use alloy::primitives::{Bytes, hex};

/// Creation code of one contract.
pub(super) struct CreationCode {
    pub(super) contract: &'static str,
    hex: &'static str,
}

macro_rules! snapshot {
    ($contract:literal) => {
        CreationCode {
            contract: $contract,
            hex: include_str!(concat!("../../../snapshots/bytecode/", $contract, ".hex")),
        }
    };
}

pub(super) const ACCESS_MANAGER: CreationCode = snapshot!("AccessManager");
pub(super) const ASSET_LEDGER: CreationCode = snapshot!("AssetLedger");
pub(super) const ASSET_VAULT: CreationCode = snapshot!("AssetVault");
pub(super) const ATOMIC_SWAP: CreationCode = snapshot!("AtomicSwap");
pub(super) const ATTESTATION_VERIFIER: CreationCode = snapshot!("AttestationVerifier");
pub(super) const BATCH_SETTLEMENT: CreationCode = snapshot!("BatchSettlement");
pub(super) const CHAIN_REGISTRY: CreationCode = snapshot!("ChainRegistry");
pub(super) const INTEROP_CENTER: CreationCode = snapshot!("InteropCenter");
pub(super) const INTEROP_HANDLER: CreationCode = snapshot!("InteropHandler");
pub(super) const MESSAGE_ROOT: CreationCode = snapshot!("MessageRoot");
pub(super) const PRIORITY_QUEUE: CreationCode = snapshot!("PriorityQueue");
pub(super) const REPRESENTATIONS: CreationCode = snapshot!("Representations");
pub(super) const SHARED_BRIDGE: CreationCode = snapshot!("SharedBridge");
pub(super) const SWAP_DEPLOYER: CreationCode = snapshot!("SwapDeployer");
pub(super) const SWAP_REGISTRY: CreationCode = snapshot!("SwapRegistry");
pub(super) const VERIFIER_REGISTRY: CreationCode = snapshot!("VerifierRegistry");

impl CreationCode {
    /// The code with encoded constructor arguments behind it.
    pub(super) fn with(&self, arguments: Vec<u8>) -> Bytes {
        let code =
            hex::decode(self.hex.trim_end()).expect("the snapshot is hexadecimal: a test holds it");
        [code, arguments].concat().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_snapshot_is_hexadecimal() {
        for code in [
            ACCESS_MANAGER,
            ASSET_LEDGER,
            ASSET_VAULT,
            ATOMIC_SWAP,
            ATTESTATION_VERIFIER,
            BATCH_SETTLEMENT,
            CHAIN_REGISTRY,
            INTEROP_CENTER,
            INTEROP_HANDLER,
            MESSAGE_ROOT,
            PRIORITY_QUEUE,
            REPRESENTATIONS,
            SHARED_BRIDGE,
            SWAP_DEPLOYER,
            SWAP_REGISTRY,
            VERIFIER_REGISTRY,
        ] {
            assert!(code.with(Vec::new()).len() > 1_000, "{}", code.contract);
        }
    }
}
