#!/bin/sh
# Runs a Foundry tool from the locked npm packages: scripts/foundry.sh forge|anvil|cast [arguments].
# `scripts/foundry.sh --path anvil` prints where its program is. The programs of the platform packages are used and not
# those of node_modules/.bin: the latter exit with 0 when a test fails, and leave their child behind when killed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)

case "$(uname -s)" in
  Linux) system=linux ;;
  Darwin) system=darwin ;;
  *) echo "foundry.sh: no Foundry package for $(uname -s)" >&2; exit 2 ;;
esac
case "$(uname -m)" in
  x86_64 | amd64) machine=amd64 ;;
  aarch64 | arm64) machine=arm64 ;;
  *) echo "foundry.sh: no Foundry package for $(uname -m)" >&2; exit 2 ;;
esac

program() {
  path="$root/contracts/node_modules/@foundry-rs/$1-$system-$machine/bin/$1"
  [ -x "$path" ] || { echo "foundry.sh: $1 is not installed; run 'make deps'" >&2; exit 2; }
  echo "$path"
}

if [ "${1-}" = --path ]; then
  program "${2:?foundry.sh --path needs forge, anvil or cast}"
  exit
fi

path=$(program "${1:?foundry.sh needs forge, anvil or cast}")
shift
# foundry.toml names the compiler relative to its own folder.
case "$path" in
  */forge) cd "$root/contracts" ;;
esac
exec "$path" "$@"
