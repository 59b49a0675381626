// The C host trusts no module: whatever one returns, the host touches nothing outside its memory, ends the connection,
// and keeps nothing.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../host/node/modules.js";
import { compileDriver, runDriver } from "../../support/c-driver.js";
import { needs } from "../../support/peers.js";

const CONNECTIONS = 10_000;

/**
 * How often what happened on 10,000 connections, so many at once, to modules that pretend to be of this userauth build.
 */
function run(userauthBuild: number, atOnce: number): { decisions: number; changes: number } {
  const files = readdirSync(join(packageRoot(), "host", "c"), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".c") && !file.startsWith("engine/"));
  const driver = compileDriver(
    "host/c/hostile-modules-driver",
    sources.map((file) => `host/c/${file}`),
    [`USERAUTH_BUILD=${userauthBuild}`, `DEVICE_CONNECTIONS=${atOnce}`],
  );
  const said = runDriver(driver, [String(CONNECTIONS / atOnce)]);
  const [connections, logins, errors, decisions, changes, refusedShells, trappedShells] = Array.from(
    said.matchAll(/\d+/g),
    Number,
  ) as [number, number, number, number, number, number, number];
  assert.equal(connections, CONNECTIONS, said);
  assert.ok(logins > CONNECTIONS / 2 && errors > CONNECTIONS / 4, said);
  // where there is no instance for a shell, the request is refused; where it traps, the connection ends
  assert.ok(refusedShells > 100 && trappedShells > 100, said);
  return { decisions, changes };
}

test(
  "modules that return anything, write anywhere in their memory and trap can only end their connection",
  needs("gcc"),
  () => {
    assert.deepEqual(run(1, 1), { decisions: 0, changes: 0 });
  },
);

test(
  "so can modules of the full build, which ask the application, and change passwords that others are told of",
  needs("gcc"),
  () => {
    const { decisions, changes } = run(4, 4);
    assert.ok(decisions > 1_000 && changes > 1_000, `${decisions} decisions, ${changes} changes`);
  },
);
