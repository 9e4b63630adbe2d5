//! Token lists: what wallets read to know tokens by name, in the format of Uniswap's token lists, signed.
//!
//! The format has no place for a signature, so it stands in a file of its own: 65 bytes in hex, made with EIP-191 over the
//! bytes of the list as they are. A list and its signature can be copied anywhere; nobody has to agree on a spelling of JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, Signature},
    signers::{SignerSync, local::PrivateKeySigner},
};
use serde::{Deserialize, Serialize, Serializer};

use crate::model::ChainId;

/// Largest list that is read, in bytes.
const MAX_LIST: u64 = 8 * 1024 * 1024;
/// Most other chains that the format lets one entry name.
const MOST_BRIDGED: usize = 10;
/// Longest name of a list, name of a token, and symbol, in characters.
const LONGEST: [(&str, usize); 3] = [("the list's name", 20), ("a name", 60), ("a symbol", 20)];

/// Why a list, or its signature, is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// A file cannot be read or written, or holds something else.
    #[error("{}: {reason}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A text does not fit the format.
    #[error("{text:?} is no text that token lists take for {what}: {reason}")]
    Text {
        /// What it is for.
        what: String,
        /// The text.
        text: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The key did not sign.
    #[error("the key did not sign: {0}")]
    Signer(String),
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenList {
    /// What it is called.
    pub name: String,
    /// When it was made, as in RFC 3339.
    pub timestamp: String,
    /// Its version.
    pub version: ListVersion,
    /// Its tokens.
    pub tokens: Vec<TokenEntry>,
}

/// Version of a list: a token removed, added, or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListVersion {
    /// Grows when a token is removed.
    pub major: u32,
    /// Grows when a token is added.
    pub minor: u32,
    /// Grows with any other change.
    pub patch: u32,
}

/// A token on one chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TokenEntry {
    /// The chain.
    pub chain_id: ChainId,
    /// The token there.
    #[serde(serialize_with = "checksummed")]
    pub address: Address,
    /// What it calls itself.
    pub name: String,
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// Where else it is.
    pub extensions: Extensions,
}

/// Where else a token is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Extensions {
    /// By chain id: of a token at home what stands for it elsewhere, of any other its home.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bridge_info: BTreeMap<String, Bridged>,
    /// Id of the chain that the token was born on, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_chain_id: Option<ChainId>,
}

/// The token on another chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Bridged {
    /// Its address there.
    #[serde(serialize_with = "checksummed")]
    pub token_address: Address,
}

fn checksummed<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

/// What one chain says of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The chain.
    pub chain: ChainId,
    /// The token there.
    pub token: Address,
    /// Its name.
    pub name: String,
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
}

/// The entries of one token: at home first, then what stands for it, by chain.
pub fn entries(home: &Told, elsewhere: &[Told]) -> Vec<TokenEntry> {
    let bridged = |told: &Told| {
        let token_address = told.token;
        (told.chain.to_string(), Bridged { token_address })
    };
    let at_home = Extensions {
        bridge_info: elsewhere.iter().take(MOST_BRIDGED).map(bridged).collect(),
        home_chain_id: None,
    };
    let away = Extensions {
        bridge_info: [bridged(home)].into(),
        home_chain_id: Some(home.chain),
    };
    let first = std::iter::once((home, at_home));
    let rest = elsewhere.iter().map(|told| (told, away.clone()));
    let entry = |(told, extensions): (&Told, Extensions)| TokenEntry {
        chain_id: told.chain,
        address: told.token,
        name: told.name.clone(),
        symbol: told.symbol.clone(),
        decimals: told.decimals,
        extensions,
    };
    first.chain(rest).map(entry).collect()
}

impl TokenList {
    /// A list of these tokens.
    ///
    /// # Errors
    /// A text does not fit the format.
    pub fn new(
        name: &str,
        timestamp: String,
        version: ListVersion,
        tokens: Vec<TokenEntry>,
    ) -> Result<Self, ListError> {
        let [list, token, symbol] = LONGEST;
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ' ';
        check_text(list, name, is_word)?;
        for entry in &tokens {
            check_text(token, &entry.name, |c| !c.is_control())?;
            check_text(symbol, &entry.symbol, |c| {
                !c.is_control() && !c.is_whitespace()
            })?;
        }
        Ok(Self {
            name: name.to_owned(),
            timestamp,
            version,
            tokens,
        })
    }

    /// The tokens that it is about, by chain and address at home.
    pub fn assets(&self) -> BTreeSet<(ChainId, Address)> {
        let home = |entry: &TokenEntry| match entry.extensions.home_chain_id {
            None => Some((entry.chain_id, entry.address)),
            Some(home) => {
                let there = entry.extensions.bridge_info.get(&home.to_string())?;
                Some((home, there.token_address))
            }
        };
        self.tokens.iter().filter_map(home).collect()
    }
}

fn check_text(
    (what, longest): (&str, usize),
    text: &str,
    fits: impl Fn(char) -> bool,
) -> Result<(), ListError> {
    let reason = match text {
        "" => "it is empty",
        long if long.chars().count() > longest => "it is too long",
        other if !other.chars().all(fits) => "it has characters that lists do not take",
        _ => return Ok(()),
    };
    Err(ListError::Text {
        what: what.to_owned(),
        text: text.to_owned(),
        reason,
    })
}

