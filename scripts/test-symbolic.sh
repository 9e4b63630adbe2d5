#!/usr/bin/env bash
# Has Halmos check contracts/test/symbolic. Halmos is installed as locked, into a folder of its own.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
lock=$root/contracts/tools/halmos.requirements.txt
venv=$root/contracts/cache/halmos

if ! cmp -s "$lock" "$venv/installed"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --require-hashes --only-binary :all: --requirement "$lock"
  cp "$lock" "$venv/installed"
fi

# It has forge build what it reads; the rest of the contracts is not needed.
export FOUNDRY_SRC=test/symbolic FOUNDRY_TEST=test/symbolic FOUNDRY_SCRIPT=test/symbolic
export FOUNDRY_OUT=out/symbolic FOUNDRY_CACHE_PATH=cache/symbolic
PATH=$(dirname "$("$root/scripts/foundry.sh" --path forge)"):$PATH
cd "$root/contracts"
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
# No time limit: a check that was not finished would count as a failure on a slower machine.
"$venv/bin/halmos" --forge-build-out out/symbolic --contract LedgerArithmeticTest --solver-timeout-assertion 0
