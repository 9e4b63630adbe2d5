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
    /// @notice Call through a bridge that starts the message. Not supported in this release.
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
