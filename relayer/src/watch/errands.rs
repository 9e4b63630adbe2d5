//! What logs say about assets that have to be helped on.

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::sol_types::SolEvent;
use causeway_bindings::{AssetTransfer, IAssetRules, InteropBundle};

use crate::{
    chain::{
        ChainLog,
        events::{EventError, decode},
    },
    model::{ChainId, Errand, HoldReason, MessageRecord, Task, UnixSeconds, held_id},
    store::{Change, Reader, StoreError},
};

/// Transfers that the rules of issuers hold.
pub(super) fn held(
    chain: ChainId,
    rules: Option<Address>,
    logs: &[ChainLog],
    now: UnixSeconds,
) -> Result<Vec<Errand>, EventError> {
    let is_held = |log: &&ChainLog| {
        Some(log.address) == rules
            && log.topics.first() == Some(&IAssetRules::TransferHeld::SIGNATURE_HASH)
    };
    let errands = logs.iter().filter(is_held).map(|log| {
        let event: IAssetRules::TransferHeld = decode(log)?;
        let (source, index) = (event.chainId.saturating_to(), event.index.saturating_to());
        let id = held_id(source, index, &event.transfer);
        let task = Task::Release {
            source,
            index,
            transfer: event.transfer,
        };
        let due = event.payableAt.max(U256::from(now)).saturating_to();
        Ok(Errand::new(chain, id, task, due))
    });
    errands.collect()
}

/// A withdrawal that the vault of `source` sent; `None` for an announcement, which moves nothing.
pub(super) fn withdrawal(
    (source, l1): (ChainId, ChainId),
    block: u64,
    leaf: B256,
    message: &Bytes,
    now: UnixSeconds,
) -> Option<Errand> {
    let transfer = AssetTransfer::decode_withdrawal(message).ok()?;
    let task = Task::Withdraw {
        source,
        block,
        leaf,
        message: message.clone(),
    };
    (!transfer.amount.is_zero()).then(|| Errand::new(l1, keccak256(message), task, now))
}

/// Notes errands that are not known.
pub(super) fn fresh(reader: &dyn Reader, errands: &[Errand]) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::new();
    for errand in errands {
        if reader.errand(errand.chain, errand.id)?.is_none() {
            changes.push(Change::PutErrand(Box::new(errand.clone())));
        }
    }
    Ok(changes)
}

/// Notes that what a message carries between vaults may have to come back: once its deadline is over, or now if its
/// destination settles its calls one by one.
pub(super) fn way_back(
    reader: &dyn Reader,
    vault: Address,
    record: &MessageRecord,
    now: UnixSeconds,
) -> Result<Option<Change>, StoreError> {
    let unbundled = record.hold == Some(HoldReason::Unbundled);
    let Some(due) = due(vault, record, unbundled.then_some(now)) else {
        return Ok(None);
    };
    let errand = match reader.errand(record.destination, record.id)? {
        Some(known) if known.due <= due => return Ok(None),
        Some(known) => Errand { due, ..known },
        None => Errand::new(record.destination, record.id, Task::Return, due),
    };
    Ok(Some(Change::PutErrand(Box::new(errand))))
}

fn due(
    vault: Address,
    record: &MessageRecord,
    unbundled: Option<UnixSeconds>,
) -> Option<UnixSeconds> {
    let bundle = InteropBundle::decode(&record.bundle).ok()?;
    let carried = bundle.transfers(vault).ok()?;
    let deadline = bundle.deadline().ok()?;
    let due = unbundled.or(deadline.map(|deadline| deadline.saturating_add(1)))?;
    (!carried.is_empty()).then_some(due)
}

#[cfg(test)]
mod tests {
    use alloy::primitives::address;
    use causeway_bindings::ETHER;

    use super::*;
    use crate::model::BlockRef;

    const RULES: Address = address!("0x00000000000000000000000000000000000000b9");

    fn withdrawal_of(amount: u128) -> Bytes {
        let mut message = vec![1];
        message.extend([0xaa; 32]);
        message.extend([1, 0]);
        message.extend(1_u64.to_be_bytes());
        message.extend(ETHER);
        message.extend(amount.to_be_bytes());
        message.extend([0x22; 40]);
        message.extend([0, 0]);
        message.into()
    }

    #[test]
    fn a_withdrawal_is_noted_for_l1_and_an_announcement_is_not() {
        let noted = |message: Bytes| withdrawal((271, 1), 8, B256::repeat_byte(3), &message, 50);
        let message = withdrawal_of(5);
        let errand = noted(message.clone()).expect("a withdrawal");
        assert_eq!(
            (errand.chain, errand.id, errand.due),
            (1, keccak256(&message), 50)
        );
        let Task::Withdraw { source, block, .. } = errand.task else {
            panic!("{errand:?}")
        };
        assert_eq!((source, block), (271, 8));
        assert_eq!(noted(withdrawal_of(0)), None);
        assert_eq!(noted(Bytes::from_static(b"another message")), None);
    }

    fn hold(payable_at: u64) -> ChainLog {
        let event = IAssetRules::TransferHeld {
            token: Address::repeat_byte(1),
            chainId: U256::from(272),
            index: U256::from(4),
            payableAt: U256::from(payable_at),
            transfer: Bytes::from_static(b"transfer"),
        };
        let data = event.encode_log_data();
        ChainLog {
            address: RULES,
            topics: data.topics().to_vec(),
            data: data.data,
            block: BlockRef {
                number: 5,
                hash: B256::ZERO,
                timestamp: 7,
            },
            tx: B256::ZERO,
            log_index: 0,
        }
    }

    #[test]
    fn what_rules_hold_is_noted_for_its_time() {
        let due = |payable_at, now| {
            let errands = held(271, Some(RULES), &[hold(payable_at)], now).expect("readable");
            errands[0].due
        };
        assert_eq!((due(90, 50), due(40, 50)), (90, 50));
        let [first, again] = [hold(90), hold(90)];
        let errands = held(271, Some(RULES), &[first, again], 50).expect("readable");
        assert_eq!(errands[0].id, errands[1].id);
        for rules in [None, Some(Address::ZERO)] {
            assert_eq!(held(271, rules, &[hold(90)], 50), Ok(Vec::new()));
        }
        let damaged = ChainLog {
            data: Bytes::new(),
            ..hold(90)
        };
        assert!(held(271, Some(RULES), &[damaged], 50).is_err());
    }
}
