//! What can be wrong with the words of a proof.

use core::fmt;

/// A proof whose words do not form a proof of the expected format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Malformed proof word {word}: {fault}")]
pub struct MalformedProof {
    /// Index of the offending word; for a missing word, the index it should have had.
    pub word: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a proof word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The metadata word starts with another version than 1.
    #[error(
        "metadata version {found:#04x}, expected 0x01; a bare path without metadata is not read here"
    )]
    UnknownVersion {
        /// First byte of the word.
        found: u8,
    },
    /// The unused bytes of a metadata word are not all zero.
    #[error("metadata has non-zero bytes after its fourth; they must be zero")]
    MetadataTail,
    /// The final flag is neither 0 nor 1.
    #[error("final flag {found}, expected 0 or 1")]
    FinalFlag {
        /// The flag.
        found: u8,
    },
    /// The log path has another length than the format fixes.
    #[error("log path of {found} siblings, expected {expected}")]
    LogPathLength {
        /// Length that the format fixes.
        expected: usize,
        /// Length announced.
        found: usize,
    },
    /// A final proof announces batch siblings.
    #[error("a final proof announces {found} batch siblings; it has none")]
    BatchPathInFinal {
        /// Length announced.
        found: usize,
    },
    /// A path in a growing tree is longer than any such tree is high.
    #[error("path of {found} siblings in a tree of at most {limit} levels")]
    PathTooLong {
        /// Highest tree accepted.
        limit: usize,
        /// Length announced.
        found: usize,
    },
    /// The nested proof asks for another hop.
    #[error("the nested proof is not final; only one aggregation hop is read")]
    NestedNotFinal,
    /// A word is missing.
    #[error("missing; the proof ends before it")]
    Missing,
    /// Words follow the end of the proof.
    #[error("{extra} words left over from here on")]
    LeftOver {
        /// Number of words after the end.
        extra: usize,
    },
    /// A number does not fit 64 bits.
    #[error("{quantity} does not fit 64 bits")]
    NumberTooLarge {
        /// What the number stands for.
        quantity: Quantity,
    },
    /// A leaf index has bits above the height of its tree.
    #[error("{quantity} {index} lies outside a tree of {levels} levels")]
    IndexOutsideTree {
        /// Which index.
        quantity: Quantity,
        /// The index.
        index: u64,
        /// Levels of the tree, that is, siblings in the path.
        levels: usize,
    },
    /// The structure carries a timestamp in v31, or none in v32.
    #[error("an L1 timestamp belongs in v32 proofs and in no other")]
    TimestampOfOtherDialect,
}

/// A number that a proof word holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Timestamp of the settlement block.
    L1Timestamp,
    /// Index of the batch leaf in the chain tree.
    BatchMask,
    /// Block of the settlement layer.
    SettlementBlock,
    /// Index of the chain in the shared tree.
    SharedMask,
    /// Chain id of the settlement layer.
    SettlementChainId,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::L1Timestamp => "L1 timestamp",
            Self::BatchMask => "batch mask",
            Self::SettlementBlock => "settlement block",
            Self::SharedMask => "shared mask",
            Self::SettlementChainId => "settlement chain id",
        })
    }
}
