// Generated from assembly/abi/exports.ts by `npm run generate`: what userauth.c calls.

#ifndef SESAME_USERAUTH_EXPORTS_H
#define SESAME_USERAUTH_EXPORTS_H

#include "modules/module.h"

enum {
  /** One payload is in the buffer; returns the length of the reply that is there now, 0 for none. In the full build a
   * `receive` while a decision is awaited is a `PROTOCOL_ERROR`: the host holds back what the client sends. */
  USERAUTH_RECEIVE,
  USERAUTH_EXPORTS,
  /** Once, before the first `receive`: the session identifier is in the buffer. Returns whether the module serves with
   * it and with its credentials: 0 leaves it closed, every request is a `PROTOCOL_ERROR`. */
  USERAUTH_RESET = USERAUTH_EXPORTS,
  USERAUTH_VERIFYING_EXPORTS,
  /** After `receive` and `decide`: the length of a further reply, which is in the buffer now; 0 when there is none. The
   * banner goes before the first reply, so the first answer has two; none has more. */
  USERAUTH_NEXT_REPLY = USERAUTH_VERIFYING_EXPORTS,
  /** The host's answer to `PENDING` and `CHANGE_PENDING`, a `UserauthStatus`; returns the length of the reply like
   * `receive`. 0, and nothing happens, while nothing is awaited. */
  USERAUTH_DECIDE,
  /** A `UserauthField` of the last request: user and method after every request, for the log; password, key and so on
   * while the status is `PENDING`; the new record while it is `CHANGE_PENDING`; `KEY`, the blob of the table's key that
   * has verified the signature, when `publickey` has just succeeded without the host's decision; `PERMISSIONS`, what
   * the user may do, after `SUCCESS`. */
  USERAUTH_FIELD_PTR,
  /** Its length. */
  USERAUTH_FIELD_LENGTH,
  /** While a `publickey` request is `PENDING`: 1 if it has a signature, which has been verified; 0 for a query. */
  USERAUTH_SIGNATURE_VERIFIED,
  /** The set of methods that the user of the last request has achieved ("partial success"); 0 again when another user
   * or service has been named. */
  USERAUTH_ACHIEVED_METHODS,
  /** While the status is `CHANGE_PENDING`: where in the credentials region the new record belongs. */
  USERAUTH_RECORD_OFFSET,
  /** Entropy worth at least 16 bytes is in the buffer (a board gives 128 bytes of raw noise); the module hashes it to
   * the salt of the next new password and wipes the buffer. Before the first `receive`, when no session identifier
   * waits there, and again after each `CHANGE_PENDING`, before `decide`. Fewer than 16 bytes make no salt, and without
   * a salt no password is changed. */
  USERAUTH_MAKE_SALT,
  /** Writes the public key algorithms that this build verifies into the buffer, with commas between, and returns the
   * length of that, at most 127: for the transport's `signatureAlgorithmsPtr`. Called once, on an instance that is
   * thrown away or before `reset`. */
  USERAUTH_SIGNATURE_ALGORITHMS,
  /** The credentials region, behind the buffer. */
  USERAUTH_CREDENTIALS_PTR,
  /** Its room (`--use CREDENTIALS_BYTES=N`, 2,048 by default). */
  USERAUTH_CREDENTIALS_CAPACITY,
  /** Before the first `receive`: the length of the region that is there, if this build can serve it; 0 for what is no
   * region, for one that needs what the build lacks and for one that admits nobody. For every region that is told a
   * length, no request of any method traps. How long a hash takes is for the host to bound. */
  USERAUTH_CREDENTIALS_LENGTH,
  USERAUTH_FULL_EXPORTS,
};

static const module_export_t userauth_exports[USERAUTH_FULL_EXPORTS] = {
    [USERAUTH_RECEIVE] = {"receive", 1},
    [USERAUTH_RESET] = {"reset", 1},
    [USERAUTH_NEXT_REPLY] = {"nextReply", 0},
    [USERAUTH_DECIDE] = {"decide", 1},
    [USERAUTH_FIELD_PTR] = {"fieldPtr", 1},
    [USERAUTH_FIELD_LENGTH] = {"fieldLength", 1},
    [USERAUTH_SIGNATURE_VERIFIED] = {"signatureVerified", 0},
    [USERAUTH_ACHIEVED_METHODS] = {"achievedMethods", 0},
    [USERAUTH_RECORD_OFFSET] = {"recordOffset", 0},
    [USERAUTH_MAKE_SALT] = {"makeSalt", 1},
    [USERAUTH_SIGNATURE_ALGORITHMS] = {"signatureAlgorithms", 0},
    [USERAUTH_CREDENTIALS_PTR] = {"credentialsPtr", 0},
    [USERAUTH_CREDENTIALS_CAPACITY] = {"credentialsCapacity", 0},
    [USERAUTH_CREDENTIALS_LENGTH] = {"credentialsLength", 0},
};

#endif
