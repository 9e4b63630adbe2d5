//! Who acts.

use alloy::{
    primitives::{Address, B256, Bytes, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
};
use causeway_bindings::{attestation_digest, attestation_domain, attestation_proof};

/// The accounts of a world; each is nothing but a name.
#[derive(Clone, Debug)]
pub struct Actors {
    /// Deploys, administers and governs.
    pub admin: Address,
    /// Runs every chain.
    pub operator: Address,
    /// Vouches for every batch.
    pub attester: PrivateKeySigner,
}

impl Actors {
    pub(crate) fn new() -> Self {
        let key = keccak256("attester");
        Self {
            admin: account("admin"),
            operator: account("operator"),
            attester: PrivateKeySigner::from_bytes(&key).expect("a hash is a key"),
        }
    }

    /// The attester's proof of a batch.
    pub(crate) fn attest(&self, l1_chain_id: u64, verifier: Address, input: B256) -> Bytes {
        let digest = attestation_digest(&attestation_domain(l1_chain_id, verifier), input);
        let signature = self.attester.sign_hash_sync(&digest);
        let signature = signature.expect("a key in memory signs");
        attestation_proof(vec![(self.attester.address(), signature)])
    }
}

/// The account of that name.
pub fn account(name: &str) -> Address {
    Address::from_word(keccak256(name))
}
