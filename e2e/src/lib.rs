//! Whole-system scenarios on local chains with the real binary.
