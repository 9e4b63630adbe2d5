//! What keeps the assets of a chain.

use alloy::{
    primitives::{Address, B256, U256},
    providers::{DynProvider, Provider},
};
use causeway_bindings::{Asset, AssetKind, IAssetCustody, IERC20, IERC721, IERC1155};

use super::{Tokens, named};
use crate::{Error, Network, error::At, transaction};

/// What keeps the assets of a chain: its vault, or on L1 the shared bridge. See [`Chain::custody`](crate::Chain::custody)
/// and [`Network::l1_custody`].
#[derive(Clone, Debug)]
pub struct Custody {
    pub(super) network: Network,
    chain_id: u64,
}

impl Custody {
    pub(crate) fn new(network: Network, chain_id: u64) -> Self {
        Self { network, chain_id }
    }

    /// Chain id.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The contract, to which approvals are given.
    pub fn address(&self) -> Result<Address, Error> {
        Ok(self.place()?.0)
    }

    /// The asset that a token of this chain stands for. A token that nothing has crossed of is at home here.
    ///
    /// # Errors
    /// [`Error::WrongKind`] if the token is known as one of another kind.
    pub async fn asset_of(&self, token: Address, kind: AssetKind) -> Result<Asset, Error> {
        self.contract()?
            .assetOf(token, kind)
            .call()
            .await
            .at(self.chain_id, "asset of a token")
            .map_err(named)
    }

    /// The token that stands for an asset on this chain; `None` if its home has not announced it here.
    pub async fn token_of(&self, asset: &Asset) -> Result<Option<Address>, Error> {
        if asset.originChainId == U256::from(self.chain_id) {
            return Ok(Some(asset.originToken));
        }
        let token = self
            .contract()?
            .tokenOf(asset.id())
            .call()
            .await
            .at(self.chain_id, "token of an asset")?;
        Ok(Some(token).filter(|token| !token.is_zero()))
    }

    /// What `owner` may [`claim`](Self::claim) of an asset, because it could not be paid when it arrived; in the token's
    /// smallest unit. `token_id` is 0 for a fungible asset.
    pub async fn claimable(
        &self,
        asset: &Asset,
        token_id: U256,
        owner: Address,
    ) -> Result<U256, Error> {
        self.contract()?
            .claimable(asset.ledger_key(token_id), owner)
            .call()
            .await
            .at(self.chain_id, "claim of an account")
    }

    /// Has what the account of `provider` may claim paid to `to`, and returns the transaction.
    ///
    /// # Errors
    /// [`Error::Reverted`] if there is nothing to claim, or `to` cannot be paid either.
    pub async fn claim(
        &self,
        asset: &Asset,
        token_id: U256,
        to: Address,
        provider: &impl Provider,
    ) -> Result<B256, Error> {
        let contract = self.contract()?;
        let call = contract.claim(asset.clone(), token_id, to);
        let request = call.into_transaction_request();
        let receipt = transaction::confirm(request, provider, self.chain_id, "claim").await?;
        Ok(receipt.transaction_hash)
    }

    pub(super) fn provider(&self) -> Result<&DynProvider, Error> {
        Ok(self.place()?.1)
    }

    fn contract(&self) -> Result<IAssetCustody::IAssetCustodyInstance<&DynProvider>, Error> {
        let (address, provider) = self.place()?;
        Ok(IAssetCustody::new(address, provider))
    }

    fn place(&self) -> Result<(Address, &DynProvider), Error> {
        let l1 = self.network.l1();
        if self.chain_id == l1.chain_id {
            return Ok((l1.contracts.shared_bridge, &l1.provider));
        }
        let chain = self.network.endpoint(self.chain_id)?;
        Ok((chain.contracts.vault, &chain.provider))
    }

    /// What an account has of a token, in its smallest unit.
    pub(super) async fn balance(&self, tokens: &Tokens, account: Address) -> Result<U256, Error> {
        let provider = self.provider()?;
        let (token, id) = (tokens.address, tokens.token_id);
        if tokens.is_base() {
            let balance = provider.get_balance(account).await;
            return balance.at(self.chain_id, "balance");
        }
        self.require_code(token).await?;
        match tokens.kind {
            AssetKind::NonFungible => {
                let owner = IERC721::new(token, provider).ownerOf(id).call().await;
                match owner.at(self.chain_id, "owner of a token") {
                    Ok(owner) => Ok(U256::from(owner == account)),
                    // There is no such token.
                    Err(Error::Reverted { .. }) => Ok(U256::ZERO),
                    Err(failure) => Err(self.not_a_token(token, failure)),
                }
            }
            AssetKind::MultiToken => {
                let contract = IERC1155::new(token, provider);
                self.of_token(token, contract.balanceOf(account, id).call().await)
            }
            _ => {
                let contract = IERC20::new(token, provider);
                self.of_token(token, contract.balanceOf(account).call().await)
            }
        }
    }

    pub(super) async fn require_code(&self, token: Address) -> Result<(), Error> {
        let chain_id = self.chain_id;
        let code = self.provider()?.get_code_at(token).await;
        if code.at(chain_id, "code of a token")?.is_empty() {
            return Err(Error::NotAToken { chain_id, token });
        }
        Ok(())
    }

    /// What a token answered, where it answers like a token of its kind.
    pub(super) fn of_token<T>(
        &self,
        token: Address,
        answer: Result<T, alloy::contract::Error>,
    ) -> Result<T, Error> {
        let answer = answer.at(self.chain_id, "question to a token");
        answer.map_err(|failure| self.not_a_token(token, failure))
    }

    fn not_a_token(&self, token: Address, failure: Error) -> Error {
        let chain_id = self.chain_id;
        match failure {
            Error::Reverted { .. } | Error::BadAnswer { .. } => {
                Error::NotAToken { chain_id, token }
            }
            other => other,
        }
    }
}
