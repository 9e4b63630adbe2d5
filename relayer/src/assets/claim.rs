//! What could not be paid when it arrived, and waits for its owner.

use alloy::primitives::{Address, U256};
use causeway_bindings::{Asset, IAssetCustody};

use super::{AssetError, Custody, Step};
use crate::bundle::ask;

/// What an owner may claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The asset, by its home.
    pub asset: Asset,
    /// 0 for fungible tokens.
    pub token_id: U256,
    /// Who may claim.
    pub owner: Address,
    /// Who is to be paid.
    pub to: Address,
}

impl Claim {
    /// Amount that may be claimed, in the asset's smallest unit.
    pub async fn amount(&self, custody: Custody<'_>) -> Result<U256, AssetError> {
        let question = IAssetCustody::claimableCall {
            key: self.asset.ledger_key(self.token_id),
            owner: self.owner,
        };
        Ok(ask(custody.reader, custody.address, &question).await?)
    }

    /// What the owner does to be paid.
    pub fn step(&self, custody: Custody<'_>) -> Step {
        let call = IAssetCustody::claimCall {
            asset: self.asset.clone(),
            tokenId: self.token_id,
            to: self.to,
        };
        Step::new("claim", custody.address, &call)
    }
}
