// The host's part of a connection, with fake transport and userauth modules and the real connection module.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DisconnectReason, TransportError } from "../../../../assembly/abi/index.js";
import { DESCRIPTIONS, TRANSPORT_DESCRIPTIONS } from "../../../../host/node/switchboard/ending.js";
import type { LogEntry } from "../../../../host/node/server/log.js";
import { loadModule } from "../../../../host/node/modules.js";
import { keyPairFromSeed } from "../../../../host/node/credentials/openssh-keys.js";
import {
  type Channel,
  createServer,
  type Server,
  type ServerOptions,
  type Session,
} from "../../../../host/node/index.js";
import { CHANNEL_COUNT } from "../../../support/connection.js";
import { FakeClient } from "../../../support/fake-client.js";
import { Command, fakeTransport, fakeUserauth } from "../../../support/fake-modules.js";
import type { CompiledModule, ModuleType } from "../../../../host/node/modules.js";
import { boolean, string, uint32 } from "../../../../scripts/client/wire.js";

const hostKey = keyPairFromSeed(new Uint8Array(32).fill(7));
const connection = loadModule(
  "connection",
  join(fileURLToPath(new URL("../../../../build", import.meta.url)), "connection.wasm"),
);
const servers: Server[] = [];

interface Fixture {
  server: Server;
  port: number;
  log: LogEntry[];
  client: FakeClient;
}

async function serve(
  onChannel: (channel: Channel, session: Session) => void = () => {},
  options: Partial<ServerOptions> = {},
): Promise<Fixture> {
  const log: LogEntry[] = [];
  const server = createServer({
    hostKey,
    modules: { transport: fakeTransport(), userauth: fakeUserauth(), connection },
    credentials: Uint8Array.from({ length: 192 }, () => 1),
    log: (entry) => log.push(entry),
    ...options,
  });
  servers.push(server);
  server.on("session", (session) => session.on("channel", (channel) => onChannel(channel, session)));
  const { port } = await server.listen(0);
  return { server, port, log, client: await FakeClient.connect(port) };
}

function exec(command: string, channel = 0): Parameters<FakeClient["send"]> {
  return [98, uint32(channel), string("exec"), boolean(true), string(command)];
}

const ending = (log: LogEntry[]): LogEntry | undefined => log.find(({ event }) => event === "connection-close");

async function untilConnections(server: Server, count: number): Promise<void> {
  while (server.connectionCount !== count) await delay(5);
}

/** What the fake transport makes of a disconnection. */
function disconnection(reason: DisconnectReason, description: string): string {
  return Buffer.from(`\x01${String.fromCharCode(reason)}${description}`, "latin1").toString("hex");
}

after(() => Promise.all(servers.map((server) => server.close())));

test("the host key reaches the transport module as seed and public key", async () => {
  const { client } = await serve();
  const expected = Buffer.concat([hostKey.seed, hostKey.publicKey]).toString("hex");
  assert.equal(await client.receive(), expected);
});

test("bytes that arrive one at a time make the same payloads", async () => {
  const { client, log } = await serve();
  await client.receive();
  for (const byte of Buffer.concat([string(Buffer.of(50, 3)), string(Buffer.of(50, 52))])) {
    client.socket.write(Buffer.of(byte));
    await delay(1);
  }
  assert.equal(await client.receive(), "33");
  assert.equal(await client.receive(), "34");
  assert.deepEqual(
    log.filter(({ event }) => event === "userauth").map(({ status }) => status),
    ["INVALID_PASSWORD", "SUCCESS"],
  );
});

test("every message numbered 80 to 127 before SUCCESS ends the connection", async () => {
  const { server, port } = await serve();
  for (let number = 80; number <= 127; number++) {
    const client = await FakeClient.connect(port);
    await client.receive();
    client.send(number, string("session"));
    const expected = disconnection(DisconnectReason.PROTOCOL_ERROR, DESCRIPTIONS["early-connection-message"]);
    assert.equal(await client.receive(), expected, `message ${number}`);
    assert.equal(await client.receive(), "closed");
  }
  await untilConnections(server, 1);
});

