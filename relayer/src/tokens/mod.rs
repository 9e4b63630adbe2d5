//! What issuers do about their tokens: a file says what is wanted over the network, the chains say what there is, and the
//! difference is a list of transactions.
//!
//! ```text
//! token file ── desired ─┐
//!                        ├─ differences ── steps
//! chains ────── state ───┘
//! ```
//!
//! Nothing here keeps anything: whoever asks again starts from the chains.

mod file;
mod model;
mod plan;
mod step;
mod template;

pub use file::{TokenFile, TokenFileError};
pub use model::{
    Brought, ChainState, Desired, DesiredChain, Limit, Parties, RouteRules, Standing, State, Way,
};
pub use plan::{Difference, Remedy, Subject, compare, steps};
pub use step::{Action, Role, Step};
pub use template::TOKEN_TEMPLATE;
