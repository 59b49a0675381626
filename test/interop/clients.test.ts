// RFC 4252, 4253 and 4254 as other people read them: each client logs in to each userauth build of the server that
// ships, is refused with a wrong secret, learns a command's exit status, and sends and receives a megabyte unharmed.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { USERAUTH_BUILDS, type UserauthBuild } from "../../host/node/credentials/credentials.js";
import { type Client, otherClients, runPython } from "../support/clients.js";
import { type Login, openSshClients, runSsh } from "../support/openssh.js";
import { needs } from "../support/peers.js";
import { type KeyFile, PASSWORD, serve, sharedKey, type ServerProcess, userKey, wrongKey } from "../support/server.js";

const PUBLICKEY_BUILDS = ["publickey", "publickey-small"] as const;
const TRANSFER_BYTES = 1_000_000;
const COMMAND_STATUS = 7;

const clients: Client[] = [
  ...openSshClients.map((ssh): Client => ({
    name: ssh.version,
    peers: ["ssh"],
    severalKeys: true,
    run: ({ server, login, command, input = "" }) => runSsh(ssh, server, login, [command], { input }),
  })),
  ...otherClients,
];

const servers = new Map<UserauthBuild, Promise<ServerProcess>>();

function serverOf(build: UserauthBuild): Promise<ServerProcess> {
  let server = servers.get(build);
  if (!server) servers.set(build, (server = serve({ build })));
  return server;
}

async function rightLogin(build: UserauthBuild): Promise<Login> {
  return build === "password" ? { password: PASSWORD } : { keys: [await userKey()] };
}

async function wrongLogin(build: UserauthBuild): Promise<Login> {
  return build === "password" ? { password: "open barley" } : { keys: [await wrongKey()] };
}

/** Keys that no public-key build knows: the server has Ed25519 alone. */
const otherKeys = (): Promise<KeyFile[]> =>
  Promise.all([sharedKey("rsa_key", "rsa", "-b", "2048"), sharedKey("ecdsa_key", "ecdsa")]);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

for (const { name, peers, run } of clients) {
  for (const build of USERAUTH_BUILDS) {
    test(`${name} logs in to userauth-${build} and learns the exit status`, needs(...peers), async () => {
      const server = await serverOf(build);
      const login = await rightLogin(build);
      const { result, statuses, ends } = await server.during(() =>
        run({ server, login, command: `exit ${COMMAND_STATUS}` }),
      );
      assert.equal(result.status, COMMAND_STATUS, result.stderr);
      assert.equal(statuses.at(-1), "SUCCESS");
      assert.deepEqual(
        ends.map(({ authenticated }) => authenticated),
        ["true"],
      );
    });

    test(`${name} is refused by userauth-${build} with a wrong secret`, needs(...peers), async () => {
      const server = await serverOf(build);
      const login = await wrongLogin(build);
      const { result, statuses, ends } = await server.during(() =>
        run({ server, login, command: `exit ${COMMAND_STATUS}` }),
      );
      assert.notEqual(result.status, COMMAND_STATUS); // dbclient ends with 0 when it is disconnected
      assert.ok(statuses.includes(build === "password" ? "INVALID_PASSWORD" : "INVALID_PUBLICKEY"), statuses.join());
      assert.ok(!statuses.includes("SUCCESS") && !statuses.includes("QUERY_OK"), statuses.join());
      assert.ok(ends.every(({ authenticated }) => authenticated === "false"));
    });
  }

  test(`${name} sends a megabyte and receives it unharmed`, needs(...peers), async () => {
    const server = await serverOf("password");
    const login = await rightLogin("password");
    const input = randomBytes(TRANSFER_BYTES);
    const { status, stdout, stderr } = await run({ server, login, command: "cat", input });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.length, input.length);
    assert.equal(sha256(stdout), sha256(input));
  });

  test(`${name} receives standard error apart from standard output`, needs(...peers), async () => {
    const server = await serverOf("password");
    const { status, stdout, stderr } = await run({ server, login: await rightLogin("password"), command: "sing" });
    assert.equal(status, 127);
    assert.equal(stdout.length, 0);
    assert.match(stderr, /sing: no such command/);
  });
}

for (const { name, peers, run } of clients.filter(({ severalKeys }) => severalKeys)) {
  for (const build of PUBLICKEY_BUILDS) {
    test(
      `${name} has RSA and ECDSA keys too, and userauth-${build} takes the Ed25519 key`,
      needs(...peers),
      async () => {
        const server = await serverOf(build);
        const keys = [...(await otherKeys()), await userKey()];
        const { result, statuses } = await server.during(() => run({ server, login: { keys }, command: "echo in" }));
        assert.equal(result.stdout.toString(), "in\n", result.stderr);
        assert.equal(statuses.at(-1), "SUCCESS");
        // the others know from server-sig-algs what need not be asked
        const refusals = statuses.filter((status) => status === "INVALID_PUBLICKEY").length;
        if (name === "AsyncSSH") assert.equal(refusals, 2);
      },
    );
  }
}

test("paramiko as it is installed, without chacha20-poly1305, logs in", needs("paramiko"), async () => {
  const server = await serverOf("password");
  const { status, stderr } = await runPython(
    "paramiko_client.py",
    { server, login: await rightLogin("password"), command: "exit 0" },
    { stock: true },
  );
  assert.equal(status, 0, stderr);
});

test(
  "a client without a cipher of the smallest transport is told so, and the server keeps serving",
  needs("paramiko"),
  async () => {
    const server = await serve({ build: "password", options: ["--transport", "plain"] });
    const login = await rightLogin("password");
    const { result, statuses, ends } = await server.during(() =>
      runPython("paramiko_client.py", { server, login, command: "exit 0" }, { stock: true }),
    );
    assert.notEqual(result.status, 0);
    assert.match(result.stderr, /no acceptable ciphers/);
    assert.deepEqual(statuses, []);
    assert.deepEqual(
      ends.map(({ authenticated }) => authenticated),
      ["false"],
    );
    const again = await runPython("paramiko_client.py", { server, login, command: "exit 0" });
    assert.equal(again.status, 0, again.stderr);
  },
);
