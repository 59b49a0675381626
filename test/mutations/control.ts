// Mutations that nothing can survive: the runner proves on them that it sees failures.

import type { FileMutations } from "../../scripts/mutate/list.js";

export const controls: readonly FileMutations[] = [
  {
    file: "assembly/userauth/small/password.ts",
    tests: ["assembly/userauth/small/password.test"],
    changes: [
      ["export function receive(length: u32): u32 {", "export function receive(length: u32): u32 {\n  unreachable();"],
    ],
  },
  {
    file: "host/node/switchboard/switchboard.ts",
    tests: ["host/node/switchboard/switchboard"],
    changes: [["  #open(): void {", '  #open(): void {\n    throw new Error("broken");']],
  },
  {
    file: "host/c/server/authentication.c",
    tests: ["host/c/authentication.test"],
    changes: [["if (!userauth_instantiate(userauth, device->platform)) return false;", "if (true) return false;"]],
  },
];
