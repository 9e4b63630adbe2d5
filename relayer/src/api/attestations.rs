//! Attestations for operators on other machines. A signature only ever says what this process found itself, so asking for
//! one needs no right beyond that of reading.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;

use super::{ApiContext, Problem};
use crate::operator::remote::{AttestationRequest, AttestationResponse, ServiceError};

pub(super) async fn attest(
    State(context): State<Arc<ApiContext>>,
    request: Result<Json<AttestationRequest>, JsonRejection>,
) -> Result<Json<AttestationResponse>, Problem> {
    let Json(request) =
        request.map_err(|error| Problem::new(error.status(), "bad_request", error.body_text()))?;
    let answer = context.attesters.answer(request).await;
    answer.map(Json).map_err(Problem::from)
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let (status, code) = match &error {
            ServiceError::UnknownChain { .. } => (StatusCode::NOT_FOUND, "unknown_chain"),
            ServiceError::Refused(_) => (StatusCode::CONFLICT, "not_attested"),
        };
        tracing::warn!(%error, "an attestation was refused");
        Self::new(status, code, error.to_string())
    }
}
