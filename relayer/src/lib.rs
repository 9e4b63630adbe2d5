//! The relayer: watches batches of many chains, proves messages and delivers them.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

pub mod chain;
pub mod dev;
pub mod model;
<<<<<<< HEAD
pub mod operator;
=======
pub mod progress;
>>>>>>> 9a879d2 (Relayer spine: executions, read-modify-write commits, stage progress)
pub mod store;
