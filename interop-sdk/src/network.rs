//! A network: L1, its chains, and how to reach them.

use std::{collections::BTreeMap, fmt, path::Path, sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, B256},
    providers::{DynProvider, Provider, ProviderBuilder},
};
use causeway_bindings::IVersioned;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use crate::{
    Chain, ChainContracts, ChainEntry, Custody, Deposit, Error, FromL1, L1Contracts, L1Entry,
    NetworkFile, Tokens, TransferBuilder,
    error::{At, small},
    history::History,
    transaction,
};

/// Protocol version of the contracts that this SDK works with.
pub const PROTOCOL_VERSION: u64 = 1;

const DEFAULT_PAGE: u64 = 10_000;
const DEFAULT_POLL: Duration = Duration::from_millis(500);

/// A network of chains that settle on one L1. Cheap to clone; clones share what they know about L1.
#[derive(Clone)]
pub struct Network(Arc<Shared>);

struct Shared {
    l1: Endpoint<L1Contracts>,
    chains: BTreeMap<u64, Endpoint<ChainContracts>>,
    history: Mutex<History>,
    page: u64,
    poll: Duration,
}

/// One chain of the network, or L1, and its RPC.
#[derive(Debug)]
pub(crate) struct Endpoint<Contracts> {
    pub(crate) name: String,
    pub(crate) chain_id: u64,
    pub(crate) from_block: u64,
    pub(crate) contracts: Contracts,
    pub(crate) provider: DynProvider,
}

