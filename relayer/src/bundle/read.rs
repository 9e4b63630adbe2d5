//! Reading JSON word by word, so that a fault names the word.

use alloy::primitives::{Address, B256, Bytes};
use serde_json::{Map, Value};

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// It is another kind of file.
    #[error("`schema` is {found}, `{expected}` is needed here")]
    WrongSchema {
        /// What it says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A word is not there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A word is there and cannot be used.
    #[error("`{word}`: {why}")]
    Word {
        /// Which one.
        word: String,
        /// Why not.
        why: String,
    },
    /// A word that nobody knows.
    #[error("`{0}` is unknown; remove it")]
    Unknown(String),
}

/// An object whose words are taken out one by one.
pub(super) struct Words(Map<String, Value>);

impl Words {
    pub(super) fn parse(text: &str, schema: &'static str) -> Result<Self, FileFault> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| FileFault::NotJson(error.to_string()))?;
        let Value::Object(mut object) = value else {
            return Err(FileFault::NotJson("an object is needed".to_owned()));
        };
        let found = object
            .remove("schema")
            .map_or_else(|| "missing".to_owned(), |found| found.to_string());
        if found == format!("\"{schema}\"") {
            Ok(Self(object))
        } else {
            Err(FileFault::WrongSchema {
                found,
                expected: schema,
            })
        }
    }

    /// Every word must have been taken.
    pub(super) fn end(self) -> Result<(), FileFault> {
        self.0
            .into_iter()
            .next()
            .map_or(Ok(()), |(word, _)| Err(FileFault::Unknown(word)))
    }

    fn take(&mut self, word: &str) -> Result<Value, FileFault> {
        self.0
            .remove(word)
            .ok_or_else(|| FileFault::Missing(word.to_owned()))
    }

    pub(super) fn number(&mut self, word: &str) -> Result<u64, FileFault> {
        let value = self.take(word)?;
        value.as_u64().ok_or_else(|| {
            fault(
                word,
                format!("{value} is no whole number from 0 to 2^64 - 1"),
            )
        })
    }

    pub(super) fn hash(&mut self, word: &str) -> Result<B256, FileFault> {
        let value = self.take(word)?;
        hash(word, &value)
    }

    pub(super) fn address(&mut self, word: &str) -> Result<Address, FileFault> {
        let value = self.take(word)?;
        let bytes = bytes(word, &value)?;
        Address::try_from(bytes.as_ref()).map_err(|_| wrong_length(word, bytes.len(), 20))
    }

    pub(super) fn bytes(&mut self, word: &str) -> Result<Bytes, FileFault> {
        let value = self.take(word)?;
        bytes(word, &value)
    }

    pub(super) fn hashes(&mut self, word: &str) -> Result<Vec<B256>, FileFault> {
        let Value::Array(values) = self.take(word)? else {
            return Err(fault(word, "a list is needed"));
        };
        values
            .iter()
            .enumerate()
            .map(|(index, value)| hash(&format!("{word}[{index}]"), value))
            .collect()
    }
}

pub(super) fn fault(word: &str, why: impl Into<String>) -> FileFault {
    FileFault::Word {
        word: word.to_owned(),
        why: why.into(),
    }
}

fn wrong_length(word: &str, found: usize, needed: usize) -> FileFault {
    fault(word, format!("it has {found} bytes, {needed} are needed"))
}

fn hash(word: &str, value: &Value) -> Result<B256, FileFault> {
    let bytes = bytes(word, value)?;
    B256::try_from(bytes.as_ref()).map_err(|_| wrong_length(word, bytes.len(), 32))
}

fn bytes(word: &str, value: &Value) -> Result<Bytes, FileFault> {
    let Some(digits) = value.as_str().and_then(|text| text.strip_prefix("0x")) else {
        return Err(fault(
            word,
            format!("{value} is no hex string; write \"0x...\""),
        ));
    };
    alloy::hex::decode(digits)
        .map(Bytes::from)
        .map_err(|error| fault(word, error.to_string()))
}
