//! One RPC endpoint.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use alloy::{
    primitives::U64,
    rpc::{
        client::RpcClient,
        json_rpc::{RpcRecv, RpcSend},
    },
    transports::http::reqwest::{Client, Url},
};
use tokio::sync::OnceCell;

use super::{
    classify::{self, Cause, Purpose},
    health::Health,
};
use crate::{chain::ChainError, model::ChainId};

/// An endpoint with its health. The first call also asks for the chain id: an endpoint of another chain is never used.
pub(in crate::chain) struct Provider {
    chain: ChainId,
    name: String,
    client: RpcClient,
    deadline: Duration,
    started: Instant,
    health: Mutex<Health>,
    identified: OnceCell<()>,
}

/// The URL without credentials, path and query.
pub(super) fn shown(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) => match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{}://{host}:{port}", url.scheme()),
            (Some(host), None) => format!("{}://{host}", url.scheme()),
            (None, _) => url.scheme().to_owned(),
        },
        Err(_) => "an RPC URL that does not parse".to_owned(),
    }
}

impl Provider {
    pub(in crate::chain) fn new(
        chain: ChainId,
        url: &str,
        deadline: Duration,
    ) -> Result<Self, ChainError> {
        let name = shown(url);
        let broken = |reason: String| ChainError::Unreachable {
            chain,
            provider: name.clone(),
            reason,
        };
        let parsed = Url::parse(url).map_err(|error| broken(error.to_string()))?;
        let http = Client::builder()
            .timeout(deadline)
            .build()
            .map_err(|error| broken(error.without_url().to_string()))?;
        Ok(Self {
            chain,
            client: RpcClient::new_http_with_client(http, parsed),
            name,
            deadline,
            started: Instant::now(),
            health: Mutex::default(),
            identified: OnceCell::new(),
        })
    }

    pub(in crate::chain) fn name(&self) -> &str {
        &self.name
    }

    /// Asks the endpoint, within its deadline, and keeps the score.
    pub(in crate::chain) async fn request<P: RpcSend + 'static, R: RpcRecv>(
        &self,
        purpose: Purpose,
        method: &'static str,
        params: P,
    ) -> Result<R, ChainError> {
        self.identify().await?;
        self.send(purpose, method, params).await
    }

    /// The chain id that the endpoint answers.
    pub(in crate::chain) async fn remote_chain_id(&self) -> Result<ChainId, ChainError> {
        let id: U64 = self.send(Purpose::Read, "eth_chainId", ()).await?;
        Ok(id.to())
    }

    /// An error of this endpoint.
    pub(in crate::chain) fn error(&self, reason: impl Into<String>) -> ChainError {
        ChainError::Provider {
            chain: self.chain,
            provider: self.name.clone(),
            reason: reason.into(),
        }
    }

    pub(super) fn health(&self) -> Health {
        self.health
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn usable(&self) -> bool {
        self.health().usable(self.started.elapsed())
    }

    pub(in crate::chain) fn saw_head(&self, number: u64) {
        self.with_health(|health| health.saw_head(number));
    }

    async fn identify(&self) -> Result<(), ChainError> {
        let check = || async {
            let found = self.remote_chain_id().await?;
            if found == self.chain {
                return Ok(());
            }
            let wanted = self.chain;
            self.with_health(|health| health.failed(self.started.elapsed()));
            Err(self.error(format!(
                "it serves chain {found}, not {wanted}; correct the URL or the chain id"
            )))
        };
        self.identified.get_or_try_init(check).await.copied()
    }

    async fn send<P: RpcSend + 'static, R: RpcRecv>(
        &self,
        purpose: Purpose,
        method: &'static str,
        params: P,
    ) -> Result<R, ChainError> {
        let call = self.client.request::<P, R>(method, params);
        let answer = match tokio::time::timeout(self.deadline, call).await {
            Ok(answer) => answer.map_err(|error| classify::cause(&error, purpose)),
            Err(_) => Err(Cause::Unreachable(format!(
                "no answer to {method} in {:?}",
                self.deadline
            ))),
        };
        let answer = answer.map_err(|cause| self.as_chain_error(cause));
        let provider_failed = answer.as_ref().is_err_and(ChainError::retry);
        self.with_health(|health| match provider_failed {
            true => health.failed(self.started.elapsed()),
            false => health.succeeded(),
        });
        answer
    }

    fn with_health(&self, change: impl FnOnce(&mut Health)) {
        change(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn as_chain_error(&self, cause: Cause) -> ChainError {
        let (chain, provider) = (self.chain, self.name.clone());
        match cause {
            Cause::Unreachable(reason) => ChainError::Unreachable {
                chain,
                provider,
                reason,
            },
            Cause::Provider(reason) => ChainError::Provider {
                chain,
                provider,
                reason,
            },
            Cause::Reverted(data) => ChainError::Reverted { chain, data },
            Cause::Refused(fault, reason) => ChainError::Refused {
                chain,
                fault,
                reason,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_secrets() {
        assert_eq!(
            shown("https://user:pass@rpc.example.org/v3/key?token=x"),
            "https://rpc.example.org"
        );
        assert_eq!(shown("http://127.0.0.1:8545"), "http://127.0.0.1:8545");
        assert_eq!(shown("nonsense"), "an RPC URL that does not parse");
    }
}
