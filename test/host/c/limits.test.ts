// The C host's patience (host/c/server/time_limits.c) and who gives way (host/c/server/admission.c), to the millisecond
// and the client.

import { before, test } from "node:test";
import { compileDriver, runDriver } from "../../support/c-driver.js";
import { needs } from "../../support/peers.js";

const SCENARIOS = {
  login: "a client has its time for the key exchange and for the login, and not a millisecond more",
  session: "a session ends when the client is gone or idle, where there are limits",
  keepalive: "a silent client is asked again and again, and an answer begins anew",
  places: "a free place is taken, and nobody who is logged in gives way",
  order: "who is least far gives way first, and of those alike the oldest",
  shares: "those of a source that has more than its share give way to its next one, however far they are",
};

const options = needs("gcc");
let driver = "";

before(() => {
  if (options.skip) return;
  const definitions = ["DEVICE_CONNECTIONS=4", "DEVICE_ADDRESS_CONNECTIONS=2"];
  driver = compileDriver(
    "host/c/limits-driver",
    ["host/c/server/time_limits.c", "host/c/server/admission.c"],
    definitions,
  );
});

for (const [scenario, name] of Object.entries(SCENARIOS)) {
  test(name, options, () => void runDriver(driver, [scenario]));
}
