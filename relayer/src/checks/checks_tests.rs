//! Each check against a node that answers what the case asks for.

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol_types::SolValue;
use async_trait::async_trait;

use super::keys::{can_call, judge_registration};
use super::*;
use crate::chain::fake::{FakeClock, GENESIS_TIME};
use crate::chain::{
    CallRequest, ChainError, ChainLog, ChainReader, Clock, Fees, Finality, FullBlock, LogPage,
    TxReceipt,
};
use crate::config::{DataAvailability, OperatorConfig};
use crate::model::{BlockRef, ChainId};
use crate::operator::registration::Registration;

/// A node of one block.
#[derive(Clone)]
struct Node {
    dead: bool,
    code: Bytes,
    /// `None` reverts.
    answer: Option<Bytes>,
    balance: U256,
    block_time: u64,
    has_logs: bool,
}

impl Node {
    /// A node with which all is well.
    fn healthy() -> Self {
        Self {
            dead: false,
            code: Bytes::from_static(&[0xfe]),
            answer: Some(U256::from(PROTOCOL_VERSION).abi_encode().into()),
            balance: U256::from(10).pow(U256::from(18)),
            block_time: GENESIS_TIME,
            has_logs: true,
        }
    }

    fn alive(&self) -> Result<(), ChainError> {
        match self.dead {
            false => Ok(()),
            true => Err(ChainError::Unreachable {
                chain: 271,
                provider: "http://a".to_owned(),
                reason: "refused".to_owned(),
            }),
        }
    }

    fn head_block(&self) -> BlockRef {
        BlockRef {
            number: 7,
            hash: B256::repeat_byte(7),
            timestamp: self.block_time,
        }
    }
}

#[async_trait]
impl ChainReader for Node {
    fn chain_id(&self) -> ChainId {
        271
    }
    async fn head(&self, _finality: Finality) -> Result<BlockRef, ChainError> {
        self.alive().map(|()| self.head_block())
    }
    async fn logs(
        &self,
        _from: u64,
        _to: u64,
        addresses: &[Address],
    ) -> Result<LogPage, ChainError> {
        self.alive()?;
        let last = self.head_block();
        let log = ChainLog {
            address: addresses[0],
            topics: vec![],
            data: Bytes::new(),
            block: last,
            tx: B256::ZERO,
            log_index: 0,
        };
        let logs = if self.has_logs { vec![log] } else { vec![] };
        Ok(LogPage {
            parent: None,
            last,
            logs,
        })
    }
    async fn call(&self, _request: &CallRequest) -> Result<Bytes, ChainError> {
        self.alive()?;
        self.answer.clone().ok_or(ChainError::Reverted {
            chain: 271,
            data: Bytes::new(),
        })
    }
    async fn code(&self, _address: Address) -> Result<Bytes, ChainError> {
        self.alive().map(|()| self.code.clone())
    }
    async fn balance(&self, _address: Address) -> Result<U256, ChainError> {
        self.alive().map(|()| self.balance)
    }
    async fn balance_at(&self, _address: Address, _block: u64) -> Result<U256, ChainError> {
        unreachable!("no check asks this")
    }
    async fn block(&self, _number: u64) -> Result<Option<BlockRef>, ChainError> {
        unreachable!("no check asks this")
    }
    async fn full_block(&self, _number: u64) -> Result<Option<FullBlock>, ChainError> {
        unreachable!("no check asks this")
    }
    async fn call_at(&self, _request: &CallRequest, _block: u64) -> Result<Bytes, ChainError> {
        unreachable!("no check asks this")
    }
    async fn estimate_gas(&self, _request: &CallRequest) -> Result<u64, ChainError> {
        unreachable!("no check asks this")
    }
    async fn nonce(&self, _address: Address, _pending: bool) -> Result<u64, ChainError> {
        unreachable!("no check asks this")
    }
    async fn fees(&self) -> Result<Fees, ChainError> {
        unreachable!("no check asks this")
    }
    async fn blob_base_fee(&self) -> Result<u128, ChainError> {
        unreachable!("no check asks this")
    }
    async fn receipt(&self, _tx: B256) -> Result<Option<TxReceipt>, ChainError> {
        unreachable!("no check asks this")
    }
}

/// A finding that must be this, and says this.
fn expect(finding: &Finding, check: Subject, verdict: Verdict, says: &str) {
    let said = finding.to_string();
    assert_eq!((finding.check, finding.verdict), (check, verdict), "{said}");
    assert!(said.contains(says), "{said}");
}

fn target() -> Target {
    Target {
        name: "alpha".to_owned(),
        chain_id: 271,
        section: "chains.alpha".to_owned(),
        start_block: 0,
        page: 100,
        contracts: vec![("outbox", Address::repeat_byte(1))],
        custody: Address::repeat_byte(3),
        authority: Address::repeat_byte(2),
    }
}

