//! What came of the run: how the swaps ended, what everybody has, and what was counted.

use std::time::Duration;

use alloy::{primitives::U256, providers::Provider, rpc::types::Filter, sol_types::SolEvent};
use causeway_bindings::{IAtomicSwap, ISwapRegistry, SwapChange};
use eyre::{Result, bail, ensure};

use super::{
    ends::End,
    exchange::unit,
    faults::Faults,
    offer::Kind,
    report::Figures,
    run::{Ends, Entry, Lock, Run, line},
};
use crate::{
    holdings::Whereabouts,
    soak::book::{Book, Place},
    wait::until,
};

/// How long the last batches may take.
const LIMIT: Duration = Duration::from_secs(300);

impl Run<'_> {
    /// The swaps that ended otherwise than they may, in words.
    pub(super) fn wrong(&self, ends: &Ends) -> Vec<String> {
        let entries = self.entries.iter().zip(ends).enumerate();
        let wrong = entries.filter(|(_, (entry, end))| match end {
            None => true,
            Some(end) => end.is_exchange() && !entry.offer.kind.is_sound(),
        });
        wrong
            .map(|(index, (entry, _))| line(index, entry))
            .collect()
    }

    /// Requires that everybody has what the book says, and that every unit is accounted for.
    pub(super) async fn check_holdings(&self, ends: &Ends) -> Result<()> {
        let book = self.book(ends).await?;
        let found = self.exchange.holdings().await?;
        let differences = book.differences(&found);
        ensure!(
            differences.is_empty(),
            "the chains say something else than the book: {differences:#?}"
        );
        for token in &self.exchange.tokens {
            until("the sum holds", LIMIT, async || {
                let devnet = self.exchange.devnet;
                let found = Whereabouts::of(devnet, &token.asset(), U256::ZERO).await?;
                found.require_exact().map(|()| true)
            })
            .await?;
        }
        Ok(())
    }

    /// What everybody must have.
    async fn book(&self, ends: &Ends) -> Result<Book> {
        let mut book = self.opening.clone();
        for (entry, end) in self.entries.iter().zip(ends) {
            let offer = &entry.offer;
            let account = self.exchange.account(offer.customer);
            let place = |chain| Place { chain, account };
            let l1 = self.exchange.l1().chain_id;
            let (gave, other) = (
                place(offer.from),
                Place {
                    chain: offer.to,
                    account: offer.other_side(&self.exchange),
                },
            );
            let (given, wanted) = (unit(offer.give), unit(offer.want));
            match end {
                Some(End::ReturnedOnL1) => book.moved(given, gave, place(l1), offer.amount),
                Some(end) if end.is_exchange() => {
                    let got = match end {
                        End::ExchangedOnL1 => place(l1),
                        _ => gave,
                    };
                    book.moved(given, gave, other, offer.amount);
                    book.moved(wanted, other, got, self.returned(entry).await?);
                }
                _ => {}
            }
        }
        Ok(book)
    }

    /// What came back: as agreed, or for a pool what it gave, which is no less.
    async fn returned(&self, entry: &Entry) -> Result<u128> {
        let (Kind::Pool, Lock::Taken(id, preimage)) = (entry.offer.kind, &entry.lock) else {
            return Ok(entry.offer.returned);
        };
        let filter = Filter::new()
            .from_block(0)
            .address(self.exchange.swap)
            .event_signature(IAtomicSwap::SwapEffected::SIGNATURE_HASH)
            .topic1(*id);
        let provider = &self.exchange.place(entry.offer.to).provider;
        for log in provider.get_logs(&filter).await? {
            let effect = IAtomicSwap::SwapEffected::decode_log(&log.inner)?
                .data
                .effect;
            if effect.change == SwapChange::Executed {
                let (given, least) = (effect.returned.amount, preimage.read_payload()?);
                ensure!(given >= least.minReturned, "{id} returned {given}");
                return Ok(given.saturating_to());
            }
        }
        bail!("{id} was executed and does not say so")
    }

    /// What was counted.
    pub(super) async fn figures(&self, ends: &Ends, faults: &Faults<'_>) -> Result<Figures> {
        let kinds = self.entries.iter().map(|entry| entry.offer.kind);
        let standings = self.entries.iter().filter_map(|entry| entry.last.as_ref());
        Ok(Figures {
            tallies: kinds.zip(ends.iter().copied()).collect(),
            wrong: self.wrong(ends).len(),
            counts: faults.counts,
            skips: self.clock.skips().await,
            lost: faults.lost(),
            taken_back: self.wire.taken_back(),
            forced: standings.filter(|one| one.slot.isForced).count(),
            cancelled_by_l1: self.cancelled_by_l1().await?,
            whole: self.started.elapsed(),
        })
    }

    async fn cancelled_by_l1(&self) -> Result<usize> {
        let network = self.exchange.network();
        let filter = Filter::new()
            .from_block(0)
            .address(network.l1_contracts().swap_registry)
            .event_signature(ISwapRegistry::SwapDecided::SIGNATURE_HASH);
        let logs = network.l1_provider().get_logs(&filter).await?;
        let decided = logs
            .iter()
            .filter_map(|log| ISwapRegistry::SwapDecided::decode_log(&log.inner).ok());
        Ok(decided.filter(|event| event.byL1).count())
    }
}
