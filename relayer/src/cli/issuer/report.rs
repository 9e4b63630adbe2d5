//! What the commands of issuers print, and how they fail.

use alloy::primitives::{Address, B256, Bytes};
use causeway_bindings::AssetKind;
use serde::Serialize;

use super::{Wanted, words};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Report, fields, table};
use crate::model::ChainId;
use crate::tokens::{Difference, IssuerError, Remedy, Risk, Step, steps};
use crate::view::{ChainNames, ChainView};

fn view(wanted: &Wanted, chain_id: ChainId) -> ChainView {
    ChainView {
        chain_id,
        name: wanted.names.name(chain_id),
    }
}

/// The token that a report is about.
#[derive(Serialize)]
struct Token {
    home: ChainView,
    address: Address,
    kind: &'static str,
}

impl Token {
    fn new(wanted: &Wanted) -> Self {
        let desired = &wanted.desired;
        Self {
            home: view(wanted, desired.home),
            address: desired.token,
            kind: match desired.kind {
                AssetKind::NonFungible => "nft",
                AssetKind::MultiToken => "multi",
                _ => "fungible",
            },
        }
    }

    fn line(&self) -> String {
        fields(&[("token", format!("{} of {}", self.address, self.home.name))])
    }
}

/// Something that a chain has otherwise than wanted.
#[derive(Serialize)]
struct Row {
    chain: ChainView,
    subject: &'static str,
    /// The other chain, where it is about a route.
    other: Option<ChainView>,
    wanted: String,
    found: String,
    #[serde(skip)]
    text: String,
}

impl Row {
    fn new(wanted: &Wanted, difference: &Difference) -> Self {
        let subject = difference.subject;
        Self {
            chain: view(wanted, difference.chain),
            subject: words::label(subject),
            other: words::other(subject).map(|chain| view(wanted, chain)),
            wanted: difference.wanted.clone(),
            found: difference.found.clone(),
            text: words::subject(subject, &wanted.names),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.chain.name.clone(),
            self.text.clone(),
            self.wanted.clone(),
            self.found.clone(),
        ]
    }
}

/// A transaction that is to be made.
#[derive(Serialize)]
struct Planning {
    chain: ChainView,
    contract: Address,
    function: &'static str,
    text: String,
    role: &'static str,
    /// `None` where anyone may make it.
    account: Option<Address>,
    calldata: Bytes,
}

impl Planning {
    fn new(wanted: &Wanted, step: &Step) -> Self {
        let is_l1 = step.chain == wanted.network.l1.reader.chain_id();
        Self {
            chain: view(wanted, step.chain),
            contract: step.to,
            function: step.function(),
            text: words::told(step, wanted.desired.decimals, &wanted.names),
            role: step.role.label(),
            account: step.account,
            calldata: step.calldata(is_l1, wanted.announce_gas),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.chain.name.clone(),
            self.text.clone(),
            format!("{}.{}", self.contract, self.function),
            words::who(self.role, self.account),
        ]
    }
}

const NOTHING: &str = "nothing to do: every chain has what the file says";

/// What leads from what the chains have to what is wanted.
#[derive(Serialize)]
pub(super) struct Planned {
    schema: &'static str,
    token: Token,
    transactions: Vec<Planning>,
    /// What comes only after something else.
    later: Vec<Stuck>,
    /// What nobody can do, and what to change instead.
    impossible: Vec<Stuck>,
    risks: Vec<Warning>,
}

/// Something in the file that can cost money.
#[derive(Serialize)]
struct Warning {
    kind: &'static str,
    text: String,
}

impl Warning {
    fn new(risk: &Risk, names: &ChainNames) -> Self {
        let (kind, text) = words::risk(risk, names);
        Self { kind, text }
    }
}

/// A difference that no transaction of the plan deals with.
#[derive(Serialize)]
struct Stuck {
    #[serde(flatten)]
    row: Row,
    why: String,
}

impl Stuck {
    fn line(&self) -> String {
        format!("{}: {}: {}", self.row.chain.name, self.row.text, self.why)
    }
}

impl Planned {
    pub(super) fn new(wanted: &Wanted, differences: &[Difference], risks: &[Risk]) -> Self {
        let steps = steps(differences);
        let (mut later, mut impossible) = (Vec::new(), Vec::new());
        for difference in differences {
            let row = Row::new(wanted, difference);
            match &difference.remedy {
                Remedy::Steps(_) => {}
                Remedy::Later(why) => later.push(Stuck {
                    row,
                    why: (*why).to_owned(),
                }),
                Remedy::Nobody(advice) => impossible.push(Stuck {
                    row,
                    why: advice.clone(),
                }),
            }
        }
        Self {
            schema: "causeway.token-plan/v1",
            token: Token::new(wanted),
            transactions: steps
                .iter()
                .map(|step| Planning::new(wanted, step))
                .collect(),
            later,
            impossible,
            risks: risks
                .iter()
                .map(|risk| Warning::new(risk, &wanted.names))
                .collect(),
        }
    }
}

