//! What members of a consortium sign, and the proof their signatures make.

use alloy::{
    primitives::{Address, B256, Bytes, Signature},
    sol_types::{Eip712Domain, SolStruct, eip712_domain},
};

mod typed {
    alloy::sol! {
        /// The statement that a signer makes about a batch.
        #[derive(Debug)]
        struct Attestation {
            bytes32 publicInput;
        }
    }
}

/// EIP-712 domain of the attestation verifier at `verifier` on L1.
pub fn attestation_domain(l1_chain_id: u64, verifier: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Causeway Attestation",
        version: "1",
        chain_id: l1_chain_id,
        verifying_contract: verifier,
    }
}

/// What a signer signs for `public_input`: the EIP-712 digest of `Attestation(bytes32 publicInput)`.
pub fn attestation_digest(domain: &Eip712Domain, public_input: B256) -> B256 {
    typed::Attestation {
        publicInput: public_input,
    }
    .eip712_signing_hash(domain)
}

/// The proof that `IVerifier.verify` takes: the signatures, 65 bytes each, in ascending order of their signers.
pub fn attestation_proof(mut signatures: Vec<(Address, Signature)>) -> Bytes {
    signatures.sort_unstable_by_key(|(signer, _)| *signer);
    signatures.dedup_by_key(|(signer, _)| *signer);
    signatures
        .iter()
        .flat_map(|(_, signature)| signature.as_bytes())
        .collect()
}
