//! What happens: drawn from the seed, and turned into transactions.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue,
};
use causeway_bindings::{
    AssetKind, Attribute, IAssetVault, IInteropCenter, ISharedBridge, InteropAddress,
    InteropCallStarter, TransferRequest,
};
use causeway_e2e::soak::{
    book::{Place, Unit},
    now,
    wire::Call,
};
use eyre::{OptionExt, Result};
use fastrand::Rng;

use crate::world::World;

/// Gas of a deposit on its chain.
const DEPOSIT_GAS: u64 = 1_000_000;
/// Seconds until a deadline that no message keeps.
const TOO_SOON: u64 = 1;
/// Seconds until a call is given up that its recipient refuses.
pub(crate) const PATIENCE: u64 = 20;
/// Most that one action moves of what has no token of its own.
const MOST: u128 = 1_000;

/// What kind of transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// From L1.
    Deposit,
    /// From chain to chain.
    Transfer,
    /// To L1.
    Withdrawal,
    /// From chain to chain, with a call that works.
    WithCall,
    /// From chain to chain, with a call that its recipient refuses, until the deadline.
    CallRefused,
    /// From chain to chain, with a deadline that is over before it can arrive.
    Expiring,
    /// To a contract that takes no ether.
    Unpayable,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Deposit,
        Self::Transfer,
        Self::Withdrawal,
        Self::WithCall,
        Self::CallRefused,
        Self::Expiring,
        Self::Unpayable,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Transfer => "chain to chain",
            Self::Withdrawal => "withdrawal",
            Self::WithCall => "with a call that works",
            Self::CallRefused => "with a call that is refused",
            Self::Expiring => "with a deadline that passes",
            Self::Unpayable => "ether to whom takes none",
        }
    }
}

/// A transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) kind: Kind,
    pub(crate) unit: Unit,
    pub(crate) amount: u128,
    pub(crate) from: Place,
    pub(crate) to: Place,
}

impl Action {
    /// Draws one. `resting` are the ERC-721 tokens that can be sent, and by whom.
    pub(crate) fn draw(random: &mut Rng, world: &World<'_>, resting: &[(Unit, Place)]) -> Self {
        if !resting.is_empty() && random.u8(..100) < 4 {
            let (unit, from) = resting[random.usize(..resting.len())];
            return Self::plain(random, world, unit, from, 1);
        }
        let divisible = world
            .units()
            .filter(|unit| world.assets[unit.asset].asset.kind != AssetKind::NonFungible);
        let divisible: Vec<Unit> = divisible.collect();
        let unit = divisible[random.usize(..divisible.len())];
        let from = Place {
            chain: world.chains[random.usize(..world.chains.len())],
            account: world.users[random.usize(..world.users.len())],
        };
        let amount = random.u128(1..=MOST);
        Self::plain(random, world, unit, from, amount).varied(random, world)
    }

    fn plain(random: &mut Rng, world: &World<'_>, unit: Unit, from: Place, amount: u128) -> Self {
        let others: Vec<u64> = world
            .chains
            .iter()
            .copied()
            .filter(|chain| *chain != from.chain)
            .collect();
        let to = Place {
            chain: others[random.usize(..others.len())],
            account: world.users[random.usize(..world.users.len())],
        };
        Self::to(world, unit, amount, from, to)
    }

    /// Sends it where it is told.
    pub(crate) fn to(world: &World<'_>, unit: Unit, amount: u128, from: Place, to: Place) -> Self {
        let kind = if from.chain == world.l1() {
            Kind::Deposit
        } else if to.chain == world.l1() {
            Kind::Withdrawal
        } else {
            Kind::Transfer
        };
        Self {
            kind,
            unit,
            amount,
            from,
            to,
        }
    }

    /// Some of them go other ways.
    fn varied(mut self, random: &mut Rng, world: &World<'_>) -> Self {
        let dice = random.u8(..100);
        if world.assets[self.unit.asset].is_ether() && dice < 20 {
            self.kind = Kind::Unpayable;
            self.to.account = world.refuser(self.to.chain);
        } else if self.kind == Kind::Transfer {
            self.kind = match dice {
                20..40 => Kind::WithCall,
                40..48 => Kind::CallRefused,
                48..58 => Kind::Expiring,
                _ => self.kind,
            };
        }
        self
    }

    /// The transaction of its sender.
    pub(crate) fn call(&self, world: &World<'_>) -> Result<Call> {
        let custody = world.custody(self.from.chain)?;
        let request = self.request(world)?;
        let mut call = if self.from.chain == world.l1() {
            let gas = DEPOSIT_GAS;
            Call::new(
                custody,
                &ISharedBridge::depositCall {
                    request,
                    gasLimit: gas,
                },
            )
        } else if matches!(self.kind, Kind::WithCall | Kind::CallRefused) {
            let chain = world.devnet.network().chain(self.from.chain)?;
            Call::new(
                chain.contracts()?.center,
                &self.bundle(world, custody, &request),
            )
        } else {
            Call::new(custody, &IAssetVault::transferCall { request })
        };
        call.value = self.value(world);
        Ok(call)
    }

    fn request(&self, world: &World<'_>) -> Result<TransferRequest> {
        let token = world.token(self.unit, self.from.chain);
        Ok(TransferRequest {
            destinationChainId: U256::from(self.to.chain),
            token: token.ok_or_eyre("what is sent has a token")?,
            kind: world.assets[self.unit.asset].asset.kind,
            tokenId: U256::from(self.unit.token_id),
            amount: U256::from(self.amount),
            recipient: self.to.account,
            deliverBefore: U256::from(match self.kind {
                Kind::Expiring => now() + TOO_SOON,
                _ => 0,
            }),
        })
    }

    /// The transfer, and a call after it.
    fn bundle(
        &self,
        world: &World<'_>,
        vault: Address,
        request: &TransferRequest,
    ) -> IInteropCenter::sendBundleCall {
        let chain = self.to.chain;
        let (recipient, deadline) = match self.kind {
            Kind::CallRefused => (world.stubborn(chain), Some(now() + PATIENCE)),
            _ => (world.tallies.on(chain).address(), None),
        };
        let deadline = deadline.map(|at| Attribute::DeliverBefore(U256::from(at)));
        let attributes = [Attribute::IndirectCall(self.value(world))]
            .into_iter()
            .chain(deadline);
        let starter = |to, data: Vec<u8>, attributes: Vec<Bytes>| InteropCallStarter {
            to: InteropAddress::new(chain, to).encode(),
            data: data.into(),
            callAttributes: attributes,
        };
        let transfer = attributes.map(|attribute| attribute.encode()).collect();
        IInteropCenter::sendBundleCall {
            destinationChain: InteropAddress::chain(chain).encode(),
            calls: vec![
                starter(vault, request.abi_encode(), transfer),
                starter(recipient, b"paid".to_vec(), vec![]),
            ],
            bundleAttributes: vec![],
        }
    }

    fn value(&self, world: &World<'_>) -> U256 {
        let is_ether = world.assets[self.unit.asset].is_ether();
        U256::from(if is_ether { self.amount } else { 0 })
    }
}
