// `sesame size`: what the modules of the package weigh.

import type { Command } from "commander";
import { sizeCommand } from "./size.js";

export function define(command: Command): void {
  command.option("--json", "for programs").action(sizeCommand);
}
