//! Swaps.

use std::sync::Arc;

use alloy::primitives::B256;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::messages::{LARGEST_PAGE, bad_query};
use super::{ApiContext, Problem};
use crate::model::swap::{SwapName, SwapRecord, Uetr};
use crate::store::SwapFilter;
use crate::swap::explain::{SwapExplanation, explain};
use crate::swap::view::{SwapPage, SwapView};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    uetr: Option<String>,
    end_to_end_id: Option<String>,
    stage: Option<String>,
    after: Option<B256>,
    limit: Option<usize>,
}

impl ListQuery {
    fn filter(self) -> Result<SwapFilter, Problem> {
        let refuse = |error: &dyn std::fmt::Display| bad_query(error.to_string());
        let uetr = self.uetr.map(|text| text.parse().map(SwapName::Uetr));
        let id = self.end_to_end_id;
        let end_to_end = id.map(|text| text.parse().map(SwapName::EndToEnd));
        let names = [uetr, end_to_end].into_iter().flatten();
        let names = names.collect::<Result<Vec<_>, _>>();
        let stage = self.stage.map(|word| word.parse()).transpose();
        let limit = self.limit.unwrap_or_default();
        if limit > LARGEST_PAGE {
            return Err(bad_query(format!(
                "limit is at most {LARGEST_PAGE}; follow `next` for more"
            )));
        }
        Ok(SwapFilter {
            names: names.map_err(|error| refuse(&error))?,
            stage: stage.map_err(|error| refuse(&error))?,
            after: self.after,
            limit,
        })
    }
}

pub(super) async fn list(
    State(context): State<Arc<ApiContext>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<SwapPage>, Problem> {
    let Query(query) = query.map_err(|error| bad_query(error.body_text()))?;
    let filter = query.filter()?;
    let swaps = context.store.swaps(&filter)?;
    let limit = filter.effective_limit();
    Ok(Json(SwapPage::new(&swaps, limit, &context.names)))
}

/// A swap with why it stands where it does.
#[derive(Serialize)]
pub(super) struct ExplainedSwap {
    #[serde(flatten)]
    swap: SwapView,
    explanation: SwapExplanation,
}

pub(super) async fn show(
    State(context): State<Arc<ApiContext>>,
    Path(word): Path<String>,
) -> Result<Json<ExplainedSwap>, Problem> {
    let swap = SwapView::new(&find(&context, &word)?, &context.names);
    let explanation = explain(&swap, context.clock.now());
    Ok(Json(ExplainedSwap { swap, explanation }))
}

/// The swap of an id or a UETR.
pub(super) fn find(context: &ApiContext, word: &str) -> Result<SwapRecord, Problem> {
    let found = match (word.parse::<B256>(), word.parse::<Uetr>()) {
        (Ok(id), _) => context.store.swap(id)?,
        (Err(_), Ok(uetr)) => {
            let filter = SwapFilter {
                names: vec![SwapName::Uetr(uetr)],
                limit: 1,
                ..SwapFilter::default()
            };
            context.store.swaps(&filter)?.into_iter().next()
        }
        (Err(_), Err(_)) => return Err(bad_id(word)),
    };
    found.ok_or_else(|| unknown(word))
}

pub(super) fn bad_id(word: &str) -> Problem {
    let detail = format!("`{word}` is no id of a swap: 32 bytes in hex are needed, or a UETR");
    Problem::new(StatusCode::BAD_REQUEST, "bad_id", detail)
}

pub(super) fn unknown(word: &str) -> Problem {
    let detail = format!("this relayer knows no swap {word}; it may not have seen its lock yet");
    Problem::new(StatusCode::NOT_FOUND, "unknown_swap", detail)
}
