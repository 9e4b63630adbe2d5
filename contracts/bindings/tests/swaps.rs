//! `contracts/test/vectors/swaps.json`: what both languages make of the same swaps.

use std::{fs, path::Path};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolValue,
};
use causeway_bindings::{
    Asset, AssetKind, PublicInputDomain, RegistryCommand, SWAP_TRANSPARENT, SWAP_VERSION,
    SwapChange, SwapEffect, SwapHeader, SwapLeg, SwapMessage, SwapOutcome, SwapPayload,
    SwapPreimage, SwapReceipt, payload_commitment, swap_effects_hash, swap_id,
};
use serde_json::{Value, json};

fn account(byte: u8) -> Address {
    Address::repeat_byte(byte)
}

fn leg(kind: AssetKind, token_id: u64, amount: u64) -> SwapLeg {
    let asset = Asset {
        originChainId: U256::from(271),
        originToken: account(0x11),
        kind,
    };
    SwapLeg::new(asset, U256::from(token_id), U256::from(amount))
}

fn preimage() -> SwapPreimage {
    let payload = SwapPayload {
        transfer: Bytes::from_static(b"a transfer"),
        venue: account(0x21),
        venueData: Bytes::from_static(b"a quote of more than thirty-two bytes"),
        wanted: leg(AssetKind::MultiToken, 0, 0).asset,
        wantedTokenId: U256::from(5),
        minReturned: U256::from(1_000),
        beneficiary: account(0x22),
        l1Recipient: account(0x23),
        counterparty: account(0x24),
    };
    let (salt, payload) = (B256::repeat_byte(0x5a), payload.encode());
    SwapPreimage {
        header: SwapHeader {
            version: SWAP_VERSION,
            sourceChainId: U256::from(271),
            destinationChainId: U256::from(272),
            sourceCenter: account(0x31),
            destinationHandler: account(0x32),
            sender: account(0x33),
            nonce: 7,
            payloadCommitment: payload_commitment(salt, &payload),
            class: SWAP_TRANSPARENT,
            deadline: 1_800_000_000,
            minGas: 250_000,
            refundTo: account(0x34),
        },
        salt,
        payload,
    }
}

fn effects() -> Vec<SwapEffect> {
    let nothing = || SwapLeg::new(leg(AssetKind::Fungible, 0, 0).asset, U256::ZERO, U256::ZERO);
    let fungible = leg(AssetKind::Fungible, 0, 9);
    let token = leg(AssetKind::NonFungible, 3, 1);
    let rows = [
        (SwapChange::Opened, fungible.clone(), nothing()),
        (SwapChange::Executed, fungible.clone(), token.clone()),
        (SwapChange::Cancelled, nothing(), nothing()),
        (SwapChange::Redeemed, token, nothing()),
        (SwapChange::Refunded, fungible, nothing()),
        (SwapChange::Buried, nothing(), nothing()),
    ];
    let effect = |(change, leg, returned)| SwapEffect {
        change,
        source: U256::from(271),
        destination: U256::from(272),
        swapId: B256::repeat_byte(change as u8 + 1),
        leg,
        returned,
    };
    rows.map(effect).into()
}

fn receipt(outcome: SwapOutcome, output: &'static [u8]) -> Value {
    let receipt = SwapReceipt {
        source: U256::from(271),
        swap_id: B256::repeat_byte(0x77),
        outcome,
        output: Bytes::from_static(output),
    };
    json!({
        "message": SwapMessage::Receipt(receipt.clone()).encode(),
        "outcome": outcome as u8,
        "output": receipt.output,
        "source": 271,
        "swapId": receipt.swap_id,
    })
}

fn commands() -> Vec<Value> {
    let swap_id = B256::repeat_byte(0x77);
    let all = [
        RegistryCommand::Resolve {
            source: U256::from(271),
            swap_id,
        },
        RegistryCommand::Execute(preimage()),
        RegistryCommand::Refundable { swap_id },
        RegistryCommand::Close {
            preimage: preimage(),
            outcome: SwapOutcome::Executed,
            output: Bytes::from_static(b"what comes back"),
        },
        RegistryCommand::Destination {
            chain: U256::from(272),
            is_frozen: true,
        },
    ];
    all.iter().map(|command| json!(command.encode())).collect()
}

fn vectors() -> Value {
    let preimage = preimage();
    let legs = [
        leg(AssetKind::Fungible, 0, 9),
        leg(AssetKind::NonFungible, 3, 1),
    ];
    let legs = legs.iter().map(|leg| {
        json!({
            "encoded": Bytes::from(leg.abi_encode()),
            "hash": leg.hash(),
            "ledgerKey": leg.ledger_key(),
        })
    });
    let settlement = account(0x5e);
    json!({
        "commands": commands(),
        "effects": {
            "encoded": Bytes::from(effects().abi_encode()),
            "hash": swap_effects_hash(&effects()),
        },
        "legs": legs.collect::<Vec<_>>(),
        "queueInput": {
            "domain": PublicInputDomain::queue_only(31337, settlement).hash(),
            "l1ChainId": 31337,
            "settlement": settlement,
        },
        "receipts": [
            receipt(SwapOutcome::Executed, b"what comes back, in more than thirty-two bytes"),
            receipt(SwapOutcome::Cancelled, b""),
        ],
        "swap": {
            "commitment": preimage.header.payloadCommitment,
            "lockMessage": SwapMessage::Lock(preimage.header.clone()).encode(),
            "preimage": Bytes::from(preimage.abi_encode()),
            "swapId": swap_id(&preimage.header),
        },
    })
}

#[test]
fn vectors_are_what_this_crate_writes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test/vectors/swaps.json");
    let expected = format!("{:#}\n", vectors());
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "swaps.json differs; if the format was changed on purpose, it must be:\n{expected}"
    );
}

#[test]
fn vectors_are_read_as_they_are_written() {
    let vectors = vectors();
    let bytes = |value: &Value| {
        let text = value.as_str().expect("a string");
        text.parse::<Bytes>().expect("hexadecimal")
    };
    for command in vectors["commands"].as_array().expect("a list") {
        let data = bytes(command);
        assert_eq!(RegistryCommand::decode(&data).unwrap().encode(), data);
    }
    for receipt in vectors["receipts"].as_array().expect("a list") {
        let message = bytes(&receipt["message"]);
        assert_eq!(SwapMessage::decode(&message).unwrap().encode(), message);
    }
    let lock = bytes(&vectors["swap"]["lockMessage"]);
    let header = preimage().header;
    assert_eq!(SwapMessage::decode(&lock), Ok(SwapMessage::Lock(header)));
    assert!(preimage().is_committed());
}
