//! `causeway transfer return` and `causeway transfer release`.

use alloy::primitives::B256;

use super::report::{Made, Moved};
use super::send::{make, simulate};
use super::{FinishArgs, ReleaseArgs, SendingArgs};
use crate::assets::{
    AssetError, Back, Custody, Landing, Sent, Stage, Step, cancel_step, landings, status, trace,
    ways_back,
};
use crate::bundle::Network;
use crate::cli::exit::Failure;
use crate::cli::network::{find_place, open};
use crate::cli::output::Output;
use crate::cli::signing::Signer;
use crate::config::Config;
use crate::model::ChainId;
use crate::send::Sender;

pub(super) async fn send_back(
    config: &Config,
    args: FinishArgs,
    output: Output,
) -> Result<(), Failure> {
    let (network, sent) = find(config, &args.from, args.tx).await?;
    let Sent::Bundle(bundle) = &sent else {
        return Err(AssetError::OtherKind {
            tx: args.tx,
            wanted: "transfer between chains",
            found: sent.kind(),
        }
        .into());
    };
    let mut hand = Hand::new(config, &network, bundle.destination_chain_id, args.sending)?;
    if let Some(step) = cancel_step(&network, bundle).await? {
        hand.take(step).await?;
    }
    for way in ways_back(&network, bundle).await? {
        if let Back::Cancelled(step) = way.back {
            hand.take(*step).await?;
        }
    }
    hand.print(&sent, output).await
}

pub(super) async fn release(
    config: &Config,
    args: ReleaseArgs,
    output: Output,
) -> Result<(), Failure> {
    let (network, sent) = find(config, &args.from, args.tx).await?;
    let landed = landings(&network, &sent).await?;
    if landed.is_empty() {
        let now = status(&network, &sent).await?;
        return Err(not_ready(now.stage, now.detail).into());
    }
    let chain = destination(&network, &sent);
    let mut hand = Hand::new(config, &network, chain, args.sending)?;
    for landing in landed {
        match landing {
            Landing::Paid | Landing::Claimable { .. } => {}
            Landing::Held {
                release,
                refused: None,
                ..
            } => hand.take(*release).await?,
            Landing::Held {
                payable_at,
                refused: Some(reason),
                ..
            } => {
                let detail = format!("until timestamp {payable_at}, and now {reason}");
                return Err(not_ready(Stage::Held, detail).into());
            }
        }
    }
    hand.print(&sent, output).await
}

async fn find(config: &Config, from: &str, tx: B256) -> Result<(Network, Sent), Failure> {
    let from = find_place(config, from)?;
    let network = open(config, &[config.l1.evm.chain_id, from]).await?;
    let sent = trace(&network, from, tx).await?;
    Ok((network, sent))
}

fn destination(network: &Network, sent: &Sent) -> ChainId {
    match sent {
        Sent::Bundle(bundle) => bundle.destination_chain_id,
        Sent::Withdrawal(_) => network.l1.reader.chain_id(),
        Sent::Deposit(deposit) => deposit.operation.chainId.saturating_to(),
    }
}

fn not_ready(stage: Stage, detail: String) -> AssetError {
    AssetError::NotReady {
        what: "the transfer",
        stage: stage.label(),
        detail,
    }
}

/// Takes steps on one chain, one after the other, or only tells them.
struct Hand<'a> {
    network: &'a Network,
    chain: ChainId,
    sender: Sender,
    sending: SendingArgs,
    made: Vec<Made>,
}

impl<'a> Hand<'a> {
    fn new(
        config: &Config,
        network: &'a Network,
        chain: ChainId,
        sending: SendingArgs,
    ) -> Result<Self, Failure> {
        Ok(Self {
            network,
            chain,
            sender: Signer::load(config, &sending.signer)?.on(config, chain)?,
            sending,
            made: Vec::new(),
        })
    }

    async fn take(&mut self, step: Step) -> Result<(), Failure> {
        let custody = Custody::of(self.network, self.chain)?;
        let made = Made::planned(&step);
        let gas = simulate(custody, self.sender.address(), &step).await?;
        if self.sending.dry_run {
            self.made.push(made);
            return Ok(());
        }
        let (tx, block) = make(custody, &self.sender, step, gas, self.sending.timeout).await?;
        self.made.push(made.in_block(tx, block));
        Ok(())
    }

    async fn print(self, sent: &Sent, output: Output) -> Result<(), Failure> {
        let status = status(self.network, sent).await?;
        output.print(&Moved::new(self.made, status))
    }
}
