//! What the demo prints.

use std::time::Duration;

use causeway_e2e::timeline::Step;
use interop_sdk::NetworkFile;

/// Announces a part of the tour.
pub(crate) fn heading(number: usize, text: &str) {
    println!("\n{number}. {text}");
}

/// A line of progress.
pub(crate) fn line(text: &str) {
    println!("   {text}");
}

/// A line of progress with the time since the part began.
pub(crate) fn progress(since: Duration, text: &str) {
    println!("   {:>5.1} s  {text}", since.as_secs_f64());
}

/// The chains of the network.
pub(crate) fn chains(file: &NetworkFile) {
    println!("   {:<6}{:>8}   {:<24}handler", "chain", "id", "RPC");
    println!(
        "   {:<6}{:>8}   {:<24}-",
        "L1", file.l1.chain_id, file.l1.rpc
    );
    for chain in &file.chains {
        let handler = chain.contracts.handler;
        println!(
            "   {:<6}{:>8}   {:<24}{handler}",
            chain.name, chain.chain_id, chain.rpc
        );
    }
}

/// What happened to a message, in order.
pub(crate) fn timeline(steps: &[Step]) {
    println!(
        "   {:<24}{:<7}{:<7}{:<11}transaction",
        "", "chain", "block", "UTC"
    );
    for Step {
        what,
        chain,
        block,
        time,
        transaction,
    } in steps
    {
        println!(
            "   {what:<24}{chain:<7}{block:<7}{:<11}{transaction}",
            clock(*time)
        );
    }
}

/// One line of the summary.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) outcome: String,
    pub(crate) took: Duration,
}

/// The closing table.
pub(crate) fn summary(rows: &[Row]) {
    println!("\n   {:<32}{:<58}{:>8}", "what", "checked on chain", "took");
    for Row {
        what,
        outcome,
        took,
    } in rows
    {
        println!("   {what:<32}{outcome:<58}{:>6.1} s", took.as_secs_f64());
    }
}

/// Time of day of seconds since the epoch.
fn clock(seconds: u64) -> String {
    let of_day = seconds % 86_400;
    format!(
        "{:02}:{:02}:{:02}",
        of_day / 3_600,
        of_day / 60 % 60,
        of_day % 60
    )
}
