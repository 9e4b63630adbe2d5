//! A swap as the relayer knows it: what was seen of it, the stage that follows from that, and its names.

mod names;
mod order;
mod record;
mod stage;
#[cfg(test)]
mod tests;

pub use names::{BadName, EndToEndId, SwapName, SwapNames, Uetr};
pub use order::SwapOrder;
pub use record::{
    DecidedPoint, LockPoint, Payment, PaymentPoint, ReceiptPoint, Secret, SlotPoint, SwapMilestone,
    SwapRecord, SwapSightings,
};
pub use stage::{
    BeforeLock, ClosedOn, Decision, LockFact, Move, SlotFact, SwapContradiction, SwapFacts,
    SwapStage, SwapStep, UnknownSwapStage,
};
