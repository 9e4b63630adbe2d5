//! The gas table against a real chain.

use alloy::{primitives::address, providers::Provider};
use eyre::{OptionExt, Result, ensure};

use crate::support::devnet;

const TABLE: &str = include_str!("../../../contracts/snapshots/gas/messaging.json");

/// A receipt of the row "S1 send 32 bytes" agrees with the table to the unit of gas: the second message of a chain, 32
/// bytes none of which is 0, to an address without a 0 either.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_agrees_with_the_gas_table() -> Result<()> {
    let devnet = devnet(2, "operator").await?;
    let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
    let wallet = devnet.wallet("alice", a.id())?;
    let recipient = address!("0x1111111111111111111111111111111111111111");
    let payload: Vec<u8> = (0_u16..32)
        .map(|i| u8::try_from(1 + 37 * i % 255))
        .collect::<Result<_, _>>()?;
    let mut used = 0;
    for _ in 0..2 {
        let message = a
            .message((b.id(), recipient), payload.clone())
            .send(&wallet)
            .await?;
        let receipt = wallet
            .get_transaction_receipt(message.transaction())
            .await?
            .ok_or_eyre("the message has no receipt")?;
        used = receipt.gas_used;
    }
    let table: serde_json::Value = serde_json::from_str(TABLE)?;
    let row = table["S1 send 32 bytes"].as_str().ok_or_eyre("no row S1")?;
    ensure!(
        used == row.parse::<u64>()?,
        "{used} on a chain, {row} in the table"
    );
    devnet.stop().await
}
