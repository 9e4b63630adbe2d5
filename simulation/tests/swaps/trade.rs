//! Bank A's gold for Bank B's stablecoin.

use alloy::{
    hex,
    primitives::{Address, Bytes, U256},
    sol,
    sol_types::{SolCall, SolValue},
};
use causeway_bindings::{
    AssetKind, BundleDelivery, DataAvailability, IAssetLedger, IAssetVault, IERC20,
    IInteropHandler, IMessageOutbox, ITradeVenue, LockStatus, SwapOutcome, SwapTerms,
    TradeAgreement, TradeStatus, VenueAsset,
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

const FIXED_VENUE: &str = include_str!("../../../e2e/bytecode/FixedVenue.hex");
const TRADE_VENUE: &str = include_str!("../../../contracts/snapshots/bytecode/TradeVenue.hex");
/// What the trade venue needs beside the tokens: gas to pay Bank B.
const MIN_GAS: u64 = 300_000;

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
    /// What both banks have agreed on, if Bank B has locked its side too.
    pub(crate) agreement: Option<TradeAgreement>,
}

impl Trade {
    /// Two banks on two chains, of which the second publishes its data like this, and a swap that is locked and pending on L1.
    pub(crate) fn pending(mode: DataAvailability) -> Self {
        Self::locked(mode).settled()
    }

    /// As [`pending`](Self::pending), before the source has settled.
    pub(crate) fn locked(mode: DataAvailability) -> Self {
        let mut ground = Ground::new(mode);
        let venue = deploy_venue(&mut ground.world.chain(B).node, bank_b());
        let fill = IERC20::transferCall {
            to: venue,
            value: U256::from(MINTED),
        };
        ground.bank_b_calls(ground.coin.address, &fill);
        ground.lock(venue, None)
    }

    /// As [`pending`](Self::pending), and Bank B has locked its side in a trade venue before.
    pub(crate) fn both_pending(mode: DataAvailability) -> Self {
        let mut ground = Ground::new(mode);
        let announce = IAssetVault::announceCall {
            token: ground.gold.address,
            kind: AssetKind::Fungible,
            destinationChainId: U256::from(B),
        };
        send(&mut ground.world, bank_a(), [A, B], &announce);
        let swap = ground.world.contracts.swap.address.abi_encode();
        let venue = create(&mut ground.world.chain(B).node, bank_b(), TRADE_VENUE, swap);
        let approve = IERC20::approveCall {
            spender: venue,
            value: U256::from(RETURNED),
        };
        ground.bank_b_calls(ground.coin.address, &approve);
        let agreement = ground.agreement();
        let lock = ITradeVenue::lockCall {
            agreement: agreement.clone(),
        };
        ground.bank_b_calls(venue, &lock);
        ground.lock(venue, Some(agreement)).settled()
    }

    fn settled(mut self) -> Self {
        self.world.settle(A).expect("the source settles");
        self
    }

    /// Gives Bank B its side back, past the deadline.
    pub(crate) fn withdraw(&mut self) -> Result<(), Refused> {
        let agreement = self.agreement.clone().expect("Bank B has locked");
        self.at_venue(&ITradeVenue::withdrawCall { agreement })
    }

    /// Gives Bank B its side back once the swap was cancelled.
    pub(crate) fn withdraw_cancelled(&mut self) -> Result<(), Refused> {
        self.at_venue(&ITradeVenue::withdrawCancelledCall {
            agreement: self.agreement.clone().expect("Bank B has locked"),
            preimage: self.swap.preimage.clone(),
        })
    }

    fn at_venue(&mut self, call: &impl SolCall) -> Result<(), Refused> {
        let (anyone, venue) = (account("anyone"), self.venue);
        self.world.chain(B).call(anyone, venue, call).map(drop)
    }

