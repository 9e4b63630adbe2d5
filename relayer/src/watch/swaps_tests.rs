use alloy::primitives::{Bytes, LogData, address, keccak256};
use alloy::sol_types::SolValue;
use causeway_bindings::{
    Asset, AssetKind, IMessageOutbox, SwapEffect, SwapHeader, SwapLeg, SwapReceipt,
    payload_commitment,
};

use super::*;
use crate::{
    chain::fake::CONTRACTS,
    model::{
        BlockRef,
        swap::{BeforeLock, SwapStage},
    },
    store::{Writer, memory::MemoryStore},
};

const SOURCE: ChainId = 271;
const DESTINATION: ChainId = 272;
const L1: ChainId = 1;
const SWAP: Address = address!("0x00000000000000000000000000000000000000c1");
const REGISTRY: Address = address!("0x00000000000000000000000000000000000000c2");

fn log(address: Address, number: u64, data: LogData) -> ChainLog {
    ChainLog {
        address,
        topics: data.topics().to_vec(),
        data: data.data,
        block: BlockRef {
            number,
            hash: B256::repeat_byte(1),
            timestamp: 1_000 + number,
        },
        tx: B256::repeat_byte(2),
        log_index: 0,
    }
}

fn preimage() -> SwapPreimage {
    let (salt, payload) = (B256::repeat_byte(5), Bytes::from_static(b"payload"));
    let header = SwapHeader {
        version: 1,
        sourceChainId: U256::from(SOURCE),
        destinationChainId: U256::from(DESTINATION),
        payloadCommitment: payload_commitment(salt, &payload),
        deadline: 9_000,
        ..SwapHeader::default()
    };
    SwapPreimage {
        header,
        salt,
        payload,
    }
}

fn lock_log(number: u64) -> ChainLog {
    let SwapPreimage {
        header,
        salt,
        payload,
    } = preimage();
    let event = IAtomicSwap::SwapLocked {
        swapId: swap_id(&header),
        header,
        salt,
        payload,
    };
    log(SWAP, number, event.encode_log_data())
}

fn receipt_log(sender: Address, number: u64) -> ChainLog {
    let receipt = SwapReceipt {
        source: U256::from(SOURCE),
        swap_id: preimage().id(),
        outcome: SwapOutcome::Executed,
        output: Bytes::from_static(b"output"),
    };
    let message = SwapMessage::Receipt(receipt).encode();
    let event = IMessageOutbox::L1MessageSent {
        sender,
        hash: keccak256(&message),
        message,
    };
    log(CONTRACTS.outbox, number, event.encode_log_data())
}

fn effect_log(change: SwapChange, number: u64) -> ChainLog {
    let leg = SwapLeg {
        asset: Asset {
            originChainId: U256::ONE,
            originToken: Address::ZERO,
            kind: AssetKind::Fungible,
        },
        tokenId: U256::ZERO,
        amount: U256::ONE,
    };
    let id = preimage().id();
    let effect = SwapEffect {
        change,
        source: U256::from(SOURCE),
        destination: U256::from(DESTINATION),
        swapId: id,
        leg: leg.clone(),
        returned: leg,
    };
    let event = IAtomicSwap::SwapEffected { swapId: id, effect };
    log(SWAP, number, event.encode_log_data())
}

fn l1_logs(from: u64) -> Vec<ChainLog> {
    let (source, id) = (U256::from(SOURCE), preimage().id());
    let held = SwapLeg::abi_decode(&[0; 160]).expect("a leg of zeros");
    let opened = ISwapRegistry::SwapOpened {
        source,
        swapId: id,
        destination: U256::from(DESTINATION),
        held,
    };
    let forced = ISwapRegistry::SwapForced {
        source,
        swapId: id,
        chainId: U256::from(DESTINATION),
        operationHash: B256::ZERO,
    };
    let decided = ISwapRegistry::SwapDecided {
        source,
        swapId: id,
        outcome: SwapOutcome::Executed,
        heldHash: B256::ZERO,
        byL1: false,
    };
    let closed = ISwapRegistry::SwapClosed {
        source,
        swapId: id,
        chainId: source,
    };
    vec![
        log(REGISTRY, from, opened.encode_log_data()),
        log(REGISTRY, from + 1, forced.encode_log_data()),
        log(REGISTRY, from + 2, decided.encode_log_data()),
        log(REGISTRY, from + 3, closed.encode_log_data()),
    ]
}

fn take(store: &MemoryStore, sights: &[Sight]) {
    store
        .transact(&mut |reader| changes(reader, sights, 77))
        .unwrap();
}

fn on(chain: ChainId, logs: &[ChainLog]) -> Vec<Sight> {
    on_chain(chain, &CONTRACTS, SWAP, logs).expect("readable")
}

fn stage(store: &MemoryStore) -> SwapStage {
    let record = store.swap(preimage().id()).unwrap().expect("known");
    record.facts(true, true).stage(BeforeLock::LockIntended)
}

