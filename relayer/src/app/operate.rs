//! The operator's stage, which first learns from L1 what its chain is registered with.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::Address;
use alloy::signers::local::PrivateKeySigner;
use causeway_bindings::{PublicInputDomain, attestation_domain};
use tokio_util::sync::CancellationToken;

use super::error::AppError;
use super::wire::Wiring;
use crate::api::Token;
use crate::chain::{ChainReader, Clock};
use crate::config::{
    ChainConfig, Config, L1Contracts, OperatorConfig, RemoteAttesterConfig, RpcUrl, Secret,
};
use crate::model::ChainId;
use crate::operator::attest::{AttestError, Attester, Binding, LocalAttester};
use crate::operator::hand::Hand;
use crate::operator::imports::ImportPolicy;
use crate::operator::read::OperatedContracts;
use crate::operator::registration::{Registration, read_registration};
use crate::operator::remote::RemoteAttester;
use crate::operator::seal::SealPolicy;
use crate::operator::{self, OperatorContext, OperatorSettings};
use crate::progress::Progress;
use crate::send::Sender;

/// The stage's name in logs and metrics.
const STAGE: &str = "operator";

/// Bytes of batch data before compression: what one transaction takes in calldata or blobs, with room to spare.
const MAX_BATCH_DATA: u64 = 100_000;

/// Pause before L1 is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(2);

impl Wiring<'_> {
    pub(super) fn start_operator(
        &mut self,
        name: &str,
        operator: &OperatorConfig,
    ) -> Result<(), AppError> {
        let Some(chain) = self.config.chains.get(name) else {
            return Ok(());
        };
        let l1_chain = self.config.l1.evm.chain_id;
        let attesters = operator
            .attesters
            .iter()
            .map(|attester| self.signer(attester));
        let remotes = operator.remote_attesters.iter().map(Remote::open);
        let stage = OperatorStage {
            l1: self.reader(l1_chain)?,
            chain: self.reader(operator.chain)?,
            l1_sender: self.sender(l1_chain, &operator.signer)?,
            hand: self.sender(operator.chain, &operator.signer)?,
            attesters: attesters.collect::<Result<_, _>>()?,
            remotes: remotes.collect::<Result<_, _>>()?,
            clock: Arc::clone(&self.clock),
            progress: Arc::clone(&self.progress),
            terms: Terms::new(self.config, chain),
            policy: Policy::new(self.config, chain, operator),
        };
        self.expect(STAGE, operator.chain, chain.reading.poll_interval);
        self.supervisor
            .spawn(STAGE, operator.chain, move |shutdown| {
                stage.clone().run(shutdown)
            });
        Ok(())
    }
}

/// What the configuration says about an operated chain, to its operator and its attesters alike.
#[derive(Clone)]
pub(super) struct Terms {
    chain: ChainId,
    l1_chain: ChainId,
    l1_contracts: L1Contracts,
    contracts: OperatedContracts,
}

/// What the configuration says to the operator only.
#[derive(Clone)]
pub(super) struct Policy {
    l1_start_block: u64,
    seal: SealPolicy,
    imports: ImportPolicy,
    poll: Duration,
}

impl Terms {
    pub(super) fn new(config: &Config, chain: &ChainConfig) -> Self {
        Self {
            chain: chain.evm.chain_id,
            l1_chain: config.l1.evm.chain_id,
            l1_contracts: config.l1.contracts,
            contracts: OperatedContracts {
                outbox: chain.contracts.outbox,
                inbox: chain.contracts.inbox,
                handler: chain.contracts.handler,
                vault: chain.contracts.vault,
                swap: chain.contracts.swap,
            },
        }
    }

    pub(super) fn chain_registry(&self) -> Address {
        self.l1_contracts.chain_registry
    }

    pub(super) fn binding(&self, registration: &Registration) -> Binding {
        let settlement = self.l1_contracts.settlement;
        Binding {
            public_input: PublicInputDomain::new(self.l1_chain, settlement),
            queue_input: PublicInputDomain::queue_only(self.l1_chain, settlement),
            attestation: attestation_domain(self.l1_chain, registration.verifier),
            settlement,
            priority_queue: self.l1_contracts.priority_queue,
            swap_registry: self.l1_contracts.swap_registry,
            contracts: self.contracts,
            mode: registration.mode,
        }
    }

