//! What a configuration means, checked as a whole: every problem is reported, each with what to change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy::primitives::Address;

use super::error::{ConfigError, Problem};
use super::file::{
    ApiSection, ChainContractsSection, ChainSection, ConfigFile, FinalitySection,
    L1ContractsSection,
};
use super::parse::Source;
use super::secret::RpcUrl;
use super::{ApiConfig, ChainConfig, ChainContracts, Config, L1Config, Reading};
use crate::chain::{EvmSettings, FinalityRule, RpcSettings};
use crate::model::ChainId;

const WEI_PER_GWEI: u128 = 1_000_000_000;

pub(super) fn check(
    source: &Source<'_>,
    file: &ConfigFile,
    directory: &Path,
) -> Result<Config, ConfigError> {
    let mut check = Check {
        source,
        file,
        directory,
        problems: Vec::new(),
    };
    let config = check.config();
    match config {
        Some(config) if check.problems.is_empty() => Ok(config),
        _ => Err(source.invalid(check.problems)),
    }
}

pub(super) struct Check<'a> {
    source: &'a Source<'a>,
    pub(super) file: &'a ConfigFile,
    directory: &'a Path,
    problems: Vec<Problem>,
}

impl Check<'_> {
    pub(super) fn refuse(&mut self, key: &str, what: impl Into<String>, fix: impl Into<String>) {
        let place = self.source.locate(key);
        self.problems.push(Problem {
            place,
            key: Some(key.to_owned()),
            what: what.into(),
            fix: fix.into(),
        });
    }

    /// Everything is looked at, so that all problems are reported at once.
    fn config(&mut self) -> Option<Config> {
        let file = self.file;
        let api = self.api(&file.api);
        let l1 = self.l1();
        let chains = self.chains();
        self.check_chain_ids();
        let signers = self.signers();
        let relay = file.relay.as_ref().map(|relay| self.relay(relay));
        let operators = self.operators();
        let attesters = self.attesters();
        let supply = file.supply.as_ref().map(|supply| self.supply(supply));
        let swap = file.swap.as_ref().map(|swap| self.swap(swap));
        self.check_one_sender_per_key();
        let works = !file.operators.is_empty() || !file.attesters.is_empty();
        if relay.is_none() && supply.is_none() && !works {
            self.refuse(
                "relay",
                "there is neither a relay, nor an operator, nor an attester, nor a watch of the supply",
                "add [relay], [operators.<chain>], [attesters.<chain>], or [supply]",
            );
        }
        Some(Config {
            devnet: file.network.devnet,
            store: self.resolve(&file.store.path),
            api,
            log: file.log.clone(),
            l1,
            chains: chains?,
            relay,
            operators,
            attesters,
            supply,
            swap,
            signers,
        })
    }

    pub(super) fn resolve(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    fn api(&mut self, api: &ApiSection) -> ApiConfig {
        if !api.listen.ip().is_loopback() && api.token_file.is_none() {
            self.refuse(
                "api.listen",
                format!(
                    "{} can be reached from other machines and there is no token",
                    api.listen
                ),
                "listen on 127.0.0.1, or name a file with a token in api.token_file",
            );
        }
        ApiConfig {
            listen: api.listen,
            token_file: api.token_file.as_deref().map(|path| self.resolve(path)),
        }
    }

    fn l1(&mut self) -> L1Config {
        let l1 = &self.file.l1;
        let evm = self.evm(
            "l1",
            l1.chain_id,
            &l1.rpc_urls,
            l1.rpc_agreement,
            l1.rpc_deadline_ms,
            l1.finality,
        );
        let reading = self.reading(
            "l1",
            l1.poll_interval_ms,
            l1.start_block,
            l1.log_page_blocks,
        );
        let max_fee_per_gas = self.max_fee("l1", l1.max_fee_gwei);
        let L1ContractsSection {
            settlement,
            message_root,
            priority_queue,
            chain_registry,
            verifier_registry,
            asset_ledger,
            shared_bridge,
            swap_registry,
            authority,
        } = l1.contracts;
        self.check_addresses(
            "l1.contracts",
            &[
                ("settlement", settlement),
                ("message_root", message_root),
                ("priority_queue", priority_queue),
                ("chain_registry", chain_registry),
                ("verifier_registry", verifier_registry),
                ("asset_ledger", asset_ledger),
                ("shared_bridge", shared_bridge),
                ("swap_registry", swap_registry),
                ("authority", authority),
            ],
        );
        L1Config {
            evm,
            reading,
            max_fee_per_gas,
            contracts: l1.contracts,
        }
    }

    fn chains(&mut self) -> Option<BTreeMap<String, ChainConfig>> {
        let file = self.file;
        if file.chains.is_empty() {
            self.refuse("chains", "there is no chain", "add [chains.<name>]");
        }
        let chains: Vec<_> = file
            .chains
            .iter()
            .map(|(name, chain)| self.chain(name, chain))
            .collect();
        let chains: Option<Vec<_>> = chains.into_iter().collect();
        Some(
            chains?
                .into_iter()
                .map(|chain| (chain.name.clone(), chain))
                .collect(),
        )
    }

    fn chain(&mut self, name: &str, chain: &ChainSection) -> Option<ChainConfig> {
        let key = format!("chains.{name}");
        let evm = self.evm(
            &key,
            chain.chain_id,
            &chain.rpc_urls,
            chain.rpc_agreement,
            chain.rpc_deadline_ms,
            chain.finality,
        );
        let reading = self.reading(
            &key,
            chain.poll_interval_ms,
            chain.start_block,
            chain.log_page_blocks,
        );
        let max_fee_per_gas = self.max_fee(&key, chain.max_fee_gwei);
        let contracts = self.chain_contracts(&key, &chain.contracts)?;
        Some(ChainConfig {
            name: name.to_owned(),
            evm,
            reading,
            max_fee_per_gas,
            contracts,
        })
    }

    fn chain_contracts(
        &mut self,
        key: &str,
        own: &ChainContractsSection,
    ) -> Option<ChainContracts> {
        let key = format!("{key}.contracts");
        let network = &self.file.network.contracts;
        let outbox = self.address(&key, "outbox", own.outbox.or(network.outbox));
        let inbox = self.address(&key, "inbox", own.inbox.or(network.inbox));
        let center = self.address(&key, "center", own.center.or(network.center));
        let handler = self.address(&key, "handler", own.handler.or(network.handler));
        let vault = self.address(&key, "vault", own.vault.or(network.vault));
        let swap = self.address(&key, "swap", own.swap.or(network.swap));
        let authority = self.address(&key, "authority", own.authority.or(network.authority));
        let contracts = ChainContracts {
            outbox: outbox?,
            inbox: inbox?,
            center: center?,
            handler: handler?,
            vault: vault?,
            swap: swap?,
            authority: authority?,
        };
        self.check_addresses(
            &key,
            &[
                ("outbox", contracts.outbox),
                ("inbox", contracts.inbox),
                ("center", contracts.center),
                ("handler", contracts.handler),
                ("vault", contracts.vault),
                ("swap", contracts.swap),
                ("authority", contracts.authority),
            ],
        );
        Some(contracts)
    }

    fn address(&mut self, key: &str, name: &str, address: Option<Address>) -> Option<Address> {
        if address.is_none() {
            self.refuse(
                &format!("{key}.{name}"),
                "the address is missing",
                format!("add it here, or network.contracts.{name} for all chains"),
            );
        }
        address
    }

    fn check_addresses(&mut self, key: &str, addresses: &[(&str, Address)]) {
        for (index, (name, address)) in addresses.iter().enumerate() {
            if address.is_zero() {
                self.refuse(
                    &format!("{key}.{name}"),
                    "0 is no contract",
                    "give the contract's address",
                );
            } else if let Some((other, _)) = addresses
                .iter()
                .take(index)
                .find(|(other, known)| known == address && !one_contract(other, name))
            {
                self.refuse(
                    &format!("{key}.{name}"),
                    format!("{address} is also {other}"),
                    "two contracts never share an address: correct one of them",
                );
            }
        }
    }

    fn evm(
        &mut self,
        key: &str,
        chain_id: ChainId,
        urls: &[RpcUrl],
        agreement: Option<usize>,
        deadline_ms: u64,
        finality: FinalitySection,
    ) -> EvmSettings {
        if chain_id == 0 {
            self.refuse(
                &format!("{key}.chain_id"),
                "0 is no chain id",
                "give the chain's EIP-155 id",
            );
        }
        if urls.is_empty() {
            self.refuse(
                &format!("{key}.rpc_urls"),
                "there is no RPC",
                "give at least one URL",
            );
        }
        for problem in urls.iter().filter_map(RpcUrl::problem) {
            self.refuse(
                &format!("{key}.rpc_urls"),
                problem,
                "give URLs like http://127.0.0.1:8545",
            );
        }
        if let Some(agreement) = agreement.filter(|count| !(1..=urls.len().max(1)).contains(count))
        {
            self.refuse(
                &format!("{key}.rpc_agreement"),
                format!("{agreement} of {} RPCs cannot agree", urls.len()),
                "give a number from 1 to the number of RPCs",
            );
        }
        if deadline_ms == 0 {
            self.refuse(
                &format!("{key}.rpc_deadline_ms"),
                "0 leaves a call no time",
                "give milliseconds, such as 10000",
            );
        }
        EvmSettings {
            chain_id,
            rpc: RpcSettings {
                urls: urls.iter().map(|url| url.expose().to_owned()).collect(),
                agreement: agreement.unwrap_or_else(|| RpcSettings::majority(urls.len())),
                deadline: Duration::from_millis(deadline_ms),
            },
            finality: match finality {
                FinalitySection::Tag(_) => FinalityRule::Tag,
                FinalitySection::Depth(depth) => FinalityRule::Depth(depth.depth),
            },
        }
    }

    fn reading(
        &mut self,
        key: &str,
        poll_interval_ms: u64,
        start_block: u64,
        log_page_blocks: u64,
    ) -> Reading {
        if poll_interval_ms == 0 {
            self.refuse(
                &format!("{key}.poll_interval_ms"),
                "0 would never pause",
                "give milliseconds, such as 2000",
            );
        }
        if log_page_blocks == 0 {
            self.refuse(
                &format!("{key}.log_page_blocks"),
                "0 blocks hold no logs",
                "give a number of blocks, such as 2000",
            );
        }
        Reading {
            poll_interval: Duration::from_millis(poll_interval_ms),
            start_block,
            log_page_blocks,
        }
    }

    fn max_fee(&mut self, key: &str, gwei: u64) -> u128 {
        if gwei == 0 {
            self.refuse(
                &format!("{key}.max_fee_gwei"),
                "nothing can be sent for 0",
                "give a price in gwei, such as 500",
            );
        }
        u128::from(gwei).saturating_mul(WEI_PER_GWEI)
    }

    fn check_chain_ids(&mut self) {
        let mut seen = vec![("l1".to_owned(), self.file.l1.chain_id)];
        for (name, chain) in &self.file.chains {
            let key = format!("chains.{name}");
            if let Some((other, _)) = seen.iter().find(|(_, id)| *id == chain.chain_id) {
                let what = format!("{} is also the id of {other}", chain.chain_id);
                self.refuse(
                    &format!("{key}.chain_id"),
                    what,
                    "give each chain its own id",
                );
            }
            seen.push((key, chain.chain_id));
        }
    }
}

/// The interop center is its chain's outbox.
fn one_contract(first: &str, second: &str) -> bool {
    (first, second) == ("outbox", "center")
}
