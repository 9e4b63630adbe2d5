//! Runs of the protocol as it is, drawn at random, for others to replay: what happens, and what everybody must have afterwards.
//!
//! # State
//!
//! After each step the abstract state is 12 bytes, all 0 in the beginning. Numbers are those of the enums in [`state`](crate::state),
//! in their order, from 0.
//!
//! | byte | of | bits, from the lowest |
//! |---|---|---|
//! | 0, 3 | first, second swap at its chains' heads | 0-2 [`Lock`](crate::state::Lock), 4-6 [`Outcome`](crate::state::Outcome) |
//! | 1, 4 | the same in executed batches | as above |
//! | 2, 5 | its slot on L1 | 0-1 [`Decision`](crate::state::Decision), 2-3 [`Closed`](crate::state::Closed), 4 decided by L1, 5 forged, 6 late on the destination, 7 its lock imported there |
//! | 6, 8, 10 | chain A, B, C | 0 frozen, 1 grace over, 2 expired, 3 rebuilt, 4-5 [`Operator`](crate::state::Operator), 6-7 tombstones outstanding on L1 |
//! | 7, 9, 11 | its queue | 0-1 operations asked, 2-3 consumed in executed batches, 4-5 consumed at the head, 6 has buried |
//!
//! L1 is meant at its head, whether that is final or not.
//!
//! # JSON
//!
//! `schema` is 1. `actions` names the kinds, `settings` lists what the traces ran in, `coverage` counts the steps of each kind.
//! A trace is `[setting, step, step, …]`, a step `[code, index, byte, index, byte, …]`: `code` is 8 times the kind plus the
//! [parameter](crate::Action::parameter), followed by the bytes of the state that change.
//!
//! # Packed
//!
//! One line a trace, in hexadecimal with `0x`, readable line by line: one byte for the setting, two for the number of steps,
//! then the steps: one byte for the code, two for the set of bytes that change (bit i for byte i), big-endian, then those bytes
//! in ascending order. Before them stands one line each that begins with `#`: schema, settings and coverage, as JSON.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write,
};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::{
    actions::{Action, KINDS},
    setting::{Availability, Protocol, Setting, Topology},
    state::{Chain, State, Swap},
    variant::Rules,
};

/// A run has no more steps than this.
const MAX_STEPS: usize = 120;

/// How traces are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// One document.
    Json,
    /// A line of hexadecimal digits a trace.
    Packed,
}

/// The 12 bytes of the abstract state.
pub type Abstract = [u8; 12];

/// One step of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// What happens.
    pub action: Action,
    /// What is there afterwards.
    pub expected: Abstract,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trace {
    /// Index in [`settings`].
    pub setting: u8,
    /// From the initial state.
    pub steps: Vec<Step>,
}

/// Runs that differ from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traces {
    /// The runs.
    pub all: Vec<Trace>,
}

/// What runs are drawn from: all swaps, both kinds of chains, up to two faults and one reorg.
pub fn settings() -> Vec<Setting> {
    let availabilities = [Availability::Validium, Availability::Rollup];
    let both = |topology| {
        availabilities.map(|availability| {
            let setting = Setting::calm(topology, availability);
            setting.with_faults(2).with_reorg(2).with_forger()
        })
    };
    Topology::ALL.into_iter().flat_map(both).collect()
}

/// Draws `count` runs; the same seed draws the same.
pub fn generate(seed: u64, count: usize) -> Traces {
    let settings = settings();
    let mut rng = Rng::with_seed(seed);
    let mut seen = HashSet::new();
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        let setting = all.len() % settings.len();
        let trace = Trace {
            setting: setting as u8,
            steps: walk(&settings[setting], &mut rng),
        };
        if seen.insert(trace.clone()) {
            all.push(trace);
        }
    }
    Traces { all }
}

/// To the end, or until it is long enough.
fn walk(setting: &Setting, rng: &mut Rng) -> Vec<Step> {
    let model = Protocol {
        setting: *setting,
        rules: Rules::AS_SPECIFIED,
    };
    let mut state = State::initial(setting.faults, setting.reorgs);
    let mut steps = Vec::new();
    while steps.len() < MAX_STEPS {
        let possible = Action::ALL.into_iter();
        let possible: Vec<Action> = possible
            .filter(|action| model.allows(&state, *action))
            .collect();
        let Some(action) = draw(&possible, rng) else {
            break;
        };
        state = model.after(&state, action);
        steps.push(Step {
            action,
            expected: abstract_of(&state),
        });
    }
    steps
}

fn draw(possible: &[Action], rng: &mut Rng) -> Option<Action> {
    let total: u32 = possible.iter().map(|action| weight(*action)).sum();
    if total == 0 {
        return None;
    }
    let mut rest = rng.u32(..total);
    for action in possible {
        if rest < weight(*action) {
            return Some(*action);
        }
        rest -= weight(*action);
    }
    None
}

