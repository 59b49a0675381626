// host/c/modules/abi.h says in C what assembly/abi/index.ts says: a number that differs would be acted upon as another event.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  ConnectionEvent,
  DisconnectReason,
  TransportError,
  TransportEvent,
  UserauthField,
  UserauthStatus,
} from "../../../assembly/abi/index.js";
import { packageRoot } from "../../../host/node/modules.js";

const header = readFileSync(join(packageRoot(), "host", "c", "modules", "abi.h"), "utf8");

/** The enumerators of a C enumeration, without their prefix. */
function enumerators(name: string, prefix: string): Record<string, number> {
  const [, body = ""] = new RegExp(`typedef enum ${name} {([^}]*)}`).exec(header) ?? [];
  const entries = Array.from(body.matchAll(/(\w+) = (\w+),/g), ([, enumerator, value]) => {
    assert.ok(enumerator!.startsWith(prefix), enumerator);
    return [enumerator!.slice(prefix.length), Number(value)] as const;
  });
  return Object.fromEntries(entries);
}

for (const [name, prefix, numbers] of [
  ["userauth_status", "USERAUTH_", UserauthStatus],
  ["userauth_field", "USERAUTH_FIELD_", UserauthField],
  ["transport_event", "TRANSPORT_EVENT_", TransportEvent],
  ["transport_error", "TRANSPORT_ERROR_", TransportError],
  ["connection_event", "CONNECTION_EVENT_", ConnectionEvent],
  ["disconnect_reason", "DISCONNECT_", DisconnectReason],
] as const) {
  test(`${name} has the numbers of assembly/abi/index.ts, all of them`, () => {
    const expected = Object.entries(numbers).filter(([, value]) => typeof value === "number");
    assert.deepEqual(enumerators(name, prefix), Object.fromEntries(expected));
  });
}
