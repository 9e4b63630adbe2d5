//! `causeway bundle`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol_types::SolCall;
use causeway_bindings::{BUNDLE_MESSAGE_PREFIX, IMessageVerifier, Message, describe_revert};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use super::exit::{Exit, Failure};
use super::output::{Output, Report, fields, to_json};
use super::source::{Source, prove};
use crate::app::Chains;
use crate::bundle::{Anchored, BundleProof, ExtractError, FileFault, SentBundle, extract};
use crate::chain::events::ChainContracts;
use crate::chain::{CallRequest, ChainError, ChainReader, Clock, EvmChain, SystemClock};
use crate::config::{ChainConfig, Config};
use crate::model::{Intent, IntentKind, IntentState};
use crate::send::{SendRequest, SendSettings, Sender};
use crate::store::{DiskStore, Store};
use crate::view::ChainNames;

/// Directory in the store's own that holds what `bundle execute` has sent: the relayer's store is the relayer's.
const OWN_STORE: &str = "bundle-execute";

/// Time between two looks at a transaction.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Gas on top of what the node estimates, in per cent.
const GAS_MARGIN: u64 = 20;

/// Commands about single bundles.
#[derive(Debug, Subcommand)]
pub(super) enum BundleCommand {
    /// Write the bundle that a transaction sent to a file
    Extract(ExtractArgs),
    /// Write the proof of a bundle to a file
    Proof(ProofArgs),
    /// Verify a proof: without a chain against a root you trust, or by asking a chain
    Verify(VerifyArgs),
    /// Deliver a bundle with its proof
    Execute(ExecuteArgs),
}

/// Arguments of `bundle extract`.
#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    /// Chain it was sent on, by name or id; not needed with --id alone
    #[arg(long, value_name = "CHAIN", requires = "tx")]
    from: Option<String>,
    /// Transaction that sent it
    #[arg(long, value_name = "HASH", requires = "from")]
    tx: Option<B256>,
    /// Bundle hash: picks one of several in a transaction, or names a message that the relayer knows
    #[arg(long, value_name = "HASH", required_unless_present = "tx")]
    id: Option<B256>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "bundle.json")]
    out: PathBuf,
}

/// Arguments of `bundle proof`.
#[derive(Debug, Args)]
pub(super) struct ProofArgs {
    /// Bundle hash
    #[arg(
        long,
        value_name = "HASH",
        required_unless_present = "bundle",
        conflicts_with = "bundle"
    )]
    id: Option<B256>,
    /// Bundle file
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Prove it for verification on L1 instead of its destination
    #[arg(long)]
    on_l1: bool,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "proof.json")]
    out: PathBuf,
}

/// A bundle and its proof.
#[derive(Debug, Args)]
struct FilesArgs {
    /// Bundle file
    #[arg(long, value_name = "FILE", default_value = "bundle.json")]
    bundle: PathBuf,
    /// Proof file
    #[arg(long, value_name = "FILE", default_value = "proof.json")]
    proof: PathBuf,
}

/// Arguments of `bundle verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Message root that you trust; no chain is asked
    #[arg(
        long,
        value_name = "HASH",
        required_unless_present = "on",
        conflicts_with = "on"
    )]
    root: Option<B256>,
    /// Chain to ask, by name or id; `L1` for the settlement layer
    #[arg(long, value_name = "CHAIN")]
    on: Option<String>,
}

/// Arguments of `bundle execute`.
#[derive(Debug, Args)]
pub(super) struct ExecuteArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Name of the signer that pays
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Simulate it, print the transaction, and send nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(
    path: &Path,
    command: BundleCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        BundleCommand::Extract(args) => extract_bundle(&Config::load(path)?, args, output).await,
        BundleCommand::Proof(args) => prove_bundle(&Config::load(path)?, args, output).await,
        BundleCommand::Verify(args) => verify_bundle(path, args, output).await,
        BundleCommand::Execute(args) => execute_bundle(&Config::load(path)?, args, output).await,
    }
}

async fn extract_bundle(config: &Config, args: ExtractArgs, output: Output) -> Result<(), Failure> {
    let (chain, tx) = match (args.from, args.tx, args.id) {
        (Some(from), Some(tx), _) => (find_chain(config, &from)?, tx),
        (_, _, Some(id)) => origin(config, id).await?,
        _ => {
            return Err(Failure::new(
                Exit::Usage,
                "name the bundle with --id, or with --from and --tx",
            ));
        }
    };
    let reader = EvmChain::new(&chain.evm)?;
    let contracts = ChainContracts {
        outbox: chain.contracts.outbox,
        handler: chain.contracts.handler,
        root_storage: chain.contracts.root_storage,
    };
    let found = extract(&reader, &contracts, chain.contracts.center, tx).await?;
    let bundle = pick(found, args.id, tx)?;
    write(&args.out, &bundle.to_json())?;
    output.print(&Written {
        schema: "causeway.written/v1",
        file: args.out,
        bundle_hash: bundle.id,
    })
}

