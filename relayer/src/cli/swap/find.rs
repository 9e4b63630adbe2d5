//! The one swap that a word names: as the running relayer knows it, or a store, or the chains alone.

use std::path::Path;

use alloy::primitives::B256;

use crate::bundle::Network;
use crate::chain::{Clock, SystemClock};
use crate::cli::exit::{Exit, Failure};
use crate::cli::network;
use crate::cli::signing::OWN_STORE;
use crate::cli::source::Source;
use crate::config::Config;
use crate::model::swap::{SwapName, SwapRecord, Uetr};
use crate::store::{Reader, StoreSnapshot, SwapFilter};
use crate::swap::trace::{SwapPlaces, Traced, trace};
use crate::swap::view::SwapView;
use crate::view::ChainNames;

/// What a word stands for.
enum Word {
    Id(B256),
    Name(SwapName),
}

fn read(word: &str) -> Result<Word, Failure> {
    if let Ok(id) = word.parse() {
        return Ok(Word::Id(id));
    }
    if let Ok(uetr) = word.parse::<Uetr>() {
        return Ok(Word::Name(SwapName::Uetr(uetr)));
    }
    let end_to_end = word.parse().map_err(|_| {
        let text = format!("`{word}` is neither an id of a swap, nor a UETR, nor an end-to-end id");
        Failure::new(Exit::NotFound, text)
    })?;
    Ok(Word::Name(SwapName::EndToEnd(end_to_end)))
}

fn filter(name: SwapName) -> SwapFilter {
    SwapFilter {
        names: vec![name],
        limit: 2,
        ..SwapFilter::default()
    }
}

/// The swap that a word names.
pub(super) async fn view(config: &Config, word: &str) -> Result<SwapView, Failure> {
    let ordered = ordered(config, word)?;
    let known = match &ordered {
        Some(record) => by_relayer(config, Word::Id(record.id), word).await?,
        None => by_relayer(config, read(word)?, word).await?,
    };
    let mut view = match (known, &ordered, word.parse()) {
        (Some(view), _, _) => view,
        (None, Some(record), _) => {
            let traced = on_chains(config, record.id).await?;
            SwapView::new(
                traced.as_ref().map_or(record, |traced| &traced.record),
                &names(config),
            )
        }
        (None, None, Ok(id)) => {
            let traced = on_chains(config, id).await?.ok_or_else(|| unknown(word))?;
            SwapView::new(&traced.record, &names(config))
        }
        (None, None, Err(_)) => return Err(unknown(word)),
    };
    // Names stand on no chain: those of an order by hand are known here alone.
    if let Some(record) = ordered {
        view.uetr = view.uetr.or(record.names.uetr);
        view.end_to_end_id = view.end_to_end_id.or(record.names.end_to_end);
    }
    Ok(view)
}

fn names(config: &Config) -> ChainNames {
    ChainNames::from(config)
}

pub(super) fn unknown(word: &str) -> Failure {
    let text = format!(
        "nobody here knows a swap `{word}`, and no chain has locked it; it may be in a block that was not read yet"
    );
    Failure::new(Exit::NotFound, text)
}

/// An order that was made by hand.
fn ordered(config: &Config, word: &str) -> Result<Option<SwapRecord>, Failure> {
    let directory = config.store.join(OWN_STORE);
    if !directory.is_dir() {
        return Ok(None);
    }
    find_ordered(&directory, read(word)?, word)
}

fn find_ordered(directory: &Path, word: Word, text: &str) -> Result<Option<SwapRecord>, Failure> {
    // One that is in use holds an order that is being made; the chains tell of it soon.
    let Ok(store) = StoreSnapshot::open(directory) else {
        return Ok(None);
    };
    match word {
        Word::Id(id) => Ok(store.swap(id)?),
        Word::Name(name) => {
            let found = store.swaps(&filter(name))?;
            only(found, text)
        }
    }
}

