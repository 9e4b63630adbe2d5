//! Values that stand in the protocol description, byte for byte.

use alloy::{
    primitives::{Address, B256, U256, address, b256, fixed_bytes, keccak256},
    sol_types::{SolCall, SolEvent, SolValue},
};
use causeway_bindings::{
    Asset, AssetKind, Attribute, Batch, DataAvailability, ETHER, IERC7786Recipient, IInteropCenter,
    InteropAddress, LedgerEntry, PriorityOperation, PublicInputDomain, RootImport, asset_id,
    attestation_digest, attestation_domain, blobs_commitment, bundle_hash, calldata_commitment,
    fold_imports, fold_leaf, fold_operation, ledger_delta_hash, receive_id,
};

#[test]
fn ether_of_mainnet_has_its_known_asset_id() {
    assert_eq!(
        asset_id(1, ETHER),
        b256!("0x05e1c3ae4b9732444ae25217ac7666e46fa365fee1768de00c9fcb65532b7609")
    );
}

#[test]
fn gateway_selectors_are_those_of_the_standards() {
    assert_eq!(
        IInteropCenter::sendMessageCall::SELECTOR,
        [0xcd, 0xfe, 0x7f, 0x5c]
    );
    assert_eq!(
        IInteropCenter::sendBundleCall::SELECTOR,
        [0x5e, 0xf7, 0xe1, 0x04]
    );
    assert_eq!(
        IERC7786Recipient::receiveMessageCall::SELECTOR,
        [0x24, 0x32, 0xef, 0x26]
    );
    assert_eq!(
        IInteropCenter::MessageSent::SIGNATURE_HASH,
        b256!("0x7446eaa0a0dda80670b3bfe972bfbefab659bcfb67abad4e0b64dc4630a70481")
    );
}

#[test]
fn attribute_selectors_are_those_of_the_standards() {
    let account = InteropAddress::new(1, Address::ZERO);
    let expected = [
        (
            Attribute::InteropCallValue(U256::ZERO),
            fixed_bytes!("0x54b16529"),
        ),
        (
            Attribute::IndirectCall(U256::ZERO),
            fixed_bytes!("0xc8496ea7"),
        ),
        (
            Attribute::ExecutionAddress(account),
            fixed_bytes!("0x054c031b"),
        ),
        (
            Attribute::UnbundlerAddress(account),
            fixed_bytes!("0xb9c86698"),
        ),
        (
            Attribute::MinGasLimit(U256::ZERO),
            fixed_bytes!("0x39f87ba1"),
        ),
        (
            Attribute::DeliverBefore(U256::ZERO),
            fixed_bytes!("0x3e97d7ee"),
        ),
        (
            Attribute::DeliverAfter(U256::ZERO),
            fixed_bytes!("0x745910eb"),
        ),
        (Attribute::Cancellable(false), fixed_bytes!("0xde986d7f")),
    ];
    for (attribute, selector) in expected {
        assert_eq!(attribute.selector(), selector, "{attribute:?}");
    }
}

#[test]
fn interoperable_address_is_spelled_as_the_standard_shows() {
    // The example of ERC-7930 for an account on Ethereum mainnet.
    let account = address!("0xd8da6bf26964af9d7eed9e03e53415d37aa96045");
    let spelled = "0x00010000010114d8da6bf26964af9d7eed9e03e53415d37aa96045";
    assert_eq!(InteropAddress::new(1, account).to_string(), spelled);
    assert_eq!(spelled.parse(), Ok(InteropAddress::new(1, account)));
    assert_eq!(
        InteropAddress::chain(0x1234).to_string(),
        "0x0001000002123400"
    );
}

/// Lays words side by side, as `abi.encode` does with static values.
fn words(words: &[B256]) -> Vec<u8> {
    words.concat()
}

fn number(value: u64) -> B256 {
    U256::from(value).into()
}

#[test]
fn bundle_hash_covers_the_source_and_the_bytes() {
    let hash = bundle_hash(U256::from(7), b"abc");
    let mut text = words(&[number(7), number(0x40), number(3)]);
    text.extend(*b"abc");
    text.extend([0; 29]);
    assert_eq!(hash, keccak256(text));
    assert_eq!(receive_id(hash, 2), keccak256(words(&[hash, number(2)])));
}

#[test]
fn operation_hash_is_that_of_the_encoded_operation() {
    let operation = PriorityOperation {
        version: 1,
        chainId: U256::from(271),
        nonce: 4,
        sender: Address::with_last_byte(5),
        to: Address::with_last_byte(6),
        gasLimit: 200_000,
        expiresAt: 1_800_000_000,
        data: Default::default(),
    };
    let head = [
        number(0x20),
        number(1),
        number(271),
        number(4),
        Address::with_last_byte(5).into_word(),
        Address::with_last_byte(6).into_word(),
        number(200_000),
        number(1_800_000_000),
        number(0x100),
        number(0),
    ];
    assert_eq!(operation.operation_hash(), keccak256(words(&head)));
}

