//! What became of assets where they arrived: the recipient was paid, has a claim, or waits for the rules of their issuer.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolError, SolEvent},
};
use causeway_bindings::{
    AssetTransfer, IAssetCustody, IAssetRules, IInteropHandler, ISharedBridge, InteropBundle,
    deployment::asset_rules,
};

use super::{
    AssetError, Custody, Deposit, Sent, Step, Withdrawal, estimate,
    finish::{self, Finish},
};
use crate::{
    bundle::{BundleFile, Network, Range, StepError, ask, newest},
    chain::{ChainLog, events::decode},
    model::ChainId,
};

/// Where an asset stands that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// The recipient has it.
    Paid,
    /// The recipient could not be paid, and may claim.
    Claimable {
        /// Chain on which it does.
        chain: ChainId,
        /// The recipient.
        owner: Address,
        /// All that it may claim of the asset, in the smallest unit.
        amount: U256,
    },
    /// The rules of its issuer hold it.
    Held {
        /// From when on it is paid, in seconds.
        payable_at: U256,
        /// Why it is not paid now; `None` if anyone may have it paid.
        refused: Option<String>,
        /// What has it paid.
        release: Box<Step>,
    },
}

/// Where one asset that arrived stands, and with whom.
#[derive(Clone, Copy)]
struct Place<'a> {
    custody: Custody<'a>,
    chain: ChainId,
    source: ChainId,
    /// Blocks in which it may have been held or noted as a claim.
    first: u64,
    last: u64,
    page: u64,
}

/// What became of everything that was sent; empty where nothing has arrived.
pub async fn landings(network: &Network, sent: &Sent) -> Result<Vec<Landing>, AssetError> {
    match sent {
        Sent::Bundle(bundle) => of_bundle(network, bundle).await,
        Sent::Withdrawal(withdrawal) => of_withdrawal(network, withdrawal).await,
        Sent::Deposit(deposit) => of_deposit(network, deposit).await,
    }
}

pub(super) async fn of_bundle(
    network: &Network,
    bundle: &BundleFile,
) -> Result<Vec<Landing>, AssetError> {
    let place = network.chain(bundle.destination_chain_id)?;
    let handler = place.contracts.handler;
    let is_execution = |log: &ChainLog| {
        log.topics.first() == Some(&IInteropHandler::BundleExecuted::SIGNATURE_HASH)
            && log.topics.get(1) == Some(&bundle.bundle_hash)
    };
    let range = all(place.reader.as_ref(), place.start_block, place.page).await?;
    let Some(log) = newest_log(place.reader.as_ref(), range, handler, is_execution).await? else {
        return Ok(Vec::new());
    };
    let carried = carried(network, bundle)?;
    let at = Place {
        custody: Custody::of(network, place.id())?,
        chain: place.id(),
        source: bundle.source_chain_id,
        first: log.block.number,
        last: log.block.number,
        page: place.page,
    };
    let mut landings = Vec::new();
    for (_, transfer) in &carried {
        landings.push(landing(at, transfer).await?);
    }
    Ok(landings)
}

/// The transfers that a bundle carries, by index of their call.
pub(super) fn carried(
    network: &Network,
    bundle: &BundleFile,
) -> Result<Vec<(usize, AssetTransfer)>, AssetError> {
    let vault = network.chain(bundle.destination_chain_id)?.vault;
    let unreadable = |reason| StepError::NotABundle {
        chain: bundle.source_chain_id,
        tx: bundle.sent.tx,
        reason,
    };
    let carried = InteropBundle::decode(&bundle.bundle)
        .and_then(|bundle| bundle.transfers(vault))
        .map_err(unreadable)?;
    Ok(carried)
}

async fn of_withdrawal(
    network: &Network,
    withdrawal: &Withdrawal,
) -> Result<Vec<Landing>, AssetError> {
    if finish::of_withdrawal(network, withdrawal).await? != Finish::Done {
        return Ok(Vec::new());
    }
    paid_withdrawal(network, withdrawal)
        .await
        .map(|landing| landing.into_iter().collect())
}

/// What became of a withdrawal that L1 has paid.
pub(super) async fn paid_withdrawal(
    network: &Network,
    withdrawal: &Withdrawal,
) -> Result<Option<Landing>, AssetError> {
    let l1 = &network.l1;
    let hash = keccak256(&withdrawal.message);
    let is_finalized = |log: &ChainLog| {
        log.topics.first() == Some(&ISharedBridge::WithdrawalFinalized::SIGNATURE_HASH)
            && log.topics.get(1) == Some(&hash)
    };
    let range = all(l1.reader.as_ref(), l1.start_block, l1.page).await?;
    let reader = l1.reader.as_ref();
    let found = newest_log(reader, range, l1.shared_bridge, is_finalized).await?;
    let (Some(log), Ok(transfer)) = (found, AssetTransfer::decode_withdrawal(&withdrawal.message))
    else {
        return Ok(None);
    };
    let at = Place {
        custody: Custody::of(network, reader.chain_id())?,
        chain: reader.chain_id(),
        source: withdrawal.chain,
        first: log.block.number,
        // A delayed one is paid in a later block, which no event names.
        last: range.to,
        page: l1.page,
    };
    landing(at, &transfer).await.map(Some)
}

