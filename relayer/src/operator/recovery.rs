//! Brings a frozen chain back whose operator is gone for good: what its operator would do, done by somebody who has rebuilt
//! it. L1 and the node are the truth about how far that has come, so whoever is interrupted begins again.

use std::time::Duration;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{ChainHead, DataAvailability, IPriorityQueue};

use crate::{
    chain::{ChainError, Finality},
    model::{ChainId, UnixSeconds},
};

use super::{
    error::OperatorError,
    freeze::{frozen_since, outstanding_tombstones},
    read::{ReadError, executed_head, read},
    registration::Registration,
    run::{Operator, OperatorContext},
};

/// What a frozen chain owes L1, and how far its rebuilt node has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// When L1 froze it, in seconds.
    pub since: UnixSeconds,
    /// What L1 has executed.
    pub head: ChainHead,
    /// Newest block of the node.
    pub node_block: u64,
    /// Swaps to bury.
    pub burials: u64,
    /// Operations that wait in its queue.
    pub operations: u64,
}

/// How far a recovery has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What L1 has executed.
    pub head: ChainHead,
    /// Newest block of the node.
    pub node_block: u64,
}

/// Why a chain is not brought back, or not yet.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// There is nothing to bring back.
    #[error(
        "chain {chain} is live: L1 has not frozen it. Once an operation of its queue has expired, anybody may call `freeze({chain})` of the settlement contract {settlement}; until then its operator alone can settle"
    )]
    Live {
        /// The chain.
        chain: ChainId,
        /// The settlement contract.
        settlement: Address,
    },
    /// L1 has no data of it, so it lets nobody but the operator settle.
    #[error(
        "chain {chain} is a validium: L1 has none of its data, and takes batches of its operator {operator} only, not of {account}. What was on its way there returns by `l1Cancel` of the swap registry, once the chain's grace is over"
    )]
    Validium {
        /// The chain.
        chain: ChainId,
        /// Its operator.
        operator: Address,
        /// Whose key was given.
        account: Address,
    },
    /// The node does not hold the chain that L1 has settled.
    #[error(
        "the node holds {found} as block {block} of chain {chain}, L1 has settled {expected}: rebuild the chain on an empty node with `causeway operator rebuild`, and run this again with that one"
    )]
    NotRebuilt {
        /// The chain.
        chain: ChainId,
        /// Last block that L1 has executed.
        block: u64,
        /// Its hash on L1.
        expected: B256,
        /// What the node has there.
        found: String,
    },
    /// What the node has made besides cannot be settled.
    #[error(
        "after block {block} {found}; L1 takes nothing of it. Rebuild the chain on an empty node with `causeway operator rebuild`, and run this again with that one"
    )]
    Spoiled {
        /// Last block that L1 has executed.
        block: u64,
        /// What stands after it.
        found: String,
    },
    /// Too few are asked.
    #[error(
        "L1 takes a batch of chain {chain} with signatures of {needed} of its attesters {registered:?}, and the configuration has {configured} of them; add the others to remote_attesters of the chain's [operators] section"
    )]
    TooFewAttesters {
        /// The chain.
        chain: ChainId,
        /// How many L1 asks for.
        needed: usize,
        /// Whose signatures count.
        registered: Vec<Address>,
        /// How many of them the configuration has.
        configured: usize,
    },
    /// Settling costs.
    #[error(
        "{account} has no ether on L1, and settling costs gas; fund it, or name another signer"
    )]
    NoEther {
        /// Whose key was given.
        account: Address,
    },
    /// It does not get on.
    #[error(
        "nothing has come of it for {seconds} seconds; nothing is lost, run this again, or give it longer with --timeout"
    )]
    Slow {
        /// For how long.
        seconds: u64,
    },
    /// A step failed.
    #[error(transparent)]
    Step(#[from] OperatorError),
}

impl From<ReadError> for RecoveryError {
    fn from(error: ReadError) -> Self {
        Self::Step(error.into())
    }
}

impl From<ChainError> for RecoveryError {
    fn from(error: ChainError) -> Self {
        Self::Step(error.into())
    }
}

/// What is to be done, once all that can be known before has been checked.
pub async fn survey(
    context: &OperatorContext,
    registration: &Registration,
) -> Result<Survey, RecoveryError> {
    let settings = &context.settings;
    let (chain, binding) = (settings.chain, &settings.binding);
    let l1 = context.l1.as_ref();
    let Some(since) = frozen_since(l1, binding.settlement, chain).await? else {
        return Err(RecoveryError::Live {
            chain,
            settlement: binding.settlement,
        });
    };
    let attesters: Vec<_> = context.attesters.iter().map(|one| one.address()).collect();
    check_terms(chain, registration, context.l1_sender.address(), &attesters)?;
    require_ether(context).await?;
    let head = require_rebuilt(context).await?;
    let tombstones = outstanding_tombstones(l1, binding.swap_registry, chain).await?;
    let tail = IPriorityQueue::tailCall {
        chainId: U256::from(chain),
    };
    let tail = read(l1, binding.priority_queue, &tail, None).await?;
    Ok(Survey {
        since,
        node_block: newest(context).await?,
        burials: tombstones.len() as u64,
        operations: tail.saturating_sub(head.priorityOpsConsumed),
        head,
    })
}

