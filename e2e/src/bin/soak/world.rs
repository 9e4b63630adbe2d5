//! What stands on the chains before the run: tokens, their holders, and contracts that do not do as they are asked.

use std::collections::BTreeMap;

use alloy::{
    eips::BlockId,
    primitives::{Address, U256},
    providers::{DynProvider, Provider},
    sol_types::SolCall,
};
use causeway_bindings::{
    Asset, AssetKind, ETHER, IAssetCustody, IERC20, IERC721, IERC1155, asset_id,
};
use causeway_e2e::{
    devnet::Devnet,
    recipient::{Recipient, Recipients},
    refuser::Refuser,
    soak::{
        book::{Book, Place, Unit},
        wire::{Call, Wire},
    },
    tokens::Token,
};
use eyre::{Result, WrapErr};

use crate::run::Purpose;

/// Accounts that send and receive.
pub(crate) const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
/// Account that finishes what others began.
pub(crate) const ERRANDS: &str = "erin";
/// Account that owns tokens and deploys contracts.
const ISSUER: &str = "admin";
/// Account that gives orders to contracts that take no ether.
const REFUSERS: &str = "relay-2";

/// What every user has of a token at home when the run begins; of tokens with ids, of each.
const MINTED: u64 = 10_000_000;
const NFTS: u64 = 12;
const MULTI_IDS: u64 = 2;

/// Gets what contracts that take no ether may claim.
const CLAIMANT: Address = Address::repeat_byte(0xc1);

/// An asset of the run.
pub(crate) struct Kept {
    pub(crate) name: &'static str,
    pub(crate) asset: Asset,
    pub(crate) token_ids: Vec<u64>,
}

/// The network and everything that the run put there.
pub(crate) struct World<'a> {
    pub(crate) devnet: &'a Devnet,
    /// Chain ids; L1's first.
    pub(crate) chains: Vec<u64>,
    pub(crate) users: Vec<Address>,
    pub(crate) errands: Address,
    /// Ether first.
    pub(crate) assets: Vec<Kept>,
    /// Contracts that count calls.
    pub(crate) tallies: Recipients,
    /// Contracts that refuse calls.
    stubborn: BTreeMap<u64, Recipient>,
    /// Contracts that take no ether.
    refusers: BTreeMap<u64, Refuser>,
    /// What stands for assets elsewhere than at home, by asset and chain.
    tokens: BTreeMap<(usize, u64), Address>,
}

impl<'a> World<'a> {
    pub(crate) async fn build(devnet: &'a Devnet) -> Result<Self> {
        let l1 = devnet.network().l1_chain_id();
        let on_chains: Vec<u64> = devnet.network().chains().map(|chain| chain.id()).collect();
        let (mut stubborn, mut refusers) = (BTreeMap::new(), BTreeMap::new());
        let chains: Vec<u64> = [l1].into_iter().chain(on_chains.iter().copied()).collect();
        for chain in &chains {
            refusers.insert(
                *chain,
                Refuser::deploy(devnet.wallet(REFUSERS, *chain)?).await?,
            );
        }
        for chain in &devnet.file().chains {
            let wallet = devnet.wallet(ISSUER, chain.chain_id)?;
            let recipient = Recipient::deploy(chain.contracts.handler, wallet).await?;
            recipient.refuse_with("closed for good").await?;
            stubborn.insert(chain.chain_id, recipient);
        }
        let users = USERS.map(|user| Ok(devnet.signer(user)?.address()));
        let users: Vec<Address> = users.into_iter().collect::<Result<_>>()?;
        Ok(Self {
            assets: issue(devnet, &users, l1, &on_chains).await?,
            users,
            errands: devnet.signer(ERRANDS)?.address(),
            tallies: Recipients::deploy(devnet, ISSUER).await?,
            stubborn,
            refusers,
            tokens: BTreeMap::new(),
            chains,
            devnet,
        })
    }

    pub(crate) fn l1(&self) -> u64 {
        self.chains[0]
    }

    /// Vault of a chain, or shared bridge of L1.
    pub(crate) fn custody(&self, chain: u64) -> Result<Address> {
        if chain == self.l1() {
            return Ok(self.devnet.file().l1.contracts.shared_bridge);
        }
        Ok(self.devnet.network().chain(chain)?.contracts()?.vault)
    }

