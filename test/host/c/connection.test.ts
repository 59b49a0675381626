// One connection of the C host (host/c/server/connection.c): what waits for new keys, what is wiped, and how it ends.

import { before, test } from "node:test";
import { compileDriver, runDriver } from "../../support/c-driver.js";
import { needs } from "../../support/peers.js";

const SOURCES = [
  ...[
    "server/connection",
    "server/connection_end",
    "server/connection_log",
    "server/ending",
    "server/time_limits",
    "server/authentication",
    "modules/userauth",
  ],
  ...[
    "modules/transport",
    "modules/module",
    "server/device",
    "server/admission",
    "store/credentials",
    "store/store",
    "store/base64",
    "server/log",
    "server/log_ring",
    "server/permissions",
  ],
];
const SCENARIOS = {
  wiped: "a request after SUCCESS, a password in it perhaps, is wiped and judged by nobody",
  judged: "a request goes to a module with the credentials and the session identifier, and nowhere else",
  "reset-missing": "a module that verifies no signatures need not know the session identifier",
  trapped: "a module that traps admits nobody, whatever its status says",
  "too-long-to-judge": "a payload of the userauth module's buffer is judged, and one byte more ends the connection",
  held: "replies that fill the room for them leave after the key exchange as they were",
  "held-too-long": "a held reply of 256 bytes ends the connection",
  "held-too-many": "held replies that lack one byte of room end the connection",
  "in-order": "held replies leave in their order and once, SUCCESS the last of them",
  "too-long-to-send": "a reply of the transport's capacity leaves, and one byte more ends the connection",
  lingering: "a client that does not take the last words is let go after two seconds, and not before",
  ended: "a client that takes them is let go at once",
  early: "a message of the connection protocol before SUCCESS reaches no session",
  served: "the session gets messages 80 to 127 and no others",
  yielding: "who has not logged in gives way at once, and is told",
  stuck: "who is ending gives way, too, even if the last words cannot be sent",
  staying: "who is logged in does not give way",
  rekeyed: "keys change an hour after SUCCESS, and every hour",
};

const options = needs("gcc");
/** The one build without `reset`, and one that has it. */
const drivers = { USERAUTH_BUILD_PASSWORD: "", USERAUTH_BUILD_PUBLICKEY: "" };

before(() => {
  if (options.skip) return;
  for (const build of Object.keys(drivers) as (keyof typeof drivers)[]) {
    drivers[build] = compileDriver(
      "host/c/connection-driver",
      SOURCES.map((name) => `host/c/${name}.c`),
      [`USERAUTH_BUILD=${build}`],
    );
  }
});

for (const [scenario, name] of Object.entries(SCENARIOS)) {
  const build = scenario === "reset-missing" ? "USERAUTH_BUILD_PASSWORD" : "USERAUTH_BUILD_PUBLICKEY";
  test(name, options, () => void runDriver(drivers[build], [scenario]));
}
