//! `causeway token`.

mod report;
mod supply;

use std::path::Path;
use std::str::FromStr;

use alloy::primitives::Address;
use causeway_bindings::ETHER;
use clap::Subcommand;

use super::exit::Failure;
use super::issuer;
use super::output::Output;
use crate::config::Config;

/// Commands about tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Show where every unit of a token is, and whether the sum holds
    Supply(supply::SupplyArgs),
    #[command(flatten)]
    Issuer(issuer::IssuerCommand),
}

/// A chain and a token of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TokenName {
    chain: String,
    token: Address,
}

impl FromStr for TokenName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once(':').filter(|(chain, _)| !chain.is_empty());
        let (chain, token) =
            parts.ok_or("give a chain and a token, such as alpha:0x… or L1:base")?;
        let token = match token {
            "base" => ETHER,
            address => address
                .parse()
                .map_err(|error| format!("`{address}` is no address: {error}"))?,
        };
        Ok(Self {
            chain: chain.to_owned(),
            token,
        })
    }
}

pub(super) async fn run(path: &Path, command: TokenCommand, output: Output) -> Result<(), Failure> {
    match command {
        TokenCommand::Supply(args) => supply::run(&Config::load(path)?, args, output).await,
        TokenCommand::Issuer(command) => issuer::run(path, command, output).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_named_by_chain_and_address() {
        let word = "0x00000000000000000000000000000000000000aa";
        let name: TokenName = format!("alpha:{word}").parse().unwrap();
        assert_eq!(name.chain, "alpha");
        assert_eq!(name.token, word.parse::<Address>().unwrap());
        let base: TokenName = "271:base".parse().unwrap();
        assert_eq!((base.chain.as_str(), base.token), ("271", ETHER));
    }

    #[test]
    fn what_names_no_token_is_refused_with_what_to_give() {
        for text in ["base", ":base", "alpha", "alpha:0x12", "alpha:"] {
            let error = text.parse::<TokenName>().unwrap_err();
            assert!(
                error.contains("L1:base") || error.contains("is no address"),
                "{text}: {error}"
            );
        }
    }
}
