//! All providers of a chain.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{
    RpcSettings,
    agree::{self, Verdict},
    provider::Provider,
};
use crate::{chain::ChainError, model::ChainId};

/// How long the other providers may still answer about their heads once enough have.
const GRACE: Duration = Duration::from_millis(250);

/// The providers of one chain.
pub(in crate::chain) struct Pool {
    chain: ChainId,
    providers: Vec<Arc<Provider>>,
    agreement: usize,
}

impl Pool {
    pub(in crate::chain) fn new(
        chain: ChainId,
        settings: &RpcSettings,
    ) -> Result<Self, ChainError> {
        let providers = settings
            .urls
            .iter()
            .map(|url| Provider::new(chain, url, settings.deadline).map(Arc::new))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            chain,
            providers,
            agreement: settings.agreement.max(1),
        })
    }

    pub(in crate::chain) fn chain(&self) -> ChainId {
        self.chain
    }

    pub(in crate::chain) fn providers(&self) -> &[Arc<Provider>] {
        &self.providers
    }

    /// Asks providers one after the other, the healthiest first, until one answers. A revert is an answer.
    pub(in crate::chain) async fn first<T, F, Fut>(&self, ask: F) -> Result<T, ChainError>
    where
        F: Fn(Arc<Provider>) -> Fut,
        Fut: Future<Output = Result<T, ChainError>>,
    {
        let mut last = self.nobody();
        for provider in self.by_preference() {
            match ask(provider).await {
                Err(error) if error.retry() => last = error,
                answer => return answer,
            }
        }
        Err(last)
    }

    /// Asks all usable providers at once and returns what as many as configured agree on. Those that cannot answer do
    /// not count, and never is one left to decide alone where more were asked for.
    pub(in crate::chain) async fn agreed<T, F, Fut>(
        &self,
        what: &str,
        ask: F,
    ) -> Result<T, ChainError>
    where
        T: Clone + PartialEq + Send + 'static,
        F: Fn(Arc<Provider>) -> Fut,
        Fut: Future<Output = Result<T, ChainError>> + Send + 'static,
    {
        if self.agreement == 1 {
            return self.first(ask).await;
        }
        let mut calls = self.ask_all(ask);
        let mut answers = Vec::new();
        let mut last = self.nobody();
        while let Some(joined) = calls.join_next().await {
            match joined {
                Ok(Ok(answer)) => answers.push(answer),
                Ok(Err(error)) if error.retry() => last = error,
                Ok(Err(error)) => return Err(error),
                Err(_) => continue,
            }
            if let Verdict::Agreed(answer) = agree::judge(&answers, calls.len(), self.agreement) {
                if answers.iter().any(|other| *other != answer) {
                    tracing::warn!(
                        chain = self.chain,
                        what,
                        "a provider answers differently from the others"
                    );
                }
                calls.detach_all();
                return Ok(answer);
            }
        }
        match agree::judge(&answers, 0, self.agreement) {
            Verdict::TooFew { answers } => Err(self.too_few(what, answers, last)),
            _ => Err(ChainError::Disagreement {
                chain: self.chain,
                what: what.to_owned(),
            }),
        }
    }

    /// Block numbers that enough providers have reached, the newest first and never none; `ask` returns each one's head.
    pub(in crate::chain) async fn common_heads<F, Fut>(
        &self,
        ask: F,
    ) -> Result<Vec<u64>, ChainError>
    where
        F: Fn(Arc<Provider>) -> Fut,
        Fut: Future<Output = Result<u64, ChainError>> + Send + 'static,
    {
        let mut calls = self.ask_all(ask);
        let mut heads = Vec::new();
        let mut last = self.nobody();
        let mut grace = None;
        loop {
            let next = match grace {
                None => calls.join_next().await,
                Some(until) => tokio::time::timeout_at(until, calls.join_next())
                    .await
                    .unwrap_or(None),
            };
            match next {
                None => break,
                Some(Ok(Ok(head))) => heads.push(head),
                Some(Ok(Err(error))) => last = error,
                Some(Err(_)) => {}
            }
            if heads.len() >= self.agreement && grace.is_none() {
                grace = tokio::time::Instant::now().checked_add(GRACE);
            }
        }
        calls.detach_all();
        match agree::common_heads(&heads, self.agreement) {
            common if common.is_empty() => Err(self.too_few("the head", heads.len(), last)),
            common => Ok(common),
        }
    }

    /// Asks all providers at once and collects every answer.
    pub(in crate::chain) async fn every<T, F, Fut>(&self, ask: F) -> Vec<Result<T, ChainError>>
    where
        T: Send + 'static,
        F: Fn(Arc<Provider>) -> Fut,
        Fut: Future<Output = Result<T, ChainError>> + Send + 'static,
    {
        self.ask_all(ask).join_all().await
    }

    fn ask_all<T, F, Fut>(&self, ask: F) -> JoinSet<Result<T, ChainError>>
    where
        T: Send + 'static,
        F: Fn(Arc<Provider>) -> Fut,
        Fut: Future<Output = Result<T, ChainError>> + Send + 'static,
    {
        let mut calls = JoinSet::new();
        for provider in self.by_preference() {
            calls.spawn(ask(provider));
        }
        calls
    }

    /// Usable providers, best first; all of them where none is usable, since asking beats giving up.
    fn by_preference(&self) -> Vec<Arc<Provider>> {
        let mut usable: Vec<_> = self
            .providers
            .iter()
            .filter(|provider| provider.usable())
            .cloned()
            .collect();
        if usable.is_empty() {
            usable = self.providers.clone();
        }
        let best = usable
            .iter()
            .map(|provider| provider.health().head())
            .max()
            .unwrap_or_default();
        usable.sort_by_key(|provider| provider.health().rank(best));
        usable
    }

    /// The error of a chain without providers.
    pub(in crate::chain) fn nobody(&self) -> ChainError {
        ChainError::Unreachable {
            chain: self.chain,
            provider: "no provider".to_owned(),
            reason: "none is configured; add an RPC URL".to_owned(),
        }
    }

    fn too_few(&self, what: &str, answers: usize, last: ChainError) -> ChainError {
        if answers == 0 {
            return last;
        }
        ChainError::Unreachable {
            chain: self.chain,
            provider: format!("{answers} of {} providers answered", self.providers.len()),
            reason: format!(
                "{} must agree on {what}; last error: {last}",
                self.agreement
            ),
        }
    }
}
