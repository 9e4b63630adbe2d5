//! The machine itself: no state comes back, and everything that can happen does.

use std::collections::{BTreeSet, HashMap};

use causeway_model::{
    Action, Protocol, Rules, Setting, State,
    actions::KINDS,
    setting::{Availability, Topology},
    variant::{EARLY_IMPORT, Rule},
};

const SINGLE: Setting = Setting::calm(Topology::Relay, Availability::Validium)
    .single()
    .with_faults(1)
    .with_reorg(1);

/// Whether a state is on the way that is being followed, or all that can come after it was seen.
#[derive(PartialEq)]
enum Mark {
    OnTheWay,
    Done,
}

/// The kinds of actions taken. Fails where a way leads back to where it has been.
fn explore(model: &Protocol) -> BTreeSet<&'static str> {
    let initial = State::initial(model.setting.faults, model.setting.reorgs);
    let mut marks: HashMap<State, Mark> = HashMap::from([(initial, Mark::OnTheWay)]);
    let mut taken = BTreeSet::new();
    let mut way = vec![(initial, Action::ALL.into_iter())];
    while let Some((state, actions)) = way.last_mut() {
        let state = *state;
        let Some(action) = actions.find(|action| model.allows(&state, *action)) else {
            marks.insert(state, Mark::Done);
            way.pop();
            continue;
        };
        taken.insert(KINDS[usize::from(action.kind())]);
        let next = model.after(&state, action);
        match marks.get(&next) {
            Some(mark) => assert!(*mark == Mark::Done, "{action:?} leads back to {next:?}"),
            None => {
                marks.insert(next, Mark::OnTheWay);
                way.push((next, Action::ALL.into_iter()));
            }
        }
    }
    taken
}

fn as_specified(setting: Setting) -> Protocol {
    Protocol {
        setting,
        rules: Rules::AS_SPECIFIED,
    }
}

#[test]
fn no_state_comes_back_and_every_action_is_taken() {
    let mut taken = explore(&as_specified(SINGLE.with_forger().with_faults(2)));
    let specified: BTreeSet<_> = KINDS.into_iter().take(26).collect();
    assert_eq!(taken, specified);

    for rules in [EARLY_IMPORT, &[Rule::RefundNeedsDecision]] {
        taken.extend(explore(&Protocol {
            setting: SINGLE,
            rules: Rules::without(rules),
        }));
    }
    assert_eq!(taken, BTreeSet::from(KINDS));
}

#[test]
fn no_state_of_two_swaps_comes_back() {
    for topology in Topology::ALL {
        let calm = Setting::calm(topology, Availability::Rollup);
        explore(&as_specified(calm.with_reorg(1)));
    }
}

#[test]
fn the_list_of_actions_has_each_once_and_codes_tell_them_apart() {
    let codes: BTreeSet<_> = Action::ALL
        .map(|action| (action.kind(), action.parameter()))
        .into();
    assert_eq!(codes.len(), Action::ALL.len());
    for action in Action::ALL {
        let name = KINDS[usize::from(action.kind())];
        assert!(
            format!("{action:?}").starts_with(name),
            "{action:?}: {name}"
        );
        assert!(action.parameter() < 8);
    }
}
