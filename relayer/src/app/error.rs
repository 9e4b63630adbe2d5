//! Why `causeway run` does not start, or ends.

use crate::api::{ApiError, TokenError};
use crate::chain::ChainError;
use crate::checks::Finding;
use crate::config::ConfigError;
use crate::operator::attest::AttestError;
use crate::store::StoreError;

/// Why the relayer does not start, or ends.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration has no part for a role that is asked for.
    #[error("there is no {0} in the configuration; add it, or choose another --role")]
    RoleMissing(&'static str),
    /// A key does not load.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A chain cannot be opened.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The interface cannot be served.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The token cannot be had.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// An attester on another machine cannot be used.
    #[error(transparent)]
    Attester(#[from] AttestError),
    /// The configuration is not that of the chains.
    #[error("{}", lines(.0))]
    Refused(Vec<Finding>),
    /// The store failed while the relayer was running.
    #[error("{message}")]
    StoreFailed {
        /// Whether the disk is full.
        disk_full: bool,
        /// What happened and what to do.
        message: String,
    },
    /// The interface ended.
    #[error("the HTTP interface ended: {0}")]
    Serve(#[from] std::io::Error),
}

fn lines(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
