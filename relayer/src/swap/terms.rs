//! What two banks agree on, in a file that both read: what is given and wanted, where, until when, and the quote.

use std::fmt;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolValue,
};
use causeway_bindings::{Asset, AssetKind, ETHER, Quote, SwapTerms};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::model::{
    ChainId, UnixSeconds,
    swap::{EndToEndId, SwapNames, Uetr},
};

/// Version of the file.
pub const TERMS_SCHEMA: &str = "causeway.swap-terms/v1";

/// A number as the file has it: decimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units(pub U256);

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Units {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_plain.then(|| U256::from_str_radix(&text, 10).ok());
        number
            .flatten()
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no number of units")))
    }
}

/// What kind of token it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// Ether or ERC-20.
    #[default]
    Fungible,
    /// ERC-721.
    Nft,
    /// ERC-1155.
    Multi,
}

impl From<TokenKind> for AssetKind {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Fungible => Self::Fungible,
            TokenKind::Nft => Self::NonFungible,
            TokenKind::Multi => Self::MultiToken,
        }
    }
}

/// What kind of venue turns the given asset into the wanted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VenueKind {
    /// A bank's signed quote.
    Quote,
    /// Any other; it is told `data` as it is.
    Other,
}

/// What is locked on the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Token on the source; `address(1)` for its base token.
    pub token: Address,
    /// What kind of token.
    #[serde(default)]
    pub kind: TokenKind,
    /// 0 for fungible tokens.
    #[serde(default)]
    pub token_id: Units,
    /// In the token's smallest unit.
    pub amount: Units,
}

/// What must come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Chain that the asset was born on.
    pub home: ChainId,
    /// The token there; `address(1)` for ether of L1.
    pub token: Address,
    /// What kind of token.
    #[serde(default)]
    pub kind: TokenKind,
    /// 0 for fungible tokens.
    #[serde(default)]
    pub token_id: Units,
    /// Least that must come back, in the token's smallest unit.
    pub minimum: Units,
}

impl Wanted {
    /// The asset.
    pub fn asset(&self) -> Asset {
        Asset {
            originChainId: U256::from(self.home),
            originToken: self.token,
            kind: self.kind.into(),
        }
    }
}

/// Contract on the destination that is handed the given asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Venue {
    /// What kind.
    pub kind: VenueKind,
    /// Its address.
    pub address: Address,
    /// What it is told; of a venue for quotes the quote says that.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub data: Bytes,
}

fn is_nothing(data: &Bytes) -> bool {
    data.is_empty()
}

/// What the other bank has signed, as far as the terms do not say it themselves: whoever changes those voids it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedQuote {
    /// Account whose tokens pay.
    pub bank: Address,
    /// What stands on the destination for what is given.
    pub token_in: Address,
    /// What the bank pays in.
    pub token_out: Address,
    /// How much it pays.
    pub amount_out: Units,
    /// Account that gets what is given.
    pub recipient: Address,
    /// Last time at which it can be taken, in seconds since the epoch.
    pub expiry: UnixSeconds,
    /// The bank's epoch at the venue.
    pub epoch: Units,
    /// Number that the bank has not used.
    pub nonce: Units,
    /// EIP-712 signature of the bank.
    pub signature: Bytes,
}

/// All that a lock binds, and what the banks call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// [`TERMS_SCHEMA`].
    pub schema: String,
    /// UETR.
    pub uetr: Uetr,
    /// End-to-end id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<EndToEndId>,
    /// Chain that it is locked on.
    pub source: ChainId,
    /// Chain that it is executed on.
    pub destination: ChainId,
    /// Last time at which it may be executed, in seconds since the epoch.
    pub deadline: UnixSeconds,
    /// Gas that the venue is given at least.
    pub min_gas: u64,
    /// Account that locks it.
    pub sender: Address,
    /// Account on the source that gets what comes back.
    pub beneficiary: Address,
    /// Account on the source that gets back what was given, if it does not happen.
    pub refund_to: Address,
    /// Account on L1 that is paid instead of either if the source stops for good.
    pub l1_recipient: Address,
    /// Account that must be the venue's other party; anyone where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Address>,
    /// Signature of the sender over all but the quote; see [`proposal`](super::proposal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Bytes>,
    /// What is given.
    pub given: Given,
    /// What is wanted.
    pub wanted: Wanted,
    /// Where the one becomes the other.
    pub venue: Venue,
    /// The other bank's quote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<SignedQuote>,
}

