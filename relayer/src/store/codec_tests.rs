use alloy::hex;

use super::*;
use crate::model::{IntentState, MessageRecord, Stage, swap::SwapStage};
use crate::store::samples;

fn hex_of<T: Serialize>(record: &T) -> String {
    hex::encode(encode("test", &0, record).unwrap())
}

/// The bytes that the format lays down. A difference here means that older stores can no longer be read.
#[test]
fn encodings_are_pinned() {
    insta::assert_snapshot!(
        "message",
        hex_of(&samples::message(1, 10, 20, Stage::Held, 500))
    );
    insta::assert_snapshot!("leaf", hex_of(&samples::leaf(300, 2)));
    insta::assert_snapshot!("block", hex_of(&samples::block(7)));
    insta::assert_snapshot!("batch", hex_of(&samples::batch(10, 3, 4, 5, 6)));
    insta::assert_snapshot!("append", hex_of(&samples::append(10, 3, 6)));
    insta::assert_snapshot!("import", hex_of(&samples::import(10, 3, 6)));
    insta::assert_snapshot!("execution", hex_of(&samples::execution(10, 3, 6)));
    let state = IntentState::Included {
        block: 8,
        hash: alloy::primitives::B256::ZERO,
        success: true,
    };
    insta::assert_snapshot!("intent", hex_of(&samples::intent(10, 3, 6, state)));
    insta::assert_snapshot!("errand", hex_of(&samples::errand(10, 3, 6)));
    insta::assert_snapshot!(
        "swap",
        hex_of(&samples::swap(1, SwapStage::DecidedExecuted, 6))
    );
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    for stage in Stage::ALL {
        let message = samples::message(1, 10, 20, stage, 500);
        let bytes = encode("messages", &1, &message).unwrap();
        assert_eq!(
            decode::<MessageRecord>("messages", &1, &bytes).unwrap(),
            message
        );
        assert_eq!(stage_of("queue", stage_code(stage)).unwrap(), stage);
    }
    assert!(stage_of("queue", 10).is_err());
}

#[test]
fn damaged_bytes_are_refused_with_table_and_key() {
    let bytes = encode("blocks", &(1, 7), &samples::block(7)).unwrap();
    let refused = |bytes: &[u8]| {
        decode::<crate::model::BlockRef>("blocks", &(1, 7), bytes)
            .unwrap_err()
            .to_string()
    };
    let cut = &bytes[..bytes.len() - 1];
    assert!(
        refused(cut).starts_with("store: blocks record (1, 7) cannot be read: "),
        "{}",
        refused(cut)
    );
    let long = [bytes.as_slice(), &[0]].concat();
    assert!(refused(&long).contains("1 bytes are left over"));
    let newer = [&[2], &bytes[1..]].concat();
    assert!(refused(&newer).contains("its version is 2, not 1"));
    assert!(refused(&[]).contains("it is empty"));
}
