use std::collections::BTreeMap;

use alloy::primitives::Address;
use clap::{CommandFactory, Parser, error::ErrorKind};

use super::*;
use crate::app::AppError;
use crate::chain::ChainError;
use crate::checks::{Finding, Subject};
use crate::store::StoreError;

#[test]
fn the_arguments_are_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_exit_code_is_documented() {
    let page = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/reference/exit-codes.md"
    ))
    .unwrap();
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        Some((
            cells.next()?.parse::<u8>().ok()?,
            cells.next()?.trim_matches('`').to_owned(),
        ))
    });
    let documented: BTreeMap<u8, String> = rows.filter(|(code, _)| *code != 0).collect();
    let known: BTreeMap<u8, String> = Exit::ALL
        .iter()
        .map(|exit| (*exit as u8, exit.label().to_owned()))
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn failures_end_with_the_code_of_their_kind() {
    let full = StoreError::DiskFull {
        path: "/data".to_owned(),
    };
    let locked = StoreError::Locked {
        path: "/data".to_owned(),
    };
    let gone = ChainError::Unreachable {
        chain: 1,
        provider: "http://a".to_owned(),
        reason: "refused".to_owned(),
    };
    let address = "127.0.0.1:1".parse().unwrap();
    let wrong_chain = Finding::failed("alpha", Subject::ChainId, "it is chain 5", "correct it");
    let store_failed = |disk_full| AppError::StoreFailed {
        disk_full,
        message: "x".to_owned(),
    };
    let cases: [(Failure, Exit); 8] = [
        (full.into(), Exit::DiskFull),
        (AppError::Store(locked).into(), Exit::Store),
        (AppError::Chain(gone).into(), Exit::Unreachable),
        (
            AppError::Api(crate::api::ApiError::PortInUse(address)).into(),
            Exit::PortInUse,
        ),
        (AppError::Refused(vec![wrong_chain]).into(), Exit::Refused),
        (AppError::RoleMissing("[relay]").into(), Exit::Config),
        (store_failed(true).into(), Exit::DiskFull),
        (store_failed(false).into(), Exit::Store),
    ];
    for (failure, exit) in cases {
        assert_eq!(failure.exit, exit, "{}", failure.message);
    }
}

#[test]
fn a_failure_is_told_as_a_line_or_as_json() {
    let failure = Failure::new(Exit::NotFound, "there is no such message");
    assert_eq!(failure.text(false), "error: there is no such message");
    assert_eq!(
        failure.text(true),
        r#"{"code":"not_found","message":"there is no such message","schema":"causeway.error/v1"}"#
    );
}

#[test]
fn only_of_an_nft_the_amount_goes_without_saying() {
    let token = Address::repeat_byte(1).to_string();
    let parse = |kind: &[&str]| {
        let order = ["causeway", "transfer", "send", "--from", "a", "--to", "b"];
        let what = ["--token", &token, "--signer", "alice"];
        Cli::try_parse_from([order.as_slice(), &what, kind].concat())
    };
    assert!(parse(&["--kind", "nft", "--token-id", "7"]).is_ok());
    for kind in [&[][..], &["--kind", "multi", "--token-id", "7"]] {
        let error = parse(kind).err().map(|error| error.kind());
        assert_eq!(error, Some(ErrorKind::MissingRequiredArgument));
        assert!(parse(&[kind, &["--amount", "2"]].concat()).is_ok());
    }
}
