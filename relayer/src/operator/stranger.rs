//! The hand of somebody who has no key of the chain's operator, but a node that makes blocks as it is told: every call is a
//! system transaction, in a block of its own.

use std::sync::Arc;

use alloy::primitives::{Address, U256};
use async_trait::async_trait;

use crate::{
    chain::{
        BlockFields, ChainError, ChainReader, Finality, FullBlock, ReplayNode, SystemTransaction,
        TxFault,
    },
    model::{Intent, UnixSeconds},
    send::{SendError, SendRequest},
};

use super::hand::{Hand, Kinds};

/// Makes the calls of an operator who is gone. What it has done stands in the node's blocks, so it keeps nothing itself.
pub struct StrangersHand {
    /// Makes the blocks.
    pub node: ReplayNode,
    /// Reads them.
    pub chain: Arc<dyn ChainReader>,
    /// Says what time it is.
    pub l1: Arc<dyn ChainReader>,
    /// By whose calls: of an account that may act for the chain, and has no code.
    pub account: Address,
}

impl StrangersHand {
    async fn make(&self, request: SendRequest) -> Result<(), ChainError> {
        let newest = self.chain.head(Finality::Latest).await?.number;
        let parent = self.chain.full_block(newest).await?;
        let parent = parent.ok_or_else(|| self.refused(format!("block {newest} is gone")))?;
        let l1_time = self.l1.head(Finality::Latest).await?.timestamp;
        let purse = self.chain.balance(self.account).await?;
        let nonce = self.chain.nonce(self.account, false).await?;
        let (block, call) = next(&parent, l1_time, self.account, nonce, purse, request);
        self.node.prepare(&block).await?;
        let tx = self.node.submit_system(&call).await?;
        self.node.mine().await?;
        match self.chain.receipt(tx).await? {
            Some(receipt) if receipt.success => Ok(()),
            Some(receipt) => Err(self.refused(format!(
                "the call of {} reverts in block {}: see whether {} has the role OPERATOR there",
                call.to, receipt.block, self.account
            ))),
            None => Err(self
                .refused("the node did not take the call into its block; see its log".to_owned())),
        }
    }

    fn refused(&self, reason: String) -> ChainError {
        ChainError::Refused {
            chain: self.chain.chain_id(),
            fault: TxFault::Other,
            reason,
        }
    }
}

#[async_trait]
impl Hand for StrangersHand {
    async fn submit(&self, request: SendRequest) -> Result<(), SendError> {
        Ok(self.make(request).await?)
    }

    async fn follow(&self) -> Result<Vec<Intent>, SendError> {
        Ok(Vec::new())
    }

    fn is_pending(&self, _wanted: Kinds) -> Result<bool, SendError> {
        Ok(false)
    }

    async fn let_go(&self, _stays: Kinds) -> Result<usize, SendError> {
        Ok(0)
    }
}

/// The block after `parent`, and the call that stands in it. Time is L1's, which the operator's clock would show too. Who
/// cannot pay pays nothing: nobody could bring back the chain otherwise.
fn next(
    parent: &FullBlock,
    l1_time: UnixSeconds,
    account: Address,
    nonce: u64,
    purse: U256,
    request: SendRequest,
) -> (BlockFields, SystemTransaction) {
    let dearest = U256::from(request.gas_limit).saturating_mul(U256::from(parent.base_fee_per_gas));
    let base_fee_per_gas = match purse >= dearest {
        true => parent.base_fee_per_gas,
        false => 0,
    };
    let block = BlockFields {
        timestamp: l1_time.max(parent.block.timestamp.saturating_add(1)),
        beneficiary: parent.beneficiary,
        gas_limit: parent.gas_limit,
        base_fee_per_gas,
    };
    let call = SystemTransaction {
        from: account,
        nonce,
        to: request.to,
        value: request.value,
        gas_limit: request.gas_limit,
        max_fee_per_gas: u128::from(base_fee_per_gas),
        max_priority_fee_per_gas: 0,
        data: request.calldata,
    };
    (block, call)
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{B256, Bytes};

    use super::*;
    use crate::model::{BlockRef, IntentKind};

    const ACCOUNT: Address = Address::repeat_byte(7);

    fn parent() -> FullBlock {
        FullBlock {
            block: BlockRef {
                number: 5,
                hash: B256::repeat_byte(5),
                timestamp: 50,
            },
            parent_hash: B256::ZERO,
            state_root: B256::ZERO,
            beneficiary: Address::repeat_byte(1),
            gas_limit: 30_000_000,
            base_fee_per_gas: 7,
            prev_randao: B256::ZERO,
            transactions: Vec::new(),
        }
    }

    fn made(l1_time: UnixSeconds, purse: u64) -> (BlockFields, SystemTransaction) {
        let request = SendRequest {
            kind: IntentKind::Bury { count: 1 },
            to: Address::repeat_byte(2),
            calldata: Bytes::from_static(b"bury"),
            value: U256::ZERO,
            gas_limit: 1_000,
            blobs: None,
        };
        next(&parent(), l1_time, ACCOUNT, 9, U256::from(purse), request)
    }

    #[test]
    fn the_call_is_the_accounts_and_the_block_follows_its_parent() {
        let (block, call) = made(70, 7_000);
        let fields = BlockFields {
            timestamp: 70,
            beneficiary: Address::repeat_byte(1),
            gas_limit: 30_000_000,
            base_fee_per_gas: 7,
        };
        assert_eq!(block, fields);
        assert_eq!((call.from, call.nonce), (ACCOUNT, 9));
        assert_eq!((call.to, call.gas_limit), (Address::repeat_byte(2), 1_000));
        assert_eq!(call.data, Bytes::from_static(b"bury"));
        assert_eq!((call.max_fee_per_gas, call.value), (7, U256::ZERO));
    }

    #[test]
    fn a_block_is_later_than_its_parent_whatever_l1_says() {
        for (l1_time, expected) in [(0, 51), (50, 51), (51, 51), (52, 52)] {
            assert_eq!(made(l1_time, 0).0.timestamp, expected);
        }
    }

    #[test]
    fn who_cannot_pay_pays_nothing() {
        for (purse, fee) in [(7_000, 7), (6_999, 0), (0, 0)] {
            let (block, call) = made(70, purse);
            assert_eq!(
                (block.base_fee_per_gas, call.max_fee_per_gas),
                (fee, u128::from(fee))
            );
        }
    }
}