/// Terms that cannot be read, or not be locked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// It is no such file.
    #[error("{0}")]
    Malformed(String),
    /// It is of another version.
    #[error("schema is `{0}`; this release reads {TERMS_SCHEMA}")]
    Schema(String),
    /// Both ends are one chain.
    #[error("source and destination are one chain, {0}; name two")]
    OneChain(ChainId),
    /// Nothing is given, or wanted.
    #[error("{0} is 0; write how much")]
    Nothing(&'static str),
    /// Somebody is not named.
    #[error("{0} is the zero address; name an account")]
    Nobody(&'static str),
    /// The venue has no quote to go by.
    #[error(
        "the venue pays quotes, and the file has none; have the other bank add one with `causeway swap quote`"
    )]
    NoQuote,
    /// There is a quote, for a venue that knows none.
    #[error(
        "the file has a quote, and the venue is no venue for quotes; remove [quote], or set venue.kind = \"quote\""
    )]
    ForeignQuote,
}

impl From<serde_json::Error> for TermsError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl TermsError {
    /// What of the terms it is about, as a JSON pointer (RFC 6901); empty for all of them.
    pub fn pointer(&self) -> String {
        match self {
            Self::Malformed(_) => String::new(),
            Self::Schema(_) => "/schema".to_owned(),
            Self::OneChain(_) => "/destination".to_owned(),
            Self::Nothing(name) | Self::Nobody(name) => format!("/{}", name.replace('.', "/")),
            Self::NoQuote | Self::ForeignQuote => "/quote".to_owned(),
        }
    }
}

