// What the host needs of a WebAssembly engine. Implemented once per engine, in engine_<name>.c; the build links one of
// them.
//
// The modules import nothing, take and return only 32-bit integers, and never grow their memory: so this is all there
// is. Checks of what a module returns are the caller's (module.c).

#ifndef SESAME_ENGINE_H
#define SESAME_ENGINE_H

#include <stdint.h>

typedef enum engine_status {
  ENGINE_OK = 0,
  /** The module trapped: the instance must not be called again, only released. */
  ENGINE_TRAP,
  ENGINE_NO_MEMORY,
  /** The engine does not take the module's bytes, or the build has not embedded what this engine needs. */
  ENGINE_INVALID_MODULE,
  /** There is no such export, or it has another signature. */
  ENGINE_NO_EXPORT,
} engine_status_t;

/** What the build generates for an engine that runs machine code (wasm2c): see wasm2c.c. */
struct engine_native;

/** A module as the build embeds it (embedded.h). Constant; shared by all instances. */
typedef struct engine_module {
  /** File name without `.wasm`. */
  const char *name;
  /** SHA-256 of the .wasm file, 64 hexadecimal digits. */
  const char *sha256;
  /** Length of the .wasm file, in bytes. */
  uint32_t wasm_length;
  /** Bytes of linear memory that an instance uses: the module's `__heap_base`. An engine provides no more. */
  uint32_t memory_length;
  /** The file's bytes; null in a build for an engine that runs machine code. */
  const uint8_t *wasm;
  /** Null in a build for an interpreter. */
  const struct engine_native *native;
} engine_module_t;

typedef struct engine_instance engine_instance_t;

/** An exported function of one instance. Valid until the instance is released. */
typedef const void *engine_function_t;

/** An instance's linear memory; stays where it is until the instance is released. */
typedef struct engine_memory {
  uint8_t *bytes;
  uint32_t length;
} engine_memory_t;

/** "wasm2c", "wasm3" or "wamr". */
extern const char engine_name[];

/** Makes an instance with its memory, from the heap. On failure `*instance` is null and nothing is left to release. */
engine_status_t engine_instantiate(const engine_module_t *module, engine_instance_t **instance);

/** Overwrites the instance's memory, secrets among it, and frees everything. Null is allowed. */
void engine_release(engine_instance_t *instance);

/** Finds the exported function that takes `parameters` 32-bit integers. */
engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function);

/** Calls. `arguments` has as many values as the function was found with; `*result` is 0 for a function that returns
 * nothing. */
engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result);

/** Reads an exported 32-bit global. */
engine_status_t engine_global(engine_instance_t *instance, const char *name, uint32_t *value);

engine_memory_t engine_memory(engine_instance_t *instance);

/** Why the last call of the instance trapped, in the engine's words; "" when it did not. */
const char *engine_trap_message(const engine_instance_t *instance);

#endif
