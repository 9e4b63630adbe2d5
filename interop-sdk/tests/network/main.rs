//! The SDK against chains that live in memory and speak JSON-RPC: what it concludes from logs, and what it makes of
//! RPCs that lie.

mod fake_chain;
mod following;
mod lies;
mod sending;
mod world;
