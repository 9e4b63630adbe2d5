//! The text of the metrics.

use std::collections::BTreeSet;

use super::*;
use crate::model::swap::SwapStage;
use crate::model::{Milestone, Stage};
use crate::store::memory::MemoryStore;
use crate::store::{Change, Writer, samples};

fn metrics() -> Metrics {
    let store = MemoryStore::new(1);
    let changes = vec![
        Change::PutMessage(Box::new(samples::message(1, 10, 20, Stage::Seen, 5))),
        Change::PutBlock(10, samples::block(7)),
        Change::PutBatch(samples::batch(10, 3, 1, 7, 2)),
        Change::PutImport(samples::import(10, 2, 7)),
        Change::PutErrand(Box::new(samples::errand(10, 1, 5))),
        Change::PutSwap(Box::new(samples::swap(1, SwapStage::Executable, 5))),
        Change::PutSwap(Box::new(samples::swap(2, SwapStage::Redeemed, 5))),
    ];
    store.commit(changes).unwrap();
    let progress = Progress::default();
    progress.advanced("watch", 10, 7, 100);
    progress.failed("watch", 10, "unreachable", "gone".to_owned(), 101);
    let metrics = Metrics::new(
        Arc::new(store),
        Arc::new(progress),
        ChainNames::new([(10, "alpha".to_owned())]),
    );
    metrics.set_head(10, 9);
    metrics.set_balance(10, "relay", 1.5);
    metrics.set_frozen(10, true);
    metrics.set_supply_assets(2);
    metrics.set_supply_drift("L1:base", 10, 3.0);
    metrics.set_supply_stopped(10);
    metrics.observe_commit(0.001);
    metrics.observe_errand(10, ErrandStep::Cancel, true);
    let mut delivered = samples::message(2, 10, 20, Stage::Final, 5);
    let sent = delivered.milestones[0];
    let at = crate::model::TxPoint {
        timestamp: sent.at.timestamp + 3,
        ..sent.at
    };
    delivered.milestones.push(Milestone {
        kind: MilestoneKind::Delivered,
        chain: 20,
        at,
    });
    metrics.observe_delivery(&delivered);
    metrics
}

#[test]
fn store_stages_and_durations_are_told() {
    let text = metrics().text().unwrap();
    for line in [
        r#"causeway_messages{source="alpha",destination="20",stage="seen"} 1"#,
        r#"causeway_swaps{source="alpha",destination="20",stage="executable"} 1"#,
        r#"causeway_scanned_block{chain="alpha"} 7"#,
        r#"causeway_settled_batch{chain="alpha"} 3"#,
        r#"causeway_imported_l1_block{chain="alpha"} 2"#,
        r#"causeway_head_block{chain="alpha"} 9"#,
        r#"causeway_signer_balance_ether{chain="alpha",signer="relay"} 1.5"#,
        r#"causeway_chain_frozen{chain="alpha"} 1"#,
        "causeway_supply_assets 2",
        r#"causeway_supply_drift{asset="L1:base",chain="alpha"} 3.0"#,
        r#"causeway_supply_stopped{chain="alpha"} 1"#,
        r#"causeway_stage_troubled{stage="watch",chain="alpha"} 1"#,
        r#"causeway_stage_failures_total{stage="watch",chain="alpha"} 1"#,
        r#"causeway_stage_heartbeat_timestamp_seconds{stage="watch",chain="alpha"} 100"#,
        r#"causeway_delivery_seconds_bucket{le="4.0",source="alpha",destination="20"} 1"#,
        r#"causeway_delivery_seconds_bucket{le="2.0",source="alpha",destination="20"} 0"#,
        r#"causeway_errands{chain="alpha",task="withdraw"} 1"#,
        r#"causeway_errand_transactions_total{chain="alpha",step="cancel",success="true"} 1"#,
        "causeway_store_commit_seconds_count 1",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "no `{line}` in\n{text}"
        );
    }
}

/// The page has a row for each metric, and no others.
#[test]
fn every_metric_is_documented() {
    let text = metrics().text().unwrap();
    let told: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .map(|words| {
            if words[1] == "counter" {
                format!("{}_total", words[0])
            } else {
                words[0].clone()
            }
        })
        .collect();
    let page = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/reference/metrics.md"
    ))
    .unwrap();
    let documented: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `causeway_"))
        .map(|line| format!("causeway_{}", line.split('`').next().unwrap()))
        .collect();
    assert_eq!(told, documented);
}
