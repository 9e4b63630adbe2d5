//! Checks of the coordinator of swaps: does L1 know its chains, can swaps be locked between them, and do their clocks agree?

use alloy::primitives::{Address, U256};
use causeway_bindings::{IChainRegistry, IInteropCenter, ISwapRegistry};
use futures::future::join_all;

use super::{Finding, Subject};
use crate::chain::{ChainReader, Finality, view};
use crate::config::ChainConfig;
use crate::swap::checks::MARGIN;

/// L1, as far as swaps need it.
#[derive(Clone, Copy)]
pub struct SwapsOnL1<'a> {
    /// Reads it.
    pub reader: &'a dyn ChainReader,
    /// `SwapRegistry`.
    pub swaps: Address,
    /// `ChainRegistry`.
    pub chains: Address,
}

/// A chain that swaps are coordinated on.
pub type SwapChain<'a> = (&'a dyn ChainReader, &'a ChainConfig);

/// Everything about swaps that more than one contract has a say in; the contracts themselves are checked as all others.
pub async fn check_swaps(l1: SwapsOnL1<'_>, chains: &[SwapChain<'_>]) -> Vec<Finding> {
    let known = chains.iter().map(|(_, chain)| check_known(l1, chain));
    let mut findings = join_all(known).await;
    for (reader, chain) in chains {
        let others = chains.iter().map(|(_, other)| *other);
        for other in others.filter(|other| other.evm.chain_id != chain.evm.chain_id) {
            findings.push(check_open(*reader, chain, other).await);
        }
    }
    let clocks = chains.iter().map(|chain| check_clock(l1.reader, *chain));
    findings.extend(join_all(clocks).await);
    findings
}

/// Whether L1 can be asked to force the chain.
async fn check_known(l1: SwapsOnL1<'_>, chain: &ChainConfig) -> Finding {
    let failed = |found: String| {
        let fix = "register the chain on L1, or correct l1.contracts.chain_registry and l1.contracts.swap_registry";
        Finding::failed(&chain.name, Subject::Swaps, found, fix)
    };
    let id = U256::from(chain.evm.chain_id);
    let registered = IChainRegistry::isRegisteredCall { chainId: id };
    match view(l1.reader, l1.chains, &registered, None).await {
        Ok(true) => {}
        Ok(false) => {
            return failed("L1 does not know the chain, so none of its swaps can end".to_owned());
        }
        Err(error) => return failed(error.to_string()),
    }
    let times = ISwapRegistry::timesOfCall { chainId: id };
    match view(l1.reader, l1.swaps, &times, None).await {
        Ok(times) => Finding::ok(
            &chain.name,
            Subject::Swaps,
            format!(
                "L1 forces it after {} s, and gives it {} s once it is frozen",
                times.forceAfter, times.grace
            ),
        ),
        Err(error) => failed(error.to_string()),
    }
}

/// Whether swaps can be locked from a chain to another.
async fn check_open(reader: &dyn ChainReader, chain: &ChainConfig, other: &ChainConfig) -> Finding {
    let question = IInteropCenter::destinationBaseTokenCall {
        chainId: U256::from(other.evm.chain_id),
    };
    let fix = format!("have the operator of {} open it", chain.name);
    match view(reader, chain.contracts.center, &question, None).await {
        Ok(token) if token.is_zero() => Finding::warning(
            &chain.name,
            Subject::Swaps,
            format!("swaps to {} cannot be locked: it is not open", other.name),
            fix,
        ),
        Ok(_) => Finding::ok(
            &chain.name,
            Subject::Swaps,
            format!("swaps to {} can be locked", other.name),
        ),
        Err(error) => Finding::failed(&chain.name, Subject::Swaps, error.to_string(), fix),
    }
}

