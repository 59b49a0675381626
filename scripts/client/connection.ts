// The client's messages of RFC 4254.

import { boolean, bytes, type Part, string, uint32 } from "./wire.js";

export function channelOpen(sender: number, window: number, maximum: number, type = "session"): Uint8Array {
  return bytes(90, string(type), uint32(sender), uint32(window), uint32(maximum));
}

export function globalRequest(name: string, wantReply: boolean, ...rest: Part[]): Uint8Array {
  return bytes(80, string(name), boolean(wantReply), ...rest);
}

export function windowAdjust(channel: number, bytesToAdd: number): Uint8Array {
  return bytes(93, uint32(channel), uint32(bytesToAdd));
}

export function data(channel: number, content: string | Uint8Array): Uint8Array {
  return bytes(94, uint32(channel), string(content));
}

export function extendedData(channel: number, content: string | Uint8Array, code = 1): Uint8Array {
  return bytes(95, uint32(channel), uint32(code), string(content));
}

export function eof(channel: number): Uint8Array {
  return bytes(96, uint32(channel));
}

export function close(channel: number): Uint8Array {
  return bytes(97, uint32(channel));
}

export function request(channel: number, type: string, wantReply: boolean, ...rest: Part[]): Uint8Array {
  return bytes(98, uint32(channel), string(type), boolean(wantReply), ...rest);
}

export function ptyRequest(channel: number, wantReply = true): Uint8Array {
  const size = [80, 24, 640, 480].map(uint32);
  return request(channel, "pty-req", wantReply, string("xterm-256color"), ...size, string(bytes(53, uint32(1), 0)));
}
