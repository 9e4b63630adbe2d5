//! What the contracts of a fake chain answer when they are asked.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolEvent},
};
use causeway_bindings::{IInteropHandler, IInteropRootStorage, IMessageRoot};

use super::{CENTER, FakeBlock, Inner, vault::Done};

impl Inner {
    /// Answer to a question that somebody asks of a contract; `None` for questions that nobody asks here.
    pub(super) fn view(&self, question: &[u8]) -> Option<Bytes> {
        if let Ok(call) = IInteropRootStorage::isImportedCall::abi_decode(question) {
            let known = self.imported(call.blockNumber.to()) == Some(call.root);
            return Some(IInteropRootStorage::isImportedCall::abi_encode_returns(&known).into());
        }
        if let Ok(call) = IMessageRoot::isHistoricalRootCall::abi_decode(question) {
            let block = self.blocks.get(call.blockNumber.to::<usize>())?;
            let known = U256::from(block.block.timestamp) == call.timestamp
                && root_emitted_in(block) == Some(call.root);
            return Some(IMessageRoot::isHistoricalRootCall::abi_encode_returns(&known).into());
        }
        if let Ok(call) = IInteropHandler::bundleStatusCall::abi_decode(question) {
            let status = self.status(call.bundleHash, &Done::default());
            return Some(IInteropHandler::bundleStatusCall::abi_encode_returns(&status).into());
        }
        if let Ok(call) = IInteropHandler::callStatusCall::abi_decode(question) {
            let status = self.call_status(call.bundleHash);
            return Some(IInteropHandler::callStatusCall::abi_encode_returns(&status).into());
        }
        if IInteropHandler::CENTERCall::abi_decode(question).is_ok() {
            return Some(IInteropHandler::CENTERCall::abi_encode_returns(&CENTER).into());
        }
        let none = Address::ZERO;
        IInteropHandler::centerOverrideCall::abi_decode(question)
            .ok()
            .map(|_| IInteropHandler::centerOverrideCall::abi_encode_returns(&none).into())
    }
}

/// The message root after a block of L1; `None` where it did not change.
fn root_emitted_in(block: &FakeBlock) -> Option<B256> {
    block.logs.iter().rev().find_map(|log| {
        IMessageRoot::BatchRootAppended::decode_raw_log(log.topics.iter(), &log.data)
            .ok()
            .map(|appended| appended.root)
    })
}
