// `npm run size`: prints the size report on the modules in build/, with the names of functions, and draws
// docs/size.svg.
//
//   --json      the report as JSON
//   --check     compares with budgets.json and with the committed chart instead of printing; exits 1 on a failure
//   --tighten   writes what is measured into budgets.json
//   --budgets=F uses F in place of budgets.json
//
// A userauth module is measured with the development user and password and with a key that never changes: the
// development key pair is another on every machine, and the zero bytes of a key are not stored.
//
// The full userauth module is measured as it ships, without users; for its budgets it is compiled twice more, as for
// a board, without some features.
//
// host/node/cli/size-report.ts measures, flags.ts compares builds with and without features, chart.ts draws, budgets.ts
// compares with the budgets.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DEVELOPMENT_PASSWORD,
  DEVELOPMENT_USER,
  embedCredentials,
  encodeCredentials,
} from "../../host/node/credentials/credentials.js";
import { buildNamed } from "../../assembly/abi/builds.js";
import * as size from "../../host/node/cli/size-report.js";
import { guardStandardStreams } from "../../host/node/cli/standard-streams.js";
import { applyBudgets, readBudgets, type BudgetFile } from "../budgets.js";
import { compile } from "../compile/compile.js";
import { drawSizes } from "./chart.js";
import { formatFeatures, measureFeatures, measureWithout } from "./flags.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const args = process.argv.slice(2);
guardStandardStreams("size");
const check = args.includes("--check");
const budgetsPath = args.find((arg) => arg.startsWith("--budgets="))?.slice(10) ?? join(root, "budgets.json");
/** RFC 8032 §7.1, test 1. */
const PUBLIC_KEY = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
const chartPath = join(root, "docs", "size.svg");

const modules: size.ModuleSize[] = [];
for (const name of size.MODULES) {
  const plain = readFileSync(join(root, "build", "plain", `${name}.wasm`));
  const bytes = withCredentials(name, plain);
  const named = check ? bytes : await compile({ root, target: name, names: true });
  modules.push({ ...size.measureModule(name, bytes, { named }), withoutCredentials: plain.length });
}
const report = size.reportSizes(modules);
applyBudgets(budgetsPath, await measured(report), args);

const budgets = readBudgets(budgetsPath);
const chart = drawSizes(report, budgets.bytes, budgets["bytes of linear memory"]);
if (check) {
  if (!existsSync(chartPath) || readFileSync(chartPath, "utf8") !== chart) {
    console.error("FAIL  docs/size.svg does not show the modules of this build: run `npm run size`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(chartPath, chart);
  const features = await measureFeatures();
  if (args.includes("--json")) console.log(JSON.stringify({ ...report, features }, null, 2));
  else {
    console.log(`${size.formatSizes(report)}\n\n${size.formatFunctions(report)}`);
    console.log(`\n${formatFeatures(features)}`);
  }
}

/** The numbers that have budgets. */
async function measured({
  modules,
  connectionMemory,
}: size.SizeReport): Promise<Pick<BudgetFile, "bytes" | "bytes of linear memory">> {
  const bytes = Object.fromEntries(modules.map((module) => [module.name, module.bytes]));
  const common = size.COMMON_MODULES.reduce((sum, name) => sum + bytes[name]!, 0);
  return {
    bytes: {
      ...Object.fromEntries(size.USERAUTH_MODULES.map((name) => [name, bytes[name]!])),
      "userauth for a board, without RSA and ECDSA": (await measureWithout(["WITH_RSA", "WITH_ECDSA"])).bytes,
      [size.COMMON_MODULES.join(" + ")]: common,
      shell: bytes["shell"]!,
    },
    "bytes of linear memory": {
      shell: modules.find(({ name }) => name === "shell")!.memory,
      "userauth for a board, without Argon2id": (await measureWithout(["WITH_ARGON2ID"])).memory,
      ...Object.fromEntries(
        Object.entries(connectionMemory).map(([name, sum]) => [`transport + ${name} + connection`, sum]),
      ),
    },
  };
}

/**
 * A module of build/plain as `npm run build` would put it into build/ if the development key pair were always the same.
 */
function withCredentials(name: string, plain: Uint8Array): Uint8Array {
  const { userauth: build } = buildNamed(name);
  if (!build || build === "full") return plain;
  const secret = build === "password" ? { password: DEVELOPMENT_PASSWORD } : { publicKey: PUBLIC_KEY };
  return embedCredentials(plain, encodeCredentials(build, { user: DEVELOPMENT_USER, ...secret }));
}
