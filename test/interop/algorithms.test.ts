// OpenSSH with each key exchange, cipher and MAC of the full transport: a login, a megabyte both ways, new keys on the
// way. And the newest client as it is installed: the key exchange is post-quantum, and nothing warns.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { AES_CTR, CIPHER_PAIRS } from "../../scripts/client/ciphers.js";
import { openSshClients, runSsh } from "../support/openssh.js";
import { type LibraryServer, PASSWORD, serveFromLibrary } from "../support/server.js";

const login = { password: PASSWORD };
let server: Promise<LibraryServer> | undefined;
const served = (): Promise<LibraryServer> => (server ??= serveFromLibrary({}));

for (const ssh of openSshClients) {
  for (const [cipher, mac] of CIPHER_PAIRS) {
    const usesMac = AES_CTR.some((name) => name === cipher);
    const name = usesMac ? `${cipher} with ${mac}` : cipher;
    test(`${ssh.version}: ${name}, a megabyte both ways with new keys on the way`, async () => {
      const { endpoint } = await served();
      const input = randomBytes(1_000_000);
      const extra = ["-v", "-c", cipher, "-m", mac, "-o", "RekeyLimit=256K"];
      const { status, stdout, stderr } = await runSsh(ssh, endpoint, login, ["cat"], { extra, input });
      assert.equal(status, 0, stderr);
      assert.ok(stdout.equals(input));
      assert.match(stderr, new RegExp(`server->client cipher: ${cipher} MAC: ${usesMac ? mac : "<implicit>"}`));
      assert.ok((stderr.match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0) > 2, stderr);
    });
  }
  const { version } = ssh;
  if (Number(/^OpenSSH_(\d+)/.exec(version)?.[1]) < 10) continue;
  test(`${version} as it is installed: mlkem768x25519-sha256, and no warning`, async () => {
    const { endpoint } = await served();
    const { status, stderr } = await runSsh(ssh, endpoint, login, ["echo in"], { extra: ["-v"] });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /kex: algorithm: mlkem768x25519-sha256/);
    assert.doesNotMatch(stderr, /post-quantum|WARNING/i);
  });
}
