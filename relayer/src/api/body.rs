//! Bodies of requests that change something: JSON, read so that a problem says where it is.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};

use super::Problem;

/// Reads a body. What is no JSON is a bad request; what is, but not of this form, cannot be processed.
pub(super) fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Problem> {
    let body = body.map_err(|error| Problem::new(error.status(), "bad_body", error.body_text()))?;
    let checked = serde_json::from_slice::<IgnoredAny>(&body);
    checked.map_err(|error| malformed(&error))?;
    let mut reader = serde_json::Deserializer::from_slice(&body);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let at = pointer(error.path());
        unprocessable(error.into_inner().to_string()).about(at)
    })
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = format!("the body is no JSON: {error}");
    Problem::new(StatusCode::BAD_REQUEST, "bad_body", detail)
}

/// What the body says cannot be.
pub(super) fn unprocessable(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_field", detail)
}

/// A path as a JSON pointer.
fn pointer(path: &Path) -> String {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let steps = path.iter().filter_map(|segment| match segment {
        Segment::Map { key } => Some(escaped(key)),
        Segment::Enum { variant } => Some(escaped(variant)),
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Unknown => None,
    });
    steps.map(|step| format!("/{step}")).collect()
}
