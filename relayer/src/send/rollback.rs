//! A chain that was rolled back, or reorganised deeper than what counted as final, has forgotten transactions of this account.
//! They are sent again, as the later ones wait for their nonces; only of a frozen chain they are let go, and their nonces used
//! anew.

use std::collections::BTreeMap;

use super::{SendError, Sender};
use crate::{
    model::{Intent, IntentKind, IntentState},
    store::{Change, StoreError},
};

impl Sender {
    /// Lets go of transactions that were in blocks which the chain no longer has, of open ones whose kind does not `stay`,
    /// and of all open ones after these: none is broadcast again, and the next one takes the first nonce that the chain and
    /// its pool have free. Only for a chain that L1 has frozen: anywhere else a transaction that left its block comes back.
    ///
    /// Returns what was let go.
    ///
    /// # Errors
    /// Nothing is let go then.
    pub async fn let_go(
        &self,
        stays: impl Fn(&IntentKind) -> bool + Send,
    ) -> Result<Vec<Intent>, SendError> {
        let mut state = self.state.lock().await;
        let mined = self.chain.nonce(self.address(), false).await?;
        let unused = self.said_unused(self.open()?, mined)?;
        let mut first = None;
        for intent in unused.values() {
            if self.is_gone(intent, &stays).await? {
                first = Some(intent.nonce);
                break;
            }
        }
        let Some(first) = first else {
            return Ok(Vec::new());
        };
        let mut gone: Vec<_> = unused.into_values().collect();
        gone.retain(|intent| intent.nonce >= first && intent.state != IntentState::Replaced);
        for intent in &mut gone {
            intent.state = IntentState::Replaced;
        }
        let changes = gone.iter().cloned().map(Box::new).map(Change::PutIntent);
        self.store.commit(changes.collect())?;
        state.memories.retain(|nonce, _| *nonce < first);
        state.next_nonce = None;
        Ok(gone)
    }

    /// Open transactions, and those before them that were final and are in no block any more; all of them by nonce.
    pub(super) fn with_forgotten(
        &self,
        open: Vec<Intent>,
        mined: u64,
    ) -> Result<Vec<Intent>, SendError> {
        let unused = self.said_unused(open, mined)?;
        let is_final = |intent: &&Intent| matches!(intent.state, IntentState::Final { .. });
        let count = unused.values().filter(is_final).count();
        if count > 0 {
            tracing::warn!(
                chain = self.chain_id(),
                account = %self.address(),
                count,
                "transactions that counted as final are in no block any more, and are sent again; set `finality` deeper than any reorg"
            );
        }
        Ok(unused.into_values().collect())
    }

    /// Transactions that the store knows and whose nonces the chain has in no block.
    fn said_unused(
        &self,
        open: Vec<Intent>,
        mined: u64,
    ) -> Result<BTreeMap<u64, Intent>, SendError> {
        let known = |nonce| -> Result<Option<Intent>, StoreError> {
            self.store.intent(self.chain_id(), self.address(), nonce)
        };
        let mut unused: BTreeMap<_, _> = open
            .into_iter()
            .filter(|intent| intent.nonce >= mined)
            .map(|intent| (intent.nonce, intent))
            .collect();
        let mut nonce = mined;
        while let Some(intent) = known(nonce)? {
            unused.insert(nonce, intent);
            nonce = nonce.saturating_add(1);
        }
        Ok(unused)
    }

    /// A node that lags behind still has the receipt.
    async fn is_gone(
        &self,
        intent: &Intent,
        stays: &impl Fn(&IntentKind) -> bool,
    ) -> Result<bool, SendError> {
        match intent.state {
            IntentState::Pending => Ok(!stays(&intent.kind)),
            IntentState::Included { .. } | IntentState::Final { .. } => {
                Ok(self.receipt(intent).await?.is_none())
            }
            IntentState::Replaced => Ok(false),
        }
    }
}
