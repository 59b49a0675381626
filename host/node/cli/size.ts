// `sesame size`: what the modules of the package weigh.

import type { Command } from "commander";
import { jsonOption } from "./options.js";
import { sizeCommand } from "./size-report.js";

export function define(command: Command): void {
  command.addOption(jsonOption()).action(sizeCommand);
}
