// Runs a module in WAMR (WebAssembly Micro Runtime 2.4, classic or fast interpreter), through its public interface.
//
// WAMR gives a module no more memory than `__heap_base`, rounded up to the machine's pages, if that is a multiple of
// 16, and WAMR is built with WAMR_BUILD_SHRUNK_MEMORY, its default; otherwise 64 KiB. It takes the first mutable global
// for the stack pointer of C, and watches it, unless that global begins with 0: the build sees to it (embed-module.ts).
// It has one runtime for all instances, which it counts itself. On ESP-IDF, whoever calls must be a pthread.

#include "engine/engine.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "wasm_export.h"
#include "wipe.h"

// Bytes of WAMR's stack of values and frames; WAMR traps beyond. A verification needs between 1,536 and 2,048.
#define STACK_BYTES 4096
#define MAXIMUM_PARAMETERS 4

struct engine_instance {
  const engine_module_t *module;
  bool runtime;
  // WAMR writes into the bytes of a module that it loads, and the classic interpreter runs them.
  uint8_t *wasm;
  wasm_module_t wamr_module;
  wasm_module_inst_t wamr_instance;
  wasm_exec_env_t environment;
  const char *trap_message;
};

// sesame.cmake says which interpreter it is; ESP-IDF, whose component has a setting for it, does not.
#ifndef WASM_ENABLE_FAST_INTERP
#define WASM_ENABLE_FAST_INTERP 0
#endif
#if WASM_ENABLE_FAST_INTERP
const char engine_name[] = "wamr-fast";
#else
const char engine_name[] = "wamr";
#endif

// --- An allocator that overwrites what it frees: WAMR's stack of values has held secrets, and no call tells where it
// is

typedef union block {
  size_t length;
  max_align_t alignment;
} block_t;

static void *allocate(unsigned length) {
  block_t *block = malloc(sizeof *block + length);
  if (!block) return NULL;
  block->length = length;
  return block + 1;
}

static void release(void *bytes) {
  if (!bytes) return;
  block_t *block = (block_t *)bytes - 1;
  wipe(bytes, block->length);
  free(block);
}

static void *reallocate(void *bytes, unsigned length) {
  void *moved = allocate(length);
  if (!moved || !bytes) return moved;
  size_t before = ((block_t *)bytes - 1)->length;
  memcpy(moved, bytes, before < length ? before : length);
  release(bytes);
  return moved;
}

static bool start_runtime(void) {
  RuntimeInitArgs arguments = {.mem_alloc_type = Alloc_With_Allocator};
  arguments.mem_alloc_option.allocator.malloc_func = (void *)allocate;
  arguments.mem_alloc_option.allocator.realloc_func = (void *)reallocate;
  arguments.mem_alloc_option.allocator.free_func = (void *)release;
  return wasm_runtime_full_init(&arguments);
}

// --- engine.h

static engine_status_t load(engine_instance_t *instance) {
  const engine_module_t *module = instance->module;
  char error[64];
  if (!(instance->runtime = start_runtime())) return ENGINE_NO_MEMORY;
  if (!(instance->wasm = malloc(module->wasm_length))) return ENGINE_NO_MEMORY;
  memcpy(instance->wasm, module->wasm, module->wasm_length);
  LoadArgs arguments = {.name = (char[]){""}, .wasm_binary_freeable = true};
  instance->wamr_module = wasm_runtime_load_ex(instance->wasm, module->wasm_length, &arguments, error, sizeof error);
  // WAMR tells of every failure in words; that of an allocation is the only one of a module that it once took
  if (!instance->wamr_module) return strstr(error, "allocate memory") ? ENGINE_NO_MEMORY : ENGINE_INVALID_MODULE;
  if (wasm_runtime_is_underlying_binary_freeable(instance->wamr_module)) {
    free(instance->wasm);
    instance->wasm = NULL;
  }
  instance->wamr_instance = wasm_runtime_instantiate(instance->wamr_module, STACK_BYTES, 0, error, sizeof error);
  if (!instance->wamr_instance) return strstr(error, "allocate memory") ? ENGINE_NO_MEMORY : ENGINE_INVALID_MODULE;
  instance->environment = wasm_runtime_create_exec_env(instance->wamr_instance, STACK_BYTES);
  if (!instance->environment) return ENGINE_NO_MEMORY;
  wasm_memory_inst_t memory = wasm_runtime_get_default_memory(instance->wamr_instance);
  if (!memory) return ENGINE_INVALID_MODULE;
  uint64_t length = wasm_memory_get_cur_page_count(memory) * wasm_memory_get_bytes_per_page(memory);
  return length < module->memory_length ? ENGINE_INVALID_MODULE : ENGINE_OK;
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
  if (instance->environment) {
    engine_memory_t memory = engine_memory(instance);
    wipe(memory.bytes, memory.length);
    wasm_runtime_destroy_exec_env(instance->environment);
  }
  if (instance->wamr_instance) wasm_runtime_deinstantiate(instance->wamr_instance);
  if (instance->wamr_module) wasm_runtime_unload(instance->wamr_module);
  free(instance->wasm);
  if (instance->runtime) wasm_runtime_destroy();
  free(instance);
}

engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function) {
  *function = NULL;
  wasm_module_inst_t module = instance->wamr_instance;
  wasm_function_inst_t found = wasm_runtime_lookup_function(module, name);
  if (!found || parameters > MAXIMUM_PARAMETERS) return ENGINE_NO_EXPORT;
  if (wasm_func_get_param_count(found, module) != parameters) return ENGINE_NO_EXPORT;
  uint32_t results = wasm_func_get_result_count(found, module);
  if (results > 1) return ENGINE_NO_EXPORT;
  wasm_valkind_t kinds[MAXIMUM_PARAMETERS + 1];
  wasm_func_get_param_types(found, module, kinds);
  wasm_func_get_result_types(found, module, kinds + parameters);
  for (uint32_t i = 0; i < parameters + results; i++)
    if (kinds[i] != WASM_I32) return ENGINE_NO_EXPORT;
  *function = found;
  return ENGINE_OK;
}

engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result) {
  *result = 0;
  wasm_function_inst_t called = (wasm_function_inst_t)(uintptr_t)function;
  uint32_t parameters = wasm_func_get_param_count(called, instance->wamr_instance);
  // Arguments go in and the result comes out in the same place
  uint32_t values[MAXIMUM_PARAMETERS] = {0};
  for (uint32_t i = 0; i < parameters; i++) values[i] = arguments[i];
  if (!wasm_runtime_call_wasm(instance->environment, called, parameters, values)) {
    instance->trap_message = wasm_runtime_get_exception(instance->wamr_instance);
    return ENGINE_TRAP;
  }
  if (wasm_func_get_result_count(called, instance->wamr_instance) != 0) *result = values[0];
  return ENGINE_OK;
}

engine_status_t engine_global(engine_instance_t *instance, const char *name, uint32_t *value) {
  wasm_global_inst_t global;
  if (!wasm_runtime_get_export_global_inst(instance->wamr_instance, name, &global)) return ENGINE_NO_EXPORT;
  if (global.kind != WASM_I32) return ENGINE_NO_EXPORT;
  memcpy(value, global.global_data, sizeof *value);
  return ENGINE_OK;
}

engine_memory_t engine_memory(engine_instance_t *instance) {
  uint8_t *bytes = wasm_memory_get_base_address(wasm_runtime_get_default_memory(instance->wamr_instance));
  return (engine_memory_t){.bytes = bytes, .length = instance->module->memory_length};
}

const char *engine_trap_message(const engine_instance_t *instance) {
  return instance->trap_message;
}
