//! The relayer: watches batches of many chains, proves messages and delivers them.

pub mod chain;
pub mod dev;
pub mod model;
pub mod operator;
pub mod store;
