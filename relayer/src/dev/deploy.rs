//! Puts the contracts on the chains of a local network and wires them. Every transaction of an account goes out at once
//! with its own nonce, so a deployment takes as many blocks as it has phases.

use alloy::{
    consensus::BlockHeader,
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes, TxHash, U256, keccak256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::SolCall,
    transports::{RpcError, TransportErrorKind},
};
use causeway_bindings::{
    ChainConfig, DataAvailability, ETHER, IAccessManager, IChainRegistry, IInteropCenter,
    IVerifierRegistry, asset_id, attestation_digest, attestation_domain, attestation_proof,
    deployment::{
        ChainDeployment, DETERMINISTIC_DEPLOYER, L1Deployment, NetworkConstants,
        attestation_verifier_code,
        roles::{self, Assignment, GOVERNANCE, OPERATOR},
    },
};
use futures::future::try_join_all;

use crate::model::ChainId;

use super::accounts::{Account, Accounts, THRESHOLD};

const GAS_PER_TRANSACTION: u64 = 8_000_000;
const MAX_FEE_PER_GAS: u128 = 20_000_000_000;
const PRIORITY_FEE_PER_GAS: u128 = 1_000_000_000;

/// Why the contracts do not stand.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The chain did not take a request.
    #[error("chain {chain}: {source}")]
    Rpc {
        /// The chain.
        chain: ChainId,
        /// What it said.
        source: Box<RpcError<TransportErrorKind>>,
    },
    /// A transaction failed or vanished.
    #[error("chain {chain}: {what} failed in transaction {tx}: {reason}")]
    Transaction {
        /// The chain.
        chain: ChainId,
        /// What it was for.
        what: String,
        /// Its hash.
        tx: TxHash,
        /// What happened.
        reason: String,
    },
    /// The RPC address is none.
    #[error("{url} is no RPC address: {reason}")]
    Url {
        /// The address.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// The sample attestation could not be signed.
    #[error("the sample attestation cannot be signed: {0}")]
    Signer(#[from] alloy::signers::Error),
    /// There is no such block.
    #[error("chain {chain}: its newest block cannot be read")]
    NoBlock {
        /// The chain.
        chain: ChainId,
    },
}

/// A chain to deploy to.
#[derive(Clone, Debug)]
pub struct Target {
    /// Chain id.
    pub chain: ChainId,
    /// RPC address.
    pub url: String,
    /// How it publishes its data; of no meaning for L1.
    pub data_availability: DataAvailability,
}

/// What stands where after a deployment.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// Contracts of L1.
    pub l1: L1Deployment,
    /// The verifier of all chains.
    pub verifier: Address,
    /// Contracts of every chain.
    pub chain: ChainDeployment,
}

/// Deploys a whole network and registers its chains. Priority operations expire `priority_expiry_seconds` after they are
/// requested.
pub async fn deploy(
    l1: &Target,
    chains: &[Target],
    accounts: &Accounts,
    priority_expiry_seconds: u64,
) -> Result<Deployed, DeployError> {
    let admin = accounts.admin.signer.address();
    let constants = NetworkConstants {
        l1_chain_id: l1.chain,
        initial_admin: admin,
        salt: B256::ZERO,
    };
    let deployed = Deployed {
        l1: L1Deployment::new(admin, 0, admin, priority_expiry_seconds),
        // The seventh creation of the account, after the six of `L1Deployment`.
        verifier: admin.create(6),
        chain: ChainDeployment::new(&constants),
    };
    let plan = Plan {
        l1,
        chains,
        accounts,
        constants,
        deployed: &deployed,
    };
    let on_chains = chains
        .iter()
        .zip(&accounts.operators)
        .map(|(target, operator)| plan.deploy_chain(target, operator));
    let (l1_sender, genesis) = tokio::try_join!(plan.deploy_l1(), try_join_all(on_chains))?;
    plan.register(l1_sender, &genesis).await?;
    Ok(deployed)
}

/// All that a deployment knows.
struct Plan<'a> {
    l1: &'a Target,
    chains: &'a [Target],
    accounts: &'a Accounts,
    constants: NetworkConstants,
    deployed: &'a Deployed,
}

