// Runs the programs of others for a test: each with a time limit, a home folder and a process group of its own, and
// with an environment that says nothing about the machine (no agent, no display, no configuration).
//
// `run` for a program that reads its input and ends; `start` for one to talk with; `atEnd` for what ends by itself when
// asked. What still runs after the tests of a file is killed, by process group.

import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

const TIME_LIMIT_MS = 30_000;

/** A folder for the files of this test file; also the programs' home. */
export const folder = mkdtempSync(join(tmpdir(), "sesame-interop-"));

/** How a program ended. */
export interface Ending {
  /** Exit code; null when a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
  ms: number;
}

export interface StartOptions {
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Whoever reads `child.stdout` itself, because there is too much to keep. */
  streaming?: boolean;
}

const running = new Set<Program>();

/** A program that runs. */
export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** What it has said so far, standard output and error as they came. */
  text = "";
  readonly #name: string;
  readonly #ending: Promise<Ending>;

  constructor(program: string, args: readonly string[], { env = {}, streaming = false }: StartOptions) {
    this.#name = [program, ...args].join(" ");
    this.child = spawn(program, args, {
      cwd: folder,
      detached: true, // the leader of a process group, which can be ended as a whole
      env: { PATH: process.env["PATH"], HOME: folder, TMPDIR: tmpdir(), LC_ALL: "C.UTF-8", TERM: "xterm", ...env },
    });
    this.pid = this.child.pid ?? -1;
    running.add(this);
    const startedAt = Date.now();
    const stdout: Buffer[] = [];
    let stderr = "";
    if (!streaming) {
      this.child.stdout.on("data", (bytes: Buffer) => {
        stdout.push(bytes);
        this.text += bytes.toString("latin1");
      });
    }
    this.child.stderr.on("data", (bytes: Buffer) => {
      stderr += bytes.toString("utf8");
      this.text += bytes.toString("latin1");
    });
    this.child.stdin.on("error", () => {}); // a program need not read what it is given
    this.#ending = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (status, signal) => {
        running.delete(this);
        resolve({ status, signal, stdout: Buffer.concat(stdout), stderr, ms: Date.now() - startedAt });
      });
    });
    this.#ending.catch(() => running.delete(this));
  }

  /**
   * Waits until it has said something; `from` leaves out what it said before. Kills it and throws when that takes too
   * long.
   */
  async until(pattern: RegExp, { from = 0, timeoutMs = TIME_LIMIT_MS } = {}): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.text.slice(from));
      if (match) return match;
      const { exitCode, signalCode } = this.child;
      if (exitCode !== null || signalCode !== null || Date.now() > deadline) {
        await delay(50); // what it said last may be on its way
        const last = pattern.exec(this.text.slice(from));
        if (last) return last;
        this.kill("SIGKILL");
        throw new Error(`${this.#name}\ndid not say ${String(pattern)} but\n${this.text}`);
      }
      await delay(5);
    }
  }

  write(text: string): void {
    this.child.stdin.write(text);
  }

  /** Waits for its end. Kills it and throws when that takes too long. */
  async ended(timeoutMs = TIME_LIMIT_MS): Promise<Ending> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill("SIGKILL");
    }, timeoutMs);
    const ending = await this.#ending.finally(() => clearTimeout(timer));
    assert.ok(!late, `${this.#name}\ndid not end within ${timeoutMs} ms; it said\n${this.text}`);
    return ending;
  }

  /** Signals the program and what it has started. */
  kill(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // it has ended by itself
    }
  }
}

/** Starts a program; its standard input stays open. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Program {
  return new Program(program, args, options);
}

export interface RunOptions extends StartOptions {
  input?: Uint8Array | string;
  timeoutMs?: number;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ending> {
  const started = start(program, args, options);
  started.child.stdin.end(options.input ?? "");
  return started.ended(options.timeoutMs);
}

/** Waits until `condition` holds. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs} ms: ${what}`);
    await delay(10);
  }
}

function killRunning(): void {
  for (const program of running) program.kill("SIGKILL");
}

// A test process that is ended itself takes them along.
process.on("exit", killRunning);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

const cleanups: (() => Promise<void>)[] = [];

/**
 * Something to do when the tests of the file are over, before what still runs is killed. What it throws fails the file.
 */
export function atEnd(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

after(async () => {
  try {
    for (const cleanup of cleanups) await cleanup();
  } finally {
    killRunning();
    await Promise.all([...running].map((program) => program.ended().catch(() => {})));
    rmSync(folder, { recursive: true, force: true });
  }
});
