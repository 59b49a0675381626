// Rule 35 (Linux CDC-ACM, bluepill-serial-monster #42): a serial device is raw before its first byte can be answered. A
// board speaks as soon as its device is open; what it says while the system echoes comes back to it as if the client
// had said it.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { folder, start } from "../support/programs.js";
import { needsTerminal, startTerminal } from "../support/terminal.js";

const CLI = fileURLToPath(new URL("../../dist/host/node/cli/main.js", import.meta.url));

const GREETING = "SSH-2.0-Sesame_0.1\r\n\x00\x01\x03\x04\x11\x13\x1a\x7f\xff\n\r";

/**
 * A board that speaks at once when its device is opened, but not while the folder says that the device is still being
 * set up.
 */
const SPEAKS_FIRST = `
import ctypes
libc = ctypes.CDLL(None)
watch = libc.inotify_init()
libc.inotify_add_watch(watch, path.encode(), 0x20 | 0x18) # opened, closed
greeting = bytes.fromhex(sys.argv[1])
print(path)
while True:
    os.read(watch, 4096)
    if not os.path.exists(sys.argv[2]): break
echoes = termios.tcgetattr(master)[3] & termios.ECHO
send(greeting)
answer = b""
while not answer.endswith(b"!"): answer += os.read(master, 4096)
print("echoes" if echoes else "raw", answer.hex())
sys.stdin.read()
`;

test("sesame connect: a board that speaks first does not get its own words back", needsTerminal, async () => {
  // stty between two notes, which the board reads: what the device's settings are before and while it runs is of no
  // concern to anybody
  const settingUp = join(folder, "setting-up");
  const programs = join(folder, "bin");
  mkdirSync(programs);
  const script = `#!/bin/sh\nmkdir '${settingUp}'\nPATH=\${PATH#*:} stty "$@"\nstatus=$?\nrmdir '${settingUp}'\nexit $status\n`;
  writeFileSync(join(programs, "stty"), script);
  chmodSync(join(programs, "stty"), 0o755);
  const greeting = Buffer.from(GREETING, "latin1");
  const { board, device } = await startTerminal(SPEAKS_FIRST, [greeting.toString("hex"), settingUp]);
  const env = { PATH: `${programs}:${process.env["PATH"]}` };
  const connect = start(process.execPath, [CLI, "connect", device], { env });
  await connect.until(/\xff\n\r/);
  connect.write("hello!");
  const [, state, answer = ""] = await board.until(/^(echoes|raw) (\w+)$/m);
  assert.equal(state, "raw", "the device was set up before it was live");
  assert.equal(Buffer.from(answer, "hex").toString("latin1"), "hello!", "what the board got");
  connect.child.stdin.end();
  const { status, stdout, stderr } = await connect.ended();
  assert.equal(status, 0, stderr);
  assert.deepEqual(stdout, greeting);
});
