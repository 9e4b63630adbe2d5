//! Errors, as `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::store::StoreError;

/// What went wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Short name that does not change.
    pub code: String,
    /// What the status means.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong with this request, and what to do.
    pub detail: String,
    /// What of the body it is about, as a JSON pointer (RFC 6901).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<Box<str>>,
    /// All that speaks against it, each by its name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

/// One thing that speaks against a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Short name that does not change.
    pub reason: String,
    /// What is wrong, and what to do.
    pub detail: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            pointer: None,
            reasons: Vec::new(),
        }
    }

    pub(super) fn about(self, pointer: impl Into<Box<str>>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..self
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        (status, [kind], Json(self)).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request met a store that cannot be used");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "the store cannot be used; see the log",
        )
    }
}

pub(super) async fn unknown_path() -> Problem {
    let paths = "/livez, /readyz, /metrics, /v1/messages, /v1/messages/{id}, /v1/messages/{id}/proof, /v1/messages/{id}/retry, /v1/swaps, /v1/swaps/{id}, /v1/swaps/{id}/names, /v1/attestations";
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_path",
        format!("there is nothing here; the paths are {paths}"),
    )
}

pub(super) async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "wrong_method",
        "retry, attestations and orders take POST, names of a swap take PUT, an order is withdrawn with DELETE, everything else takes GET",
    )
}
