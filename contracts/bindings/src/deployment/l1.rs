//! The contracts of a network on L1.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue,
};

use super::{
    Step,
    creation_code::{
        ACCESS_MANAGER, ATTESTATION_VERIFIER, BATCH_SETTLEMENT, CHAIN_REGISTRY, CreationCode,
        MESSAGE_ROOT, PRIORITY_QUEUE, VERIFIER_REGISTRY,
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
}

impl L1Deployment {
    /// The contracts that `deployer` creates in six transactions from nonce `first_nonce` on.
    ///
    /// `initial_admin` is the first administrator of the access manager, `expiry` the seconds from the request of a
    /// priority operation to its expiry.
    pub fn new(deployer: Address, first_nonce: u64, initial_admin: Address, expiry: u64) -> Self {
        let at = |index: u64| deployer.create(first_nonce + index);
        let [
            authority,
            verifier_registry,
            chain_registry,
            message_root,
            priority_queue,
            settlement,
        ] = [at(0), at(1), at(2), at(3), at(4), at(5)];
        let step = |address: Address, code: CreationCode, arguments: Vec<u8>| Step {
            contract: code.contract,
            address,
            init_code: code.with(arguments),
        };
        Self {
            authority: step(authority, ACCESS_MANAGER, initial_admin.abi_encode()),
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
                (chain_registry, settlement, expiry).abi_encode(),
            ),
            settlement: step(
                settlement,
                BATCH_SETTLEMENT,
                (chain_registry, message_root, priority_queue).abi_encode(),
            ),
        }
    }

    /// What to create, in order: one transaction without recipient each.
    pub fn steps(&self) -> [&Step; 6] {
        [
            &self.authority,
            &self.verifier_registry,
            &self.chain_registry,
            &self.message_root,
            &self.priority_queue,
            &self.settlement,
        ]
    }
}

/// Creation code of an attestation verifier for these signers, of whom `threshold` must sign. They are put in order.
pub fn attestation_verifier_code(mut signers: Vec<Address>, threshold: usize) -> Bytes {
    signers.sort_unstable();
    ATTESTATION_VERIFIER.with((signers, U256::from(threshold)).abi_encode_params())
}
