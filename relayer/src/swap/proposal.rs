//! That terms are still those that their sender proposed. The file goes through the other bank's hands, and that bank could
//! name itself as beneficiary in it.

use alloy::{
    primitives::{B256, Bytes, Signature, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
};

use super::terms::{Terms, TermsError};

/// Puts the sender's signature under the terms.
///
/// # Errors
/// They cannot be written down, or the key does not sign.
pub fn sign(terms: &mut Terms, key: &PrivateKeySigner) -> Result<(), TermsError> {
    let signature = key
        .sign_message_sync(text(terms)?.as_bytes())
        .map_err(|error| TermsError::Malformed(error.to_string()))?;
    terms.proposal = Some(Bytes::from(signature.as_bytes()));
    Ok(())
}

/// Whether the sender has signed the terms as they are. What the other bank adds to them is its quote.
pub fn is_signed(terms: &Terms) -> bool {
    let signature = terms.proposal.as_ref().map(|raw| Signature::from_raw(raw));
    let (Some(Ok(signature)), Ok(text)) = (signature, text(terms)) else {
        return false;
    };
    let signer = signature.recover_address_from_msg(text.as_bytes());
    signer.is_ok_and(|signer| signer == terms.sender)
}

fn text(terms: &Terms) -> Result<String, TermsError> {
    let bare = Terms {
        quote: None,
        proposal: None,
        ..terms.clone()
    };
    let json = serde_json::to_vec(&bare);
    let hash: B256 = json
        .map(keccak256)
        .map_err(|error| TermsError::Malformed(error.to_string()))?;
    Ok(format!("Causeway swap terms {hash}"))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, U256};

    use super::super::terms::{Units, VenueKind, tests::terms};
    use super::*;

    fn proposed() -> Terms {
        let key = PrivateKeySigner::random();
        let mut terms = terms();
        terms.sender = key.address();
        terms.quote = None;
        sign(&mut terms, &key).unwrap();
        terms
    }

    #[test]
    fn the_other_bank_adds_its_quote_and_nothing_else() {
        let mut terms = proposed();
        assert!(is_signed(&terms));
        terms.quote = super::super::terms::tests::terms().quote;
        let read = Terms::read(&terms.to_toml().unwrap()).unwrap();
        assert!(is_signed(&read));

        type Change = fn(&mut Terms);
        let changes: [Change; 13] = [
            |terms| terms.beneficiary = Address::with_last_byte(66),
            |terms| terms.refund_to = Address::with_last_byte(66),
            |terms| terms.l1_recipient = Address::with_last_byte(66),
            |terms| terms.counterparty = None,
            |terms| terms.sender = Address::with_last_byte(66),
            |terms| terms.given.amount = Units(U256::from(1)),
            |terms| terms.wanted.minimum = Units(U256::from(1)),
            |terms| terms.wanted.token = Address::with_last_byte(66),
            |terms| terms.venue.address = Address::with_last_byte(66),
            |terms| terms.venue.kind = VenueKind::Other,
            |terms| terms.deadline += 1,
            |terms| terms.proposal = None,
            |terms| terms.proposal = Some(Bytes::from_static(&[1; 65])),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = read.clone();
            change(&mut changed);
            assert!(!is_signed(&changed), "change {number}");
        }
    }
}
