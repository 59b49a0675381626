// Invariant 7: for inputs of equal length, the number of executed instructions does not depend on a secret: not on a
// password or how much of it is right, not on whether a user exists, not on the host key, the ephemeral key or the
// entropy.
//
// The verdict: equal counts, not similar times. A deliberately leaky function has to be found out by the same
// comparison.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { instantiateCounted, type CountedModule } from "../../scripts/compile/instrument.js";
import { encodeCredentials, type UserauthBuild } from "../../host/node/credentials/credentials.js";
import { mpint } from "../../scripts/client/client.js";
import {
  passwordRequest,
  queryRequest,
  SESSION_ID,
  signedRequest,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { moduleBytes } from "../support/modules.js";
import { CREDENTIALS, ENTROPY, HOST_SEED, PASSWORD, Session, USER, USER_SEED } from "../support/session.js";
import { bytes } from "../../scripts/client/wire.js";

interface CountedUserauth {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global;
  receive: (length: number) => number;
  reset?: (length: number) => void;
}

const bytesOf = new Map<string, Uint8Array>();

/** Instructions for the last of `payloads`, each handed over after the one before. */
function userauthOps(build: UserauthBuild, credentials: Uint8Array, ...payloads: Uint8Array[]): number {
  const target = `plain/userauth-${build}`;
  bytesOf.set(target, bytesOf.get(target) ?? moduleBytes(target));
  const { exports, count } = instantiateCounted(bytesOf.get(target)!);
  const { memory, __heap_base, receive, reset } = exports as unknown as CountedUserauth;
  const content = new Uint8Array(memory.buffer);
  content.set(credentials, Number(__heap_base.value) - credentials.length);
  content.set(SESSION_ID);
  reset?.(SESSION_ID.length);
  let ops = 0;
  for (const payload of payloads) {
    content.set(payload);
    ops = count(() => receive(payload.length));
  }
  assert.ok(ops > 0);
  return ops;
}

/** Fails unless all counts are the same, and says which differ. */
function assertSame(counts: Map<string, number>): void {
  const [[first, expected] = ["", 0]] = counts;
  for (const [name, count] of counts) assert.equal(count, expected, `${name} against ${first}`);
}

const alteredAt = (text: string, at: number): string => text.slice(0, at) + "#" + text.slice(at + 1);

test("password: the first wrong byte may be anywhere, the count is the same, and that of the right one differs by no more", () => {
  const counts = new Map<string, number>();
  for (let at = 0; at < PASSWORD.length; at++) {
    const request = passwordRequest(USER, alteredAt(PASSWORD, at));
    counts.set(`wrong at ${at}`, userauthOps("password", CREDENTIALS.password, request));
  }
  counts.set(
    "all wrong",
    userauthOps("password", CREDENTIALS.password, passwordRequest(USER, "#".repeat(PASSWORD.length))),
  );
  counts.set("right", userauthOps("password", CREDENTIALS.password, passwordRequest(USER, PASSWORD)));
  for (let at = 0; at < USER.length; at++) {
    const user = alteredAt(USER, at);
    counts.set(`user ${user}`, userauthOps("password", CREDENTIALS.password, passwordRequest(user, PASSWORD)));
    const request = passwordRequest(user, alteredAt(PASSWORD, at));
    counts.set(`user ${user}, wrong password`, userauthOps("password", CREDENTIALS.password, request));
  }
  assertSame(counts);
});

test("password: the length of the stored password and of the stored user name do not show", () => {
  for (const [userLength, passwordLength] of [
    [1, 1],
    [5, 16],
    [8, 0],
    [63, 127],
    [64, 128],
    [255, 255],
  ] as const) {
    const request = passwordRequest("u".repeat(userLength), "p".repeat(passwordLength));
    const counts = new Map<string, number>();
    for (const [user, password] of [
      ["a", "b"],
      [USER, PASSWORD],
      ["u", "p"],
      ["a".repeat(63), "b".repeat(127)],
    ] as const) {
      const region = encodeCredentials("password", { user, password });
      counts.set(`${user}, ${password}`, userauthOps("password", region, request));
    }
    assertSame(counts);
  }
});

test("password: the attempts before do not show, and neither does whether a malformed request names the user", () => {
  const none = userauthRequest(USER, "none");
  const wrong = passwordRequest(USER, alteredAt(PASSWORD, 3));
  const unknown = passwordRequest("nimda", alteredAt(PASSWORD, 3));
  const region = CREDENTIALS.password;
  const orders = [
    [wrong],
    [none, wrong],
    [wrong, unknown],
    [unknown, wrong],
    [none, none, unknown],
    [none, unknown, none, wrong],
  ];
  assertSame(new Map(orders.map((order, index) => [`order ${index}`, userauthOps("password", region, ...order)])));
  for (const cut of [1, 7, 30]) {
    const shortened = [USER, "nimda"].map((user) => passwordRequest(user, PASSWORD).subarray(0, -cut));
    assertSame(new Map(shortened.map((payload, index) => [`user ${index}`, userauthOps("password", region, payload)])));
  }
});

for (const build of ["publickey", "publickey-small"] as const) {
  const region = CREDENTIALS[build];
  const strangerSeed = new Uint8Array(32).fill(99);
  const users = [USER, "nimda", "Admin", "admiN"];

  test(`${build}: whether a user exists does not show in a query or a signature by another key`, () => {
    const other = (user: string): Uint8Array[] => [
      queryRequest({ user, seed: strangerSeed }),
      signedRequest({ user, seed: strangerSeed, sessionId: SESSION_ID }),
      queryRequest({ user, seed: strangerSeed, algorithm: "ssh-rsa" }),
      userauthRequest(user, "none"),
      queryRequest({ user, seed: strangerSeed }).subarray(0, -1),
    ];
    for (let kind = 0; kind < other(USER).length; kind++) {
      assertSame(new Map(users.map((user) => [`${kind}: ${user}`, userauthOps(build, region, other(user)[kind]!)])));
    }
  });

  test(`${build}: whether a user exists does not show in a bad signature by the embedded key, or in how much of a key is right`, () => {
    const alter = (signature: Uint8Array): Uint8Array => Uint8Array.from(signature).fill(0);
    const forged = (user: string): Uint8Array => signedRequest({ user, seed: USER_SEED, sessionId: SESSION_ID, alter });
    // verification is variable in its public input, the hash included: the same signed bytes for all users but the name
    // are not to be had, so the whole of R, S and the key is kept and only the order of failures is compared
    const ops = users.map((user) => userauthOps(build, region, forged(user)));
    const spread = Math.max(...ops) - Math.min(...ops);
    assert.ok(spread < 0.05 * Math.min(...ops), `${ops.join(", ")}: verification is as long for the unknown`);
    const key = region.slice(64, 96);
    const counts = new Map<string, number>();
    for (let at = 0; at < 32; at++) {
      const altered = Uint8Array.from(key);
      altered[at] = altered[at]! ^ 1;
      counts.set(`key byte ${at}`, userauthOps(build, region, queryRequest({ seed: strangerSeed, key: altered })));
    }
    assertSame(counts);
  });
}

interface CountedTransport {
  memory: WebAssembly.Memory;
  hostKeyPtr: () => number;
  inputPtr: () => number;
  inputCapacity: () => number;
  open: (length: number) => number;
  receive: (length: number) => number;
  makeHostKey: (length: number) => number;
}

/** Feeds bytes to a counted transport module; instructions of each call of `receive`, as one sum. */
function feed(module: CountedModule, data: Uint8Array): number {
  const { memory, inputPtr, inputCapacity, receive } = module.exports as unknown as CountedTransport;
  const content = new Uint8Array(memory.buffer);
  let sum = 0;
  for (let rest = data; rest.length > 0;) {
    const slice = rest.subarray(0, inputCapacity());
    if (slice.length === 0) break;
    content.set(slice, inputPtr());
    sum += module.count(() => receive(slice.length));
    rest = rest.subarray(slice.length);
  }
  return sum;
}

interface KeyExchangeOps {
  open: number;
  exchange: number;
  /** RFC 4251 §5: leading zero bytes of the shared secret are left out, and one is put in front of a top bit. */
  mpintBytes: number;
}

let transportBytes: Uint8Array | undefined;

/** A key exchange with everything secret to choose. The client's part is the same bytes whenever its seed is. */
function keyExchangeOps(hostSeed: Uint8Array, entropy: Uint8Array, clientSeed = "client"): KeyExchangeOps {
  const session = new Session({ hostSeed, entropy, client: { seed: clientSeed } });
  const { client } = session;
  const identification = client.identification();
  const kexinit = client.packet(client.kexinit());
  const ecdhInit = client.packet(client.ecdhInit());
  session.feed(identification).feed(kexinit).feed(ecdhInit);
  const mpintBytes = mpint(client.secrets!.sharedSecret).length - 4;

  const module = instantiateCounted((transportBytes ??= moduleBytes("transport")));
  const { memory, hostKeyPtr, inputPtr, open } = module.exports as unknown as CountedTransport;
  const content = new Uint8Array(memory.buffer);
  content.set(bytes(hostSeed, client.serverHostKey!), hostKeyPtr());
  content.set(entropy, inputPtr());
  const opened = module.count(() => open(entropy.length));
  feed(module, identification);
  feed(module, kexinit);
  return { open: opened, exchange: feed(module, ecdhInit), mpintBytes };
}

const variant = (text: string, length: number): Uint8Array =>
  createHash("sha512").update(text).digest().subarray(0, length);

test("transport: a key exchange executes the same instructions for every host key, ephemeral key and entropy", () => {
  const runs: [string, KeyExchangeOps][] = [];
  for (let index = 0; index < 8; index++) {
    runs.push([`entropy ${index}`, keyExchangeOps(HOST_SEED, variant(`entropy ${index}`, 64))]);
    runs.push([`seed ${index}`, keyExchangeOps(variant(`seed ${index}`, 32), ENTROPY)]);
  }
  for (const fill of [0, 1, 0x80, 0xff]) {
    runs.push([`entropy of ${fill}s`, keyExchangeOps(HOST_SEED, new Uint8Array(64).fill(fill))]);
    runs.push([`seed of ${fill}s`, keyExchangeOps(new Uint8Array(32).fill(fill), ENTROPY)]);
  }
  assertSame(new Map(runs.map(([name, { open }]) => [name, open])));
  // the one dependence that RFC 8731 prescribes: the length of K as an mpint
  const lengths = new Set(runs.map(([, { mpintBytes }]) => mpintBytes));
  assert.ok(lengths.size > 1, "the runs have shared secrets with a top bit and without");
  for (const length of lengths) {
    const alike = runs.filter(([, { mpintBytes }]) => mpintBytes === length);
    assertSame(new Map(alike.map(([name, { exchange }]) => [`${name} (K of ${length} bytes)`, exchange])));
  }
});

test("transport: the length of K changes the count by its own encoding alone", () => {
  const runs = Array.from({ length: 12 }, (_, index) => keyExchangeOps(HOST_SEED, variant(`length ${index}`, 64)));
  const counts = runs.map(({ exchange }) => exchange);
  const spread = Math.max(...counts) - Math.min(...counts);
  assert.ok(spread < 1000 && spread < Math.min(...counts) / 1000, `${spread} of ${Math.min(...counts)}`);
});

test("transport: making the host key executes the same instructions for every entropy", () => {
  const counts = new Map<string, number>();
  for (const [index, entropy] of [
    ENTROPY.subarray(0, 32),
    new Uint8Array(32),
    new Uint8Array(32).fill(255),
    variant("entropy", 32),
  ].entries()) {
    const module = instantiateCounted((transportBytes ??= moduleBytes("transport")));
    const { memory, inputPtr, makeHostKey } = module.exports as unknown as CountedTransport;
    new Uint8Array(memory.buffer).set(entropy, inputPtr());
    const count = module.count(() => assert.equal(makeHostKey(entropy.length), 1));
    counts.set(`entropy ${index}`, count);
  }
  assertSame(counts);
});

test("transport: a tag may be wrong anywhere, the count is the same, and the content of a packet does not show", () => {
  const session = new Session();
  const { client } = session;
  const start = [client.identification(), client.packet(client.kexinit()), client.packet(client.ecdhInit())];
  for (const data of start) session.feed(data);
  start.push(client.newKeys());
  const open = (): CountedModule => {
    const module = instantiateCounted((transportBytes ??= moduleBytes("transport")));
    const { memory, hostKeyPtr, inputPtr, open: openConnection } = module.exports as unknown as CountedTransport;
    new Uint8Array(memory.buffer).set(bytes(HOST_SEED, client.serverHostKey!), hostKeyPtr());
    new Uint8Array(memory.buffer).set(ENTROPY, inputPtr());
    openConnection(ENTROPY.length);
    for (const data of start) feed(module, data);
    return module;
  };
  const tags = new Map<string, number>();
  for (let at = 0; at < 16; at += 3) {
    const packet = client.fork().packet(bytes(2, new Uint8Array(60)), { corruptTagAt: at });
    tags.set(`tag byte ${at}`, feed(open(), packet));
  }
  assertSame(tags);
  const contents = new Map<string, number>();
  for (const fill of [0, 1, 0x80, 0xff]) {
    contents.set(`bytes ${fill}`, feed(open(), client.fork().packet(bytes(2, new Uint8Array(60).fill(fill)))));
  }
  assertSame(contents);
});

test("positive control: a comparison that stops at the first difference is found out", () => {
  // (func (param $n i32) (result i32): compares memory 0… with memory 64…, stops early
  const leaky = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 5, 3, 1, 0, 1],
    ...[7, 18, 2, 6, ...Buffer.from("memory"), 2, 0, 5, ...Buffer.from("equal"), 0, 0],
    ...[
      10, 38, 1, 36, 1, 1, 0x7f, 0x03, 0x40, 0x20, 1, 0x2d, 0, 0, 0x20, 1, 0x2d, 0, 64, 0x47, 0x04, 0x40, 0x41, 0, 0x0f,
    ],
    ...[0x0b, 0x20, 1, 0x41, 1, 0x6a, 0x22, 1, 0x20, 0, 0x49, 0x0d, 0, 0x0b, 0x41, 1, 0x0b],
  ]);
  const count = (at: number | undefined): number => {
    const module = instantiateCounted(leaky);
    const { memory, equal } = module.exports as unknown as { memory: WebAssembly.Memory; equal: (n: number) => number };
    if (at !== undefined) new Uint8Array(memory.buffer)[at] = 1;
    let result = -1;
    const ops = module.count(() => (result = equal(16)));
    assert.equal(result, at === undefined ? 1 : 0);
    return ops;
  };
  assert.throws(() =>
    assertSame(
      new Map([
        ["wrong at 3", count(3)],
        ["wrong at 4", count(4)],
      ]),
    ),
  );
  assert.throws(() =>
    assertSame(
      new Map([
        ["right", count(undefined)],
        ["wrong at 15", count(15)],
      ]),
    ),
  );
});
