// Rule 17: lengths are compared with what remains, never added up to something that wraps; lines and lists are bounded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import { passwordRequest, SESSION_ID, signedRequest } from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER, USER_SEED } from "../support/session.js";
import { Userauth } from "../support/userauth.js";
import { bytes, string } from "../../scripts/client/wire.js";

const LIES = [
  0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fffa, 0xffff_fffb, 0xffff_fffc, 0xffff_fffd, 0xffff_fffe, 0xffff_ffff,
];

/** Where uint32s may be: every offset, as none of the lies is the right value of anything. */
function eachLie(request: Uint8Array, use: (altered: Buffer, what: string) => void): void {
  for (let at = 1; at + 4 <= request.length; at++) {
    for (const lie of LIES) {
      const altered = Buffer.from(request);
      altered.writeUInt32BE(lie, at);
      use(altered, `${lie} at byte ${at}`);
    }
  }
}

for (const build of USERAUTH_BUILDS) {
  test(`rule 17 (russh CVE-2026-48110/48108/46673): lengths that wrap, at every byte of a request, are refused, ${build}`, () => {
    const valid =
      build === "password"
        ? passwordRequest(USER, PASSWORD)
        : signedRequest({ seed: USER_SEED, sessionId: SESSION_ID });
    eachLie(valid, (altered, what) => assert.doesNotMatch(new Userauth(build).judge(altered), /SUCCESS|52/, what));
  });
}

test("rule 17 (libssh2 CVE-2026-55200): lengths that wrap, at every byte of KEXINIT, KEX_ECDH_INIT and SERVICE_REQUEST", () => {
  const session = new Session();
  session.feed(session.client.identification());
  const payloads: [Uint8Array, () => unknown][] = [
    [session.client.fork().kexinit({ firstPacketFollows: true }).subarray(16), () => undefined],
    [session.client.ecdhInit(), () => session.feed(session.client.packet(session.client.kexinit()))],
    [
      bytes(5, string("ssh-userauth")),
      () => session.feed(session.client.packet(session.client.ecdhInit())).feed(session.client.newKeys()),
    ],
  ];
  for (const [payload, enter] of payloads) {
    enter();
    assert.equal(session.server.ending, undefined);
    const back = session.save();
    const head = payload[0] === 5 || payload[0] === 30 ? bytes() : bytes(20, new Uint8Array(15));
    eachLie(payload, (altered, what) => {
      const packet = back().client.packet(bytes(head, altered));
      session.server.feed(packet);
      assert.notEqual(session.server.ending?.cause, "trap", what);
      if (payload[0] === 5) assert.ok(session.server.ending, what);
    });
    back();
  }
});

test("rule 17 (russh CVE-2026-48108): the identification line ends at 255 bytes, and no line may come before it", () => {
  const session = new Session().feed(Buffer.from("SSH-2.0-".padEnd(300, "x")));
  assertEnded(session, 8);
  assertEnded(new Session().feed(Buffer.from(`banner\r\nSSH-2.0-x\r\n`)), 8);
});
