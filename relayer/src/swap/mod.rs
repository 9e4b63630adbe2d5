//! Coordinates swaps: sees what the chains say of each, and takes the step that is due, whoever locked it. All of it
//! anyone may do; somebody else having done it is success.

pub mod plan;
