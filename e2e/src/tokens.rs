//! Tokens as issuers deploy them: whoever deploys one owns it, and mints. Who has how much is asked through the standard
//! interfaces, `IERC20` and its like.

use std::time::Duration;

use alloy::{
    primitives::{Address, U256},
    providers::DynProvider,
    sol,
    sol_types::{SolCall, SolValue},
};
use causeway_bindings::{Asset, AssetKind, IAssetVault, ISharedBridge};
use eyre::{OptionExt, Result};

use crate::{contracts, devnet::Devnet, holdings::places, wait::until};

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
const TAXED_ERC20: &str = include_str!("../bytecode/TaxedERC20.hex");
const ERC721: &str = include_str!("../bytecode/IssuedERC721.hex");
const ERC1155: &str = include_str!("../bytecode/IssuedERC1155.hex");

/// Gas that a chain gets to take an announcement.
const ANNOUNCEMENT_GAS: u64 = 2_000_000;
const LIMIT: Duration = Duration::from_secs(150);

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
        Self::deploy(
            devnet,
            issuer,
            chain_id,
            (AssetKind::Fungible, ERC20),
            &arguments,
        )
        .await
    }

    /// An ERC-20 of the account `issuer` that keeps a hundredth of what it moves.
    pub async fn taxed_erc20(devnet: &Devnet, issuer: &str, chain_id: u64) -> Result<Self> {
        let arguments = devnet.signer(issuer)?.address().abi_encode();
        Self::deploy(
            devnet,
            issuer,
            chain_id,
            (AssetKind::Fungible, TAXED_ERC20),
            &arguments,
        )
        .await
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
        Self::deploy(
            devnet,
            issuer,
            chain_id,
            (AssetKind::NonFungible, ERC721),
            &arguments,
        )
        .await
    }

    /// An ERC-1155 of the account `issuer`; each of its tokens has a URI of its own.
    pub async fn erc1155(devnet: &Devnet, issuer: &str, chain_id: u64) -> Result<Self> {
        let arguments = devnet.signer(issuer)?.address().abi_encode();
        Self::deploy(
            devnet,
            issuer,
            chain_id,
            (AssetKind::MultiToken, ERC1155),
            &arguments,
        )
        .await
    }

    async fn deploy(
        devnet: &Devnet,
        issuer: &str,
        chain_id: u64,
        (kind, code): (AssetKind, &str),
        arguments: &[u8],
    ) -> Result<Self> {
        let issuer = devnet.shared_wallet(issuer, chain_id)?;
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

    /// Has its home tell a chain what it is called, so that it can arrive there from others too, and waits until it has.
    pub async fn announce(&self, devnet: &Devnet, chain_id: u64) -> Result<Address> {
        let places = places(devnet)?;
        let find = |id| places.iter().find(|place| place.chain_id == id);
        let home = find(self.chain_id).ok_or_eyre("the token has a home")?;
        let there = find(chain_id).ok_or_eyre("no such chain")?;
        let (token, kind, to) = (self.address, self.kind, U256::from(chain_id));
        let is_l1 = home.chain_id == devnet.network().l1_chain_id();
        let announcement = if is_l1 {
            ISharedBridge::announceCall {
                token,
                kind,
                chainId: to,
                gasLimit: ANNOUNCEMENT_GAS,
            }
            .abi_encode()
        } else {
            IAssetVault::announceCall {
                token,
                kind,
                destinationChainId: to,
            }
            .abi_encode()
        };
        contracts::send(&self.issuer, home.custody, U256::ZERO, announcement).await?;
        let (asset, mut token) = (self.asset(), None);
        until("the announcement arrives", LIMIT, async || {
            token = there.token(&asset).await?;
            Ok(token.is_some())
        })
        .await?;
        token.ok_or_eyre("it was just there")
    }

    async fn order(&self, call: &impl SolCall) -> Result<()> {
        contracts::call(&self.issuer, self.address, U256::ZERO, call).await?;
        Ok(())
    }
}
