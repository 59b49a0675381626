// Flashing a board that shows itself as a drive in boot mode: a UF2 file is copied to it.
//
// In: the UF2 file, and what the drive's INFO_UF2.TXT says of the boards that take it. The board restarts by itself
// when it has everything, and the drive vanishes. flash.ts is the user.

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { blockSize, decodeBlock, UF2Flags, type UF2BlockData } from "uf2";

const INFO_FILE = "INFO_UF2.TXT";
const INFO_BYTES_MAX = 4096;
const WRITE_BYTES = 64 * blockSize;

/** A board that can be flashed this way. */
export interface BootDrive {
  /** What the board's maker calls it. */
  title: string;
  /** `Board-ID` of the drive's INFO_UF2.TXT. */
  boardId: RegExp;
  /** Family of the UF2 blocks. */
  family: number;
  /** How to get the board into boot mode, as sentences. */
  bootMode: string[];
}

export const BOOT_DRIVES: Record<string, BootDrive> = {
  rp2040: {
    title: "Raspberry Pi Pico (RP2040)",
    boardId: /^RPI-RP2$/m,
    family: 0xe48bff56,
    bootMode: [
      "Hold the button BOOTSEL while you plug the board in: it appears as a drive named RPI-RP2.",
      "A board that runs Sesame gets there by the command bootsel: ssh <board> bootsel.",
      "Where drives are not mounted by themselves, mount it and name the folder with --drive.",
    ],
  },
};

/** The file is no firmware for the board. */
export class FirmwareError extends Error {
  override name = "FirmwareError";
}

/** The firmware's bytes. Throws a `FirmwareError` when they are not a UF2 file for the board. */
export function readFirmware(path: string, board: BootDrive): Uint8Array {
  const bytes = readFileSync(path);
  if (bytes.length === 0 || bytes.length % blockSize !== 0) throw new FirmwareError(`${path} is not a UF2 file`);
  for (let at = 0; at < bytes.length; at += blockSize) {
    const { flags, boardFamily } = readBlock(path, bytes, at);
    if ((flags & UF2Flags.familyIDPresent) === 0 || boardFamily !== board.family)
      throw new FirmwareError(`${path} is not for the ${board.title}`);
  }
  return bytes;
}

function readBlock(path: string, bytes: Uint8Array, at: number): UF2BlockData {
  try {
    return decodeBlock(bytes.subarray(at, at + blockSize));
  } catch (error) {
    throw new FirmwareError(`${path} is not a UF2 file: at ${at}: ${(error as Error).message}`);
  }
}

/** Whether the folder is the drive of such a board in boot mode. */
export function isBootDrive(folder: string, board: BootDrive): boolean {
  try {
    const boardId = /^Board-ID:\s*(\S+)/m.exec(readInfo(join(folder, INFO_FILE)))?.[1];
    return boardId !== undefined && board.boardId.test(boardId);
  } catch {
    return false;
  }
}

function readInfo(path: string): string {
  const file = openPlain(path, constants.O_RDONLY);
  try {
    const bytes = Buffer.alloc(INFO_BYTES_MAX);
    return bytes.toString("latin1", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a file of a drive, which anybody may have made: a link would lead to a file that is not on it, a pipe would
 * keep us waiting.
 */
function openPlain(path: string, flags: number): number {
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>; // Windows has neither
  let file: number;
  try {
    file = openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOOP" || code === "EMLINK" || code === "ENXIO")
      throw new Error(`${path} is a link or a pipe; no board has such a file`);
    throw error;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new Error(`${path} is not a regular file`);
}

/** The mounted drives of such boards in boot mode. */
export function findBootDrives(board: BootDrive, places = mountPlaces()): string[] {
  return places.filter((folder) => isBootDrive(folder, board));
}

/** Folders where systems mount drives: those of Linux's mount table, and macOS's volumes. */
function mountPlaces(): string[] {
  if (existsSync("/proc/mounts")) {
    const lines = readFileSync("/proc/mounts", "utf8").trimEnd().split("\n");
    return lines.map((line) => unescapeMount(line.split(" ")[1] ?? ""));
  }
  return existsSync("/Volumes") ? readdirSync("/Volumes").map((name) => join("/Volumes", name)) : [];
}

/** /proc/mounts writes blanks as \040. */
function unescapeMount(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/** Copies the firmware to the drive; `progress` is told the share that is written, from 0 to 1. */
export function writeFirmware(drive: string, firmware: Uint8Array, progress: (share: number) => void): void {
  const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
  const file = openPlain(join(drive, "sesame.uf2"), O_WRONLY | O_CREAT | O_TRUNC);
  try {
    for (let at = 0; at < firmware.length;) {
      at += writeSync(file, firmware, at, Math.min(WRITE_BYTES, firmware.length - at));
      progress(at / firmware.length);
    }
    fsyncUnlessGone(file);
  } finally {
    closeSync(file);
  }
}

/** The board restarts as soon as it has the last block: then there is no drive left to answer. */
function fsyncUnlessGone(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EIO" && code !== "ENODEV" && code !== "ENXIO") throw error;
  }
}
