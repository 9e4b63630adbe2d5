//! An operator that imports a root which L1 does not have.

use alloy::primitives::{B256, U256};
use causeway_bindings::{IInteropRootStorage, RootImport};
use causeway_e2e::{recipient::Recipients, wait::until};
use eyre::{Result, ensure};
use interop_sdk::Stage;

use crate::support::{LIMIT, devnet, executed_head};

/// Batches of the other chain that are waited for: chances for the liar's own batch to settle.
const CHANCES: u64 = 4;

/// L1 takes no further batch of its chain, the operator says why, and the other chain goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_imports_a_false_root_cannot_settle() -> Result<()> {
    let devnet = devnet(2, "operator").await?;
    let network = devnet.network();
    let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
    let recipients = Recipients::deploy(&devnet, "bob").await?;
    let on_a = devnet.wallet("alice", a.id())?;
    let on_b = devnet.wallet("alice", b.id())?;

    let honest = a
        .message(recipients.address_on(b.id()), b"before".to_vec())
        .send(&on_a)
        .await?;
    honest.wait(Stage::Settled, LIMIT).await?;

    let liar = devnet.wallet("operator-1", a.id())?;
    let import = RootImport {
        settlementChainId: U256::from(network.l1_chain_id()),
        blockNumber: U256::from(1),
        timestamp: U256::from(1),
        root: B256::repeat_byte(0xfa),
    };
    let handler = IInteropRootStorage::new(a.contracts()?.handler, &liar);
    let receipt = handler
        .importRoots(vec![import])
        .send()
        .await?
        .get_receipt()
        .await?;
    ensure!(
        receipt.status(),
        "the chain lets its operator import what it likes"
    );
    let false_import = receipt.block_number.unwrap_or_default();

    let later = a
        .message(recipients.address_on(b.id()), b"after".to_vec())
        .send(&on_a)
        .await?;
    until("L1 refuses the chain's batch", LIMIT, async || {
        Ok(devnet
            .process()
            .log()
            .contains("BatchSettlementUnknownRoot"))
    })
    .await?;
    // A batch that ends before the false import may have settled meanwhile; none after it can.
    let stuck = executed_head(network, &a).await?;
    ensure!(
        stuck.lastBlock < false_import,
        "L1 executed a batch with the false root"
    );

    let goal = executed_head(network, &b).await?.batchNumber + CHANCES;
    until("the other chain settles on", LIMIT, async || {
        if executed_head(network, &b).await?.batchNumber >= goal {
            return Ok(true);
        }
        b.message(recipients.address_on(a.id()), b"work".to_vec())
            .send(&on_b)
            .await?;
        Ok(false)
    })
    .await?;
    let head = executed_head(network, &a).await?;
    ensure!(
        head.batchNumber == stuck.batchNumber,
        "L1 executed batch {} of the liar",
        head.batchNumber
    );
    ensure!(
        later.settlement().await?.is_none(),
        "a message of the liar's chain settled"
    );
    devnet.stop().await
}
