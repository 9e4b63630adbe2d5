//! Two banks that swap: the customer's gold on one chain for the bank's coin on another, at the bank's quote.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, Log, U256},
    providers::{DynProvider, Provider},
    rpc::types::Filter,
    signers::SignerSync,
    sol_types::{SolEvent, SolValue},
};
use causeway_bindings::{
    Asset, AssetKind, IAtomicSwap, IERC20, IQuoteVenue, ISwapRegistry, InclusionProof, LockStatus,
    Quote, SwapChange, SwapOutcome, SwapPreimage, SwapSlot, SwapTerms,
};
use eyre::{OptionExt, Result, WrapErr, ensure};
use interop_sdk::Chain;

use crate::{
    contracts,
    devnet::Devnet,
    holdings::{Place, Whereabouts, close_batches, places},
    timeline::{Step, now, time_of},
    tokens::Token,
    wait::eventually,
};

const QUOTE_VENUE: &str = include_str!("../../contracts/snapshots/bytecode/QuoteVenue.hex");
const FIXED_VENUE: &str = include_str!("../bytecode/FixedVenue.hex");

/// Has the gold, and locks it.
pub const CUSTOMER: &str = "alice";
/// Has the coin, and signs quotes.
pub const BANK: &str = "carol";
const ISSUER: &str = "bob";
/// Has nothing to do with any of it.
const PASSER_BY: &str = "erin";

/// All gold there is, all of it the customer's.
pub const GOLD: u64 = 1_000_000_000;
/// All coin there is, all of it the bank's.
pub const COIN: u64 = 50_000_000_000;
/// What the customer gives.
pub const GIVEN: u64 = 12_345_678;
/// What the bank quotes for it.
pub const QUOTED: u64 = 26_789_012_345;

/// Of both.
pub const DECIMALS: u8 = 6;
const MIN_GAS: u64 = 300_000;
/// How long a quote is good for, in seconds: longer than any swap of a scenario.
const QUOTE_LIFE: u64 = 86_400;
/// How long the last batches may take.
const LIMIT: Duration = Duration::from_secs(150);

/// Gold on one chain, coin on another, and a venue there where the bank stands by its quotes.
#[derive(Debug)]
pub struct Market<'a> {
    devnet: &'a Devnet,
    /// Where gold is at home, and locked.
    pub source: Place,
    /// Where coin is at home, and the venue stands.
    pub destination: Place,
    /// An ERC-20 of the source.
    pub gold: Token,
    /// An ERC-20 of the destination.
    pub coin: Token,
    swap: Address,
    vault: Address,
    venue: Address,
}

/// A swap that was locked.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Its id.
    pub id: B256,
    /// All of it, as its parties know it.
    pub preimage: SwapPreimage,
    /// Transaction of the lock.
    pub tx: B256,
}

/// How a swap ended, or has not yet, in the eyes of the three that have a say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// On the source.
    pub lock: LockStatus,
    /// On the destination.
    pub outcome: SwapOutcome,
    /// On L1.
    pub slot: SwapSlot,
}

/// How a swap may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Exactly what was agreed has changed hands.
    Exchanged,
    /// As before.
    Returned,
    /// As before, for the destination was frozen, and the source was told by L1.
    ReturnedByL1,
    /// The bank was paid; the customer has the coin on L1, since its chain stopped.
    ClaimedOnL1,
}

impl<'a> Market<'a> {
    /// Issues both tokens, has gold announced to the destination, and opens the venue. Somebody must relay.
    pub async fn open(devnet: &'a Devnet, source: &Chain, destination: &Chain) -> Result<Self> {
        let gold = token(devnet, source, ["Gold", "GLD"]).await?;
        let coin = token(devnet, destination, ["Coin", "COIN"]).await?;
        gold.mint(devnet.signer(CUSTOMER)?.address(), U256::from(GOLD))
            .await?;
        coin.mint(devnet.signer(BANK)?.address(), U256::from(COIN))
            .await?;
        gold.announce(devnet, destination.id()).await?;
        let swap = destination.contracts()?.swap;
        let bank = devnet.shared_wallet(BANK, destination.id())?;
        let venue = contracts::deploy(QUOTE_VENUE, &swap.abi_encode(), &bank).await?;
        approve(&bank, coin.address(), venue, COIN).await?;
        Ok(Self {
            devnet,
            source: place(devnet, source.id())?,
            destination: place(devnet, destination.id())?,
            gold,
            coin,
            swap,
            vault: source.contracts()?.vault,
            venue,
        })
    }

