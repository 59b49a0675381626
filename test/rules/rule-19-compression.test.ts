// Rule 19: compression is never offered and never agreed on. Channels: connection.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Reader } from "../../scripts/client/client.js";
import { assertEnded, Session } from "../support/session.js";

test("rule 19 (Erlang CVE-2026-23943): the server's KEXINIT offers no compression", () => {
  const reader = new Reader(new Session().client.take()!.subarray(17));
  for (let list = 0; list < 6; list++) reader.string();
  assert.deepEqual([reader.string().toString(), reader.string().toString()], ["none", "none"]);
});

test("rule 19 (Erlang CVE-2026-23943): a client that wants nothing but compression, in either direction, is refused", () => {
  const lists = ["zlib", "zlib@openssh.com", "zlib,zlib@openssh.com", "", "nonE", "none1"];
  for (const list of lists) {
    for (const compressions of [
      [list, "none"],
      ["none", list],
      [list, list],
    ] as [string, string][]) {
      const session = new Session();
      session.feed(session.client.identification());
      assertEnded(
        session.feed(session.client.packet(session.client.kexinit({ compressions }))),
        3,
        compressions.join(),
      );
    }
  }
});
