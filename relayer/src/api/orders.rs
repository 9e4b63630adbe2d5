//! Orders: what a bank's own system asks for.

use std::sync::Arc;

use alloy::primitives::B256;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::body::{read, unprocessable};
use super::problem::Reason;
use super::{ApiContext, Problem, swaps};
use crate::model::UnixSeconds;
use crate::model::swap::{EndToEndId, SwapName, SwapNames, Uetr};
use crate::swap::checks::Refusal;
use crate::swap::lock::LockError;
use crate::swap::orders::{self, OrderError, Orders, WithdrawError};
use crate::swap::terms::{Terms, TermsError};
use crate::swap::view::SwapView;
use crate::swap::{BindError, bind};
use crate::view::ChainView;

/// Name of the header that says which order it is.
const KEY_HEADER: &str = "idempotency-key";

/// Version of the answer.
const ORDER_SCHEMA: &str = "causeway.swap-order/v1";

/// An order that was accepted. It follows from the request alone, so whoever repeats that gets the same answer; where the swap
/// stands is said at `swap`.
#[derive(Debug, Serialize)]
struct OrderView {
    schema: &'static str,
    key: String,
    uetr: Uetr,
    end_to_end_id: Option<EndToEndId>,
    source: ChainView,
    destination: ChainView,
    deadline: UnixSeconds,
    swap: String,
}

pub(super) async fn accept(
    State(context): State<Arc<ApiContext>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let orders = taken_here(&context)?;
    let key = key(&headers)?;
    let terms: Terms = read(body)?;
    terms.check().map_err(bad_terms)?;
    let view = OrderView::new(&context, &key, &terms);
    orders.accept(&key, terms).await?;
    let place = [(header::LOCATION, view.swap.clone())];
    Ok((StatusCode::ACCEPTED, place, Json(view)).into_response())
}

fn taken_here(context: &ApiContext) -> Result<&Arc<Orders>, Problem> {
    context.orders.as_ref().ok_or_else(|| {
        let detail = "this relayer takes no orders; give it a signer under [swap.orders], or use `causeway swap accept`";
        Problem::new(StatusCode::FORBIDDEN, "no_orders", detail)
    })
}

impl OrderView {
    fn new(context: &ApiContext, key: &str, terms: &Terms) -> Self {
        let chain = |chain_id| ChainView {
            chain_id,
            name: context.names.name(chain_id),
        };
        Self {
            schema: ORDER_SCHEMA,
            key: key.to_owned(),
            uetr: terms.uetr.clone(),
            end_to_end_id: terms.end_to_end_id.clone(),
            source: chain(terms.source),
            destination: chain(terms.destination),
            deadline: terms.deadline,
            swap: format!("/v1/swaps/{}", terms.uetr),
        }
    }
}

/// The key, which is a string of RFC 9651 (in quotes), or its characters as they are.
fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let bad = |detail: &str| Problem::new(StatusCode::BAD_REQUEST, "bad_key", detail);
    let mut given = headers.get_all(KEY_HEADER).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        let detail = "send one `Idempotency-Key` header, with a key that stands for this order, such as a UUID";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "key_needed", detail));
    };
    let text = value
        .to_str()
        .map_err(|_| bad("the key is no ASCII text"))?;
    let text = text.trim();
    let key = match text.strip_prefix('"') {
        Some(rest) => unquoted(rest).ok_or_else(|| {
            bad("the key opens a quoted string, and does not close it; see RFC 9651")
        })?,
        None => text.to_owned(),
    };
    SwapName::key(&key).map_err(|error| bad(&error.to_string()))?;
    Ok(key)
}

/// What stands before the closing quote, if that is the end.
fn unquoted(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => text.push(escaped),
                _ => return None,
            },
            plain => text.push(plain),
        }
    }
}

pub(super) async fn withdraw(
    State(context): State<Arc<ApiContext>>,
    Path(id): Path<String>,
) -> Result<Json<SwapView>, Problem> {
    let id = swaps::find(&context, &id)?.id;
    let withdrawn = match &context.orders {
        Some(orders) => orders.withdraw(id).await,
        // Nobody locks, so nobody is to be waited for.
        None => orders::withdraw(
            context.store.as_ref(),
            id,
            orders::WITHDRAWN,
            context.clock.now(),
        ),
    };
    Ok(Json(SwapView::new(&withdrawn?, &context.names)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamesBody {
    uetr: Option<Uetr>,
    end_to_end_id: Option<EndToEndId>,
}

pub(super) async fn name(
    State(context): State<Arc<ApiContext>>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<SwapView>, Problem> {
    let id: B256 = id.parse().map_err(|_| swaps::bad_id(&id))?;
    let body: NamesBody = read(body)?;
    if body.uetr.is_none() && body.end_to_end_id.is_none() {
        return Err(unprocessable("there is no name; give uetr, end_to_end_id, or both").about(""));
    }
    let names = SwapNames {
        uetr: body.uetr,
        end_to_end: body.end_to_end_id,
        key: None,
    };
    let record = bind(context.store.as_ref(), id, &names)?;
    Ok(Json(SwapView::new(&record, &context.names)))
}

fn bad_terms(error: TermsError) -> Problem {
    let pointer = error.pointer();
    unprocessable(error.to_string()).about(pointer)
}

fn conflict(code: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, error.to_string())
}

fn refused(refusals: &[Refusal], detail: String) -> Problem {
    let reasons = refusals.iter().map(|refusal| Reason {
        reason: refusal.label().to_owned(),
        detail: refusal.to_string(),
    });
    Problem {
        reasons: reasons.collect(),
        ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", detail)
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        let detail = error.to_string();
        match error {
            OrderError::Store(error) => error.into(),
            OrderError::Terms(error) => bad_terms(error),
            OrderError::UetrTaken { .. } => conflict("uetr_taken", &detail).about("/uetr"),
            OrderError::OtherSender { .. } => unprocessable(detail).about("/sender"),
            OrderError::OtherProposal(_) => unprocessable(detail).about("/proposal"),
            OrderError::UnknownSource(_) => unprocessable(detail).about("/source"),
            OrderError::Refused(refusals) => refused(&refusals, detail),
            OrderError::Lock(LockError::OtherOrder { .. }) => conflict("key_used", &OTHER_BODY),
            OrderError::Lock(LockError::WouldRevert(_)) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "would_revert", detail)
            }
            OrderError::Lock(_) | OrderError::Unreadable(_) => {
                tracing::warn!(detail, "an order could not be judged");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "chain_unavailable", detail)
            }
        }
    }
}

const OTHER_BODY: &str = "the key was used with another body, and a key stands for one order: repeat that order as it was, or give this one a key of its own";

impl From<WithdrawError> for Problem {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::Store(error) => error.into(),
            WithdrawError::Unknown(id) => swaps::unknown(&id.to_string()),
            WithdrawError::TooLate { .. } => conflict("too_late", &error),
        }
    }
}

impl From<BindError> for Problem {
    fn from(error: BindError) -> Self {
        match error {
            BindError::Store(error) => error.into(),
            BindError::Unknown(id) => swaps::unknown(&id.to_string()),
            BindError::Named { .. } => conflict("named_otherwise", &error),
            BindError::Taken { .. } => conflict("uetr_taken", &error).about("/uetr"),
        }
    }
}
