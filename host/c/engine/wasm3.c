// Runs a module in the interpreter wasm3, which translates each function into its own code, in RAM, when it is first
// found or called.
//
// wasm3 validates nothing: it may be given Sesame's own modules only. An instance has an environment and a runtime of
// its own, so nothing is shared. m3_env.h, which is not wasm3's public interface, is needed to limit the memory, and to
// wipe the stack of values.

#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "m3_env.h"
#include "wasm3.h"
#include "wipe.h"

// Bytes of wasm3's stack of values. The modules use at most 2,024 (transport, with key exchange), and wasm3 traps
// beyond.
#define STACK_BYTES 4096
#define MAXIMUM_PARAMETERS 4

struct engine_instance {
  const engine_module_t *module;
  IM3Environment environment;
  IM3Runtime runtime;
  // Owned by the runtime.
  IM3Module wasm3_module;
  const char *trap_message;
};

const char engine_name[] = "wasm3";

// What wasm3 reports as text, without the cases that are the caller's to tell.
static engine_status_t status_of(M3Result result, engine_status_t otherwise) {
  if (result == m3Err_none) return ENGINE_OK;
  if (result == m3Err_mallocFailed || result == m3Err_mallocFailedCodePage) return ENGINE_NO_MEMORY;
  return otherwise;
}

static engine_status_t load(engine_instance_t *instance) {
  const engine_module_t *module = instance->module;
  instance->environment = m3_NewEnvironment();
  if (!instance->environment) return ENGINE_NO_MEMORY;
  instance->runtime = m3_NewRuntime(instance->environment, STACK_BYTES, NULL);
  if (!instance->runtime) return ENGINE_NO_MEMORY;
  instance->runtime->memoryLimit = module->memory_length;
  // wasm3 would allocate it last, when many small pieces may have left no gap that is wide enough
  instance->runtime->memory.mallocated = calloc(1, sizeof(M3MemoryHeader) + module->memory_length);
  if (!instance->runtime->memory.mallocated) return ENGINE_NO_MEMORY;
  IM3Module parsed = NULL;
  M3Result result = m3_ParseModule(instance->environment, &parsed, module->wasm, module->wasm_length);
  if (result) return status_of(result, ENGINE_INVALID_MODULE);
  result = m3_LoadModule(instance->runtime, parsed);
  if (result) {
    m3_FreeModule(parsed);
    return status_of(result, ENGINE_INVALID_MODULE);
  }
  instance->wasm3_module = parsed;
  if (engine_memory(instance).length != module->memory_length) return ENGINE_INVALID_MODULE;
  return ENGINE_OK;
}

engine_status_t engine_instantiate(const engine_module_t *module, engine_instance_t **instance) {
  *instance = NULL;
  if (!module->wasm) return ENGINE_INVALID_MODULE;
  engine_instance_t *made = calloc(1, sizeof *made);
  if (!made) return ENGINE_NO_MEMORY;
  made->module = module;
  made->trap_message = "";
  engine_status_t status = load(made);
  if (status != ENGINE_OK) {
    engine_release(made);
    return status;
  }
  *instance = made;
  return ENGINE_OK;
}

void engine_release(engine_instance_t *instance) {
  if (!instance) return;
  if (instance->runtime) {
    engine_memory_t memory = engine_memory(instance);
    if (memory.bytes) wipe(memory.bytes, memory.length);
    wipe(instance->runtime->stack, STACK_BYTES);
    m3_FreeRuntime(instance->runtime);
  }
  if (instance->environment) m3_FreeEnvironment(instance->environment);
  free(instance);
}

engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function) {
  *function = NULL;
  IM3Function found = NULL;
  M3Result result = m3_FindFunction(&found, instance->runtime, name);
  if (result) return status_of(result, ENGINE_NO_EXPORT);
  if (parameters > MAXIMUM_PARAMETERS || m3_GetArgCount(found) != parameters) return ENGINE_NO_EXPORT;
  for (uint32_t i = 0; i < parameters; i++)
    if (m3_GetArgType(found, i) != c_m3Type_i32) return ENGINE_NO_EXPORT;
  uint32_t results = m3_GetRetCount(found);
  if (results > 1 || (results == 1 && m3_GetRetType(found, 0) != c_m3Type_i32)) return ENGINE_NO_EXPORT;
  *function = found;
  return ENGINE_OK;
}

engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result) {
  *result = 0;
  // wasm3 has no const functions
  IM3Function called = (IM3Function)(uintptr_t)function;
  const void *values[MAXIMUM_PARAMETERS];
  uint32_t parameters = m3_GetArgCount(called);
  for (uint32_t i = 0; i < parameters; i++) values[i] = &arguments[i];
  M3Result outcome = m3_Call(called, parameters, values);
  if (outcome) {
    instance->trap_message = outcome;
    return status_of(outcome, ENGINE_TRAP);
  }
  if (m3_GetRetCount(called) == 0) return ENGINE_OK;
  const void *results[] = {result};
  return status_of(m3_GetResults(called, 1, results), ENGINE_TRAP);
}

engine_status_t engine_global(engine_instance_t *instance, const char *name, uint32_t *value) {
  M3TaggedValue tagged;
  IM3Global global = m3_FindGlobal(instance->wasm3_module, name);
  if (m3_GetGlobal(global, &tagged) || tagged.type != c_m3Type_i32) return ENGINE_NO_EXPORT;
  *value = tagged.value.i32;
  return ENGINE_OK;
}

engine_memory_t engine_memory(engine_instance_t *instance) {
  engine_memory_t memory = {0};
  // m3_GetMemory would not ask
  if (instance->runtime->memory.mallocated) memory.bytes = m3_GetMemory(instance->runtime, &memory.length, 0);
  return memory;
}

const char *engine_trap_message(const engine_instance_t *instance) {
  return instance->trap_message;
}
