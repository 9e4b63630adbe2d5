//! The watch: looks at every fungible asset again and again, says where the figures drift apart, and stops new transfers
//! if it may. Nothing lost here matters: a restart reads the chains anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::Arc,
    time::Duration,
};

use alloy::primitives::B256;
use causeway_bindings::Asset;
use tokio_util::sync::CancellationToken;

use super::{
    SupplyError,
    brake::{Brake, Stopping},
    check::{Drift, check},
    figures::{Supply, Unit, asset_name},
    read::{Moment, Observer},
};
use crate::{chain::Clock, metrics::Metrics, model::ChainId, progress::Progress, view::ChainNames};

/// The stage's name in logs and metrics.
pub const STAGE: &str = "supply";

/// Assets looked at in one round; the others follow in the next rounds.
const ASSETS_PER_ROUND: usize = 64;

/// Label of a drift where trouble is told.
const DRIFT: &str = "drift";

/// What the stage works with.
pub struct SupplyContext {
    /// Sees the chains.
    pub observer: Observer,
    /// Stops new transfers; without targets, it stops nothing.
    pub brake: Brake,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where readiness looks.
    pub progress: Arc<Progress>,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// What chains are called.
    pub names: ChainNames,
    /// Time between two rounds.
    pub interval: Duration,
}

/// Watches until shutdown. Only an error of the store ends it.
pub async fn run(ctx: SupplyContext, shutdown: CancellationToken) -> Result<(), SupplyError> {
    let mut watch = Watch::new(ctx);
    while !shutdown.is_cancelled() {
        watch.round().await?;
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = watch.ctx.clock.sleep(watch.ctx.interval) => {}
        }
    }
    Ok(())
}

struct Watch {
    ctx: SupplyContext,
    /// What does not hold, by asset, as it was found when the asset was last looked at.
    drifts: BTreeMap<B256, Vec<Drift>>,
    /// The asset that was looked at last.
    last: Option<B256>,
    /// Chains whose new transfers were stopped since the first drift.
    stopped: BTreeSet<ChainId>,
}

