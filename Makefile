# The only list of commands of this project. `make help` prints it; CI calls these targets and nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

FORGE := scripts/foundry.sh forge
SOLHINT := node node_modules/solhint/solhint.js --disc --noPoster --max-warnings 0
# The lock file npm writes into node_modules stands for the installed toolchain.
NPM_STAMP := contracts/node_modules/.package-lock.json
COMPILER_STAMP := contracts/cache/.compiler

# Gas is measured with every call a transaction of its own, and by `check-gas` and `bench-gas` alone.
GAS_TESTS := 'test/gas/*'

# What the test recipes run; `make ci-can-fail` narrows them to its canaries.
CARGO_TESTS ?= --workspace
FORGE_TESTS ?=
# One seed, so that a red build can be repeated; `make test-long` draws its own.
FUZZ_SEED ?= 0xca05e7a9

##@ Use

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: deps ## Start a network of local chains, send messages through it, print what happened
	cargo build --release --locked --workspace --bin causeway --bin causeway-demo
	"$${CARGO_TARGET_DIR:-target}/release/causeway-demo"

.PHONY: dev
dev: deps ## Start a network of local chains and keep it running until Ctrl-C
	cargo build --release --locked --workspace --bin causeway
	"$${CARGO_TARGET_DIR:-target}/release/causeway" dev

##@ Test

.PHONY: test
test: check forge-test cargo-test ## Everything CI demands: checks, contract tests, Rust tests, whole-system tests
	@echo "make test: passed"

.PHONY: forge-test
forge-test: deps ## Contract tests: unit, fuzz, invariant, attack
	FOUNDRY_FUZZ_SEED=$(FUZZ_SEED) $(FORGE) test --no-match-path $(GAS_TESTS) $(FORGE_TESTS)

.PHONY: cargo-test
cargo-test: deps ## Rust tests, among them the whole-system ones on real local chains
	cargo test --locked $(CARGO_TESTS)

.PHONY: prove-ledger
prove-ledger: deps ## Prove the identity of the ledger's arithmetic with SMTChecker, and that the proof can fail
	node contracts/tools/prove-ledger.mjs

.PHONY: test-symbolic
test-symbolic: deps ## Check the ledger's bytecode with Halmos; needs Python 3.11, so `make test` does without
	scripts/test-symbolic.sh

.PHONY: test-long
test-long: deps ## Long fuzzing of contracts and crates, with new seeds; SEED=, TRACES= for the model's runs on the contracts
	FOUNDRY_PROFILE=long $(FORGE) test --no-match-path $(GAS_TESTS)
	PROPTEST_CASES=10000 cargo test --release --locked -p causeway-proofs -p causeway-bindings
	SIGNATURES=100000 cargo test --release --locked -p causeway-relayer --lib atk23
	SEED=$${SEED:-$$RANDOM$$RANDOM} TRACES=$${TRACES:-50000} cargo test --release --locked -p causeway-simulation \
	  --test swaps replay -- --nocapture
	SWAPS=$${SWAPS:-200} $(MAKE) soak-swaps

.PHONY: soak-assets
soak-assets: deps ## Random transfers with kills and reorgs, then every sum; TRANSFERS=10000, SEED= repeats a run
	cargo build --release --locked --workspace --bin causeway --bin causeway-soak
	"$${CARGO_TARGET_DIR:-target}/release/causeway-soak"

.PHONY: soak-swaps
soak-swaps: deps ## Random swaps under faults of all kinds, then how each ended; SWAPS=1000, STOPS=2, SEED= repeats a run
	cargo build --release --locked --workspace --bin causeway --bin causeway-soak-swaps
	"$${CARGO_TARGET_DIR:-target}/release/causeway-soak-swaps"

.PHONY: ci-can-fail
ci-can-fail: ## Prove that a failing test turns these recipes red, in a scratch copy
	scripts/ci-can-fail.sh

##@ Check

.PHONY: check
check: check-format check-rust check-contracts prove-ledger check-bindings check-gas check-structure ## Formatting, lints, proofs, generated files, gas, dependency arrows

.PHONY: check-format
check-format: deps ## Formatting of Rust and Solidity
	cargo fmt --all --check
	$(FORGE) fmt --check

.PHONY: check-rust
check-rust: ## Rust lints; a warning is an error
	cargo clippy --locked --workspace --all-targets -- -D warnings

.PHONY: check-contracts
check-contracts: build-contracts ## Solidity lints; a warning is an error
	@# It compiles without code, and would leave that in place of the build.
	FOUNDRY_OUT=out/lint FOUNDRY_CACHE_PATH=cache/lint $(FORGE) lint src
	cd contracts && $(SOLHINT) 'src/**/*.sol' 'test/**/*.sol' 'script/**/*.sol'

.PHONY: check-bindings
check-bindings: build-contracts ## Generated bindings and snapshots agree with the contracts
	node scripts/bindings.mjs --check
	node scripts/authorisation-matrix.mjs --check

.PHONY: check-structure
check-structure: ## Dependency arrows, rooms, licences, naming
	cargo test --locked --workspace --test architecture

.PHONY: check-gas
check-gas: deps ## Gas of every measured call agrees with the committed snapshots
	FORGE_SNAPSHOT_EMIT=false FORGE_SNAPSHOT_CHECK=true $(FORGE) test --isolate --match-path $(GAS_TESTS)
	node scripts/gas-table.mjs --check

.PHONY: check-wasm
check-wasm: ## The proofs crate builds for wasm32; adds that target to the Rust toolchain
	scripts/wasm-check.sh

##@ Write

.PHONY: fmt
fmt: deps ## Format Rust and Solidity
	cargo fmt --all
	$(FORGE) fmt

.PHONY: bindings
bindings: build-contracts ## Write the Rust bindings' source and the ABI, bytecode and storage snapshots
	node scripts/bindings.mjs
	node scripts/authorisation-matrix.mjs

.PHONY: model
model: ## Search the swap protocol and its weakenings, and write docs/reference/model.md
	cargo run --release --locked -p causeway-model -- table --write

.PHONY: snapshots
snapshots: bindings bench-gas ## Write every committed snapshot

##@ Measure

.PHONY: bench-gas
bench-gas: deps ## Gas of every measured call, into contracts/snapshots/gas and docs/reference/benchmarks
	FORGE_SNAPSHOT_EMIT=true $(FORGE) test --isolate --match-path $(GAS_TESTS)
	node scripts/gas-table.mjs

.PHONY: bench-proofs
bench-proofs: ## Trees and proofs against the hashing limit and against peers
	cargo run --release --locked --manifest-path proofs/bench/Cargo.toml

##@ Toolchain

.PHONY: deps
deps: $(NPM_STAMP) $(COMPILER_STAMP) ## Install Foundry, solc and OpenZeppelin from the lock file

$(NPM_STAMP): contracts/package-lock.json contracts/package.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' && command -v npm >/dev/null \
	  || { echo "Node.js 20 or newer and npm are needed, on PATH" >&2; exit 2; }
	cd contracts && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Forge sees a new version of the compiler, and not a change of the program around it.
$(COMPILER_STAMP): contracts/tools/solc
	@rm -rf contracts/out contracts/cache && mkdir -p contracts/cache && touch $@

.PHONY: build-contracts
build-contracts: deps ## Compile the contracts; a warning is an error
	$(FORGE) build

.PHONY: clean
clean: ## Remove everything that was built or installed
	rm -rf target contracts/out contracts/cache contracts/node_modules
