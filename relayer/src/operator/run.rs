//! The operator's round: look after what was sent, settle the next batch, import roots, consume the queue. L1 is the truth
//! about what is settled, so a restart needs nothing but the transactions that are still open.

use std::{sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    ChainHead, IBatchSettlement, IInteropRootStorage, IPriorityInbox, PublicInputDomain,
    describe_revert,
};
use tokio_util::sync::CancellationToken;

use crate::{
    chain::{CallRequest, ChainError, ChainReader, Clock},
    model::{BlockRef, ChainId, Intent, IntentKind, IntentState, UnixSeconds},
    progress::Progress,
    send::{SendRequest, Sender},
};

use super::{
    attest::{Attester, Binding, Claim, collect},
    derive::derive,
    error::OperatorError,
    freeze::frozen_since,
    gas,
    hand::Hand,
    imports::{Candidate, ImportPlanner, ImportPolicy, import_call},
    pending::PendingBlocks,
    priority::{Consumption, QueueFollower},
    publish::publication,
    read::{executed_head, read, read_facts},
    refused::Refusals,
    seal::{SealPolicy, seal},
};

pub(super) const STAGE: &str = "operator";

/// Gas of one import: a first write of its slot, the rolling hash, the event.
const IMPORT_GAS: u64 = 200_000;

/// What one operated chain needs.
#[derive(Clone, Debug)]
pub struct OperatorSettings {
    /// The chain.
    pub chain: ChainId,
    /// L1.
    pub l1_chain: ChainId,
    /// What its batches are bound to.
    pub binding: Binding,
    /// Message root on L1.
    pub message_root: Address,
    /// L1 block before the network was deployed.
    pub l1_start_block: u64,
    /// When a batch is closed.
    pub seal: SealPolicy,
    /// How often roots are imported.
    pub imports: ImportPolicy,
    /// Attestations that a batch needs.
    pub threshold: usize,
    /// Time between two rounds.
    pub poll: Duration,
}

/// What the stage works with.
pub struct OperatorContext {
    /// Settings.
    pub settings: OperatorSettings,
    /// Reads L1.
    pub l1: Arc<dyn ChainReader>,
    /// Reads the chain.
    pub chain: Arc<dyn ChainReader>,
    /// Sends to L1.
    pub l1_sender: Arc<Sender>,
    /// Makes calls on the chain.
    pub hand: Arc<dyn Hand>,
    /// Who attests.
    pub attesters: Vec<Arc<dyn Attester>>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where readiness looks.
    pub progress: Arc<Progress>,
}

/// Operates one chain until shutdown. An error of a round is reported and the round repeated.
pub async fn run(context: OperatorContext, shutdown: CancellationToken) {
    let mut operator = Operator::new(context);
    while !shutdown.is_cancelled() {
        operator.round().await;
        let rest = operator.context.clock.sleep(operator.context.settings.poll);
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = rest => {}
        }
    }
}

pub(super) struct Operator {
    pub(super) context: OperatorContext,
    pub(super) pending: PendingBlocks,
    imports: ImportPlanner,
    pub(super) queue: QueueFollower,
    /// When L1 froze the chain, as of the last round.
    frozen_since: Option<UnixSeconds>,
    refusals: Refusals,
}

impl Operator {
    pub(super) fn new(context: OperatorContext) -> Self {
        let settings = &context.settings;
        let imports = planner(settings);
        let queue = QueueFollower::new(
            settings.chain,
            settings.binding.priority_queue,
            settings.l1_start_block,
        );
        Self {
            context,
            pending: PendingBlocks::default(),
            imports,
            queue,
            frozen_since: None,
            refusals: Refusals::default(),
        }
    }

    /// One duty that fails does not keep the others from being done.
    async fn round(&mut self) {
        let mut results = Vec::new();
        match self.standing().await {
            Ok(None) => results.extend([
                ("follow", self.follow().await),
                ("consume", self.consume().await),
                ("import", self.import().await),
                ("settle", self.settle().await),
            ]),
            Ok(Some(since)) => results.push(("recover", self.recover(since).await)),
            // What was sent may be what a frozen chain must not hold, so it waits for L1's word too.
            Err(error) => results.push(("standing", Err(error))),
        }
        let chain = self.context.settings.chain;
        let now = self.context.clock.now();
        let mut trouble = false;
        for (duty, result) in results {
            if let Err(error) = result {
                trouble = true;
                self.context.progress.complain(
                    STAGE,
                    chain,
                    error.label(),
                    format!("{duty}: {error}"),
                    now,
                );
            }
        }
        if !trouble {
            let block = self
                .pending
                .blocks()
                .last()
                .map_or(0, |pending| pending.block.number);
            self.context.progress.advanced(STAGE, chain, block, now);
        }
    }

