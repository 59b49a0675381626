// `npm run board:rp2040`: builds the firmware of the Raspberry Pi Pico into build/boards/rp2040 and says how it comes
// onto the board. Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong.

import { relative } from "node:path";
import { Command } from "commander";
import { buildModules, runBoardCommand } from "../common/firmware/command.js";
import { noteCredentials } from "../../host/node/firmware/board-credentials.js";
import { describeEmbedded } from "../../host/node/firmware/embed.js";
import { checkHashCosts, secondsToVerify } from "../../host/node/firmware/hash-cost.js";
import { boardCredentials, type BoardOptions, withBoardOptions } from "../common/firmware/options.js";
import { buildRp2040, type Rp2040Memory } from "./firmware.js";
import { picoTransport } from "../../host/node/firmware/pico-transport.js";
import { type Engine, ENGINES } from "../../host/node/firmware/embed-module.js";

const program = withBoardOptions(new Command("board:rp2040"), ENGINES, `"full"; "plain" for an interpreter`)
  .description("firmware for the Raspberry Pi Pico")
  .action(build);

await runBoardCommand(program);

async function build(options: BoardOptions): Promise<void> {
  const { engine } = options;
  const credentials = await boardCredentials(options, "others", picoTransport(engine));
  await buildModules();
  const { hashCosts } = credentials;
  if (hashCosts) checkHashCosts(engine, hashCosts);
  const { uf2, modules, memory } = buildRp2040(engine, credentials);
  process.stdout.write(describeEmbedded(modules));
  console.log(describeMemory(engine, memory));
  if (hashCosts) console.log(`a password takes about ${secondsToVerify(engine, hashCosts).toPrecision(2)} s to verify`);
  for (const note of noteCredentials(credentials)) console.log(note);
  console.log(
    `${relative(process.cwd(), uf2)} is ready. Hold BOOTSEL down while you plug the Pico in, then copy it to`,
  );
  console.log("the drive RPI-RP2; a Pico that runs Sesame already is brought there by its command `bootsel`.");
}

function describeMemory(engine: Engine, memory: Rp2040Memory): string {
  const bytes = (count: number): string => `${count.toLocaleString("en-US")} bytes`;
  const { flash, flashCapacity, ram, stack, heapCapacity } = memory;
  return (
    `${engine}: flash ${bytes(flash)} of ${bytes(flashCapacity)}; ` +
    `RAM ${bytes(ram)} and a stack of ${bytes(stack)}, ${bytes(heapCapacity)} are left for the heap`
  );
}
