//! What keeps a transfer from being sent, by a name of its own.

use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolInterface,
};
use causeway_bindings::{
    IAssetCustody::IAssetCustodyErrors as ByCustody, IAssetRules::IAssetRulesErrors as ByRules,
};

use super::{Custody, Tokens};
use crate::Error;

/// Refusals of custodies and issuers' rules get their own names; everything else stays what it is.
pub(crate) fn named(error: Error) -> Error {
    let Error::Reverted { chain_id, data, .. } = &error else {
        return error;
    };
    let by_custody = of_custody(*chain_id, data);
    by_custody
        .or_else(|| of_rules(*chain_id, data))
        .unwrap_or(error)
}

fn of_custody(chain_id: u64, data: &Bytes) -> Option<Error> {
    Some(match ByCustody::abi_decode(data).ok()? {
        ByCustody::AssetCustodyPaused(_) => Error::TransfersPaused { chain_id },
        ByCustody::AssetCustodyNoToken(refusal) => Error::NotAToken {
            chain_id,
            token: refusal.token,
        },
        ByCustody::AssetCustodyWrongKind(refusal) => Error::WrongKind {
            chain_id,
            token: refusal.token,
            actual: refusal.expected,
            asked: refusal.actual,
        },
        ByCustody::AssetCustodyNotPermitted(refusal) => Error::PermitRefused {
            chain_id,
            token: refusal.token,
            allowed: refusal.allowance,
            amount: refusal.amount,
        },
        _ => return None,
    })
}

fn of_rules(chain_id: u64, data: &Bytes) -> Option<Error> {
    Some(match ByRules::abi_decode(data).ok()? {
        ByRules::AssetRulesRoutePaused(refusal) => Error::RoutePaused {
            chain_id,
            token: refusal.token,
            destination: refusal.chainId,
        },
        ByRules::AssetRulesLimitExceeded(refusal) => Error::LimitExceeded {
            chain_id,
            token: refusal.token,
            destination: refusal.chainId,
            amount: refusal.amount,
            available: refusal.available,
        },
        ByRules::AssetRulesCannotTransact(refusal) => Error::CannotTransact {
            chain_id,
            token: refusal.token,
            account: refusal.account,
        },
        ByRules::AssetRulesCannotTransfer(refusal) => Error::CannotTransfer {
            chain_id,
            token: refusal.token,
            account: refusal.from,
        },
        _ => return None,
    })
}

/// The name of what kept `account` from sending. Where the refusal is a token's own, or the RPC's, balances and approvals
/// are read, since every token words its refusals in its own way.
pub(crate) async fn explain(
    custody: &Custody,
    all: &[Tokens],
    account: Address,
    refused: Error,
) -> Error {
    let refused = named(refused);
    if !matches!(refused, Error::Reverted { .. } | Error::Rpc { .. }) {
        return refused;
    }
    match custody.require_all(all, account).await {
        Err(Error::Rpc { .. }) | Ok(()) => refused,
        Err(found) => found,
    }
}

impl Custody {
    /// Fails with what `account` lacks: the tokens, or an approval.
    async fn require_all(&self, all: &[Tokens], account: Address) -> Result<(), Error> {
        let chain_id = self.chain_id();
        for needed in Tokens::totals(all.iter().copied()) {
            let balance = self.balance(&needed, account).await?;
            if balance < needed.amount {
                return Err(Error::InsufficientBalance {
                    chain_id,
                    account,
                    balance,
                    needed: Box::new(needed),
                });
            }
        }
        match self.approvals(all, account).await?.first() {
            None => Ok(()),
            Some(approval) => Err(Error::NotApproved {
                chain_id,
                account,
                approval: Box::new(*approval),
            }),
        }
    }
}
