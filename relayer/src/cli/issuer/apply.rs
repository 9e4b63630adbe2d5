//! `causeway token apply`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes, U256};
use causeway_bindings::describe_revert;

use super::report::{Applied, Left, Made};
use super::{ApplyArgs, Wanted, refuse_impossible};
use crate::assets::{self, AssetError, Custody, Sent, estimate, finish_withdrawal, trace};
use crate::chain::{Clock, SystemClock};
use crate::cli::assets::make;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::signing::Keyring;
use crate::config::Config;
use crate::model::{ChainId, Intent, IntentState, UnixSeconds};
use crate::send::Sender;
use crate::tokens::{Action, Step, steps};

/// Pause between two looks at what is waited for.
const PAUSE: Duration = Duration::from_secs(1);

/// Seconds for which an announcement is taken to be under way.
const UNDER_WAY: UnixSeconds = 3_600;

pub(super) async fn run(config: &Config, args: ApplyArgs, output: Output) -> Result<(), Failure> {
    let mut run = Run {
        wanted: Wanted::open(config, &args.file).await?,
        keys: Keyring::load(config, &args.signer)?,
        args: &args,
        done: BTreeSet::new(),
        made_before: BTreeMap::new(),
        announced: None,
        made: Vec::new(),
    };
    let outcome = run.settle().await;
    let outcome = match outcome {
        Ok(()) => run.finish().await,
        Err(failure) => Err(failure),
    };
    let left = match outcome {
        Ok(left) => left,
        Err(failure) => {
            // What was made before something went wrong is said too.
            if !run.made.is_empty() {
                output.print(&Applied::new(&run.wanted, run.made, Vec::new()))?;
            }
            return Err(failure);
        }
    };
    let count = left.len();
    output.print(&Applied::new(&run.wanted, run.made, left))?;
    match count {
        0 => Ok(()),
        count => {
            let text = format!("{count} left over: see above for who has to do what");
            Err(Failure::new(Exit::LeftOver, text))
        }
    }
}

/// Chain, contract and calldata.
type Call = (ChainId, Address, Bytes);

struct Run<'a> {
    wanted: Wanted,
    keys: Keyring<'a>,
    args: &'a ApplyArgs,
    /// What this run has made.
    done: BTreeSet<Call>,
    /// What earlier runs have made not long ago.
    made_before: BTreeMap<Call, B256>,
    /// Transaction that announced the token to L1, where somebody has to present the message.
    announced: Option<B256>,
    made: Vec<Made>,
}

/// What a round of transactions came to.
#[derive(Default)]
struct Round {
    sent: bool,
    left: Vec<Left>,
    /// Made, and the chain does not show it yet.
    waiting: Vec<Left>,
}

