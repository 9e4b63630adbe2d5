// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What a message's recipient implements (ERC-7786)
interface IERC7786Recipient {
    /// @param receiveId Id of the message, unique per call.
    /// @param sender ERC-7930 address of the sender, its chain included.
    /// @return The selector of this function.
    function receiveMessage(bytes32 receiveId, bytes calldata sender, bytes calldata payload)
        external
        payable
        returns (bytes4);
}

/// @title Attributes of messages and bundles (ERC-7786, ERC-7985)
/// @notice Never called: an attribute is encoded like a call of one of these functions.
interface IMessageAttributes {
    /// @notice Native value for the recipient. Not supported in this release.
    function interopCallValue(uint256 value) external;
    /// @notice The call is made by a contract of the source chain, such as the vault, which is given this value.
    function indirectCall(uint256 messageValue) external;
    /// @notice ERC-7930 address that alone may execute the bundle.
    function executionAddress(bytes calldata executor) external;
    /// @notice ERC-7930 address that may settle the calls one by one.
    function unbundlerAddress(bytes calldata unbundler) external;
    /// @notice Gas the recipient must be given at least.
    function minGasLimit(uint256 gasLimit) external;
    /// @notice Last timestamp, in seconds, at which the call may run.
    function deliverBefore(uint256 timestamp) external;
    /// @notice First timestamp, in seconds, at which the call may run.
    function deliverAfter(uint256 timestamp) external;
    /// @notice Whether the sender may cancel. Not supported in this release.
    function cancellable(bool allowed) external;
}

/// @title What a contract under OpenZeppelin's access manager says and refuses
interface IAccessManaged {
    /// @notice The account may not call this.
    error AccessManagedUnauthorized(address caller);
    /// @notice The account may call this only after scheduling it.
    error AccessManagedRequiredDelay(address caller, uint32 delay);

    /// @notice The address is no access manager.
    error AccessManagedInvalidAuthority(address authority);

    /// @notice The contract obeys another access manager from now on.
    event AuthorityUpdated(address authority);

    /// @return The access manager.
    function authority() external view returns (address);
    /// @notice Moves the contract to another access manager; the present one only.
    function setAuthority(address newAuthority) external;
    /// @return The selector of this function while a scheduled call is being made, else 0.
    function isConsumingScheduledOp() external view returns (bytes4);
}

/// @title The part of OpenZeppelin's access manager that deployment and checks need
interface IAccessManager {
    /// @notice The account has the role from `since` on.
    event RoleGranted(uint64 indexed roleId, address indexed account, uint32 delay, uint48 since, bool newMember);
    /// @notice The role that a function asks for was set.
    event TargetFunctionRoleUpdated(address indexed target, bytes4 selector, uint64 indexed roleId);

    /// @notice The account lacks the role that this asks for.
    error AccessManagerUnauthorizedAccount(address msgsender, uint64 roleId);
    /// @notice The account may not make this call.
    error AccessManagerUnauthorizedCall(address caller, address target, bytes4 selector);
    /// @notice Nobody can be given or refused this role.
    error AccessManagerLockedRole(uint64 roleId);

    /// @notice Names a role in the log.
    function labelRole(uint64 roleId, string calldata label) external;
    /// @notice Gives a role; `executionDelay` in seconds.
    function grantRole(uint64 roleId, address account, uint32 executionDelay) external;
    /// @notice Takes a role away.
    function revokeRole(uint64 roleId, address account) external;
    /// @notice Gives up a role of one's own.
    function renounceRole(uint64 roleId, address callerConfirmation) external;
    /// @notice Sets who may cancel scheduled operations of a role.
    function setRoleGuardian(uint64 roleId, uint64 guardian) external;
    /// @notice Sets the delay, in seconds, until a granted role holds.
    function setGrantDelay(uint64 roleId, uint32 newDelay) external;
    /// @notice Sets the role that functions of a contract ask for.
    function setTargetFunctionRole(address target, bytes4[] calldata selectors, uint64 roleId) external;
    /// @notice Sets the delay, in seconds, of changes to a contract's function roles.
    function setTargetAdminDelay(address target, uint32 newDelay) external;
    /// @notice Announces a delayed call; returns its id and how often it was announced.
    function schedule(address target, bytes calldata data, uint48 when)
        external
        returns (bytes32 operationId, uint32 nonce);
    /// @notice Makes an announced call, or one that needs no announcement.
    function execute(address target, bytes calldata data) external payable returns (uint32);

    /// @return isMember Whether the account has the role.
    /// @return executionDelay Its delay in seconds.
    function hasRole(uint64 roleId, address account) external view returns (bool isMember, uint32 executionDelay);
    /// @return Seconds until a granted role holds.
    function getRoleGrantDelay(uint64 roleId) external view returns (uint32);
    /// @return The role that the function asks for.
    function getTargetFunctionRole(address target, bytes4 selector) external view returns (uint64);
    /// @return Seconds of delay for changes to the contract's function roles.
    function getTargetAdminDelay(address target) external view returns (uint32);
    /// @return immediate Whether the call may be made at once.
    /// @return delay Seconds to wait after announcing it; 0 with `immediate` false means never.
    function canCall(address caller, address target, bytes4 selector)
        external
        view
        returns (bool immediate, uint32 delay);
}

