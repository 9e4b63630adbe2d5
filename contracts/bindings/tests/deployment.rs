//! Addresses, order and roles of a deployment.

use std::{collections::BTreeSet, fs, path::Path};

use alloy::{
    primitives::{Address, B256, FixedBytes, address, keccak256},
    sol_types::{SolInterface, SolValue},
};
use causeway_bindings::{
    IAssetCustody, IAtomicSwap, IChainRegistry, IInteropCenter, IInteropHandler,
    IInteropRootStorage, IPriorityInbox, ISharedBridge, ISwapRegistry, IVerifierRegistry,
    deployment::{
        ChainDeployment, DETERMINISTIC_DEPLOYER, L1Constants, L1Deployment, NetworkConstants,
        attestation_verifier_code, roles,
    },
};

fn constants() -> NetworkConstants {
    NetworkConstants {
        l1_chain_id: 31337,
        l1_bridge: Address::with_last_byte(0xb5),
        l1_swaps: Address::with_last_byte(0x59),
        initial_admin: Address::with_last_byte(0xad),
        salt: B256::repeat_byte(5),
    }
}

fn l1_constants(deployer: Address, first_nonce: u64) -> L1Constants {
    L1Constants {
        deployer,
        first_nonce,
        initial_admin: Address::with_last_byte(2),
        priority_expiry: 3600,
    }
}

const VAULT: Address = Address::with_last_byte(0xfa);
const SWAP: Address = Address::with_last_byte(0xf9);

#[test]
fn chain_contracts_stand_where_the_proxy_puts_them() {
    let salt = constants().salt;
    let deployment = ChainDeployment::new(&constants());
    for step in deployment.steps() {
        let code_hash = keccak256(&step.init_code);
        let text = [
            &[0xff][..],
            DETERMINISTIC_DEPLOYER.as_slice(),
            salt.as_slice(),
            code_hash.as_slice(),
        ];
        assert_eq!(
            step.address,
            Address::from_word(keccak256(text.concat())),
            "{}",
            step.contract
        );
        let input = step.proxy_input(salt);
        assert_eq!(
            (&input[..32], &input[32..]),
            (salt.as_slice(), &step.init_code[..])
        );
    }
    assert_eq!(deployment.outbox(), deployment.center.address);
}

#[test]
fn every_constant_of_the_network_moves_its_contracts() {
    let base = ChainDeployment::new(&constants());
    for other in [
        NetworkConstants {
            l1_chain_id: 1,
            ..constants()
        },
        NetworkConstants {
            initial_admin: Address::ZERO,
            ..constants()
        },
        NetworkConstants {
            salt: B256::ZERO,
            ..constants()
        },
    ] {
        let moved = ChainDeployment::new(&other);
        assert_ne!(moved.center.address, base.center.address);
        assert_ne!(moved.handler.address, base.handler.address);
        assert_ne!(moved.vault.address, base.vault.address);
    }
}

#[test]
fn l1_contracts_stand_where_the_nonces_put_them() {
    // The first contract that this well-known account of development chains creates.
    let deployer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    let deployment = L1Deployment::new(&l1_constants(deployer, 0), VAULT, SWAP);
    assert_eq!(
        deployment.authority.address,
        address!("0x5FbDB2315678afecb367f032d93F642f64180aa3")
    );
    for (nonce, step) in (0..).zip(deployment.steps()) {
        assert_eq!(step.address, deployer.create(nonce), "{}", step.contract);
    }
    let constants = l1_constants(deployer, 9);
    let later = L1Deployment::new(&constants, VAULT, SWAP);
    assert_eq!(later.settlement.address, deployer.create(14));
    assert_eq!(later.shared_bridge.address, constants.shared_bridge());
    assert_eq!(later.swap_registry.address, constants.swap_registry());
}

#[test]
fn l1_contracts_are_given_the_addresses_of_each_other() {
    let deployment = L1Deployment::new(&l1_constants(Address::with_last_byte(1), 7), VAULT, SWAP);
    let [registry, root, queue, settlement] = [
        deployment.chain_registry.address,
        deployment.message_root.address,
        deployment.priority_queue.address,
        deployment.settlement.address,
    ];
    let authority = deployment.authority.address;
    let verifiers = deployment.verifier_registry.address;
    let ends_with = |step: &causeway_bindings::deployment::Step, words: &[Address]| {
        let arguments: Vec<u8> = words
            .iter()
            .flat_map(|address| address.into_word())
            .collect();
        assert!(step.init_code.ends_with(&arguments), "{}", step.contract);
    };
    ends_with(&deployment.authority, &[Address::with_last_byte(2)]);
    ends_with(&deployment.verifier_registry, &[authority]);
    ends_with(
        &deployment.chain_registry,
        &[authority, verifiers, settlement, root],
    );
    ends_with(&deployment.message_root, &[registry, settlement]);
    let ledger = deployment.asset_ledger.address;
    let swaps = deployment.swap_registry.address;
    ends_with(
        &deployment.settlement,
        &[registry, root, queue, ledger, swaps],
    );
    let bridge = deployment.shared_bridge.address;
    ends_with(
        &deployment.asset_ledger,
        &[registry, settlement, bridge, swaps],
    );
    let tokens = deployment.representations.address;
    ends_with(
        &deployment.shared_bridge,
        &[authority, tokens, ledger, queue, root, VAULT, swaps],
    );
    ends_with(
        &deployment.swap_registry,
        &[authority, registry, settlement, ledger, queue, bridge, SWAP],
    );
    let queue_arguments = (registry, settlement, 3600u64, swaps).abi_encode();
    assert!(
        deployment
            .priority_queue
            .init_code
            .ends_with(&queue_arguments)
    );
}

