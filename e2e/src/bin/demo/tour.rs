//! The parts of the tour. Each fails unless the chains say that it happened.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use alloy::{primitives::Bytes, providers::DynProvider};
use causeway_e2e::{
    burst,
    devnet::{Devnet, DevnetSettings},
    recipient::Recipients,
    timeline::timeline,
    wait::{eventually, until},
};
use eyre::{Result, ensure};
use interop_sdk::{Chain, SentMessage, Status};

use crate::{
    assets::Assets,
    print::{self, Row},
    roles::Roles,
    swaps,
};

const LIMIT: Duration = Duration::from_secs(120);
const SENDER: &str = "alice";
const BUNDLE_CALLS: usize = 5;
const BURST: usize = 200;
const SHOWN_EVERY: usize = 25;

/// Starts the network.
pub(crate) async fn start(settings: &DevnetSettings) -> Result<Devnet> {
    print::heading(
        1,
        "A network: L1 and three chains, each with its operator, and one relayer",
    );
    let started = Instant::now();
    let devnet = Devnet::start(settings).await?;
    print::chains(devnet.file());
    print::progress(started.elapsed(), "contracts deployed, chains registered");
    Ok(devnet)
}

/// Everything after the start.
pub(crate) async fn run(devnet: &Devnet, roles: &mut Roles) -> Result<()> {
    let started = Instant::now();
    roles.start().await?;
    print::progress(started.elapsed(), "roles running");
    let mut tour = Tour::new(devnet).await?;
    let [a, b, c] = [devnet.chain("a")?, devnet.chain("b")?, devnet.chain("c")?];

    print::heading(2, "A message from a to b, delivered by the relayer");
    tour.message("message from a to b", &a, &b).await?;
    print::heading(3, "A message from b to a");
    tour.message("message from b to a", &b, &a).await?;
    print::heading(
        4,
        "A bundle of five calls from a to c: all of them run, or none",
    );
    tour.bundle(&a, &c).await?;
    print::heading(5, "A message of b, proven to L1");
    tour.message_to_l1(&b).await?;
    print::heading(6, "200 messages at once, over every pair of chains");
    tour.burst().await?;
    tour.assets().await?;
    tour.swaps(roles).await?;

    print::heading(15, "Summary");
    print::summary(&tour.rows);
    Ok(())
}

struct Tour<'a> {
    devnet: &'a Devnet,
    recipients: Recipients,
    /// All that was sent to the recipients.
    sent: Vec<SentMessage>,
    rows: Vec<Row>,
}

impl<'a> Tour<'a> {
    async fn new(devnet: &'a Devnet) -> Result<Self> {
        let recipients = Recipients::deploy(devnet, "bob").await?;
        print::line("a recipient on every chain, which counts what it receives");
        Ok(Self {
            devnet,
            recipients,
            sent: Vec::new(),
            rows: Vec::new(),
        })
    }

    async fn message(&mut self, what: &'static str, from: &Chain, to: &Chain) -> Result<()> {
        let started = Instant::now();
        let payload = format!("hello from {}", from.name()?).into_bytes();
        let message = from.message(self.recipients.address_on(to.id()), payload);
        let sent = message.send(&self.wallet(from)?).await?;
        self.follow(sent, started).await?;
        self.done(what, "received once, as it was sent".to_owned(), started);
        Ok(())
    }

    async fn bundle(&mut self, from: &Chain, to: &Chain) -> Result<()> {
        let started = Instant::now();
        let recipient = self.recipients.on(to.id()).address();
        let bundle = (1..=BUNDLE_CALLS).fold(from.bundle(to.id()), |bundle, number| {
            bundle.call(
                recipient,
                format!("call {number} of {BUNDLE_CALLS}").into_bytes(),
            )
        });
        let sent = bundle.send(&self.wallet(from)?).await?;
        let executions = self.follow(sent, started).await?;
        ensure!(
            executions == 1,
            "the bundle was executed {executions} times"
        );
        self.done(
            "bundle of 5 calls from a to c",
            "five calls received once, in one transaction".to_owned(),
            started,
        );
        Ok(())
    }

    async fn message_to_l1(&mut self, from: &Chain) -> Result<()> {
        let started = Instant::now();
        let sent = from
            .send_to_l1(b"hello, L1".to_vec(), &self.wallet(from)?)
            .await?;
        print::progress(started.elapsed(), &format!("sent in {}", sent.transaction));
        let settlement =
            eventually("settled", LIMIT, async || Ok(sent.settlement().await?)).await?;
        print::progress(
            started.elapsed(),
            &format!("settled in {}", settlement.l1_transaction),
        );
        ensure!(
            sent.verify_on_l1().await?,
            "the message root does not verify the message"
        );
        let mut forged = sent.clone();
        forged.data = Bytes::from_static(b"hello, L2");
        ensure!(
            !forged.verify_on_l1().await?,
            "the message root verifies a forged message"
        );
        print::progress(
            started.elapsed(),
            "MessageRoot.verifyMessage: true; with another text: false",
        );
        self.done(
            "message of b, on L1",
            "verified; with another text: refused".to_owned(),
            started,
        );
        Ok(())
    }

