//! What the ends of a swap tell each other, and what L1 tells them: each of one spelling, and bounded.

use alloy::{
    primitives::{B256, Bytes, U256},
    sol_types::{
        SolValue,
        sol_data::{Bool, Bytes as SolBytes, FixedBytes, Uint},
    },
};

use crate::{
    AssetTransfer, NotATransfer, SWAP_TRANSPARENT, SWAP_VERSION, SwapCommand, SwapHeader,
    SwapOutcome, SwapPreimage,
    canonical::{self, NotCanonical},
};

/// First byte of a message that says what was locked.
pub const LOCK_MESSAGE_PREFIX: u8 = 0x01;

/// First byte of a message that says how the swap ended.
pub const RECEIPT_MESSAGE_PREFIX: u8 = 0x02;

/// Bytes that no message or command exceeds: a chain's outbox takes no more.
pub const MAX_SWAP_MESSAGE: usize = 96 * 1024;

/// Why bytes are none of the messages or commands that this release knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwapMessageError {
    /// Neither prefix.
    #[error("a message about a swap starts with 0x01, a lock, or 0x02, a receipt")]
    NotOfASwap,
    /// Larger than any that a chain sends.
    #[error("the message has {0} bytes; one about a swap has at most {MAX_SWAP_MESSAGE}")]
    TooLarge(usize),
    /// The encoding is not the canonical one.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The header is of another version or class.
    #[error("swaps of version {version} and class {class} are not known; 1 and 1 are")]
    UnknownVersion {
        /// Version of the header.
        version: u8,
        /// Class of the swap.
        class: u8,
    },
    /// A receipt that says nothing is decided, or returns something without execution.
    #[error("the receipt says {0:?}, and what came back does not fit that")]
    WrongOutcome(SwapOutcome),
    /// The command is none of those known.
    #[error("the registry's command is not known to this release; update it")]
    UnknownCommand,
}

/// How a swap ended on its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapReceipt {
    /// Chain that locked the swap.
    pub source: U256,
    /// The swap.
    pub swap_id: B256,
    /// Executed or cancelled.
    pub outcome: SwapOutcome,
    /// Executed: what comes back, in the spelling of transfers. Otherwise empty.
    pub output: Bytes,
}

impl SwapReceipt {
    /// What comes back; `None` where the swap was cancelled.
    ///
    /// # Errors
    /// The output is no transfer.
    pub fn returned(&self) -> Result<Option<AssetTransfer>, NotATransfer> {
        match self.outcome {
            SwapOutcome::Executed => AssetTransfer::decode(&self.output).map(Some),
            _ => Ok(None),
        }
    }
}

/// A message of the atomic swap contract, as the outbox sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwapMessage {
    /// The source has locked the swap.
    Lock(SwapHeader),
    /// The destination has decided.
    Receipt(SwapReceipt),
}

type ReceiptWords = (Uint<256>, FixedBytes<32>, SwapOutcome, SolBytes);

impl SwapMessage {
    /// `0x01 ‖ abi.encode(header)`, or `0x02 ‖ abi.encode(source, swapId, outcome, output)`.
    pub fn encode(&self) -> Bytes {
        let (prefix, body) = match self {
            Self::Lock(header) => (LOCK_MESSAGE_PREFIX, header.abi_encode()),
            Self::Receipt(receipt) => {
                let SwapReceipt {
                    source,
                    swap_id,
                    outcome,
                    output,
                } = receipt;
                let words = (*source, *swap_id, *outcome, output.clone());
                (RECEIPT_MESSAGE_PREFIX, words.abi_encode_params())
            }
        };
        [&[prefix][..], &body].concat().into()
    }

    /// Reads the one spelling and nothing else.
    ///
    /// # Errors
    /// Why the bytes are none of the messages that this release knows.
    pub fn decode(message: &[u8]) -> Result<Self, SwapMessageError> {
        within_bounds(message)?;
        match message.split_first() {
            Some((&LOCK_MESSAGE_PREFIX, body)) => Ok(Self::Lock(decode_header(body)?)),
            Some((&RECEIPT_MESSAGE_PREFIX, body)) => Ok(Self::Receipt(decode_receipt(body)?)),
            _ => Err(SwapMessageError::NotOfASwap),
        }
    }
}

fn within_bounds(bytes: &[u8]) -> Result<(), SwapMessageError> {
    if bytes.len() > MAX_SWAP_MESSAGE {
        return Err(SwapMessageError::TooLarge(bytes.len()));
    }
    Ok(())
}

fn decode_header(body: &[u8]) -> Result<SwapHeader, SwapMessageError> {
    let header = canonical::decode::<SwapHeader>(body)?;
    let (version, class) = (header.version, header.class);
    if (version, class) != (SWAP_VERSION, SWAP_TRANSPARENT) {
        return Err(SwapMessageError::UnknownVersion { version, class });
    }
    Ok(header)
}

