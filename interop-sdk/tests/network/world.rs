//! L1, a source and a destination, with contracts that do what the real ones do as far as the SDK can tell.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolError, SolEvent},
};
use causeway_proofs::{
    ChainBatch, Dialect, L2Log, LogTree, MessageRoot, SettledBatch, verify_message,
};
use interop_sdk::{
    ChainContracts, ChainEntry, L1Contracts, L1Entry, Network, OutboxMessage, SentMessage,
    bindings::{
        BUNDLE_VERSION, BundleAttributes, BundleStatus, CALL_VERSION_PLAIN, CallStatus, ChainHead,
        IBatchSettlement, IInteropHandler, IInteropRootStorage, IMessageOutbox, IMessageRoot,
        IMessageVerifier, InclusionProof, InteropBundle, InteropCall, bundle_hash,
    },
};

use crate::fake_chain::FakeChain;

pub(crate) const L1: u64 = 31337;
pub(crate) const SOURCE: u64 = 271;
pub(crate) const DESTINATION: u64 = 272;

const SETTLEMENT: Address = Address::with_last_byte(0x51);
const MESSAGE_ROOT: Address = Address::with_last_byte(0x52);
pub(crate) const CENTER: Address = Address::with_last_byte(0xc0);
const HANDLER: Address = Address::with_last_byte(0xc1);
pub(crate) const VAULT: Address = Address::with_last_byte(0xc5);
const ASSET_LEDGER: Address = Address::with_last_byte(0x57);
pub(crate) const PRIORITY_QUEUE: Address = Address::with_last_byte(0x53);
pub(crate) const SHARED_BRIDGE: Address = Address::with_last_byte(0x58);

/// What the contracts hold.
#[derive(Default)]
pub(crate) struct Contracts {
    /// Message root by L1 block, with its timestamp.
    history: BTreeMap<u64, (u64, B256)>,
    committed_block: u64,
    executed_block: u64,
    imported: BTreeMap<u64, B256>,
    executed: BTreeSet<B256>,
    unbundled: BTreeMap<B256, Vec<CallStatus>>,
    /// What the recipient makes the handler revert with.
    refusal: Option<Vec<u8>>,
}

