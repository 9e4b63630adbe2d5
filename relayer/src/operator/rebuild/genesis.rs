//! What a chain starts from: the last block before its registration and the whole state after it. L1 has the hash of that
//! block, so a file from anybody will do.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
    path::Path,
    time::Duration,
};

use alloy::{
    consensus::{
        Header, TrieAccount,
        proofs::{state_root_unhashed, storage_root_unhashed},
    },
    primitives::{Address, B256, Bytes, U256, keccak256},
};
use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    chain::{ChainError, ReplayNode},
    model::ChainId,
};

const SCHEMA: &str = "causeway.genesis/v1";

/// Blocks whose hashes contracts can see.
const VISIBLE_ANCESTORS: u64 = 256;

/// Looks at a node whose state changes meanwhile.
const CAPTURES: u32 = 300;

const CAPTURE_PAUSE: Duration = Duration::from_millis(100);

/// Most bytes that a node's dump may unpack to.
const MAX_DUMP: u64 = 4 * 1024 * 1024 * 1024;

/// A chain's genesis file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    schema: String,
    /// Chain id.
    pub chain_id: ChainId,
    /// Header of the last block before the registration.
    pub header: Header,
    /// Headers before it whose hashes contracts can still see, oldest first.
    pub ancestors: Vec<Header>,
    /// All accounts after that block.
    pub accounts: BTreeMap<Address, GenesisAccount>,
}

/// An account in a genesis file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAccount {
    nonce: u64,
    balance: U256,
    code: Bytes,
    storage: BTreeMap<B256, B256>,
}

/// Why a genesis file is not that of a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// It cannot be read.
    #[error("{0}")]
    File(String),
    /// Another version.
    #[error("its schema is {0:?}; this release reads {SCHEMA:?}")]
    Schema(String),
    /// Of another chain.
    #[error("it is of chain {actual}, not of {expected}")]
    Chain {
        /// The chain wanted.
        expected: ChainId,
        /// The file's.
        actual: ChainId,
    },
    /// Of another block.
    #[error(
        "its block {number} has hash {actual}; L1 registered the chain at block {expected_number} with {expected}"
    )]
    Block {
        /// Hash on L1.
        expected: B256,
        /// Block number on L1.
        expected_number: u64,
        /// Hash of the file's header.
        actual: B256,
        /// Number in the file's header.
        number: u64,
    },
    /// The accounts are not those of the block.
    #[error("its accounts have state root {actual}; its block says {expected}")]
    State {
        /// State root of the header.
        expected: B256,
        /// State root of the accounts.
        actual: B256,
    },
    /// The blocks before are missing or others.
    #[error(
        "its ancestors are not the {expected} blocks before block {number}, each the parent of the next"
    )]
    Ancestors {
        /// How many must be there.
        expected: u64,
        /// Number of the block.
        number: u64,
    },
}

/// Why a node's state cannot be a genesis.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The node could not be read, or makes no dumps.
    #[error(transparent)]
    Node(#[from] ChainError),
    /// Its dump is damaged.
    #[error("chain {chain_id}: the node's dump cannot be used: {source}")]
    Damaged {
        /// The chain.
        chain_id: ChainId,
        /// What is wrong.
        source: GenesisError,
    },
    /// The state was changed without a block, and no block follows.
    #[error("chain {chain_id}: the node's state is not that of its newest block; have it make one")]
    Restless {
        /// The chain.
        chain_id: ChainId,
    },
}

impl Genesis {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, GenesisError> {
        let failed = |reason: String| GenesisError::File(reason);
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
    }

    /// The file's text.
    pub fn text(&self) -> Result<String, GenesisError> {
        serde_json::to_string(self).map_err(|error| GenesisError::File(error.to_string()))
    }

    /// What a chain starts from that is registered now: its newest block, once nothing has changed since.
    pub async fn capture(chain_id: ChainId, node: &ReplayNode) -> Result<Self, CaptureError> {
        for _ in 0..CAPTURES {
            let dump = node.dump().await?;
            let genesis = Self::of_dump(chain_id, &dump);
            if let Some(genesis) =
                genesis.map_err(|source| CaptureError::Damaged { chain_id, source })?
            {
                return Ok(genesis);
            }
            tokio::time::sleep(CAPTURE_PAUSE).await;
        }
        Err(CaptureError::Restless { chain_id })
    }

    /// The genesis in a development node's dump; `None` where the state has changed since the last block.
    fn of_dump(chain_id: ChainId, packed: &[u8]) -> Result<Option<Self>, GenesisError> {
        let dump = Dump::unpack(packed)?;
        let Some(header) = dump.best() else {
            return Ok(None);
        };
        let genesis = Self {
            schema: SCHEMA.to_owned(),
            chain_id,
            ancestors: dump.ancestors(header),
            header: header.clone(),
            accounts: dump.accounts,
        };
        Ok((genesis.state_root() == genesis.header.state_root).then_some(genesis))
    }

