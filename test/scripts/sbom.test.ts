// `npm run sbom` and `npm run licenses`: nothing that is shipped is left out, and each part has its version, licence
// and text.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot, plainModulePath } from "../../host/node/modules.js";
import { MODULES } from "../../host/node/cli/size-report.js";
import { picoSdkFolder } from "../../boards/rp2040/pico-sdk.js";
import { run } from "../support/programs.js";

interface Part {
  name: string;
  version: string;
  purl?: string;
  licenses?: unknown[];
  hashes?: { alg: string; content: string }[];
}

const root = packageRoot();
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, Record<string, string>>;

async function script(name: string, ...args: string[]): Promise<string> {
  const command = ["--import", import.meta.resolve("tsx"), join(root, "scripts", "package", `${name}.ts`), ...args];
  const { status, stdout, stderr } = await run(process.execPath, command, {
    timeoutMs: 120_000,
    env: { HOME: homedir() }, // where the pico-sdk is
  });
  assert.equal(status, 0, stderr);
  return stdout.toString();
}

async function partsOf(...args: string[]): Promise<Part[]> {
  const bom = JSON.parse(await script("sbom", ...args)) as {
    bomFormat: string;
    serialNumber: string;
    components: Part[];
  };
  assert.equal(bom.bomFormat, "CycloneDX");
  assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  for (const part of bom.components)
    assert.ok(part.version !== "" && part.licenses?.length === 1, `${part.name} has a version and a licence`);
  return bom.components;
}

function expectModule(parts: Part[], name: string): void {
  const content = createHash("sha256")
    .update(readFileSync(plainModulePath(name)))
    .digest("hex");
  assert.deepEqual(parts.find((part) => part.name === `${name}.wasm`)?.hashes, [{ alg: "SHA-256", content }]);
}

function hasBoardTools(): boolean {
  try {
    return existsSync(picoSdkFolder()) && existsSync("/usr/share/doc/libnewlib-arm-none-eabi/copyright");
  } catch {
    return false;
  }
}

test("the package's SBOM has its run-time dependencies, none of development, and every module by its SHA-256", async () => {
  const parts = await partsOf();
  const names = parts.map(({ name }) => name);
  for (const dependency of Object.keys({ ...manifest["dependencies"], ...manifest["optionalDependencies"] }))
    assert.ok(names.includes(dependency), dependency);
  for (const dependency of Object.keys(manifest["devDependencies"]!))
    assert.ok(!names.includes(dependency), dependency);
  for (const name of MODULES) expectModule(parts, name);
  const licenses = await script("licenses");
  for (const { name, version, purl } of parts.filter((part) => part.purl))
    assert.ok(licenses.includes(`\n${name} ${version}: `), `${purl} has its licence`);
});

test(
  "the firmware's SBOM has what is linked into it",
  { skip: !hasBoardTools() && "the boards' tools are missing" },
  async () => {
    const parts = await partsOf("rp2040", "--userauth", "userauth-publickey");
    const names = parts.filter(({ purl }) => purl).map(({ name }) => name);
    assert.deepEqual(names, ["CMSIS-Core", "libgcc", "newlib", "pico-sdk", "TinyUSB", "wabt"]);
    for (const name of ["transport", "userauth-publickey", "connection"]) expectModule(parts, name);
    const licenses = await script("licenses", "rp2040");
    for (const name of ["Sesame", ...names]) assert.match(licenses, RegExp(`^${name}\\b.*: `, "m"), name);
  },
);
