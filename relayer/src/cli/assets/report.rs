//! What the commands about assets print, and how they fail.

use alloy::primitives::{Address, B256, Bytes, U256};
use serde::Serialize;

use crate::assets::{AssetError, Claim, Order, Status, Step};
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

pub(super) fn transactions(made: &[Made]) -> String {
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
    ways_back: Vec<Standing>,
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        let ways_back = status.ways_back.into_iter().map(Self::from);
        Self {
            ways_back: ways_back.collect(),
            kind: status.kind,
            id: status.id,
            stage: status.stage.label(),
            detail: status.detail,
        }
    }
}

impl Standing {
    pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("kind", self.kind.to_owned()),
            ("id", self.id.to_string()),
            ("stage", self.stage.to_owned()),
            ("detail", self.detail.clone()),
        ];
        for back in &self.ways_back {
            rows.push(("went back with", back.id.to_string()));
            rows.push(("which is", format!("{}: {}", back.stage, back.detail)));
        }
        rows
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

/// A transfer was helped on: sent back, or released.
#[derive(Serialize)]
pub(super) struct Moved {
    schema: &'static str,
    transactions: Vec<Made>,
    status: Standing,
}

impl Moved {
    pub(super) fn new(transactions: Vec<Made>, status: Status) -> Self {
        Self {
            schema: "causeway.transfer-moved/v1",
            transactions,
            status: status.into(),
        }
    }
}

impl Report for Moved {
    fn table(&self) -> String {
        let head = fields(&self.status.rows());
        match self.transactions.is_empty() {
            true => format!("{head}\nnothing was left to do, and nothing was sent"),
            false => format!("{head}\n{}", transactions(&self.transactions)),
        }
    }
}

/// What an owner may claim, or has claimed.
#[derive(Serialize)]
pub(super) struct Claimed {
    schema: &'static str,
    chain: ChainId,
    asset_chain: U256,
    asset_token: Address,
    token_id: U256,
    owner: Address,
    recipient: Address,
    amount: U256,
    outcome: &'static str,
    transaction: Option<Made>,
}

impl Claimed {
    pub(super) fn new(chain: ChainId, claim: &Claim, amount: U256) -> Self {
        Self {
            schema: "causeway.claim/v1",
            chain,
            asset_chain: claim.asset.originChainId,
            asset_token: claim.asset.originToken,
            token_id: claim.token_id,
            owner: claim.owner,
            recipient: claim.to,
            amount,
            outcome: "nothing_to_claim",
            transaction: None,
        }
    }

    pub(super) fn planned(self, step: Option<&Step>) -> Self {
        match step {
            None => self,
            Some(step) => Self {
                outcome: "claimable",
                transaction: Some(Made::planned(step)),
                ..self
            },
        }
    }

    pub(super) fn paid(self, made: Made) -> Self {
        Self {
            outcome: "claimed",
            transaction: Some(made),
            ..self
        }
    }
}

impl Report for Claimed {
    fn table(&self) -> String {
        let outcome = match self.outcome {
            "claimed" => "it was claimed and paid",
            "claimable" => "it can be claimed by its owner alone; nothing was sent",
            _ => "there is nothing to claim; nothing was sent",
        };
        let mut rows = vec![
            ("chain", self.chain.to_string()),
            (
                "asset",
                format!("chain {}, {}", self.asset_chain, self.asset_token),
            ),
            ("token id", self.token_id.to_string()),
            ("owner", self.owner.to_string()),
            ("recipient", self.recipient.to_string()),
            (
                "amount",
                format!("{} of the token's smallest unit", self.amount),
            ),
            ("outcome", outcome.to_owned()),
        ];
        let Some(made) = &self.transaction else {
            return fields(&rows);
        };
        if made.tx.is_none() {
            rows.push(("calldata", made.calldata.to_string()));
        }
        format!(
            "{}\n{}",
            fields(&rows),
            transactions(std::slice::from_ref(made))
        )
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
    /// Timestamp, in seconds, from which on a delayed withdrawal is paid.
    pub(super) payable_at: Option<U256>,
}

impl Finished {
    pub(super) fn new(kind: &'static str, id: B256) -> Self {
        Self {
            schema: "causeway.finished/v1",
            kind,
            id,
            outcome: "planned",
            transaction: None,
            payable_at: None,
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
        let mut rows = vec![
            (self.kind, self.id.to_string()),
            ("outcome", outcome.to_owned()),
        ];
        rows.extend(self.payable_at.map(|time| {
            let detail = format!(
                "it exceeds the outflow limit: run the command again from timestamp {time} on"
            );
            ("not paid yet", detail)
        }));
        let head = fields(&rows);
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
