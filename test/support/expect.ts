// Programs that want a terminal, and a script of expect (1) that types into it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, run } from "./programs.js";

let count = 0;

/** `say {pattern} "text"`, each when the terminal shows the pattern. */
const SAY = "proc say {pattern text} { expect -re $pattern {send -- $text} timeout {exit 99} eof {exit 98} }";

/**
 * Runs a script of `say` lines against a command, which is to end with the status. Returns what its terminal has shown.
 */
export async function expect(script: string, command: string[], expectedStatus = 0): Promise<string> {
  const file = join(folder, `script${++count}.exp`);
  writeFileSync(file, `set timeout 20\n${SAY}\nspawn -noecho {*}$argv\n${script}\nexpect eof\nexit [lindex [wait] 3]`);
  const { status, stdout } = await run("expect", [file, ...command]);
  assert.equal(status, expectedStatus, stdout.toString());
  return stdout.toString();
}
