//! Bundles of calls as they cross: their one encoding, their identifiers, and the conditions of a call.

use alloy::{
    primitives::{B256, Bytes, FixedBytes, U256, keccak256},
    sol_types::SolValue,
};

use crate::{
    AddressError, ConditionalPayload, InteropAddress, InteropBundle, InteropCall,
    canonical::{self, NotCanonical},
};

/// First byte of an outbox message that carries a bundle.
pub const BUNDLE_MESSAGE_PREFIX: u8 = 0x01;

/// Version of a bundle.
pub const BUNDLE_VERSION: FixedBytes<1> = FixedBytes([0x01]);

/// Version of a call whose data is the payload alone.
pub const CALL_VERSION_PLAIN: FixedBytes<1> = FixedBytes([0x01]);

/// Version of a call whose data is an encoded [`ConditionalPayload`].
pub const CALL_VERSION_CONDITIONAL: FixedBytes<1> = FixedBytes([0x02]);

/// Why bytes are no bundle, or a call none that this release knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The message does not start with [`BUNDLE_MESSAGE_PREFIX`].
    #[error("a message that carries a bundle starts with 0x01")]
    NotABundle,
    /// The encoding is not the canonical one.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The version of the bundle or call is none of those known.
    #[error("version {0} of a bundle or call is not known; 0x01 and, for calls, 0x02 are")]
    UnknownVersion(FixedBytes<1>),
    /// An account that the bundle names is no ERC-7930 address.
    #[error(transparent)]
    Address(#[from] AddressError),
}

/// What must hold for a call to run; 0 stands for no condition. Timestamps are in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Conditions {
    /// Gas the recipient must be given at least.
    pub min_gas_limit: U256,
    /// Last timestamp at which the call may run.
    pub deliver_before: U256,
    /// First timestamp at which the call may run.
    pub deliver_after: U256,
}

impl InteropCall {
    /// The conditions and the payload of the call.
    pub fn content(&self) -> Result<(Conditions, Bytes), BundleError> {
        match self.version {
            CALL_VERSION_PLAIN => Ok((Conditions::default(), self.data.clone())),
            CALL_VERSION_CONDITIONAL => {
                let conditional = canonical::decode::<ConditionalPayload>(&self.data)?;
                let conditions = Conditions {
                    min_gas_limit: conditional.minGasLimit,
                    deliver_before: conditional.deliverBefore,
                    deliver_after: conditional.deliverAfter,
                };
                Ok((conditions, conditional.payload))
            }
            unknown => Err(BundleError::UnknownVersion(unknown)),
        }
    }
}

impl InteropBundle {
    /// `abi.encode(bundle)`, the bytes that [`bundle_hash`] covers and the handler takes.
    pub fn encode(&self) -> Bytes {
        self.abi_encode().into()
    }

    /// Reads the one canonical encoding and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        let bundle = canonical::decode::<Self>(bytes)?;
        if bundle.version != BUNDLE_VERSION {
            return Err(BundleError::UnknownVersion(bundle.version));
        }
        Ok(bundle)
    }

    /// `0x01 ‖ abi.encode(bundle)`, the message that the interop center hands to the outbox.
    pub fn encode_message(&self) -> Bytes {
        [&[BUNDLE_MESSAGE_PREFIX][..], &self.abi_encode()]
            .concat()
            .into()
    }

    /// Reads an outbox message that carries a bundle.
    pub fn decode_message(message: &[u8]) -> Result<Self, BundleError> {
        match message.split_first() {
            Some((&BUNDLE_MESSAGE_PREFIX, bundle)) => Self::decode(bundle),
            _ => Err(BundleError::NotABundle),
        }
    }

    /// Identifier of the bundle, on all chains.
    pub fn bundle_hash(&self) -> B256 {
        bundle_hash(self.sourceChainId, &self.abi_encode())
    }

    /// Identifiers of the calls, as their recipients see them.
    pub fn receive_ids(&self) -> impl Iterator<Item = B256> + use<> {
        let hash = self.bundle_hash();
        (0..self.calls.len()).map(move |index| receive_id(hash, index))
    }

    /// Account that alone may execute the bundle; none if anyone may.
    pub fn executor(&self) -> Result<Option<InteropAddress>, BundleError> {
        optional_address(&self.attributes.executionAddress)
    }

    /// Account that may settle the calls one by one.
    pub fn unbundler(&self) -> Result<Option<InteropAddress>, BundleError> {
        optional_address(&self.attributes.unbundlerAddress)
    }
}

fn optional_address(bytes: &[u8]) -> Result<Option<InteropAddress>, BundleError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    Ok(Some(InteropAddress::decode(bytes)?))
}

/// `keccak256(abi.encode(sourceChainId, bundle))`; `bundle` is `abi.encode(bundle)`, without the leading 0x01.
pub fn bundle_hash(source_chain_id: U256, bundle: &[u8]) -> B256 {
    keccak256((source_chain_id, bundle).abi_encode_params())
}

/// `keccak256(abi.encodePacked(bundleHash, uint256 callIndex))`: the `sendId` and `receiveId` of a call.
pub fn receive_id(bundle_hash: B256, call_index: usize) -> B256 {
    keccak256((bundle_hash, U256::from(call_index)).abi_encode_packed())
}
