//! What the model's chains stand for: A, B and C with a bank and a venue each, and a fourth whose verifier lets everything pass.

use alloy::primitives::{Address, Bytes, U256};
use causeway_bindings::{
    AssetKind, DataAvailability, IAssetVault, IERC20, SwapTerms, TransferRequest,
};
use causeway_model::{
    setting::{Availability, Setting},
    state::{Chain, Swap},
};
use causeway_simulation::{Settings, Swap as RealSwap, Token, World, account};

use crate::trade::{DURATION, EXPIRY, GIVEN, RETURNED, deploy_venue, send};

pub(super) const L1: u64 = 9;
/// Home of what is given, so that L1 can pay it for any source.
pub(super) const FORGER: u64 = 274;
/// What each bank has to give.
pub(super) const GOLD: u64 = 1_000;
/// What each venue has to return.
pub(super) const COINS: u64 = 1_000_000;

/// A world in which all is ready to be locked, and the two swaps that will be.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) gold: Token,
    /// By chain.
    pub(super) coins: [Token; 3],
    pub(super) venues: [Address; 3],
    pub(super) terms: [SwapTerms; 2],
    /// As they will be; where they stand is found when they do.
    pub(super) swaps: [RealSwap; 2],
    /// Time at which a run begins.
    pub(super) start: u64,
}

/// The id of a chain of the model.
pub(super) fn id(chain: Chain) -> u64 {
    271 + chain as u64
}

pub(super) fn bank() -> Address {
    account("bank")
}

impl Stage {
    pub(super) fn new(setting: &Setting) -> Self {
        let mode = match setting.availability {
            Availability::Validium => DataAvailability::Validium,
            Availability::Rollup => DataAvailability::Calldata,
        };
        let chains = Chain::ALL.map(|chain| (id(chain), mode)).into_iter();
        let mut world = World::new(&Settings {
            l1: L1,
            chains: chains
                .chain([(FORGER, DataAvailability::Validium)])
                .collect(),
            priority_expiry: EXPIRY,
        });
        let vault = world.contracts.vault.address;
        let gold = Token::create(&mut world.chain(FORGER).node, "GOLD", bank(), vault);
        let coins = Chain::ALL
            .map(|chain| Token::create(&mut world.chain(id(chain)).node, "COIN", bank(), vault));
        let venues = Chain::ALL.map(|chain| fill_venue(&mut world, id(chain), &coins));
        for chain in Chain::ALL {
            send_gold(&mut world, &gold, id(chain));
        }
        for chain in Chain::ALL {
            // What was set up is what a chain falls back to.
            world.settle(id(chain)).expect("a chain settles");
        }
        let start = latest(&world);
        let terms = Swap::ALL.map(|swap| {
            let (source, destination) = setting.topology.ends(swap);
            let token = world.token_on(id(source), &gold.asset());
            terms(
                token.expect("it has arrived"),
                destination,
                &coins,
                &venues,
                start,
            )
        });
        let swaps = Swap::ALL.map(|swap| {
            let terms = terms[swap as usize].clone();
            let mut rehearsal = world.clone();
            let locked = rehearsal.lock(id(setting.source(swap)), bank(), terms);
            locked.expect("a bank locks")
        });
        Self {
            world,
            gold,
            coins,
            venues,
            terms,
            swaps,
            start,
        }
    }
}

fn latest(world: &World) -> u64 {
    let chains = world.chains.values().map(|chain| chain.node.timestamp);
    let latest = chains.chain([world.l1.node.timestamp]).max();
    latest.expect("there are chains") + 1
}

fn fill_venue(world: &mut World, chain: u64, coins: &[Token; 3]) -> Address {
    let node = &mut world.chain(chain).node;
    let venue = deploy_venue(node, bank());
    let coin = coins.iter().find(|coin| coin.home == chain);
    let transfer = IERC20::transferCall {
        to: venue,
        value: U256::from(COINS),
    };
    let filled = node.call(bank(), coin.expect("each has one").address, &transfer);
    filled.expect("the bank fills it");
    venue
}

fn send_gold(world: &mut World, gold: &Token, to: u64) {
    let transfer = IAssetVault::transferCall {
        request: TransferRequest {
            destinationChainId: U256::from(to),
            token: gold.address,
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(GOLD),
            recipient: bank(),
            deliverBefore: U256::ZERO,
        },
    };
    send(world, bank(), [FORGER, to], &transfer);
}

fn terms(
    token: Address,
    destination: Chain,
    coins: &[Token; 3],
    venues: &[Address; 3],
    start: u64,
) -> SwapTerms {
    SwapTerms {
        destinationChainId: U256::from(id(destination)),
        token,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount: U256::from(GIVEN),
        venue: venues[destination as usize],
        venueData: Bytes::new(),
        wanted: coins[destination as usize].asset(),
        wantedTokenId: U256::ZERO,
        minReturned: U256::from(RETURNED),
        beneficiary: bank(),
        refundTo: bank(),
        l1Recipient: account("the bank on L1"),
        counterparty: Address::ZERO,
        deadline: start + DURATION,
        minGas: 200_000,
    }
}
