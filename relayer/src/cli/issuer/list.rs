//! `causeway token list` and `causeway token verify-list`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use alloy::primitives::Address;
use causeway_bindings::AssetKind;
use serde::Serialize;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use super::{ListArgs, VerifyListArgs};
use crate::bundle::Network;
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::open;
use crate::cli::output::{Output, Report, fields, table};
use crate::cli::signing::Signer;
use crate::config::Config;
use crate::model::ChainId;
use crate::tokens::{
    Disagreement, IssuerError, ListVersion, SignedList, TokenEntry, TokenFile, TokenList,
    disagreements, signature_path, tell,
};
use crate::view::{ChainNames, ChainView};

/// Reads a version such as `1.0.0`.
pub(super) fn version(text: &str) -> Result<ListVersion, String> {
    let parts: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
    match parts.as_deref() {
        Ok([major, minor, patch]) => Ok(ListVersion {
            major: *major,
            minor: *minor,
            patch: *patch,
        }),
        _ => Err("give three numbers, such as 1.0.0".to_owned()),
    }
}

pub(super) async fn write(config: &Config, args: ListArgs, output: Output) -> Result<(), Failure> {
    let names = ChainNames::from(config);
    let mut assets = BTreeSet::new();
    for path in &args.file {
        let file =
            TokenFile::read(path, &names, config.l1.evm.chain_id).map_err(IssuerError::from)?;
        let (home, token, kind) = file.token();
        if kind != AssetKind::Fungible {
            let text = format!(
                "{}: only fungible tokens get on a token list; leave the file out",
                path.display()
            );
            return Err(Failure::new(Exit::BadFile, text));
        }
        assets.insert((home, token));
    }
    let signer = Signer::load(config, &args.signer)?;
    let network = whole(config).await?;
    let mut tokens = Vec::new();
    for (home, token) in assets {
        tokens.extend(tell(&network, home, token).await?);
    }
    let list =
        TokenList::new(&args.name, now()?, args.list_version, tokens).map_err(IssuerError::from)?;
    let signed = SignedList::sign(&list, signer.key()).map_err(IssuerError::from)?;
    signed.write(&args.out).map_err(IssuerError::from)?;
    output.print(&Written {
        schema: "causeway.token-list/v1",
        signature: signature_path(&args.out),
        file: args.out,
        signer: signer.address(),
        tokens: list.tokens.len(),
    })
}

pub(super) async fn verify(
    config: &Config,
    args: VerifyListArgs,
    output: Output,
) -> Result<(), Failure> {
    let signed = SignedList::read(&args.list).map_err(IssuerError::from)?;
    let list = signed.list(&args.list).map_err(IssuerError::from)?;
    let network = whole(config).await?;
    let found = found(&network, &list).await?;
    let names = ChainNames::from(config);
    let disagreements = disagreements(&list.tokens, &found);
    let signed_by = signed.signer();
    let report = Verified {
        schema: "causeway.token-list-check/v1",
        file: args.list,
        wanted_signer: args.signer,
        signed_by,
        is_signed: signed_by == Some(args.signer),
        tokens: list.tokens.len(),
        disagreements: disagreements
            .into_iter()
            .map(|said| Row::new(said, &names))
            .collect(),
    };
    output.print(&report)?;
    report.conclude()
}

/// What the chains say of the tokens of a list. A token that is none on its chain is not found.
async fn found(network: &Network, list: &TokenList) -> Result<Vec<TokenEntry>, IssuerError> {
    let mut found = Vec::new();
    for (home, token) in list.assets() {
        match tell(network, home, token).await {
            Ok(entries) => found.extend(entries),
            Err(
                IssuerError::NoToken { .. }
                | IssuerError::NotHome { .. }
                | IssuerError::OtherKind { .. }
                | IssuerError::Silent { .. },
            ) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// A token may stand on any chain.
async fn whole(config: &Config) -> Result<Network, Failure> {
    let chains = config.chains.values().map(|chain| chain.evm.chain_id);
    let all: Vec<ChainId> = chains.chain([config.l1.evm.chain_id]).collect();
    open(config, &all).await
}

/// Now, as in RFC 3339.
fn now() -> Result<String, Failure> {
    let mut text = String::new();
    SystemTime
        .format_time(&mut Writer::new(&mut text))
        .map_err(|error| Failure::new(Exit::Unexpected, error.to_string()))?;
    Ok(text)
}

/// A list was written.
#[derive(Serialize)]
struct Written {
    schema: &'static str,
    file: PathBuf,
    signature: PathBuf,
    signer: Address,
    tokens: usize,
}

impl Report for Written {
    fn table(&self) -> String {
        fields(&[
            (
                "list",
                format!("{}: {} tokens", self.file.display(), self.tokens),
            ),
            ("signature", self.signature.display().to_string()),
            ("signer", self.signer.to_string()),
        ])
    }
}

/// What a list is worth.
#[derive(Serialize)]
struct Verified {
    schema: &'static str,
    file: PathBuf,
    wanted_signer: Address,
    signed_by: Option<Address>,
    is_signed: bool,
    tokens: usize,
    disagreements: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    chain: ChainView,
    token: Address,
    listed: String,
    found: String,
}

impl Row {
    fn new(said: Disagreement, names: &ChainNames) -> Self {
        Self {
            chain: ChainView {
                chain_id: said.chain,
                name: names.name(said.chain),
            },
            token: said.token,
            listed: said.listed,
            found: said.found,
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.chain.name.clone(),
            self.token.to_string(),
            self.listed.clone(),
            self.found.clone(),
        ]
    }
}

impl Verified {
    fn conclude(&self) -> Result<(), Failure> {
        let mut reasons = Vec::new();
        if !self.is_signed {
            let signed_by = self
                .signed_by
                .map_or("nobody".to_owned(), |by| by.to_string());
            let wanted = self.wanted_signer;
            reasons.push(format!(
                "the list is signed by {signed_by}, not by {wanted}"
            ));
        }
        match self.disagreements.len() {
            0 => {}
            1 => reasons.push("the chains disagree with the list in 1 place".to_owned()),
            count => reasons.push(format!(
                "the chains disagree with the list in {count} places"
            )),
        }
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(Failure::new(Exit::CheckFailed, reasons.join("; "))),
        }
    }
}

impl Report for Verified {
    fn table(&self) -> String {
        let signature = match self.is_signed {
            true => format!("of {}", self.wanted_signer),
            false => "NOT of the signer named".to_owned(),
        };
        let head = fields(&[
            (
                "list",
                format!("{}: {} tokens", self.file.display(), self.tokens),
            ),
            ("signature", signature),
        ]);
        if self.disagreements.is_empty() {
            return format!("{head}\n\nthe chains agree with every entry");
        }
        let rows = self.disagreements.iter().map(Row::cells);
        format!(
            "{head}\n\n{}",
            table(&["chain", "token", "list", "chain says"], rows)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers() {
        let one = ListVersion {
            major: 1,
            minor: 20,
            patch: 3,
        };
        assert_eq!(version("1.20.3"), Ok(one));
        for text in ["", "1", "1.2", "1.2.3.4", "a.b.c", "-1.0.0", "1.0.0 "] {
            assert!(version(text).is_err(), "{text:?} is taken");
        }
    }

    #[test]
    fn now_is_a_date_and_a_time() {
        let now = now().unwrap();
        assert!(
            now.starts_with("20") && now.ends_with('Z') && now.contains('T'),
            "{now}"
        );
    }
}
