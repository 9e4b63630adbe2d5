//! Attesters on other machines. Each member of a consortium runs its own: it derives the batch from its own node and
//! answers over HTTP with a signature, so no machine holds enough keys to settle alone.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, B256, Bytes, Signature},
    sol_types::Eip712Domain,
};
use async_trait::async_trait;
use causeway_bindings::attestation_digest;
use reqwest::{Client, Url, header::AUTHORIZATION};
use serde::{Deserialize, Serialize};

use crate::{config::Secret, model::ChainId};

use super::attest::{AttestError, Attester, Claim};

/// Path under which an attester answers.
pub const ATTESTATIONS_PATH: &str = "/v1/attestations";

/// An attester reads every block of the batch before it signs, so it may take its time.
const DEADLINE: Duration = Duration::from_secs(60);

/// Characters of a refusal that are kept.
const LONGEST_REFUSAL: usize = 500;

/// What an operator asks, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestationRequest {
    /// Chain of the batch.
    pub chain: ChainId,
    /// Last block of the batch.
    pub last_block: u64,
    /// Packed batch data.
    pub data: Bytes,
    /// What the operator derived.
    pub public_input: B256,
}

/// What an attester answers, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestationResponse {
    /// Account that signed.
    pub signer: Address,
    /// Signature of the attestation, 65 bytes `r ‖ s ‖ v`.
    pub signature: Bytes,
}

/// The attesters of this process, by chain, as they answer requests.
#[derive(Clone, Default)]
pub struct AttesterService {
    attesters: BTreeMap<ChainId, Arc<dyn Attester>>,
}

/// Why a request is not answered with a signature.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// This process does not attest to the chain.
    #[error("this attester does not attest to chain {chain}; it attests to {known}")]
    UnknownChain {
        /// The chain asked for.
        chain: ChainId,
        /// The chains it attests to.
        known: String,
    },
    /// It does not sign the batch.
    #[error(transparent)]
    Refused(#[from] AttestError),
}

impl AttesterService {
    /// A service for these attesters.
    pub fn new(attesters: impl IntoIterator<Item = (ChainId, Arc<dyn Attester>)>) -> Self {
        Self {
            attesters: attesters.into_iter().collect(),
        }
    }

    /// Whether it attests to anything.
    pub fn is_empty(&self) -> bool {
        self.attesters.is_empty()
    }

    /// Attests to a batch, or says why not.
    pub async fn answer(
        &self,
        request: AttestationRequest,
    ) -> Result<AttestationResponse, ServiceError> {
        let attester =
            self.attesters
                .get(&request.chain)
                .ok_or_else(|| ServiceError::UnknownChain {
                    chain: request.chain,
                    known: self
                        .attesters
                        .keys()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join(", "),
                })?;
        let signature = attester.attest(&Claim::from(request)).await?;
        Ok(AttestationResponse {
            signer: attester.address(),
            signature: signature.as_bytes().into(),
        })
    }
}

impl From<AttestationRequest> for Claim {
    fn from(request: AttestationRequest) -> Self {
        let AttestationRequest {
            chain,
            last_block,
            data,
            public_input,
        } = request;
        Self {
            chain,
            last_block,
            data,
            public_input,
        }
    }
}

impl From<&Claim> for AttestationRequest {
    fn from(claim: &Claim) -> Self {
        Self {
            chain: claim.chain,
            last_block: claim.last_block,
            data: claim.data.clone(),
            public_input: claim.public_input,
        }
    }
}

/// An attester that answers at a URL.
pub struct RemoteAttester {
    address: Address,
    url: Url,
    domain: Eip712Domain,
    authorization: Option<Secret>,
    client: Client,
}

impl RemoteAttester {
    /// The attester at `base`, whose signatures must be of `address` in the domain of the chain's verifier. `authorization`
    /// is the header that its interface asks for.
    ///
    /// # Errors
    /// The URL does not parse.
    pub fn new(
        address: Address,
        base: &str,
        domain: Eip712Domain,
        authorization: Option<Secret>,
    ) -> Result<Self, AttestError> {
        let unusable = |reason: String| AttestError::Signer {
            attester: address,
            reason,
        };
        let url = Url::parse(base).and_then(|base| base.join(ATTESTATIONS_PATH));
        let url = url.map_err(|error| unusable(format!("its URL does not parse: {error}")))?;
        let client = Client::builder().timeout(DEADLINE).build();
        let client = client.map_err(|error| unusable(error.without_url().to_string()))?;
        Ok(Self {
            address,
            url,
            domain,
            authorization,
            client,
        })
    }

