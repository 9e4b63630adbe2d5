//! Drawn runs: distinct, the same for the same seed, and both forms say what the machine does.

use std::collections::{BTreeSet, HashSet};

use causeway_model::{
    Action, Protocol, Rules, State,
    actions::KINDS,
    traces::{self, Form, abstract_of, settings},
};
use serde_json::Value;

const COUNT: usize = 2_000;

#[test]
fn runs_are_distinct_and_cover_every_action() {
    let traces = traces::generate(7, COUNT);
    let distinct: HashSet<_> = traces.all.iter().collect();
    assert_eq!(distinct.len(), COUNT);
    let covered: BTreeSet<_> = traces.coverage().into_keys().collect();
    assert_eq!(covered, KINDS.into_iter().take(26).collect());
    let rarest = traces.coverage().into_values().min();
    assert!(rarest > Some(COUNT / 10), "{:?}", traces.coverage());
}

#[test]
fn the_same_seed_draws_the_same() {
    assert_eq!(traces::generate(7, 100), traces::generate(7, 100));
    assert_ne!(traces::generate(7, 100), traces::generate(8, 100));
}

#[test]
fn each_step_is_one_of_the_machine() {
    for trace in traces::generate(3, 200).all {
        let setting = settings()[usize::from(trace.setting)];
        let model = Protocol {
            setting,
            rules: Rules::AS_SPECIFIED,
        };
        let mut state = State::initial(setting.faults, setting.reorgs);
        assert_eq!(abstract_of(&state), [0; 12]);
        for step in trace.steps {
            assert!(model.allows(&state, step.action), "{step:?}");
            state = model.after(&state, step.action);
            assert_eq!(abstract_of(&state), step.expected, "{step:?}");
        }
    }
}

#[test]
fn json_replays_to_what_was_expected() {
    let traces = traces::generate(5, 50);
    let document: Value = serde_json::from_str(&traces.write(Form::Json)).expect("JSON");
    assert_eq!(document["schema"], 1);
    for (trace, written) in traces
        .all
        .iter()
        .zip(document["traces"].as_array().unwrap())
    {
        let written = written.as_array().unwrap();
        assert_eq!(written[0], trace.setting);
        let mut bytes = [0; 12];
        assert_eq!(written.len(), trace.steps.len() + 1);
        for (step, written) in trace.steps.iter().zip(&written[1..]) {
            let numbers: Vec<u8> = serde_json::from_value(written.clone()).unwrap();
            assert_eq!(numbers[0], code(step.action));
            for change in numbers[1..].chunks(2) {
                bytes[usize::from(change[0])] = change[1];
            }
            assert_eq!(bytes, step.expected);
        }
    }
}

#[test]
fn packed_replays_to_what_was_expected() {
    let traces = traces::generate(5, 50);
    let text = traces.write(Form::Packed);
    let (comments, lines): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with('#'));
    assert_eq!((comments.len(), lines.len()), (3, 50));
    for (trace, line) in traces.all.iter().zip(lines) {
        let mut packed = unhex(line).into_iter();
        let mut next = || packed.next().expect("another byte");
        assert_eq!(next(), trace.setting);
        assert_eq!(
            usize::from(u16::from_be_bytes([next(), next()])),
            trace.steps.len()
        );
        let mut bytes = [0; 12];
        for step in &trace.steps {
            assert_eq!(next(), code(step.action));
            let set = u16::from_be_bytes([next(), next()]);
            for (index, byte) in bytes.iter_mut().enumerate() {
                if set >> index & 1 == 1 {
                    *byte = next();
                }
            }
            assert_eq!(bytes, step.expected);
        }
        assert_eq!(packed.next(), None);
    }
}

fn code(action: Action) -> u8 {
    action.kind() * 8 + action.parameter()
}

fn unhex(line: &str) -> Vec<u8> {
    let digits = line.strip_prefix("0x").expect("0x");
    let pairs = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]);
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("digits"))
        .collect()
}
