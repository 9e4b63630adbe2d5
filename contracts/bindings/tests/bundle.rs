//! One encoding per bundle: whatever else is read is either refused or the same bundle (ATK-34).

use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, U256, keccak256},
    sol_types::SolValue,
};
use causeway_bindings::{
    Attribute, AttributeError, BUNDLE_VERSION, BundleAttributes, BundleError,
    CALL_VERSION_CONDITIONAL, CALL_VERSION_PLAIN, ConditionalPayload, Conditions, InteropAddress,
    InteropBundle, InteropCall, bundle_hash, receive_id,
};
use proptest::{collection::vec, prelude::*};

fn bytes(longest: usize) -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..=longest).prop_map(Bytes::from)
}

fn numbers() -> impl Strategy<Value = U256> {
    any::<[u8; 32]>().prop_map(U256::from_be_bytes)
}

fn accounts() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from)
}

fn calls() -> impl Strategy<Value = InteropCall> {
    (accounts(), accounts(), numbers(), bytes(100)).prop_map(|(to, from, value, data)| {
        InteropCall {
            version: CALL_VERSION_PLAIN,
            shadowAccount: false,
            to,
            from,
            value,
            data,
        }
    })
}

fn bundles() -> impl Strategy<Value = InteropBundle> {
    let ids = (numbers(), numbers(), any::<[u8; 32]>(), any::<[u8; 32]>());
    (ids, vec(calls(), 0..5), bytes(58), bytes(58)).prop_map(|(ids, calls, executor, unbundler)| {
        InteropBundle {
            version: BUNDLE_VERSION,
            sourceChainId: ids.0,
            destinationChainId: ids.1,
            destinationBaseTokenAssetId: ids.2.into(),
            interopBundleSalt: ids.3.into(),
            calls,
            attributes: BundleAttributes {
                executionAddress: executor,
                unbundlerAddress: unbundler,
                useFixedFee: false,
            },
        }
    })
}

/// One change to encoded bytes.
#[derive(Clone, Debug)]
enum Mutation {
    FlipBit(prop::sample::Index, u8),
    SetWord(prop::sample::Index, u16),
    CopyWord(prop::sample::Index, prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
}

fn mutations() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 0u8..8).prop_map(|(at, bit)| Mutation::FlipBit(at, bit)),
        (at(), any::<u16>()).prop_map(|(at, value)| Mutation::SetWord(at, value)),
        (at(), at()).prop_map(|(from, to)| Mutation::CopyWord(from, to)),
        (at(), vec(any::<u8>(), 1..=64)).prop_map(|(at, inserted)| Mutation::Insert(at, inserted)),
        (at(), 1usize..=64).prop_map(|(at, count)| Mutation::Remove(at, count)),
    ]
}

