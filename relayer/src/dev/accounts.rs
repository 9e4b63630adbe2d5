//! The accounts of a local network, all from anvil's well-known mnemonic: worthless keys, never for real funds.

use alloy::{
    primitives::Address,
    signers::local::{LocalSignerError, MnemonicBuilder, PrivateKeySigner, coins_bip39::English},
};

/// The mnemonic of every development chain.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";

/// Accounts that each chain funds.
pub const FUNDED: u32 = 64;

/// What each of them has at genesis, in ether.
pub const GENESIS_ETHER: u64 = 10_000;

/// Most chains a local network may have: each has an operator of its own.
pub const MAX_CHAINS: u32 = 40;

const FIRST_USER: u32 = 3;
const USERS: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
const FIRST_COORDINATOR: u32 = 10;
const PAUSER: u32 = 15;
const FIRST_OPERATOR: u32 = 16;
const FIRST_ATTESTER: u32 = FIRST_OPERATOR + MAX_CHAINS;
const ATTESTERS: u32 = 3;
const _: () = assert!(
    FIRST_ATTESTER + ATTESTERS <= FUNDED,
    "every account is funded"
);

/// Attestations that a batch needs.
pub const THRESHOLD: usize = 2;

/// An account with a name.
#[derive(Clone, Debug)]
pub struct Account {
    /// Name for people.
    pub name: String,
    /// Its key.
    pub signer: PrivateKeySigner,
}

/// All accounts of a local network.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// Deploys and governs.
    pub admin: Account,
    /// The relayer, and a second one for tests.
    pub relays: Vec<Account>,
    /// Pays for the steps of swaps, and a second one for tests.
    pub coordinators: Vec<Account>,
    /// Stops new transfers when the supply does not hold.
    pub pauser: Account,
    /// For whoever tries the network.
    pub users: Vec<Account>,
    /// One per chain.
    pub operators: Vec<Account>,
    /// Shared by all chains.
    pub attesters: Vec<Account>,
}

impl Accounts {
    /// Derives the accounts of a network of `chains` chains.
    pub fn derive(chains: u32) -> Result<Self, LocalSignerError> {
        let named =
            |prefix: &str, first: u32, count: u32| -> Result<Vec<Account>, LocalSignerError> {
                (0..count)
                    .map(|i| {
                        account(
                            &format!("{prefix}-{}", i.saturating_add(1)),
                            first.saturating_add(i),
                        )
                    })
                    .collect()
            };
        let users = USERS
            .iter()
            .zip(FIRST_USER..)
            .map(|(name, index)| account(name, index));
        Ok(Self {
            admin: account("admin", 0)?,
            relays: named("relay", 1, 2)?,
            coordinators: named("coordinator", FIRST_COORDINATOR, 2)?,
            pauser: account("pauser", PAUSER)?,
            users: users.collect::<Result<_, _>>()?,
            operators: named("operator", FIRST_OPERATOR, chains)?,
            attesters: named("attester", FIRST_ATTESTER, ATTESTERS)?,
        })
    }

    /// Every account, for the network file.
    pub fn all(&self) -> impl Iterator<Item = &Account> {
        std::iter::once(&self.admin)
            .chain(&self.relays)
            .chain(&self.coordinators)
            .chain([&self.pauser])
            .chain(&self.users)
            .chain(&self.operators)
            .chain(&self.attesters)
    }

    /// Addresses whose attestations count.
    pub fn attester_addresses(&self) -> Vec<Address> {
        self.attesters
            .iter()
            .map(|attester| attester.signer.address())
            .collect()
    }
}

fn account(name: &str, index: u32) -> Result<Account, LocalSignerError> {
    let signer = MnemonicBuilder::<English>::default()
        .phrase(MNEMONIC)
        .index(index)?
        .build()?;
    Ok(Account {
        name: name.to_owned(),
        signer,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use alloy::primitives::address;

    use super::*;

    #[test]
    fn accounts_are_anvils_and_all_differ() {
        let accounts = Accounts::derive(MAX_CHAINS).unwrap();
        assert_eq!(
            accounts.admin.signer.address(),
            address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
        );
        let all: BTreeSet<_> = accounts
            .all()
            .map(|account| account.signer.address())
            .collect();
        assert_eq!(all.len(), accounts.all().count());
    }
}
