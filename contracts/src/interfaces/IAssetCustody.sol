// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Asset, AssetKind} from "../types/Assets.sol";
import {IAssetRules} from "./IAssetRules.sol";

/// @title What the vault of every chain and the shared bridge of L1 have in common
/// @notice A token is locked where it was born and minted elsewhere. What is taken is measured: a token that does not
/// move exactly what it was asked to is refused. A recipient that cannot be paid gets a claim.
interface IAssetCustody {
    /// @notice The asset is known on this chain as `token`.
    event AssetRegistered(bytes32 indexed assetId, address indexed token, Asset asset);
    /// @notice The home of the asset names a token as its representation that has not been offered for it, or is used
    /// otherwise. Once it is offered, the home has to announce the asset again; what arrives until then becomes a claim.
    event RepresentationAwaited(bytes32 indexed assetId, address indexed token);
    /// @notice Something is on its way to another chain. Operators total these events into the batch's ledger entries.
    /// @param asset Kind, chain id of the home and token: 1, 8 and 20 bytes, as `AssetTransfers` spells them.
    /// @param movement Chain id of the destination and amount: 8 and 16 bytes.
    event AssetOut(bytes29 asset, uint256 tokenId, bytes24 movement);
    /// @notice Something of what was on its way here has arrived.
    /// @param movement Chain id of the source and amount.
    event AssetIn(bytes29 asset, uint256 tokenId, bytes24 movement);
    /// @notice The recipient could not be paid, and may claim.
    event ClaimAdded(bytes32 indexed key, address indexed owner, uint256 amount);
    /// @notice A claim was paid to `to`.
    event ClaimPaid(bytes32 indexed key, address indexed owner, address to, uint256 amount);

    /// @notice New transfers are paused, or taken again.
    event PausedSet(bool paused);

    /// @notice All representations of a kind now run `implementation`.
    event RepresentationsUpgraded(AssetKind indexed kind, address implementation);

    /// @notice An address of the deployment is missing.
    error AssetCustodyZeroAddress();
    /// @notice There is no contract at the token's address.
    error AssetCustodyNoToken(address token);
    /// @notice The token does not take the permit, and has no sufficient allowance either.
    error AssetCustodyNotPermitted(address token, uint256 allowance, uint256 amount);
    /// @notice The token is at home elsewhere: it is announced from there, and cannot arrive here as a token of this chain.
    error AssetCustodyNotHome(address token);
    /// @notice The token says that it is of another kind (ERC-165), or was used before with another.
    error AssetCustodyWrongKind(address token, AssetKind expected, AssetKind actual);
    /// @notice The token moved another amount than asked; tokens that take a fee, or whose balances change, cannot cross.
    error AssetCustodyNotExact(address token, uint256 expected, uint256 moved);
    /// @notice More of an issuer's own representation is sent than has come here: what its issuer minted by itself stays.
    error AssetCustodyNotCrossed(address token, uint256 crossed, uint256 amount);
    /// @notice The token's balance here is below what is locked: its balances have shrunk, so no more of it is taken.
    error AssetCustodyShortfall(address token, uint256 locked, uint256 balance);
    /// @notice The amount is 0, above 2^128 - 1, or not 1 for an ERC-721 token.
    error AssetCustodyBadAmount(AssetKind kind, uint256 amount);
    /// @notice Only fungible tokens have no token id.
    error AssetCustodyBadTokenId(uint256 tokenId);
    /// @notice The value sent is not what the transfer takes.
    error AssetCustodyWrongValue(uint256 expected, uint256 actual);
    /// @notice The recipient is address 0.
    error AssetCustodyZeroRecipient();
    /// @notice No representation of the asset stands here yet; its home has to announce it first.
    error AssetCustodyUnknownAsset(bytes32 assetId);
    /// @notice The account given does not take the payment; name another.
    error AssetCustodyNotPaid(bytes32 key, address to, uint256 amount);
    /// @notice The delivery carries too little gas to pay the recipient.
    error AssetCustodyGasTooLow(uint256 needed, uint256 available);
    /// @notice Only the rules of this custody say which tokens have any.
    error AssetCustodyNotRules(address caller);
    /// @notice What is to be released is no transfer.
    error AssetCustodyMalformedTransfer(bytes transfer);
    /// @notice There is nothing to claim.
    error AssetCustodyNothingToClaim(bytes32 key, address owner);
    /// @notice New transfers are paused; whatever is on its way still arrives.
    error AssetCustodyPaused();

    /// @notice Pays what could not be paid when it arrived; the owner of the claim only.
    /// @param to Account that is paid.
    function claim(Asset calldata asset, uint256 tokenId, address to) external;

    /// @notice Pays what has waited because of its issuer's limits or pause, see `IAssetRules.TransferHeld`. Anyone may call.
    /// @param transfer The transfer, as it is spelled there.
    function release(uint256 sourceChainId, uint256 index, bytes calldata transfer) external;

    /// @notice Has the custody ask for a token's rules from now on; the rules only.
    function setRuled(address token) external;

    /// @notice Stops new transfers, and nothing else; pausers only.
    function pause() external;

    /// @notice Takes new transfers again; governance only.
    function unpause() external;

    /// @notice Has all representations of a kind run other code; governance only.
    function upgradeRepresentations(AssetKind kind, address newImplementation) external;

    /// @return What the representations of a kind run: the vault is their beacon.
    function sharedImplementation(AssetKind kind) external view returns (address);

    /// @return Token that stands for the asset on this chain; 0 if none does yet.
    function tokenOf(bytes32 assetId) external view returns (address);

    /// @return What issuers have decided about their assets here.
    function RULES() external view returns (IAssetRules);

    /// @return Whether the token stands for an asset of another chain.
    function isForeign(address token) external view returns (bool);

    /// @return The asset that a token of this chain stands for. A token not seen before is at home here.
    function assetOf(address token, AssetKind kind) external view returns (Asset memory);

    /// @return Amount that `owner` may claim.
    function claimable(bytes32 key, address owner) external view returns (uint256);

    /// @return Units of a fungible token of this chain that are locked because they are elsewhere, or claimed.
    function locked(address token) external view returns (uint256);
}