fn decode_receipt(body: &[u8]) -> Result<SwapReceipt, SwapMessageError> {
    let words = canonical::decode_parameters::<ReceiptWords>(body, "(uint256,bytes32,uint8,bytes)");
    let (source, swap_id, outcome, output) = words?;
    let receipt = SwapReceipt {
        source,
        swap_id,
        outcome,
        output,
    };
    if !fits(receipt.outcome, &receipt.output) {
        return Err(SwapMessageError::WrongOutcome(receipt.outcome));
    }
    Ok(receipt)
}

fn fits(outcome: SwapOutcome, output: &Bytes) -> bool {
    match outcome {
        SwapOutcome::Executed => !output.is_empty(),
        SwapOutcome::Cancelled => output.is_empty(),
        SwapOutcome::Pending | SwapOutcome::__Invalid => false,
    }
}

/// What the registry on L1 asks of a chain's atomic swap contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryCommand {
    /// Execute what is staged of this swap, or cancel it.
    Resolve {
        /// Chain that locked it.
        source: U256,
        /// The swap.
        swap_id: B256,
    },
    /// Execute this swap, or cancel it.
    Execute(SwapPreimage),
    /// L1 has cancelled this swap of the chain.
    Refundable {
        /// The swap.
        swap_id: B256,
    },
    /// Pay this swap of the chain out.
    Close {
        /// The swap.
        preimage: SwapPreimage,
        /// How it ended.
        outcome: SwapOutcome,
        /// Executed: what comes back. Otherwise empty.
        output: Bytes,
    },
    /// Take no locks to a chain, or take them again.
    Destination {
        /// The chain.
        chain: U256,
        /// Whether it is frozen.
        is_frozen: bool,
    },
}

type CommandWords = (SwapCommand, SolBytes);
type ResolveWords = (Uint<256>, FixedBytes<32>);
type CloseWords = (SwapPreimage, SwapOutcome, SolBytes);
type DestinationWords = (Uint<256>, Bool);

impl RegistryCommand {
    /// Data of the system operation: `abi.encode(SwapCommand, bytes)`.
    pub fn encode(&self) -> Bytes {
        let (command, body) = match self {
            Self::Resolve { source, swap_id } => (
                SwapCommand::Resolve,
                (*source, *swap_id).abi_encode_params(),
            ),
            Self::Execute(preimage) => (SwapCommand::Execute, preimage.abi_encode()),
            Self::Refundable { swap_id } => (SwapCommand::Refundable, swap_id.abi_encode()),
            Self::Close {
                preimage,
                outcome,
                output,
            } => (
                SwapCommand::Close,
                (preimage.clone(), *outcome, output.clone()).abi_encode_params(),
            ),
            Self::Destination { chain, is_frozen } => (
                SwapCommand::Destination,
                (*chain, *is_frozen).abi_encode_params(),
            ),
        };
        (command, Bytes::from(body)).abi_encode_params().into()
    }

    /// Reads the one spelling and nothing else.
    ///
    /// # Errors
    /// Why the bytes are none of the commands that this release knows.
    pub fn decode(data: &[u8]) -> Result<Self, SwapMessageError> {
        within_bounds(data)?;
        let (command, body) =
            canonical::decode_parameters::<CommandWords>(data, "(SwapCommand,bytes)")?;
        Ok(match command {
            SwapCommand::Resolve => {
                let (source, swap_id) =
                    canonical::decode_parameters::<ResolveWords>(&body, "(uint256,bytes32)")?;
                Self::Resolve { source, swap_id }
            }
            SwapCommand::Execute => Self::Execute(canonical::decode::<SwapPreimage>(&body)?),
            SwapCommand::Refundable => Self::Refundable {
                swap_id: canonical::decode::<FixedBytes<32>>(&body)?,
            },
            SwapCommand::Close => decode_close(&body)?,
            SwapCommand::Destination => {
                let (chain, is_frozen) =
                    canonical::decode_parameters::<DestinationWords>(&body, "(uint256,bool)")?;
                Self::Destination { chain, is_frozen }
            }
            SwapCommand::__Invalid => return Err(SwapMessageError::UnknownCommand),
        })
    }
}

fn decode_close(body: &[u8]) -> Result<RegistryCommand, SwapMessageError> {
    let words =
        canonical::decode_parameters::<CloseWords>(body, "(SwapPreimage,SwapOutcome,bytes)")?;
    let (preimage, outcome, output) = words;
    if !fits(outcome, &output) {
        return Err(SwapMessageError::WrongOutcome(outcome));
    }
    Ok(RegistryCommand::Close {
        preimage,
        outcome,
        output,
    })
}

#[cfg(test)]
#[path = "swap_message_tests.rs"]
mod tests;
