//! The two dialects of the format and the path lengths they fix.

/// Depth of the log tree of a batch.
pub const LOG_TREE_DEPTH: usize = 14;

/// Version of the interop format that a chain speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Chain batch root of two leaves; batch leaves without a timestamp.
    V31,
    /// Chain batch root of eight leaves; batch leaves bind the timestamp of the settlement block.
    V32,
}

impl Dialect {
    /// Levels between the root of the log tree and the chain batch root.
    pub const fn batch_root_levels(self) -> usize {
        match self {
            Self::V31 => 1,
            Self::V32 => 3,
        }
    }

    /// True if batch leaves bind a timestamp, and proofs therefore carry it.
    pub const fn has_timestamp(self) -> bool {
        matches!(self, Self::V32)
    }
}

/// What a reader must know before it reads a proof: the dialect, and the depth of the log tree.
///
/// Every function that takes a format also takes a plain [`Dialect`], which means the depth 14 of real batches.
/// Another depth serves test networks with shallower log trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    dialect: Dialect,
    log_depth: u8,
}

impl Format {
    /// A format for batches whose log tree has `log_depth` levels, at most 16.
    ///
    /// Returns `None` above 16, because no log carries an index of more bits than its transaction number.
    pub const fn with_log_depth(dialect: Dialect, log_depth: u8) -> Option<Self> {
        if log_depth <= 16 {
            Some(Self { dialect, log_depth })
        } else {
            None
        }
    }

    /// The dialect.
    pub const fn dialect(self) -> Dialect {
        self.dialect
    }

    /// Levels of the log tree; a leaf index has no bit above them.
    pub const fn log_depth(self) -> usize {
        self.log_depth as usize
    }

    /// Number of siblings between a log leaf and the chain batch root: 17 in v32, 15 in v31.
    pub const fn log_path_len(self) -> usize {
        self.log_depth() + self.dialect.batch_root_levels()
    }
}

impl From<Dialect> for Format {
    fn from(dialect: Dialect) -> Self {
        Self {
            dialect,
            log_depth: LOG_TREE_DEPTH as u8,
        }
    }
}
