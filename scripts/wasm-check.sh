#!/bin/sh
# Builds the proofs crate for wasm32-unknown-unknown, without std. Adds the target to the toolchain if it is not there.
set -eu
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown

if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
    rustup target add "$target"
fi
cargo build --package causeway-proofs --lib --no-default-features --release --target "$target"
echo "causeway-proofs builds for $target with $(rustc --version)"
