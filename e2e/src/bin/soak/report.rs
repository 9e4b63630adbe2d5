//! What the run says in the end.

use std::time::Duration;

use causeway_bindings::AssetKind;
use causeway_e2e::{command::Ended, relayer::Relayer, soak::book::Unit, wait::until};
use eyre::{OptionExt, Result, ensure};
use serde_json::Value;

use crate::{action::Kind, run::Run, world::Kept};

/// How long the last batches may take to settle.
const LIMIT: Duration = Duration::from_secs(300);

/// What was counted beside the transfers.
pub(crate) struct Figures {
    /// Without those that gave everybody their stakes.
    pub(crate) transfers: usize,
    pub(crate) kills_of_relayer: usize,
    pub(crate) kills_of_operators: usize,
    pub(crate) sending: Duration,
    pub(crate) whole: Duration,
}

/// The answers of `causeway token supply`.
pub(crate) struct Supplies(Vec<Supply>);

/// What it says of one unit.
struct Supply {
    name: String,
    issued: String,
    accounted: String,
    is_exact: bool,
}

impl Supplies {
    /// Asks about all fungible assets together, and about each token with an id, once nothing is under way.
    pub(crate) async fn read(run: &Run<'_>, relayer: &Relayer) -> Result<Self> {
        run.world.nudge().await?;
        let mut supplies = Vec::new();
        let read = until("every sum is exact", LIMIT, async || {
            supplies = Self::read_once(run, relayer).await?;
            Ok(supplies.iter().all(|supply| supply.is_exact))
        });
        // What is not exact by then is for the report to show.
        let outcome = read.await;
        if supplies.is_empty() {
            outcome?;
        }
        Ok(Self(supplies))
    }

    async fn read_once(run: &Run<'_>, relayer: &Relayer) -> Result<Vec<Supply>> {
        let name = |asset: &Value| name(run, asset);
        let mut supplies = supplies_in(&ask(relayer, &["--all"]).await?, name)?;
        let fungible = run.world.assets.iter();
        let fungible = fungible
            .filter(|kept| kept.asset.kind == AssetKind::Fungible)
            .count();
        ensure!(
            supplies.len() == fungible,
            "{} assets are told",
            supplies.len()
        );
        for unit in run.world.units() {
            let kept = &run.world.assets[unit.asset];
            let kind = match kept.asset.kind {
                AssetKind::NonFungible => "nft",
                AssetKind::MultiToken => "multi",
                _ => continue,
            };
            let token = format!("{}:{}", kept.home(), kept.asset.originToken);
            let id = unit.token_id.to_string();
            let which = ["--token", &token, "--kind", kind, "--token-id", &id];
            supplies.extend(supplies_in(&ask(relayer, &which).await?, name)?);
        }
        Ok(supplies)
    }

    /// Requires that every sum is exact.
    pub(crate) fn require_exact(&self) -> Result<()> {
        let wrong = self.0.iter().filter(|supply| !supply.is_exact);
        let wrong: Vec<_> = wrong.map(|supply| supply.name.as_str()).collect();
        ensure!(
            wrong.is_empty(),
            "the supply is not exact: {}",
            wrong.join(", ")
        );
        Ok(())
    }
}

async fn ask(relayer: &Relayer, which: &[&str]) -> Result<Ended> {
    let command = [&["token", "supply", "--output", "json"], which].concat();
    relayer.command(&command).await
}

/// Exact: the program says so by its code and its verdict, nothing is under way, and what was issued is accounted for.
fn supplies_in(ended: &Ended, name: impl Fn(&Value) -> &'static str) -> Result<Vec<Supply>> {
    let told = ended.json()?;
    let says_so = ended.code == 0 && told["verdict"] == "exact";
    let assets = told["assets"].as_array().ok_or_eyre("assets")?;
    let supply = |asset: &Value| {
        let text = |field: &str| asset[field].as_str().unwrap_or_default().to_owned();
        let rests = asset["under_way"].as_array().is_some_and(Vec::is_empty);
        Supply {
            name: format!("{} {}", name(asset), text("token_id")),
            is_exact: says_so
                && rests
                && asset["holds"] == true
                && asset["issued"] == asset["accounted"],
            issued: text("issued"),
            accounted: text("accounted"),
        }
    };
    Ok(assets.iter().map(supply).collect())
}

