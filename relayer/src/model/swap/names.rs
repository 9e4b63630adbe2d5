//! What banks call a swap. None of it stands on a chain.

use std::fmt;
use std::str::FromStr;

use alloy::primitives::{FixedBytes, hex};
use serde::{Deserialize, Serialize};

/// Longest end-to-end id, in characters.
const END_TO_END_LENGTH: usize = 35;

/// Longest idempotency key, in characters.
const KEY_LENGTH: usize = 255;

/// What is not alphanumeric and may stand in an end-to-end id.
const OTHER_CHARACTERS: &str = "/-?:().,'+ ";

/// A name that ISO 20022, or this relayer, does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// No UETR.
    #[error(
        "`{0}` is no UETR: give a version 4 UUID in lower case, such as 2f3c8a52-6f0e-4b9d-9d0e-3f6a0c1b7e55"
    )]
    Uetr(String),
    /// No end-to-end id.
    #[error(
        "`{0}` is no end-to-end id: give 1 to 35 characters of a-z A-Z 0-9 / - ? : ( ) . , ' + and space, with no slash at either end and no two in a row"
    )]
    EndToEndId(String),
    /// No idempotency key.
    #[error("an idempotency key has 1 to 255 visible ASCII characters; use a UUID")]
    Key,
}

/// A unique end-to-end transaction reference: a version 4 UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uetr(String);

/// The reference that the initiating party gives, and that travels with the payment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndToEndId(String);

impl FromStr for Uetr {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let fits = text.len() == 36
            && text.bytes().enumerate().all(|(place, byte)| match place {
                8 | 13 | 18 | 23 => byte == b'-',
                14 => byte == b'4',
                19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
                _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            });
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadName::Uetr(text.to_owned()))
        }
    }
}

impl Uetr {
    /// A new one, which nobody else has.
    pub fn random() -> Self {
        let mut bytes = FixedBytes::<16>::random().0;
        // Version 4, of the variant of RFC 9562.
        let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
        *version = (*version & 0x0f) | 0x40;
        *variant = (*variant & 0x3f) | 0x80;
        let digits = hex::encode(bytes);
        let mut text = String::with_capacity(36);
        for (place, digit) in digits.chars().enumerate() {
            if matches!(place, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            text.push(digit);
        }
        Self(text)
    }
}

impl FromStr for EndToEndId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let known = |character: char| {
            character.is_ascii_alphanumeric() || OTHER_CHARACTERS.contains(character)
        };
        let fits = (1..=END_TO_END_LENGTH).contains(&text.len())
            && text.chars().all(known)
            && !text.starts_with('/')
            && !text.ends_with('/')
            && !text.contains("//")
            && text.trim() == text;
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadName::EndToEndId(text.to_owned()))
        }
    }
}

macro_rules! text_of {
    ($name:ty) => {
        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}
text_of!(Uetr);
text_of!(EndToEndId);

/// A name under which a swap is found, other than its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SwapName {
    /// By UETR.
    Uetr(Uetr),
    /// By end-to-end id.
    EndToEnd(EndToEndId),
    /// By the key that its order came with.
    Key(String),
}

impl SwapName {
    /// The name of an order.
    pub fn key(text: &str) -> Result<Self, BadName> {
        let fits = (1..=KEY_LENGTH).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            Ok(Self::Key(text.to_owned()))
        } else {
            Err(BadName::Key)
        }
    }
}

/// What the bank that ordered a swap calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapNames {
    /// UETR.
    pub uetr: Option<Uetr>,
    /// End-to-end id.
    pub end_to_end: Option<EndToEndId>,
    /// Idempotency key of the order.
    pub key: Option<String>,
}

impl SwapNames {
    /// Every name that there is.
    pub fn all(&self) -> Vec<SwapName> {
        let uetr = self.uetr.clone().map(SwapName::Uetr);
        let end_to_end = self.end_to_end.clone().map(SwapName::EndToEnd);
        let key = self.key.clone().map(SwapName::Key);
        [uetr, end_to_end, key].into_iter().flatten().collect()
    }
}
