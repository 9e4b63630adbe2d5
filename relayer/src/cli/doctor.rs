//! `causeway doctor`.

use std::collections::BTreeMap;
use std::path::Path;

use alloy::primitives::Address;
use alloy::signers::local::PrivateKeySigner;
use clap::Args;
use futures::future::join_all;
use serde::Serialize;

use super::Role;
use super::exit::{Exit, Failure};
use super::output::{Output, Report, table};
use crate::app::{Chains, Roles, check_chain, paying_signers};
use crate::chain::{ChainReader, EvmChain, SystemClock};
use crate::checks::{
    Finding, Subject, SwapsOnL1, Target, Verdict, check_balance, check_holder, check_operator,
    check_pauser, check_standing, check_swaps, check_time, check_visible_logs,
};
use crate::config::{Config, OperatorConfig};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Only what this role needs; by default, whatever the configuration has a section for
    #[arg(long, value_enum)]
    role: Option<Role>,
}

#[derive(Serialize)]
struct Diagnosis {
    schema: &'static str,
    ok: bool,
    findings: Vec<Finding>,
}

impl Report for Diagnosis {
    fn table(&self) -> String {
        let verdict = |finding: &Finding| match finding.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "WARNING",
            Verdict::Failed => "FAILED",
        };
        let text = |finding: &Finding| match &finding.fix {
            Some(fix) => format!("{}; {fix}", finding.found),
            None => finding.found.clone(),
        };
        let rows = self.findings.iter().map(|finding| {
            vec![
                finding.about.clone(),
                finding.check.label().to_owned(),
                verdict(finding).to_owned(),
                text(finding),
            ]
        });
        table(&["about", "check", "verdict", "found"], rows)
    }
}

pub(super) async fn run(path: &Path, args: &DoctorArgs, output: Output) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let configured = Roles {
        relay: config.relay.is_some(),
        operator: !config.operators.is_empty(),
    };
    let roles = args.role.map_or(configured, Roles::from);
    let findings = Examination {
        config: &config,
        roles,
        chains: Chains::open(&config)?,
    }
    .findings()
    .await;
    let failed = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Failed)
        .count();
    output.print(&Diagnosis {
        schema: "causeway.doctor/v1",
        ok: failed == 0,
        findings,
    })?;
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(
            Exit::CheckFailed,
            format!("{failed} checks failed"),
        )),
    }
}

struct Examination<'a> {
    config: &'a Config,
    roles: Roles,
    chains: Chains,
}

