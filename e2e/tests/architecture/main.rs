//! The rules of the house that no compiler knows: who may depend on whom, where a library may be used, how Solidity is
//! written. Every rule names the file and line that break it.

mod attacks;
mod crates;
mod map;
mod rooms;
mod sizes;
mod solidity;
mod sources;
mod supply;
