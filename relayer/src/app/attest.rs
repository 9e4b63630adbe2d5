//! The attester service: signs batches for operators on other machines, over the HTTP interface.

use std::sync::Arc;

use alloy::{
    primitives::{Address, Signature},
    signers::local::PrivateKeySigner,
};
use async_trait::async_trait;

use super::{error::AppError, operate::Terms, wire::Wiring};
use crate::{
    chain::ChainReader,
    config::AttesterConfig,
    operator::{
        attest::{AttestError, Attester, Claim, LocalAttester},
        registration::read_registration,
        remote::AttesterService,
    },
};

impl Wiring<'_> {
    pub(super) fn attester_service(&self) -> Result<AttesterService, AppError> {
        let mut attesters: Vec<(_, Arc<dyn Attester>)> = Vec::new();
        for (name, attester) in &self.config.attesters {
            if let Some(served) = self.served_attester(name, attester)? {
                attesters.push((attester.chain, Arc::new(served)));
            }
        }
        Ok(AttesterService::new(attesters))
    }

    fn served_attester(
        &self,
        name: &str,
        attester: &AttesterConfig,
    ) -> Result<Option<ServedAttester>, AppError> {
        let Some(chain) = self.config.chains.get(name) else {
            return Ok(None);
        };
        Ok(Some(ServedAttester {
            signer: self.signer(&attester.signer)?,
            l1: self.reader(self.config.l1.evm.chain_id)?,
            chain: self.reader(attester.chain)?,
            terms: Terms::new(self.config, chain),
        }))
    }
}

/// Asks L1 for the chain's registration each time, so that a change of verifier needs no restart.
struct ServedAttester {
    signer: PrivateKeySigner,
    l1: Arc<dyn ChainReader>,
    chain: Arc<dyn ChainReader>,
    terms: Terms,
}

#[async_trait]
impl Attester for ServedAttester {
    fn address(&self) -> Address {
        self.signer.address()
    }

    async fn attest(&self, claim: &Claim) -> Result<Signature, AttestError> {
        let registry = self.terms.chain_registry();
        let registration = read_registration(self.l1.as_ref(), registry, claim.chain).await?;
        let (l1, chain) = (Arc::clone(&self.l1), Arc::clone(&self.chain));
        let binding = self.terms.binding(&registration);
        let attester = LocalAttester::new(self.signer.clone(), l1, chain, binding);
        attester.attest(claim).await
    }
}
