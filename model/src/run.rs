//! Searching a setting.

use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use crate::{actions::Action, setting::Protocol};

/// Threads of a search.
const THREADS: usize = 2;

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Distinct states.
    pub states: usize,
    /// How long it took.
    pub time: Duration,
    /// What must hold always and does not, with a shortest way there.
    pub violated: Vec<(&'static str, Vec<Action>)>,
    /// What must be reachable and is not.
    pub unreached: Vec<&'static str>,
}

impl Findings {
    /// Whether everything is as the protocol promises.
    pub fn is_clean(&self) -> bool {
        self.violated.is_empty() && self.unreached.is_empty()
    }

    /// The way to a violation of `property`.
    pub fn counterexample(&self, property: &str) -> Option<&[Action]> {
        let found = self.violated.iter().find(|(name, _)| *name == property);
        found.map(|(_, actions)| actions.as_slice())
    }
}

/// Searches all states.
pub fn exhaust(model: Protocol) -> Findings {
    let bounds = Bounds {
        end: HasDiscoveries::All,
        depth: None,
        threads: THREADS,
    };
    search(model, bounds)
}

/// A shortest way to a violation of `property`, by one thread, so that it is the same each time. The search goes by the number
/// of steps, but reports the last of the violations of a block of states: so it is repeated below what it found.
pub fn refute(model: Protocol, property: &'static str) -> Findings {
    let mut best = search(model, Bounds::until(property, None));
    while let Some(way) = best.counterexample(property) {
        let shorter = search(
            model,
            Bounds::until(property, NonZeroUsize::new(way.len() + 1)),
        );
        if shorter.counterexample(property).is_none() {
            break;
        }
        best = shorter;
    }
    best
}

struct Bounds {
    end: HasDiscoveries,
    depth: Option<NonZeroUsize>,
    threads: usize,
}

impl Bounds {
    fn until(property: &'static str, depth: Option<NonZeroUsize>) -> Self {
        Self {
            end: HasDiscoveries::AllOf(BTreeSet::from([property])),
            depth,
            threads: 1,
        }
    }
}

fn search(model: Protocol, bounds: Bounds) -> Findings {
    let start = Instant::now();
    let mut builder = model
        .checker()
        .threads(bounds.threads)
        .finish_when(bounds.end);
    if let Some(depth) = bounds.depth {
        builder = builder.target_max_depth(depth.get());
    }
    let checker = builder.spawn_bfs().join();
    let mut findings = Findings {
        states: checker.unique_state_count(),
        time: start.elapsed(),
        violated: Vec::new(),
        unreached: Vec::new(),
    };
    for property in model.properties() {
        match (property.expectation, checker.discovery(property.name)) {
            (Expectation::Sometimes, None) => findings.unreached.push(property.name),
            (Expectation::Sometimes, Some(_)) | (_, None) => {}
            (_, Some(path)) => findings.violated.push((property.name, path.into_actions())),
        }
    }
    findings
}
