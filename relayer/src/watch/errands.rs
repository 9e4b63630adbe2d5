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
