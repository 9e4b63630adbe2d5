//! Health and metrics.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{ApiContext, Problem};
use crate::health::Readiness;

pub(super) async fn live() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(State(context): State<Arc<ApiContext>>) -> (StatusCode, Json<Readiness>) {
    let readiness = context.health.readiness();
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness))
}

pub(super) async fn metrics(State(context): State<Arc<ApiContext>>) -> Response {
    let kind = (
        header::CONTENT_TYPE,
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    match context.metrics.text() {
        Ok(text) => ([kind], text).into_response(),
        Err(error) => Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "metrics",
            error.to_string(),
        )
        .into_response(),
    }
}
