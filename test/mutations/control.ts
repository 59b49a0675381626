// Mutations that nothing can survive: the runner proves on them that it sees failures.

import type { FileMutations } from "../../scripts/mutate/list.js";

export const controls: readonly FileMutations[] = [
  {
    file: "assembly/userauth/password.ts",
    tests: ["unit/userauth-password"],
    changes: [
      ["export function receive(length: u32): u32 {", "export function receive(length: u32): u32 {\n  unreachable();"],
    ],
  },
  {
    file: "host/node/switchboard.ts",
    tests: ["unit/host-switchboard"],
    changes: [["  #open(): void {", '  #open(): void {\n    throw new Error("broken");']],
  },
  {
    file: "host/c/authentication.c",
    tests: ["boards/authentication.test"],
    changes: [["if (!userauth_instantiate(userauth, device->platform)) return false;", "if (true) return false;"]],
  },
];
