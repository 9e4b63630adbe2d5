//! One spelling per interoperable address.

use alloy::primitives::Address;
use causeway_bindings::{AddressError, InteropAddress};
use proptest::prelude::*;

fn addresses() -> impl Strategy<Value = InteropAddress> {
    let account = any::<[u8; 20]>().prop_map(Address::from);
    // Chain ids of every length, not only the long ones that a uniform choice gives.
    let chain = (1u64.., 0u32..64).prop_map(|(id, shift)| (id >> shift).max(1));
    prop_oneof![
        (chain.clone(), account.clone())
            .prop_map(|(chain, account)| InteropAddress::new(chain, account)),
        chain.prop_map(InteropAddress::chain),
        account.prop_map(InteropAddress::account_only),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(address in addresses()) {
        prop_assert_eq!(InteropAddress::decode(&address.encode()), Ok(address));
        prop_assert_eq!(address.to_string().parse(), Ok(address));
    }

    #[test]
    fn whatever_is_read_is_the_one_spelling(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(address) = InteropAddress::decode(&bytes) {
            prop_assert_eq!(address.encode(), bytes);
        }
    }

    #[test]
    fn a_changed_byte_never_spells_the_same_address(
        address in addresses(), at in any::<prop::sample::Index>(), flip in 1u8..,
    ) {
        let mut bytes = address.encode().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert_ne!(InteropAddress::decode(&bytes), Ok(address));
    }

    #[test]
    fn trailing_and_missing_bytes_are_refused(address in addresses(), cut in any::<prop::sample::Index>()) {
        let bytes = address.encode();
        let extended = [&bytes[..], &[0]].concat();
        prop_assert_eq!(InteropAddress::decode(&extended), Err(AddressError::TrailingBytes(1)));
        prop_assert!(InteropAddress::decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn leading_zeros_of_a_chain_id_are_refused(chain in 1u64..=u64::from(u32::MAX), zeros in 1usize..4) {
        let digits: Vec<u8> = chain.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        let padded = [vec![0; zeros], digits].concat();
        let spelled = [&[0, 1, 0, 0, padded.len() as u8][..], &padded, &[0]].concat();
        prop_assert_eq!(InteropAddress::decode(&spelled), Err(AddressError::ChainId));
    }
}

#[test]
fn foreign_versions_and_chain_types_are_refused() {
    let with_head = |head: [u8; 4]| InteropAddress::decode(&[&head[..], &[1, 1, 0]].concat());
    assert_eq!(with_head([0, 1, 0, 0]), Ok(InteropAddress::chain(1)));
    assert_eq!(
        with_head([0, 2, 0, 0]),
        Err(AddressError::UnknownVersion(2))
    );
    assert_eq!(with_head([0, 1, 0, 2]), Err(AddressError::NotEvm(2)));
}

#[test]
fn an_address_of_nothing_is_refused() {
    assert_eq!(
        InteropAddress::decode(&[0, 1, 0, 0, 0, 0]),
        Err(AddressError::Empty)
    );
}

#[test]
fn a_chain_id_of_more_than_32_bytes_is_refused() {
    let spelled = [&[0, 1, 0, 0, 33][..], &[1; 33], &[0]].concat();
    assert_eq!(InteropAddress::decode(&spelled), Err(AddressError::ChainId));
}
