// The one place of the C host where what a module says is believed (host/c/modules/module.c).

import { test } from "node:test";
import { compileDriver, runDriver } from "../../support/c-driver.js";
import { needs } from "../../support/peers.js";

test(
  "a module's pointers and lengths are inside its memory, and a module that has failed is neither called nor read",
  needs("gcc"),
  () => void runDriver(compileDriver("host/c/module-driver", ["host/c/modules/module.c"])),
);
