// Writes docs/reference/authorisation-matrix.md from contracts/test/authorisation-matrix.json, which the contract tests
// hold against the contracts.
// Usage: node scripts/authorisation-matrix.mjs [--check]; --check writes nothing and fails when the page differs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = "contracts/test/authorisation-matrix.json";
const page = join(root, "docs/reference/authorisation-matrix.md");

const introduction = `# Authorisation matrix

Who may call each function that changes state. This page is written from \`${source}\`
by \`make bindings\`. The test \`contracts/test/unit/access/AuthorisationMatrix.t.sol\` walks the ABI of every contract that
is deployed: it fails when a function has no entry, when a stranger is not refused as the entry says, and when
\`contracts/src/access/Roles.sol\` gives a role something else.

- **GOVERNANCE**, **OPERATOR** and **PAUSER** are roles of the \`AccessManager\` of L1 or of the chain. GOVERNANCE is granted
  with an execution delay, so what it does can be seen before it happens. OPERATOR acts at once, on its own chain only.
  PAUSER stops new transfers at once and can do nothing else.
- **ADMIN** grants and revokes roles. It belongs to the same account as GOVERNANCE, behind the same delay.
- **The chain's operator** is the account that \`ChainRegistry\` names for the chain.
- A contract's name means that contract alone.
- **Anyone** means anyone: the right column says why that is safe.
`;

function table(contract, functions) {
  const rows = Object.entries(functions).map(([name, { caller, refusal, why }]) => {
    const outcome = refusal === undefined ? why : `Others get \`${refusal.replace(/\(.*/, "")}\`.`;
    return `| \`${name}\` | ${caller} | ${outcome} |`;
  });
  return [`## ${contract}`, "", "| function | caller | |", "|---|---|---|", ...rows, ""].join("\n");
}

const matrix = JSON.parse(readFileSync(join(root, source), "utf8"));
const text = [introduction, ...Object.entries(matrix).map((entry) => table(...entry))].join("\n");

if (!process.argv.includes("--check")) {
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, text);
} else if (!existsSync(page) || readFileSync(page, "utf8") !== text) {
  console.error(`authorisation matrix: ${page} is not what ${source} says; run 'make bindings' and commit`);
  process.exit(1);
}
