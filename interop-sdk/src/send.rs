//! Sending from a chain.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
    sol_types::SolCall,
};
use causeway_bindings::{Attribute, IInteropCenter, IMessageOutbox, InteropAddress};

use crate::{
    BundleBuilder, ChainContracts, Custody, Error, Network, OutboxMessage, Quote, SentMessage,
    ToChain, ToL1, Tokens, TransferBuilder, Withdrawal, transaction,
};

/// One chain of a network.
#[derive(Clone, Debug)]
pub struct Chain {
    network: Network,
    chain_id: u64,
}

impl Chain {
    pub(crate) fn new(network: Network, chain_id: u64) -> Self {
        Self { network, chain_id }
    }

    /// Chain id.
    pub fn id(&self) -> u64 {
        self.chain_id
    }

    /// Name in the network file.
    pub fn name(&self) -> Result<&str, Error> {
        Ok(&self.network.endpoint(self.chain_id)?.name)
    }

    /// Contracts of the network on this chain.
    pub fn contracts(&self) -> Result<&ChainContracts, Error> {
        Ok(&self.network.endpoint(self.chain_id)?.contracts)
    }

    /// The RPC of this chain, for reading.
    pub fn provider(&self) -> Result<&DynProvider, Error> {
        Ok(&self.network.endpoint(self.chain_id)?.provider)
    }

    /// A message to an account on another chain: `payload` goes to its `receiveMessage`.
    pub fn message(
        &self,
        to: impl Into<InteropAddress>,
        payload: impl Into<Bytes>,
    ) -> MessageBuilder {
        MessageBuilder {
            chain: self.clone(),
            to: to.into(),
            payload: payload.into(),
            attributes: Vec::new(),
        }
    }

    /// A bundle of calls and transfers of tokens on another chain, which are executed together.
    pub fn bundle(&self, destination: u64) -> BundleBuilder {
        BundleBuilder::new(self.clone(), destination)
    }

    /// Tokens to an account on another chain of the network.
    pub fn transfer(&self, to: (u64, Address), tokens: Tokens) -> TransferBuilder<ToChain> {
        TransferBuilder::new(self.custody(), ToChain::default(), to, tokens)
    }

    /// Tokens to an account on L1. A withdrawal is paid there once it is settled and proven, see
    /// [`Withdrawal::finalize`].
    pub fn withdraw(&self, recipient: Address, tokens: Tokens) -> TransferBuilder<ToL1> {
        let to = (self.network.l1_chain_id(), recipient);
        TransferBuilder::new(self.custody(), ToL1::default(), to, tokens)
    }

    /// All withdrawals that a transaction made; for following what was sent earlier, or by a contract.
    pub async fn withdrawals_of(&self, transaction: B256) -> Result<Vec<Withdrawal>, Error> {
        let receipt = self.receipt(transaction).await?;
        Withdrawal::in_receipt(&self.network, self.chain_id, &receipt)
    }

    /// What keeps the assets of this chain.
    pub fn custody(&self) -> Custody {
        Custody::new(self.network.clone(), self.chain_id)
    }

    /// Hands `data` to the outbox as it is, for L1 or contracts that verify messages themselves.
    pub async fn send_to_l1(
        &self,
        data: impl Into<Bytes>,
        provider: &impl Provider,
    ) -> Result<OutboxMessage, Error> {
        let call = IMessageOutbox::sendToL1Call {
            message: data.into(),
        };
        let request = TransactionRequest::default()
            .with_to(self.contracts()?.outbox)
            .with_input(call.abi_encode());
        let receipt =
            transaction::confirm(request, provider, self.chain_id, "sending to L1").await?;
        let sent = OutboxMessage::in_receipt(&self.network, self.chain_id, &receipt)?;
        self.first(sent, receipt.transaction_hash)
    }

    /// All messages and bundles that a transaction sent through this chain's interop center; for following what was
    /// sent earlier, or by a contract.
    pub async fn messages_of(&self, transaction: B256) -> Result<Vec<SentMessage>, Error> {
        SentMessage::in_receipt(
            &self.network,
            self.chain_id,
            &self.receipt(transaction).await?,
        )
    }

