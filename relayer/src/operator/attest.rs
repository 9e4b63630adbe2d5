//! Attestation: an attester derives a batch from its own node and signs only what it finds itself.

use std::sync::Arc;

use alloy::{
    primitives::{Address, B256, Bytes, Signature},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::Eip712Domain,
};
use async_trait::async_trait;
use causeway_bindings::{
    DataAvailability, PublicInputDomain, attestation_digest, attestation_proof,
};
use futures::future::join_all;

use crate::{
    chain::ChainReader,
    model::{ChainId, UnixSeconds},
};

use super::{
    data::{BatchData, BlockData, DataError},
    derive::{DeriveError, derive},
    freeze::{ForeignTransaction, check_queue_only, frozen_since},
    publish::{PublishError, publication},
    read::{OperatedContracts, ReadError, executed_head, read_facts, read_full_block},
    unsigned::{Authority, UnsignedError, check_unsigned},
};

/// What an operator asks attesters to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Chain of the batch.
    pub chain: ChainId,
    /// Last block of the batch; the first follows from L1.
    pub last_block: u64,
    /// Packed batch data, as it is published.
    pub data: Bytes,
    /// What the operator derived.
    pub public_input: B256,
}

/// Why an attester does not sign.
#[derive(Debug, thiserror::Error)]
pub enum AttestError {
    /// Its node could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its node's logs and state do not fit.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data cannot be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The data is not that of the chain's blocks.
    #[error("chain {chain}: the batch data given is not that of blocks {first} to {last}")]
    WrongData {
        /// The chain.
        chain: ChainId,
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
    },
    /// L1 has frozen the chain, and the batch holds more than a frozen chain may settle.
    #[error("chain {chain} is frozen: {foreign}; roll its node back to the last executed batch")]
    NotQueueOnly {
        /// The chain.
        chain: ChainId,
        /// What it holds.
        foreign: ForeignTransaction,
    },
    /// Something in it stands there without a signature, and without being what the chain owes L1.
    #[error(transparent)]
    Unsigned(#[from] UnsignedError),
    /// It derives another batch.
    #[error(
        "chain {chain}: the operator claims {claimed} for the batch up to block {last}, this attester finds {found}"
    )]
    Disagrees {
        /// The chain.
        chain: ChainId,
        /// Last block.
        last: u64,
        /// What the operator claims.
        claimed: B256,
        /// What the attester finds.
        found: B256,
    },
    /// The key could not sign.
    #[error("attester {attester} cannot sign: {reason}")]
    Signer {
        /// The attester.
        attester: Address,
        /// What happened.
        reason: String,
    },
    /// Too few attesters signed.
    #[error("chain {chain}: {signed} of {needed} attestations; {refusals}")]
    TooFew {
        /// The chain.
        chain: ChainId,
        /// How many signed.
        signed: usize,
        /// How many are needed.
        needed: usize,
        /// What the others said.
        refusals: String,
    },
}

/// Someone who signs batches after looking for itself.
#[async_trait]
pub trait Attester: Send + Sync {
    /// Account whose signatures the verifier accepts.
    fn address(&self) -> Address;
    /// Signs the claim, or says why not.
    async fn attest(&self, claim: &Claim) -> Result<Signature, AttestError>;
}

/// What batches of a chain are bound to.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Domain of public inputs of the live chain.
    pub public_input: PublicInputDomain,
    /// Domain of public inputs of the frozen chain.
    pub queue_input: PublicInputDomain,
    /// EIP-712 domain of the chain's verifier.
    pub attestation: Eip712Domain,
    /// Settlement contract on L1.
    pub settlement: Address,
    /// Priority queue on L1.
    pub priority_queue: Address,
    /// Swap registry on L1.
    pub swap_registry: Address,
    /// Contracts of the chain.
    pub contracts: OperatedContracts,
    /// How the chain publishes its data.
    pub mode: DataAvailability,
}

/// An attester with its own readers and a key in this process.
pub struct LocalAttester {
    signer: PrivateKeySigner,
    l1: Arc<dyn ChainReader>,
    chain: Arc<dyn ChainReader>,
    binding: Binding,
}

