//! The three trees of the format. All are positional: an even index is a left child.

mod fixed;
mod growing;
mod padded;
mod shared;

pub use fixed::{FixedTree, LogTree, TreeFull};
pub use growing::GrowingTree;
pub use shared::SharedTree;

/// Height above which a growing tree is refused: `2^32` leaves, more than any chain has batches.
pub const MAX_GROWING_HEIGHT: usize = 32;

/// Height of a growing tree: `ceil(log2(leaves))`, so one leaf is its own root.
pub(crate) fn growing_height(leaves: usize) -> usize {
    leaves.next_power_of_two().trailing_zeros() as usize
}
