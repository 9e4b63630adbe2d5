//! What a bank has of a token, and what it lets a venue take of that.

use std::time::Duration;

use alloy::primitives::{Address, U256};
use causeway_bindings::IERC20;

use crate::assets::{Custody, Step};
use crate::bundle::ask;
use crate::cli::assets::{make, simulate};
use crate::cli::exit::{Exit, Failure};
use crate::send::Sender;

/// A bank's ERC-20, and the venue that is to take it.
pub(super) struct Stock<'a> {
    pub(super) custody: Custody<'a>,
    pub(super) bank: Address,
    pub(super) token: Address,
    pub(super) venue: Address,
}

impl Stock<'_> {
    /// Requires that the bank has so much.
    pub(super) async fn require(&self, amount: U256) -> Result<(), Failure> {
        let account = self.bank;
        let question = IERC20::balanceOfCall { account };
        let balance = ask(self.custody.reader, self.token, &question).await?;
        if balance >= amount {
            return Ok(());
        }
        let text = format!(
            "{account} has {balance} units of {}, and would pay {amount}; fund it, or pay less",
            self.token
        );
        Err(Failure::new(Exit::CheckFailed, text))
    }

    /// What the venue may take.
    pub(super) async fn allowed(&self) -> Result<U256, Failure> {
        let question = IERC20::allowanceCall {
            owner: self.bank,
            spender: self.venue,
        };
        Ok(ask(self.custody.reader, self.token, &question).await?)
    }

    /// Lets the venue take so much, where it may take `allowed` now.
    pub(super) async fn allow(
        &self,
        sender: &Sender,
        [allowed, value]: [U256; 2],
        patience: Duration,
    ) -> Result<(), Failure> {
        let step = |value| {
            let spender = self.venue;
            let call = IERC20::approveCall { spender, value };
            Step::new("allow the venue", self.token, &call)
        };
        // Some tokens change an allowance only from 0.
        let steps = [
            (!allowed.is_zero()).then(|| step(U256::ZERO)),
            Some(step(value)),
        ];
        for step in steps.into_iter().flatten() {
            let gas = simulate(self.custody, self.bank, &step).await?;
            make(self.custody, sender, step, gas, patience).await?;
        }
        Ok(())
    }
}
