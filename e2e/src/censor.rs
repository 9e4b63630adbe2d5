//! A node that serves reads and loses transactions: it answers as if it had taken them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
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
    losses: Arc<Losses>,
}

#[derive(Debug, Default)]
struct Losses(AtomicUsize);

impl Censor {
    /// Listens on `port`, for the RPC on port `target`.
    pub async fn start(port: u16, target: u16) -> Result<Self> {
        let losses = Arc::new(Losses::default());
        let gate = Gate::start(port, target, Arc::clone(&losses) as Arc<dyn Guard>).await?;
        Ok(Self { gate, losses })
    }

    /// Its address, as an RPC URL.
    pub fn url(&self) -> String {
        self.gate.url()
    }

    /// How many transactions it has lost.
    pub fn lost(&self) -> usize {
        self.losses.0.load(Ordering::SeqCst)
    }
}

impl Guard for Losses {
    fn judge(&self, call: &Value) -> Verdict {
        let raw = call["params"][0].as_str().map(hex::decode);
        match raw {
            Some(Ok(raw)) if call["method"] == SEND => {
                self.0.fetch_add(1, Ordering::SeqCst);
                Verdict::Answer(json!(keccak256(raw)))
            }
            _ => Verdict::Pass,
        }
    }
}
