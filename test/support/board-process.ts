// A board that runs as a process of this project: the emulated Pico, or the machines of QEMU. It listens on a free
// port, and its console is read from what the process says.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atEnd, eventually, folder, type Program, run, start } from "./programs.js";
import type { Endpoint } from "./server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsx = fileURLToPath(import.meta.resolve("tsx"));
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;

/** A board that listens. */
export class BoardProcess implements Endpoint {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly fingerprint = "";
  readonly knownHosts: string;
  hostKeyLine = "";
  #stopped = false;

  /** Starts `script` (a path below the root) with `--port 0` and waits until it listens. */
  static async start(script: string, args: readonly string[]): Promise<BoardProcess> {
    const program = start(process.execPath, ["--import", tsx, join(root, script), "--port", "0", ...args]);
    const [, port = ""] = await program.until(/listening on 127\.0\.0\.1:(\d+)\n/, { timeoutMs: READY_LIMIT_MS });
    const board = new BoardProcess(program, Number(port));
    atEnd(() => board.stop());
    return board;
  }

  private constructor(
    readonly program: Program,
    port: number,
  ) {
    this.port = port;
    this.knownHosts = join(folder, `known_hosts_${port}`);
  }

  /** Asks the board for its host key, so that clients know it beforehand. */
  async learnHostKey(): Promise<this> {
    const { stdout, stderr } = await run(
      "ssh-keyscan",
      ["-T", "60", "-t", "ed25519", "-p", String(this.port), this.host],
      {
        timeoutMs: READY_LIMIT_MS,
      },
    );
    const line = /ssh-ed25519 \S+/.exec(stdout.toString())?.[0];
    assert.ok(line, `ssh-keyscan: ${stderr}\n${this.program.text}`);
    this.hostKeyLine = line;
    writeFileSync(this.knownHosts, `[${this.host}]:${this.port} ${line}\n`);
    return this;
  }

  /** The console's lines about connection `number`, without their beginning. */
  logOf(number: number): string[] {
    const pattern = new RegExp(`connection ${number}: (.*?)\\r?$`, "gm");
    return Array.from(this.program.text.matchAll(pattern), ([, line = ""]) => line);
  }

  /** How many clients have come. */
  get connections(): number {
    return this.program.text.match(/connection \d+: accepted/g)?.length ?? 0;
  }

  /** The log of the newest connection, when that has ended. */
  async lastLog(): Promise<string[]> {
    const last = this.connections;
    await eventually(`connection ${last} has ended`, () => this.logOf(last).some((line) => line.startsWith("ended")));
    return this.logOf(last);
  }

  /** Waits until it ends by itself, well. */
  async endedByItself(): Promise<void> {
    this.#stopped = true;
    const { status, stderr } = await this.program.ended(READY_LIMIT_MS);
    assert.equal(status, 0, stderr.slice(-4_000));
  }

  /** Ends it, if that was not done before, and checks how it ended and that no module failed in it. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    process.kill(this.program.pid, "SIGTERM");
    const { status, stderr } = await this.program.ended(STOP_LIMIT_MS);
    assert.equal(status, 0, stderr.slice(-4_000));
    assert.doesNotMatch(this.program.text, /module-error|watchdog/i);
  }
}
