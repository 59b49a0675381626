// Opens a serial device for bytes as they are: no echo, no lines, no signals.
//
// A board speaks as soon as its device is open, and what it says while the system still echoes is sent back to it. So
// the device must be set up before it is live. Linux keeps a device's settings from one opening to the next, and a
// board forgets the client whose opening has ended: `stty` opens, sets and closes, and only then is the device opened
// to stay. macOS forgets the settings with the last closing, and Windows has no echo: there the library opens and sets
// up in one go, within microseconds. On Linux it will not do: it throws away what a board has said before that. It
// reads and writes for Windows alone: elsewhere it reads for ever when a device is unplugged.
//
// In: a path. Out: a Duplex stream, which ends or fails when the device goes. serial-link.ts is the user.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, closeSync, constants, openSync } from "node:fs";
import { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { ReadStream } from "node:tty";

/** An optional dependency, so that the package can be installed where it cannot. */
const LIBRARY = "@serialport/bindings-cpp";

/** USB does not look at it. */
const BAUD_RATE = 115_200;

/** How long a client that is ending may still hold the device: ssh does not wait for its ProxyCommand. */
const BUSY_PATIENCE_MS = 2_000;
const BUSY_RETRY_MS = 100;

/** The device cannot be found or used; the message says what to do. */
export class SerialLinkError extends Error {
  override name = "SerialLinkError";
}

/** A port as the library lists it; numbers are hexadecimal. */
export interface PortInfo {
  path: string;
  manufacturer?: string;
  serialNumber?: string;
  pnpId?: string;
  vendorId?: string;
  productId?: string;
}

/** A port that the library has opened. */
export interface Port {
  /** Not on Windows. */
  fd?: number | null;
  read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>;
  write(buffer: Buffer): Promise<void>;
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** What Sesame uses of the library. */
export interface Bindings {
  list(): Promise<PortInfo[]>;
  open(options: { path: string; baudRate: number }): Promise<Port>;
}

/** The library. Throws a `SerialLinkError` that says how to install it. */
export async function loadBindings(): Promise<Bindings> {
  try {
    const { autoDetect } = (await import(LIBRARY)) as { autoDetect: () => Bindings };
    return autoDetect();
  } catch (error) {
    throw new SerialLinkError(
      `serial devices need ${LIBRARY} on this system, which is not installed: npm install ${LIBRARY}, beside sesame-ssh ` +
        `(${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    );
  }
}

/** Opens a serial device. Throws a `SerialLinkError`. */
export function openSerial(path: string, platform = process.platform): Promise<Duplex> {
  return platform === "linux" ? openOnLinux(path) : openByLibrary(path, platform);
}

async function openOnLinux(path: string): Promise<Duplex> {
  attempt(() => accessSync(path, constants.R_OK | constants.W_OK));
  setUp(path);
  let isNewToBoard = true;
  for (let waited = 0; waited <= BUSY_PATIENCE_MS; waited += BUSY_RETRY_MS) {
    const file = attempt(() => openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    const device = streamOf(file, path);
    const isOurs = isLocked(file);
    if (isOurs && isNewToBoard) return device;
    // to the board this was the same client as the one who held the device; the next opening is not, if nobody holds it
    // meanwhile
    isNewToBoard = isOurs;
    await once(device.destroy(), "close");
    await delay(BUSY_RETRY_MS);
  }
  throw new SerialLinkError(`${path} is busy${hintFor("EBUSY")}`);
}

/** Opens the device for a moment, which leaves it raw. */
function setUp(path: string): void {
  // `raw` of coreutils and busybox alike; Node's own raw mode turns LF into CR LF
  const { error, status, stderr } = spawnSync("stty", ["-F", path, "raw", "-echo", "clocal", "hupcl"], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  if (error) throw new SerialLinkError(`stty, which sets serial devices up, cannot be started: ${error.message}`);
  if (status === 0) return;
  if (/busy/.test(stderr)) throw new SerialLinkError(`${path} is busy${hintFor("EBUSY")}`);
  throw new SerialLinkError(`${path} is not a serial device (${stderr.trim()})`);
}

function streamOf(file: number, path: string): ReadStream {
  try {
    return new ReadStream(file);
  } catch {
    closeSync(file);
    throw new SerialLinkError(`${path} is not a serial device`);
  }
}

/** Whether the device is this program's alone: two clients at once would each get a part of what the board says. */
function isLocked(file: number): boolean {
  const { status } = spawnSync("flock", ["--nonblock", "3"], { stdio: ["ignore", "ignore", "ignore", file] });
  return status !== 1; // where there is no flock there is no lock
}

async function openByLibrary(path: string, platform: NodeJS.Platform): Promise<Duplex> {
  const bindings = await loadBindings();
  const port = await bindings.open({ path, baudRate: BAUD_RATE }).catch((error: unknown) => {
    throw new SerialLinkError(error instanceof Error ? error.message : String(error));
  });
  return platform === "win32" ? new PortStream(port) : streamOf(port.fd!, path);
}

/** A port of the library as a stream, on Windows. */
export class PortStream extends Duplex {
  readonly #port: Port;

  constructor(port: Port) {
    super();
    this.#port = port;
  }

  override _read(size: number): void {
    const buffer = Buffer.allocUnsafe(size);
    this.#port.read(buffer, 0, size).then(
      ({ bytesRead }) => this.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead)),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#port.write(chunk).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const finish = (): void => done(error);
    const close = (): Promise<void> => this.#port.close();
    // what was written is on its way before the board hears that the client has gone
    (error ? close() : this.#port.drain().then(close, close)).then(finish, finish);
  }
}

function attempt<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new SerialLinkError(`${(error as Error).message}${hintFor((error as NodeJS.ErrnoException).code)}`);
  }
}

function hintFor(code: string | undefined): string {
  if (code === "EACCES") return "; on Debian: sudo adduser $USER dialout, then log in again";
  if (code === "ENOENT") return "; is the board plugged in, and not in boot mode?";
  if (code === "EBUSY") return "; another program uses it";
  return "";
}
