// Builds boards/linux: the C host as a Linux program, and the program that replays recorded sessions.

import { join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { buildWithCmake } from "../common/firmware/cmake.js";
import { embedModules, type EmbeddedModule, type Engine } from "../../host/node/firmware/embed.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { engineSources } from "../common/firmware/engine-sources.js";

export interface LinuxBuildOptions {
  engine: Engine;
  /** Builds with AddressSanitizer and UndefinedBehaviorSanitizer. */
  sanitize?: boolean;
  credentials: BoardCredentials;
  /** Default: build/boards/linux/<engine>, with `-sanitize` behind it. */
  folder?: string;
}

export interface LinuxBuild {
  modules: EmbeddedModule[];
  /** Paths of the programs. */
  program: string;
  replay: string;
}

/** Throws a `BoardBuildError` when it does not succeed. */
export function buildLinux({ engine, sanitize = false, credentials, folder }: LinuxBuildOptions): LinuxBuild {
  const target = folder ?? join(packageRoot(), "build", "boards", "linux", `${engine}${sanitize ? "-sanitize" : ""}`);
  const generated = join(target, "generated");
  const modules = embedModules({ engine, ...credentials, folder: generated });
  buildWithCmake({
    source: join(packageRoot(), "boards", "linux"),
    folder: target,
    programs: ["gcc"],
    variables: {
      CMAKE_C_COMPILER: "gcc",
      SESAME_ENGINE: engine,
      SESAME_GENERATED: generated,
      SESAME_SANITIZE: sanitize ? "ON" : "OFF",
      ...engineSources(engine),
    },
  });
  return { modules, program: join(target, "sesame-linux"), replay: join(target, "replay") };
}