pub(crate) struct World {
    pub(crate) l1: FakeChain,
    pub(crate) source: FakeChain,
    pub(crate) destination: FakeChain,
    pub(crate) network: Network,
    contracts: Arc<Mutex<Contracts>>,
    root: MessageRoot,
    leaves: Vec<(u64, L2Log)>,
    batches: u64,
    settled_block: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        let contracts = Arc::new(Mutex::new(Contracts::default()));
        let (l1, source, destination) = (
            FakeChain::new(L1),
            FakeChain::new(SOURCE),
            FakeChain::new(DESTINATION),
        );
        let network = Network::builder(l1_entry(), l1.provider())
            .chain(chain_entry("A", SOURCE), source.provider())
            .chain(chain_entry("B", DESTINATION), destination.provider())
            .poll(Duration::from_millis(1))
            .build();
        let mut world = Self {
            l1,
            source,
            destination,
            network,
            contracts,
            root: MessageRoot::new(Dialect::V32, L1),
            leaves: Vec::new(),
            batches: 0,
            settled_block: 0,
        };
        world.deploy_l1();
        world.deploy_chains();
        // The message root announces L1's own entry too.
        for (index, chain_id) in [L1, SOURCE, DESTINATION].into_iter().enumerate() {
            world.add_chain(chain_id, index);
        }
        world
    }

    pub(crate) fn contracts(&self) -> MutexGuard<'_, Contracts> {
        self.contracts
            .lock()
            .expect("no test panics while it holds the contracts")
    }

    fn add_chain(&mut self, chain_id: u64, index: usize) {
        let block = self.l1.head() + 1;
        if chain_id != L1 {
            self.root
                .register_chain(chain_id, block)
                .expect("a new chain");
        }
        let event = IMessageRoot::ChainAdded {
            chainId: U256::from(chain_id),
            index: U256::from(index),
            root: self.root.root(),
        };
        self.l1.mine(vec![(MESSAGE_ROOT, event.encode_log_data())]);
        self.remember_root(block);
    }

    fn remember_root(&self, block: u64) {
        self.contracts()
            .history
            .insert(block, (timestamp(block), self.root.root()));
    }

    /// Sends a message with one call from the source, the way its interop center does.
    pub(crate) async fn send(&mut self, payload: &'static [u8]) -> SentMessage {
        let salt = keccak256(U256::from(self.leaves.len()).to_be_bytes::<32>());
        let message = bundle(payload, salt).encode_message();
        let transaction = self.emit(CENTER, message);
        let found = self
            .network
            .chain(SOURCE)
            .expect("the source")
            .messages_of(transaction)
            .await;
        found.expect("a receipt").pop().expect("a message")
    }

    /// Hands data to the outbox of the source.
    pub(crate) async fn send_to_l1(
        &mut self,
        sender: Address,
        data: &'static [u8],
    ) -> OutboxMessage {
        let transaction = self.emit(sender, Bytes::from_static(data));
        let found = self
            .network
            .chain(SOURCE)
            .expect("the source")
            .outbox_messages_of(transaction)
            .await;
        found.expect("a receipt").pop().expect("a message")
    }

    fn emit(&mut self, sender: Address, message: Bytes) -> B256 {
        self.leaves
            .push((self.source.head() + 1, L2Log::message(sender, 0, &message)));
        let event = IMessageOutbox::L1MessageSent {
            sender,
            hash: keccak256(&message),
            message,
        };
        self.source.mine(vec![(CENTER, event.encode_log_data())])
    }

    /// Consumes a priority operation on the source, whose status is a leaf too.
    pub(crate) fn consume_operation(&mut self, operation_hash: B256, success: bool) {
        self.leaves.push((
            self.source.head() + 1,
            L2Log::operation_status(operation_hash, 0, success),
        ));
        let event = IMessageOutbox::OperationStatus {
            operationHash: operation_hash,
            success,
        };
        self.source.mine(vec![(CENTER, event.encode_log_data())]);
    }

    pub(crate) fn commit(&self) {
        self.contracts().committed_block = self.source.head();
    }

    /// Executes a batch with all blocks of the source that are in none yet. Returns the L1 block.
    pub(crate) fn settle(&mut self) -> u64 {
        if self.source.head() == self.settled_block {
            self.source.mine(vec![]);
        }
        self.commit();
        let blocks = self.settled_block + 1..=self.source.head();
        self.settled_block = self.source.head();
        self.contracts().executed_block = self.settled_block;
        self.batches += 1;
        let logs: Vec<_> = self
            .leaves
            .iter()
            .filter(|(block, _)| blocks.contains(block))
            .map(|(_, log)| *log)
            .collect();
        let tree = LogTree::from_logs(&logs).expect("few logs");
        let chain_batch_root = ChainBatch::new(Dialect::V32, SOURCE, &tree).root();
        let block = self.l1.head() + 1;
        let index = self
            .root
            .append_batch(SettledBatch {
                chain_id: SOURCE,
                batch_number: self.batches,
                chain_batch_root,
                block,
                timestamp: timestamp(block),
            })
            .expect("the next batch");
        let appended = IMessageRoot::BatchRootAppended {
            chainId: U256::from(SOURCE),
            batchNumber: U256::from(self.batches),
            chainBatchRoot: chain_batch_root,
            indexInChain: U256::from(index),
            timestamp: U256::from(timestamp(block)),
            root: self.root.root(),
        };
        let executed = IBatchSettlement::BatchExecuted {
            chainId: U256::from(SOURCE),
            batchNumber: U256::from(self.batches),
            publicInput: B256::ZERO,
            newStateCommitment: B256::ZERO,
            firstBlock: *blocks.start(),
            lastBlock: *blocks.end(),
            chainBatchRoot: chain_batch_root,
        };
        self.l1.mine(vec![
            (MESSAGE_ROOT, appended.encode_log_data()),
            (SETTLEMENT, executed.encode_log_data()),
        ]);
        self.remember_root(block);
        block
    }

    /// Undoes the last batch, the way a reorganisation of L1 does, and puts `delay` empty blocks in its place.
    pub(crate) fn reorganise_last_batch(&mut self, l1_block: u64, delay: u64) {
        self.l1.drop_from(l1_block);
        self.root.rewind(l1_block - 1);
        self.contracts().history.remove(&l1_block);
        for _ in 0..delay {
            self.l1.mine(vec![]);
        }
        self.batches -= 1;
        self.settled_block = 0;
        self.contracts().executed_block = 0;
    }

    /// Imports the message root after an L1 block into the destination.
    pub(crate) fn import(&self, l1_block: u64) {
        let (_, root) = self.contracts().history[&l1_block];
        self.import_root(l1_block, root);
    }

    pub(crate) fn import_root(&self, l1_block: u64, root: B256) {
        self.contracts().imported.insert(l1_block, root);
        let event = IInteropRootStorage::InteropRootImported {
            settlementChainId: U256::from(L1),
            blockNumber: U256::from(l1_block),
            timestamp: U256::from(timestamp(l1_block)),
            root,
        };
        self.destination
            .mine(vec![(HANDLER, event.encode_log_data())]);
    }

    /// Lets the destination forget a root, as it does when newer ones take its place.
    pub(crate) fn forget_import(&self, l1_block: u64) {
        self.contracts().imported.remove(&l1_block);
    }

    /// Executes a bundle at the destination.
    pub(crate) fn execute(&self, bundle_hash: B256) -> B256 {
        self.contracts().executed.insert(bundle_hash);
        let event = IInteropHandler::BundleExecuted {
            bundleHash: bundle_hash,
        };
        self.destination
            .mine(vec![(HANDLER, event.encode_log_data())])
    }

    pub(crate) fn unbundle(&self, bundle_hash: B256, calls: Vec<CallStatus>) {
        self.contracts().unbundled.insert(bundle_hash, calls);
    }

    /// Makes every delivery revert with this error.
    pub(crate) fn refuse(&self, error: impl SolError) {
        self.contracts().refusal = Some(error.abi_encode());
    }

    fn deploy_l1(&self) {
        let contracts = self.contracts.clone();
        self.l1.answer(
            MESSAGE_ROOT,
            move |call: IMessageRoot::isHistoricalRootCall| {
                let history = &contracts.lock().expect("contracts").history;
                Ok(history.get(&call.blockNumber.to()) == Some(&(call.timestamp.to(), call.root)))
            },
        );
        let contracts = self.contracts.clone();
        self.l1
            .answer(SETTLEMENT, move |_: IBatchSettlement::committedHeadCall| {
                Ok(head(contracts.lock().expect("contracts").committed_block))
            });
        let contracts = self.contracts.clone();
        self.l1
            .answer(SETTLEMENT, move |_: IBatchSettlement::executedHeadCall| {
                Ok(head(contracts.lock().expect("contracts").executed_block))
            });
        let contracts = self.contracts.clone();
        self.l1.answer(
            MESSAGE_ROOT,
            move |call: IMessageVerifier::verifyMessageCall| {
                let leaf = L2Log::message(
                    call.message.sender,
                    call.message.txNumberInBatch,
                    &call.message.data,
                )
                .leaf();
                let history = &contracts.lock().expect("contracts").history;
                Ok(verifies(&call.proof, leaf, |block| {
                    history.get(&block).map(|(_, root)| *root)
                }))
            },
        );
    }

    fn deploy_chains(&self) {
        let contracts = self.contracts.clone();
        self.destination
            .answer(HANDLER, move |call: IInteropRootStorage::isImportedCall| {
                let imported = &contracts.lock().expect("contracts").imported;
                Ok(imported.get(&call.blockNumber.to()) == Some(&call.root))
            });
        let contracts = self.contracts.clone();
        self.destination
            .answer(HANDLER, move |call: IInteropHandler::bundleStatusCall| {
                let contracts = contracts.lock().expect("contracts");
                Ok(if contracts.executed.contains(&call.bundleHash) {
                    BundleStatus::FullyExecuted
                } else if contracts.unbundled.contains_key(&call.bundleHash) {
                    BundleStatus::Unbundled
                } else {
                    BundleStatus::Unreceived
                })
            });
        let contracts = self.contracts.clone();
        self.destination
            .answer(HANDLER, move |call: IInteropHandler::callStatusCall| {
                let unbundled = &contracts.lock().expect("contracts").unbundled;
                Ok(unbundled[&call.bundleHash][call.callIndex.to::<usize>()])
            });
        let contracts = self.contracts.clone();
        self.destination
            .answer(HANDLER, move |call: IInteropHandler::executeBundleCall| {
                let contracts = contracts.lock().expect("contracts");
                let delivery = call.delivery;
                let hash = bundle_hash(delivery.proof.chainId, &delivery.bundle);
                let message = [&[0x01][..], &delivery.bundle].concat();
                let leaf = L2Log::message(delivery.sender, 0, &message).leaf();
                if delivery.sender != CENTER
                    || !verifies(&delivery.proof, leaf, |block| {
                        contracts.imported.get(&block).copied()
                    })
                {
                    return Err(
                        IInteropHandler::InteropHandlerUnproven { bundleHash: hash }.abi_encode()
                    );
                }
                match &contracts.refusal {
                    Some(data) => Err(data.clone()),
                    None => Ok(IInteropHandler::executeBundleReturn {}),
                }
            });
    }
}

