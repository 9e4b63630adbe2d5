//! Many messages at once, over every pair of chains.

use std::collections::BTreeMap;

use alloy::providers::DynProvider;
use eyre::Result;
use futures::{StreamExt, TryStreamExt, stream};
use interop_sdk::SentMessage;

use crate::{devnet::Devnet, recipient::Recipients};

/// Transactions that are under way at a time.
const AT_ONCE: usize = 32;

/// Sends `count` messages from the account `sender`, in turn over every pair of chains, to the recipients there.
pub async fn send(
    devnet: &Devnet,
    recipients: &Recipients,
    sender: &str,
    count: usize,
) -> Result<Vec<SentMessage>> {
    let ids: Vec<u64> = devnet.network().chains().map(|chain| chain.id()).collect();
    let wallets = ids
        .iter()
        .map(|id| Ok((*id, devnet.wallet(sender, *id)?)))
        .collect::<Result<BTreeMap<u64, DynProvider>>>()?;
    let pairs: Vec<(u64, u64)> = ids
        .iter()
        .flat_map(|source| ids.iter().map(move |destination| (*source, *destination)))
        .filter(|(source, destination)| source != destination)
        .collect();
    let messages = stream::iter(pairs.into_iter().cycle().take(count).enumerate());
    messages
        .map(|(number, (source, destination))| {
            let wallet = &wallets[&source];
            async move {
                let payload = format!("message {number} of {count}");
                let to = recipients.address_on(destination);
                let message = devnet
                    .network()
                    .chain(source)?
                    .message(to, payload.into_bytes());
                Ok(message.send(wallet).await?)
            }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}
