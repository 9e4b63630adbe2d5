//! The next step of an errand, by the word of the contracts.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    BundleDelivery, CallStatus, IAssetCustody, IAssetVault, IInteropHandler, ISharedBridge,
    InteropBundle,
};

use super::{
    ErrandContext, ErrandError,
    verdict::{self, Verdict},
};
use crate::{
    bundle::{Anchored, Emitted, ProveError, ask, gas_limit},
    chain::{CallRequest, ChainError},
    model::{Errand, ErrandStep, MessageRecord, Stage, Task, UnixSeconds, trace_id},
};

/// Seconds until something is looked at again that waits for somebody else.
pub(super) const PAUSE: UnixSeconds = 30;

/// What to do about an errand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send this.
    Send(Call),
    /// Look again at this time.
    Wait(UnixSeconds),
    /// Nothing is left to do, as the newest block has it.
    Done,
    /// Nothing will ever be left to do.
    Over,
}

/// A transaction that would succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) step: ErrandStep,
    pub(super) to: Address,
    pub(super) calldata: Bytes,
    pub(super) gas_limit: u64,
}

/// A step that was simulated.
enum Tried {
    Succeeds(Call),
    Refused(Bytes),
}

impl ErrandContext {
    pub(super) async fn next(&self, errand: &Errand) -> Result<Next, ErrandError> {
        match &errand.task {
            Task::Return => self.next_of_return(errand).await,
            Task::Release {
                source,
                index,
                transfer,
            } => self.next_of_release(*source, *index, transfer).await,
            Task::Withdraw {
                source,
                block,
                leaf,
                message,
            } => {
                let emitted = Emitted {
                    chain: *source,
                    block: *block,
                    leaf: *leaf,
                    id: errand.id,
                };
                self.next_of_withdrawal(emitted, message).await
            }
        }
    }

    async fn next_of_return(&self, errand: &Errand) -> Result<Next, ErrandError> {
        let (Some(record), Some(handler)) = (self.store.message(errand.id)?, self.settings.handler)
        else {
            return Ok(Next::Over);
        };
        match record.stage {
            Stage::Final | Stage::Removed => return Ok(Next::Over),
            // It is final soon, or a reorg takes it back.
            Stage::Included => return Ok(self.later(PAUSE)),
            _ => {}
        }
        let Ok(bundle) = InteropBundle::decode(&record.bundle) else {
            return Ok(Next::Over);
        };
        match self.give_up(handler, &record, &bundle).await? {
            Some(next) => Ok(next),
            None => self.send_back(handler, &record, &bundle).await,
        }
    }

    /// Cancels what can run no more; `None` if there is nothing of that.
    async fn give_up(
        &self,
        handler: Address,
        record: &MessageRecord,
        bundle: &InteropBundle,
    ) -> Result<Option<Next>, ErrandError> {
        if !bundle.deadline().is_ok_and(|deadline| deadline.is_some()) {
            return Ok(None);
        }
        let proven = self
            .prover
            .prove(self.store.as_ref(), record.id, Anchored::AtDestination);
        let proof = match proven {
            Ok(proof) => proof.inclusion(),
            Err(ProveError::NotSettled(_) | ProveError::NotImported { .. }) => {
                return Ok(Some(self.later(PAUSE)));
            }
            Err(error) => return Err(error.into()),
        };
        let delivery = BundleDelivery {
            bundle: record.bundle.clone(),
            sender: record.center,
            proof,
        };
        let call = IInteropHandler::cancelExpiredCall { delivery };
        Ok(
            match self.attempt(ErrandStep::Cancel, handler, &call).await? {
                Tried::Succeeds(call) => Some(Next::Send(call)),
                Tried::Refused(data) => match verdict::of_cancel(&data) {
                    Verdict::Skip => None,
                    other => Some(self.unless_skipped(record.id, other)),
                },
            },
        )
    }

    /// Sends back what was cancelled, one call at a time.
    async fn send_back(
        &self,
        handler: Address,
        record: &MessageRecord,
        bundle: &InteropBundle,
    ) -> Result<Next, ErrandError> {
        let Ok(carried) = bundle.transfers(self.settings.custody) else {
            return Ok(Next::Over);
        };
        let mut is_open = false;
        for (index, _) in carried {
            let call = IAssetVault::returnCancelledCall {
                sourceChainId: U256::from(record.source),
                bundle: record.bundle.clone(),
                callIndex: U256::from(index),
            };
            let step = ErrandStep::Return;
            let data = match self.attempt(step, self.settings.custody, &call).await? {
                Tried::Succeeds(call) => return Ok(Next::Send(call)),
                Tried::Refused(data) => data,
            };
            match verdict::of_return(&data) {
                Verdict::Done => {}
                Verdict::Skip => is_open |= self.is_open(handler, record, index).await?,
                other => return Ok(self.unless_skipped(record.id, other)),
            }
        }
        // Without a deadline it is the unbundler's turn; the errand is noted again when that has acted.
        let deadline = bundle.deadline().ok().flatten();
        Ok(match deadline.filter(|_| is_open) {
            Some(deadline) => self.later(deadline.saturating_sub(self.clock.now()).max(PAUSE)),
            None => Next::Done,
        })
    }

