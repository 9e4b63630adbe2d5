#!/bin/sh
# Runs a Foundry tool: scripts/foundry.sh forge|anvil|cast [arguments]; `scripts/foundry.sh --path anvil` prints where its
# program is. It is the native program of the locked npm package, or on a platform that has none in the lock file, the
# one on PATH, in the same version. npm's `@foundry-rs/forge` is no substitute: what it puts into node_modules/.bin exits
# with 0 when a test fails, and leaves its child behind when killed.
set -eu

version=1.7.1
root=$(cd "$(dirname "$0")/.." && pwd)

program() {
  locked="$root/contracts/node_modules/@foundry-rs/$1-linux-amd64/bin/$1"
  if [ "$(uname -sm)" = "Linux x86_64" ]; then
    [ -x "$locked" ] || fail "$1 is not installed; run 'make deps'"
    echo "$locked"
  else
    found=$(command -v "$1") || fail "install Foundry $version: the lock file has no $1 for $(uname -sm)"
    "$found" --version | grep -q " $version" || fail "$found is not of version $version"
    echo "$found"
  fi
}

fail() {
  echo "foundry.sh: $1" >&2
  exit 2
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