/// Where the relayer has seen the message.
async fn origin(config: &Config, id: B256) -> Result<(&ChainConfig, B256), Failure> {
    let message = Source::open(config).await?.show(id).await?;
    let chain = find_chain(config, &message.source.chain_id.to_string())?;
    let sent = message
        .milestones
        .iter()
        .find(|milestone| milestone.kind == "sent");
    let sent = sent.ok_or_else(|| {
        Failure::new(
            Exit::NotFound,
            format!("the transaction that sent {id} is not known"),
        )
    })?;
    Ok((chain, sent.tx))
}

fn pick(found: Vec<SentBundle>, id: Option<B256>, tx: B256) -> Result<SentBundle, Failure> {
    let ids = found
        .iter()
        .map(|bundle| bundle.id.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let mut fitting = found
        .into_iter()
        .filter(|bundle| id.is_none_or(|id| id == bundle.id));
    match (fitting.next(), fitting.next()) {
        (Some(bundle), None) => Ok(bundle),
        (None, _) if ids.is_empty() => Err(Failure::new(
            Exit::NotFound,
            format!("transaction {tx} sent no bundle through the interop center"),
        )),
        (None, _) => Err(Failure::new(
            Exit::NotFound,
            format!("transaction {tx} sent other bundles: {ids}"),
        )),
        (Some(_), Some(_)) => Err(Failure::new(
            Exit::Usage,
            format!("transaction {tx} sent several bundles; pick one with --id: {ids}"),
        )),
    }
}

async fn prove_bundle(config: &Config, args: ProofArgs, output: Output) -> Result<(), Failure> {
    let id = match (args.id, &args.bundle) {
        (Some(id), _) => id,
        (None, Some(file)) => read_bundle(file)?.id,
        (None, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "name the bundle with --id or --bundle",
            ));
        }
    };
    let anchored = if args.on_l1 {
        Anchored::OnL1
    } else {
        Anchored::AtDestination
    };
    let proof = prove(config, id, anchored).await?;
    write(&args.out, &proof.to_json())?;
    output.print(&Written {
        schema: "causeway.written/v1",
        file: args.out,
        bundle_hash: id,
    })
}

async fn verify_bundle(path: &Path, args: VerifyArgs, output: Output) -> Result<(), Failure> {
    let (bundle, proof) = args.files.read()?;
    let report = match (args.root, args.on) {
        (Some(root), _) => verify_offline(&bundle, &proof, root),
        (None, Some(chain)) => verify_online(&Config::load(path)?, &bundle, &proof, &chain).await?,
        (None, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "name a root with --root, or a chain with --on",
            ));
        }
    };
    output.print(&report)?;
    if report.valid {
        Ok(())
    } else {
        Err(Failure::new(Exit::CheckFailed, report.text))
    }
}

fn verify_offline(bundle: &SentBundle, proof: &BundleProof, root: B256) -> Verification {
    match proof.verify(bundle, root) {
        Ok(anchor) => Verification::new(
            bundle,
            true,
            format!(
                "it was sent: the proof leads to root {root} of block {} of chain {}",
                anchor.block, anchor.chain_id
            ),
        ),
        Err(error) => Verification::new(bundle, false, error.to_string()),
    }
}

/// Asks the chain's verifier: `MessageRoot` on L1, `InteropRootStorage` on a chain.
async fn verify_online(
    config: &Config,
    bundle: &SentBundle,
    proof: &BundleProof,
    chain: &str,
) -> Result<Verification, Failure> {
    let names = ChainNames::from(config);
    let id = names
        .find(chain)
        .ok_or_else(|| unknown_chain(&names, chain))?;
    let verifier = if id == config.l1.evm.chain_id {
        config.l1.contracts.message_root
    } else {
        config
            .chain(id)
            .ok_or_else(|| unknown_chain(&names, chain))?
            .contracts
            .root_storage
    };
    let chains = Chains::open(config)?;
    let reader = chains.get(id).ok_or_else(|| unknown_chain(&names, chain))?;
    let data: Bytes = [&[BUNDLE_MESSAGE_PREFIX], bundle.content.as_ref()]
        .concat()
        .into();
    let message = Message {
        txNumberInBatch: 0,
        sender: bundle.center,
        data,
    };
    let question = IMessageVerifier::verifyMessageCall {
        proof: proof.inclusion(),
        message,
    };
    let call = CallRequest {
        from: Address::ZERO,
        to: verifier,
        data: question.abi_encode().into(),
        gas: None,
    };
    let answer = match reader.call(&call).await {
        Ok(answer) => answer,
        Err(ChainError::Reverted { data, .. }) => {
            return Ok(Verification::new(
                bundle,
                false,
                format!(
                    "{} refuses the proof: {}",
                    names.name(id),
                    describe_revert(&data)
                ),
            ));
        }
        Err(error) => return Err(error.into()),
    };
    match IMessageVerifier::verifyMessageCall::abi_decode_returns(&answer) {
        Ok(true) => Ok(Verification::new(
            bundle,
            true,
            format!("{} confirms that it was sent", names.name(id)),
        )),
        Ok(false) => {
            let text = format!(
                "{} does not know the root of L1 block {} that the proof leads to",
                names.name(id),
                proof.settlement_block
            );
            Ok(Verification::new(bundle, false, text))
        }
        Err(_) => Err(Failure::new(
            Exit::Refused,
            format!(
                "{verifier} on {} is no message verifier; correct the configuration",
                names.name(id)
            ),
        )),
    }
}