impl LocalAttester {
    /// An attester that reads through these readers, which should not be the operator's.
    pub fn new(
        signer: PrivateKeySigner,
        l1: Arc<dyn ChainReader>,
        chain: Arc<dyn ChainReader>,
        binding: Binding,
    ) -> Self {
        Self {
            signer,
            l1,
            chain,
            binding,
        }
    }

    async fn find(&self, claim: &Claim) -> Result<B256, AttestError> {
        let head = executed_head(self.l1.as_ref(), self.binding.settlement, claim.chain).await?;
        let since = frozen_since(self.l1.as_ref(), self.binding.settlement, claim.chain).await?;
        let data = self
            .check_data(claim, head.lastBlock.saturating_add(1))
            .await?;
        let domain = match since {
            None => &self.binding.public_input,
            Some(_) => self.queue_domain(&data)?,
        };
        self.check_unsigned(&data, head.lastBlock, since).await?;
        let commitment = publication(self.binding.mode, &claim.data)
            .await?
            .commitment;
        let facts = read_facts(
            self.chain.as_ref(),
            &self.binding.contracts,
            head,
            claim.last_block,
            commitment,
        )
        .await?;
        let batch = derive(facts)?.batch;
        Ok(domain.public_input(claim.chain, &batch, self.binding.mode))
    }

    /// The domain of a frozen chain, for a batch of transactions of the system only.
    fn queue_domain(&self, data: &BatchData) -> Result<&PublicInputDomain, AttestError> {
        let checked = check_queue_only(&self.binding.contracts, &data.blocks);
        checked.map_err(|foreign| AttestError::NotQueueOnly {
            chain: data.chain,
            foreign,
        })?;
        Ok(&self.binding.queue_input)
    }

    /// Nobody answers for what nobody signed, so the attester does.
    async fn check_unsigned(
        &self,
        data: &BatchData,
        before: u64,
        frozen_since: Option<UnixSeconds>,
    ) -> Result<(), AttestError> {
        let authority = Authority {
            l1: self.l1.as_ref(),
            chain: self.chain.as_ref(),
            binding: &self.binding,
            before,
            frozen_since,
        };
        Ok(check_unsigned(&authority, data).await?)
    }

    /// Reads the data, which must be that of the chain's blocks by this attester's own node.
    async fn check_data(&self, claim: &Claim, first: u64) -> Result<BatchData, AttestError> {
        let data = BatchData::decode(&claim.data)?;
        let wrong = || AttestError::WrongData {
            chain: claim.chain,
            first,
            last: claim.last_block,
        };
        let expected_count = claim
            .last_block
            .checked_sub(first)
            .and_then(|count| count.checked_add(1));
        if data.chain != claim.chain || expected_count != Some(data.blocks.len() as u64) {
            return Err(wrong());
        }
        for (given, number) in data.blocks.iter().zip(first..) {
            let own = read_full_block(self.chain.as_ref(), number).await?;
            if *given != BlockData::from(own) {
                return Err(wrong());
            }
        }
        Ok(data)
    }
}

#[async_trait]
impl Attester for LocalAttester {
    fn address(&self) -> Address {
        self.signer.address()
    }

    async fn attest(&self, claim: &Claim) -> Result<Signature, AttestError> {
        let found = self.find(claim).await?;
        if found != claim.public_input {
            return Err(AttestError::Disagrees {
                chain: claim.chain,
                last: claim.last_block,
                claimed: claim.public_input,
                found,
            });
        }
        let digest = attestation_digest(&self.binding.attestation, found);
        self.signer
            .sign_hash_sync(&digest)
            .map_err(|error| AttestError::Signer {
                attester: self.signer.address(),
                reason: error.to_string(),
            })
    }
}

/// Asks all attesters and builds the proof from `threshold` of their signatures.
pub async fn collect(
    attesters: &[Arc<dyn Attester>],
    threshold: usize,
    claim: &Claim,
) -> Result<Bytes, AttestError> {
    let answers = join_all(
        attesters
            .iter()
            .map(|attester| async move { (attester.address(), attester.attest(claim).await) }),
    )
    .await;
    let mut signatures = Vec::new();
    let mut refusals = Vec::new();
    for (attester, answer) in answers {
        match answer {
            Ok(signature) => signatures.push((attester, signature)),
            Err(error) => refusals.push(format!("{attester}: {error}")),
        }
    }
    if signatures.len() < threshold {
        return Err(AttestError::TooFew {
            chain: claim.chain,
            signed: signatures.len(),
            needed: threshold,
            refusals: if refusals.is_empty() {
                "no other attester is configured".into()
            } else {
                refusals.join("; ")
            },
        });
    }
    signatures.truncate(threshold);
    Ok(attestation_proof(signatures))
}

