// What boards/esp32 needs of this repository, as far as it can be shown without ESP-IDF: `npm run board:esp32` writes
// what the build file asks for, and every file that it names is there.

import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../host/node/modules.js";
import { folder, run } from "../../support/programs.js";
import { PASSWORD, USER } from "../../support/server.js";

/** A copy of what the build file sees of the repository, so that nobody's credentials are overwritten. */
const root = join(folder, "repository");
const main = join(root, "boards", "esp32", "main");
const generated = join(root, "build", "boards", "esp32", "generated");
mkdirSync(join(root, "boards"), { recursive: true });
symlinkSync(join(packageRoot(), "host"), join(root, "host"));
for (const name of ["esp32/main", "common/sockets"])
  cpSync(join(packageRoot(), "boards", name), join(root, "boards", name), { recursive: true });

const boardEsp32 = (...args: string[]): ReturnType<typeof run> =>
  run(process.execPath, [
    "--import",
    import.meta.resolve("tsx"),
    join(packageRoot(), "boards/esp32/build.ts"),
    ...args,
  ]);

/** Reads main/CMakeLists.txt as ESP-IDF does at first, in script mode; what it registers goes to standard error. */
function readBuildFile(): SpawnSyncReturns<string> {
  const script = join(folder, "read.cmake");
  writeFileSync(
    script,
    `set(ESP_PLATFORM 1)
set(CMAKE_BUILD_EARLY_EXPANSION 1)
set(CONFIG_SESAME_CONNECTIONS 1)
function(target_compile_definitions)
endfunction()
function(idf_component_register)
  cmake_parse_arguments(ARG "" "" "SRCS;INCLUDE_DIRS;PRIV_REQUIRES" \${ARGN})
  foreach(path \${ARG_SRCS} \${ARG_INCLUDE_DIRS})
    message("\${path}")
  endforeach()
endfunction()
include(${main}/CMakeLists.txt)
`,
  );
  return spawnSync("cmake", ["-P", script], { encoding: "utf8" });
}

test("the development credentials are refused, for others reach the board", async () => {
  const { status, stderr } = await boardEsp32();
  assert.equal(status, 2);
  assert.match(stderr, /--allow-development-credentials/);
});

test("without modules and credentials the build file says which command writes them", () => {
  const { status, stderr } = readBuildFile();
  assert.notEqual(status, 0);
  assert.match(stderr, /npm run board:esp32 -- --user NAME --authorized-key FILE/);
});

for (const engine of ["wamr", "wasm2c"]) {
  test(`${engine}: with them it names only files that are there`, async () => {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    const args = ["--engine", engine, "--user", USER, "--password-file", passwordFile, "--folder", generated];
    const { status, stdout, stderr } = await boardEsp32(...args);
    assert.equal(status, 0, stderr);
    assert.match(stdout.toString(), /idf\.py build flash/);
    assert.match(readFileSync(join(generated, "embedded.c"), "utf8"), /embedded_credentials_are_development = false/);
    const read = readBuildFile();
    assert.equal(read.status, 0, read.stderr);
    const paths = read.stderr.trim().split("\n");
    for (const name of ["main.c", `${engine}.c`, "sockets.c", "embedded.c"])
      assert.ok(
        paths.some((path) => basename(path) === name),
        `${name} is not built`,
      );
    for (const path of paths) assert.ok(existsSync(resolve(main, path)), path);
  });
}
