// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title How much may leave at once
/// @notice A bucket that leaks: what left fills it, time empties it, and what does not fit has to wait until it would.
/// Nothing is ever refused.
library OutflowLimit {
    /// @param capacity What may leave at once, in units of the asset; 0 for no limit.
    /// @param refillPerSecond What becomes free again each second; not 0 where there is a capacity.
    /// @param level What has left and is not free again, at `updatedAt`.
    struct Bucket {
        uint256 capacity;
        uint256 refillPerSecond;
        uint256 level;
        uint256 updatedAt;
    }

    /// @notice Takes `amount` out.
    /// @return payableAt Timestamp from which it may be paid; now, unless it exceeds the limit.
    function take(Bucket storage self, uint256 amount) internal returns (uint256 payableAt) {
        uint256 capacity = self.capacity;
        if (capacity == 0) return block.timestamp;
        uint256 level = Math.saturatingAdd(_level(self), amount);
        (self.level, self.updatedAt) = (level, block.timestamp);
        uint256 excess = Math.saturatingSub(level, capacity);
        return Math.saturatingAdd(block.timestamp, Math.ceilDiv(excess, self.refillPerSecond));
    }

    /// @return What fits now; the highest number where there is no limit.
    function available(Bucket storage self) internal view returns (uint256) {
        uint256 capacity = self.capacity;
        return capacity == 0 ? type(uint256).max : Math.saturatingSub(capacity, _level(self));
    }

    /// @dev What has left and is not free again now.
    function _level(Bucket storage self) private view returns (uint256) {
        uint256 freed = Math.saturatingMul(block.timestamp - self.updatedAt, self.refillPerSecond);
        return Math.saturatingSub(self.level, freed);
    }
}
