//! The book of the run: who must have how much of what, and where. It knows what was asked for and how that ended, and
//! nothing of vaults, ledgers and their events.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};

/// An account on a chain; L1 included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Chain id.
    pub chain: u64,
    /// The account.
    pub account: Address,
}

/// What is counted: an asset of the run by its index, and the token's id; 0 for a fungible one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// The asset, by its index.
    pub asset: usize,
    /// 0 for a fungible one.
    pub token_id: u64,
}

/// What accounts have, in the smallest unit of each token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book(BTreeMap<(Unit, Place), i128>);

/// Two figures that should agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub unit: Unit,
    /// Whose, and where.
    pub place: Place,
    /// What the book says.
    pub expected: i128,
    /// What the chain says.
    pub found: i128,
}

impl Book {
    /// Writes down what a chain says that an account has.
    pub fn found(&mut self, unit: Unit, place: Place, amount: U256) {
        self.0.insert((unit, place), amount.saturating_to());
    }

    /// Takes an amount away for good: what a transaction cost.
    pub fn spent(&mut self, unit: Unit, place: Place, amount: u128) {
        *self.0.entry((unit, place)).or_default() -= amount as i128;
    }

    /// Moves an amount from one account to another.
    pub fn moved(&mut self, unit: Unit, from: Place, to: Place, amount: u128) {
        self.spent(unit, from, amount);
        *self.0.entry((unit, to)).or_default() += amount as i128;
    }

    /// How much of a unit all accounts have together.
    pub fn total(&self, unit: Unit) -> i128 {
        let of_it = self.0.iter().filter(|((counted, _), _)| *counted == unit);
        of_it.map(|(_, amount)| amount).sum()
    }

    /// Where the chains say something else.
    pub fn differences(&self, chains: &Self) -> Vec<Difference> {
        let all: BTreeMap<_, ()> = self
            .0
            .keys()
            .chain(chains.0.keys())
            .map(|key| (*key, ()))
            .collect();
        let compared = all.into_keys().map(|(unit, place)| Difference {
            unit,
            place,
            expected: self.amount(unit, place),
            found: chains.amount(unit, place),
        });
        compared
            .filter(|pair| pair.expected != pair.found)
            .collect()
    }

    /// What an account has.
    pub fn amount(&self, unit: Unit, place: Place) -> i128 {
        self.0.get(&(unit, place)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COIN: Unit = Unit {
        asset: 0,
        token_id: 0,
    };
    const NFT: Unit = Unit {
        asset: 1,
        token_id: 7,
    };

    fn place(chain: u64) -> Place {
        Place {
            chain,
            account: Address::with_last_byte(1),
        }
    }

    /// Ten coins and a token on chain 1, of which three coins went to chain 2 for a fee of one.
    fn book() -> Book {
        let mut book = Book::default();
        book.found(COIN, place(1), U256::from(10));
        book.found(NFT, place(1), U256::ONE);
        book.moved(COIN, place(1), place(2), 3);
        book.spent(COIN, place(1), 1);
        book
    }

    fn chains(coins: [u64; 2], token_on: u64) -> Book {
        let mut chains = Book::default();
        for (chain, amount) in [1, 2].into_iter().zip(coins) {
            chains.found(COIN, place(chain), U256::from(amount));
            let has_it = U256::from(u8::from(chain == token_on));
            chains.found(NFT, place(chain), has_it);
        }
        chains
    }

    fn difference(unit: Unit, chain: u64, expected: i128, found: i128) -> Difference {
        Difference {
            unit,
            place: place(chain),
            expected,
            found,
        }
    }

    #[test]
    fn what_was_sent_and_arrived_once_is_right() {
        assert_eq!(book().differences(&chains([6, 3], 1)), []);
        assert_eq!(book().total(COIN), 9);
    }

    #[test]
    fn what_is_lost_is_named() {
        let lost = [difference(COIN, 2, 3, 0)];
        assert_eq!(book().differences(&chains([6, 0], 1)), lost);
    }

    #[test]
    fn what_arrived_twice_is_named() {
        let twice = [difference(COIN, 2, 3, 6)];
        assert_eq!(book().differences(&chains([6, 6], 1)), twice);
    }

    #[test]
    fn a_token_in_another_place_is_named_twice() {
        let astray = [difference(NFT, 1, 1, 0), difference(NFT, 2, 0, 1)];
        assert_eq!(book().differences(&chains([6, 3], 2)), astray);
    }

    #[test]
    fn an_account_that_should_have_nothing_is_named() {
        let mut found = chains([6, 3], 1);
        found.found(COIN, place(3), U256::ONE);
        assert_eq!(book().differences(&found), [difference(COIN, 3, 0, 1)]);
    }
}
