// The C host as a library for programs of others: what `sesame embed --sources` writes is added to a CMake project of
// somebody else's, builds there without anything of this repository, and lets a user in. What is missing is said with
// what to do.

import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { packageRoot } from "../../../host/node/modules.js";
import { LinuxBoard } from "../../support/linux-board.js";
import { openSshClients, runSsh } from "../../support/openssh.js";
import { folder, run } from "../../support/programs.js";
import { USER, userKey } from "../../support/server.js";

const BUILD_LIMIT_MS = 300_000;
const root = packageRoot();
const project = join(folder, "project");
const sesame = join(project, "sesame");

async function embed(...args: string[]): Promise<void> {
  const cli = join(root, "dist", "host", "node", "cli", "main.js");
  const key = ["--user", USER, "--authorized-key", `${(await userKey()).path}.pub`];
  const { status, stderr } = await run(process.execPath, [cli, "embed", ...key, "--output", sesame, ...args]);
  assert.equal(status, 0, stderr);
}

/** Configures a project of these lines; its platform is that of boards/linux, as a file of its own. */
function configure(name: string, lines: string, ...definitions: string[]): SpawnSyncReturns<string> {
  const source = join(project, name);
  mkdirSync(source, { recursive: true });
  for (const file of ["main.c", "platform_linux.c", "platform_linux.h"])
    copyFileSync(join(root, "boards", "linux", file), join(source, file));
  writeFileSync(
    join(source, "CMakeLists.txt"),
    `cmake_minimum_required(VERSION 3.21)\nproject(door C)\n${lines}
add_executable(door main.c platform_linux.c ${sesame}/boards/common/sockets/sockets.c)
target_include_directories(door PRIVATE ${sesame}/boards/common/sockets)
target_link_libraries(door PRIVATE sesame::sesame)\n`,
  );
  const args = ["-G", "Ninja", "-S", source, "-B", join(source, "build"), "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"];
  return spawnSync("cmake", [...args, ...definitions], { encoding: "utf8" });
}

