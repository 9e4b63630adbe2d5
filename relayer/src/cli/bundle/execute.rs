//! `causeway bundle execute`.

use super::ExecuteArgs;
use super::report::Execution;
use crate::bundle::{Executed, Simulated, StepError, send, simulate, verify};
use crate::chain::SystemClock;
use crate::cli::exit::Failure;
use crate::cli::network::open;
use crate::cli::output::Output;
use crate::cli::signing::Signer;
use crate::config::Config;

pub(super) async fn run(config: &Config, args: ExecuteArgs, output: Output) -> Result<(), Failure> {
    let (bundle, proof) = args.files.read()?;
    let verification =
        verify(&bundle, &proof, None).map_err(|fault| fault.within(&args.files.proof))?;
    if let Some(check) = verification.failure() {
        return Err(StepError::Unproven(check.detail.clone()).into());
    }
    let network = open(config, &[bundle.destination_chain_id]).await?;
    let place = network.chain(bundle.destination_chain_id)?;
    let signer = Signer::load(config, &args.signer)?;
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
    let sender = signer.on(config, bundle.destination_chain_id)?;
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
