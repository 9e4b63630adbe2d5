//! What the commands about assets print, and how they fail.

use alloy::primitives::{Address, B256, Bytes, U256};
use serde::Serialize;

use crate::assets::{AssetError, Order, Status, Step};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Report, fields, table};
use crate::model::ChainId;

/// A transaction, made or planned.
#[derive(Serialize)]
pub(super) struct Made {
    step: &'static str,
    to: Address,
    value: U256,
    calldata: Bytes,
    pub(super) tx: Option<B256>,
    block: Option<u64>,
}

impl Made {
    pub(super) fn planned(step: &Step) -> Self {
        Self {
            step: step.name,
            to: step.to,
            value: step.value,
            calldata: step.calldata.clone(),
            tx: None,
            block: None,
        }
    }

    pub(super) fn in_block(self, tx: B256, block: Option<u64>) -> Self {
        Self {
            tx: Some(tx),
            block,
            ..self
        }
    }

    fn cells(&self) -> Vec<String> {
        let tx = self
            .tx
            .map_or_else(|| "not sent".to_owned(), |tx| tx.to_string());
        let block = self.block.map(|block| block.to_string());
        vec![
            self.step.to_owned(),
            self.to.to_string(),
            tx,
            block.unwrap_or_default(),
        ]
    }
}

fn transactions(made: &[Made]) -> String {
    table(
        &["step", "to", "transaction", "block"],
        made.iter().map(Made::cells),
    )
}

/// Where a transfer stands.
#[derive(Serialize)]
pub(super) struct Standing {
    kind: &'static str,
    id: B256,
    stage: &'static str,
    detail: String,
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        Self {
            kind: status.kind,
            id: status.id,
            stage: status.stage.label(),
            detail: status.detail,
        }
    }
}

impl Standing {
    fn rows(&self) -> Vec<(&'static str, String)> {
        vec![
            ("kind", self.kind.to_owned()),
            ("id", self.id.to_string()),
            ("stage", self.stage.to_owned()),
            ("detail", self.detail.clone()),
        ]
    }
}

/// A transfer that was sent.
#[derive(Serialize)]
pub(super) struct Transfer {
    schema: &'static str,
    from: ChainId,
    to: ChainId,
    token: Address,
    token_id: U256,
    amount: U256,
    sender: Address,
    recipient: Address,
    deliver_before: u64,
    #[serde(rename = "transactions")]
    pub(super) made: Vec<Made>,
    pub(super) status: Option<Standing>,
}

impl Transfer {
    pub(super) fn new(order: &Order, sender: Address) -> Self {
        Self {
            schema: "causeway.transfer/v1",
            from: order.from,
            to: order.to,
            token: order.token,
            token_id: order.token_id,
            amount: order.amount,
            sender,
            recipient: order.recipient,
            deliver_before: order.deliver_before,
            made: Vec::new(),
            status: None,
        }
    }
}

impl Report for Transfer {
    fn table(&self) -> String {
        let mut rows = vec![
            ("from", format!("chain {}, {}", self.from, self.sender)),
            ("to", format!("chain {}, {}", self.to, self.recipient)),
            ("token", self.token.to_string()),
            (
                "amount",
                format!("{} of the token's smallest unit", self.amount),
            ),
        ];
        match &self.status {
            Some(status) => rows.extend(status.rows()),
            None => rows.push((
                "stage",
                "planned; this is a dry run, nothing was sent".to_owned(),
            )),
        }
        format!("{}\n{}", fields(&rows), transactions(&self.made))
    }
}

/// Where a transfer stands that was sent before.
#[derive(Serialize)]
pub(super) struct Followed {
    schema: &'static str,
    from: ChainId,
    tx: B256,
    #[serde(flatten)]
    status: Standing,
}

impl Followed {
    pub(super) fn new(from: ChainId, tx: B256, status: Status) -> Self {
        Self {
            schema: "causeway.transfer-status/v1",
            from,
            tx,
            status: status.into(),
        }
    }
}

impl Report for Followed {
    fn table(&self) -> String {
        let mut rows = vec![
            ("from", format!("chain {}", self.from)),
            ("transaction", self.tx.to_string()),
        ];
        rows.extend(self.status.rows());
        fields(&rows)
    }
}

/// Something was finished on L1.
#[derive(Serialize)]
pub(super) struct Finished {
    schema: &'static str,
    kind: &'static str,
    id: B256,
    outcome: &'static str,
    transaction: Option<Made>,
}

impl Finished {
    pub(super) fn new(kind: &'static str, id: B256) -> Self {
        Self {
            schema: "causeway.finished/v1",
            kind,
            id,
            outcome: "planned",
            transaction: None,
        }
    }

    pub(super) fn before(self) -> Self {
        Self {
            outcome: "done_before",
            ..self
        }
    }

    pub(super) fn with(self, made: Made) -> Self {
        let outcome = if made.tx.is_some() { "done" } else { "planned" };
        Self {
            outcome,
            transaction: Some(made),
            ..self
        }
    }
}

impl Report for Finished {
    fn table(&self) -> String {
        let outcome = match self.outcome {
            "done" => "done",
            "done_before" => "was done before; nothing was sent",
            _ => "planned; this is a dry run, nothing was sent",
        };
        let head = fields(&[
            (self.kind, self.id.to_string()),
            ("outcome", outcome.to_owned()),
        ]);
        match &self.transaction {
            Some(made) => format!("{head}\n{}", transactions(std::slice::from_ref(made))),
            None => head,
        }
    }
}

impl From<AssetError> for Failure {
    fn from(error: AssetError) -> Self {
        let exit = match error {
            AssetError::Step(error) => return error.into(),
            AssetError::Send(error) => return error.into(),
            AssetError::UnknownTransaction { .. } | AssetError::NothingSent { .. } => {
                Exit::NotFound
            }
            AssetError::SentSeveralTimes { .. }
            | AssetError::OtherKind { .. }
            | AssetError::ApprovalForAllNeeded { .. }
            | AssetError::NotAToken { .. }
            | AssetError::BadAmount { .. } => Exit::Usage,
            AssetError::WouldRevert { .. } => Exit::NotExecuted,
            AssetError::NotReady { .. } => Exit::CheckFailed,
        };
        Self::new(exit, error.to_string())
    }
}