    /// All messages that a transaction handed to this chain's outbox, those of the interop center included.
    pub async fn outbox_messages_of(&self, transaction: B256) -> Result<Vec<OutboxMessage>, Error> {
        OutboxMessage::in_receipt(
            &self.network,
            self.chain_id,
            &self.receipt(transaction).await?,
        )
    }

    async fn receipt(&self, transaction: B256) -> Result<TransactionReceipt, Error> {
        transaction::receipt(transaction, self.provider()?, self.chain_id).await
    }

    fn first<T>(&self, sent: Vec<T>, transaction: B256) -> Result<T, Error> {
        sent.into_iter().next().ok_or(Error::NoMessage {
            chain_id: self.chain_id,
            transaction,
        })
    }

    pub(crate) async fn send(
        &self,
        request: TransactionRequest,
        provider: &impl Provider,
    ) -> Result<SentMessage, Error> {
        let receipt = transaction::confirm(request, provider, self.chain_id, "sending").await?;
        let sent = SentMessage::in_receipt(&self.network, self.chain_id, &receipt)?;
        self.first(sent, receipt.transaction_hash)
    }

    pub(crate) async fn quote(
        &self,
        request: TransactionRequest,
        from: Address,
    ) -> Result<Quote, Error> {
        Quote::of(request, from, self.provider()?, self.chain_id, "sending").await
    }

    pub(crate) fn center_call(&self, call: impl SolCall) -> Result<TransactionRequest, Error> {
        Ok(TransactionRequest::default()
            .with_to(self.contracts()?.center)
            .with_input(call.abi_encode()))
    }
}

/// A message to be sent, made by [`Chain::message`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct MessageBuilder {
    chain: Chain,
    to: InteropAddress,
    payload: Bytes,
    attributes: Vec<Attribute>,
}

impl MessageBuilder {
    /// Gas that the recipient must be given at least.
    pub fn min_gas(self, gas: u64) -> Self {
        self.attribute(Attribute::MinGasLimit(U256::from(gas)))
    }

    /// Last timestamp, in seconds, at which the message may be delivered.
    pub fn deliver_before(self, timestamp: u64) -> Self {
        self.attribute(Attribute::DeliverBefore(U256::from(timestamp)))
    }

    /// First timestamp, in seconds, at which the message may be delivered.
    pub fn deliver_after(self, timestamp: u64) -> Self {
        self.attribute(Attribute::DeliverAfter(U256::from(timestamp)))
    }

    /// Account that alone may deliver; anyone may otherwise.
    pub fn executor(self, account: impl Into<InteropAddress>) -> Self {
        self.attribute(Attribute::ExecutionAddress(account.into()))
    }

    /// Account on the destination that may cancel the message once it is proven; the sender's address otherwise.
    pub fn unbundler(self, account: impl Into<InteropAddress>) -> Self {
        self.attribute(Attribute::UnbundlerAddress(account.into()))
    }

    /// Any attribute. The interop center refuses those it does not support, and any that stands twice.
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// What sending from `from` costs. Fails with the contract's reason where sending would.
    pub async fn quote(&self, from: Address) -> Result<Quote, Error> {
        self.chain.quote(self.prepare()?, from).await
    }

    /// The transaction, for a wallet that signs elsewhere; see [`Chain::messages_of`] for what follows.
    pub fn prepare(&self) -> Result<TransactionRequest, Error> {
        self.chain.center_call(IInteropCenter::sendMessageCall {
            recipient: self.to.encode(),
            payload: self.payload.clone(),
            attributes: encode_all(&self.attributes),
        })
    }

    /// Sends the message from the account of `provider`, which is a provider of the source chain.
    pub async fn send(&self, provider: &impl Provider) -> Result<SentMessage, Error> {
        self.chain.send(self.prepare()?, provider).await
    }
}

pub(crate) fn encode_all(attributes: &[Attribute]) -> Vec<Bytes> {
    attributes.iter().map(Attribute::encode).collect()
}
