//! Sets a world up: what an administrator does once.

use alloy::{
    hex,
    primitives::{B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use causeway_bindings::{
    ChainConfig, ETHER, IAccessManager, IChainRegistry, IInteropCenter, IVerifierRegistry,
    asset_id,
    deployment::{
        ChainDeployment, DETERMINISTIC_DEPLOYER, L1Constants, L1Deployment, NetworkConstants,
        attestation_verifier_code,
        roles::{self, Assignment, GOVERNANCE, OPERATOR, PAUSER},
    },
};

use crate::{Actors, Chain, L1, Node, Settings};

/// Code of the deterministic deployment proxy, as it stands on every chain.
const PROXY_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);
const START: u64 = 1_800_000_000;

pub(crate) struct Deployed {
    pub(crate) l1: L1,
    pub(crate) chains: Vec<Chain>,
    pub(crate) contracts: ChainDeployment,
}

/// Deploys everything and registers the chains.
pub(crate) fn deploy(actors: &Actors, settings: &Settings) -> Deployed {
    let on_l1 = L1Constants {
        deployer: actors.admin,
        first_nonce: 0,
        initial_admin: actors.admin,
        priority_expiry: settings.priority_expiry,
    };
    let constants = NetworkConstants {
        l1_chain_id: settings.l1,
        l1_bridge: on_l1.shared_bridge(),
        l1_swaps: on_l1.swap_registry(),
        initial_admin: actors.admin,
        salt: B256::ZERO,
    };
    let contracts = ChainDeployment::new(&constants);
    let mut l1 = deploy_l1(
        actors,
        settings,
        L1Deployment::new(&on_l1, contracts.vault.address, contracts.swap.address),
    );
    let ids = settings.chains.iter().map(|(chain, _)| *chain);
    let chains: Vec<Chain> = ids
        .map(|id| deploy_chain(actors, settings, &contracts, id))
        .collect();
    register(actors, settings, &mut l1, &chains);
    Deployed {
        l1,
        chains,
        contracts,
    }
}

fn deploy_l1(actors: &Actors, settings: &Settings, contracts: L1Deployment) -> L1 {
    let mut node = Node::new(settings.l1, START);
    for step in contracts.steps() {
        let created = node.create(actors.admin, step.init_code.clone());
        assert_eq!(created.expect("it is created").value, step.address);
    }
    let code = attestation_verifier_code(vec![actors.attester.address()], 1);
    let verifier = node
        .create(actors.admin, code)
        .expect("it is created")
        .value;
    let authority = contracts.authority.address;
    let mut governed = Governed { actors, node };
    governed.assign(authority, &roles::on_l1(&contracts));
    governed.grant(authority);
    let input = keccak256("a sample");
    let accept = IVerifierRegistry::acceptVerifierCall {
        verifier,
        publicInput: input,
        proof: actors.attest(settings.l1, verifier, input),
    };
    governed.call(contracts.verifier_registry.address, &accept);
    L1::new(governed.node, contracts, verifier)
}

fn deploy_chain(
    actors: &Actors,
    settings: &Settings,
    contracts: &ChainDeployment,
    id: u64,
) -> Chain {
    let mut node = Node::new(id, START);
    node.place(DETERMINISTIC_DEPLOYER, Bytes::from_static(&PROXY_CODE));
    for step in contracts.steps() {
        let created = node.create_at(B256::ZERO, &step.init_code);
        created.unwrap_or_else(|why| panic!("{}: {why:?}", step.contract));
    }
    let swap = &contracts.swap;
    let created = node.send(actors.admin, swap.deployer, swap.input.clone());
    created.expect("it is created");
    node.endow(contracts.base_token_holder, U256::from(u128::MAX));
    let mut governed = Governed { actors, node };
    governed.assign(contracts.authority.address, &roles::on_chain(contracts));
    governed.grant(contracts.authority.address);
    for (other, _) in &settings.chains {
        if *other == id {
            continue;
        }
        let open = IInteropCenter::setDestinationCall {
            chainId: U256::from(*other),
            baseTokenAssetId: asset_id(settings.l1, ETHER),
        };
        governed.call(contracts.center.address, &open);
    }
    Chain::new(governed.node, contracts.clone(), actors.operator)
}

fn register(actors: &Actors, settings: &Settings, l1: &mut L1, chains: &[Chain]) {
    for (chain, (id, mode)) in chains.iter().zip(&settings.chains) {
        let call = IChainRegistry::registerChainCall {
            chainId: U256::from(*id),
            config: ChainConfig {
                operator: actors.operator,
                verifier: l1.verifier,
                dataAvailability: *mode,
            },
            genesisStateCommitment: keccak256("genesis"),
            genesisBlock: chain.node.block,
            genesisTimestamp: chain.node.timestamp,
        };
        let registry = l1.contracts.chain_registry.address;
        l1.call(actors.admin, registry, &call)
            .expect("governance registers");
        let registered = l1.roots.register_chain(*id, l1.node.block);
        registered.expect("chains differ");
    }
}

/// A chain in the hands of who governs it.
struct Governed<'a> {
    actors: &'a Actors,
    node: Node,
}

impl Governed<'_> {
    fn call<C: SolCall>(&mut self, to: alloy::primitives::Address, call: &C) {
        let done = self.node.call(self.actors.admin, to, call);
        done.expect("governance may");
    }

    fn assign(&mut self, authority: alloy::primitives::Address, assignments: &[Assignment]) {
        for assignment in assignments {
            self.call(authority, &assignment.call());
        }
    }

    fn grant(&mut self, authority: alloy::primitives::Address) {
        let (admin, operator) = (self.actors.admin, self.actors.operator);
        for (role, account) in [(GOVERNANCE, admin), (PAUSER, admin), (OPERATOR, operator)] {
            let grant = IAccessManager::grantRoleCall {
                roleId: role,
                account,
                executionDelay: 0,
            };
            self.call(authority, &grant);
        }
    }
}
