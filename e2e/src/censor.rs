//! A node that serves reads and loses transactions: it answers as if it had taken them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use alloy::{hex, primitives::keccak256};
use eyre::Result;
use serde_json::{Value, json};

use crate::gate::{Gate, Guard, Verdict};

const SEND: &str = "eth_sendRawTransaction";

/// Stands between a process and an RPC.
#[derive(Debug)]
pub struct Censor {
    gate: Gate,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    lost: AtomicUsize,
    lets_pass: AtomicBool,
}

impl Censor {
    /// Listens on `port`, for the RPC on port `target`.
    pub async fn start(port: u16, target: u16) -> Result<Self> {
        let state = Arc::new(State::default());
        let gate = Gate::start(port, target, Arc::clone(&state) as Arc<dyn Guard>).await?;
        Ok(Self { gate, state })
    }

    /// Its address, as an RPC URL.
    pub fn url(&self) -> String {
        self.gate.url()
    }

    /// How many transactions it has lost.
    pub fn lost(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }

    /// Lets everything pass, or loses transactions again.
    pub fn let_pass(&self, lets_pass: bool) {
        self.state.lets_pass.store(lets_pass, Ordering::SeqCst);
    }
}

impl Guard for State {
    fn judge(&self, call: &Value) -> Verdict {
        if call["method"] != SEND || self.lets_pass.load(Ordering::SeqCst) {
            return Verdict::Pass;
        }
        match call["params"][0].as_str().map(hex::decode) {
            Some(Ok(raw)) => {
                self.lost.fetch_add(1, Ordering::SeqCst);
                Verdict::Answer(json!(keccak256(raw)))
            }
            _ => Verdict::Pass,
        }
    }
}
