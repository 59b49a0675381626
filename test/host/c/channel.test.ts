// The buffers of a board's channel (host/c/applications/channel.c) and its Base64 (host/c/store/base64.c).

import { before, test } from "node:test";
import { compileDriver, runDriver } from "../../support/c-driver.js";
import { needs } from "../../support/peers.js";

const SCENARIOS = {
  input: "a window of the client's bytes fits, round the end of the buffer too, and the end comes behind them",
  output: "output and errors leave in order, each in messages of its own, and no more than fits waits",
  end: "after its exit a channel takes and sends nothing, and the first status counts",
  base64: "each character of Base64 has its value, and nothing else is taken for it",
};

const options = needs("gcc");
let driver = "";

before(() => {
  if (!options.skip)
    driver = compileDriver("host/c/channel-driver", ["host/c/applications/channel.c", "host/c/store/base64.c"]);
});

for (const [scenario, name] of Object.entries(SCENARIOS)) {
  test(name, options, () => void runDriver(driver, [scenario]));
}
