//! Puts the contracts on the chains of a local network and wires them. Every transaction of an account goes out at once
//! with its own nonce, so a deployment takes as many blocks as it has phases.

use alloy::{
    primitives::{Address, B256, Bytes, TxHash, U256, keccak256, uint},
    signers::SignerSync,
    sol_types::SolCall,
    transports::{RpcError, TransportErrorKind},
};
use causeway_bindings::{
    AssetKind, ChainConfig, DataAvailability, ETHER, IChainRegistry, IInteropCenter, ISharedBridge,
    IVerifierRegistry, TransferRequest, asset_id, attestation_digest, attestation_domain,
    attestation_proof,
    deployment::{
        ChainDeployment, DETERMINISTIC_DEPLOYER, L1Constants, L1Deployment, NetworkConstants,
        attestation_verifier_code,
        roles::{self, GOVERNANCE, OPERATOR, PAUSER, RECOVERER},
    },
};
use futures::future::try_join_all;

use crate::{
    chain::{ChainError, ReplayNode},
    model::ChainId,
    operator::rebuild::{CaptureError, Genesis},
};

use super::{
    accounts::{Account, Accounts, FUNDED, GENESIS_ETHER, THRESHOLD},
    sender::AdminSender,
};

const ETHER_IN_WEI: U256 = uint!(1_000_000_000_000_000_000_U256);

/// Funds of each base token holder, in wei: a billion ether, more than there is.
const HOLDER_FUNDS: U256 = uint!(1_000_000_000_000_000_000_000_000_000_U256);

/// Gas for a deposit on its chain: the vault keeps 300,000 of it ready to pay the recipient.
const DEPOSIT_GAS: u64 = 1_000_000;

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
    /// A node could not be opened.
    #[error(transparent)]
    Node(#[from] ChainError),
    /// What a chain starts from could not be read.
    #[error(transparent)]
    Genesis(#[from] CaptureError),
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
    /// What each chain started from, in the order of the chains.
    pub genesis: Vec<Genesis>,
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
    let on_l1 = L1Constants {
        deployer: admin,
        first_nonce: 0,
        initial_admin: admin,
        priority_expiry: priority_expiry_seconds,
    };
    let constants = NetworkConstants {
        l1_chain_id: l1.chain,
        l1_bridge: on_l1.shared_bridge(),
        l1_swaps: on_l1.swap_registry(),
        initial_admin: admin,
        salt: B256::ZERO,
    };
    let chain = ChainDeployment::new(&constants);
    let mut deployed = Deployed {
        l1: L1Deployment::new(&on_l1, chain.vault.address, chain.swap.address),
        verifier: admin.create(L1Constants::CONTRACTS),
        chain,
        genesis: Vec::new(),
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
    deployed.genesis = genesis;
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
    async fn deploy_l1(&self) -> Result<AdminSender, DeployError> {
        let Deployed { l1, verifier, .. } = self.deployed;
        let mut sender = AdminSender::new(self.l1, &self.accounts.admin.signer)?;
        for step in l1.steps() {
            sender.create(step.contract, step.init_code.clone()).await?;
        }
        let code = attestation_verifier_code(self.accounts.attester_addresses(), THRESHOLD);
        sender.create("AttestationVerifier", code).await?;

        let authority = l1.authority.address;
        sender.assign(authority, &roles::on_l1(l1)).await?;
        self.grant_roles(&mut sender, authority).await?;
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

    /// What governs and stops, on L1 as on every chain.
    async fn grant_roles(
        &self,
        sender: &mut AdminSender,
        authority: Address,
    ) -> Result<(), DeployError> {
        let admin = self.constants.initial_admin;
        let pauser = self.accounts.pauser.signer.address();
        for (role, account) in [(GOVERNANCE, admin), (PAUSER, admin), (PAUSER, pauser)] {
            sender.grant(authority, role, account).await?;
        }
        Ok(())
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
        let mut sender = AdminSender::new(target, &self.accounts.admin.signer)?;
        for step in deployment.steps() {
            let input = step.proxy_input(self.constants.salt);
            sender
                .send(step.contract, Some(DETERMINISTIC_DEPLOYER), input)
                .await?;
        }
        let swap = &deployment.swap;
        sender
            .send("AtomicSwap", Some(swap.deployer), swap.input.clone())
            .await?;
        let authority = deployment.authority.address;
        sender
            .assign(authority, &roles::on_chain(deployment))
            .await?;
        self.grant_roles(&mut sender, authority).await?;
        sender
            .grant(authority, OPERATOR, operator.signer.address())
            .await?;
        sender.grant(authority, OPERATOR, RECOVERER).await?;
        sender
            .endow(deployment.base_token_holder, HOLDER_FUNDS)
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
        let node = ReplayNode::new(target.chain, &target.url)?;
        Ok(Genesis::capture(target.chain, &node).await?)
    }

    async fn register(
        &self,
        mut sender: AdminSender,
        genesis: &[Genesis],
    ) -> Result<(), DeployError> {
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
                genesisStateCommitment: genesis.header.hash_slow(),
                genesisBlock: genesis.header.number,
                genesisTimestamp: genesis.header.timestamp,
            };
            sender
                .call(
                    "register chain",
                    self.deployed.l1.chain_registry.address,
                    &call,
                )
                .await?;
        }
        self.back_genesis(&mut sender).await?;
        sender.settle().await
    }

    /// The ether that each chain's genesis gave to accounts is deposited on L1, so that it may leave the chain again. On
    /// the chain the deposit goes from the holder to the holder.
    async fn back_genesis(&self, sender: &mut AdminSender) -> Result<(), DeployError> {
        let balance = U256::from(GENESIS_ETHER).saturating_mul(ETHER_IN_WEI);
        let given = balance.saturating_mul(U256::from(FUNDED));
        let needed = given.saturating_mul(U256::from(self.chains.len()));
        sender
            .endow(self.constants.initial_admin, needed.saturating_add(balance))
            .await?;
        for target in self.chains {
            let call = ISharedBridge::depositCall {
                request: TransferRequest {
                    destinationChainId: U256::from(target.chain),
                    token: ETHER,
                    kind: AssetKind::Fungible,
                    tokenId: U256::ZERO,
                    amount: given,
                    recipient: self.deployed.chain.base_token_holder,
                    deliverBefore: U256::ZERO,
                },
                gasLimit: DEPOSIT_GAS,
            };
            let bridge = self.deployed.l1.shared_bridge.address;
            let data = call.abi_encode().into();
            sender
                .pay("back the genesis", Some(bridge), data, given)
                .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, time::Duration};

    use alloy::{
        network::TransactionBuilder,
        providers::{Provider, ProviderBuilder},
        rpc::types::TransactionRequest,
    };
    use causeway_bindings::{IAssetVault, IBatchSettlement, IInteropHandler, IVersioned};

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
            let vault = deployed.chain.vault.address;
            let holder = call(target, vault, IAssetVault::BASE_TOKEN_HOLDERCall {}).await;
            assert_eq!(holder, deployed.chain.base_token_holder);
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
