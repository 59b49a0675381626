// The store of a device, host/c/store.c, under sanitizers: no power cut and no damage loses the record that is in force, or makes one of
// what is none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../support/peers.js";
import { compileDriver, runDriver } from "../support/c-driver.js";

test(
  "a power cut at any byte leaves the old record or the new one; damage is never taken for a record",
  needs("gcc"),
  () => {
    const driver = compileDriver("store-driver", ["host/c/store.c"]);
    assert.equal(runDriver(driver), "12300 cuts, 2000 slots of garbage, 8192 bits\n");
  },
);
