// The package is whole: what scripts/package/prepack.ts asks before anything is packed, here of the checkout as it is
// built.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { packageRoot } from "../../host/node/modules.js";
import { faultsOf, packedFiles } from "../../scripts/package/parts.js";

const root = packageRoot();
/** Of a checkout, whose dist/ may still have what older sources became; prepack.ts begins with none. */
const packed = packedFiles(root).filter((path) => !faultsOf(root, [path]).includes(`${path} has no source`));
/** The package's own documents and modules in a folder where they can be broken. */
const copy = mkdtempSync(join(tmpdir(), "sesame-parts-"));
for (const part of [
  "package.json",
  "asconfig.json",
  "README.md",
  "host",
  "boards",
  "assembly",
  join("build", "c"),
  join("build", "plain"),
  join("build", "wide"),
])
  cpSync(join(root, part), join(copy, part), { recursive: true });
after(() => rmSync(copy, { recursive: true }));

test("what is built is a whole package, and the links of its documents lead to files that are in it", () => {
  assert.deepEqual(faultsOf(root, packed), []);
});

test("a package that lacks a part is refused, whichever part it is", () => {
  const without = (path: string) =>
    faultsOf(
      root,
      packed.filter((other) => !other.startsWith(path)),
    );
  assert.deepEqual(without("build/plain/transport.wasm"), ["build/plain/transport.wasm is missing"]);
  assert.deepEqual(without("build/wide/transport.wasm"), ["build/wide/transport.wasm is missing"]);
  assert.deepEqual(without("build/c/shell.c"), ["build/c/shell.c is missing"]);
  assert.deepEqual(without("dist/host/node/switchboard/session.d.ts"), [
    "dist/host/node/switchboard/session.d.ts is missing",
  ]);
  assert.deepEqual(without("CHANGELOG.md"), [
    "nothing is packed of CHANGELOG.md",
    "README.md links to CHANGELOG.md, which is not packed",
  ]);
  assert.ok(without("dist/host/node/cli/main.js").includes("dist/host/node/cli/main.js is missing"), "the command");
  assert.ok(without("dist/host/node/index").includes("dist/host/node/index.d.ts is missing"), "the library's types");
});

test("a file that a removed source has left behind, a module cut short and a link that leads nowhere are refused", () => {
  assert.deepEqual(faultsOf(root, [...packed, "dist/host/node/removed.js"]), [
    "dist/host/node/removed.js has no source",
  ]);
  const documents = packed.filter((path) => !path.endsWith(".md") || path === "README.md");
  const faults = (): string[] =>
    faultsOf(copy, documents).filter((fault) => !/^nothing is packed of|links to .*\.md/.test(fault));
  assert.deepEqual(faults(), []);
  const module = join(copy, "build", "plain", "connection.wasm");
  writeFileSync(module, readFileSync(module).subarray(0, -1));
  writeFileSync(
    join(copy, "README.md"),
    "[one](docs/login.svg) [two](docs/absent.svg#x) [three](https://example.org/)\n",
  );
  assert.deepEqual(faults(), [
    "build/plain/connection.wasm is no WebAssembly",
    "README.md links to docs/absent.svg, which is not packed",
  ]);
});
