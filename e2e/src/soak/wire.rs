//! Transactions in bulk. Each is kept until it lies too deep for any reorg of the run, and sent again, as it is, where a
//! reorg took it back: what wallets do.

use std::collections::BTreeMap;

use alloy::{
    eips::Encodable2718,
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
    sol_types::SolCall,
};
use eyre::{OptionExt, Result};
use futures::{StreamExt, TryStreamExt, stream};

use crate::devnet::Devnet;

/// Blocks on top of one that no reorg of the run takes back.
pub const BURIED: u64 = 8;

const GAS: u64 = 1_500_000;
/// Highest price of gas, in wei: above what full blocks make of it.
const MAX_FEE: u128 = 1_000_000_000_000;
const AT_ONCE: usize = 16;

/// A call of a contract.
#[derive(Clone, Debug)]
pub struct Call {
    /// The contract.
    pub to: Address,
    /// In wei.
    pub value: U256,
    /// Calldata.
    pub input: Bytes,
}

impl Call {
    /// A call without a value.
    pub fn new(to: Address, call: &impl SolCall) -> Self {
        Self {
            to,
            value: U256::ZERO,
            input: call.abi_encode().into(),
        }
    }
}

/// A transaction that no reorg takes back any more. `P` says what transactions are for.
#[derive(Clone, Debug)]
pub struct Buried<P> {
    /// What it was for.
    pub purpose: P,
    /// Where.
    pub chain: u64,
    /// Whose.
    pub sender: Address,
    /// Its hash.
    pub hash: B256,
    /// What became of it.
    pub receipt: TransactionReceipt,
    /// Whether it did not revert.
    pub succeeded: bool,
    /// What its gas cost, in wei.
    pub cost: u128,
}

#[derive(Debug)]
struct Pending<P> {
    purpose: P,
    sender: Address,
    nonce: u64,
    hash: B256,
    raw: Bytes,
    /// Whether it was in a block when it was looked for last.
    is_in_block: bool,
}

/// Sends from several accounts on every chain.
#[derive(Debug)]
pub struct Wire<P> {
    wallet: EthereumWallet,
    providers: BTreeMap<u64, DynProvider>,
    nonces: BTreeMap<(u64, Address), u64>,
    pending: BTreeMap<u64, Vec<Pending<P>>>,
    taken_back: usize,
}

impl<P: Copy> Wire<P> {
    /// Sends from these accounts.
    pub fn new(devnet: &Devnet, accounts: &[&str]) -> Result<Self> {
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
    pub fn pending(&self) -> usize {
        self.pending.values().map(Vec::len).sum()
    }

    /// How often a transaction was seen to be in a block no more.
    pub fn taken_back(&self) -> usize {
        self.taken_back
    }

    /// Sends a call, and does not wait.
    pub async fn send(
        &mut self,
        purpose: P,
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
    pub async fn look(&mut self) -> Vec<Buried<P>> {
        let mut buried = Vec::new();
        for (chain, pending) in &mut self.pending {
            let provider = &self.providers[chain];
            // A chain under a reorg gives all sorts of answers; the next look asks again.
            let Ok((last, receipts)) = ask(provider, pending).await else {
                continue;
            };
            let mut missing = Vec::new();
            for (mut entry, receipt) in std::mem::take(pending).into_iter().zip(receipts) {
                self.taken_back += usize::from(entry.is_in_block && receipt.is_none());
                entry.is_in_block = receipt.is_some();
                match receipt {
                    None => missing.push(entry),
                    Some(receipt) if receipt.block_number.is_some_and(|block| block <= last) => {
                        buried.push(bury(*chain, &entry, receipt));
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
        buried
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

/// The last block that no reorg of the run takes back, and what became of the transactions.
async fn ask<P>(
    provider: &DynProvider,
    pending: &[Pending<P>],
) -> Result<(u64, Vec<Option<TransactionReceipt>>)> {
    let newest = provider.get_block_number().await?;
    let receipts = receipts(provider, pending).await?;
    Ok((newest.saturating_sub(BURIED), receipts))
}

async fn receipts<P>(
    provider: &DynProvider,
    pending: &[Pending<P>],
) -> Result<Vec<Option<TransactionReceipt>>> {
    let questions = stream::iter(pending).map(async |entry: &Pending<P>| {
        let receipt = provider.get_transaction_receipt(entry.hash).await?;
        Ok::<_, eyre::Report>(receipt)
    });
    questions.buffered(AT_ONCE).try_collect().await
}

/// A refusal says that the chain knows it already, or else it is tried again with the next look.
async fn broadcast<P>(provider: &DynProvider, pending: &Pending<P>) {
    let _ = provider.send_raw_transaction(&pending.raw).await;
}

fn bury<P: Copy>(chain: u64, pending: &Pending<P>, receipt: TransactionReceipt) -> Buried<P> {
    Buried {
        purpose: pending.purpose,
        chain,
        sender: pending.sender,
        hash: pending.hash,
        succeeded: receipt.status(),
        cost: u128::from(receipt.gas_used) * receipt.effective_gas_price,
        receipt,
    }
}
