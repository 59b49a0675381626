// A complete login, recorded and replayed: first as it was (the modules are functions of their input), then damaged at
// every byte and at every packet, by somebody on the wire and by the client itself. Whatever is changed, nobody is
// admitted and nothing traps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { type Step } from "../../scripts/client/login.js";
import { LONGEST, longKexinit, MOST_PACKET_BYTES, PIECE_END, PIECE_START } from "../support/long-packets.js";
import { moduleBytes } from "../support/modules.js";
import { concatenate, ENTROPY, PASSWORD, recordLogin, Server, Session, USER } from "../support/session.js";
import { bytes } from "../../scripts/client/wire.js";

const LOGIN = { authenticate: () => passwordRequest(USER, PASSWORD) };
const { steps, outputs, session: recorded } = recordLogin({}, LOGIN);
const STREAM = concatenate(steps);
const LOGIN_STEP = steps.findIndex(({ name }) => name === "login");
const FIRST_ENCRYPTED_STEP = steps.findIndex(({ name }) => name === "NEWKEYS") + 1;

/** Where each step begins in the stream. */
const starts = steps.map((_, index) => concatenate(steps.slice(0, index)).length);

/** Plain packets are not authenticated, and the exchange hash has their payloads: their padding may be anything. */
const isPlainPadding = (at: number): boolean => {
  const index = starts.findLastIndex((start) => start <= at);
  const offset = at - starts[index]!;
  const { data } = steps[index]!;
  return index > 0 && index < FIRST_ENCRYPTED_STEP && offset >= data.length - data[4]!;
};

function assertDefined(server: Server, what: string): void {
  assert.notEqual(server.ending?.cause, "trap", `${what}: ${String(server.ending?.trap)}`);
  server.takeOutput();
}

/** The server's state before each step, to go back to. */
function statesBefore(): { server: Server; back: (() => void)[] } {
  const server = new Server();
  server.takeOutput();
  const back = steps.map(({ data }) => {
    const restore = server.save();
    server.feed(data);
    server.takeOutput();
    return restore;
  });
  assert.ok(server.admitted);
  return { server, back };
}

test("the recorded login is one: admitted, executed, closed", () => {
  assert.deepEqual(recorded.server.statuses, ["FAILURE", "SUCCESS"]);
  assert.deepEqual(recorded.server.events, ["OPEN", "EXEC", "CLOSE"]);
  assert.deepEqual(recorded.server.ending, { cause: "transport", reason: 11 });
});

test("the same entropy and the same bytes make the same output, bit for bit, however the stream is cut", () => {
  const shipped = (target: string) => (): WebAssembly.Instance =>
    new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(target)));
  const instances = {
    transport: shipped("transport"),
    userauth: shipped("plain/userauth-password"),
    connection: shipped("connection"),
  };
  const greeting = new Server({ instances }).takeOutput();
  const expected = Buffer.concat([greeting, ...outputs]);
  for (const size of [1, 3, 64, STREAM.length]) {
    const server = new Server({ instances });
    for (let at = 0; at < STREAM.length; at += size) server.feed(STREAM.subarray(at, at + size));
    assert.ok(server.takeOutput().equals(expected), `slices of ${size} bytes`);
    assert.ok(server.admitted);
  }
});

test("with another entropy the same bytes admit nobody", () => {
  for (let at = 0; at < ENTROPY.length; at += 9) {
    const entropy = Uint8Array.from(ENTROPY);
    entropy[at] = entropy[at]! ^ 1;
    const server = new Server({ entropy });
    server.feed(STREAM);
    assert.deepEqual(server.statuses, []);
    assert.equal(server.ending?.cause, "transport");
  }
});

test("every byte of the recorded stream, changed: nobody is admitted, nothing traps", () => {
  const { server, back } = statesBefore();
  let admitted = 0;
  for (let index = 0; index < steps.length; index++) {
    const { data, name } = steps[index]!;
    const plain = index < FIRST_ENCRYPTED_STEP;
    for (let offset = 0; offset < data.length; offset++) {
      for (const difference of plain ? [0x01, 0x80] : [0x01, 0x10, 0x80, 0xff]) {
        const what = `${name}, byte ${offset} ^ ${difference}`;
        back[index]!();
        const altered = Buffer.from(data);
        altered[offset] = altered[offset]! ^ difference;
        server.feed(altered);
        for (const later of steps.slice(index + 1)) server.feed(later.data);
        // what is still missing of a packet that was made longer
        if (!server.ending) server.feed(new Uint8Array(MOST_PACKET_BYTES));
        assertDefined(server, what);
        if (index <= LOGIN_STEP && !isPlainPadding(starts[index]! + offset)) {
          assert.equal(server.admitted, false, what);
          assert.ok(server.ending, `${what}: the session goes on`);
        } else admitted += Number(server.admitted);
        if (!plain)
          assert.ok(server.ending && [2, 5].includes(server.ending.reason), `${what}: ${server.ending?.reason}`);
      }
    }
  }
  assert.ok(admitted > 0, "padding of plain packets, and what comes after SUCCESS, admit as before");
});

