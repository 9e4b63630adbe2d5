//! Third step, with the word of L1 and of the destination.

use alloy::primitives::{Address, U256};
use causeway_bindings::IInteropHandler;

use super::{
    bundle_file::BundleFile,
    error::StepError,
    from_chains::{is_historical, is_imported},
    network::{ChainPlace, Network},
    proof_file::BundleProof,
    read,
    verify::{CENTER, Check, Outcome, ROOT_KNOWN, Verification},
};
use crate::chain::Finality;

/// Asks L1 for the root, and the destination for the root and the center.
pub async fn verify_online(
    network: &Network,
    bundle: &BundleFile,
    proof: &BundleProof,
    verification: &mut Verification,
) -> Result<(), StepError> {
    let destination = network.chain(bundle.destination_chain_id)?;
    verification.record(root_known(network, proof, verification).await?);
    verification.record(imported(network, destination, verification).await?);
    verification.record(center(destination, bundle).await?);
    Ok(())
}

async fn root_known(
    network: &Network,
    proof: &BundleProof,
    verification: &Verification,
) -> Result<Check, StepError> {
    let l1 = network.l1.reader.as_ref();
    let (number, root) = (verification.l1_block, verification.root);
    let check = |outcome, detail: String| Ok(Check::new(ROOT_KNOWN, outcome, detail));
    if l1.chain_id() != proof.settlement_chain {
        let detail = format!(
            "the proof is for L1 {}, the configuration has L1 {}",
            proof.settlement_chain,
            l1.chain_id()
        );
        return check(Outcome::Failed, detail);
    }
    let Some(block) = l1.block(number).await? else {
        return check(Outcome::Failed, format!("L1 has no block {number} yet"));
    };
    if !is_historical(network, block, root).await? {
        return check(
            Outcome::Failed,
            format!("L1 never had {root} as its message root of block {number}"),
        );
    }
    let finality = match l1.head(Finality::Final).await?.number >= number {
        true => "which is final",
        false => "which is not final yet and may be reorganised away",
    };
    check(
        Outcome::Passed,
        format!("L1 confirms {root} as its message root of block {number}, {finality}"),
    )
}

async fn imported(
    network: &Network,
    place: &ChainPlace,
    verification: &Verification,
) -> Result<Check, StepError> {
    let l1 = network.l1.reader.chain_id();
    let (chain, block) = (place.id(), verification.l1_block);
    let check = |outcome, detail: String| Ok(Check::new("root_imported", outcome, detail));
    if is_imported(place, l1, block, verification.root).await? {
        return check(
            Outcome::Passed,
            format!("chain {chain} has imported the root of L1 block {block}"),
        );
    }
    let detail = format!(
        "chain {chain} has not imported the root of L1 block {block}, or keeps it no more; it would refuse this proof now"
    );
    check(Outcome::NotChecked, detail)
}

async fn center(place: &ChainPlace, bundle: &BundleFile) -> Result<Check, StepError> {
    let (reader, handler) = (place.reader.as_ref(), place.contracts.handler);
    let constant = read::ask(reader, handler, &IInteropHandler::CENTERCall {}).await?;
    let question = IInteropHandler::centerOverrideCall {
        chainId: U256::from(bundle.source_chain_id),
    };
    let registered: Address = read::ask(reader, handler, &question).await?;
    let accepted =
        bundle.center == constant || (!registered.is_zero() && bundle.center == registered);
    let (outcome, verb) = match accepted {
        true => (Outcome::Passed, "takes"),
        false => (Outcome::Failed, "does not take"),
    };
    let detail = format!(
        "chain {} {verb} bundles of chain {} from {}",
        place.id(),
        bundle.source_chain_id,
        bundle.center
    );
    Ok(Check::new(CENTER, outcome, detail))
}
