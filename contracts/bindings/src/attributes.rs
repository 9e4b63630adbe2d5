//! Attributes of messages and bundles (ERC-7786, ERC-7985): a selector and its ABI arguments.

use alloy::{
    primitives::{Bytes, FixedBytes, U256},
    sol_types::{SolCall, sol_data},
};

use crate::{
    AddressError, IMessageAttributes as selectors, InteropAddress,
    canonical::{self, NotCanonical},
};

/// One attribute. Timestamps are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Attribute {
    /// Call: gas the recipient must be given at least.
    MinGasLimit(U256),
    /// Call: last timestamp at which it may run.
    DeliverBefore(U256),
    /// Call: first timestamp at which it may run.
    DeliverAfter(U256),
    /// Bundle: account that alone may execute it.
    ExecutionAddress(InteropAddress),
    /// Bundle: account that may settle the calls one by one.
    UnbundlerAddress(InteropAddress),
    /// Call: native value for the recipient. The contracts of this release refuse it.
    InteropCallValue(U256),
    /// Call: worded by its recipient on the source chain, which is given so much native value in wei.
    IndirectCall(U256),
    /// Call: whether the sender may cancel. The contracts of this release refuse it.
    Cancellable(bool),
}

/// Why bytes are no attribute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributeError {
    /// Fewer than the four bytes of a selector.
    #[error("an attribute starts with a selector of 4 bytes, and only {0} are there")]
    NoSelector(usize),
    /// The selector is none of those known.
    #[error("attribute {0} is not known; see `supportsAttribute` of the interop center")]
    Unknown(FixedBytes<4>),
    /// The arguments are not the one canonical encoding.
    #[error("attribute {selector}: {source}")]
    Arguments {
        /// The attribute's selector.
        selector: FixedBytes<4>,
        /// What is wrong.
        source: NotCanonical,
    },
    /// The argument is no ERC-7930 address.
    #[error("attribute {selector}: {source}")]
    Address {
        /// The attribute's selector.
        selector: FixedBytes<4>,
        /// What is wrong.
        source: AddressError,
    },
}

impl Attribute {
    /// The selector that opens the attribute.
    pub const fn selector(&self) -> [u8; 4] {
        match self {
            Self::MinGasLimit(_) => selectors::minGasLimitCall::SELECTOR,
            Self::DeliverBefore(_) => selectors::deliverBeforeCall::SELECTOR,
            Self::DeliverAfter(_) => selectors::deliverAfterCall::SELECTOR,
            Self::ExecutionAddress(_) => selectors::executionAddressCall::SELECTOR,
            Self::UnbundlerAddress(_) => selectors::unbundlerAddressCall::SELECTOR,
            Self::InteropCallValue(_) => selectors::interopCallValueCall::SELECTOR,
            Self::IndirectCall(_) => selectors::indirectCallCall::SELECTOR,
            Self::Cancellable(_) => selectors::cancellableCall::SELECTOR,
        }
    }

    /// True for attributes of a whole bundle, false for those of one call.
    pub const fn is_of_bundle(&self) -> bool {
        matches!(self, Self::ExecutionAddress(_) | Self::UnbundlerAddress(_))
    }

    /// Selector ‖ ABI arguments.
    pub fn encode(&self) -> Bytes {
        let encoded = match self {
            Self::MinGasLimit(gas_limit) => selectors::minGasLimitCall {
                gasLimit: *gas_limit,
            }
            .abi_encode(),
            Self::DeliverBefore(timestamp) => selectors::deliverBeforeCall {
                timestamp: *timestamp,
            }
            .abi_encode(),
            Self::DeliverAfter(timestamp) => selectors::deliverAfterCall {
                timestamp: *timestamp,
            }
            .abi_encode(),
            Self::ExecutionAddress(executor) => selectors::executionAddressCall {
                executor: executor.encode(),
            }
            .abi_encode(),
            Self::UnbundlerAddress(unbundler) => selectors::unbundlerAddressCall {
                unbundler: unbundler.encode(),
            }
            .abi_encode(),
            Self::InteropCallValue(value) => {
                selectors::interopCallValueCall { value: *value }.abi_encode()
            }
            Self::IndirectCall(value) => selectors::indirectCallCall {
                messageValue: *value,
            }
            .abi_encode(),
            Self::Cancellable(allowed) => {
                selectors::cancellableCall { allowed: *allowed }.abi_encode()
            }
        };
        encoded.into()
    }

    /// Reads the canonical bytes and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, AttributeError> {
        let (selector, arguments) = bytes
            .split_first_chunk()
            .ok_or(AttributeError::NoSelector(bytes.len()))?;
        let arguments = Arguments {
            selector: *selector,
            bytes: arguments,
        };
        match *selector {
            selectors::minGasLimitCall::SELECTOR => arguments.number().map(Self::MinGasLimit),
            selectors::deliverBeforeCall::SELECTOR => arguments.number().map(Self::DeliverBefore),
            selectors::deliverAfterCall::SELECTOR => arguments.number().map(Self::DeliverAfter),
            selectors::executionAddressCall::SELECTOR => {
                arguments.address().map(Self::ExecutionAddress)
            }
            selectors::unbundlerAddressCall::SELECTOR => {
                arguments.address().map(Self::UnbundlerAddress)
            }
            selectors::interopCallValueCall::SELECTOR => {
                arguments.number().map(Self::InteropCallValue)
            }
            selectors::indirectCallCall::SELECTOR => arguments.number().map(Self::IndirectCall),
            selectors::cancellableCall::SELECTOR => {
                arguments.one::<sol_data::Bool>().map(Self::Cancellable)
            }
            unknown => Err(AttributeError::Unknown(unknown.into())),
        }
    }
}

/// The one argument of an attribute, still encoded.
struct Arguments<'a> {
    selector: [u8; 4],
    bytes: &'a [u8],
}

impl Arguments<'_> {
    fn one<T: alloy::sol_types::SolType>(&self) -> Result<T::RustType, AttributeError> {
        canonical::decode::<T>(self.bytes).map_err(|source| AttributeError::Arguments {
            selector: self.selector.into(),
            source,
        })
    }

    fn number(&self) -> Result<U256, AttributeError> {
        self.one::<sol_data::Uint<256>>()
    }

    fn address(&self) -> Result<InteropAddress, AttributeError> {
        let bytes = self.one::<sol_data::Bytes>()?;
        InteropAddress::decode(&bytes).map_err(|source| AttributeError::Address {
            selector: self.selector.into(),
            source,
        })
    }
}