/// What keeps chains from being watched, in this round.
#[derive(Default)]
struct Troubles(BTreeMap<ChainId, (&'static str, String)>);

impl Troubles {
    /// The first trouble of a chain counts.
    fn add(&mut self, chain: ChainId, label: &'static str, text: String) {
        self.0.entry(chain).or_insert((label, text));
    }

    fn add_error(&mut self, chain: ChainId, error: &SupplyError) {
        match error {
            // So it is wherever a network has just come up.
            SupplyError::NotFinal { .. } => {
                tracing::info!(stage = STAGE, chain, %error, "supply not checked yet");
            }
            _ => {
                tracing::warn!(stage = STAGE, chain, retry = error.retry(), %error, "supply not checked");
            }
        }
        self.add(chain, error.label(), error.to_string());
    }

    /// An error of the store is not for this stage to live with.
    fn note(
        &mut self,
        chain: ChainId,
        outcome: Result<(), SupplyError>,
    ) -> Result<(), SupplyError> {
        match outcome {
            Err(SupplyError::Store(error)) => Err(error.into()),
            Err(error) => {
                self.add_error(chain, &error);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

impl Watch {
    fn new(ctx: SupplyContext) -> Self {
        Self {
            ctx,
            drifts: BTreeMap::new(),
            last: None,
            stopped: BTreeSet::new(),
        }
    }

    async fn round(&mut self) -> Result<(), SupplyError> {
        let mut troubles = Troubles::default();
        let brakes: Vec<ChainId> = self.ctx.brake.chains().collect();
        for chain in &brakes {
            let followed = self.ctx.brake.follow(*chain).await;
            troubles.note(*chain, followed)?;
        }
        let l1 = self.ctx.observer.l1_chain();
        match self.ctx.observer.advance().await {
            Ok(moment) => {
                self.look_at_assets(&moment, &mut troubles).await;
                self.tell_drifts(&mut troubles);
                self.stop(&brakes, &mut troubles).await?;
                self.tell(&moment, troubles);
            }
            Err(error) => {
                troubles.add_error(l1, &error);
                self.fail(troubles);
            }
        }
        Ok(())
    }

    async fn look_at_assets(&mut self, moment: &Moment, troubles: &mut Troubles) {
        let l1 = self.ctx.observer.l1_chain();
        for (chain, seen) in &moment.chains {
            if let Err(error) = seen {
                troubles.add_error(*chain, error);
            }
        }
        if let Err(error) = self.ctx.observer.check_room() {
            troubles.add_error(l1, &error);
        }
        self.ctx
            .metrics
            .set_supply_assets(self.ctx.observer.assets().len());
        for (id, asset) in self.next_assets() {
            if let Err(error) = self
                .look(id, &Unit::fungible(asset), moment, troubles)
                .await
            {
                troubles.add_error(l1, &error);
            }
            self.last = Some(id);
        }
    }

    /// The assets after the one that was looked at last, and then from the first on.
    fn next_assets(&self) -> Vec<(B256, Asset)> {
        let assets = self.ctx.observer.assets();
        let after = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let rest = assets.range((after, Bound::Unbounded));
        let all = rest.chain(assets).take(assets.len().min(ASSETS_PER_ROUND));
        all.map(|(id, asset)| (*id, asset.clone())).collect()
    }

    /// A drift counts when a second reading shows it too.
    async fn look(
        &mut self,
        id: B256,
        unit: &Unit,
        moment: &Moment,
        troubles: &mut Troubles,
    ) -> Result<(), SupplyError> {
        let mut sight = self.ctx.observer.read(unit, moment).await?;
        if !check(&sight.supply).is_empty() {
            sight = self.ctx.observer.read(unit, moment).await?;
        }
        for (chain, error) in &sight.unseen {
            troubles.add_error(*chain, error);
        }
        self.judge(id, unit, &sight.supply);
        Ok(())
    }

    fn judge(&mut self, id: B256, unit: &Unit, supply: &Supply) {
        let drifts = check(supply);
        let name = asset_name(&unit.asset, &self.ctx.names);
        let before = self.drifts.get(&id).map_or(&[][..], Vec::as_slice);
        let new = drifts.iter().filter(|drift| !before.contains(drift));
        for drift in new {
            let chain = self.ctx.names.name(drift.chain);
            let (found, expected) = (drift.found, drift.expected);
            let rule = drift.rule.label();
            tracing::error!(stage = STAGE, asset = name, key = %unit.key(), chain, rule, %found, %expected, "the supply does not hold: {drift}");
        }
        for chain in supply.places.keys() {
            let here = drifts.iter().filter(|drift| drift.chain == *chain);
            let amount = here.fold(0.0, |sum, drift| sum + f64::from(drift.amount()));
            self.ctx.metrics.set_supply_drift(&name, *chain, amount);
        }
        if drifts.is_empty() {
            self.drifts.remove(&id);
        } else {
            self.drifts.insert(id, drifts);
        }
    }

    /// What a token says of itself is no trouble of ours.
    fn tell_drifts(&self, troubles: &mut Troubles) {
        let assets = self.ctx.observer.assets();
        for (id, drifts) in &self.drifts {
            let Some(asset) = assets.get(id) else {
                continue;
            };
            for drift in drifts.iter().filter(|drift| drift.is_ours) {
                let text = format!("asset {}: {drift}", asset_name(asset, &self.ctx.names));
                troubles.0.insert(drift.chain, (DRIFT, text));
            }
        }
    }

    /// Once for a drift: whoever lets new transfers in again while it lasts has had their reasons.
    async fn stop(
        &mut self,
        brakes: &[ChainId],
        troubles: &mut Troubles,
    ) -> Result<(), SupplyError> {
        let mut all = self.drifts.values().flatten();
        if !all.any(|drift| drift.is_ours) {
            self.stopped.clear();
            return Ok(());
        }
        for chain in brakes {
            if self.stopped.contains(chain) {
                continue;
            }
            match self.ctx.brake.pull(*chain, &self.ctx.observer).await {
                Ok(Stopping::Stopped) => {
                    tracing::error!(stage = STAGE, chain, "new transfers are stopped");
                    self.stopped.insert(*chain);
                    self.ctx.metrics.set_supply_stopped(*chain);
                }
                Ok(Stopping::UnderWay) => {
                    tracing::warn!(stage = STAGE, chain, "new transfers are being stopped");
                }
                Err(error) => troubles.note(*chain, Err(error))?,
            }
        }
        Ok(())
    }

    fn tell(&self, moment: &Moment, troubles: Troubles) {
        let now = self.ctx.clock.now();
        let l1 = (self.ctx.observer.l1_chain(), moment.l1_block);
        let blocks = moment.chains.iter();
        let blocks = blocks.map(|(chain, block)| (*chain, block.as_ref().copied().unwrap_or(0)));
        for (chain, block) in blocks.chain([l1]) {
            if !troubles.0.contains_key(&chain) {
                self.ctx.progress.advanced(STAGE, chain, block, now);
            }
        }
        self.fail(troubles);
    }

    fn fail(&self, troubles: Troubles) {
        let now = self.ctx.clock.now();
        for (chain, (label, text)) in troubles.0 {
            self.ctx.progress.failed(STAGE, chain, label, text, now);
        }
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
