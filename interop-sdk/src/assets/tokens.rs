//! What a transfer takes.

use std::fmt;

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};
use causeway_bindings::{AssetKind, ETHER, TransferRequest};

/// A token and how much of it, named as on the chain that it is sent from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The token; [`ETHER`] for the chain's base token.
    pub address: Address,
    /// What kind of token it is.
    pub kind: AssetKind,
    /// Which of its tokens; 0 for a fungible one.
    pub token_id: U256,
    /// How much, in the token's smallest unit; 1 for an ERC-721.
    pub amount: U256,
}

impl Tokens {
    /// An amount of the chain's base token, in wei; on L1 of ether.
    pub const fn base(amount: U256) -> Self {
        Self::fungible(ETHER, amount)
    }

    /// An amount of an ERC-20, in its smallest unit.
    pub const fn fungible(token: Address, amount: U256) -> Self {
        Self {
            address: token,
            kind: AssetKind::Fungible,
            token_id: U256::ZERO,
            amount,
        }
    }

    /// One token of an ERC-721.
    pub const fn non_fungible(token: Address, token_id: U256) -> Self {
        Self {
            address: token,
            kind: AssetKind::NonFungible,
            token_id,
            amount: U256::ONE,
        }
    }

    /// An amount of one token of an ERC-1155.
    pub const fn multi_token(token: Address, token_id: U256, amount: U256) -> Self {
        Self {
            address: token,
            kind: AssetKind::MultiToken,
            token_id,
            amount,
        }
    }

    /// Whether this is the chain's base token, which moves as value.
    pub fn is_base(&self) -> bool {
        self.address == ETHER
    }

    /// Value of the transaction that sends this, in wei.
    pub(crate) fn value(&self) -> U256 {
        if self.is_base() {
            self.amount
        } else {
            U256::ZERO
        }
    }

    /// What a custody is asked for; `deliver_before` in seconds, 0 for none.
    pub(crate) fn request(
        &self,
        (chain_id, recipient): (u64, Address),
        deliver_before: u64,
    ) -> TransferRequest {
        TransferRequest {
            destinationChainId: U256::from(chain_id),
            token: self.address,
            kind: self.kind,
            tokenId: self.token_id,
            amount: self.amount,
            recipient,
            deliverBefore: U256::from(deliver_before),
        }
    }

    /// What the sender of a bundle says to the vault.
    pub(crate) fn words(&self, to: (u64, Address)) -> Vec<u8> {
        self.request(to, 0).abi_encode()
    }

    /// The same tokens as one, with the sum of their amounts.
    pub(crate) fn totals(all: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut totals: Vec<Self> = Vec::new();
        for tokens in all {
            match totals.iter_mut().find(|total| total.is_same_as(&tokens)) {
                Some(total) => total.amount = total.amount.saturating_add(tokens.amount),
                None => totals.push(tokens),
            }
        }
        totals
    }

    fn is_same_as(&self, other: &Self) -> bool {
        (self.address, self.kind, self.token_id) == (other.address, other.kind, other.token_id)
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            token_id,
            amount,
            ..
        } = self;
        match self.kind {
            _ if self.is_base() => write!(f, "{amount} of the base token"),
            AssetKind::NonFungible => write!(f, "token {token_id} of {address}"),
            AssetKind::MultiToken => write!(f, "{amount} of token {token_id} of {address}"),
            _ => write!(f, "{amount} of {address}"),
        }
    }
}

/// What a kind of tokens is called.
pub(crate) const fn kind_name(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::NonFungible => "ERC-721",
        AssetKind::MultiToken => "ERC-1155",
        _ => "ERC-20",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: Address = Address::with_last_byte(7);

    #[test]
    fn the_same_tokens_are_added_up_and_others_are_not() {
        let one = U256::from(1);
        let totals = Tokens::totals([
            Tokens::fungible(TOKEN, one),
            Tokens::base(one),
            Tokens::multi_token(TOKEN, one, one),
            Tokens::fungible(TOKEN, U256::from(2)),
            Tokens::multi_token(TOKEN, U256::from(2), one),
        ]);
        assert_eq!(
            totals,
            [
                Tokens::fungible(TOKEN, U256::from(3)),
                Tokens::base(one),
                Tokens::multi_token(TOKEN, one, one),
                Tokens::multi_token(TOKEN, U256::from(2), one),
            ]
        );
        let most = [U256::MAX, one].map(|amount| Tokens::fungible(TOKEN, amount));
        assert_eq!(Tokens::totals(most)[0].amount, U256::MAX);
    }

    #[test]
    fn only_base_tokens_move_as_value() {
        let amount = U256::from(5);
        assert_eq!(Tokens::base(amount).value(), amount);
        for tokens in [
            Tokens::fungible(TOKEN, amount),
            Tokens::non_fungible(TOKEN, amount),
            Tokens::multi_token(TOKEN, amount, amount),
        ] {
            assert_eq!(tokens.value(), U256::ZERO, "{tokens}");
        }
    }

    #[test]
    fn tokens_are_named_by_what_counts() {
        let (id, amount) = (U256::from(3), U256::from(5));
        let text = |tokens: Tokens| tokens.to_string();
        assert_eq!(text(Tokens::base(amount)), "5 of the base token");
        assert_eq!(
            text(Tokens::fungible(TOKEN, amount)),
            format!("5 of {TOKEN}")
        );
        assert_eq!(
            text(Tokens::non_fungible(TOKEN, id)),
            format!("token 3 of {TOKEN}")
        );
        assert_eq!(
            text(Tokens::multi_token(TOKEN, id, amount)),
            format!("5 of token 3 of {TOKEN}")
        );
    }
}
