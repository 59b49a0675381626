// Runs the C that wasm2c has made of a module: no interpreter, no copy of the code in RAM.
//
// The module's own file (scripts/compile/wasm2c.ts) checks every access and calls `native_trap`, which knows of
// no instance: hence the one static variable of the host, the call that runs. Calls do not nest, as modules import
// nothing; threads must not call at the same time.

#include "engine/engine.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/wasm2c/native.h"
#include "wipe.h"

struct engine_instance {
  const engine_module_t *module;
  // A block of its own, so that a sanitizer sees the first byte behind it.
  uint8_t *memory;
  const char *trap_message;
  max_align_t state[];
};

static jmp_buf *running_call;

const char engine_name[] = "wasm2c";

_Noreturn void native_trap(native_trap_t trap) {
  longjmp(*running_call, trap);
}

engine_status_t engine_instantiate(const engine_module_t *module, engine_instance_t **instance) {
  *instance = NULL;
  const struct engine_native *native = module->native;
  if (!native) return ENGINE_INVALID_MODULE;
  engine_instance_t *made = calloc(1, sizeof *made + native->state_length);
  uint8_t *memory = calloc(1, module->memory_length);
  if (!made || !memory) {
    free(made);
    free(memory);
    return ENGINE_NO_MEMORY;
  }
  made->module = module;
  made->memory = memory;
  made->trap_message = "";
  native->start(made->state, memory);
  *instance = made;
  return ENGINE_OK;
}

void engine_release(engine_instance_t *instance) {
  if (!instance) return;
  wipe(instance->memory, instance->module->memory_length);
  free(instance->memory);
  wipe(instance->state, instance->module->native->state_length);
  free(instance);
}

engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function) {
  const struct engine_native *native = instance->module->native;
  for (uint32_t i = 0; i < native->function_count; i++) {
    const native_function_t *candidate = &native->functions[i];
    if (candidate->parameters != parameters || strcmp(candidate->name, name) != 0) continue;
    *function = candidate;
    return ENGINE_OK;
  }
  *function = NULL;
  return ENGINE_NO_EXPORT;
}

engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result) {
  const native_function_t *called = function;
  jmp_buf end;
  running_call = &end;
  *result = 0;
  switch (setjmp(end)) {
  case 0:
    *result = called->call(instance->state, arguments);
    running_call = NULL;
    return ENGINE_OK;
  case NATIVE_OUT_OF_BOUNDS: instance->trap_message = "out of bounds memory access"; break;
  case NATIVE_DIVISION_BY_ZERO: instance->trap_message = "integer divide by zero"; break;
  case NATIVE_INTEGER_OVERFLOW: instance->trap_message = "integer overflow"; break;
  case NATIVE_UNREACHABLE: instance->trap_message = "unreachable"; break;
  }
  running_call = NULL;
  return ENGINE_TRAP;
}

engine_status_t engine_global(engine_instance_t *instance, const char *name, uint32_t *value) {
  const struct engine_native *native = instance->module->native;
  for (uint32_t i = 0; i < native->global_count; i++) {
    if (strcmp(native->globals[i].name, name) != 0) continue;
    *value = *native->globals[i].address(instance->state);
    return ENGINE_OK;
  }
  return ENGINE_NO_EXPORT;
}

engine_memory_t engine_memory(engine_instance_t *instance) {
  return (engine_memory_t){.bytes = instance->memory, .length = instance->module->memory_length};
}

const char *engine_trap_message(const engine_instance_t *instance) {
  return instance->trap_message;
}
