//! What two banks have agreed on for delivery versus payment: the agreement that terms name, and where it stands.

use alloy::primitives::{Address, B256};
use alloy::sol_types::{SolCall, SolValue};
use causeway_bindings::{ITradeVenue, TradeAgreement, TradeStatus};

use crate::bundle::{StepError, ask};
use crate::chain::{ChainError, ChainReader};
use crate::cli::exit::{Exit, Failure};
use crate::swap::terms::{Terms, VenueKind};

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
        let agreement = named(terms).map_err(|text| Failure::new(Exit::CheckFailed, text))?;
        let venue = terms.venue.address;
        let served = ask_venue(reader, venue, &ITradeVenue::SWAPCall {}).await?;
        if served != swap {
            return Err(no_venue(reader.chain_id(), venue));
        }
        let question = ITradeVenue::idOfCall {
            agreement: agreement.clone(),
        };
        let id = ask_venue(reader, venue, &question).await?;
        let status = ask_venue(reader, venue, &ITradeVenue::statusOfCall { id }).await?;
        Ok(Self {
            id,
            agreement,
            status,
        })
    }
}

/// The agreement that is the data of the terms' venue.
fn named(terms: &Terms) -> Result<TradeAgreement, &'static str> {
    if terms.venue.kind == VenueKind::Quote {
        return Err("the venue of these terms pays quotes; sign one with `causeway swap quote`");
    }
    TradeAgreement::abi_decode(&terms.venue.data).map_err(
        |_| "the terms name no agreement; have them proposed with its encoding as --venue-data",
    )
}

/// Asks the venue; a contract that is none is named as that.
async fn ask_venue<C: SolCall + Sync>(
    reader: &dyn ChainReader,
    venue: Address,
    question: &C,
) -> Result<C::Return, Failure> {
    match ask(reader, venue, question).await {
        Err(
            StepError::NotOurContract { chain, .. }
            | StepError::Chain(ChainError::Reverted { chain, .. }),
        ) => Err(no_venue(chain, venue)),
        answer => Ok(answer?),
    }
}

fn no_venue(chain: u64, venue: Address) -> Failure {
    let text = format!(
        "chain {chain} has no venue of this network for trades at {venue}; have the terms proposed with the address of one"
    );
    Failure::new(Exit::CheckFailed, text)
}

/// How an agreement stands, in a word.
pub(super) fn label(status: TradeStatus) -> &'static str {
    match status {
        TradeStatus::None => "not locked",
        TradeStatus::Locked => "locked",
        TradeStatus::Executed => "executed",
        TradeStatus::Withdrawn => "withdrawn",
        TradeStatus::__Invalid => "unknown",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use alloy::primitives::U256;
    use causeway_bindings::{AssetKind, VenueAsset};

    use super::*;
    use crate::swap::terms::tests::terms;

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

    #[test]
    fn terms_name_an_agreement_or_say_what_to_do() {
        let (mut terms, agreement) = agreed();
        assert_eq!(named(&terms), Ok(agreement));
        terms.venue.data = vec![1; 31].into();
        assert!(named(&terms).unwrap_err().contains("--venue-data"));
        terms.venue.kind = VenueKind::Quote;
        assert!(named(&terms).unwrap_err().contains("swap quote"));
    }
}
