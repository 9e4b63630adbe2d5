//! Addresses, order and roles of a deployment.

use std::{collections::BTreeSet, fs, path::Path};

use alloy::{
    primitives::{Address, B256, FixedBytes, address, keccak256},
    sol_types::{SolInterface, SolValue},
};
use causeway_bindings::{
    IChainRegistry, IInteropCenter, IInteropHandler, IInteropRootStorage, IPriorityInbox,
    IVerifierRegistry,
    deployment::{
        ChainDeployment, DETERMINISTIC_DEPLOYER, L1Deployment, NetworkConstants,
        attestation_verifier_code, roles,
    },
};

fn constants() -> NetworkConstants {
    NetworkConstants {
        l1_chain_id: 31337,
        initial_admin: Address::with_last_byte(0xad),
        salt: B256::repeat_byte(5),
    }
}

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
        assert_ne!(moved.root_storage.address, base.root_storage.address);
        assert_ne!(moved.handler.address, base.handler.address);
    }
}

#[test]
fn l1_contracts_stand_where_the_nonces_put_them() {
    // The first contract that this well-known account of development chains creates.
    let deployer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    let deployment = L1Deployment::new(deployer, 0, deployer, 3600);
    assert_eq!(
        deployment.authority.address,
        address!("0x5FbDB2315678afecb367f032d93F642f64180aa3")
    );
    for (nonce, step) in (0..).zip(deployment.steps()) {
        assert_eq!(step.address, deployer.create(nonce), "{}", step.contract);
    }
    let later = L1Deployment::new(deployer, 9, deployer, 3600);
    assert_eq!(later.settlement.address, deployer.create(14));
}

#[test]
fn l1_contracts_are_given_the_addresses_of_each_other() {
    let deployment = L1Deployment::new(
        Address::with_last_byte(1),
        7,
        Address::with_last_byte(2),
        3600,
    );
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
    ends_with(&deployment.settlement, &[registry, root, queue]);
    let queue_arguments = (registry, settlement, 3600u64).abi_encode();
    assert!(
        deployment
            .priority_queue
            .init_code
            .ends_with(&queue_arguments)
    );
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
    let mut found = BTreeSet::new();
    for function in text.split("function ").skip(1) {
        let role = if function.contains("(GOVERNANCE") {
            "governance"
        } else {
            "operator"
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
        IChainRegistry: IChainRegistryCalls,
        IInteropCenter: IInteropCenterCalls,
        IInteropHandler: IInteropHandlerCalls,
        IInteropRootStorage: IInteropRootStorageCalls,
        IPriorityInbox: IPriorityInboxCalls,
        IVerifierRegistry: IVerifierRegistryCalls
    )
}

#[test]
fn roles_are_those_of_the_contracts() {
    let l1 = L1Deployment::new(Address::ZERO, 0, Address::ZERO, 1);
    let chain = ChainDeployment::new(&constants());
    let in_rust: BTreeSet<_> = roles::on_l1(&l1)
        .into_iter()
        .chain(roles::on_chain(&chain))
        .flat_map(|assignment| {
            let role = if assignment.role == roles::GOVERNANCE {
                "governance"
            } else {
                "operator"
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
    assert_eq!(in_rust.len(), 7);
}
