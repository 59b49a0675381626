// Rule 20: no state is shared between connections: each has its own instances of the modules, and what happens to one
// never touches another. The host's part of rule 2, too: the connection module does not exist before SUCCESS.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type CompiledModule, loadModule, type ModuleType, wideModulePath } from "../../host/node/modules.js";
import { keyExchange } from "../../scripts/client/login.js";
import { type RawClient } from "../../scripts/client/client.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { PASSWORD, USER } from "../support/session.js";
import { type Fixture, serve } from "../support/tcp.js";
import { TcpClient } from "../../scripts/client/tcp.js";
import { string, uint32 } from "../../scripts/client/wire.js";

const fixtures: Fixture[] = [];
const right = (): Uint8Array => passwordRequest(USER, PASSWORD);
const kinds = ({ made }: Fixture): ModuleType[] => made.map(({ type }) => type);

async function fixture(options?: Parameters<typeof serve>[0]): Promise<Fixture> {
  const made = await serve(options);
  fixtures.push(made);
  return made;
}

async function assertServes({ port }: Fixture): Promise<void> {
  const client = await TcpClient.connect(port);
  assert.equal(await client.login(right, "still here"), "still here");
  client.socket.destroy();
}

/** The key exchange and the service request of a polite client. */
async function connected(port: number): Promise<TcpClient> {
  const client = await TcpClient.connect(port);
  const { raw } = client;
  assert.ok(await client.run(keyExchange(raw)));
  raw.messages = [];
  assert.deepEqual(await ask(client, () => raw.send(5, string("ssh-userauth"))), [6]);
  return client;
}

async function ask(client: TcpClient, make: (raw: RawClient) => Buffer, awaits = 1): Promise<number[]> {
  client.raw.messages = [];
  client.socket.write(make(client.raw));
  await client.until(() => client.raw.messages.length >= awaits);
  return client.raw.takeNumbers();
}

after(() => Promise.all(fixtures.map(({ server }) => server.close())));

test("rule 20 (wolfSSH CVE-2026-83540): one set of instances per connection, and no connection module before SUCCESS", async () => {
  const running = await fixture();
  const first = await connected(running.port);
  assert.deepEqual(kinds(running), ["transport"]);
  assert.deepEqual(await ask(first, (raw) => raw.packet(passwordRequest(USER, "wrong"))), [51]);
  assert.deepEqual(kinds(running), ["transport", "userauth"]);
  const second = await connected(running.port);
  assert.deepEqual(await ask(second, (raw) => raw.packet(passwordRequest(USER, "wrong"))), [51]);
  assert.deepEqual(kinds(running), ["transport", "userauth", "transport", "userauth"]);
  assert.deepEqual(await ask(first, (raw) => raw.packet(right())), [52]);
  assert.deepEqual(kinds(running).slice(4), ["connection"]);
  assert.deepEqual(await ask(second, (raw) => raw.send(90, string("session"), uint32(0), uint32(9), uint32(9))), [1]);
  assert.equal(running.made.length, 5, "the failed connection has none");
  const memories = new Set(
    running.made.map(({ instance }) => (instance.exports as { memory: WebAssembly.Memory }).memory),
  );
  assert.equal(memories.size, 5, "no memory is shared");
});

test("rule 20 (wolfSSH CVE-2026-83540): attempts of one connection do not count in another, and neither does a login", async () => {
  const running = await fixture();
  const clients = await Promise.all([connected(running.port), connected(running.port)]);
  for (let count = 0; count < 3; count++) {
    assert.deepEqual(await ask(clients[0], (raw) => raw.packet(passwordRequest(USER, "wrong"))), [51]);
  }
  for (let count = 0; count < 3; count++) {
    assert.deepEqual(await ask(clients[1], (raw) => raw.packet(passwordRequest(USER, "wrong"))), [51]);
  }
  assert.deepEqual(await ask(clients[0], (raw) => raw.packet(passwordRequest(USER, "wrong")), 2), [51, 1]);
  assert.deepEqual(await ask(clients[1], (raw) => raw.packet(right())), [52]);
  const third = await connected(running.port);
  assert.deepEqual(await ask(third, (raw) => raw.send(90, string("session"), uint32(0), uint32(9), uint32(9))), [1]);
});

/** A module whose `receive` traps at the nth payload that passes `when`. */
function trapping<Type extends "transport" | "userauth" | "connection">(
  type: Type,
  target: string,
  when: () => boolean,
): CompiledModule<Type> {
  const module = loadModule(type, wideModulePath(target));
  const instantiate = (): ReturnType<typeof module.instantiate> => {
    const instance = module.instantiate();
    const receive = (length: number): number => {
      if (when()) throw new WebAssembly.RuntimeError("unreachable");
      return instance.exports.receive(length);
    };
    return { ...instance, exports: { ...instance.exports, receive } };
  };
  return { ...module, instantiate };
}

test("rule 20 (wolfSSH CVE-2026-83540): a trap in any module ends its own connection and no other", async () => {
  for (const [type, target] of [
    ["transport", "transport"],
    ["userauth", "userauth-password"],
    ["connection", "connection"],
  ] as const) {
    let armed = false;
    const running = await fixture({ modules: { [type]: trapping(type, target, () => armed) } });
    const bystander = await connected(running.port);
    assert.deepEqual(await ask(bystander, (raw) => raw.packet(right())), [52]);
    const victim = await connected(running.port);
    if (type === "connection") await ask(victim, (raw) => raw.packet(right()));
    armed = true;
    victim.socket.write(victim.raw.packet(type === "connection" ? Buffer.of(80) : right()));
    await victim.untilClosed();
    armed = false;
    assert.equal(running.log.find(({ event }) => event === "connection-close")?.cause, "module-error");
    assert.deepEqual(
      await ask(bystander, (raw) => raw.send(80, string("keepalive"), 1)),
      [82],
      "the other one is served",
    );
    await assertServes(running);
  }
});

test("rule 20 (PuTTY CVE-2011-4607): when a connection has ended, no secret is left in its instances", async () => {
  const running = await fixture();
  const endings: ((client: TcpClient) => Promise<unknown>)[] = [
    (client) => Promise.resolve(client.socket.destroy()),
    (client) => ask(client, (raw) => raw.send(1, uint32(11), string(""), string("")), 0),
    (client) => ask(client, (raw) => raw.packet(passwordRequest(USER, `${PASSWORD}!`), { corruptTagAt: 1 })),
    (client) =>
      ask(client, (raw) => Buffer.concat([1, 2, 3, 4].map(() => raw.packet(passwordRequest(USER, `${PASSWORD}!`)))), 5),
  ];
  for (const end of endings) {
    running.made.length = 0;
    const client = await connected(running.port);
    await ask(client, (raw) => raw.packet(passwordRequest(USER, `${PASSWORD}?`)));
    assert.deepEqual(kinds(running), ["transport", "userauth"]);
    const count = running.log.length;
    await end(client);
    while (!running.log.slice(count).some(({ event }) => event === "connection-close")) await delay(5);
    for (const { type, instance } of running.made) {
      const memory = new Uint8Array((instance.exports as { memory: WebAssembly.Memory }).memory.buffer);
      assert.ok(
        memory.every((byte) => byte === 0),
        `${type} is overwritten`,
      );
    }
  }
  await assertServes(running);
});
