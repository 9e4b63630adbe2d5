//! ABI decoding that accepts one spelling per value.

use alloy::sol_types::{
    SolType,
    abi::{AbiDecoderConfig, token::TokenSeq},
};

/// The bytes are not the one ABI encoding of a value of the expected type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the bytes are not the canonical ABI encoding of {expected}; encode the value again with abi.encode"
)]
pub struct NotCanonical {
    /// Solidity type that was expected.
    pub expected: &'static str,
}

/// Decodes `bytes` as `abi.encode` of one `T`.
///
/// Dirty bits, bytes left over, and offsets that overlap or leave gaps are refused. The decoder's strict mode refuses
/// overlaps before it copies anything, so a small input cannot unfold into a large value; the comparison with the value
/// encoded again is the definition, and holds whatever the decoder lets through.
pub(crate) fn decode<T: SolType>(bytes: &[u8]) -> Result<T::RustType, NotCanonical> {
    let refused = NotCanonical {
        expected: T::SOL_NAME,
    };
    let value = T::abi_decode_with_config(bytes, AbiDecoderConfig::new().strict(true))
        .map_err(|_| refused)?;
    if T::abi_encode(&value) == bytes {
        Ok(value)
    } else {
        Err(refused)
    }
}

/// Decodes `bytes` as `abi.encode` of the values of the tuple `T`, which `expected` names.
pub(crate) fn decode_parameters<T>(
    bytes: &[u8],
    expected: &'static str,
) -> Result<T::RustType, NotCanonical>
where
    T: SolType,
    for<'de> T::Token<'de>: TokenSeq<'de>,
{
    let refused = NotCanonical { expected };
    let config = AbiDecoderConfig::new().strict(true);
    let value = T::abi_decode_params_with_config(bytes, config).map_err(|_| refused)?;
    if T::abi_encode_params(&value) == bytes {
        Ok(value)
    } else {
        Err(refused)
    }
}
