//! What a person wants to send, and the transactions that this takes.

use alloy::{
    primitives::{Address, Bytes, U256, utils::parse_units},
    sol_types::{SolCall, SolValue},
};
use causeway_bindings::{
    AssetKind, Attribute, ETHER, IAssetCustody, IAssetVault, IERC20, IERC721, IERC1155,
    IInteropCenter, ISharedBridge, InteropAddress, InteropCallStarter, TransferRequest,
};

use super::{AssetError, Custody};
use crate::{
    bundle::{Network, StepError, ask},
    chain::ChainError,
    model::ChainId,
};

/// Decimals of ether.
const ETHER_DECIMALS: u8 = 18;

/// A transfer to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Chain that it leaves; L1 included.
    pub from: ChainId,
    /// Chain that it goes to; L1 included.
    pub to: ChainId,
    /// Token on the chain that it leaves; [`ETHER`] for the chain's base token.
    pub token: Address,
    /// What kind of token it is.
    pub kind: AssetKind,
    /// 0 for fungible tokens.
    pub token_id: U256,
    /// In the token's smallest unit.
    pub amount: U256,
    /// Account on the other chain.
    pub recipient: Address,
    /// Last timestamp at which it may arrive, in seconds; 0 for none.
    pub deliver_before: u64,
    /// Gas that a deposit gets on its chain.
    pub deposit_gas: u64,
    /// Whether the custody may be allowed all ERC-1155 tokens of the account.
    pub approve_all: bool,
    /// What is called on the other chain once the asset is there; all of it arrives, or nothing.
    pub inner: Option<Inner>,
}

/// A call that goes along with an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// Contract on the other chain, a recipient of messages.
    pub to: Address,
    /// What it is handed.
    pub data: Bytes,
}

/// A transaction of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub name: &'static str,
    /// Contract called.
    pub to: Address,
    /// Calldata.
    pub calldata: Bytes,
    /// Value, in wei.
    pub value: U256,
}

impl Step {
    pub(crate) fn new(name: &'static str, to: Address, call: &impl SolCall) -> Self {
        Self {
            name,
            to,
            calldata: call.abi_encode().into(),
            value: U256::ZERO,
        }
    }
}

impl Order {
    fn request(&self) -> TransferRequest {
        TransferRequest {
            destinationChainId: U256::from(self.to),
            token: self.token,
            kind: self.kind,
            tokenId: self.token_id,
            amount: self.amount,
            recipient: self.recipient,
            deliverBefore: U256::from(self.deliver_before),
        }
    }

    fn is_base(&self) -> bool {
        self.token == ETHER
    }

    /// The transfer and the call, in one bundle.
    fn bundle(&self, center: Address, vault: Address, inner: &Inner) -> Step {
        let deadline = U256::from(self.deliver_before);
        let deadline = (!deadline.is_zero()).then(|| Attribute::DeliverBefore(deadline).encode());
        let value = self.value();
        let account = |address| InteropAddress::new(self.to, address).encode();
        let indirect = Attribute::IndirectCall(value).encode();
        let calls = vec![
            InteropCallStarter {
                to: account(vault),
                data: self.request().abi_encode().into(),
                callAttributes: std::iter::once(indirect).chain(deadline.clone()).collect(),
            },
            InteropCallStarter {
                to: account(inner.to),
                data: inner.data.clone(),
                callAttributes: deadline.into_iter().collect(),
            },
        ];
        let call = IInteropCenter::sendBundleCall {
            destinationChain: InteropAddress::chain(self.to).encode(),
            calls,
            bundleAttributes: Vec::new(),
        };
        Step::new("transfer with call", center, &call)
    }

    fn value(&self) -> U256 {
        if self.is_base() {
            self.amount
        } else {
            U256::ZERO
        }
    }

    fn transfer(&self, network: &Network, custody: Address) -> Result<Step, AssetError> {
        let request = self.request();
        let step = if let Some(inner) = &self.inner {
            let [from, _] = [network.chain(self.from)?, network.chain(self.to)?];
            self.bundle(from.center, custody, inner)
        } else if self.from == network.l1.reader.chain_id() {
            let call = ISharedBridge::depositCall {
                request,
                gasLimit: self.deposit_gas,
            };
            Step::new("deposit", custody, &call)
        } else {
            Step::new("transfer", custody, &IAssetVault::transferCall { request })
        };
        Ok(Step {
            value: self.value(),
            ..step
        })
    }
}

/// The transactions that an order of `account` takes, in order: approvals that are missing, then the transfer.
pub async fn steps(
    network: &Network,
    order: &Order,
    account: Address,
) -> Result<Vec<Step>, AssetError> {
    let custody = Custody::of(network, order.from)?;
    let mut steps = approvals(custody, order, account).await?;
    steps.push(order.transfer(network, custody.address)?);
    Ok(steps)
}

/// What is burned needs no approval; what is locked is taken from the account.
pub(crate) async fn approvals(
    custody: Custody<'_>,
    order: &Order,
    account: Address,
) -> Result<Vec<Step>, AssetError> {
    if order.is_base() {
        return Ok(Vec::new());
    }
    let question = IAssetCustody::assetOfCall {
        token: order.token,
        kind: order.kind,
    };
    let asset = ask(custody.reader, custody.address, &question).await?;
    if asset.originChainId != U256::from(order.from) {
        return Ok(Vec::new());
    }
    match order.kind {
        AssetKind::NonFungible => approve_one(custody, order, account).await,
        AssetKind::MultiToken => approve_all(custody, order, account).await,
        _ => approve_amount(custody, order, account).await,
    }
}

