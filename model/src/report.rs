//! What the searches found, as a page of the documentation.

use std::fmt::Write;

use crate::{
    properties::SAFETY,
    run::{self, Findings},
    setting::{Availability, Protocol, SETTINGS, Setting},
    variant::{EARLY_IMPORT, Rules, WEAKENINGS, Weakening},
    words,
};

/// Where the page stands.
pub const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/model.md");

const INTRODUCTION: &str = "# The model of atomic swaps

The protocol of [ADR 7](../adr/0007-atomic-swaps.md) as a state machine: two swaps on three chains and L1, searched state by state. Written
by `make model`; a test holds everything but the times against a search of its own, and `cargo test -p causeway-model` fails if
a property does not hold, an ending is not reached, or a weakened protocol violates nothing.

What is bounded: two swaps; per search, how often an operator may halt, censor or let its queue expire (faults), whether L1 is reorged
once and how many of its transactions that takes back. Clocks have no bounds: each may be over at any time. What the machine leaves
out is said in the documentation of the crate, [`model/`](../../model/src/lib.rs).
";

/// Searches everything and writes the page.
pub fn page() -> Page {
    let settings = SETTINGS.map(|setting| {
        let model = Protocol {
            setting,
            rules: Rules::AS_SPECIFIED,
        };
        (setting, run::exhaust(model))
    });
    let weakenings = WEAKENINGS.map(|weakening| (weakening, refute(&weakening)));
    let early = Protocol {
        setting: early_import(),
        rules: Rules::without(EARLY_IMPORT),
    };
    Page {
        settings: settings.into(),
        weakenings: weakenings.into(),
        early: run::exhaust(early),
    }
}

/// Everything that was found.
#[derive(Debug)]
pub struct Page {
    /// The protocol as it is.
    pub settings: Vec<(Setting, Findings)>,
    /// The protocol without some of its rules.
    pub weakenings: Vec<(Weakening, Findings)>,
    /// The one departure that is safe.
    pub early: Findings,
}

impl Page {
    /// As Markdown.
    pub fn text(&self) -> String {
        let mut text = INTRODUCTION.to_owned();
        text.push_str("\n## Properties\n\n");
        for (name, _) in SAFETY {
            line(&mut text, format_args!("- {name}"));
        }
        self.write_settings(&mut text);
        self.write_weakenings(&mut text);
        text
    }

    fn write_settings(&self, text: &mut String) {
        text.push_str("\n## As specified\n\n");
        text.push_str(
            "| swaps | data | faults | reorged transactions | states | outcome | time |\n",
        );
        text.push_str("|---|---|--:|--:|--:|---|--:|\n");
        for (setting, findings) in &self.settings {
            let extra = if setting.has_forger {
                ", and a forger"
            } else {
                ""
            };
            write_search(text, setting, extra, findings);
        }
        write_search(
            text,
            &early_import(),
            ", roots imported early and compared",
            &self.early,
        );
    }

    fn write_weakenings(&self, text: &mut String) {
        text.push_str("\n## Without a rule\n\n");
        text.push_str("| weakening | violates | states | time | a shortest way there |\n");
        text.push_str("|---|---|--:|--:|---|\n");
        for (weakening, findings) in &self.weakenings {
            let way = findings.counterexample(weakening.violates);
            let way = way.map_or("none found".to_owned(), |way| {
                words::tell(&weakening.setting, way)
            });
            line(
                text,
                format_args!(
                    "| {} | {} | {} | {} | {way} |",
                    weakening.name,
                    weakening.violates,
                    findings.states,
                    time(findings)
                ),
            );
        }
    }
}

/// `page` without its times.
pub fn without_times(page: &str) -> String {
    let lines = page.lines().map(|line| {
        let cells = line.split('|').filter(|cell| !cell.trim().ends_with(" s"));
        cells.collect::<Vec<_>>().join("|")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the departure that is safe is searched.
fn early_import() -> Setting {
    SETTINGS[9]
}

/// The way to the violation that a weakening is known for.
fn refute(weakening: &Weakening) -> Findings {
    let model = Protocol {
        setting: weakening.setting,
        rules: Rules::without(weakening.dropped),
    };
    run::refute(model, weakening.violates)
}

fn write_search(text: &mut String, setting: &Setting, extra: &str, findings: &Findings) {
    let swaps = if setting.is_single {
        "A→B alone"
    } else {
        setting.topology.text()
    };
    let data = match setting.availability {
        Availability::Validium => "validium",
        Availability::Rollup => "rollup",
    };
    let outcome = if findings.is_clean() {
        "all hold, all endings reached".to_owned()
    } else {
        format!(
            "violated: {:?}, unreached: {:?}",
            findings.violated, findings.unreached
        )
    };
    line(
        text,
        format_args!(
            "| {swaps}{extra} | {data} | {} | {} | {} | {outcome} | {} |",
            setting.faults,
            setting.unfinal,
            findings.states,
            time(findings)
        ),
    );
}

fn time(findings: &Findings) -> String {
    format!("{:.1} s", findings.time.as_secs_f64())
}

/// Writing to a string cannot fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{arguments}");
}
