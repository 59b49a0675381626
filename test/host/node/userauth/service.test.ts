// The full userauth build for all connections of a server (host/node/userauth/service.ts), in the thread of the test,
// with a module whose calls and whose copies of secrets are seen: what is not done for a connection that has ended, and
// in which order passwords change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthStatus } from "../../../../assembly/abi/index.js";
import type { AuthenticationRequest, Verdict } from "../../../../host/node/index.js";
import { credentialsPointer, FULL_BUILD, readCredentials } from "../../../../host/node/credentials/credentials.js";
import { type CompiledModule, loadModule, ModuleMemory, plainModulePath } from "../../../../host/node/modules.js";
import { UserauthService, type UserauthServiceOptions } from "../../../../host/node/userauth/service.js";
import { UserRegions } from "../../../../host/node/userauth/user-regions.js";
import type { Userauth } from "../../../../host/node/userauth/userauth.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  SESSION_ID,
} from "../../../../scripts/client/userauth.js";
import { eventually } from "../../../support/programs.js";
import { passwordUser } from "../../../support/userauth-full.js";

const compiled = loadModule("userauth", plainModulePath("userauth"));
const BOTH_METHODS = { required: [["password" as const], ["keyboard-interactive" as const]] };
const users = [passwordUser("ann", "ann's secret", BOTH_METHODS), passwordUser("bob", "bob's secret", BOTH_METHODS)];

interface Fixture {
  open: () => Userauth;
  /** The functions of all instances that have been called. */
  calls: string[];
  /** What the host has copied out of the instances' memories. */
  copies: Uint8Array[];
  /** Called while the module has a request. */
  hooks: { receiving?: (() => void) | undefined };
}

function serve(options: Partial<UserauthServiceOptions> = {}): Fixture {
  const calls: string[] = [];
  const copies: Uint8Array[] = [];
  const hooks: Fixture["hooks"] = {};
  class WatchedMemory extends ModuleMemory {
    override read(pointer: number, length: number): Uint8Array {
      const copy = super.read(pointer, length);
      copies.push(copy);
      return copy;
    }
  }
  const instantiate = (): ReturnType<typeof compiled.instantiate> => {
    const { exports } = compiled.instantiate();
    const watched = Object.entries(exports).map(([name, value]): [string, unknown] => {
      if (typeof value !== "function") return [name, value];
      const call = (...args: number[]): unknown => {
        calls.push(name);
        if (name === "receive") hooks.receiving?.();
        return (value as (...args: number[]) => unknown)(...args);
      };
      return [name, call];
    });
    return {
      exports: Object.fromEntries(watched) as unknown as typeof exports,
      memory: new WatchedMemory(exports.memory),
    };
  };
  const module: CompiledModule<"userauth"> = { ...compiled, instantiate };
  const hostDecides = options.authenticate && { others: ["password" as const] };
  const capacity = readCredentials(FULL_BUILD, compiled).length;
  const service = new UserauthService({
    module,
    credentialsPointer: credentialsPointer(FULL_BUILD, compiled),
    users: new UserRegions({ users, ...(hostDecides && { hostDecides }) }, { capacity, argon2MemoryKiB: Infinity }),
    payloadCapacity: 4096,
    threads: 0,
    ...options,
  });
  const peer = { connection: 1, remoteAddress: "test", source: "test" };
  const report = { passwordChanged: () => {}, error: (error: Error) => assert.fail(error) };
  return { open: () => service.open(SESSION_ID, peer, report), calls, copies, hooks };
}

