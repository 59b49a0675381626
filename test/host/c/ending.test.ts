// host/c/server/ending.c and host/node/switchboard/ending.ts say the same words to a client: what it is told does not
// depend on the host.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TransportError } from "../../../assembly/abi/index.js";
import { DESCRIPTIONS, TRANSPORT_DESCRIPTIONS } from "../../../host/node/switchboard/ending.js";
import { packageRoot } from "../../../host/node/modules.js";

const source = readFileSync(join(packageRoot(), "host", "c", "server", "ending.c"), "utf8");
const STRING = String.raw`((?:\s*(?:"[^"]*"|NOT_ALLOWED))+)`;

/** The value of adjacent literals. */
function text(literals: string): string {
  const notAllowed = /#define NOT_ALLOWED ("[^"]*")/.exec(source)![1]!;
  return Array.from(literals.replace("NOT_ALLOWED", notAllowed).matchAll(/"([^"]*)"/g), ([, part]) => part).join("");
}

const causes = new Map<string, string>();
for (const [, name, description] of source.matchAll(new RegExp(String.raw`\] = {"([\w-]+)",${STRING},`, "g"))) {
  causes.set(name!, text(description!));
}

test("a cause that both hosts have is said in the same words", () => {
  const common = Object.entries(DESCRIPTIONS).filter(([cause]) => causes.has(cause));
  assert.ok(common.length >= 6, `${common.length} in common`);
  for (const [cause, description] of common) assert.equal(causes.get(cause), description, cause);
});

test("an error of the transport module is said in the same words", () => {
  const cases = new Map<string, string>();
  for (const [, name, description] of source.matchAll(
    new RegExp(String.raw`case TRANSPORT_ERROR_(\w+):\s*return${STRING};`, "g"),
  )) {
    cases.set(name!, text(description!));
  }
  cases.set("PROTOCOL_ERROR", text("NOT_ALLOWED")); // what the function returns otherwise
  const expected = Object.entries(TRANSPORT_DESCRIPTIONS).map(([error, words]) => [
    TransportError[Number(error)],
    words,
  ]);
  assert.deepEqual(Object.fromEntries(cases), Object.fromEntries(expected));
});

test("every description fits, and is printable ASCII", () => {
  const all = [...causes.values(), ...Object.values(DESCRIPTIONS), ...Object.values(TRANSPORT_DESCRIPTIONS)];
  for (const description of all) assert.match(description, /^[ -~]{0,255}$/);
});
