//! Exit codes, and what a command says when it fails.

use std::process::ExitCode;

use serde_json::json;

use crate::api::{ApiError, TokenError};
use crate::app::AppError;
use crate::chain::ChainError;
use crate::config::ConfigError;
use crate::send::SendError;
use crate::store::StoreError;
use crate::telemetry::TelemetryError;

/// How a process ends. The numbers are documented in `docs/reference/exit-codes.md` and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Something unexpected.
    Unexpected = 1,
    /// The arguments cannot be understood. clap ends with this number by itself.
    Usage = 2,
    /// The configuration, or a key that it names, cannot be used.
    Config = 3,
    /// The store cannot be used.
    Store = 4,
    /// No space is left on the disk.
    DiskFull = 5,
    /// The chains are not those of the configuration.
    Refused = 6,
    /// A chain or the relayer's interface cannot be reached.
    Unreachable = 7,
    /// A port is in use.
    PortInUse = 8,
    /// A program that is needed is not installed.
    MissingTool = 9,
    /// What was asked for does not exist.
    NotFound = 10,
    /// A file given cannot be used.
    BadFile = 11,
    /// The check that was asked for says no.
    CheckFailed = 12,
    /// A transaction would revert, was refused, or reverted.
    NotExecuted = 13,
    /// What could be done was done, and something is left for others, or for later.
    LeftOver = 14,
}

impl Exit {
    /// Every code, in order.
    pub const ALL: [Self; 14] = [
        Self::Unexpected,
        Self::Usage,
        Self::Config,
        Self::Store,
        Self::DiskFull,
        Self::Refused,
        Self::Unreachable,
        Self::PortInUse,
        Self::MissingTool,
        Self::NotFound,
        Self::BadFile,
        Self::CheckFailed,
        Self::NotExecuted,
        Self::LeftOver,
    ];

    /// Name in JSON output and in the documentation.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unexpected => "unexpected",
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Store => "store",
            Self::DiskFull => "disk_full",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::PortInUse => "port_in_use",
            Self::MissingTool => "missing_tool",
            Self::NotFound => "not_found",
            Self::BadFile => "bad_file",
            Self::CheckFailed => "check_failed",
            Self::NotExecuted => "not_executed",
            Self::LeftOver => "left_over",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What went wrong and what to do; empty where the command has printed it already.
    pub message: String,
}

impl Failure {
    /// A failure with a message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// The failure as a line for people, or as JSON.
    pub fn text(&self, json: bool) -> String {
        if json {
            json!({ "schema": "causeway.error/v1", "code": self.exit.label(), "message": self.message }).to_string()
        } else {
            format!("error: {}", self.message)
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Config, error.to_string())
    }
}

impl From<TelemetryError> for Failure {
    fn from(error: TelemetryError) -> Self {
        Self::new(Exit::Config, error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error {
            StoreError::DiskFull { .. } => Exit::DiskFull,
            _ => Exit::Store,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::new(Exit::Config, error.to_string())
    }
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        let exit = match error {
            ChainError::Reverted { .. } | ChainError::Refused { .. } => Exit::NotExecuted,
            _ => Exit::Unreachable,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Chain(error) => error.into(),
            SendError::Store(error) => error.into(),
            SendError::Refused { .. } => Self::new(Exit::NotExecuted, error.to_string()),
            SendError::Signer { .. } => Self::new(Exit::Config, error.to_string()),
            SendError::Damaged { .. } => Self::new(Exit::Store, error.to_string()),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let exit = match error {
            ApiError::PortInUse(_) => Exit::PortInUse,
            ApiError::Listen(..) => Exit::Config,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let exit = match error {
            AppError::Config(error) => return error.into(),
            AppError::Store(error) => return error.into(),
            AppError::Chain(error) => return error.into(),
            AppError::Api(error) => return error.into(),
            AppError::Token(error) => return error.into(),
            AppError::RoleMissing(_) | AppError::Attester(_) => Exit::Config,
            AppError::Refused(_) => Exit::Refused,
            AppError::StoreFailed {
                disk_full: true, ..
            } => Exit::DiskFull,
            AppError::StoreFailed {
                disk_full: false, ..
            } => Exit::Store,
            AppError::Serve(_) => Exit::Unexpected,
        };
        Self::new(exit, error.to_string())
    }
}