    /// Locks the gold at the bank's quote. The swap can be executed for `life` seconds.
    pub async fn lock(&self, life: u64) -> Result<Locked> {
        let data = self.quote().await?;
        self.lock_at(self.venue, data, life).await
    }

    /// [`lock`](Self::lock) for a venue that gives so much of the bank's coin, whatever was agreed.
    pub async fn lock_for(&self, gives: u64, life: u64) -> Result<Locked> {
        let bank = self.devnet.shared_wallet(BANK, self.destination.chain_id)?;
        let arguments = U256::from(gives).abi_encode();
        let venue = contracts::deploy(FIXED_VENUE, &arguments, &bank).await?;
        let give = IERC20::transferCall {
            to: venue,
            value: U256::from(gives),
        };
        contracts::call(&bank, self.coin.address(), U256::ZERO, &give).await?;
        self.lock_at(venue, Bytes::new(), life).await
    }

    /// What stands for gold on the destination.
    async fn gold_there(&self) -> Result<Address> {
        let token = self.destination.token(&self.gold.asset()).await?;
        token.ok_or_eyre("gold was announced")
    }

    /// What the bank signs.
    async fn quote(&self) -> Result<Bytes> {
        let bank = self.devnet.signer(BANK)?;
        let customer = self.devnet.signer(CUSTOMER)?.address();
        let gold = self.gold_there().await?;
        let venue = IQuoteVenue::new(self.venue, &self.destination.provider);
        let quote = Quote {
            bank: bank.address(),
            takerChainId: U256::from(self.source.chain_id),
            taker: customer,
            tokenIn: gold,
            kindIn: AssetKind::Fungible,
            tokenIdIn: U256::ZERO,
            amountIn: U256::from(GIVEN),
            tokenOut: self.coin.address(),
            amountOut: U256::from(QUOTED),
            recipient: bank.address(),
            expiry: self.time_on(&self.destination).await? + QUOTE_LIFE,
            epoch: U256::ZERO,
            nonce: U256::from(fastrand::u128(..)),
        };
        let hash = venue.hashOf(quote.clone()).call().await?;
        let signature = Bytes::from(bank.sign_hash_sync(&hash)?.as_bytes().to_vec());
        Ok((quote, signature).abi_encode_params().into())
    }

    async fn lock_at(&self, venue: Address, data: Bytes, life: u64) -> Result<Locked> {
        let wallet = self.devnet.shared_wallet(CUSTOMER, self.source.chain_id)?;
        let customer = self.devnet.signer(CUSTOMER)?.address();
        approve(&wallet, self.gold.address(), self.vault, GIVEN).await?;
        let terms = SwapTerms {
            destinationChainId: U256::from(self.destination.chain_id),
            token: self.gold.address(),
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(GIVEN),
            venue,
            venueData: data,
            wanted: self.coin.asset(),
            wantedTokenId: U256::ZERO,
            minReturned: U256::from(QUOTED),
            beneficiary: customer,
            refundTo: customer,
            l1Recipient: customer,
            counterparty: Address::ZERO,
            deadline: self.time_on(&self.source).await? + life,
            minGas: MIN_GAS,
        };
        let salt: [u8; 32] = std::array::from_fn(|_| fastrand::u8(..));
        let call = IAtomicSwap::lockCall {
            terms,
            salt: salt.into(),
        };
        let receipt = contracts::call(&wallet, self.swap, U256::ZERO, &call).await?;
        let event = receipt.decoded_log::<IAtomicSwap::SwapLocked>();
        let event = event.ok_or_eyre("a lock says so")?.data;
        Ok(Locked {
            id: event.swapId,
            tx: receipt.transaction_hash,
            preimage: SwapPreimage {
                header: event.header,
                salt: event.salt,
                payload: event.payload,
            },
        })
    }

