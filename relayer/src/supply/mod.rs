//! The supply of every asset: what L1's ledger says, what stands on the chains, and that both agree.
//!
//! For every key of the ledger, at a final block of L1 and the blocks of the chains that were executed there:
//!
//! ```text
//! issued            == sum of balances but the home's + sum of what is pending
//! home:  locked     == issued + claimable there + held back there
//! chain: minted     == balance - claimable there - held back there
//! chain's base token: paid out of the holder since genesis <= balance - claimable there
//! L1:    what the bridge keeps of ether >= what it owes
//! ```
//!
//! The holder of a base token takes gifts, so what it paid out can look smaller than it is, never larger.

mod brake;
mod check;
mod error;
mod events;
mod figures;
mod read;
mod run;
mod tally;

pub use brake::{Brake, Stoppable, Stopping};
pub use check::{Drift, Rule, check};
pub use error::SupplyError;
pub use figures::{LedgerFigures, Place, Stock, Supply, Unit};
pub use read::{Books, Custodian, Moment, Observer, Sight};
pub use run::{STAGE, SupplyContext, run};