pub(super) async fn of_deposit(
    network: &Network,
    deposit: &Deposit,
) -> Result<Vec<Landing>, AssetError> {
    let outcome = finish::outcome_on_chain(network, deposit).await?;
    let (Some(outcome), Ok(transfer)) = (
        outcome.filter(|outcome| outcome.success),
        AssetTransfer::decode(&deposit.operation.data),
    ) else {
        return Ok(Vec::new());
    };
    let place = network.chain(deposit.operation.chainId.saturating_to())?;
    let at = Place {
        custody: Custody::of(network, place.id())?,
        chain: place.id(),
        source: network.l1.reader.chain_id(),
        first: outcome.block,
        last: outcome.block,
        page: place.page,
    };
    Ok(vec![landing(at, &transfer).await?])
}

async fn landing(at: Place<'_>, transfer: &AssetTransfer) -> Result<Landing, AssetError> {
    let key = transfer.asset.ledger_key(transfer.tokenId);
    let owner = transfer.recipient;
    let range = Range {
        from: at.first,
        to: at.last,
        page: at.page,
    };
    let rules = asset_rules(at.custody.address);
    let is_hold = |log: &ChainLog| held(log, at.source, transfer).is_some();
    let is_claim = |log: &ChainLog| {
        decode::<IAssetCustody::ClaimAdded>(log).is_ok_and(|claim| {
            (claim.key, claim.owner, claim.amount) == (key, owner, transfer.amount)
        })
    };
    let hold = newest_log(at.custody.reader, range, rules, is_hold).await?;
    if let Some(event) = hold.and_then(|log| held(&log, at.source, transfer)) {
        if let Some(landing) = still_held(at, event).await? {
            return Ok(landing);
        }
        return claimable(at, key, owner).await;
    }
    match newest_log(at.custody.reader, range, at.custody.address, is_claim).await? {
        Some(_) => claimable(at, key, owner).await,
        None => Ok(Landing::Paid),
    }
}

/// The event that says that the transfer is held, if it does.
fn held(
    log: &ChainLog,
    source: ChainId,
    transfer: &AssetTransfer,
) -> Option<IAssetRules::TransferHeld> {
    let event: IAssetRules::TransferHeld = decode(log).ok()?;
    let told = AssetTransfer::decode(&event.transfer).ok()?;
    // What the asset is called has been taken in, and is not held with it.
    let metadata = Bytes::new();
    let same = told
        == AssetTransfer {
            metadata,
            ..transfer.clone()
        };
    (event.chainId == U256::from(source) && same).then_some(event)
}

/// `None` if it was released.
async fn still_held(
    at: Place<'_>,
    event: IAssetRules::TransferHeld,
) -> Result<Option<Landing>, AssetError> {
    let call = IAssetCustody::releaseCall {
        sourceChainId: event.chainId,
        index: event.index,
        transfer: event.transfer,
    };
    let release = Step::new("release the transfer", at.custody.address, &call);
    let calldata = release.calldata.clone();
    let refused = match estimate(
        at.custody.reader,
        Address::ZERO,
        release.to,
        calldata,
        U256::ZERO,
    )
    .await?
    {
        Ok(_) => None,
        Err(data) if data.starts_with(&IAssetRules::AssetRulesNothingHeld::SELECTOR) => {
            return Ok(None);
        }
        Err(data) => Some(causeway_bindings::describe_revert(&data)),
    };
    Ok(Some(Landing::Held {
        payable_at: event.payableAt,
        refused,
        release: Box::new(release),
    }))
}

async fn claimable(at: Place<'_>, key: B256, owner: Address) -> Result<Landing, AssetError> {
    let question = IAssetCustody::claimableCall { key, owner };
    let amount = ask(at.custody.reader, at.custody.address, &question).await?;
    if amount.is_zero() {
        return Ok(Landing::Paid);
    }
    let chain = at.chain;
    Ok(Landing::Claimable {
        chain,
        owner,
        amount,
    })
}

/// All blocks that may hold an event.
pub(super) async fn all(
    reader: &dyn crate::chain::ChainReader,
    from: u64,
    page: u64,
) -> Result<Range, AssetError> {
    let to = newest(reader).await?;
    Ok(Range { from, to, page })
}

/// The newest log of a contract that is wanted.
pub(super) async fn newest_log(
    reader: &dyn crate::chain::ChainReader,
    range: Range,
    contract: Address,
    wanted: impl Fn(&ChainLog) -> bool,
) -> Result<Option<ChainLog>, AssetError> {
    for (from, to) in range.pages_back() {
        let page = reader.logs(from, to, &[contract]).await?;
        if let Some(log) = page.logs.into_iter().rev().find(&wanted) {
            return Ok(Some(log));
        }
    }
    Ok(None)
}