/// @title What a contract says about the interfaces it has (ERC-165)
interface IERC165 {
    /// @return Whether the contract has the interface.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// @title A contract that somebody owns (OpenZeppelin's Ownable, ERC-173)
interface IOwned {
    /// @return The owner; 0 for nobody.
    function owner() external view returns (address);
}

/// @title A fungible token (ERC-20) with permits (ERC-2612) and mints and burns of bridges (ERC-7802)
interface IERC20 {
    /// @notice `value` moved; from 0 when minted, to 0 when burned.
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice `spender` may take `value` of `owner`.
    event Approval(address indexed owner, address indexed spender, uint256 value);
    /// @notice A bridge minted.
    event CrosschainMint(address indexed to, uint256 amount, address indexed sender);
    /// @notice A bridge burned.
    event CrosschainBurn(address indexed from, uint256 amount, address indexed sender);

    /// @notice The account has less than that.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// @notice The account may take less than that.
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice Nothing leaves this account.
    error ERC20InvalidSender(address sender);
    /// @notice Nothing reaches this account.
    error ERC20InvalidReceiver(address receiver);
    /// @notice This account allows nothing.
    error ERC20InvalidApprover(address approver);
    /// @notice Nothing is allowed to this account.
    error ERC20InvalidSpender(address spender);
    /// @notice The permit's deadline, in seconds, is over.
    error ERC2612ExpiredSignature(uint256 deadline);
    /// @notice The permit is signed by somebody else.
    error ERC2612InvalidSigner(address signer, address owner);
    /// @notice The permit was used before, or is not the next.
    error InvalidAccountNonce(address account, uint256 currentNonce);
    /// @notice The token did not do what was asked.
    error SafeERC20FailedOperation(address token);

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function approve(address spender, uint256 value) external returns (bool);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    /// @notice Allows by signature; `deadline` in seconds.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
    /// @return The nonce of the next permit.
    function nonces(address owner) external view returns (uint256);
    /// @return The EIP-712 domain of permits.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    /// @notice Mints; the token's bridge only.
    function crosschainMint(address to, uint256 amount) external;
    /// @notice Burns; the token's bridge only.
    function crosschainBurn(address from, uint256 amount) external;
}

/// @title A token whose units are not alike (ERC-721)
interface IERC721 {
    /// @notice The token moved; from 0 when minted, to 0 when burned.
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    /// @notice `approved` may take the token.
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    /// @notice `operator` may take all tokens of `owner`, or no longer.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice This account owns none.
    error ERC721InvalidOwner(address owner);
    /// @notice There is no such token.
    error ERC721NonexistentToken(uint256 tokenId);
    /// @notice The token is of another account.
    error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner);
    /// @notice Nothing leaves this account.
    error ERC721InvalidSender(address sender);
    /// @notice Nothing reaches this account.
    error ERC721InvalidReceiver(address receiver);
    /// @notice The account may not take the token.
    error ERC721InsufficientApproval(address operator, uint256 tokenId);
    /// @notice This account allows nothing.
    error ERC721InvalidApprover(address approver);
    /// @notice Nothing is allowed to this account.
    error ERC721InvalidOperator(address operator);

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function tokenURI(uint256 tokenId) external view returns (string memory);
    function balanceOf(address owner) external view returns (uint256);
    function ownerOf(uint256 tokenId) external view returns (address);
    function getApproved(uint256 tokenId) external view returns (address);
    function isApprovedForAll(address owner, address operator) external view returns (bool);
    function approve(address to, uint256 tokenId) external;
    function setApprovalForAll(address operator, bool approved) external;
    function transferFrom(address from, address to, uint256 tokenId) external;
    function safeTransferFrom(address from, address to, uint256 tokenId) external;
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes calldata data) external;
}

/// @title A contract of many tokens (ERC-1155)
interface IERC1155 {
    /// @notice `value` of a token moved; from 0 when minted, to 0 when burned.
    event TransferSingle(
        address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value
    );
    /// @notice Several tokens moved.
    event TransferBatch(
        address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values
    );
    /// @notice `operator` may take all tokens of `account`, or no longer.
    event ApprovalForAll(address indexed account, address indexed operator, bool approved);
    /// @notice The URI of a token changed.
    event URI(string value, uint256 indexed id);

    /// @notice The account has less than that.
    error ERC1155InsufficientBalance(address sender, uint256 balance, uint256 needed, uint256 tokenId);
    /// @notice Nothing leaves this account.
    error ERC1155InvalidSender(address sender);
    /// @notice Nothing reaches this account.
    error ERC1155InvalidReceiver(address receiver);
    /// @notice The account may not take tokens of the owner.
    error ERC1155MissingApprovalForAll(address operator, address owner);
    /// @notice This account allows nothing.
    error ERC1155InvalidApprover(address approver);
    /// @notice Nothing is allowed to this account.
    error ERC1155InvalidOperator(address operator);
    /// @notice There are not as many values as ids.
    error ERC1155InvalidArrayLength(uint256 idsLength, uint256 valuesLength);

    function uri(uint256 id) external view returns (string memory);
    function balanceOf(address account, uint256 id) external view returns (uint256);
    function balanceOfBatch(address[] calldata accounts, uint256[] calldata ids)
        external
        view
        returns (uint256[] memory);
    function isApprovedForAll(address account, address operator) external view returns (bool);
    function setApprovalForAll(address operator, bool approved) external;
    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata data) external;
    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external;
}
