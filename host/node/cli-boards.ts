// The commands for boards: `sesame connect`, the way of ssh to a board on a serial device, `sesame flash`, and `sesame credentials`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { BOOT_DRIVES, findBootDrives, isBootDrive, readFirmware, writeFirmware } from "./boot-drive.js";
import { givenCredentials, UsageError } from "./cli-credentials.js";
import { type ConfigOptions, givenUsers, parseNumber, withConfigOption } from "./cli-users.js";
import { carry, openSerial, resolveBoard, sshConfig } from "./serial-link.js";
import { BOARD_ARGON2_MEMORY_KIB, encodeUsers } from "./users-region.js";

const DEFAULT_HOST_NAME = "pico";
const DEFAULT_USER = "admin";

interface ConnectOptions {
  sshConfig?: true;
  name: string;
  user: string;
}

interface FlashOptions {
  file?: string;
  drive?: string;
}

interface CredentialsOptions extends ConfigOptions {
  argon2Kib: number;
}

/** Adds the commands; `withCredentialOptions` gives a command the options that `givenCredentials` reads. */
export function addBoardCommands(program: Command, withCredentialOptions: (command: Command) => Command): void {
  program
    .command("connect")
    .exitOverride()
    .description("carry an SSH connection to a board on a serial device: ssh -o ProxyCommand='sesame connect %h' …")
    .argument("[device]", "the board's first port, such as /dev/ttyACM0 (default: the only board plugged in)")
    .option("--ssh-config", "print lines for ~/.ssh/config instead")
    .option("--name <name>", "with --ssh-config: the name for ssh", parseWord, DEFAULT_HOST_NAME)
    .option("--user <name>", "with --ssh-config: the user name", parseWord, DEFAULT_USER)
    .action(connect);
  program
    .command("flash")
    .exitOverride()
    .description("copy the firmware to a board in boot mode")
    .argument("<board>", `one of: ${Object.keys(BOOT_DRIVES).join(", ")}`, parseBoard)
    .option("-f, --file <file>", "the UF2 file (default: build/boards/<board>/sesame.uf2)")
    .option("--drive <folder>", "where the board's drive is mounted (default: found by itself)")
    .action(flash);
  withConfigOption(withCredentialOptions(program.command("credentials")))
    .description("print what a board's command of the same name takes: ssh <board> credentials $(sesame credentials …)")
    .option(
      "--argon2-kib <n>",
      "with --config: what the board's module has for Argon2",
      parseNumber,
      BOARD_ARGON2_MEMORY_KIB,
    )
    .addHelpText("after", "\nA long one, of --config, is given by ssh <board> credentials - < FILE")
    .action(printCredentials);
}

function parseWord(text: string): string {
  if (!/^[\w.@-]+$/.test(text)) throw new InvalidArgumentError("letters, digits and . _ @ - only.");
  return text;
}

function parseBoard(text: string): string {
  if (!Object.hasOwn(BOOT_DRIVES, text))
    throw new InvalidArgumentError(`it is one of: ${Object.keys(BOOT_DRIVES).join(", ")}.`);
  return text;
}

async function connect(device: string | undefined, options: ConnectOptions): Promise<void> {
  if (options.sshConfig)
    return console.log(sshConfig([process.execPath, process.argv[1]!], options.name, options.user, device));
  await carry(openSerial(resolveBoard(device)), process.stdin, process.stdout);
  process.stdin.destroy(); // it would keep the process, and with it ssh, waiting
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
  console.log(`${firmware.length} bytes written; the board restarts by itself`);
}

function printCredentials(options: CredentialsOptions): void {
  const users = givenUsers(options);
  const region = users ? encodeUsers(users, { argon2MemoryKiB: options.argon2Kib }) : givenCredentials(options).region;
  if (region === undefined)
    throw new UsageError("--config is missing, or --user and --password-file or --authorized-key");
  console.log(Buffer.from(region).toString("base64"));
}