#[test]
fn the_vault_knows_the_bridge_and_the_contracts_of_its_chain() {
    let deployment = ChainDeployment::new(&constants());
    let arguments = (
        deployment.authority.address,
        deployment.representations.address,
        deployment.center.address,
        deployment.handler.address,
        31337_u64,
        constants().l1_bridge,
        deployment.swap_deployer.address,
        constants().l1_swaps,
    );
    let init_code = &deployment.vault.init_code;
    assert!(init_code.ends_with(&arguments.abi_encode()));
    assert_eq!(
        deployment.base_token_holder,
        deployment.vault.address.create(2)
    );
}

#[test]
fn a_vaults_swap_contract_stands_where_its_deployer_puts_it() {
    let base = ChainDeployment::new(&constants());
    assert_eq!(
        base.swap_deployer.init_code,
        ChainDeployment::new(&NetworkConstants {
            l1_swaps: Address::ZERO,
            ..constants()
        })
        .swap_deployer
        .init_code,
        "one deployer serves any network"
    );
    for other in [
        NetworkConstants {
            l1_swaps: Address::ZERO,
            ..constants()
        },
        NetworkConstants {
            l1_bridge: Address::ZERO,
            ..constants()
        },
    ] {
        let moved = ChainDeployment::new(&other);
        assert_ne!(moved.vault.address, base.vault.address);
        assert_ne!(moved.swap, base.swap, "it belongs to one vault");
    }
}

#[test]
fn signers_of_a_verifier_are_put_in_order() {
    let [a, b] = [Address::with_last_byte(1), Address::with_last_byte(2)];
    assert_eq!(
        attestation_verifier_code(vec![b, a], 2),
        attestation_verifier_code(vec![a, b], 2)
    );
    assert_ne!(
        attestation_verifier_code(vec![a, b], 1),
        attestation_verifier_code(vec![a, b], 2)
    );
}

/// `(contract, function)` for every `Interface.function.selector` in Roles.sol, by the role its function returns.
fn roles_in_solidity() -> BTreeSet<(String, String, FixedBytes<4>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/access/Roles.sol");
    let text = fs::read_to_string(path).expect("Roles.sol is there");
    assert!(
        text.contains(&format!("GOVERNANCE = {};", roles::GOVERNANCE)),
        "the governance role"
    );
    assert!(
        text.contains(&format!("OPERATOR = {};", roles::OPERATOR)),
        "the operator role"
    );
    assert!(
        text.contains(&format!("PAUSER = {};", roles::PAUSER)),
        "the pauser role"
    );
    let mut found = BTreeSet::new();
    for function in text.split("function ").skip(1) {
        let role = ["GOVERNANCE", "OPERATOR", "PAUSER"]
            .into_iter()
            .find(|role| function.contains(&format!("({role}")));
        let Some(role) = role else {
            continue;
        };
        for part in function
            .split(".selector")
            .take_while(|part| part.contains('.'))
        {
            let Some((interface, name)) = part
                .rsplit(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_'))
                .next()
                .and_then(|path| path.split_once('.'))
            else {
                continue;
            };
            if let Some(selector) = selector_of(interface, name) {
                found.insert((role.to_owned(), format!("{interface}.{name}"), selector));
            }
        }
    }
    found
}

fn selector_of(interface: &str, function: &str) -> Option<FixedBytes<4>> {
    fn find<I: SolInterface>(
        function: &str,
        name: impl Fn([u8; 4]) -> Option<&'static str>,
    ) -> Option<FixedBytes<4>> {
        I::selectors()
            .find(|selector| name(*selector) == Some(function))
            .map(FixedBytes)
    }
    macro_rules! among {
        ($($interface:ident: $calls:ident),*) => {
            match interface {
                $(stringify!($interface) => find::<$interface::$calls>(function, $interface::$calls::name_by_selector),)*
                other => panic!("Roles.sol names {other}, which this test does not know"),
            }
        };
    }
    among!(
        IAssetCustody: IAssetCustodyCalls,
        IAtomicSwap: IAtomicSwapCalls,
        IChainRegistry: IChainRegistryCalls,
        IInteropCenter: IInteropCenterCalls,
        IInteropHandler: IInteropHandlerCalls,
        IInteropRootStorage: IInteropRootStorageCalls,
        IPriorityInbox: IPriorityInboxCalls,
        ISharedBridge: ISharedBridgeCalls,
        ISwapRegistry: ISwapRegistryCalls,
        IVerifierRegistry: IVerifierRegistryCalls
    )
}

#[test]
fn roles_are_those_of_the_contracts() {
    let l1 = L1Deployment::new(&l1_constants(Address::ZERO, 0), VAULT, SWAP);
    let chain = ChainDeployment::new(&constants());
    let in_rust: BTreeSet<_> = roles::on_l1(&l1)
        .into_iter()
        .chain(roles::on_chain(&chain))
        .flat_map(|assignment| {
            let role = match assignment.role {
                roles::GOVERNANCE => "GOVERNANCE",
                roles::OPERATOR => "OPERATOR",
                roles::PAUSER => "PAUSER",
                other => panic!("an unknown role {other}"),
            };
            assignment
                .selectors
                .into_iter()
                .map(move |selector| (role.to_owned(), selector))
        })
        .collect();
    let in_solidity: BTreeSet<_> = roles_in_solidity()
        .into_iter()
        .map(|(role, _, selector)| (role, selector))
        .collect();
    assert_eq!(in_rust, in_solidity);
    assert_eq!(in_rust.len(), 14);
}

#[test]
fn nobody_has_the_key_of_the_recoverer() {
    let hash = keccak256("Causeway.Recovery.v1");
    assert_eq!(roles::RECOVERER, Address::from_word(hash));
}
