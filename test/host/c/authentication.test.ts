// A new password in the C host (host/c/server/authentication.c): stored before it is the user's, and known to the other
// logins or refused to them.

import { before, test } from "node:test";
import { compileDriver, runDriver } from "../../support/c-driver.js";
import { needs } from "../../support/peers.js";

const SOURCES = [
  "server/authentication",
  "modules/userauth",
  "modules/module",
  "store/credentials",
  "store/store",
  "store/base64",
  "server/connection_log",
  "server/ending",
  "server/log",
  "server/permissions",
];
const SCENARIOS = {
  told: "logins that have begun are told of a new password",
  replaced:
    "a login that began with credentials which were replaced since then does not become current by another one's change",
  stale: "a change is refused when another connection has changed a password since the old one was verified",
  repeated: "a change with the old password in it is judged by what is in force then",
  unstored: "a password that cannot be stored is not changed, and can be changed again",
  statusless: "a module that has no status admits nobody",
  overlong: "credentials are never longer than their place in the module",
  refused: "a login ends at once when the module refuses its credentials",
  unsalted: "without entropy for the next salt the login fails, and so does the device",
};

const options = needs("gcc");
let driver = "";

before(() => {
  if (options.skip) return;
  const sources = SOURCES.map((name) => `host/c/${name}.c`);
  driver = compileDriver("host/c/authentication-driver", sources, ["DEVICE_CONNECTIONS=2"]);
});

for (const [scenario, name] of Object.entries(SCENARIOS)) {
  test(name, options, () => void runDriver(driver, [scenario]));
}
