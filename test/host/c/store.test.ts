// The store of a device, host/c/store/store.c, under sanitizers: no power cut and no damage loses the record that is in
// force, or makes one of what is none; and what is changed in it, host/c/store/credentials.c.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../../support/peers.js";
import { compileDriver, runDriver } from "../../support/c-driver.js";

test(
  "a power cut at any byte, a failing read and a lack of memory leave the old record or the new one; damage is never taken for one",
  needs("gcc"),
  () => {
    const sources = ["host/c/store/store.c", "host/c/store/credentials.c", "host/c/store/base64.c"];
    const driver = compileDriver("host/c/store-driver", sources, ["calloc=driver_calloc", "free=driver_free"]);
    assert.equal(runDriver(driver), "27660 cuts, 2000 slots of garbage, 18432 bits, 12 failures of a read\n");
  },
);
