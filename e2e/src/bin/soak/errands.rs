//! What somebody has to do so that a transfer ends: pay withdrawals on L1, and send back what ran into its deadline.
//! Anyone may do it. An errand is over once it lies too deep to be taken back.

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, U256, keccak256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolError},
};
use causeway_bindings::{BundleStatus, CallStatus, IAssetVault, IInteropHandler, ISharedBridge};
use causeway_e2e::soak::{
    now,
    wire::{BURIED, Call, Wire},
};
use eyre::{OptionExt, Result};
use futures::{StreamExt, TryStreamExt, stream};
use interop_sdk::{OutboxMessage, SentMessage};

use crate::{
    action::{Action, Kind, PATIENCE},
    run::Purpose,
    world::World,
};

/// Errands that are looked after at a time.
const AT_ONCE: usize = 8;

/// How a transfer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its recipient has it.
    Arrived,
    /// Its sender has it again.
    Returned,
}

/// What is to be done about a transfer.
pub(crate) struct Errand {
    /// Index of the transfer.
    pub(crate) action: usize,
    what: What,
    is_under_way: bool,
    outcome: Option<Outcome>,
}

enum What {
    /// Pay it on L1.
    Withdrawal(OutboxMessage),
    /// See whether it arrives.
    Watch(SentMessage),
    /// See whether it arrives, and give it up from that moment on, in seconds.
    Cancel(SentMessage, u64),
    /// Send it back.
    Return(SentMessage),
}

/// What an errand needs now.
enum Need {
    /// Nothing yet.
    Wait,
    Send(u64, Call),
    Over(Outcome),
    /// The transfer was cancelled.
    Cancelled,
}

impl Errand {
    /// The errand of a transfer, if it needs one.
    pub(crate) async fn of(
        world: &World<'_>,
        index: usize,
        action: &Action,
        transaction: B256,
    ) -> Result<Option<Self>> {
        if action.from.chain == world.l1() {
            return Ok(None);
        }
        let chain = world.devnet.network().chain(action.from.chain)?;
        let what = if action.to.chain == world.l1() {
            let sent = chain.outbox_messages_of(transaction).await?.pop();
            What::Withdrawal(sent.ok_or_eyre("a withdrawal sends a message")?)
        } else if matches!(
            action.kind,
            Kind::WithCall | Kind::CallRefused | Kind::Expiring
        ) {
            let sent = chain.messages_of(transaction).await?.pop();
            let sent = sent.ok_or_eyre("a transfer sends a bundle")?;
            match action.kind {
                Kind::WithCall => What::Watch(sent),
                _ => What::Cancel(sent, now() + PATIENCE),
            }
        } else {
            return Ok(None);
        };
        Ok(Some(Self {
            action: index,
            what,
            is_under_way: false,
            outcome: None,
        }))
    }

    /// How it ended.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Its transaction lies deep enough.
    pub(crate) fn done(&mut self, succeeded: bool) {
        self.is_under_way = false;
        if !succeeded {
            return;
        }
        match &self.what {
            What::Withdrawal(_) => self.outcome = Some(Outcome::Arrived),
            What::Watch(_) => {}
            What::Cancel(sent, _) => self.what = What::Return(sent.clone()),
            What::Return(_) => self.outcome = Some(Outcome::Returned),
        }
    }

    async fn need(&self, world: &World<'_>) -> Result<Need> {
        match &self.what {
            What::Withdrawal(message) => pay(world, message).await,
            What::Watch(sent) => watch(world, sent).await,
            What::Cancel(sent, due) => cancel(world, sent, *due).await,
            What::Return(sent) => give_back(world, sent).await,
        }
    }
}

