// `sesame flash`: the firmware for a board that shows itself as a drive.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { BOOT_DRIVES, findBootDrives, isBootDrive, readFirmware, writeFirmware } from "./boot-drive.js";
import { jsonOption } from "./options.js";
import { UsageError } from "./usage-error.js";

interface FlashOptions {
  file?: string;
  drive?: string;
  json?: true;
}

export function define(command: Command): void {
  command
    .argument("<board>", `one of: ${Object.keys(BOOT_DRIVES).join(", ")}`, parseBoard)
    .option("-f, --file <file>", "the UF2 file (default: build/boards/<board>/sesame.uf2)")
    .option("--drive <folder>", "where the board's drive is mounted (default: found by itself)")
    .addOption(jsonOption())
    .action(flash);
}

function parseBoard(text: string): string {
  if (!Object.hasOwn(BOOT_DRIVES, text))
    throw new InvalidArgumentError(`it is one of: ${Object.keys(BOOT_DRIVES).join(", ")}.`);
  return text;
}

function flash(name: string, options: FlashOptions): void {
  const board = BOOT_DRIVES[name]!;
  const path = options.file ?? join("build", "boards", name, "sesame.uf2");
  if (!existsSync(path)) throw new UsageError(`there is no ${path}; npm run board:${name} makes it`);
  const firmware = readFirmware(path, board);
  const drives = options.drive === undefined ? findBootDrives(board) : [options.drive];
  if (drives.length > 1)
    throw new UsageError(`several boards are in boot mode: choose with --drive ${drives.join(" or ")}`);
  const [drive] = drives;
  if (drive === undefined || !isBootDrive(drive, board)) {
    const where = options.drive === undefined ? "no" : `${options.drive} is not the drive of a`;
    throw new Error(
      [`${where} ${board.title} in boot mode${drive === undefined ? " found" : ""}.`, ...board.bootMode].join("\n  "),
    );
  }
  console.error(`${path} → ${drive}`);
  writeFirmware(drive, firmware, (share) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${String(Math.round(share * 100)).padStart(3)} %`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  if (options.json) console.log(JSON.stringify({ file: path, drive, bytes: firmware.length }));
  else console.log(`${firmware.length} bytes written; the board restarts by itself`);
}