fn mutate(text: &mut Vec<u8>, mutation: Mutation) {
    let words = text.len() / 32;
    if words == 0 {
        return;
    }
    match mutation {
        Mutation::FlipBit(at, bit) => {
            let at = at.index(text.len());
            text[at] ^= 1 << bit;
        }
        Mutation::SetWord(at, value) => {
            let at = at.index(words) * 32;
            text[at..at + 32].copy_from_slice(B256::from(U256::from(value)).as_slice());
        }
        Mutation::CopyWord(from, to) => {
            let from = from.index(words) * 32;
            text.copy_within(from..from + 32, to.index(words) * 32);
        }
        Mutation::Insert(at, inserted) => {
            let at = at.index(text.len() + 1);
            text.splice(at..at, inserted);
        }
        Mutation::Remove(at, count) => {
            let at = at.index(text.len());
            text.drain(at..text.len().min(at + count));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn atk34_a_changed_encoding_is_refused_or_is_another_bundle(
        bundle in bundles(), mutations in vec(mutations(), 1..4),
    ) {
        let original = bundle.encode();
        let mut changed = original.to_vec();
        mutations.into_iter().for_each(|mutation| mutate(&mut changed, mutation));
        let changed = Bytes::from(changed);
        if let Ok(read) = InteropBundle::decode(&changed) {
            prop_assert_eq!(read.encode(), changed.clone(), "two encodings of one bundle");
            prop_assert_eq!(read == bundle, changed == original);
            prop_assert_eq!(read.bundle_hash(), bundle_hash(read.sourceChainId, &changed));
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(bundle in bundles()) {
        prop_assert_eq!(InteropBundle::decode(&bundle.encode()), Ok(bundle.clone()));
        prop_assert_eq!(InteropBundle::decode_message(&bundle.encode_message()), Ok(bundle.clone()));
        prop_assert_eq!(bundle.bundle_hash(), bundle_hash(bundle.sourceChainId, &bundle.encode()));
        let ids: Vec<_> = bundle.receive_ids().collect();
        let expected: Vec<_> = (0..bundle.calls.len()).map(|i| receive_id(bundle.bundle_hash(), i)).collect();
        prop_assert_eq!(ids, expected);
    }

    #[test]
    fn conditions_are_read_and_their_other_spellings_refused(
        [min_gas_limit, deliver_before, deliver_after] in [numbers(), numbers(), numbers()],
        payload in bytes(70), extra in vec(any::<u8>(), 1..40), call in calls(),
    ) {
        let data = ConditionalPayload {
            minGasLimit: min_gas_limit,
            deliverBefore: deliver_before,
            deliverAfter: deliver_after,
            payload: payload.clone(),
        }.abi_encode();
        let conditional = |data: Vec<u8>| InteropCall {
            version: CALL_VERSION_CONDITIONAL,
            data: data.into(),
            ..call.clone()
        };
        let expected = Conditions { min_gas_limit, deliver_before, deliver_after };
        prop_assert_eq!(conditional(data.clone()).content(), Ok((expected, payload)));
        let longer = [data, extra].concat();
        prop_assert!(matches!(conditional(longer).content(), Err(BundleError::NotCanonical(_))));
    }

    #[test]
    fn attributes_have_one_spelling(number in numbers(), account in accounts(), chain in 1u64.., extra in 1usize..40) {
        let named = InteropAddress::new(chain, account);
        for attribute in [
            Attribute::MinGasLimit(number),
            Attribute::DeliverBefore(number),
            Attribute::DeliverAfter(number),
            Attribute::InteropCallValue(number),
            Attribute::IndirectCall(number),
            Attribute::Cancellable(true),
            Attribute::ExecutionAddress(named),
            Attribute::UnbundlerAddress(named),
        ] {
            let encoded = attribute.encode();
            prop_assert_eq!(Attribute::decode(&encoded), Ok(attribute));
            let longer = [&encoded[..], &vec![0; extra]].concat();
            let refused = matches!(Attribute::decode(&longer), Err(AttributeError::Arguments { .. }));
            prop_assert!(refused);
        }
    }
}

fn plain_bundle() -> InteropBundle {
    let call = |data: &'static [u8]| InteropCall {
        version: CALL_VERSION_PLAIN,
        shadowAccount: false,
        to: Address::with_last_byte(1),
        from: Address::with_last_byte(2),
        value: U256::ZERO,
        data: Bytes::from_static(data),
    };
    InteropBundle {
        version: BUNDLE_VERSION,
        sourceChainId: U256::from(1),
        destinationChainId: U256::from(2),
        destinationBaseTokenAssetId: keccak256("base"),
        interopBundleSalt: keccak256("salt"),
        calls: vec![call(b"same"), call(b"same")],
        attributes: BundleAttributes {
            executionAddress: Bytes::new(),
            unbundlerAddress: Bytes::new(),
            useFixedFee: false,
        },
    }
}

/// Word `index` of the bundle's text after the outermost offset.
fn word_at(text: &mut [u8], index: usize) -> &mut [u8] {
    &mut text[32 * (index + 1)..32 * (index + 2)]
}

#[test]
fn atk34_dirty_bits_are_refused() {
    let clean = plain_bundle().encode();
    assert!(InteropBundle::decode(&clean).is_ok());
    // Word 8 is the offset of the first call, so its tuple starts at 8 + offset / 32.
    let first_call = 8 + usize::from(clean[32 * 9 + 31]) / 32;
    let [version, shadow, to] = [first_call, first_call + 1, first_call + 2];
    for (word, byte) in [(0, 1), (version, 31), (shadow, 0), (shadow, 31), (to, 11)] {
        let mut dirty = clean.to_vec();
        word_at(&mut dirty, word)[byte] = 2;
        assert!(
            matches!(
                InteropBundle::decode(&dirty),
                Err(BundleError::NotCanonical(_))
            ),
            "byte {byte} of word {word}"
        );
    }
}

#[test]
fn atk34_calls_that_share_their_bytes_are_refused() {
    let clean = plain_bundle().encode();
    let mut shared = clean.to_vec();
    // Both offsets of the array of calls now lead to the first call, and the value stays the same.
    let first: Vec<u8> = word_at(&mut shared, 8).to_vec();
    word_at(&mut shared, 9).copy_from_slice(&first);
    assert_ne!(shared, clean);
    assert!(matches!(
        InteropBundle::decode(&shared),
        Err(BundleError::NotCanonical(_))
    ));
}

/// A bundle of `count` calls that all lead to the bytes of one, 100 KB large.
fn unfolding_text(count: usize) -> Vec<u8> {
    let mut bundle = plain_bundle();
    bundle.calls.truncate(1);
    bundle.calls[0].data = vec![7; 100_000].into();
    let clean = bundle.encode();
    // Words: the outermost offset, seven of the head, the number of calls, the offset of the call, the call itself.
    let mut text = clean[..32 * 8].to_vec();
    let attributes = U256::from_be_slice(word_at(&mut text, 6)) + U256::from(32 * (count - 1));
    word_at(&mut text, 6).copy_from_slice(B256::from(attributes).as_slice());
    text.extend(B256::from(U256::from(count)));
    for _ in 0..count {
        text.extend(B256::from(U256::from(32 * count)));
    }
    text.extend(&clean[32 * 10..]);
    text
}

#[test]
fn a_small_text_cannot_unfold_into_a_large_bundle() {
    let lenient =
        InteropBundle::abi_decode(&unfolding_text(40)).expect("a lenient decoder takes it");
    assert_eq!(lenient.calls.len(), 40);
    // 4,000 of them would take 400 MB.
    for count in [40, 4_000] {
        let read = InteropBundle::decode(&unfolding_text(count));
        assert!(
            matches!(read, Err(BundleError::NotCanonical(_))),
            "{count} calls"
        );
    }
    assert!(InteropBundle::decode(&unfolding_text(1)).is_ok());
}

#[test]
fn unknown_versions_are_refused() {
    let unknown = FixedBytes([0x09]);
    let bundle = InteropBundle {
        version: unknown,
        ..plain_bundle()
    };
    assert_eq!(
        InteropBundle::decode(&bundle.encode()),
        Err(BundleError::UnknownVersion(unknown))
    );
    let call = InteropCall {
        version: unknown,
        ..plain_bundle().calls[0].clone()
    };
    assert_eq!(call.content(), Err(BundleError::UnknownVersion(unknown)));
}

#[test]
fn messages_that_carry_no_bundle_are_told_apart() {
    assert_eq!(
        InteropBundle::decode_message(&[]),
        Err(BundleError::NotABundle)
    );
    assert_eq!(
        InteropBundle::decode_message(b"\x02hello"),
        Err(BundleError::NotABundle)
    );
    assert!(matches!(
        InteropBundle::decode_message(b"\x01hello"),
        Err(BundleError::NotCanonical(_))
    ));
}

#[test]
fn named_accounts_are_read_strictly() {
    let executor = InteropAddress::new(2, Address::with_last_byte(7));
    let mut bundle = plain_bundle();
    assert_eq!(bundle.executor(), Ok(None));
    bundle.attributes.executionAddress = executor.encode();
    bundle.attributes.unbundlerAddress = [&executor.encode()[..], &[0]].concat().into();
    assert_eq!(bundle.executor(), Ok(Some(executor)));
    assert!(matches!(bundle.unbundler(), Err(BundleError::Address(_))));
}
