// Puts modules and credentials into the C sources of a firmware: embedded.c (host/c/embedded.h) and, for the engine wasm2c, a
// C file per module. In go the plain modules of `npm run build`, byte for byte what the tests run; the credentials stay data
// beside them, which the host writes into each instance.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildOfRegion } from "../../host/node/credentials.js";
import type { UserauthBuild } from "../../host/node/credentials.js";
import { packageRoot } from "../../host/node/modules.js";
import { BoardBuildError } from "./cmake.js";
import { byteArray, type EmbeddedModule, type Engine, moduleSources } from "./embed-module.js";

export { type EmbeddedModule, type Engine, ENGINES } from "./embed-module.js";

export interface EmbedOptions {
  engine: Engine;
  userauth: UserauthBuild;
  /** The credentials region of that build (docs/abi.md). Secret: it stands in embedded.c as it is, for the owner alone to read. */
  credentials: Uint8Array;
  /** Whether they are the development credentials. */
  development: boolean;
  /** In place of the build's module, whose region it must have: for a benchmark. */
  module?: { name: string; wasm: Uint8Array };
  /** Where the C files go; made when missing. A file is written only when its content changes. */
  folder: string;
}

/** Writes embedded.c, and for wasm2c wasm2c_{transport,userauth,connection}.c. */
export function embedModules(options: EmbedOptions): EmbeddedModule[] {
  const { engine, userauth, credentials, development, folder, module } = options;
  if (buildOfRegion(credentials) !== userauth)
    throw new BoardBuildError(`the credentials are not for userauth-${userauth}`);
  mkdirSync(folder, { recursive: true });
  const parts = {
    transport: readModule("transport"),
    userauth: module ?? readModule(`userauth-${userauth}`),
    connection: readModule("connection"),
  };
  const sources = Object.entries(parts).map(([part, { name, wasm }]) => {
    const made = moduleSources(engine, part, name, wasm);
    if (made.native !== undefined) writeIfChanged(join(folder, `wasm2c_${part}.c`), made.native);
    return made;
  });
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
  const embedded = `// Made by scripts/boards/embed.ts. Holds secrets.

#include "embedded.h"

${sources.map(({ definition }) => definition).join("\n")}
${byteArray("const uint8_t embedded_credentials[]", credentials)}
const uint32_t embedded_credentials_length = ${credentials.length};
const bool embedded_credentials_are_development = ${development};

const char embedded_version[] = "${version}";
`;
  writeIfChanged(join(folder, "embedded.c"), embedded);
  return sources.map(({ module }) => module);
}

/** What was embedded, a line for each module. */
export function describeEmbedded(modules: EmbeddedModule[]): string {
  const lines = modules.map(({ name, length, sha256 }) => {
    const columns = [`${name}.wasm`.padEnd(30), `${length} bytes`.padStart(12), `sha256 ${sha256}`];
    return `${columns.join("  ")}\n`;
  });
  return lines.join("");
}

function readModule(name: string): { name: string; wasm: Uint8Array } {
  const path = join(packageRoot(), "build", "plain", `${name}.wasm`);
  if (!existsSync(path)) throw new BoardBuildError(`${path} is missing: run npm run build`);
  return { name, wasm: readFileSync(path) };
}

/** Leaves the file, and its time, alone when it holds `text` already. */
function writeIfChanged(path: string, text: string): void {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text, { mode: 0o600 });
}
