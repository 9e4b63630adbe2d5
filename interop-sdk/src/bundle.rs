//! Calls and tokens that cross together.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use causeway_bindings::{Attribute, IInteropCenter, InteropAddress, InteropCallStarter};

use crate::{
    Approval, Chain, Error, Quote, SentMessage, Tokens,
    assets::{explain, named},
    send::encode_all,
};

/// A bundle to be sent, made by [`Chain::bundle`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct BundleBuilder {
    chain: Chain,
    destination: u64,
    parts: Vec<Part>,
    attributes: Vec<Attribute>,
}

/// One call of a bundle.
#[derive(Clone, Debug)]
struct Part {
    what: What,
    attributes: Vec<Attribute>,
}

#[derive(Clone, Debug)]
enum What {
    /// This payload for this account.
    Call(Address, Bytes),
    /// These tokens for this account, by the vault's own call.
    Transfer(Address, Tokens),
}

impl BundleBuilder {
    pub(crate) fn new(chain: Chain, destination: u64) -> Self {
        Self {
            chain,
            destination,
            parts: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Adds a call: `payload` goes to the `receiveMessage` of `to` on the destination.
    pub fn call(self, to: Address, payload: impl Into<Bytes>) -> Self {
        self.call_with(to, payload, &[])
    }

    /// Adds a call with attributes of its own.
    pub fn call_with(
        mut self,
        to: Address,
        payload: impl Into<Bytes>,
        attributes: &[Attribute],
    ) -> Self {
        self.parts.push(Part {
            what: What::Call(to, payload.into()),
            attributes: attributes.to_vec(),
        });
        self
    }

    /// Adds tokens for `recipient`. The calls that follow find them there; where one of them fails, nothing arrives.
    pub fn transfer(self, recipient: Address, tokens: Tokens) -> Self {
        self.transfer_with(recipient, tokens, &[])
    }

    /// Adds tokens whose call has attributes of its own, [`Attribute::DeliverBefore`] among others.
    pub fn transfer_with(
        mut self,
        recipient: Address,
        tokens: Tokens,
        attributes: &[Attribute],
    ) -> Self {
        self.parts.push(Part {
            what: What::Transfer(recipient, tokens),
            attributes: attributes.to_vec(),
        });
        self
    }

    /// Account that alone may execute the bundle; anyone may otherwise.
    pub fn executor(self, account: impl Into<InteropAddress>) -> Self {
        self.attribute(Attribute::ExecutionAddress(account.into()))
    }

    /// Account that may settle the calls one by one; the sender's address otherwise.
    pub fn unbundler(self, account: impl Into<InteropAddress>) -> Self {
        self.attribute(Attribute::UnbundlerAddress(account.into()))
    }

    /// Any attribute of the bundle.
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// What `owner` has to approve before all tokens of the bundle can be taken.
    pub async fn approvals(&self, owner: Address) -> Result<Vec<Approval>, Error> {
        self.chain.custody().approvals(&self.tokens(), owner).await
    }

    /// Gives what [`approvals`](Self::approvals) says is missing, from the account `owner` of `provider`, and returns it.
    ///
    /// An ERC-1155 is approved with all its tokens: it knows no other approval.
    pub async fn approve(
        &self,
        owner: Address,
        provider: &impl Provider,
    ) -> Result<Vec<Approval>, Error> {
        let custody = self.chain.custody();
        custody.approve(&self.tokens(), owner, provider).await
    }

    /// What sending from `from` costs, beside the tokens. Fails with the contract's reason where sending would, and
    /// with a name for it where tokens are in the way, see [`TransferBuilder::quote`](crate::TransferBuilder::quote).
    pub async fn quote(&self, from: Address) -> Result<Quote, Error> {
        match self.chain.quote(self.prepare()?, from).await {
            Ok(quote) => Ok(quote),
            Err(refused) => {
                let custody = self.chain.custody();
                Err(explain(&custody, &self.tokens(), from, refused).await)
            }
        }
    }

    /// The transaction, for a wallet that signs elsewhere; see [`Chain::messages_of`] for what follows.
    pub fn prepare(&self) -> Result<TransactionRequest, Error> {
        let calls: Result<_, _> = self.parts.iter().map(|part| self.starter(part)).collect();
        let value = self.tokens().into_iter().map(|tokens| tokens.value());
        let request = self.chain.center_call(IInteropCenter::sendBundleCall {
            destinationChain: InteropAddress::chain(self.destination).encode(),
            calls: calls?,
            bundleAttributes: encode_all(&self.attributes),
        })?;
        Ok(request.with_value(value.fold(U256::ZERO, U256::saturating_add)))
    }

    /// A call as the interop center takes it. Tokens are put into the words of the vault, which stands at one address on
    /// all chains.
    fn starter(&self, part: &Part) -> Result<InteropCallStarter, Error> {
        let mut attributes = part.attributes.clone();
        let (to, data) = match &part.what {
            What::Call(to, payload) => (*to, payload.clone()),
            What::Transfer(recipient, tokens) => {
                attributes.push(Attribute::IndirectCall(tokens.value()));
                let words = tokens.words((self.destination, *recipient));
                (self.chain.contracts()?.vault, words.into())
            }
        };
        Ok(InteropCallStarter {
            to: InteropAddress::new(self.destination, to).encode(),
            data,
            callAttributes: encode_all(&attributes),
        })
    }

    fn tokens(&self) -> Vec<Tokens> {
        let of = |part: &Part| match part.what {
            What::Transfer(_, tokens) => Some(tokens),
            What::Call(..) => None,
        };
        self.parts.iter().filter_map(of).collect()
    }

    /// Sends the bundle from the account of `provider`, which is a provider of the source chain.
    pub async fn send(&self, provider: &impl Provider) -> Result<SentMessage, Error> {
        self.chain
            .send(self.prepare()?, provider)
            .await
            .map_err(named)
    }
}
