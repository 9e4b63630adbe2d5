//! `causeway token` without any chain: what is refused, and what is said.

use std::path::Path;

use crate::support::{Ended, causeway};

const CONFIG: i32 = 3;
const USAGE: i32 = 2;
const UNREACHABLE: i32 = 7;
const BAD_FILE: i32 = 11;

/// A directory with what `config init` and `token init` write.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for arguments in [["config", "init"], ["token", "init"]] {
        assert_eq!(causeway(directory.path(), &arguments).code, 0);
    }
    directory
}

fn plan_with(from: &str, to: &str) -> Ended {
    let directory = directory();
    let path = directory.path().join("token.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    causeway(directory.path(), &["token", "plan"])
}

#[track_caller]
fn assert_refused(ended: &Ended, code: i32, said: &str) {
    assert_eq!(ended.code, code, "{}", ended.stderr);
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
}

#[test]
fn what_init_writes_is_understood_and_never_overwritten() {
    let directory = directory();
    for command in ["plan", "check"] {
        let ended = causeway(directory.path(), &["token", command]);
        assert_refused(&ended, UNREACHABLE, "127.0.0.1:854");
    }
    let again = causeway(directory.path(), &["token", "init"]);
    assert_refused(
        &again,
        BAD_FILE,
        "token.toml: is there already; remove it, or name another file with --file",
    );
    let printed = causeway(directory.path(), &["token", "init", "--stdout"]);
    let written = std::fs::read_to_string(directory.path().join("token.toml")).unwrap();
    assert_eq!(printed.stdout, written);
}

#[test]
fn a_file_that_is_not_there_says_what_writes_one() {
    let directory = directory();
    let arguments = ["token", "plan", "--file", "none.toml"];
    let ended = causeway(directory.path(), &arguments);
    assert_refused(&ended, BAD_FILE, "none.toml: cannot be read: ");
    assert!(ended.stderr.contains("`causeway token init` writes one"));
}

#[test]
fn faults_of_the_file_are_told_with_their_place_before_any_chain_is_asked() {
    let cases = [
        (
            "kind = ",
            "sort = ",
            "unknown key `sort`; did you mean `home`?",
        ),
        (
            "announce = true",
            "anounce = true",
            "unknown key `anounce`; did you mean `announce`?",
        ),
        (
            "home = \"alpha\"",
            "home = \"alhpa\"",
            "token.home: there is no chain `alhpa`",
        ),
        (
            "capacity_tokens = \"1000000\", refill",
            "capacity_units = \"1000000\", refill",
            "in the same unit",
        ),
        (
            "[chains.alpha.routes.beta]",
            "[chains.alpha.routes.l1]",
            "the file says nothing of that chain",
        ),
    ];
    for (from, to, said) in cases {
        let ended = plan_with(from, to);
        assert_eq!(ended.code, BAD_FILE, "{to}: {}", ended.stderr);
        assert!(
            ended.stderr.starts_with("error: token.toml:"),
            "{}",
            ended.stderr
        );
        assert!(ended.stderr.contains(said), "{to}: {}", ended.stderr);
    }
}

#[test]
fn the_configuration_is_refused_first() {
    let directory = tempfile::tempdir().unwrap();
    let ended = causeway(directory.path(), &["token", "check"]);
    assert_refused(&ended, CONFIG, "`causeway config init` writes one");
}

#[test]
fn what_signs_has_to_be_named() {
    let directory = directory();
    for command in ["apply", "list"] {
        let ended = causeway(directory.path(), &["token", command]);
        assert_refused(&ended, USAGE, "--signer <NAME>");
    }
    let arguments = ["token", "list", "--signer", "nobody"];
    let ended = causeway(directory.path(), &arguments);
    assert_refused(
        &ended,
        CONFIG,
        "there is no signer `nobody`; add [signers.nobody]",
    );
    let arguments = [
        "token",
        "list",
        "--signer",
        "relay",
        "--list-version",
        "1.0",
    ];
    let ended = causeway(directory.path(), &arguments);
    assert_refused(&ended, USAGE, "give three numbers, such as 1.0.0");
}

#[test]
fn a_list_has_fungible_tokens_only() {
    let directory = directory();
    let path = directory.path().join("token.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.replacen("\"fungible\"", "\"nft\"", 1)).unwrap();
    let arguments = ["token", "list", "--signer", "relay"];
    let ended = causeway(directory.path(), &arguments);
    assert_refused(
        &ended,
        BAD_FILE,
        "token.toml: only fungible tokens get on a token list",
    );
}

#[test]
fn a_list_without_its_signature_is_none() {
    let directory = directory();
    let signer = "0x00000000000000000000000000000000000000aa";
    let arguments = ["token", "verify-list", "tokens.json", "--signer", signer];
    let verify = |directory: &Path| causeway(directory, &arguments);
    assert_refused(&verify(directory.path()), BAD_FILE, "tokens.json: ");
    std::fs::write(directory.path().join("tokens.json"), "{}").unwrap();
    assert_refused(&verify(directory.path()), BAD_FILE, "tokens.json.sig: ");
    let signature = format!("0x{}1b", "11".repeat(64));
    std::fs::write(directory.path().join("tokens.json.sig"), signature).unwrap();
    assert_refused(
        &verify(directory.path()),
        BAD_FILE,
        "tokens.json: field `.`: missing field `name`",
    );
}
