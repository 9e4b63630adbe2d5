#!/usr/bin/env bash
# Proves that the test recipes can fail. In a scratch copy it plants one Foundry test and one Rust test, runs the same
# make targets CI runs, and requires exit 0 while the tests hold and another code once they do not. The table of gas is held
# to its limits in the same way.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

copy_project() {
  git -C "$root" ls-files -z --cached --others --exclude-standard | tar -C "$root" --null -T - -cf - | tar -C "$scratch" -xf -
  # The canary needs the test base only; without the contracts it compiles in seconds.
  rm -rf "$scratch/contracts/src" "$scratch/contracts/script"
  find "$scratch/contracts/test" -name '*.sol' ! -path '*/base/Test.sol' ! -path '*/base/Vm.sol' -delete
  ln -s "$root/contracts/node_modules" "$scratch/contracts/node_modules"
}

plant_forge_test() { # holds: true or false
  cat >"$scratch/contracts/test/canary.t.sol" <<SOL
// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "./base/Test.sol";

contract CanaryTest is Test {
    function test_canary() external pure {
        vm.assertTrue($1);
    }
}
SOL
}

plant_cargo_test() { # holds: true or false
  printf '//! Planted by ci-can-fail.\n#[test]\nfn canary() {\n    assert!(std::hint::black_box(%s));\n}\n' "$1" \
    >"$scratch/proofs/tests/canary.rs"
}

plant_gas() { # figure of a row with a limit
  sed -i -E "s/(\"redeem\": )\"[0-9]+\"/\1\"$1\"/" "$scratch/contracts/snapshots/gas/swaps.json"
}

# expect <exit 0: pass|fail> <what> <what the log says> <command>...
expect() {
  local wanted=$1 what=$2 trace=$3 outcome=pass
  shift 3
  "$@" >"$scratch/log" 2>&1 || outcome=fail
  if [ "$outcome" != "$wanted" ] || [[ "$(<"$scratch/log")" != *"$trace"* ]]; then
    cat "$scratch/log" >&2
    echo "ci-can-fail: $what should $wanted, and did not" >&2
    exit 1
  fi
  echo "ci-can-fail: $what turned out as it must: $wanted"
}

# Before the copy: an install in there would empty what its link leads to.
make -C "$root" deps
copy_project
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
forge_test=(canary make -C "$scratch" forge-test "FORGE_TESTS=--match-path test/canary.t.sol")
cargo_test=(canary make -C "$scratch" cargo-test "CARGO_TESTS=--workspace --test canary")
gas_table=(node "$scratch/scripts/gas-table.mjs")
gas_check=("${gas_table[@]}" --check)

plant_gas 1; expect pass "a figure of gas within its limit" "" "${gas_table[@]}"
expect pass "the page of gas that was written" "" "${gas_check[@]}"
plant_gas 999999; expect fail "a figure of gas above its limit, written" "above its limit" "${gas_table[@]}"
expect fail "a figure of gas above its limit, checked" "above its limit" "${gas_check[@]}"
plant_forge_test true; expect pass "a Foundry test that holds" "${forge_test[@]}"
plant_forge_test false; expect fail "a Foundry test that does not hold" "${forge_test[@]}"
plant_cargo_test true; expect pass "a Rust test that holds" "${cargo_test[@]}"
plant_cargo_test false; expect fail "a Rust test that does not hold" "${cargo_test[@]}"
