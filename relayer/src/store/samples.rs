//! Records for tests.

use alloy::primitives::{Address, B256, Bytes};

use crate::model::{
    AppendedBatch, BatchPosition, BlockRef, Errand, Execution, HoldReason, ImportedRoot, Intent,
    IntentKind, IntentState, LeafPoint, MessageRecord, Milestone, MilestoneKind, Outcome,
    SettledBatch, Stage, Task, TxPoint,
    swap::{
        DecidedPoint, Decision, LockPoint, ReceiptPoint, SlotPoint, SwapNames, SwapOrder,
        SwapRecord, SwapStage,
    },
};

pub(crate) fn block(number: u64) -> BlockRef {
    BlockRef {
        number,
        hash: B256::repeat_byte(number as u8),
        timestamp: 1_700_000_000 + number,
    }
}

pub(crate) fn message(
    id: u8,
    source: u64,
    destination: u64,
    stage: Stage,
    since: u64,
) -> MessageRecord {
    let at = TxPoint {
        block: 9,
        block_hash: B256::repeat_byte(9),
        timestamp: 1_700_000_000,
        tx: B256::repeat_byte(0xaa),
    };
    MessageRecord {
        id: B256::repeat_byte(id),
        source,
        destination,
        center: Address::repeat_byte(0xcc),
        sender: Address::repeat_byte(0xdd),
        bundle: Bytes::from_static(b"bundle"),
        calls: 2,
        log_index: 3,
        batch: Some(BatchPosition {
            number: 4,
            leaf_index: 5,
        }),
        stage,
        hold: (stage == Stage::Held).then_some(HoldReason::TooEarly { deliver_after: 600 }),
        since,
        attempts: 1,
        retry_at: (stage == Stage::Held).then_some(600),
        milestones: vec![Milestone {
            kind: MilestoneKind::Sent,
            chain: source,
            at,
        }],
    }
}

pub(crate) fn leaf(block: u64, log_index: u64) -> LeafPoint {
    LeafPoint {
        block,
        log_index,
        leaf: B256::repeat_byte(0x11),
        message: Some(B256::repeat_byte(0x22)),
    }
}

pub(crate) fn batch(
    chain: u64,
    number: u64,
    first_block: u64,
    last_block: u64,
    l1_block: u64,
) -> SettledBatch {
    SettledBatch {
        chain,
        number,
        first_block,
        last_block,
        chain_batch_root: B256::repeat_byte(0x33),
        l1_block: block(l1_block),
        l1_tx: B256::repeat_byte(0x44),
    }
}

pub(crate) fn append(chain: u64, number: u64, l1_block: u64) -> AppendedBatch {
    AppendedBatch::Batch {
        chain,
        number,
        chain_batch_root: B256::repeat_byte(0x33),
        index_in_chain: number,
        block: block(l1_block),
        root: B256::repeat_byte(0x55),
    }
}

pub(crate) fn import(chain: u64, l1_block: u64, at: u64) -> ImportedRoot {
    ImportedRoot {
        chain,
        l1_block,
        root: B256::repeat_byte(0x55),
        at: block(at),
        tx: B256::repeat_byte(0x66),
    }
}

pub(crate) fn execution(chain: u64, message: u8, block: u64) -> Execution {
    let at = TxPoint {
        block,
        block_hash: B256::repeat_byte(9),
        timestamp: 12,
        tx: B256::repeat_byte(0xab),
    };
    Execution {
        chain,
        message: B256::repeat_byte(message),
        outcome: Outcome::Executed,
        at,
    }
}

pub(crate) fn intent(chain: u64, signer: u8, nonce: u64, state: IntentState) -> Intent {
    Intent {
        chain,
        signer: Address::repeat_byte(signer),
        nonce,
        kind: IntentKind::Deliver {
            messages: vec![B256::repeat_byte(1)],
        },
        to: Address::repeat_byte(0xee),
        calldata: Bytes::from_static(b"call"),
        gas_limit: 100_000,
        hashes: vec![B256::repeat_byte(0x77)],
        raw: Bytes::from_static(b"raw"),
        max_fee_per_gas: 1 << 70,
        max_priority_fee_per_gas: 2,
        created_at: 10,
        bumped_at: 11,
        state,
    }
}

pub(crate) fn errand(chain: u64, id: u8, due: u64) -> Errand {
    let id = B256::repeat_byte(id);
    let task = Task::Withdraw {
        source: 7,
        block: 8,
        leaf: B256::repeat_byte(0x88),
        message: Bytes::from_static(b"message"),
    };
    Errand {
        attempts: 2,
        done_at: Some(9),
        ..Errand::new(chain, id, task, due)
    }
}

pub(crate) fn swap(id: u8, stage: SwapStage, due: u64) -> SwapRecord {
    let at = TxPoint {
        block: 9,
        block_hash: B256::repeat_byte(9),
        timestamp: 1_700_000_000,
        tx: B256::repeat_byte(0xaa),
    };
    let mut swap = SwapRecord::new(B256::repeat_byte(id), 10, 20, 5);
    let names = [id, id & 1].map(|byte| format!("{byte:02x}"));
    swap.names = SwapNames {
        uetr: format!("2f3c8a52-6f0e-4b9d-9d0e-3f6a0c1b7e{}", names[0])
            .parse()
            .ok(),
        end_to_end: format!("GOLD/{}", names[1]).parse().ok(),
        key: Some(format!("key-{}", names[0])),
    };
    swap.order = Some(B256::repeat_byte(0xbb));
    swap.seen.lock = Some(LockPoint {
        at,
        leaf: B256::repeat_byte(0x88),
    });
    let receipt = ReceiptPoint {
        decision: Decision::Executed,
        output: Bytes::from_static(b"output"),
        at,
        leaf: B256::repeat_byte(0x99),
    };
    swap.seen.receipts.insert(20, receipt);
    let decided = DecidedPoint {
        decision: Decision::Executed,
        by_l1: false,
        at,
    };
    let slot = SlotPoint {
        opened: Some(at),
        decided: Some(decided),
        ..SlotPoint::default()
    };
    swap.seen.slots.insert(10, slot);
    swap.stage = stage;
    swap.due = due;
    swap
}

pub(crate) fn order(id: u8, accepted_at: u64) -> SwapOrder {
    SwapOrder {
        id: B256::repeat_byte(id),
        terms: "terms".to_owned(),
        salt: B256::repeat_byte(0xcc),
        accepted_at,
    }
}