    /// Who refuses calls on a chain.
    pub(crate) fn stubborn(&self, chain: u64) -> Address {
        self.stubborn[&chain].address()
    }

    /// Who takes no ether on a chain.
    pub(crate) fn refuser(&self, chain: u64) -> Address {
        self.refusers[&chain].address()
    }

    /// Who ends up with what is sent to an account.
    pub(crate) fn heir(&self, place: Place) -> Place {
        let refuses = self.refuser(place.chain) == place.account;
        let account = if refuses { CLAIMANT } else { place.account };
        Place { account, ..place }
    }

    /// Everything that is counted.
    pub(crate) fn units(&self) -> impl Iterator<Item = Unit> + '_ {
        let assets = self.assets.iter().enumerate();
        assets.flat_map(|(asset, kept)| {
            let ids = kept.token_ids.iter();
            ids.map(move |token_id| Unit {
                asset,
                token_id: *token_id,
            })
        })
    }

    /// Lets the custodies at home take the tokens of all users.
    pub(crate) async fn approve(&self, wire: &mut Wire<Purpose>) -> Result<()> {
        for kept in self.assets.iter().filter(|kept| !kept.is_ether()) {
            let chain = kept.home();
            let custody = self.custody(chain)?;
            let input = match kept.asset.kind {
                AssetKind::Fungible => {
                    let (spender, value) = (custody, U256::MAX);
                    IERC20::approveCall { spender, value }.abi_encode()
                }
                _ => {
                    let (operator, approved) = (custody, true);
                    IERC721::setApprovalForAllCall { operator, approved }.abi_encode()
                }
            };
            for user in &self.users {
                let call = Call {
                    to: kept.asset.originToken,
                    value: U256::ZERO,
                    input: input.clone().into(),
                };
                wire.send(Purpose::Setup, chain, *user, call).await?;
            }
        }
        Ok(())
    }

    /// Claims what was meant for contracts that take no ether.
    pub(crate) async fn claim(&self) -> Result<()> {
        let ether = &self.assets[0].asset;
        let key = asset_id(self.l1(), ETHER);
        for (chain, refuser) in &self.refusers {
            let custody = self.custody(*chain)?;
            let claimable = IAssetCustody::new(custody, self.provider(*chain)?)
                .claimable(key, refuser.address())
                .call()
                .await?;
            if !claimable.is_zero() {
                let claimed = refuser.claim(custody, ether, CLAIMANT).await;
                claimed.wrap_err_with(|| format!("claim on chain {chain}"))?;
            }
        }
        Ok(())
    }

    /// Has every chain settle what arrived there: a chain reports that with what it sends next.
    pub(crate) async fn nudge(&self) -> Result<()> {
        for chain in self.devnet.network().chains() {
            let wallet = self.devnet.wallet(ISSUER, chain.id())?;
            chain.send_to_l1(b"settle".to_vec(), &wallet).await?;
        }
        Ok(())
    }

    /// What the chains say that everybody has now.
    pub(crate) async fn balances(&self) -> Result<Book> {
        let mut book = Book::default();
        for unit in self.units() {
            for chain in &self.chains {
                self.balances_of(unit, *chain, &mut book).await?;
            }
        }
        Ok(book)
    }

    /// Who has a token of an ERC-721 on a chain, by what the chain said so many blocks ago; nobody if it is not there.
    pub(crate) async fn owner(&self, unit: Unit, chain: u64, ago: u64) -> Result<Option<Address>> {
        let Some(token) = self.token(unit, chain) else {
            return Ok(None);
        };
        let provider = self.provider(chain)?;
        let block = provider.get_block_number().await?.saturating_sub(ago);
        let owner = IERC721::new(token, provider)
            .ownerOf(U256::from(unit.token_id))
            .block(BlockId::number(block))
            .call()
            .await;
        match owner {
            Ok(owner) => Ok((owner != self.custody(chain)?).then_some(owner)),
            // The token does not know it, or was not there yet.
            Err(alloy::contract::Error::ZeroData(..)) => Ok(None),
            Err(failure) if failure.as_revert_data().is_some() => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn balances_of(&self, unit: Unit, chain: u64, book: &mut Book) -> Result<()> {
        let kept = &self.assets[unit.asset];
        if kept.asset.kind == AssetKind::NonFungible {
            if let Some(account) = self.owner(unit, chain, 0).await? {
                book.found(unit, Place { chain, account }, U256::ONE);
            }
            return Ok(());
        }
        for account in self.users.iter().copied().chain([CLAIMANT]) {
            let amount = self.balance(unit, Place { chain, account }).await?;
            book.found(unit, Place { chain, account }, amount);
        }
        Ok(())
    }

    async fn balance(&self, unit: Unit, Place { chain, account }: Place) -> Result<U256> {
        let kept = &self.assets[unit.asset];
        let provider = self.provider(chain)?;
        if kept.is_ether() {
            return Ok(provider.get_balance(account).await?);
        }
        let Some(token) = self.token(unit, chain) else {
            return Ok(U256::ZERO);
        };
        if kept.asset.kind == AssetKind::Fungible {
            return Ok(IERC20::new(token, provider)
                .balanceOf(account)
                .call()
                .await?);
        }
        let id = U256::from(unit.token_id);
        let token = IERC1155::new(token, provider);
        Ok(token.balanceOf(account, id).call().await?)
    }

    /// What stands for an asset on a chain; `None` if nothing does yet, or that is not known.
    pub(crate) fn token(&self, unit: Unit, chain: u64) -> Option<Address> {
        let kept = &self.assets[unit.asset];
        if kept.is_ether() || kept.home() == chain {
            return Some(kept.asset.originToken);
        }
        self.tokens.get(&(unit.asset, chain)).copied()
    }

    /// Asks what stands for the assets now.
    pub(crate) async fn learn_tokens(&mut self) -> Result<()> {
        for (index, kept) in self.assets.iter().enumerate() {
            let id = asset_id(kept.home(), kept.asset.originToken);
            for chain in &self.chains {
                let custody = IAssetCustody::new(self.custody(*chain)?, self.provider(*chain)?);
                let token = custody.tokenOf(id).call().await?;
                if !token.is_zero() {
                    self.tokens.insert((index, *chain), token);
                }
            }
        }
        Ok(())
    }

    /// Reads a chain; L1 included.
    pub(crate) fn provider(&self, chain: u64) -> Result<DynProvider> {
        let network = self.devnet.network();
        Ok(if chain == self.l1() {
            network.l1_provider().clone()
        } else {
            network.chain(chain)?.provider()?.clone()
        })
    }
}

impl Kept {
    pub(crate) fn home(&self) -> u64 {
        self.asset.originChainId.saturating_to()
    }

    pub(crate) fn is_ether(&self) -> bool {
        self.asset.originToken == ETHER
    }
}

/// Two ERC-20, an ERC-721 and an ERC-1155, each of another chain, in the hands of the users there.
async fn issue(devnet: &Devnet, users: &[Address], l1: u64, chains: &[u64]) -> Result<Vec<Kept>> {
    let ether = Asset {
        originChainId: U256::from(l1),
        originToken: ETHER,
        kind: AssetKind::Fungible,
    };
    let coin = Token::erc20(devnet, ISSUER, l1, ["Coin of L1", "COIN"], 18).await?;
    let local = Token::erc20(devnet, ISSUER, chains[0], ["Coin of a", "ACOIN"], 6).await?;
    let nft = Token::erc721(devnet, ISSUER, chains[1], ["Ticket of b", "BTKT"]).await?;
    let multi = Token::erc1155(devnet, ISSUER, chains[2]).await?;
    let minted = U256::from(MINTED);
    for user in users {
        coin.mint(*user, minted).await?;
        local.mint(*user, minted).await?;
        for id in 1..=MULTI_IDS {
            let uri = format!("ipfs://multi/{id}");
            multi
                .mint_multi(*user, U256::from(id), minted, &uri)
                .await?;
        }
    }
    for (id, user) in (1..=NFTS).zip(users.iter().cycle()) {
        let uri = format!("ipfs://ticket/{id}");
        nft.mint_nft(*user, U256::from(id), &uri).await?;
    }
    let kept = |name, asset, token_ids| Kept {
        name,
        asset,
        token_ids,
    };
    Ok(vec![
        kept("ether", ether, vec![0]),
        kept("ERC-20 of L1", coin.asset(), vec![0]),
        kept("ERC-20 of a", local.asset(), vec![0]),
        kept("ERC-721 of b", nft.asset(), (1..=NFTS).collect()),
        kept("ERC-1155 of c", multi.asset(), (1..=MULTI_IDS).collect()),
    ])
}