#[cfg(test)]
mod tests {
    use causeway_bindings::attestation_domain;

    use super::*;
    use crate::chain::fake::FakeChain;

    struct Fixed(PrivateKeySigner, bool);

    #[async_trait]
    impl Attester for Fixed {
        fn address(&self) -> Address {
            self.0.address()
        }

        async fn attest(&self, claim: &Claim) -> Result<Signature, AttestError> {
            if !self.1 {
                return Err(AttestError::WrongData {
                    chain: claim.chain,
                    first: 1,
                    last: claim.last_block,
                });
            }
            let domain = attestation_domain(1, Address::repeat_byte(7));
            Ok(self
                .0
                .sign_hash_sync(&attestation_digest(&domain, claim.public_input))
                .unwrap())
        }
    }

    fn attesters(willing: &[bool]) -> Vec<Arc<dyn Attester>> {
        let one = |willing: &bool| {
            Arc::new(Fixed(PrivateKeySigner::random(), *willing)) as Arc<dyn Attester>
        };
        willing.iter().map(one).collect()
    }

    fn claim() -> Claim {
        Claim {
            chain: 271,
            last_block: 9,
            data: Bytes::new(),
            public_input: B256::repeat_byte(5),
        }
    }

    #[tokio::test]
    async fn a_proof_holds_the_threshold_in_ascending_order() {
        let proof = collect(&attesters(&[true, false, true, true]), 2, &claim())
            .await
            .unwrap();
        assert_eq!(proof.len(), 2 * 65);
        let digest = attestation_digest(
            &attestation_domain(1, Address::repeat_byte(7)),
            B256::repeat_byte(5),
        );
        let signers: Vec<_> = proof
            .chunks(65)
            .map(|bytes| {
                Signature::from_raw(bytes)
                    .unwrap()
                    .recover_address_from_prehash(&digest)
                    .unwrap()
            })
            .collect();
        assert!(signers[0] < signers[1]);
    }

    #[tokio::test]
    async fn too_few_signatures_say_who_refused_and_why() {
        let error = collect(&attesters(&[true, false]), 2, &claim())
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("1 of 2 attestations"), "{error}");
        assert!(error.contains("is not that of blocks 1 to 9"), "{error}");
    }

    #[test]
    fn a_frozen_chain_is_attested_in_its_own_domain_and_for_its_queue_only() {
        let settlement = Address::with_last_byte(9);
        let binding = Binding {
            public_input: PublicInputDomain::new(1, settlement),
            queue_input: PublicInputDomain::queue_only(1, settlement),
            attestation: attestation_domain(1, Address::repeat_byte(7)),
            settlement,
            priority_queue: Address::with_last_byte(10),
            swap_registry: Address::with_last_byte(11),
            contracts: OperatedContracts {
                outbox: Address::with_last_byte(1),
                inbox: Address::with_last_byte(2),
                handler: Address::with_last_byte(3),
                vault: Address::with_last_byte(4),
                swap: Address::with_last_byte(5),
            },
            mode: DataAvailability::Validium,
        };
        let chain = Arc::new(FakeChain::new(271, 0));
        let signer = PrivateKeySigner::random();
        let attester = LocalAttester::new(signer, chain.clone(), chain, binding);
        let mut data = BatchData {
            chain: 271,
            blocks: vec![BlockData {
                number: 4,
                timestamp: 0,
                beneficiary: Address::ZERO,
                gas_limit: 0,
                base_fee_per_gas: 0,
                prev_randao: B256::ZERO,
                transactions: Vec::new(),
            }],
        };
        let domain = PublicInputDomain::queue_only(1, settlement);
        assert_eq!(attester.queue_domain(&data).unwrap(), &domain);
        data.blocks[0].transactions.push(Bytes::from_static(b"?"));
        let refused = attester.queue_domain(&data).unwrap_err().to_string();
        assert!(
            refused.starts_with("chain 271 is frozen: transaction 0 of block 4"),
            "{refused}"
        );
    }
}