/// Buries, consumes and settles until L1 says that the chain is live. `progress` hears of every change. Fails once nothing
/// has changed for as long as `patience`.
pub async fn recover(
    context: OperatorContext,
    patience: Duration,
    progress: &(dyn Fn(&Sight) + Sync),
) -> Result<Sight, RecoveryError> {
    let mut operator = Operator::new(context);
    let mut last = look(&operator.context).await?;
    let mut changed_at = operator.context.clock.now();
    loop {
        let failure = match round(&mut operator).await {
            Ok(true) => None,
            Ok(false) => return look(&operator.context).await,
            Err(error) if may_pass(&error) => Some(error),
            Err(error) => return Err(error),
        };
        let sight = look(&operator.context).await?;
        let now = operator.context.clock.now();
        if sight != last {
            progress(&sight);
            (last, changed_at) = (sight, now);
        }
        let seconds = now.saturating_sub(changed_at);
        if seconds >= patience.as_secs() {
            return Err(failure.unwrap_or(RecoveryError::Slow { seconds }));
        }
        let context = &operator.context;
        context.clock.sleep(context.settings.poll).await;
    }
}

/// One step; `false` if there is none to make, since the chain is live.
async fn round(operator: &mut Operator) -> Result<bool, RecoveryError> {
    let settings = &operator.context.settings;
    let (chain, settlement) = (settings.chain, settings.binding.settlement);
    let since = frozen_since(operator.context.l1.as_ref(), settlement, chain).await?;
    let Some(since) = since else {
        return Ok(false);
    };
    require_rebuilt(&operator.context).await?;
    operator.recover(since).await.map_err(|error| match error {
        OperatorError::Frozen { block, found, .. } => RecoveryError::Spoiled { block, found },
        other => other.into(),
    })?;
    Ok(true)
}

/// Whether trying again may help: attesters come back, and what L1 refuses now it may take with one operation more.
fn may_pass(error: &RecoveryError) -> bool {
    match error {
        RecoveryError::Step(OperatorError::Rejected { .. }) => true,
        RecoveryError::Step(error) => error.retry(),
        _ => false,
    }
}

/// What L1's registration asks of whoever settles.
fn check_terms(
    chain: ChainId,
    registration: &Registration,
    account: Address,
    attesters: &[Address],
) -> Result<(), RecoveryError> {
    let operator = registration.operator;
    if registration.mode == DataAvailability::Validium && account != operator {
        return Err(RecoveryError::Validium {
            chain,
            operator,
            account,
        });
    }
    let registered = &registration.attesters;
    let counts = |attester: &&Address| attesters.contains(attester);
    let configured = registered.iter().filter(counts).count();
    if configured >= registration.threshold {
        return Ok(());
    }
    Err(RecoveryError::TooFewAttesters {
        chain,
        needed: registration.threshold,
        registered: registered.clone(),
        configured,
    })
}

async fn require_ether(context: &OperatorContext) -> Result<(), RecoveryError> {
    let account = context.l1_sender.address();
    if context.l1.balance(account).await?.is_zero() {
        return Err(RecoveryError::NoEther { account });
    }
    Ok(())
}

/// The node has the last block that L1 has executed. It has not where it was never rebuilt, and where somebody else has
/// settled a batch meanwhile.
async fn require_rebuilt(context: &OperatorContext) -> Result<ChainHead, RecoveryError> {
    let settings = &context.settings;
    let head = executed_head(
        context.l1.as_ref(),
        settings.binding.settlement,
        settings.chain,
    )
    .await?;
    let found = context.chain.block(head.lastBlock).await?;
    let found = found.map(|block| block.hash);
    if found == Some(head.stateCommitment) {
        return Ok(head);
    }
    Err(RecoveryError::NotRebuilt {
        chain: settings.chain,
        block: head.lastBlock,
        expected: head.stateCommitment,
        found: found.map_or_else(|| "nothing".to_owned(), |hash| hash.to_string()),
    })
}

async fn look(context: &OperatorContext) -> Result<Sight, RecoveryError> {
    let settings = &context.settings;
    let settlement = settings.binding.settlement;
    Ok(Sight {
        head: executed_head(context.l1.as_ref(), settlement, settings.chain).await?,
        node_block: newest(context).await?,
    })
}

async fn newest(context: &OperatorContext) -> Result<u64, RecoveryError> {
    Ok(context.chain.head(Finality::Latest).await?.number)
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
mod tests;
