//! Assets: tokens that cross between chains of the network, and to and from L1.

mod approval;
mod custody;
mod permit;
mod refusal;
mod tokens;
mod transfer;

pub use approval::Approval;
pub use custody::Custody;
pub use permit::Permit;
pub use tokens::Tokens;
pub use transfer::{ToChain, TransferBuilder, Way};

pub(crate) use refusal::{explain, named};
pub(crate) use tokens::kind_name;
