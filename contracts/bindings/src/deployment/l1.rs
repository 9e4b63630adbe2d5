//! The contracts of a network on L1.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue,
};

use super::{
    Step,
    creation_code::{
        ACCESS_MANAGER, ASSET_LEDGER, ATTESTATION_VERIFIER, BATCH_SETTLEMENT, CHAIN_REGISTRY,
        CreationCode, MESSAGE_ROOT, PRIORITY_QUEUE, REPRESENTATIONS, SHARED_BRIDGE, SWAP_REGISTRY,
        VERIFIER_REGISTRY,
    },
};

/// The contracts of a network on L1, created by one account in consecutive transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct L1Deployment {
    /// Access manager.
    pub authority: Step,
    /// `IVerifierRegistry`.
    pub verifier_registry: Step,
    /// `IChainRegistry`.
    pub chain_registry: Step,
    /// `IMessageRoot`.
    pub message_root: Step,
    /// `IPriorityQueue`.
    pub priority_queue: Step,
    /// `IBatchSettlement`.
    pub settlement: Step,
    /// `IAssetLedger`.
    pub asset_ledger: Step,
    /// `IRepresentations`.
    pub representations: Step,
    /// `ISharedBridge`.
    pub shared_bridge: Step,
    /// `ISwapRegistry`.
    pub swap_registry: Step,
}

/// What the contracts of L1 are created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct L1Constants {
    /// Account that creates them.
    pub deployer: Address,
    /// Its nonce at the first of them.
    pub first_nonce: u64,
    /// First administrator of the access manager.
    pub initial_admin: Address,
    /// Seconds from the request of a priority operation to its expiry.
    pub priority_expiry: u64,
}

impl L1Constants {
    /// Number of contracts on L1.
    pub const CONTRACTS: u64 = 10;

    /// Where the shared bridge will stand; what the chains' contracts are created with.
    pub fn shared_bridge(&self) -> Address {
        self.at(8)
    }

    /// Where the swap registry will stand; what the chains' contracts are created with.
    pub fn swap_registry(&self) -> Address {
        self.at(9)
    }

    fn at(&self, index: u64) -> Address {
        self.deployer.create(self.first_nonce + index)
    }
}

impl L1Deployment {
    /// The contracts of L1, for a network whose chains have their vault at `vault` and their atomic swap contract at
    /// `swap`.
    pub fn new(constants: &L1Constants, vault: Address, swap: Address) -> Self {
        let at = |index| constants.at(index);
        let [authority, verifier_registry, chain_registry, message_root] =
            [at(0), at(1), at(2), at(3)];
        let [priority_queue, settlement, asset_ledger, representations] =
            [at(4), at(5), at(6), at(7)];
        let [shared_bridge, swap_registry] = [constants.shared_bridge(), constants.swap_registry()];
        Self {
            authority: step(
                authority,
                ACCESS_MANAGER,
                constants.initial_admin.abi_encode(),
            ),
            verifier_registry: step(verifier_registry, VERIFIER_REGISTRY, authority.abi_encode()),
            chain_registry: step(
                chain_registry,
                CHAIN_REGISTRY,
                (authority, verifier_registry, settlement, message_root).abi_encode(),
            ),
            message_root: step(
                message_root,
                MESSAGE_ROOT,
                (chain_registry, settlement).abi_encode(),
            ),
            priority_queue: step(
                priority_queue,
                PRIORITY_QUEUE,
                (
                    chain_registry,
                    settlement,
                    constants.priority_expiry,
                    swap_registry,
                )
                    .abi_encode(),
            ),
            settlement: step(
                settlement,
                BATCH_SETTLEMENT,
                (
                    chain_registry,
                    message_root,
                    priority_queue,
                    asset_ledger,
                    swap_registry,
                )
                    .abi_encode(),
            ),
            asset_ledger: step(
                asset_ledger,
                ASSET_LEDGER,
                (chain_registry, settlement, shared_bridge, swap_registry).abi_encode(),
            ),
            representations: step(representations, REPRESENTATIONS, Vec::new()),
            shared_bridge: step(
                shared_bridge,
                SHARED_BRIDGE,
                (
                    authority,
                    representations,
                    asset_ledger,
                    priority_queue,
                    message_root,
                    vault,
                    swap_registry,
                )
                    .abi_encode(),
            ),
            swap_registry: step(
                swap_registry,
                SWAP_REGISTRY,
                (
                    authority,
                    chain_registry,
                    settlement,
                    asset_ledger,
                    priority_queue,
                    shared_bridge,
                    swap,
                )
                    .abi_encode(),
            ),
        }
    }

    /// What to create, in order: one transaction without recipient each.
    pub fn steps(&self) -> [&Step; L1Constants::CONTRACTS as usize] {
        [
            &self.authority,
            &self.verifier_registry,
            &self.chain_registry,
            &self.message_root,
            &self.priority_queue,
            &self.settlement,
            &self.asset_ledger,
            &self.representations,
            &self.shared_bridge,
            &self.swap_registry,
        ]
    }
}

fn step(address: Address, code: CreationCode, arguments: Vec<u8>) -> Step {
    Step {
        contract: code.contract,
        address,
        init_code: code.with(arguments),
    }
}

/// Creation code of an attestation verifier for these signers, of whom `threshold` must sign. They are put in order.
pub fn attestation_verifier_code(mut signers: Vec<Address>, threshold: usize) -> Bytes {
    signers.sort_unstable();
    ATTESTATION_VERIFIER.with((signers, U256::from(threshold)).abi_encode_params())
}