impl Run<'_> {
    /// Waits for what earlier runs of the command have sent: until it is in a block, chains show the state before it.
    async fn settle(&mut self) -> Result<(), Failure> {
        let chains: Vec<ChainId> = self.wanted.desired.chains.keys().copied().collect();
        let started = SystemClock.now();
        for chain in chains {
            for account in self.keys.accounts() {
                if let Some(sender) = self.keys.sender(chain, account)? {
                    let made = settle(&sender, started, self.args.timeout).await?;
                    self.made_before.extend(made);
                }
            }
        }
        Ok(())
    }

    /// Rounds until nothing is left that can be done or waited for. Each starts from what the chains say.
    async fn finish(&mut self) -> Result<Vec<Left>, Failure> {
        let mut waited_since = SystemClock.now();
        loop {
            let differences = self.wanted.differences().await?;
            refuse_impossible(&self.wanted, &differences)?;
            let round = self.round(&steps(&differences)).await?;
            let waited = SystemClock.now().saturating_sub(waited_since);
            if round.sent {
                waited_since = SystemClock.now();
            } else if round.waiting.is_empty() || waited >= self.args.wait.as_secs() {
                return Ok(round.left.into_iter().chain(round.waiting).collect());
            } else {
                self.present_to_l1().await?;
                SystemClock.sleep(PAUSE).await;
            }
        }
    }

    async fn round(&mut self, steps: &[Step]) -> Result<Round, Failure> {
        let mut round = Round::default();
        let mut skipped: Vec<Step> = Vec::new();
        for step in steps {
            if self.is_under_way(step) {
                let why = "made, and not seen on the chain yet";
                round.waiting.push(self.left(step, why));
                continue;
            }
            let blocked = skipped.iter().any(|earlier| step.must_follow(earlier));
            let sender = self.sender(step)?;
            let why = match (sender, blocked) {
                (None, _) => "no key of this account was given with --signer".to_owned(),
                (Some(_), true) => "comes after what is left over above".to_owned(),
                (Some(sender), false) => match self.make(step, &sender).await? {
                    Ok(()) => {
                        round.sent = true;
                        continue;
                    }
                    Err(reason) if skipped.is_empty() => return Err(would_revert(step, reason)),
                    Err(_) => "would be refused before what is left over above".to_owned(),
                },
            };
            round.left.push(self.left(step, &why));
            skipped.push(*step);
        }
        Ok(round)
    }

    /// Whether it was made, and its effect is still to come. What a rule was set to by an earlier run may have been changed by
    /// somebody since; an announcement changes nothing where it is made, so only its arrival shows.
    fn is_under_way(&mut self, step: &Step) -> bool {
        let call = self.call(step);
        if let Action::Announce { to, .. } = step.action
            && let Some(tx) = self.made_before.remove(&call)
        {
            self.done.insert(call.clone());
            self.announced(to, tx);
        }
        self.done.contains(&call)
    }

    /// Somebody has to present to L1 what was announced there.
    fn announced(&mut self, to: ChainId, tx: B256) {
        if to == self.l1() {
            self.announced = Some(tx);
        }
    }

    fn sender(&mut self, step: &Step) -> Result<Option<Arc<Sender>>, Failure> {
        let anyone = || self.keys.accounts().first().copied();
        match step.account.or_else(anyone) {
            Some(account) => self.keys.sender(step.chain, account),
            None => Ok(None),
        }
    }

    /// Makes a transaction and waits until it is in a block; or says why it would revert.
    async fn make(&mut self, step: &Step, sender: &Sender) -> Result<Result<(), String>, Failure> {
        let transaction = assets::Step {
            name: step.function(),
            to: step.to,
            calldata: self.calldata(step),
            value: U256::ZERO,
        };
        let custody = Custody::of(&self.wanted.network, step.chain)?;
        let calldata = transaction.calldata.clone();
        let from = sender.address();
        let gas = match estimate(custody.reader, from, step.to, calldata, U256::ZERO).await? {
            Ok(gas) => gas,
            Err(data) => return Ok(Err(describe_revert(&data))),
        };
        let (tx, block) = make(custody, sender, transaction, gas, self.args.timeout).await?;
        self.done.insert(self.call(step));
        if let Action::Announce { to, .. } = step.action {
            self.announced(to, tx);
        }
        self.made
            .push(Made::step(&self.wanted, step, from, tx, block));
        Ok(Ok(()))
    }

    /// A message to L1 arrives when somebody presents it there, once it is settled.
    async fn present_to_l1(&mut self) -> Result<(), Failure> {
        let Some(tx) = self.announced else {
            return Ok(());
        };
        let network = &self.wanted.network;
        let message = match trace(network, self.wanted.desired.home, tx).await {
            Ok(Sent::Withdrawal(message)) => message,
            // Another version of the transaction is in a block: whoever presents the message does it by hand.
            Ok(_) | Err(AssetError::UnknownTransaction { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let call = match finish_withdrawal(network, &message).await {
            Ok(Some(call)) => call,
            Ok(None) => return Ok(()),
            Err(AssetError::NotReady { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let l1 = self.l1();
        let Some(account) = self.keys.accounts().first().copied() else {
            return Ok(());
        };
        let Some(sender) = self.keys.sender(l1, account)? else {
            return Ok(());
        };
        let custody = Custody::of(network, l1)?;
        let transaction = assets::Step {
            name: "finalizeWithdrawal",
            to: custody.address,
            calldata: call.calldata,
            value: U256::ZERO,
        };
        let patience = self.args.timeout;
        let (tx, block) = make(custody, &sender, transaction, call.gas, patience).await?;
        self.announced = None;
        let made = Made::presented(&self.wanted, l1, custody.address, account, tx, block);
        self.made.push(made);
        Ok(())
    }

    fn left(&self, step: &Step, why: &str) -> Left {
        Left::new(&self.wanted, step, why)
    }

    fn call(&self, step: &Step) -> Call {
        (step.chain, step.to, self.calldata(step))
    }

    fn calldata(&self, step: &Step) -> Bytes {
        step.calldata(step.chain == self.l1(), self.wanted.announce_gas)
    }

    fn l1(&self) -> ChainId {
        self.wanted.network.l1.reader.chain_id()
    }
}

/// Waits until nothing of this sender is outside of blocks. What it has made not long ago, and succeeded.
async fn settle(
    sender: &Sender,
    started: UnixSeconds,
    patience: Duration,
) -> Result<Vec<(Call, B256)>, Failure> {
    loop {
        sender.tick().await?;
        let open = sender.open()?;
        let mut states = open.iter().map(|intent| intent.state);
        let is_pending = states.any(|state| state == IntentState::Pending);
        let waited = SystemClock.now().saturating_sub(started);
        if !is_pending || waited >= patience.as_secs() {
            let since = started.saturating_sub(UNDER_WAY);
            let before = sender.made_since(since).await?;
            return Ok(before.into_iter().filter_map(made).collect());
        }
        SystemClock.sleep(PAUSE).await;
    }
}

fn made(intent: Intent) -> Option<(Call, B256)> {
    let is_made = matches!(
        intent.state,
        IntentState::Included { success: true, .. } | IntentState::Final { success: true }
    );
    let tx = *intent.hashes.last().filter(|_| is_made)?;
    Some(((intent.chain, intent.to, intent.calldata), tx))
}

fn would_revert(step: &Step, reason: String) -> Failure {
    let step = step.function();
    AssetError::WouldRevert { step, reason }.into()
}
