// Generated from assembly/abi/exports.ts by `npm run generate`: what transport.c calls.

#ifndef SESAME_TRANSPORT_EXPORTS_H
#define SESAME_TRANSPORT_EXPORTS_H

#include "modules/module.h"

enum {
  /** Where the host writes. */
  TRANSPORT_INPUT_PTR,
  /** At most how much. */
  TRANSPORT_INPUT_CAPACITY,
  /** Where the host reads. */
  TRANSPORT_OUTPUT_PTR,
  /** 64 bytes, written by the host before `open`: the Ed25519 seed (32, secret) and the public key (32). */
  TRANSPORT_HOST_KEY_PTR,
  /** 128 bytes that the host may write before the key exchange: length and text of the public key algorithms that the
   * userauth module verifies, for server-sig-algs (RFC 8308 §3.1); the full build's `signatureAlgorithms` tells them.
   * Zeros: `ssh-ed25519`. */
  TRANSPORT_SIGNATURE_ALGORITHMS_PTR,
  /** For a host that has none yet: makes the host key from at least 32 bytes of entropy in the input buffer, which are
   * wiped; the host keeps the 64 bytes and calls `open` with other entropy. Returns 1; 0 when there is too little
   * entropy. */
  TRANSPORT_MAKE_HOST_KEY,
  /** Starts the connection; entropy worth at least 32 bytes is in the input buffer (`inputCapacity` takes 512 bytes of
   * raw noise; the module hashes them), and is wiped. Returns the output's length: identification string and KEXINIT; 0
   * when there is too little entropy. */
  TRANSPORT_OPEN,
  /** Takes the next `length` bytes of the stream. Returns a `TransportEvent`. */
  TRANSPORT_RECEIVE,
  /** Bytes at `outputPtr` that the last call made, to be sent as they are. */
  TRANSPORT_OUTPUT_LENGTH,
  /** The payload of `PAYLOAD`, message number first, until the next `receive`. */
  TRANSPORT_PAYLOAD_PTR,
  /** Its length. */
  TRANSPORT_PAYLOAD_LENGTH,
  /** Where the host writes the payload for `send`. */
  TRANSPORT_SEND_PTR,
  /** At most how much; 0 means that a key exchange runs: hold the payload until a later `receive` has ended it (or that
   * the connection has ended). */
  TRANSPORT_SEND_CAPACITY,
  /** Encrypts one payload; returns the output's length. */
  TRANSPORT_SEND,
  /** For a host without a hash: writes SHA-256 of the `length` bytes at `sendPtr` to `outputPtr`, where nothing may
   * wait, and returns 32; 0, and does nothing, when `length` is 0 or more than `sendCapacity`. */
  TRANSPORT_HASH,
  /** Answers the payload received last with SSH_MSG_UNIMPLEMENTED; returns the output's length. */
  TRANSPORT_UNIMPLEMENTED,
  /** Starts a key exchange (a host that has a clock calls it every hour); returns the output's length, 0 when one runs
   * already or nobody is logged in. */
  TRANSPORT_REKEY,
  /** SSH_MSG_DISCONNECT, in any state since `open`; returns the output's length. Its description, at most 255 bytes, is
   * where the host has written it: from `sendPtr` + 9 on, whatever `sendCapacity` says. The connection takes and makes
   * nothing afterwards. */
  TRANSPORT_DISCONNECT,
  /** After `CLOSED`: the RFC 4253 §11.1 reason that the client gave, 0 for none; after `ERROR`: a `TransportError`,
   * whose low byte is the reason to be given. */
  TRANSPORT_DISCONNECT_REASON,
  /** From the first `PAYLOAD` on: 1 when the client has the marker of strict key exchange, else 0. A host may refuse
   * those that have not. */
  TRANSPORT_STRICT_KEX,
  /** The session identifier, from the first `PAYLOAD` on. */
  TRANSPORT_SESSION_ID_PTR,
  /** Its length. */
  TRANSPORT_SESSION_ID_LENGTH,
  TRANSPORT_EXPORTS,
};

static const module_export_t transport_exports[TRANSPORT_EXPORTS] = {
    [TRANSPORT_INPUT_PTR] = {"inputPtr", 0},
    [TRANSPORT_INPUT_CAPACITY] = {"inputCapacity", 0},
    [TRANSPORT_OUTPUT_PTR] = {"outputPtr", 0},
    [TRANSPORT_HOST_KEY_PTR] = {"hostKeyPtr", 0},
    [TRANSPORT_SIGNATURE_ALGORITHMS_PTR] = {"signatureAlgorithmsPtr", 0},
    [TRANSPORT_MAKE_HOST_KEY] = {"makeHostKey", 1},
    [TRANSPORT_OPEN] = {"open", 1},
    [TRANSPORT_RECEIVE] = {"receive", 1},
    [TRANSPORT_OUTPUT_LENGTH] = {"outputLength", 0},
    [TRANSPORT_PAYLOAD_PTR] = {"payloadPtr", 0},
    [TRANSPORT_PAYLOAD_LENGTH] = {"payloadLength", 0},
    [TRANSPORT_SEND_PTR] = {"sendPtr", 0},
    [TRANSPORT_SEND_CAPACITY] = {"sendCapacity", 0},
    [TRANSPORT_SEND] = {"send", 1},
    [TRANSPORT_HASH] = {"hash", 1},
    [TRANSPORT_UNIMPLEMENTED] = {"unimplemented", 0},
    [TRANSPORT_REKEY] = {"rekey", 0},
    [TRANSPORT_DISCONNECT] = {"disconnect", 2},
    [TRANSPORT_DISCONNECT_REASON] = {"disconnectReason", 0},
    [TRANSPORT_STRICT_KEX] = {"strictKex", 0},
    [TRANSPORT_SESSION_ID_PTR] = {"sessionIdPtr", 0},
    [TRANSPORT_SESSION_ID_LENGTH] = {"sessionIdLength", 0},
};

#endif
