//! The SDK against chains that live in memory and speak JSON-RPC: what it concludes from logs, and what it makes of
//! RPCs that lie.

mod approving;
mod delivering;
mod fake_chain;
mod following;
mod lies;
mod on_l1;
mod opening;
mod sending;
mod transferring;
mod world;
