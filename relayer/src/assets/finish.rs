//! The last step of a transfer that ends on L1: a withdrawal is paid there, and a deposit that its chain refused given
//! back. Anyone may take it; the money goes where the message says.

use std::ops::ControlFlow;

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolError},
};
use causeway_bindings::{ISharedBridge, describe_revert};
use causeway_proofs::L2Log;

use super::{AssetError, Deposit, Withdrawal, estimate, status::Stage};
use crate::{
    bundle::{Emitted, Network, Range, StepError, logs, newest, prove_on_l1},
    chain::events::{ChainEvent, decode_chain_event},
};

/// What is left to do on L1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    /// No batch that L1 has executed holds it.
    NotSettled(String),
    /// This call of the shared bridge.
    Call(Call),
    /// Nothing before that timestamp, in seconds.
    Delayed {
        /// When it may be paid.
        until: U256,
    },
    /// Nothing any more.
    Done,
}

/// A call of the shared bridge that finishes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its calldata.
    pub calldata: Bytes,
    /// Gas it takes.
    pub gas: u64,
}

/// What finishes a withdrawal now; `None` if that was done.
///
/// # Errors
/// Nothing does yet: what is missing.
pub async fn finish_withdrawal(
    network: &Network,
    withdrawal: &Withdrawal,
) -> Result<Option<Call>, AssetError> {
    match of_withdrawal(network, withdrawal).await? {
        Finish::Call(call) => Ok(Some(call)),
        Finish::Done => Ok(None),
        Finish::NotSettled(detail) => Err(not_ready("the withdrawal", Stage::Sent, detail)),
        Finish::Delayed { until } => Err(not_ready(
            "the withdrawal",
            Stage::Delayed,
            format!("it exceeds the outflow limit; come back at timestamp {until}"),
        )),
    }
}

/// When a withdrawal that exceeds the outflow limit may be paid, as a timestamp in seconds; `None` if it is not delayed.
pub async fn payable_at(
    network: &Network,
    withdrawal: &Withdrawal,
) -> Result<Option<U256>, AssetError> {
    match of_withdrawal(network, withdrawal).await? {
        Finish::Delayed { until } => Ok(Some(until)),
        Finish::NotSettled(_) | Finish::Call(_) | Finish::Done => Ok(None),
    }
}

/// What gives a refused deposit back now; `None` if that was done.
///
/// # Errors
/// It was not refused, or L1 does not know yet.
pub async fn finish_deposit(
    network: &Network,
    deposit: &Deposit,
) -> Result<Option<Call>, AssetError> {
    let what = "the deposit";
    let Some(outcome) = outcome_on_chain(network, deposit).await? else {
        let detail = "its chain has not run it yet; an operation that expires stops its chain, it is never lost";
        return Err(not_ready(what, Stage::Sent, detail.to_owned()));
    };
    if outcome.success {
        let detail = format!("its chain took it in block {}", outcome.block);
        return Err(not_ready(what, Stage::Arrived, detail));
    }
    match of_refusal(network, deposit, outcome).await? {
        Finish::Call(call) => Ok(Some(call)),
        Finish::Done => Ok(None),
        Finish::NotSettled(detail) => Err(not_ready(what, Stage::Refused, detail)),
        Finish::Delayed { until } => Err(not_ready(what, Stage::Delayed, format!("until {until}"))),
    }
}

fn not_ready(what: &'static str, stage: Stage, detail: String) -> AssetError {
    AssetError::NotReady {
        what,
        stage: stage.label(),
        detail,
    }
}

