//! Transactions in bulk. Each is kept until it lies too deep for any reorg of the run, and sent again, as it is, where a
//! reorg took it back: what wallets do.

use std::collections::BTreeMap;

use alloy::{
    eips::Encodable2718,
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
};
use causeway_e2e::devnet::Devnet;
use eyre::{OptionExt, Result};
use futures::{StreamExt, TryStreamExt, stream};

/// Blocks on top of one that no reorg of the run takes back.
pub(crate) const BURIED: u64 = 8;

const GAS: u64 = 1_500_000;
/// Highest price of gas, in wei: above what full blocks make of it.
const MAX_FEE: u128 = 1_000_000_000_000;
const AT_ONCE: usize = 16;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To prepare an account.
    Setup,
    /// The action with this index.
    Action(usize),
    /// The errand with this index.
    Errand(usize),
}

/// A call of a contract.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) input: Bytes,
}

/// A transaction that no reorg takes back any more.
#[derive(Clone, Debug)]
pub(crate) struct Buried {
    pub(crate) purpose: Purpose,
    pub(crate) chain: u64,
    pub(crate) sender: Address,
    pub(crate) hash: B256,
    pub(crate) succeeded: bool,
    /// What its gas cost, in wei.
    pub(crate) cost: u128,
}

struct Pending {
    purpose: Purpose,
    sender: Address,
    nonce: u64,
    hash: B256,
    raw: Bytes,
    /// Whether it was in a block when it was looked for last.
    is_in_block: bool,
}

/// Sends from several accounts on every chain.
pub(crate) struct Wire {
    wallet: EthereumWallet,
    providers: BTreeMap<u64, DynProvider>,
    nonces: BTreeMap<(u64, Address), u64>,
    pending: BTreeMap<u64, Vec<Pending>>,
    taken_back: usize,
}

impl Wire {
    pub(crate) fn new(devnet: &Devnet, accounts: &[&str]) -> Result<Self> {
        let mut wallet = EthereumWallet::default();
        for account in accounts {
            wallet.register_signer(devnet.signer(account)?);
        }
        let network = devnet.network();
        let mut providers =
            BTreeMap::from([(network.l1_chain_id(), network.l1_provider().clone())]);
        for chain in network.chains() {
            providers.insert(chain.id(), chain.provider()?.clone());
        }
        Ok(Self {
            wallet,
            pending: providers.keys().map(|chain| (*chain, vec![])).collect(),
            providers,
            nonces: BTreeMap::new(),
            taken_back: 0,
        })
    }

    /// How many transactions are on their way, or could still be taken back.
    pub(crate) fn pending(&self) -> usize {
        self.pending.values().map(Vec::len).sum()
    }

    /// How often a transaction was seen to be in a block no more.
    pub(crate) fn taken_back(&self) -> usize {
        self.taken_back
    }

    /// Sends a call, and does not wait.
    pub(crate) async fn send(
        &mut self,
        purpose: Purpose,
        chain: u64,
        sender: Address,
        call: Call,
    ) -> Result<()> {
        let nonce = self.next_nonce(chain, sender).await?;
        let request = TransactionRequest::default()
            .with_chain_id(chain)
            .with_from(sender)
            .with_to(call.to)
            .with_value(call.value)
            .with_input(call.input)
            .with_nonce(nonce)
            .with_gas_limit(GAS)
            .with_max_fee_per_gas(MAX_FEE)
            .with_max_priority_fee_per_gas(1);
        let signed = request.build(&self.wallet).await?;
        let pending = Pending {
            purpose,
            sender,
            nonce,
            hash: *signed.tx_hash(),
            raw: signed.encoded_2718().into(),
            is_in_block: false,
        };
        broadcast(&self.providers[&chain], &pending).await;
        self.pending.entry(chain).or_default().push(pending);
        Ok(())
    }

    /// Sends again what has gone, and hands out what lies deep enough.
    pub(crate) async fn look(&mut self) -> Result<Vec<Buried>> {
        let mut buried = Vec::new();
        for (chain, pending) in &mut self.pending {
            let provider = &self.providers[chain];
            let last = provider.get_block_number().await?.saturating_sub(BURIED);
            let receipts = receipts(provider, pending).await?;
            let mut missing = Vec::new();
            for (mut entry, receipt) in std::mem::take(pending).into_iter().zip(receipts) {
                self.taken_back += usize::from(entry.is_in_block && receipt.is_none());
                entry.is_in_block = receipt.is_some();
                match receipt {
                    None => missing.push(entry),
                    Some(receipt) if receipt.block_number.is_some_and(|block| block <= last) => {
                        buried.push(bury(*chain, &entry, &receipt));
                    }
                    Some(_) => pending.push(entry),
                }
            }
            missing.sort_by_key(|entry| (entry.sender, entry.nonce));
            for entry in &missing {
                broadcast(provider, entry).await;
            }
            pending.extend(missing);
        }
        Ok(buried)
    }

    async fn next_nonce(&mut self, chain: u64, sender: Address) -> Result<u64> {
        let known = self.nonces.get(&(chain, sender)).copied();
        let nonce = match known {
            Some(nonce) => nonce,
            None => {
                let provider = &self.providers[&chain];
                provider.get_transaction_count(sender).await?
            }
        };
        let next = nonce.checked_add(1).ok_or_eyre("nonces are used up")?;
        self.nonces.insert((chain, sender), next);
        Ok(nonce)
    }
}

async fn receipts(
    provider: &DynProvider,
    pending: &[Pending],
) -> Result<Vec<Option<TransactionReceipt>>> {
    let questions = stream::iter(pending).map(async |entry: &Pending| {
        let receipt = provider.get_transaction_receipt(entry.hash).await?;
        Ok::<_, eyre::Report>(receipt)
    });
    questions.buffered(AT_ONCE).try_collect().await
}

/// A refusal says that the chain knows it already, or else it is tried again with the next look.
async fn broadcast(provider: &DynProvider, pending: &Pending) {
    let _ = provider.send_raw_transaction(&pending.raw).await;
}

fn bury(chain: u64, pending: &Pending, receipt: &TransactionReceipt) -> Buried {
    Buried {
        purpose: pending.purpose,
        chain,
        sender: pending.sender,
        hash: pending.hash,
        succeeded: receipt.status(),
        cost: u128::from(receipt.gas_used) * receipt.effective_gas_price,
    }
}