    async fn is_open(
        &self,
        handler: Address,
        record: &MessageRecord,
        index: usize,
    ) -> Result<bool, ErrandError> {
        let question = IInteropHandler::callStatusCall {
            bundleHash: record.id,
            callIndex: U256::from(index),
        };
        let status = ask(self.chain.as_ref(), handler, &question).await?;
        Ok(status == CallStatus::Unprocessed)
    }

    async fn next_of_release(
        &self,
        source: u64,
        index: u64,
        transfer: &Bytes,
    ) -> Result<Next, ErrandError> {
        let call = IAssetCustody::releaseCall {
            sourceChainId: U256::from(source),
            index: U256::from(index),
            transfer: transfer.clone(),
        };
        let custody = self.settings.custody;
        Ok(
            match self.attempt(ErrandStep::Release, custody, &call).await? {
                Tried::Succeeds(call) => Next::Send(call),
                Tried::Refused(data) => {
                    let id = crate::model::held_id(source, index, transfer);
                    self.unless_skipped(id, verdict::of_release(&data))
                }
            },
        )
    }

    async fn next_of_withdrawal(
        &self,
        emitted: Emitted,
        message: &Bytes,
    ) -> Result<Next, ErrandError> {
        let proof = match self.prover.prove_on_l1(self.store.as_ref(), emitted) {
            Ok(proof) => proof.inclusion(),
            Err(ProveError::NotSettled(_)) => return Ok(self.later(PAUSE)),
            // Its block was reorganised away. If it was sent again, that was noted again.
            Err(ProveError::Unknown(_)) => return Ok(Next::Over),
            Err(error) => return Err(error.into()),
        };
        let bridge = self.settings.custody;
        let finalize = ISharedBridge::finalizeWithdrawalCall {
            proof,
            message: message.clone(),
        };
        match self
            .attempt(ErrandStep::Finalize, bridge, &finalize)
            .await?
        {
            Tried::Succeeds(call) => return Ok(Next::Send(call)),
            Tried::Refused(data) => match verdict::of_finalize(&data) {
                Verdict::Skip => {}
                other => return Ok(self.unless_skipped(emitted.id, other)),
            },
        }
        let pay = ISharedBridge::releaseWithdrawalCall {
            chainId: U256::from(emitted.chain),
            message: message.clone(),
        };
        Ok(match self.attempt(ErrandStep::Pay, bridge, &pay).await? {
            Tried::Succeeds(call) => Next::Send(call),
            Tried::Refused(data) => self.unless_skipped(emitted.id, verdict::of_pay(&data)),
        })
    }

    /// What a verdict asks for where nothing comes after the step.
    fn unless_skipped(&self, id: alloy::primitives::B256, verdict: Verdict) -> Next {
        match verdict {
            Verdict::Done | Verdict::Skip => Next::Done,
            Verdict::At(time) => {
                let wait = time.saturating_sub(self.clock.now());
                self.later(wait.saturating_add(1))
            }
            Verdict::Later => self.later(PAUSE),
            Verdict::Trouble(reason) => {
                let chain = self.chain.chain_id();
                tracing::warn!(stage = super::STAGE, chain, trace = trace_id(id), %id, reason, "the chain refuses");
                self.later(LONG_PAUSE)
            }
        }
    }

    fn later(&self, seconds: UnixSeconds) -> Next {
        Next::Wait(self.clock.now().saturating_add(seconds))
    }

    async fn attempt(
        &self,
        step: ErrandStep,
        to: Address,
        call: &(impl SolCall + Sync),
    ) -> Result<Tried, ErrandError> {
        let calldata = Bytes::from(call.abi_encode());
        let request = CallRequest {
            from: self.sender.address(),
            to,
            data: calldata.clone(),
            value: U256::ZERO,
            gas: None,
        };
        match self.chain.estimate_gas(&request).await {
            Ok(gas) => Ok(Tried::Succeeds(Call {
                step,
                to,
                calldata,
                gas_limit: gas_limit(gas),
            })),
            Err(ChainError::Reverted { data, .. }) => Ok(Tried::Refused(data)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Seconds until something is looked at again that nobody understands.
const LONG_PAUSE: UnixSeconds = 600;
