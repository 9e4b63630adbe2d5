// Writes what Rust and reviewers read of the contracts, from what forge built:
//   contracts/bindings/sol/Interfaces.sol      every interface in one file, the source of the Rust bindings
//   contracts/snapshots/abi/<Contract>.json     compiler truth the bindings are compared with
//   contracts/snapshots/bytecode/<Contract>.hex creation code of what is deployed
//   contracts/snapshots/storage/<Contract>.json storage layouts, so that a moved slot shows in review
//   e2e/bytecode/<Contract>.hex                 creation code of what whole-system tests deploy
// Usage: node scripts/bindings.mjs [--check]; --check writes nothing and fails when the committed files differ.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const contracts = join(root, "contracts");
const interfaces = "src/interfaces/All.sol";
const folders = ["snapshots/abi", "snapshots/bytecode", "snapshots/storage", "../e2e/bytecode"];
/** What a network deploys as it is. */
const foreign = [{ name: "AccessManager", source: "node_modules/@openzeppelin/contracts/access/manager/AccessManager.sol" }];
/** Bytes of code that a contract may have (EIP-170), and how many of them are kept free for a fix. */
const [codeLimit, codeReserve] = [24_576, 64];
/** What whole-system tests deploy beside the network. */
const recipients = [
  { name: "EtherRefuser", source: "test/mocks/EtherRefuser.sol" },
  { name: "FixedVenue", source: "test/mocks/FixedVenue.sol" },
  { name: "IssuedERC20", source: "test/mocks/IssuedTokens.sol" },
  { name: "IssuedERC721", source: "test/mocks/IssuedTokens.sol" },
  { name: "IssuedERC1155", source: "test/mocks/IssuedTokens.sol" },
  { name: "TallyRecipient", source: "test/mocks/TallyRecipient.sol" },
  { name: "TaxedERC20", source: "test/mocks/IssuedTokens.sol" },
  { name: "TicketShop", source: "test/mocks/TicketShop.sol" },
];

const generated = new Map([["bindings/sol/Interfaces.sol", forge("flatten", interfaces)]]);
for (const contract of [...ownContracts(), ...foreign]) describe(contract);
for (const { name, source } of recipients)
  generated.set(`../e2e/bytecode/${name}.hex`, `${readArtifact(name, source).bytecode.object}\n`);

if (process.argv.includes("--check")) check();
else write();

function forge(...args) {
  return execFileSync(join(root, "scripts/foundry.sh"), ["forge", ...args], { encoding: "utf8", maxBuffer: 1 << 26 });
}

/** Every contract, interface and library of src/. */
function ownContracts() {
  const sources = readdirSync(join(contracts, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sol"))
    .map((entry) => relative(contracts, join(entry.parentPath ?? entry.path, entry.name)));
  return sources.sort().flatMap((source) => {
    const text = readFileSync(join(contracts, source), "utf8");
    const declared = text.matchAll(/^(?:abstract contract|contract|interface|library) (\w+)/gm);
    return [...declared].map(([, name]) => ({ name, source }));
  });
}

function describe({ name, source }) {
  const { abi, bytecode, deployedBytecode, storageLayout } = readArtifact(name, source);
  if (abi.length === 0) return;
  if (generated.has(`snapshots/abi/${name}.json`)) fail(`two contracts are called ${name}: names must be unique`);
  generated.set(`snapshots/abi/${name}.json`, pretty(abi.map(sortKeys).sort(bySignature)));

  const isDeployable = bytecode.object !== "0x";
  if (!isDeployable) return;
  if (Object.keys(bytecode.linkReferences).length > 0) fail(`${name} needs a linked library: make its functions internal`);
  const room = codeLimit - (deployedBytecode.object.length / 2 - 1);
  if (room < codeReserve) {
    fail(`${name} has room for ${room} bytes more before the limit of ${codeLimit} bytes (EIP-170); keep ${codeReserve} free`);
  }
  generated.set(`snapshots/bytecode/${name}.hex`, `${bytecode.object}\n`);
  if (storageLayout.storage.length > 0) generated.set(`snapshots/storage/${name}.json`, pretty(layout(storageLayout)));
}

function readArtifact(name, source) {
  const path = join(contracts, "out", basename(source), `${name}.json`);
  if (!existsSync(path)) fail(`${path} is missing: run 'make build-contracts' first`);
  return JSON.parse(readFileSync(path, "utf8"));
}

/** A storage layout without the numbers the compiler gives its syntax tree, which change with any edit. */
function layout({ storage, types }) {
  const stable = (id) => id.replace(/\)\d+/g, ")");
  const variable = ({ label, slot, offset, type }) => ({ slot, offset, label, type: stable(type) });
  const structs = Object.entries(types)
    .filter(([, type]) => type.members)
    .map(([id, { numberOfBytes, members }]) => [stable(id), { numberOfBytes, members: members.map(variable) }]);
  return { storage: storage.map(variable), structs: Object.fromEntries(structs.sort()) };
}

function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort().map(([key, inner]) => [key, sortKeys(inner)]));
}

function bySignature(a, b) {
  const key = ({ type, name = "", inputs = [] }) => `${type} ${name}(${inputs.map((input) => input.type)})`;
  return key(a) < key(b) ? -1 : 1;
}

function pretty(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Committed files of the generated folders that no contract accounts for any more. */
function leftOver() {
  return folders
    .filter((folder) => existsSync(join(contracts, folder)))
    .flatMap((folder) => readdirSync(join(contracts, folder)).map((file) => `${folder}/${file}`))
    .filter((file) => !generated.has(file));
}

function write() {
  for (const file of leftOver()) rmSync(join(contracts, file));
  for (const [file, text] of generated) {
    mkdirSync(dirname(join(contracts, file)), { recursive: true });
    writeFileSync(join(contracts, file), text);
  }
  console.log(`bindings: ${generated.size} files written`);
}

function check() {
  const differs = ([file, text]) => !existsSync(join(contracts, file)) || readFileSync(join(contracts, file), "utf8") !== text;
  const stale = [...[...generated].filter(differs).map(([file]) => file), ...leftOver()].sort();
  if (stale.length > 0) fail(`these files are not what the contracts say; run 'make bindings' and commit:\n  ${stale.join("\n  ")}`);
  console.log(`bindings: ${generated.size} files agree with the contracts`);
}

function fail(reason) {
  console.error(`bindings: ${reason}`);
  process.exit(1);
}
