// RFC 4252 with OpenSSH's client, every version that is there: what the client is told, what the server's log says, and
// that each connection ends as it must.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DEVELOPMENT_PASSWORD, DEVELOPMENT_USER, type UserauthBuild } from "../../host/node/credentials/credentials.js";
import { openSshClients, runSsh, sshOptions } from "../support/openssh.js";
import { needs } from "../support/peers.js";
import { folder, run, start } from "../support/programs.js";
import {
  type KeyFile,
  PASSWORD,
  serve,
  type ServerProcess,
  sharedKey,
  USER,
  userKey,
  wrongKey,
} from "../support/server.js";

const DEVELOPMENT_KEY = fileURLToPath(new URL("../../build/dev/id_ed25519", import.meta.url));
const PUBLICKEY_BUILDS = ["publickey", "publickey-small"] as const;

const servers = new Map<UserauthBuild, Promise<ServerProcess>>();

function serverOf(build: UserauthBuild): Promise<ServerProcess> {
  let server = servers.get(build);
  if (!server) servers.set(build, (server = serve({ build })));
  return server;
}

const otherKeys = (count: number): Promise<KeyFile[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => sharedKey(`other_key_${index}`)));

/** An agent that holds these keys, in this order; returns its socket. */
async function startAgent(name: string, keys: readonly KeyFile[]): Promise<string> {
  const socket = join(folder, name);
  await start("ssh-agent", ["-D", "-a", socket]).until(/SSH_AUTH_SOCK/);
  const added = await run("ssh-add", ["-q", ...keys.map(({ path }) => path)], { env: { SSH_AUTH_SOCK: socket } });
  assert.equal(added.status, 0, added.stderr);
  return socket;
}