test("userauth messages after SUCCESS are not answered, and channels still open", async () => {
  const { client } = await serve();
  await client.receive();
  client.send(50, 52);
  assert.equal(await client.receive(), "34");
  client.send(50, 52);
  client.send(79);
  client.send(90, string("session"), uint32(7), uint32(1000), uint32(1000));
  assert.match(await client.receive(), /^5b/);
});

test("the userauth module's last words decide the reason of the disconnection", async () => {
  const { port } = await serve();
  for (const [status, reason, cause] of [
    [9, DisconnectReason.PROTOCOL_ERROR, "protocol-error"],
    [10, DisconnectReason.NO_MORE_AUTH_METHODS_AVAILABLE, "too-many-attempts"],
  ] as const) {
    const client = await FakeClient.connect(port);
    await client.receive();
    client.send(50, status);
    assert.equal(await client.receive(), "33");
    assert.equal(await client.receive(), disconnection(reason, DESCRIPTIONS[cause]));
    assert.equal(await client.receive(), "closed");
  }
});

test("a trap in one connection leaves the others and the server alone, and is told unless it is the transport module's", async () => {
  const { client, port, log } = await serve();
  await client.openChannel();
  const excuse = disconnection(DisconnectReason.BY_APPLICATION, DESCRIPTIONS["module-error"]);
  for (const [command, lastWords] of [
    [[Command.TRAP], undefined],
    [[Command.POINT_OUTSIDE], undefined],
    [[50, 255], excuse], // the userauth module's
  ] as const) {
    const victim = await FakeClient.connect(port);
    await victim.receive();
    victim.send(Uint8Array.from(command));
    if (lastWords) assert.equal(await victim.receive(), lastWords);
    assert.equal(await victim.receive(), "closed");
  }
  assert.deepEqual(
    log.filter(({ event }) => event === "connection-close").map(({ cause }) => cause),
    ["module-error", "module-error", "module-error"],
  );
  client.send(80, string("keepalive@openssh.com"), boolean(true));
  assert.equal(await client.receive(), "52");
});

test("replies wait for the end of a key exchange and leave in their order", async () => {
  const { client } = await serve((channel) => {
    channel.on("exec", () => channel.exit(3));
  });
  await client.openChannel();
  client.send(Command.BEGIN_KEY_EXCHANGE);
  client.send(...exec("x"));
  client.send(80, string("keepalive@openssh.com"), boolean(true));
  client.send(Command.END_KEY_EXCHANGE);
  const numbers = [];
  for (let count = 0; count < 5; count++) numbers.push((await client.receiveBytes())![0]);
  assert.deepEqual(numbers.slice(0, 2), [99, 82], "CHANNEL_SUCCESS, then REQUEST_FAILURE");
  assert.deepEqual(numbers.slice(2), [96, 98, 97], "EOF, exit-status, CLOSE");
});

test("a client that makes replies without end during a key exchange is disconnected", async () => {
  const { client, log } = await serve();
  await client.openChannel();
  client.send(Command.BEGIN_KEY_EXCHANGE);
  for (let count = 0; count < 2000; count++) client.send(80, string("keepalive@openssh.com"), boolean(true));
  assert.equal(await client.receive(), disconnection(DisconnectReason.PROTOCOL_ERROR, DESCRIPTIONS["held-replies"]));
  assert.equal(await client.receive(), "closed");
  assert.equal(ending(log)?.cause, "held-replies");
});

test("the host starts a key exchange when its time has come, and application data waits for its end", async () => {
  let opened: Channel | undefined;
  const { client } = await serve((channel) => (opened = channel), { rekeyIntervalMs: 20 });
  await client.openChannel();
  assert.equal(await client.receive(), "14");
  opened!.write("late");
  client.send(Command.END_KEY_EXCHANGE);
  assert.match(await client.receive(), /6c617465$/);
});

