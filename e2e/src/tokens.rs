//! Tokens as issuers deploy them: whoever deploys one owns it, and mints. Who has how much is asked through the standard
//! interfaces, `IERC20` and its like.

use alloy::{
    primitives::{Address, U256},
    providers::DynProvider,
    sol,
    sol_types::{SolCall, SolValue},
};
use causeway_bindings::{Asset, AssetKind};
use eyre::Result;

use crate::{contracts, devnet::Devnet};

sol! {
    /// What the owners of `contracts/test/mocks/IssuedTokens.sol` may do beside the standards.
    interface IIssuedERC20 {
        function mint(address to, uint256 amount) external;
    }

    interface IIssuedERC721 {
        function mint(address to, uint256 tokenId, string calldata uri) external;
    }

    interface IIssuedERC1155 {
        function mint(address to, uint256 tokenId, uint256 amount, string calldata uri) external;
    }
}

const ERC20: &str = include_str!("../bytecode/IssuedERC20.hex");
const ERC721: &str = include_str!("../bytecode/IssuedERC721.hex");
const ERC1155: &str = include_str!("../bytecode/IssuedERC1155.hex");

/// A token on its home chain, in the hands of its issuer.
#[derive(Clone, Debug)]
pub struct Token {
    chain_id: u64,
    address: Address,
    kind: AssetKind,
    issuer: DynProvider,
}

impl Token {
    /// An ERC-20 with permit, of the account `issuer`.
    pub async fn erc20(
        devnet: &Devnet,
        issuer: &str,
        chain_id: u64,
        [name, symbol]: [&str; 2],
        decimals: u8,
    ) -> Result<Self> {
        let owner = devnet.signer(issuer)?.address();
        let arguments = (owner, name, symbol, U256::from(decimals)).abi_encode_params();
        Self::deploy(devnet, issuer, chain_id, AssetKind::Fungible, &arguments).await
    }

    /// An ERC-721 of the account `issuer`; each of its tokens has a URI of its own.
    pub async fn erc721(
        devnet: &Devnet,
        issuer: &str,
        chain_id: u64,
        [name, symbol]: [&str; 2],
    ) -> Result<Self> {
        let owner = devnet.signer(issuer)?.address();
        let arguments = (owner, name, symbol).abi_encode_params();
        Self::deploy(devnet, issuer, chain_id, AssetKind::NonFungible, &arguments).await
    }

    /// An ERC-1155 of the account `issuer`; each of its tokens has a URI of its own.
    pub async fn erc1155(devnet: &Devnet, issuer: &str, chain_id: u64) -> Result<Self> {
        let arguments = devnet.signer(issuer)?.address().abi_encode();
        Self::deploy(devnet, issuer, chain_id, AssetKind::MultiToken, &arguments).await
    }

    async fn deploy(
        devnet: &Devnet,
        issuer: &str,
        chain_id: u64,
        kind: AssetKind,
        arguments: &[u8],
    ) -> Result<Self> {
        let issuer = devnet.wallet(issuer, chain_id)?;
        let code = match kind {
            AssetKind::NonFungible => ERC721,
            AssetKind::MultiToken => ERC1155,
            _ => ERC20,
        };
        let address = contracts::deploy(code, arguments, &issuer).await?;
        Ok(Self {
            chain_id,
            address,
            kind,
            issuer,
        })
    }

    /// Its address.
    pub fn address(&self) -> Address {
        self.address
    }

    /// What the network knows it by.
    pub fn asset(&self) -> Asset {
        Asset {
            originChainId: U256::from(self.chain_id),
            originToken: self.address,
            kind: self.kind,
        }
    }

    /// Mints an amount of an ERC-20, in its smallest unit.
    pub async fn mint(&self, to: Address, amount: U256) -> Result<()> {
        self.order(&IIssuedERC20::mintCall { to, amount }).await
    }

    /// Mints a token of an ERC-721.
    pub async fn mint_nft(&self, to: Address, token_id: U256, uri: &str) -> Result<()> {
        self.order(&IIssuedERC721::mintCall {
            to,
            tokenId: token_id,
            uri: uri.to_owned(),
        })
        .await
    }

    /// Mints an amount of a token of an ERC-1155, and gives that token its URI.
    pub async fn mint_multi(
        &self,
        to: Address,
        token_id: U256,
        amount: U256,
        uri: &str,
    ) -> Result<()> {
        self.order(&IIssuedERC1155::mintCall {
            to,
            tokenId: token_id,
            amount,
            uri: uri.to_owned(),
        })
        .await
    }

    async fn order(&self, call: &impl SolCall) -> Result<()> {
        contracts::call(&self.issuer, self.address, U256::ZERO, call).await?;
        Ok(())
    }
}