/// What the run calls it. Tokens of several chains may have the same address.
fn name(run: &Run<'_>, asset: &Value) -> &'static str {
    let is_it = |kept: &&Kept| {
        let token = kept.asset.originToken.to_string();
        asset["home"]["chain_id"] == kept.home()
            && asset["token"]
                .as_str()
                .is_some_and(|told| told.eq_ignore_ascii_case(&token))
    };
    let found = run.world.assets.iter().find(is_it);
    found.map_or("unknown", |kept| kept.name)
}

/// Prints everything.
pub(crate) fn print(run: &Run<'_>, figures: &Figures, supplies: &Supplies) {
    println!(
        "\n{:<28}{:>8}{:>9}{:>11}",
        "transfers", "sent", "arrived", "came back"
    );
    let tallies = run.tallies();
    for kind in Kind::ALL {
        if let Some(tally) = tallies.get(&kind) {
            let (sent, arrived, back) = (tally.sent, tally.arrived, tally.returned);
            println!("{:<28}{sent:>8}{arrived:>9}{back:>11}", kind.name());
        }
    }
    let seconds = figures.whole.as_secs_f64();
    let back = run.wire.taken_back();
    println!("\nrelayer killed      {:>8}", figures.kills_of_relayer);
    println!("operators killed    {:>8}", figures.kills_of_operators);
    println!(
        "reorgs              {:>8}, which took {back} transactions of the run back",
        run.reorgs
    );
    println!(
        "sending             {:>8.0} s",
        figures.sending.as_secs_f64()
    );
    println!(
        "until all settled   {seconds:>8.0} s, {:.1} transfers/s",
        figures.transfers as f64 / seconds
    );
    println!(
        "\n{:<28}{:>28}{:>28}  exact",
        "token supply", "issued", "accounted"
    );
    for supply in &supplies.0 {
        let verdict = if supply.is_exact { "yes" } else { "NO" };
        let Supply {
            name,
            issued,
            accounted,
            ..
        } = supply;
        println!("{name:<28}{issued:>28}{accounted:>28}  {verdict}");
    }
    println!("\n{:<28}{:>28}", "with the users, by the book", "units");
    for unit in run.world.units() {
        let Unit { asset, token_id } = unit;
        let name = format!("{} {token_id}", run.world.assets[asset].name);
        println!("{name:<28}{:>28}", run.total(unit));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(code: i32, change: impl FnOnce(&mut Value)) -> Supplies {
        let asset = json!({"token_id": "0", "holds": true, "issued": "5", "accounted": "5", "under_way": []});
        let mut report = json!({"verdict": "exact", "assets": [asset]});
        change(&mut report);
        let ended = Ended {
            code,
            stdout: report.to_string(),
            stderr: String::new(),
        };
        Supplies(supplies_in(&ended, |_| "coin").unwrap())
    }

    #[test]
    fn an_exact_answer_is_taken() {
        told(0, |_| {}).require_exact().unwrap();
    }

    #[test]
    fn whatever_is_not_exact_is_named() {
        let wrong = [
            told(12, |_| {}),
            told(0, |report| report["verdict"] = "unknown".into()),
            told(0, |report| report["assets"][0]["holds"] = false.into()),
            told(0, |report| report["assets"][0]["accounted"] = "4".into()),
            told(0, |report| report["assets"][0]["under_way"] = json!([{}])),
            told(0, |report| report["assets"][0]["under_way"] = Value::Null),
        ];
        for supplies in wrong {
            let error = supplies.require_exact().unwrap_err().to_string();
            assert_eq!(error, "the supply is not exact: coin 0");
        }
    }
}
