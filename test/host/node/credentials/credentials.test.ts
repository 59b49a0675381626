// The credentials region, and its embedding into modules whose code must stay as it was tested.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";
import {
  buildOfRegion,
  CredentialsError,
  embedCredentials,
  encodeCredentials,
  isDevelopment,
  PASSWORD_CAPACITY,
  publicKeyOfRegion,
  readCredentials,
  USER_NAME_CAPACITY,
  USERAUTH_BUILDS,
  userOfRegion,
} from "../../../../host/node/credentials/credentials.js";
import type { Credentials, UserauthBuild } from "../../../../host/node/credentials/credentials.js";
import { compileModule } from "../../../../host/node/modules.js";
import { keyPairFromSeed } from "../../../../host/node/credentials/openssh-keys.js";
import { readSections } from "../../../../host/core/wasm-file.js";

const { publicKey } = keyPairFromSeed(new Uint8Array(32).fill(3));

function plainModule(build: UserauthBuild): Uint8Array {
  return readFileSync(fileURLToPath(new URL(`../../../../build/plain/userauth-${build}.wasm`, import.meta.url)));
}

function sample(build: UserauthBuild): Uint8Array {
  return encodeCredentials(
    build,
    build === "password" ? { user: "root", password: "p4ss" } : { user: "root", publicKey },
  );
}

test("the region has the documented layout", () => {
  const password = Buffer.from(encodeCredentials("password", { user: "Jürgen", password: "pässwort" }));
  assert.equal(password.length, 192);
  assert.equal(password[0], 7);
  assert.equal(password.toString("utf8", 1, 8), "Jürgen");
  assert.ok(password.subarray(8, 64).every((byte) => byte === 0));
  assert.equal(password[64], 9);
  assert.equal(password.toString("utf8", 65, 74), "pässwort");
  assert.ok(password.subarray(74).every((byte) => byte === 0));
  const small = Buffer.from(encodeCredentials("publickey-small", { user: "u", publicKey }));
  assert.equal(small.length, 96);
  assert.deepEqual(small.subarray(64), Buffer.from(publicKey));
  const fast = Buffer.from(encodeCredentials("publickey", { user: "u", publicKey }));
  assert.equal(fast.length, 128);
  assert.deepEqual(fast.subarray(0, 96), small);
  assert.equal(fast[96]! & 1, publicKey[31]! >> 7, "the sign bit of the public key is x's lowest bit");
});

test("the host's capacities are those of the modules", () => {
  const source = readFileSync(
    fileURLToPath(new URL("../../../../assembly/abi/capacities.ts", import.meta.url)),
    "utf8",
  );
  const capacity = (name: string): number =>
    Number(new RegExp(`^export const ${name}: u32 = (\\d+);$`, "m").exec(source)?.[1]);
  assert.equal(USER_NAME_CAPACITY, capacity("USER_NAME_CAPACITY"));
  assert.equal(PASSWORD_CAPACITY, capacity("PASSWORD_CAPACITY"));
});

test("a region tells its build, its user and its key", () => {
  for (const build of USERAUTH_BUILDS) {
    const region = sample(build);
    assert.equal(buildOfRegion(region), build);
    assert.equal(userOfRegion(region), "root");
    assert.equal(userOfRegion(new Uint8Array(region.length)), undefined);
    assert.deepEqual(publicKeyOfRegion(region), build === "password" ? undefined : publicKey);
  }
});

test("credentials that do not fit are refused with the reason", () => {
  const notOnCurve = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 2 : 0));
  const refusals: [UserauthBuild, Credentials, RegExp][] = [
    ["password", { user: "", password: "p" }, /user name is empty/],
    ["password", { user: "x".repeat(64), password: "p" }, /user name has 64 bytes; 63 is the most/],
    ["password", { user: "u", password: "" }, /password is empty/],
    ["password", { user: "u", password: "é".repeat(64) }, /password has 128 bytes; 127 is the most/],
    ["password", { user: "u" }, /needs a password/],
    ["password", { user: "u", password: "p", publicKey }, /no place for a public key/],
    ["publickey", { user: "u", password: "p", publicKey }, /no place for a password/],
    ["publickey", { user: "u" }, /needs a public key/],
    ["publickey-small", { user: "u", publicKey: publicKey.subarray(1) }, /32 bytes/],
    ["publickey-small", { user: "u", publicKey: notOnCurve }, /point/],
  ];
  for (const [build, credentials, message] of refusals) {
    assert.throws(
      () => encodeCredentials(build, credentials),
      (error) => error instanceof CredentialsError && message.test(error.message),
      String(message),
    );
  }
  assert.equal(encodeCredentials("password", { user: "x".repeat(63), password: "p".repeat(127) }).indexOf(0), -1);
});

