//! Actions as a reader understands them.

use crate::{
    actions::Action,
    setting::Setting,
    state::{Chain, Swap},
};

/// A whole way, step by step.
pub fn tell(setting: &Setting, actions: &[Action]) -> String {
    let steps: Vec<String> = actions
        .iter()
        .map(|step| step_text(setting, *step))
        .collect();
    steps.join("; ")
}

fn step_text(setting: &Setting, action: Action) -> String {
    match action {
        Action::Consume { chain, executes } => {
            let how = if executes { ", and executes" } else { "" };
            format!("{} consumes an operation{how}", name(chain))
        }
        Action::Fork => "L1 forks".to_owned(),
        Action::Finalize => "L1 finalizes".to_owned(),
        Action::Reorg => "L1 takes back what was not final".to_owned(),
        _ => of_swap(setting, action)
            .or_else(|| of_chain(action))
            .unwrap_or_default(),
    }
}

fn of_swap(setting: &Setting, action: Action) -> Option<String> {
    let source = |swap| name(setting.source(swap));
    let destination = |swap| name(setting.destination(swap));
    let (who, does, swap) = match action {
        Action::Lock(swap) => (source(swap), "locks", swap),
        Action::Redeem(swap) => (source(swap), "redeems", swap),
        Action::Refund(swap) => (source(swap), "refunds", swap),
        Action::RefundByClock(swap) => (source(swap), "by its own clock refunds", swap),
        Action::Import(swap) => (destination(swap), "imports the lock of", swap),
        Action::Execute(swap) => (destination(swap), "executes", swap),
        Action::Cancel(swap) => (destination(swap), "cancels", swap),
        Action::Deadline(swap) => (destination(swap), "is past the deadline of", swap),
        Action::Force(swap) => ("L1", "asks the destination to resolve", swap),
        Action::ForceClose(swap) => ("L1", "asks the source to pay", swap),
        Action::L1Cancel(swap) => ("L1", "cancels", swap),
        Action::L1Claim(swap) => ("L1", "pays", swap),
        Action::Forge(swap) => ("a third chain", "opens a slot with the id of", swap),
        _ => return None,
    };
    let which = match swap {
        Swap::First => "the first swap",
        Swap::Second => "the second swap",
    };
    Some(format!("{who} {does} {which}"))
}

fn of_chain(action: Action) -> Option<String> {
    Some(match action {
        Action::Settle(chain) => format!("{} settles", name(chain)),
        Action::SettlePart(chain) => format!("{} settles a part of its queue", name(chain)),
        Action::Expire(chain) => format!("the queue of {} expires", name(chain)),
        Action::Freeze(chain) => format!("L1 freezes {}", name(chain)),
        Action::Grace(chain) => format!("the grace of {} ends", name(chain)),
        Action::Recover(chain) => format!("{} is rolled back to come back", name(chain)),
        Action::Bury(chain) => format!("{} buries what L1 decided", name(chain)),
        Action::Halt(chain) => format!("the operator of {} halts", name(chain)),
        Action::Censor(chain) => format!("the operator of {} censors", name(chain)),
        Action::Return(chain) => format!("the operator of {} returns", name(chain)),
        Action::Rollback(chain) => format!("{} drops what L1 no longer backs", name(chain)),
        _ => return None,
    })
}

fn name(chain: Chain) -> &'static str {
    match chain {
        Chain::A => "A",
        Chain::B => "B",
        Chain::C => "C",
    }
}
