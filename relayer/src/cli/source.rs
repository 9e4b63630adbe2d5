//! Where messages and swaps are read: from the running relayer, which alone has the store open, or else from the store itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::B256;
use reqwest::{Client, Method, RequestBuilder};
use serde::de::DeserializeOwned;

use super::exit::{Exit, Failure};
use crate::api::{Problem, TOKEN_FILE, Token};
use crate::bundle::{Anchored, BundleProof, ProveError, Prover};
use crate::config::Config;
use crate::model::MessageEvent;
use crate::model::swap::{SwapName, SwapNames};
use crate::roots::Roots;
use crate::store::{Change, DiskStore, MessageFilter, Reader, StoreSnapshot, SwapFilter, Writer};
use crate::swap::orders::{self, WithdrawError};
use crate::swap::view::{SwapPage, SwapView};
use crate::view::{ChainNames, MessagePage, MessageView};

/// A relayer on this machine answers at once.
const PATIENCE: Duration = Duration::from_secs(5);

/// The running relayer, or the store of one that is not running.
pub(super) enum Source {
    /// The interface of the running relayer.
    Api(Api),
    /// The store.
    Store(Box<StoreSnapshot>, ChainNames),
}

/// The interface of a running relayer.
pub(super) struct Api {
    client: Client,
    url: String,
    token: Option<Token>,
}

impl Source {
    /// Finds the running relayer, or else opens the store.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        match Api::find(config).await? {
            Some(api) => Ok(Self::Api(api)),
            None => Ok(Self::Store(
                Box::new(StoreSnapshot::open(&config.store)?),
                ChainNames::from(config),
            )),
        }
    }

    pub(super) async fn list(&self, filter: &MessageFilter) -> Result<MessagePage, Failure> {
        match self {
            Self::Api(api) => api.list(filter).await,
            Self::Store(store, names) => Ok(MessagePage::new(
                &store.messages(filter)?,
                filter.effective_limit(),
                names,
            )),
        }
    }

    pub(super) async fn show(&self, id: B256) -> Result<MessageView, Failure> {
        match self {
            Self::Api(api) => {
                api.send(Method::GET, &format!("/v1/messages/{id}"), &[])
                    .await
            }
            Self::Store(store, names) => {
                let message = store.message(id)?.ok_or_else(|| unknown(id))?;
                Ok(MessageView::new(&message, names))
            }
        }
    }

    pub(super) async fn swaps(&self, filter: &SwapFilter) -> Result<SwapPage, Failure> {
        match self {
            Self::Api(api) => api.swaps(filter).await,
            Self::Store(store, names) => {
                let (swaps, limit) = (store.swaps(filter)?, filter.effective_limit());
                Ok(SwapPage::new(&swaps, limit, names))
            }
        }
    }

    pub(super) async fn swap(&self, id: B256) -> Result<SwapView, Failure> {
        match self {
            Self::Api(api) => api.send(Method::GET, &format!("/v1/swaps/{id}"), &[]).await,
            Self::Store(store, names) => {
                let unknown = || {
                    let text = format!(
                        "this relayer knows no swap {id}; it may not have seen its lock yet"
                    );
                    Failure::new(Exit::NotFound, text)
                };
                let swap = store.swap(id)?.ok_or_else(unknown)?;
                Ok(SwapView::new(&swap, names))
            }
        }
    }
}

/// Whether the relayer that listens there serves all of its chains.
pub(super) async fn is_ready(listen: SocketAddr) -> Result<bool, Failure> {
    let url = format!("http://{}/readyz", reachable(listen));
    let answer = client()?.get(url).send().await;
    Ok(answer.is_ok_and(|answer| answer.status().is_success()))
}

fn client() -> Result<Client, Failure> {
    Client::builder()
        .timeout(PATIENCE)
        .no_proxy()
        .build()
        .map_err(|error| Failure::new(Exit::Unexpected, error.to_string()))
}