pub(super) async fn of_withdrawal(
    network: &Network,
    withdrawal: &Withdrawal,
) -> Result<Finish, AssetError> {
    let proof = match prove_on_l1(network, withdrawal.emitted()).await {
        Ok(proven) => proven.proof.inclusion(),
        Err(error @ StepError::NotSettled { .. }) => {
            return Ok(Finish::NotSettled(error.to_string()));
        }
        Err(error) => return Err(error.into()),
    };
    let message = withdrawal.message.clone();
    let finalize = ISharedBridge::finalizeWithdrawalCall { proof, message };
    let refused = match try_on_l1(network, &finalize).await? {
        Ok(call) => return Ok(call),
        Err(refused) => refused,
    };
    if !refused.starts_with(&ISharedBridge::SharedBridgeAlreadyFinalized::SELECTOR) {
        return Err(would_revert("the finalization", &refused));
    }
    let release = ISharedBridge::releaseWithdrawalCall {
        chainId: U256::from(withdrawal.chain),
        message: withdrawal.message.clone(),
    };
    match try_on_l1(network, &release).await? {
        Ok(call) => Ok(call),
        Err(refused)
            if refused.starts_with(&ISharedBridge::SharedBridgeAlreadyFinalized::SELECTOR) =>
        {
            Ok(Finish::Done)
        }
        Err(refused) => match ISharedBridge::SharedBridgeTooEarly::abi_decode(&refused) {
            Ok(early) => Ok(Finish::Delayed {
                until: early.payableAt,
            }),
            Err(_) => Err(would_revert("the release", &refused)),
        },
    }
}

pub(super) async fn of_refusal(
    network: &Network,
    deposit: &Deposit,
    outcome: Outcome,
) -> Result<Finish, AssetError> {
    let emitted = Emitted {
        chain: deposit.operation.chainId.saturating_to(),
        block: outcome.block,
        leaf: L2Log::operation_status(deposit.hash, 0, false).leaf(),
        id: deposit.hash,
    };
    let proof = match prove_on_l1(network, emitted).await {
        Ok(proven) => proven.proof.inclusion(),
        Err(error @ StepError::NotSettled { .. }) => {
            return Ok(Finish::NotSettled(error.to_string()));
        }
        Err(error) => return Err(error.into()),
    };
    let operation = deposit.operation.clone();
    let recover = ISharedBridge::claimFailedDepositCall { operation, proof };
    match try_on_l1(network, &recover).await? {
        Ok(call) => Ok(call),
        // The bridge forgets a deposit when it gives it back.
        Err(refused)
            if refused.starts_with(&ISharedBridge::SharedBridgeUnknownDeposit::SELECTOR) =>
        {
            Ok(Finish::Done)
        }
        Err(refused) => Err(would_revert("the recovery", &refused)),
    }
}

/// How a chain ran an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) success: bool,
    pub(super) block: u64,
}

/// How the chain ran the operation of a deposit; `None` if it has not yet.
pub(super) async fn outcome_on_chain(
    network: &Network,
    deposit: &Deposit,
) -> Result<Option<Outcome>, AssetError> {
    let place = network.chain(deposit.operation.chainId.saturating_to())?;
    let range = Range {
        from: place.start_block,
        to: newest(place.reader.as_ref()).await?,
        page: place.page,
    };
    let leaves =
        [false, true].map(|success| L2Log::operation_status(deposit.hash, 0, success).leaf());
    let mut found = None;
    let outbox = [place.contracts.outbox];
    logs(place.reader.as_ref(), range, &outbox, |logs| {
        for log in logs {
            let event = decode_chain_event(&place.contracts, &log)?;
            if let Some(ChainEvent::OperationStatus { leaf }) = event
                && let Some(success) = leaves.iter().position(|known| *known == leaf)
            {
                found = Some(Outcome {
                    success: success == 1,
                    block: log.block.number,
                });
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })
    .await?;
    Ok(found)
}

/// A call of the shared bridge by anyone: what it takes, or the data of its revert.
async fn try_on_l1(
    network: &Network,
    call: &impl SolCall,
) -> Result<Result<Finish, Bytes>, AssetError> {
    let l1 = &network.l1;
    let calldata = Bytes::from(call.abi_encode());
    let estimated = estimate(
        l1.reader.as_ref(),
        Address::ZERO,
        l1.shared_bridge,
        calldata.clone(),
        U256::ZERO,
    )
    .await?;
    Ok(estimated.map(|gas| Finish::Call(Call { calldata, gas })))
}

fn would_revert(step: &'static str, data: &[u8]) -> AssetError {
    AssetError::WouldRevert {
        step,
        reason: describe_revert(data),
    }
}
