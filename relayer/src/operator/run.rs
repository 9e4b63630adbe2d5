//! The operator's round: look after what was sent, settle the next batch, import roots, consume the queue. L1 is the truth
//! about what is settled, so a restart needs nothing but the transactions that are still open.

use std::{sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    ChainHead, IBatchSettlement, IInteropRootStorage, IPriorityInbox, describe_revert,
};
use tokio_util::sync::CancellationToken;

use crate::{
    chain::{CallRequest, ChainError, ChainReader, Clock},
    model::{BlockRef, ChainId, Intent, IntentKind, IntentState},
    progress::Progress,
    send::{SendError, SendRequest, Sender},
    store::StoreError,
};

use super::{
    attest::{AttestError, Attester, Binding, Claim, collect},
    data::DataError,
    derive::{DeriveError, derive},
    imports::{Candidate, ImportPlanner, ImportPolicy, import_call},
    pending::PendingBlocks,
    priority::{Consumption, QueueFollower},
    publish::{PublishError, publication},
    read::{ReadError, executed_head, read, read_facts},
    seal::{SealPolicy, seal},
};

const STAGE: &str = "operator";

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
    /// Priority queue on L1.
    pub priority_queue: Address,
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
    /// Sends to the chain.
    pub chain_sender: Arc<Sender>,
    /// Who attests.
    pub attesters: Vec<Arc<dyn Attester>>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where readiness looks.
    pub progress: Arc<Progress>,
}

/// Why a round did not end well. The next one tries again; nothing is lost meanwhile.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// A chain could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A transaction could not be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain's logs and state do not fit, or do not fit L1.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// The batch data cannot be packed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The batch data cannot be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The batch is not attested.
    #[error(transparent)]
    Attest(#[from] AttestError),
    /// L1 refuses the batch.
    #[error("chain {chain}: L1 refuses batch {batch}: {reason}")]
    Rejected {
        /// The chain.
        chain: ChainId,
        /// Batch number.
        batch: u64,
        /// The decoded reason.
        reason: String,
    },
}

impl From<ChainError> for OperatorError {
    fn from(error: ChainError) -> Self {
        Self::Read(error.into())
    }
}

impl OperatorError {
    /// Whether the same round may end well later without a change by people.
    pub fn retry(&self) -> bool {
        match self {
            Self::Read(ReadError::Chain(error)) => error.retry(),
            Self::Read(ReadError::MissingBlock { .. }) | Self::Attest(_) => true,
            Self::Send(error) => error.retry(),
            Self::Read(ReadError::NotOurContract { .. })
            | Self::Store(_)
            | Self::Derive(_)
            | Self::Data(_)
            | Self::Publish(_)
            | Self::Rejected { .. } => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Send(_) => "send",
            Self::Store(_) => "store",
            Self::Derive(_) => "derive",
            Self::Data(_) => "data",
            Self::Publish(_) => "publish",
            Self::Attest(_) => "attest",
            Self::Rejected { .. } => "rejected",
        }
    }
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

struct Operator {
    context: OperatorContext,
    pending: PendingBlocks,
    imports: ImportPlanner,
    queue: QueueFollower,
}

impl Operator {
    fn new(context: OperatorContext) -> Self {
        let settings = &context.settings;
        let imports = ImportPlanner::new(
            settings.chain,
            settings.message_root,
            settings.l1_start_block,
        );
        let queue = QueueFollower::new(
            settings.chain,
            settings.priority_queue,
            settings.l1_start_block,
        );
        Self {
            context,
            pending: PendingBlocks::default(),
            imports,
            queue,
        }
    }

    /// One duty that fails does not keep the others from being done.
    async fn round(&mut self) {
        let results = [
            ("follow", self.follow().await),
            ("consume", self.consume().await),
            ("import", self.import().await),
            ("settle", self.settle().await),
        ];
        let chain = self.context.settings.chain;
        let now = self.context.clock.now();
        let mut trouble = false;
        for (duty, result) in results {
            if let Err(error) = result {
                trouble = true;
                tracing::error!(stage = STAGE, duty, chain, retry = error.retry(), %error, "duty failed");
                self.context
                    .progress
                    .failed(STAGE, chain, error.label(), error.to_string(), now);
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

    async fn follow(&self) -> Result<(), OperatorError> {
        let mut changed = self.context.l1_sender.tick().await?;
        changed.extend(self.context.chain_sender.tick().await?);
        for intent in changed {
            report(&intent);
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), OperatorError> {
        let context = &self.context;
        let settings = &context.settings;
        if is_pending(&context.l1_sender, |kind| {
            matches!(kind, IntentKind::Settle { .. })
        })? {
            return Ok(());
        }
        let head = executed_head(
            context.l1.as_ref(),
            settings.binding.settlement,
            settings.chain,
        )
        .await?;
        self.pending
            .update(context.chain.as_ref(), &settings.binding.contracts, &head)
            .await?;
        match seal(&settings.seal, &self.pending.blocks(), context.clock.now()) {
            Some(last) => self.settle_batch(head, &last).await,
            None => Ok(()),
        }
    }

    async fn settle_batch(&self, head: ChainHead, last: &BlockRef) -> Result<(), OperatorError> {
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
        let public_input =
            binding
                .public_input
                .public_input(settings.chain, &derived.batch, binding.mode);
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
        request.gas_limit = self.settlement_gas(&request, batch).await?;
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
    ) -> Result<u64, OperatorError> {
        // An estimate carries no blobs, so it cannot get past the check of their hashes.
        if request.blobs.is_some() {
            return Ok(BLOB_SETTLEMENT_GAS);
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
        if is_pending(&context.chain_sender, |kind| {
            matches!(kind, IntentKind::ImportRoots { .. })
        })? {
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
        self.context
            .chain_sender
            .submit(request, |_| Ok(Vec::new()))
            .await?;
        tracing::info!(
            stage = STAGE,
            chain = settings.chain,
            l1_block = candidate.l1_block,
            "root import sent"
        );
        Ok(())
    }

    async fn consume(&mut self) -> Result<(), OperatorError> {
        self.queue.scan(self.context.l1.as_ref()).await?;
        let context = &self.context;
        if is_pending(&context.chain_sender, |kind| {
            matches!(kind, IntentKind::ConsumePriority { .. })
        })? {
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

    async fn send_consumption(
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
        self.context
            .chain_sender
            .submit(request, |_| Ok(Vec::new()))
            .await?;
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

/// Gas limit of a settlement with blobs: twice what one costs beside its verifier and imports.
const BLOB_SETTLEMENT_GAS: u64 = 1_500_000;

fn with_reserve(gas: u64) -> u64 {
    gas.saturating_add(gas.div_ceil(5))
}

/// Whether a transaction of this kind is in no block yet.
fn is_pending(
    sender: &Sender,
    wanted: impl Fn(&IntentKind) -> bool,
) -> Result<bool, OperatorError> {
    let open = sender.open()?;
    Ok(open
        .iter()
        .any(|intent| intent.state == IntentState::Pending && wanted(&intent.kind)))
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
