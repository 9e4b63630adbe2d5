//! The coordinator of swaps in the configuration.

use std::{collections::BTreeSet, time::Duration};

use alloy::primitives::Address;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::file::default_true;
use crate::swap::plan::Policy;

/// The coordinator of swaps: takes the steps of every swap between the chains of the relay role.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwapSection {
    /// Name of the signer that pays for steps, on the chains and on L1; one that no operator uses.
    pub signer: String,
    /// Seconds between two looks at a swap.
    #[serde(default = "default_interval")]
    pub interval_seconds: u64,
    /// Whether a chain that ignores a swap is asked through its queue on L1.
    #[serde(default = "default_true")]
    pub force: bool,
    /// Whether a chain that lets its queue expire is frozen.
    #[serde(default = "default_true")]
    pub freeze: bool,
    /// Whether L1 is to cancel swaps in a frozen destination's stead.
    #[serde(default = "default_true")]
    pub l1_cancel: bool,
    /// Whether a swap is published on L1 where nothing else brings it to its end: forced execution and payment, and claims on
    /// L1.
    #[serde(default)]
    pub publish: bool,
    /// Accounts whose swaps are brought to their end: who locked, is refunded, receives, or is the counterparty. Those of everybody
    /// where the list is empty; what is ordered here always is.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub parties: Vec<Address>,
    /// Orders to lock, taken over HTTP; none where it is missing.
    pub orders: Option<OrdersSection>,
}

/// Orders to lock, taken over HTTP.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrdersSection {
    /// Name of the signer that gives and locks; one that does nothing else.
    pub signer: String,
}

/// The coordinator of swaps.
#[derive(Clone, Debug)]
pub struct SwapConfig {
    /// Name of the signer that pays for steps, on the chains and on L1.
    pub signer: String,
    /// Time between two looks.
    pub interval: Duration,
    /// What it may do by itself beyond the steps on the chains.
    pub policy: Policy,
    /// Whose swaps it serves; everybody's where there is nobody.
    pub parties: BTreeSet<Address>,
    /// Name of the signer that locks what is ordered over HTTP, if orders are taken.
    pub orders: Option<String>,
}

impl Check<'_> {
    pub(super) fn swap(&mut self, swap: &SwapSection) -> SwapConfig {
        self.check_signer("swap.signer", &swap.signer);
        if let Some(orders) = &swap.orders {
            self.check_signer("swap.orders.signer", &orders.signer);
        }
        if self.file.relay.is_none() {
            self.refuse(
                "swap",
                "swaps are followed on the chains of the relay role, and there is none",
                "add [relay], or remove [swap]",
            );
        }
        if swap.interval_seconds == 0 {
            let fix = "give a number from 1 on";
            self.refuse("swap.interval_seconds", "0 looks at nothing", fix);
        }
        if swap.parties.contains(&Address::ZERO) {
            let fix = "remove it; an empty list serves everybody";
            self.refuse("swap.parties", "address 0 has no swaps", fix);
        }
        SwapConfig {
            signer: swap.signer.clone(),
            interval: Duration::from_secs(swap.interval_seconds),
            policy: Policy {
                force: swap.force,
                freeze: swap.freeze,
                l1_cancel: swap.l1_cancel,
                publish: swap.publish,
            },
            parties: swap.parties.iter().copied().collect(),
            orders: swap.orders.as_ref().map(|orders| orders.signer.clone()),
        }
    }
}

fn default_interval() -> u64 {
    5
}