test("what a listener writes leaves after the answer to its request", async () => {
  const { client } = await serve((channel) => {
    channel.on("exec", () => {
      channel.stderr.write("error");
      channel.write("output");
      channel.exit(258);
    });
  });
  await client.openChannel();
  client.send(...exec("x"));
  assert.equal(await client.receive(), "6300000007");
  assert.match(await client.receive(), /^5f00000007000000010000000565/);
  assert.match(await client.receive(), /^5e00000007000000066f/);
  assert.equal(await client.receive(), "6000000007");
  assert.match(await client.receive(), /^62.*00000102$/);
  assert.equal(await client.receive(), "6100000007");
});

test("a request without a listener, or one that is rejected, fails", async () => {
  const { client } = await serve((channel) => {
    channel.on("exec", (_command, request) => request.reject());
  });
  await client.openChannel();
  client.send(...exec("x"));
  assert.equal(await client.receive(), "6400000007");
  client.send(98, uint32(0), string("subsystem"), boolean(true), string("sftp"));
  assert.equal(await client.receive(), "6400000007");
});

test("an error of a listener closes its channel and no other", async () => {
  const { client, log } = await serve((channel) => {
    channel.on("exec", (command) => {
      if (command === "throw") throw new Error("a bug");
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- that is the case under test
      channel.on("signal", () => Promise.reject(new Error("an asynchronous bug")));
    });
  });
  await client.openChannel();
  client.send(...exec("throw"));
  assert.equal(await client.receive(), "6400000007");
  assert.equal(await client.receive(), "6100000007");
  client.send(97, uint32(0));
  client.send(90, string("session"), uint32(8), uint32(1000), uint32(1000));
  assert.match(await client.receive(), /^5b00000008/);
  client.send(...exec("fine", CHANNEL_COUNT));
  assert.equal(await client.receive(), "6300000008");
  client.send(98, uint32(CHANNEL_COUNT), string("signal"), boolean(false), string("INT"));
  assert.equal(await client.receive(), "6100000008");
  assert.deepEqual(
    log.filter(({ event }) => event === "application-error").map(({ error }) => error),
    ["a bug", "an asynchronous bug"],
  );
});

test("a client may send no more than the window until the application reads", async () => {
  let opened: Channel | undefined;
  const windowBytes = 16_384;
  const { client, log } = await serve((channel) => (opened = channel), { windowBytes });
  await client.openChannel();
  const content = Buffer.alloc(windowBytes / 8, 0x61);
  for (let count = 0; count < 8; count++) client.send(94, uint32(0), string(content));
  client.send(80, string("keepalive@openssh.com"), boolean(true));
  assert.equal(await client.receive(), "52", "no WINDOW_ADJUST before the application reads");
  opened!.resume();
  const adjusted = await client.receiveBytes();
  assert.equal(adjusted![0], 93, "WINDOW_ADJUST when the application reads");
  opened!.pause();
  for (let count = 0; count < 64; count++) client.send(94, uint32(0), string(content));
  while ((await client.receiveBytes()) !== undefined);
  assert.equal(ending(log)?.cause, "protocol-error", "more than the window is a protocol error");
});

test("a write waits for the client's window and goes on with it", async () => {
  let written = false;
  const { client } = await serve((channel) => {
    channel.on("exec", () => channel.write("0123456789", () => (written = true)));
  });
  await client.openChannel(4);
  client.send(...exec("x"));
  assert.equal(await client.receive(), "6300000007");
  assert.match(await client.receive(), /0000000430313233$/);
  assert.equal(written, false);
  client.send(93, uint32(0), uint32(100));
  assert.match(await client.receive(), /00000006343536373839$/);
  assert.equal(written, true);
});

