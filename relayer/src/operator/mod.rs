//! The chain operator's side, for chains without a settlement pipeline of their own.

pub mod data;
pub mod derive;
pub mod seal;
