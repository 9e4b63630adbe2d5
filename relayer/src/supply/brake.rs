//! Stops new transfers: pauses the vault of every chain and the shared bridge of L1. It never lets go: that is for people.

use std::{collections::BTreeMap, sync::Arc};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{IAssetCustody, describe_revert};

use super::{SupplyError, read::Observer};
use crate::{
    chain::{CallRequest, ChainError, ChainReader},
    model::{ChainId, Intent, IntentKind, IntentState},
    send::{SendRequest, Sender},
};

/// Gas of `pause`: the access manager's answer, a first write of a slot, the event.
const PAUSE_GAS: u64 = 200_000;

/// A contract that can be paused, and the pauser's sender on its chain.
#[derive(Clone)]
pub struct Stoppable {
    /// Reads the chain.
    pub reader: Arc<dyn ChainReader>,
    /// Sends as the pauser.
    pub sender: Arc<Sender>,
    /// Vault or bridge.
    pub custody: Address,
}

/// Stops new transfers everywhere.
#[derive(Default)]
pub struct Brake {
    targets: BTreeMap<ChainId, Stoppable>,
}

/// What the brake has done on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// New transfers are stopped there.
    Stopped,
    /// The transaction that stops them is under way.
    UnderWay,
}

impl Brake {
    /// Nothing is stopped yet.
    pub fn new(targets: impl IntoIterator<Item = Stoppable>) -> Self {
        let targets = targets.into_iter();
        let targets = targets.map(|target| (target.reader.chain_id(), target));
        Self {
            targets: targets.collect(),
        }
    }

    /// Chains that it stops.
    pub fn chains(&self) -> impl Iterator<Item = ChainId> {
        self.targets.keys().copied()
    }

    /// Looks after what was sent, also before a restart.
    pub async fn follow(&self, chain: ChainId) -> Result<(), SupplyError> {
        let Some(target) = self.targets.get(&chain) else {
            return Ok(());
        };
        let changed = target.sender.tick().await?;
        match changed.iter().find(|intent| failed(intent)) {
            None => Ok(()),
            Some(intent) => Err(SupplyError::PauseReverted {
                chain,
                custody: target.custody,
                tx: intent.hashes.last().copied().unwrap_or(B256::ZERO),
            }),
        }
    }

    /// Stops new transfers on a chain, unless that is done or under way.
    pub async fn pull(&self, chain: ChainId, observer: &Observer) -> Result<Stopping, SupplyError> {
        let Some(target) = self.targets.get(&chain) else {
            return Err(SupplyError::NotConfigured { chain });
        };
        if observer.is_paused(chain).await? {
            return Ok(Stopping::Stopped);
        }
        let open = target.sender.open()?;
        if open
            .iter()
            .any(|intent| intent.kind == IntentKind::Pause && !failed(intent))
        {
            return Ok(Stopping::UnderWay);
        }
        target.try_out().await?;
        target.submit().await?;
        Ok(Stopping::UnderWay)
    }
}

impl Stoppable {
    /// A pause that would revert is told, and not sent.
    async fn try_out(&self) -> Result<(), SupplyError> {
        let request = CallRequest {
            from: self.sender.address(),
            to: self.custody,
            data: calldata(),
            value: U256::ZERO,
            gas: Some(PAUSE_GAS),
        };
        match self.reader.call(&request).await {
            Ok(_) => Ok(()),
            Err(ChainError::Reverted { chain, data }) => Err(SupplyError::NotAPauser {
                chain,
                signer: self.sender.address(),
                custody: self.custody,
                reason: describe_revert(&data),
            }),
            Err(error) => Err(error.into()),
        }
    }

    async fn submit(&self) -> Result<(), SupplyError> {
        let request = SendRequest {
            kind: IntentKind::Pause,
            to: self.custody,
            calldata: calldata(),
            value: U256::ZERO,
            gas_limit: PAUSE_GAS,
            blobs: None,
        };
        self.sender.submit(request, |_| Ok(Vec::new())).await?;
        Ok(())
    }
}

fn calldata() -> Bytes {
    IAssetCustody::pauseCall {}.abi_encode().into()
}

fn failed(intent: &Intent) -> bool {
    matches!(
        intent.state,
        IntentState::Included { success: false, .. } | IntentState::Final { success: false }
    )
}