#[test]
fn rolling_hashes_fold_packed_words() {
    let [h, item] = [B256::repeat_byte(1), B256::repeat_byte(2)];
    assert_eq!(fold_leaf(h, item), keccak256(words(&[h, item])));
    assert_eq!(fold_operation(h, item), keccak256(words(&[h, item])));

    let import = |block: u64| RootImport {
        settlementChainId: U256::from(1),
        blockNumber: U256::from(block),
        timestamp: U256::from(block * 12),
        root: B256::with_last_byte(9),
    };
    let fold = |h: B256, block: u64| {
        keccak256(words(&[
            h,
            number(1),
            number(block),
            number(block * 12),
            B256::with_last_byte(9),
        ]))
    };
    let folded = fold_imports(B256::ZERO, &[import(10), import(11)]);
    assert_eq!(folded, fold(fold(B256::ZERO, 10), 11));
}

#[test]
fn public_input_is_one_word_per_claim() {
    let settlement = Address::with_last_byte(0x5e);
    let domain = PublicInputDomain::new(31337, settlement);
    let tag = keccak256("Causeway.PublicInput.v1");
    assert_eq!(
        domain.hash(),
        keccak256(words(&[tag, number(31337), settlement.into_word()]))
    );

    let hash = B256::repeat_byte;
    let batch = Batch {
        number: 3,
        prevStateCommitment: hash(1),
        newStateCommitment: hash(2),
        firstBlock: 10,
        lastBlock: 20,
        firstTimestamp: 100,
        lastTimestamp: 200,
        chainBatchRoot: hash(3),
        priorityOpsHash: hash(4),
        priorityOpsCount: 5,
        dependencyRootsHash: hash(6),
        ledgerDeltaHash: hash(7),
        swapEffectsHash: hash(8),
        daCommitment: hash(9),
    };
    let expected = words(&[
        domain.hash(),
        number(271),
        number(3),
        hash(1),
        hash(2),
        number(10),
        number(20),
        number(100),
        number(200),
        hash(3),
        hash(4),
        number(5),
        hash(6),
        hash(7),
        hash(8),
        number(1),
        hash(9),
    ]);
    assert_eq!(
        domain.public_input(271, &batch, DataAvailability::Calldata),
        keccak256(expected)
    );
}

#[test]
fn a_ledger_report_is_its_version_and_its_entries() {
    let token = Address::with_last_byte(0x70);
    let asset = Asset {
        originChainId: U256::from(271),
        originToken: token,
        kind: AssetKind::MultiToken,
    };
    let id = asset_id(271, token);
    assert_eq!(asset.id(), id);
    assert_eq!(
        asset.ledger_key(U256::from(5)),
        keccak256(words(&[id, number(2), number(5)]))
    );
    let entry = LedgerEntry {
        asset,
        tokenId: U256::from(5),
        source: U256::from(271),
        destination: U256::from(272),
        amount: U256::from(30),
    };
    let report = words(&[
        number(1),
        number(0x40),
        number(1),
        number(271),
        token.into_word(),
        number(2),
        number(5),
        number(271),
        number(272),
        number(30),
    ]);
    assert_eq!(ledger_delta_hash(&[entry]), keccak256(report));
    assert_eq!(ledger_delta_hash(&[]), B256::ZERO);
}

#[test]
fn data_commitments_are_plain_hashes() {
    assert_eq!(
        calldata_commitment(b"transactions"),
        keccak256(b"transactions")
    );
    let blobs = [B256::repeat_byte(1), B256::repeat_byte(2)];
    assert_eq!(blobs_commitment(&blobs), keccak256(words(&blobs)));
}

#[test]
fn attestation_digest_is_eip712() {
    let verifier = Address::with_last_byte(0xa7);
    let input = B256::repeat_byte(0x11);
    let separator = keccak256(words(&[
        keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
        ),
        keccak256("Causeway Attestation"),
        keccak256("1"),
        number(31337),
        verifier.into_word(),
    ]));
    let statement = keccak256((keccak256("Attestation(bytes32 publicInput)"), input).abi_encode());
    let digest = keccak256(
        [
            &[0x19, 0x01][..],
            separator.as_slice(),
            statement.as_slice(),
        ]
        .concat(),
    );
    assert_eq!(
        attestation_digest(&attestation_domain(31337, verifier), input),
        digest
    );
}

#[test]
fn a_frozen_chain_has_a_domain_of_its_own() {
    let settlement = Address::with_last_byte(0x5e);
    let tag = keccak256("Causeway.QueueInput.v1");
    let expected = keccak256(words(&[tag, number(31337), settlement.into_word()]));
    let frozen = PublicInputDomain::queue_only(31337, settlement);
    assert_eq!(frozen.hash(), expected);
    assert_ne!(frozen, PublicInputDomain::new(31337, settlement));
}
