//! The supply of every asset: what L1's ledger says, what stands on the chains, and that both agree.
//!
//! For every key of the ledger, at a final block of L1 and the blocks of the chains that were executed there:
//!
//! ```text
//! issued            == sum of balances but the home's + sum of what is pending on all routes + what swaps hold
//! home:  locked     == issued + owed there
//! chain: minted     == balance - owed there
//! chain's base token: paid out of the holder since genesis <= balance - owed there
//! L1:    what the bridge keeps of ether >= what it owes
//!
//! owed: claimable + delayed by a limit of L1 + held by the issuer's rules
//! ```
//!
//! These are exact at every moment, and no tolerance is needed: L1 books a chain's transfers when it executes the batch
//! that made them, and the chain is read at the last block of that batch. What is in newer blocks counts on neither side.
//!
//! What a chain takes for a swap is held once its batch is executed, and the chain's again once the batch that pays is.
//!
//! The holder of a base token takes gifts, so what it paid out can look smaller than it is, never larger. An issuer may
//! mint and burn a representation of its own, so of such a one the vault's logs are compared, not how many there are.

mod brake;
mod check;
mod error;
mod events;
mod figures;
mod place;
mod read;
mod run;
mod tally;

pub use brake::{Brake, Stoppable, Stopping};
pub use check::{Drift, Rule, check};
pub use error::SupplyError;
pub use figures::{LedgerFigures, Place, Route, Stock, Supply, Unit, asset_name};
pub use place::Custodian;
pub use read::{Books, Moment, Observer, Sight};
pub use run::{STAGE, SupplyContext, run};
