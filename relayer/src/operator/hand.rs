//! How calls of a chain's operator come into its blocks: signed, by whoever has the key, or at the word of whoever runs the
//! node, where nobody has it any more.

use async_trait::async_trait;

use crate::{
    model::{Intent, IntentKind, IntentState},
    send::{SendError, SendRequest, Sender},
};

/// Picks calls by what they are for.
pub type Kinds = fn(&IntentKind) -> bool;

/// Brings the operator's calls into blocks of its chain.
#[async_trait]
pub trait Hand: Send + Sync {
    /// Has a call made.
    ///
    /// # Errors
    /// It is not made, and nothing of it is pending.
    async fn submit(&self, request: SendRequest) -> Result<(), SendError>;

    /// Looks after calls that are not final yet. Returns those whose state changed.
    async fn follow(&self) -> Result<Vec<Intent>, SendError>;

    /// Whether a call of this kind is in no block yet.
    fn is_pending(&self, wanted: Kinds) -> Result<bool, SendError>;

    /// Lets go of calls that a frozen chain has forgotten, and of open ones whose kind does not stay. Returns how many.
    async fn let_go(&self, stays: Kinds) -> Result<usize, SendError>;
}

#[async_trait]
impl Hand for Sender {
    async fn submit(&self, request: SendRequest) -> Result<(), SendError> {
        Self::submit(self, request, |_| Ok(Vec::new()))
            .await
            .map(drop)
    }

    async fn follow(&self) -> Result<Vec<Intent>, SendError> {
        self.tick().await
    }

    fn is_pending(&self, wanted: Kinds) -> Result<bool, SendError> {
        Ok(self
            .open()?
            .iter()
            .any(|intent| intent.state == IntentState::Pending && wanted(&intent.kind)))
    }

    async fn let_go(&self, stays: Kinds) -> Result<usize, SendError> {
        Ok(Self::let_go(self, stays).await?.len())
    }
}
