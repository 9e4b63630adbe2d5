//! What a chain is brought back with whose operator is gone: its terms and attesters as for an operator, other hands.

use std::sync::Arc;

use super::error::AppError;
use super::operate::{OperatorStage, Policy, Remote, Terms};
use crate::chain::{ChainReader, SystemClock};
use crate::config::{ChainConfig, Config, OperatorConfig};
use crate::operator::OperatorContext;
use crate::operator::hand::Hand;
use crate::operator::registration::Registration;
use crate::progress::Progress;
use crate::send::Sender;

/// What a rebuilt chain is read and written with.
pub struct Means {
    /// Reads L1.
    pub l1: Arc<dyn ChainReader>,
    /// Reads the rebuilt node.
    pub chain: Arc<dyn ChainReader>,
    /// Sends to L1.
    pub l1_sender: Arc<Sender>,
    /// Makes calls on the rebuilt node.
    pub hand: Arc<dyn Hand>,
}

/// What the chain's operator would work with, on a node of somebody else.
///
/// # Errors
/// A key or a token does not load.
pub fn recovery(
    config: &Config,
    chain: &ChainConfig,
    operator: &OperatorConfig,
    registration: &Registration,
    means: Means,
) -> Result<OperatorContext, AppError> {
    let attesters = operator.attesters.iter().filter_map(|name| {
        let source = config.signers.get(name)?;
        Some(source.load(name))
    });
    let stage = OperatorStage {
        l1: means.l1,
        chain: means.chain,
        l1_sender: means.l1_sender,
        hand: means.hand,
        attesters: attesters.collect::<Result<_, _>>()?,
        remotes: operator
            .remote_attesters
            .iter()
            .map(Remote::open)
            .collect::<Result<_, _>>()?,
        clock: Arc::new(SystemClock),
        progress: Arc::new(Progress::default()),
        terms: Terms::new(config, chain),
        policy: Policy::new(config, chain, operator),
    };
    stage.context(registration)
}
