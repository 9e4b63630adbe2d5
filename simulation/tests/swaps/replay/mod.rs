//! INV-04, INV-01: runs of the model on the real contracts. After each step what the contracts say must be what the model says,
//! and what the model does not allow the contracts must refuse.
//!
//! `SEED=` and `TRACES=` draw other runs, or more.

mod each;
mod ends;
mod observed;
mod refusals;
mod run;
mod stage;

use std::{
    collections::BTreeMap,
    env,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use causeway_model::{
    Protocol, Rules,
    actions::KINDS,
    traces::{Trace, generate, settings},
};

use run::Replay;
use stage::Stage;

const SEED: u64 = 0xca05_e7a9;
const TRACES: usize = 10_000;
/// Kinds that are of weakened protocols only.
const FOREIGN: [&str; 2] = ["Rollback", "RefundByClock"];
/// At one step in so many, everything that is not allowed is tried.
const PROBED: usize = 48;

/// What was done, by name.
#[derive(Default)]
struct Counts {
    steps: BTreeMap<&'static str, usize>,
    refused: BTreeMap<&'static str, usize>,
    /// How swaps ended.
    ends: BTreeMap<&'static str, usize>,
    /// Runs in which something went wrong.
    faulty: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        for (name, count) in other.steps {
            *self.steps.entry(name).or_default() += count;
        }
        for (name, count) in other.refused {
            *self.refused.entry(name).or_default() += count;
        }
        for (name, count) in other.ends {
            *self.ends.entry(name).or_default() += count;
        }
        self.faulty += other.faulty;
    }
}

fn from_env(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}= takes a number")),
        Err(_) => default,
    }
}

#[test]
fn inv04_the_contracts_do_what_the_model_does() {
    let (seed, count) = (from_env("SEED", SEED), from_env("TRACES", TRACES as u64));
    let begun = Instant::now();
    let stages: Vec<Stage> = settings().iter().map(Stage::new).collect();
    let traces = generate(seed, count as usize).all;
    let counts = in_parallel(&traces, &stages);
    let total: usize = counts.steps.values().sum();
    eprintln!(
        "seed {seed}: {} traces, {total} steps in {:.0?}: {:?}; refused: {:?}",
        traces.len(),
        begun.elapsed(),
        counts.steps,
        counts.refused
    );
    eprintln!(
        "{} of the runs with faults; how their {} swaps ended: {:?}; otherwise: 0",
        counts.faulty,
        2 * traces.len(),
        counts.ends
    );
    assert_eq!(counts.ends.values().sum::<usize>(), 2 * traces.len());
    for name in KINDS.iter().filter(|name| !FOREIGN.contains(name)) {
        assert!(counts.steps.contains_key(name), "{name} never happened");
    }
    for name in refusals::TRIED {
        assert!(counts.refused.contains_key(name), "{name} never refused");
    }
}

fn in_parallel(traces: &[Trace], stages: &[Stage]) -> Counts {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let mut counts = Counts::default();
        while !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(trace) = traces.get(index) else {
                break;
            };
            let replayed = replay(
                index,
                trace,
                &stages[usize::from(trace.setting)],
                &mut counts,
            );
            if let Err(why) = replayed {
                failed.store(true, Ordering::Relaxed);
                return Err(why);
            }
        }
        Ok(counts)
    };
    let mut counts = Counts::default();
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(2, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let done = worker.join().expect("a worker says what failed");
            counts.add(done.unwrap_or_else(|why| panic!("{why}")));
        }
    });
    counts
}

fn replay(index: usize, trace: &Trace, stage: &Stage, counts: &mut Counts) -> Result<(), String> {
    let protocol = Protocol {
        setting: settings()[usize::from(trace.setting)],
        rules: Rules::AS_SPECIFIED,
    };
    let mut replay = Replay::new(protocol, stage, trace);
    let at = |position: usize, why: String| {
        let before = &trace.steps[..=position];
        let path: Vec<_> = before.iter().map(|step| step.action).collect();
        let expected = trace.steps[position].expected;
        format!("trace {index} step {position}: {why}\nexpected {expected:02x?}\nafter {path:?}")
    };
    for (position, step) in trace.steps.iter().enumerate() {
        let found = replay.step(position).map_err(|why| at(position, why))?;
        if found != step.expected {
            return Err(at(position, format!("found {found:02x?}")));
        }
        *counts.steps.entry(name(step.action.kind())).or_default() += 1;
        if (index + position).is_multiple_of(PROBED) {
            let tried = replay.probe().map_err(|why| at(position, why))?;
            for kind in tried {
                *counts.refused.entry(name(kind)).or_default() += 1;
            }
        }
    }
    let last = trace.steps.len() - 1;
    counts.faulty += usize::from(each::has_fault(trace));
    for end in replay.check_ends().map_err(|why| at(last, why))? {
        *counts.ends.entry(end).or_default() += 1;
    }
    Ok(())
}

fn name(kind: u8) -> &'static str {
    KINDS[usize::from(kind)]
}
