//! A network of fake chains whose contracts answer what a test tells them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use alloy::{
    primitives::{Address, Bytes, U256, address},
    sol_types::SolCall,
};

use crate::{
    bundle::{ChainPlace, L1Place, Network},
    chain::{
        CallRequest,
        fake::{Answers, CENTER, CONTRACTS, FakeChain, L1, VAULT},
    },
    harness::L1_CONTRACTS,
    model::ChainId,
};

/// The chains of a swap.
pub(crate) const SOURCE: ChainId = 10;
pub(crate) const DESTINATION: ChainId = 20;
const UNUSED: Address = address!("0x00000000000000000000000000000000000000ff");

/// Answers by contract and calldata. Unknown questions are answered with zeros.
#[derive(Default)]
struct Book(Mutex<BTreeMap<(Address, Bytes), Bytes>>);

impl Answers for Book {
    fn call(&self, request: &CallRequest, _: u64) -> Option<Result<Bytes, Bytes>> {
        let known = self.0.lock().unwrap();
        let answer = known.get(&(request.to, request.data.clone())).cloned();
        Some(Ok(answer.unwrap_or_else(|| vec![0; 0x20 * 10].into())))
    }

    fn balance(&self, _: Address, _: u64) -> U256 {
        U256::MAX
    }
}

/// L1 and the chains.
pub(crate) struct Bench {
    chains: BTreeMap<ChainId, (Arc<FakeChain>, Arc<Book>)>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let chains = [L1, SOURCE, DESTINATION].map(|id| {
            let depth = if id == L1 { 2 } else { 0 };
            let (chain, book) = (
                Arc::new(FakeChain::new(id, depth)),
                Arc::new(Book::default()),
            );
            chain.set_answers(book.clone());
            (id, (chain, book))
        });
        Self {
            chains: chains.into(),
        }
    }

    pub(crate) fn chain(&self, id: ChainId) -> &Arc<FakeChain> {
        &self.chains[&id].0
    }

    /// What a contract answers from now on.
    pub(crate) fn tell<C: SolCall>(
        &self,
        chain: ChainId,
        to: Address,
        call: &C,
        answer: &C::Return,
    ) {
        let question = (to, call.abi_encode().into());
        let answer = C::abi_encode_returns(answer).into();
        self.chains[&chain]
            .1
            .0
            .lock()
            .unwrap()
            .insert(question, answer);
    }

    pub(crate) fn network(&self) -> Network {
        let chains = [SOURCE, DESTINATION].map(|id| {
            let place = ChainPlace {
                reader: self.chain(id).clone(),
                contracts: CONTRACTS,
                center: CENTER,
                vault: VAULT,
                start_block: 0,
                page: 3,
            };
            (id, place)
        });
        Network {
            l1: L1Place {
                reader: self.chain(L1).clone(),
                contracts: L1_CONTRACTS,
                shared_bridge: UNUSED,
                priority_queue: UNUSED,
                start_block: 0,
                page: 3,
            },
            chains: chains.into(),
        }
    }
}
