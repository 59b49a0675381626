// The full userauth build behind the Node host: hashes in threads, the application's decisions, and new passwords that
// are stored.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { AuthenticationRequest, Method, PasswordChange, UserKey, Verdict } from "../../../../host/node/index.js";
import { loadModule, plainModulePath } from "../../../../host/node/modules.js";
import type { PasswordHash } from "../../../../host/node/credentials/phc.js";
import { encodeUsers } from "../../../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  query,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { type FullServer, password, serveFull, type UserauthClient } from "../../../support/full-server.js";
import { eventually } from "../../../support/programs.js";
import { ed25519Key, rsaKey, securityEcdsaKey, securityEd25519Key } from "../../../../scripts/client/keys/kinds.js";
import { passwordUser } from "../../../support/userauth-full.js";
import { pbkdf2Of } from "../../../../scripts/client/hashes.js";
import { boolean, bytes, string, uint32 } from "../../../../scripts/client/wire.js";

const FAILURE = 51;
const SUCCESS = 52;
const DISCONNECT = 1;
const CHANGEREQ = 60;
const INFO_REQUEST = 60;
const PK_OK = 60;

/** About a second of PBKDF2; nobody has this password. */
const SLOW: PasswordHash = {
  algorithm: "pbkdf2-sha256",
  iterations: 500_000,
  salt: new Uint8Array(16),
  hash: new Uint8Array(32),
};
const users = { users: [passwordUser("ann", "secret one"), passwordUser("bob", "secret two")] };
const slowUsers = { users: [{ name: "ann", password: SLOW, required: [["password" as const]] }] };

test("each request is logged with user, method and status; a name that nobody has is not", async () => {
  const { connect, log } = await serveFull({ users });
  const client = await connect();
  assert.equal(await client.number(userauthRequest("ann", "none")), FAILURE);
  assert.equal(await client.number(password("my secret", "ann")), FAILURE);
  assert.equal(await client.number(password("ann", "wrong")), FAILURE);
  assert.equal(await client.number(password("ann", "secret one")), SUCCESS);
  assert.deepEqual(
    log.filter(({ event }) => event === "userauth").map(({ user, method, status }) => [user, method, status]),
    [
      ["ann", undefined, "FAILURE"],
      [undefined, "password", "INVALID_USER"],
      ["ann", "password", "INVALID_PASSWORD"],
      ["ann", "password", "SUCCESS"],
    ],
  );
});

/** How many key exchanges of other clients are made while one's password is hashed. */
async function keyExchangesDuringHash(userauthThreads: number): Promise<number> {
  const { connect } = await serveFull({ users: slowUsers, userauthThreads });
  const slow = await connect();
  if (userauthThreads > 0) await (await connect()).number(userauthRequest("ann", "none")); // its thread has started
  const hash = { over: false };
  const answer = slow.number(password("ann", "wrong")).finally(() => (hash.over = true));
  let keyExchanges = 0;
  for (;;) {
    const other = await connect();
    other.end();
    if (hash.over) break;
    keyExchanges++;
  }
  assert.equal(await answer, FAILURE);
  return keyExchanges;
}

test("while a password is hashed other connections are served; without threads they wait", async (context) => {
  const control = await keyExchangesDuringHash(0);
  const threads = await keyExchangesDuringHash(1);
  context.diagnostic(JSON.stringify({ control, threads }));
  assert.ok(threads > control + 2);
});

test("what a client sends during a hash is held back and answered in its order", async () => {
  const { connect, statuses } = await serveFull({ users });
  const client = await connect();
  client.send(password("ann", "wrong"));
  client.send(password("bob", "wrong"));
  client.send(password("ann", "secret one"));
  client.send(bytes(90, string("session"), uint32(3), uint32(1000), uint32(1000)));
  const numbers = [await client.next(), await client.next(), await client.next(), await client.next()];
  assert.deepEqual(
    numbers.map((payload) => payload?.[0]),
    [FAILURE, FAILURE, SUCCESS, 91],
  );
  assert.deepEqual(statuses(), ["INVALID_PASSWORD", "INVALID_PASSWORD", "SUCCESS"]);
});

test("a client that floods during a hash is let go: one that is not read would not be seen to hang up", async () => {
  const { connect, server, log } = await serveFull({ users: slowUsers });
  const client = await connect();
  client.send(password("ann", "wrong"));
  client.tcp.socket.write(Buffer.alloc(200_000));
  await eventually("the connection has ended", () => server.connectionCount === 0);
  assert.equal(log.find(({ event }) => event === "connection-close")?.cause, "too-far-ahead");
});

