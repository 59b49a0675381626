// `npm run board:qemu`: builds the C host for an emulated Cortex-M3 or RISC-V machine and serves it: every client gets
// a machine of its own, which ends with the connection. Exit codes: 0 all is well, 1 it failed, 2 the command line is
// wrong.

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { Command, Option } from "commander";
import { parsePort } from "../../host/node/cli/options.js";
import { noteCredentials } from "../../host/node/firmware/board-credentials.js";
import { describeEmbedded } from "../../host/node/firmware/embed.js";
import { buildModules, runBoardCommand } from "../common/firmware/command.js";
import { boardCredentials, type BoardOptions, withBoardOptions } from "../common/firmware/options.js";
import { buildQemu, QEMU_MACHINES, type QemuBuild, type QemuMachine, runQemu } from "./firmware.js";
import { ENGINES } from "../../host/node/firmware/embed-module.js";

const DEFAULT_PORT = 2222;

interface QemuOptions extends BoardOptions {
  machine: QemuMachine;
  port: number;
  state: string;
}

const program = withBoardOptions(new Command("board:qemu"), ENGINES)
  .description("the C host on an emulated microcontroller, a machine for every client, on 127.0.0.1")
  .addOption(new Option("--machine <name>", "Cortex-M3 or rv32imc").choices(QEMU_MACHINES).default(QEMU_MACHINES[0]))
  .option("--port <number>", "port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
  .option("--state <folder>", "where the host key is kept", join(".sesame", "qemu"))
  .action(buildAndServe);

await runBoardCommand(program);

async function buildAndServe(options: QemuOptions): Promise<void> {
  const credentials = await boardCredentials(options, "this machine");
  await buildModules();
  const built = buildQemu(options.machine, options.engine, credentials);
  process.stderr.write(describeEmbedded(built.modules));
  for (const note of noteCredentials(credentials)) console.error(note);
  if (options.buildOnly) return console.log(built.elf);
  const server = createServer({ allowHalfOpen: true }, (client) => serve(client, built, options.state));
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  console.log(`listening on 127.0.0.1:${(server.address() as AddressInfo).port}`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  process.exit(); // and the machines with it
}

/** A machine for the client; each takes the other along when it ends. */
function serve(client: Socket, built: QemuBuild, state: string): void {
  client.setNoDelay(true);
  const machine = runQemu(built, { state });
  const kill = (): void => void machine.kill();
  process.once("exit", kill);
  machine.once("close", () => process.removeListener("exit", kill));
  machine.stderr.pipe(process.stderr, { end: false });
  client.pipe(machine.stdin);
  machine.stdout.pipe(client);
  machine.stdin.on("error", () => {}); // its end follows
  machine.once("error", (error) => client.destroy(error));
  client.once("error", () => {});
  client.once("end", kill);
  client.once("close", kill);
}