/// A list as it stands in a file, with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedList {
    bytes: Vec<u8>,
    signature: Signature,
}

impl SignedList {
    /// Signs a list.
    pub fn sign(list: &TokenList, key: &PrivateKeySigner) -> Result<Self, ListError> {
        let failed = |reason: String| ListError::Signer(reason);
        // No line end at the end: a shell would strip it before somebody else verifies the text.
        let bytes = serde_json::to_vec_pretty(list).map_err(|error| failed(error.to_string()))?;
        let signature = key
            .sign_message_sync(&bytes)
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { bytes, signature })
    }

    /// Writes the list to `path` and its signature beside it.
    pub fn write(&self, path: &Path) -> Result<(), ListError> {
        let failed = |file: &Path, error: std::io::Error| fault(file, error.to_string());
        let beside = signature_path(path);
        std::fs::write(path, &self.bytes).map_err(|error| failed(path, error))?;
        std::fs::write(&beside, format!("{}\n", self.signature))
            .map_err(|error| failed(&beside, error))
    }

    /// Reads the list at `path` and the signature beside it.
    ///
    /// # Errors
    /// A file cannot be read, or the signature is none.
    pub fn read(path: &Path) -> Result<Self, ListError> {
        let bytes = read_bounded(path)?;
        let beside = signature_path(path);
        let text = String::from_utf8_lossy(&read_bounded(&beside)?).into_owned();
        let signature = text.trim().parse().map_err(|_| {
            fault(
                &beside,
                "it holds no signature of 65 bytes in hex".to_owned(),
            )
        })?;
        Ok(Self { bytes, signature })
    }

    /// The account that signed.
    pub fn signer(&self) -> Option<Address> {
        self.signature.recover_address_from_msg(&self.bytes).ok()
    }

    /// The list in the file at `path`.
    ///
    /// # Errors
    /// The field that does not read.
    pub fn list(&self, path: &Path) -> Result<TokenList, ListError> {
        let mut reader = serde_json::Deserializer::from_slice(&self.bytes);
        serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| fault(path, format!("field `{}`: {}", error.path(), error.inner())))
    }
}

/// Where the signature of the list at `path` stands.
pub fn signature_path(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sig");
    beside.into()
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, ListError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| {
            file.take(MAX_LIST.saturating_add(1))
                .read_to_end(&mut bytes)
        })
        .map_err(|error| fault(path, error.to_string()))?;
    match u64::try_from(bytes.len()) {
        Ok(size) if size <= MAX_LIST => Ok(bytes),
        _ => Err(fault(path, format!("larger than {MAX_LIST} bytes"))),
    }
}

fn fault(file: &Path, reason: String) -> ListError {
    ListError::File {
        file: file.to_owned(),
        reason,
    }
}

/// Where a list and the chains say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The chain.
    pub chain: ChainId,
    /// The token.
    pub token: Address,
    /// What the list has.
    pub listed: String,
    /// What the chain has.
    pub found: String,
}

/// Compares what a list has with what the chains have.
pub fn disagreements(listed: &[TokenEntry], found: &[TokenEntry]) -> Vec<Disagreement> {
    let place = |entry: &TokenEntry| (entry.chain_id, entry.address);
    let chains: BTreeMap<_, _> = found.iter().map(|entry| (place(entry), entry)).collect();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for entry in listed {
        let says = |listed: String, found: String| Disagreement {
            chain: entry.chain_id,
            token: entry.address,
            listed,
            found,
        };
        if !seen.insert(place(entry)) {
            all.push(says("twice".to_owned(), "one token".to_owned()));
            continue;
        }
        match chains.get(&place(entry)) {
            None => all.push(says("a token".to_owned(), "no such token".to_owned())),
            Some(found) => {
                let differing = fields(entry).into_iter().zip(fields(found));
                let differing = differing.filter(|(listed, found)| listed != found);
                all.extend(differing.map(|(listed, found)| says(listed, found)));
            }
        }
    }
    let missing = found.iter().filter(|entry| !seen.contains(&place(entry)));
    all.extend(missing.map(|entry| Disagreement {
        chain: entry.chain_id,
        token: entry.address,
        listed: "nothing".to_owned(),
        found: format!("{} stands there", entry.symbol),
    }));
    all
}

fn fields(entry: &TokenEntry) -> Vec<String> {
    let Extensions {
        bridge_info,
        home_chain_id,
    } = &entry.extensions;
    let elsewhere: Vec<_> = bridge_info
        .iter()
        .map(|(chain, there)| format!("{chain}:{}", there.token_address))
        .collect();
    let home = home_chain_id.map_or_else(|| "here".to_owned(), |home| home.to_string());
    vec![
        format!("name {}", entry.name),
        format!("symbol {}", entry.symbol),
        format!("decimals {}", entry.decimals),
        format!("home {home}"),
        format!("elsewhere {}", elsewhere.join(" ")),
    ]
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
