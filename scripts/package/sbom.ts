// `npm run sbom`: what the package is made of, as CycloneDX 1.5; `npm run sbom -- rp2040` the same of the Pico's
// firmware. Both have our modules with their SHA-256, by which `info` and `sesame size` name them. The same parts give
// the same bytes: no time stands in it.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { packageRoot, plainModulePath } from "../../host/node/modules.js";
import { type BuildName, MODULE_TYPES } from "../../assembly/abi/builds.js";
import { MODULES, USERAUTH_MODULES } from "../../host/node/cli/size-report.js";
import { runBoardCommand } from "../../boards/common/firmware/command.js";
import { type Engine, ENGINES } from "../../host/node/firmware/embed-module.js";
import { firmwareParts } from "./third-party.js";

/** As much of CycloneDX as is written here. */
interface Bom {
  bomFormat: "CycloneDX";
  specVersion: "1.5";
  serialNumber?: string;
  version: 1;
  metadata: { component: Record<string, unknown> };
  components: Record<string, unknown>[];
  dependencies?: { ref: string; dependsOn: string[] }[];
}

interface FirmwareOptions {
  engine: Engine;
  userauth: BuildName;
}

const root = packageRoot();
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  name: string;
  version: string;
  license: string;
  author: string;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

function module(name: string): Record<string, unknown> {
  const content = createHash("sha256")
    .update(readFileSync(plainModulePath(name)))
    .digest("hex");
  return {
    "bom-ref": `${name}.wasm`,
    type: "file",
    name: `${name}.wasm`,
    version: manifest.version,
    hashes: [{ alg: "SHA-256", content }],
    licenses: [{ license: { id: manifest.license } }],
  };
}

/** npm's own list, without what only development needs: `--omit dev` leaves out what development needs, too. */
function packageBom(): Bom {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const bom = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8" })) as Required<Bom>;
  const own = bom.metadata.component;
  const edges = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const direct = Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const shipped = new Set(direct.map(([name, version]) => `${name}@${version}`));
  for (const ref of shipped) for (const needed of edges.get(ref) ?? []) shipped.add(needed);
  const modules = MODULES.map(module);
  return {
    ...bom,
    metadata: { component: { ...own, name: manifest.name } }, // npm takes the folder's name
    components: [...bom.components.filter((part) => shipped.has(part["bom-ref"] as string)), ...modules],
    dependencies: [
      {
        ref: own["bom-ref"] as string,
        dependsOn: [
          ...direct.map(([name, version]) => `${name}@${version}`),
          ...modules.map(({ name }) => name as string),
        ],
      },
      ...bom.dependencies.filter(({ ref }) => shipped.has(ref)),
    ],
  };
}

function firmwareBom({ engine, userauth }: FirmwareOptions): Bom {
  const parts = firmwareParts(engine).map(({ name, version, purl, license, licenseName, description }) => ({
    "bom-ref": purl,
    type: "library",
    name,
    version,
    description,
    purl,
    licenses: [
      license?.includes(" ") ? { expression: license } : { license: license ? { id: license } : { name: licenseName } },
    ],
  }));
  const component = {
    "bom-ref": "firmware",
    type: "firmware",
    name: `sesame-rp2040-${engine}`,
    version: manifest.version,
    author: manifest.author,
    licenses: [{ license: { id: manifest.license } }],
  };
  const components = [...parts, ...MODULE_TYPES.map((type) => module(type === "userauth" ? userauth : type))];
  const dependsOn = components.map((part) => part["bom-ref"] as string);
  const dependencies = [{ ref: "firmware", dependsOn }];
  return { bomFormat: "CycloneDX", specVersion: "1.5", version: 1, metadata: { component }, components, dependencies };
}

/** Prints it with a serial number of its content. */
function print(bom: Bom): void {
  delete bom.serialNumber;
  const hex = createHash("sha256").update(JSON.stringify(bom)).digest("hex");
  // a UUID of version 8, RFC 9562 §5.8: the hash, with the version and the variant set
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)];
  console.log(JSON.stringify({ ...bom, serialNumber: `urn:uuid:${uuid.join("-")}` }, null, 2));
}

const program = new Command("sbom").description("what package and firmware are made of, as CycloneDX");
program
  .command("package", { isDefault: true })
  .description("the package on npm")
  .action(() => print(packageBom()));
program
  .command("rp2040")
  .description("the firmware of the Raspberry Pi Pico")
  .addOption(new Option("--engine <name>", "the WebAssembly engine").choices(ENGINES).default("wasm2c"))
  .addOption(
    new Option("--userauth <module>", "the userauth module that it carries")
      .choices(USERAUTH_MODULES)
      .default("userauth-board"),
  )
  .action((options: FirmwareOptions) => print(firmwareBom(options)));
await runBoardCommand(program);