impl Plan<'_> {
    async fn deploy_l1(&self) -> Result<Sender, DeployError> {
        let Deployed { l1, verifier, .. } = self.deployed;
        let mut sender = Sender::new(self.l1, &self.accounts.admin.signer)?;
        for step in l1.steps() {
            sender.create(step.contract, step.init_code.clone()).await?;
        }
        let code = attestation_verifier_code(self.accounts.attester_addresses(), THRESHOLD);
        sender.create("AttestationVerifier", code).await?;

        let authority = l1.authority.address;
        sender.assign(authority, &roles::on_l1(l1)).await?;
        sender
            .grant(authority, GOVERNANCE, self.constants.initial_admin)
            .await?;
        let (input, proof) = self.sample_attestation()?;
        let accept = IVerifierRegistry::acceptVerifierCall {
            verifier: *verifier,
            publicInput: input,
            proof,
        };
        sender
            .call("accept verifier", l1.verifier_registry.address, &accept)
            .await?;
        sender.settle().await?;
        Ok(sender)
    }

    /// A proof that the verifier accepts, about an input that no batch has.
    fn sample_attestation(&self) -> Result<(B256, Bytes), DeployError> {
        let input = keccak256("causeway sample attestation");
        let digest = attestation_digest(
            &attestation_domain(self.l1.chain, self.deployed.verifier),
            input,
        );
        let attesters = self.accounts.attesters.iter().take(THRESHOLD);
        let signatures = attesters.map(|attester| {
            Ok((
                attester.signer.address(),
                attester.signer.sign_hash_sync(&digest)?,
            ))
        });
        Ok((
            input,
            attestation_proof(signatures.collect::<Result<_, DeployError>>()?),
        ))
    }

    async fn deploy_chain(
        &self,
        target: &Target,
        operator: &Account,
    ) -> Result<Genesis, DeployError> {
        let deployment = &self.deployed.chain;
        let mut sender = Sender::new(target, &self.accounts.admin.signer)?;
        for step in deployment.steps() {
            let input = step.proxy_input(self.constants.salt);
            sender
                .send(step.contract, Some(DETERMINISTIC_DEPLOYER), input)
                .await?;
        }
        let authority = deployment.authority.address;
        sender
            .assign(authority, &roles::on_chain(deployment))
            .await?;
        sender
            .grant(authority, GOVERNANCE, self.constants.initial_admin)
            .await?;
        sender
            .grant(authority, OPERATOR, operator.signer.address())
            .await?;
        // Every chain of the network pays its fees in ether, which comes from L1.
        let base_token = asset_id(self.l1.chain, ETHER);
        for other in self
            .chains
            .iter()
            .filter(|other| other.chain != target.chain)
        {
            let chain = U256::from(other.chain);
            let open = IInteropCenter::setDestinationCall {
                chainId: chain,
                baseTokenAssetId: base_token,
            };
            sender
                .call("open destination", deployment.center.address, &open)
                .await?;
        }
        sender.settle().await?;
        sender.head().await
    }

    async fn register(&self, mut sender: Sender, genesis: &[Genesis]) -> Result<(), DeployError> {
        for ((target, genesis), operator) in self
            .chains
            .iter()
            .zip(genesis)
            .zip(&self.accounts.operators)
        {
            let call = IChainRegistry::registerChainCall {
                chainId: U256::from(target.chain),
                config: ChainConfig {
                    operator: operator.signer.address(),
                    verifier: self.deployed.verifier,
                    dataAvailability: target.data_availability,
                },
                genesisStateCommitment: genesis.hash,
                genesisBlock: genesis.number,
                genesisTimestamp: genesis.timestamp,
            };
            sender
                .call(
                    "register chain",
                    self.deployed.l1.chain_registry.address,
                    &call,
                )
                .await?;
        }
        sender.settle().await
    }
}

/// The block a chain starts from.
struct Genesis {
    number: u64,
    hash: B256,
    timestamp: u64,
}

/// Sends the admin's transactions on one chain.
struct Sender {
    chain: ChainId,
    provider: DynProvider,
    nonce: u64,
    sent: Vec<(String, TxHash)>,
}

impl Sender {
    fn new(target: &Target, signer: &PrivateKeySigner) -> Result<Self, DeployError> {
        let url = target.url.parse().map_err(|error| DeployError::Url {
            url: target.url.clone(),
            reason: format!("{error}"),
        })?;
        let wallet = EthereumWallet::new(signer.clone());
        let provider = ProviderBuilder::new()
            .disable_recommended_fillers()
            .wallet(wallet)
            .connect_http(url);
        Ok(Self {
            chain: target.chain,
            provider: provider.erased(),
            nonce: 0,
            sent: Vec::new(),
        })
    }

    async fn create(&mut self, what: &str, init_code: Bytes) -> Result<(), DeployError> {
        self.send(what, None, init_code).await
    }

    async fn call(
        &mut self,
        what: &str,
        to: Address,
        call: &impl SolCall,
    ) -> Result<(), DeployError> {
        self.send(what, Some(to), call.abi_encode().into()).await
    }

    async fn assign(
        &mut self,
        authority: Address,
        assignments: &[Assignment],
    ) -> Result<(), DeployError> {
        for assignment in assignments {
            self.call("assign functions to a role", authority, &assignment.call())
                .await?;
        }
        Ok(())
    }

    async fn grant(
        &mut self,
        authority: Address,
        role: u64,
        account: Address,
    ) -> Result<(), DeployError> {
        let call = IAccessManager::grantRoleCall {
            roleId: role,
            account,
            executionDelay: 0,
        };
        self.call("grant a role", authority, &call).await
    }

