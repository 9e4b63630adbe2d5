//! Swaps in every order of events, on the bytecode that is deployed.

mod interleavings;
mod races;
mod replay;
mod trade;