for (const ssh of openSshClients) {
  test(`${ssh.version}: the right password is taken after "none" was refused`, async () => {
    const server = await serverOf("password");
    const { result, statuses } = await server.during(() => runSsh(ssh, server, { password: PASSWORD }, ["echo in"]));
    assert.equal(result.stdout.toString(), "in\n", result.stderr);
    assert.equal(result.status, 0);
    assert.deepEqual(statuses, ["FAILURE", "SUCCESS"]);
  });

  test(`${ssh.version}: three wrong passwords end the connection, and the client is told`, async () => {
    const server = await serverOf("password");
    const extra = ["-o", "NumberOfPasswordPrompts=9"];
    const { result, statuses, ends } = await server.during(() =>
      runSsh(ssh, server, { password: "open wheat" }, ["echo in"], { extra }),
    );
    assert.equal(result.status, 255);
    assert.equal(result.stdout.length, 0);
    assert.equal(result.stderr.match(/Permission denied, please try again/g)?.length, 3, result.stderr);
    assert.match(result.stderr, /Received disconnect from \S+ port \d+:14: too many attempts to log in/);
    assert.deepEqual(statuses, ["FAILURE", "INVALID_PASSWORD", "INVALID_PASSWORD", "TOO_MANY_ATTEMPTS"]);
    assert.equal(ends[0]?.["cause"], "too-many-attempts");
    assert.equal(ends[0]["reason"], "NO_MORE_AUTH_METHODS_AVAILABLE");
  });

  test(`${ssh.version}: an unknown user with the right password looks like a wrong password`, async () => {
    const server = await serverOf("password");
    const extra = ["-o", "NumberOfPasswordPrompts=1"];
    const refuse = async (user: string, password: string) => {
      const { result, statuses } = await server.during(() =>
        runSsh(ssh, server, { user, password }, ["echo in"], { extra }),
      );
      assert.equal(result.status, 255);
      return { stderr: result.stderr.replaceAll(user, "USER"), statuses };
    };
    const wrongUser = await refuse("nimda", PASSWORD);
    const wrongPassword = await refuse(USER, "open wheat");
    assert.equal(wrongUser.stderr, wrongPassword.stderr);
    assert.deepEqual(wrongUser.statuses, ["FAILURE", "INVALID_USER"]);
    assert.deepEqual(wrongPassword.statuses, ["FAILURE", "INVALID_PASSWORD"]);
  });

  test(`${ssh.version}: a method that the build lacks is refused with the name of the one it has`, async () => {
    const withKey = await runSsh(ssh, await serverOf("password"), { keys: [await userKey()] }, ["echo in"]);
    assert.match(withKey.stderr, /Permission denied \(password\)/);
    const withPassword = await runSsh(ssh, await serverOf("publickey"), { password: PASSWORD }, ["echo in"]);
    assert.match(withPassword.stderr, /Permission denied \(publickey\)/);
  });

  for (const build of PUBLICKEY_BUILDS) {
    test(`${ssh.version}, ${build}: the right key is asked for first and then signed with`, async () => {
      const server = await serverOf(build);
      const login = { keys: [await userKey()] };
      const { result, statuses } = await server.during(() =>
        runSsh(ssh, server, login, ["echo in"], { extra: ["-v"] }),
      );
      assert.equal(result.stdout.toString(), "in\n", result.stderr);
      assert.match(result.stderr, /Server accepts key: .*ED25519/);
      assert.match(result.stderr, /server-sig-algs=<ssh-ed25519>/);
      assert.deepEqual(statuses, ["FAILURE", "QUERY_OK", "SUCCESS"]);
    });

    test(`${ssh.version}, ${build}: a wrong key is refused before anything is signed`, async () => {
      const server = await serverOf(build);
      const login = { keys: [await wrongKey()] };
      const { result, statuses, ends } = await server.during(() => runSsh(ssh, server, login, ["echo in"]));
      assert.equal(result.status, 255);
      assert.match(result.stderr, /Permission denied \(publickey\)/);
      assert.deepEqual(statuses, ["FAILURE", "INVALID_PUBLICKEY"]);
      assert.equal(ends[0]?.["authenticated"], "false");
    });

    test(`${ssh.version}, ${build}: an unknown user with the right key is refused before anything is signed`, async () => {
      const server = await serverOf(build);
      const login = { user: "nimda", keys: [await userKey()] };
      const { result, statuses } = await server.during(() => runSsh(ssh, server, login, ["echo in"]));
      assert.equal(result.status, 255);
      assert.deepEqual(statuses, ["FAILURE", "INVALID_USER"]);
    });

    test(`${ssh.version}, ${build}: RSA and ECDSA keys are passed over, the Ed25519 key behind them is taken`, async () => {
      const server = await serverOf(build);
      const keys = [await sharedKey("rsa", "rsa", "-b", "2048"), await sharedKey("ecdsa", "ecdsa"), await userKey()];
      const { result, statuses } = await server.during(() => runSsh(ssh, server, { keys }, ["echo in"]));
      assert.equal(result.stdout.toString(), "in\n", result.stderr);
      // of RSA the client knows from server-sig-algs that there is no use in asking
      assert.deepEqual(statuses, ["FAILURE", "INVALID_PUBLICKEY", "QUERY_OK", "SUCCESS"]);
    });

    test(`${ssh.version}, ${build}: an agent's sixth key is taken, its seventh is not heard any more`, async () => {
      const server = await serverOf(build);
      const wrong = await otherKeys(6);
      const right = await userKey();
      const late = await startAgent(`agent_late_${build}_${ssh.version}`, [...wrong.slice(0, 5), right]);
      const taken = await server.during(() => runSsh(ssh, server, { agent: late }, ["echo in"]));
      assert.equal(taken.result.stdout.toString(), "in\n", taken.result.stderr);
      const refusals = new Array<string>(5).fill("INVALID_PUBLICKEY");
      assert.deepEqual(taken.statuses, ["FAILURE", ...refusals, "QUERY_OK", "SUCCESS"]);

      const tooLate = await startAgent(`agent_too_late_${build}_${ssh.version}`, [...wrong, right]);
      const refused = await server.during(() => runSsh(ssh, server, { agent: tooLate }, ["echo in"]));
      assert.equal(refused.result.status, 255);
      assert.deepEqual(refused.statuses, ["FAILURE", ...refusals, "TOO_MANY_ATTEMPTS"]);
      assert.equal(refused.ends[0]?.["cause"], "too-many-attempts");

      const chosen = await server.during(() =>
        runSsh(ssh, server, { agent: tooLate, keys: [{ ...right, path: `${right.path}.pub` }] }, ["echo in"]),
      );
      assert.equal(chosen.result.stdout.toString(), "in\n", chosen.result.stderr);
      assert.deepEqual(chosen.statuses, ["FAILURE", "QUERY_OK", "SUCCESS"]);
    });
  }

  test(`${ssh.version}: a password typed at a terminal can be wrong once`, needs("expect"), async () => {
    const server = await serverOf("password");
    const command = [ssh.program, ...sshOptions(server, { password: PASSWORD }), server.host];
    const script = `
      set timeout 20
      proc say {pattern text} { expect -re $pattern {send -- $text} timeout {exit 99} eof {exit 98} }
      spawn -noecho {*}$argv
      say {password: $} "open wheat\\r"
      say {try again.*password: $} "$env(TEST_PASSWORD)\\r"
      say {sesame> \\S*$} "echo it is x\\x7fopen\\r"
      say {\\nit is open.*sesame> \\S*$} "exit 5\\r"
      expect eof
      exit [lindex [wait] 3]`;
    const file = join(folder, "script.exp");
    writeFileSync(file, script);
    const { result, statuses } = await server.during(() =>
      run("expect", [file, ...command], { env: { TEST_PASSWORD: PASSWORD } }),
    );
    assert.equal(result.status, 5, result.stdout.toString());
    assert.deepEqual(statuses, ["FAILURE", "INVALID_PASSWORD", "SUCCESS"]);
  });
}

test("the development credentials let in and are warned of; one's own are not", async () => {
  const [ssh] = openSshClients;
  const withPassword = await serve({ build: "password", credentials: [] });
  const login = { user: DEVELOPMENT_USER, password: DEVELOPMENT_PASSWORD };
  assert.equal((await runSsh(ssh!, withPassword, login, ["exit 4"])).status, 4);
  const withKey = await serve({ build: "publickey", credentials: [] });
  const keys = [{ path: DEVELOPMENT_KEY, line: "" }];
  assert.equal((await runSsh(ssh!, withKey, { user: DEVELOPMENT_USER, keys }, ["exit 4"])).status, 4);
  for (const { program } of [withPassword, withKey]) assert.match(program.text, /WARNING: DEVELOPMENT CREDENTIALS/);
  assert.doesNotMatch((await serverOf("password")).program.text, /WARNING/);
});

test("no password, key or user name gets into the log", async () => {
  const [ssh] = openSshClients;
  const server = await serve({ build: "password" });
  await server.during(async () => {
    await runSsh(ssh!, server, { user: "user-who-types-secrets", password: "a secret password" }, ["echo in"]);
    await runSsh(ssh!, server, { password: PASSWORD }, ["echo a secret command"]);
  });
  assert.doesNotMatch(server.program.text, /secret|open sesame/);
});
