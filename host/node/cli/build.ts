// `sesame build`: a userauth module that carries credentials.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { type ConfigOptions, givenCredentials, givenUsers, jsonOption, withCredentialOptions } from "./options.js";
import { type AnyUserauthBuild, embedCredentials, FULL_BUILD, userauthModuleName } from "../credentials/credentials.js";
import { plainModulePath } from "../modules.js";
import { writePrivateFile } from "../credentials/private-file.js";
import { UsageError } from "./usage-error.js";
import { encodeUsers } from "../credentials/users-region.js";

interface BuildOptions extends ConfigOptions {
  output?: string;
  json?: true;
}

export function define(command: Command): void {
  withCredentialOptions(command)
    .option("-o, --output <file>", "where to (default: userauth-<build>.wasm)")
    .addOption(jsonOption())
    .action(build);
}

function build(options: BuildOptions): void {
  const users = givenUsers(options);
  if (!users && options.user === undefined) throw new UsageError("--user or --config is missing");
  const { build: name, region }: { build: AnyUserauthBuild; region?: Uint8Array } = users
    ? { build: FULL_BUILD, region: encodeUsers(users) }
    : givenCredentials(options);
  const module = userauthModuleName(name);
  const output = options.output ?? `${module}.wasm`;
  const wasm = embedCredentials(readFileSync(plainModulePath(module)), region!);
  writePrivateFile(output, wasm, { overwrite: true });
  const sha256 = createHash("sha256").update(wasm).digest("hex");
  if (options.json) console.log(JSON.stringify({ file: output, userauth: name, bytes: wasm.length, sha256 }));
  else console.log(`${output}  ${wasm.length} bytes  sha256 ${sha256}`);
}
