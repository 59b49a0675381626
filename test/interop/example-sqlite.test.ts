// examples/sqlite-users as it stands: users in a database log in with a password and with a key, and change the
// password.

import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSshClients, runSsh, sshOptions } from "../support/openssh.js";
import { needs } from "../support/peers.js";
import { folder, type Program, run, start } from "../support/programs.js";
import { type Endpoint, endpointAt, hostKey, userKey } from "../support/server.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/sqlite-users/server.js", import.meta.url));
const DATABASE = join(folder, "users.db");
const OLD = "open sesame, 7!";
const NEW = "open wheat, open rye";
const [ssh] = openSshClients;

async function serveExample(): Promise<{ program: Program; endpoint: Endpoint }> {
  copyFileSync((await hostKey()).path, join(folder, "host_ed25519"));
  const program = start(process.execPath, [EXAMPLE, DATABASE, "serve", "0"]);
  const [, host = "", port] = await program.until(/listening on (\S+):(\d+)/);
  return { program, endpoint: await endpointAt(host, Number(port), "") };
}

async function stop(program: Program): Promise<void> {
  process.kill(program.pid, "SIGTERM");
  assert.equal((await program.ended()).status, 0);
}

test("the example's users log in, and a changed password is in the database", needs("expect"), async () => {
  const key = await userKey();
  const added = await run(process.execPath, [EXAMPLE, DATABASE, "add", "ali", `${key.path}.pub`], {
    input: `${OLD}\n`,
  });
  assert.equal(added.status, 0, added.stderr);
  const { program, endpoint } = await serveExample();
  const extra = ["-o", "NumberOfPasswordPrompts=1"];
  const logIn = async (user: string, password: string, to = endpoint): Promise<number | null> =>
    (await runSsh(ssh!, to, { user, password }, ["exit 3"], { extra })).status;
  assert.equal(await logIn("ali", OLD), 3, program.text);
  assert.equal(await logIn("ali", "barley"), 255);
  assert.equal(await logIn("cassim", OLD), 255);
  assert.equal((await runSsh(ssh!, endpoint, { user: "ali", keys: [key] }, ["exit 3"])).status, 3, program.text);

  assert.equal((await run(process.execPath, [EXAMPLE, DATABASE, "expire", "ali"])).status, 0);
  const dialogue = join(folder, "change.exp");
  writeFileSync(
    dialogue,
    `set timeout 20
     proc say {pattern text} { expect -re $pattern {send -- $text} timeout {exit 99} eof {exit 98} }
     spawn -noecho {*}$argv
     say {password: $} "${OLD}\\r"
     say {expired.*old password: $} "${OLD}\\r"
     say {new password: $} "${NEW}\\r"
     say {Retype .*password: $} "${NEW}\\r"
     expect eof
     exit [lindex [wait] 3]`,
  );
  const options = sshOptions(endpoint, { user: "ali", password: OLD });
  const changed = await run("expect", [dialogue, ssh!.program, ...options, endpoint.host, "exit 3"]);
  assert.equal(changed.status, 3, changed.stdout.toString());
  assert.match(program.text, /status=CHANGE_REQUIRED/);
  await stop(program);

  const again = await serveExample();
  assert.equal(await logIn("ali", OLD, again.endpoint), 255);
  assert.equal(await logIn("ali", NEW, again.endpoint), 3);
  await stop(again.program);
});
