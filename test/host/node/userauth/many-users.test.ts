// Node has no limits of a board: thousands of users, the hashes of other programs, users with several long keys; and
// whatever a users.json holds, its faults are told with their place.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CredentialsError } from "../../../../host/node/credentials/credentials.js";
import { parsePhc } from "../../../../host/node/credentials/phc.js";
import { parseUsersConfig } from "../../../../host/node/credentials/users-config.js";
import { encodeUsers, type UserEntry } from "../../../../host/node/credentials/users-region.js";
import { password, serveFull } from "../../../support/full-server.js";
import { ed25519Key, rsaKey, type TestKey } from "../../../../scripts/client/keys/kinds.js";
import { signed } from "../../../../scripts/client/userauth.js";

const [FAILURE, SUCCESS] = [51, 52];
const SALT = "MDEyMzQ1Njc4OWFiY2RlZg";

/** "secret" with the costs that argon2-cffi 23 and passlib have, and PHP's PASSWORD_ARGON2ID; by @noble/hashes. */
const HASHES = [
  `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$s7HDvht1s+JaAdJ1qoLH/2c4KCL7V5DME2Cyd+d1XPI`,
  `$argon2id$v=19$m=65536,t=4,p=1$${SALT}$Bz3bZTnhBn2YNx9lXZ3uwg5ea4IXJrTfFrtuaVQ7yFw`,
];

for (const hash of HASHES) {
  test(`five thousand users with ${hash.slice(0, 30)}: the last one logs in by password and by each of several keys`, async (context) => {
    const keys = [2048, 3072, 4096].map((bits) => rsaKey("rsa-sha2-512", bits));
    const last: UserEntry = {
      name: "user 4999",
      password: parsePhc(hash),
      keys: [...keys, ed25519Key()],
      required: [["publickey"], ["password"]],
    };
    const others = Array.from({ length: 4_999 }, (_, index): UserEntry => {
      return { name: `user ${index}`, password: parsePhc(hash), keys: [ed25519Key()], required: [["password"]] };
    });
    const begin = performance.now();
    const { connect } = await serveFull({ users: { users: [...others, last] } });
    context.diagnostic(`the server was there after ${Math.round(performance.now() - begin)} ms`);
    for (const key of [...keys, ed25519Key()] as TestKey[]) {
      const client = await connect();
      assert.equal(await client.number(signed("user 4999", key, { sessionId: client.sessionId })), SUCCESS);
    }
    const client = await connect();
    assert.equal(await client.number(signed("user 4998", keys[0]!, { sessionId: client.sessionId })), FAILURE);
    assert.equal(await client.number(password("user 4999", "secret")), SUCCESS);
  });
}

test("four keys of RSA-4096 for each of two users", async () => {
  const [key] = [rsaKey("rsa-sha2-256", 4096)];
  const near = (n: number): TestKey => {
    const blob = Uint8Array.from(key.blob);
    blob[blob.length - 1]! ^= 2 * n; // of the same length, and nobody's
    return { ...key, blob };
  };
  const users = ["ann", "bob"].map((name): UserEntry => {
    return { name, keys: [near(1), near(2), near(3), key], required: [["publickey"]] };
  });
  assert.throws(() => encodeUsers({ users }), /the module has 2048/, "control: too much for a board");
  const { connect } = await serveFull({ users: { users } });
  const client = await connect();
  assert.equal(await client.number(signed("bob", key, { sessionId: client.sessionId })), SUCCESS);
});

test("what the table and the program say that a user may is what the session is told", async () => {
  const hash = parsePhc(HASHES[1]!);
  const users: UserEntry[] = [
    { name: "ann", password: hash, keys: [ed25519Key()], required: [["publickey"]], admin: true },
  ];
  const { connect, server } = await serveFull({
    users: { users, hostDecides: { others: ["password"] } },
    authenticate: ({ user }) => Promise.resolve(user === "zoe" ? { verdict: "success", commands: ["led"] } : "success"),
  });
  const told: unknown[] = [];
  server.on("session", ({ permissions }) => told.push(permissions));
  const ann = await connect();
  assert.equal(await ann.number(signed("ann", ed25519Key(), { sessionId: ann.sessionId })), SUCCESS);
  for (const user of ["zoe", "eve"]) assert.equal(await (await connect()).number(password(user, "x")), SUCCESS);
  assert.deepEqual(told, [{ admin: true }, { commands: ["led"] }, {}]);
});

const NAMES = [
  "users",
  "limits",
  "banner",
  "newPasswords",
  "hostDecides",
  "name",
  "password",
  "keys",
  "required",
  "methods",
];
const MORE = [
  "admin",
  "commands",
  "channels",
  "authorizedKeysFile",
  "passwordExpired",
  "failures",
  "text",
  "__proto__",
];
const WORDS = [
  "ann",
  "publickey",
  "password",
  HASHES[0]!,
  "led",
  "",
  "\u0000",
  "\ud800",
  "$argon2id$",
  "ssh-ed25519 AAAA",
];

test("whatever users.json holds, it is a table or an error that names its place", () => {
  const leaf = fc.oneof(
    fc.constantFrom(...WORDS),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.string(),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 4 }),
    object: fc.dictionary(fc.constantFrom(...NAMES, ...MORE), tie("value"), { maxKeys: 5 }),
  }));
  const user = fc.dictionary(fc.constantFrom("name", ...NAMES.slice(6), ...MORE), value, { maxKeys: 4 });
  const config = fc.oneof(value, fc.record({ users: fc.array(user, { maxLength: 3 }) }));
  fc.assert(
    fc.property(config, (given) => {
      try {
        encodeUsers(parseUsersConfig(given, () => "not a key"));
      } catch (error) {
        assert.ok(error instanceof CredentialsError, String(error));
        assert.match(
          error.message,
          /^(an object is wanted|\w+(\[\d+\])?(\.[\w\]\[]+)*: |users: |the |failures |queries |requests |user ")/,
        );
      }
    }),
    { numRuns: 3_000 },
  );
});
