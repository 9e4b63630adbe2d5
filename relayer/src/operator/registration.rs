//! What L1 says about an operated chain: who operates it, who verifies it, and how it publishes its data.

use alloy::primitives::{Address, U256};
use causeway_bindings::{DataAvailability, IAttestationVerifier, IChainRegistry};

use crate::{chain::ChainReader, model::ChainId};

use super::read::{ReadError, read};

/// A chain's entry in the chain registry, and the terms of its attestation verifier.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Account that may settle the chain's batches.
    pub operator: Address,
    /// The verifier of its batches.
    pub verifier: Address,
    /// How it publishes its data.
    pub mode: DataAvailability,
    /// Accounts whose attestations count.
    pub attesters: Vec<Address>,
    /// Attestations that a batch needs.
    pub threshold: usize,
}

/// Reads what L1 has registered for `chain`.
pub async fn read_registration(
    l1: &dyn ChainReader,
    chain_registry: Address,
    chain: ChainId,
) -> Result<Registration, ReadError> {
    let call = IChainRegistry::chainConfigCall {
        chainId: U256::from(chain),
    };
    let config = read(l1, chain_registry, &call, None).await?;
    let attesters = read(
        l1,
        config.verifier,
        &IAttestationVerifier::signersCall {},
        None,
    )
    .await?;
    let threshold = read(
        l1,
        config.verifier,
        &IAttestationVerifier::thresholdCall {},
        None,
    )
    .await?;
    Ok(Registration {
        operator: config.operator,
        verifier: config.verifier,
        mode: config.dataAvailability,
        attesters,
        threshold: threshold.saturating_to(),
    })
}
