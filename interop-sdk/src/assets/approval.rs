//! What a token must be told before a custody can take it.

use std::fmt;

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use causeway_bindings::{AssetKind, IERC20, IERC721, IERC1155};

use super::{Custody, Tokens};
use crate::{Error, transaction};

/// An approval that a transfer needs and that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approval {
    /// Of an amount of an ERC-20.
    Amount {
        /// The token.
        token: Address,
        /// Who is to take it: vault, or shared bridge.
        spender: Address,
        /// How much, in the token's smallest unit.
        amount: U256,
        /// How much it may take already.
        allowed: U256,
    },
    /// Of one token of an ERC-721.
    Token {
        /// The token's contract.
        token: Address,
        /// Who is to take it.
        spender: Address,
        /// Which token.
        token_id: U256,
    },
    /// Of all tokens that the account has of an ERC-1155, which knows no other approval.
    All {
        /// The tokens' contract.
        token: Address,
        /// Who is to take them.
        spender: Address,
    },
}

impl Approval {
    /// The transactions that give it, in order; an allowance that is there is taken back first, since some tokens change
    /// none that is not 0.
    pub fn prepare(&self) -> Vec<TransactionRequest> {
        match *self {
            Self::Amount {
                token,
                spender,
                amount,
                allowed,
            } => {
                let approve = |value| request(token, &IERC20::approveCall { spender, value });
                let back = (!allowed.is_zero()).then(|| approve(U256::ZERO));
                back.into_iter().chain([approve(amount)]).collect()
            }
            Self::Token {
                token,
                spender,
                token_id,
            } => vec![request(
                token,
                &IERC721::approveCall {
                    to: spender,
                    tokenId: token_id,
                },
            )],
            Self::All { token, spender } => vec![request(
                token,
                &IERC1155::setApprovalForAllCall {
                    operator: spender,
                    approved: true,
                },
            )],
        }
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amount {
                token,
                spender,
                amount,
                allowed,
            } => write!(
                f,
                "approve({spender}, {amount}) of {token}, where {allowed} is allowed"
            ),
            Self::Token {
                token,
                spender,
                token_id,
            } => write!(f, "approve({spender}, {token_id}) of {token}"),
            Self::All { token, spender } => {
                write!(f, "setApprovalForAll({spender}, true) of {token}")
            }
        }
    }
}

fn request(token: Address, call: &impl SolCall) -> TransactionRequest {
    TransactionRequest::default()
        .with_to(token)
        .with_input(call.abi_encode())
}

impl Custody {
    /// What `owner` has to approve before all of this can be taken.
    pub(crate) async fn approvals(
        &self,
        all: &[Tokens],
        owner: Address,
    ) -> Result<Vec<Approval>, Error> {
        let mut missing = Vec::new();
        for tokens in Tokens::totals(all.iter().copied()) {
            let approval = self.approval(&tokens, owner).await?;
            // One approval may be for several tokens of an ERC-1155.
            missing.extend(approval.filter(|approval| !missing.contains(approval)));
        }
        Ok(missing)
    }

    /// Gives what is missing from the account of `provider`, which must be `owner`.
    pub(crate) async fn approve(
        &self,
        all: &[Tokens],
        owner: Address,
        provider: &impl Provider,
    ) -> Result<Vec<Approval>, Error> {
        let missing = self.approvals(all, owner).await?;
        for request in missing.iter().flat_map(Approval::prepare) {
            let request = request.with_from(owner);
            transaction::confirm(request, provider, self.chain_id(), "an approval").await?;
        }
        Ok(missing)
    }

    /// What is burned needs no approval; what is locked is taken from the account.
    async fn approval(&self, tokens: &Tokens, owner: Address) -> Result<Option<Approval>, Error> {
        if tokens.is_base() {
            return Ok(None);
        }
        let (token, spender) = (tokens.address, self.address()?);
        self.require_code(token).await?;
        let asset = self.asset_of(token, tokens.kind).await?;
        if asset.originChainId != U256::from(self.chain_id()) {
            return Ok(None);
        }
        let provider = self.provider()?;
        let (is_given, approval) = match tokens.kind {
            AssetKind::NonFungible => {
                let contract = IERC721::new(token, provider);
                let token_id = tokens.token_id;
                let approved = contract.getApproved(token_id).call().await;
                let all = contract.isApprovedForAll(owner, spender).call().await;
                let is_given =
                    self.of_token(token, approved)? == spender || self.of_token(token, all)?;
                let approval = Approval::Token {
                    token,
                    spender,
                    token_id,
                };
                (is_given, approval)
            }
            AssetKind::MultiToken => {
                let contract = IERC1155::new(token, provider);
                let all = contract.isApprovedForAll(owner, spender).call().await;
                (self.of_token(token, all)?, Approval::All { token, spender })
            }
            _ => {
                let contract = IERC20::new(token, provider);
                let allowed = contract.allowance(owner, spender).call().await;
                let allowed = self.of_token(token, allowed)?;
                let amount = tokens.amount;
                let approval = Approval::Amount {
                    token,
                    spender,
                    amount,
                    allowed,
                };
                (allowed >= amount, approval)
            }
        };
        Ok((!is_given).then_some(approval))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: Address = Address::with_last_byte(7);
    const SPENDER: Address = Address::with_last_byte(8);

    fn allowance(allowed: u64) -> Approval {
        Approval::Amount {
            token: TOKEN,
            spender: SPENDER,
            amount: U256::from(5),
            allowed: U256::from(allowed),
        }
    }

    fn approved(request: &TransactionRequest) -> U256 {
        assert_eq!(request.to, Some(TOKEN.into()));
        let input = request.input.input().expect("input");
        let call = IERC20::approveCall::abi_decode(input).expect("approve");
        assert_eq!(call.spender, SPENDER);
        call.value
    }

    #[test]
    fn an_allowance_that_is_there_is_taken_back_first() {
        let values = |allowed| -> Vec<_> {
            let requests = allowance(allowed).prepare();
            requests.iter().map(approved).collect()
        };
        assert_eq!(values(0), [U256::from(5)]);
        assert_eq!(values(3), [U256::ZERO, U256::from(5)]);
    }

    #[test]
    fn an_approval_reads_like_the_call_that_gives_it() {
        assert_eq!(
            allowance(3).to_string(),
            format!("approve({SPENDER}, 5) of {TOKEN}, where 3 is allowed")
        );
        let (token, spender) = (TOKEN, SPENDER);
        let token_id = U256::from(9);
        let one = Approval::Token {
            token,
            spender,
            token_id,
        };
        assert_eq!(one.to_string(), format!("approve({SPENDER}, 9) of {TOKEN}"));
        let all = Approval::All { token, spender };
        assert_eq!(
            all.to_string(),
            format!("setApprovalForAll({SPENDER}, true) of {TOKEN}")
        );
    }
}
