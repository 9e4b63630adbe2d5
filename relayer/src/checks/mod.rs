//! Checks of a configuration against the chains themselves. `causeway run` refuses to start on some of them, and
//! `causeway doctor` reports all.

mod chains;
mod keys;
mod swaps;

use std::fmt;

use serde::Serialize;

pub use chains::{
    Target, check_contracts, check_holder, check_identity, check_standing, check_time,
    check_visible_logs,
};
pub use keys::{check_balance, check_operator, check_pauser};
pub use swaps::{SwapChain, SwapsOnL1, check_swaps};

/// The protocol version that this release works with.
pub const PROTOCOL_VERSION: u64 = 1;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All is well.
    Ok,
    /// It works, but somebody should look at it.
    Warning,
    /// It does not work.
    Failed,
}

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An RPC answers.
    Reachable,
    /// An RPC is of the chain configured.
    ChainId,
    /// A contract has code.
    Code,
    /// A contract is of the protocol version of this release.
    Version,
    /// The chain's clock and ours agree.
    Clock,
    /// Logs can be read.
    Logs,
    /// A key loads.
    Key,
    /// A signer can pay.
    Balance,
    /// An operator may do its work.
    Permission,
    /// L1 takes what the chain settles.
    Standing,
    /// Swaps between chains can be locked and ended.
    Swaps,
}

impl Subject {
    /// Name in output.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::ChainId => "chain_id",
            Self::Code => "code",
            Self::Version => "version",
            Self::Clock => "clock",
            Self::Logs => "logs",
            Self::Key => "key",
            Self::Balance => "balance",
            Self::Permission => "permission",
            Self::Standing => "standing",
            Self::Swaps => "swaps",
        }
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Chain or signer it is about.
    pub about: String,
    /// What was checked.
    pub check: Subject,
    /// How it ended.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to change, where something is wrong.
    pub fix: Option<String>,
}

impl Finding {
    pub(crate) fn ok(about: &str, check: Subject, found: impl Into<String>) -> Self {
        Self {
            about: about.to_owned(),
            check,
            verdict: Verdict::Ok,
            found: found.into(),
            fix: None,
        }
    }

    pub(crate) fn warning(
        about: &str,
        check: Subject,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let fix = Some(fix.into());
        Self {
            about: about.to_owned(),
            check,
            verdict: Verdict::Warning,
            found: found.into(),
            fix,
        }
    }

    pub(crate) fn failed(
        about: &str,
        check: Subject,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let fix = Some(fix.into());
        Self {
            about: about.to_owned(),
            check,
            verdict: Verdict::Failed,
            found: found.into(),
            fix,
        }
    }

    /// Whether the relayer must not start on it. An RPC that is down may come back, so it does not count.
    pub fn forbids_start(&self) -> bool {
        self.verdict == Verdict::Failed
            && match self.check {
                Subject::ChainId | Subject::Code | Subject::Version | Subject::Key => true,
                Subject::Reachable
                | Subject::Clock
                | Subject::Logs
                | Subject::Balance
                | Subject::Permission
                | Subject::Standing
                | Subject::Swaps => false,
            }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.found)?;
        self.fix.as_ref().map_or(Ok(()), |fix| write!(f, "; {fix}"))
    }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
