// `npm run board:linux`: builds the C host as a Linux program with the chosen engine and credentials, and runs it until
// a signal ends it. Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong.

import { spawn } from "node:child_process";
import { lookup } from "node:dns/promises";
import { Command } from "commander";
import { parsePort } from "../../host/node/cli/options.js";
import { isLoopback } from "../../host/node/server/source-address.js";
import { buildModules, runBoardCommand } from "../common/firmware/command.js";
import { noteCredentials } from "../../host/node/firmware/board-credentials.js";
import { describeEmbedded } from "../../host/node/firmware/embed.js";
import { buildLinux } from "./firmware.js";
import { boardCredentials, type BoardOptions, withBoardOptions } from "../common/firmware/options.js";

const FAILURE = 1;
const DEFAULT_PORT = 2222;

interface LinuxOptions extends BoardOptions {
  port: number;
  host: string;
  state?: string;
  serial?: string;
  sanitize?: true;
}

const program = withBoardOptions(new Command("board:linux"))
  .description("the C host as a Linux program")
  .option("--port <number>", "port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
  .option("--host <address>", "address to listen on", "127.0.0.1")
  .option("--state <folder>", "where the host key is kept (default: .sesame/linux)")
  .option("--serial <device>", "serial port that a session can be bridged to")
  .option("--sanitize", "find memory errors and undefined behaviour while it runs")
  .action(buildAndRun);

await runBoardCommand(program);

async function buildAndRun(options: LinuxOptions): Promise<void> {
  const { engine, sanitize = false, port, state, serial } = options;
  const { address: host } = await lookup(options.host);
  const credentials = await boardCredentials(options, isLoopback(host) ? "this machine" : "others");
  await buildModules();
  const built = buildLinux({ engine, sanitize, credentials });
  process.stderr.write(describeEmbedded(built.modules));
  for (const note of noteCredentials(credentials)) console.error(note);
  if (options.buildOnly) return console.log(built.program);
  const args = ["--host", host, "--port", String(port)];
  if (state !== undefined) args.push("--state", state);
  if (serial !== undefined) args.push("--serial", serial);
  process.exitCode = await run(built.program, args);
}

/** Runs the program to its end, which a signal to this process brings about; resolves with its exit code. */
function run(path: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? FAILURE));
  });
}
