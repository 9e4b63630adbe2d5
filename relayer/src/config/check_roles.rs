//! The part of the check that is about roles and their keys.

use std::collections::BTreeMap;
use std::time::Duration;

use super::check::Check;
use super::file::{OperatorSection, RelaySection, SignerSection, SupplySection};
use super::signer::SignerSource;
use super::{AttesterConfig, OperatorConfig, RelayConfig, RemoteAttesterConfig, SupplyConfig};
use crate::model::ChainId;

/// Most deliveries that fit one transaction.
const LARGEST_BATCH: usize = 32;

impl Check<'_> {
    pub(super) fn signers(&mut self) -> BTreeMap<String, SignerSource> {
        let file = self.file;
        let mut signers = BTreeMap::new();
        for (name, signer) in &file.signers {
            if let Some(source) = self.signer(name, signer) {
                signers.insert(name.clone(), source);
            }
        }
        signers
    }

    fn signer(&mut self, name: &str, signer: &SignerSection) -> Option<SignerSource> {
        let key = format!("signers.{name}");
        if signer.keystore.is_some() != signer.password_file.is_some() {
            self.refuse(
                &key,
                "a keystore and its password belong together",
                "give both keystore and password_file",
            );
            return None;
        }
        if signer.dev_private_key.is_some() && !self.file.network.devnet {
            self.refuse(
                &format!("{key}.dev_private_key"),
                "a key may stand in the configuration of a devnet only",
                "use keystore and password_file, private_key_file, or private_key_env",
            );
        }
        let keystore = signer
            .keystore
            .as_ref()
            .zip(signer.password_file.as_ref())
            .map(|(keystore, password)| SignerSource::Keystore {
                keystore: self.resolve(keystore),
                password_file: self.resolve(password),
            });
        let sources = [
            keystore,
            signer
                .private_key_file
                .as_ref()
                .map(|path| SignerSource::File(self.resolve(path))),
            signer.private_key_env.clone().map(SignerSource::Env),
            signer.dev_private_key.clone().map(SignerSource::Plain),
        ];
        let mut given = sources.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(source), None) => Some(source),
            (None, _) => {
                self.refuse(
                    &key,
                    "there is no key",
                    "give keystore and password_file, private_key_file, or private_key_env",
                );
                None
            }
            (Some(_), Some(_)) => {
                self.refuse(&key, "there is more than one key", "leave one of them");
                None
            }
        }
    }

    pub(super) fn check_signer(&mut self, key: &str, name: &str) {
        if !self.file.signers.contains_key(name) {
            self.refuse(
                key,
                format!("there is no signer `{name}`"),
                format!("add [signers.{name}]"),
            );
        }
    }

    fn chain_id(&mut self, key: &str, name: &str) -> Option<ChainId> {
        let found = self.file.chains.get(name).map(|chain| chain.chain_id);
        if found.is_none() {
            let known: Vec<_> = self.file.chains.keys().map(String::as_str).collect();
            self.refuse(
                key,
                format!("there is no chain `{name}`"),
                format!("name one of {}", known.join(", ")),
            );
        }
        found
    }

    pub(super) fn relay(&mut self, relay: &RelaySection) -> RelayConfig {
        self.check_signer("relay.signer", &relay.signer);
        if !(1..=LARGEST_BATCH).contains(&relay.batch_size) {
            let what = format!(
                "{} messages do not go into one transaction",
                relay.batch_size
            );
            self.refuse(
                "relay.batch_size",
                what,
                format!("give a number from 1 to {LARGEST_BATCH}"),
            );
        }
        if relay.max_in_flight == 0 {
            self.refuse(
                "relay.max_in_flight",
                "0 delivers nothing",
                "give a number of transactions, such as 8",
            );
        }
        if relay.max_delivery_gas == 0 {
            self.refuse(
                "relay.max_delivery_gas",
                "0 gas delivers nothing",
                "give an amount of gas, such as 10000000",
            );
        }
        RelayConfig {
            signer: relay.signer.clone(),
            routes: self.routes(relay),
            batch_size: relay.batch_size,
            max_delivery_gas: relay.max_delivery_gas,
            max_in_flight: relay.max_in_flight,
            return_expired: relay.return_expired,
            release_held: relay.release_held,
            withdrawals: self.withdrawals(relay),
        }
    }

    fn withdrawals(&mut self, relay: &RelaySection) -> Option<String> {
        let signer = relay.withdrawals.as_ref()?.signer.clone();
        self.check_signer("relay.withdrawals.signer", &signer);
        Some(signer)
    }

    fn routes(&mut self, relay: &RelaySection) -> Vec<(ChainId, ChainId)> {
        if relay.routes.is_empty() {
            let ids: Vec<_> = self
                .file
                .chains
                .values()
                .map(|chain| chain.chain_id)
                .collect();
            let pairs = ids
                .iter()
                .flat_map(|from| ids.iter().map(|to| (*from, *to)));
            return pairs.filter(|(from, to)| from != to).collect();
        }
        let mut routes = Vec::new();
        for route in &relay.routes {
            let from = self.chain_id("relay.routes", &route.from);
            let to = self.chain_id("relay.routes", &route.to);
            if route.from == route.to {
                let what = format!("a message does not go from {} to itself", route.from);
                self.refuse("relay.routes", what, "remove the route");
            }
            routes.extend(from.zip(to));
        }
        routes
    }

    pub(super) fn operators(&mut self) -> BTreeMap<String, OperatorConfig> {
        let file = self.file;
        let mut operators = BTreeMap::new();
        for (name, operator) in &file.operators {
            if let Some(config) = self.operator(name, operator) {
                operators.insert(name.clone(), config);
            }
        }
        operators
    }

    pub(super) fn attesters(&mut self) -> BTreeMap<String, AttesterConfig> {
        let file = self.file;
        let mut attesters = BTreeMap::new();
        for (name, attester) in &file.attesters {
            let key = format!("attesters.{name}");
            self.check_signer(&format!("{key}.signer"), &attester.signer);
            if let Some(chain) = self.chain_id(&key, name) {
                let signer = attester.signer.clone();
                attesters.insert(name.clone(), AttesterConfig { chain, signer });
            }
        }
        attesters
    }

    fn remote_attesters(&self, operator: &OperatorSection) -> Vec<RemoteAttesterConfig> {
        let remotes = operator.remote_attesters.iter();
        remotes
            .map(|remote| RemoteAttesterConfig {
                address: remote.address,
                url: remote.url.clone(),
                token_file: remote.token_file.as_deref().map(|path| self.resolve(path)),
            })
            .collect()
    }

    fn operator(&mut self, name: &str, operator: &OperatorSection) -> Option<OperatorConfig> {
        let key = format!("operators.{name}");
        let chain = self.chain_id(&key, name);
        self.check_signer(&format!("{key}.signer"), &operator.signer);
        if operator.attesters.is_empty() && operator.remote_attesters.is_empty() {
            self.refuse(
                &format!("{key}.attesters"),
                "nobody attests",
                "name at least one signer",
            );
        }
        for remote in &operator.remote_attesters {
            if let Some(problem) = remote.url.problem() {
                let key = format!("{key}.remote_attesters");
                self.refuse(&key, problem, "give an http or https URL");
            }
        }
        for attester in &operator.attesters {
            self.check_signer(&format!("{key}.attesters"), attester);
        }
        let limits = [
            ("seal_after_blocks", operator.seal_after_blocks),
            ("seal_after_seconds", operator.seal_after_seconds),
            ("seal_after_messages", operator.seal_after_messages),
        ];
        for (limit, _) in limits.into_iter().filter(|(_, value)| *value == 0) {
            self.refuse(
                &format!("{key}.{limit}"),
                "0 would seal empty batches",
                "give a number from 1 on",
            );
        }
        Some(OperatorConfig {
            chain: chain?,
            signer: operator.signer.clone(),
            attesters: operator.attesters.clone(),
            remote_attesters: self.remote_attesters(operator),
            seal_after_blocks: operator.seal_after_blocks,
            seal_after: Duration::from_secs(operator.seal_after_seconds),
            seal_after_messages: operator.seal_after_messages,
            import_interval_seconds: operator.import_interval_seconds,
            data_availability: operator.data_availability,
        })
    }

    pub(super) fn supply(&mut self, supply: &SupplySection) -> SupplyConfig {
        if let Some(pauser) = &supply.pauser {
            self.check_signer("supply.pauser", pauser);
        }
        let numbers = [
            ("interval_seconds", supply.interval_seconds == 0),
            ("max_assets", supply.max_assets == 0),
        ];
        for (name, _) in numbers.into_iter().filter(|(_, is_zero)| *is_zero) {
            let key = format!("supply.{name}");
            self.refuse(&key, "0 watches nothing", "give a number from 1 on");
        }
        SupplyConfig {
            interval: Duration::from_secs(supply.interval_seconds),
            pauser: supply.pauser.clone(),
            max_assets: supply.max_assets,
        }
    }

    /// Nonces are allotted by one sender per key and chain. The relay sends on every chain, and on L1 with the signer for
    /// withdrawals, which may be its own; an operator sends on its own chain and L1, a pauser, the coordinator of swaps and
    /// whoever locks orders everywhere.
    pub(super) fn check_one_sender_per_key(&mut self) {
        let relay = self
            .file
            .relay
            .as_ref()
            .map(|relay| ("relay.signer".to_owned(), relay.signer.clone()));
        let withdrawals = self.file.relay.as_ref().and_then(|relay| {
            let signer = relay.withdrawals.as_ref()?.signer.clone();
            let own = signer != relay.signer;
            own.then(|| ("relay.withdrawals.signer".to_owned(), signer))
        });
        let operators = self.file.operators.iter();
        let operators = operators
            .map(|(name, operator)| (format!("operators.{name}.signer"), operator.signer.clone()));
        let pauser = self.file.supply.as_ref();
        let pauser = pauser.and_then(|supply| supply.pauser.clone());
        let pauser = pauser.map(|signer| ("supply.pauser".to_owned(), signer));
        let swap = self.file.swap.as_ref();
        let swap = swap.map(|swap| ("swap.signer".to_owned(), swap.signer.clone()));
        let orders = self.file.swap.iter().filter_map(|swap| {
            let signer = swap.orders.as_ref()?.signer.clone();
            Some(("swap.orders.signer".to_owned(), signer))
        });
        let swap = swap.into_iter().chain(orders);
        let mut seen: Vec<(String, String)> = Vec::new();
        let relay = relay.into_iter().chain(withdrawals);
        for (key, signer) in relay.chain(operators).chain(pauser).chain(swap) {
            if let Some((other, _)) = seen.iter().find(|(_, known)| *known == signer) {
                let what = format!(
                    "`{signer}` is also {other}, and two senders with one key take each other's nonces"
                );
                self.refuse(&key, what, "give each its own signer");
            }
            seen.push((key, signer));
        }
    }
}
