// Random clients against a whole session: bytes on the wire, and payloads that are half right. Nothing may trap, nobody
// may be admitted who did not say the password, and the modules' contract with the host (pointers, lengths, events) has
// to hold. Seeds are printed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { fuzzSeed, Random } from "../support/random.js";
import { PASSWORD, Session, USER } from "../support/session.js";
import { bytes, type Part, string, uint32 } from "../../scripts/client/wire.js";

const MS = 2500;

const WORDS = [
  ..."ssh-userauth ssh-connection password publickey none keyboard-interactive ssh-ed25519 session exec shell".split(
    " ",
  ),
  ..."pty-req env subsystem window-change signal direct-tcpip tcpip-forward keepalive@openssh.com".split(" "),
  ...[
    "curve25519-sha256,kex-strict-c-v00@openssh.com",
    "chacha20-poly1305@openssh.com",
    USER,
    PASSWORD.slice(0, -1),
    "",
  ],
];
const NUMBERS = [0, 1, 2, 7, 8, 255, 4083, 4096, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
const MESSAGES = [
  1, 2, 3, 4, 5, 7, 20, 21, 30, 50, 50, 50, 51, 60, 80, 90, 90, 91, 93, 94, 94, 95, 96, 97, 98, 98, 98, 99,
];

/** A payload of a plausible number with fields of RFC 4251's types. */
function randomPayload(random: Random): Uint8Array {
  const parts: Part[] = [random.chance(20) ? random.below(256) : random.pick(MESSAGES)];
  for (let fields = random.below(7); fields > 0; fields--) {
    switch (random.below(6)) {
      case 0:
        parts.push(random.below(3));
        break;
      case 1:
        parts.push(uint32(random.below(4)));
        break;
      case 2:
        parts.push(uint32(random.pick(NUMBERS)));
        break;
      case 3:
        parts.push(string(random.bytes(random.below(random.chance(10) ? 4000 : 40))));
        break;
      default:
        parts.push(string(random.pick(WORDS)));
    }
  }
  const payload = bytes(...parts);
  return payload.subarray(0, random.chance(8) ? random.below(payload.length + 1) : 4096);
}

const STATES: [string, (session: Session) => Session][] = [
  ["at the start", (session) => session],
  ["after NEWKEYS", (session) => session.keyExchange()],
  ["after the service was accepted", (session) => session.keyExchange().service()],
  ["after SUCCESS", (session) => session.authenticate(passwordRequest(USER, PASSWORD))],
  [
    "with a channel",
    (session) =>
      session
        .authenticate(passwordRequest(USER, PASSWORD))
        .send(90, string("session"), uint32(0), uint32(5000), uint32(3000)),
  ],
  ["in a rekey", (session) => session.authenticate(passwordRequest(USER, PASSWORD)).rekeyByServer()],
];

/** Runs `attack` again and again on a session in the given state, until the time is over. */
function fuzz(
  name: string,
  own: number,
  enter: (session: Session) => Session,
  attack: (s: Session, r: Random) => void,
): void {
  const random = new Random(fuzzSeed(own));
  test(`${name}, seed ${random.seed}`, (context) => {
    const session = enter(new Session());
    const back = session.save();
    const admitted = session.server.admitted;
    const end = performance.now() + MS / STATES.length;
    let sessions = 0;
    for (; performance.now() < end; sessions++) {
      attack(back(), random);
      const what = `session ${sessions} of seed ${random.seed}`;
      assert.notEqual(session.server.ending?.cause, "trap", `${what}: ${String(session.server.ending?.trap)}`);
      assert.equal(session.server.admitted, admitted, what);
    }
    context.diagnostic(`${sessions} sessions`);
  });
}

for (const [index, [name, enter]] of STATES.entries()) {
  fuzz(`random payloads ${name} trap nothing and admit nobody`, 1000 + index, enter, (session, random) => {
    if (index === 0) session.feed(session.client.identification());
    for (let count = 0; count < 20 && !session.server.ending; count++) {
      if (random.chance(12)) session.server.rekey();
      session.send(randomPayload(random));
    }
  });
  fuzz(`random bytes ${name} trap nothing and admit nobody`, 2000 + index, enter, (session, random) => {
    for (let count = 0; count < 8 && !session.server.ending; count++) {
      const body = random.bytes(random.below(200));
      const length = random.chance(3) ? random.next() : random.below(400) & ~7;
      const known = random.chance(2) ? session.client.sealed(length, body) : bytes(uint32(length), body);
      session.feed(random.chance(4) ? body : known);
    }
  });
}
