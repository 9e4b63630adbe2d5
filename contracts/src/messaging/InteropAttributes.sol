// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IInteropCenter} from "../interfaces/IInteropCenter.sol";
import {BundleWriter} from "../libraries/BundleWriter.sol";
import {Erc7930} from "../libraries/Erc7930.sol";

/// @title The attributes (ERC-7786) that the interop center takes
/// @notice An attribute is a selector followed by its ABI-encoded argument, in the one canonical encoding.
library InteropAttributes {
    /// @dev ERC-7985.
    bytes4 internal constant MIN_GAS_LIMIT = bytes4(keccak256("minGasLimit(uint256)"));
    bytes4 internal constant DELIVER_BEFORE = bytes4(keccak256("deliverBefore(uint256)"));
    bytes4 internal constant DELIVER_AFTER = bytes4(keccak256("deliverAfter(uint256)"));
    /// @dev ZKsync interop.
    bytes4 internal constant EXECUTION_ADDRESS = bytes4(keccak256("executionAddress(bytes)"));
    bytes4 internal constant UNBUNDLER_ADDRESS = bytes4(keccak256("unbundlerAddress(bytes)"));
    bytes4 internal constant INDIRECT_CALL = bytes4(keccak256("indirectCall(uint256)"));

    /// @notice Sets of attributes, one bit each.
    uint256 internal constant CALL_LEVEL = 0x07;
    uint256 internal constant BUNDLE_LEVEL = 0x18;
    /// @notice A call of a bundle that its recipient's namesake on this chain words, see `InteropCenter`.
    uint256 internal constant INDIRECT = 0x20;

    uint256 private constant MIN_GAS_LIMIT_BIT = 0x01;
    uint256 private constant DELIVER_BEFORE_BIT = 0x02;
    uint256 private constant DELIVER_AFTER_BIT = 0x04;
    uint256 private constant EXECUTION_ADDRESS_BIT = 0x08;
    uint256 private constant UNBUNDLER_ADDRESS_BIT = 0x10;

    /// @notice What a list of attributes says.
    /// @param present Which of them stand in the list, as bits.
    /// @param conditions Those of the call whose attributes were read last.
    /// @param executor Account that alone may execute the bundle; 0 for anyone. Its chain id is 0 where it has none.
    /// @param unbundler Account that may settle the calls one by one; 0 where the list does not say.
    struct Attributes {
        uint256 present;
        BundleWriter.Conditions conditions;
        uint256 executorChainId;
        address executor;
        uint256 unbundlerChainId;
        address unbundler;
    }

    /// @notice The value that an `indirectCall` attribute in the list asks for.
    /// @return isIndirect Whether there is one.
    function findIndirect(bytes[] calldata list) internal pure returns (bool isIndirect, uint256 value) {
        for (uint256 i = 0; i < list.length; ++i) {
            // casting to 'bytes4' is safe because the rest of the attribute is read below
            // forge-lint: disable-next-line(unsafe-typecast)
            if (bytes4(list[i]) == INDIRECT_CALL) return (true, _readWord(list[i]));
        }
    }

    /// @notice Reads a list of attributes into `self`. Allocates no memory, so it may run while a bundle is written.
    /// @param allowed Attributes that may stand here, as bits.
    /// @param destinationChainId Chain on which the named accounts act; they may leave their chain out.
    function read(Attributes memory self, bytes[] calldata list, uint256 allowed, uint256 destinationChainId)
        internal
        pure
    {
        for (uint256 i = 0; i < list.length; ++i) {
            bytes calldata attribute = list[i];
            // casting to 'bytes4' is safe because the rest of the attribute is read below
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes4 selector = bytes4(attribute);
            uint256 bit = bitOf(selector);
            require(bit & allowed != 0, IInteropCenter.UnsupportedAttribute(selector));
            require(self.present & bit == 0, IInteropCenter.InteropCenterDuplicateAttribute(selector));
            self.present |= bit;

            if (bit == MIN_GAS_LIMIT_BIT) {
                self.conditions.minGasLimit = _readWord(attribute);
            } else if (bit == DELIVER_BEFORE_BIT) {
                self.conditions.deliverBefore = _readWord(attribute);
            } else if (bit == DELIVER_AFTER_BIT) {
                self.conditions.deliverAfter = _readWord(attribute);
            } else if (bit == EXECUTION_ADDRESS_BIT) {
                (self.executorChainId, self.executor) = _readAccount(attribute, destinationChainId);
            } else if (bit == UNBUNDLER_ADDRESS_BIT) {
                (self.unbundlerChainId, self.unbundler) = _readAccount(attribute, destinationChainId);
            }
        }
    }

    /// @notice Forgets the attributes of a call, so that those of the next one can be read.
    function clearCallLevel(Attributes memory self) internal pure {
        self.present &= BUNDLE_LEVEL;
        self.conditions.minGasLimit = 0;
        self.conditions.deliverBefore = 0;
        self.conditions.deliverAfter = 0;
    }

    /// @return bit The attribute as a bit, 0 for one that is not supported.
    function bitOf(bytes4 selector) internal pure returns (uint256 bit) {
        if (selector == MIN_GAS_LIMIT) return MIN_GAS_LIMIT_BIT;
        if (selector == DELIVER_BEFORE) return DELIVER_BEFORE_BIT;
        if (selector == DELIVER_AFTER) return DELIVER_AFTER_BIT;
        if (selector == EXECUTION_ADDRESS) return EXECUTION_ADDRESS_BIT;
        if (selector == UNBUNDLER_ADDRESS) return UNBUNDLER_ADDRESS_BIT;
        if (selector == INDIRECT_CALL) return INDIRECT;
        return 0;
    }

    function _readWord(bytes calldata attribute) private pure returns (uint256) {
        require(attribute.length == 0x24, IInteropCenter.InteropCenterMalformedAttribute(attribute));
        return _wordAt(attribute, 0x04);
    }

    /// @dev Account 0 is nobody: such a bundle could never be executed, or never be settled call by call.
    function _readAccount(bytes calldata attribute, uint256 destinationChainId)
        private
        pure
        returns (uint256 chainId, address account)
    {
        Erc7930.Kind kind;
        (kind, chainId, account) = Erc7930.parse(_readBytes(attribute));
        bool acts =
            kind == Erc7930.Kind.Account || (kind == Erc7930.Kind.ChainAndAccount && chainId == destinationChainId);
        require(acts && account != address(0), IInteropCenter.InteropCenterMalformedAttribute(attribute));
    }

    function _readBytes(bytes calldata attribute) private pure returns (bytes calldata argument) {
        require(
            attribute.length >= 0x44 && _wordAt(attribute, 0x04) == 0x20,
            IInteropCenter.InteropCenterMalformedAttribute(attribute)
        );
        uint256 length = _wordAt(attribute, 0x24);
        uint256 room = attribute.length - 0x44;
        // `length <= room` first: it keeps the sum below from overflowing.
        require(
            length <= room && (length + 0x1f) & ~uint256(0x1f) == room,
            IInteropCenter.InteropCenterMalformedAttribute(attribute)
        );
        argument = attribute[0x44:0x44 + length];
        if (length != room) {
            uint256 padding = _wordAt(attribute, attribute.length - 0x20) << (8 * (length % 0x20));
            require(padding == 0, IInteropCenter.InteropCenterMalformedAttribute(attribute));
        }
    }

    function _wordAt(bytes calldata data, uint256 index) private pure returns (uint256 word) {
        // Callers have checked that the word lies inside `data`.
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, index))
        }
    }
}