test("the recorded stream, cut off after every byte: admitted only when the login is complete", () => {
  const { server, back } = statesBefore();
  const complete = starts[LOGIN_STEP]! + steps[LOGIN_STEP]!.data.length;
  for (let index = 0; index < steps.length; index++) {
    const { data, name } = steps[index]!;
    for (let length = 0; length < data.length; length++) {
      back[index]!();
      server.feed(data.subarray(0, length));
      assertDefined(server, `${name}, ${length} bytes`);
      assert.equal(server.admitted, starts[index]! + length >= complete, `${name}, ${length} bytes`);
      assert.equal(server.ending, undefined, "the host closes when the client does");
    }
  }
});

test("a byte left out or put in, anywhere, ends the session", () => {
  const { server, back } = statesBefore();
  for (let index = 0; index < steps.length; index++) {
    const { data, name } = steps[index]!;
    const rest = concatenate(steps.slice(index + 1));
    for (let offset = 0; offset < data.length; offset += index < FIRST_ENCRYPTED_STEP ? 3 : 1) {
      const without = bytes(data.subarray(0, offset), data.subarray(offset + 1));
      const more = bytes(data.subarray(0, offset), 0x41, data.subarray(offset));
      for (const altered of [without, more]) {
        const what = `${name}, ${altered.length - data.length} byte at ${offset}`;
        back[index]!();
        server.feed(altered);
        server.feed(rest);
        server.feed(new Uint8Array(MOST_PACKET_BYTES));
        assertDefined(server, what);
        assert.ok(server.ending, `${what}: the session goes on`);
        if (index <= LOGIN_STEP) assert.equal(server.admitted, false, what);
      }
    }
  }
});

/** The steps in another order, with others among them. */
function replay(order: readonly Step[], what: string): Server {
  const server = new Server();
  for (const { data } of order) server.feed(data);
  if (!server.ending) server.feed(new Uint8Array(MOST_PACKET_BYTES));
  assertDefined(server, what);
  assert.ok(server.ending, `${what}: the session goes on`);
  return server;
}

test("packets left out, repeated, exchanged or too large end the session", () => {
  const oversized = (step: Step): Step => ({ ...step, data: Buffer.concat([step.data, new Uint8Array(5000)]) });
  for (let index = 0; index < steps.length; index++) {
    const { name } = steps[index]!;
    const before = index <= LOGIN_STEP;
    const dropped = replay(steps.toSpliced(index, 1), `${name} left out`);
    assert.equal(dropped.admitted, !before, `${name} left out`);
    const repeated = replay(steps.toSpliced(index, 0, steps[index]!), `${name} twice`);
    assert.equal(repeated.admitted, index >= LOGIN_STEP, `${name} twice`);
    const large = replay(steps.with(index, oversized(steps[index]!)), `${name} oversized`);
    // the login itself is complete when the surplus comes
    assert.equal(large.admitted, index >= LOGIN_STEP, `${name} oversized`);
    for (let other = index + 1; other < steps.length; other++) {
      const order = steps.with(index, steps[other]!).with(other, steps[index]!);
      const exchanged = replay(order, `${name} and ${steps[other]!.name} exchanged`);
      assert.equal(exchanged.admitted, index > LOGIN_STEP, `${name} and ${steps[other]!.name} exchanged`);
    }
  }
});