test("a client that leaves during its hash is let go at once, and its thread serves on", async () => {
  const { connect, server } = await serveFull({ users: slowUsers, userauthThreads: 1 });
  const client = await connect();
  client.send(password("ann", "wrong"));
  await delay(100);
  client.end();
  await eventually("the connection has ended", () => server.connectionCount === 0);
  const next = await connect();
  assert.equal(await next.number(userauthRequest("ann", "none")), FAILURE);
});

test("a thread that dies ends its connection, one that waits and one that asks later, and is replaced", async () => {
  const workers: Worker[] = [];
  const remember = (worker: Worker): number => workers.push(worker);
  process.on("worker", remember);
  const { connect, server, log } = await serveFull({ users: slowUsers, userauthThreads: 1 });
  const [waiting, idle] = [await connect(), await connect()];
  assert.equal(await waiting.number(userauthRequest("ann", "none")), FAILURE);
  assert.equal(await idle.number(userauthRequest("ann", "none")), FAILURE);
  process.off("worker", remember);
  waiting.send(password("ann", "wrong"));
  await delay(50);
  await Promise.all(workers.map((worker) => worker.terminate()));
  assert.equal((await waiting.next())?.[0], DISCONNECT);
  assert.equal(await idle.number(password("ann", "wrong")), DISCONNECT);
  await eventually("both have ended", () => server.connectionCount === 0);
  const ends = log.filter(({ event }) => event === "connection-close");
  assert.deepEqual(
    ends.map(({ cause, authenticated }) => [cause, authenticated]),
    [
      ["module-error", false],
      ["module-error", false],
    ],
  );
  const next = await connect();
  assert.equal(await next.number(userauthRequest("ann", "none")), FAILURE);
});

test("the login time runs out while the application decides, and the client is told", async () => {
  const { connect, log } = await serveFull({ authenticate: () => new Promise(() => {}), loginGraceMs: 1_500 });
  const client = await connect();
  assert.equal(await client.number(password("ann", "wrong")), DISCONNECT);
  assert.equal(await client.next(), undefined);
  assert.equal(log.find(({ event }) => event === "connection-close")?.cause, "login-timeout");
});

test("the instances of those who are not logged in have half a gigabyte together, unless another number is given", async () => {
  const key = ed25519Key();
  const hash = { ...SLOW, algorithm: "argon2id", memoryKiB: 65_536, passes: 1, lanes: 1 } as const;
  const ann = { name: "ann", password: hash, keys: [key], required: [["publickey" as const], ["password" as const]] };
  const { connect, log } = await serveFull({
    users: { users: [ann] },
    maxUnauthenticatedPerSource: 999,
    dropFrom: 999,
  });
  const most = Math.floor((512 * 1024) / (65_536 + 256));
  const clients: UserauthClient[] = [];
  for (let count = 0; count < most; count++) clients.push(await connect());
  assert.equal((await connect()).tcp.closed, true);
  assert.ok(log.some(({ cause }) => cause === "too-many-unauthenticated"));
  const { sessionId } = clients[0]!;
  assert.equal(await clients[0]!.number(signed("ann", key, { sessionId })), SUCCESS);
  assert.equal((await connect()).tcp.closed, false);
});

/** A server whose application answers with the verdicts, one after the other. */
async function serveVerdicts(...verdicts: (Verdict | Error)[]): Promise<FullServer & { asked: object[] }> {
  const asked: object[] = [];
  const authenticate = async (request: AuthenticationRequest): Promise<Verdict> => {
    asked.push({
      ...request,
      signal: undefined,
      ...(request.password && { password: Buffer.from(request.password).toString() }),
    });
    await delay(1);
    const verdict = verdicts.shift();
    if (verdict instanceof Error) throw verdict;
    return verdict!;
  };
  return { ...(await serveFull({ authenticate })), asked };
}