impl Network {
    /// Reads the network file at `path`, connects, and checks what it finds, see [`check`](Self::check).
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let network = Self::from_file(&NetworkFile::read(path)?)?;
        network.check().await?;
        Ok(network)
    }

    /// The network of a network file, over HTTP. Sends no request.
    pub fn from_file(file: &NetworkFile) -> Result<Self, Error> {
        let l1 = connect(&file.l1.rpc)?;
        let builder = NetworkBuilder::new(file.l1.clone(), l1);
        let builder = file.chains.iter().try_fold(builder, |builder, chain| {
            Ok::<_, Error>(builder.chain(chain.clone(), connect(&chain.rpc)?))
        })?;
        Ok(builder.build())
    }

    /// Starts from providers of one's own; the `rpc` of the entries is not used then.
    pub fn builder(l1: L1Entry, provider: impl Provider + 'static) -> NetworkBuilder {
        NetworkBuilder::new(l1, provider)
    }

    /// The chain with this id.
    pub fn chain(&self, chain_id: u64) -> Result<Chain, Error> {
        self.endpoint(chain_id)?;
        Ok(Chain::new(self.clone(), chain_id))
    }

    /// The chain with this name.
    pub fn chain_named(&self, name: &str) -> Option<Chain> {
        let endpoint = self.0.chains.values().find(|chain| chain.name == name)?;
        Some(Chain::new(self.clone(), endpoint.chain_id))
    }

    /// All chains, in the order of their ids.
    pub fn chains(&self) -> impl Iterator<Item = Chain> + '_ {
        self.0.chains.keys().map(|id| Chain::new(self.clone(), *id))
    }

    /// Chain id of L1.
    pub fn l1_chain_id(&self) -> u64 {
        self.0.l1.chain_id
    }

    /// Tokens of L1 to an account on a chain, through its priority queue.
    pub fn deposit(&self, to: (u64, Address), tokens: Tokens) -> TransferBuilder<FromL1> {
        TransferBuilder::new(self.l1_custody(), FromL1::default(), to, tokens)
    }

    /// All deposits that a transaction on L1 made; for following what was sent earlier, or by a contract.
    pub async fn deposits_of(&self, transaction: B256) -> Result<Vec<Deposit>, Error> {
        let l1 = self.l1();
        let receipt = transaction::receipt(transaction, &l1.provider, l1.chain_id).await?;
        Deposit::in_receipt(self, &receipt)
    }

    /// What keeps the assets of L1.
    pub fn l1_custody(&self) -> Custody {
        Custody::new(self.clone(), self.l1_chain_id())
    }

    /// Contracts on L1.
    pub fn l1_contracts(&self) -> &L1Contracts {
        &self.0.l1.contracts
    }

    /// The RPC of L1, for reading.
    pub fn l1_provider(&self) -> &DynProvider {
        &self.0.l1.provider
    }

    /// Checks that every RPC is that of its chain, that the contracts are there, and that they are of this release.
    pub async fn check(&self) -> Result<(), Error> {
        let l1 = &self.0.l1;
        l1.check_chain_id().await?;
        l1.check_contract("settlement contract", l1.contracts.settlement)
            .await?;
        l1.check_contract("message root", l1.contracts.message_root)
            .await?;
        l1.check_contract("priority queue", l1.contracts.priority_queue)
            .await?;
        l1.check_contract("chain registry", l1.contracts.chain_registry)
            .await?;
        l1.check_contract("asset ledger", l1.contracts.asset_ledger)
            .await?;
        l1.check_contract("shared bridge", l1.contracts.shared_bridge)
            .await?;
        l1.check_contract("swap registry", l1.contracts.swap_registry)
            .await?;
        for chain in self.0.chains.values() {
            chain.check_chain_id().await?;
            chain
                .check_contract("outbox", chain.contracts.outbox)
                .await?;
            chain
                .check_contract("interop center", chain.contracts.center)
                .await?;
            chain
                .check_contract("interop handler", chain.contracts.handler)
                .await?;
            chain
                .check_contract("asset vault", chain.contracts.vault)
                .await?;
            chain
                .check_contract("atomic swap contract", chain.contracts.swap)
                .await?;
        }
        Ok(())
    }

    pub(crate) fn l1(&self) -> &Endpoint<L1Contracts> {
        &self.0.l1
    }

    pub(crate) fn endpoint(&self, chain_id: u64) -> Result<&Endpoint<ChainContracts>, Error> {
        self.0
            .chains
            .get(&chain_id)
            .ok_or_else(|| Error::UnknownChain {
                chain_id,
                known: self.0.chains.keys().copied().collect(),
            })
    }

    pub(crate) fn history(&self) -> &Mutex<History> {
        &self.0.history
    }

    /// Most blocks per log query.
    pub(crate) fn page(&self) -> u64 {
        self.0.page
    }

    /// Tries again while failures may pass, until `limit` is over.
    pub(crate) async fn patiently<T>(
        &self,
        limit: Duration,
        mut attempt: impl AsyncFnMut() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let deadline = Instant::now() + limit;
        loop {
            match attempt().await {
                Err(failure) if failure.is_temporary() && Instant::now() < deadline => {
                    sleep(self.poll()).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Time between two looks at the same thing.
    pub(crate) fn poll(&self) -> Duration {
        self.0.poll
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("l1", &self.0.l1.chain_id)
            .field("chains", &self.0.chains.keys())
            .finish_non_exhaustive()
    }
}

/// Builds a [`Network`] from providers of one's own.
#[derive(Debug)]
pub struct NetworkBuilder {
    l1: Endpoint<L1Contracts>,
    chains: BTreeMap<u64, Endpoint<ChainContracts>>,
    page: u64,
    poll: Duration,
}

impl NetworkBuilder {
    fn new(l1: L1Entry, provider: impl Provider + 'static) -> Self {
        Self {
            l1: Endpoint {
                name: "L1".to_owned(),
                chain_id: l1.chain_id,
                from_block: l1.from_block,
                contracts: l1.contracts,
                provider: provider.erased(),
            },
            chains: BTreeMap::new(),
            page: DEFAULT_PAGE,
            poll: DEFAULT_POLL,
        }
    }

    /// Adds a chain, or replaces the one with the same id.
    pub fn chain(mut self, chain: ChainEntry, provider: impl Provider + 'static) -> Self {
        let endpoint = Endpoint {
            name: chain.name,
            chain_id: chain.chain_id,
            from_block: chain.from_block,
            contracts: chain.contracts,
            provider: provider.erased(),
        };
        self.chains.insert(endpoint.chain_id, endpoint);
        self
    }

    /// Most blocks per log query, 10,000 unless set. A provider that refuses is asked for less.
    pub fn page(mut self, blocks: u64) -> Self {
        self.page = blocks;
        self
    }

    /// Time between two looks while waiting, 500 ms unless set.
    pub fn poll(mut self, interval: Duration) -> Self {
        self.poll = interval;
        self
    }

    /// The network. Sends no request.
    pub fn build(self) -> Network {
        let history = History::new(self.l1.chain_id, self.l1.from_block);
        Network(Arc::new(Shared {
            l1: self.l1,
            chains: self.chains,
            history: Mutex::new(history),
            page: self.page,
            poll: self.poll,
        }))
    }
}

fn connect(rpc: &str) -> Result<DynProvider, Error> {
    let url = rpc.parse().map_err(|problem| Error::NetworkFile {
        place: format!("rpc {rpc:?}"),
        problem: format!("not a URL: {problem}"),
    })?;
    Ok(ProviderBuilder::new()
        .disable_recommended_fillers()
        .connect_http(url)
        .erased())
}

impl<Contracts> Endpoint<Contracts> {
    async fn check_chain_id(&self) -> Result<(), Error> {
        let actual = self
            .provider
            .get_chain_id()
            .await
            .at(self.chain_id, "chain id")?;
        if actual == self.chain_id {
            Ok(())
        } else {
            Err(Error::WrongChain {
                expected: self.chain_id,
                actual,
            })
        }
    }

    async fn check_contract(&self, contract: &'static str, address: Address) -> Result<(), Error> {
        let chain_id = self.chain_id;
        let code = self
            .provider
            .get_code_at(address)
            .await
            .at(chain_id, "code of a contract")?;
        if code.is_empty() {
            return Err(Error::NoCode {
                chain_id,
                contract,
                address,
            });
        }
        let versioned = IVersioned::new(address, &self.provider);
        let actual = versioned
            .version()
            .call()
            .await
            .at(chain_id, "version of a contract")?;
        if small(actual, chain_id, "version of a contract")
            .is_ok_and(|version| version == PROTOCOL_VERSION)
        {
            return Ok(());
        }
        Err(Error::UnknownVersion {
            chain_id,
            contract,
            expected: PROTOCOL_VERSION,
            actual,
        })
    }
}