test("a client that damages its own payloads, at every byte, is not admitted by it and traps nothing", () => {
  const session = new Session();
  const payloads = [
    [
      "service request",
      (s: Session) => s.keyExchange(),
      bytes(5, Buffer.from("0000000c7373682d7573657261757468", "hex")),
    ],
    ["login", (s: Session) => s.service(), passwordRequest(USER, PASSWORD)],
    ["channel open", (s: Session) => s.send(passwordRequest(USER, PASSWORD)), opening()],
    ["exec", (s: Session) => s.send(opening()), execRequest()],
    ["channel close", (s: Session) => s.send(execRequest()), bytes(97, 0, 0, 0, 0)],
    ["KEXINIT", (s: Session) => s, session.client.fork().kexinit({ cookie: new Uint8Array(16) })],
  ] as const;
  for (const [name, enter, payload] of payloads) {
    enter(session);
    assert.equal(session.server.ending, undefined, name);
    const back = session.save();
    const attack = (altered: Uint8Array, what: string): void => {
      back().send(altered);
      assertDefined(session.server, what);
      if (name === "login") assert.equal(session.server.admitted, false, what);
    };
    for (let at = 0; at < payload.length; at++) {
      for (const difference of [1, 2, 0x20, 0x80, 0xff]) {
        const altered = Uint8Array.from(payload);
        altered[at] = altered[at]! ^ difference;
        attack(altered, `${name}, byte ${at} ^ ${difference}`);
      }
      attack(payload.subarray(0, at), `${name}, ${at} bytes`);
      attack(bytes(payload.subarray(0, at), 0, payload.subarray(at)), `${name}, a byte more at ${at}`);
    }
    for (const more of [1, 100, 4096 - payload.length, 4097 - payload.length, 9000, LONGEST - payload.length]) {
      attack(bytes(payload, new Uint8Array(more)), `${name}, ${more} bytes more`);
    }
    back();
  }
});

function opening(): Uint8Array {
  const session = Buffer.from("0000000773657373696f6e", "hex");
  return bytes(90, session, Buffer.from("00000007000186a000008000", "hex"));
}

function execRequest(): Uint8Array {
  return bytes(98, Buffer.from("000000000000000465786563010000000474726565", "hex"));
}

/** A login in which the client says too much whenever it can, each packet in pieces. */
function recordLongLogin(): Step[] {
  const session = new Session();
  const { client } = session;
  const recorded: Step[] = [];
  const say = (name: string, data: Buffer): void => {
    recorded.push({ name, data, awaits: 0 });
    session.feed(data);
  };
  const much = new Uint8Array(6_000).fill(0x2c);
  say("identification", client.identification());
  say("KEXINIT", client.packet(longKexinit(client, 9_000)));
  say("KEX_ECDH_INIT", client.packet(client.ecdhInit()));
  say("NEWKEYS", client.newKeys());
  say("service request", client.send(5, Buffer.from("0000000c7373682d7573657261757468", "hex")));
  say("long request", client.packet(bytes(passwordRequest(USER, PASSWORD), much)));
  say("login", client.packet(passwordRequest(USER, PASSWORD)));
  say("channel open", client.packet(opening()));
  say("long exec", client.packet(bytes(execRequest(), much)));
  say("KEXINIT of another exchange", client.packet(longKexinit(client, 5_000)));
  assert.deepEqual(session.server.statuses, ["FAILURE", "SUCCESS"]);
  assert.deepEqual(session.server.events, ["OPEN", "NONE"]);
  assert.equal(session.server.ending, undefined);
  return recorded;
}

test("a recorded login in packets of pieces, changed and cut at many bytes: nobody is admitted, nothing traps", () => {
  const long = recordLongLogin();
  const login = long.findIndex(({ name }) => name === "login");
  const newKeys = long.findIndex(({ name }) => name === "NEWKEYS");
  const server = new Server();
  for (const [index, { name, data }] of long.entries()) {
    const back = server.save();
    const places = new Set(
      [0, 3, 4, 5, PIECE_START - 1, PIECE_START, PIECE_END - 1, PIECE_END].filter((at) => at < data.length),
    );
    for (let at = index; at < data.length; at += 131) places.add(at);
    for (let at = Math.max(0, data.length - 20); at < data.length; at++) places.add(at);
    for (const at of places) {
      const what = `${name}, byte ${at}`;
      back();
      server.feed(data.subarray(0, at));
      assertDefined(server, what);
      assert.deepEqual([server.ending, server.admitted], [undefined, index > login], what);
      const isPadding = index <= newKeys && at >= data.length - data[4]!;
      if (index === 0 || isPadding) continue; // another identification is another hash
      for (const difference of [0x01, 0x80]) {
        back();
        const altered = Buffer.from(data);
        altered[at] = altered[at]! ^ difference;
        server.feed(altered);
        for (const later of long.slice(index + 1)) server.feed(later.data);
        if (!server.ending) server.feed(new Uint8Array(MOST_PACKET_BYTES));
        assertDefined(server, what);
        assert.ok(server.ending, `${what}: the session goes on`);
        assert.equal(server.admitted, index > login, what);
      }
    }
    back();
    server.feed(data);
    server.takeOutput();
  }
});