/// Whether a deadline comes on each chain when L1 takes it to come: one that is ahead is too late for swaps that were accepted
/// in time. One that is behind may only have been quiet.
async fn check_clock(l1: &dyn ChainReader, (reader, chain): SwapChain<'_>) -> Finding {
    let heads = futures::join!(l1.head(Finality::Latest), reader.head(Finality::Latest));
    let (on_l1, here) = match heads {
        (Ok(on_l1), Ok(here)) => (on_l1.timestamp, here.timestamp),
        (Err(error), _) | (_, Err(error)) => {
            let found = error.to_string();
            return Finding::failed(&chain.name, Subject::Swaps, found, "start the node");
        }
    };
    let ahead = here.saturating_sub(on_l1);
    let found = format!("its newest block is {ahead} s ahead of L1's");
    if ahead <= MARGIN {
        return Finding::ok(&chain.name, Subject::Swaps, found);
    }
    Finding::warning(
        &chain.name,
        Subject::Swaps,
        format!("{found}, and deadlines have {MARGIN} s to spare"),
        format!("set the chain's clock, or agree on deadlines that are {ahead} s later"),
    )
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{B256, address};

    use super::super::Verdict;
    use super::*;
    use crate::chain::fake::{CENTER, L1};
    use crate::config::Config;
    use crate::harness::SWAP_REGISTRY;
    use crate::swap::bench::{Bench, DESTINATION, SOURCE};

    const CHAINS: Address = address!("0x00000000000000000000000000000000000000b4");

    fn configs() -> Vec<ChainConfig> {
        let text = crate::config::TEMPLATE;
        let config = Config::from_text("causeway.toml", text, std::path::Path::new("/"));
        let mut chains: Vec<_> = config.unwrap().chains.into_values().collect();
        chains.truncate(2);
        for (chain, id) in chains.iter_mut().zip([SOURCE, DESTINATION]) {
            chain.evm.chain_id = id;
            chain.contracts.center = CENTER;
        }
        chains
    }

    fn healthy() -> Bench {
        let bench = Bench::new();
        for (chain, other) in [(SOURCE, DESTINATION), (DESTINATION, SOURCE)] {
            let call = IChainRegistry::isRegisteredCall {
                chainId: U256::from(chain),
            };
            bench.tell(L1, CHAINS, &call, &true);
            let call = IInteropCenter::destinationBaseTokenCall {
                chainId: U256::from(other),
            };
            bench.tell(chain, CENTER, &call, &B256::repeat_byte(1));
        }
        bench
    }

    async fn found(bench: &Bench) -> Vec<(Verdict, String)> {
        let configs = configs();
        let chains: Vec<SwapChain<'_>> = configs
            .iter()
            .map(|config| {
                let reader: &dyn ChainReader = bench.chain(config.evm.chain_id).as_ref();
                (reader, config)
            })
            .collect();
        let l1 = SwapsOnL1 {
            reader: bench.chain(L1).as_ref(),
            swaps: SWAP_REGISTRY,
            chains: CHAINS,
        };
        let findings = check_swaps(l1, &chains).await;
        findings
            .into_iter()
            .map(|finding| (finding.verdict, finding.found))
            .collect()
    }

    #[tokio::test]
    async fn chains_between_which_swaps_work_are_fine() {
        let found = found(&healthy()).await;
        assert_eq!(found.len(), 6);
        assert!(
            found.iter().all(|(verdict, _)| *verdict == Verdict::Ok),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn what_keeps_swaps_from_working_is_named() {
        let bench = healthy();
        let unknown = IChainRegistry::isRegisteredCall {
            chainId: U256::from(SOURCE),
        };
        bench.tell(L1, CHAINS, &unknown, &false);
        let closed = IInteropCenter::destinationBaseTokenCall {
            chainId: U256::from(SOURCE),
        };
        bench.tell(DESTINATION, CENTER, &closed, &B256::ZERO);
        for _ in 0..=MARGIN {
            bench.chain(DESTINATION).mine();
        }
        let found = found(&bench).await;
        let wrong: Vec<_> = found
            .iter()
            .filter(|(verdict, _)| *verdict != Verdict::Ok)
            .collect();
        let verdicts: Vec<_> = wrong.iter().map(|(verdict, _)| *verdict).collect();
        assert_eq!(
            verdicts,
            [Verdict::Failed, Verdict::Warning, Verdict::Warning]
        );
        for ((_, text), part) in wrong
            .iter()
            .zip(["does not know", "not open", "31 s ahead"])
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
