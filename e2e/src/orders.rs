//! Banks that agree on a swap with `causeway`, and order it of a relayer over HTTP.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    transports::http::reqwest::{Client, Method, Response},
};
use causeway_bindings::IERC20;
use eyre::{OptionExt, Result, ensure};
use serde_json::Value;

use crate::{
    command::Ended,
    config::Config,
    contracts,
    devnet::Devnet,
    holder::Holder,
    swaps::{BANK, CUSTOMER, GIVEN, Locked, Market},
};

/// What the customer gives, and what the bank quotes, in whole tokens.
const GIVEN_WHOLE: &str = "12.345678";
const QUOTED_WHOLE: &str = "26789.012345";

/// Terms that both banks have agreed on.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// Their file.
    pub file: PathBuf,
    /// The same as a body of a request.
    pub body: Value,
    /// UETR.
    pub uetr: String,
}

impl Agreed {
    /// The number that the bank gave its quote.
    pub fn nonce(&self) -> Result<U256> {
        let nonce = self.body["quote"]["nonce"].as_str();
        Ok(nonce.ok_or_eyre("terms have a quote")?.parse()?)
    }
}

/// The customer proposes, and the bank quotes, in a file of this name.
pub async fn agree(devnet: &Devnet, market: &Market<'_>, name: &str, life: u64) -> Result<Agreed> {
    let venue = At::quotes(market);
    let proposed = propose(devnet, market, name, life, venue).await?;
    let path = proposed.file.display().to_string();
    let quote = ["swap", "quote", "--file", &path, "--signer", BANK];
    let bank = Holder::new(devnet, BANK)?;
    bank.command(&quote).await?.require_success()?;
    Agreed::read(proposed.file)
}

/// What is given, and where.
#[derive(Clone, Debug)]
pub struct At {
    /// Token on the source.
    pub give: Address,
    /// The venue.
    pub venue: Address,
    /// `quote`, or `other`.
    pub kind: &'static str,
    /// What the venue is told.
    pub data: Bytes,
}

impl At {
    fn quotes(market: &Market<'_>) -> Self {
        Self {
            kind: "quote",
            ..Self::other(market, market.venue(), Bytes::new())
        }
    }

    /// Gold, at a venue that takes no quotes.
    pub fn other(market: &Market<'_>, venue: Address, data: Bytes) -> Self {
        Self {
            give: market.gold.address(),
            venue,
            kind: "other",
            data,
        }
    }
}

/// The customer proposes.
pub async fn propose(
    devnet: &Devnet,
    market: &Market<'_>,
    name: &str,
    life: u64,
    at: At,
) -> Result<Agreed> {
    let file = devnet.directory().join(name);
    let path = file.display().to_string();
    let (from, to) = (
        market.source.name.as_str(),
        market.destination.name.as_str(),
    );
    let want = market.coin.address().to_string();
    let (give, venue) = (at.give.to_string(), at.venue.to_string());
    let (data, life) = (at.data.to_string(), life.to_string());
    let propose = [
        "swap",
        "propose",
        "--from",
        from,
        "--to",
        to,
        "--give",
        &give,
        "--amount",
        GIVEN_WHOLE,
        "--want",
        &want,
        "--minimum",
        QUOTED_WHOLE,
        "--venue",
        &venue,
        "--venue-kind",
        at.kind,
        "--venue-data",
        &data,
        "--signer",
        CUSTOMER,
        "--within",
        &life,
        "--end-to-end-id",
        "GOLD 7",
        "--file",
        &path,
    ];
    let customer = Holder::new(devnet, CUSTOMER)?;
    customer.command(&propose).await?.require_success()?;
    Agreed::read(file)
}

impl Agreed {
    fn read(file: PathBuf) -> Result<Self> {
        let body = as_json(&file)?;
        let uetr = body["uetr"].as_str().ok_or_eyre("terms have a UETR")?;
        Ok(Self {
            uetr: uetr.to_owned(),
            file,
            body,
        })
    }
}

fn as_json(file: &Path) -> Result<Value> {
    let terms: toml::Table = std::fs::read_to_string(file)?.parse()?;
    Ok(serde_json::to_value(terms)?)
}

/// The customer accepts on the command line; `further` arguments aside.
pub async fn accept(devnet: &Devnet, agreed: &Agreed, further: &[&str]) -> Result<Ended> {
    let path = agreed.file.display().to_string();
    let accept = [
        "swap",
        "accept",
        "--file",
        &path,
        "--signer",
        CUSTOMER,
        "--approve",
    ];
    let arguments = [&accept[..], &["--output", "json"], further].concat();
    Holder::new(devnet, CUSTOMER)?.command(&arguments).await
}

/// The customer lets the vault take what it gives for so many orders.
pub async fn allow(devnet: &Devnet, market: &Market<'_>, orders: u64) -> Result<()> {
    let source = devnet.network().chain(market.source.chain_id)?;
    let wallet = devnet.shared_wallet(CUSTOMER, source.id())?;
    let call = IERC20::approveCall {
        spender: source.contracts()?.vault,
        value: U256::from(GIVEN * orders),
    };
    contracts::call(&wallet, market.gold.address(), U256::ZERO, &call).await?;
    Ok(())
}

/// Has a relayer take orders that the customer's account locks.
pub fn takes_orders(config: Config) -> Result<Config> {
    let orders = toml::Table::from_iter([("signer".to_owned(), CUSTOMER.into())]);
    config.set("swap.orders", orders)
}

/// A relayer's interface, with its token.
#[derive(Clone, Debug)]
pub struct Counter {
    client: Client,
    url: String,
    /// File of the token.
    pub token_file: PathBuf,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// HTTP status.
    pub status: u16,
    /// Where the swap is.
    pub location: Option<String>,
    /// Body.
    pub body: Value,
}

impl Counter {
    /// That of the relayer with this configuration.
    pub fn of(config: &Path) -> Result<Self> {
        let read = Config::read(config)?;
        let folder = config.parent().ok_or_eyre("a file stands in a folder")?;
        Ok(Self {
            client: Client::builder().no_proxy().build()?,
            url: format!("http://{}", read.text("api.listen")?),
            token_file: folder.join(read.text("store.path")?).join("api-token"),
        })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Orders a swap under a key.
    pub async fn order(&self, key: &str, body: &Value) -> Result<Said> {
        let token = std::fs::read_to_string(&self.token_file)?;
        let request = self
            .client
            .request(Method::POST, format!("{}/v1/swaps", self.url));
        let request = request
            .header("authorization", format!("Bearer {}", token.trim()))
            .header("idempotency-key", format!("\"{key}\""))
            .body(body.to_string());
        said(request.send().await?).await
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Said> {
        said(
            self.client
                .get(format!("{}{path}", self.url))
                .send()
                .await?,
        )
        .await
    }
}

async fn said(response: Response) -> Result<Said> {
    let status = response.status().as_u16();
    let location = response.headers().get("location");
    let location = location.map(|place| place.to_str().map(str::to_owned));
    let location = location.transpose()?;
    let text = response.text().await?;
    Ok(Said {
        status,
        location,
        body: serde_json::from_str(&text)?,
    })
}

/// The one swap that was locked in the market.
pub async fn only_lock(market: &Market<'_>) -> Result<Locked> {
    let mut locks = market.locks().await?;
    ensure!(locks.len() == 1, "{} locks", locks.len());
    locks.pop().ok_or_eyre("one")
}

/// The swap's id in an answer.
pub fn id_in(body: &Value) -> Result<B256> {
    Ok(body["id"].as_str().ok_or_eyre("no id")?.parse()?)
}
