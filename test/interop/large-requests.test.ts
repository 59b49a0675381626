// Large environments, command lines and certificates, as OpenSSH's server takes them: on Node none is too large that
// fits into RFC 4253's packets of 35,000 bytes.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  makeLargeCertificate,
  withLargeCertificate,
  withLargeCommand,
  withLargeVariable,
} from "../support/large-requests.js";
import { openSshClients } from "../support/openssh.js";
import { folder } from "../support/programs.js";
import { serve, type ServerProcess, serveUsers, USER, userKey } from "../support/server.js";

const LENGTHS = [5_000, 30_000];

let started: Promise<ServerProcess> | undefined;
let certified: Promise<string> | undefined;

const theServer = (): Promise<ServerProcess> => (started ??= serve({ build: "password" }));

for (const ssh of openSshClients) {
  for (const length of LENGTHS) {
    test(`${ssh.version}: a variable of ${length} bytes is refused, and the command runs`, async () => {
      const { status, stdout, stderr } = await withLargeVariable(ssh, await theServer(), length);
      assert.equal(stdout.toString(), "in\n", stderr);
      assert.equal(status, 0);
    });

    test(`${ssh.version}: a command of ${length} bytes runs`, async () => {
      const { status, stdout, stderr } = await withLargeCommand(ssh, await theServer(), length);
      assert.equal(stdout.toString(), `${"y".repeat(length)}\n`, stderr);
      assert.equal(status, 0);
    });
  }

  for (const build of ["publickey", "publickey-small", "full"] as const) {
    test(`${ssh.version}, ${build}: behind a certificate of 7.5 kB the plain key logs in`, async () => {
      const key = await userKey();
      const server = await (build === "full" ? serveFull(key.line) : serve({ build }));
      const certificate = await (certified ??= makeLargeCertificate(key));
      const { result, statuses } = await server.during(() => withLargeCertificate(ssh, server, key, certificate));
      assert.equal(result.stdout.toString(), "in\n", result.stderr);
      assert.match(result.stderr, /Offering public key: \S+ ED25519-CERT/, "or this tests nothing");
      assert.equal(statuses.at(-1), "SUCCESS");
      assert.ok(!statuses.slice(0, -1).includes("PROTOCOL_ERROR"), statuses.join());
    });
  }
}

function serveFull(publicKey: string): Promise<ServerProcess> {
  const path = join(folder, "large-requests.json");
  writeFileSync(path, JSON.stringify({ users: [{ name: USER, keys: [publicKey] }] }), { mode: 0o600 });
  return serveUsers(path);
}
