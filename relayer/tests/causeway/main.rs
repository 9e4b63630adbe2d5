//! The `causeway` binary, as its users run it.

mod network;
mod offline;
mod reference;
mod support;
mod tokens;