test("a client that reads nothing stops the application's writes, and the reading of what it sends", async () => {
  const chunk = Buffer.alloc(65_536);
  const chunks = 512;
  let written = 0;
  let received = 0;
  const { client, server } = await serve((channel) => {
    channel.on("exec", () => {
      const next = (): void => {
        if (++written < chunks) channel.write(chunk, next);
        else channel.exit(0);
      };
      channel.write(chunk, next);
    });
    channel.on("data", (bytes: Buffer) => (received += bytes.length));
  });
  await client.openChannel(0x7fff_ffff);
  client.socket.pause();
  client.send(...exec("x"));
  await delay(300);
  const stalled = written;
  assert.ok(stalled < chunks / 2, `${stalled} chunks were taken`);
  client.send(94, uint32(0), string("input"));
  await delay(50);
  assert.equal(written, stalled);
  assert.equal(received, 0);
  client.socket.resume();
  let bytes = 0;
  for (let payload = await client.receiveBytes(); payload![0] !== 97; payload = await client.receiveBytes()) {
    if (payload![0] === 94) bytes += payload!.length - 9;
  }
  assert.equal(bytes, chunks * chunk.length);
  assert.equal(received, 5);
  client.socket.destroy();
  await untilConnections(server, 0);
});

test("a client that vanishes closes its channels, and the server forgets it", async () => {
  let closed = 0;
  const { client, server } = await serve((channel, session) => {
    channel.on("close", () => closed++);
    session.on("close", () => closed++);
    channel.on("exec", () => channel.write(Buffer.alloc(1_000_000)));
  });
  await client.openChannel(10);
  client.send(...exec("x"));
  await client.receive();
  client.socket.resetAndDestroy();
  await untilConnections(server, 0);
  await delay(5);
  assert.equal(closed, 2);
});

test("the login time runs out with a word, and not after the login", async () => {
  const { client, log, port } = await serve(undefined, { loginGraceMs: 1000 });
  await client.openChannel();
  const slow = await FakeClient.connect(port);
  await slow.receive();
  assert.match(await slow.receive(), /^010b/);
  assert.equal(await slow.receive(), "closed");
  assert.equal(ending(log)?.cause, "login-timeout");
  client.send(80, string("keepalive@openssh.com"), boolean(true));
  assert.equal(await client.receive(), "52");
});

test("connections before login are limited in number; those after login do not count", async () => {
  const { client, log, port } = await serve(undefined, {
    maxUnauthenticated: 2,
    maxUnauthenticatedPerSource: 9,
    dropFrom: 9,
  });
  await client.openChannel();
  const first = await FakeClient.connect(port);
  const second = await FakeClient.connect(port);
  await first.receive();
  await second.receive();
  const third = await FakeClient.connect(port);
  await third.receive();
  assert.match(await third.receive(), /^010c/);
  assert.equal(await third.receive(), "closed");
  assert.ok(log.some(({ cause }) => cause === "too-many-unauthenticated"));
  second.send(Command.CLOSE);
  assert.equal(await second.receive(), "closed");
  const fourth = await FakeClient.connect(port);
  assert.match(await fourth.receive(), /^07/);
});

test("an engine without memory for another instance costs that connection only", async () => {
  const transport = fakeTransport();
  let fail = true;
  const instantiate = (): ReturnType<typeof transport.instantiate> => {
    if (fail) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
    return transport.instantiate();
  };
  const { client, port, log } = await serve(undefined, {
    modules: { transport: { ...transport, instantiate }, userauth: fakeUserauth(), connection },
  });
  assert.equal(await client.receive(), "closed");
  assert.equal(ending(log)?.cause, "module-error");
  fail = false;
  const next = await FakeClient.connect(port);
  assert.match(await next.receive(), /^07/);
});

test("closing the server tells its clients and waits for their end", async () => {
  const { client, server, port } = await serve();
  await client.openChannel();
  const closed = server.close();
  assert.equal(await client.receive(), disconnection(DisconnectReason.BY_APPLICATION, DESCRIPTIONS["server-close"]));
  await closed;
  assert.equal(server.connectionCount, 0);
  await assert.rejects(FakeClient.connect(port));
});

