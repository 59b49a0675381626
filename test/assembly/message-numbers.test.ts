// Every message number in every state of a connection: the table of what happens, and a test that it does. RFC 4250
// §4.1.2, RFC 4253 §7 to §12, OpenSSH's strict key exchange. Rules 1 to 5 and 25 of docs/security.md are parts of this
// table.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Message } from "../../scripts/client/client.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER } from "../support/session.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

/**
 * What a message does: `disconnect N` with that reason, `closed` without a word, `silence`, or the numbers of the
 * answers.
 */
type Outcome = string;

interface State {
  name: string;
  /** A session in this state. */
  enter: () => Session;
  /** What is not a protocol error. */
  outcomes: (number: number) => Outcome | undefined;
  /** Of a message that only its contents tell from a protocol error. */
  payloads?: Record<number, (session: Session) => Uint8Array>;
}

const PROTOCOL_ERROR = "disconnect 2";
const SILENCE = "silence";
const UNIMPLEMENTED = "3";

const identified = (strict: boolean): Session => {
  const session = new Session({ client: { strict } });
  return session.feed(session.client.identification());
};
const negotiated = (strict: boolean): Session => {
  const session = identified(strict);
  return session.feed(session.client.packet(session.client.kexinit()));
};
const answered = (strict: boolean): Session => {
  const session = negotiated(strict);
  return session.feed(session.client.packet(session.client.ecdhInit()));
};
const admitted = (): Session => new Session().authenticate(passwordRequest(USER, PASSWORD));
const rekeying = (): Session => {
  const session = admitted();
  return session.feed(session.client.packet(session.client.kexinit()));
};
const rekeyAnswered = (): Session => {
  const session = rekeying();
  return session.feed(session.client.packet(session.client.ecdhInit()));
};

/** IGNORE, UNIMPLEMENTED, DEBUG. */
const meansNothing = (number: number): boolean => number >= 2 && number <= 4;
const isReserved = (number: number): boolean => number < 20 || number >= 128;

/** Outside a key exchange: what the transport layer takes by itself. */
function outside(number: number): Outcome | undefined {
  if (number === Message.DISCONNECT) return "closed";
  if (meansNothing(number) || number === Message.EXT_INFO) return SILENCE;
  if (number === Message.SERVICE_REQUEST || number === Message.SERVICE_ACCEPT) return PROTOCOL_ERROR;
  return isReserved(number) ? UNIMPLEMENTED : undefined;
}

/** Before SUCCESS: the right password, and the service request that some clients repeat for each method. */
function loggingIn(number: number): Outcome | undefined {
  if (number === Message.USERAUTH_REQUEST) return "52";
  return number === Message.SERVICE_REQUEST ? "6" : outside(number);
}

/** During one: DISCONNECT, what the state takes, and, where it is not strict, what means nothing. */
function during(taken: Record<number, Outcome>, strict: boolean) {
  return (number: number): Outcome | undefined => {
    if (number === Message.DISCONNECT) return "closed";
    return taken[number] ?? (meansNothing(number) && !strict ? SILENCE : undefined);
  };
}

/**
 * The same between a client's KEXINIT and its NEWKEYS: what it has sent without knowing of it goes where it always
 * goes.
 */
function duringRekey(taken: Record<number, Outcome>, keepaliveOutcome: Outcome) {
  return (number: number): Outcome | undefined => {
    if (number === 80) return keepaliveOutcome;
    if (number >= 128) return UNIMPLEMENTED;
    return number > 80 ? "connection" : during(taken, false)(number);
  };
}

const kexinit = (session: Session): Uint8Array => session.client.kexinit();
const ecdhInit = (session: Session): Uint8Array => session.client.ecdhInit();
const newKeys = (): Uint8Array => bytes(Message.NEWKEYS);
const service = (): Uint8Array => bytes(Message.SERVICE_REQUEST, string("ssh-userauth"));
const keepalive = (): Uint8Array => bytes(80, string("keepalive@openssh.com"), 1);

/** Authenticated: userauth is silent, KEXINIT is taken, 80 to 127 are the connection module's. */
function afterSuccess(number: number, kexinitOutcome: Outcome): Outcome | undefined {
  if (number === Message.KEXINIT) return kexinitOutcome;
  if (number === Message.SERVICE_REQUEST) return PROTOCOL_ERROR;
  if (number >= 50 && number < 80) return SILENCE;
  if (number === 80) return "82";
  return number > 80 && number < 128 ? "connection" : outside(number);
}

