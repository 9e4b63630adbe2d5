use alloy::primitives::Address;
use proptest::prelude::*;

use super::*;

fn header(nonce: u64, seed: u8) -> SwapHeader {
    SwapHeader {
        version: SWAP_VERSION,
        sourceChainId: U256::from(271),
        destinationChainId: U256::from(272),
        sourceCenter: Address::repeat_byte(seed),
        destinationHandler: Address::repeat_byte(seed),
        sender: Address::with_last_byte(5),
        nonce,
        payloadCommitment: B256::repeat_byte(seed),
        class: SWAP_TRANSPARENT,
        deadline: 1_800_000_000,
        minGas: 100_000,
        refundTo: Address::with_last_byte(6),
    }
}

fn receipt(outcome: SwapOutcome, output: &[u8]) -> SwapMessage {
    SwapMessage::Receipt(SwapReceipt {
        source: U256::from(271),
        swap_id: B256::repeat_byte(7),
        outcome,
        output: output.to_vec().into(),
    })
}

fn preimage(payload: Vec<u8>) -> SwapPreimage {
    SwapPreimage {
        header: header(1, 2),
        salt: B256::repeat_byte(9),
        payload: payload.into(),
    }
}

#[test]
fn a_lock_is_a_byte_and_twelve_words() {
    let message = SwapMessage::Lock(header(3, 1)).encode();
    assert_eq!((message.len(), message[0]), (1 + 12 * 32, 1));
    let mut longer = message.to_vec();
    longer.extend([0; 32]);
    for text in [&message[1..], &message[..message.len() - 1], &longer, &[]] {
        assert!(SwapMessage::decode(text).is_err(), "{} bytes", text.len());
    }
    let mut unknown = header(3, 1);
    unknown.class = 2;
    assert_eq!(
        SwapMessage::decode(&SwapMessage::Lock(unknown).encode()),
        Err(SwapMessageError::UnknownVersion {
            version: 1,
            class: 2
        })
    );
}

#[test]
fn a_receipt_decides_and_returns_something_only_if_it_was_executed() {
    for (outcome, output) in [
        (SwapOutcome::Pending, &b""[..]),
        (SwapOutcome::Cancelled, b"something"),
        (SwapOutcome::Executed, b""),
    ] {
        let read = SwapMessage::decode(&receipt(outcome, output).encode());
        assert_eq!(read, Err(SwapMessageError::WrongOutcome(outcome)));
    }
    let cancelled = receipt(SwapOutcome::Cancelled, b"");
    assert_eq!(
        SwapMessage::decode(&cancelled.encode()),
        Ok(cancelled.clone())
    );
    let SwapMessage::Receipt(cancelled) = cancelled else {
        unreachable!()
    };
    assert_eq!(cancelled.returned(), Ok(None));
    let executed = SwapReceipt {
        outcome: SwapOutcome::Executed,
        ..cancelled
    };
    assert_eq!(executed.returned(), Err(NotATransfer));
}

#[test]
fn outcomes_and_commands_beyond_those_known_are_refused() {
    let mut message = receipt(SwapOutcome::Executed, b"out").encode().to_vec();
    let mut command = RegistryCommand::Refundable {
        swap_id: B256::repeat_byte(1),
    }
    .encode()
    .to_vec();
    for unknown in [5, 0xff] {
        message[1 + 3 * 32 - 1] = unknown;
        SwapMessage::decode(&message).unwrap_err();
        command[31] = unknown;
        RegistryCommand::decode(&command).unwrap_err();
    }
}

#[test]
fn what_is_larger_than_any_message_is_not_looked_at() {
    let size = MAX_SWAP_MESSAGE + 1;
    let bytes = vec![1; size];
    let refused = SwapMessageError::TooLarge(size);
    assert_eq!(SwapMessage::decode(&bytes), Err(refused));
    assert_eq!(RegistryCommand::decode(&bytes), Err(refused));
}

fn commands() -> impl Strategy<Value = RegistryCommand> {
    let payload = prop::collection::vec(any::<u8>(), 0..100);
    (0..6_u8, any::<u64>(), payload).prop_map(|(which, number, payload)| {
        let (chain, swap_id) = (U256::from(number), B256::repeat_byte(3));
        match which {
            0 => RegistryCommand::Resolve {
                source: chain,
                swap_id,
            },
            1 => RegistryCommand::Execute(preimage(payload)),
            2 => RegistryCommand::Refundable { swap_id },
            3 => RegistryCommand::Close {
                preimage: preimage(payload),
                outcome: SwapOutcome::Cancelled,
                output: Bytes::new(),
            },
            4 => RegistryCommand::Close {
                preimage: preimage(Vec::new()),
                outcome: SwapOutcome::Executed,
                output: [&[1], payload.as_slice()].concat().into(),
            },
            _ => RegistryCommand::Destination {
                chain,
                is_frozen: number % 2 == 1,
            },
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(nonce in any::<u64>(), seed in any::<u8>(), output in prop::collection::vec(any::<u8>(), 1..200), command in commands()) {
        for message in [SwapMessage::Lock(header(nonce, seed)), receipt(SwapOutcome::Executed, &output)] {
            prop_assert_eq!(SwapMessage::decode(&message.encode()), Ok(message));
        }
        prop_assert_eq!(RegistryCommand::decode(&command.encode()), Ok(command));
    }

    /// What is read is spelled in one way: a changed byte is another message, or none.
    #[test]
    fn a_changed_byte_is_another_message_or_none(output in prop::collection::vec(any::<u8>(), 1..80), at in any::<prop::sample::Index>(), flip in 1..=u8::MAX) {
        let message = receipt(SwapOutcome::Executed, &output);
        let mut bytes = message.encode().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(other) = SwapMessage::decode(&bytes) {
            prop_assert_ne!(&other, &message);
            prop_assert_eq!(other.encode().to_vec(), bytes);
        }
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = SwapMessage::decode(&bytes);
        let _ = RegistryCommand::decode(&bytes);
    }
}
