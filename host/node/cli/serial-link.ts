// The way to a board on a serial device, such as the first of a Pico's two USB ports: for ssh's ProxyCommand.
//
// Bytes are carried both ways as they are; opening the device tells the board that a client has come, closing it that
// the client has gone. serial-boards.ts finds the device, serial-device.ts opens it; the command `sesame connect` is
// the user.

import { once } from "node:events";
import type { Duplex, Readable, Writable } from "node:stream";
import { resolveBoard } from "./serial-boards.js";
import { openSerial, SerialLinkError } from "./serial-device.js";

/** After the end of the input: how long the board must have been silent until its answers are taken to be complete. */
const SILENCE_MS = 500;

/**
 * Connects a program's streams with the board that `target` means. Throws a `SerialLinkError`, also when the board
 * goes.
 */
export async function connectBoard(target: string | undefined, input: Readable, output: Writable): Promise<void> {
  const path = await resolveBoard(target);
  await carry(await openSerial(path), input, output, path);
}

/**
 * Carries bytes until the input has ended, and the board has had and answered all of it, or until nobody reads the
 * output. Throws a `SerialLinkError` when the device goes, after what it has said.
 */
export async function carry(device: Duplex, input: Readable, output: Writable, path = "the device"): Promise<void> {
  const gone = new Promise<"gone">((resolve) => {
    device.once("error", () => resolve("gone"));
    device.once("end", () => resolve("gone"));
  });
  const unread = new Promise<void>((resolve) => output.once("error", () => resolve()));
  const answered = new Promise<void>((resolve) => {
    input.once("end", () => device.write("", () => void silence(device, output).then(resolve)));
    input.once("error", () => resolve());
  });
  input.pipe(device, { end: false });
  device.pipe(output, { end: false });
  const outcome = await Promise.race([gone, unread, answered]);
  input.unpipe(device);
  if (outcome === "gone") {
    await Promise.race([written(output), unread]);
    throw new SerialLinkError(`${path} has gone; was the board unplugged, or did it restart?`);
  }
  device.unpipe(output);
  device.destroy();
  await Promise.all([once(device, "close"), Promise.race([written(output), unread])]);
}

/** Resolves when the device has said nothing for a while, and what it said before has been taken. */
async function silence(device: Duplex, output: Writable): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (output.writableNeedDrain) return;
      clearInterval(timer);
      resolve();
    }, SILENCE_MS);
    device.on("data", () => timer.refresh());
    device.once("close", () => clearInterval(timer));
  });
}

/** Resolves when all that was given to a stream has left it. */
function written(output: Writable): Promise<void> {
  return new Promise((resolve) => output.write("", () => resolve()));
}

/** What ssh has to know of a board, by its own words. */
export interface SshConfig {
  host: string;
  user: string;
  /** As a shell reads it, with % doubled. */
  proxyCommand: string;
  hostKeyAlias: string;
}

/** That with which `ssh <name>` reaches the board. `command`: how this program is started. */
export function sshConfigOf(command: string[], name: string, user: string, device: string | undefined): SshConfig {
  const proxy = [...command, "connect", ...(device === undefined ? [] : [device])];
  return { host: name, user, proxyCommand: proxy.map(shellQuoted).join(" "), hostKeyAlias: `sesame-${name}` };
}

/** Lines for ~/.ssh/config. */
export function formatSshConfig({ host, user, proxyCommand, hostKeyAlias }: SshConfig): string {
  const lines = [
    `Host ${host}`,
    `  User ${/^[^\s"#']+$/.test(user) ? user : `"${user.replace(/["\\]/g, "\\$&")}"`}`,
    `  ProxyCommand ${proxyCommand}`,
    "  # every board has a host key of its own, and none has an address",
    `  HostKeyAlias ${hostKeyAlias}`,
  ];
  return lines.join("\n");
}

/** ssh gives the ProxyCommand to a shell, and takes % for itself. */
function shellQuoted(word: string): string {
  const escaped = word.replace(/%/g, "%%");
  return /^[\w./:@%+-]+$/.test(escaped) ? escaped : `'${escaped.replace(/'/g, "'\\''")}'`;
}
