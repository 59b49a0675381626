// `sesame connect`: the way of ssh to a board on a serial device.

import { type Command, InvalidArgumentError } from "commander";
import { parseUser } from "./options.js";
import { ownCommand } from "./own-command.js";
import { connectBoard, sshConfig } from "./serial-link.js";
import { outliveStandardOutput } from "./standard-streams.js";

const DEFAULT_HOST_NAME = "pico";
const DEFAULT_USER = "admin";

interface ConnectOptions {
  sshConfig?: true;
  name: string;
  user: string;
}

export function define(command: Command): void {
  command
    .argument("[device]", "the board's first port, such as /dev/ttyACM0 (default: the only board plugged in)")
    .option("--ssh-config", "print lines for ~/.ssh/config instead")
    .option("--name <name>", "with --ssh-config: the name for ssh", parseWord, DEFAULT_HOST_NAME)
    .option("--user <name>", "with --ssh-config: the user name", parseUser, DEFAULT_USER)
    .addHelpText("after", "\nAs ssh's way to the board: ssh -o ProxyCommand='sesame connect %h' …")
    .action(connect);
}

function parseWord(text: string): string {
  if (!/^[\w.@-]+$/.test(text)) throw new InvalidArgumentError("letters, digits and . _ @ - only.");
  return text;
}

async function connect(device: string | undefined, options: ConnectOptions): Promise<void> {
  if (options.sshConfig) {
    const { command, note } = ownCommand(process.argv[1]!);
    console.log(sshConfig(command, options.name, options.user, device));
    if (note !== undefined) console.error(`sesame: ${note}`);
    return;
  }
  outliveStandardOutput(); // a client that has gone ends the connection
  await connectBoard(device, process.stdin, process.stdout);
  process.stdin.destroy(); // it would keep the process, and with it ssh, waiting
}