test("the application decides about users that nobody has told the module, verdict by verdict", async () => {
  const { connect, asked, statuses } = await serveVerdicts(
    "invalid-user",
    "invalid-password",
    "failure",
    "partial-success",
    "success",
  );
  const client = await connect();
  assert.deepEqual(await client.ask(password("zoe", "one")), await client.ask(password("zoe", "two")));
  assert.equal(await client.number(password("zoe", "three")), FAILURE);
  const partial = await client.ask(password("zoe", "four"));
  assert.deepEqual([partial?.[0], partial?.at(-1)], [FAILURE, 1]);
  assert.equal(await client.number(interactiveRequest("zoe")), INFO_REQUEST);
  assert.equal(await client.number(infoResponse("five")), SUCCESS);
  const any = { connection: 1, user: "zoe", service: "ssh-connection", flushed: false, signal: undefined };
  assert.deepEqual(
    asked.map((request) => ({ ...request, remoteAddress: undefined })),
    ["one", "two", "three", "four", "five"].map((secret) => ({
      ...any,
      remoteAddress: undefined,
      method: secret === "five" ? "keyboard-interactive" : "password",
      achieved: secret === "five" ? ["password"] : [],
      password: secret,
    })),
  );
  assert.deepEqual(statuses(), [
    "INVALID_USER",
    "INVALID_PASSWORD",
    "FAILURE",
    "PARTIAL_SUCCESS",
    "PROMPTED",
    "SUCCESS",
  ]);
});

test("the application is asked about keys, first without and then with a verified signature", async () => {
  const { connect, asked } = await serveVerdicts("success", "success");
  const client = await connect();
  const key = rsaKey("rsa-sha2-512");
  assert.equal(await client.number(query("zoe", key)), PK_OK);
  const wrong = signed("zoe", key, { sessionId: new Uint8Array(32) });
  assert.equal(await client.number(wrong), FAILURE);
  assert.equal(await client.number(signed("zoe", key, { sessionId: client.sessionId })), SUCCESS);
  assert.deepEqual(
    asked.map((request) => {
      const { algorithm, publicKey, signatureVerified } = request as Extract<
        AuthenticationRequest,
        { publicKey: object }
      >;
      return { algorithm, publicKey: Buffer.from(publicKey), signatureVerified };
    }),
    [false, true].map((signatureVerified) => ({
      algorithm: "rsa-sha2-512",
      publicKey: Buffer.from(key.blob),
      signatureVerified,
    })),
  );
});

test("an application that throws, or answers nonsense, has refused; it is logged and the client is not told", async () => {
  const { connect, log } = await serveVerdicts(new Error("the database is away"), "toString" as Verdict, "success");
  const client = await connect();
  const answers = [await client.ask(password("zoe", "one")), await client.ask(password("zoe", "two"))];
  for (const answer of answers) assert.doesNotMatch(answer!.toString("latin1"), /database|toString/);
  assert.deepEqual(
    answers.map((answer) => answer?.[0]),
    [FAILURE, FAILURE],
  );
  assert.equal(await client.number(password("zoe", "three")), SUCCESS);
  assert.deepEqual(
    log.filter(({ event }) => event === "application-error").map(({ error }) => error),
    ["the database is away", 'authenticate answered "toString"'],
  );
});

test("an answer that comes after the connection's end changes nothing, and the password is wiped all the same", async () => {
  let settle: ((verdict: Verdict) => void) | undefined;
  let secret: Uint8Array | undefined;
  const { connect, statuses, server } = await serveFull({
    authenticate: (request) => {
      if (request.password) secret = request.password;
      return new Promise((resolve) => (settle = resolve));
    },
  });
  const client = await connect();
  client.send(password("zoe", "one"));
  await eventually("the application is asked", () => secret !== undefined);
  client.end();
  await eventually("the connection has ended", () => server.connectionCount === 0);
  assert.equal(Buffer.from(secret!).toString(), "one");
  settle!("success");
  await delay(20);
  assert.deepEqual(statuses(), []);
  assert.ok(secret!.every((byte) => byte === 0));
});

test("the application can ask for a new password and is given both", async () => {
  const seen: string[] = [];
  const given: Uint8Array[] = [];
  const { connect } = await serveFull({
    authenticate: (request) => {
      if (!request.password) return Promise.resolve("failure");
      const { password: old, newPassword } = request;
      const secrets = [old, ...(newPassword ? [newPassword] : [])];
      given.push(...secrets);
      seen.push(secrets.map((secret) => Buffer.from(secret).toString()).join(" "));
      return Promise.resolve(newPassword && newPassword.length > 3 ? "success" : "change-required");
    },
  });
  const client = await connect();
  assert.equal(await client.number(password("zoe", "old")), CHANGEREQ);
  assert.equal(await client.number(changeRequest("zoe", "old", "new")), CHANGEREQ);
  assert.equal(await client.number(changeRequest("zoe", "old", "newer")), SUCCESS);
  assert.deepEqual(seen, ["old", "old new", "old newer"]);
  for (const secret of given)
    assert.ok(
      secret.every((byte) => byte === 0),
      "each is wiped when the answer is there",
    );
});