/** As the switchboard gives payloads: no Buffer, of which `slice` makes no copy. */
const plain = (payload: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(payload);

const statusOf = async (userauth: Userauth, payload: Uint8Array): Promise<UserauthStatus> =>
  (await userauth.receive(plain(payload))).status;

test("an application is told that the client has gone, and what it answers then does not reach the module", async () => {
  let request: AuthenticationRequest | undefined;
  let answer: ((verdict: Verdict) => void) | undefined;
  const { open, calls } = serve({
    authenticate: (asked) => {
      request = asked;
      return new Promise((resolve) => (answer = resolve));
    },
  });
  const userauth = open();
  const judgement = userauth.receive(plain(passwordRequest("zoe", "a secret")));
  await eventually("the application is asked", () => answer !== undefined);
  const ended = userauth.end();
  assert.equal(request!.signal.aborted, true);
  answer!("success");
  assert.deepEqual((await judgement).replies, []);
  await ended;
  assert.ok(!calls.includes("decide"), "not called");
});

test("of a client that goes while its request is read no password is kept, neither the old one nor the new one", async () => {
  const { open, copies, hooks } = serve({ authenticate: () => assert.fail("nobody waits for the answer") });
  const userauth = open();
  hooks.receiving = () => queueMicrotask(() => void userauth.end());
  const { replies } = await userauth.receive(plain(changeRequest("zoe", "a secret", "another secret")));
  assert.deepEqual(replies, []);
  const lengths = copies.map(({ length }) => length);
  assert.ok(lengths.includes("a secret".length) && lengths.includes("another secret".length), "they have been read");
  for (const copy of copies) assert.doesNotMatch(Buffer.from(copy).toString("latin1"), /secret/);
});

test("a request whose turn has not come when its client goes is wiped, and never read", async () => {
  const { open, calls, hooks } = serve();
  const [first, second] = [open(), open()];
  const waiting = plain(passwordRequest("ann", "ann's secret"));
  const copy = waiting.slice();
  waiting.slice = () => copy;
  let judgement: ReturnType<Userauth["receive"]> | undefined;
  hooks.receiving = () => {
    hooks.receiving = undefined;
    judgement = second.receive(waiting);
    void second.end();
  };
  assert.equal(await statusOf(first, passwordRequest("ann", "wrong")), UserauthStatus.INVALID_PASSWORD);
  assert.deepEqual((await judgement!).replies, []);
  for (const bytes of [waiting, copy])
    assert.ok(
      bytes.every((byte) => byte === 0),
      "wiped",
    );
  assert.equal(calls.filter((name) => name === "receive").length, 1);
});

test("a request that comes after the end is wiped, and never read", async () => {
  const { open, calls } = serve();
  const userauth = open();
  await userauth.end();
  const late = plain(passwordRequest("ann", "ann's secret"));
  const copy = late.slice();
  late.slice = () => copy;
  assert.deepEqual((await userauth.receive(late)).replies, []);
  for (const bytes of [late, copy])
    assert.ok(
      bytes.every((byte) => byte === 0),
      "wiped",
    );
  assert.ok(!calls.includes("receive"), "not called");
});

/** A store that takes the changes, each when it is told to. */
function openStore(): {
  stored: string[];
  gates: (() => void)[];
  storePassword: UserauthServiceOptions["storePassword"];
} {
  const stored: string[] = [];
  const gates: (() => void)[] = [];
  const storePassword = ({ user }: { user: string }): Promise<void> => {
    stored.push(user);
    return new Promise((resolve) => gates.push(resolve));
  };
  return { stored, gates, storePassword };
}

test("passwords are stored one after the other, and not that of a client which has gone before its turn", async () => {
  const { stored, gates, storePassword } = openStore();
  const { open, calls } = serve({ storePassword });
  const [first, second, third] = [open(), open(), open()];
  const anns = statusOf(first, changeRequest("ann", "ann's secret", "first secret"));
  const bobs = statusOf(second, changeRequest("bob", "bob's secret", "second secret"));
  const late = statusOf(third, changeRequest("bob", "bob's secret", "third secret"));
  await eventually("all have been accepted", () => calls.filter((name) => name === "recordOffset").length === 3);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(stored, ["ann"]);
  const ended = second.end();
  gates.shift()!();
  assert.equal(await anns, UserauthStatus.SUCCESS);
  await eventually("the next one is to be stored", () => gates.length === 1);
  gates.shift()!();
  assert.equal(await late, UserauthStatus.SUCCESS);
  assert.deepEqual(stored, ["ann", "bob"]);
  await Promise.all([bobs, ended]);
  assert.equal(await statusOf(open(), passwordRequest("bob", "third secret")), UserauthStatus.SUCCESS);
});

test("whoever has been asked for a password before it was changed by another connection is judged by the new one", async () => {
  const { gates, storePassword } = openStore();
  const { open } = serve({ storePassword });
  const [first, second, third] = [open(), open(), open()];
  for (const asked of [second, third])
    assert.equal(await statusOf(asked, interactiveRequest("ann")), UserauthStatus.PROMPTED);
  const change = statusOf(first, changeRequest("ann", "ann's secret", "another secret"));
  await eventually("it is to be stored", () => gates.length === 1);
  gates.shift()!();
  assert.equal(await change, UserauthStatus.SUCCESS);
  assert.equal(await statusOf(second, infoResponse("ann's secret")), UserauthStatus.INVALID_PASSWORD);
  assert.equal(await statusOf(third, infoResponse("another secret")), UserauthStatus.SUCCESS);
});