/// Common things seldom cut off the rare ones: a deadline that passes at once or a fork that is spent early ends most runs
/// the same way.
fn weight(action: Action) -> u32 {
    match action {
        Action::Freeze(_) | Action::Grace(_) | Action::L1Cancel(_) | Action::L1Claim(_) => 12,
        Action::SettlePart(_) => 12,
        Action::Expire(_) | Action::Force(_) | Action::ForceClose(_) | Action::Bury(_) => 6,
        Action::Deadline(_) | Action::Fork | Action::Forge(_) | Action::Reorg => 1,
        Action::Halt(_) | Action::Censor(_) | Action::Return(_) | Action::Recover(_) => 1,
        _ => 4,
    }
}

/// What others can compare with what they have.
pub fn abstract_of(state: &State) -> Abstract {
    let mut bytes = [0; 12];
    for (swap, bytes) in Swap::ALL.into_iter().zip(bytes[..6].chunks_mut(3)) {
        let (head, settled) = (state.head(swap), state.l1.settled(swap));
        let slot = state.l1.slot(swap);
        bytes[0] = head.lock as u8 | (head.outcome as u8) << 4;
        bytes[1] = settled.lock as u8 | (settled.outcome as u8) << 4;
        bytes[2] = slot.decision as u8 | (slot.closed as u8) << 2 | bit(slot.by_l1, 4);
        bytes[2] |= bit(state.l1.forged & swap.bit() != 0, 5);
        bytes[2] |= bit(state.is_late(swap), 6) | bit(state.has_imported(swap), 7);
    }
    for (chain, bytes) in Chain::ALL.into_iter().zip(bytes[6..].chunks_mut(2)) {
        let (here, on_l1) = (state.chain(chain), state.l1.chain(chain));
        bytes[0] = bit(on_l1.is_frozen, 0) | bit(on_l1.is_grace_over, 1) | bit(on_l1.is_expired, 2);
        bytes[0] |= (here.phase as u8) << 3 | (here.operator as u8) << 4;
        bytes[0] |= (on_l1.tombstones.count_ones() as u8) << 6;
        bytes[1] = on_l1.queue.len() | on_l1.consumed << 2 | here.consumed << 4;
        bytes[1] |= bit(here.has_buried, 6);
    }
    bytes
}

fn bit(is_set: bool, position: u8) -> u8 {
    u8::from(is_set) << position
}

impl Traces {
    /// How many steps there are of each kind.
    pub fn coverage(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for step in self.all.iter().flat_map(|trace| &trace.steps) {
            *counts
                .entry(KINDS[usize::from(step.action.kind())])
                .or_default() += 1;
        }
        counts
    }

    /// The traces as text.
    pub fn write(&self, form: Form) -> String {
        match form {
            Form::Json => self.json(),
            Form::Packed => self.packed(),
        }
    }

    fn json(&self) -> String {
        let traces: Vec<Value> = self.all.iter().map(Trace::json).collect();
        let document = json!({
            "schema": 1,
            "actions": KINDS,
            "settings": described_settings(),
            "coverage": self.coverage(),
            "traces": traces,
        });
        document.to_string() + "\n"
    }

    fn packed(&self) -> String {
        let settings = json!(described_settings());
        let coverage = json!(self.coverage());
        let mut text = format!("# 1\n# {settings}\n# {coverage}\n");
        for trace in &self.all {
            text.push_str("0x");
            for byte in trace.packed() {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        text
    }
}

impl Trace {
    /// Every step with the bytes it changes.
    fn changes(&self) -> impl Iterator<Item = (u8, Vec<(u8, u8)>)> {
        let mut before = [0; 12];
        self.steps.iter().map(move |step| {
            let code = step.action.kind() * 8 + step.action.parameter();
            let bytes = (0..).zip(before.iter().zip(step.expected));
            let changed = bytes.filter(|(_, (old, new))| *old != new);
            let changed = changed.map(|(index, (_, new))| (index, new)).collect();
            before = step.expected;
            (code, changed)
        })
    }

    fn json(&self) -> Value {
        let steps = self.changes().map(|(code, changed)| {
            let pairs = changed.into_iter().flat_map(|(index, byte)| [index, byte]);
            json!(std::iter::once(code).chain(pairs).collect::<Vec<u8>>())
        });
        Value::Array(std::iter::once(json!(self.setting)).chain(steps).collect())
    }

    fn packed(&self) -> Vec<u8> {
        let mut bytes = vec![self.setting];
        bytes.extend((self.steps.len() as u16).to_be_bytes());
        for (code, changed) in self.changes() {
            let set = changed
                .iter()
                .fold(0u16, |set, (index, _)| set | 1 << index);
            bytes.push(code);
            bytes.extend(set.to_be_bytes());
            bytes.extend(changed.iter().map(|(_, byte)| byte));
        }
        bytes
    }
}

/// Sources and destinations are chains 0 to 2.
fn described_settings() -> Vec<Value> {
    let described = settings().into_iter().map(|setting| {
        let ends =
            Swap::ALL.map(|swap| [setting.source(swap) as u8, setting.destination(swap) as u8]);
        json!({ "swaps": ends, "rollup": setting.availability == Availability::Rollup })
    });
    described.collect()
}
