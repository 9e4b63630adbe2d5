//! Tokens on their way from one chain to another.

use std::fmt::Debug;

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::Signer,
    sol_types::SolCall,
};
use causeway_bindings::{IAssetVault, TransferRequest};

use super::{Approval, Custody, Permit, Tokens, explain, named, permit::require_permits};
use crate::{Error, Network, Quote, SentMessage, transaction};

/// Tokens to be sent, made by [`Chain::transfer`](crate::Chain::transfer).
///
/// `quote` tells what is in the way, `approve` or `permit` lets the tokens be taken, `send` sends them.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct TransferBuilder<W> {
    custody: Custody,
    pub(super) way: W,
    tokens: Tokens,
    to: (u64, Address),
    permit: Option<Permit>,
}

/// Which way tokens go; sealed.
pub trait Way: Clone + Debug + Send + Sync + sealed::Words {
    /// What follows them.
    type Sent;

    #[doc(hidden)]
    fn sent(
        network: &Network,
        chain_id: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<Self::Sent>, Error>;
}

pub(super) mod sealed {
    use super::{Bytes, Error, Network, Permit, TransferRequest};

    /// How the custody is asked.
    pub trait Words {
        /// What the transaction is for.
        const WHAT: &'static str;

        /// Last timestamp at which the transfer may arrive, in seconds; 0 for none.
        fn deliver_before(&self) -> u64;

        /// Fails where nothing that is sent could be followed.
        fn check(network: &Network, destination: u64) -> Result<(), Error>;

        /// Calldata.
        fn input(&self, request: TransferRequest, permit: Option<&Permit>) -> Bytes;
    }
}

/// From one chain to another.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToChain {
    deliver_before: u64,
}

impl sealed::Words for ToChain {
    const WHAT: &'static str = "transfer";

    fn deliver_before(&self) -> u64 {
        self.deliver_before
    }

    fn check(network: &Network, destination: u64) -> Result<(), Error> {
        network.endpoint(destination).map(drop)
    }

    fn input(&self, request: TransferRequest, permit: Option<&Permit>) -> Bytes {
        vault_input(request, permit)
    }
}

impl Way for ToChain {
    type Sent = SentMessage;

    fn sent(
        network: &Network,
        chain_id: u64,
        receipt: &TransactionReceipt,
    ) -> Result<Vec<SentMessage>, Error> {
        SentMessage::in_receipt(network, chain_id, receipt)
    }
}

/// What a vault is asked.
pub(super) fn vault_input(request: TransferRequest, permit: Option<&Permit>) -> Bytes {
    let Some(permit) = permit else {
        return IAssetVault::transferCall { request }.abi_encode().into();
    };
    let (v, r, s) = permit.parts();
    let deadline = U256::from(permit.deadline);
    IAssetVault::transferWithPermitCall {
        request,
        deadline,
        v,
        r,
        s,
    }
    .abi_encode()
    .into()
}

impl TransferBuilder<ToChain> {
    /// Last timestamp, in seconds, at which the transfer may arrive; later it can be taken back.
    pub fn deliver_before(mut self, timestamp: u64) -> Self {
        self.way.deliver_before = timestamp;
        self
    }
}

impl<W: Way> TransferBuilder<W> {
    pub(crate) fn new(custody: Custody, way: W, to: (u64, Address), tokens: Tokens) -> Self {
        Self {
            custody,
            way,
            tokens,
            to,
            permit: None,
        }
    }

    /// What `owner` signs for [`with_permit`](Self::with_permit), where the key is elsewhere; `deadline` in seconds.
    ///
    /// # Errors
    /// [`Error::NoPermits`] if the token takes none.
    pub async fn permit_digest(&self, owner: Address, deadline: u64) -> Result<B256, Error> {
        self.custody
            .permit_digest(&self.tokens, owner, deadline)
            .await
    }

    /// Signs the approval (ERC-2612), so that no transaction is needed for it; it counts until `deadline`, in seconds.
    ///
    /// # Errors
    /// [`Error::NoPermits`] if the token takes none, [`Error::NotSigned`] if the signer does not sign.
    pub async fn permit(self, signer: &impl Signer, deadline: u64) -> Result<Self, Error> {
        let digest = self.permit_digest(signer.address(), deadline).await?;
        let signature = signer
            .sign_hash(&digest)
            .await
            .map_err(|problem| Error::NotSigned {
                account: signer.address(),
                problem: problem.to_string(),
            })?;
        Ok(self.with_permit(Permit {
            deadline,
            signature,
        }))
    }

    /// Takes an approval that was signed elsewhere.
    pub fn with_permit(mut self, permit: Permit) -> Self {
        self.permit = Some(permit);
        self
    }

    /// What `owner` has to approve before the tokens can be taken; nothing for what was born elsewhere, and for the base
    /// token. A permit is not looked at.
    pub async fn approvals(&self, owner: Address) -> Result<Vec<Approval>, Error> {
        self.custody.approvals(&[self.tokens], owner).await
    }

    /// Gives what [`approvals`](Self::approvals) says is missing, from the account `owner` of `provider`, and returns it.
    ///
    /// An ERC-1155 is approved with all its tokens: it knows no other approval.
    pub async fn approve(
        &self,
        owner: Address,
        provider: &impl Provider,
    ) -> Result<Vec<Approval>, Error> {
        self.custody.approve(&[self.tokens], owner, provider).await
    }

    /// What sending from `from` costs, beside the tokens. Where sending would fail, this names what is in the way.
    ///
    /// # Errors
    /// Among others [`Error::InsufficientBalance`], [`Error::NotApproved`] with the approval that is missing,
    /// [`Error::NotAToken`], [`Error::WrongKind`], [`Error::TransfersPaused`], and what the issuer's rules and the token
    /// refuse: [`Error::RoutePaused`], [`Error::LimitExceeded`], [`Error::CannotTransact`], [`Error::CannotTransfer`].
    pub async fn quote(&self, from: Address) -> Result<Quote, Error> {
        let chain_id = self.custody.chain_id();
        let provider = self.custody.provider()?;
        match Quote::of(self.prepare()?, from, provider, chain_id, W::WHAT).await {
            Ok(quote) => Ok(quote),
            Err(refused) => Err(explain(&self.custody, &[self.tokens], from, refused).await),
        }
    }

    /// The transaction, for a wallet that signs elsewhere.
    pub fn prepare(&self) -> Result<TransactionRequest, Error> {
        W::check(&self.custody.network, self.to.0)?;
        if self.permit.is_some() {
            require_permits(self.custody.chain_id(), &self.tokens)?;
        }
        let request = self.tokens.request(self.to, self.way.deliver_before());
        Ok(TransactionRequest::default()
            .with_to(self.custody.address()?)
            .with_value(self.tokens.value())
            .with_input(self.way.input(request, self.permit.as_ref())))
    }

    /// Sends the tokens from the account of `provider`, which is a provider of the chain that they leave.
    ///
    /// # Errors
    /// As [`quote`](Self::quote), but what the token itself refuses stays [`Error::Reverted`] with the token's words.
    pub async fn send(&self, provider: &impl Provider) -> Result<W::Sent, Error> {
        let chain_id = self.custody.chain_id();
        let receipt = transaction::confirm(self.prepare()?, provider, chain_id, W::WHAT)
            .await
            .map_err(named)?;
        let mut sent = W::sent(&self.custody.network, chain_id, &receipt)?.into_iter();
        sent.next().ok_or(Error::NoMessage {
            chain_id,
            transaction: receipt.transaction_hash,
        })
    }
}
