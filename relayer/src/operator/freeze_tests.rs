use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEip7702, TxLegacy},
    eips::eip2718::Encodable2718,
    primitives::{B256, Bytes, Signature, TxKind},
};
use causeway_bindings::{Asset, AssetKind, SwapLeg};

use super::*;

const CONTRACTS: OperatedContracts = OperatedContracts {
    outbox: Address::with_last_byte(1),
    inbox: Address::with_last_byte(2),
    handler: Address::with_last_byte(3),
    vault: Address::with_last_byte(4),
    swap: Address::with_last_byte(5),
};

fn consume() -> Bytes {
    let call = IPriorityInbox::processOperationsCall { operations: vec![] };
    call.abi_encode().into()
}

fn bury() -> Bytes {
    let call = IAtomicSwap::buryCall { tombstones: vec![] };
    call.abi_encode().into()
}

fn transaction(to: TxKind, input: Bytes, value: u64) -> Bytes {
    let transaction = TxEip1559 {
        to,
        input,
        value: U256::from(value),
        ..TxEip1559::default()
    };
    signed(transaction)
}

fn signed<T>(transaction: T) -> Bytes
where
    T: SignableTransaction<Signature>,
    TxEnvelope: From<alloy::consensus::Signed<T>>,
{
    let signed = transaction.into_signed(Signature::test_signature());
    TxEnvelope::from(signed).encoded_2718().into()
}

fn block(number: u64, transactions: Vec<Bytes>) -> BlockData {
    BlockData {
        number,
        timestamp: 0,
        beneficiary: Address::ZERO,
        gas_limit: 0,
        base_fee_per_gas: 0,
        prev_randao: B256::ZERO,
        transactions,
    }
}

#[test]
fn only_the_queue_and_burials_are_of_the_system() {
    let [inbox, swap, vault] = [CONTRACTS.inbox, CONTRACTS.swap, CONTRACTS.vault].map(TxKind::Call);
    let legacy = signed(TxLegacy {
        to: inbox,
        input: consume(),
        ..TxLegacy::default()
    });
    let system = vec![
        legacy,
        transaction(inbox, consume(), 0),
        transaction(swap, bury(), 0),
    ];
    let blocks = [block(7, vec![]), block(8, system)];
    assert_eq!(check_queue_only(&CONTRACTS, &blocks), Ok(()));

    let delegating = signed(TxEip7702 {
        to: CONTRACTS.inbox,
        input: consume(),
        ..TxEip7702::default()
    });
    let foreign = [
        ("another function", transaction(swap, consume(), 0)),
        ("another contract", transaction(vault, consume(), 0)),
        ("a creation", transaction(TxKind::Create, consume(), 0)),
        ("no selector", transaction(inbox, Bytes::new(), 0)),
        ("value", transaction(inbox, consume(), 1)),
        ("authorizations", delegating),
        ("an unknown type", Bytes::from_static(&[0x7e, 1, 2])),
        ("nothing", Bytes::new()),
    ];
    for (name, foreign) in foreign {
        let blocks = [
            block(7, vec![]),
            block(8, vec![transaction(inbox, consume(), 0), foreign]),
        ];
        let found = check_queue_only(&CONTRACTS, &blocks).unwrap_err();
        assert_eq!((found.block, found.index), (8, 1), "{name}: {found}");
    }
}

fn tombstones(ids: &[u8]) -> Vec<Tombstone> {
    let tombstone = |id: &u8| Tombstone {
        source: U256::from(271),
        swapId: B256::repeat_byte(*id),
    };
    ids.iter().map(tombstone).collect()
}

/// Burials of these swaps, then as many cancellations.
fn effects(buried: &[u8], cancelled: usize) -> Vec<SwapEffect> {
    let asset = Asset {
        originChainId: U256::ZERO,
        originToken: Address::ZERO,
        kind: AssetKind::Fungible,
    };
    let nothing = SwapLeg::new(asset, U256::ZERO, U256::ZERO);
    let effect = |change, id| SwapEffect {
        change,
        source: U256::from(271),
        destination: U256::from(272),
        swapId: B256::repeat_byte(id),
        leg: nothing.clone(),
        returned: nothing.clone(),
    };
    let burials = buried.iter().map(|id| effect(SwapChange::Buried, *id));
    let others = (0..cancelled).map(|_| effect(SwapChange::Cancelled, 99));
    burials.chain(others).collect()
}

fn come(buried: &[u8], cancelled: usize, consumed: u64) -> Come {
    Come {
        effects: effects(buried, cancelled),
        consumed,
    }
}

const LAST: BlockRef = BlockRef {
    number: 9,
    hash: B256::ZERO,
    timestamp: 9,
};

#[test]
fn a_frozen_chain_buries_then_consumes_then_settles() {
    let at = |ids: &[u8], latest: Come, has_operations: bool, is_part: bool| {
        duty(&FrozenChain {
            tombstones: tombstones(ids),
            has_operations,
            latest,
            part: Ok(is_part.then_some(LAST)),
        })
    };
    let start = || come(&[], 0, 3);
    let done = || come(&[1, 2], 1, 4);
    let cases = [
        (
            "it buries first",
            at(&[1, 2], start(), true, false),
            Duty::Bury(tombstones(&[1, 2])),
        ),
        (
            "it buries what is left",
            at(&[1, 2], come(&[1], 0, 3), true, false),
            Duty::Bury(tombstones(&[2])),
        ),
        (
            "what one batch holds is settled before more is buried",
            at(&[1, 2], come(&[1], 0, 3), true, true),
            Duty::Settle(LAST),
        ),
        (
            "nothing to bury",
            at(&[], start(), true, false),
            Duty::Consume,
        ),
        (
            "all is buried",
            at(&[1, 2], come(&[1, 2], 0, 3), true, false),
            Duty::Consume,
        ),
        (
            "nothing waits that L1 has finally",
            at(&[1, 2], done(), false, false),
            Duty::Wait,
        ),
        (
            "all is done and final",
            at(&[1, 2], done(), false, true),
            Duty::Settle(LAST),
        ),
        (
            "more waits",
            at(&[1, 2], done(), true, true),
            Duty::Settle(LAST),
        ),
        (
            "a tombstone came after the queue was consumed",
            at(&[1, 2, 3], done(), true, true),
            Duty::RollBack(Misstep::TooEarly),
        ),
        (
            "a tombstone came before the queue told of a swap",
            at(&[1, 2, 3], come(&[1, 2], 0, 4), true, false),
            Duty::Bury(tombstones(&[3])),
        ),
        (
            "it has buried something else",
            at(&[1, 2], come(&[2], 0, 3), true, false),
            Duty::RollBack(Misstep::TooEarly),
        ),
        (
            "it has buried more",
            at(&[1], come(&[1, 2], 0, 3), true, false),
            Duty::RollBack(Misstep::TooEarly),
        ),
    ];
    for (name, found, expected) in cases {
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn many_tombstones_are_buried_in_parts() {
    let ids: Vec<u8> = (0..=200).collect();
    let chain = FrozenChain {
        tombstones: tombstones(&ids),
        has_operations: true,
        latest: come(&ids[..10], 0, 0),
        part: Ok(None),
    };
    assert_eq!(duty(&chain), Duty::Bury(tombstones(&ids[10..74])));
    let chain = FrozenChain {
        part: Err(FitsNoBatch),
        ..chain
    };
    assert_eq!(duty(&chain), Duty::RollBack(Misstep::TooMuch));
}
