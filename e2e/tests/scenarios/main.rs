//! The whole system on local chains, with real processes. Every scenario starts its own network, shares nothing with the
//! others, and believes the contracts only.

mod assets;
mod assets_by_program;
mod bad_input;
mod bundle_files;
mod crashes;
mod development_network;
mod exactly_once;
mod frozen_chains;
mod gas;
mod held;
mod lying_operator;
mod outage;
mod priority_operations;
mod rebuilding;
mod refusals;
mod supply;
mod support;
mod swap_kills;
mod swap_orders;
mod swap_reorgs;
mod swap_soak;
mod swap_trades;
mod swap_venues;
mod swaps;
mod tokens;
mod tutorial;
mod ways_back;
