// Writes docs/reference/benchmarks/gas.md from contracts/snapshots/gas, which the gas tests wrote.
// Usage: node scripts/gas-table.mjs [--check]; --check writes nothing and fails when the page differs. Both fail when a figure
// is above its limit and the page does not say why, or no longer is and the page still does.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const snapshots = join(root, "contracts/snapshots/gas");
const page = join(root, "docs/reference/benchmarks/gas.md");
const { devDependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, "contracts/package.json"), "utf8"));
const solc = devDependencies.solc;
const foundry = optionalDependencies["@foundry-rs/forge-linux-amd64"];

const introduction = `# Gas

What one call costs, as a transaction of its own: 21,000, calldata, execution, less refunds, unless the name says
\`exec\`. Written by \`make bench-gas\` from \`contracts/snapshots/gas\`; \`make check-gas\` fails when a number moves, up or
down. Foundry ${foundry} with \`--isolate\`, solc ${solc}, IR pipeline, 20,000 optimizer runs, EVM version osaka; proofs
have 14 + 14 + 5 levels. A scenario of \`e2e/\` sends the message of row S1 on a local chain: its receipt agrees with the
table to the unit.

**Limit** is what we hold ourselves to; the tests in \`contracts/test/gas\` fail above it. The peers were measured the same
way, each with its own optimizer settings and where two numbers stand, for its leanest and its usual configuration:
ZKsync \`draft-v31\` 4859b6fd (called directly; its proxies add about 30,000), Hyperlane f0f8a56c, AggLayer e468f9b0, IBC
Eureka cae7e128.
`;

/** By the row's name: our limit, then ZKsync, Hyperlane, AggLayer and IBC Eureka for the same operation. */
const comparisons = {
  "S1 send 32 bytes": ["48,000", "105,614", "73,900 / 152,000", "51,600", "89,144"],
  "S2 each further call, exec": ["12,000", "22,300", "", "", ""],
  "S2 send 5 calls": ["110,000", "207,840", "", "", ""],
  "D1 deliver 32 bytes": ["95,000", "185,006", "93,452 / 111,764", "119,682", "190,056"],
  "D2 each further call, exec": ["15,000", "40,800", "", "", ""],
  "D2 deliver 5 calls": ["170,000", "356,300", "", "", ""],
  "D3 each of 32": ["55,000", "", "", "", ""],
  "V1 verifyMessage, 14+14+5 levels, exec": ["16,000", "36,306", "35,154", "30,510", ""],
  "V1 verifyLeaf, batch known, exec": ["5,000", "", "", "", ""],
  "V1 verifyMessage, batch known, exec": ["5,000", "", "", "", ""],
  "R1 importRoots 1, exec": ["25,000", "25,693", "", "60,312 as tx", ""],
  "R1 importRoots 10, exec each": ["23,000", "", "", "", ""],
  "R2 appendBatch, 20 chains, 7 of 14 levels with a left sibling": ["100,000", "196,000", "", "105,708", ""],
  "L1 settleBatch": ["150,000 without verifier", "388,000", "", "194,563", ""],
  lock: limitOnly("180,000"),
  "execute with a quote": limitOnly("310,000"),
  "execute with a quote, batch known": limitOnly("295,000"),
  "execute through a pool": limitOnly("280,000"),
  "execute through an adapter": limitOnly("395,000"),
  "execute a trade that both sides locked": limitOnly("310,000"),
  redeem: limitOnly("135,000"),
  "lock + execute + redeem": limitOnly("620,000"),
  cancel: limitOnly("122,000"),
  refund: limitOnly("148,000"),
  stage: limitOnly("510,000"),
  "resolve what is staged": limitOnly("345,000"),
  "resolve, nothing staged": limitOnly("122,000"),
  "bury a lock": limitOnly("52,000"),
  "bury an outcome": limitOnly("72,000"),
  "L1 settleBatch, more with Opened": limitOnly("90,000"),
  "L1 settleBatch, more with Executed": limitOnly("65,000"),
  "L1 settleBatch, more with Redeemed": limitOnly("45,000"),
  "L1 settleBatch, more with Cancelled": limitOnly("30,000"),
  "L1 settleBatch, more with Refunded": limitOnly("45,000"),
  "L1 freeze": limitOnly("60,000"),
  "L1 forceResolve": limitOnly("110,000"),
  "L1 forceExecute": limitOnly("135,000"),
  "L1 forceClose": limitOnly("165,000"),
  "L1 l1Cancel": limitOnly("175,000"),
  "L1 l1Claim": limitOnly("180,000"),
  "L1 tellStatus": limitOnly("130,000"),
};

/** Rows whose figure is above the limit, which the last section of the page explains. */
const explained = new Set([
  "R2 appendBatch, 20 chains, 7 of 14 levels with a left sibling",
  "V1 verifyLeaf, batch known, exec",
  "V1 verifyMessage, batch known, exec",
]);

/** What follows the rows of a group, from the figures of all groups. */
const remarks = { swaps: swapComparison };