#[test]
fn an_rpc_of_another_chain_forbids_the_start_and_a_dead_one_does_not() {
    let dead = ChainError::Unreachable {
        chain: 271,
        provider: "http://c".to_owned(),
        reason: "refused".to_owned(),
    };
    let answers = vec![
        ("http://a".to_owned(), Ok(271)),
        ("http://b".to_owned(), Ok(5)),
        ("http://c".to_owned(), Err(dead)),
    ];
    let findings = check_identity(&target(), &answers);
    let verdicts: Vec<_> = findings
        .iter()
        .map(|finding| (finding.check, finding.verdict, finding.forbids_start()))
        .collect();
    assert_eq!(
        verdicts,
        [
            (Subject::ChainId, Verdict::Ok, false),
            (Subject::ChainId, Verdict::Failed, true),
            (Subject::Reachable, Verdict::Failed, false),
        ]
    );
    assert_eq!(
        findings[1].to_string(),
        "alpha: http://b is chain 5, the configuration says 271; correct chains.alpha.rpc_urls or chains.alpha.chain_id"
    );
}

#[tokio::test]
async fn contracts_without_code_or_of_another_version_forbid_the_start() {
    let version = |number: u64| Some(U256::from(number).abi_encode().into());
    let well = Node::healthy();
    let cases = [
        (
            well.clone(),
            Subject::Version,
            Verdict::Ok,
            "outbox has version 1",
        ),
        (
            Node {
                code: Bytes::new(),
                ..well.clone()
            },
            Subject::Code,
            Verdict::Failed,
            "correct chains.alpha.contracts.outbox or network.contracts.outbox",
        ),
        (
            Node {
                answer: version(2),
                ..well.clone()
            },
            Subject::Version,
            Verdict::Failed,
            "has version 2, this release works with 1",
        ),
        (
            Node {
                answer: None,
                ..well.clone()
            },
            Subject::Version,
            Verdict::Failed,
            "answers no version, so it is no Causeway contract",
        ),
        (
            Node { dead: true, ..well },
            Subject::Reachable,
            Verdict::Failed,
            "start the node",
        ),
    ];
    for (node, check, verdict, says) in cases {
        let findings = check_contracts(&node, &target(), Address::ZERO).await;
        assert_eq!(findings.len(), 2, "the outbox and the authority");
        expect(&findings[0], check, verdict, says);
        let forbids = verdict == Verdict::Failed && check != Subject::Reachable;
        assert_eq!(findings[0].forbids_start(), forbids, "{}", findings[0]);
    }
}

#[tokio::test]
async fn a_holder_that_cannot_pay_is_told() {
    let holder = Address::repeat_byte(9);
    let well = Node {
        answer: Some(holder.abi_encode().into()),
        ..Node::healthy()
    };
    let empty = Node {
        balance: U256::ZERO,
        ..well.clone()
    };
    let no_vault = Node {
        answer: Some(Bytes::new()),
        ..well.clone()
    };
    let dead = Node {
        dead: true,
        ..well.clone()
    };
    let cases = [
        (well, Subject::Balance, Verdict::Ok, "can pay"),
        (
            empty,
            Subject::Balance,
            Verdict::Warning,
            "those that arrive become claims; fund it",
        ),
        (
            no_vault,
            Subject::Balance,
            Verdict::Failed,
            "correct chains.alpha.contracts.vault",
        ),
        (dead, Subject::Reachable, Verdict::Failed, "start the node"),
    ];
    for (node, check, verdict, says) in cases {
        expect(&check_holder(&node, &target()).await, check, verdict, says);
    }
}

#[tokio::test]
async fn clocks_that_differ_and_chains_that_stand_still_are_told() {
    let clock = FakeClock::new();
    let now = clock.now();
    let well = Node {
        block_time: now,
        ..Node::healthy()
    };
    let cases = [
        (now - 600, Verdict::Ok, "is 600 s old"),
        (
            now - 601,
            Verdict::Warning,
            "check that the chain produces blocks",
        ),
        (now + 60, Verdict::Ok, "is 0 s old"),
        (
            now + 61,
            Verdict::Failed,
            "61 s ahead of this machine's clock",
        ),
    ];
    for (block_time, verdict, says) in cases {
        let node = Node {
            block_time,
            ..well.clone()
        };
        expect(
            &check_time(&node, &target(), &clock).await,
            Subject::Clock,
            verdict,
            says,
        );
    }
    let dead = Node { dead: true, ..well };
    let finding = check_time(&dead, &target(), &clock).await;
    expect(
        &finding,
        Subject::Reachable,
        Verdict::Failed,
        "chains.alpha.rpc_urls",
    );
}

