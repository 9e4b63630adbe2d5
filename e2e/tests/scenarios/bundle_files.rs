//! A bundle taken through its steps by hand, as files.

use std::{fs, path::Path};

use alloy::{
    primitives::{B256, U256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::SolEvent,
};
use causeway_bindings::IInteropRootStorage::InteropRootImported;
use causeway_e2e::{command::Ended, recipient::Recipients, relayer::Relayer, wait::eventually};
use eyre::{OptionExt, Result, ensure};
use interop_sdk::{Chain, InteropAddress};
use serde_json::Value;

use crate::support::{LIMIT, devnet};

const BAD_FILE: i32 = 11;
const CHECK_FAILED: i32 = 12;
const NOT_EXECUTED: i32 = 13;

/// Only its executor may deliver the bundle, so the relayer holds it. Its files are proven, verified and executed by hand,
/// and refused where they are not what was sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_goes_from_file_to_file_to_its_destination() -> Result<()> {
    let devnet = devnet(2, "operator").await?;
    let recipients = Recipients::deploy(&devnet, "bob").await?;
    let mut relayer = Relayer::new(&devnet, "relay", 0, Ok)?;
    relayer.start_and_wait().await?;
    let [a, b] = [devnet.chain("a")?, devnet.chain("b")?];
    let dave = InteropAddress::new(b.id(), devnet.signer("dave")?.address());
    let message = a
        .message(recipients.address_on(b.id()), b"by hand".to_vec())
        .executor(dave);
    let sent = message.send(&devnet.wallet("alice", a.id())?).await?;

    let files = Files::beside(&relayer.config_path(), &relayer);
    let transaction = sent.transaction().to_string();
    let extract = [
        "extract",
        "--from",
        "a",
        "--tx",
        &transaction,
        "--out",
        &files.bundle,
    ];
    files.run(&extract).await?.require_success()?;
    eventually("the relayer can prove it", LIMIT, async || {
        let prove = ["proof", "--bundle", &files.bundle, "--out", &files.proof];
        files.run(&prove).await?.require_success().map(Some)
    })
    .await?;

    let proof: Value = serde_json::from_str(&fs::read_to_string(&files.proof)?)?;
    let block = proof["settlement_block"]
        .as_u64()
        .ok_or_eyre("the proof names a block of L1")?;
    let root = imported_root(&b, block).await?.to_string();
    files.verify(&["--root", &root]).await?.require_success()?;
    files.verify(&[]).await?.require_success()?;
    spoilt_files_are_refused(&files, &proof, &root).await?;
    ensure!(
        recipients.on(b.id()).total().await?.is_zero(),
        "it arrived by itself"
    );

    files
        .execute("carol")
        .await?
        .require_failure(NOT_EXECUTED, &["InteropHandlerNotExecutor"])?;
    files.execute("dave").await?.require_success()?;
    let again = files.execute("dave").await?.require_success()?;
    ensure!(
        again.stdout.contains("was executed before"),
        "executed again: {}",
        again.stdout
    );
    recipients.require_exactly_once(&[sent]).await?;
    relayer.stop().await?;
    devnet.stop().await
}

/// Another root, a word that no proof has, and a word that another proof has.
async fn spoilt_files_are_refused(files: &Files<'_>, proof: &Value, root: &str) -> Result<()> {
    let other = B256::repeat_byte(0xab).to_string();
    files
        .verify(&["--root", &other])
        .await?
        .require_failure(CHECK_FAILED, &[&other])?;

    let malformed = files
        .with_proof_word(proof, 0)?
        .verify(&["--root", root])
        .await?;
    malformed.require_failure(BAD_FILE, &["path[0]"])?;
    let forged = files
        .with_proof_word(proof, 1)?
        .verify(&["--root", root])
        .await?;
    forged.require_failure(CHECK_FAILED, &[root])
}

/// The two files of one bundle, and whose configuration the commands use.
struct Files<'a> {
    relayer: &'a Relayer,
    bundle: String,
    proof: String,
}

impl<'a> Files<'a> {
    fn beside(config: &Path, relayer: &'a Relayer) -> Self {
        let file = |name: &str| config.with_file_name(name).display().to_string();
        Self {
            relayer,
            bundle: file("bundle.json"),
            proof: file("proof.json"),
        }
    }

    /// With a proof in which one word is another.
    fn with_proof_word(&self, proof: &Value, index: usize) -> Result<Self> {
        let mut proof = proof.clone();
        proof["path"][index] = B256::repeat_byte(0x77).to_string().into();
        let path = Path::new(&self.proof).with_file_name(format!("spoilt-{index}.json"));
        fs::write(&path, proof.to_string())?;
        Ok(Self {
            relayer: self.relayer,
            bundle: self.bundle.clone(),
            proof: path.display().to_string(),
        })
    }

    async fn run(&self, arguments: &[&str]) -> Result<Ended> {
        self.relayer
            .command(&[&["bundle"], arguments].concat())
            .await
    }

    async fn verify(&self, against: &[&str]) -> Result<Ended> {
        let files = ["verify", "--bundle", &self.bundle, "--proof", &self.proof];
        self.run(&[&files, against].concat()).await
    }

    async fn execute(&self, signer: &str) -> Result<Ended> {
        let files = ["execute", "--bundle", &self.bundle, "--proof", &self.proof];
        self.run(&[&files[..], &["--signer", signer]].concat())
            .await
    }
}

/// The root of an L1 block as the chain imported it.
async fn imported_root(chain: &Chain, block: u64) -> Result<B256> {
    let filter = Filter::new()
        .address(chain.contracts()?.handler)
        .event_signature(InteropRootImported::SIGNATURE_HASH)
        .topic2(B256::from(U256::from(block)))
        .from_block(0);
    let logs = chain.provider()?.get_logs(&filter).await?;
    let log = logs
        .first()
        .ok_or_eyre("the chain has imported no root of that block")?;
    Ok(InteropRootImported::decode_log(&log.inner)?.root)
}
