//! Interoperable addresses (ERC-7930) of EVM chains, in their one canonical spelling.
//!
//! `0x0001 ‖ 0x0000 ‖ chainLength ‖ chain id, big endian without leading zeros ‖ accountLength ‖ account`.
//! Every other spelling is refused, so that two addresses are equal exactly when their bytes are.

use core::{fmt, str::FromStr};

use alloy::primitives::{Address, Bytes, U256, hex};

const VERSION: [u8; 2] = [0x00, 0x01];
const EVM: [u8; 2] = [0x00, 0x00];
const ACCOUNT_LENGTH: usize = 20;

/// A chain, an account, or an account on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InteropAddress {
    chain_id: Option<U256>,
    account: Option<Address>,
}

/// Why bytes are no canonical ERC-7930 address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The bytes end before the part named.
    #[error("an ERC-7930 address ends before its {0}")]
    Truncated(&'static str),
    /// The version is not 1.
    #[error("ERC-7930 version {0} is not known here; version 1 is")]
    UnknownVersion(u16),
    /// The chain type is not that of EVM chains.
    #[error("ERC-7930 chain type {0:#06x} is not an EVM chain (0x0000)")]
    NotEvm(u16),
    /// The chain id has a leading zero byte, or more than 32 bytes.
    #[error("the chain id of an ERC-7930 address takes 1 to 32 bytes without leading zeros")]
    ChainId,
    /// An account has 20 bytes, or none at all.
    #[error("the account of an EVM address has 20 bytes, not {0}")]
    AccountLength(usize),
    /// Bytes follow the address.
    #[error("{0} bytes follow the ERC-7930 address")]
    TrailingBytes(usize),
    /// Neither chain nor account is given.
    #[error("an ERC-7930 address names a chain, an account, or both")]
    Empty,
    /// The text is not hexadecimal.
    #[error("an ERC-7930 address in text form is hexadecimal with a leading 0x")]
    NotHex,
}

impl InteropAddress {
    /// An account on a chain. `chain_id` is not 0.
    pub fn new(chain_id: u64, account: Address) -> Self {
        Self {
            account: Some(account),
            ..Self::chain(chain_id)
        }
    }

    /// A chain without an account. `chain_id` is not 0, which stands for no chain.
    pub fn chain(chain_id: u64) -> Self {
        Self {
            chain_id: Some(U256::from(chain_id)),
            account: None,
        }
    }

    /// An account on a chain that the context gives.
    pub const fn account_only(account: Address) -> Self {
        Self {
            chain_id: None,
            account: Some(account),
        }
    }

    /// The chain id, if a chain is named.
    pub const fn chain_id(&self) -> Option<U256> {
        self.chain_id
    }

    /// The account, if one is named.
    pub const fn account(&self) -> Option<Address> {
        self.account
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Bytes {
        let chain = self
            .chain_id
            .map(|id| id.to_be_bytes_trimmed_vec())
            .unwrap_or_default();
        let account = self
            .account
            .as_ref()
            .map_or(&[][..], |account| account.as_slice());
        let lengths = [[chain.len() as u8], [account.len() as u8]];
        [
            &VERSION[..],
            &EVM,
            &lengths[0],
            &chain,
            &lengths[1],
            account,
        ]
        .concat()
        .into()
    }

    /// Reads the canonical bytes and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, AddressError> {
        let mut rest = Reader(bytes);
        let version = rest.u16("version")?;
        let chain_type = rest.u16("chain type")?;
        let chain = rest.prefixed("chain id")?;
        let account = rest.prefixed("account")?;
        if version != u16::from_be_bytes(VERSION) {
            return Err(AddressError::UnknownVersion(version));
        }
        if chain_type != u16::from_be_bytes(EVM) {
            return Err(AddressError::NotEvm(chain_type));
        }
        if !rest.0.is_empty() {
            return Err(AddressError::TrailingBytes(rest.0.len()));
        }
        let address = Self {
            chain_id: chain_id(chain)?,
            account: account_of(account)?,
        };
        if address.chain_id.is_none() && address.account.is_none() {
            return Err(AddressError::Empty);
        }
        Ok(address)
    }
}

fn chain_id(bytes: &[u8]) -> Result<Option<U256>, AddressError> {
    match bytes {
        [] => Ok(None),
        [0, ..] => Err(AddressError::ChainId),
        _ => U256::try_from_be_slice(bytes)
            .map(Some)
            .ok_or(AddressError::ChainId),
    }
}

fn account_of(bytes: &[u8]) -> Result<Option<Address>, AddressError> {
    match bytes.len() {
        0 => Ok(None),
        ACCOUNT_LENGTH => Ok(Some(Address::from_slice(bytes))),
        length => Err(AddressError::AccountLength(length)),
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize, part: &'static str) -> Result<&'a [u8], AddressError> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(AddressError::Truncated(part))?;
        self.0 = rest;
        Ok(taken)
    }

    fn u16(&mut self, part: &'static str) -> Result<u16, AddressError> {
        Ok(self
            .take(2, part)?
            .iter()
            .fold(0, |value, byte| value << 8 | u16::from(*byte)))
    }

    fn prefixed(&mut self, part: &'static str) -> Result<&'a [u8], AddressError> {
        let length = self.take(1, part)?.iter().copied().map(usize::from).sum();
        self.take(length, part)
    }
}

impl fmt::Display for InteropAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.encode())
    }
}

impl FromStr for InteropAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let digits = text.strip_prefix("0x").ok_or(AddressError::NotHex)?;
        Self::decode(&hex::decode(digits).map_err(|_| AddressError::NotHex)?)
    }
}

impl From<(u64, Address)> for InteropAddress {
    /// An account on a chain.
    fn from((chain_id, account): (u64, Address)) -> Self {
        Self::new(chain_id, account)
    }
}

impl TryFrom<&[u8]> for InteropAddress {
    type Error = AddressError;

    fn try_from(bytes: &[u8]) -> Result<Self, AddressError> {
        Self::decode(bytes)
    }
}
