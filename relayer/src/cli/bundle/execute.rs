//! `causeway bundle execute`.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes};
use alloy::sol_types::SolCall;
use causeway_bindings::{BundleStatus, IInteropHandler, describe_revert};
use clap::Args;
use serde::Serialize;

use super::files::FilesArgs;
use super::find_chain;
use crate::bundle::SentBundle;
use crate::chain::{CallRequest, ChainError, ChainReader, Clock, EvmChain, SystemClock};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Report, fields};
use crate::config::Config;
use crate::model::{Intent, IntentKind, IntentState};
use crate::send::{SendRequest, SendSettings, Sender};
use crate::store::{DiskStore, Store};

/// Directory in the store's own that holds what `bundle execute` has sent: the relayer's store is the relayer's.
const OWN_STORE: &str = "bundle-execute";

/// Time between two looks at a transaction.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Gas on top of what the node estimates, in per cent.
const GAS_MARGIN: u64 = 20;

/// What is said where nothing was left to do.
const EXECUTED_BEFORE: &str =
    "executed before, by this or another delivery; nothing was left to do";

/// Arguments of `bundle execute`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExecuteArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Name of the signer that pays
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Simulate it, print the transaction, and send nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn execute_bundle(
    config: &Config,
    args: ExecuteArgs,
    output: Output,
) -> Result<(), Failure> {
    let (bundle, proof) = args.files.read()?;
    let chain = find_chain(config, &bundle.destination.to_string())?;
    let source = config.signers.get(&args.signer);
    let source = source.ok_or_else(|| {
        Failure::new(
            Exit::Config,
            format!(
                "there is no signer `{}`; add [signers.{}]",
                args.signer, args.signer
            ),
        )
    })?;
    let signer = source.load(&args.signer)?;
    let reader = Arc::new(EvmChain::new(&chain.evm)?);
    let call = CallRequest {
        from: signer.address(),
        to: chain.contracts.handler,
        data: proof.delivery_calldata(&bundle),
        gas: None,
    };
    if is_executed(reader.as_ref(), &call, bundle.id).await? {
        return output.print(&Execution::new(
            &bundle,
            &chain.name,
            EXECUTED_BEFORE,
            &call,
            0,
            None,
        ));
    }
    let gas = simulate(reader.as_ref(), &call).await?;
    if args.dry_run {
        let planned = Execution::new(
            &bundle,
            &chain.name,
            "not sent: this is a dry run",
            &call,
            gas,
            None,
        );
        return output.print(&planned);
    }
    let store: Arc<dyn Store> = Arc::new(DiskStore::open(
        &config.store.join(OWN_STORE),
        config.l1.evm.chain_id,
    )?);
    let (chain_reader, writer): (Arc<dyn ChainReader>, _) = (reader.clone(), reader.clone());
    let sender = Sender::new(
        chain_reader,
        writer,
        store,
        Arc::new(SystemClock),
        Arc::new(signer),
        SendSettings::default(),
    );
    let kind = IntentKind::Deliver {
        messages: vec![bundle.id],
    };
    let request = SendRequest {
        kind,
        to: call.to,
        calldata: call.data.clone(),
        gas_limit: gas,
        blobs: None,
    };
    let sent = sender.submit(request, |_| Ok(Vec::new())).await?;
    let executed = match wait(&sender, sent).await {
        Ok(executed) => executed,
        Err(_) if is_executed(reader.as_ref(), &call, bundle.id).await? => {
            let report = Execution::new(&bundle, &chain.name, EXECUTED_BEFORE, &call, gas, None);
            return output.print(&report);
        }
        Err(failure) => return Err(failure),
    };
    let report = Execution::new(
        &bundle,
        &chain.name,
        "executed",
        &call,
        gas,
        executed.hashes.last().copied(),
    );
    output.print(&report)
}

/// Whether the destination has executed the bundle, whoever delivered it.
async fn is_executed(
    reader: &dyn ChainReader,
    call: &CallRequest,
    bundle: B256,
) -> Result<bool, Failure> {
    let question = IInteropHandler::bundleStatusCall { bundleHash: bundle };
    let request = CallRequest {
        data: question.abi_encode().into(),
        ..call.clone()
    };
    let answer = reader.call(&request).await?;
    let status = IInteropHandler::bundleStatusCall::abi_decode_returns(&answer);
    Ok(status == Ok(BundleStatus::FullyExecuted))
}

/// Gas for the call, with a margin. A call that reverts is not sent.
async fn simulate(reader: &dyn ChainReader, call: &CallRequest) -> Result<u64, Failure> {
    let reverted = |error: ChainError| match error {
        ChainError::Reverted { data, .. } => Failure::new(
            Exit::NotExecuted,
            format!(
                "the delivery would revert: {}; nothing was sent",
                describe_revert(&data)
            ),
        ),
        other => other.into(),
    };
    reader.call(call).await.map_err(reverted)?;
    let estimate = reader.estimate_gas(call).await.map_err(reverted)?;
    let margin = estimate
        .saturating_mul(GAS_MARGIN)
        .checked_div(100)
        .unwrap_or_default();
    Ok(estimate.saturating_add(margin))
}

/// Follows a transaction until it is in a block. Interrupted, it is found again by the next `bundle execute`.
async fn wait(sender: &Sender, sent: Intent) -> Result<Intent, Failure> {
    loop {
        let changed = sender.tick().await?;
        let found = changed
            .into_iter()
            .find(|intent| intent.nonce == sent.nonce);
        match found.as_ref().map(|intent| intent.state) {
            Some(
                IntentState::Included { success: true, .. } | IntentState::Final { success: true },
            ) => {
                return Ok(found.unwrap_or(sent));
            }
            Some(
                IntentState::Included { success: false, .. }
                | IntentState::Final { success: false },
            ) => {
                return Err(Failure::new(
                    Exit::NotExecuted,
                    "the delivery reverted; somebody else may have executed the bundle first",
                ));
            }
            Some(IntentState::Replaced) => {
                return Err(Failure::new(
                    Exit::NotExecuted,
                    "another transaction took the nonce; the key must have one user only",
                ));
            }
            Some(IntentState::Pending) | None => SystemClock.sleep(LOOK_AGAIN).await,
        }
    }
}

#[derive(Serialize)]
struct Execution {
    schema: &'static str,
    bundle_hash: B256,
    chain: String,
    outcome: String,
    from: Address,
    to: Address,
    gas_limit: u64,
    calldata: Bytes,
    tx: Option<B256>,
}

impl Execution {
    fn new(
        bundle: &SentBundle,
        chain: &str,
        outcome: &str,
        call: &CallRequest,
        gas: u64,
        tx: Option<B256>,
    ) -> Self {
        Self {
            schema: "causeway.execution/v1",
            bundle_hash: bundle.id,
            chain: chain.to_owned(),
            outcome: outcome.to_owned(),
            from: call.from,
            to: call.to,
            gas_limit: gas,
            calldata: call.data.clone(),
            tx,
        }
    }
}

impl Report for Execution {
    fn table(&self) -> String {
        let tx = self
            .tx
            .map_or_else(|| "none".to_owned(), |tx| tx.to_string());
        fields(&[
            ("bundle", self.bundle_hash.to_string()),
            ("on", self.chain.clone()),
            ("outcome", self.outcome.clone()),
            ("from", self.from.to_string()),
            ("to", self.to.to_string()),
            ("gas limit", self.gas_limit.to_string()),
            ("calldata", format!("{} bytes", self.calldata.len())),
            ("transaction", tx),
        ])
    }
}
