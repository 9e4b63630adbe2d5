//! `causeway run`: opens everything, checks it, starts the stages, serves the interface, and ends in order.

mod attest;
mod canary;
mod chains;
mod error;
mod operate;
mod recover;
mod supervise;
mod supply;
mod swap;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::Address;
use alloy::signers::local::PrivateKeySigner;
use futures::future::join_all;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::api::{self, ApiContext, TOKEN_FILE, Token};
use crate::bundle::Prover;
use crate::chain::{EvmChain, SystemClock};
use crate::checks::{Finding, Target, Verdict, check_contracts, check_identity};
use crate::config::{Config, ConfigError};
use crate::health::{Expected, Health};
use crate::metrics::Metrics;
use crate::progress::Progress;
use crate::roots::Roots;
use crate::store::{DiskStore, ObservedStore, Store, StoreFailure};
use crate::view::ChainNames;

pub use chains::Chains;
pub use error::AppError;
pub use recover::{Means, recovery};
pub(crate) use supply::Eyes;
pub(crate) use wire::paying_signers;

use supervise::Supervisor;
use wire::Wiring;

/// Time that requests and stages have to finish what they are at.
const GRACE: Duration = Duration::from_secs(10);

/// What the process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Delivers messages.
    pub relay: bool,
    /// Seals and settles batches.
    pub operator: bool,
}

/// Runs the roles until `shutdown` is cancelled, or something fails that only people can mend.
pub async fn run(
    config: &Config,
    roles: Roles,
    shutdown: CancellationToken,
) -> Result<(), AppError> {
    let listener = api::listen(config.api.listen).await?;
    let disk: Arc<DiskStore> = Arc::new(DiskStore::open(&config.store, config.l1.evm.chain_id)?);
    let token = token(config)?;
    let signers = load_signers(config, roles)?;
    let chains = Chains::open(config)?;
    check_start(config, &chains).await?;

    let clock: Arc<SystemClock> = Arc::new(SystemClock);
    let progress = Arc::new(Progress::default());
    let names = ChainNames::from(config);
    let metrics = Arc::new(Metrics::new(
        Arc::<DiskStore>::clone(&disk),
        Arc::clone(&progress),
        names.clone(),
    ));
    let failure = Arc::new(StoreFailure::new(shutdown.clone()));
    let store: Arc<dyn Store> = Arc::new(ObservedStore::new(
        disk,
        Arc::clone(&metrics),
        Arc::clone(&failure),
    ));

    let roots = Arc::new(Roots::new(config.l1.evm.chain_id));
    let prover = Prover::new(Arc::clone(&roots), config.l1.evm.chain_id);

    let mut wiring = Wiring {
        roots,
        config,
        chains: &chains,
        signers: &signers,
        store: Arc::clone(&store),
        clock: Arc::<SystemClock>::clone(&clock),
        progress: Arc::clone(&progress),
        metrics: Arc::clone(&metrics),
        standings: Arc::default(),
        expected: Vec::new(),
        orders: None,
        supervisor: Supervisor::new(
            Arc::<SystemClock>::clone(&clock),
            Arc::clone(&progress),
            shutdown.clone(),
        ),
    };
    wiring.start(roles)?;
    let attesters = wiring.attester_service()?;
    let Wiring {
        expected,
        supervisor,
        orders,
        ..
    } = wiring;
    tracing::info!(listen = %config.api.listen, relay = roles.relay, operator = roles.operator, "running");

    let health = health(progress, expected, names.clone(), &clock);
    let reads_need_token = !config.api.listen.ip().is_loopback();
    let context = ApiContext {
        attesters,
        store,
        orders,
        prover,
        health,
        metrics,
        names,
        clock,
        token,
        reads_need_token,
    };
    let served = serve(listener, context, &shutdown).await;
    supervisor.ended(GRACE).await;
    tracing::info!("stopped");
    match failure.first() {
        Some((disk_full, message)) => Err(AppError::StoreFailed { disk_full, message }),
        None => served,
    }
}

fn health(
    progress: Arc<Progress>,
    expected: Vec<Expected>,
    names: ChainNames,
    clock: &Arc<SystemClock>,
) -> Health {
    Health::new(progress, expected, names, Arc::<SystemClock>::clone(clock))
}

/// Serves until shutdown; a failure of the interface shuts the process down.
async fn serve(
    listener: TcpListener,
    context: ApiContext,
    shutdown: &CancellationToken,
) -> Result<(), AppError> {
    let serving = api::serve(listener, context, shutdown.clone().cancelled_owned());
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let served = tokio::select! {
        served = serving => served,
        () = overdue => Ok(()),
    };
    shutdown.cancel();
    Ok(served?)
}

fn token(config: &Config) -> Result<Token, AppError> {
    Ok(match &config.api.token_file {
        Some(path) => Token::read(path)?,
        None => Token::read_or_create(&config.store.join(TOKEN_FILE))?,
    })
}

/// The keys that the roles need; others are left alone.
fn load_signers(
    config: &Config,
    roles: Roles,
) -> Result<BTreeMap<String, PrivateKeySigner>, ConfigError> {
    let relay = config
        .relay
        .iter()
        .filter(|_| roles.relay)
        .flat_map(|relay| relay.withdrawals.iter().chain([&relay.signer]).cloned());
    let operators = config.operators.values().filter(|_| roles.operator);
    let operators =
        operators.flat_map(|operator| operator.attesters.iter().chain([&operator.signer]).cloned());
    let attesters = config
        .attesters
        .values()
        .map(|attester| attester.signer.clone());
    let pauser = config.supply.iter();
    let pauser = pauser.filter_map(|supply| supply.pauser.clone());
    let swap = config.swap.iter().filter(|_| roles.relay);
    let swap = swap.flat_map(|swap| swap.orders.iter().chain([&swap.signer]).cloned());
    let names: BTreeSet<String> = relay
        .chain(operators)
        .chain(attesters)
        .chain(pauser)
        .chain(swap)
        .collect();
    let sources = names
        .into_iter()
        .filter_map(|name| Some((name.clone(), config.signers.get(&name)?)));
    sources
        .map(|(name, source)| source.load(&name).map(|signer| (name, signer)))
        .collect()
}

/// Refuses RPCs of other chains, addresses without code and contracts of another version. An RPC that is down may come
/// back and is only reported.
async fn check_start(config: &Config, chains: &Chains) -> Result<(), AppError> {
    let mut targets: Vec<Target> = config.chains.values().map(Target::from).collect();
    targets.push(Target::from(&config.l1));
    let checks = targets
        .iter()
        .filter_map(|target| Some(check_chain(chains.get(target.chain_id)?, target)));
    let findings: Vec<Finding> = join_all(checks).await.into_iter().flatten().collect();
    let (refused, others): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(Finding::forbids_start);
    for finding in others
        .iter()
        .filter(|finding| finding.verdict != Verdict::Ok)
    {
        tracing::warn!(chain = finding.about, "{finding}");
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(AppError::Refused(refused))
    }
}

/// Identity first: contracts on another chain say nothing.
pub(crate) async fn check_chain(chain: &EvmChain, target: &Target) -> Vec<Finding> {
    let mut findings = check_identity(target, &chain.identify().await);
    if findings
        .iter()
        .all(|finding| finding.verdict == Verdict::Ok)
    {
        findings.extend(check_contracts(chain, target, Address::ZERO).await);
    }
    findings
}

/// Done on the first SIGINT or SIGTERM.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
