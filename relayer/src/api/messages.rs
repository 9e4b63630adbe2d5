//! Messages.

use std::sync::Arc;

use alloy::primitives::B256;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::{ApiContext, Problem};
use crate::bundle::{Anchored, ProveError};
use crate::model::{ChainId, MessageEvent, TransitionError};
use crate::store::{Change, MessageFilter};
use crate::view::{MessagePage, MessageView};

/// Most messages, or swaps, on one page.
pub(super) const LARGEST_PAGE: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    stage: Option<String>,
    source: Option<String>,
    destination: Option<String>,
    after: Option<B256>,
    limit: Option<usize>,
}

pub(super) fn bad_query(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_query", detail)
}

impl ListQuery {
    fn filter(self, context: &ApiContext) -> Result<MessageFilter, Problem> {
        let chain = |word: Option<String>| -> Result<Option<ChainId>, Problem> {
            let Some(word) = word else { return Ok(None) };
            let known: Vec<_> = context.names.all().map(|(_, name)| name).collect();
            let found = context.names.find(&word);
            found.map(Some).ok_or_else(|| {
                bad_query(format!(
                    "there is no chain `{word}`; name an id or one of {}",
                    known.join(", ")
                ))
            })
        };
        let stage = self
            .stage
            .map(|word| word.parse().map_err(|error| bad_query(format!("{error}"))))
            .transpose()?;
        let limit = self.limit.unwrap_or_default();
        if limit > LARGEST_PAGE {
            return Err(bad_query(format!(
                "limit is at most {LARGEST_PAGE}; follow `next` for more"
            )));
        }
        Ok(MessageFilter {
            stage,
            source: chain(self.source)?,
            destination: chain(self.destination)?,
            after: self.after,
            limit,
        })
    }
}

pub(super) async fn list(
    State(context): State<Arc<ApiContext>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<MessagePage>, Problem> {
    let Query(query) = query.map_err(|error| bad_query(error.body_text()))?;
    let filter = query.filter(&context)?;
    let messages = context.store.messages(&filter)?;
    Ok(Json(MessagePage::new(
        &messages,
        filter.effective_limit(),
        &context.names,
    )))
}

fn parse_id(id: &str) -> Result<B256, Problem> {
    id.parse().map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_id",
            format!("`{id}` is no bundle hash: 32 bytes in hex are needed"),
        )
    })
}

fn unknown(id: B256) -> Problem {
    let detail = format!("this relayer knows no message {id}; it may not have seen its block yet");
    Problem::new(StatusCode::NOT_FOUND, "unknown_message", detail)
}

pub(super) async fn show(
    State(context): State<Arc<ApiContext>>,
    Path(id): Path<String>,
) -> Result<Json<MessageView>, Problem> {
    let id = parse_id(&id)?;
    let message = context.store.message(id)?.ok_or_else(|| unknown(id))?;
    Ok(Json(MessageView::new(&message, &context.names)))
}

pub(super) async fn retry(
    State(context): State<Arc<ApiContext>>,
    Path(id): Path<String>,
) -> Result<Json<MessageView>, Problem> {
    let id = parse_id(&id)?;
    let now = context.clock.now();
    let mut outcome: Result<_, Problem> = Err(unknown(id));
    context.store.transact(&mut |reader| {
        let Some(mut message) = reader.message(id)? else {
            return Ok(Vec::new());
        };
        match message.apply(MessageEvent::Retry, now) {
            Ok(()) => {
                outcome = Ok(MessageView::new(&message, &context.names));
                Ok(vec![Change::PutMessage(Box::new(message))])
            }
            Err(error) => {
                outcome = Err(not_held(&error));
                Ok(Vec::new())
            }
        }
    })?;
    outcome.map(Json)
}

fn not_held(error: &TransitionError) -> Problem {
    let detail = format!(
        "message {} is {}; only a held message, or one of unknown outcome, can be retried",
        error.id, error.from
    );
    Problem::new(StatusCode::CONFLICT, "not_held", detail)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofQuery {
    on: Option<String>,
}

pub(super) async fn proof(
    State(context): State<Arc<ApiContext>>,
    Path(id): Path<String>,
    query: Result<Query<ProofQuery>, QueryRejection>,
) -> Result<Json<serde_json::Value>, Problem> {
    let id = parse_id(&id)?;
    let Query(query) = query.map_err(|error| bad_query(error.body_text()))?;
    let anchored = match query.on.as_deref() {
        None => Anchored::AtDestination,
        Some("l1") => Anchored::OnL1,
        Some(other) => {
            return Err(bad_query(format!(
                "`on={other}` is unknown; leave it out for the destination, or write on=l1"
            )));
        }
    };
    match context.prover.prove(context.store.as_ref(), id, anchored) {
        Ok(proof) => Ok(Json(proof.to_json())),
        Err(ProveError::Store(error)) => Err(error.into()),
        Err(ProveError::Unknown(id)) => Err(unknown(id)),
        Err(error) => Err(Problem::new(
            StatusCode::CONFLICT,
            "not_provable",
            error.to_string(),
        )),
    }
}
