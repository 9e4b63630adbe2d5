//! The way back of a frozen chain, one step a round: bury what L1 decided in its stead, consume its queue, settle that, in as
//! many batches as it needs.

use alloy::{primitives::U256, sol_types::SolCall};
use causeway_bindings::{ChainHead, IAtomicSwap, IPriorityInbox, Tombstone};

use crate::{
    chain::Finality,
    model::{IntentKind, UnixSeconds},
    send::SendRequest,
};

use super::{
    error::OperatorError,
    freeze::{Come, Duty, FrozenChain, Misstep, check_queue_only, duty, outstanding_tombstones},
    hand::Hand,
    read::{ReadError, executed_head, read, read_logs},
    run::{Operator, STAGE, is_consumption, is_settlement},
    seal::{Owed, seal_recovery},
};

/// Operations that expire within this time count as expired: a settlement takes a while, in seconds.
const SETTLED_WITHIN: UnixSeconds = 600;

/// Blocks whose logs are read at once.
const BLOCKS_PER_READ: u64 = 1_000;

/// Gas of a burial beside its tombstones.
const BURIAL_GAS: u64 = 100_000;

/// Gas of one tombstone: its slot, its event, what both cost to check.
const TOMBSTONE_GAS: u64 = 120_000;

impl Operator {
    pub(super) async fn recover(&mut self, since: UnixSeconds) -> Result<(), OperatorError> {
        self.let_go().await?;
        self.follow().await?;
        if self.is_busy()? {
            return Ok(());
        }
        let (context, settings) = (&self.context, &self.context.settings);
        let (l1, chain) = (context.l1.as_ref(), context.chain.as_ref());
        let binding = &settings.binding;
        self.queue.scan(l1).await?;
        let head = executed_head(l1, binding.settlement, settings.chain).await?;
        self.queue.settled(head.priorityOpsConsumed);
        self.pending
            .update(chain, &binding.contracts, &head)
            .await?;
        let frozen = |found: String| OperatorError::Frozen {
            chain: settings.chain,
            since,
            block: head.lastBlock,
            found,
        };
        check_queue_only(&binding.contracts, self.pending.contents())
            .map_err(|foreign| frozen(foreign.to_string()))?;
        let is_full = self.pending.is_full();
        if !is_full && self.is_behind(&head).await? {
            return Ok(());
        }
        let state = self.frozen_chain(&head).await?;
        match duty(&state) {
            Duty::RollBack(misstep) => Err(frozen(misstep.to_string())),
            Duty::Settle(last) => {
                let domain = &self.context.settings.binding.queue_input;
                self.settle_batch(head, &last, domain).await
            }
            _ if is_full => Err(frozen(Misstep::TooMuch.to_string())),
            Duty::Bury(tombstones) => self.bury(tombstones).await,
            Duty::Consume => self.consume().await,
            Duty::Wait => Ok(()),
        }
    }

    /// A node that was rolled back has forgotten what the store remembers, and must not be told again.
    async fn let_go(&self) -> Result<(), OperatorError> {
        let count = self.context.hand.let_go(is_owed).await?;
        if count > 0 {
            let chain = self.context.settings.chain;
            tracing::warn!(
                stage = STAGE,
                chain,
                count,
                "transactions let go that the frozen chain has not"
            );
        }
        Ok(())
    }

    fn is_busy(&self) -> Result<bool, OperatorError> {
        Ok(self.context.l1_sender.is_pending(is_settlement)?
            || self.context.hand.is_pending(is_owed)?)
    }

    /// Whether final blocks of the chain are still to be looked at.
    async fn is_behind(&self, head: &ChainHead) -> Result<bool, OperatorError> {
        let last_final = self.context.chain.head(Finality::Final).await?.number;
        Ok(self.last_seen(head) < last_final)
    }

    fn last_seen(&self, head: &ChainHead) -> u64 {
        let blocks = self.pending.blocks();
        blocks
            .last()
            .map_or(head.lastBlock, |pending| pending.block.number)
    }

    async fn frozen_chain(&self, head: &ChainHead) -> Result<FrozenChain, OperatorError> {
        let (context, settings) = (&self.context, &self.context.settings);
        let registry = settings.binding.swap_registry;
        let tombstones =
            outstanding_tombstones(context.l1.as_ref(), registry, settings.chain).await?;
        let newest = context.chain.head(Finality::Latest).await?.number;
        let latest = self.come(head, newest).await?;
        let l1_time = context.l1.head(Finality::Latest).await?.timestamp;
        let now = context.clock.now().max(l1_time);
        let expired = self.queue.expired(now.saturating_add(SETTLED_WITHIN));
        let owed = Owed {
            burials: tombstones.len() as u64,
            operations: expired.saturating_sub(head.priorityOpsConsumed),
        };
        Ok(FrozenChain {
            tombstones,
            has_operations: self.queue.next(latest.consumed).is_some(),
            latest,
            part: seal_recovery(&settings.seal, &owed, &self.pending.blocks()),
        })
    }

    /// How far the chain had come at `block`.
    async fn come(&self, head: &ChainHead, block: u64) -> Result<Come, OperatorError> {
        let chain = self.context.chain.as_ref();
        let contracts = &self.context.settings.binding.contracts;
        if block < head.lastBlock {
            return Err(ReadError::MissingBlock {
                chain: chain.chain_id(),
                block: head.lastBlock,
            }
            .into());
        }
        let count = IPriorityInbox::processedCountCall {};
        let consumed: U256 = read(chain, contracts.inbox, &count, Some(block)).await?;
        let mut come = Come {
            effects: Vec::new(),
            consumed: consumed.saturating_to(),
        };
        let mut first = head.lastBlock.saturating_add(1);
        while first <= block {
            let last = first
                .saturating_add(BLOCKS_PER_READ)
                .saturating_sub(1)
                .min(block);
            let logs = read_logs(chain, contracts, first, last).await?;
            come.effects
                .extend(logs.effects.into_iter().map(|(_, effect)| effect));
            first = last.saturating_add(1);
        }
        Ok(come)
    }

    async fn bury(&self, tombstones: Vec<Tombstone>) -> Result<(), OperatorError> {
        let settings = &self.context.settings;
        let count = tombstones.len() as u64;
        let request = SendRequest {
            kind: IntentKind::Bury { count },
            to: settings.binding.contracts.swap,
            calldata: IAtomicSwap::buryCall { tombstones }.abi_encode().into(),
            value: U256::ZERO,
            gas_limit: BURIAL_GAS.saturating_add(count.saturating_mul(TOMBSTONE_GAS)),
            blobs: None,
        };
        self.context.hand.submit(request).await?;
        tracing::info!(
            stage = STAGE,
            chain = settings.chain,
            count,
            "burial of swaps sent"
        );
        Ok(())
    }
}

/// Whether a frozen chain owes L1 such a transaction.
fn is_owed(kind: &IntentKind) -> bool {
    is_consumption(kind) || matches!(kind, IntentKind::Bury { .. })
}