    async fn ask(&self, claim: &Claim) -> Result<AttestationResponse, AttestError> {
        let failed = |error: reqwest::Error| self.refused(error.without_url());
        let request = self
            .client
            .post(self.url.clone())
            .json(&AttestationRequest::from(claim));
        let request = match &self.authorization {
            Some(secret) => request.header(AUTHORIZATION, secret.expose()),
            None => request,
        };
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        if status.is_success() {
            return response.json().await.map_err(failed);
        }
        let said: String = response
            .text()
            .await
            .map_err(failed)?
            .chars()
            .take(LONGEST_REFUSAL)
            .collect();
        Err(self.refused(format!("it answered {status}: {said}")))
    }

    fn refused(&self, reason: impl ToString) -> AttestError {
        AttestError::Signer {
            attester: self.address,
            reason: reason.to_string(),
        }
    }
}

#[async_trait]
impl Attester for RemoteAttester {
    fn address(&self) -> Address {
        self.address
    }

    /// Checks the signature, so that one bad attester never spoils a proof with the good ones.
    async fn attest(&self, claim: &Claim) -> Result<Signature, AttestError> {
        let answer = self.ask(claim).await?;
        let signature =
            Signature::from_raw(&answer.signature).map_err(|error| self.refused(error))?;
        let digest = attestation_digest(&self.domain, claim.public_input);
        match signature.recover_address_from_prehash(&digest) {
            Ok(signer) if signer == self.address => Ok(signature),
            Ok(signer) => Err(self.refused(format!("it signed as {signer}"))),
            Err(error) => Err(self.refused(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy::signers::{SignerSync, local::PrivateKeySigner};
    use causeway_bindings::attestation_domain;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

    use super::*;

    fn domain() -> Eip712Domain {
        attestation_domain(9, Address::repeat_byte(7))
    }

    fn claim() -> Claim {
        Claim {
            chain: 271,
            last_block: 9,
            data: Bytes::from_static(b"data"),
            public_input: B256::repeat_byte(5),
        }
    }

    struct Fixed(PrivateKeySigner);

    #[async_trait]
    impl Attester for Fixed {
        fn address(&self) -> Address {
            self.0.address()
        }

        async fn attest(&self, claim: &Claim) -> Result<Signature, AttestError> {
            Ok(self
                .0
                .sign_hash_sync(&attestation_digest(&domain(), claim.public_input))
                .unwrap())
        }
    }

    async fn served(service: &AttesterService, status: u16) -> (MockServer, AttestationResponse) {
        let answer = service
            .answer(AttestationRequest::from(&claim()))
            .await
            .unwrap();
        let server = MockServer::start().await;
        let expected = AttestationRequest::from(&claim());
        Mock::given(matchers::method("POST"))
            .and(matchers::path(ATTESTATIONS_PATH))
            .and(matchers::body_json(&expected))
            .respond_with(ResponseTemplate::new(status).set_body_json(&answer))
            .mount(&server)
            .await;
        (server, answer)
    }

    fn service(signer: &PrivateKeySigner) -> AttesterService {
        AttesterService::new([(271, Arc::new(Fixed(signer.clone())) as Arc<dyn Attester>)])
    }

    #[tokio::test]
    async fn a_remote_attester_signs_what_a_local_one_would() {
        let signer = PrivateKeySigner::random();
        let (server, answer) = served(&service(&signer), 200).await;
        let remote = RemoteAttester::new(signer.address(), &server.uri(), domain(), None).unwrap();
        assert_eq!(
            remote.attest(&claim()).await.unwrap().as_bytes().as_slice(),
            answer.signature.as_ref()
        );
    }

    #[tokio::test]
    async fn a_signature_of_someone_else_is_not_taken() {
        let (server, _) = served(&service(&PrivateKeySigner::random()), 200).await;
        let remote =
            RemoteAttester::new(Address::repeat_byte(1), &server.uri(), domain(), None).unwrap();
        let error = remote.attest(&claim()).await.unwrap_err().to_string();
        assert!(error.contains("it signed as"), "{error}");
    }

    #[tokio::test]
    async fn a_refusal_names_the_attester_and_not_its_url() {
        let signer = PrivateKeySigner::random();
        let (server, _) = served(&service(&signer), 409).await;
        let remote = RemoteAttester::new(signer.address(), &server.uri(), domain(), None).unwrap();
        let error = remote.attest(&claim()).await.unwrap_err().to_string();
        assert!(
            error.contains(&signer.address().to_string()) && error.contains("409"),
            "{error}"
        );
        assert!(!error.contains("http://"), "{error}");
    }

    #[tokio::test]
    async fn a_chain_that_nobody_attests_to_is_said() {
        let service = service(&PrivateKeySigner::random());
        let request = AttestationRequest {
            chain: 5,
            ..AttestationRequest::from(&claim())
        };
        let error = service.answer(request).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "this attester does not attest to chain 5; it attests to 271"
        );
    }
}