/// Each chain is read by itself, so its pages come in any order.
#[test]
fn what_was_seen_does_not_depend_on_the_order_of_the_chains() {
    let pages = [
        on(SOURCE, &[lock_log(3), effect_log(SwapChange::Redeemed, 9)]),
        on(
            DESTINATION,
            &[receipt_log(SWAP, 5), effect_log(SwapChange::Executed, 5)],
        ),
        on_l1(REGISTRY, &l1_logs(20)).expect("readable"),
    ];
    let mut ends = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] {
        let store = MemoryStore::new(L1);
        for page in order {
            take(&store, &pages[page]);
            take(&store, &pages[page]);
        }
        assert_eq!(stage(&store), SwapStage::Redeemed);
        ends.push(store.swap(preimage().id()).unwrap());
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
    let record = ends[0].clone().expect("known");
    assert_eq!((record.source, record.destination), (SOURCE, DESTINATION));
    assert!(record.secret.is_some());
    let leaf = L2Log::message(SWAP, 0, &SwapMessage::Lock(preimage().header).encode()).leaf();
    assert_eq!(record.seen.lock.expect("seen").leaf, leaf);
}

#[test]
fn what_is_not_from_the_contracts_is_not_believed() {
    let foreign = [
        on(DESTINATION, &[receipt_log(Address::repeat_byte(9), 5)]),
        on(DESTINATION, &[effect_log(SwapChange::Redeemed, 5)]),
        on(DESTINATION, &[lock_log(5)]),
        on(SOURCE, &[effect_log(SwapChange::Opened, 5)]),
    ];
    for sights in foreign {
        assert_eq!(sights.len(), 0, "{sights:?}");
    }
    let mut forged = lock_log(3);
    forged.topics[1] = B256::repeat_byte(9);
    assert_eq!(on(SOURCE, &[forged]).len(), 0, "its id is not its own");
    let elsewhere = on_l1(SWAP, &l1_logs(1)).expect("readable");
    assert_eq!(elsewhere.len(), 0);
}

#[test]
fn what_l1_decides_of_an_unknown_swap_waits_for_its_opening() {
    let store = MemoryStore::new(L1);
    let sights = on_l1(REGISTRY, &l1_logs(20)[1..]).expect("readable");
    take(&store, &sights);
    assert_eq!(store.swap(preimage().id()).unwrap(), None);
}

#[test]
fn a_reorg_takes_back_and_forgets_what_nobody_here_ordered() {
    let store = MemoryStore::new(L1);
    let undo = |chain, common| {
        store
            .transact(&mut |reader| reorged(reader, (chain, chain == L1), common, 99))
            .unwrap();
    };
    take(&store, &on(SOURCE, &[lock_log(3)]));
    take(
        &store,
        &on_l1(REGISTRY, &l1_logs(20)[..1]).expect("readable"),
    );
    take(&store, &on(DESTINATION, &[receipt_log(SWAP, 5)]));
    assert_eq!(stage(&store), SwapStage::Executed);
    undo(DESTINATION, 5);
    assert_eq!(stage(&store), SwapStage::Executed, "its block stands");
    undo(DESTINATION, 4);
    assert_eq!(stage(&store), SwapStage::Executable);
    undo(L1, 19);
    assert_eq!(stage(&store), SwapStage::Locked);
    undo(SOURCE, 2);
    assert_eq!(store.swap(preimage().id()).unwrap(), None);
}

#[test]
fn an_order_outlives_the_reorg_of_its_lock() {
    let store = MemoryStore::new(L1);
    let ours = SwapRecord::intended(&preimage(), Default::default(), 1);
    store
        .commit(vec![Change::PutSwap(Box::new(ours.clone()))])
        .unwrap();
    take(&store, &on(SOURCE, &[lock_log(3)]));
    assert_eq!(stage(&store), SwapStage::Locked);
    store
        .transact(&mut |reader| reorged(reader, (SOURCE, false), 2, 99))
        .unwrap();
    assert_eq!(stage(&store), SwapStage::LockIntended);
}

/// A chain that is neither end speaks first, and names itself.
#[test]
fn inv10_a_third_chain_cannot_take_the_place_of_an_end() {
    let store = MemoryStore::new(L1);
    let third = 273;
    take(&store, &on(third, &[receipt_log(SWAP, 1)]));
    take(&store, &on(DESTINATION, &[receipt_log(SWAP, 5)]));
    take(&store, &on(SOURCE, &[lock_log(3)]));
    take(
        &store,
        &on_l1(REGISTRY, &l1_logs(20)[..1]).expect("readable"),
    );
    let record = store.swap(preimage().id()).unwrap().expect("known");
    assert_eq!((record.source, record.destination), (SOURCE, DESTINATION));
    assert_eq!(record.receipt().expect("its own").at.block, 5);
}
