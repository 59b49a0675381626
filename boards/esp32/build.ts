// `npm run board:esp32`: writes the modules and the credentials for boards/esp32 into build/boards/esp32/generated,
// where ESP-IDF's build finds them, and says how it goes on. Exit codes: 0 all is well, 1 it failed, 2 the command line
// is wrong.

import { join } from "node:path";
import { Command } from "commander";
import { packageRoot } from "../../host/node/modules.js";
import { buildModules, runBoardCommand } from "../common/firmware/command.js";
import { noteCredentials } from "../../host/node/firmware/board-credentials.js";
import { describeEmbedded, embedModules } from "../../host/node/firmware/embed.js";
import { hashLimit } from "../../host/node/firmware/hash-cost.js";
import { boardCredentials, type BoardOptions, withBoardOptions } from "../common/firmware/options.js";

const ENGINES = ["wamr", "wasm2c"] as const;

interface Esp32Options extends BoardOptions<(typeof ENGINES)[number]> {
  folder: string;
}

const program = withBoardOptions(new Command("board:esp32"), ENGINES)
  .description("what the firmware of an ESP32 carries, for ESP-IDF to build in")
  .option("--folder <folder>", "where it goes", join(packageRoot(), "build", "boards", "esp32", "generated"))
  .action(generate);

await runBoardCommand(program);

async function generate(options: Esp32Options): Promise<void> {
  const { engine, folder } = options;
  const credentials = await boardCredentials(options, "others");
  await buildModules();
  // nobody has measured an ESP32: a Pico that interprets is slower
  const modules = embedModules({ engine, ...credentials, hashLimit: hashLimit("wasm3"), folder });
  process.stdout.write(describeEmbedded(modules));
  for (const note of noteCredentials(credentials)) console.log(note);
  console.log(`${folder} is ready. Where ESP-IDF is installed, go on with
  cd ${join(packageRoot(), "boards", "esp32")}
  idf.py set-target esp32c3
  idf.py menuconfig        # Sesame: the Wi-Fi network
  idf.py build flash monitor`);
}
