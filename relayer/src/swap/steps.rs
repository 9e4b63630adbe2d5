//! The transaction of a step.

use alloy::primitives::{Address, Bytes, U256};
use alloy::sol_types::SolCall;
use causeway_bindings::{
    IAtomicSwap, IBatchSettlement, ISwapRegistry, InclusionProof, SwapPreimage, no_proof,
};

use super::SwapContext;
use crate::{
    bundle::{Emitted, ProveError},
    errands::ErrandError,
    model::{
        ChainId,
        swap::{Decision, Secret, SwapRecord, SwapStep},
    },
};

/// A transaction, before it is simulated.
pub(super) struct Call {
    pub(super) chain: ChainId,
    pub(super) to: Address,
    pub(super) calldata: Bytes,
}

impl SwapContext {
    /// The transaction of a step; `None` while what it takes is not at hand.
    pub(super) fn call(
        &self,
        record: &SwapRecord,
        step: SwapStep,
    ) -> Result<Option<Call>, ErrandError> {
        let (source, id) = (U256::from(record.source), record.id);
        let known = record.secret.as_ref().and_then(Secret::preimage);
        let output = output(record);
        let on_registry = |calldata| self.on_l1(self.settings.registry, calldata);
        let published = match step {
            // The bank that orders a swap makes these itself.
            SwapStep::Approve | SwapStep::Lock => None,
            SwapStep::Execute => return self.execute(record, known),
            SwapStep::Cancel => return self.cancel(record, known),
            SwapStep::Redeem => return self.redeem(record, known),
            SwapStep::Refund => return self.refund(record, known),
            SwapStep::FreezeSource => return Ok(Some(self.freeze(record.source))),
            SwapStep::FreezeDestination => return Ok(Some(self.freeze(record.destination))),
            SwapStep::ForceResolve => {
                Some(ISwapRegistry::forceResolveCall { source, swapId: id }.abi_encode())
            }
            SwapStep::L1Cancel => {
                Some(ISwapRegistry::l1CancelCall { source, swapId: id }.abi_encode())
            }
            SwapStep::ForceExecute => {
                known.map(|preimage| ISwapRegistry::forceExecuteCall { preimage }.abi_encode())
            }
            SwapStep::ForceClose => known
                .map(|preimage| ISwapRegistry::forceCloseCall { preimage, output }.abi_encode()),
            SwapStep::L1Claim => {
                known.map(|preimage| ISwapRegistry::l1ClaimCall { preimage, output }.abi_encode())
            }
        };
        Ok(published.map(on_registry))
    }

    fn execute(
        &self,
        record: &SwapRecord,
        known: Option<SwapPreimage>,
    ) -> Result<Option<Call>, ErrandError> {
        let proven = known.zip(self.lock_proof(record)?);
        Ok(proven.map(|(preimage, proof)| {
            let call = IAtomicSwap::executeCall { preimage, proof };
            self.on_chain(record.destination, &call)
        }))
    }

    fn cancel(
        &self,
        record: &SwapRecord,
        known: Option<SwapPreimage>,
    ) -> Result<Option<Call>, ErrandError> {
        let proven = known.zip(self.lock_proof(record)?);
        Ok(proven.map(|(SwapPreimage { header, .. }, proof)| {
            let call = IAtomicSwap::cancelCall { header, proof };
            self.on_chain(record.destination, &call)
        }))
    }

    fn redeem(
        &self,
        record: &SwapRecord,
        known: Option<SwapPreimage>,
    ) -> Result<Option<Call>, ErrandError> {
        let proven = known.zip(self.receipt_proof(record)?);
        Ok(proven.map(|(preimage, proof)| {
            let output = output(record);
            let call = IAtomicSwap::redeemCall {
                preimage,
                output,
                proof,
            };
            self.on_chain(record.source, &call)
        }))
    }

    fn refund(
        &self,
        record: &SwapRecord,
        known: Option<SwapPreimage>,
    ) -> Result<Option<Call>, ErrandError> {
        let proven = known.zip(self.receipt_proof(record)?);
        Ok(proven.map(|(preimage, proof)| {
            let call = IAtomicSwap::refundCall { preimage, proof };
            self.on_chain(record.source, &call)
        }))
    }

    fn freeze(&self, chain: ChainId) -> Call {
        let call = IBatchSettlement::freezeCall {
            chainId: U256::from(chain),
        };
        self.on_l1(self.settings.settlement, call.abi_encode())
    }

    fn on_chain(&self, chain: ChainId, call: &impl SolCall) -> Call {
        Call {
            chain,
            to: self.settings.contract,
            calldata: call.abi_encode().into(),
        }
    }

    fn on_l1(&self, to: Address, calldata: Vec<u8>) -> Call {
        Call {
            chain: self.l1.reader.chain_id(),
            to,
            calldata: calldata.into(),
        }
    }

    fn lock_proof(&self, record: &SwapRecord) -> Result<Option<InclusionProof>, ErrandError> {
        let Some(lock) = record.seen.lock else {
            return Ok(None);
        };
        let emitted = Emitted {
            chain: record.source,
            block: lock.at.block,
            leaf: lock.leaf,
            id: record.id,
        };
        self.prove(emitted, record.destination)
    }

    /// Proof of the receipt; an empty one where L1 has decided, and told the source itself.
    fn receipt_proof(&self, record: &SwapRecord) -> Result<Option<InclusionProof>, ErrandError> {
        let decided = record.slot().and_then(|slot| slot.decided);
        if decided.is_some_and(|decided| decided.by_l1) {
            return Ok(Some(no_proof()));
        }
        let Some(receipt) = record.receipt() else {
            return Ok(None);
        };
        let emitted = Emitted {
            chain: record.destination,
            block: receipt.at.block,
            leaf: receipt.leaf,
            id: record.id,
        };
        self.prove(emitted, record.source)
    }

    fn prove(&self, emitted: Emitted, to: ChainId) -> Result<Option<InclusionProof>, ErrandError> {
        match self.prover.prove_at(self.store.as_ref(), emitted, to) {
            Ok(proof) => Ok(Some(proof.inclusion())),
            // Not read yet, or taken back by a reorg.
            Err(
                ProveError::NotSettled(_) | ProveError::NotImported { .. } | ProveError::Unknown(_),
            ) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What comes back, where the swap was executed.
fn output(record: &SwapRecord) -> Bytes {
    let receipt = record.receipt();
    let executed = receipt.filter(|receipt| receipt.decision == Decision::Executed);
    executed.map_or_else(Bytes::new, |receipt| receipt.output.clone())
}