    /// How Bank B's side stands, if it has locked one.
    pub(crate) fn trade_status(&mut self) -> Option<TradeStatus> {
        let agreement = self.agreement.clone()?;
        let (venue, node) = (self.venue, &mut self.world.chain(B).node);
        let id = node.view(venue, &ITradeVenue::idOfCall { agreement });
        let id = id.expect("every agreement has an id");
        let status = node.view(venue, &ITradeVenue::statusOfCall { id });
        Some(status.expect("agreements can be read"))
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

    /// What Bank B itself has.
    fn of_bank_b(&mut self) -> (u64, u64) {
        (
            self.holding(B, self.gold, bank_b()),
            self.holding(B, self.coin, bank_b()),
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
        let outcome = self.world.outcome(&swap);
        if let Some(status) = self.trade_status() {
            return self.check_trade(status, outcome);
        }
        let venue = match outcome {
            SwapOutcome::Executed => (GIVEN, MINTED - RETURNED),
            _ => (0, MINTED),
        };
        assert_eq!(self.of_venue(), venue, "INV-03");
    }

    /// INV-03: Bank B has either side and never both, and its own only when the swap can be executed no more.
    fn check_trade(&mut self, status: TradeStatus, outcome: SwapOutcome) {
        let is_over = outcome == SwapOutcome::Cancelled || self.is_late();
        let (bank, venue, is_right) = match status {
            TradeStatus::Locked => ((0, MINTED - RETURNED), RETURNED, true),
            TradeStatus::Executed => ((GIVEN, MINTED - RETURNED), 0, true),
            TradeStatus::Withdrawn => ((0, MINTED), 0, is_over),
            TradeStatus::None | TradeStatus::__Invalid => panic!("Bank B has locked"),
        };
        assert!(is_right, "INV-03 {outcome:?}");
        assert_eq!(self.of_bank_b(), bank, "INV-03 {status:?}");
        assert_eq!(self.of_venue(), (0, venue), "INV-03 {status:?}");
        let executed = [
            status == TradeStatus::Executed,
            outcome == SwapOutcome::Executed,
        ];
        assert_eq!(executed[0], executed[1], "INV-04");
    }

    /// LIV-01: whatever has happened, honest steps of anybody end the swap. The ends that there are: exactly the exchange, or
    /// everything back.
    pub(crate) fn finish(mut self) -> Ending {
        for _ in 0..4 {
            if let Some(ending) = self.ending() {
                self.release_bank_b(ending);
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

    /// LIV-01 of Bank B's side: anybody gives back what was not exchanged, once the chain that has it is there.
    fn release_bank_b(&mut self, ending: Ending) {
        if self.agreement.is_none() {
            return;
        }
        if self.world.is_frozen(B) {
            self.world.recover(B).expect("a frozen chain comes back");
        }
        if self.trade_status() == Some(TradeStatus::Locked) {
            self.withdraw_cancelled()
                .expect("LIV-01: Bank B is paid back");
        }
        self.check_agreement();
        let status = match ending {
            Ending::Exchanged => TradeStatus::Executed,
            Ending::Returned => TradeStatus::Withdrawn,
        };
        assert_eq!(self.trade_status(), Some(status), "INV-04");
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

/// Two chains with a token each.
struct Ground {
    world: World,
    gold: Token,
    coin: Token,
}

impl Ground {
    fn new(mode: DataAvailability) -> Self {
        let mut world = World::new(&Settings {
            l1: L1,
            chains: vec![(A, DataAvailability::Validium), (B, mode)],
            priority_expiry: EXPIRY,
        });
        let vault = world.contracts.vault.address;
        let gold = Token::create(&mut world.chain(A).node, "GOLD", bank_a(), vault);
        let coin = Token::create(&mut world.chain(B).node, "COIN", bank_b(), vault);
        Self { world, gold, coin }
    }

    fn bank_b_calls(&mut self, to: Address, call: &impl SolCall) {
        let called = self.world.chain(B).node.call(bank_b(), to, call);
        called.expect("Bank B makes ready");
    }

    /// What is traded, until the deadline of the swap.
    fn agreement(&mut self) -> TradeAgreement {
        let gold = self.world.token_on(B, &self.gold.asset());
        TradeAgreement {
            sourceChainId: U256::from(A),
            initiator: bank_a(),
            given: units(gold.expect("it was announced"), GIVEN),
            counterparty: bank_b(),
            locked: units(self.coin.address, RETURNED),
            recipient: bank_b(),
            deadline: self.deadline(),
            salt: Default::default(),
        }
    }

    fn deadline(&mut self) -> u64 {
        self.world.chain(A).node.timestamp + DURATION
    }

    fn lock(mut self, venue: Address, agreement: Option<TradeAgreement>) -> Trade {
        // What was set up is what the chains fall back to.
        for chain in [A, B] {
            self.world.settle(chain).expect("a batch settles");
        }
        let terms = self.terms(venue, agreement.as_ref());
        let swap = self.world.lock(A, bank_a(), terms).expect("Bank A locks");
        Trade {
            world: self.world,
            swap,
            gold: self.gold,
            coin: self.coin,
            venue,
            agreement,
        }
    }

    fn terms(&mut self, venue: Address, agreement: Option<&TradeAgreement>) -> SwapTerms {
        SwapTerms {
            destinationChainId: U256::from(B),
            token: self.gold.address,
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(GIVEN),
            venue,
            venueData: agreement
                .map(SolValue::abi_encode)
                .unwrap_or_default()
                .into(),
            wanted: self.coin.asset(),
            wantedTokenId: U256::ZERO,
            minReturned: U256::from(RETURNED),
            beneficiary: bank_a(),
            refundTo: bank_a(),
            l1Recipient: bank_a(),
            counterparty: Address::ZERO,
            deadline: agreement.map_or_else(|| self.deadline(), |agreement| agreement.deadline),
            minGas: MIN_GAS,
        }
    }
}

fn units(token: Address, amount: u64) -> VenueAsset {
    VenueAsset {
        token,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount: U256::from(amount),
    }
}

/// Has the vault of one chain send something to another, and that arrive there.
pub(crate) fn send(world: &mut World, by: Address, [from, to]: [u64; 2], call: &impl SolCall) {
    let (vault, handler) = (
        world.contracts.vault.address,
        world.contracts.handler.address,
    );
    let place = world.chain(from).next_place();
    let sent = world.chain(from).call(by, vault, call).expect("it is sent");
    let message = sent.events::<IMessageOutbox::L1MessageSent>().next();
    world.settle(from).expect("a chain settles");
    let root = world.l1.root_of(place);
    let delivery = BundleDelivery {
        bundle: message.expect("a vault sends a message").message.slice(1..),
        sender: world.contracts.center.address,
        proof: world.l1.prove(place),
    };
    let chain = world.chain(to);
    chain.import(root).expect("a root is imported");
    let execute = IInteropHandler::executeBundleCall { delivery };
    chain.call(by, handler, &execute).expect("it arrives");
}

/// A venue that returns [`RETURNED`].
pub(crate) fn deploy_venue(node: &mut Node, from: Address) -> Address {
    let arguments = U256::from(RETURNED).abi_encode();
    create(node, from, FIXED_VENUE, arguments)
}

fn create(node: &mut Node, from: Address, code: &str, arguments: Vec<u8>) -> Address {
    let code = hex::decode(code.trim_end()).expect("the snapshot is hexadecimal");
    let init_code: Bytes = [code, arguments].concat().into();
    node.create(from, init_code).expect("a plain venue").value
}

/// A refusal with that error.
pub(crate) fn refused_with<E: alloy::sol_types::SolError>(result: Result<(), Refused>) -> E {
    let refused = result.expect_err("it must be refused");
    refused
        .reason()
        .unwrap_or_else(|| panic!("refused for another reason: {refused:?}"))
}
