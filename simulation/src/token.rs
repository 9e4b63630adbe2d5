//! Tokens as issuers deploy them.

use alloy::{
    hex,
    primitives::{Address, Bytes, U256},
    sol,
    sol_types::SolValue,
};
use causeway_bindings::{Asset, AssetKind, IERC20};

use crate::{Node, actors::account};

sol! {
    interface IIssuedERC20 {
        function mint(address to, uint256 amount) external;
    }
}

/// Creation code of `contracts/test/mocks/IssuedTokens.sol`.
const ISSUED_ERC20: &str = include_str!("../../e2e/bytecode/IssuedERC20.hex");
const MINTED: u64 = 1_000_000;

/// An ERC-20 on its home chain.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Its home.
    pub home: u64,
    /// Where it stands there.
    pub address: Address,
}

impl Token {
    /// Creates a token on its home and gives `holder` a million units, which `spender` may take.
    pub fn create(home: &mut Node, name: &str, holder: Address, spender: Address) -> Self {
        let issuer = account("issuer");
        let arguments = (issuer, name, name, U256::ZERO).abi_encode_params();
        let code = hex::decode(ISSUED_ERC20.trim_end()).expect("the snapshot is hexadecimal");
        let init_code: Bytes = [code, arguments].concat().into();
        let created = home.create(issuer, init_code).expect("a plain token");
        let token = Self {
            home: home.chain_id(),
            address: created.value,
        };
        token.mint(home, holder);
        token.approve(home, holder, spender);
        token
    }

    fn mint(&self, home: &mut Node, holder: Address) {
        let mint = IIssuedERC20::mintCall {
            to: holder,
            amount: U256::from(MINTED),
        };
        let minted = home.call(account("issuer"), self.address, &mint);
        minted.expect("the issuer mints");
    }

    fn approve(&self, home: &mut Node, holder: Address, spender: Address) {
        let approve = IERC20::approveCall {
            spender,
            value: U256::MAX,
        };
        let approved = home.call(holder, self.address, &approve);
        approved.expect("a holder approves");
    }

    /// The asset that it is everywhere.
    pub fn asset(&self) -> Asset {
        Asset {
            originChainId: U256::from(self.home),
            originToken: self.address,
            kind: AssetKind::Fungible,
        }
    }
}

/// What an account has of a token that stands on this chain.
pub fn balance_of(node: &mut Node, token: Address, account: Address) -> U256 {
    let call = IERC20::balanceOfCall { account };
    node.view(token, &call).expect("a token says what it has")
}
