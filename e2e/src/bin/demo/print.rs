//! What the demo prints.

use std::time::Duration;

use alloy::primitives::{U256, utils::format_units};
use causeway_e2e::{holdings::Whereabouts, timeline::Step};
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

/// Where every unit of some assets is: a name, what was read, and the decimals.
pub(crate) fn sums(places: &[&str], assets: &[(&str, &Whereabouts, u8)]) {
    let headings = places.iter().chain(&["under way", "sum", "minted"]);
    let headings: String = headings.map(|text| format!("{text:>15}")).collect();
    println!("   {:<12}{headings}", "asset");
    for (name, found, decimals) in assets {
        let sum = found.circulating.iter().sum();
        let totals = [found.under_way, sum, found.minted];
        let amounts = found.circulating.iter().chain(&totals);
        let amounts: String = amounts
            .map(|amount| format!("{:>15}", units(*amount, *decimals)))
            .collect();
        println!("   {name:<12}{amounts}");
    }
}

/// An amount in whole tokens.
pub(crate) fn units(amount: U256, decimals: u8) -> String {
    match decimals {
        0 => amount.to_string(),
        // A number of 256 bits has fewer digits than decimals that are refused.
        _ => format_units(amount, decimals).unwrap_or_else(|_| amount.to_string()),
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
