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

pub mod api;
pub mod app;
pub mod assets;
pub mod bundle;
pub mod canary;
pub mod chain;
pub mod checks;
pub mod cli;
pub mod config;
pub mod deliver;
pub mod dev;
pub mod errands;
#[cfg(test)]
mod harness;
pub mod health;
pub mod metrics;
pub mod model;
pub mod operator;
pub mod progress;
pub mod prove;
pub mod roots;
#[cfg(test)]
mod scenarios;
pub mod send;
pub mod standing;
pub mod store;
pub mod supply;
pub mod swap;
pub mod telemetry;
pub mod tokens;
pub mod view;
pub mod wake;
pub mod watch;