async fn execute_bundle(config: &Config, args: ExecuteArgs, output: Output) -> Result<(), Failure> {
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
    let executed = wait(&sender, sent).await?;
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

impl FilesArgs {
    fn read(&self) -> Result<(SentBundle, BundleProof), Failure> {
        let bundle = read_bundle(&self.bundle)?;
        let proof = BundleProof::from_json(&read_text(&self.proof)?)
            .map_err(|fault| bad_file(&self.proof, &fault))?;
        if bundle.id != proof.id {
            let text = format!(
                "{} is of bundle {}, {} of bundle {}",
                self.proof.display(),
                proof.id,
                self.bundle.display(),
                bundle.id
            );
            return Err(Failure::new(Exit::BadFile, text));
        }
        Ok((bundle, proof))
    }
}

fn read_bundle(file: &Path) -> Result<SentBundle, Failure> {
    SentBundle::from_json(&read_text(file)?).map_err(|fault| bad_file(file, &fault))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        Failure::new(
            Exit::BadFile,
            format!("{}: cannot be read: {error}", file.display()),
        )
    })
}

fn bad_file(file: &Path, fault: &FileFault) -> Failure {
    Failure::new(Exit::BadFile, format!("{}: {fault}", file.display()))
}

fn write(file: &Path, content: &Value) -> Result<(), Failure> {
    std::fs::write(file, format!("{}\n", to_json(content)?)).map_err(|error| {
        Failure::new(
            Exit::BadFile,
            format!("{}: cannot be written: {error}", file.display()),
        )
    })
}

fn unknown_chain(names: &ChainNames, word: &str) -> Failure {
    let known: Vec<_> = names.all().map(|(_, name)| name).collect();
    Failure::new(
        Exit::NotFound,
        format!(
            "there is no chain `{word}`; name an id or one of {}",
            known.join(", ")
        ),
    )
}

fn find_chain<'a>(config: &'a Config, word: &str) -> Result<&'a ChainConfig, Failure> {
    let names = ChainNames::from(config);
    names
        .find(word)
        .and_then(|id| config.chain(id))
        .ok_or_else(|| unknown_chain(&names, word))
}

impl From<ExtractError> for Failure {
    fn from(error: ExtractError) -> Self {
        match error {
            ExtractError::Chain(error) => error.into(),
            ExtractError::Event(_) => Self::new(Exit::Refused, error.to_string()),
            ExtractError::UnknownTransaction { .. } | ExtractError::Reverted { .. } => {
                Self::new(Exit::NotFound, error.to_string())
            }
        }
    }
}

#[derive(Serialize)]
struct Written {
    schema: &'static str,
    file: PathBuf,
    bundle_hash: B256,
}

impl Report for Written {
    fn table(&self) -> String {
        format!(
            "wrote {} for bundle {}",
            self.file.display(),
            self.bundle_hash
        )
    }
}

#[derive(Serialize)]
struct Verification {
    schema: &'static str,
    bundle_hash: B256,
    valid: bool,
    text: String,
}

impl Verification {
    fn new(bundle: &SentBundle, valid: bool, text: String) -> Self {
        Self {
            schema: "causeway.verification/v1",
            bundle_hash: bundle.id,
            valid,
            text,
        }
    }
}

impl Report for Verification {
    fn table(&self) -> String {
        let verdict = if self.valid { "valid" } else { "NOT VALID" };
        fields(&[
            ("bundle", self.bundle_hash.to_string()),
            ("proof", verdict.to_owned()),
            ("because", self.text.clone()),
        ])
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
    gas_limit: U256,
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
            gas_limit: U256::from(gas),
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
