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
struct Book {
    known: Mutex<BTreeMap<(Address, Bytes), Result<Bytes, Bytes>>>,
    asked: Mutex<Vec<CallRequest>>,
}

impl Answers for Book {
    fn call(&self, request: &CallRequest, _: u64) -> Option<Result<Bytes, Bytes>> {
        self.asked.lock().unwrap().push(request.clone());
        let known = self.known.lock().unwrap();
        let answer = known.get(&(request.to, request.data.clone())).cloned();
        Some(answer.unwrap_or_else(|| Ok(vec![0; 0x20 * 10].into())))
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
        let answer = C::abi_encode_returns(answer).into();
        self.answer(chain, to, call, Ok(answer));
    }

    /// What a contract reverts with from now on.
    pub(crate) fn refuse<C: SolCall>(&self, chain: ChainId, to: Address, call: &C, data: Vec<u8>) {
        self.answer(chain, to, call, Err(data.into()));
    }

    fn answer<C: SolCall>(
        &self,
        chain: ChainId,
        to: Address,
        call: &C,
        answer: Result<Bytes, Bytes>,
    ) {
        let question = (to, call.abi_encode().into());
        let mut known = self.chains[&chain].1.known.lock().unwrap();
        known.insert(question, answer);
    }

    /// What contracts of a chain were asked, in order.
    pub(crate) fn asked(&self, chain: ChainId) -> Vec<CallRequest> {
        self.chains[&chain].1.asked.lock().unwrap().clone()
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