/** Compiler commands by the names of the files. */
function commandsOf(name: string): Map<string, string> {
  const path = join(project, name, "build", "compile_commands.json");
  const entries = JSON.parse(readFileSync(path, "utf8")) as { file: string; command: string }[];
  return new Map(entries.map(({ file, command }) => [file.replace(/^.*\//, ""), command]));
}

before(() => embed("--sources"));

test("somebody else's program builds on it, with definitions that reach both, and a key opens it", async () => {
  const lines =
    "add_subdirectory(../sesame/host/c sesame)\ntarget_compile_definitions(sesame PUBLIC DEVICE_CONNECTIONS=3)";
  const configured = configure("added", lines);
  assert.equal(configured.status, 0, configured.stderr);
  const commands = commandsOf("added");
  for (const file of ["main.c", "device.c"]) assert.match(commands.get(file)!, /-DDEVICE_CONNECTIONS=3 /, file);
  for (const [file, command] of commands) assert.doesNotMatch(command, /-Werror/, `${file}: another compiler may warn`);
  assert.ok(
    [...commands.values()].every((command) => !command.includes(root)),
    "nothing of this repository is used",
  );
  const built = await run("ninja", ["-C", join(project, "added", "build")], { timeoutMs: BUILD_LIMIT_MS });
  assert.equal(built.status, 0, built.stdout.toString());
  const board = await LinuxBoard.start(join(project, "added", "build", "door"), join(folder, "state"));
  const [ssh] = openSshClients;
  const { stdout, stderr } = await runSsh(ssh!, board, { keys: [await userKey()] }, ["echo in"]);
  assert.equal(stdout.toString(), "in\n", stderr);
});

test("FetchContent takes it by its folder, and warnings are errors for who asks", () => {
  const lines = `include(FetchContent)
FetchContent_Declare(sesame SOURCE_DIR ${sesame} SOURCE_SUBDIR host/c)
FetchContent_MakeAvailable(sesame)`;
  const { status, stderr } = configure("fetched", lines, "-DSESAME_WERROR=ON");
  assert.equal(status, 0, stderr);
  const commands = commandsOf("fetched");
  assert.match(commands.get("device.c")!, /-Werror/);
  assert.doesNotMatch(commands.get("wasm2c_transport.c")!, /-Werror/);
});

test("without modules and credentials CMake says which command makes them, and another engine is not taken for theirs", () => {
  const lines = "add_subdirectory(../sesame/host/c sesame)";
  const absent = configure("absent", lines, `-DSESAME_GENERATED=${join(folder, "nowhere")}`);
  assert.notEqual(absent.status, 0);
  assert.match(absent.stderr, /npx -p sesame-ssh sesame embed --user NAME --authorized-key/);
  const other = configure("other", lines, "-DSESAME_ENGINE=wasm3");
  assert.notEqual(other.status, 0);
  assert.match(other.stderr, /are for wasm2c:\s+make\s+them anew with `sesame embed --engine wasm3`/);
  const unknown = configure("unknown", lines, "-DSESAME_ENGINE=abacus");
  assert.match(unknown.stderr, /SESAME_ENGINE is wasm2c, wasm3, wamr or wamr-fast, not “abacus”/);
});

test("wasm3 is asked for by the folder that it needs, and the fast interpreter of WAMR takes what is for the classic one", async () => {
  await embed("--engine", "wasm3");
  const lines = "add_subdirectory(../sesame/host/c sesame)";
  assert.match(configure("wasm3", lines).stderr, /WASM3_ROOT \(\) has no wasm3\.h: set it to/);
  await embed("--engine", "wamr");
  assert.match(configure("wamr", lines, "-DSESAME_ENGINE=wamr-fast").stderr, /WAMR_ROOT \(\) has no core/);
  await embed();
});

test("what holds the credentials is for its owner alone to read", () => {
  const generated = join(sesame, "generated");
  assert.ok(existsSync(generated));
  assert.equal(statSync(join(generated, "embedded.c")).mode & 0o777, 0o600);
});

test("as a component of ESP-IDF it registers files that are there", () => {
  const script = join(folder, "read.cmake");
  writeFileSync(
    script,
    `set(ESP_PLATFORM 1)
set(CMAKE_BUILD_EARLY_EXPANSION 1)
function(target_compile_definitions)
endfunction()
function(idf_component_register)
  cmake_parse_arguments(ARG "" "" "SRCS;INCLUDE_DIRS" \${ARGN})
  foreach(path \${ARG_SRCS} \${ARG_INCLUDE_DIRS})
    message("\${path}")
  endforeach()
endfunction()
include(${root}/host/c/CMakeLists.txt)
`,
  );
  const env = { ...process.env, SESAME_GENERATED: join(sesame, "generated") };
  const { status, stderr } = spawnSync("cmake", ["-P", script], { encoding: "utf8", env });
  assert.equal(status, 0, stderr);
  const paths = stderr.trim().split("\n");
  for (const name of ["device.c", "wasm2c.c", "embedded.c", "wasm2c_transport.c"])
    assert.ok(
      paths.some((path) => path.endsWith(`/${name}`)),
      name,
    );
  for (const path of paths) assert.ok(existsSync(path), path);
});

test("in the layout of the Arduino IDE all that is in src compiles, and a sketch in C++ includes it", async () => {
  const arduino = join(folder, "arduino");
  await embed("--arduino", "--output", arduino);
  const source = join(arduino, "src");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".c"));
  assert.ok(files.includes("embedded.c") && files.includes("wasm2c_shell.c") && files.includes("server/device.c"));
  writeFileSync(
    join(arduino, "sketch.cpp"),
    "#include <sesame.h>\ndevice_t device;\nvoid loop() { device_step(&device); }\n",
  );
  const compile = (compiler: string, ...args: string[]) =>
    run(compiler, ["-Os", "-fsyntax-only", `-I${source}`, ...args], { timeoutMs: BUILD_LIMIT_MS });
  const c = await compile("gcc", "-std=gnu17", "-w", ...files.map((file) => join(source, file)));
  assert.equal(c.status, 0, c.stderr);
  const sketch = await compile("g++", "-std=gnu++17", join(arduino, "sketch.cpp"));
  assert.equal(sketch.status, 0, sketch.stderr);
});