    async fn time_on(&self, place: &Place) -> Result<u64> {
        now(&self.devnet.network().chain(place.chain_id)?).await
    }

    /// Where the swap stands.
    pub async fn standing(&self, swap: &Locked) -> Result<Standing> {
        let network = self.devnet.network();
        let source = U256::from(self.source.chain_id);
        let registry =
            ISwapRegistry::new(network.l1_contracts().swap_registry, network.l1_provider());
        let there = IAtomicSwap::new(self.swap, &self.destination.provider);
        let here = IAtomicSwap::new(self.swap, &self.source.provider);
        Ok(Standing {
            lock: here.lockStatus(swap.id).call().await?,
            outcome: there.outcomeOf(source, swap.id).call().await?,
            slot: registry.slotOf(source, swap.id).call().await?,
        })
    }

    /// Why the destination refuses to execute the swap, before it looks at a proof: the revert data.
    pub async fn refused_execution(&self, swap: &Locked) -> Result<Bytes> {
        let proof = InclusionProof {
            chainId: U256::from(self.source.chain_id),
            batchNumber: U256::ZERO,
            leafIndex: U256::ZERO,
            txNumberInBatch: 0,
            path: Vec::new(),
        };
        let there = IAtomicSwap::new(self.swap, &self.destination.provider);
        let outcome = there.execute(swap.preimage.clone(), proof).call().await;
        let failure = outcome.err().ok_or_eyre("the destination executes it")?;
        failure
            .as_revert_data()
            .ok_or_eyre(format!("no revert: {failure}"))
    }

    /// Waits until the swap stands as `holds` says, and returns that.
    pub async fn wait(
        &self,
        swap: &Locked,
        what: &str,
        holds: impl Fn(&Standing) -> bool,
    ) -> Result<Standing> {
        let mut last = None;
        let reached = eventually(what, LIMIT, async || {
            let standing = self.standing(swap).await?;
            last = Some(standing.clone());
            Ok(holds(&standing).then_some(standing))
        });
        reached.await.wrap_err_with(|| format!("{last:?}"))
    }

    /// Waits until L1 has closed the swap's slot.
    pub async fn wait_until_closed(&self, swap: &Locked) -> Result<Standing> {
        self.wait(swap, "the swap is over", |standing| standing.slot.isClosed)
            .await
    }

    /// What happened to the swap, on all chains, in order.
    pub async fn timeline(&self, swap: &Locked) -> Result<Vec<Step>> {
        let network = self.devnet.network();
        let (l1, registry) = (self.l1()?, network.l1_contracts().swap_registry);
        let mut steps = Vec::new();
        for place in [&self.source, &self.destination] {
            let filter = Filter::new().address(self.swap).topic1(swap.id);
            steps.extend(self.steps(place, filter).await?);
        }
        let filter = Filter::new().address(registry).topic2(swap.id);
        steps.extend(self.steps(&l1, filter).await?);
        steps.sort_by_key(|step| step.time);
        Ok(steps)
    }

