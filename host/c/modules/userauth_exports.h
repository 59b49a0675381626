// Generated from assembly/abi/exports.ts by `npm run generate`: what userauth.c calls, which docs/abi.md explains.

#ifndef SESAME_USERAUTH_EXPORTS_H
#define SESAME_USERAUTH_EXPORTS_H

#include "modules/module.h"

enum {
  USERAUTH_RECEIVE,
  USERAUTH_EXPORTS,
  USERAUTH_RESET = USERAUTH_EXPORTS,
  USERAUTH_VERIFYING_EXPORTS,
  USERAUTH_NEXT_REPLY = USERAUTH_VERIFYING_EXPORTS,
  USERAUTH_DECIDE,
  USERAUTH_FIELD_PTR,
  USERAUTH_FIELD_LENGTH,
  USERAUTH_SIGNATURE_VERIFIED,
  USERAUTH_ACHIEVED_METHODS,
  USERAUTH_RECORD_OFFSET,
  USERAUTH_MAKE_SALT,
  USERAUTH_SIGNATURE_ALGORITHMS,
  USERAUTH_CREDENTIALS_PTR,
  USERAUTH_CREDENTIALS_CAPACITY,
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
