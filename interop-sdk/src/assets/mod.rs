//! Assets: tokens that cross between chains of the network, and to and from L1.

mod approval;
mod back;
mod custody;
mod deposit;
mod on_l1;
mod permit;
mod refusal;
mod tokens;
mod transfer;
mod withdrawal;

pub use approval::Approval;
pub use custody::Custody;
pub use deposit::{Deposit, DepositStatus, FromL1};
pub use permit::Permit;
pub use tokens::Tokens;
pub use transfer::{ToChain, TransferBuilder, Way};
pub use withdrawal::{ToL1, Withdrawal, WithdrawalStatus};

pub(crate) use refusal::{explain, named};
pub(crate) use tokens::kind_name;
