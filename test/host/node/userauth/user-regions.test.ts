// host/node/userauth/user-regions.ts: the module is shown one user at a time, and cannot tell by its work whom.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialsError } from "../../../../host/node/credentials/credentials.js";
import { UserRegions } from "../../../../host/node/userauth/user-regions.js";
import type { UserEntry, UsersTable } from "../../../../host/node/credentials/users-region.js";
import {
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import {
  ecdsaKey,
  ed25519Key,
  rsaKey,
  securityEd25519Key,
  type TestKey,
} from "../../../../scripts/client/keys/kinds.js";
import { FullUserauth, passwordUser } from "../../../support/userauth-full.js";

const LIMITS = { capacity: 2048, argon2MemoryKiB: 32 };
const [FIRST, SECOND, CURVE, SECURITY] = [
  ed25519Key(),
  ed25519Key(new Uint8Array(32).fill(9)),
  ecdsaKey(),
  securityEd25519Key(),
];
const USERS: UserEntry[] = [
  passwordUser("ann", "secret", { keys: [FIRST, SECOND], required: [["publickey"], ["password"]] }),
  passwordUser("bob", "secret", { keys: [CURVE], required: [["publickey", "password"]], admin: true }),
  { name: "eve", keys: [SECURITY, FIRST], required: [["publickey"]] },
  passwordUser("zoe", "secret"),
];
const TABLE: UsersTable = { users: USERS, failures: 255, queries: 255, requests: 255 };

/** An instance, as the service uses it. */
class Shown {
  readonly userauth: FullUserauth;

  constructor(
    readonly regions: UserRegions,
    counted = false,
  ) {
    this.userauth = new FullUserauth(regions.region, { counted });
  }

  show(payload: Uint8Array): void {
    const shown = this.regions.show(payload);
    if (shown) this.userauth.memory.set(shown.region, this.userauth.exports.credentialsPtr());
  }

  judge(payload: Uint8Array): string {
    this.show(payload);
    return this.userauth.judge(payload);
  }

  ops(payload: Uint8Array): number {
    this.show(payload);
    return this.userauth.ops(payload);
  }
}

test("each user logs in as in a region of all, and no other does", () => {
  const regions = new UserRegions(TABLE, LIMITS);
  const open = (): Shown => new Shown(regions);
  assert.equal(open().judge(passwordRequest("zoe", "secret")), "SUCCESS 52");
  assert.equal(open().judge(passwordRequest("eve", "secret")), "INVALID_PASSWORD 51");
  assert.equal(open().judge(passwordRequest("nobody", "secret")), "INVALID_USER 51");
  assert.equal(open().judge(passwordRequest("\xff", "secret")), "INVALID_USER 51");
  for (const [name, key] of [
    ["ann", FIRST],
    ["ann", SECOND],
    ["eve", FIRST],
    ["eve", SECURITY],
  ] as [string, TestKey][]) {
    assert.equal(open().judge(signed(name, key)), "SUCCESS 52", name);
  }
  assert.equal(open().judge(signed("ann", SECURITY)), "INVALID_PUBLICKEY 51");
  const both = open();
  assert.equal(both.judge(signed("bob", CURVE)), "PARTIAL_SUCCESS 51");
  assert.equal(
    both.judge(passwordRequest("ann", "wrong")),
    "INVALID_PASSWORD 51",
    "what bob has achieved is forgotten",
  );
  assert.equal(both.judge(passwordRequest("bob", "secret")), "FAILURE 51");
  assert.equal(both.judge(signed("bob", CURVE)), "PARTIAL_SUCCESS 51");
  assert.equal(both.judge(passwordRequest("bob", "secret")), "SUCCESS 52");
});

test("a name that is too long for any user, or ends behind its request, is not kept", () => {
  const regions = new UserRegions(TABLE, LIMITS);
  const nameOf = (payload: Uint8Array): string => regions.show(payload)!.name;
  assert.equal(nameOf(passwordRequest("u".repeat(63), "secret")), "u".repeat(63));
  assert.equal(nameOf(passwordRequest("u".repeat(64), "secret")), "");
  assert.equal(nameOf(Buffer.from([50, 0, 0, 0, 4, ...Buffer.from("ann")])), "");
});

test("an answer to a prompt is judged by the user who was prompted", () => {
  const users = [passwordUser("ann", "secret", { required: [["keyboard-interactive"]] })];
  const shown = new Shown(new UserRegions({ users }, LIMITS));
  assert.equal(shown.judge(interactiveRequest("ann")), "PROMPTED 60");
  assert.equal(shown.judge(infoResponse("secret")), "SUCCESS 52");
});

test("rule 12: for names of one length every request costs the same, whoever is there and whatever keys the user has", () => {
  const regions = new UserRegions(TABLE, LIMITS);
  const requests: [string, (name: string) => Uint8Array][] = [
    ["none", (name) => userauthRequest(name, "none")],
    ["password", (name) => passwordRequest(name, "wrong")],
    ["keyboard-interactive", (name) => interactiveRequest(name)],
    ...[ed25519Key(new Uint8Array(32).fill(77)), ecdsaKey(), rsaKey(), securityEd25519Key("x:y:")].map(
      (key): [string, (name: string) => Uint8Array] => [
        key.algorithm,
        (name) => query(name, { ...key, blob: stranger(key) }),
      ],
    ),
  ];
  for (const [what, request] of requests) {
    const costs = ["ann", "bob", "eve", "zoe", "xyz"].map((name) => new Shown(regions, true).ops(request(name)));
    assert.deepEqual(new Set(costs).size, 1, `${what}: ${costs.join(", ")}`);
  }
  const { region } = regions.show(passwordRequest("ann", "x"))!;
  const keys = (name: string): number => regions.show(passwordRequest(name, "x"))!.region.length;
  assert.ok(region.length > 0 && keys("xyz") > 3 * 51, "nobody has as many keys as anybody");
});

/** The blob with its last byte changed: nobody's. */
function stranger({ blob }: TestKey): Uint8Array {
  const other = Uint8Array.from(blob);
  other[other.length - 1]! ^= 1;
  return other;
}

test("what is no request, is cut off or names nobody shows nobody", () => {
  const regions = new UserRegions(TABLE, LIMITS);
  assert.equal(regions.show(infoResponse("secret")), undefined);
  const nobody = Buffer.from(regions.region);
  const right = passwordRequest("ann", "secret");
  const long = passwordRequest("a".repeat(64), "secret");
  for (const payload of [
    right.subarray(0, 1),
    right.subarray(0, 4),
    right.subarray(0, 7),
    long,
    passwordRequest("", "x"),
  ])
    assert.deepEqual(Buffer.from(regions.show(payload)!.region), nobody);
  assert.notDeepEqual(Buffer.from(regions.show(right.subarray(0, 8))!.region), nobody);
});

test("a changed password is the user's in every region from then on", () => {
  const regions = new UserRegions(TABLE, LIMITS);
  const record = Uint8Array.from({ length: 49 }, (_, index) => index);
  regions.replaceRecord("ann", 0, record);
  const at = regions.region.length - regions.region.length + 22 + 2;
  assert.deepEqual(
    Buffer.from(regions.show(passwordRequest("ann", "x"))!.region.subarray(at, at + 49)),
    Buffer.from(record),
  );
  assert.deepEqual(Buffer.from(regions.passwordOf("ann").salt), Buffer.from(record.subarray(1, 17)));
  assert.notDeepEqual(Buffer.from(regions.passwordOf("bob").salt), Buffer.from(record.subarray(1, 17)));
  assert.ok(regions.has("ann") && !regions.has("an"));
});

test("users whose keys outgrow the module are refused with a name and a number", () => {
  const keys = Array.from({ length: 40 }, (_, index) => ed25519Key(new Uint8Array(32).fill(index)));
  const table = (count: number): UsersTable => ({ users: [passwordUser("ann", "x", { keys: keys.slice(0, count) })] });
  new UserRegions(table(36), LIMITS);
  assert.throws(
    () => new UserRegions(table(40), LIMITS),
    (error) =>
      error instanceof CredentialsError && /user "ann": .* 2244 bytes, and the module has 2048/.test(error.message),
  );
});
