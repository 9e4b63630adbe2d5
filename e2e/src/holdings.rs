//! Who has how much of an asset, and where all of it is: read from tokens, custodies and the ledger of L1.

use alloy::{
    primitives::{Address, U256},
    providers::{DynProvider, Provider},
};
use causeway_bindings::{Asset, AssetKind, IAssetCustody, IAssetLedger, IERC20, IERC721};
use eyre::{Result, ensure};

use crate::devnet::Devnet;

/// A chain of the network, L1 included, where its assets are concerned.
#[derive(Clone, Debug)]
pub struct Place {
    /// Name for people.
    pub name: String,
    /// Chain id.
    pub chain_id: u64,
    /// Vault, or on L1 the shared bridge.
    pub custody: Address,
    /// Its RPC.
    pub provider: DynProvider,
}

/// All places of a network: L1, then the chains.
pub fn places(devnet: &Devnet) -> Result<Vec<Place>> {
    let network = devnet.network();
    let l1 = Place {
        name: "L1".to_owned(),
        chain_id: network.l1_chain_id(),
        custody: network.l1_contracts().shared_bridge,
        provider: network.l1_provider().clone(),
    };
    let chains = network.chains().map(|chain| {
        Ok(Place {
            name: chain.name()?.to_owned(),
            chain_id: chain.id(),
            custody: chain.contracts()?.vault,
            provider: chain.provider()?.clone(),
        })
    });
    std::iter::once(Ok(l1)).chain(chains).collect()
}

impl Place {
    /// The token that the asset is here; `None` where nothing stands for it yet.
    pub async fn token(&self, asset: &Asset) -> Result<Option<Address>> {
        if self.is_home(asset) {
            return Ok(Some(asset.originToken));
        }
        let custody = IAssetCustody::new(self.custody, &self.provider);
        let token = custody.tokenOf(asset.id()).call().await?;
        Ok((!token.is_zero()).then_some(token))
    }

    /// What an account has of a fungible asset, in the token's smallest unit.
    pub async fn balance(&self, asset: &Asset, account: Address) -> Result<U256> {
        match self.token(asset).await? {
            Some(token) => Ok(self.erc20(token).balanceOf(account).call().await?),
            None => Ok(U256::ZERO),
        }
    }

    /// What an account has of the chain's base token, in wei.
    pub async fn ether(&self, account: Address) -> Result<U256> {
        Ok(self.provider.get_balance(account).await?)
    }

    /// Who has a token of an ERC-721 asset here; `None` if nobody does.
    pub async fn owner(&self, asset: &Asset, token_id: U256) -> Result<Option<Address>> {
        let Some(token) = self.token(asset).await? else {
            return Ok(None);
        };
        let contract = IERC721::new(token, &self.provider);
        match contract.ownerOf(token_id).call().await {
            Ok(owner) => Ok(Some(owner)),
            Err(error)
                if error
                    .as_decoded_interface_error::<IERC721::IERC721Errors>()
                    .is_some() =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What is in circulation here: at home what is not locked, elsewhere what was minted.
    async fn units(&self, asset: &Asset, token_id: U256) -> Result<U256> {
        if asset.kind == AssetKind::NonFungible {
            let owner = self.owner(asset, token_id).await?;
            let circulates = owner.is_some_and(|owner| owner != self.custody);
            return Ok(U256::from(circulates));
        }
        let Some(token) = self.token(asset).await? else {
            return Ok(U256::ZERO);
        };
        let supply = self.erc20(token).totalSupply().call().await?;
        Ok(supply - self.locked(asset).await?)
    }

    async fn locked(&self, asset: &Asset) -> Result<U256> {
        if !self.is_home(asset) {
            return Ok(U256::ZERO);
        }
        let custody = IAssetCustody::new(self.custody, &self.provider);
        Ok(custody.locked(asset.originToken).call().await?)
    }

    fn is_home(&self, asset: &Asset) -> bool {
        asset.originChainId == U256::from(self.chain_id)
    }

    fn erc20(&self, token: Address) -> IERC20::IERC20Instance<&DynProvider> {
        IERC20::new(token, &self.provider)
    }
}

/// Has every chain tell L1 something, in the name of `account`. Arrivals alone do not make a chain close a batch, so this
/// is how L1 comes to know of the last ones.
pub async fn close_batches(devnet: &Devnet, account: &str) -> Result<()> {
    for chain in devnet.network().chains() {
        let wallet = devnet.wallet(account, chain.id())?;
        chain.send_to_l1(b"done".to_vec(), &wallet).await?;
    }
    Ok(())
}

/// Where all units of an ERC-20, or a token of an ERC-721, are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// By place, in the order of [`places`]: what circulates there.
    pub circulating: Vec<U256>,
    /// By place: what the ledger says that it has. The home of the asset has nothing there.
    pub booked: Vec<U256>,
    /// What left one chain and has not arrived at the next, in the eyes of L1.
    pub under_way: U256,
    /// What swaps hold, in the eyes of L1.
    pub held: U256,
    /// What is outside of its home, in the eyes of L1.
    pub issued: U256,
    /// All there is.
    pub minted: U256,
}

impl Whereabouts {
    /// Reads them.
    pub async fn of(devnet: &Devnet, asset: &Asset, token_id: U256) -> Result<Self> {
        let network = devnet.network();
        let ledger = IAssetLedger::new(network.l1_contracts().asset_ledger, network.l1_provider());
        let key = asset.ledger_key(token_id);
        let places = places(devnet)?;
        let mut found = Self {
            circulating: Vec::new(),
            booked: Vec::new(),
            under_way: U256::ZERO,
            held: ledger.held(key).call().await?,
            issued: ledger.issued(key).call().await?,
            minted: U256::ONE,
        };
        for place in &places {
            let chain_id = U256::from(place.chain_id);
            found.circulating.push(place.units(asset, token_id).await?);
            found
                .booked
                .push(ledger.balance(chain_id, key).call().await?);
            for other in places
                .iter()
                .filter(|other| other.chain_id != place.chain_id)
            {
                let route = ledger.pending(chain_id, U256::from(other.chain_id), key);
                found.under_way += route.call().await?;
            }
            if place.is_home(asset) && asset.kind == AssetKind::Fungible {
                found.minted = place.erc20(asset.originToken).totalSupply().call().await?;
            }
        }
        Ok(found)
    }

    /// Requires that every unit is on one chain, and that the ledger says on which.
    pub fn require_exact(&self) -> Result<()> {
        let circulating: U256 = self.circulating.iter().sum();
        let booked: U256 = self.booked.iter().sum();
        ensure!(
            circulating == self.minted
                && (self.under_way + self.held).is_zero()
                && self.issued == booked,
            "the sum does not hold: {self:?}"
        );
        let abroad = self.circulating.iter().zip(&self.booked);
        for (circulating, booked) in abroad.filter(|(_, booked)| !booked.is_zero()) {
            ensure!(
                circulating == booked,
                "a chain has something else than the ledger says: {self:?}"
            );
        }
        Ok(())
    }
}