const STATES: State[] = [];
for (const strict of [false, true]) {
  const label = strict ? "strict" : "not strict";
  STATES.push(
    {
      name: `before the client's KEXINIT (${label})`,
      enter: () => identified(strict),
      // whether the client is strict is not known yet
      outcomes: during({ [Message.KEXINIT]: SILENCE }, false),
      payloads: { [Message.KEXINIT]: kexinit },
    },
    {
      name: `after both KEXINITs (${label})`,
      enter: () => negotiated(strict),
      outcomes: during({ [Message.KEX_ECDH_INIT]: "31 21" }, strict),
      payloads: { [Message.KEX_ECDH_INIT]: ecdhInit },
    },
    {
      name: `before the client's NEWKEYS (${label})`,
      enter: () => answered(strict),
      outcomes: during({ [Message.NEWKEYS]: SILENCE }, strict),
      payloads: { [Message.NEWKEYS]: newKeys },
    },
  );
}
STATES.push(
  {
    name: "after NEWKEYS",
    enter: () => new Session().keyExchange(),
    outcomes: (number) => (number === Message.SERVICE_REQUEST ? "6" : outside(number)),
    payloads: { [Message.SERVICE_REQUEST]: service },
  },
  {
    name: "after the service was accepted",
    enter: () => new Session().keyExchange().service(),
    outcomes: loggingIn,
    payloads: {
      [Message.USERAUTH_REQUEST]: () => passwordRequest(USER, PASSWORD),
      5: service,
      20: (s) => s.client.kexinit(),
    },
  },
  {
    name: "after a failure of userauth",
    enter: () => new Session().authenticate(passwordRequest(USER, "wrong")),
    outcomes: loggingIn,
    payloads: { [Message.USERAUTH_REQUEST]: () => passwordRequest(USER, PASSWORD), 5: service },
  },
  {
    name: "after SUCCESS",
    enter: admitted,
    outcomes: (number) => afterSuccess(number, "20"),
    payloads: { 20: kexinit, 80: keepalive, 50: () => passwordRequest(USER, PASSWORD), 5: service },
  },
  {
    name: "in a rekey, after the server's KEXINIT",
    enter: () => admitted().rekeyByServer(),
    // the reply to a global request waits for the end of the key exchange
    outcomes: (number) => (number === 80 ? SILENCE : afterSuccess(number, SILENCE)),
    payloads: { 20: kexinit, 80: keepalive },
  },
  {
    name: "in a rekey, after both KEXINITs",
    enter: rekeying,
    outcomes: duringRekey({ [Message.KEX_ECDH_INIT]: "31 21" }, SILENCE),
    payloads: { 30: ecdhInit, 20: kexinit, 50: () => passwordRequest(USER, PASSWORD), 80: keepalive },
  },
  {
    name: "in a rekey, before the client's NEWKEYS",
    enter: rekeyAnswered,
    outcomes: duringRekey({ [Message.NEWKEYS]: SILENCE }, "82"),
    payloads: { 21: newKeys, 80: keepalive },
  },
);

function observe(session: Session): Outcome {
  const { ending } = session.server;
  if (ending?.cause === "trap") return `trap: ${String(ending.trap)}`;
  if (ending) return session.saidReason() ? `disconnect ${session.saidReason()}` : "closed";
  return session.client.takeNumbers().join(" ") || SILENCE;
}

for (const { name, enter, outcomes, payloads = {} } of STATES) {
  test(`messages 0 to 255 ${name}`, () => {
    const session = enter();
    const back = session.save();
    const wasAdmitted = session.server.admitted;
    for (let number = 0; number < 256; number++) {
      session.client.messages = [];
      back().client.messages = [];
      const payload = payloads[number]?.(session) ?? bytes(number, uint32(0), string("x"), uint32(1));
      session.feed(session.client.packet(payload));
      const expected = outcomes(number) ?? PROTOCOL_ERROR;
      if (expected === "connection") {
        assert.equal(session.server.events.length, 1, `message ${number} reaches the connection module`);
        continue;
      }
      assert.equal(observe(session), expected, `message ${number}`);
      assert.equal(session.server.admitted, wasAdmitted || expected === "52", `message ${number}`);
      if (expected === PROTOCOL_ERROR) assertEnded(back().feed(session.client.packet(payload)), 2, `message ${number}`);
    }
  });

  test(`an empty payload, and a message of its number alone, do not pass ${name}`, () => {
    const session = enter();
    const back = session.save();
    assertEnded(session.feed(session.client.packet(new Uint8Array(0))), 2, "no payload");
    for (let number = 0; number < 256; number++) {
      back().client.messages = [];
      session.feed(session.client.send(number));
      const outcome = observe(session);
      assert.doesNotMatch(outcome, /trap|52|60|\b6\b/, `message ${number}`);
    }
  });
}
