//! Approvals by signature (ERC-2612), which save a transaction.

use alloy::{
    primitives::{Address, B256, Signature, U256, keccak256},
    sol_types::SolStruct,
};
use causeway_bindings::{AssetKind, IERC20};

use super::{Custody, Tokens};
use crate::Error;

mod typed {
    alloy::sol! {
        /// What ERC-2612 has the owner of tokens sign.
        #[derive(Debug)]
        struct Permit {
            address owner;
            address spender;
            uint256 value;
            uint256 nonce;
            uint256 deadline;
        }
    }
}

/// An approval by signature (ERC-2612) of what a transfer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// Last timestamp at which it counts, in seconds.
    pub deadline: u64,
    /// Signature of the tokens' owner.
    pub signature: Signature,
}

impl Permit {
    /// The signature as contracts take it.
    pub(super) fn parts(&self) -> (u8, B256, B256) {
        let v = 27 + u8::from(self.signature.v());
        (v, self.signature.r().into(), self.signature.s().into())
    }
}

impl Custody {
    /// What `owner` signs so that this custody may take the tokens until `deadline`, in seconds.
    pub(super) async fn permit_digest(
        &self,
        tokens: &Tokens,
        owner: Address,
        deadline: u64,
    ) -> Result<B256, Error> {
        let (chain_id, token) = (self.chain_id(), tokens.address);
        require_permits(chain_id, tokens)?;
        let contract = IERC20::new(token, self.provider()?);
        let nonce = self.of_token(token, contract.nonces(owner).call().await);
        let domain = self.of_token(token, contract.DOMAIN_SEPARATOR().call().await);
        let (nonce, domain) = match (nonce, domain) {
            (Ok(nonce), Ok(domain)) => (nonce, domain),
            (Err(Error::NotAToken { .. }), _) | (_, Err(Error::NotAToken { .. })) => {
                return Err(Error::NoPermits { chain_id, token });
            }
            (Err(failure), _) | (_, Err(failure)) => return Err(failure),
        };
        let permit = typed::Permit {
            owner,
            spender: self.address()?,
            value: tokens.amount,
            nonce,
            deadline: U256::from(deadline),
        };
        let words = [domain, permit.eip712_hash_struct()].concat();
        Ok(keccak256([&b"\x19\x01"[..], &words].concat()))
    }
}

/// Permits are those of ERC-20 tokens.
pub(super) fn require_permits(chain_id: u64, tokens: &Tokens) -> Result<(), Error> {
    if tokens.is_base() || tokens.kind != AssetKind::Fungible {
        let token = tokens.address;
        return Err(Error::NoPermits { chain_id, token });
    }
    Ok(())
}
