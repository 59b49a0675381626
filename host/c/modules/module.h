// One connection's instance of a module over engine.h: its exports, its calls, and the one check of every pointer and
// length that it returns. transport.h, userauth.h and channels.h say what the exports mean (docs/abi.md).
//
// A module that traps, or points outside its memory, has failed, and stays so: it is not called again, each function
// then returns 0 or an empty view. So a caller may make several calls and look at `failed` once, before it acts.

#ifndef SESAME_MODULE_H
#define SESAME_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "modules/abi.h"
#include "platform.h"

/** The longest that one call of a module may take; a watchdog need not be patient for longer. */
#ifndef MODULE_CALL_LONGEST_MS
#define MODULE_CALL_LONGEST_MS 30000
#endif

/** Bytes in a module's memory, which the next call into the module may change. */
typedef struct module_view {
  uint8_t *bytes;
  uint32_t length;
} module_view_t;

static const module_view_t MODULE_VIEW_EMPTY = {0};

/** A function that a module exports. */
typedef struct module_export {
  const char *name;
  uint32_t parameters;
} module_export_t;

/** One connection's instance of a module. Zeros: there is none. */
typedef struct module {
  platform_t *platform;
  engine_instance_t *instance;
  engine_memory_t memory;
  /** By the index in the table it was made with. Null for one that the build has not. */
  engine_function_t exports[MODULE_EXPORTS];
  /** Why, in a few words, it must not be called any more; null as long as it may. */
  const char *failed;
} module_t;

/** Makes an instance with these exports, all of which it must have. False: `failed` says why. */
bool module_instantiate(module_t *module, platform_t *platform, const engine_module_t *embedded,
                        const module_export_t *exports, uint32_t count);
/** The module has done what it must not: it is not called any more. The first reason stays. */
void module_fail(module_t *module, const char *why);
/** Overwrites the memory, secrets among it, and frees the instance, if there is one. */
void module_release(module_t *module);

/** Each calls an export and returns its result. */
uint32_t module_call0(module_t *module, uint32_t index);
uint32_t module_call1(module_t *module, uint32_t index, uint32_t argument);
uint32_t module_call2(module_t *module, uint32_t index, uint32_t first, uint32_t second);
uint32_t module_call3(module_t *module, uint32_t index, uint32_t first, uint32_t second, uint32_t third);

/** The one place where what a module says is believed: `length` bytes of its memory at `pointer`. */
module_view_t module_view(module_t *module, uint32_t pointer, uint32_t length);
/** The bytes at what one export returns, as many as another does. */
module_view_t module_view_of(module_t *module, uint32_t pointer_export, uint32_t length_export);
/** The first `length` bytes at what an export returns; for a length of 0 it is not called. */
module_view_t module_output(module_t *module, uint32_t pointer_export, uint32_t length);

#endif