/// Takes a step in each errand that is open.
pub(crate) async fn run(
    world: &World<'_>,
    wire: &mut Wire<Purpose>,
    errands: &mut [Errand],
) -> Result<()> {
    let open = errands.iter().enumerate();
    let open = open.filter(|(_, errand)| errand.outcome.is_none() && !errand.is_under_way);
    let needs = stream::iter(open).map(async |(index, errand): (usize, &Errand)| {
        // A chain under a reorg gives all sorts of answers; the next look asks again.
        let need = errand.need(world).await.unwrap_or(Need::Wait);
        Ok::<_, eyre::Report>((index, need))
    });
    let needs: Vec<_> = needs.buffer_unordered(AT_ONCE).try_collect().await?;
    for (index, need) in needs {
        let errand = &mut errands[index];
        match need {
            Need::Wait => {}
            Need::Over(outcome) => errand.outcome = Some(outcome),
            Need::Cancelled => errand.done(true),
            Need::Send(chain, call) => {
                let purpose = Purpose::Errand(index);
                wire.send(purpose, chain, world.errands, call).await?;
                errand.is_under_way = true;
            }
        }
    }
    Ok(())
}

async fn pay(world: &World<'_>, message: &OutboxMessage) -> Result<Need> {
    if message.settlement().await?.is_none() {
        return Ok(Need::Wait);
    }
    let proof = message.prove_for_l1().await?;
    let finalize = ISharedBridge::finalizeWithdrawalCall {
        proof,
        message: message.data.clone(),
    };
    let paid = ISharedBridge::SharedBridgeAlreadyFinalized {
        chainId: U256::from(message.chain_id),
        messageHash: keccak256(&message.data),
    };
    let to = world.custody(world.l1())?;
    let known = Some((paid.abi_encode(), Outcome::Arrived));
    try_out(world, world.l1(), to, &finalize, known).await
}

/// Whether the bundle was executed, or its transfer cancelled, in a block that nothing takes back.
async fn watch(world: &World<'_>, sent: &SentMessage) -> Result<Need> {
    let chain = world.devnet.network().chain(sent.destination())?;
    let provider = chain.provider()?;
    let handler = IInteropHandler::new(chain.contracts()?.handler, provider);
    let buried = provider.get_block_number().await?.saturating_sub(BURIED);
    let buried = BlockId::number(buried);
    let bundle = handler.bundleStatus(sent.bundle_hash());
    if bundle.block(buried).call().await? == BundleStatus::FullyExecuted {
        return Ok(Need::Over(Outcome::Arrived));
    }
    let transfer = handler.callStatus(sent.bundle_hash(), U256::ZERO);
    let is_cancelled = transfer.block(buried).call().await? == CallStatus::Cancelled;
    Ok(if is_cancelled {
        Need::Cancelled
    } else {
        Need::Wait
    })
}

async fn cancel(world: &World<'_>, sent: &SentMessage, due: u64) -> Result<Need> {
    let need = watch(world, sent).await?;
    if now() < due || !matches!(need, Need::Wait) {
        return Ok(need);
    }
    let chain = world.devnet.network().chain(sent.destination())?;
    let delivery = sent.prove().await?.call().clone();
    let cancel = IInteropHandler::cancelExpiredCall { delivery };
    try_out(world, chain.id(), chain.contracts()?.handler, &cancel, None).await
}

async fn give_back(world: &World<'_>, sent: &SentMessage) -> Result<Need> {
    let chain = sent.destination();
    let give_back = IAssetVault::returnCancelledCall {
        sourceChainId: U256::from(sent.source()),
        bundle: sent.bundle().encode(),
        callIndex: U256::ZERO,
    };
    let returned = IAssetVault::AssetVaultAlreadyReturned {
        bundleHash: sent.bundle_hash(),
        callIndex: U256::ZERO,
    };
    let known = Some((returned.abi_encode(), Outcome::Returned));
    try_out(world, chain, world.custody(chain)?, &give_back, known).await
}

/// Sends what would go through. One refusal says that it was done before; any other that it is too early.
async fn try_out(
    world: &World<'_>,
    chain: u64,
    to: Address,
    what: &impl SolCall,
    known: Option<(Vec<u8>, Outcome)>,
) -> Result<Need> {
    let call = Call::new(to, what);
    let request = TransactionRequest::default()
        .from(world.errands)
        .to(to)
        .input(call.input.clone().into());
    let Err(failure) = world.provider(chain)?.call(request).await else {
        return Ok(Need::Send(chain, call));
    };
    let data = failure
        .as_error_resp()
        .and_then(|answer| answer.as_revert_data());
    let known = known.filter(|(refusal, _)| data.is_some_and(|data| data == *refusal));
    Ok(known.map_or(Need::Wait, |(_, outcome)| Need::Over(outcome)))
}
