//! What `causeway config init` writes.

/// A commented configuration that passes `causeway config validate` as it stands.
pub const TEMPLATE: &str = r##"# Configuration of causeway. `causeway config validate` checks it, `causeway config schema` describes every key.
# Times and sizes have their unit in the key's name. Relative paths start from this file's directory.

[network]
# A devnet is a network of throw-away local chains. Only there may a key stand in this file.
devnet = false

# Addresses of the network's contracts that are the same on every chain. A chain with other ones has its own
# [chains.<name>.contracts].
[network.contracts]
outbox = "0x0000000000000000000000000000000000001001"
inbox = "0x0000000000000000000000000000000000001002"
center = "0x0000000000000000000000000000000000001003"
handler = "0x0000000000000000000000000000000000001004"
vault = "0x0000000000000000000000000000000000001005"
swap = "0x0000000000000000000000000000000000001007"
authority = "0x0000000000000000000000000000000000001006"

[store]
# Directory of the store. It may be deleted while causeway is stopped: it is rebuilt from the chains.
path = "causeway-store"

[api]
# Health, metrics and messages over HTTP. Anything but loopback needs token_file.
listen = "127.0.0.1:7370"
# token_file = "api-token"

[log]
format = "pretty" # or "json"
filter = "info"

# The settlement layer.
[l1]
chain_id = 1
rpc_urls = ["http://127.0.0.1:8545"]
# rpc_agreement = 1        # how many RPCs must agree on a read that moves money; more than half by default
rpc_deadline_ms = 10000
finality = "finalized"     # or { depth = 12 }
poll_interval_ms = 12000
start_block = 0            # block in which the contracts were deployed
log_page_blocks = 2000
max_fee_gwei = 500         # above this price of gas transactions wait

[l1.contracts]
settlement = "0x0000000000000000000000000000000000002001"
message_root = "0x0000000000000000000000000000000000002002"
priority_queue = "0x0000000000000000000000000000000000002003"
chain_registry = "0x0000000000000000000000000000000000002004"
verifier_registry = "0x0000000000000000000000000000000000002005"
asset_ledger = "0x0000000000000000000000000000000000002006"
shared_bridge = "0x0000000000000000000000000000000000002007"
swap_registry = "0x0000000000000000000000000000000000002009"
authority = "0x0000000000000000000000000000000000002008"

# One table per chain, under a name of your choice.
[chains.alpha]
chain_id = 271
rpc_urls = ["http://127.0.0.1:8546"]
finality = "finalized"
poll_interval_ms = 2000

[chains.beta]
chain_id = 272
rpc_urls = ["http://127.0.0.1:8547"]
finality = "finalized"
poll_interval_ms = 2000

# The relay role: delivers messages between the chains. Remove the table to do without.
[relay]
signer = "relay"
# routes = [{ from = "alpha", to = "beta" }]   # every pair of chains by default
batch_size = 32
max_delivery_gas = 10000000
return_expired = true      # send transfers back that did not arrive before their deadline
release_held = true        # pay what the limits of a token's issuer held, once it is due
# withdrawals = { signer = "withdrawals" }     # have L1 pay withdrawals; this signer pays gas on L1

# The operator role, for chains without a settlement pipeline of their own. Remove the table to do without.
[operators.alpha]
signer = "alpha-operator"
attesters = ["alpha-attester"]
# remote_attesters = [{ address = "0x…", url = "https://attester.example", token_file = "keys/attester.token" }]
seal_after_blocks = 100
seal_after_seconds = 60
seal_after_messages = 256
import_interval_seconds = 30
data_availability = "validium" # or "calldata", "blobs"

# The watch of the supply: compares what stands on the chains with the ledger on L1. Remove the table to do without.
[supply]
interval_seconds = 30
max_assets = 1000
# pauser = "pauser"        # signer that pauses new transfers everywhere when the figures drift apart

# The coordinator of swaps: takes the steps of every swap between the chains, and forces them through L1 where a chain
# ignores it. Gas is paid on every chain and on L1.
# [swap]
# signer = "swaps"
# interval_seconds = 5
# force = true               # ask a chain that ignores a swap through its queue on L1
# freeze = true              # freeze a chain that lets its queue expire
# l1_cancel = true           # have L1 cancel in a frozen destination's stead
# publish = false            # publish a swap on L1 where nothing else brings it to its end
# parties = ["0x…"]          # serve the swaps of these accounts alone; without it, those of everybody
#
# Orders to lock, taken over HTTP: `POST /v1/swaps`. Remove the table to take none.
# [swap.orders]
# signer = "treasury"        # gives what is ordered, and does nothing else

# Keys. One signer serves one role on one chain: two senders with one key take each other's nonces.
[signers.relay]
keystore = "keys/relay.json"
password_file = "keys/relay.password"

[signers.alpha-operator]
private_key_file = "keys/alpha-operator.hex"

[signers.alpha-attester]
private_key_env = "CAUSEWAY_ALPHA_ATTESTER"
"##;