impl Examination<'_> {
    async fn findings(&self) -> Vec<Finding> {
        let mut targets = vec![Target::from(&self.config.l1)];
        targets.extend(self.config.chains.values().map(Target::from));
        let (signers, mut findings) = self.load_signers();
        findings.extend(
            join_all(targets.iter().map(|target| self.chain(target)))
                .await
                .into_iter()
                .flatten(),
        );
        findings.extend(
            join_all(targets.iter().map(|target| self.balances(target, &signers)))
                .await
                .into_iter()
                .flatten(),
        );
        findings.extend(
            join_all(targets.iter().map(|target| self.pauser(target, &signers)))
                .await
                .into_iter()
                .flatten(),
        );
        findings.extend(self.swaps().await);
        if self.roles.operator {
            let operators = self
                .config
                .operators
                .iter()
                .map(|(name, operator)| self.operator(name, operator, &signers));
            findings.extend(join_all(operators).await.into_iter().flatten());
        }
        findings
    }

    /// The coordinator of swaps, where the relay role has one.
    async fn swaps(&self) -> Vec<Finding> {
        if self.config.swap.is_none() || !self.roles.relay {
            return Vec::new();
        }
        let contracts = &self.config.l1.contracts;
        let l1 = SwapsOnL1 {
            reader: self.chains.l1.as_ref(),
            swaps: contracts.swap_registry,
            chains: contracts.chain_registry,
        };
        let chains = self.config.chains.values().filter_map(|chain| {
            let reader: &dyn ChainReader = self.chains.get(chain.evm.chain_id)?.as_ref();
            Some((reader, chain))
        });
        check_swaps(l1, &chains.collect::<Vec<_>>()).await
    }

    /// Nothing more is asked of a chain that is not the right one.
    async fn chain(&self, target: &Target) -> Vec<Finding> {
        let Some(chain) = self.chains.get(target.chain_id) else {
            return Vec::new();
        };
        let mut findings = check_chain(chain, target).await;
        if findings
            .iter()
            .all(|finding| finding.verdict == Verdict::Ok)
        {
            findings.push(check_time(chain.as_ref(), target, &SystemClock).await);
            findings.push(check_visible_logs(chain.as_ref(), target).await);
            if target.chain_id != self.config.l1.evm.chain_id {
                findings.push(check_holder(chain.as_ref(), target).await);
            }
        }
        findings.extend(self.standing(target).await);
        findings
    }

    /// L1 says it even of a chain that does not answer.
    async fn standing(&self, target: &Target) -> Option<Finding> {
        let l1 = &self.config.l1;
        let reader = self.chains.get(l1.evm.chain_id)?;
        if target.chain_id == l1.evm.chain_id {
            return None;
        }
        let settlement = l1.contracts.settlement;
        Some(check_standing(reader.as_ref(), settlement, target).await)
    }

    fn load_signers(&self) -> (BTreeMap<&str, PrivateKeySigner>, Vec<Finding>) {
        let mut signers = BTreeMap::new();
        let mut findings = Vec::new();
        for (name, source) in self.needed_signers() {
            match source.load(name) {
                Ok(signer) => {
                    findings.push(Finding::ok(
                        name,
                        Subject::Key,
                        signer.address().to_string(),
                    ));
                    signers.insert(name, signer);
                }
                Err(error) => {
                    findings.push(Finding::failed(
                        name,
                        Subject::Key,
                        error.to_string(),
                        "correct the signer",
                    ));
                }
            }
        }
        (signers, findings)
    }

    fn needed_signers(&self) -> impl Iterator<Item = (&str, &crate::config::SignerSource)> {
        let roles = self.roles;
        let is_needed = move |name: &str| {
            let relay = self.config.relay.as_ref().filter(|_| roles.relay);
            let relays = relay.is_some_and(|relay| {
                relay.signer == name || relay.withdrawals.as_deref() == Some(name)
            });
            let swap = self.config.swap.as_ref().filter(|_| roles.relay);
            let swaps = swap
                .is_some_and(|swap| swap.signer == name || swap.orders.as_deref() == Some(name));
            let operates = |operator: &OperatorConfig| {
                operator.signer == name
                    || operator.attesters.iter().any(|attester| attester == name)
            };
            let pauses = self
                .config
                .supply
                .as_ref()
                .is_some_and(|supply| supply.pauser.as_deref() == Some(name));
            relays
                || swaps
                || pauses
                || (roles.operator && self.config.operators.values().any(operates))
        };
        let all = self
            .config
            .signers
            .iter()
            .map(|(name, source)| (name.as_str(), source));
        all.filter(move |(name, _)| is_needed(name))
    }

    async fn balances(
        &self,
        target: &Target,
        signers: &BTreeMap<&str, PrivateKeySigner>,
    ) -> Vec<Finding> {
        let Some(chain) = self.chains.get(target.chain_id) else {
            return Vec::new();
        };
        let names = paying_signers(self.config, self.roles, target.chain_id);
        let mut findings = Vec::new();
        for name in &names {
            if let Some(signer) = signers.get(name.as_str()) {
                findings.push(
                    check_balance(chain.as_ref(), &target.name, name, signer.address()).await,
                );
            }
        }
        findings
    }

    async fn pauser(
        &self,
        target: &Target,
        signers: &BTreeMap<&str, PrivateKeySigner>,
    ) -> Option<Finding> {
        let name = self.config.supply.as_ref()?.pauser.as_deref()?;
        let (chain, signer) = (self.chains.get(target.chain_id)?, signers.get(name)?);
        Some(check_pauser(chain.as_ref(), target, signer.address()).await)
    }

    async fn operator(
        &self,
        name: &str,
        operator: &OperatorConfig,
        signers: &BTreeMap<&str, PrivateKeySigner>,
    ) -> Vec<Finding> {
        let chain: Option<&EvmChain> = self.chains.get(operator.chain).map(AsRef::as_ref);
        let parts = chain
            .zip(self.config.chains.get(name))
            .zip(signers.get(operator.signer.as_str()));
        let Some(((reader, config), signer)) = parts else {
            return Vec::new();
        };
        let attesters = operator
            .attesters
            .iter()
            .filter_map(|attester| signers.get(attester.as_str()));
        let remote = operator
            .remote_attesters
            .iter()
            .map(|remote| remote.address);
        let attesters = attesters.map(PrivateKeySigner::address).chain(remote);
        let attesters: Vec<Address> = attesters.collect();
        let l1: (&dyn ChainReader, _) = (self.chains.l1.as_ref(), &self.config.l1);
        check_operator(l1, (reader, config), operator, signer.address(), &attesters).await
    }
}