/** A module that keeps the memories of its instances for the test. */
function watched<Type extends ModuleType>(module: CompiledModule<Type>, memories: Buffer[]): CompiledModule<Type> {
  const instantiate = (): ReturnType<CompiledModule<Type>["instantiate"]> => {
    const instance = module.instantiate();
    memories.push(Buffer.from(instance.exports.memory.buffer));
    return instance;
  };
  return { ...module, instantiate };
}

test("an application that ends a session as soon as it begins leaves no timer and no module behind", async () => {
  const memories: Buffer[] = [];
  const { client, log, server } = await serve(undefined, {
    rekeyIntervalMs: 10,
    modules: { transport: fakeTransport(), userauth: fakeUserauth(), connection: watched(connection, memories) },
  });
  const timers: unknown[] = [];
  const { setInterval: original } = globalThis;
  globalThis.setInterval = ((...args: Parameters<typeof original>) => {
    timers.push(args);
    return original(...args);
  }) as typeof original;
  try {
    server.on("session", (session) => session.close());
    await client.receive();
    client.send(50, 52);
    assert.equal(await client.receive(), "34");
    assert.equal(await client.receive(), disconnection(DisconnectReason.BY_APPLICATION, DESCRIPTIONS.application));
    assert.equal(await client.receive(), "closed");
  } finally {
    globalThis.setInterval = original;
  }
  assert.deepEqual(timers, []);
  assert.equal(ending(log)?.cause, "application");
  assert.equal(memories.length, 1);
  assert.ok(memories[0]!.every((byte) => byte === 0));
});

test("when a connection ends, be it amid a message, no module keeps what it was sent", async () => {
  for (const end of ["client", "protocol error", "listener", "answer"]) {
    const memories: Buffer[] = [];
    const { client, server, log } = await serve(
      (channel, session) => {
        channel.on("data", () => end === "listener" && session.close());
        channel.on("exec", () => end === "answer" && session.close());
      },
      {
        modules: {
          transport: watched(fakeTransport(), memories),
          userauth: watched(fakeUserauth(), memories),
          connection: watched(connection, memories),
        },
      },
    );
    await client.openChannel(); // the first memory is of the server, which has read the module's credentials
    client.send(94, uint32(0), string("a secret"));
    if (end === "client") client.socket.destroy();
    if (end === "protocol error") client.send(94, uint32(99), string("a secret"));
    if (end === "answer") client.send(...exec("a secret"));
    await untilConnections(server, 0);
    assert.equal(memories.length, 4);
    assert.ok(
      memories.slice(1).every((memory) => memory.every((byte) => byte === 0)),
      end,
    );
    assert.notEqual(ending(log)?.cause, "module-error");
  }
});

test("the transport module keeps no request that the userauth module has judged", async () => {
  const memories: Buffer[] = [];
  const { client } = await serve(undefined, {
    modules: { transport: watched(fakeTransport(), memories), userauth: fakeUserauth(), connection },
  });
  await client.receive();
  client.send(50, 3, string("a password"));
  assert.equal(await client.receive(), "33");
  assert.equal(memories[0]!.indexOf("a password"), -1);
});

test("an error of a data or end listener ends its channel, is logged, and leaves the connection alone", async () => {
  for (const event of ["data", "end"]) {
    const { client, log } = await serve((channel) => {
      channel.resume();
      channel.on(event, () => {
        throw new Error("a bug");
      });
    });
    await client.openChannel();
    client.send(94, uint32(0), string("x"));
    if (event === "end") client.send(96, uint32(0));
    assert.equal(await client.receive(), "6100000007");
    client.send(80, string("keepalive@openssh.com"), boolean(true));
    assert.equal(await client.receive(), "52");
    assert.deepEqual(
      log.filter(({ event }) => event === "application-error").map(({ error }) => error),
      ["a bug"],
    );
  }
});

