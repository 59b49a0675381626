import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  formatFunctions,
  formatSizes,
  measureModule,
  MODULES,
  reportSizes,
} from "../../../../host/node/cli/size-report.js";
import { ARGON2_MEMORY_KIB } from "../../../../host/node/credentials/users-region.js";
import { checkBudgets, readBudgets } from "../../../../scripts/budgets.js";
import { TRANSPORT_FEATURES } from "../../../../scripts/size/build-flags.js";
import { drawSizes } from "../../../../scripts/size/chart.js";
import { formatFeatures, measureFeatures } from "../../../../scripts/size/flags.js";
import { moduleBytes } from "../../../support/modules.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const report = (): ReturnType<typeof reportSizes> =>
  reportSizes(MODULES.map((name) => measureModule(name, moduleBytes(name))));

test("the report's totals are the sizes of the files, and its parts add up to them", () => {
  for (const { name, bytes, sections, functions } of report().modules) {
    assert.equal(bytes, moduleBytes(name).length, name);
    assert.equal(sum(Object.values(sections)), bytes, `${name}: sections`);
    // behind id and size of the section comes the number of functions
    const overhead = sections["code"]! - sum(functions.map((entry) => entry.bytes));
    assert.ok(overhead >= 3 && overhead <= 6, `${name}: ${overhead} bytes of the code section are in no function`);
  }
});

test("the memory of a connection is that of its three modules", () => {
  const { modules, connectionMemory } = report();
  const memory = Object.fromEntries(modules.map((module) => [module.name, module.memory]));
  assert.equal(
    connectionMemory["userauth-password"],
    memory["transport"]! + memory["connection"]! + memory["userauth-password"]!,
  );
});

test("the full build's memory is reported without Argon2's blocks, and the report says so", () => {
  const bytes = moduleBytes("userauth");
  const withBlocks = measureModule("userauth", bytes, { argon2KiB: 0 }).memory;
  assert.equal(withBlocks - measureModule("userauth", bytes).memory, ARGON2_MEMORY_KIB * 1024);
  assert.match(formatSizes(report()), /without Argon2's blocks: 19,456 KiB/);
});

test("functions have the names of a build with names only where the code is the same", () => {
  const bytes = moduleBytes("userauth-password");
  const other = moduleBytes("connection");
  assert.deepEqual(measureModule("m", bytes, { named: other }), measureModule("m", bytes));
  assert.ok(measureModule("m", bytes).functions.some(({ name }) => name === "receive"));
});

test("the text report names every module and every number of bytes", () => {
  const sizes = report();
  const text = `${formatSizes(sizes)}\n${formatFunctions(sizes)}`;
  for (const { name, bytes } of sizes.modules) {
    assert.ok(text.includes(name), name);
    assert.ok(text.includes(bytes.toLocaleString("en-US")), `${name}: total`);
  }
});

test("every picture of README has a background of its own, so that it can be read on a page of any colour", () => {
  for (const name of ["login", "pico", "size"]) {
    const svg = readFileSync(new URL(`../../../../docs/${name}.svg`, import.meta.url), "utf8");
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
    const first = /<rect [^>]*>/.exec(svg)![0];
    assert.ok(Number(/width="(\d+)"/.exec(first)![1]) >= Number(width) - 1, `${name}: ${first}`);
    assert.ok(Number(/height="(\d+)"/.exec(first)![1]) >= Number(height) - 1, `${name}: ${first}`);
    assert.match(first, /fill="#|class="page"/, `${name}: the background has a colour`);
    assert.ok(svg.indexOf(first) < svg.indexOf("<text"), `${name}: it is behind everything else`);
  }
  const chart = readFileSync(new URL("../../../../docs/size.svg", import.meta.url), "utf8");
  const rules = chart.split("prefers-color-scheme: dark");
  assert.ok(
    rules.every((part) => part.includes(".page {") && part.includes("text {")),
    "text and background change together",
  );
});

test("the chart is the same bytes for the same report, and shows every total", () => {
  const budgets = readBudgets(join(root, "budgets.json"));
  const draw = (): string => drawSizes(report(), budgets.bytes, budgets["bytes of linear memory"]);
  assert.equal(draw(), draw());
  assert.doesNotMatch(draw(), />[^<]{110,}<\/text>/, "a line is wider than the picture");
  for (const { bytes } of report().modules) assert.ok(draw().includes(`>${bytes.toLocaleString("en-US")}`));
});

test("a number above its budget fails, one below may lower it, and none goes without", () => {
  const check = (measured: number): ReturnType<typeof checkBudgets> =>
    checkBudgets("bytes", { m: measured }, { m: 400 });
  assert.deepEqual(check(400), { ok: true, lines: [] });
  assert.deepEqual(check(412), { ok: false, lines: ["FAIL  m: 412 bytes, budget 400"] });
  assert.deepEqual(check(390), { ok: true, lines: ["ok    m: 390 bytes, budget 400 can be lowered"] });
  assert.equal(checkBudgets("bytes", { m: 1 }, {}).ok, false, "a new module without a budget");
  assert.equal(checkBudgets("bytes", {}, { m: 1 }).ok, false, "a budget of a module that is gone");
});

test("`npm run size -- --check` exits 1 and names the module when a budget is exceeded", () => {
  const folder = mkdtempSync(join(tmpdir(), "sesame-size-"));
  try {
    const budgets = readBudgets(join(root, "budgets.json"));
    const bytes = moduleBytes("userauth-password").length;
    budgets.bytes["userauth-password"] = bytes - 1;
    const path = join(folder, "budgets.json");
    writeFileSync(path, JSON.stringify(budgets));
    const args = ["--import", "tsx", "scripts/size/main.ts", "--check", `--budgets=${path}`];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`FAIL {2}userauth-password: ${bytes} bytes, budget ${bytes - 1}\n`));
    assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), budgets, "a check writes nothing");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what each algorithm of the transport costs: what is left is what a build without it has, and nothing is free", async () => {
  const transport = (await measureFeatures()).find(({ module }) => module === "transport-full")!;
  assert.equal(transport.bytes, moduleBytes("plain/transport-full").length);
  assert.deepEqual(
    transport.without.map(({ feature }) => feature),
    TRANSPORT_FEATURES.map(([name]) => name),
  );
  for (const { feature, bytes, memory, cost } of transport.without) {
    assert.ok(cost.bytes > 0 && cost.memory > 0, feature);
    assert.deepEqual([bytes + cost.bytes, memory + cost.memory], [transport.bytes, transport.memory], feature);
  }
  assert.match(formatFeatures([transport]), /^without mlkem768x25519-sha256 +[\d,]+ +[\d,]+ +[\d,]+ +[\d,]+$/m);
});