impl Terms {
    /// Reads a file: JSON where it starts with a brace, else TOML.
    ///
    /// # Errors
    /// It is no such file, or of another version, or says nothing that can be locked.
    pub fn read(text: &str) -> Result<Self, TermsError> {
        let malformed = |reason: String| TermsError::Malformed(reason);
        let terms: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text)?
        } else {
            toml::from_str(text).map_err(|error| malformed(error.to_string()))?
        };
        terms.check()?;
        Ok(terms)
    }

    /// The file, as TOML.
    pub fn to_toml(&self) -> Result<String, TermsError> {
        toml::to_string(self).map_err(|error| TermsError::Malformed(error.to_string()))
    }

    /// Whether the terms say something.
    pub fn check(&self) -> Result<(), TermsError> {
        if self.schema != TERMS_SCHEMA {
            return Err(TermsError::Schema(self.schema.clone()));
        }
        if self.source == self.destination {
            return Err(TermsError::OneChain(self.source));
        }
        let amounts = [
            ("given.amount", self.given.amount),
            ("wanted.minimum", self.wanted.minimum),
        ];
        if let Some((name, _)) = amounts.into_iter().find(|(_, amount)| amount.0.is_zero()) {
            return Err(TermsError::Nothing(name));
        }
        let accounts = [
            ("sender", self.sender),
            ("beneficiary", self.beneficiary),
            ("refund_to", self.refund_to),
            ("l1_recipient", self.l1_recipient),
            ("given.token", self.given.token),
            ("wanted.token", self.wanted.token),
            ("venue.address", self.venue.address),
        ];
        if let Some((name, _)) = accounts.into_iter().find(|(_, account)| account.is_zero()) {
            return Err(TermsError::Nobody(name));
        }
        match self.misfit() {
            Some(misfit) => Err(TermsError::Malformed(misfit)),
            None => Ok(()),
        }
    }

    /// What no token, or no venue of its kind, could fulfil.
    fn misfit(&self) -> Option<String> {
        let (given, wanted) = (&self.given, &self.wanted);
        let legs = [
            (
                "given",
                given.token,
                given.kind,
                given.token_id,
                given.amount,
            ),
            (
                "wanted",
                wanted.token,
                wanted.kind,
                wanted.token_id,
                wanted.minimum,
            ),
        ];
        for (leg, token, kind, id, amount) in legs {
            match kind {
                TokenKind::Fungible if !id.0.is_zero() => {
                    return Some(format!(
                        "{leg}: a fungible token has no token_id; name another kind, or leave it out"
                    ));
                }
                TokenKind::Nft if amount.0 != U256::ONE => {
                    return Some(format!("{leg}: of an ERC-721 token there is 1; write that"));
                }
                TokenKind::Nft | TokenKind::Multi if token == ETHER => {
                    return Some(format!(
                        "{leg}: the base token is fungible; name no other kind"
                    ));
                }
                _ => {}
            }
        }
        if self.venue.kind == VenueKind::Other {
            return None;
        }
        if !self.venue.data.is_empty() {
            return Some("a venue for quotes is told the quote alone; leave the venue's data out, or name its kind `other`".to_owned());
        }
        let is_payable = wanted.kind == TokenKind::Fungible && wanted.token != ETHER;
        (!is_payable).then(|| "a venue for quotes pays in ERC-20 tokens; want one, or trade at another kind of venue".to_owned())
    }

    /// What tells these terms from all others.
    pub fn order_hash(&self) -> Result<B256, TermsError> {
        Ok(keccak256(serde_json::to_vec(self)?))
    }

    /// What the banks call it, with the key of the order.
    pub fn names(&self, key: String) -> SwapNames {
        SwapNames {
            uetr: Some(self.uetr.clone()),
            end_to_end: self.end_to_end_id.clone(),
            key: Some(key),
        }
    }

    /// Whether the base token of the source is given.
    pub fn gives_base(&self) -> bool {
        self.given.token == ETHER
    }

    /// What the contract is asked to lock.
    ///
    /// # Errors
    /// A quote is missing, or is not for this venue.
    pub fn to_lock(&self) -> Result<SwapTerms, TermsError> {
        Ok(SwapTerms {
            destinationChainId: U256::from(self.destination),
            token: self.given.token,
            kind: self.given.kind.into(),
            tokenId: self.given.token_id.0,
            amount: self.given.amount.0,
            venue: self.venue.address,
            venueData: self.venue_data()?,
            wanted: self.wanted.asset(),
            wantedTokenId: self.wanted.token_id.0,
            minReturned: self.wanted.minimum.0,
            beneficiary: self.beneficiary,
            refundTo: self.refund_to,
            l1Recipient: self.l1_recipient,
            counterparty: self.counterparty.unwrap_or_default(),
            deadline: self.deadline,
            minGas: self.min_gas,
        })
    }

    fn venue_data(&self) -> Result<Bytes, TermsError> {
        match (self.venue.kind, &self.quote) {
            (VenueKind::Quote, Some(quote)) => {
                let data = (self.quoted(quote), quote.signature.clone());
                Ok(data.abi_encode_params().into())
            }
            (VenueKind::Quote, None) => Err(TermsError::NoQuote),
            (VenueKind::Other, None) => Ok(self.venue.data.clone()),
            (VenueKind::Other, Some(_)) => Err(TermsError::ForeignQuote),
        }
    }

    /// What a bank signs for these terms: it can be taken by their sender, from their source.
    pub fn quoted(&self, quote: &SignedQuote) -> Quote {
        Quote {
            bank: quote.bank,
            takerChainId: U256::from(self.source),
            taker: self.sender,
            tokenIn: quote.token_in,
            kindIn: self.given.kind.into(),
            tokenIdIn: self.given.token_id.0,
            amountIn: self.given.amount.0,
            tokenOut: quote.token_out,
            amountOut: quote.amount_out.0,
            recipient: quote.recipient,
            expiry: quote.expiry,
            epoch: quote.epoch.0,
            nonce: quote.nonce.0,
        }
    }
}

#[cfg(test)]
#[path = "terms_tests.rs"]
pub(crate) mod tests;
