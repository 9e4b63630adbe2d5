//! JSON-RPC over several providers: deadlines, health, fail-over where one answer will do, and agreement where it will not.

mod agree;
mod classify;
mod health;
mod pool;
mod provider;
#[cfg(test)]
mod tests;

pub(super) use classify::Purpose;
pub(super) use pool::Pool;
pub(super) use provider::Provider;

use std::time::Duration;

/// How to reach a chain.
#[derive(Clone)]
pub struct RpcSettings {
    /// URLs of the providers, in order of preference. They may carry credentials, so they are never shown whole.
    pub urls: Vec<String>,
    /// How many providers must give the same answer to a read that moves money (heads, block hashes, logs).
    pub agreement: usize,
    /// Longest time for one call to one provider.
    pub deadline: Duration,
}

impl RpcSettings {
    /// Agreement of the majority: 1 of 1, 2 of 2, 2 of 3, 3 of 4.
    pub fn majority(providers: usize) -> usize {
        (providers / 2).saturating_add(1)
    }
}

impl std::fmt::Debug for RpcSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let urls: Vec<String> = self.urls.iter().map(|url| provider::shown(url)).collect();
        f.debug_struct("RpcSettings")
            .field("urls", &urls)
            .field("agreement", &self.agreement)
            .field("deadline", &self.deadline)
            .finish()
    }
}
