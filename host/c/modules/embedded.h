// What the build embeds: generated as embedded.c from the .wasm files that the tests run
// (host/node/firmware/embed.ts).

#ifndef SESAME_EMBEDDED_H
#define SESAME_EMBEDDED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "modules/abi.h"

/** The plain modules, byte for byte those of build/plain: without credentials. */
// generated from assembly/abi/builds.ts: embedded-modules
extern const engine_module_t embedded_transport;
extern const engine_module_t embedded_userauth;
extern const engine_module_t embedded_connection;
extern const engine_module_t embedded_shell;
// end of generated

/** Which of them `embedded_userauth` is. */
extern const userauth_build_t embedded_userauth_build;

/** Full build: the public key algorithms that it verifies, with commas between, for server-sig-algs (RFC 8308 §3.1); at
 * most 127 characters. "" in the others. */
extern const char embedded_signature_algorithms[];

/** The credentials region (docs/abi.md) that the host writes into each userauth instance, unless the store has another.
 * Secret. */
extern const uint8_t embedded_credentials[];
/** Its length in bytes. */
extern const uint32_t embedded_credentials_length;
/** Tells these credentials from others, and is never 0. What the store has replaces only those that were embedded when
 * it was stored: new firmware with other credentials puts its own in force. */
extern const uint32_t embedded_credentials_id;
/** The bytes that the module has for a region. In the small builds every region has as many. */
extern const uint32_t embedded_credentials_capacity;
/** Full build: the most that a password's hash may cost, so that a change of a password, which takes two, ends before
 * MODULE_CALL_LONGEST_MS: iterations of PBKDF2, or blocks of 1 KiB that Argon2id fills, each in every pass. */
typedef struct embedded_hash_limit {
  uint32_t iterations, blocks;
} embedded_hash_limit_t;
extern const embedded_hash_limit_t embedded_hash_limit;
/** Whether these are the development credentials, which everybody knows. */
extern const bool embedded_credentials_are_development;

/** The package's version. */
extern const char embedded_version[];

#endif