fn head(last_block: u64) -> ChainHead {
    ChainHead {
        stateCommitment: B256::ZERO,
        dependencyRootsHash: B256::ZERO,
        batchNumber: 0,
        lastBlock: last_block,
        lastTimestamp: 0,
        priorityOpsConsumed: 0,
    }
}

fn verifies(proof: &InclusionProof, leaf: B256, root_of: impl Fn(u64) -> Option<B256>) -> bool {
    let known = |chain: u64, block: u64| root_of(block).filter(|_| chain == L1);
    let [chain, batch, index] =
        [proof.chainId, proof.batchNumber, proof.leafIndex].map(|number| number.to::<u64>());
    verify_message(Dialect::V32, chain, batch, index, leaf, &proof.path, known).is_ok()
}

pub(crate) fn timestamp(l1_block: u64) -> u64 {
    1_800_000_000 + 12 * l1_block
}

fn bundle(payload: &'static [u8], salt: B256) -> InteropBundle {
    InteropBundle {
        version: BUNDLE_VERSION,
        sourceChainId: U256::from(SOURCE),
        destinationChainId: U256::from(DESTINATION),
        destinationBaseTokenAssetId: B256::repeat_byte(1),
        interopBundleSalt: salt,
        calls: vec![InteropCall {
            version: CALL_VERSION_PLAIN,
            shadowAccount: false,
            to: Address::with_last_byte(0xaa),
            from: Address::with_last_byte(0xbb),
            value: U256::ZERO,
            data: Bytes::from_static(payload),
        }],
        attributes: BundleAttributes {
            executionAddress: Bytes::new(),
            unbundlerAddress: Bytes::new(),
            useFixedFee: false,
        },
    }
}

pub(crate) fn l1_entry() -> L1Entry {
    L1Entry {
        chain_id: L1,
        rpc: String::new(),
        from_block: 0,
        contracts: L1Contracts {
            settlement: SETTLEMENT,
            message_root: MESSAGE_ROOT,
            priority_queue: PRIORITY_QUEUE,
            chain_registry: Address::with_last_byte(0x54),
            verifier_registry: Address::with_last_byte(0x55),
            asset_ledger: ASSET_LEDGER,
            shared_bridge: SHARED_BRIDGE,
            swap_registry: Address::with_last_byte(0x57),
            authority: Address::with_last_byte(0x56),
        },
    }
}

pub(crate) fn chain_entry(name: &str, chain_id: u64) -> ChainEntry {
    ChainEntry {
        name: name.to_owned(),
        chain_id,
        rpc: String::new(),
        from_block: 0,
        contracts: ChainContracts {
            outbox: CENTER,
            inbox: Address::with_last_byte(0xc3),
            center: CENTER,
            handler: HANDLER,
            vault: VAULT,
            swap: Address::with_last_byte(0xc5),
            authority: Address::with_last_byte(0xc4),
        },
    }
}
