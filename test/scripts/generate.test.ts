// What is generated from assembly/abi is committed: a file that is older than its source would tell one side of the
// border something else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../host/node/modules.js";
import { generatedFiles } from "../../scripts/generate/files.js";
import { replaceParts } from "../../scripts/generate/parts.js";

const root = packageRoot();

for (const [file, content] of Object.entries(await generatedFiles(root))) {
  test(`${file} says what assembly/abi says: "npm run generate" changes nothing`, () => {
    assert.equal(readFileSync(join(root, file), "utf8"), content);
  });
}

test("a part that is stale is replaced, what is around it stays, and an unknown part is refused", () => {
  const part = (name: string): string => `before\n# generated from x: ${name}\nstale\n# end of generated\nafter\n`;
  const made = replaceParts(part("cmake-modules"));
  assert.match(made, /^before\n# generated from x: cmake-modules\nset\(.*\)\n# end of generated\nafter\n$/);
  assert.throws(() => replaceParts(part("nothing")), /no part nothing is generated/);
});
