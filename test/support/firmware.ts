// Firmware for tests: the small builds admit USER with PASSWORD, or with `userKey()`; the full build has the table that
// it is given.

import { basename, dirname, join } from "node:path";
import type { UserauthBuild } from "../../host/node/credentials/credentials.js";
import { packageRoot } from "../../host/node/modules.js";
import type { UsersTable } from "../../host/node/credentials/users-region.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { buildRp2040In } from "../../boards/rp2040/firmware.js";
import { boardUsers } from "../../host/node/firmware/board-users.js";
import { smallCredentials } from "./board-credentials.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";

/** Builds the Pico's firmware; returns the path of its .bin. */
export async function testFirmware(engine: Engine, userauth: UserauthBuild): Promise<string> {
  return build(engine, userauth, await smallCredentials(userauth));
}

/** The same with the full build. Every table has a name, for the folder in which its firmware stays. */
export function fullTestFirmware(engine: Engine, name: string, table: UsersTable): string {
  return build(engine, `full-${name}`, boardUsers(table));
}

/** Tests of another folder run meanwhile (scripts/test.ts): they have their own. */
const folders = join(packageRoot(), "build", "boards", "test", basename(dirname(process.argv[1]!)));

function build(engine: Engine, name: string, credentials: BoardCredentials): string {
  return buildRp2040In(join(folders, `rp2040-${engine}-${name}`), engine, credentials).bin;
}
