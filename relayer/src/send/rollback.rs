//! A chain that was rolled back has forgotten transactions of this account, and uses their nonces anew.

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
        let unused = self.said_unused().await?;
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

    /// Transactions that the store knows and whose nonces the chain has in no block.
    async fn said_unused(&self) -> Result<BTreeMap<u64, Intent>, SendError> {
        let mined = self.chain.nonce(self.address(), false).await?;
        let known = |nonce| -> Result<Option<Intent>, StoreError> {
            self.store.intent(self.chain_id(), self.address(), nonce)
        };
        let open = self.open()?;
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