/// Has a held message tried again: by the running relayer, or in the store, for when it runs again.
pub(super) async fn retry(config: &Config, id: B256, now: u64) -> Result<MessageView, Failure> {
    if let Some(api) = Api::find(config).await? {
        return api
            .send(Method::POST, &format!("/v1/messages/{id}/retry"), &[])
            .await;
    }
    drop(StoreSnapshot::open(&config.store)?);
    let store = DiskStore::open(&config.store, config.l1.evm.chain_id)?;
    let mut message = store.message(id)?.ok_or_else(|| unknown(id))?;
    message.apply(MessageEvent::Retry, now).map_err(|error| {
        Failure::new(
            Exit::CheckFailed,
            format!(
                "message {id} is {}; only a held message can be retried",
                error.from
            ),
        )
    })?;
    let view = MessageView::new(&message, &ChainNames::from(config));
    store.commit(vec![Change::PutMessage(Box::new(message))])?;
    Ok(view)
}

/// Withdraws an order of which nothing was sent: at the running relayer, or in the store, for when it runs again.
pub(super) async fn withdraw(config: &Config, id: B256, now: u64) -> Result<SwapView, Failure> {
    if let Some(api) = Api::find(config).await? {
        let path = format!("/v1/swaps/{id}");
        return api.send(Method::DELETE, &path, &[]).await;
    }
    let store = DiskStore::open(&config.store, config.l1.evm.chain_id)?;
    let withdrawn = orders::withdraw(&store, id, orders::WITHDRAWN, now);
    let withdrawn = withdrawn.map_err(|error| match error {
        WithdrawError::Store(error) => error.into(),
        WithdrawError::Unknown(_) => Failure::new(Exit::NotFound, error.to_string()),
        WithdrawError::TooLate { .. } => Failure::new(Exit::CheckFailed, error.to_string()),
    })?;
    Ok(SwapView::new(&withdrawn, &ChainNames::from(config)))
}

/// The proof of a bundle, from what the relayer knows.
pub(super) async fn prove(
    config: &Config,
    id: B256,
    anchored: Anchored,
) -> Result<BundleProof, Failure> {
    if let Some(api) = Api::find(config).await? {
        let query = match anchored {
            Anchored::AtDestination => Vec::new(),
            Anchored::OnL1 => vec!["on=l1".to_owned()],
        };
        let proof: serde_json::Value = api
            .send(Method::GET, &format!("/v1/messages/{id}/proof"), &query)
            .await?;
        return BundleProof::from_json(&proof.to_string())
            .map_err(|fault| api.foreign(&fault.to_string()));
    }
    let store = StoreSnapshot::open(&config.store)?;
    let l1 = config.l1.evm.chain_id;
    let prover = Prover::new(Arc::new(Roots::new(l1)), l1);
    prover
        .prove(&store, id, anchored)
        .map_err(|error| match error {
            ProveError::Store(error) => error.into(),
            ProveError::Unknown(_) => Failure::new(Exit::NotFound, error.to_string()),
            _ => Failure::new(Exit::CheckFailed, error.to_string()),
        })
}

fn unknown(id: B256) -> Failure {
    Failure::new(
        Exit::NotFound,
        format!("this relayer knows no message {id}; it may not have seen its block yet"),
    )
}

impl Api {
    /// The relayer that this configuration runs, if it is running.
    pub(super) async fn find(config: &Config) -> Result<Option<Self>, Failure> {
        let client = client()?;
        let path = config
            .api
            .token_file
            .clone()
            .unwrap_or_else(|| config.store.join(TOKEN_FILE));
        let api = Self {
            client,
            url: format!("http://{}", reachable(config.api.listen)),
            token: Token::read(&path).ok(),
        };
        let live = api.client.get(format!("{}/livez", api.url)).send().await;
        Ok(live
            .is_ok_and(|answer| answer.status().is_success())
            .then_some(api))
    }

