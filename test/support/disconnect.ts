// SSH_MSG_DISCONNECT as a client reads it (RFC 4253 §11.1).

import assert from "node:assert/strict";

/** Of a list of payloads: the only one, or the last one, must be it. */
export function readDisconnect(messages: readonly Buffer[]): { reason: number; description: string } {
  const message = messages.at(-1);
  assert.equal(message?.[0], 1, "SSH_MSG_DISCONNECT");
  const length = message.readUInt32BE(5);
  return { reason: message.readUInt32BE(1), description: message.toString("utf8", 9, 9 + length) };
}
