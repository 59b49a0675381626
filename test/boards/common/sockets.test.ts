// boards/common/sockets as boards on Linux and lwIP use it, compiled for this machine under sanitizers with two places
// for clients.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../host/node/modules.js";
import { eventually, folder, type Program, start } from "../../support/programs.js";

const PLACES = 2;
/** Of the driver. */
const ANSWER_BYTES = 300_000;
const MEGABYTE = 1_000_000;

/** Builds the driver; a closing stream waits so long for its client. */
function build(lingerMs: number): string {
  const program = join(folder, `sockets-driver-${lingerMs}`);
  const flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-fsanitize=address,undefined"];
  const definitions = [`-DSOCKETS_STREAMS=${PLACES}`, `-DSOCKETS_LINGER_MS=${lingerMs}`];
  const includes = ["boards/common/sockets", "host/c"].map((path) => `-I${join(packageRoot(), path)}`);
  const sources = ["boards/common/sockets/sockets.c", "test/boards/common/sockets-driver.c"].map((path) =>
    join(packageRoot(), path),
  );
  const compiler = spawnSync("cc", [...flags, ...definitions, ...includes, ...sources, "-o", program], {
    encoding: "utf8",
  });
  assert.equal(compiler.status, 0, `cc: ${compiler.error?.message ?? compiler.stderr}`);
  return program;
}

const patient = build(60_000);
const impatient = build(20);

/** Runs the test with a driver of its own, which must end without a word of a sanitizer. */
async function withDriver(path: string, body: (port: number, driver: Program) => Promise<void>): Promise<void> {
  const driver = start(path, []);
  const [, port] = await driver.until(/listening on (\d+)\n/);
  await body(Number(port), driver);
  driver.child.stdin.end();
  const { status, stderr } = await driver.ended();
  assert.equal(status, 0, stderr);
}

interface Client {
  socket: Socket;
  /** What has arrived. */
  received: () => Buffer;
  error?: Error;
}

async function open(port: number, first: string): Promise<Client> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const client: Client = { socket, received: () => Buffer.concat(chunks) };
  socket.on("data", (bytes: Buffer) => chunks.push(bytes));
  socket.on("error", (error) => (client.error = error));
  await once(socket, "connect");
  socket.write(first);
  return client;
}

const gone = (driver: Program): number => driver.text.split("gone\n").length - 1;

test("a client that closes its half still gets the rest of what it is owed", async () => {
  await withDriver(patient, async (port) => {
    const { socket, received } = await open(port, "e");
    const sent = randomBytes(MEGABYTE);
    socket.end(sent);
    await once(socket, "end");
    assert.ok(received().equals(Buffer.concat([Buffer.from("e"), sent])));
  });
});

test("the last bytes reach a client that is still sending: no reset overtakes them", async () => {
  await withDriver(patient, async (port) => {
    const client = await open(port, "c");
    client.socket.write(Buffer.alloc(MEGABYTE));
    await once(client.socket, "end");
    assert.equal(client.received().length, ANSWER_BYTES);
    assert.equal(client.error, undefined);
    client.socket.end();
  });
});

test("a client too many waits until there is a place for it", async () => {
  await withDriver(patient, async (port) => {
    const clients = [];
    for (let i = 0; i < PLACES; i++) clients.push(await open(port, "e"));
    for (const { received } of clients) await eventually("the client is served", () => received().length === 1);
    const late = await open(port, "e");
    const [first, second] = clients as [Client, Client];
    first.socket.write("first");
    second.socket.write("second");
    await eventually("those before it are served", () => second.received().toString() === "esecond");
    await eventually("those before it are served", () => first.received().toString() === "efirst");
    assert.equal(late.received().length, 0);
    first.socket.end();
    await eventually("the one that waited is served", () => late.received().toString() === "e");
    for (const { socket } of [second, late]) socket.destroy();
  });
});

test("a client that vanishes leaves its place to the next", async () => {
  await withDriver(patient, async (port, driver) => {
    for (let i = 1; i <= 2 * PLACES + 1; i++) {
      const { socket, received } = await open(port, "e");
      await eventually("the client is served", () => received().length === 1);
      socket.resetAndDestroy();
      await eventually("the driver has seen it go", () => gone(driver) === i);
    }
  });
});

test("bytes that nobody receives yet do not keep the loop awake", async () => {
  await withDriver(patient, async (port, driver) => {
    const ignored = await open(port, "i");
    ignored.socket.end("hello");
    const { socket, received } = await open(port, "e");
    for (let length = 1; length <= 3; length++) {
      await eventually("the other client is served", () => received().length === length);
      socket.write("e");
    }
    assert.doesNotMatch(driver.text, /woken in vain/);
    for (const each of [ignored.socket, socket]) each.destroy();
  });
});

test("clients that never close keep no place for ever, even if they never stop sending", async () => {
  await withDriver(impatient, async (port) => {
    const stayers = [];
    for (let i = 0; i < PLACES; i++) {
      const stayer = await open(port, "c");
      await once(stayer.socket, "end");
      const feed = (failed?: Error | null): void => {
        if (!failed) stayer.socket.write(Buffer.alloc(65_536), feed);
      };
      feed();
      stayers.push(stayer);
    }
    const next = await open(port, "e");
    await eventually("the next client is served", () => next.received().toString() === "e");
    for (const { socket } of [...stayers, next]) socket.destroy();
  });
});
