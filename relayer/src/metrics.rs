//! What the relayer tells Prometheus. Whatever the store and the stages know is read when it is asked for, so it
//! survives a restart; only durations are counted here.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;

use crate::model::{ChainId, ErrandStep, MessageRecord, MilestoneKind};
use crate::progress::Progress;
use crate::store::{Reader, StoreError};
use crate::view::ChainNames;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ChainLabel {
    chain: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AssetLabel {
    asset: String,
    chain: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignerLabel {
    chain: String,
    signer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    source: String,
    destination: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrandLabel {
    chain: String,
    step: &'static str,
    success: &'static str,
}

type DelaysByRoute = Family<RouteLabel, Histogram, fn() -> Histogram>;

/// All metrics of the process.
pub struct Metrics {
    registry: Registry,
    names: ChainNames,
    head: Family<ChainLabel, Gauge>,
    balance: Family<SignerLabel, Gauge<f64, AtomicU64>>,
    frozen: Family<ChainLabel, Gauge>,
    delivery: DelaysByRoute,
    errands: Family<ErrandLabel, Counter>,
    commit: Histogram,
    supply: SupplyGauges,
}

/// What the watch of the supply tells.
#[derive(Default)]
struct SupplyGauges {
    assets: Gauge,
    drift: Family<AssetLabel, Gauge<f64, AtomicU64>>,
    stopped: Family<ChainLabel, Gauge>,
}

impl SupplyGauges {
    fn register(&self, registry: &mut Registry) {
        registry.register(
            "supply_assets",
            "Fungible assets whose supply is watched",
            self.assets.clone(),
        );
        registry.register(
            "supply_drift",
            "Units by which the figures of an asset on a chain and in the ledger are apart",
            Family::clone(&self.drift),
        );
        registry.register(
            "supply_stopped",
            "1 once new transfers of the chain were stopped because of a drift",
            Family::clone(&self.stopped),
        );
    }
}

impl Metrics {
    /// Metrics over this store and these stages.
    pub fn new(store: Arc<dyn Reader>, progress: Arc<Progress>, names: ChainNames) -> Self {
        let mut registry = Registry::with_prefix("causeway");
        let head = Family::default();
        registry.register(
            "head_block",
            "Newest block of the chain",
            Family::clone(&head),
        );
        let balance = Family::default();
        registry.register(
            "signer_balance_ether",
            "Balance of a signer on a chain",
            Family::clone(&balance),
        );
        let frozen = Family::default();
        registry.register(
            "chain_frozen",
            "1 while L1 has the chain frozen",
            Family::clone(&frozen),
        );
        let delivery: DelaysByRoute =
            Family::new_with_constructor(|| Histogram::new(exponential_buckets(1.0, 2.0, 14)));
        registry.register(
            "delivery_seconds",
            "Time from the block that sent a message to the block that executed it, once that is final",
            Family::clone(&delivery),
        );
        let errands = Family::default();
        registry.register(
            "errand_transactions",
            "Final transactions of errands since the start",
            Family::clone(&errands),
        );
        let commit = Histogram::new(exponential_buckets(0.0005, 2.0, 14));
        registry.register(
            "store_commit_seconds",
            "Time of a durable commit to the store",
            commit.clone(),
        );
        let supply = SupplyGauges::default();
        supply.register(&mut registry);
        registry.register_collector(Box::new(Derived {
            store,
            progress,
            names: names.clone(),
        }));
        Self {
            registry,
            names,
            head,
            balance,
            frozen,
            delivery,
            errands,
            commit,
            supply,
        }
    }

    /// All of them, in the text format.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// The chain's newest block is this one.
    pub fn set_head(&self, chain: ChainId, block: u64) {
        let label = ChainLabel {
            chain: self.names.name(chain),
        };
        self.head
            .get_or_create(&label)
            .set(i64::try_from(block).unwrap_or(i64::MAX));
    }

    /// The signer called `signer` has this balance on the chain.
    pub fn set_balance(&self, chain: ChainId, signer: &str, ether: f64) {
        let label = SignerLabel {
            chain: self.names.name(chain),
            signer: signer.to_owned(),
        };
        self.balance.get_or_create(&label).set(ether);
    }

    /// Whether L1 has frozen the chain.
    pub fn set_frozen(&self, chain: ChainId, is_frozen: bool) {
        let label = ChainLabel {
            chain: self.names.name(chain),
        };
        self.frozen.get_or_create(&label).set(i64::from(is_frozen));
    }

    /// So many assets are watched.
    pub fn set_supply_assets(&self, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.supply.assets.set(count);
    }

    /// So many units of the asset are not where they should be on the chain.
    pub fn set_supply_drift(&self, asset: &str, chain: ChainId, units: f64) {
        let label = AssetLabel {
            asset: asset.to_owned(),
            chain: self.names.name(chain),
        };
        self.supply.drift.get_or_create(&label).set(units);
    }

    /// New transfers of the chain were stopped because of a drift.
    pub fn set_supply_stopped(&self, chain: ChainId) {
        let label = ChainLabel {
            chain: self.names.name(chain),
        };
        self.supply.stopped.get_or_create(&label).set(1);
    }

    /// A commit to the store took so long.
    pub fn observe_commit(&self, seconds: f64) {
        self.commit.observe(seconds);
    }

    /// A transaction of an errand is final.
    pub fn observe_errand(&self, chain: ChainId, step: ErrandStep, success: bool) {
        let label = ErrandLabel {
            chain: self.names.name(chain),
            step: step.label(),
            success: if success { "true" } else { "false" },
        };
        self.errands.get_or_create(&label).inc();
    }

    /// The message was executed for good.
    pub fn observe_delivery(&self, message: &MessageRecord) {
        let time = |kind| {
            message
                .milestone(kind)
                .map(|milestone| milestone.at.timestamp)
        };
        let (Some(sent), Some(delivered)) =
            (time(MilestoneKind::Sent), time(MilestoneKind::Delivered))
        else {
            return;
        };
        let label = RouteLabel {
            source: self.names.name(message.source),
            destination: self.names.name(message.destination),
        };
        let seconds = u32::try_from(delivered.saturating_sub(sent)).unwrap_or(u32::MAX);
        self.delivery
            .get_or_create(&label)
            .observe(f64::from(seconds));
    }
}

/// What is read from store and stages when it is asked for.
struct Derived {
    store: Arc<dyn Reader>,
    progress: Arc<Progress>,
    names: ChainNames,
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Derived")
    }
}

type Labels = Vec<(&'static str, String)>;

/// A metric with its values by labels.
struct Measured {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    values: Vec<(Labels, u64)>,
}

impl Collector for Derived {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let mut measured = vec![self.build()];
        measured.extend(self.stages());
        match self.stored() {
            Ok(stored) => measured.extend(stored),
            Err(error) => tracing::error!(%error, "metrics: the store cannot be read"),
        }
        for metric in measured {
            let mut family =
                encoder.encode_descriptor(metric.name, metric.help, None, metric.kind)?;
            for (labels, value) in metric.values {
                let one = family.encode_family(&labels)?;
                match metric.kind {
                    MetricType::Counter => ConstCounter::new(value).encode(one)?,
                    _ => ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(one)?,
                }
            }
        }
        Ok(())
    }
}

impl Derived {
    fn build(&self) -> Measured {
        let labels = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
        Measured {
            name: "build",
            help: "Release that is running",
            kind: MetricType::Gauge,
            values: vec![(labels, 1)],
        }
    }

    fn stages(&self) -> [Measured; 4] {
        let stages = self.progress.all();
        let values = |value: &dyn Fn(&crate::progress::StageProgress) -> u64| {
            let labels = |stage: &str, chain| {
                vec![
                    ("stage", stage.to_owned()),
                    ("chain", self.names.name(chain)),
                ]
            };
            stages
                .iter()
                .map(|((stage, chain), entry)| (labels(stage, *chain), value(entry)))
                .collect::<Vec<_>>()
        };
        [
            Measured {
                name: "stage_troubled",
                help: "1 while the stage cannot do its work on the chain",
                kind: MetricType::Gauge,
                values: values(&|entry| u64::from(entry.trouble.is_some())),
            },
            Measured {
                name: "stage_failures",
                help: "Failures of the stage on the chain since the start",
                kind: MetricType::Counter,
                values: values(&|entry| entry.failures),
            },
            Measured {
                name: "stage_heartbeat_timestamp_seconds",
                help: "When the stage last made progress on the chain, or saw that there was nothing to do",
                kind: MetricType::Gauge,
                values: values(&|entry| entry.at),
            },
            Measured {
                name: "stage_block",
                help: "Block that the stage has reached on the chain",
                kind: MetricType::Gauge,
                values: values(&|entry| entry.block),
            },
        ]
    }

    fn stored(&self) -> Result<[Measured; 6], StoreError> {
        let counts = self.store.stage_counts()?.into_iter();
        let messages = counts.map(|((source, destination, stage), count)| {
            let labels = vec![
                ("source", self.names.name(source)),
                ("destination", self.names.name(destination)),
                ("stage", stage.label().to_owned()),
            ];
            (labels, count)
        });
        let errands = self.store.errand_counts()?.into_iter();
        let errands = errands.map(|((chain, task), count)| {
            let labels = vec![("chain", self.names.name(chain)), ("task", task.to_owned())];
            (labels, count)
        });
        let swaps = self.store.swap_counts()?.into_iter();
        let swaps = swaps.map(|((source, destination, stage), count)| {
            let labels = vec![
                ("source", self.names.name(source)),
                ("destination", self.names.name(destination)),
                ("stage", stage.label().to_owned()),
            ];
            (labels, count)
        });
        let (mut scanned, mut batches, mut imports) = (Vec::new(), Vec::new(), Vec::new());
        for (chain, name) in self.names.all() {
            let labels = || vec![("chain", name.to_owned())];
            scanned.extend(
                self.store
                    .cursor(chain)?
                    .map(|block| (labels(), block.number)),
            );
            batches.extend(
                self.store
                    .last_batch(chain)?
                    .map(|batch| (labels(), batch.number)),
            );
            imports.extend(
                self.store
                    .last_import(chain)?
                    .map(|import| (labels(), import.l1_block)),
            );
        }
        let gauge = |name, help, values| Measured {
            name,
            help,
            kind: MetricType::Gauge,
            values,
        };
        Ok([
            gauge(
                "messages",
                "Messages of a route in a stage",
                messages.collect(),
            ),
            gauge(
                "errands",
                "What is to be done on the chain, now or later, so that assets come to where they belong",
                errands.collect(),
            ),
            gauge(
                "swaps",
                "Swaps of a route in a stage, those that are over aside",
                swaps.collect(),
            ),
            gauge(
                "scanned_block",
                "Newest block of the chain whose events are in the store",
                scanned,
            ),
            gauge(
                "settled_batch",
                "Newest batch of the chain that L1 executed",
                batches,
            ),
            gauge(
                "imported_l1_block",
                "Newest L1 block whose root the chain has imported",
                imports,
            ),
        ])
    }
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
