//! Recipients that count what they receive: the witnesses of every scenario.

use std::{collections::BTreeMap, time::Duration};

use alloy::{
    primitives::{Address, B256, U256},
    providers::DynProvider,
    sol,
    sol_types::SolValue,
};
use eyre::{Result, ensure};
use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use interop_sdk::{InteropAddress, SentMessage};

use crate::{contracts::deploy, devnet::Devnet, wait::until};

sol! {
    /// `contracts/test/mocks/TallyRecipient.sol`.
    #[sol(rpc)]
    interface ITallyRecipient {
        function total() external view returns (uint256);
        function timesReceived(bytes32 receiveId) external view returns (uint256);
        function senderOf(bytes32 receiveId) external view returns (bytes memory);
        function payloadOf(bytes32 receiveId) external view returns (bytes memory);
        function refuseWith(string calldata reason) external;
    }
}

const CREATION_CODE: &str = include_str!("../bytecode/TallyRecipient.hex");

/// Reads that are under way at a time.
const READS: usize = 32;

/// A recipient on one chain.
#[derive(Clone, Debug)]
pub struct Recipient {
    address: Address,
    provider: DynProvider,
}

impl Recipient {
    /// Deploys one that listens to `handler`, from the account of `provider`.
    pub async fn deploy(handler: Address, provider: DynProvider) -> Result<Self> {
        let address = deploy(CREATION_CODE, &handler.abi_encode(), &provider).await?;
        Ok(Self { address, provider })
    }

    /// Its address.
    pub fn address(&self) -> Address {
        self.address
    }

    /// How many calls it received.
    pub async fn total(&self) -> Result<U256> {
        Ok(self.contract().total().call().await?)
    }

    /// How often it received the call with this id.
    pub async fn times_received(&self, receive_id: B256) -> Result<U256> {
        Ok(self.contract().timesReceived(receive_id).call().await?)
    }

    /// Makes it refuse every call with this reason; with an empty one, it takes them again.
    pub async fn refuse_with(&self, reason: &str) -> Result<()> {
        let contract = self.contract();
        let call = contract.refuseWith(reason.to_owned());
        let receipt = call.send().await?.get_receipt().await?;
        ensure!(receipt.status(), "the recipient does not take its orders");
        Ok(())
    }

    fn contract(&self) -> ITallyRecipient::ITallyRecipientInstance<&DynProvider> {
        ITallyRecipient::new(self.address, &self.provider)
    }
}

/// One recipient on every chain of a network.
#[derive(Clone, Debug)]
pub struct Recipients(BTreeMap<u64, Recipient>);

impl Recipients {
    /// Deploys them from the account `deployer`.
    pub async fn deploy(devnet: &Devnet, deployer: &str) -> Result<Self> {
        let deployments = devnet.file().chains.iter().map(async |chain| {
            let provider = devnet.wallet(deployer, chain.chain_id)?;
            let recipient = Recipient::deploy(chain.contracts.handler, provider).await?;
            Ok::<_, eyre::Report>((chain.chain_id, recipient))
        });
        Ok(Self(try_join_all(deployments).await?.into_iter().collect()))
    }

    /// The one on this chain.
    pub fn on(&self, chain_id: u64) -> &Recipient {
        &self.0[&chain_id]
    }

    /// Its address in messages from other chains.
    pub fn address_on(&self, chain_id: u64) -> InteropAddress {
        InteropAddress::new(chain_id, self.on(chain_id).address)
    }

    /// How many of these messages have arrived, completely and at least once.
    pub async fn arrived(&self, sent: &[SentMessage]) -> Result<usize> {
        let arrivals = stream::iter(sent).map(|message| self.has_arrived(message));
        let arrivals: Vec<bool> = arrivals.buffer_unordered(READS).try_collect().await?;
        Ok(arrivals.into_iter().filter(|arrived| *arrived).count())
    }

    /// Waits until all of these messages have arrived.
    pub async fn wait_for(&self, sent: &[SentMessage], limit: Duration) -> Result<()> {
        let what = format!("{} messages arrive", sent.len());
        until(&what, limit, async || {
            Ok(self.arrived(sent).await? == sent.len())
        })
        .await
    }

    /// Requires that the recipients received these messages, each call of them exactly once and as it was sent, and that
    /// they received nothing else.
    pub async fn require_exactly_once(&self, sent: &[SentMessage]) -> Result<()> {
        let checks = stream::iter(sent).map(|message| self.require_once(message));
        checks
            .buffer_unordered(READS)
            .try_collect::<Vec<()>>()
            .await?;
        for (chain_id, recipient) in &self.0 {
            let calls: usize = sent
                .iter()
                .filter(|message| message.destination() == *chain_id)
                .map(|message| message.bundle().calls.len())
                .sum();
            let total = recipient.total().await?;
            ensure!(
                total == U256::from(calls),
                "chain {chain_id}: {calls} calls were sent to the recipient, and it received {total}"
            );
        }
        Ok(())
    }

    async fn has_arrived(&self, message: &SentMessage) -> Result<bool> {
        let recipient = self.on(message.destination());
        for id in message.receive_ids() {
            if recipient.times_received(id).await?.is_zero() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn require_once(&self, message: &SentMessage) -> Result<()> {
        let recipient = self.on(message.destination());
        let contract = recipient.contract();
        for (id, call) in message
            .receive_ids()
            .into_iter()
            .zip(&message.bundle().calls)
        {
            let times = recipient.times_received(id).await?;
            ensure!(
                times == U256::ONE,
                "call {id} of {} arrived {times} times",
                message.bundle_hash()
            );
            let sender = InteropAddress::new(message.source(), call.from).encode();
            ensure!(
                contract.senderOf(id).call().await? == sender,
                "call {id} has another sender"
            );
            ensure!(
                contract.payloadOf(id).call().await? == call.data,
                "call {id} has another payload"
            );
        }
        Ok(())
    }
}