impl Report for Planned {
    fn table(&self) -> String {
        let mut parts = vec![self.token.line()];
        let announces = self
            .transactions
            .iter()
            .any(|step| step.function == "announce");
        if self.transactions.is_empty() && self.later.is_empty() && self.impossible.is_empty() {
            parts.push(NOTHING.to_owned());
        }
        if !self.transactions.is_empty() {
            let rows = self.transactions.iter().map(Planning::cells);
            parts.push(table(&["chain", "what", "call", "who"], rows));
        }
        let later = self.later.iter();
        parts.extend(later.map(|stuck| format!("later: {}", stuck.line())));
        let impossible = self.impossible.iter();
        parts.extend(impossible.map(|stuck| format!("IMPOSSIBLE: {}", stuck.line())));
        if announces {
            let text = "what the file says of a chain that the token is announced to is planned once the token stands there";
            parts.push(text.to_owned());
        }
        let risks: Vec<_> = self
            .risks
            .iter()
            .map(|risk| format!("risk: {}", risk.text))
            .collect();
        if !risks.is_empty() {
            parts.push(risks.join("\n"));
        }
        parts.join("\n\n")
    }
}

/// Where the chains differ from what is wanted.
#[derive(Serialize)]
pub(super) struct Checked {
    schema: &'static str,
    token: Token,
    agrees: bool,
    differences: Vec<Row>,
}

impl Checked {
    pub(super) fn new(wanted: &Wanted, differences: &[Difference]) -> Self {
        Self {
            schema: "causeway.token-check/v1",
            token: Token::new(wanted),
            agrees: differences.is_empty(),
            differences: differences
                .iter()
                .map(|difference| Row::new(wanted, difference))
                .collect(),
        }
    }
}

impl Report for Checked {
    fn table(&self) -> String {
        let token = self.token.line();
        if self.agrees {
            return format!("{token}\n\nevery chain has what the file says");
        }
        let rows = self.differences.iter().map(Row::cells);
        let rows = table(&["chain", "what", "wanted", "is"], rows);
        format!("{token}\n\n{rows}")
    }
}

/// A transaction that was made.
#[derive(Serialize)]
pub(super) struct Made {
    chain: ChainView,
    contract: Address,
    function: &'static str,
    text: String,
    account: Address,
    tx: B256,
    block: Option<u64>,
}

impl Made {
    pub(super) fn step(
        wanted: &Wanted,
        step: &Step,
        account: Address,
        tx: B256,
        block: Option<u64>,
    ) -> Self {
        Self {
            chain: view(wanted, step.chain),
            contract: step.to,
            function: step.function(),
            text: words::told(step, wanted.desired.decimals, &wanted.names),
            account,
            tx,
            block,
        }
    }

    pub(super) fn presented(
        wanted: &Wanted,
        l1: ChainId,
        bridge: Address,
        account: Address,
        tx: B256,
        block: Option<u64>,
    ) -> Self {
        Self {
            chain: view(wanted, l1),
            contract: bridge,
            function: "finalizeWithdrawal",
            text: "present the announcement".to_owned(),
            account,
            tx,
            block,
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.chain.name.clone(),
            self.text.clone(),
            self.tx.to_string(),
            self.block
                .map(|block| block.to_string())
                .unwrap_or_default(),
        ]
    }
}

/// A transaction that was not made, or whose effect is not seen yet.
#[derive(Serialize)]
pub(super) struct Left {
    #[serde(flatten)]
    step: Planning,
    why: String,
}

impl Left {
    pub(super) fn new(wanted: &Wanted, step: &Step, why: &str) -> Self {
        Self {
            step: Planning::new(wanted, step),
            why: why.to_owned(),
        }
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = self.step.cells();
        cells.push(self.why.clone());
        cells
    }
}

/// What was done, and what is left.
#[derive(Serialize)]
pub(super) struct Applied {
    schema: &'static str,
    token: Token,
    made: Vec<Made>,
    left: Vec<Left>,
}

impl Applied {
    pub(super) fn new(wanted: &Wanted, made: Vec<Made>, left: Vec<Left>) -> Self {
        Self {
            schema: "causeway.token-apply/v1",
            token: Token::new(wanted),
            made,
            left,
        }
    }
}

impl Report for Applied {
    fn table(&self) -> String {
        let mut parts = vec![self.token.line()];
        if self.made.is_empty() && self.left.is_empty() {
            parts.push(NOTHING.to_owned());
        }
        if !self.made.is_empty() {
            let rows = self.made.iter().map(Made::cells);
            parts.push(table(&["chain", "made", "transaction", "block"], rows));
        }
        if !self.left.is_empty() {
            let rows = self.left.iter().map(Left::cells);
            parts.push(table(&["chain", "left over", "call", "who", "why"], rows));
        }
        parts.join("\n\n")
    }
}

impl From<IssuerError> for Failure {
    fn from(error: IssuerError) -> Self {
        let exit = match error {
            IssuerError::Step(error) => return error.into(),
            IssuerError::File(_)
            | IssuerError::List(_)
            | IssuerError::NoToken { .. }
            | IssuerError::Silent { .. }
            | IssuerError::OtherKind { .. }
            | IssuerError::NotHome { .. } => Exit::BadFile,
        };
        Self::new(exit, error.to_string())
    }
}
