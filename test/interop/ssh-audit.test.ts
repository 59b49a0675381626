// What a scanner says: ssh-audit finds nothing that fails, and sees exactly the algorithms that there are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../support/peers.js";
import { run } from "../support/programs.js";
import { serve } from "../support/server.js";

const CURVE25519 = ["curve25519-sha256", "curve25519-sha256@libssh.org", "kex-strict-s-v00@openssh.com"];
const CHACHA20 = ["chacha20-poly1305@openssh.com"];
const AES = ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr"];

for (const { transport, kex, ciphers } of [
  { transport: "plain", kex: CURVE25519, ciphers: CHACHA20 },
  { transport: "full", kex: ["mlkem768x25519-sha256", ...CURVE25519], ciphers: [...CHACHA20, ...AES] },
]) {
  test(
    `${transport}: ssh-audit finds no failure, and no algorithm that was not meant to be there`,
    needs("ssh-audit"),
    async () => {
      const server = await serve({ build: "password", options: ["--transport", transport] });
      const target = ["-p", String(server.port), server.host];
      const { result: json } = await server.during(() => run("ssh-audit", ["--json", ...target]));
      const report = JSON.parse(json.stdout.toString()) as Record<string, { algorithm: string }[]>;
      const names = (kind: string) => report[kind]!.map(({ algorithm }) => algorithm);
      assert.deepEqual(names("kex"), kex);
      assert.deepEqual(names("key"), ["ssh-ed25519"]);
      assert.deepEqual(report["enc"], ciphers);
      assert.doesNotMatch(json.stdout.toString(), /"fail"/);

      const { result: text } = await server.during(() => run("ssh-audit", ["--batch", "--no-colors", ...target]));
      assert.match(text.stdout.toString(), /\(kex\) curve25519-sha256 /);
      assert.doesNotMatch(text.stdout.toString(), /\[fail\]/);
    },
  );
}
