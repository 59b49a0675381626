// `sesame version`: what is installed, for a report of a fault.

import type { Command } from "commander";
import { MODULE_TYPES } from "../../../assembly/abi/builds.js";
import { jsonOption } from "./options.js";
import { loadModule, plainModulePath } from "../modules.js";
import { packageVersion } from "../package-root.js";

export function define(command: Command): void {
  command.addOption(jsonOption()).action(printVersion);
}

function printVersion({ json = false }: { json?: boolean }): void {
  const modules = MODULE_TYPES.map((type) => {
    const { name, bytes, sha256 } = loadModule(type, plainModulePath(type));
    return { name, bytes, sha256 };
  });
  const { version: node, platform, arch } = process;
  if (json) return console.log(JSON.stringify({ version: packageVersion(), node, platform, arch, modules }));
  console.log(`sesame ${packageVersion()}, Node ${node}, ${platform} ${arch}`);
  for (const { name, bytes, sha256 } of modules) console.log(`${name}.wasm  ${bytes} bytes  sha256 ${sha256}`);
}
