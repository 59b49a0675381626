// Generated from assembly/abi/exports.ts by `npm run generate`: what transport.c calls, which docs/abi.md explains.

#ifndef SESAME_TRANSPORT_EXPORTS_H
#define SESAME_TRANSPORT_EXPORTS_H

#include "modules/module.h"

enum {
  TRANSPORT_INPUT_PTR,
  TRANSPORT_INPUT_CAPACITY,
  TRANSPORT_OUTPUT_PTR,
  TRANSPORT_HOST_KEY_PTR,
  TRANSPORT_SIGNATURE_ALGORITHMS_PTR,
  TRANSPORT_MAKE_HOST_KEY,
  TRANSPORT_OPEN,
  TRANSPORT_RECEIVE,
  TRANSPORT_OUTPUT_LENGTH,
  TRANSPORT_PAYLOAD_PTR,
  TRANSPORT_PAYLOAD_LENGTH,
  TRANSPORT_SEND_PTR,
  TRANSPORT_SEND_CAPACITY,
  TRANSPORT_SEND,
  TRANSPORT_HASH,
  TRANSPORT_UNIMPLEMENTED,
  TRANSPORT_REKEY,
  TRANSPORT_DISCONNECT,
  TRANSPORT_DISCONNECT_REASON,
  TRANSPORT_STRICT_KEX,
  TRANSPORT_SESSION_ID_PTR,
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
