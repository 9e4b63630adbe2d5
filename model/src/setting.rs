//! Which swaps run, what may go wrong, and how often: the bounds of one search.

use stateright::{Model, Property};

use crate::{
    actions::Action,
    properties,
    state::{Chain, State, Swap},
    variant::Rules,
};

/// Which chains the two swaps connect. In each, one chain's freeze concerns both swaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Topology {
    /// A to B, and B to C: B is a destination and a source.
    Relay,
    /// A to B, and B to A: each may freeze the other's swap.
    Opposed,
    /// A to B, and C to B: B's queue serves two sources.
    Converging,
}

impl Topology {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Relay, Self::Opposed, Self::Converging];

    /// Source and destination of a swap.
    pub fn ends(self, swap: Swap) -> (Chain, Chain) {
        match (swap, self) {
            (Swap::First, _) => (Chain::A, Chain::B),
            (Swap::Second, Self::Relay) => (Chain::B, Chain::C),
            (Swap::Second, Self::Opposed) => (Chain::B, Chain::A),
            (Swap::Second, Self::Converging) => (Chain::C, Chain::B),
        }
    }

    /// As a reader sees it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Relay => "A→B, B→C",
            Self::Opposed => "A→B, B→A",
            Self::Converging => "A→B, C→B",
        }
    }
}

/// Where the data of all chains' batches is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Availability {
    /// With the operator: only it can bring its chain back.
    Validium,
    /// On L1: anyone can.
    Rollup,
}

/// The bounds of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Setting {
    /// Which chains the swaps connect.
    pub topology: Topology,
    /// Where data is.
    pub availability: Availability,
    /// How often an operator may halt, censor, or let its queue expire.
    pub faults: u8,
    /// How often L1 may be reorged.
    pub reorgs: u8,
    /// L1's transactions that may be without finality at once.
    pub unfinal: u8,
    /// Whether only the first swap is ever locked.
    pub is_single: bool,
    /// Whether the verifier of the chain that is no end of the first swap accepts everything.
    pub has_forger: bool,
}

impl Setting {
    /// Two swaps, and nothing goes wrong.
    pub const fn calm(topology: Topology, availability: Availability) -> Self {
        Self {
            topology,
            availability,
            faults: 0,
            reorgs: 0,
            unfinal: 0,
            is_single: false,
            has_forger: false,
        }
    }

    /// The same with so many faults of operators.
    pub const fn with_faults(self, faults: u8) -> Self {
        Self { faults, ..self }
    }

    /// The same with one reorg of L1 that takes back up to `unfinal` transactions.
    pub const fn with_reorg(self, unfinal: u8) -> Self {
        Self {
            reorgs: 1,
            unfinal,
            ..self
        }
    }

    /// The same with the first swap alone.
    pub const fn single(self) -> Self {
        Self {
            is_single: true,
            ..self
        }
    }

    /// The same with a chain whose verifier is broken.
    pub const fn with_forger(self) -> Self {
        Self {
            has_forger: true,
            ..self
        }
    }

    /// Source of a swap.
    pub fn source(&self, swap: Swap) -> Chain {
        self.topology.ends(swap).0
    }

    /// Destination of a swap.
    pub fn destination(&self, swap: Swap) -> Chain {
        self.topology.ends(swap).1
    }
}

/// The state machine: a setting, and the rules in force.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// Its bounds.
    pub setting: Setting,
    /// Its rules.
    pub rules: Rules,
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::initial(self.setting.faults, self.setting.reorgs)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(
            Action::ALL
                .into_iter()
                .filter(|action| self.allows(state, *action)),
        );
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.after(state, action))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all(&self.setting)
    }
}

/// What is searched of the protocol as it is.
pub const SETTINGS: [Setting; 12] = {
    use Availability::{Rollup, Validium};
    use Topology::{Converging, Opposed, Relay};
    [
        Setting::calm(Relay, Validium).with_faults(1),
        Setting::calm(Relay, Rollup).with_faults(1),
        Setting::calm(Opposed, Validium).with_faults(1),
        Setting::calm(Opposed, Rollup).with_faults(1),
        Setting::calm(Converging, Validium).with_faults(1),
        Setting::calm(Converging, Rollup).with_faults(1),
        Setting::calm(Relay, Validium).with_reorg(2),
        Setting::calm(Opposed, Validium).with_reorg(2),
        Setting::calm(Converging, Validium).with_reorg(2),
        Setting::calm(Relay, Validium)
            .single()
            .with_faults(2)
            .with_reorg(1),
        Setting::calm(Relay, Rollup)
            .single()
            .with_faults(2)
            .with_reorg(1),
        Setting::calm(Relay, Validium).with_forger(),
    ]
};
