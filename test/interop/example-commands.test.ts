// examples/node-commands as it stands: somebody else's commands behind an OpenSSH login.

import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSshClients, runSsh, startSsh } from "../support/openssh.js";
import { needs } from "../support/peers.js";
import { folder, start } from "../support/programs.js";
import { endpointAt, hostKey } from "../support/server.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/node-commands/server.js", import.meta.url));
const [ssh] = openSshClients;
const keeper = { user: "keeper", password: "open sesame" };

test("the example's commands measure, are explained, and go on until Ctrl-C", needs("ssh"), async () => {
  const sensor = join(folder, "sensor");
  writeFileSync(sensor, "21537\n");
  copyFileSync((await hostKey()).path, join(folder, "host_ed25519"));
  const program = start(process.execPath, [EXAMPLE, "0"], { env: { SENSOR: sensor } });
  const [, host = "", port] = await program.until(/listening on (\S+):(\d+)/);
  const endpoint = await endpointAt(host, Number(port), "");
  const exec = (command: string) => runSsh(ssh!, endpoint, keeper, [command]);

  const measured = await exec("temperature");
  assert.equal(measured.stdout.toString(), "21.5 degrees\n", measured.stderr);
  assert.equal(measured.status, 0);
  assert.match((await exec("help")).stdout.toString(), /^temperature +how warm it is\nwatch SECONDS +.*Ctrl-C\n$/m);
  const refused = await exec("watch now");
  assert.deepEqual([refused.status, refused.stderr], [1, "watch: how many seconds?\n"]);

  const shell = startSsh(ssh!, endpoint, keeper, [], { extra: ["-tt"] });
  await shell.until(/sesame> /);
  shell.write("watch 0.2\r");
  await shell.until(/21\.5 degrees\r\n.*21\.5 degrees\r\n/s);
  shell.write("\x03");
  await shell.until(/\^C\r\n.*sesame> /s);
  shell.write("exit 3\r");
  assert.equal((await shell.ended()).status, 3);

  process.kill(program.pid, "SIGTERM");
  assert.equal((await program.ended()).status, 0);
});
