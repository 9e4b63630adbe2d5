//! The contracts of a chain.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolValue},
};

use crate::ISwapDeployer;

use super::{
    DETERMINISTIC_DEPLOYER, Step,
    creation_code::{
        ACCESS_MANAGER, ASSET_VAULT, ATOMIC_SWAP, CreationCode, INTEROP_CENTER, INTEROP_HANDLER,
        REPRESENTATIONS, SWAP_DEPLOYER,
    },
};

/// What is the same on every chain of a network, and sets its addresses apart from those of other networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkConstants {
    /// Chain id of L1.
    pub l1_chain_id: u64,
    /// Shared bridge on L1.
    pub l1_bridge: Address,
    /// Swap registry on L1.
    pub l1_swaps: Address,
    /// First administrator of the access manager of each chain.
    pub initial_admin: Address,
    /// Salt of all creations.
    pub salt: B256,
}

/// The contracts of a chain; the same on every chain of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainDeployment {
    /// Access manager.
    pub authority: Step,
    /// `IInteropCenter`, which is the chain's `IMessageOutbox` too.
    pub center: Step,
    /// `IPriorityInbox`, which the interop center creates.
    pub inbox: Address,
    /// `IInteropHandler`, which is the chain's `IInteropRootStorage` too.
    pub handler: Step,
    /// `IRepresentations`.
    pub representations: Step,
    /// `ISwapDeployer`.
    pub swap_deployer: Step,
    /// `IAssetVault`.
    pub vault: Step,
    /// `IAtomicSwap`.
    pub swap: AtomicSwapCreation,
    /// `IBaseTokenHolder`, which the vault creates. It pays the chain's base token out of what genesis gave it.
    pub base_token_holder: Address,
}

/// The atomic swap contract of a vault: one more transaction, after the steps, and not through the deployment proxy. Vault and
/// swap know each other, so the vault works out where its swap will stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtomicSwapCreation {
    /// Where it stands afterwards.
    pub address: Address,
    /// `ISwapDeployer`, which creates it.
    pub deployer: Address,
    /// Call of the deployer.
    pub input: Bytes,
}

impl AtomicSwapCreation {
    fn new(deployer: Address, arguments: Vec<u8>) -> Self {
        let call = ISwapDeployer::deployCall {
            arguments: arguments.clone().into(),
        };
        let code = ATOMIC_SWAP.with(arguments);
        Self {
            address: deployer.create2(B256::ZERO, keccak256(code)),
            deployer,
            input: call.abi_encode().into(),
        }
    }
}

impl ChainDeployment {
    /// The contracts of every chain of a network.
    pub fn new(constants: &NetworkConstants) -> Self {
        let l1 = U256::from(constants.l1_chain_id);
        let create = |code: CreationCode, arguments: Vec<u8>| step(constants.salt, code, arguments);

        let authority = create(ACCESS_MANAGER, constants.initial_admin.abi_encode());
        let center = create(INTEROP_CENTER, (authority.address, l1).abi_encode());
        let handler = create(
            INTEROP_HANDLER,
            (authority.address, l1, center.address).abi_encode(),
        );
        let representations = create(REPRESENTATIONS, Vec::new());
        let swap_deployer = create(SWAP_DEPLOYER, Vec::new());
        let vault = create(
            ASSET_VAULT,
            (
                authority.address,
                representations.address,
                center.address,
                handler.address,
                l1,
                constants.l1_bridge,
                swap_deployer.address,
                constants.l1_swaps,
            )
                .abi_encode(),
        );
        let swap_arguments = (
            authority.address,
            vault.address,
            center.address,
            handler.address,
            l1,
            constants.l1_swaps,
        );
        let swap = AtomicSwapCreation::new(swap_deployer.address, swap_arguments.abi_encode());
        // A contract's own nonce starts from 1; the vault creates its rules first.
        let inbox = center.address.create(1);
        // The vault creates the rules of issuers before it.
        let base_token_holder = vault.address.create(2);
        Self {
            authority,
            center,
            inbox,
            handler,
            representations,
            swap_deployer,
            vault,
            swap,
            base_token_holder,
        }
    }

    /// `IMessageOutbox`: the interop center.
    pub fn outbox(&self) -> Address {
        self.center.address
    }

    /// What to create through the deployment proxy, in order; then [`swap`](Self::swap).
    pub fn steps(&self) -> [&Step; 6] {
        [
            &self.authority,
            &self.center,
            &self.handler,
            &self.representations,
            &self.swap_deployer,
            &self.vault,
        ]
    }
}

/// `IAssetRules` of a vault or of the shared bridge, which creates them first.
pub fn asset_rules(custody: Address) -> Address {
    custody.create(1)
}

fn step(salt: B256, code: CreationCode, arguments: Vec<u8>) -> Step {
    let init_code: Bytes = code.with(arguments);
    Step {
        contract: code.contract,
        address: DETERMINISTIC_DEPLOYER.create2(salt, keccak256(&init_code)),
        init_code,
    }
}