#[tokio::test]
async fn an_rpc_that_shows_no_logs_is_suspected() {
    let well = Node::healthy();
    let blind = Node {
        has_logs: false,
        ..well.clone()
    };
    let dead = Node {
        dead: true,
        ..well.clone()
    };
    let cases = [
        (well, Subject::Logs, Verdict::Ok, "1 events"),
        (blind, Subject::Logs, Verdict::Warning, "the RPC hides logs"),
        (dead, Subject::Reachable, Verdict::Failed, "start the node"),
    ];
    for (node, check, verdict, says) in cases {
        expect(
            &check_visible_logs(&node, &target()).await,
            check,
            verdict,
            says,
        );
    }
}

#[tokio::test]
async fn a_signer_that_cannot_pay_is_told_in_time() {
    let hundredth = U256::from(10_000_000_000_000_000_u64);
    let cases = [
        (
            U256::ZERO,
            Verdict::Failed,
            "has nothing on alpha; send ether to 0x0101",
        ),
        (
            hundredth - U256::from(1),
            Verdict::Warning,
            "0.009999999999999999 ether left on alpha",
        ),
        (
            hundredth,
            Verdict::Ok,
            "0.010000000000000000 ether on alpha",
        ),
    ];
    for (balance, verdict, says) in cases {
        let node = Node {
            balance,
            ..Node::healthy()
        };
        let finding = check_balance(&node, "alpha", "relay", Address::repeat_byte(1)).await;
        expect(&finding, Subject::Balance, verdict, says);
    }
    let dead = Node {
        dead: true,
        ..Node::healthy()
    };
    let finding = check_balance(&dead, "alpha", "relay", Address::repeat_byte(1)).await;
    expect(
        &finding,
        Subject::Reachable,
        Verdict::Failed,
        "start the node",
    );
}

#[test]
fn an_operator_must_be_the_one_that_l1_has_registered() {
    let [operator, other] = [1, 2].map(Address::repeat_byte);
    let attesters = [3, 4, 5].map(Address::repeat_byte);
    let registration = Registration {
        operator,
        verifier: Address::repeat_byte(9),
        mode: DataAvailability::Blobs.into(),
        attesters: attesters.to_vec(),
        threshold: 2,
    };
    let config = |data_availability| OperatorConfig {
        chain: 271,
        signer: "alpha-operator".to_owned(),
        attesters: vec![],
        remote_attesters: vec![],
        seal_after_blocks: 1,
        seal_after: std::time::Duration::from_secs(1),
        seal_after_messages: 1,
        import_interval_seconds: 1,
        data_availability,
    };
    let judge = |mode, account, ours: &[Address]| {
        judge_registration("alpha", &registration, &config(mode), account, ours)
    };
    let well = judge(DataAvailability::Blobs, operator, &attesters[..2]);
    assert_eq!(well.len(), 1);
    expect(
        &well[0],
        Subject::Permission,
        Verdict::Ok,
        "are those of L1",
    );

    let wrong = judge(DataAvailability::Validium, other, &[attesters[0], other]);
    let says = [
        "correct operators.alpha.signer",
        "asks for 2 attestations and accepts 1 of our attesters",
        "set operators.alpha.data_availability",
    ];
    assert_eq!(wrong.len(), says.len());
    for (finding, says) in wrong.iter().zip(says) {
        expect(finding, Subject::Permission, Verdict::Failed, says);
    }
}

/// A right behind a delay is none for an operator, who must act within a block or two.
#[tokio::test]
async fn a_right_is_one_that_can_be_used_at_once() {
    let answer = |immediate: bool, delay: u64| {
        let words = (immediate, U256::from(delay));
        Some(Bytes::from(words.abi_encode_params()))
    };
    let cases = [
        (answer(true, 0), true),
        (answer(false, 0), false),
        (answer(false, 3_600), false),
        (Some(Bytes::new()), false),
        (None, false),
    ];
    let [authority, account, contract] = [1, 2, 3].map(Address::repeat_byte);
    for (answer, expected) in cases {
        let node = Node {
            answer,
            ..Node::healthy()
        };
        let right = can_call(&node, authority, account, contract, [0; 4]).await;
        assert_eq!(right.unwrap(), expected);
    }
    let dead = Node {
        dead: true,
        ..Node::healthy()
    };
    let unknown = can_call(&dead, authority, account, contract, [0; 4]).await;
    assert!(matches!(unknown, Err(ChainError::Unreachable { .. })));
}

#[tokio::test]
async fn a_chain_that_l1_has_frozen_fails_the_check() {
    let cases = [
        (Some(0), Verdict::Ok, "live"),
        (Some(9), Verdict::Failed, "froze it at 9"),
        (None, Verdict::Failed, "revert"),
    ];
    for (frozen_at, verdict, said) in cases {
        let l1 = Node {
            answer: frozen_at.map(|time: u64| U256::from(time).abi_encode().into()),
            ..Node::healthy()
        };
        let finding = check_standing(&l1, Address::ZERO, &target()).await;
        assert_eq!(
            (finding.check, finding.verdict),
            (Subject::Standing, verdict)
        );
        assert!(finding.found.contains(said), "{}", finding.found);
    }
}
