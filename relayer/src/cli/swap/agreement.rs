//! What two banks have agreed on for delivery versus payment: the agreement that terms name, and where it stands.

use alloy::primitives::{Address, B256};
use causeway_bindings::{ITradeVenue, TradeAgreement, TradeStatus};

use crate::bundle::ask;
use crate::chain::ChainReader;
use crate::cli::exit::{Exit, Failure};
use crate::swap::terms::{Terms, VenueKind};
use crate::swap::venues::of_trade;

/// An agreement at its venue.
pub(super) struct Agreed {
    pub(super) id: B256,
    pub(super) agreement: TradeAgreement,
    pub(super) status: TradeStatus,
}

impl Agreed {
    /// The one of these terms, for swaps of the contract at `swap`.
    pub(super) async fn read(
        reader: &dyn ChainReader,
        terms: &Terms,
        swap: Address,
    ) -> Result<Self, Failure> {
        if terms.venue.kind == VenueKind::Quote {
            return Err(refused(
                "the venue of these terms pays quotes; sign one with `causeway swap quote`",
            ));
        }
        let (chain, venue) = (reader.chain_id(), terms.venue.address);
        let no_venue = || {
            refused(format!(
                "chain {chain} has no venue of this network for trades at {venue}; have the terms proposed with the address of one"
            ))
        };
        let found = of_trade(reader, terms).await?.ok_or_else(no_venue)?;
        if ask(reader, venue, &ITradeVenue::SWAPCall {}).await? != swap {
            return Err(no_venue());
        }
        let agreement = found.agreement.ok_or_else(|| {
            refused(
                "the terms name no agreement; have them proposed with its encoding as --venue-data",
            )
        })?;
        Ok(Self {
            id: agreement.id(),
            agreement: *agreement,
            status: found.status,
        })
    }
}

fn refused(text: impl Into<String>) -> Failure {
    Failure::new(Exit::CheckFailed, text)
}

#[cfg(test)]
pub(super) mod tests {
    use alloy::primitives::U256;
    use alloy::sol_types::SolValue;
    use causeway_bindings::{AssetKind, VenueAsset};

    use super::*;
    use crate::harness::SWAP;
    use crate::swap::bench::{Bench, DESTINATION};
    use crate::swap::terms::tests::terms;
    use crate::swap::venues::blank;

    fn side(token: u8, amount: U256) -> VenueAsset {
        VenueAsset {
            token: Address::with_last_byte(token),
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount,
        }
    }

    /// Terms at a venue for trades, and the agreement that they name.
    pub(in crate::cli::swap) fn agreed() -> (Terms, TradeAgreement) {
        let mut terms = terms();
        let agreement = TradeAgreement {
            sourceChainId: U256::from(terms.source),
            initiator: terms.sender,
            given: side(9, terms.given.amount.0),
            counterparty: Address::with_last_byte(5),
            locked: side(7, terms.wanted.minimum.0),
            recipient: Address::with_last_byte(5),
            deadline: terms.deadline,
            salt: B256::ZERO,
        };
        terms.quote = None;
        terms.venue.kind = VenueKind::Other;
        terms.venue.data = agreement.abi_encode().into();
        (terms, agreement)
    }

    async fn read(bench: &Bench, terms: &Terms) -> Result<Agreed, String> {
        let network = bench.network();
        let reader = network.chain(DESTINATION).unwrap().reader.as_ref();
        let read = Agreed::read(reader, terms, SWAP).await;
        read.map_err(|failure| failure.message)
    }

    #[tokio::test]
    async fn terms_name_an_agreement_at_a_venue_of_this_network_or_say_what_to_do() {
        let (mut terms, agreement) = agreed();
        let (bench, venue, id) = (Bench::new(), terms.venue.address, agreement.id());
        let told = read(&bench, &terms).await.err().unwrap();
        assert!(told.contains("no venue of this network"), "{told}");
        let question = ITradeVenue::idOfCall {
            agreement: agreement.clone(),
        };
        bench.tell(DESTINATION, venue, &question, &id);
        let told = read(&bench, &terms).await.err().unwrap();
        assert!(told.contains("no venue of this network"), "{told}");
        bench.tell(DESTINATION, venue, &ITradeVenue::SWAPCall {}, &SWAP);
        let status = ITradeVenue::statusOfCall { id };
        bench.tell(DESTINATION, venue, &status, &TradeStatus::Locked);
        let found = read(&bench, &terms).await.unwrap();
        assert_eq!((found.id, found.status), (id, TradeStatus::Locked));
        assert_eq!(found.agreement, agreement);

        let blank = blank();
        let question = ITradeVenue::idOfCall {
            agreement: blank.clone(),
        };
        bench.tell(DESTINATION, venue, &question, &blank.id());
        terms.venue.data = vec![1; 31].into();
        let told = read(&bench, &terms).await.err().unwrap();
        assert!(told.contains("--venue-data"), "{told}");
        terms.venue.kind = VenueKind::Quote;
        let told = read(&bench, &terms).await.err().unwrap();
        assert!(told.contains("swap quote"), "{told}");
    }
}
