// What the build embeds: generated as embedded.c from the .wasm files that the tests run (scripts/boards/embed.ts).

#ifndef SESAME_EMBEDDED_H
#define SESAME_EMBEDDED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

/** The plain modules, byte for byte those of build/plain: without credentials. */
extern const engine_module_t embedded_transport;
extern const engine_module_t embedded_userauth;
extern const engine_module_t embedded_connection;

/** The credentials region (docs/abi.md) that the host writes into each userauth instance, unless the store has another.
 * Secret. */
extern const uint8_t embedded_credentials[];
/** Length of the userauth build's region, in bytes. */
extern const uint32_t embedded_credentials_length;
/** Whether these are the development credentials, which everybody knows. */
extern const bool embedded_credentials_are_development;

/** The package's version. */
extern const char embedded_version[];

#endif
