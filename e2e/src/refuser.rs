//! A contract that takes no ether.

use alloy::{
    primitives::{Address, U256},
    providers::DynProvider,
    sol,
};
use causeway_bindings::Asset;
use eyre::Result;

use crate::contracts;

sol! {
    /// `contracts/test/mocks/EtherRefuser.sol`.
    interface IEtherRefuser {
        struct Claimed {
            uint256 originChainId;
            address originToken;
            uint8 kind;
        }

        function claim(address custody, Claimed calldata asset, uint256 tokenId, address to) external;
    }
}

const CREATION_CODE: &str = include_str!("../bytecode/EtherRefuser.hex");

/// One on one chain.
#[derive(Clone, Debug)]
pub struct Refuser {
    address: Address,
    provider: DynProvider,
}

impl Refuser {
    /// Deploys one from the account of `provider`.
    pub async fn deploy(provider: DynProvider) -> Result<Self> {
        let address = contracts::deploy(CREATION_CODE, &[], &provider).await?;
        Ok(Self { address, provider })
    }

    /// Its address.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Has it claim from `custody` what could not be paid to it, for `to`.
    pub async fn claim(&self, custody: Address, asset: &Asset, to: Address) -> Result<()> {
        let call = IEtherRefuser::claimCall {
            custody,
            asset: IEtherRefuser::Claimed {
                originChainId: asset.originChainId,
                originToken: asset.originToken,
                kind: asset.kind as u8,
            },
            tokenId: U256::ZERO,
            to,
        };
        contracts::call(&self.provider, self.address, U256::ZERO, &call).await?;
        Ok(())
    }
}