test("an instance is wiped at SUCCESS, when its connection ends, and when that happens in the middle of a request", async () => {
  const memories: Buffer[] = [];
  const module = loadModule("userauth", plainModulePath("userauth"));
  const instantiate = (): ReturnType<typeof module.instantiate> => {
    const instance = module.instantiate();
    memories.push(Buffer.from(instance.exports.memory.buffer));
    return instance;
  };
  let asked = 0;
  const { connect, server } = await serveFull({
    users: { ...users, hostDecides: { others: ["password"] } },
    authenticate: () => new Promise(() => asked++),
    modules: { userauth: { ...module, instantiate } },
    userauthThreads: 0,
  });
  memories.length = 0; // what the server itself made
  const isWiped = (memory: Buffer | undefined): boolean => memory!.every((byte) => byte === 0);
  const [admitted, failed, pending] = [await connect(), await connect(), await connect()];
  assert.equal(await admitted.number(password("ann", "secret one")), SUCCESS);
  assert.equal(isWiped(memories[0]), true);
  assert.equal(await failed.number(password("ann", "wrong")), FAILURE);
  pending.send(password("zoe", "a secret"));
  await eventually("the application is asked", () => asked === 1);
  assert.deepEqual([memories.length, isWiped(memories[1]), isWiped(memories[2])], [3, false, false]);
  assert.ok(memories[2]!.includes("a secret"));
  for (const client of [failed, pending]) client.end();
  await eventually("they have ended", () => server.connectionCount === 1);
  assert.deepEqual([isWiped(memories[1]), isWiped(memories[2])], [true, true]);
  admitted.send(password("ann", "secret one"));
  admitted.send(bytes(90, string("session"), uint32(3), uint32(1000), uint32(1000)));
  assert.equal((await admitted.next())?.[0], 91, "what comes after SUCCESS is not answered");
});

test("security keys sign for this session, are present, and verify the user where that is required", async () => {
  const keys = [securityEd25519Key(), securityEcdsaKey()];
  const entry = (verificationRequired: boolean): UserKey[] => keys.map(({ blob }) => ({ blob, verificationRequired }));
  const required: Method[][] = [["publickey"]];
  const { connect } = await serveFull({
    users: {
      users: [
        { name: "ann", keys: entry(false), required },
        { name: "bob", keys: entry(true), required },
      ],
    },
  });
  for (const key of keys) {
    const [ann, bob] = [await connect(), await connect()];
    const { sessionId } = ann;
    assert.equal(await ann.number(query("ann", key)), PK_OK);
    assert.equal(await ann.number(signed("ann", key, { sessionId: bob.sessionId })), FAILURE, "of another session");
    assert.equal(await ann.number(signed("ann", key, { sessionId, flags: 0 })), FAILURE, "nobody has touched it");
    assert.equal(await ann.number(signed("ann", key, { sessionId })), SUCCESS);
    assert.equal(await bob.number(signed("bob", key, { sessionId: bob.sessionId })), FAILURE, "without a PIN");
    assert.equal(await bob.number(signed("bob", key, { sessionId: bob.sessionId, flags: 5 })), SUCCESS);
  }
});

test("options that contradict each other are refused before anything listens", async () => {
  const authenticate = (): Promise<Verdict> => Promise.resolve("failure");
  await assert.rejects(serveFull({ userauth: "password", users }), TypeError);
  await assert.rejects(serveFull({ userauth: "publickey", authenticate }), TypeError);
  const credentials = encodeUsers(users);
  await assert.rejects(serveFull({ users, credentials }), /two ways to say the same/);
  await assert.rejects(serveFull({ users: { ...users, hostDecides: { others: ["password"] } } }), /needs authenticate/);
  await assert.rejects(serveFull({ userauth: "full" }), /embeds no credentials/);
  await assert.rejects(serveFull({ users, userauthThreads: -1 }), RangeError);
  const [ann] = users.users;
  const tooMuch = { ...SLOW, algorithm: "argon2id", memoryKiB: 102_401, passes: 1, lanes: 1 } as const;
  await assert.rejects(serveFull({ users: { users: [{ ...ann!, password: tooMuch }] } }), /a hash or memory for it/);
});

/** A store that takes the changes, each when it is told to. */
class Store {
  readonly changes: PasswordChange[] = [];
  /** Of the changes that wait, in order. */
  readonly gates: ((error?: Error) => void)[] = [];
  waits = false;

  readonly store = async (change: PasswordChange): Promise<void> => {
    this.changes.push(change);
    if (!this.waits) return;
    await new Promise<void>((resolve, reject) => {
      this.gates.push((error) => (error ? reject(error) : resolve()));
    });
  };
}