    async fn steps(&self, place: &Place, filter: Filter) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        for log in place.provider.get_logs(&filter.from_block(0)).await? {
            let Some(what) = told(&log.inner) else {
                continue;
            };
            let block = log.block_number.ok_or_eyre("a log without its block")?;
            let transaction = log.transaction_hash;
            steps.push(Step {
                what,
                chain: place.name.clone(),
                block,
                time: time_of(&place.provider, block).await?,
                transaction: transaction.ok_or_eyre("a log without its transaction")?,
            });
        }
        Ok(steps)
    }

    fn l1(&self) -> Result<Place> {
        place(self.devnet, self.devnet.network().l1_chain_id())
    }

    /// Requires that the swap has ended so, in the eyes of both chains and of L1, that both parties have exactly what
    /// follows, and that every unit of both tokens is accounted for. `elsewhere` is what of the bank's coin is
    /// neither its own any more nor the customer's.
    pub async fn require_settled(&self, swap: &Locked, end: End, elsewhere: u64) -> Result<()> {
        let standing = self.standing(swap).await?;
        ensure!(standing.agrees_on(end), "{end:?}: {standing:?}");
        let (given, returned) = match end {
            End::Exchanged | End::ClaimedOnL1 => (GIVEN, QUOTED),
            End::Returned | End::ReturnedByL1 => (0, 0),
        };
        let paid_on = match end {
            End::ClaimedOnL1 => &self.l1()?,
            _ => &self.source,
        };
        let (gold, coin) = (self.gold.asset(), self.coin.asset());
        let has = [
            (&self.source, &gold, CUSTOMER, GOLD - given),
            (&self.destination, &gold, BANK, given),
            (paid_on, &coin, CUSTOMER, returned),
            (&self.destination, &coin, BANK, COIN - returned - elsewhere),
        ];
        for (place, asset, who, expected) in has {
            let account = self.devnet.signer(who)?.address();
            let found = place.balance(asset, account).await?;
            ensure!(
                found == U256::from(expected),
                "{who} has {found} of {asset:?} on {}, not {expected}",
                place.name
            );
        }
        close_batches(self.devnet, PASSER_BY).await?;
        for asset in [&gold, &coin] {
            self.require_conserved(asset).await?;
        }
        Ok(())
    }

    async fn require_conserved(&self, asset: &Asset) -> Result<()> {
        eventually("the sum holds", LIMIT, async || {
            let found = Whereabouts::of(self.devnet, asset, U256::ZERO).await?;
            found.require_exact().map(Some)
        })
        .await
    }
}

impl Standing {
    fn agrees_on(&self, end: End) -> bool {
        let (lock, outcome) = match end {
            End::Exchanged => (LockStatus::Redeemed, SwapOutcome::Executed),
            End::Returned | End::ReturnedByL1 => (LockStatus::Refunded, SwapOutcome::Cancelled),
            End::ClaimedOnL1 => (LockStatus::Locked, SwapOutcome::Executed),
        };
        // A frozen destination learns of it when it buries, if it ever comes back.
        let unseen = end == End::ReturnedByL1 && self.outcome == SwapOutcome::Pending;
        self.lock == lock
            && (self.outcome == outcome || unseen)
            && self.slot.outcome == outcome
            && self.slot.isClosed
    }
}

/// What an event says of a swap, in a few words; `None` for what the others say already.
fn told(log: &Log) -> Option<String> {
    if let Ok(event) = IAtomicSwap::SwapEffected::decode_log(log) {
        let what = match event.effect.change {
            SwapChange::Opened => "locked",
            SwapChange::Executed => "executed",
            SwapChange::Cancelled => "cancelled",
            SwapChange::Redeemed => "redeemed",
            SwapChange::Refunded => "refunded",
            SwapChange::Buried | SwapChange::__Invalid => "buried",
        };
        return Some(what.to_owned());
    }
    if let Ok(event) = ISwapRegistry::SwapDecided::decode_log(log) {
        let what = match (event.outcome, event.byL1) {
            (SwapOutcome::Executed, _) => "executed, for good",
            (_, false) => "cancelled, for good",
            (_, true) => "cancelled by L1",
        };
        return Some(what.to_owned());
    }
    let others = [
        (ISwapRegistry::SwapOpened::SIGNATURE_HASH, "open"),
        (
            ISwapRegistry::SwapForced::SIGNATURE_HASH,
            "chain asked by L1",
        ),
        (ISwapRegistry::SwapClosed::SIGNATURE_HASH, "closed"),
    ];
    let known = others
        .iter()
        .find(|(signature, _)| log.topics().first() == Some(signature));
    known.map(|(_, what)| (*what).to_owned())
}

async fn token(devnet: &Devnet, chain: &Chain, names: [&str; 2]) -> Result<Token> {
    Token::erc20(devnet, ISSUER, chain.id(), names, DECIMALS).await
}

async fn approve(owner: &DynProvider, token: Address, spender: Address, value: u64) -> Result<()> {
    let call = IERC20::approveCall {
        spender,
        value: U256::from(value),
    };
    contracts::call(owner, token, U256::ZERO, &call).await?;
    Ok(())
}

fn place(devnet: &Devnet, chain_id: u64) -> Result<Place> {
    let found = places(devnet)?
        .into_iter()
        .find(|place| place.chain_id == chain_id);
    found.ok_or_eyre("the chain is one of the network")
}