    /// When L1 froze the chain; `None` while it is live, as most chains always are.
    async fn standing(&mut self) -> Result<Option<UnixSeconds>, OperatorError> {
        let settings = &self.context.settings;
        let (chain, settlement) = (settings.chain, settings.binding.settlement);
        let since = frozen_since(self.context.l1.as_ref(), settlement, chain).await?;
        match (self.frozen_since, since) {
            (None, Some(since)) => tracing::warn!(
                stage = STAGE,
                chain,
                since,
                "L1 has frozen the chain, which let an operation of its queue expire; it settles its queue and nothing else"
            ),
            (Some(_), None) => {
                tracing::info!(stage = STAGE, chain, "the chain is live again");
                // Roots imported before the node was rolled back are not there any more.
                self.imports = planner(settings);
            }
            _ => {}
        }
        self.frozen_since = since;
        Ok(since)
    }

    pub(super) async fn follow(&mut self) -> Result<(), OperatorError> {
        let mut changed = self.context.l1_sender.tick().await?;
        changed.extend(self.context.hand.follow().await?);
        let now = self.context.clock.now();
        for intent in changed {
            report(&intent);
            self.refusals.note(&intent, now);
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), OperatorError> {
        let context = &self.context;
        let settings = &context.settings;
        if context.l1_sender.is_pending(is_settlement)? {
            return Ok(());
        }
        let head = executed_head(
            context.l1.as_ref(),
            settings.binding.settlement,
            settings.chain,
        )
        .await?;
        self.queue.settled(head.priorityOpsConsumed);
        self.pending
            .update(context.chain.as_ref(), &settings.binding.contracts, &head)
            .await?;
        match seal(&settings.seal, &self.pending.blocks(), context.clock.now()) {
            Some(last) => {
                let domain = &settings.binding.public_input;
                self.settle_batch(head, &last, domain).await
            }
            None => Ok(()),
        }
    }

    pub(super) async fn settle_batch(
        &self,
        head: ChainHead,
        last: &BlockRef,
        domain: &PublicInputDomain,
    ) -> Result<(), OperatorError> {
        let context = &self.context;
        let settings = &context.settings;
        let binding = &settings.binding;
        let data = self.pending.data(settings.chain, last).encode()?;
        let published = publication(binding.mode, &data).await?;
        let facts = read_facts(
            context.chain.as_ref(),
            &binding.contracts,
            head,
            last.number,
            published.commitment,
        )
        .await?;
        let derived = derive(facts)?;
        let batch = derived.batch.number;
        if let Some(reason) = self.refusals.reason(batch, context.clock.now()) {
            let chain = settings.chain;
            return Err(OperatorError::Rejected {
                chain,
                batch,
                reason,
            });
        }
        let public_input = domain.public_input(settings.chain, &derived.batch, binding.mode);
        let gas = gas::with_blobs(&derived);
        let claim = Claim {
            chain: settings.chain,
            last_block: last.number,
            data,
            public_input,
        };
        let proof = collect(&context.attesters, settings.threshold, &claim).await?;
        let call = IBatchSettlement::settleBatchCall {
            chainId: U256::from(settings.chain),
            batch: derived.batch,
            data: published.calldata,
            proof,
            dependencies: derived.dependencies,
            ledger: derived.ledger,
            effects: derived.effects,
        };
        let calldata = call.abi_encode().into();
        let kind = IntentKind::Settle {
            chain: settings.chain,
            batch,
        };
        let mut request = SendRequest {
            kind,
            to: binding.settlement,
            calldata,
            value: U256::ZERO,
            gas_limit: 0,
            blobs: published.blobs,
        };
        request.gas_limit = self.settlement_gas(&request, batch, gas).await?;
        context
            .l1_sender
            .submit(request, |_| Ok(Vec::new()))
            .await?;
        tracing::info!(
            stage = STAGE,
            chain = settings.chain,
            batch,
            last_block = last.number,
            "batch sent to L1"
        );
        Ok(())
    }

    /// Gas of the settlement; also where a refusal shows before anything is sent.
    async fn settlement_gas(
        &self,
        request: &SendRequest,
        batch: u64,
        with_blobs: u64,
    ) -> Result<u64, OperatorError> {
        // An estimate carries no blobs, so it cannot get past the check of their hashes.
        if request.blobs.is_some() {
            return Ok(with_blobs);
        }
        let call = CallRequest {
            from: self.context.l1_sender.address(),
            to: request.to,
            data: request.calldata.clone(),
            value: U256::ZERO,
            gas: None,
        };
        match self.context.l1.estimate_gas(&call).await {
            Ok(gas) => Ok(with_reserve(gas)),
            Err(ChainError::Reverted { data, .. }) => Err(OperatorError::Rejected {
                chain: self.context.settings.chain,
                batch,
                reason: describe_revert(&data),
            }),
            Err(error) => Err(error.into()),
        }
    }

    async fn import(&mut self) -> Result<(), OperatorError> {
        self.imports.scan(self.context.l1.as_ref()).await?;
        let context = &self.context;
        if context.hand.is_pending(is_import)? {
            return Ok(());
        }
        let now = context.clock.now();
        let Some(candidate) = self.imports.due(&context.settings.imports, now) else {
            return Ok(());
        };
        if !self.is_imported(&candidate).await? {
            self.send_import(&candidate).await?;
        }
        self.imports.imported(candidate.l1_block, now);
        Ok(())
    }

    async fn is_imported(&self, candidate: &Candidate) -> Result<bool, OperatorError> {
        let settings = &self.context.settings;
        let call = IInteropRootStorage::isImportedCall {
            settlementChainId: U256::from(settings.l1_chain),
            blockNumber: U256::from(candidate.l1_block),
            root: candidate.root,
        };
        Ok(read(
            self.context.chain.as_ref(),
            settings.binding.contracts.handler,
            &call,
            None,
        )
        .await?)
    }

    async fn send_import(&self, candidate: &Candidate) -> Result<(), OperatorError> {
        let settings = &self.context.settings;
        let request = SendRequest {
            kind: IntentKind::ImportRoots {
                l1_blocks: vec![candidate.l1_block],
            },
            to: settings.binding.contracts.handler,
            calldata: import_call(settings.l1_chain, candidate),
            value: U256::ZERO,
            gas_limit: IMPORT_GAS,
            blobs: None,
        };
        self.context.hand.submit(request).await?;
        tracing::info!(
            stage = STAGE,
            chain = settings.chain,
            l1_block = candidate.l1_block,
            "root import sent"
        );
        Ok(())
    }

    pub(super) async fn consume(&mut self) -> Result<(), OperatorError> {
        self.queue.scan(self.context.l1.as_ref()).await?;
        let context = &self.context;
        if context.hand.is_pending(is_consumption)? {
            return Ok(());
        }
        let inbox = context.settings.binding.contracts.inbox;
        let processed = read(
            context.chain.as_ref(),
            inbox,
            &IPriorityInbox::processedCountCall {},
            None,
        )
        .await?;
        match self.queue.next(processed.saturating_to()) {
            Some(consumption) => self.send_consumption(inbox, consumption).await,
            None => Ok(()),
        }
    }

    pub(super) async fn send_consumption(
        &self,
        inbox: Address,
        consumption: Consumption,
    ) -> Result<(), OperatorError> {
        let Consumption {
            first,
            count,
            calldata,
            gas_limit,
        } = consumption;
        let kind = IntentKind::ConsumePriority { first, count };
        let request = SendRequest {
            kind,
            to: inbox,
            calldata,
            value: U256::ZERO,
            gas_limit,
            blobs: None,
        };
        self.context.hand.submit(request).await?;
        tracing::info!(
            stage = STAGE,
            chain = self.context.settings.chain,
            first,
            count,
            "priority operations sent"
        );
        Ok(())
    }
}

fn planner(settings: &OperatorSettings) -> ImportPlanner {
    ImportPlanner::new(
        settings.chain,
        settings.message_root,
        settings.l1_start_block,
    )
}

pub(super) fn is_settlement(kind: &IntentKind) -> bool {
    matches!(kind, IntentKind::Settle { .. })
}

pub(super) fn is_consumption(kind: &IntentKind) -> bool {
    matches!(kind, IntentKind::ConsumePriority { .. })
}

fn is_import(kind: &IntentKind) -> bool {
    matches!(kind, IntentKind::ImportRoots { .. })
}

fn with_reserve(gas: u64) -> u64 {
    gas.saturating_add(gas.div_ceil(5))
}

fn report(intent: &Intent) {
    let failed = matches!(
        intent.state,
        IntentState::Included { success: false, .. } | IntentState::Final { success: false }
    );
    let tx = intent.hashes.last().copied().unwrap_or(B256::ZERO);
    let (chain, kind, state) = (intent.chain, &intent.kind, intent.state);
    if failed {
        tracing::error!(stage = STAGE, chain, ?kind, ?state, %tx, "transaction reverted; the next round derives it anew");
    } else {
        tracing::debug!(stage = STAGE, chain, ?kind, ?state, %tx, "transaction");
    }
}
