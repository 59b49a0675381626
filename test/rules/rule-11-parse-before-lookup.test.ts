// Rule 11: a malformed packet gets the same treatment whether the user is known or not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import { passwordRequest, queryRequest, SESSION_ID, signedRequest } from "../../scripts/client/userauth.js";
import { PASSWORD, USER, USER_SEED } from "../support/session.js";
import { Userauth } from "../support/userauth.js";
import { bytes } from "../../scripts/client/wire.js";

const UNKNOWN = "nimda";
const STRANGER = new Uint8Array(32).fill(5);

for (const build of USERAUTH_BUILDS) {
  test(`rule 11 (OpenSSH CVE-2018-15473, Dropbear CVE-2018-15599): malformed requests do not tell whether a user exists, ${build}`, () => {
    const requests = (user: string): Uint8Array[] =>
      build === "password"
        ? [passwordRequest(user, "wrong"), passwordRequest(user, PASSWORD)]
        : [
            queryRequest({ user, seed: STRANGER }),
            signedRequest({ user, seed: STRANGER, sessionId: SESSION_ID }),
            queryRequest({ user, seed: USER_SEED }),
            signedRequest({ user, seed: USER_SEED, sessionId: SESSION_ID }),
          ];
    const [known, unknown] = [requests(USER), requests(UNKNOWN)];
    for (let kind = 0; kind < known.length; kind++) {
      const whole = [known[kind]!, unknown[kind]!] as const;
      const variants: [string, (request: Uint8Array) => Uint8Array][] = [];
      for (let length = 0; length < whole[0].length; length++) {
        variants.push([`${length} bytes`, (request) => request.subarray(0, length)]);
      }
      variants.push(["a byte more", (request) => bytes(request, 0)]);
      for (let at = 0; at < whole[0].length; at++) {
        if (at >= 5 && at < 5 + USER.length) continue;
        const high = (request: Uint8Array): Uint8Array =>
          Uint8Array.from(request).fill(request[at]! ^ 0x80, at, at + 1);
        variants.push([`byte ${at} altered`, high]);
      }
      for (const [name, vary] of variants) {
        const answers = whole.map((request) => {
          const userauth = new Userauth(build);
          const reply = userauth.receive(vary(request)).toString("hex");
          return { reply, ended: userauth.status === "PROTOCOL_ERROR" };
        });
        // what the client can see: the answer, and whether the connection ends
        assert.deepEqual(answers[0], answers[1], `${name} of request ${kind}`);
      }
    }
  });
}