    async fn burst(&mut self) -> Result<()> {
        let started = Instant::now();
        let sent = burst::send(self.devnet, &self.recipients, SENDER, BURST).await?;
        let pairs: BTreeSet<_> = sent
            .iter()
            .map(|message| (message.source(), message.destination()))
            .collect();
        print::progress(
            started.elapsed(),
            &format!("{BURST} messages sent over {} pairs", pairs.len()),
        );
        self.show_arrivals(&sent, started).await?;
        self.sent.extend(sent);
        self.recipients.require_exactly_once(&self.sent).await?;
        print::progress(
            started.elapsed(),
            "the recipients count every message once, and nothing else",
        );
        let outcome = format!(
            "each of {BURST} received exactly once, over {} pairs",
            pairs.len()
        );
        self.done("200 messages at once", outcome, started);
        Ok(())
    }

    async fn assets(&mut self) -> Result<()> {
        print::heading(7, "A deposit: an ERC-20 of L1 on chain a");
        let assets = Assets::issue(self.devnet).await?;
        self.show("deposit from L1 to a", assets.deposit()).await?;
        print::heading(8, "From a to b, to c, and home to L1");
        self.show("ERC-20 from a over b, c to L1", assets.travel())
            .await?;
        print::heading(9, "An NFT of a crosses to b");
        self.show("NFT from a to b", assets.picture()).await?;
        print::heading(
            10,
            "A transfer with call: one bundle of a pays a shop on b and buys from it",
        );
        let shop = assets.open_shop().await?;
        self.show("purchase on b, paid from a", assets.buy(&shop))
            .await?;
        print::heading(
            11,
            "The same again, but the shop is sold out: the payment comes back",
        );
        self.show("purchase that fails for good", assets.fail_to_buy(&shop))
            .await?;
        print::heading(12, "Where everything is");
        self.show("sum of each asset", assets.sum()).await
    }

    async fn swaps(&mut self, roles: &mut Roles) -> Result<()> {
        let devnet = self.devnet;
        print::heading(
            13,
            "Two banks swap: gold of a for coin of b, in three transactions",
        );
        self.show("swap of gold for coin", swaps::exchange(devnet))
            .await?;
        print::heading(
            14,
            "The same with c, whose operator is gone for good: the gold comes back",
        );
        let dead = swaps::dead_operator(devnet, roles);
        self.show("swap with a dead operator", dead).await
    }

    /// A part that says itself what came out.
    async fn show(
        &mut self,
        what: &'static str,
        part: impl Future<Output = Result<String>>,
    ) -> Result<()> {
        let started = Instant::now();
        let outcome = part.await?;
        self.done(what, outcome, started);
        Ok(())
    }

    async fn show_arrivals(&self, sent: &[SentMessage], started: Instant) -> Result<()> {
        let mut next = SHOWN_EVERY;
        while next <= sent.len() {
            let what = format!("{next} of {} messages arrived", sent.len());
            let enough = |arrived| (arrived >= next).then_some(arrived);
            let arrived = eventually(&what, LIMIT, async || {
                Ok(enough(self.recipients.arrived(sent).await?))
            })
            .await?;
            print::progress(started.elapsed(), &format!("{arrived} arrived"));
            next = (arrived / SHOWN_EVERY + 1) * SHOWN_EVERY;
        }
        Ok(())
    }

    /// Follows a message until it has been received once, shows its way, and returns how often it was executed.
    async fn follow(&mut self, sent: SentMessage, started: Instant) -> Result<usize> {
        print::progress(
            started.elapsed(),
            &format!("sent as {}", sent.bundle_hash()),
        );
        let mut seen = None;
        until("delivered", LIMIT, async || {
            let status = sent.status().await?;
            if seen.as_ref() != Some(&status) {
                print::progress(started.elapsed(), &status.to_string());
                seen = Some(status.clone());
            }
            Ok(status == Status::Delivered)
        })
        .await?;
        print::timeline(&timeline(self.devnet.network(), &sent).await?);
        let executions = sent.executions().await?.len();
        self.sent.push(sent);
        self.recipients.require_exactly_once(&self.sent).await?;
        Ok(executions)
    }

    fn wallet(&self, chain: &Chain) -> Result<DynProvider> {
        self.devnet.wallet(SENDER, chain.id())
    }

    fn done(&mut self, what: &'static str, outcome: String, started: Instant) {
        let took = started.elapsed();
        self.rows.push(Row {
            what,
            outcome,
            took,
        });
    }
}