async fn approve_amount(
    custody: Custody<'_>,
    order: &Order,
    account: Address,
) -> Result<Vec<Step>, AssetError> {
    let question = IERC20::allowanceCall {
        owner: account,
        spender: custody.address,
    };
    let allowed = ask_token(custody, order.token, &question).await?;
    if allowed >= order.amount {
        return Ok(Vec::new());
    }
    let approve = |name, value| {
        let spender = custody.address;
        Step::new(name, order.token, &IERC20::approveCall { spender, value })
    };
    let mut steps = Vec::new();
    // Some tokens change an allowance only from 0.
    if !allowed.is_zero() {
        steps.push(approve("take back the allowance", U256::ZERO));
    }
    steps.push(approve("allow the amount", order.amount));
    Ok(steps)
}

async fn approve_one(
    custody: Custody<'_>,
    order: &Order,
    account: Address,
) -> Result<Vec<Step>, AssetError> {
    let approved = IERC721::getApprovedCall {
        tokenId: order.token_id,
    };
    let all = IERC721::isApprovedForAllCall {
        owner: account,
        operator: custody.address,
    };
    if ask_token(custody, order.token, &approved).await? == custody.address
        || ask_token(custody, order.token, &all).await?
    {
        return Ok(Vec::new());
    }
    let approve = IERC721::approveCall {
        to: custody.address,
        tokenId: order.token_id,
    };
    Ok(vec![Step::new("allow the token", order.token, &approve)])
}

async fn approve_all(
    custody: Custody<'_>,
    order: &Order,
    account: Address,
) -> Result<Vec<Step>, AssetError> {
    let question = IERC1155::isApprovedForAllCall {
        account,
        operator: custody.address,
    };
    if ask_token(custody, order.token, &question).await? {
        return Ok(Vec::new());
    }
    if !order.approve_all {
        return Err(AssetError::ApprovalForAllNeeded {
            token: order.token,
            custody: custody.address,
        });
    }
    let approve = IERC1155::setApprovalForAllCall {
        operator: custody.address,
        approved: true,
    };
    Ok(vec![Step::new(
        "allow all tokens of the contract",
        order.token,
        &approve,
    )])
}

/// Asks a token; an address without code, or another contract, is named as what it is.
async fn ask_token<C: SolCall + Sync>(
    custody: Custody<'_>,
    token: Address,
    question: &C,
) -> Result<C::Return, AssetError> {
    match ask(custody.reader, token, question).await {
        Err(
            StepError::NotOurContract { chain, .. }
            | StepError::Chain(ChainError::Reverted { chain, .. }),
        ) => Err(AssetError::NotAToken { chain, token }),
        answer => Ok(answer?),
    }
}

/// An amount in a token's smallest unit, from the number of whole tokens that a person wrote.
///
/// # Errors
/// It is no plain decimal number, is 0, or has more places than the token.
pub async fn amount(
    custody: Custody<'_>,
    token: Address,
    kind: AssetKind,
    text: &str,
) -> Result<U256, AssetError> {
    let decimals = match kind {
        AssetKind::Fungible if token == ETHER => ETHER_DECIMALS,
        AssetKind::Fungible => ask_token(custody, token, &IERC20::decimalsCall {}).await?,
        _ => 0,
    };
    units(text, decimals).map_err(|reason| AssetError::BadAmount {
        text: text.to_owned(),
        decimals,
        reason,
    })
}

fn units(text: &str, decimals: u8) -> Result<U256, String> {
    let amount = decimal(text, decimals)?;
    if amount.is_zero() {
        return Err("nothing would be sent".to_owned());
    }
    Ok(amount)
}

/// A plain decimal number of whole tokens, in the token's smallest unit; or what is wrong with it.
pub(crate) fn decimal(text: &str, decimals: u8) -> Result<U256, String> {
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(places) || (whole.len() > 1 && whole.starts_with('0')) {
        return Err("write digits, and a point where there are places".to_owned());
    }
    if text.contains('.') && places.len() > usize::from(decimals) {
        return Err(format!("it has {} places", places.len()));
    }
    Ok(parse_units(text, decimals)
        .map_err(|error| error.to_string())?
        .get_absolute())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_plain_decimal_numbers() {
        let ok = |text, decimals, expected: u64| {
            assert_eq!(units(text, decimals), Ok(U256::from(expected)), "{text}");
        };
        ok("1", 0, 1);
        ok("1.5", 1, 15);
        ok("0.05", 2, 5);
        ok("12", 3, 12_000);
        for (text, decimals) in [
            ("", 2),
            ("0", 2),
            ("0.00", 2),
            ("-1", 2),
            ("+1", 2),
            ("1e3", 2),
            ("0x10", 2),
            ("1,5", 2),
            ("01", 2),
            (".5", 2),
            ("1.", 2),
            ("1.555", 2),
            ("1.0", 0),
            ("1 ", 2),
        ] {
            assert!(units(text, decimals).is_err(), "{text:?} is taken");
        }
        let most = U256::MAX.to_string();
        assert_eq!(units(&most, 0), Ok(U256::MAX));
        assert!(units(&format!("{most}0"), 0).is_err());
    }

    proptest! {
        #[test]
        fn places_are_the_tokens(whole in 0..1_000_000_u64, places in 0..1_000_u64) {
            let text = format!("{whole}.{places:03}");
            let expected = U256::from(whole * 1_000 + places);
            prop_assert_eq!(units(&text, 3).ok(), (!expected.is_zero()).then_some(expected));
            prop_assert!(units(&text, 2).is_err());
        }
    }
}
