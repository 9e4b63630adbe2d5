//! The roles of the access managers and what each may call; the twin of `contracts/src/access/Roles.sol`.

use alloy::{
    primitives::{Address, FixedBytes, address},
    sol_types::SolCall,
};

use super::{ChainDeployment, L1Deployment};
use crate::{
    IAccessManager, IAssetCustody, IAtomicSwap, IChainRegistry, IInteropCenter, IInteropHandler,
    IInteropRootStorage, IPriorityInbox, ISharedBridge, ISwapRegistry, IVerifierRegistry,
};

/// Admits chains, accepts verifiers, opens destinations. Granted with an execution delay: the timelock.
pub const GOVERNANCE: u64 = 1;

/// Runs a chain: imports roots and consumes the priority queue. Granted without a delay, on that chain only.
pub const OPERATOR: u64 = 2;

/// Stops new transfers, and nothing else. Granted without a delay; only governance starts them again.
pub const PAUSER: u64 = 3;

/// Has the role [`OPERATOR`] on every chain, beside its operator: by whose calls anybody brings a frozen chain back whose operator is
/// gone. It has no key, being the end of `keccak256("Causeway.Recovery.v1")`, and no code, which the priority inbox asks for and an
/// operator could give its own account.
pub const RECOVERER: Address = address!("0x11b857ee7e8feecaab54f97c5aedd574dd164f78");

/// Functions of one contract that one role may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The contract.
    pub target: Address,
    /// The role.
    pub role: u64,
    /// Selectors of the functions.
    pub selectors: Vec<FixedBytes<4>>,
}

impl Assignment {
    fn new(target: Address, role: u64, selectors: &[[u8; 4]]) -> Self {
        Self {
            target,
            role,
            selectors: selectors.iter().map(FixedBytes::from).collect(),
        }
    }

    /// The call of the access manager that makes the assignment.
    pub fn call(&self) -> IAccessManager::setTargetFunctionRoleCall {
        IAccessManager::setTargetFunctionRoleCall {
            target: self.target,
            selectors: self.selectors.clone(),
            roleId: self.role,
        }
    }
}

/// All assignments on L1.
pub fn on_l1(deployment: &L1Deployment) -> Vec<Assignment> {
    let registry = [
        IChainRegistry::registerChainCall::SELECTOR,
        IChainRegistry::setVerifierCall::SELECTOR,
    ];
    let verifiers = [IVerifierRegistry::acceptVerifierCall::SELECTOR];
    let bridge = [
        IAssetCustody::unpauseCall::SELECTOR,
        IAssetCustody::upgradeRepresentationsCall::SELECTOR,
        ISharedBridge::setOutflowLimitCall::SELECTOR,
    ];
    let swaps = [ISwapRegistry::setTimesCall::SELECTOR];
    vec![
        Assignment::new(deployment.verifier_registry.address, GOVERNANCE, &verifiers),
        Assignment::new(deployment.chain_registry.address, GOVERNANCE, &registry),
        Assignment::new(deployment.shared_bridge.address, GOVERNANCE, &bridge),
        Assignment::new(deployment.shared_bridge.address, PAUSER, &PAUSE),
        Assignment::new(deployment.swap_registry.address, GOVERNANCE, &swaps),
    ]
}

const PAUSE: [[u8; 4]; 1] = [IAssetCustody::pauseCall::SELECTOR];

/// All assignments on a chain.
pub fn on_chain(deployment: &ChainDeployment) -> Vec<Assignment> {
    let center = [IInteropCenter::setDestinationCall::SELECTOR];
    let handler = [IInteropHandler::setCenterOverrideCall::SELECTOR];
    let roots = [IInteropRootStorage::importRootsCall::SELECTOR];
    let inbox = [IPriorityInbox::processOperationsCall::SELECTOR];
    let filter = [IPriorityInbox::setFilterCall::SELECTOR];
    let swap = [IAtomicSwap::buryCall::SELECTOR];
    let vault = [
        IAssetCustody::unpauseCall::SELECTOR,
        IAssetCustody::upgradeRepresentationsCall::SELECTOR,
    ];
    vec![
        Assignment::new(deployment.center.address, GOVERNANCE, &center),
        Assignment::new(deployment.handler.address, GOVERNANCE, &handler),
        Assignment::new(deployment.handler.address, OPERATOR, &roots),
        Assignment::new(deployment.inbox, OPERATOR, &inbox),
        Assignment::new(deployment.inbox, GOVERNANCE, &filter),
        Assignment::new(deployment.swap.address, OPERATOR, &swap),
        Assignment::new(deployment.vault.address, GOVERNANCE, &vault),
        Assignment::new(deployment.vault.address, PAUSER, &PAUSE),
    ]
}