    /// Requires that this is what L1 registered `chain` with.
    pub fn check(
        &self,
        chain: ChainId,
        commitment: B256,
        last_block: u64,
    ) -> Result<(), GenesisError> {
        if self.schema != SCHEMA {
            return Err(GenesisError::Schema(self.schema.clone()));
        }
        if self.chain_id != chain {
            return Err(GenesisError::Chain {
                expected: chain,
                actual: self.chain_id,
            });
        }
        let (actual, number) = (self.header.hash_slow(), self.header.number);
        if (actual, number) != (commitment, last_block) {
            return Err(GenesisError::Block {
                expected: commitment,
                expected_number: last_block,
                actual,
                number,
            });
        }
        let (expected, actual) = (self.header.state_root, self.state_root());
        if expected != actual {
            return Err(GenesisError::State { expected, actual });
        }
        self.check_ancestors()
    }

    fn check_ancestors(&self) -> Result<(), GenesisError> {
        let number = self.header.number;
        let expected = number.min(VISIBLE_ANCESTORS);
        let children = self.ancestors.iter().skip(1).chain([&self.header]);
        let linked = self.ancestors.iter().zip(children).all(|(parent, child)| {
            child.parent_hash == parent.hash_slow()
                && parent.number.checked_add(1) == Some(child.number)
        });
        if linked && self.ancestors.len() as u64 == expected {
            Ok(())
        } else {
            Err(GenesisError::Ancestors { expected, number })
        }
    }

    fn state_root(&self) -> B256 {
        let accounts = self.accounts.iter();
        state_root_unhashed(accounts.map(|(address, account)| (*address, account.in_trie())))
    }

    /// The state as a development node loads it.
    pub fn as_dump(&self) -> Value {
        let header = &self.header;
        let blocks = self.ancestors.iter().chain([header]);
        let blocks: Vec<_> = blocks
            .map(|header| json!({ "header": header, "transactions": [], "ommers": [] }))
            .collect();
        json!({
            "block": {
                "number": U256::from(header.number),
                "beneficiary": header.beneficiary,
                "timestamp": U256::from(header.timestamp),
                "gas_limit": header.gas_limit,
                "basefee": header.base_fee_per_gas.unwrap_or_default(),
                "difficulty": header.difficulty,
                "prevrandao": header.mix_hash,
                "blob_excess_gas_and_price": {
                    "excess_blob_gas": header.excess_blob_gas.unwrap_or_default(),
                    "blob_gasprice": 1,
                },
                "slot_num": 0,
            },
            "accounts": self.accounts,
            "best_block_number": header.number,
            "blocks": blocks,
            "transactions": [],
            "historical_states": null,
        })
    }
}

impl GenesisAccount {
    /// Every slot listed is in the trie, since development nodes keep those that were set to 0 there.
    fn in_trie(&self) -> TrieAccount {
        let values = self
            .storage
            .iter()
            .map(|(slot, value)| (*slot, U256::from_be_bytes(value.0)));
        TrieAccount {
            nonce: self.nonce,
            balance: self.balance,
            storage_root: storage_root_unhashed(values),
            code_hash: keccak256(&self.code),
        }
    }
}

/// What of a node's dump matters here.
#[derive(Deserialize)]
struct Dump {
    accounts: BTreeMap<Address, GenesisAccount>,
    best_block_number: u64,
    blocks: Vec<DumpedBlock>,
}

#[derive(Deserialize)]
struct DumpedBlock {
    header: Header,
}

impl Dump {
    fn unpack(packed: &[u8]) -> Result<Self, GenesisError> {
        let mut text = Vec::new();
        GzDecoder::new(packed)
            .take(MAX_DUMP)
            .read_to_end(&mut text)
            .map_err(|error| GenesisError::File(format!("the node's dump: {error}")))?;
        serde_json::from_slice(&text)
            .map_err(|error| GenesisError::File(format!("the node's dump: {error}")))
    }

    fn best(&self) -> Option<&Header> {
        let headers = self.blocks.iter().map(|block| &block.header);
        headers
            .into_iter()
            .find(|header| header.number == self.best_block_number)
    }