/// What the running relayer, or its store, knows; `None` where there is neither, or nothing.
async fn by_relayer(config: &Config, word: Word, text: &str) -> Result<Option<SwapView>, Failure> {
    let source = match Source::open(config).await {
        Ok(source) => source,
        Err(failure) if failure.exit == Exit::Store => return Ok(None),
        Err(failure) => return Err(failure),
    };
    match word {
        Word::Id(id) => match source.swap(id).await {
            Ok(view) => Ok(Some(view)),
            Err(failure) if failure.exit == Exit::NotFound => Ok(None),
            Err(failure) => Err(failure),
        },
        Word::Name(name) => only(source.swaps(&filter(name)).await?.swaps, text),
    }
}

fn only<T>(found: Vec<T>, word: &str) -> Result<Option<T>, Failure> {
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (one, None) => Ok(one),
        (_, Some(_)) => {
            let text = format!(
                "more than one swap is called `{word}`; see `causeway swap list --end-to-end-id '{word}'`, and name its id"
            );
            Err(Failure::new(Exit::CheckFailed, text))
        }
    }
}

/// What the chains alone say.
async fn on_chains(config: &Config, id: B256) -> Result<Option<Traced>, Failure> {
    let (network, places) = open(config).await?;
    Ok(trace(&network, places, id, SystemClock.now()).await?)
}

/// The whole network, and where swaps stand in it.
pub(super) async fn open(config: &Config) -> Result<(Network, SwapPlaces), Failure> {
    let Some(chain) = config.chains.values().next() else {
        let text = "there is no chain in the configuration; add one under [chains]";
        return Err(Failure::new(Exit::Config, text));
    };
    let places = SwapPlaces {
        swap: chain.contracts.swap,
        registry: config.l1.contracts.swap_registry,
    };
    let chains = config.chains.values().map(|chain| chain.evm.chain_id);
    let needed: Vec<_> = chains.chain([config.l1.evm.chain_id]).collect();
    Ok((network::open(config, &needed).await?, places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::swap::SwapStage;
    use crate::store::{Change, DiskStore, Writer, samples};

    #[test]
    fn a_word_is_an_id_a_uetr_or_an_end_to_end_id() {
        let id = B256::repeat_byte(1).to_string();
        assert!(matches!(read(&id), Ok(Word::Id(_))));
        let uetr = Uetr::random().to_string();
        assert!(matches!(read(&uetr), Ok(Word::Name(SwapName::Uetr(_)))));
        assert!(matches!(
            read("TRADE 7"),
            Ok(Word::Name(SwapName::EndToEnd(_)))
        ));
        let failure = read("/").err().unwrap();
        assert_eq!(failure.exit, Exit::NotFound);
    }

    #[test]
    fn an_order_by_hand_is_found_by_its_names() {
        let directory = tempfile::tempdir().unwrap();
        let store = DiskStore::open(directory.path(), 1).unwrap();
        let swap = samples::swap(1, SwapStage::LockIntended, 0);
        let name = swap.names.uetr.clone().unwrap();
        store
            .commit(vec![Change::PutSwap(Box::new(swap.clone()))])
            .unwrap();
        drop(store);
        let by = |word| find_ordered(directory.path(), word, "it").unwrap();
        assert_eq!(by(Word::Id(swap.id)).unwrap().id, swap.id);
        assert_eq!(by(Word::Name(SwapName::Uetr(name))).unwrap().id, swap.id);
        assert!(by(Word::Id(B256::ZERO)).is_none());
        let nowhere = directory.path().join("none");
        assert!(
            find_ordered(&nowhere, Word::Id(swap.id), "it")
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_name_of_several_swaps_names_none() {
        assert_eq!(only::<u8>(vec![], "x").unwrap(), None);
        assert_eq!(only(vec![1], "x").unwrap(), Some(1));
        assert_eq!(only(vec![1, 2], "x").unwrap_err().exit, Exit::CheckFailed);
    }
}
