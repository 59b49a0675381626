// Which of the serial devices are boards: their first ports, which speak SSH.
//
// Linux names USB devices in a folder; elsewhere the serial library is asked. In: what the user has written for a
// board. Out: the path of one device, for serial-device.ts.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loadBindings, type PortInfo, SerialLinkError } from "./serial-device.js";

/** Linux's names for USB devices; the board's first port is interface 00. */
const BY_ID = "/dev/serial/by-id";
const SSH_PORT_NAME = /Sesame.*-if00$/;

/**
 * What the firmware calls itself (boards/rp2040/usb_descriptors.c). Windows tells its driver's name in place of the
 * manufacturer's.
 */
const USB_VENDOR = 0x2e8a;
const USB_PRODUCT = 0x000a;
const MANUFACTURER = "Sesame";

/** The SSH ports of the boards that are plugged in, as Linux lists them; empty where there is no such list. */
export function findBoards(folder = BY_ID): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => SSH_PORT_NAME.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** The SSH ports among those that the serial library has found. */
export function sshPortsOf(ports: readonly PortInfo[], platform: NodeJS.Platform): string[] {
  const boards = ports.filter(
    ({ vendorId, productId, manufacturer }) =>
      parseInt(vendorId ?? "", 16) === USB_VENDOR &&
      parseInt(productId ?? "", 16) === USB_PRODUCT &&
      (platform === "win32" || manufacturer === MANUFACTURER),
  );
  if (platform === "win32") return boards.filter(({ pnpId }) => /&MI_00/.test(pnpId ?? "")).map(({ path }) => path);
  // macOS numbers a device's ports in their order behind its name; `cu` is the side for those who call, `tty` waits for
  // a carrier
  const firstOf = new Map<string, string>();
  for (const { path, serialNumber = path } of boards) {
    const first = firstOf.get(serialNumber);
    if (first === undefined || path < first) firstOf.set(serialNumber, path);
  }
  return [...firstOf.values()].sort().map((path) => path.replace("/dev/tty.", "/dev/cu."));
}

/**
 * The SSH ports of the boards that are plugged in. Throws a `SerialLinkError` where the serial library is missing that
 * has to be asked.
 */
export async function listBoards(folder = BY_ID): Promise<string[]> {
  const { platform } = process;
  return platform === "linux" ? findBoards(folder) : sshPortsOf(await (await loadBindings()).list(), platform);
}

/**
 * The device that `target` means: itself when it is a path, otherwise the only board there is. Throws a
 * `SerialLinkError`.
 */
export async function resolveBoard(target: string | undefined, folder = BY_ID): Promise<string> {
  const { platform } = process;
  if (target?.includes("/") || (platform === "win32" && /^(COM\d+$|\\\\)/i.test(target ?? ""))) return target!;
  const boards = await listBoards(folder);
  if (boards.length === 1) return boards[0]!;
  const where = platform === "linux" ? ` in ${folder}` : "";
  const example = platform === "win32" ? "COM3" : platform === "darwin" ? "/dev/cu.usbmodem1101" : "/dev/ttyACM0";
  throw new SerialLinkError(
    boards.length === 0
      ? `no board found${where}; name its device, such as ${example}`
      : `several boards: name one of ${boards.join(", ")}`,
  );
}