    async fn send(
        &mut self,
        what: &str,
        to: Option<Address>,
        data: Bytes,
    ) -> Result<(), DeployError> {
        let mut request = TransactionRequest::default()
            .with_chain_id(self.chain)
            .with_nonce(self.nonce)
            .with_gas_limit(GAS_PER_TRANSACTION)
            .with_max_fee_per_gas(MAX_FEE_PER_GAS)
            .with_max_priority_fee_per_gas(PRIORITY_FEE_PER_GAS);
        request = match to {
            Some(to) => request.with_to(to).with_input(data),
            None => request.with_deploy_code(data),
        };
        let pending = self
            .provider
            .send_transaction(request)
            .await
            .map_err(|error| self.rpc(error))?;
        self.sent.push((what.to_owned(), *pending.tx_hash()));
        self.nonce = self.nonce.saturating_add(1);
        Ok(())
    }

    /// Waits until all transactions are in blocks, and fails with the first that did not succeed.
    async fn settle(&mut self) -> Result<(), DeployError> {
        for (what, tx) in std::mem::take(&mut self.sent) {
            let failed = |reason: &str| DeployError::Transaction {
                chain: self.chain,
                what: what.clone(),
                tx,
                reason: reason.to_owned(),
            };
            let receipt = wait_for_receipt(&self.provider, tx)
                .await
                .map_err(|error| self.rpc(error))?;
            let receipt = receipt.ok_or_else(|| failed("no block took it within 30 s"))?;
            if !receipt.status() {
                return Err(failed("it reverted"));
            }
        }
        Ok(())
    }

    async fn head(&self) -> Result<Genesis, DeployError> {
        let block = self
            .provider
            .get_block(alloy::eips::BlockId::latest())
            .await
            .map_err(|error| self.rpc(error))?;
        let block = block.ok_or(DeployError::NoBlock { chain: self.chain })?;
        Ok(Genesis {
            number: block.header.number(),
            hash: block.header.hash,
            timestamp: block.header.timestamp(),
        })
    }

    fn rpc(&self, source: RpcError<TransportErrorKind>) -> DeployError {
        DeployError::Rpc {
            chain: self.chain,
            source: Box::new(source),
        }
    }
}

const RECEIPT_POLL: std::time::Duration = std::time::Duration::from_millis(50);
const RECEIPT_POLLS: u32 = 600;

async fn wait_for_receipt(
    provider: &DynProvider,
    tx: TxHash,
) -> Result<Option<alloy::rpc::types::TransactionReceipt>, RpcError<TransportErrorKind>> {
    for _ in 0..RECEIPT_POLLS {
        if let Some(receipt) = provider.get_transaction_receipt(tx).await? {
            return Ok(Some(receipt));
        }
        tokio::time::sleep(RECEIPT_POLL).await;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, time::Duration};

    use causeway_bindings::{IBatchSettlement, IInteropHandler, IVersioned};

    use super::*;
    use crate::dev::anvil::{Anvil, AnvilSettings, find_anvil};

    fn free_port() -> u16 {
        TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    }

    async fn start(chain: ChainId, dir: &std::path::Path) -> (Anvil, Target) {
        let settings = AnvilSettings {
            binary: find_anvil(None).expect("run `make deps` first"),
            chain,
            port: free_port(),
            block_time: Duration::from_millis(200),
            log_file: dir.join(format!("{chain}.log")),
        };
        let anvil = Anvil::start(&settings).await.unwrap();
        let target = Target {
            chain,
            url: anvil.url(),
            data_availability: DataAvailability::Calldata,
        };
        (anvil, target)
    }

    async fn call<C: SolCall>(target: &Target, to: Address, call: C) -> C::Return {
        let provider = ProviderBuilder::new().connect_http(target.url.parse().unwrap());
        let request = TransactionRequest::default()
            .with_to(to)
            .with_input(call.abi_encode());
        C::abi_decode_returns(&provider.call(request).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_network_stands_at_the_same_addresses_on_every_chain() {
        let dir = tempfile::tempdir().unwrap();
        let (l1_process, l1) = start(9, dir.path()).await;
        let (a_process, a) = start(271, dir.path()).await;
        let (b_process, b) = start(272, dir.path()).await;
        let accounts = Accounts::derive(2).unwrap();

        let deployed = deploy(&l1, &[a.clone(), b.clone()], &accounts, 3_600)
            .await
            .unwrap();

        for target in [&a, &b] {
            let handler = deployed.chain.handler.address;
            assert_eq!(
                call(target, handler, IInteropHandler::CENTERCall {}).await,
                deployed.chain.center.address
            );
            assert_eq!(
                call(target, deployed.chain.inbox, IVersioned::versionCall {}).await,
                U256::from(1)
            );
            let registered = IChainRegistry::isRegisteredCall {
                chainId: U256::from(target.chain),
            };
            assert!(call(&l1, deployed.l1.chain_registry.address, registered).await);
            let head = IBatchSettlement::executedHeadCall {
                chainId: U256::from(target.chain),
            };
            assert_ne!(
                call(&l1, deployed.l1.settlement.address, head)
                    .await
                    .stateCommitment,
                B256::ZERO
            );
        }
        let destination = IInteropCenter::destinationBaseTokenCall {
            chainId: U256::from(272),
        };
        assert_eq!(
            call(&a, deployed.chain.center.address, destination).await,
            asset_id(9, ETHER)
        );
        for process in [l1_process, a_process, b_process] {
            process.stop().await;
        }
    }
}
