use super::*;
use crate::chain::ChainError;
use alloy::primitives::Address;

fn target() -> Target {
    Target {
        name: "alpha".to_owned(),
        chain_id: 271,
        section: "chains.alpha".to_owned(),
        start_block: 0,
        page: 100,
        contracts: vec![("outbox", Address::repeat_byte(1))],
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
