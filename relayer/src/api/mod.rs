//! The relayer's HTTP interface: health, metrics, messages, swaps. Loopback by default.

mod attestations;
mod auth;
mod body;
mod messages;
mod orders;
mod probes;
mod problem;
mod swaps;

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{delete, get, post, put};
use tokio::net::TcpListener;

use crate::bundle::Prover;
use crate::chain::Clock;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::operator::remote::{ATTESTATIONS_PATH, AttesterService};
use crate::store::Store;
use crate::swap::orders::Orders;
use crate::view::ChainNames;

pub use auth::{TOKEN_FILE, Token, TokenError};
pub use problem::Problem;

/// Largest body of a request that changes something, in bytes: the terms of a swap with the largest payload there is.
const LARGEST_BODY: usize = 256 * 1024;

/// What the interface answers from.
pub struct ApiContext {
    /// Who signs for operators on other machines.
    pub attesters: AttesterService,
    /// Messages.
    pub store: Arc<dyn Store>,
    /// Takes orders to lock, where that is configured.
    pub orders: Option<Arc<Orders>>,
    /// Proofs.
    pub prover: Prover,
    /// Readiness.
    pub health: Health,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Names of the chains.
    pub names: ChainNames,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The bearer token.
    pub token: Token,
    /// Whether reads of messages and requests to attest need the token too: so on anything but loopback.
    pub reads_need_token: bool,
}

/// The interface could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Somebody else has the port.
    #[error("api.listen: {0} is in use; stop the program that has it, or name another port")]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("api.listen: {0} cannot be listened on: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// Takes the port, so that a conflict shows before anything is started.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ApiError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => ApiError::PortInUse(address),
            _ => ApiError::Listen(address, error),
        })
}

/// Answers requests until `shutdown` is done; those under way are finished.
pub async fn serve(
    listener: TcpListener,
    context: ApiContext,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(Arc::new(context)))
        .with_graceful_shutdown(shutdown)
        .await
}

fn router(context: Arc<ApiContext>) -> Router {
    let guarded = middleware::from_fn_with_state(Arc::clone(&context), auth::require_token);
    let mut reads = Router::new()
        .route("/v1/messages", get(messages::list))
        .route("/v1/messages/{id}", get(messages::show))
        .route("/v1/messages/{id}/proof", get(messages::proof))
        .route("/v1/swaps", get(swaps::list))
        .route("/v1/swaps/{id}", get(swaps::show))
        .route(ATTESTATIONS_PATH, post(attestations::attest));
    if context.reads_need_token {
        reads = reads.route_layer(guarded.clone());
    }
    let writes = Router::new()
        .route("/v1/messages/{id}/retry", post(messages::retry))
        .route("/v1/swaps", post(orders::accept))
        .route("/v1/swaps/{id}", delete(orders::withdraw))
        .route("/v1/swaps/{id}/names", put(orders::name))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .route_layer(guarded);
    Router::new()
        .route("/livez", get(probes::live))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .merge(reads)
        .merge(writes)
        .fallback(problem::unknown_path)
        .method_not_allowed_fallback(problem::wrong_method)
        .with_state(context)
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