const profiles = `## Near and above the limit, and why

**R2**, 104,392 against 100,000, where half of the chain tree's levels have a left sibling. Every sibling more or less is
2,088, so a chain is below the limit in the batches with four or fewer of them. Of the gas of that row:

| part | gas |
|---|--:|
| transaction and calldata | 21,900 |
| the block's root, a fresh slot that L1 keeps for good | 22,100 |
| three slots rewritten: a side of the chain tree, a leaf and a node of the shared tree | 15,000 |
| seventeen slots read: 7 sides, 8 siblings, the chain's index, the size of the shared tree | 35,700 |
| event | 2,500 |
| some 50 hashes, and the rest | 7,300 |

In \`settleBatch\`, which is how a batch is appended, the transaction is already paid for. Passing the sides as calldata
against one committed hash would save about 9,000, and every operator would then have to keep them.

**L1** with its verifier is 167,368. The verifier's execution is 12,695 of that, reaching it 2,600, and the calldata of two
signatures about 2,200: 149,900 remain, against 150,000. Swaps have added 1,065: one more word in each batch and its public
input, an empty list of effects, and the question whether the chain is frozen. To store the numbers of the head at once saves
630.

**V1 of a known batch**, 6,049 through \`verifyMessage\` and 5,139 through \`verifyLeaf\`: the limit holds for the proof.
On a chain it is a function of the interop handler, and 21 others come before it in the dispatch, 11 more than the
imported roots alone would have. These cost 234; without them the leaf takes 4,905. In return each delivery asks no other
contract and is 3,049 cheaper. The 910 between the two are the hash of the message, that of its leaf, and the reading of both
from calldata.
`;

const unmatched = new Set(Object.keys(comparisons));
const groups = Object.fromEntries(readdirSync(snapshots).sort().map(group));
const text = [introduction, ...Object.entries(groups).map(section), profiles].join("\n");
if (unmatched.size > 0) fail(`no snapshot is called ${[...unmatched].join(" or ")}`);
requireWithinLimits();
if (!process.argv.includes("--check")) {
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, text);
} else if (!existsSync(page) || readFileSync(page, "utf8") !== text) {
  fail("docs/reference/benchmarks/gas.md is not what the snapshots say; run 'make bench-gas' and commit");
}

function group(file) {
  return [basename(file, ".json"), JSON.parse(readFileSync(join(snapshots, file), "utf8"))];
}

function section([name, figures]) {
  const rows = Object.entries(figures).sort();
  return `## ${name[0].toUpperCase()}${name.slice(1)}

| call | gas | limit | ZKsync | Hyperlane | AggLayer | IBC Eureka |
|---|--:|--:|--:|--:|--:|--:|
${rows.map(row).join("\n")}
${remarks[name]?.() ?? ""}`;
}

function row([name, gas]) {
  unmatched.delete(name);
  const comparison = comparisons[name] ?? Array(5).fill("");
  return `| ${[name, thousands(gas), ...comparison].join(" | ")} |`;
}

/** A limit with words is not one to compare with. */
function requireWithinLimits() {
  for (const [name, gas] of Object.values(groups).flatMap(Object.entries)) {
    const limit = Number(comparisons[name]?.[0].replaceAll(",", ""));
    const isAbove = Number(gas) > limit;
    if (isAbove && !explained.has(name)) fail(`'${name}' is ${thousands(gas)}, above its limit of ${thousands(limit)}`);
    if (!isAbove && explained.has(name)) fail(`'${name}' is within its limit; take it out of what is explained`);
  }
}

function swapComparison() {
  const { assets, swaps } = groups;
  const onChains = Number(swaps["lock + execute + redeem"]);
  const timelock = Number(swaps["HTLC open + open + claim + claim"]);
  const transfers = 2 * Number(assets["T1 + T2e"]);
  const [alone, ofTen] = ["L1 share of a swap", "L1 share of a swap, each of 10"].map((name) => Number(swaps[name]));
  return `
A lock sends a message of 385 bytes; what is private of the swap is in an event of the source, and not in the message. The L1
rows are what one more effect adds to a batch that settles anyway, alone or as one of ten, and are paid by the operators. What
is staged is the whole preimage, kept as code, at 200 gas for each byte; to resolve is an operation of L1 that the operator has
the chain obey, and to bury is the operator's own call, here of a single tombstone.

| an exchange of two ERC-20 tokens over two chains | transactions of the parties | gas on the chains | and on L1 |
|---|--:|--:|--:|
| swap with a quote | 3 | ${thousands(onChains)} | ${thousands(ofTen)} to ${thousands(alone)} |
| HTLC: open, open, claim, claim | 4 | ${thousands(timelock)} | 0 |
| two transfers, each sent and delivered | 4 | ${thousands(transfers)} | their share of the report, not measured here |

**The HTLC** is ${times(onChains, timelock)} cheaper, and as lean as one can be: a mapping and two transfers of tokens. It moves nothing between
chains: both parties need accounts and tokens on both. Each can leave the other waiting until the timeout, for free, and who
learns the secret while the other chain is down or its mempool is full loses. Nobody can force it, since nobody but the two
clocks decides.

**Two transfers** cost ${thousands(transfers)}, and buy no more than trust: who sends first has to hope. The ${thousands(onChains - transfers)} more of a swap
are the price of the venue's check of the bank's signature, of the slots that hold the outcome at both ends, and of the receipt
with its proof. For that it is all or nothing, at a price that is signed; the counterparty needs nothing on the source chain;
one deadline on one clock decides; and a chain that ignores it, or that is dead, is overruled on L1.
`;
}

function limitOnly(limit) {
  return [limit, "", "", "", ""];
}

function thousands(gas) {
  return Number(gas).toLocaleString("en-US");
}

function times(one, other) {
  return `${(one / other).toFixed(1)} times`;
}

function fail(reason) {
  console.error(`gas-table: ${reason}`);
  process.exit(1);
}