test("data, EOF and CLOSE that arrive together reach a program that reads later", async () => {
  let received = "";
  const { client } = await serve((channel) => {
    channel.on("exec", () => {
      setTimeout(() => channel.on("data", (bytes: Buffer) => (received += bytes.toString())), 20);
    });
    channel.on("close", () => (received += " closed"));
  });
  await client.openChannel();
  client.send(...exec("x"));
  assert.equal(await client.receive(), "6300000007");
  client.socket.cork();
  client.send(94, uint32(0), string("all of it"));
  client.send(96, uint32(0));
  client.send(97, uint32(0));
  client.socket.uncork();
  assert.equal(await client.receive(), "6100000007");
  assert.equal(received, "");
  await delay(60);
  assert.equal(received, "all of it closed");
});

test("channels closed but not read are bounded in number, and end with the connection", async () => {
  let open = 0;
  const { client } = await serve((channel) => {
    open++;
    channel.on("exec", () => {});
    channel.on("close", () => open--);
  });
  await client.receive();
  client.send(50, 52);
  await client.receive();
  for (let count = 0; count < 40; count++) {
    client.send(90, string("session"), uint32(7), uint32(1000), uint32(1000));
    const number = CHANNEL_COUNT * count;
    client.send(...exec("x", number));
    client.send(94, uint32(number), string("unread"));
    client.send(96, uint32(number));
    client.send(97, uint32(number));
    while ((await client.receiveBytes())![0] !== 97);
  }
  assert.equal(open, 8);
  client.socket.destroy();
  await delay(30);
  assert.equal(open, 0);
});

test("a log that throws ends nothing and leaks nothing", async () => {
  const { client, server, port } = await serve(undefined, {
    log: () => {
      throw new Error("the log failed");
    },
  });
  await client.openChannel();
  client.send(80, string("keepalive@openssh.com"), boolean(true));
  assert.equal(await client.receive(), "52");
  client.socket.destroy();
  await untilConnections(server, 0);
  const next = await FakeClient.connect(port);
  assert.match(await next.receive(), /^07/);
  next.send(Command.TRAP);
  assert.equal(await next.receive(), "closed");
  await untilConnections(server, 0);
});

test("an error of a session's close listener is reported", async () => {
  const { client, server, log } = await serve((_channel, session) => {
    session.on("close", () => {
      throw new Error("a bug at the end");
    });
  });
  await client.openChannel();
  client.socket.destroy();
  await untilConnections(server, 0);
  assert.deepEqual(
    log.filter(({ event }) => event === "application-error").map(({ error }) => error),
    ["a bug at the end"],
  );
});

test("the log tells a client's SSH_MSG_DISCONNECT from an error that the transport module reports", async () => {
  const { client, log } = await serve();
  await client.receive();
  client.send(Command.CLOSE);
  assert.equal(await client.receive(), "closed");
  assert.deepEqual([ending(log)?.cause, ending(log)?.reason], ["client-disconnect", "BY_APPLICATION"]);
  const other = await serve();
  await other.client.receive();
  other.client.send(Command.FAIL);
  const sentence = TRANSPORT_DESCRIPTIONS[TransportError.PACKET_LENGTH];
  assert.equal(await other.client.receive(), disconnection(DisconnectReason.PROTOCOL_ERROR, sentence));
  assert.equal(await other.client.receive(), "closed");
  assert.deepEqual([ending(other.log)?.cause, ending(other.log)?.reason], ["protocol-error", "PROTOCOL_ERROR"]);
});

test("a listener of a session's end may close the server", async () => {
  let closed: Promise<void> | undefined;
  const { client, server } = await serve((_channel, session) => {
    session.on("close", () => void (closed = server.close()));
  });
  await client.openChannel();
  const first = server.close();
  await first;
  assert.equal(closed, first);
});
