// Rule 13: a password's length is capped before anything is done with it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { instantiateCounted } from "../../scripts/compile/instrument.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { moduleBytes } from "../support/modules.js";
import { PASSWORD, Session, USER } from "../support/session.js";
import { Userauth } from "../support/userauth.js";

test("rule 13 (OpenSSH CVE-2016-6515): a password beyond 127 bytes fails and is counted, up to the largest payload", () => {
  const room = 4096 - passwordRequest(USER, "").length;
  for (const length of [128, 129, 255, 256, 1000, room]) {
    const userauth = new Userauth("password");
    for (let attempt = 1; attempt <= 4; attempt++) {
      assert.doesNotMatch(userauth.judge(passwordRequest(USER, "p".repeat(length))), /SUCCESS|52/, `${length} bytes`);
    }
    assert.match(userauth.status, /^(TOO_MANY_ATTEMPTS|PROTOCOL_ERROR)$/);
  }
});

test("rule 13 (OpenSSH CVE-2016-6515): a password one byte beyond the payload's capacity fails and is counted, too", () => {
  const session = new Session().keyExchange().service();
  const room = 4096 - passwordRequest(USER, "").length;
  const back = session.save();
  back().send(passwordRequest(USER, "p".repeat(room)));
  assert.equal(session.server.statuses.length, 1);
  back();
  for (let attempt = 0; attempt < 20 && session.saidReason() === 0; attempt++) {
    session.send(passwordRequest(USER, "p".repeat(room + 1)));
  }
  assert.equal(session.server.statuses.at(-1), "TOO_MANY_ATTEMPTS");
});

test("rule 13 (OpenSSH CVE-2016-6515): the longest password costs less than a thousandth of a key exchange", () => {
  const { exports, count } = instantiateCounted(moduleBytes("plain/userauth-password"));
  const { memory, receive } = exports as unknown as { memory: WebAssembly.Memory; receive: (length: number) => number };
  const request = passwordRequest(USER, PASSWORD.repeat(220));
  new Uint8Array(memory.buffer).set(request);
  assert.ok(count(() => receive(request.length)) < 10_000);
});