    fn settings(
        &self,
        policy: &Policy,
        registration: &Registration,
        binding: Binding,
    ) -> OperatorSettings {
        OperatorSettings {
            chain: self.chain,
            l1_chain: self.l1_chain,
            binding,
            message_root: self.l1_contracts.message_root,
            l1_start_block: policy.l1_start_block,
            seal: policy.seal,
            imports: policy.imports,
            threshold: registration.threshold,
            poll: policy.poll,
        }
    }
}

impl Policy {
    pub(super) fn new(config: &Config, chain: &ChainConfig, operator: &OperatorConfig) -> Self {
        Self {
            l1_start_block: config.l1.reading.start_block.saturating_sub(1),
            seal: SealPolicy {
                after_blocks: operator.seal_after_blocks,
                after_seconds: operator.seal_after.as_secs(),
                after_leaves: operator.seal_after_messages,
                max_data_bytes: MAX_BATCH_DATA,
            },
            imports: ImportPolicy {
                interval_seconds: operator.import_interval_seconds,
            },
            poll: chain.reading.poll_interval,
        }
    }
}

/// An attester on another machine, before the verifier it signs for is known.
#[derive(Clone)]
pub(super) struct Remote {
    address: Address,
    url: RpcUrl,
    authorization: Option<Secret>,
}

impl Remote {
    pub(super) fn open(config: &RemoteAttesterConfig) -> Result<Self, AppError> {
        let token = config.token_file.as_deref().map(Token::read).transpose()?;
        Ok(Self {
            address: config.address,
            url: config.url.clone(),
            authorization: token.as_ref().map(Token::header),
        })
    }

    fn attester(&self, binding: &Binding) -> Result<RemoteAttester, AttestError> {
        let (domain, header) = (binding.attestation.clone(), self.authorization.clone());
        RemoteAttester::new(self.address, self.url.expose(), domain, header)
    }
}

#[derive(Clone)]
pub(super) struct OperatorStage {
    pub(super) l1: Arc<dyn ChainReader>,
    pub(super) chain: Arc<dyn ChainReader>,
    pub(super) l1_sender: Arc<Sender>,
    pub(super) hand: Arc<dyn Hand>,
    pub(super) attesters: Vec<PrivateKeySigner>,
    pub(super) remotes: Vec<Remote>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) progress: Arc<Progress>,
    pub(super) terms: Terms,
    pub(super) policy: Policy,
}

impl OperatorStage {
    async fn run(self, shutdown: CancellationToken) -> Result<(), AppError> {
        let Some(registration) = self.registration(&shutdown).await else {
            return Ok(());
        };
        operator::run(self.context(&registration)?, shutdown).await;
        Ok(())
    }

    /// Asks L1 until it answers; `None` when it is time to shut down.
    async fn registration(&self, shutdown: &CancellationToken) -> Option<Registration> {
        let registry = self.terms.chain_registry();
        while !shutdown.is_cancelled() {
            match read_registration(self.l1.as_ref(), registry, self.terms.chain).await {
                Ok(registration) => return Some(registration),
                Err(error) => {
                    let text = format!("its registration on L1 cannot be read: {error}");
                    self.progress.complain(
                        STAGE,
                        self.terms.chain,
                        "registration",
                        text,
                        self.clock.now(),
                    );
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.clock.sleep(ASK_AGAIN) => {}
            }
        }
        None
    }

    pub(super) fn context(self, registration: &Registration) -> Result<OperatorContext, AppError> {
        let binding = self.terms.binding(registration);
        let local = self.attesters.iter().map(|signer| -> Arc<dyn Attester> {
            let (l1, chain) = (Arc::clone(&self.l1), Arc::clone(&self.chain));
            let attester = LocalAttester::new(signer.clone(), l1, chain, binding.clone());
            Arc::new(attester)
        });
        let mut attesters: Vec<_> = local.collect();
        for remote in &self.remotes {
            attesters.push(Arc::new(remote.attester(&binding)?));
        }
        Ok(OperatorContext {
            settings: self.terms.settings(&self.policy, registration, binding),
            attesters,
            l1: self.l1,
            chain: self.chain,
            l1_sender: self.l1_sender,
            hand: self.hand,
            clock: self.clock,
            progress: self.progress,
        })
    }
}
