// `npm run board:esp32`: writes the modules and the credentials for boards/esp32 into build/boards/esp32/generated, where ESP-IDF's
// build finds them, and says how it goes on. Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong.

import { join } from "node:path";
import { Command } from "commander";
import { packageRoot } from "../../host/node/modules.js";
import { runBoardCommand } from "./command.js";
import { describeEmbedded, embedModules } from "./embed.js";
import { boardCredentials, type BoardOptions, withBoardOptions } from "./options.js";

const ENGINES = ["wamr"] as const;

const program = withBoardOptions(new Command("board:esp32"), ENGINES)
  .description("what the firmware of an ESP32 carries, for ESP-IDF to build in")
  .action(generate);

await runBoardCommand(program);

function generate(options: BoardOptions<(typeof ENGINES)[number]>): void {
  const credentials = boardCredentials(options, "others");
  const folder = join(packageRoot(), "build", "boards", "esp32", "generated");
  const modules = embedModules({ engine: options.engine, ...credentials, folder });
  process.stdout.write(describeEmbedded(modules));
  if (credentials.development) console.log("the development credentials are in force: anyone can log in");
  console.log(`${folder} is ready. Where ESP-IDF is installed, go on with
  cd ${join(packageRoot(), "boards", "esp32")}
  idf.py set-target esp32c3
  idf.py menuconfig        # Sesame: the Wi-Fi network
  idf.py build flash monitor`);
}