test("the development credentials are recognised, under whatever user name", () => {
  assert.ok(isDevelopment(encodeCredentials("password", { user: "admin", password: "nano123" })));
  assert.ok(isDevelopment(encodeCredentials("password", { user: "other", password: "nano123" })));
  assert.ok(!isDevelopment(encodeCredentials("password", { user: "admin", password: "nano1234" })));
  assert.ok(isDevelopment(sample("publickey"), publicKey));
  assert.ok(!isDevelopment(sample("publickey"), keyPairFromSeed(new Uint8Array(32)).publicKey));
  assert.ok(!isDevelopment(sample("publickey")));
});

test("a module leaves the compiler without credentials", () => {
  for (const build of USERAUTH_BUILDS) {
    const region = readCredentials(build, compileModule("userauth", plainModule(build)));
    assert.ok(region.every((byte) => byte === 0));
  }
});

test("embedding changes the data section and nothing else, and a second embedding replaces the first", () => {
  for (const build of USERAUTH_BUILDS) {
    const plain = plainModule(build);
    const region = sample(build);
    const embedded = embedCredentials(plain, region);
    assert.deepEqual(otherSections(embedded), otherSections(plain));
    assert.deepEqual(readCredentials(build, compileModule("userauth", embedded)), region);
    const longest = { user: "x".repeat(63), ...(build === "password" ? { password: "p".repeat(127) } : { publicKey }) };
    const replaced = embedCredentials(embedCredentials(plain, encodeCredentials(build, longest)), region);
    assert.deepEqual(readCredentials(build, compileModule("userauth", replaced)), region);
    assert.ok(embedded.length < plain.length + region.filter((byte) => byte !== 0).length + 32, "zeros cost nothing");
    assert.deepEqual(Buffer.from(embedCredentials(embedded, region)), Buffer.from(embedded));
  }
});

test("modules without a data section and with a count of segments take credentials too", () => {
  for (const [name, text] of [
    ["no data", module("")],
    ["zeros", module('(data (i32.const 4096) "\\00")')],
    ["earlier credentials", module(`(data (i32.const 4900) "${"\\07".repeat(100)}")`)],
    ["a count of segments", module('(data $d "abc")', "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 3))")],
  ] as const) {
    const parsed = binaryen.parseText(text);
    if (name === "a count of segments") parsed.setFeatures(binaryen.Features.All);
    const plain = parsed.emitBinary();
    assert.equal(
      readSections(plain).some((section) => section.name === "dataCount"),
      name === "a count of segments",
    );
    const region = sample("password");
    const embedded = embedCredentials(plain, region);
    assert.deepEqual(readCredentials("password", compileModule("userauth", embedded)), region, name);
    assert.deepEqual(otherSections(embedded), otherSections(plain), name);
    // Another reader of the format agrees.
    const reread = binaryen.readBinary(embedded);
    reread.setFeatures(binaryen.Features.All);
    assert.ok(reread.validate(), name);
  }
});

test("what is no userauth module is refused", () => {
  assert.throws(() => embedCredentials(new Uint8Array(8), sample("password")));
  const other = binaryen.parseText('(module (memory (export "memory") 1 1))').emitBinary();
  assert.throws(() => embedCredentials(other, sample("password")), /not a userauth module/);
  const importing = binaryen.parseText('(module (import "env" "abort" (func)))').emitBinary();
  assert.throws(() => embedCredentials(importing, sample("password")), /imports abort/);
  assert.throws(() => embedCredentials(plainModule("password"), new Uint8Array(10)), /no build has/);
});

function module(data: string, body = ""): string {
  return `(module
    (memory (export "memory") 1 1)
    (global (export "status") (mut i32) (i32.const 0))
    (global (export "__heap_base") i32 (i32.const 5000))
    (global (export "__data_end") i32 (i32.const 5000))
    (func (export "receive") (param i32) (result i32) ${body} (i32.const 0))
    ${data})`;
}

/** Every section but those of the data, as hexadecimal digits. */
function otherSections(wasm: Uint8Array): string[] {
  return readSections(wasm)
    .filter(({ name }) => name !== "data" && name !== "dataCount")
    .map(({ start, end }) => Buffer.from(wasm.subarray(start, end)).toString("hex"));
}
