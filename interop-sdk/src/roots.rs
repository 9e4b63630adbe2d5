//! Roots that a chain has imported, and L1's word on them.

use alloy::{
    primitives::{B256, U256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::SolEvent,
};
use causeway_bindings::{
    IInteropRootStorage::{self, InteropRootImported},
    IMessageRoot,
};

use crate::{
    ChainContracts, Error, L1Contracts,
    error::{At, small},
    logs,
    network::Endpoint,
};

/// A root of L1 that a chain has imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportedRoot {
    /// L1 block after which the root held.
    pub l1_block: u64,
    /// Timestamp of that block in seconds.
    pub l1_timestamp: u64,
    /// The root.
    pub root: B256,
}

/// The roots that `chain` imported last, newest first; those of one page of its log at most.
pub(crate) async fn newest_imports(
    chain: &Endpoint<ChainContracts>,
    l1_chain_id: u64,
    page: u64,
) -> Result<Vec<ImportedRoot>, Error> {
    let chain_id = chain.chain_id;
    let head = chain
        .provider
        .get_block_number()
        .await
        .at(chain_id, "block number")?;
    let filter = Filter::new()
        .address(chain.contracts.handler)
        .event_signature(InteropRootImported::SIGNATURE_HASH)
        .topic1(B256::from(U256::from(l1_chain_id)));
    let found = logs::fetch_newest(&chain.provider, &filter, chain.from_block..=head, page)
        .await
        .at(chain_id, "imported roots")?;
    let mut imports = found
        .iter()
        .map(|log| {
            let event = InteropRootImported::decode_log(&log.inner).map_err(|problem| {
                Error::BadAnswer {
                    chain_id,
                    what: "imported roots",
                    problem: problem.to_string(),
                }
            })?;
            Ok(ImportedRoot {
                l1_block: small(event.blockNumber, chain_id, "imported roots")?,
                l1_timestamp: small(event.timestamp, chain_id, "imported roots")?,
                root: event.root,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    imports.reverse();
    Ok(imports)
}

/// Whether the chain still keeps the root: it keeps a limited number.
pub(crate) async fn is_kept(
    chain: &Endpoint<ChainContracts>,
    l1_chain_id: u64,
    import: &ImportedRoot,
) -> Result<bool, Error> {
    IInteropRootStorage::new(chain.contracts.handler, &chain.provider)
        .isImported(
            U256::from(l1_chain_id),
            U256::from(import.l1_block),
            import.root,
        )
        .call()
        .await
        .at(chain.chain_id, "imported roots")
}

/// Whether L1 itself knows the root.
pub(crate) async fn is_genuine(
    l1: &Endpoint<L1Contracts>,
    import: &ImportedRoot,
) -> Result<bool, Error> {
    IMessageRoot::new(l1.contracts.message_root, &l1.provider)
        .isHistoricalRoot(
            U256::from(import.l1_block),
            U256::from(import.l1_timestamp),
            import.root,
        )
        .call()
        .await
        .at(l1.chain_id, "history of the message root")
}
