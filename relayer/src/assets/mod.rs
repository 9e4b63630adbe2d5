//! Assets by hand: what a person asks the vaults and the shared bridge for, one command at a time.
//!
//! ```text
//! order ── steps ── transactions ── trace ── status ─┬─ arrived ─┬─ paid
//!                                                    │           ├─ claim of a recipient that could not be paid
//!                                                    │           └─ held by the rules of its issuer, to be released
//!                                                    ├─ expired, to be given up and sent back
//!                                                    ├─ withdrawal to be finalized on L1
//!                                                    └─ deposit that its chain refused, to be recovered on L1
//! ```
//!
//! Nothing here needs a store or a running relayer: what became of a transfer is read from the chains.

mod back;
mod claim;
mod error;
mod finish;
mod landing;
mod order;
mod status;
mod trace;

pub use back::{Back, WayBack, cancel_step, ways_back};
pub use claim::Claim;
pub use error::AssetError;
pub use finish::{Call, finish_deposit, finish_withdrawal, payable_at};
pub use landing::{Landing, landings};
pub use order::{Inner, Order, Step, amount, steps};
pub(crate) use order::{approvals, decimal};
pub use status::{STAGES, Stage, Status, status};
pub use trace::{Deposit, Sent, Withdrawal, trace};

use alloy::primitives::{Address, Bytes, U256};

use crate::{
    bundle::Network,
    chain::{CallRequest, ChainError, ChainReader},
    model::ChainId,
};

/// Who keeps the assets of a chain: its vault, or on L1 the shared bridge.
#[derive(Clone, Copy)]
pub struct Custody<'a> {
    /// Reads the chain.
    pub reader: &'a dyn ChainReader,
    /// The contract.
    pub address: Address,
}

impl<'a> Custody<'a> {
    /// That of a chain of the network.
    pub fn of(network: &'a Network, chain: ChainId) -> Result<Self, AssetError> {
        let l1 = &network.l1;
        if l1.reader.chain_id() == chain {
            return Ok(Self {
                reader: l1.reader.as_ref(),
                address: l1.shared_bridge,
            });
        }
        let place = network.chain(chain)?;
        Ok(Self {
            reader: place.reader.as_ref(),
            address: place.vault,
        })
    }
}

/// Gas that a transaction would take, or why it would revert.
pub async fn estimate(
    reader: &dyn ChainReader,
    from: Address,
    to: Address,
    data: Bytes,
    value: U256,
) -> Result<Result<u64, Bytes>, ChainError> {
    let request = CallRequest {
        from,
        to,
        data,
        value,
        gas: None,
    };
    match reader.estimate_gas(&request).await {
        Ok(gas) => Ok(Ok(gas)),
        Err(ChainError::Reverted { data, .. }) => Ok(Err(data)),
        Err(error) => Err(error),
    }
}
