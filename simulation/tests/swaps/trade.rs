//! Bank A's gold for Bank B's stablecoin.

use alloy::{
    hex,
    primitives::{Address, Bytes, U256},
    sol,
    sol_types::SolValue,
};
use causeway_bindings::{
    AssetKind, DataAvailability, IAssetLedger, IERC20, LockStatus, SwapOutcome, SwapTerms,
};
use causeway_simulation::{Node, Refused, Settings, Swap, Token, World, account, balance_of};

pub(crate) const A: u64 = 271;
pub(crate) const B: u64 = 272;
const L1: u64 = 9;

/// What Bank A gives.
pub(crate) const GIVEN: u64 = 100;
/// What Bank B returns for it.
pub(crate) const RETURNED: u64 = 250;
const MINTED: u64 = 1_000_000;

/// Seconds from the lock to the deadline.
pub(crate) const DURATION: u64 = 6 * 60 * 60;
/// Seconds after which a chain can be forced, and that a frozen one has to come back.
pub(crate) const HOUR: u64 = 60 * 60;
/// Seconds until a priority operation expires.
pub(crate) const EXPIRY: u64 = 24 * HOUR;

const VENUE: &str = include_str!("../../../e2e/bytecode/FixedVenue.hex");

sol! {
    interface IFixedVenue {
        function setClosed(bool closed) external;
        function isClosed() external view returns (bool);
    }
}

/// A world in which Bank A has locked, and L1 knows.
#[derive(Clone, Debug)]
pub(crate) struct Trade {
    pub(crate) world: World,
    pub(crate) swap: Swap,
    pub(crate) gold: Token,
    pub(crate) coin: Token,
    pub(crate) venue: Address,
}

impl Trade {
    /// Two banks on two chains, of which the second publishes its data like this, and a swap that is locked and pending on L1.
    pub(crate) fn pending(mode: DataAvailability) -> Self {
        let mut trade = Self::locked(mode);
        trade.world.settle(A).expect("the source settles");
        trade
    }

    /// As [`pending`](Self::pending), before the source has settled.
    pub(crate) fn locked(mode: DataAvailability) -> Self {
        let mut world = World::new(&Settings {
            l1: L1,
            chains: vec![(A, DataAvailability::Validium), (B, mode)],
            priority_expiry: EXPIRY,
        });
        let vault = world.contracts.vault.address;
        let gold = Token::create(&mut world.chain(A).node, "GOLD", bank_a(), vault);
        let coin = Token::create(&mut world.chain(B).node, "COIN", bank_b(), vault);
        let venue = deploy_venue(&mut world.chain(B).node, bank_b());
        let transfer = IERC20::transferCall {
            to: venue,
            value: U256::from(MINTED),
        };
        let filled = world.chain(B).node.call(bank_b(), coin.address, &transfer);
        filled.expect("Bank B fills its venue");
        // What was set up is what the chains fall back to.
        for chain in [A, B] {
            world.settle(chain).expect("an empty batch settles");
        }
        let terms = terms(&mut world, &gold, &coin, venue);
        let swap = world.lock(A, bank_a(), terms).expect("Bank A locks");
        Self {
            world,
            swap,
            gold,
            coin,
            venue,
        }
    }

    /// Lets the deadline pass on B.
    pub(crate) fn pass_deadline(&mut self) {
        let deadline = self.swap.preimage.header.deadline;
        let clock = &mut self.world.chain(B).node.timestamp;
        *clock = (*clock).max(deadline + 1);
        // L1 takes no batch from far in its future.
        let now = &mut self.world.l1.node.timestamp;
        *now = (*now).max(deadline + 1);
    }

    /// Whether the deadline is over on B.
    pub(crate) fn is_late(&self) -> bool {
        self.world.chains[&B].node.timestamp > self.swap.preimage.header.deadline
    }

    /// Has Bank B's venue refuse.
    pub(crate) fn close_venue(&mut self) {
        let close = IFixedVenue::setClosedCall { closed: true };
        let venue = self.venue;
        let closed = self.world.chain(B).node.call(bank_b(), venue, &close);
        closed.expect("anybody closes it");
    }

    /// What Bank A has: gold and coin, on its own chain.
    pub(crate) fn of_bank_a(&mut self) -> (u64, u64) {
        (
            self.holding(A, self.gold, bank_a()),
            self.holding(A, self.coin, bank_a()),
        )
    }

    /// What Bank B's venue has: gold and coin, on its own chain.
    pub(crate) fn of_venue(&mut self) -> (u64, u64) {
        let venue = self.venue;
        (
            self.holding(B, self.gold, venue),
            self.holding(B, self.coin, venue),
        )
    }

    fn holding(&mut self, chain: u64, token: Token, account: Address) -> u64 {
        let Some(address) = self.world.token_on(chain, &token.asset()) else {
            return 0;
        };
        balance_of(&mut self.world.chain(chain).node, address, account).to()
    }

