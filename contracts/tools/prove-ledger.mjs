#!/usr/bin/env node
// Proves test/symbolic/LedgerProof.sol with the compiler's SMTChecker, on the arithmetic as it is deployed; then removes or
// changes one line of that arithmetic at a time, and demands a counterexample each time: a proof that cannot fail proves nothing.
// The engine is BMC. The proof brings its own induction, and CHC, which looks for one, does not get through two levels of
// mappings. No time limit is set: the compiler's own limit counts steps, so it is the same on every machine.
import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

const PROOF = "test/symbolic/LedgerProof.sol";
const BOOK = "src/assets/LedgerBook.sol";
const ASSERTIONS = 17;
const WEAKENED = [
  ["what is sent is not taken from the balance", "balance[chainId][key] = available - amount;"],
  ["what arrives stays on its way", "pending[source][destination][key] = available - amount;"],
  ["what its home sends is not issued", "issued[key] += amount;"],
  [
    "what arrives is taken from another route",
    "pending[source][destination][key] = available - amount;",
    "pending[destination][source][key] = available - amount;",
  ],
  ["what swaps give back they keep too", "held[key] = available - amount;"],
  ["what swaps take they do not hold", "held[key] += amount;"],
  ["what is taken back goes where it was sent", "_give(key, home, source, amount);", "_give(key, home, destination, amount);"],
];
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

if (!isMainThread) {
  const { default: solc } = await import("solc");
  parentPort.postMessage(JSON.parse(solc.compile(JSON.stringify(workerData))).errors ?? []);
} else {
  process.exitCode = (await main()) ? 0 : 1;
}

async function main() {
  const sources = load(PROOF);
  const runs = [
    run(sources).then(expectProven),
    ...WEAKENED.map(async ([what, line, other]) => expectRefuted(what, await run(weakened(sources, line, other)))),
  ];
  return (await Promise.all(runs)).every(Boolean);
}

function expectProven(found) {
  const proven = found.filter((message) => message.includes("Assertion violation check is safe!"));
  const open = found.filter((message) => message.includes("violation") && !message.includes("is safe!"));
  open.forEach((message) => console.error(message));
  const isProven = open.length === 0 && proven.length === ASSERTIONS;
  console.log(`prove-ledger: ${proven.length} of ${ASSERTIONS} assertions proven`);
  return isProven;
}

function expectRefuted(what, found) {
  const isRefuted = found.some((message) => message.includes("Assertion violation happens here."));
  console.log(`prove-ledger: ${what}: ${isRefuted ? "refuted, as it must be" : "NOT REFUTED"}`);
  return isRefuted;
}

/** What the model checker says, a message each. A compiler of its own for each run: they share nothing. */
function run(sources) {
  const input = {
    language: "Solidity",
    sources,
    settings: {
      modelChecker: {
        contracts: { [PROOF]: ["LedgerProof"] },
        engine: "bmc",
        solvers: ["z3"],
        targets: ["assert"],
        showProvedSafe: true,
        showUnproved: true,
      },
      outputSelection: { [PROOF]: { LedgerProof: ["abi"] } },
    },
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: input });
    worker.on("message", (errors) => {
      const failed = errors.find(({ severity }) => severity === "error");
      if (failed) reject(new Error(failed.formattedMessage));
      else resolve(errors.map(({ formattedMessage }) => formattedMessage));
    });
    worker.on("error", reject);
  });
}

/** The sources with one line replaced, or removed. */
function weakened(sources, line, other = "") {
  const content = sources[BOOK].content;
  if (content.split(line).length !== 2) throw new Error(`${BOOK} must have this line once: ${line}`);
  return { ...sources, [BOOK]: { content: content.replace(line, other) } };
}

/** A file and all that it imports. */
function load(file, found = {}) {
  if (file in found) return found;
  const content = readFileSync(join(root, file), "utf8");
  found[file] = { content };
  for (const [, path] of content.matchAll(/from\s+"(\.[^"]+)"/g)) load(posix.join(posix.dirname(file), path), found);
  return found;
}
