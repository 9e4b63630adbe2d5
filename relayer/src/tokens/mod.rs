//! What issuers do about their tokens: a file says what is wanted over the network, the chains say what there is, and the
//! difference is a list of transactions.
//!
//! ```text
//! token file ── desired ─┐
//!                        ├─ differences ── steps
//! chains ────── state ───┘
//! ```
//!
//! A token list says the same to wallets: what a token is called and where it stands, signed by its issuer.
//!
//! Nothing here keeps anything: whoever asks again starts from the chains.

mod error;
mod file;
mod list;
mod model;
mod plan;
mod read;
mod risks;
mod step;
mod tell;
mod template;

pub use error::IssuerError;
pub use file::{TokenFile, TokenFileError};
pub use list::{
    Bridged, Disagreement, Extensions, ListError, ListVersion, SignedList, TokenEntry, TokenList,
    Told, disagreements, entries, signature_path,
};
pub use model::{
    Brought, ChainState, Desired, DesiredChain, Limit, Parties, RouteRules, Standing, State, Way,
};
pub use plan::{Difference, Remedy, Subject, compare, steps};
pub use read::{decimals, read};
pub use risks::{Risk, risks};
pub use step::{Action, Role, Step};
pub use tell::tell;
pub use template::TOKEN_TEMPLATE;
