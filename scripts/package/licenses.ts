// `npm run licenses`: name, version and licence of each package that comes with ours, with the licence's text; `npm run
// licenses -- rp2040` the same of what is in the Pico's firmware. Who passes package or firmware on passes these texts
// on, too.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { packageRoot } from "../../host/node/modules.js";
import { runBoardCommand } from "../../boards/common/firmware/command.js";
import { type Engine, ENGINES } from "../../host/node/firmware/embed-module.js";
import { firmwareParts } from "./third-party.js";

const RULE = "-".repeat(80);

function printPart(title: string, text: string): void {
  console.log(`${RULE}\n${title}\n${RULE}\n\n${text.trim()}\n`);
}

function printOwn(): void {
  printPart("Sesame: MIT", readFileSync(join(packageRoot(), "LICENSE"), "utf8"));
}

function printPackage(): void {
  printOwn();
  const args = ["ls", "--omit", "dev", "--all", "--parseable"];
  const folders = execFileSync("npm", args, { cwd: packageRoot(), encoding: "utf8" }).trim().split("\n");
  for (const folder of folders.slice(1)) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      name: string;
      version: string;
      license: string;
    };
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
    printPart(`${name} ${version}: ${license}`, texts.join("\n\n") || "(the package has the licence's name alone)");
  }
}

function printFirmware({ engine }: { engine: Engine }): void {
  printOwn();
  for (const { name, version, license, licenseName = license, description, text } of firmwareParts(engine))
    printPart(`${name} ${version} (${description}): ${licenseName}`, readFileSync(text, "utf8"));
}

const program = new Command("licenses").description("the licences of what package and firmware are made of");
program.command("package", { isDefault: true }).description("the package on npm").action(printPackage);
program
  .command("rp2040")
  .description("the firmware of the Raspberry Pi Pico")
  .addOption(new Option("--engine <name>", "the WebAssembly engine").choices(ENGINES).default("wasm2c"))
  .action(printFirmware);
await runBoardCommand(program);
