// One instance of the full userauth module under the host's control (host/node/userauth/instance.ts): what is wiped,
// salts, and replies.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthStatus } from "../../../../assembly/abi/index.js";
import { credentialsPointer, FULL_BUILD, fullRegion } from "../../../../host/node/credentials/credentials.js";
import { loadModule, ModuleError, plainModulePath } from "../../../../host/node/modules.js";
import { UserauthInstance } from "../../../../host/node/userauth/instance.js";
import { encodeUsers, passwordRecordOffset } from "../../../../host/node/credentials/users-region.js";
import { changeRequest, passwordRequest, SESSION_ID, userauthRequest } from "../../../../scripts/client/userauth.js";
import { passwordUser } from "../../../support/userauth-full.js";

const module = loadModule("userauth", plainModulePath("userauth"));
const REGION = encodeUsers({ users: [passwordUser("u", "old secret")], banner: "hello", failures: 9 });
const credentials = { pointer: credentialsPointer(FULL_BUILD, module), region: fullRegion(module, REGION) };

function open(changesPasswords: boolean): { userauth: UserauthInstance; memory: Uint8Array } {
  const instance = module.instantiate();
  const setup = { credentials, payloadCapacity: 4096, changesPasswords };
  const userauth = new UserauthInstance(instance, setup, SESSION_ID);
  return { userauth, memory: new Uint8Array(instance.exports.memory.buffer) };
}

test("a request is wiped, and an instance that has ended holds nothing", () => {
  const { userauth, memory } = open(false);
  const request = passwordRequest("u", "wrong");
  assert.equal(userauth.receive(request).status, UserauthStatus.INVALID_PASSWORD);
  assert.ok(request.every((byte) => byte === 0));
  assert.ok(memory.some((byte) => byte !== 0));
  userauth.end();
  assert.ok(memory.every((byte) => byte === 0));
});

test("the banner goes before the first answer; a module that says more than two things to a request is no more believed", () => {
  const { userauth } = open(false);
  const numbers = (replies: readonly Uint8Array[]): number[] => replies.map((reply) => reply[0]!);
  assert.deepEqual(numbers(userauth.receive(userauthRequest("u", "none")).replies), [53, 51]);
  assert.deepEqual(numbers(userauth.receive(userauthRequest("u", "none")).replies), [51]);
  const { exports, memory } = module.instantiate();
  const talkative = { exports: { ...exports, nextReply: () => 1 }, memory };
  const other = new UserauthInstance(talkative, { credentials, payloadCapacity: 4096 }, SESSION_ID);
  assert.throws(() => other.receive(userauthRequest("u", "none")), ModuleError);
});

test("credentials that the module refuses end the connection before a request is judged by them", () => {
  const empty = { ...credentials, region: new Uint8Array(credentials.region.length) };
  const setup = { credentials: empty, payloadCapacity: 4096 };
  assert.throws(() => new UserauthInstance(module.instantiate(), setup, SESSION_ID), /refuses its credentials/);
});

test("passwords change where somebody stores them, again and again, and nowhere else", () => {
  const without = open(false).userauth;
  assert.equal(without.receive(changeRequest("u", "old secret", "new secret")).status, UserauthStatus.FAILURE);
  const { userauth } = open(true);
  const salts = ["new secret", "newer secret", "newest secret"].map((password) => {
    const { status, change } = userauth.receive(changeRequest("u", "old secret", password));
    assert.equal(status, UserauthStatus.CHANGE_PENDING, password);
    assert.equal(change!.offset, passwordRecordOffset(REGION, "u"));
    assert.equal(userauth.decide(UserauthStatus.FAILURE).status, UserauthStatus.FAILURE);
    return Buffer.from(change!.record.subarray(1, 17)).toString("hex");
  });
  assert.equal(new Set(salts).size, 3);
});

test("a record of another connection takes the place of the old one, and never goes beyond the region", () => {
  const { userauth } = open(true);
  const { change } = userauth.receive(changeRequest("u", "old secret", "new secret"));
  const other = open(true).userauth;
  other.replaceRecord(change!);
  assert.equal(other.receive(passwordRequest("u", "old secret")).status, UserauthStatus.INVALID_PASSWORD);
  assert.equal(other.receive(passwordRequest("u", "new secret")).status, UserauthStatus.SUCCESS);
  const capacity = credentials.region.length;
  const { length } = change!.record;
  other.replaceRecord({ ...change!, offset: capacity - length });
  assert.throws(() => other.replaceRecord({ ...change!, offset: capacity - length + 1 }), ModuleError);
});