    /// INV-01: every unit that left an asset's home is some chain's, on its way, or held by a swap.
    pub(crate) fn check_ledger(&mut self) {
        for token in [self.gold, self.coin] {
            let key = token.asset().id();
            let issued = self.ask(&IAssetLedger::issuedCall { key });
            let held = self.ask(&IAssetLedger::heldCall { key });
            let mut sum = held;
            for chain in [A, B, L1] {
                let chain_id = U256::from(chain);
                sum += self.ask(&IAssetLedger::balanceCall {
                    chainId: chain_id,
                    key,
                });
            }
            assert_eq!(issued, sum, "INV-01 {}", token.home);
        }
    }

    fn ask<C: alloy::sol_types::SolCall<Return = U256>>(&mut self, call: &C) -> U256 {
        let ledger = self.world.l1.contracts.asset_ledger.address;
        self.world
            .l1
            .node
            .view(ledger, call)
            .expect("the ledger can be read")
    }

    /// INV-04: source, L1 and destination never say two things, INV-02: nobody is paid twice.
    pub(crate) fn check_agreement(&mut self) {
        let swap = self.swap.clone();
        let slot = self.world.slot(&swap);
        let lock = self.world.lock_status(&swap);
        match lock {
            LockStatus::Redeemed => assert_eq!(slot.outcome, SwapOutcome::Executed, "INV-04"),
            LockStatus::Refunded | LockStatus::Refundable => {
                assert_eq!(slot.outcome, SwapOutcome::Cancelled, "INV-04");
            }
            LockStatus::Locked | LockStatus::None | LockStatus::ClosedByL1 => {}
            LockStatus::__Invalid => panic!("no such status"),
        }
        let (gold, coin) = self.of_bank_a();
        let paid = match lock {
            LockStatus::Redeemed => (MINTED - GIVEN, RETURNED),
            LockStatus::Refunded => (MINTED, 0),
            _ => (MINTED - GIVEN, 0),
        };
        assert_eq!((gold, coin), paid, "INV-02, INV-07 {lock:?}");
        let traded = self.world.outcome(&swap) == SwapOutcome::Executed;
        let venue = match traded {
            true => (GIVEN, MINTED - RETURNED),
            false => (0, MINTED),
        };
        assert_eq!(self.of_venue(), venue, "INV-03");
    }

    /// LIV-01: whatever has happened, honest steps of anybody end the swap. The ends that there are: exactly the exchange, or
    /// everything back.
    pub(crate) fn finish(mut self) -> Ending {
        for _ in 0..4 {
            if let Some(ending) = self.ending() {
                self.check_ledger();
                return ending;
            }
            self.take_honest_steps();
        }
        panic!("LIV-01: the swap does not end");
    }

    fn take_honest_steps(&mut self) {
        let swap = self.swap.clone();
        if self.world.is_frozen(B) {
            self.world.recover(B).expect("a frozen chain comes back");
        }
        self.pass_deadline();
        // Whichever applies; the others are refused.
        let _already_decided = self.world.cancel_swap(&swap);
        self.world.consume(B).expect("the queue can be consumed");
        self.world.settle(B).expect("an honest chain settles");
        self.world.consume(A).expect("the queue can be consumed");
        let _redeemed = self.world.redeem_swap(&swap);
        let _refunded = self.world.refund_swap(&swap);
        self.world.settle(A).expect("an honest chain settles");
        self.check_agreement();
    }

    fn ending(&mut self) -> Option<Ending> {
        let swap = self.swap.clone();
        let slot = self.world.slot(&swap);
        match self.world.lock_status(&swap) {
            LockStatus::Redeemed if slot.isClosed => Some(Ending::Exchanged),
            LockStatus::Refunded if slot.isClosed => Some(Ending::Returned),
            _ => None,
        }
    }
}

/// How a swap can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    Exchanged,
    Returned,
}

pub(crate) fn bank_a() -> Address {
    account("bank a")
}

pub(crate) fn bank_b() -> Address {
    account("bank b")
}

/// A venue that returns [`RETURNED`].
pub(crate) fn deploy_venue(node: &mut Node, from: Address) -> Address {
    let code = hex::decode(VENUE.trim_end()).expect("the snapshot is hexadecimal");
    let arguments = U256::from(RETURNED).abi_encode();
    let init_code: Bytes = [code, arguments].concat().into();
    node.create(from, init_code).expect("a plain venue").value
}

fn terms(world: &mut World, gold: &Token, coin: &Token, venue: Address) -> SwapTerms {
    SwapTerms {
        destinationChainId: U256::from(B),
        token: gold.address,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount: U256::from(GIVEN),
        venue,
        venueData: Bytes::new(),
        wanted: coin.asset(),
        wantedTokenId: U256::ZERO,
        minReturned: U256::from(RETURNED),
        beneficiary: bank_a(),
        refundTo: bank_a(),
        l1Recipient: bank_a(),
        counterparty: Address::ZERO,
        deadline: world.chain(A).node.timestamp + DURATION,
        minGas: 200_000,
    }
}

/// A refusal with that error.
pub(crate) fn refused_with<E: alloy::sol_types::SolError>(result: Result<(), Refused>) -> E {
    let refused = result.expect_err("it must be refused");
    refused
        .reason()
        .unwrap_or_else(|| panic!("refused for another reason: {refused:?}"))
}
