//! Where the contracts stand, and the transactions that put them there.
//!
//! On every chain the contracts are created through the deterministic deployment proxy, with constructor arguments that
//! are the same on every chain: so they stand at the same addresses everywhere, and a message's sender is checked
//! against one constant. On L1 some contracts know each other, so their addresses follow from one account and its nonces.
//!
//! ```
//! use alloy::primitives::{Address, B256};
//! use causeway_bindings::deployment::{ChainDeployment, NetworkConstants};
//!
//! let constants = NetworkConstants {
//!     l1_chain_id: 1,
//!     l1_bridge: Address::with_last_byte(6),
//!     l1_swaps: Address::with_last_byte(5),
//!     initial_admin: Address::with_last_byte(7),
//!     salt: B256::ZERO,
//! };
//! let deployment = ChainDeployment::new(&constants);
//! for step in deployment.steps() {
//!     // Send `step.proxy_input(constants.salt)` to `DETERMINISTIC_DEPLOYER`; the contract then stands at
//!     // `step.address`, on every chain.
//!     assert_ne!(step.address, Address::ZERO);
//! }
//! ```

mod chain;
mod creation_code;
mod l1;
pub mod roles;

pub use chain::{AtomicSwapCreation, ChainDeployment, NetworkConstants, asset_rules};
pub use l1::{L1Constants, L1Deployment, attestation_verifier_code};

use alloy::primitives::{Address, B256, Bytes, address};

/// The deterministic deployment proxy, which stands at the same address on all chains that have it. It creates what
/// follows the first 32 bytes of its input, with those as the salt.
pub const DETERMINISTIC_DEPLOYER: Address = address!("0x4e59b44847b379578588920ca78fbf26c0b4956c");

/// One contract to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name of the contract.
    pub contract: &'static str,
    /// Where it stands afterwards.
    pub address: Address,
    /// Creation code with the constructor's arguments.
    pub init_code: Bytes,
}

impl Step {
    /// Input for [`DETERMINISTIC_DEPLOYER`].
    pub fn proxy_input(&self, salt: B256) -> Bytes {
        [salt.as_slice(), &self.init_code].concat().into()
    }
}