test("SUCCESS comes only after the new password is stored; then it holds on connections that are open already", async () => {
  const store = new Store();
  store.waits = true;
  const { connect, log } = await serveFull({ users, storePassword: store.store });
  const [client, other] = [await connect(), await connect()];
  assert.equal(await other.number(userauthRequest("ann", "none")), FAILURE);
  let answered = false;
  const answer = client.number(changeRequest("ann", "secret one", "another secret")).finally(() => (answered = true));
  await eventually("the password is to be stored", () => store.gates.length === 1);
  assert.equal(await other.number(password("ann", "another secret")), FAILURE);
  assert.equal(answered, false);
  store.gates[0]!();
  assert.equal(await answer, SUCCESS);
  assert.equal(await other.number(password("ann", "secret one")), FAILURE);
  assert.equal(await other.number(password("ann", "another secret")), SUCCESS);
  assert.equal(await (await connect()).number(password("ann", "another secret")), SUCCESS);
  const [{ user, previous, password: made } = assert.fail()] = store.changes;
  assert.equal(user, "ann");
  assert.deepEqual(Buffer.from(previous.hash), Buffer.from(pbkdf2Of("secret one").hash));
  assert.notDeepEqual(Buffer.from(made.salt), Buffer.from(previous.salt));
  assert.ok(log.some(({ event, user: name }) => event === "password-changed" && name === "ann"));
});

test("a password that cannot be stored is not changed", async () => {
  const store = new Store();
  store.waits = true;
  const { connect, log } = await serveFull({ users, storePassword: store.store });
  const client = await connect();
  const answer = client.number(changeRequest("ann", "secret one", "another secret"));
  await eventually("the password is to be stored", () => store.gates.length === 1);
  store.gates[0]!(new Error("the disk is full"));
  assert.equal(await answer, FAILURE);
  assert.ok(log.some(({ event, error }) => event === "application-error" && error === "the disk is full"));
  assert.equal(await client.number(password("ann", "another secret")), FAILURE);
  assert.equal(await client.number(password("ann", "secret one")), SUCCESS);
});

test("of two changes of one password that are under way at once the first one holds, and the second is refused", async () => {
  const store = new Store();
  store.waits = true;
  const { connect } = await serveFull({ users, storePassword: store.store, userauthThreads: 2 });
  const [first, second, other] = [await connect(), await connect(), await connect()];
  const firsts = first.number(changeRequest("ann", "secret one", "first secret"));
  await eventually("the first is to be stored", () => store.gates.length === 1);
  const seconds = second.number(changeRequest("ann", "secret one", "second secret"));
  const bobs = other.number(changeRequest("bob", "secret two", "bob's secret"));
  await delay(200);
  assert.equal(store.gates.length, 1, "changes are stored one after the other");
  store.gates[0]!();
  assert.equal(await firsts, SUCCESS);
  await eventually("bob's is to be stored", () => store.gates.length === 2);
  store.gates[1]!();
  assert.equal(await bobs, SUCCESS);
  assert.equal(await seconds, FAILURE);
  const client = await connect();
  assert.equal(await client.number(password("ann", "second secret")), FAILURE);
  assert.equal(await client.number(password("ann", "first secret")), SUCCESS);
});

test("without somebody to store it no password is changed", async () => {
  const { connect } = await serveFull({ users });
  const client = await connect();
  assert.equal(await client.number(changeRequest("ann", "secret one", "another secret")), FAILURE);
  assert.equal(await client.number(password("ann", "secret one")), SUCCESS);
});

test("a key and then a password: partial success is none for the connection protocol", async () => {
  const key = ed25519Key();
  const ann = passwordUser("ann", "secret one", { keys: [{ blob: key.blob }], required: [["publickey", "password"]] });
  const { connect, statuses } = await serveFull({ users: { users: [ann] } });
  const early = await connect();
  assert.equal(await early.number(signed("ann", key, { sessionId: early.sessionId })), FAILURE);
  assert.equal(await early.number(bytes(90, string("session"), uint32(3), uint32(9), uint32(9))), 1);
  const client = await connect();
  const partial = await client.ask(signed("ann", key, { sessionId: client.sessionId }));
  assert.deepEqual(partial, bytes(FAILURE, string("password"), boolean(true)));
  assert.equal(await client.number(password("ann", "secret one")), SUCCESS);
  assert.deepEqual(statuses(), ["PARTIAL_SUCCESS", "PARTIAL_SUCCESS", "SUCCESS"]);
});
