//! A chain, and what its operator knows.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    IInteropRootStorage, IPriorityInbox, PriorityOperation, RootImport, SwapEffect,
    deployment::ChainDeployment,
};

use crate::{Done, Node, Place, Refused, batch::OpenBatch};

/// A chain. Everything its contracts emit is put into its next batch.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The chain itself.
    pub node: Node,
    contracts: ChainDeployment,
    operator: Address,
    /// Batches that L1 has executed.
    pub(crate) batches: u64,
    pub(crate) open: OpenBatch,
    /// What was in the executed batches.
    history: Vec<OpenBatch>,
    /// Priority operations that it has consumed.
    pub(crate) consumed: usize,
    /// The chain after its last executed batch; what it falls back to when it is frozen.
    executed: Option<Box<Chain>>,
}

impl Chain {
    pub(crate) fn new(node: Node, contracts: ChainDeployment, operator: Address) -> Self {
        Self {
            node,
            contracts,
            operator,
            batches: 0,
            open: OpenBatch::default(),
            history: Vec::new(),
            consumed: 0,
            executed: None,
        }
    }

    /// Calls a contract.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn call<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<Done<C::Return>, Refused> {
        self.pay(from, to, U256::ZERO, call)
    }

    /// Calls a contract, with ether.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn pay<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
        call: &C,
    ) -> Result<Done<C::Return>, Refused> {
        let done = self.node.pay(from, to, value, call)?;
        self.open.note(&self.contracts, &done.logs);
        Ok(done)
    }

    /// Where the leaf will stand that the chain emits next.
    pub fn next_place(&self) -> Place {
        Place {
            chain: self.node.chain_id(),
            batch: self.batches + 1,
            leaf: self.open.logs.len() as u64,
        }
    }

    /// Imports a root, as the operator does.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn import(&mut self, root: RootImport) -> Result<(), Refused> {
        let call = IInteropRootStorage::importRootsCall {
            imports: vec![root.clone()],
        };
        self.call(self.operator, self.contracts.handler.address, &call)?;
        self.open.imports.push(root);
        Ok(())
    }

    /// Imports a root unless the chain has it.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn import_once(&mut self, root: RootImport) -> Result<(), Refused> {
        let known = IInteropRootStorage::isImportedCall {
            settlementChainId: root.settlementChainId,
            blockNumber: root.blockNumber,
            root: root.root,
        };
        match self.node.view(self.contracts.handler.address, &known)? {
            true => Ok(()),
            false => self.import(root),
        }
    }

    /// Consumes an operation that L1 asked for, as the operator does, and says whether it succeeded.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn consume(&mut self, operation: PriorityOperation) -> Result<bool, Refused> {
        let call = IPriorityInbox::processOperationsCall {
            operations: vec![operation],
        };
        let done = self.call(self.operator, self.contracts.inbox, &call)?;
        self.consumed += 1;
        self.open.operations += 1;
        let mut processed = done.events::<IPriorityInbox::PriorityOperationProcessed>();
        Ok(processed.next().is_some_and(|outcome| outcome.success))
    }

    /// How many operations it has consumed.
    pub fn consumed(&self) -> usize {
        self.consumed
    }

    /// Whether anything has happened since the last executed batch.
    pub fn is_settled(&self) -> bool {
        self.open.logs.is_empty()
    }

    /// Drops everything since the last executed batch.
    pub fn roll_back(&mut self) {
        if let Some(executed) = self.executed.clone() {
            *self = *executed;
            self.keep();
        }
    }

    /// L1 has forgotten what it has executed since the chain was like `before`: that is open again, and the chain stands where
    /// it stood.
    pub fn forget(&mut self, before: &Self) {
        let forgotten = self.history.split_off(before.history.len());
        let since = std::mem::take(&mut self.open);
        for part in forgotten.into_iter().chain([since]) {
            self.open.extend(part);
        }
        self.batches = before.batches;
        self.executed = before.executed.clone();
    }

    /// What it did to swaps since the last executed batch.
    pub fn effects(&self) -> &[SwapEffect] {
        &self.open.effects
    }

    /// The chain as it was after its last executed batch.
    pub fn settled(&mut self) -> &mut Node {
        let executed = self.executed.as_mut();
        &mut executed.expect("kept from the beginning").node
    }

    /// L1 has executed what was open.
    pub(crate) fn executed(&mut self) {
        self.batches += 1;
        self.history.push(std::mem::take(&mut self.open));
        self.keep();
    }

    pub(crate) fn keep(&mut self) {
        self.executed = None;
        self.executed = Some(Box::new(self.clone()));
    }
}
