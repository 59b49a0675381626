// `sesame embed`: the modules and your credentials as C, for firmware that is built on host/c (docs/library.md).

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { DEFAULT_TRANSPORT, type Transport } from "../../../assembly/abi/builds.js";
import { isDevelopment } from "../credentials/credentials.js";
import { developmentPublicKey } from "../credentials/development.js";
import { type BoardCredentials, noteCredentials } from "../firmware/board-credentials.js";
import { boardUsers } from "../firmware/board-users.js";
import { describeEmbedded, embedModules, type Engine, ENGINES } from "../firmware/embed.js";
import { checkHashCosts, hashLimit, PC_HASH_LIMIT } from "../firmware/hash-cost.js";
import { picoTransport } from "../firmware/pico-transport.js";
import { copyArduinoLibrary, copySources } from "../firmware/sources.js";
import {
  type ConfigOptions,
  givenCredentials,
  givenUsers,
  jsonOption,
  transportOption,
  withCredentialOptions,
} from "./options.js";
import { UsageError } from "./usage-error.js";

interface EmbedCommandOptions extends ConfigOptions {
  output: string;
  engine: Engine;
  transport?: Transport;
  processor: "pico" | "pc";
  sources?: true;
  arduino?: true;
  json?: true;
}

export function define(command: Command): void {
  withCredentialOptions(command)
    .option("-o, --output <folder>", "where to: <folder>/generated", "sesame")
    .addOption(new Option("--engine <name>", "what runs the modules").choices(ENGINES).default(ENGINES[0]))
    .addOption(
      new Option("--processor <kind>", "how costly a password's hash may be: what a Pico or a PC computes in 15 s")
        .choices(["pico", "pc"])
        .default("pico"),
    )
    .addOption(transportOption().default(undefined, `"full"; "plain" for a Pico with an interpreter`))
    .option("--sources", "the C host, too: <folder>/host/c, and boards for it")
    .option("--arduino", "a library of the Arduino IDE: <folder>/library.properties and <folder>/src")
    .addOption(jsonOption())
    .addHelpText("after", "\nWhat is written holds your credentials: keep it like a password.")
    .action(embed);
}

function embed(options: EmbedCommandOptions): void {
  const { output, engine, processor, sources = false, arduino = false, json = false } = options;
  if (arduino && engine !== "wasm2c") throw new UsageError("--arduino goes with --engine wasm2c alone");
  const { transport = processor === "pico" ? picoTransport(engine) : DEFAULT_TRANSPORT } = options;
  const credentials = ownCredentials(options);
  if (credentials.hashCosts && processor === "pico") checkHashCosts(engine, credentials.hashCosts);
  const part = arduino ? "src" : "generated";
  const folder = join(output, part);
  const limit = processor === "pico" ? hashLimit(engine) : PC_HASH_LIMIT;
  const modules = embedModules({ engine, transport, ...credentials, hashLimit: limit, folder });
  const made = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const copied = [...(sources ? copySources(output) : []), ...(arduino ? copyArduinoLibrary(output) : [])];
  const paths = new Set([...copied, ...made.map(({ name }) => `${part}/${name}`)]);
  const files = Array.from(paths, (file) => {
    const bytes = readFileSync(join(output, file));
    return { file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  });
  if (json) {
    const { userauth } = credentials;
    const embedded = modules.map(({ name, length: bytes, sha256 }) => ({ name, bytes, sha256 }));
    return console.log(JSON.stringify({ folder: output, engine, userauth, modules: embedded, files }));
  }
  process.stdout.write(describeEmbedded(modules));
  for (const note of noteCredentials(credentials)) console.log(note);
  console.log(`${folder} is ready for ${engine}; docs/library.md goes on from here`);
}

/** What anyone knows is not put into firmware of somebody's own. */
function ownCredentials(options: EmbedCommandOptions): BoardCredentials {
  const users = givenUsers(options);
  if (users) return boardUsers(users);
  const { build, region } = givenCredentials(options);
  if (region === undefined)
    throw new UsageError("--config is missing, or --user and --password-file or --authorized-key");
  if (isDevelopment(region, developmentPublicKey()))
    throw new UsageError("these are the development credentials, which anyone knows: give your own");
  return { userauth: build, credentials: region, development: false };
}
