//! What `causeway token init` writes.

/// A commented token file. Its chains are those of the configuration that `causeway config init` writes.
pub const TOKEN_TEMPLATE: &str = r##"# What is wanted of one token, on every chain named here. `causeway token plan` lists the transactions that lead there,
# `causeway token apply` makes them, `causeway token check` fails where a chain has something else.
# What the file does not say is wanted too: no limit, not paused, the default representation. Chains that it does not name are
# left alone. No keys stand here: `apply` takes the names of signers of the configuration.

[token]
home = "alpha"       # chain that the token was born on: name in the configuration, id, or "l1"
address = "0x0000000000000000000000000000000000003001"
kind = "fungible"    # ERC-20; "nft" for ERC-721, "multi" for ERC-1155

# Who decides, on every chain that does not have its own [chains.<chain>.parties]. The issuer changes in two steps: the
# present one proposes, the new one accepts.
[parties]
issuer = "0x0000000000000000000000000000000000004001"
# limiter = "0x0000000000000000000000000000000000004002"   # sets limits and does nothing else; by default the issuer
# pauser = "0x0000000000000000000000000000000000004003"    # pauses and does nothing else; by default the issuer

# Rules at home for what leaves for beta and what comes back from there. A limit is a bucket: `capacity` may pass at once, and
# `refill` becomes free again each second. Give both in whole tokens, or both in the token's smallest unit:
#   { capacity_units = "1000000", refill_units_per_second = "12" }
# What exceeds an outgoing limit is refused; what exceeds an incoming one waits.
[chains.alpha.routes.beta]
paused = false
outgoing = { capacity_tokens = "1000000", refill_tokens_per_second = "12.5" }

[chains.beta]
announce = true      # have beta create what stands for the token there, before its first transfer
# A token of your own that stands for it on beta (ERC-7802); its owner has to offer it, which `plan` lists. Only before anything
# stands there: afterwards nobody can change it.
# representation = "0x0000000000000000000000000000000000003002"

# Rules on beta for what comes from alpha and goes back.
[chains.beta.routes.alpha]
incoming = { capacity_tokens = "1000000", refill_tokens_per_second = "12.5" }
"##;
