//! The chains that a command is about.

use std::num::{NonZeroU64, ParseIntError};
use std::time::Duration;

use super::exit::{Exit, Failure};
use crate::app::{Chains, check_chain};
use crate::bundle::Network;
use crate::checks::{Finding, Target};
use crate::config::{ChainConfig, Config};
use crate::model::ChainId;
use crate::view::ChainNames;

/// Reads a number of seconds.
pub(super) fn seconds(text: &str) -> Result<Duration, ParseIntError> {
    text.parse().map(Duration::from_secs)
}

/// Reads a number of seconds, at least one.
pub(super) fn some_seconds(text: &str) -> Result<Duration, ParseIntError> {
    let number: NonZeroU64 = text.parse()?;
    Ok(Duration::from_secs(number.get()))
}

/// The network, after a look at the chains that are needed.
pub(super) async fn open(config: &Config, needed: &[ChainId]) -> Result<Network, Failure> {
    check(config, &Chains::open(config)?, |chain| {
        needed.contains(&chain)
    })
    .await?;
    Ok(Network::open(config)?)
}

/// Looks at the chains that are needed: those of another network say nothing.
pub(super) async fn check(
    config: &Config,
    chains: &Chains,
    is_needed: impl Fn(ChainId) -> bool,
) -> Result<(), Failure> {
    let mut targets = vec![Target::from(&config.l1)];
    targets.extend(config.chains.values().map(Target::from));
    for target in targets.iter().filter(|target| is_needed(target.chain_id)) {
        let Some(chain) = chains.get(target.chain_id) else {
            continue;
        };
        let findings = check_chain(chain, target).await;
        if let Some(finding) = findings
            .iter()
            .find(|finding| Finding::forbids_start(finding))
        {
            return Err(Failure::new(Exit::Refused, finding.to_string()));
        }
    }
    Ok(())
}

pub(super) fn find_chain<'a>(config: &'a Config, word: &str) -> Result<&'a ChainConfig, Failure> {
    let names = ChainNames::from(config);
    let unknown = || {
        let chains = config.chains.values();
        let known: Vec<_> = chains.map(|chain| chain.name.as_str()).collect();
        let text = format!(
            "there is no chain `{word}` here; name the id of one, or {}",
            known.join(", ")
        );
        Failure::new(Exit::NotFound, text)
    };
    names
        .find(word)
        .and_then(|id| config.chain(id))
        .ok_or_else(unknown)
}

/// Id of a chain by name or id; L1 is `l1` or its id.
pub(super) fn find_place(config: &Config, word: &str) -> Result<ChainId, Failure> {
    let l1 = config.l1.evm.chain_id;
    if word.eq_ignore_ascii_case("l1") || word == l1.to_string() {
        return Ok(l1);
    }
    Ok(find_chain(config, word)?.evm.chain_id)
}
