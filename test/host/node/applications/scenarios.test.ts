// What somebody does with the device shell, on the Node host.

import { test } from "node:test";
import { playOnNode } from "../../../support/shell-driver.js";
import { checkScenario, SCENARIOS } from "../../../support/shell-scenarios.js";

for (const scenario of SCENARIOS)
  test(scenario.name, () => checkScenario(scenario, (script, room) => playOnNode(script, 0, {}, { room })));
