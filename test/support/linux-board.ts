// boards/linux as a process, for tests that speak to it through a socket: built under sanitizers, on a free port, with
// a store of its own. What it logs is read; in the end it must have ended as asked, without a word of a sanitizer.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UserauthBuild } from "../../host/node/credentials/credentials.js";
import { packageRoot } from "../../host/node/modules.js";
import { fingerprint } from "../../host/node/credentials/openssh-keys.js";
import type { Engine } from "../../host/node/firmware/embed.js";
import { buildLinux } from "../../boards/linux/firmware.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { smallCredentials } from "./board-credentials.js";
import { atEnd, eventually, folder, type Program, start } from "./programs.js";
import type { Endpoint } from "./server.js";
import { string } from "../../scripts/client/wire.js";

/** Where store.c has the public half of the host key in a slot. */
const PUBLIC_KEY_AT = 40;

let count = 0;

/** Builds the program for these credentials, or for USER with PASSWORD or `userKey()`; returns its path. */
export async function buildLinuxBoard(engine: Engine, wanted: UserauthBuild | BoardCredentials): Promise<string> {
  const credentials = typeof wanted === "string" ? await smallCredentials(wanted) : wanted;
  const { program } = buildLinux({
    engine,
    sanitize: true,
    credentials,
    folder: join(packageRoot(), "build", "boards", "test", `linux-${engine}`),
  });
  const copy = join(folder, `sesame-linux-${engine}-${++count}`); // the next build of the engine overwrites the program
  copyFileSync(program, copy);
  return copy;
}

/** A board that runs. */
export class LinuxBoard implements Endpoint {
  readonly host = "127.0.0.1";
  readonly hostKeyLine: string;
  readonly fingerprint: string;
  readonly knownHosts: string;
  #stopped = false;

  /** Starts the program and waits until it listens. */
  static async start(path: string, state: string, options: readonly string[] = []): Promise<LinuxBoard> {
    const program = start(path, ["--port", "0", "--state", state, ...options]);
    const [, port = ""] = await program.until(/listening on 127\.0\.0\.1:(\d+)\n/);
    const board = new LinuxBoard(program, Number(port), state);
    atEnd(() => board.stop());
    return board;
  }

  private constructor(
    readonly program: Program,
    readonly port: number,
    state: string,
  ) {
    const publicKey = readFileSync(join(state, "slot0")).subarray(PUBLIC_KEY_AT, PUBLIC_KEY_AT + 32);
    const blob = Buffer.concat([string("ssh-ed25519"), string(publicKey)]);
    this.fingerprint = fingerprint(publicKey);
    this.hostKeyLine = `ssh-ed25519 ${blob.toString("base64")}`;
    this.knownHosts = join(folder, `known_hosts_${port}`);
    writeFileSync(this.knownHosts, `[${this.host}]:${port} ${this.hostKeyLine}\n`);
  }

  /** The log of connection `number`, without its beginning. */
  logOf(number: number): string[] {
    const prefix = `connection ${number}: `;
    const lines = this.program.text.split("\n").filter((line) => line.startsWith(prefix));
    return lines.map((line) => line.slice(prefix.length));
  }

  /** The log of the newest connection, when that has ended. */
  async lastLog(): Promise<string[]> {
    const numbers = Array.from(
      this.program.text.matchAll(/^connection (\d+): accepted from 127\.0\.0\.\d+$/gm),
      ([, number]) => Number(number),
    );
    const last = Math.max(...numbers);
    await eventually(`connection ${last} has ended`, () => this.logOf(last).some((line) => line.startsWith("ended")));
    return this.logOf(last);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#stopped = true;
    this.program.kill("SIGKILL");
    await this.program.ended();
  }

  /** Ends it, if that was not done before, and checks how it ended and that no module failed in it. */
  async stop(by: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    process.kill(this.program.pid, by);
    const { status, signal, stderr } = await this.program.ended(15_000);
    assert.deepEqual({ status, signal }, { status: 0, signal: null }, stderr.slice(-4_000));
    assert.doesNotMatch(stderr, /module-error|runtime error|Sanitizer/);
  }
}
