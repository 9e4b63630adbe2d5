//! The steps of a swap, as a relayer, an operator or anybody takes them.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    Asset, IAtomicSwap, IBatchSettlement, ISwapRegistry, InclusionProof, LockStatus, SwapMessage,
    SwapOutcome, SwapPreimage, SwapReceipt, SwapSlot, SwapTerms, no_proof,
};

use crate::{Done, Place, Refused, World, actors::account};

/// A swap, as its parties know it.
#[derive(Clone, Debug)]
pub struct Swap {
    /// Its id.
    pub id: B256,
    /// All of it.
    pub preimage: SwapPreimage,
    /// Chain that locked it.
    pub source: u64,
    /// Chain that decides.
    pub destination: u64,
    /// Where the message of the lock stands, once the source has settled.
    pub place: Place,
}

/// A receipt and where it stands.
#[derive(Clone, Debug)]
pub struct FoundReceipt {
    /// What it says.
    pub receipt: SwapReceipt,
    /// Where it stands.
    pub place: Place,
}

impl World {
    /// Locks a swap on its source.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn lock(&mut self, source: u64, from: Address, terms: SwapTerms) -> Result<Swap, Refused> {
        let destination = terms.destinationChainId.to();
        let swap = self.contracts.swap.address;
        let chain = self.chain(source);
        let call = IAtomicSwap::lockCall {
            salt: B256::repeat_byte(7),
            terms,
        };
        // Only the lock's own message: the vault sends none for a swap.
        let place = chain.next_place();
        let done = chain.call(from, swap, &call)?;
        let locked = done.events::<IAtomicSwap::SwapLocked>().next();
        let locked = locked.expect("a lock says so");
        Ok(Swap {
            id: locked.swapId,
            preimage: SwapPreimage {
                header: locked.header,
                salt: locked.salt,
                payload: locked.payload,
            },
            source,
            destination,
            place,
        })
    }

    /// Executes a swap on its destination, whose operator imports what is needed for that.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn execute_swap(&mut self, swap: &Swap) -> Result<(), Refused> {
        let proof = self.proof_for(swap.destination, swap.place)?;
        let call = IAtomicSwap::executeCall {
            preimage: swap.preimage.clone(),
            proof,
        };
        self.on_swap(swap.destination, &call).map(drop)
    }

    /// Cancels a swap on its destination, once its deadline is over there.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn cancel_swap(&mut self, swap: &Swap) -> Result<(), Refused> {
        let proof = self.proof_for(swap.destination, swap.place)?;
        let call = IAtomicSwap::cancelCall {
            header: swap.preimage.header.clone(),
            proof,
        };
        self.on_swap(swap.destination, &call).map(drop)
    }

    /// Has the source pay the beneficiary, with the receipt.
    ///
    /// # Errors
    /// Why the chain refused it, or that there is no such receipt on L1.
    pub fn redeem_swap(&mut self, swap: &Swap) -> Result<(), Refused> {
        let found = self.receipt(swap).ok_or_else(nothing_to_prove)?;
        let call = IAtomicSwap::redeemCall {
            preimage: swap.preimage.clone(),
            output: found.receipt.output,
            proof: self.proof_for(swap.source, found.place)?,
        };
        self.on_swap(swap.source, &call).map(drop)
    }

    /// Has the source give back what was locked: with the receipt, or on the word of L1 alone.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn refund_swap(&mut self, swap: &Swap) -> Result<(), Refused> {
        let proof = match self.receipt(swap) {
            Some(found) => self.proof_for(swap.source, found.place)?,
            None => no_proof(),
        };
        let call = IAtomicSwap::refundCall {
            preimage: swap.preimage.clone(),
            proof,
        };
        self.on_swap(swap.source, &call).map(drop)
    }

    /// Puts the preimage at hand on the destination.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn stage_swap(&mut self, swap: &Swap) -> Result<(), Refused> {
        let call = IAtomicSwap::stageCall {
            preimage: swap.preimage.clone(),
        };
        self.on_swap(swap.destination, &call).map(drop)
    }

    /// Asks the destination through L1, naming the swap only.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn force_resolve(&mut self, swap: &Swap) -> Result<(), Refused> {
        let call = ISwapRegistry::forceResolveCall {
            source: U256::from(swap.source),
            swapId: swap.id,
        };
        self.on_registry(&call).map(drop)
    }

    /// Asks the destination through L1, with all of the swap.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn force_execute(&mut self, swap: &Swap) -> Result<(), Refused> {
        let call = ISwapRegistry::forceExecuteCall {
            preimage: swap.preimage.clone(),
        };
        self.on_registry(&call).map(drop)
    }

    /// Asks the source through L1 to pay a decided swap out.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn force_close(&mut self, swap: &Swap) -> Result<(), Refused> {
        let call = ISwapRegistry::forceCloseCall {
            preimage: swap.preimage.clone(),
            output: self.output(swap),
        };
        self.on_registry(&call).map(drop)
    }

    /// Has L1 decide for a frozen destination.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn l1_cancel(&mut self, swap: &Swap) -> Result<(), Refused> {
        let call = ISwapRegistry::l1CancelCall {
            source: U256::from(swap.source),
            swapId: swap.id,
        };
        self.on_registry(&call).map(drop)
    }

    /// Has L1 pay for a frozen source.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn l1_claim(&mut self, swap: &Swap) -> Result<(), Refused> {
        let call = ISwapRegistry::l1ClaimCall {
            preimage: swap.preimage.clone(),
            output: self.output(swap),
        };
        self.on_registry(&call).map(drop)
    }

    /// Has L1 freeze a chain whose queue has expired.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn freeze(&mut self, chain: u64) -> Result<(), Refused> {
        let call = IBatchSettlement::freezeCall {
            chainId: U256::from(chain),
        };
        let settlement = self.l1.contracts.settlement.address;
        self.l1.call(account("anyone"), settlement, &call).map(drop)
    }

    /// Has a chain consume all that L1 has asked it for.
    ///
    /// # Errors
    /// Why the chain refused one.
    pub fn consume(&mut self, chain: u64) -> Result<(), Refused> {
        let operations = self.l1.operations(chain).to_vec();
        let node = self.chain(chain);
        for operation in operations.into_iter().skip(node.consumed()) {
            node.consume(operation)?;
        }
        Ok(())
    }

    /// Brings a frozen chain back, as its operator does, or anybody of a chain whose data is on L1: from its last executed
    /// batch, what L1 has decided first, then its queue, and nothing else.
    ///
    /// # Errors
    /// Why chain or L1 refused it.
    pub fn recover(&mut self, chain: u64) -> Result<(), Refused> {
        self.chain(chain).roll_back();
        self.bury(chain)?;
        self.consume(chain)?;
        self.settle(chain)
    }

    /// Has a chain take what L1 decided in its stead.
    ///
    /// # Errors
    /// Why the chain refused it.
    pub fn bury(&mut self, chain: u64) -> Result<(), Refused> {
        let outstanding = ISwapRegistry::outstandingTombstonesCall {
            chainId: U256::from(chain),
        };
        let registry = self.l1.contracts.swap_registry.address;
        let tombstones = self.l1.node.view(registry, &outstanding)?;
        if tombstones.is_empty() {
            return Ok(());
        }
        let (operator, swap) = (self.actors.operator, self.contracts.swap.address);
        let bury = IAtomicSwap::buryCall { tombstones };
        self.chain(chain).call(operator, swap, &bury).map(drop)
    }

    /// The slot of a swap on L1.
    pub fn slot(&mut self, swap: &Swap) -> SwapSlot {
        let call = ISwapRegistry::slotOfCall {
            source: U256::from(swap.source),
            swapId: swap.id,
        };
        let registry = self.l1.contracts.swap_registry.address;
        self.l1
            .node
            .view(registry, &call)
            .expect("slots can be read")
    }

    /// The swap on its source.
    pub fn lock_status(&mut self, swap: &Swap) -> LockStatus {
        let call = IAtomicSwap::lockStatusCall { swapId: swap.id };
        let contract = self.contracts.swap.address;
        let status = self.chain(swap.source).node.view(contract, &call);
        status.expect("locks can be read")
    }

    /// The swap on its destination.
    pub fn outcome(&mut self, swap: &Swap) -> SwapOutcome {
        let call = IAtomicSwap::outcomeOfCall {
            source: U256::from(swap.source),
            swapId: swap.id,
        };
        let contract = self.contracts.swap.address;
        let outcome = self.chain(swap.destination).node.view(contract, &call);
        outcome.expect("outcomes can be read")
    }

    /// The receipt of a swap, if L1 has executed a batch with it.
    pub fn receipt(&self, swap: &Swap) -> Option<FoundReceipt> {
        self.sent(swap.destination, |message| match message {
            SwapMessage::Receipt(receipt) => {
                let is_ours =
                    receipt.swap_id == swap.id && receipt.source == U256::from(swap.source);
                is_ours.then_some(receipt)
            }
            SwapMessage::Lock(_) => None,
        })
        .map(|(receipt, place)| FoundReceipt { receipt, place })
    }

    /// Where the lock of a swap stands, if L1 has executed a batch with it.
    pub fn lock_place(&self, swap: &Swap) -> Option<Place> {
        self.sent(swap.source, |message| match message {
            SwapMessage::Lock(header) => (header == swap.preimage.header).then_some(()),
            SwapMessage::Receipt(_) => None,
        })
        .map(|((), place)| place)
    }

    /// The first message about a swap in a chain's executed batches that `found` takes.
    fn sent<T>(&self, chain: u64, found: impl Fn(SwapMessage) -> Option<T>) -> Option<(T, Place)> {
        let batches = self.l1.batches.range((chain, 0)..=(chain, u64::MAX));
        batches
            .flat_map(|((_, number), batch)| batch.messages.iter().map(move |sent| (*number, sent)))
            .filter(|(_, sent)| sent.sender == self.contracts.swap.address)
            .find_map(|(batch, sent)| {
                let message = SwapMessage::decode(&sent.data).ok()?;
                let leaf = sent.leaf;
                Some((found(message)?, Place { chain, batch, leaf }))
            })
    }

    /// The token that stands for an asset on a chain, once it has arrived there.
    pub fn token_on(&mut self, chain: u64, asset: &Asset) -> Option<Address> {
        if asset.originChainId == U256::from(chain) {
            return Some(asset.originToken);
        }
        let call = causeway_bindings::IAssetCustody::tokenOfCall {
            assetId: asset.id(),
        };
        let vault = self.contracts.vault.address;
        let token = self.chain(chain).node.view(vault, &call);
        token.ok().filter(|token| !token.is_zero())
    }

    fn output(&self, swap: &Swap) -> Bytes {
        self.receipt(swap)
            .map(|found| found.receipt.output)
            .unwrap_or_default()
    }

    /// Proof of a leaf for a chain, which imports its root first.
    fn proof_for(&mut self, chain: u64, place: Place) -> Result<InclusionProof, Refused> {
        if !self.l1.has(place) {
            return Err(nothing_to_prove());
        }
        let root = self.l1.root_of(place);
        self.chain(chain).import_once(root)?;
        Ok(self.l1.prove(place))
    }

    fn on_swap<C: SolCall>(&mut self, chain: u64, call: &C) -> Result<Done<C::Return>, Refused> {
        let contract = self.contracts.swap.address;
        self.chain(chain).call(account("anyone"), contract, call)
    }

    fn on_registry<C: SolCall>(&mut self, call: &C) -> Result<Done<C::Return>, Refused> {
        let registry = self.l1.contracts.swap_registry.address;
        self.l1.call(account("anyone"), registry, call)
    }
}

/// What anybody finds who has nothing to show: no contract was asked.
pub fn nothing_to_prove() -> Refused {
    Refused(Bytes::from_static(b"nothing to prove"))
}
