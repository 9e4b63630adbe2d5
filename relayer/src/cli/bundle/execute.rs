//! `causeway bundle execute`.

use std::path::PathBuf;
use std::sync::Arc;

use super::report::Execution;
use super::{ExecuteArgs, open};
use crate::bundle::{Executed, Simulated, StepError, send, simulate, verify};
use crate::chain::{EvmChain, SystemClock};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::config::{Config, SignerSource};
use crate::send::{SendSettings, Sender};
use crate::store::{DiskStore, StoreError};

/// Directory in the store's own that holds what signers without a role have sent.
const OWN_STORE: &str = "bundle-execute";

pub(super) async fn run(config: &Config, args: ExecuteArgs, output: Output) -> Result<(), Failure> {
    let (bundle, proof) = args.files.read()?;
    let verification =
        verify(&bundle, &proof, None).map_err(|fault| fault.within(&args.files.proof))?;
    if let Some(check) = verification.failure() {
        return Err(StepError::Unproven(check.detail.clone()).into());
    }
    let network = open(config, &[bundle.destination_chain_id]).await?;
    let place = network.chain(bundle.destination_chain_id)?;
    let signer = find_signer(config, &args.signer)?.load(&args.signer)?;
    let mut report = Execution::new(
        config,
        &bundle,
        &proof,
        signer.address(),
        place.contracts.handler,
    );
    let gas = match simulate(place, &bundle, &proof, signer.address()).await? {
        Simulated::AlreadyExecuted => return output.print(&report.already()),
        Simulated::WouldExecute { gas } => gas,
    };
    report.set_gas(gas);
    if args.dry_run {
        return output.print(&report);
    }
    let chain = config
        .chain(bundle.destination_chain_id)
        .ok_or(StepError::UnknownChain(bundle.destination_chain_id))?;
    let evm = Arc::new(EvmChain::new(&chain.evm)?);
    let store = Arc::new(open_store(config, &args.signer)?);
    let settings = SendSettings::capped(chain.max_fee_per_gas);
    let clock = Arc::new(SystemClock);
    let sender = Sender::new(evm.clone(), evm, store, clock, Arc::new(signer), settings);
    match send(
        place,
        &sender,
        &SystemClock,
        (&bundle, &proof),
        gas,
        args.timeout,
    )
    .await?
    {
        Executed::AlreadyExecuted => output.print(&report.already()),
        Executed::Included { tx, block } => output.print(&report.executed(tx, block)),
    }
}

fn find_signer<'a>(config: &'a Config, name: &str) -> Result<&'a SignerSource, Failure> {
    let missing = || {
        Failure::new(
            Exit::Config,
            format!("there is no signer `{name}`; add [signers.{name}]"),
        )
    };
    config.signers.get(name).ok_or_else(missing)
}

/// All transactions of a key are followed in one store, or two would give them the same nonce.
fn open_store(config: &Config, signer: &str) -> Result<DiskStore, Failure> {
    let relays = config
        .relay
        .as_ref()
        .is_some_and(|relay| relay.signer == signer);
    let operates = config
        .operators
        .values()
        .any(|operator| operator.signer == signer);
    let directory: PathBuf = match relays || operates {
        true => config.store.clone(),
        false => config.store.join(OWN_STORE),
    };
    DiskStore::open(&directory, config.l1.evm.chain_id).map_err(|error| match error {
        StoreError::Locked { .. } => {
            let text = format!("signer `{signer}` is in use by another process; name another with --signer, or stop that one");
            Failure::new(Exit::Store, text)
        }
        other => other.into(),
    })
}
