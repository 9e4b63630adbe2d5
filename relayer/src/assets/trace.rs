//! What a transaction sent.

use alloy::{
    primitives::{Address, B256, Bytes, keccak256},
    sol_types::SolEvent,
};
use causeway_bindings::{IPriorityQueue, ISharedBridge, PriorityOperation};

use super::AssetError;
use crate::{
    bundle::{BundleFile, ChainPlace, Emitted, Network, StepError, Wanted, extract},
    chain::{
        ChainLog, ChainReader,
        events::{ChainEvent, decode, decode_chain_event},
    },
    model::ChainId,
};

/// What a transaction sent.
#[derive(Clone, Debug)]
pub enum Sent {
    /// A bundle to another chain.
    Bundle(Box<BundleFile>),
    /// Something to L1.
    Withdrawal(Withdrawal),
    /// Something from L1 to a chain.
    Deposit(Box<Deposit>),
}

impl Sent {
    /// What it is called.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bundle(_) => "transfer between chains",
            Self::Withdrawal(_) => "withdrawal",
            Self::Deposit(_) => "deposit",
        }
    }

    /// What it is known by: bundle hash, message hash, or operation hash.
    pub fn id(&self) -> B256 {
        match self {
            Self::Bundle(bundle) => bundle.bundle_hash,
            Self::Withdrawal(withdrawal) => withdrawal.hash(),
            Self::Deposit(deposit) => deposit.hash,
        }
    }
}

/// A message of a vault to the shared bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The chain.
    pub chain: ChainId,
    /// Block it was sent in.
    pub block: u64,
    /// The message.
    pub message: Bytes,
    /// Its leaf.
    pub leaf: B256,
}

impl Withdrawal {
    /// Hash of the message.
    pub fn hash(&self) -> B256 {
        keccak256(&self.message)
    }

    /// Where its leaf stands.
    pub(super) fn emitted(&self) -> Emitted {
        Emitted {
            chain: self.chain,
            block: self.block,
            leaf: self.leaf,
            id: self.hash(),
        }
    }
}

/// An operation that the shared bridge asked a chain for.
#[derive(Clone, Debug)]
pub struct Deposit {
    /// The operation.
    pub operation: PriorityOperation,
    /// Its hash.
    pub hash: B256,
}

/// Finds what a transaction sent through vault or bridge.
pub async fn trace(network: &Network, chain: ChainId, tx: B256) -> Result<Sent, AssetError> {
    if chain == network.l1.reader.chain_id() {
        return trace_deposit(network, tx).await;
    }
    let place = network.chain(chain)?;
    let logs = logs_of(place.reader.as_ref(), &[place.contracts.outbox], tx).await?;
    let mut withdrawals = Vec::new();
    for log in &logs {
        withdrawals.extend(withdrawal_of(place, log)?);
    }
    match withdrawals.len() {
        0 => trace_bundle(place, tx).await,
        1 => withdrawals
            .pop()
            .map(Sent::Withdrawal)
            .ok_or_else(|| nothing(chain, tx, place.vault)),
        count => Err(AssetError::SentSeveralTimes { chain, tx, count }),
    }
}

async fn trace_bundle(place: &ChainPlace, tx: B256) -> Result<Sent, AssetError> {
    let wanted = Wanted {
        tx: Some(tx),
        ..Wanted::default()
    };
    match extract(place, wanted).await {
        Ok(bundle) => Ok(Sent::Bundle(Box::new(bundle))),
        Err(StepError::NotFound { chain, .. }) => Err(nothing(chain, tx, place.vault)),
        Err(error) => Err(error.into()),
    }
}

async fn trace_deposit(network: &Network, tx: B256) -> Result<Sent, AssetError> {
    let l1 = &network.l1;
    let addresses = [l1.shared_bridge, l1.priority_queue];
    let logs = logs_of(l1.reader.as_ref(), &addresses, tx).await?;
    let of = |address: Address, topic: B256| {
        let is =
            move |log: &&ChainLog| log.address == address && log.topics.first() == Some(&topic);
        logs.iter().filter(is)
    };
    let chain = l1.reader.chain_id();
    let requested = of(
        l1.shared_bridge,
        ISharedBridge::DepositRequested::SIGNATURE_HASH,
    );
    let mut deposits = Vec::new();
    for log in requested {
        deposits.push(decode::<ISharedBridge::DepositRequested>(log).map_err(StepError::Event)?);
    }
    let hash = match deposits.as_slice() {
        [deposit] => deposit.operationHash,
        [] => return Err(nothing(chain, tx, l1.shared_bridge)),
        several => {
            let count = several.len();
            return Err(AssetError::SentSeveralTimes { chain, tx, count });
        }
    };
    let queued = IPriorityQueue::PriorityOperationRequested::SIGNATURE_HASH;
    for log in of(l1.priority_queue, queued) {
        let event: IPriorityQueue::PriorityOperationRequested =
            decode(log).map_err(StepError::Event)?;
        if event.operationHash == hash {
            let operation = event.operation;
            return Ok(Sent::Deposit(Box::new(Deposit { operation, hash })));
        }
    }
    Err(nothing(chain, tx, l1.priority_queue))
}

fn withdrawal_of(place: &ChainPlace, log: &ChainLog) -> Result<Option<Withdrawal>, StepError> {
    let event = decode_chain_event(&place.contracts, log)?;
    let Some(ChainEvent::Message { sender, data, leaf }) = event else {
        return Ok(None);
    };
    Ok((sender == place.vault).then(|| Withdrawal {
        chain: place.id(),
        block: log.block.number,
        message: data,
        leaf,
    }))
}

/// Logs of a transaction, in order.
async fn logs_of(
    reader: &dyn ChainReader,
    addresses: &[Address],
    tx: B256,
) -> Result<Vec<ChainLog>, AssetError> {
    let chain = reader.chain_id();
    let receipt = reader
        .receipt(tx)
        .await?
        .ok_or(AssetError::UnknownTransaction { chain, tx })?;
    let page = reader.logs(receipt.block, receipt.block, addresses).await?;
    Ok(page.logs.into_iter().filter(|log| log.tx == tx).collect())
}

fn nothing(chain: ChainId, tx: B256, custody: Address) -> AssetError {
    AssetError::NothingSent { chain, tx, custody }
}
