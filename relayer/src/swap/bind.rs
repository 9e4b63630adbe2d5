//! Names of a swap that was ordered elsewhere: no chain has them, so whoever ordered it tells them.

use alloy::primitives::B256;

use crate::{
    model::swap::{SwapName, SwapNames, SwapRecord},
    store::{Change, Reader, Store, StoreError, SwapFilter},
};

/// Why names are not taken.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// There is no such swap.
    #[error("this relayer knows no swap {0}; it may not have seen its lock yet: try again")]
    Unknown(B256),
    /// It is called otherwise.
    #[error(
        "swap {id} is called {known}, and a swap keeps its names; correct the names, or the id"
    )]
    Named {
        /// The swap.
        id: B256,
        /// Its name.
        known: String,
    },
    /// The UETR is that of another swap.
    #[error("the UETR {uetr} is that of swap {id}; a UETR stands for one swap")]
    Taken {
        /// The UETR.
        uetr: String,
        /// The other swap.
        id: B256,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a swap the names that it has not. The same ones again change nothing.
pub fn bind(store: &dyn Store, id: B256, names: &SwapNames) -> Result<SwapRecord, BindError> {
    let mut outcome = Err(BindError::Unknown(id));
    store.transact(&mut |reader| {
        let Some(record) = reader.swap(id)? else {
            return Ok(Vec::new());
        };
        let before = record.names.clone();
        outcome = named(reader, record, names)?;
        Ok(match &outcome {
            Ok(record) if record.names != before => {
                vec![Change::PutSwap(Box::new(record.clone()))]
            }
            Ok(_) | Err(_) => Vec::new(),
        })
    })?;
    outcome
}

fn named(
    reader: &dyn Reader,
    mut record: SwapRecord,
    names: &SwapNames,
) -> Result<Result<SwapRecord, BindError>, StoreError> {
    let id = record.id;
    if let Some(uetr) = &names.uetr
        && let Some(other) = holder_but(reader, SwapName::Uetr(uetr.clone()), id)?
    {
        let uetr = uetr.to_string();
        return Ok(Err(BindError::Taken { uetr, id: other }));
    }
    let own = &mut record.names;
    let kept = keep(&mut own.uetr, &names.uetr).and(keep(&mut own.end_to_end, &names.end_to_end));
    Ok(match kept {
        Ok(()) => Ok(record),
        Err(known) => Err(BindError::Named { id, known }),
    })
}

/// Takes a name where there is none.
fn keep<T: Clone + PartialEq + ToString>(
    own: &mut Option<T>,
    told: &Option<T>,
) -> Result<(), String> {
    match (&own, told) {
        (Some(known), Some(told)) if known != told => Err(known.to_string()),
        (Some(_), _) | (None, None) => Ok(()),
        (None, Some(told)) => {
            *own = Some(told.clone());
            Ok(())
        }
    }
}

fn holder_but(reader: &dyn Reader, name: SwapName, id: B256) -> Result<Option<B256>, StoreError> {
    let filter = SwapFilter {
        names: vec![name],
        limit: 2,
        ..SwapFilter::default()
    };
    let mut swaps = reader.swaps(&filter)?.into_iter();
    Ok(swaps.find(|swap| swap.id != id).map(|swap| swap.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::swap::SwapStage,
        store::{Reader, Writer, memory::MemoryStore, samples},
    };

    #[test]
    fn a_swap_is_named_once_and_a_uetr_names_one() {
        let store = MemoryStore::new(1);
        let named = samples::swap(1, SwapStage::Locked, 0);
        let mut bare = samples::swap(2, SwapStage::Locked, 0);
        let own = std::mem::take(&mut bare.names);
        let put = |swap: &SwapRecord| Change::PutSwap(Box::new(swap.clone()));
        store.commit(vec![put(&named), put(&bare)]).unwrap();

        let missing = bind(&store, B256::repeat_byte(9), &own).unwrap_err();
        assert!(matches!(missing, BindError::Unknown(_)), "{missing}");
        let taken = bind(&store, bare.id, &named.names).unwrap_err();
        assert!(matches!(taken, BindError::Taken { id, .. } if id == named.id));
        assert_eq!(store.swap(bare.id).unwrap().unwrap(), bare, "nothing of it");
        let told = SwapNames {
            key: None,
            ..own.clone()
        };
        for _ in 0..2 {
            assert_eq!(bind(&store, bare.id, &told).unwrap().names, told);
        }
        let found = store.swaps(&SwapFilter {
            names: vec![SwapName::Uetr(told.uetr.clone().unwrap())],
            ..SwapFilter::default()
        });
        assert_eq!(found.unwrap().len(), 1);
        let other = SwapNames {
            end_to_end: "ANOTHER".parse().ok(),
            ..told
        };
        let known = bind(&store, bare.id, &other).unwrap_err();
        assert!(matches!(known, BindError::Named { .. }), "{known}");
    }
}
