//! What the tutorials tell their readers to do, done.

use std::path::Path;

use causeway_e2e::{command, devnet::Devnet};
use eyre::{OptionExt, Result, ensure};

use crate::support::{LIMIT, devnet};

const FIRST_MESSAGE: &str = include_str!("../../../docs/tutorial/first-message.md");
const FIRST_TRANSFER: &str = include_str!("../../../docs/tutorial/first-transfer.md");
const FIRST_PROGRAM: &str = include_str!("../../../docs/tutorial/first-program.md");
const PROGRAM: &str = include_str!("../../src/bin/first_program.rs");
const RECIPIENT: &str = include_str!("../../../contracts/test/mocks/TallyRecipient.sol");

/// Readers have eyes: they wait until something is there, and copy the id they see.
const EYES: &str = r#"
set -euo pipefail
relayer() { "$causeway" "$@"; }
ids() { relayer msg list --stage "$1" --output json | node -p 'JSON.parse(require("fs").readFileSync(0)).messages.map(m => m.id).join(" ")'; }
wait_for() { for _ in $(seq 600); do id=$(ids "$1"); [ -z "$id" ] || return 0; sleep 0.2; done; echo "no message is $1" >&2; return 1; }
"#;

/// `docs/tutorial/first-message.md` from the second terminal on.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_first_message_do_what_the_tutorial_says() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let script = format!("{EYES}{}", commands(&devnet));
    let ended = command::run(Path::new("bash"), ["-c", &script]).await?;
    let said = ended.require_success()?.stdout;
    for expected in [
        "transactionHash",
        "delivered",
        "recipient_reverts",
        "closed for lunch",
    ] {
        ensure!(said.contains(expected), "nothing says {expected:?}: {said}");
    }
    ensure!(
        said.lines().last() == Some("2"),
        "the recipient has not counted 2: {said}"
    );
    devnet.stop().await
}

/// The commands with the reader's part: the paths, the waiting, the ids.
fn commands(devnet: &Devnet) -> String {
    let text: String = blocks(FIRST_MESSAGE, "sh").skip(1).collect();
    let config = devnet.config_path().display().to_string();
    let watch = "target/release/causeway msg list\n";
    assert!(
        text.contains(watch) && text.contains("sleep 10\n"),
        "the tutorial has changed: so must this test"
    );
    let text = text
        .replace("…/causeway.toml", &config)
        .replace(watch, &format!("wait_for final\n{watch}"))
        .replace("sleep 10\n", "wait_for held\n")
        .replace("0x…", "$id")
        .replace("target/release/causeway", "relayer");
    let causeway = devnet.causeway().display();
    let finish =
        "for _ in $(seq 600); do [ \"$(ids final | wc -w)\" = 2 ] && break; sleep 0.2; done";
    let count = "cast call --rpc-url \"$b\" \"$recipient\" 'total()(uint256)'";
    format!(
        "cd '{}'\ncauseway='{causeway}'\n{text}\n{finish}\n{count}\n",
        causeway_e2e::binary::root().display()
    )
}

/// `docs/tutorial/first-transfer.md` from the second terminal on.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_first_transfer_do_what_the_tutorial_says() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let text: String = blocks(FIRST_TRANSFER, "sh").skip(1).collect();
    let [config, causeway] = [devnet.config_path(), devnet.causeway().to_owned()];
    let text = text
        .replace("…/causeway.toml", &config.display().to_string())
        .replace("target/release/causeway", &causeway.display().to_string());
    let root = causeway_e2e::binary::root();
    let script = format!("set -euo pipefail\ncd '{}'\n{text}", root.display());
    let ended = command::run_within(LIMIT, Path::new("bash"), ["-c", &script]).await?;
    let said = ended.require_success()?.stdout;
    let mut rest = said.as_str();
    for expected in [
        "arrived",
        "\"GLD\"",
        "12500000",
        "ready",
        "finalize the withdrawal",
        "arrived",
        "900000000",
        "exact",
    ] {
        let place = rest.find(expected);
        let place = place.ok_or_eyre(format!("then nothing says {expected:?}: {said}"))?;
        rest = &rest[place + expected.len()..];
    }
    devnet.stop().await
}

/// `docs/tutorial/first-program.md`.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_program_does_what_the_tutorial_says() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let program = Path::new(env!("CARGO_BIN_EXE_first_program"));
    let network = devnet.directory().join("network.json");
    let ended = command::run(program, [network]).await?.require_success()?;
    let (said, told): (Vec<&str>, Vec<&str>) = (ended.stdout.lines().collect(), told().collect());
    // Who waits for a stage is told of a later one where a relayer was quicker.
    let fits = |(said, told): (&&str, &&str)| said.starts_with(told) || *said == "delivered";
    ensure!(
        said.len() == told.len() && said.iter().zip(&told).all(fits),
        "it says other things than {told:?}: {}",
        ended.stdout
    );
    devnet.stop().await
}

#[test]
fn what_the_tutorial_shows_stands_in_the_program() {
    for (language, source) in [("rust", PROGRAM), ("solidity", RECIPIENT)] {
        let blocks: Vec<&str> = blocks(FIRST_PROGRAM, language).collect();
        assert!(!blocks.is_empty(), "the tutorial shows {language}");
        for block in blocks {
            assert!(source.contains(block), "not in the program:\n{block}");
        }
    }
}

/// The beginnings of the lines that the tutorial says are printed, up to the first number.
fn told() -> impl Iterator<Item = &'static str> {
    let lines = blocks(FIRST_PROGRAM, "text").flat_map(str::lines);
    lines.filter_map(|line| {
        line.split(|character: char| character.is_ascii_digit())
            .next()
    })
}

fn blocks(text: &'static str, language: &'static str) -> impl Iterator<Item = &'static str> {
    text.split("```")
        .skip(1)
        .step_by(2)
        .filter_map(move |block| {
            let (name, content) = block.split_once('\n')?;
            (name == language).then_some(content)
        })
}