    /// The relayer at a URL, with the token in a file.
    pub(super) fn at(url: &str, token: Option<&Path>) -> Result<Self, Failure> {
        let token = token.map(Token::read).transpose();
        Ok(Self {
            client: client()?,
            url: url.trim_end_matches('/').to_owned(),
            token: token.map_err(|error| Failure::new(Exit::Config, error.to_string()))?,
        })
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Tells the relayer what a swap is called.
    pub(super) async fn name(&self, id: B256, names: &SwapNames) -> Result<SwapView, Failure> {
        let body = serde_json::json!({
            "uetr": names.uetr,
            "end_to_end_id": names.end_to_end,
        });
        let path = format!("/v1/swaps/{id}/names");
        self.send_body(Method::PUT, &path, &[], Some(&body)).await
    }

    async fn list(&self, filter: &MessageFilter) -> Result<MessagePage, Failure> {
        let pairs = [
            ("stage", filter.stage.map(|stage| stage.label().to_owned())),
            ("source", filter.source.map(|chain| chain.to_string())),
            (
                "destination",
                filter.destination.map(|chain| chain.to_string()),
            ),
            ("after", filter.after.map(|id| id.to_string())),
            ("limit", Some(filter.effective_limit().to_string())),
        ];
        let query: Vec<_> = pairs
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", value?)))
            .collect();
        self.send(Method::GET, "/v1/messages", &query).await
    }

    async fn swaps(&self, filter: &SwapFilter) -> Result<SwapPage, Failure> {
        let names = filter.names.iter().filter_map(|name| match name {
            SwapName::Uetr(uetr) => Some(format!("uetr={uetr}")),
            SwapName::EndToEnd(id) => Some(format!("end_to_end_id={}", escaped(&id.to_string()))),
            SwapName::Key(_) => None,
        });
        let stage = filter.stage.map(|stage| format!("stage={stage}"));
        let after = filter.after.map(|id| format!("after={id}"));
        let limit = format!("limit={}", filter.effective_limit());
        let query: Vec<_> = names.chain(stage).chain(after).chain([limit]).collect();
        self.send(Method::GET, "/v1/swaps", &query).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[String],
    ) -> Result<T, Failure> {
        self.send_body(method, path, query, None).await
    }

    /// Values in a query are numbers, hashes and names of stages, or escaped.
    async fn send_body<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[String],
        body: Option<&serde_json::Value>,
    ) -> Result<T, Failure> {
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        };
        let request = self
            .client
            .request(method, format!("{}{path}{query}", self.url));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = self
            .authorized(request)
            .send()
            .await
            .map_err(|error| self.unreachable(&error.to_string()))?;
        let succeeded = response.status().is_success();
        let text = response
            .text()
            .await
            .map_err(|error| self.unreachable(&error.to_string()))?;
        if succeeded {
            return serde_json::from_str(&text).map_err(|error| self.foreign(&error.to_string()));
        }
        let problem: Problem =
            serde_json::from_str(&text).map_err(|error| self.foreign(&error.to_string()))?;
        Err(Failure::new(exit_of(&problem), problem.detail))
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.header("authorization", token.header().expose()),
            None => request,
        }
    }

    fn unreachable(&self, reason: &str) -> Failure {
        Failure::new(
            Exit::Unreachable,
            format!("the relayer at {} does not answer: {reason}", self.url),
        )
    }

    fn foreign(&self, reason: &str) -> Failure {
        let text = format!(
            "what listens at {} is no relayer of this release: {reason}; correct api.listen",
            self.url
        );
        Failure::new(Exit::Unreachable, text)
    }
}

fn exit_of(problem: &Problem) -> Exit {
    match problem.code.as_str() {
        "unknown_message" | "unknown_swap" => Exit::NotFound,
        "not_held" | "not_provable" | "too_late" | "named_otherwise" | "uetr_taken" => {
            Exit::CheckFailed
        }
        "token_needed" => Exit::Config,
        "store_unavailable" => Exit::Store,
        _ => Exit::Unexpected,
    }
}

/// A value of a query, with all but letters and digits escaped.
fn escaped(value: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    value.bytes().map(escape).collect()
}

/// A relayer that listens everywhere is reached over loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    SocketAddr::new(ip, listen.port())
}
