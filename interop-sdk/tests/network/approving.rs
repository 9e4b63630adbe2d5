//! What has to be approved before tokens can be taken, by transaction or by signature.

use alloy::{
    primitives::{Address, B256, Signature, U256, keccak256},
    signers::local::PrivateKeySigner,
    sol_types::{Revert, SolCall, SolError},
};
use interop_sdk::{
    Approval, ErrorCode, Tokens,
    bindings::{IAssetCustody, IAssetVault, IERC20, IERC721, IERC1155},
};

use crate::{
    transferring::{OWNER, TOKEN, at_home, erc20, five, transfer},
    world::{DESTINATION, SOURCE, VAULT, World},
};

const NONCE: u64 = 11;
const DEADLINE: u64 = 1_800;
const DOMAIN: B256 = B256::repeat_byte(0xd0);

#[tokio::test]
async fn an_allowance_that_suffices_is_left_alone() {
    let world = World::new();
    let transfer = transfer(&world, five());
    erc20(&world, 0, 5);
    assert_eq!(transfer.approvals(OWNER).await.unwrap(), []);
    erc20(&world, 0, 4);
    let expected = Approval::Amount {
        token: TOKEN,
        spender: VAULT,
        amount: U256::from(5),
        allowed: U256::from(4),
    };
    assert_eq!(transfer.approvals(OWNER).await.unwrap(), [expected]);
}

#[tokio::test]
async fn what_is_burned_needs_no_approval_and_base_tokens_neither() {
    let world = World::new();
    erc20(&world, 0, 0);
    at_home(&world, DESTINATION);
    let approvals = transfer(&world, five()).approvals(OWNER).await;
    assert_eq!(approvals.unwrap(), []);
    at_home(&world, SOURCE);
    let base = transfer(&world, Tokens::base(U256::from(5)));
    assert_eq!(base.approvals(OWNER).await.unwrap(), []);
}

#[tokio::test]
async fn one_token_is_approved_alone_or_with_all_others() {
    let world = World::new();
    at_home(&world, SOURCE);
    let token_id = U256::from(3);
    let transfer = transfer(&world, Tokens::non_fungible(TOKEN, token_id));
    let answer = |approved: Address, all: bool| {
        let source = &world.source;
        source.answer(TOKEN, move |_: IERC721::getApprovedCall| Ok(approved));
        source.answer(TOKEN, move |call: IERC721::isApprovedForAllCall| {
            Ok(all && (call.owner, call.operator) == (OWNER, VAULT))
        });
    };
    answer(Address::ZERO, false);
    let expected = Approval::Token {
        token: TOKEN,
        spender: VAULT,
        token_id,
    };
    assert_eq!(transfer.approvals(OWNER).await.unwrap(), [expected]);
    answer(VAULT, false);
    assert_eq!(transfer.approvals(OWNER).await.unwrap(), []);
    answer(Address::ZERO, true);
    assert_eq!(transfer.approvals(OWNER).await.unwrap(), []);
}

#[tokio::test]
async fn one_approval_does_for_all_tokens_of_a_multi_token() {
    let world = World::new();
    at_home(&world, SOURCE);
    world
        .source
        .answer(TOKEN, |_: IERC1155::isApprovedForAllCall| Ok(false));
    let of = |id: u64| Tokens::multi_token(TOKEN, U256::from(id), U256::from(1));
    let bundle = world
        .network
        .chain(SOURCE)
        .unwrap()
        .bundle(DESTINATION)
        .transfer(OWNER, of(1))
        .transfer(OWNER, of(2));
    let expected = Approval::All {
        token: TOKEN,
        spender: VAULT,
    };
    assert_eq!(bundle.approvals(OWNER).await.unwrap(), [expected]);
}

#[tokio::test]
async fn an_address_that_is_no_token_is_named() {
    let world = World::new();
    let approvals = async || transfer(&world, five()).approvals(OWNER).await;
    let no_code = approvals().await.unwrap_err();
    assert_eq!(no_code.code(), ErrorCode::NotAToken);
    erc20(&world, 0, 0);
    world.source.answer(TOKEN, |_: IERC20::allowanceCall| {
        Err(Revert::from("not a token").abi_encode())
    });
    let strange = approvals().await.unwrap_err();
    assert_eq!(strange.code(), ErrorCode::NotAToken);
}

fn takes_permits(world: &World) {
    let source = &world.source;
    source.answer(TOKEN, |_: IERC20::noncesCall| Ok(U256::from(NONCE)));
    source.answer(TOKEN, |_: IERC20::DOMAIN_SEPARATORCall| Ok(DOMAIN));
}

/// ERC-2612, word by word.
fn digest(owner: Address) -> B256 {
    let type_hash = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
    );
    let words = [
        type_hash,
        owner.into_word(),
        VAULT.into_word(),
        B256::from(U256::from(5)),
        B256::from(U256::from(NONCE)),
        B256::from(U256::from(DEADLINE)),
    ];
    let hash = keccak256(words.concat());
    keccak256([&[0x19, 0x01], DOMAIN.as_slice(), hash.as_slice()].concat())
}

#[tokio::test]
async fn a_permit_is_signed_by_the_owner_for_the_vault() {
    let world = World::new();
    takes_permits(&world);
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    let transfer = transfer(&world, five())
        .permit(&signer, DEADLINE)
        .await
        .unwrap();
    let request = transfer.prepare().unwrap();
    let input = request.input.input().expect("input");
    let call = IAssetVault::transferWithPermitCall::abi_decode(input).unwrap();
    assert_eq!(call.deadline, U256::from(DEADLINE));
    let signature = Signature::from_scalars_and_parity(call.r, call.s, call.v == 28);
    assert!([27, 28].contains(&call.v));
    let owner = signature
        .recover_address_from_prehash(&digest(signer.address()))
        .unwrap();
    assert_eq!(owner, signer.address());
}

#[tokio::test]
async fn tokens_without_permits_are_named() {
    let world = World::new();
    takes_permits(&world);
    let ask = async |tokens| {
        transfer(&world, tokens)
            .permit_digest(OWNER, DEADLINE)
            .await
            .map_err(|error| error.code())
    };
    assert_eq!(ask(five()).await, Ok(digest(OWNER)));
    let three = U256::from(3);
    for tokens in [Tokens::base(three), Tokens::non_fungible(TOKEN, three)] {
        assert_eq!(ask(tokens).await, Err(ErrorCode::NoPermits), "{tokens}");
    }
    world.source.answer(TOKEN, |_: IERC20::noncesCall| {
        Err(Revert::from("no such function").abi_encode())
    });
    assert_eq!(ask(five()).await, Err(ErrorCode::NoPermits));
}

#[tokio::test]
async fn a_permit_that_the_token_refuses_is_named() {
    let world = World::new();
    takes_permits(&world);
    let refusal = IAssetCustody::AssetCustodyNotPermitted {
        token: TOKEN,
        allowance: U256::from(1),
        amount: U256::from(5),
    };
    world
        .source
        .answer(VAULT, move |_: IAssetVault::transferWithPermitCall| {
            Err(refusal.abi_encode())
        });
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    let permitted = transfer(&world, five()).permit(&signer, DEADLINE).await;
    let error = permitted.unwrap().quote(OWNER).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::PermitRefused);
}
