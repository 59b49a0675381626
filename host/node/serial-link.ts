// The way to a board on a serial device, such as the first of a Pico's two USB ports: for ssh's ProxyCommand.
//
// In: the path of the device, or nothing, when one Sesame board is plugged in. Bytes are carried both ways as they are; opening the
// device tells the board that a client has come, closing it that the client has gone. cli-connect.ts is the user.

import { spawnSync } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { isatty, ReadStream } from "node:tty";

/** Linux's names for USB devices; the board's first port is interface 00. */
const BY_ID = "/dev/serial/by-id";
const SSH_PORT_NAME = /Sesame.*-if00$/;

/** The device cannot be found or used; the message says what to do. */
export class SerialLinkError extends Error {
  override name = "SerialLinkError";
}

/** The SSH ports of the boards that are plugged in; empty where the system keeps no such list. */
export function findBoards(folder = BY_ID): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => SSH_PORT_NAME.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** The device that `target` means: itself when it is a path, otherwise the only board there is. Throws a `SerialLinkError`. */
export function resolveBoard(target: string | undefined, folder = BY_ID): string {
  if (target?.includes("/")) return target;
  const boards = findBoards(folder);
  if (boards.length === 1) return boards[0]!;
  throw new SerialLinkError(
    boards.length === 0
      ? `no board found in ${folder}; name its device, such as /dev/ttyACM0`
      : `several boards: name one of ${boards.join(", ")}`,
  );
}

/** Opens a serial device for bytes as they are. Throws a `SerialLinkError`. */
export function openSerial(path: string): ReadStream {
  let file: number;
  try {
    file = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    throw new SerialLinkError(`${(error as Error).message}${hintFor((error as NodeJS.ErrnoException).code)}`);
  }
  // Node's own raw mode still turns LF into CR LF.
  const { status } = isatty(file)
    ? spawnSync("stty", ["raw", "-echo"], { stdio: [file, "ignore", "ignore"] })
    : { status: 1 };
  if (status !== 0) {
    closeSync(file);
    throw new SerialLinkError(`${path} is not a serial device`);
  }
  return new ReadStream(file);
}

function hintFor(code: string | undefined): string {
  if (code === "EACCES") return "; on Debian: sudo adduser $USER dialout, then log in again";
  if (code === "ENOENT") return "; is the board plugged in, and not in boot mode?";
  if (code === "EBUSY") return "; another program uses it";
  return "";
}

/** Carries bytes between the device and a program's streams until either side ends. Throws when the device fails. */
export async function carry(device: ReadStream, input: Readable, output: Writable): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    device.once("error", reject);
    device.once("end", resolve);
    input.once("end", resolve);
    output.once("error", () => resolve()); // whoever read has gone
    input.pipe(device, { end: false });
    device.pipe(output, { end: false });
  }).finally(() => {
    input.unpipe(device);
    device.destroy();
  });
}

/** Lines for ~/.ssh/config, after which `ssh <name>` reaches the board. `command`: how this program is started. */
export function sshConfig(command: string[], name: string, user: string, device: string | undefined): string {
  const proxy = [...command, "connect", ...(device === undefined ? [] : [device])];
  const lines = [
    `Host ${name}`,
    `  User ${user}`,
    `  ProxyCommand ${proxy.map(shellQuoted).join(" ")}`,
    "  # every board has a host key of its own, and none has an address",
    `  HostKeyAlias sesame-${name}`,
  ];
  return lines.join("\n");
}

/** ssh gives the ProxyCommand to a shell, and takes % for itself. */
function shellQuoted(word: string): string {
  const escaped = word.replace(/%/g, "%%");
  return /^[\w./:@%+-]+$/.test(escaped) ? escaped : `'${escaped.replace(/'/g, "'\\''")}'`;
}
