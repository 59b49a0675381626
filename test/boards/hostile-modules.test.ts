// The C host trusts no module: whatever one returns, the host touches nothing outside its memory, ends the connection, and keeps nothing.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../host/node/modules.js";
import { compileDriver, runDriver } from "../support/c-driver.js";
import { needs } from "../support/peers.js";

const CONNECTIONS = 10_000;

test(
  "modules that return anything, write anywhere in their memory and trap can only end their connection",
  needs("gcc"),
  () => {
    const files = readdirSync(join(packageRoot(), "host", "c"));
    const sources = files.filter((file) => file.endsWith(".c") && !file.startsWith("engine_"));
    const driver = compileDriver(
      "hostile-modules-driver",
      sources.map((file) => `host/c/${file}`),
    );
    const said = runDriver(driver, [String(CONNECTIONS)]);
    const [, logins = 0, errors = 0] = /^10000 connections, (\d+) logins, (\d+) module errors$/m.exec(said) ?? [];
    assert.ok(Number(logins) > CONNECTIONS / 2 && Number(errors) > CONNECTIONS / 4, said);
  },
);
