//! What runs beside the chains: the operator of one of them can be stopped by itself.

use causeway_e2e::{devnet::Devnet, relayer::Relayer};
use eyre::Result;

/// The chain whose operator stops.
pub(crate) const DOOMED: &str = "c";

/// The relayer and the operators.
pub(crate) struct Roles {
    others: Relayer,
    doomed: Relayer,
}

impl Roles {
    /// Prepares them.
    pub(crate) fn new(devnet: &Devnet) -> Result<Self> {
        let others = Relayer::new(devnet, "both", 0, |config| {
            config.without(&format!("operators.{DOOMED}"))
        })?;
        let doomed = Relayer::new(devnet, "operator", 1, |config| {
            let mut chains = devnet.file().chains.iter();
            chains.try_fold(config, |config, chain| match chain.name.as_str() {
                DOOMED => Ok(config),
                other => config.without(&format!("operators.{other}")),
            })
        })?;
        Ok(Self { others, doomed })
    }

    /// Starts them and waits until they work.
    pub(crate) async fn start(&mut self) -> Result<()> {
        self.others.start_and_wait().await?;
        self.doomed.start_and_wait().await
    }

    /// The operator of [`DOOMED`] is gone for good.
    pub(crate) async fn kill_operator(&mut self) -> Result<()> {
        self.doomed.kill().await?;
        Ok(())
    }

    /// What they printed.
    pub(crate) fn log(&self) -> String {
        self.others.log() + &self.doomed.log()
    }

    /// Stops them.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.others.stop().await?;
        self.doomed.stop().await
    }
}
