//! The `causeway` binary, as its users run it.

mod network;
mod offline;
#[path = "../ports/mod.rs"]
mod ports;
mod reference;
mod support;
mod tokens;
