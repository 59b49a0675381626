// Puts modules and credentials into the C sources of a firmware: embedded.c (host/c/modules/embedded.h) and, for the
// engine wasm2c, a C file per module. In go the plain modules of `npm run build`, byte for byte what the tests run, and
// the C that it has made of them (scripts/compile/native.ts); the credentials stay data beside them, which the host
// writes into each instance.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_TRANSPORT, MODULE_TYPES, TRANSPORTS, userauthFor } from "../../../assembly/abi/builds.js";
import { type AnyUserauthBuild, buildOfRegion, FULL_BUILD } from "../credentials/credentials.js";
import { nativeModulePath, plainModulePath } from "../modules.js";
import { packageVersion } from "../package-root.js";
import type { BoardCredentials } from "./board-credentials.js";
import { BoardBuildError } from "./build-error.js";
import {
  byteArray,
  type EmbeddedModule,
  type Engine,
  type ModuleFile,
  moduleSources,
  nativeHeader,
} from "./embed-module.js";
import { type HashLimit, PC_HASH_LIMIT } from "./hash-cost.js";
import { type FullModuleFacts, readFullModule } from "./full-module.js";

export { type EmbeddedModule, type Engine, ENGINES } from "./embed-module.js";

/** The credentials stand in embedded.c as they are, for the owner alone to read. */
export interface EmbedOptions extends BoardCredentials {
  engine: Engine;
  /** What a password's hash may cost on the board. Default: what a processor of a PC does in HASH_LONGEST_SECONDS. */
  hashLimit?: HashLimit;
  /** Where the C files go; made when missing. A file is written only when its content changes. */
  folder: string;
}

/**
 * Writes embedded.c and embedded.cmake, for wasm2c wasm2c_<module>.c of each module, and beside them the modules of
 * which there are several.
 */
export function embedModules(options: EmbedOptions): EmbeddedModule[] {
  const { engine, userauth, credentials, development, folder, modules = {}, hashLimit = PC_HASH_LIMIT } = options;
  mkdirSync(folder, { recursive: true });
  const transport = modules.transport ?? readModule(TRANSPORTS[options.transport ?? DEFAULT_TRANSPORT]);
  const judge = modules.userauth ?? readModule(userauthFor("board", userauth));
  for (const { name, wasm } of [transport, judge]) writeIfChanged(join(folder, `${name}.wasm`), wasm);
  const { credentialsCapacity, signatureAlgorithms } = regionFacts(userauth, judge.wasm, credentials);
  const chosen = { ...modules, transport, userauth: judge };
  const sources = MODULE_TYPES.map((part) => {
    const made = moduleSources(engine, part, chosen[part] ?? readModule(part));
    if (made.native !== undefined) writeIfChanged(join(folder, `wasm2c_${part}.c`), made.native);
    return made;
  });
  const embedded = `// Made by host/node/firmware/embed.ts. Holds secrets.

#include "modules/embedded.h"

${sources.map(({ definition }) => definition).join("\n")}
${byteArray("const uint8_t embedded_credentials[]", credentials)}
const uint32_t embedded_credentials_length = ${credentials.length};
const uint32_t embedded_credentials_id = ${idOf(userauth, credentials)};
const uint32_t embedded_credentials_capacity = ${credentialsCapacity};
const embedded_hash_limit_t embedded_hash_limit = {.iterations = ${hashLimit.iterations}, .blocks = ${hashLimit.blocks}};
const bool embedded_credentials_are_development = ${development};

const userauth_build_t embedded_userauth_build = ${enumeratorOf(userauth)};
const char embedded_signature_algorithms[] = "${signatureAlgorithms.join(",")}";

const char embedded_version[] = "${packageVersion()}";
`;
  writeIfChanged(join(folder, "embedded.c"), embedded);
  writeIfChanged(join(folder, "embedded.cmake"), cmakeOf(engine));
  return sources.map(({ module }) => module);
}

/** What host/c/sesame.cmake has to know. */
function cmakeOf(engine: Engine): string {
  return `set(SESAME_EMBEDDED_ENGINE ${engine})\nset(SESAME_EMBEDDED_VERSION ${packageVersion()})\n`;
}

/** Of `embedded_credentials_id`: 32 bits of a hash. */
function idOf(userauth: AnyUserauthBuild, credentials: Uint8Array): number {
  return createHash("sha256").update(`${userauth} `).update(credentials).digest().readUInt32LE() || 1;
}

/** Of `userauth_build_t` (host/c/modules/abi.h). */
function enumeratorOf(userauth: AnyUserauthBuild): string {
  return `USERAUTH_BUILD_${userauth.toUpperCase().replaceAll("-", "_")}`;
}

/** What the host has to know of the region. Throws a `BoardBuildError` for credentials that are not the build's. */
function regionFacts(userauth: AnyUserauthBuild, wasm: Uint8Array, credentials: Uint8Array): FullModuleFacts {
  const isFull = userauth === FULL_BUILD;
  const facts = isFull ? readFullModule(wasm) : { credentialsCapacity: credentials.length, signatureAlgorithms: [] };
  const fits = isFull ? credentials.length <= facts.credentialsCapacity : buildOfRegion(credentials) === userauth;
  if (!fits) throw new BoardBuildError(`the credentials are not for the userauth build ${userauth}`);
  return facts;
}

/** What was embedded, a line for each module. */
export function describeEmbedded(modules: EmbeddedModule[]): string {
  const lines = modules.map(({ name, length, sha256 }) => {
    const columns = [`${name}.wasm`.padEnd(30), `${length} bytes`.padStart(12), `sha256 ${sha256}`];
    return `${columns.join("  ")}\n`;
  });
  return lines.join("");
}

function readModule(name: string): ModuleFile {
  const path = plainModulePath(name);
  if (!existsSync(path)) throw new BoardBuildError(`${path} is missing: run npm run build`);
  const wasm = readFileSync(path);
  return { name, wasm, native: () => readNative(name, wasm) };
}

/** The C that was made of just this module. */
function readNative(name: string, wasm: Uint8Array): string {
  const path = nativeModulePath(name);
  const native = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (!native.startsWith(nativeHeader(wasm)))
    throw new BoardBuildError(`${path} is not of ${name}.wasm: run npm run build`);
  return native;
}

/** Leaves the file, and its time, alone when it holds `content` already. */
function writeIfChanged(path: string, content: string | Uint8Array): void {
  const bytes = Buffer.from(content as string);
  if (!existsSync(path) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes, { mode: 0o600 });
}
