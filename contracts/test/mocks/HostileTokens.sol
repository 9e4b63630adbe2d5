// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A plain token, until it is turned.
abstract contract TurningToken is ERC20 {
    bool public isHostile;

    constructor(address owner) ERC20("Hostile", "HST") {
        _mint(owner, 1_000);
    }

    function turn(bool hostile) external {
        isHostile = hostile;
    }
}

/// @notice Hostile, it keeps a tenth of what it moves.
contract FeeToken is TurningToken {
    address private constant COLLECTOR = address(0xfee);

    constructor(address owner) TurningToken(owner) {}

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = isHostile && from != address(0) ? value / 10 : 0;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, COLLECTOR, fee);
    }
}

/// @notice All balances are multiplied by `percent / 100`, which may change at any time; hostile, it changes while the
/// token moves.
contract RebasingToken is TurningToken {
    uint256 private _percent = 100;
    uint256 private immutable _next;

    /// @param next What it is multiplied by while it moves.
    constructor(address owner, uint256 next) TurningToken(owner) {
        _next = next;
    }

    function rebase(uint256 percent) external {
        _percent = percent;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) * _percent / 100;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value * 100 / (_percent == 0 ? 100 : _percent));
        if (isHostile) _percent = _next;
    }
}

/// @notice Calls somebody before and after it moves, as ERC-777 does.
contract HookedToken is TurningToken {
    address private _target;
    bytes private _data;
    uint256 public calls;
    uint256 public successes;
    bytes public lastAnswer;

    constructor(address owner) TurningToken(owner) {}

    function hook(address target, bytes calldata data) external {
        (_target, _data, calls, successes) = (target, data, 0, 0);
    }

    function _update(address from, address to, uint256 value) internal override {
        _call();
        super._update(from, to, value);
        _call();
    }

    function _call() private {
        if (!isHostile) return;
        ++calls;
        (bool success, bytes memory answer) = _target.call(_data);
        if (success) ++successes;
        lastAnswer = answer;
    }
}

/// @notice Returns nothing where ERC-20 has it return `true`.
contract SilentToken {
    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor(address owner) {
        balanceOf[owner] = 1_000;
    }

    function approve(address spender, uint256 value) external {
        allowance[msg.sender][spender] = value;
    }

    function transfer(address to, uint256 value) external {
        _move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
    }

    function _move(address from, address to, uint256 value) private {
        balanceOf[from] -= value;
        balanceOf[to] += value;
    }
}

/// @notice Hostile, it moves nothing and says so in its answer alone.
contract FalseToken is TurningToken {
    constructor(address owner) TurningToken(owner) {}

    function transfer(address to, uint256 value) public override returns (bool) {
        return !isHostile && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return !isHostile && super.transferFrom(from, to, value);
    }
}

/// @notice Every answer of it is followed by 64 KiB of zeros.
contract HugeToken is TurningToken {
    constructor(address owner) TurningToken(owner) {}

    function transfer(address to, uint256 value) public override returns (bool) {
        _answer(super.transfer(to, value) ? 1 : 0);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        _answer(super.transferFrom(from, to, value) ? 1 : 0);
    }

    function name() public pure override returns (string memory) {
        _answer(0x20);
    }

    function symbol() public pure override returns (string memory) {
        _answer(0x20);
    }

    function _answer(uint256 first) private pure {
        assembly {
            mstore(0x00, 0)
            let start := mload(0x40)
            mstore(start, first)
            return(start, 0x10000)
        }
    }
}

/// @notice Accounts on its list neither send nor receive.
contract BlacklistToken is TurningToken {
    mapping(address account => bool) public isListed;

    error BlacklistTokenListed(address account);

    constructor(address owner) TurningToken(owner) {}

    function list(address account, bool listed) external {
        isListed[account] = listed;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!isListed[from], BlacklistTokenListed(from));
        require(!isListed[to], BlacklistTokenListed(to));
        super._update(from, to, value);
    }
}

/// @notice Hostile, it does not move at all.
contract PausableToken is TurningToken {
    error PausableTokenPaused();

    constructor(address owner) TurningToken(owner) {}

    function _update(address from, address to, uint256 value) internal override {
        require(!isHostile, PausableTokenPaused());
        super._update(from, to, value);
    }
}

/// @notice Has any number of decimals, also more than fit a byte, and another one tomorrow.
contract DecimalsToken is TurningToken {
    uint256 private _decimals;

    constructor(address owner, uint256 decimals_) TurningToken(owner) {
        _decimals = decimals_;
    }

    function setDecimals(uint256 decimals_) external {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        uint256 answer = _decimals;
        assembly {
            mstore(0x00, answer)
            return(0x00, 0x20)
        }
    }
}
