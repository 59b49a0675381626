// One instance of a userauth module under a test's control, without a transport.

import { UserauthStatus } from "../../assembly/abi/index.js";
import type { UserauthBuild } from "../../host/node/credentials/credentials.js";
import type { UserauthExports } from "../../host/node/modules.js";
import { moduleBytes } from "./modules.js";
import { CREDENTIALS } from "./session.js";
import { SESSION_ID } from "../../scripts/client/userauth.js";
import { bytes, type Part, uint32 } from "../../scripts/client/wire.js";

const compiled = new Map<string, WebAssembly.Module>();

export class Userauth {
  readonly exports: UserauthExports;
  readonly memory: Uint8Array;
  /** First byte of the credentials region, and the one behind it. */
  readonly region: [number, number];
  /** What `reset` has said; undefined: it was not called. */
  readonly serves: boolean | undefined;

  /** `sessionId` null leaves `reset` out. */
  constructor(
    build: UserauthBuild,
    credentials: Uint8Array = CREDENTIALS[build],
    sessionId: Uint8Array | null = SESSION_ID,
  ) {
    let module = compiled.get(build);
    if (!module) compiled.set(build, (module = new WebAssembly.Module(moduleBytes(`plain/userauth-${build}`))));
    this.exports = new WebAssembly.Instance(module).exports as unknown as UserauthExports;
    this.memory = new Uint8Array(this.exports.memory.buffer);
    const end = Number(this.exports.__heap_base.value);
    this.region = [end - credentials.length, end];
    this.memory.set(credentials, this.region[0]);
    if (!sessionId || !this.exports.reset) return;
    this.memory.set(sessionId);
    this.serves = this.exports.reset(sessionId.length) !== 0;
  }

  get status(): string {
    const { value } = this.exports.status as { value: number };
    return UserauthStatus[value] ?? `unknown status ${value}`;
  }

  /** The reply to a payload: empty for none. */
  receive(...parts: Part[]): Buffer {
    const payload = bytes(...parts);
    this.memory.set(payload);
    const length = this.exports.receive(payload.length);
    return Buffer.from(this.memory.slice(0, length));
  }

  /** The status after a payload and the number of its reply, if it has one: "SUCCESS 52". */
  judge(...parts: Part[]): string {
    const reply = this.receive(...parts);
    return [this.status, ...reply.subarray(0, 1)].join(" ");
  }
}

/** RFC 4252 §5.1: the answer of a build to every request that fails. */
export function failure(method: "password" | "publickey"): Buffer {
  return Buffer.from(bytes(51, uint32(method.length), method, 0));
}
