//! Sends the administrator's transactions on one chain of a local network, all at once and each with its own nonce.

use std::time::Duration;

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, Bytes, TxHash, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
    transports::{RpcError, TransportErrorKind},
};
use causeway_bindings::{IAccessManager, deployment::roles::Assignment};

use crate::model::ChainId;

use super::deploy::{DeployError, Target};

/// The most that a transaction may take (EIP-7825): a vault creates what its representations run.
const GAS_PER_TRANSACTION: u64 = 1 << 24;
const MAX_FEE_PER_GAS: u128 = 20_000_000_000;
const PRIORITY_FEE_PER_GAS: u128 = 1_000_000_000;

const RECEIPT_POLL: Duration = Duration::from_millis(50);
const RECEIPT_POLLS: u32 = 600;

/// Sends the admin's transactions on one chain.
pub(super) struct AdminSender {
    chain: ChainId,
    provider: DynProvider,
    nonce: u64,
    sent: Vec<(String, TxHash)>,
}

impl AdminSender {
    pub(super) fn new(target: &Target, signer: &PrivateKeySigner) -> Result<Self, DeployError> {
        let url = target.url.parse().map_err(|error| DeployError::Url {
            url: target.url.clone(),
            reason: format!("{error}"),
        })?;
        let wallet = EthereumWallet::new(signer.clone());
        let provider = ProviderBuilder::new()
            .disable_recommended_fillers()
            .wallet(wallet)
            .connect_http(url);
        Ok(Self {
            chain: target.chain,
            provider: provider.erased(),
            nonce: 0,
            sent: Vec::new(),
        })
    }

    pub(super) async fn create(&mut self, what: &str, init_code: Bytes) -> Result<(), DeployError> {
        self.send(what, None, init_code).await
    }

    pub(super) async fn call(
        &mut self,
        what: &str,
        to: Address,
        call: &impl SolCall,
    ) -> Result<(), DeployError> {
        self.send(what, Some(to), call.abi_encode().into()).await
    }

    pub(super) async fn assign(
        &mut self,
        authority: Address,
        assignments: &[Assignment],
    ) -> Result<(), DeployError> {
        for assignment in assignments {
            self.call("assign functions to a role", authority, &assignment.call())
                .await?;
        }
        Ok(())
    }

    pub(super) async fn grant(
        &mut self,
        authority: Address,
        role: u64,
        account: Address,
    ) -> Result<(), DeployError> {
        let call = IAccessManager::grantRoleCall {
            roleId: role,
            account,
            executionDelay: 0,
        };
        self.call("grant a role", authority, &call).await
    }

    pub(super) async fn send(
        &mut self,
        what: &str,
        to: Option<Address>,
        data: Bytes,
    ) -> Result<(), DeployError> {
        self.pay(what, to, data, U256::ZERO).await
    }

    /// Sends a transaction that carries `value`.
    pub(super) async fn pay(
        &mut self,
        what: &str,
        to: Option<Address>,
        data: Bytes,
        value: U256,
    ) -> Result<(), DeployError> {
        let mut request = TransactionRequest::default()
            .with_chain_id(self.chain)
            .with_nonce(self.nonce)
            .with_value(value)
            .with_gas_limit(GAS_PER_TRANSACTION)
            .with_max_fee_per_gas(MAX_FEE_PER_GAS)
            .with_max_priority_fee_per_gas(PRIORITY_FEE_PER_GAS);
        request = match to {
            Some(to) => request.with_to(to).with_input(data),
            None => request.with_deploy_code(data),
        };
        let pending = self
            .provider
            .send_transaction(request)
            .await
            .map_err(|error| self.rpc(error))?;
        self.sent.push((what.to_owned(), *pending.tx_hash()));
        self.nonce = self.nonce.saturating_add(1);
        Ok(())
    }

    /// Gives an account a balance, as a genesis file would.
    pub(super) async fn endow(&self, account: Address, balance: U256) -> Result<(), DeployError> {
        self.provider
            .raw_request("anvil_setBalance".into(), (account, balance))
            .await
            .map_err(|error| self.rpc(error))
    }

    /// Waits until all transactions are in blocks, and fails with the first that did not succeed.
    pub(super) async fn settle(&mut self) -> Result<(), DeployError> {
        for (what, tx) in std::mem::take(&mut self.sent) {
            let failed = |reason: &str| DeployError::Transaction {
                chain: self.chain,
                what: what.clone(),
                tx,
                reason: reason.to_owned(),
            };
            let receipt = wait_for_receipt(&self.provider, tx)
                .await
                .map_err(|error| self.rpc(error))?;
            let receipt = receipt.ok_or_else(|| failed("no block took it within 30 s"))?;
            if !receipt.status() {
                return Err(failed("it reverted"));
            }
        }
        Ok(())
    }

    fn rpc(&self, source: RpcError<TransportErrorKind>) -> DeployError {
        DeployError::Rpc {
            chain: self.chain,
            source: Box::new(source),
        }
    }
}

async fn wait_for_receipt(
    provider: &DynProvider,
    tx: TxHash,
) -> Result<Option<TransactionReceipt>, RpcError<TransportErrorKind>> {
    for _ in 0..RECEIPT_POLLS {
        if let Some(receipt) = provider.get_transaction_receipt(tx).await? {
            return Ok(Some(receipt));
        }
        tokio::time::sleep(RECEIPT_POLL).await;
    }
    Ok(None)
}
