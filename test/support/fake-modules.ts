// Stand-ins for the transport and userauth modules, for tests of the host alone: no cryptography, and misbehaviour on
// demand.
//
// The fake transport frames a payload with its length (uint32). What a client sends with a number below 50 is a command
// to it.

import { TransportError, TransportEvent, UserauthStatus } from "../../assembly/abi/index.js";
import {
  type CompiledModule,
  ModuleMemory,
  type TransportExports,
  type UserauthExports,
} from "../../host/node/modules.js";

/** Commands to the fake transport: the first byte of a payload. */
export const Command = {
  CLOSE: 1,
  /** The transport module cannot go on. */
  FAIL: 2,
  BEGIN_KEY_EXCHANGE: 20,
  END_KEY_EXCHANGE: 21,
  TRAP: 30,
  /** A payload pointer outside the memory. */
  POINT_OUTSIDE: 31,
} as const;

const PAYLOAD_CAPACITY = 4096;
const INPUT = 1024;
const OUTPUT = 16_384;
const SEND = 32_768;
const SESSION_ID = 512;
const HOST_KEY = 0;

/** A disconnect goes out as the payload [1, reason], and behind it the description. */
export function fakeTransport(): CompiledModule<"transport"> {
  return fake("transport", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const bytes = new Uint8Array(memory.buffer);
    const view = new DataView(memory.buffer);
    bytes.set(Buffer.from("session identifier"), SESSION_ID);
    let opened = false;
    let have = 0;
    let outputLength = 0;
    let keyExchange = false;
    let outside = false;
    let reason = 0;
    const frame = (from: number, length: number): number => {
      view.setUint32(OUTPUT, length);
      bytes.copyWithin(OUTPUT + 4, from, from + length);
      return (outputLength = 4 + length);
    };
    const expected = (): number => (have < 4 ? 4 : 4 + view.getUint32(INPUT));
    const exports: Partial<TransportExports> = {
      memory,
      hostKeyPtr: () => HOST_KEY,
      inputPtr: () => INPUT + have,
      inputCapacity: () => (opened ? expected() - have : 64),
      outputPtr: () => OUTPUT,
      open: () => {
        opened = true;
        return frame(HOST_KEY, 64);
      },
      outputLength: () => outputLength,
      receive: (length) => {
        outputLength = 0;
        have += length;
        if (have < 4 || have < expected()) return TransportEvent.CONTINUE;
        have = 0;
        switch (bytes[INPUT + 4]) {
          case Command.CLOSE:
            reason = 11;
            return TransportEvent.CLOSED;
          case Command.FAIL:
            reason = TransportError.PACKET_LENGTH;
            return TransportEvent.ERROR;
          case Command.BEGIN_KEY_EXCHANGE:
            keyExchange = true;
            return TransportEvent.CONTINUE;
          case Command.END_KEY_EXCHANGE:
            keyExchange = false;
            return TransportEvent.CONTINUE;
          case Command.TRAP:
            throw new WebAssembly.RuntimeError("unreachable");
          case Command.POINT_OUTSIDE:
            outside = true;
        }
        return TransportEvent.PAYLOAD;
      },
      payloadPtr: () => (outside ? 65_530 : INPUT + 4),
      payloadLength: () => view.getUint32(INPUT),
      sendPtr: () => SEND,
      sendCapacity: () => (keyExchange ? 0 : PAYLOAD_CAPACITY),
      send: (length) => frame(SEND, length),
      unimplemented: () => {
        bytes[SEND] = 3;
        return frame(SEND, 1);
      },
      rekey: () => {
        if (keyExchange) return 0;
        keyExchange = true;
        bytes[SEND] = 20;
        return frame(SEND, 1);
      },
      disconnect: (given, descriptionLength) => {
        reason = given;
        bytes.set([1, given], SEND + 7);
        return frame(SEND + 7, 2 + descriptionLength);
      },
      disconnectReason: () => reason,
      sessionIdPtr: () => SESSION_ID,
      sessionIdLength: () => 18,
    };
    return { exports: exports as TransportExports, memory: new ModuleMemory(memory) };
  });
}

/** Answers the payload [50, n] with [51] and the status n, or with [52] and SUCCESS for n = 52. n = 255 traps. */
export function fakeUserauth(): CompiledModule<"userauth"> {
  return fake("userauth", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const bytes = new Uint8Array(memory.buffer);
    const status = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
    const exports: Partial<UserauthExports> = {
      memory,
      status,
      receive: () => {
        if (status.value === (UserauthStatus.SUCCESS as number)) return 0;
        const command = bytes[1]!;
        if (command === 255) throw new WebAssembly.RuntimeError("unreachable");
        status.value = command === 52 ? UserauthStatus.SUCCESS : command;
        bytes[0] = command === 52 ? 52 : 51;
        return 1;
      },
    };
    return { exports: exports as UserauthExports, memory: new ModuleMemory(memory) };
  });
}

function fake<Type extends "transport" | "userauth">(
  type: Type,
  instantiate: CompiledModule<Type>["instantiate"],
): CompiledModule<Type> {
  return { type, name: `fake-${type}`, bytes: 0, sha256: "", memoryBytes: 4096, instantiate };
}