    fn ancestors(&self, child: &Header) -> Vec<Header> {
        let headers = self.blocks.iter().map(|block| &block.header);
        let by_hash: HashMap<_, _> = headers.map(|header| (header.hash_slow(), header)).collect();
        let parent = |child: &&Header| by_hash.get(&child.parent_hash).copied();
        let mut found: Vec<_> =
            std::iter::successors(by_hash.get(&child.parent_hash).copied(), parent)
                .take(VISIBLE_ANCESTORS as usize)
                .cloned()
                .collect();
        found.reverse();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHAIN: ChainId = 271;

    fn account(nonce: u64, slots: u8) -> GenesisAccount {
        let slot = |index| (B256::repeat_byte(index), B256::with_last_byte(index));
        GenesisAccount {
            nonce,
            balance: U256::from(nonce + 1),
            code: Bytes::from_static(&[0x60, 0x01]),
            storage: (0..slots).map(slot).collect(),
        }
    }

    /// A genesis after `blocks` blocks, all of whose headers are linked.
    fn genesis(blocks: u64) -> Genesis {
        let accounts: BTreeMap<_, _> = (1..4_u8)
            .map(|index| (Address::repeat_byte(index), account(index.into(), index)))
            .collect();
        let mut headers: Vec<Header> = Vec::new();
        for number in 0..=blocks {
            headers.push(Header {
                number,
                parent_hash: headers.last().map_or(B256::ZERO, Header::hash_slow),
                ..Header::default()
            });
        }
        let mut genesis = Genesis {
            schema: SCHEMA.to_owned(),
            chain_id: CHAIN,
            header: headers.pop().unwrap(),
            ancestors: headers.split_off(blocks.saturating_sub(VISIBLE_ANCESTORS) as usize),
            accounts,
        };
        genesis.header.state_root = genesis.state_root();
        genesis
    }

    fn checked(genesis: &Genesis, registered: &Genesis) -> Result<(), GenesisError> {
        let header = &registered.header;
        genesis.check(CHAIN, header.hash_slow(), header.number)
    }

    /// What a node dumps that is at this genesis.
    fn dump(genesis: &Genesis) -> Vec<u8> {
        use std::io::Write as _;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer
            .write_all(genesis.as_dump().to_string().as_bytes())
            .unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn what_is_registered_passes_and_survives_a_file() {
        for blocks in [0, 1, 256, 300] {
            let genesis = genesis(blocks);
            assert_eq!(checked(&genesis, &genesis), Ok(()), "{blocks} blocks");
            let read: Genesis = serde_json::from_str(&genesis.text().unwrap()).unwrap();
            assert_eq!(read, genesis);
        }
    }

    #[test]
    fn a_dump_gives_the_genesis_unless_its_state_has_moved_on() {
        let mut genesis = genesis(300);
        assert_eq!(
            Genesis::of_dump(CHAIN, &dump(&genesis)),
            Ok(Some(genesis.clone()))
        );
        genesis.accounts.insert(Address::ZERO, account(9, 0));
        assert_eq!(Genesis::of_dump(CHAIN, &dump(&genesis)), Ok(None));
        let damaged = Genesis::of_dump(CHAIN, b"nonsense");
        assert!(matches!(damaged, Err(GenesisError::File(_))), "{damaged:?}");
    }

    #[test]
    fn each_part_is_bound() {
        let registered = genesis(5);
        let change = |change: &dyn Fn(&mut Genesis)| {
            let mut other = registered.clone();
            change(&mut other);
            checked(&other, &registered).unwrap_err()
        };
        let schema = change(&|genesis| genesis.schema.push('x'));
        assert!(matches!(schema, GenesisError::Schema(_)));
        let chain = change(&|genesis| genesis.chain_id = 272);
        assert!(matches!(chain, GenesisError::Chain { actual: 272, .. }));
        let block = change(&|genesis| genesis.header.timestamp += 1);
        assert!(matches!(block, GenesisError::Block { number: 5, .. }));
        let ancestors: [&dyn Fn(&mut Genesis); 3] = [
            &|genesis| drop(genesis.ancestors.remove(0)),
            &|genesis| genesis.ancestors[2].timestamp += 1,
            &|genesis| genesis.ancestors.reverse(),
        ];
        for other in ancestors {
            let error = change(other);
            assert!(
                matches!(error, GenesisError::Ancestors { expected: 5, .. }),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_byte_of_the_state_can_differ(index in 1..4_u8, part in 0..5_u8, bit in 0..8_usize) {
            let registered = genesis(2);
            let mut other = registered.clone();
            let account = other.accounts.get_mut(&Address::repeat_byte(index)).unwrap();
            match part {
                0 => account.nonce ^= 1 << bit,
                1 => account.balance ^= U256::ONE << bit,
                2 => account.code = Bytes::from(vec![bit as u8]),
                3 => drop(account.storage.insert(B256::with_last_byte(bit as u8 + 1), B256::ZERO)),
                _ => drop(account.storage.pop_first()),
            }
            let refused = checked(&other, &registered);
            prop_assert!(matches!(refused, Err(GenesisError::State { .. })), "{refused:?}");
        }
    }
}
