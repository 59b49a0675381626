// `sesame connect`: the way of ssh to a board on a serial device.

import { type Command, InvalidArgumentError, Option } from "commander";
import { parseUser } from "./options.js";
import { ownCommand } from "./own-command.js";
import { listBoards } from "./serial-boards.js";
import { connectBoard, formatSshConfig, sshConfigOf } from "./serial-link.js";
import { outliveStandardOutput } from "./standard-streams.js";
import { UsageError } from "./usage-error.js";

const DEFAULT_HOST_NAME = "pico";
const DEFAULT_USER = "admin";

interface ConnectOptions {
  list?: true;
  sshConfig?: true;
  json?: true;
  name: string;
  user: string;
}

export function define(command: Command): void {
  command
    .argument("[device]", "the board's first port, such as /dev/ttyACM0 (default: the only board plugged in)")
    .option("--list", "print the boards that are plugged in instead")
    .option("--ssh-config", "print lines for ~/.ssh/config instead")
    .option("--name <name>", "with --ssh-config: the name for ssh", parseWord, DEFAULT_HOST_NAME)
    .option("--user <name>", "with --ssh-config: the user name", parseUser, DEFAULT_USER)
    .addOption(new Option("--json", "print the list, or what stands in the lines, as JSON"))
    .addHelpText("after", "\nAs ssh's way to the board: ssh -o ProxyCommand='sesame connect %h' …")
    .action(connect);
}

function parseWord(text: string): string {
  if (!/^[\w.@-]+$/.test(text)) throw new InvalidArgumentError("letters, digits and . _ @ - only.");
  return text;
}

async function connect(device: string | undefined, options: ConnectOptions): Promise<void> {
  const { list, json, name, user } = options;
  if (list && (options.sshConfig ?? device) !== undefined)
    throw new UsageError("--list takes neither a device nor --ssh-config");
  if (json && !list && !options.sshConfig) throw new UsageError("--json goes with --list or --ssh-config");
  if (list) {
    const devices = await listBoards();
    if (json) console.log(JSON.stringify({ devices }));
    else if (devices.length > 0) console.log(devices.join("\n"));
    else console.error("sesame: no board is plugged in");
    return;
  }
  if (options.sshConfig) {
    const { command, note } = ownCommand(process.argv[1]!);
    const config = sshConfigOf(command, name, user, device);
    console.log(json ? JSON.stringify(config) : formatSshConfig(config));
    if (note !== undefined) console.error(`sesame: ${note}`);
    return;
  }
  outliveStandardOutput(); // a client that has gone ends the connection
  await connectBoard(device, process.stdin, process.stdout);
  process.stdin.destroy(); // it would keep the process, and with it ssh, waiting
}
